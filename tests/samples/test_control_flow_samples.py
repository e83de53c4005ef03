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
