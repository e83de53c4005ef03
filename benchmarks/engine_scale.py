"""How the engine grows: lowering 1,000 equations, and a chain of 10,000 nodes opened, validated and differentiated."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.row import Row, least
from engine.autodiff.adjoint import adjoint
from engine.backends.numpy_code import compile_program
from engine.data import Data
from engine.evaluate import loss_program
from engine.files.read import parse
from engine.files.write import render
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from engine.infer import infer
from engine.prepare import prepare
from engine.problems import validate
from nodes.library import LIBRARY

LINKS = ("activations.tanh", "elementwise.sin", "elementwise.add", "elementwise.multiply")
"""The operators that take turns along the chain."""


def chain(length: int) -> Content:
    """Return a parameter, `length` nodes in a row, and an optimizer of what comes out."""
    nodes = {"parameter_1": Node("parameter_1", "parameters.parameter", settings={"value": 0.5})}
    wires = []
    before = "parameter_1"
    for k in range(length):
        id = f"link_{k}"
        nodes[id] = Node(id, LINKS[k % len(LINKS)])
        wires.append(Wire(Socket(before, "value"), Socket(id, "x")))
        before = id
    nodes["optimizer_1"] = Node("optimizer_1", "optimizers.optimizer")
    wires.append(Wire(Socket(before, "value"), Socket("optimizer_1", "loss")))
    places = {id: Place(200.0 * k, 0.0) for k, id in enumerate(nodes)}
    return Content(Graph(nodes, frozenset(wires)), Layout(places))


def rows() -> Iterable[Row]:
    """Yield the times of each part, and how memory grows from 5,000 to 10,000 nodes."""
    thousand = prepare(chain(500), LIBRARY, Data())

    def lowered() -> Any:
        loss = loss_program(thousand)
        return compile_program(adjoint(loss.program, loss.var, [each.var for each in loss.inputs]))

    count = len(lowered().program.equations)
    took = least(lowered, 7) * 1000.0 / count * 1000.0
    yield Row("1,000 equations: lowering, adjoint and code", took, 100.0, unit="ms", detail=f"measured on {count:,}")
    content = chain(10_000)
    data = render(content)
    yield Row("10,000-node chain: opened", least(lambda: parse(data), 3), 1.0, unit="s")
    yield Row("10,000-node chain: validated", least(lambda: validate(content.graph, LIBRARY), 3), 1.0, unit="s")
    yield Row("10,000-node chain: types inferred", least(lambda: infer(content.graph, LIBRARY), 3), 1.0, unit="s")
    prepared = prepare(content, LIBRARY, Data())

    def differentiated() -> Any:
        loss = loss_program(prepared)
        return adjoint(loss.program, loss.var, [each.var for each in loss.inputs])

    yield Row("10,000-node chain: lowered and differentiated", least(differentiated, 3), 1.0, unit="s")
    program = differentiated()
    yield Row("10,000-node chain: NumPy code", least(lambda: compile_program(program), 3), 1.0, unit="s")
    half, whole = (peak(lambda n=n: everything(n)) for n in (5_000, 10_000))
    detail = f"{half / 2**20:.0f} MB, {whole / 2**20:.0f} MB"
    yield Row("memory, 10,000 nodes / 5,000 nodes", whole / half, 2.2, detail=detail)


def everything(length: int) -> object:
    """Open, validate and differentiate a chain."""
    content = parse(render(chain(length)))
    loss = loss_program(prepare(content, LIBRARY, Data()))
    return adjoint(loss.program, loss.var, [each.var for each in loss.inputs])


def peak(function: Callable[[], object]) -> int:
    """Return the most memory that Python objects took during a call, in bytes."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
