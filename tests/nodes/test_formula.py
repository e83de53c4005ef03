# ruff: noqa: E501 - formulas stand on one line each
"""A pasted formula becomes nodes that compute what Python does, also at other values; other text is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.backends.interpret import interpret
from engine.document import Document
from engine.edits import AddNode, Group
from engine.errors import EditError
from engine.files import parse, render
from engine.graph import Content, Graph, Node, Place, Socket
from engine.program.lower import lower, setting_values
from engine.types import ArrayType
from nodes.formula import formula_edit
from nodes.library import LIBRARY
from tests.engine.python.escapes import BODIES, TEXTS

FIRST: dict[str, Any] = {"x": (0.5, -1.25, 2.0), "y": (1.0, 0.25, -0.5), "m": ((1.5, 0.25), (-0.5, 2.0))}
SECOND: dict[str, Any] = {"x": (-0.3, 0.8, 1.1), "y": (0.7, -1.9, 0.2), "m": ((0.3, -1.2), (2.2, 0.9))}
PARAMETERS = ({"w": 0.7, "b": -0.2}, {"w": -1.3, "b": 0.45})


def content(values: dict[str, Any]) -> Content:
    """Return constants under these names; their ids say nothing."""
    nodes = {
        f"constant_{k}": Node(f"constant_{k}", "inputs.constant", name, {"value": value})
        for k, (name, value) in enumerate(values.items())
    }
    return Content(Graph(nodes))


def run(graph: Graph, output: str, values: dict[str, Any], parameters: dict[str, float], socket: str = "value") -> Any:
    """Return what a node gives with these values of the constants and parameters."""
    nodes = dict(graph.nodes)
    for id, node in graph.nodes.items():
        given = values | parameters
        if node.name in given:
            nodes[id] = replace(node, settings={**node.settings, "value": given[node.name]})
    graph = Graph(nodes, graph.wires)
    known = {id: np.asarray(parameters[node.name]) for id, node in nodes.items() if node.operator.startswith("param")}
    types = {Socket(id, "value"): ArrayType((), "float64") for id in known}
    program = lower(graph, LIBRARY, types, [Socket(output, socket)], train=False)
    settings = setting_values(program, graph, LIBRARY)
    found = interpret(program, [_value(each.name, settings, known) for each in program.inputs])
    return found[program.outputs[0]]


def _value(name: str, settings: Any, known: dict[str, Any]) -> Any:
    owner = name.partition(".")[0]
    return known[owner] if owner in known else settings[name]


def result(edit: Group, graph: Graph) -> str:
    """Return the only node made that feeds nothing."""
    made = [each.node for each in edit.edits if isinstance(each, AddNode)]
    (found,) = [n.id for n in made if n.id not in graph.outgoing and n.operator != "parameters.parameter"]
    return found


def expected(text: str, values: dict[str, Any], parameters: dict[str, float]) -> Any:
    """Return what Python makes of the formula, by eval: the text is this test's own."""
    plain = {name: getattr(np, name) for name in ("sin", "cos", "exp", "log", "mean", "sum", "sqrt", "tanh", "where",
             "maximum", "dot", "outer", "abs", "arctan", "pi", "e", "linspace", "std", "concatenate", "arange")}  # fmt: skip
    names = {**plain, "np": np, "math": math, **{k: np.asarray(v) for k, v in values.items()}, **parameters}
    *before, last = text.splitlines()
    exec("\n".join(before), names)
    if "=" in last.replace("==", "").replace(">=", "").replace("<=", "") and "axis=" not in last:
        exec(last, names)
        return names[last.split("=")[0].strip()]
    return eval(last, names)


