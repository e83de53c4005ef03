"""Programs at many places at once against the same programs place by place, for every operator's samples."""

from __future__ import annotations

import numpy as np
import pytest

from engine import batching
from engine.backends.interpret import interpret
from engine.batching import at_places, chunk, structured
from engine.evaluate import gradient, surface_of
from engine.landscape import random_directions
from engine.program.functions import record_function
from engine.types import ArrayType
from tests.samples.opened import sample

FAST = ("2_iris_network", "digits_dense", "two_spirals", "bundle_adjustment", "image_factorisation", "gaussian_mixture")


def places_of(function, shapes, moves, count=3):
    """Return the result at once, and place by place."""
    rng = np.random.default_rng(0)
    names, types = tuple(f"x{k}" for k in range(len(shapes))), tuple(map(ArrayType, shapes))
    program = record_function(function, types, names=names, roles=("data",) * len(shapes))
    moving, fixed = {}, {}
    for k, (each, shape) in enumerate(zip(program.inputs, shapes, strict=True)):
        if k in moves:
            moving[each.var] = rng.uniform(0.5, 2.0, (count, *shape))
        else:
            fixed[each.var] = rng.uniform(0.5, 2.0, shape)
    found = at_places(program, moving, fixed, count)
    wanted = []
    for place in range(count):
        values = [moving[e.var][place] if e.var in moving else fixed[e.var] for e in program.inputs]
        known = interpret(program, values)
        wanted.append([known[var] for var in program.outputs])
    return found, [np.stack(parts) for parts in zip(*wanted, strict=True)]


def cases():
    import autograd.numpy as np

    yield "matrix by matrix", lambda x, y: np.matmul(x, y), ((3, 4), (4, 5))
    yield "vector by matrix", lambda x, y: np.matmul(x, y), ((4,), (4, 5))
    yield "matrix by vector", lambda x, y: np.matmul(x, y), ((3, 4), (4,))
    yield "vector by vector", lambda x, y: np.matmul(x, y), ((4,), (4,))
    yield "stack by matrix", lambda x, y: np.matmul(x, y), ((2, 3, 4), (4, 5))
    yield "matrix by stack", lambda x, y: np.matmul(x, y), ((3, 4), (2, 4, 5))
    yield "dot", lambda x, y: np.dot(x, y), ((3, 4), (4,))
    yield "dot with a number", lambda x, y: np.dot(x, y), ((), (4,))
    yield "broadcast", lambda x, y: x * y + 1.0, ((3, 1), (4,))
    yield "number and stack", lambda x, y: np.maximum(x, y) - y / x, ((), (2, 3, 4))
    yield "where", lambda x, y: np.where(x > y, x, -1.0), ((3, 4), (4,))
    yield "sum of rows", lambda x, y: np.sum(x, axis=1) * np.sum(y), ((3, 4), (4,))
    yield "mean, kept", lambda x, y: x - np.mean(x, axis=-1, keepdims=True) + y, ((3, 4), (4,))
    yield "largest of all", lambda x, y: np.max(x) + np.prod(y, axis=0), ((3, 4), (4,))
    yield "reshape", lambda x, y: np.reshape(x, (4, 3)) @ y, ((3, 4), (3,))
    yield "transpose", lambda x, y: np.transpose(x) @ y, ((3, 4), (3,))
    yield "axes", lambda x, y: np.swapaxes(np.moveaxis(x, 0, 2), -1, 0) * y, ((2, 3, 4), ())
    yield "expand", lambda x, y: np.expand_dims(x, 1) * np.expand_dims(y, -1), ((3, 4), (4,))
    yield "index", lambda x, y: x[:, 1] + y[0] + x[np.array([0, 2, 2]), 0], ((3, 4), (4,))
    yield "index apart", lambda x, y: x[np.array([0, 1]), :, np.array([1, 1])] * y, ((2, 3, 4), (3,))
    yield "concatenate", lambda x, y: np.concatenate([x, y], axis=0), ((3, 4), (2, 4))
    yield "stack", lambda x, y: np.array([np.sum(x), np.sum(y)]), ((3, 4), (2, 4))
    yield "einsum", lambda x, y: np.einsum("ij,jk->ki", x, y), ((3, 4), (4, 5))
    yield "einsum with dots", lambda x, y: np.einsum("...ij,jk->...ik", x, y), ((2, 3, 4), (4, 5))
    yield "solve", lambda x, y: np.linalg.solve(x + 5 * np.eye(3), y), ((3, 3), (3,))
    yield "no rule", lambda x, y: np.sort(x, axis=0) * y, ((3, 4), (4,))
    yield "deviation", lambda x, y: np.std(x, axis=0) + y, ((3, 4), (4,))


CASES = list(cases())


@pytest.mark.parametrize("moves", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("case", CASES, ids=[name for name, *_ in CASES])
def test_at_once_it_is_what_it_is_place_by_place(case, moves):
    _, function, shapes = case
    for found, wanted in zip(*places_of(function, shapes, moves), strict=True):
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_what_does_not_move_is_repeated():
    found, wanted = places_of(lambda x, y: (x * 2.0, y * 3.0), ((2,), (3,)), (0,))
    np.testing.assert_array_equal(found[1], wanted[1])
    assert found[1].shape == (3, 3)


def test_the_guard_notices_a_rule_that_mixes_places(monkeypatch):
    """Planted: a sum over the axis of places as well."""
    wrong = {**batching.RULES, "numpy.sum": lambda batch, arguments, settings: np.full(3, np.sum(arguments[0]))}
    monkeypatch.setattr(batching, "RULES", wrong)
    found, wanted = places_of(lambda x, y: np_sum(x) * y, ((4,), ()), (0,))
    assert not np.allclose(found[0], wanted[0])


def np_sum(x):
    import autograd.numpy as np

    return np.sum(x)


@pytest.mark.parametrize("name", FAST)
def test_the_plain_samples_need_no_place_by_place_work(name, monkeypatch):
    """A contour of a network is whole arrays all the way."""
    graph = sample(name).prepare(start="initial")
    names = list(gradient(graph).gradients)
    surface = surface_of(graph, {}, names)
    monkeypatch.setattr(batching, "_place_by_place", lambda *_: pytest.fail("one place after the other"))
    first, second = random_directions(graph.parameters, names)
    axis = np.array([-0.1, 0.0, 0.1])
    whole = surface.grid(first, second, axis, axis)
    monkeypatch.undo()
    middle = surface.loss({})
    assert whole[1, 1] == pytest.approx(middle, rel=1e-12)
    slopes = surface.slopes(first, second, np.zeros((1, 2)))
    h = 1e-6
    both = [
        (surface.grid(first, second, np.array([a]), np.array([b]))[0, 0]) for a, b in ((h, 0), (-h, 0), (0, h), (0, -h))
    ]
    numbers = [(both[0] - both[1]) / (2 * h), (both[2] - both[3]) / (2 * h)]
    np.testing.assert_allclose(slopes[0], numbers, rtol=1e-4, atol=1e-6)


def test_loops_are_left_to_the_compiled_program():
    graph = sample("taylor_sine").prepare(start="initial")
    surface = surface_of(graph, {}, list(gradient(graph).gradients))
    program = surface._simplified
    assert structured(program, [each.var for each in program.inputs[:1]])
    assert not structured(program, [])
    assert chunk(program, [], [batching.BYTES]) == 1
