"""Random graphs of real operators through XLA: the gradients of NumPy code, to 1e-10 of their norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.data import Data
from engine.errors import GradwireError
from engine.evaluate import gradient
from engine.graph import Content
from engine.prepare import Prepared, prepare
from nodes.library import LIBRARY
from tests import sizes
from tests.properties.test_random_graphs import random_graph

MOST = 4_000
"""Seeds that are tried: many random graphs have no gradient."""


def test_the_gradients_of_xla_are_those_of_numpy_code():
    """Each program is compiled once and run at two points."""
    wanted, compared = sizes.count("xla_graphs"), 0
    for seed in range(MOST):
        try:
            prepared = prepare(Content(random_graph(seed)), LIBRARY, Data())
            plans = [plan.id for plan in prepared.plans]
        except GradwireError:
            continue
        compared += sum([_compare(prepared, optimizer, seed) for optimizer in plans[:1]])
        if compared >= wanted:
            return
    raise AssertionError(f"only {compared} of the random graphs have a gradient to compare")


def _compare(prepared: Prepared, optimizer: str, seed: int) -> bool:
    """Compare at two points; return whether there was anything to compare."""
    here = dict(prepared.parameters)
    there = {id: np.asarray(value * 0.75 + 0.125, value.dtype)[()] for id, value in here.items()}
    seen = False
    for values in (here, there):
        one = _steady(prepared, values, optimizer)
        if one is None:
            continue
        other = gradient(prepared, values, optimizer=optimizer, approach="static", backend="xla").gradients
        norm = np.sqrt(sum(float(np.sum(np.abs(each) ** 2)) for each in one.values()))
        single = any(each.dtype.name in ("float32", "complex64") for each in one.values())
        for id, expected in one.items():
            apart = np.linalg.norm(np.ravel(np.asarray(other[id]) - expected))
            assert apart <= (1e-4 if single else 1e-10) * norm, (seed, id, apart, norm)
        seen = True
    return seen


def _steady(prepared: Prepared, values: Mapping[str, Any], optimizer: str) -> Mapping[str, Any] | None:
    """Return the gradients by NumPy code; None where they are not finite, all zero, or ill-conditioned.

    Ill-conditioned: parameters that differ by 1e-13 of their size give gradients that differ by 1e-11 of their norm.
    """
    moved = {id: np.asarray(value * (1 + 1e-13), value.dtype)[()] for id, value in values.items()}
    try:
        first, second = (gradient(prepared, at, optimizer=optimizer, approach="static") for at in (values, moved))
    except GradwireError:
        return None
    pairs = [(np.asarray(each), np.asarray(second.gradients[id])) for id, each in first.gradients.items()]
    with np.errstate(all="ignore"):
        norm = np.sqrt(sum(float(np.sum(np.abs(one) ** 2)) for one, _ in pairs))
        apart = np.sqrt(sum(float(np.sum(np.abs(one - other) ** 2)) for one, other in pairs))
    if not (np.isfinite(norm) and np.isfinite(first.loss) and norm > 1e-200) or not apart <= 1e-11 * norm:
        return None
    return {id: np.asarray(each) for id, each in first.gradients.items()}
