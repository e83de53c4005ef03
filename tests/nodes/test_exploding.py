# ruff: noqa: E501 - texts of Python stand on one line each
"""A function in Python taken apart into nodes computes what the function does, also with other arguments."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from engine.backends.interpret import interpret
from engine.errors import LoweringError
from engine.graph import Graph, Node, Socket
from engine.program.lower import lower, setting_values
from engine.program.program import Program
from engine.python.text import described, program_of
from engine.types import type_of
from nodes.exploding import Exploded, explode
from nodes.library import LIBRARY
from tests.engine.python.texts import ALL, Text

REFUSED = {
    "complex": "complex constants",
    "through_loop": "a while loop that stacks has no node of its own",
    "jacobian": "the function scatter has no operator",
    "hessian": "the function scatter has no operator",
}
"""Texts that compute what no operator does."""


def fresh_ids() -> Any:
    counts: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
    return lambda short: f"{short}_{next(counts[short])}"


def program(text: Text) -> Program:
    types = {name: type_of(value) for name, value in zip(described(text.text).parameters, text.first, strict=True)}
    return program_of(text.text, types)


def sources(text: Text) -> dict[str, Socket]:
    return {each.name: Socket(f"given_{each.name}".replace(".", "_"), "data") for each in program(text).inputs}


def run(exploded: Exploded, feeds: Mapping[str, Socket], arguments: tuple[Any, ...]) -> list[Any]:
    """Return what the exploded graph gives, its inputs fed by sources."""
    given = {socket.node: Node(socket.node, "inputs.table") for socket in feeds.values()}
    graph = Graph({**exploded.graph.nodes, **given}, exploded.graph.wires)
    known = {socket: type_of(value) for socket, value in zip(feeds.values(), arguments, strict=True)}
    lowered = lower(graph, LIBRARY, known, exploded.outputs, train=False)
    settings = setting_values(lowered, graph, LIBRARY)
    values = {**settings, **{str(socket): value for socket, value in zip(feeds.values(), arguments, strict=True)}}
    found = interpret(lowered, [values[each.name] for each in lowered.inputs])
    return [found[var] for var in lowered.outputs]


@pytest.mark.parametrize("text", ALL, ids=[each.name for each in ALL])
def test_the_nodes_compute_what_the_text_does(text: Text) -> None:
    recorded = program(text)
    if text.name in REFUSED:
        with pytest.raises(LoweringError, match=REFUSED[text.name]):
            explode(recorded, fresh_ids(), sources(text))
        return
    exploded = explode(recorded, fresh_ids(), sources(text))
    for arguments in (text.first, text.second):
        expected = interpret(recorded, arguments)
        found = run(exploded, sources(text), arguments)
        for one, var in zip(found, recorded.outputs, strict=True):
            np.testing.assert_allclose(one, expected[var], rtol=1e-12, atol=1e-13)
            assert np.shape(one) == np.shape(expected[var])


LINES = (
    "np.sin(m) + np.cos(m) * np.tan(m) - np.arctan(m)", "np.abs(m) ** 1.5 + np.sign(m) * np.floor(m) + np.ceil(m)",
    "np.exp(m) / np.expm1(m * m + 1) + np.log1p(m * m)", "np.maximum(m, 0.1) - np.minimum(m, v)", "np.hypot(m, v)",
    "np.where(m > v, m, 0)", "np.logaddexp(m, v)", "np.clip(m, -0.5, 0.5)", "np.clip(m, 0, None)", "m % 0.7", "m // 0.7",
    "m.sum() + m.mean(axis=1) + m.std(axis=0).sum()", "np.sum(m, axis=(0, 1))", "np.max(m, axis=0, keepdims=True)",
    "np.var(m, axis=1, ddof=1)", "m.prod() * m.min()", "np.argmax(m, axis=1)", "np.cumsum(m, axis=0)", "np.cumprod(m)",
    "np.sort(m, axis=0)", "np.argsort(m, axis=1)", "np.count_nonzero(m > 0)", "np.any(m > 0) & np.all(v < 9)",
    "m.reshape(3, 3).T.ravel()[4]", "np.transpose(m.reshape(1, 3, 3), (2, 0, 1))", "np.moveaxis(m.reshape(1, 3, 3), 0, 2)",
    "np.expand_dims(v, 0) * np.squeeze(m[:, :1])", "np.broadcast_to(v, (2, 3))", "np.concatenate([m, m[:1]], axis=0)",
    "np.stack([v, v * 2], axis=1)", "np.vstack([v, v])", "np.hstack([v, m[0]])", "np.flip(m, axis=1) + np.fliplr(m) + np.flipud(m)",
    "np.roll(m, 1, axis=0)", "np.triu(m) + np.tril(m, -1)", "np.diag(v) + np.diag(m)", "np.diagonal(m)", "np.diff(m, axis=0)",
    "np.repeat(v, 2)", "m[np.argmax(v)]", "m[:, np.argsort(v)]", "np.take_along_axis(m, np.argsort(m, axis=1), 1)",
    "m[1:, ::-2] + m[..., -1:][1:]", "m @ v + np.dot(v, m) + np.dot(v, v)", "np.inner(m, v)", "np.outer(v, v)", "np.kron(v, v)",
    "np.tensordot(m, m, axes=1)", "np.tensordot(m, m, axes=([0, 1], [1, 0]))", "np.einsum('ij,jk->ik', m, m)", "np.trace(m)",
    "np.linalg.inv(m)", "np.linalg.det(m) + np.linalg.slogdet(m)[1]", "np.linalg.solve(m, v)", "np.linalg.norm(v)",
    "np.linalg.cholesky(m @ m.T + np.eye(3))", "np.isnan(m) | np.isfinite(m)", "np.trunc(m)", "np.rint(m)", "~(m > 0) ^ (v > 0)",
    "m.astype(int) + v.astype(np.float32)", "np.array([[v[0], 1.0], [2.0, v[1]]])", "np.full((2,), v[0]) + np.zeros(2)",
    "np.degrees(np.radians(m))", "np.abs(np.fft.fft(v)) + np.fft.ifft(v).real",
)  # fmt: skip
M1 = np.array([[1.3, -0.2, 0.8], [0.1, -1.5, 2.2], [-0.7, 0.6, 0.9]])
M2 = np.array([[-0.3, 1.2, 0.4], [2.1, 0.5, -1.2], [0.7, -1.6, 0.3]])


@pytest.mark.parametrize("line", LINES)
def test_functions_of_numpy_become_operators(line: str) -> None:
    text = Text(line, f"def f(m, v):\n    return {line}", (M1, M1[0]), (M2, M2[:, 1].copy()))
    test_the_nodes_compute_what_the_text_does(text)


def test_what_has_no_operator_is_named() -> None:
    with pytest.raises(LoweringError, match="sinc has no operator of its own"):
        text = Text("", "def f(x):\n    return np.sinc(x)", (1.0,), (2.0,))
        explode(program(text), fresh_ids(), sources(text))