FORMULAS = (
    "mean((w*x + b - y)**2)", "w * x + b", "sin(x) * exp(-y**2) / (1 + abs(w))", "sum(m @ m, axis=0) - sqrt(abs(m))[0]",
    "-log(mean(exp(w * x)))", "where(x > y, x, w * y)", "max(w, b) * x", "np.tanh(x) + math.pi * b", "pi * w**2 + e",
    "x @ y / (sqrt(x @ x) * sqrt(y @ y))", "outer(x, y) + w", "[w, 2][0] * x + (x, y)[1]", "m.T @ m", "m[0, 1:] * w",
    "std(x) + x.mean() + sum(y)", "p = w * x + b\nmean((p - y)**2)", "p = w * x + b\nr = p - y\nloss = mean(r**2)",
    "x * 2 ** -1 % 0.7", "y + x if 2 > 1 else y", "concatenate([x, y]) * w", "arange(3) * x", "2 * pi + 0 * w",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_the_nodes_compute_what_python_does(text: str) -> None:
    document = Document(content(FIRST))
    before = document.content
    edit = formula_edit(before, LIBRARY, text, Place(40.0, -30.0))
    document.apply(edit)
    made = {each.node.id for each in edit.edits if isinstance(each, AddNode)}
    places = [document.layout.places[id] for id in made]
    assert (min(p.x for p in places), min(p.y for p in places)) == (40.0, -30.0)
    for values, parameters in zip((FIRST, SECOND), PARAMETERS, strict=True):
        found = run(document.graph, result(edit, document.graph), values, parameters)
        wanted = expected(text, values, parameters)
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)
        assert np.shape(found) == np.shape(wanted)
    assert parse(render(document.content)) == document.content
    document.undo()
    assert document.content == before


def test_names_are_wired_and_others_become_parameters_once_each() -> None:
    document = Document(content({"x": FIRST["x"]}))
    document.apply(formula_edit(document.content, LIBRARY, "mean((w*x + b - x)**2) + w", Place()))
    graph = document.graph
    assert sorted(n.name for n in graph.nodes.values() if n.operator == "parameters.parameter") == ["b", "w"]
    assert len(graph.outgoing["constant_0"]) == 2
    document.apply(formula_edit(document.content, LIBRARY, "loss = w**2", Place()))
    assert sum(n.operator == "parameters.parameter" for n in document.graph.nodes.values()) == 2, "w is there now"
    assert [n.operator for n in document.graph.nodes.values() if n.name == "loss"] == ["elementwise.power"]


def test_ids_and_names_with_spaces_are_names_too() -> None:
    nodes = {
        "constant_7": Node("constant_7", "inputs.constant", "", {"value": 3.0}),
        "q": Node("q", "inputs.constant", "the rate", {"value": 2.0}),
    }
    edit = formula_edit(Content(Graph(nodes)), LIBRARY, "constant_7 * the_rate", Place())
    assert sorted(each.node.operator for each in edit.edits if isinstance(each, AddNode)) == ["elementwise.multiply"]


def test_a_function_becomes_nodes_and_gives_its_result_its_name() -> None:
    document = Document(content(FIRST))
    text = "def newton(b, steps=3):\n    y = 1.0\n    while abs(y * y - b * b - 2) > 1e-12:\n        y = 0.5 * (y + (b * b + 2) / y)\n    return y\n"
    edit = formula_edit(document.content, LIBRARY, text, Place())
    document.apply(edit)
    assert "control.while" in {node.operator for node in document.graph.nodes.values()}
    (made,) = [id for id, node in document.graph.nodes.items() if node.name == "newton"]
    assert run(document.graph, made, FIRST, {"b": 3.0}, "y") == pytest.approx(math.sqrt(11.0), abs=1e-12)
    assert not any(node.name == "steps" for node in document.graph.nodes.values()), "it keeps its default"


def test_nodes_land_in_the_body_and_see_only_what_lies_there() -> None:
    nodes = {
        "loop": Node("loop", "control.for", settings={"carries": ("x",)}),
        "in_1": Node("in_1", "inputs.constant", "x", {"value": 2.0}, inside="loop"),
        "out_1": Node("out_1", "inputs.constant", "y", {"value": 2.0}),
    }
    document = Document(Content(Graph(nodes)))
    edit = formula_edit(document.content, LIBRARY, "x * y", Place(), "loop")
    document.apply(edit)
    added = [each.node for each in edit.edits if isinstance(each, AddNode)]
    assert {node.inside for node in added} == {"loop"}
    assert [node.name for node in added if node.operator == "parameters.parameter"] == ["y"]
    assert "in_1" in {wire.source.node for wire in document.graph.wires}


