"""The samples that show how a method works reach what their notes state, next to closed forms and to SciPy."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy.linalg import subspace_angles
from scipy.optimize import minimize

from tests.samples.opened import ASSETS, notes, sample, wires

# Principal components


def test_gradient_descent_finds_the_plane_of_the_principal_components():
    graph = sample("principal_components")
    run = graph.run().only
    with (ASSETS / "wine.csv").open() as file:
        rows = np.array([[float(cell) for cell in row[:13]] for row in list(csv.reader(file))[1:]])
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    plane = np.linalg.svd(rows, full_matrices=False)[2][:2].T
    angle = subspace_angles(np.asarray(run.parameters["directions W"]), plane).max()
    assert run.steps == 300
    assert angle < 1e-6
    assert float(run.probes["angle to the SVD"]) < 1e-10
    assert wires(graph)["matrix_norm_1.value"] > 0.5, "at the start the planes are apart"
    assert "after 300 steps" in notes("principal_components")
    assert "below 1e-10" in notes("principal_components")


# An image by two factors


def test_the_factors_are_as_good_as_the_best_of_their_rank():
    graph = sample("image_factorisation")
    run = graph.run().only
    picture = np.load(ASSETS / "camera.npy") / 255
    values = np.linalg.svd(picture, compute_uv=False)
    least = np.sum(values[8:] ** 2)
    product = np.asarray(run.parameters["left factor"]) @ np.asarray(run.parameters["right factor"])
    error = np.sum((picture - product) ** 2)
    assert run.steps == 2000
    assert least <= error * (1 + 1e-12)
    assert error / least - 1 < 1e-8
    assert float(run.probes["excess"]) == pytest.approx(error / least - 1, abs=1e-12)
    for figure in ("after 2,000 steps", "less than 1e-8", "1,024 numbers for 4,096"):
        assert figure in notes("image_factorisation")


# Newton on a quadratic


def test_newton_needs_one_step_and_gradient_descent_hundreds():
    graph = sample("newton_on_a_quadratic")
    names = [graph.graph.nodes[result.optimizer].name for result in graph.run(1)]
    after = {n: dict(zip(names, (float(result.loss) for result in graph.run(n)), strict=True)) for n in (1, 2, 300)}
    assert after[1]["Newton"] < 1e-20
    assert after[1]["Conjugate gradient"] > 1e-3
    assert after[2]["Conjugate gradient"] < 1e-20
    assert after[300]["Momentum"] < 1e-20
    # Both directions shrink by 99 / 101 at each step: Nocedal and Wright, theorem 3.3, where it is tight.
    assert after[300]["Gradient descent"] == pytest.approx((25 * 25 + 0.25 * 9) * (99 / 101) ** 600, rel=1e-9)
    assert f"{after[300]['Gradient descent']:.4f}" == "0.0039"
    for result in graph.run():
        if graph.graph.nodes[result.optimizer].name != "Gradient descent":
            assert (float(result.parameters["x"]), float(result.parameters["y"])) == pytest.approx((2, 1), abs=1e-9)
    for figure in ("(2, 1) after 1 step", "after 2,", "0.0039", "(99 / 101)²"):
        assert figure in notes("newton_on_a_quadratic")


def test_the_valley_is_a_hundred_times_steeper_across():
    """The Hessian, from second differences of the sample's own loss."""
    graph = sample("newton_on_a_quadratic")

    def f(x, y):
        return graph.gradient(parameters={"x": x, "y": y})[0].loss

    hessian = np.array(
        [
            [f(1, 0) + f(-1, 0) - 2 * f(0, 0), (f(1, 1) - f(1, -1) - f(-1, 1) + f(-1, -1)) / 4],
            [(f(1, 1) - f(1, -1) - f(-1, 1) + f(-1, -1)) / 4, f(0, 1) + f(0, -1) - 2 * f(0, 0)],
        ]
    )
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), [1, 100], rtol=1e-9)


