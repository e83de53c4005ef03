"""Every sample by every approach: one steps through an optimizer step to its end and back to its start, and what is
shown at the end is what `gradwire grad` prints."""

from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest

from app.cli import main
from app.numbers import short
from app.stepping.known import Known
from app.stepping.steps import Steps
from app.stepping.written import written
from engine.autodiff.names import APPROACHES
from engine.errors import GradwireError
from engine.graph import Socket
from tests.app.stepping.recorded import prepared, recorded
from tests.samples.opened import SAMPLES
from tests.sizes import soaking

LONG = 600
"""Micro-steps from which a sample is stepped through by its own approach only, but in `make soak`."""
PASSES = 12
"""Most numbers of the parameters for which forward is stepped through: a pass for each."""


def printed(path, optimizer: str) -> dict:
    """Return what `gradwire grad --json` prints of an optimizer."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["grad", str(path), "--json"]) == 0
    found = json.loads(out.getvalue())
    return next(each for each in (found if isinstance(found, list) else [found]) if each["optimizer"] == optimizer)


def by_approaches(graph, plan):
    """Yield (approach, recorded step) for every approach that runs; the others refuse in one sentence."""
    own = recorded(graph, optimizer=plan.id)
    yield own.approach, own
    size = sum(np.size(graph.parameters[id]) for id in plan.parameters)
    for approach in APPROACHES if len(own.micro) < LONG or soaking() else ():
        if approach != own.approach and (approach != "forward" or size <= PASSES):
            try:
                yield approach, recorded(graph, optimizer=plan.id, approach=approach)
            except GradwireError as error:
                assert error.sentence.endswith(".") and error.sentence.count("\n") == 0


def close(found: np.ndarray, wanted: np.ndarray, single: bool) -> bool:
    scale = max(float(np.max(np.abs(wanted), initial=0.0)), 1e-300)
    return found.shape == wanted.shape and bool(
        np.allclose(found, wanted, rtol=0, atol=(1e-4 if single else 1e-9) * scale)
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_to_the_end_and_back_and_the_numbers_are_those_of_grad(path) -> None:
    graph = prepared(path.stem)
    plan = graph.plans[0]
    wanted = printed(path, plan.id)
    called = {name: id for id in plan.parameters for name in (id, graph.graph.nodes[id].name)}
    single = any(np.asarray(graph.parameters[id]).dtype == np.float32 for id in plan.parameters)
    for approach, stepped in by_approaches(graph, plan):
        steps = Steps(stepped, lambda node: node)
        pane = written(steps)
        assert steps.stepped.loss == short(float(wanted["loss"])) or single
        every = max(1, steps.count // 60)
        for position in range(0, steps.count + 1, every):
            steps.walk.go(position)
            row = pane.marked(position)
            assert row is None or row < pane.count(position)
            if position:
                assert all(isinstance(cell, str) for cell in steps.cells(position - 1)) and steps.said(position - 1)
        steps.walk.go(steps.count)
        for name, expected in wanted["gradients"].items():
            id = called[name]
            look = steps.look(Socket(id, "value"))
            array = np.asarray(expected, dtype=np.complex128 if "j" in str(expected) else None)
            assert look is not None, (approach, id)
            if look.cotangent_partial is not None:
                assert close(look.cotangent_partial.array(), array, single), (approach, id)
            if array.shape == () and not single:
                assert look.cotangent == short(array.item()), (approach, id)
            elif array.shape:
                norm = float(np.sqrt(np.sum(np.abs(array) ** 2)))
                assert look.norm == pytest.approx(norm, rel=1e-4 if single else 1e-9, abs=1e-300)
        assert len(wanted["gradients"]) == len(steps.stepped.gradients)
        steps.walk.go(0)
        assert steps.walk.known() == Known(), "back at the start nothing is known"
        assert all(steps.look(Socket(*each)) is None for each in steps.stepped.sockets)


def test_what_is_known_is_the_same_on_both_ways() -> None:
    for stem in ("2_iris_network", "logistic_map_chaos"):
        steps = Steps(recorded(prepared(stem)), lambda node: node)
        there = []
        for position in range(steps.count + 1):
            steps.walk.go(position)
            there.append(steps.walk.known())
        for position in range(steps.count, -1, -1):
            steps.walk.go(position)
            assert steps.walk.known() == there[position]