def test_shapes_not_known_yet_do_not_matter_where_the_nodes_are_the_same_for_all() -> None:
    named = Content(Graph({"t": Node("t", "not.there", "x"), "s": Node("s", "elementwise.sin", "x_2")}))
    edit = formula_edit(named, LIBRARY, "mean((w * x_2)**2)", Place())
    assert len([each for each in edit.edits if isinstance(each, AddNode)]) == 5
    with pytest.raises(EditError, match=r"line 1, column 1: which nodes these are depends on the shape of x_2"):
        formula_edit(named, LIBRARY, "x_2.ravel()", Place())
    known = {Socket("s", "value"): ArrayType((2, 2), "float64")}
    assert formula_edit(named, LIBRARY, "x_2.ravel()", Place(), "", known).edits


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1, column 1: there is no formula"),
        ("hello", "line 1, column 1: this is no formula: nothing is computed"),
        ("#!/bin/sh\nrm -rf", "line 1, column 1: this is a script"),
        ("hello world", "line 1, column 7: this is not Python"),
        ("3", "this is no formula"),
        ("{'a': 1}", "this is no formula"),
        ("x * (y", "line 1, column 5: this is not Python"),
        ("x +\n", "this is not Python"),
        ("1 + foo(x)", "line 1, column 5: there is no function foo here"),
        ("a = 2\n\n(a +\n  sinc(x))", "line 4, column 3: the function sinc has no operator of its own"),
        ("a = 2\nb = a * nope.thing\nb + 1", "line 2, column 9: "),
        ("x @ m @ m", "line 1, column 1: "),
        ("1 + (x + x[[0, 1]] @ m[0])", "line 1, column 10: an array is indexed"),
        ("a = 2 + x\n1 + a.nothing", "line 2, column 5: "),
        ("for k in x:\n    k", "this is no formula"),
        ("k = 1\nif k:\n    k = 2\nk + 1", "line 2, column 1: before the last line only assignments are read"),
        ("__builtins__ + x", "line 1, column 1: __builtins__ is no name for a node"),
        ("def f(x):\n    return x", "nothing is computed"),
        ("def f(x):\n    return x + nope", 'line 2, column 16: the name "nope" is not known'),
        ("np.roll(x, shift)", "needs its counts, axes and shapes known before running"),
        ("twice * 2", "line 1, column 1: twice may be "),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_its_place(text: str, sentence: str) -> None:
    nodes = dict(content(FIRST).graph.nodes)
    nodes |= {f"t_{k}": Node(f"t_{k}", "inputs.constant", "twice") for k in range(2)}
    with pytest.raises(EditError) as refused:
        formula_edit(Content(Graph(nodes)), LIBRARY, text, Place())
    assert sentence in refused.value.sentence
    assert refused.value.sentence.startswith("This cannot become nodes: line ")
    assert refused.value.sentence.endswith(".") and "\n" not in refused.value.sentence


def test_hostile_text_is_refused_or_harmless() -> None:
    """Whatever is pasted, nothing but nodes of the library comes of it, and every refusal is one sentence."""
    start = content(FIRST)
    taken = []
    for text in (*BODIES, *TEXTS, *(f"def f(x):\n    return {body}" for body in BODIES)):
        try:
            edit = formula_edit(start, LIBRARY, text, Place())
        except EditError as refused:
            assert "\n" not in refused.sentence and "line " in refused.sentence
            assert len(refused.sentence) < 600
            continue
        taken.append(text)
        assert all(each.node.operator in LIBRARY for each in edit.edits if isinstance(each, AddNode))
    assert set(taken) <= HARMLESS


HARMLESS = {"np.array([f])", "np.where(x > 0, f, x)", "f < f", "1e999 // 1", "def f(x):\n    return 1e999 // 1"}
"""These mean something after all: f is a name like any other, and the number that no file can keep is refused later."""
