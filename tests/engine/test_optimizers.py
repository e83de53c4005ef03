"""Every method against the same method written out again over single Python numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine.optimizers import METHODS, OPTIMIZER_SETTINGS, start_state, update
from engine.schedules import SCHEDULES

HYPER = {
    name: spec.default for name, spec in OPTIMIZER_SETTINGS.items() if isinstance(spec.default, float) and name != "l1"
}
CURVATURES = (1.0, 10.0, 0.3)


class Descent:
    def move(self, p: float, g: float, t: int, rate: float) -> float:
        return p - rate * g


class Momentum:
    def __init__(self) -> None:
        self.v = 0.0

    def move(self, p: float, g: float, t: int, rate: float) -> float:
        self.v = 0.9 * self.v + g
        return p - rate * self.v


class Nesterov(Momentum):
    def move(self, p: float, g: float, t: int, rate: float) -> float:
        self.v = 0.9 * self.v + g
        return p - rate * (g + 0.9 * self.v)


class AdaGrad:
    def __init__(self) -> None:
        self.s = 0.0

    def move(self, p: float, g: float, t: int, rate: float) -> float:
        self.s += g**2
        return p - rate * g / (math.sqrt(self.s) + 1e-8)


class RMSProp(AdaGrad):
    def move(self, p: float, g: float, t: int, rate: float) -> float:
        self.s = 0.99 * self.s + 0.01 * g**2
        return p - rate * g / (math.sqrt(self.s) + 1e-8)


class Adam:
    decay = 0.0

    def __init__(self) -> None:
        self.m = self.s = 0.0

    def move(self, p: float, g: float, t: int, rate: float) -> float:
        self.m = 0.9 * self.m + 0.1 * g
        self.s = 0.999 * self.s + 0.001 * g**2
        mean, square = self.m / (1 - 0.9**t), self.s / (1 - 0.999**t)
        return p - rate * (mean / (math.sqrt(square) + 1e-8) + self.decay * p)


class AdamW(Adam):
    decay = 0.1


class Lion:
    def __init__(self) -> None:
        self.m = 0.0

    def move(self, p: float, g: float, t: int, rate: float) -> float:
        ahead = 0.9 * self.m + 0.1 * g
        self.m = 0.999 * self.m + 0.001 * g
        return p - rate * (math.copysign(1.0, ahead) + 0.1 * p)


ORACLES: dict[str, Callable[[], object]] = {
    "gradient_descent": Descent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
    "lion": Lion,
}
FIRST_ORDER = [name for name, method in METHODS.items() if method.step is not None]
DECOUPLED = [name for name, method in METHODS.items() if method.decoupled]


def run(method: str, steps: int, *, schedule: str = "constant", clip: str = "none", dtype: str = "float64", **hyper):
    """Return the path of three numbers (a scalar and a pair) down sum(c/2 x^2) by the real update."""
    numbers = HYPER | {"learning_rate": 0.05} | hyper
    step = update(method, schedule, clip)
    parameters = (np.asarray(1.5, dtype), np.asarray([-2.0, 0.7], dtype))
    state = start_state(method, parameters)
    path = []
    for t in range(steps):
        gradients = (parameters[0] * np.asarray(1.0, dtype), parameters[1] * np.asarray(CURVATURES[1:], dtype))
        parameters, state = step(
            0.0, gradients, parameters, state, {n: np.float64(v) for n, v in numbers.items()} | {"step": np.float64(t)}
        )
        path.append([float(parameters[0]), *map(float, parameters[1])])
    return np.array(path), parameters, state


def oracle(method: str, steps: int, rate: Callable[[int], float] = lambda t: 0.05, weight_decay: float = 0.0):
    numbers, movers = [1.5, -2.0, 0.7], [ORACLES[method]() for _ in range(3)]
    path = []
    for t in range(steps):
        numbers = [
            m.move(p, c * p + weight_decay * p, t + 1, rate(t))
            for m, p, c in zip(movers, numbers, CURVATURES, strict=True)
        ]
        path.append(numbers)
    return np.array(path)


def test_every_method_has_an_oracle():
    assert set(ORACLES) == set(FIRST_ORDER)


@pytest.mark.parametrize("method", FIRST_ORDER)
def test_method_takes_the_published_steps(method):
    path, _, _ = run(method, 50, weight_decay=0.1 if method in DECOUPLED else 0.0)
    np.testing.assert_allclose(path, oracle(method, 50), rtol=1e-10, atol=1e-12)


def test_nesterov_is_the_look_ahead_form():
    """Nesterov's iteration with a point ahead (Sutskever et al. 2013, eq. 3-4) visits the same parameters."""
    rate, momentum, ahead, velocity, expected = 0.05, 0.9, 1.5, 0.0, []
    for _ in range(20):
        before = ahead - momentum * velocity  # theta; the parameters of the update are theta + mu v
        velocity = momentum * velocity - rate * ahead
        ahead = before + velocity + momentum * velocity
        expected.append(ahead)
    path, _, _ = run("nesterov", 20)
    np.testing.assert_allclose(path[:, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("method", [m for m in FIRST_ORDER if m not in DECOUPLED])
def test_weight_decay_pulls_the_gradient(method):
    path, _, _ = run(method, 20, weight_decay=0.3)
    np.testing.assert_allclose(path, oracle(method, 20, weight_decay=0.3), rtol=1e-10)


RATES: dict[str, Callable[[int], float]] = {
    "constant": lambda t: 0.05,
    "step": lambda t: 0.05 * 0.5 ** (t // 7),
    "exponential": lambda t: 0.05 * 0.5 ** (t / 7),
    "cosine": lambda t: 0.05 * (0.1 + 0.9 * (1 + math.cos(math.pi * min(t, 7) / 7)) / 2),
    "warm_up": lambda t: 0.05 * min((t + 1) / 7, 1),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedule_sets_the_rate_of_each_step(schedule):
    path, _, _ = run(
        "gradient_descent", 20, schedule=schedule, schedule_steps=7.0, schedule_factor=0.5, schedule_floor=0.1
    )
    np.testing.assert_allclose(path, oracle("gradient_descent", 20, RATES[schedule]), rtol=1e-12)


def test_clipping_by_value_limits_each_component():
    path, _, _ = run("gradient_descent", 1, clip="value", clip_at=1.0)
    np.testing.assert_allclose(path[0], [1.5 - 0.05 * 1.0, -2.0 + 0.05 * 1.0, 0.7 - 0.05 * 0.21], rtol=1e-12)


def test_clipping_by_norm_keeps_the_direction():
    path, _, _ = run("gradient_descent", 1, clip="norm", clip_at=2.0)
    gradient = np.array([1.5, -20.0, 0.21])
    moved = np.array([1.5, -2.0, 0.7]) - path[0]
    np.testing.assert_allclose(moved, 0.05 * 2.0 * gradient / np.linalg.norm(gradient), rtol=1e-12)


def test_a_short_gradient_is_not_clipped():
    np.testing.assert_array_equal(run("adam", 5, clip="norm", clip_at=1e9)[0], run("adam", 5)[0])


def test_decay_is_added_after_clipping():
    path, _, _ = run("gradient_descent", 1, clip="value", clip_at=1.0, weight_decay=0.5)
    assert path[0][1] == pytest.approx(-2.0 + 0.05 * (1.0 + 0.5 * 2.0))


@pytest.mark.parametrize("method", FIRST_ORDER)
@pytest.mark.parametrize("clip", ["value", "norm"])
def test_single_precision_is_never_promoted(method, clip):
    _, parameters, state = run(method, 3, clip=clip, schedule="cosine", dtype="float32", weight_decay=0.1)
    assert {p.dtype.name for p in parameters} == {"float32"}
    assert {a.dtype.name for slot in state.values() for a in slot} <= {"float32"}


@pytest.mark.parametrize("method", FIRST_ORDER)
def test_complex_parameters_go_downhill(method):
    """|z - (1 + 2i)|^2, whose autograd gradient is the conjugate of the direction of ascent."""
    goal, hyper = 1.0 + 2.0j, {n: np.float64(v) for n, v in (HYPER | {"learning_rate": 0.05}).items()}
    z, step = (np.asarray(0.0 + 0.0j),), update(method, "constant", "norm")
    state = start_state(method, z)
    for t in range(2000 if method == "adagrad" else 300):
        difference = z[0] - goal
        z, state = step(0.0, (np.asarray(2.0 * np.conj(difference)),), z, state, hyper | {"step": np.float64(t)})
    assert abs(z[0] - goal) < 0.1


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_proximal_l1_ends_at_the_soft_threshold_with_exact_zeros(dtype):
    """The minimum of c/2 (p - a)^2 + l |p| is a moved towards 0 by l / c, and exactly 0 where that would pass it."""
    goals, numbers = (1.5, -2.0, 0.1), HYPER | {"learning_rate": 0.05, "l1": 0.8}
    step = update("gradient_descent", "constant", "none")
    parameters = (np.asarray(1.0, dtype), np.asarray([1.0, 1.0], dtype))
    state = start_state("gradient_descent", parameters)
    hyper = {n: np.float64(v) for n, v in numbers.items() if n != "weight_decay"}
    for t in range(2000):
        gradients = (
            parameters[0] - np.asarray(goals[0], dtype),
            (parameters[1] - np.asarray(goals[1:], dtype)) * np.asarray(CURVATURES[1:], dtype),
        )
        parameters, state = step(0.0, gradients, parameters, state, hyper | {"step": np.float64(t)})
    found = np.array([parameters[0], *parameters[1]])
    expected = [math.copysign(max(abs(a) - 0.8 / c, 0.0), a) for a, c in zip(goals, CURVATURES, strict=True)]
    assert found[2] == 0.0
    np.testing.assert_allclose(found, expected, rtol=1e-5 if dtype == "float32" else 1e-10)
    assert parameters[1].dtype == dtype


def test_proximal_l1_shrinks_complex_numbers_by_their_size():
    step = update("gradient_descent", "constant", "none")
    hyper = {n: np.float64(v) for n, v in (HYPER | {"learning_rate": 0.5, "l1": 2.0}).items()}
    z = (np.asarray([3.0 + 4.0j, 0.3 - 0.4j, 0.0]),)
    (moved,), _ = step(0.0, (np.zeros(3, complex),), z, {}, hyper | {"step": np.float64(0)})
    np.testing.assert_allclose(moved, [0.8 * (3 + 4j), 0.0, 0.0], rtol=1e-12)
    assert moved[1] == 0