# A logistic map


def test_the_derivative_of_the_logistic_map_doubles_in_each_generation():
    """x = sin² θ turns the map into doubling θ, so that the derivative is known in closed form."""
    graph = sample("logistic_map_chaos")
    run = graph.run().only
    found, start = wires(graph, run), float(run.parameters["start x₀"])
    generation, x = np.arange(1, 31), found["scan_1.population"]
    exact = generation * np.log(2) + 0.5 * np.log(x * (1 - x) / (start * (1 - start)))
    np.testing.assert_allclose(found["log_1.value"], exact, atol=1e-6)
    np.testing.assert_allclose(x[:12], np.sin(2 ** generation[:12] * np.arcsin(np.sqrt(start))) ** 2, atol=1e-10)
    exponent = float(run.probes["Lyapunov exponent"])
    assert exponent == pytest.approx(exact[-1] / 30)
    assert exponent == pytest.approx(np.log(2), abs=0.02)
    assert f"{exponent:.3f}" in notes("logistic_map_chaos")
    assert np.exp(exact[-1]) == pytest.approx(9e8, rel=0.01)
    assert "nine hundred million" in notes("logistic_map_chaos")


def test_gradient_descent_still_steers_ten_generations_of_chaos_but_not_twenty():
    graph = sample("logistic_map_chaos")
    run = graph.run().only
    x = start = float(run.parameters["start x₀"])
    for _ in range(10):
        x = 4 * x * (1 - x)
    assert run.steps == 500
    assert x == pytest.approx(0.8, abs=1e-12)
    assert start == pytest.approx(0.3 - 0.0008, abs=5e-5)
    late = graph.with_setting("slice_1", "at", "19").run().only
    assert late.failed or not late.loss < 1e-6
    for figure in ("to 1e-12", "moved by 0.0008", "a rate of 1e-7"):
        assert figure in notes("logistic_map_chaos")


# A funnel by variational inference


def minus_elbo(numbers):
    """Return minus the ELBO of a normal q in closed form; numbers: mean and log deviation of v, then of x."""
    v, x = numbers[0], numbers[2]
    var_v, var_x = np.exp(2 * numbers[1]), np.exp(2 * numbers[3])
    log_v = -0.5 * np.log(2 * np.pi * 9) - (v * v + var_v) / 18
    log_x = -0.5 * np.log(2 * np.pi) - v / 2 - 0.5 * (x * x + var_x) * np.exp(-v + var_v / 2)
    return -(log_v + log_x + numbers[1] + numbers[3] + 1 + np.log(2 * np.pi))


def test_the_funnel_is_approximated_as_well_as_can_be():
    graph = sample("funnel_variational")
    run = graph.run().only
    best = minimize(minus_elbo, np.zeros(4), method="BFGS", options={"gtol": 1e-9})
    means, deviations = run.parameters["means"], run.parameters["deviations"]
    reached = minus_elbo([means[0], np.log(deviations[0]), means[1], np.log(deviations[1])])
    assert best.fun <= reached < best.fun + 1e-3
    np.testing.assert_allclose(means, [0, 0], atol=0.03)
    np.testing.assert_allclose(deviations, np.exp(best.x[[1, 3]]), rtol=0.01)
    assert f"{-best.fun:.5f}" == "-0.85237"
    for figure in ("an ELBO of -0.8524", "-0.85237", "1e-3"):
        assert figure in notes("funnel_variational")


def test_the_funnel_drawn_is_the_funnel_approximated():
    found = wires(sample("funnel_variational"))
    v, x = found["linspace_2.value"][:, None], found["linspace_1.value"]
    density = np.exp(-(v**2) / 18 - x**2 / (2 * np.exp(v))) / (2 * np.pi * 3 * np.exp(v / 2))
    np.testing.assert_allclose(found["exp_3.value"], density, rtol=1e-12, atol=1e-300)
