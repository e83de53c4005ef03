"""Operators next to the same functions of JAX and SciPy, on random inputs around their samples."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Iterator
from typing import Any

import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.graph import Node
from engine.operator import Operator, Sample
from nodes.library import LIBRARY
from tests import sizes
from tests.engine.operator_checks import flat, plain
from tests.nodes.counterparts import COUNTERPARTS, VALUES

SYMMETRIC = frozenset({"linear_algebra.cholesky"})


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    with jax.enable_x64(True), np.errstate(all="ignore"):
        yield


def drawn(value: Any, random: np.random.Generator, symmetric: bool) -> Any:
    """Return random arrays of the same shapes, dtypes and signs; whole numbers and booleans stay."""
    array = np.asarray(value)
    if array.dtype.kind not in "fc":
        return array
    factor = random.uniform(0.85, 1.15, array.shape)
    factor = (factor + np.swapaxes(factor, -1, -2)) / 2 if symmetric else factor
    return (array * factor).astype(array.dtype)


def samples_of(declared: Operator) -> list[Sample]:
    """Return the samples in double precision whose inputs are arrays."""
    return [
        each
        for each in declared.samples
        if each.inputs
        and all(np.asarray(x).dtype.name not in ("float32", "complex64") for x in flat(tuple(map(plain, each.inputs))))
        and not any(isinstance(x, tuple | dict) for x in each.inputs)
    ]


def test_at_least_two_hundred_operators_are_compared() -> None:
    compared = set(COUNTERPARTS) | set(VALUES)
    assert compared <= set(LIBRARY), compared - set(LIBRARY)
    assert not set(COUNTERPARTS) & set(VALUES)
    assert len(compared) >= 200, len(compared)
    assert all(samples_of(LIBRARY[id]) for id in compared)


@pytest.mark.filterwarnings("ignore:Output seems independent of input")
@pytest.mark.parametrize("id", sorted(set(COUNTERPARTS) | set(VALUES)))
def test_values_and_gradients_are_those_of_the_counterpart(id: str) -> None:
    declared = LIBRARY[id]
    other = COUNTERPARTS.get(id) or VALUES[id]
    taken = inspect.signature(other).parameters if (other.__module__ or "").startswith("tests") else {}
    for number, sample in enumerate(samples_of(declared)[: sizes.count("counterpart_samples")]):
        settings = declared.values(Node("n", id, settings=sample.settings))
        theirs = {name: settings[name] for name in taken if name in settings}
        for draw in range(sizes.count("counterpart_draws")):
            random = np.random.default_rng(zlib.crc32(f"{id} {number} {draw}".encode()))
            inputs = tuple(drawn(each, random, id in SYMMETRIC) for each in sample.inputs)
            rest = () if any(each.variadic for each in declared.inputs) else declared.inputs[len(inputs) :]
            inputs += tuple(np.asarray(each.default) for each in rest if each.default is not None)
            rest = tuple(each for each in rest if each.default is None)
            check(declared, other, inputs, [each.default for each in rest], settings, theirs)


def check(
    declared: Operator, other: Any, inputs: tuple[Any, ...], rest: list[Any], own: dict[str, Any], theirs: Any
) -> None:
    """Raise AssertionError where values or gradients differ beyond rounding."""
    function = declared.function
    assert function is not None
    ours, wanted = function(*inputs, *rest, **own), other(*inputs, **theirs)
    pairs = list(zip(_several(ours), _several(wanted), strict=True))
    tolerance = 1e-11
    for one, two in pairs:
        assert np.shape(one) == np.shape(two), (np.shape(one), np.shape(two))
        np.testing.assert_allclose(one, two, rtol=tolerance, atol=tolerance * (1 + _size(two)))
    if declared.id in VALUES:
        return
    random = np.random.default_rng(4)
    cotangents = [
        random.uniform(0.5, 1.5, np.shape(one)) if np.asarray(one).dtype.kind in "fc" else None for one, _ in pairs
    ]

    def weighed(numpy: Any, outputs: Any) -> Any:
        found = zip(cotangents, _several(outputs), strict=True)
        return sum(numpy.sum(c * numpy.real(y)) + numpy.sum(0.3 * c * numpy.imag(y)) for c, y in found if c is not None)

    for number, value in enumerate(inputs):
        socket = declared.inputs[min(number, len(declared.inputs) - 1)]
        if (
            np.asarray(value).dtype.kind not in "fc"
            or not socket.differentiable
            or not any(c is not None for c in cotangents)
        ):
            continue
        mine = autograd.grad(lambda *xs: weighed(anp, function(*xs, *rest, **own)), number)(*inputs)
        his = jax.grad(lambda *xs: weighed(jnp, other(*xs, **theirs)), number)(*inputs)
        np.testing.assert_allclose(mine, his, rtol=1e-9, atol=1e-10 * (1 + _size(his)))


def _size(value: Any) -> float:
    found = np.abs(np.asarray(value)).max(initial=0.0)
    return float(found) if np.isfinite(found) else 0.0


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple | list) else [value]
