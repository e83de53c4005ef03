"""The figures of the physics samples."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.nodes.test_quantum import string
from tests.samples.opened import notes, sample


def test_the_quantum_eigensolver_finds_the_lowest_eigenvalue():
    pairs = [*pairwise(range(4)), (3, 0)]
    energy = sum(
        0.25 * string("".join(letter if k in pair else "I" for k in range(4))) for pair in pairs for letter in "XYZ"
    )
    lowest = np.linalg.eigvalsh(energy)[0]
    assert lowest == pytest.approx(-2.0, abs=1e-12)
    open_chain = energy - sum(0.25 * string(f"{letter}II{letter}") for letter in "XYZ")
    assert np.linalg.eigvalsh(open_chain)[0] == pytest.approx(-1.6160254, abs=1e-7)
    run = sample("quantum").run()
    assert run.steps == 200
    assert abs(run.loss - lowest) < 1e-2
    assert "Reached: E = −2 to within 0.01" in notes("quantum")


def thrown(across: float, up: float, spin: float) -> tuple[float, ...]:
    """A ball of 1 m after 500 steps of a hundredth of a second, in plain Python."""
    x = y = 0.0
    for _ in range(500):
        up -= 0.0981
        if y <= 0.0 and up < 0.0:
            push = -1.5 * up
            grip = max(-push, min(push, -(across + spin) * 2 / 7))
            across, up, spin = across + grip, up + push, spin + 2.5 * grip
        x, y = x + 0.01 * across, y + 0.01 * up
    return x, y, across, up, spin


def test_the_ball_is_thrown_so_that_it_lies_still_ten_metres_away():
    graph = sample("ball_throw")
    at = {"speed across": 3.1, "speed upwards": 6.3, "backspin": -1.2}
    x, y, *motion = thrown(*at.values())
    wanted = (x - 10.0) ** 2 + y**2 + sum(each**2 for each in motion)
    assert graph.gradient(parameters=at)[0].loss == pytest.approx(wanted, rel=1e-12)
    run = graph.run()
    found = thrown(*(float(run.parameters[name]) for name in at))
    assert run.steps < 25
    assert np.abs(np.array(found) - [10.0, 0.0, 0.0, 0.0, 0.0]).max() < 0.01
    assert "fewer than 25 steps of L-BFGS; 88 steps of gradient descent are published" in notes("ball_throw")


def test_the_neural_equation_follows_the_spiral():
    graph = sample("neural_ode")
    times = np.linspace(0.0, 1.5, 30)
    spiral = solve_ivp(
        lambda t, y: (y**3) @ np.array([[-0.1, 2.0], [-2.0, -0.1]]), (0.0, 1.5), [2.0, 0.0], "DOP853", times,
        rtol=1e-10, atol=1e-12,
    ).y.T  # fmt: skip
    assert graph.graph.nodes["constant_3"].settings["value"] == pytest.approx(spiral, abs=2e-6)
    run = graph.with_setting("optimizer_1", "steps", 300).run()
    assert run.loss < 0.05, "at 300 of 1,000 steps already"
    assert "below 0.05 within 1,000 steps of Adam (0.006 in the end)" in notes("neural_ode")


def test_the_three_derivatives_of_the_neural_equation_agree_to_a_millionth():
    graph = sample("neural_ode").with_setting("ode_1", "substeps", 24)
    ways = ["backpropagation", "continuous adjoint", "forward sensitivity"]
    found = [graph.with_setting("ode_1", "gradient", way).gradient()[0].gradients for way in ways]
    whole = [np.concatenate([np.ravel(each[name]) for name in sorted(each)]) for each in found]
    size = np.linalg.norm(whole[0])
    assert np.linalg.norm(whole[1] - whole[0]) < 1e-6 * size
    assert np.linalg.norm(whole[2] - whole[0]) < 1e-9 * size


def test_the_network_finds_what_hunters_and_prey_do_to_each_other():
    graph = sample("hunters_and_prey")
    nodes = {node.name: node for node in graph.graph.nodes.values()}
    counted = solve_ivp(
        lambda t, u: [1.3 * u[0] - 0.9 * u[0] * u[1], 0.8 * u[0] * u[1] - 1.8 * u[1]],
        (0.0, 3.0), [0.44249296, 4.6280594], "DOP853", np.array(nodes["times"].settings["value"]), rtol=1e-10,
        atol=1e-12,
    ).y.T  # fmt: skip
    assert nodes["counted"].settings["value"] == pytest.approx(counted, abs=2e-5)
    run = graph.run()
    assert run.steps == 100
    assert run.loss < 1e-3
    assert "a mean square error below 0.001 after 100 steps of L-BFGS" in notes("hunters_and_prey")
