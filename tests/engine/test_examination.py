"""The whole gradient check: every way of finding a derivative, against formulas; and what a wrong one looks like."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import Data
from engine.examination import ENTRIES, STEPS, examine
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import prepare
from nodes.library import LIBRARY
from tests.engine.training_graphs import network, rosenbrock, rosenbrock_gradient
from tests.engine.training_graphs import prepared as made

DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 5}


def test_every_way_finds_the_derivative_of_the_formula() -> None:
    found = examine(made(rosenbrock(optimizer_1=DESCENT)))
    assert found.passed and found.loss == pytest.approx(24.2)
    for each, wanted in zip(found.parameters, rosenbrock_gradient(-1.2, 1.0), strict=True):
        (entry,) = each.entries
        assert (entry.place, each.shape) == ((), ())
        for way in (entry.reverse, entry.forward, entry.complex_step):
            assert way == pytest.approx(wanted, rel=1e-13)
        assert entry.extrapolated == pytest.approx(wanted, rel=1e-9)
        errors = np.abs(np.array(entry.central) / wanted - 1)
        assert errors.min() < 1e-9
    bent = found.parameters[0].entries[0]  # by the other, Rosenbrock's function is a square: no step is too large
    errors = np.abs(np.array(bent.central) / bent.reverse - 1)
    assert errors[0] > 1e-3, "a large step bends"
    assert errors[-1] > 10 * errors.min(), "a tiny step drowns in rounding"
    assert len(STEPS) == len(bent.central)


def test_large_parameters_are_looked_at_in_places_spread_over_them() -> None:
    found = examine(made(network()))
    large = max(found.parameters, key=lambda each: int(np.prod(each.shape)))
    assert 1 < len(large.entries) <= ENTRIES
    assert len({entry.place for entry in large.entries}) == len(large.entries)
    for each in found.parameters:
        for entry in each.entries:
            assert entry.forward == pytest.approx(entry.reverse, rel=1e-9, abs=1e-12)


def test_next_to_a_kink_the_differences_tell_another_story() -> None:
    nodes = {
        "w": Node("w", "parameters.parameter", "", {"value": 1e-7}),
        "exp": Node("exp", "elementwise.exp"),
        "kink": Node("kink", "elementwise.abs"),
        "descent": Node("descent", "optimizers.optimizer", "", DESCENT),
    }
    ends = (("w.value", "kink.x"), ("kink.value", "exp.x"), ("exp.value", "descent.loss"))
    wires = frozenset(Wire(Socket(*a.split(".")), Socket(*b.split("."))) for a, b in ends)
    found = examine(prepare(Content(Graph(nodes, wires)), LIBRARY, Data()))
    (entry,) = found.parameters[0].entries
    assert not found.passed and not found.parameters[0].check.passed
    assert entry.reverse == pytest.approx(1.0, rel=1e-6)
    assert abs(entry.central[0]) < 0.1, "across the kink the two sides cancel"
    assert entry.complex_step is None, "an absolute value is not analytic"


def test_its_plain_form_is_numbers_and_texts_only() -> None:
    plain = examine(made(rosenbrock(optimizer_1=DESCENT))).to_plain()
    assert plain["passed"] is True and plain["step_sizes"] == list(STEPS)
    assert [each["node"] for each in plain["parameters"]] == ["parameter_1", "parameter_2"]
    assert isinstance(plain["parameters"][0]["entries"][0]["reverse"], float)
