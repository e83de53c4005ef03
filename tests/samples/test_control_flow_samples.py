"""The samples with loops reach the figures that others have published."""

from __future__ import annotations

import math

import pytest

from engine.autodiff.names import APPROACHES
from engine.evaluate import gradient
from tests.samples.opened import notes, sample, wires


def test_the_taylor_series_of_the_sine():
    """Innes et al. (2019): 0.540302303791887."""
    graph = sample("taylor_sine")
    assert float(wires(graph)["gradient_1.value"]) == pytest.approx(0.540302303791887, abs=1e-15)
    run = graph.run().only
    assert run.steps == 100
    assert float(run.parameters["angle x"]) == pytest.approx(math.pi / 6, abs=1e-8)
    assert f"{float(run.parameters['angle x']):.9f}" in notes("taylor_sine")
    assert "0.540302303791887" in notes("taylor_sine")


@pytest.mark.parametrize("start", [0.3, 4.0])
@pytest.mark.parametrize("approach", APPROACHES)
def test_the_sine_s_slope_in_every_approach(approach, start):
    prepared = sample("taylor_sine").with_setting("parameter_1", "value", start).prepare(start="initial")
    found = gradient(prepared, None, optimizer="optimizer_1", approach=approach)
    wanted = 2 * (math.sin(start) - 0.5) * math.cos(start)
    assert float(found.gradients["parameter_1"]) == pytest.approx(wanted, abs=1e-7)


def flight(w: float) -> tuple[float, int]:
    """The squared miss of GradBench's particle and its Euler steps, by hand: the force is written out."""
    x, y, vx, vy, steps = 0.0, 8.0, 0.75, 0.0, 0
    while y + 0.1 * vy > 0:
        near, far = math.hypot(x - 10, y - 10 + w) ** 3, math.hypot(x - 10, y) ** 3
        ax, ay = (x - 10) / near + (x - 10) / far, (y - 10 + w) / near + y / far
        x, y, vx, vy, steps = x + 0.1 * vx, y + 0.1 * vy, vx + 0.1 * ax, vy + 0.1 * ay, steps + 1
    return (x - y / vy * vx) ** 2, steps


def test_the_charged_particle_is_gradbench_s():
    """f(0) = 3.199079, f'(0) = -19.4046, w* = 0.2071918746486116 by a rule that stops a little before the minimum."""
    graph = sample("charged_particle")
    start = graph.gradient()[0]
    assert start.loss == pytest.approx(3.199079, abs=5e-7)
    assert float(start.gradients["place w of a charge"]) == pytest.approx(-19.4046, abs=5e-5)
    run = graph.run().only
    w = float(run.parameters["place w of a charge"])
    assert w == pytest.approx(0.2071918746486116, abs=1e-5)
    miss, steps = flight(w)
    assert (miss < 1e-20, steps) == (True, int(run.probes["Euler steps"]))
    assert f"{w:.7f}" in notes("charged_particle") and f"{steps + 1}th step" in notes("charged_particle")


@pytest.mark.parametrize("approach", APPROACHES)
def test_the_particle_s_slope_in_every_approach(approach):
    prepared = sample("charged_particle").with_setting("parameter_1", "value", 0.1).prepare(start="initial")
    found = gradient(prepared, None, optimizer="optimizer_1", approach=approach)
    wanted = flight(0.1 - 2e-5)[0] - 8 * flight(0.1 - 1e-5)[0] + 8 * flight(0.1 + 1e-5)[0] - flight(0.1 + 2e-5)[0]
    assert float(found.gradients["parameter_1"]) == pytest.approx(wanted / 12e-5, rel=1e-8)
