"""Random graphs, of operators and of bodies inside one another: all approaches give one gradient, to 1e-10 of its norm,
at the point a graph was lowered at and at another; and one second derivative.

Not compared is what is ill-conditioned: where parameters that differ by 1e-13 of their size give gradients that differ
by more than 1e-11 of their norm, or where the loss or a gradient is not finite, or 0 everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function, refusal, refused_feature
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.binding import bind
from engine.data import Data
from engine.errors import GradwireError
from engine.evaluate import loss_program
from engine.graph import Content
from engine.prepare import Prepared, prepare
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.program.program import Program, Var
from nodes.library import LIBRARY
from tests import sizes
from tests.properties.test_random_bodies import Maker
from tests.properties.test_random_graphs import random_graph

PAIRS = [(a, b) for a in APPROACHES for b in BACKENDS if b not in ("xla", "interpret") and refusal(a, b) is None]
BODIES = 4
"""Every so many-th graph is one of bodies."""
MOST = 40
"""Seeds that are tried for each graph wanted: many random graphs have no gradient."""


def graphs() -> Iterator[tuple[int, Prepared]]:
    """Yield graphs that have a loss."""
    for seed in range(10**9):
        made = Maker(seed).graph() if seed % BODIES == 0 else random_graph(seed)
        try:
            ready = prepare(Content(made), LIBRARY, Data())
            loss_program(ready)
        except GradwireError:
            continue
        if all(np.result_type(value) == np.float64 for value in ready.parameters.values()):
            yield seed, ready


def points(ready: Prepared, seed: int) -> list[dict[str, Any]]:
    """Return the point the graph was lowered at, and another."""
    chance = np.random.default_rng(seed)
    here = dict(ready.parameters)
    there = {id: (0.75 * value + 0.25 * chance.standard_normal(np.shape(value)))[()] for id, value in here.items()}
    return [here, there]


def steepness(program: Program, of: Var, wrt: Sequence[Var], seed: int) -> tuple[Program, Var]:
    """Return a program of the slope of a loss along a random direction: its gradient is a product with the Hessian."""
    chance = np.random.default_rng(seed)
    found = adjoint(program, of, wrt)
    slopes = found.outputs[-len(wrt) :]
    ways = [chance.standard_normal(found.types[each].shape) for each in slopes]
    total = record_function(
        lambda *gs: sum(anp.sum(g * way) for g, way in zip(gs, ways, strict=True)),
        [found.types[each] for each in slopes],
    )
    joined = fuse(found, total, {each.var: slope for each, slope in zip(total.inputs, slopes, strict=True)})
    whole = select(joined, joined.outputs[-1:], ("slope",))
    return whole, whole.outputs[0]


def compare(ready: Prepared, seed: int, *, second: bool) -> bool:
    """Compare at both points; return whether there was something to compare at the second."""
    loss = loss_program(ready)
    program, of, wrt = loss.program, loss.var, [each.var for each in loss.inputs]
    pairs = [pair for pair in PAIRS if refused_feature(program, *pair) is None]
    try:
        if second:
            program, of = steepness(program, of, wrt, seed)
        ways = {pair: gradient_function(program, of, wrt, *pair) for pair in pairs}
    except GradwireError as error:  # a derivative that exists only once, say
        assert "\n" not in error.sentence, seed
        return False
    seen = False
    for at in points(ready, seed):
        expected = steady(ways["source", "numpy_code"], program, ready, at)
        if expected is None:
            continue
        norm = length(expected)
        for pair, way in ways.items():
            with np.errstate(all="ignore"):
                found = way(bind(program, ready, at, step=0))[1]
            apart = length([np.asarray(a) - b for a, b in zip(found, expected, strict=True)])
            assert apart <= 1e-10 * norm, (seed, pair, apart, norm)
        seen = True
    return seen


def length(arrays: Sequence[Any]) -> float:
    return float(np.sqrt(sum(float(np.sum(np.abs(each) ** 2)) for each in arrays)))


def steady(way: Any, program: Program, ready: Prepared, at: Mapping[str, Any]) -> list[Any] | None:
    """Return the gradients; None where they are not to be compared (see the module)."""
    moved = {id: value * (1 + 1e-13) for id, value in at.items()}
    try:
        with np.errstate(all="ignore"):
            (outputs, first), (_, other) = (way(bind(program, ready, each, step=0)) for each in (at, moved))
            gradients = [np.array(each) for each in first]
            norm = length(gradients)
            apart = length([a - np.asarray(b) for a, b in zip(gradients, other, strict=True)])
    except (GradwireError, np.linalg.LinAlgError, ValueError):  # what evaluate makes a sentence of
        return None
    if not (np.isfinite(norm) and np.all(np.isfinite(outputs[0])) and norm > 1e-100 and apart <= 1e-11 * norm):
        return None
    return gradients


@pytest.mark.parametrize("second", [False, True], ids=["first order", "second order"])
def test_all_approaches_give_one_gradient(second: bool) -> None:
    wanted = sizes.count("agreeing_second" if second else "agreeing_graphs")
    compared = 0
    for tried, (seed, ready) in enumerate(graphs()):
        compared += compare(ready, seed, second=second)
        if compared == wanted:
            return
        assert tried < MOST * wanted, f"only {compared} of the random graphs have a gradient to compare"
