"""Exploding a Python node is one undoable edit, after which the graph computes the same."""

from __future__ import annotations

import numpy as np
import pytest

from engine.backends.interpret import interpret
from engine.document import Document
from engine.errors import EditError
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from engine.infer import infer
from engine.program.lower import lower, setting_values
from nodes.exploding_edit import explosion
from nodes.library import LIBRARY

SINE = """def sine(x, tolerance):
    total, term, n = 0.0, x, 1
    while abs(term) >= tolerance:
        total += term
        term = -term * x * x / ((n + 1) * (n + 2))
        n += 2
    return total, {"last": term, "count": n}
"""


def content(code: str, x: object = 1.0) -> Content:
    nodes = {
        "x": Node("x", "inputs.constant", settings={"value": x}),
        "t": Node("t", "inputs.constant", settings={"value": 1e-8}),
        "p": Node("p", "control.python", settings={"code": code}),
        "out": Node("out", "elementwise.multiply"),
    }
    wires = frozenset({
        Wire(Socket("x", "value"), Socket("p", "xs.0")),
        Wire(Socket("t", "value"), Socket("p", "xs.1")),
        Wire(Socket("p", "total"), Socket("out", "x")),
        Wire(Socket("x", "value"), Socket("out", "y")),
    })  # fmt: skip
    return Content(Graph(nodes, wires), Layout({id: Place(100.0 * k, 50.0) for k, id in enumerate(nodes)}))


def value(graph: Graph) -> float:
    program = lower(graph, LIBRARY, {}, [Socket("out", "value")], train=False)
    given = setting_values(program, graph, LIBRARY)
    found = interpret(program, [given[each.name] for each in program.inputs])
    return float(found[program.outputs[0]])


def exploded(document: Document) -> None:
    types = infer(document.graph, LIBRARY, {}).types
    document.apply(explosion(document.content, LIBRARY, "p", types))


def test_a_while_loop_explodes_and_comes_back_by_undo() -> None:
    document = Document(content(SINE))
    before = document.content
    assert value(document.graph) == pytest.approx(np.sin(1.0), abs=1e-8)
    exploded(document)
    operators = {node.operator for node in document.graph.nodes.values()}
    assert "control.python" not in operators and "control.while" in operators
    assert value(document.graph) == pytest.approx(np.sin(1.0), abs=1e-8)
    assert set(document.graph.nodes) == set(document.content.layout.places)
    document.undo()
    assert document.content == before


def test_exploded_at_one_number_it_computes_at_another() -> None:
    document = Document(content(SINE))
    exploded(document)
    nodes = dict(document.graph.nodes)
    nodes["x"] = Node("x", "inputs.constant", settings={"value": 0.3})
    assert value(Graph(nodes, document.graph.wires)) == pytest.approx(0.3 * np.sin(0.3), abs=1e-8)


def test_a_text_that_does_not_fit_is_refused_with_its_line() -> None:
    document = Document(content("def f(x, t):\n    return np.save(x)"))
    with pytest.raises(EditError, match=r"cannot be taken apart: line 2, column 12"):
        exploded(document)
    loose = Content(Graph({"p": Node("p", "control.python")}))
    with pytest.raises(EditError, match="wire them"):
        explosion(loose, LIBRARY, "p", {})


def test_nothing_is_left_that_feeds_nothing() -> None:
    document = Document(content(SINE))
    exploded(document)
    graph = document.graph
    for id, node in graph.nodes.items():
        if node.operator in ("control.input", "control.outer"):
            assert graph.outgoing.get(id), f"{id} feeds nothing"


def test_neighbours_make_room() -> None:
    start = content(SINE)
    places = {"x": Place(0, 0), "t": Place(0, 140), "p": Place(260, 0), "out": Place(520, 0)}
    beside = {"right": Place(560, 30), "below": Place(300, 160), "above": Place(260, -200), "left": Place(-300, 0)}
    others = {id: Node(id, "inputs.constant") for id in beside}
    document = Document(
        Content(Graph({**start.graph.nodes, **others}, start.graph.wires), Layout({**places, **beside}))
    )
    exploded(document)
    now = document.content.layout.places
    here = [id for id, node in document.graph.nodes.items() if not node.inside]
    boxes = {id: (now[id].x, now[id].y, now[id].x + 190, now[id].y + 90) for id in here}
    meet = [
        (a, b)
        for a in here
        for b in here
        if a < b
        and {a, b} & {"out", *beside}
        and boxes[a][0] < boxes[b][2] and boxes[b][0] < boxes[a][2]
        and boxes[a][1] < boxes[b][3] and boxes[b][1] < boxes[a][3]
        and not {a, b} <= {"out", "right"}  # they lay on each other before
    ]  # fmt: skip
    assert meet == []
    assert (now["above"], now["left"], now["x"]) == (beside["above"], beside["left"], places["x"])
