"""The workloads whose step has a loop in it: a ball thrown with contacts, an LSTM, a neural ODE by Runge-Kutta.

Each as its users write it: a Python loop for autograd and PyTorch, `lax.scan` for JAX, the text of a Python node for
Gradwire. `torch.compile` unrolls such loops and compiles for minutes; it is left out.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from benchmarks.workloads import Workload

UNROLLED: Final = {"torch.compile": "it unrolls the loop in the step, and compiles for minutes"}

# ----- a ball: 500 steps of a hundredth of a second, bouncing at half its speed, rubbing -----


def thrown(np_: Any, parameters: Any, data: Any) -> Any:
    """How far from ten metres it is in the end, squared."""
    vx, vy = parameters
    x, y = 0.0 * vx, 1.0 + 0.0 * vy
    for _ in range(500):
        vy = vy - 0.0981
        if y < 0.0 and vy < 0.0:
            vx, vy = 0.8 * vx, -0.5 * vy
        x, y = x + 0.01 * vx, y + 0.01 * vy
    return (x - 10.0) ** 2 + y**2


def thrown_jax(np_: Any, parameters: Any, data: Any) -> Any:
    from jax import lax

    def step(state: Any, _: Any) -> Any:
        x, y, vx, vy = state
        vy = vy - 0.0981
        hit = (y < 0.0) & (vy < 0.0)
        vx, vy = np_.where(hit, 0.8 * vx, vx), np_.where(hit, -0.5 * vy, vy)
        return (x + 0.01 * vx, y + 0.01 * vy, vx, vy), None

    vx, vy = parameters
    (x, y, _, _), _ = lax.scan(step, (0.0 * vx, 1.0 + 0.0 * vy, vx, vy), None, length=500)
    return (x - 10.0) ** 2 + y**2


THROWN: Final = '''
def thrown(vx, vy):
    """How far from ten metres a ball is in the end, squared."""
    x, y = 0.0, 1.0
    for _ in range(500):
        vy = vy - 0.0981
        if y < 0.0 and vy < 0.0:
            vx, vy = 0.8 * vx, -0.5 * vy
        x, y = x + 0.01 * vx, y + 0.01 * vy
    return (x - 10.0) ** 2 + y**2
'''

# ----- ADBench's LSTM with diagonal weights: 2 layers of 14; 128 letters: with 1,024 autograd takes 4 s a step -----

LETTERS: Final = 128


def _sigmoid(np_: Any, x: Any) -> Any:
    return 1.0 / (1.0 + np_.exp(-x))


def _cell(np_: Any, x: Any, h: Any, c: Any, w: Any, b: Any) -> Any:
    keep, let = _sigmoid(np_, x * w[0] + b[0]), _sigmoid(np_, h * w[1] + b[1])
    out, new = _sigmoid(np_, x * w[2] + b[2]), np_.tanh(h * w[3] + b[3])
    c = c * keep + let * new
    return out * np_.tanh(c), c


def _letter(np_: Any, state: Any, x: Any, gold: Any, parameters: Any) -> Any:
    weights, biases, ends = parameters
    h1, c1, h2, c2 = state
    h1, c1 = _cell(np_, x * ends[0], h1, c1, weights[0], biases[0])
    h2, c2 = _cell(np_, h1, h2, c2, weights[1], biases[1])
    y = h2 * ends[1] + ends[2]
    return (h1, c1, h2, c2), np_.sum(gold * (y - np_.log(np_.sum(np_.exp(y)) + 2.0)))


def letters(np_: Any, parameters: Any, data: Any) -> Any:
    (sequence,) = data
    state, total = (0.0 * sequence[0],) * 4, 0.0
    for k in range(len(sequence) - 1):
        state, gain = _letter(np_, state, sequence[k], sequence[k + 1], parameters)
        total = total + gain
    return -total / (len(sequence) - 1)


def letters_jax(np_: Any, parameters: Any, data: Any) -> Any:
    from jax import lax

    (sequence,) = data
    start = (np_.zeros(14),) * 4
    _, gains = lax.scan(lambda s, each: _letter(np_, s, *each, parameters), start, (sequence[:-1], sequence[1:]))
    return -np_.mean(gains)


LETTERS_TEXT: Final = '''
def letters(weights, biases, ends, sequence):
    """Minus the mean logarithm of what each next letter was given."""
    def sigmoid(x):
        return 1.0 / (1.0 + np.exp(-x))

    def cell(x, h, c, w, b):
        keep, let = sigmoid(x * w[0] + b[0]), sigmoid(h * w[1] + b[1])
        out, new = sigmoid(x * w[2] + b[2]), np.tanh(h * w[3] + b[3])
        c = c * keep + let * new
        return out * np.tanh(c), c

    h1, c1, h2, c2 = np.zeros(14), np.zeros(14), np.zeros(14), np.zeros(14)
    total = 0.0
    for x, gold in zip(sequence[:-1], sequence[1:]):
        h1, c1 = cell(x * ends[0], h1, c1, weights[0], biases[0])
        h2, c2 = cell(h1, h2, c2, weights[1], biases[1])
        y = h2 * ends[1] + ends[2]
        total = total + np.sum(gold * (y - np.log(np.sum(np.exp(y)) + 2.0)))
    return -total / (sequence.shape[0] - 1)
'''

# ----- a neural ODE: 30 points on a spiral, four stages of Runge and Kutta between two of them -----

STEP: Final = 1.5 / 29


def _slope(np_: Any, y: Any, parameters: Any) -> Any:
    w1, b1, w2, b2 = parameters
    return np_.tanh((y * y * y) @ w1 + b1) @ w2 + b2


def _stages(np_: Any, y: Any, parameters: Any) -> Any:
    k1 = _slope(np_, y, parameters)
    k2 = _slope(np_, y + 0.5 * STEP * k1, parameters)
    k3 = _slope(np_, y + 0.5 * STEP * k2, parameters)
    k4 = _slope(np_, y + STEP * k3, parameters)
    return y + STEP / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


def spiral(np_: Any, parameters: Any, data: Any) -> Any:
    (points,) = data
    y, total = points[0], 0.0
    for k in range(29):
        y = _stages(np_, y, parameters)
        total = total + np_.sum((y - points[k + 1]) ** 2)
    return total / 58.0


def spiral_jax(np_: Any, parameters: Any, data: Any) -> Any:
    from jax import lax

    def step(y: Any, _: Any) -> Any:
        y = _stages(np_, y, parameters)
        return y, y

    (points,) = data
    _, path = lax.scan(step, points[0], None, length=29)
    return np_.mean((path - points[1:]) ** 2)


SPIRAL: Final = '''
def spiral(w1, b1, w2, b2, points):
    """The mean squared distance of the path from the points."""
    def slope(y):
        return np.tanh((y * y * y) @ w1 + b1) @ w2 + b2

    h = 1.5 / 29
    y, total = points[0], 0.0
    for point in points[1:]:
        k1 = slope(y)
        k2 = slope(y + 0.5 * h * k1)
        k3 = slope(y + 0.5 * h * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        total = total + np.sum((y - point) ** 2)
    return total / 58.0
'''


def _spiral_points() -> np.ndarray:
    """Return 30 points of y' = y³ A from (2, 0), by a hundred steps of Runge and Kutta between two of them."""
    matrix, y, path, h = np.array([[-0.1, 2.0], [-2.0, -0.1]]), np.array([2.0, 0.0]), [np.array([2.0, 0.0])], STEP / 100
    for _ in range(29):
        for _ in range(100):
            k1 = y**3 @ matrix
            k2 = (y + 0.5 * h * k1) ** 3 @ matrix
            k3 = (y + 0.5 * h * k2) ** 3 @ matrix
            k4 = (y + h * k3) ** 3 @ matrix
            y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        path.append(y)
    return np.array(path)


def looping() -> tuple[Workload, ...]:
    """Return the workloads with a loop in their step."""
    random = np.random.default_rng(2)
    sequence = np.eye(14)[random.integers(0, 14, LETTERS)]
    return (
        Workload(
            "ball, 500 steps with contacts",
            thrown,
            (np.float64(2.5), np.float64(8.0)),
            rate=1e-4,
            own={"jax": thrown_jax},
            text=THROWN,
            left_out=UNROLLED,
            overhead=True,
        ),
        Workload(
            f"LSTM l=2 c={LETTERS}",
            letters,
            (random.normal(size=(2, 4, 14)), random.normal(size=(2, 4, 14)), random.normal(size=(3, 14))),
            (sequence,),
            rate=1e-3,
            own={"jax": letters_jax},
            text=LETTERS_TEXT,
            left_out=UNROLLED,
        ),
        Workload(
            "neural ODE by Runge-Kutta",
            spiral,
            (
                0.1 * random.normal(size=(2, 50)),
                np.zeros(50),
                0.1 * random.normal(size=(50, 2)),
                np.zeros(2),
            ),
            (_spiral_points(),),
            rate=1e-4,
            own={"jax": spiral_jax},
            text=SPIRAL,
            left_out=UNROLLED,
        ),
    )
