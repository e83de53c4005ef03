"""Muted nodes: what stands in their place. The oracle is the graph in which they were taken out by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import edits as e
from engine.api import OpenGraph
from engine.errors import GradwireError
from engine.export.script import script
from engine.files.read import read
from engine.graph import Content, Graph, Node, Socket
from engine.infer import infer
from engine.muting import idle
from engine.problems import Problem, validate
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests.engine.graphs import wire

SAMPLES = Path(__file__).parents[2] / "sample_graphs"
X = (1.0, 2.0, 3.0)


def content(wires: tuple[tuple[str, str], ...], muted: tuple[str, ...] = (), **operators: str | Node) -> Content:
    """A graph of nodes by their operators, and what is muted."""
    nodes = {id: each if isinstance(each, Node) else Node(id, each) for id, each in operators.items()}
    nodes = {id: replace(node, muted=id in muted) for id, node in nodes.items()}
    return Content(Graph(nodes, frozenset(wire(*ends) for ends in wires)))


FIT = {
    "x": Node("x", "inputs.constant", settings={"value": X}),
    "y": Node("y", "inputs.constant", settings={"value": (2.0, 4.0, 7.0)}),
    "w": Node("w", "parameters.parameter", settings={"value": 0.5}),
    "multiply": "elementwise.multiply",
    "tanh": "activations.tanh",
    "sin": "elementwise.sin",
    "mse": "losses.mse",
    "descent": Node(
        "descent", "optimizers.optimizer", settings={"method": "gradient_descent", "learning_rate": 0.05, "steps": 20}
    ),
}
ENDS = (
    ("x.value", "multiply.x"), ("w.value", "multiply.y"), ("mse.value", "descent.loss"), ("y.value", "mse.target"),
)  # fmt: skip
CHAIN = (*ENDS, ("multiply.value", "tanh.x"), ("tanh.value", "sin.x"), ("sin.value", "mse.prediction"))


def trained(made: Content) -> np.ndarray:
    return OpenGraph(made, LIBRARY).run()[0].history


def problems(made: Content) -> list[Problem]:
    return [each for each in validate(made.graph, LIBRARY) if each.severity == "error"]


@pytest.mark.parametrize(
    ("muted", "last"), [(("tanh",), "multiply"), (("tanh", "sin"), "multiply"), (("sin",), "tanh")]
)
def test_a_run_is_that_of_the_graph_wired_past_the_muted_nodes(muted: tuple[str, ...], last: str) -> None:
    left = {id: node for id, node in FIT.items() if id not in muted}
    between = [id for id in ("multiply", "tanh", "sin") if id not in muted]
    wires = [*ENDS, *((f"{a}.value", f"{b}.x") for a, b in itertools.pairwise(between))]
    by_hand = content((*wires, (f"{between[-1]}.value", "mse.prediction")), **left)
    assert last in between
    found = trained(content(CHAIN, muted, **FIT))
    assert len(found) == 20
    np.testing.assert_array_equal(found, trained(by_hand))
    assert not np.array_equal(found, trained(content(CHAIN, **FIT)))


def test_it_passes_the_first_input_of_its_outputs_shape_not_simply_the_first() -> None:
    """b + x of a number and a row: the row has the shape of the sum."""
    nodes = {**FIT, "b": Node("b", "parameters.parameter", settings={"value": 1.0}), "add": "elementwise.add"}
    wires = (*ENDS, ("b.value", "add.x"), ("multiply.value", "add.y"), ("add.value", "mse.prediction"))
    made = content(wires, ("add",), **nodes)
    assert infer(made.graph, LIBRARY).passes == {Socket("add", "value"): Socket("multiply", "value")}
    assert not problems(made)


def test_types_run_on_through_muted_nodes() -> None:
    found = infer(content(CHAIN, ("tanh", "sin"), **FIT).graph, LIBRARY, {Socket("x", "value"): ArrayType((3,))})
    assert found.types[Socket("sin", "value")] == ArrayType((3,))
    assert found.types[Socket("mse", "prediction")] == ArrayType((3,))


def test_where_nothing_fits_one_sentence_says_so_and_the_fix_unmutes() -> None:
    made = content(CHAIN, ("mse",), **FIT)
    (problem,) = problems(made)
    assert problem.code == "not-passed"
    assert '"Squared error" (mse) is muted' in problem.sentence or "(mse) is muted" in problem.sentence
    assert "prediction is (3,)" in problem.sentence and "unmute it" in problem.sentence
    assert problem.fix is not None
    assert not problems(problem.fix.apply(made)[0])
    with pytest.raises(GradwireError, match="is muted"):
        trained(made)


def test_a_muted_source_has_nothing_to_pass_on() -> None:
    (problem,) = problems(content(CHAIN, ("x",), **FIT))
    assert problem.node == "x" and "nothing is wired into it" in problem.sentence


def test_a_muted_node_without_wires_is_no_problem_whatever_it_lacks() -> None:
    made = content(CHAIN, ("spare",), **FIT, spare="linear_algebra.matmul")
    assert not problems(made)
    assert [each.node for each in problems(content(CHAIN, **FIT, spare="linear_algebra.matmul"))] == []
    lacking = validate(content(CHAIN, **FIT, spare="linear_algebra.matmul").graph, LIBRARY)
    assert "spare" in {each.node for each in lacking}
    assert "spare" not in {each.node for each in validate(made.graph, LIBRARY)}


def test_a_muted_optimizer_moves_nothing_and_the_others_run() -> None:
    second = Node("second", "optimizers.optimizer", settings={"method": "adam", "steps": 5})
    made = content((*CHAIN, ("mse.value", "second.loss")), ("descent",), **FIT, second=second)
    results = OpenGraph(made, LIBRARY).run()
    assert [each.optimizer for each in results] == ["second"]


def test_muted_nodes_in_a_circle_pass_nothing() -> None:
    made = content(
        (("a.value", "b.x"), ("b.value", "a.x"), ("b.value", "mse.prediction"), ("y.value", "mse.target")),
        ("a", "b"), a="elementwise.sin", b="activations.tanh", mse="losses.mse", y=FIT["y"],
    )  # fmt: skip
    assert set(infer(made.graph, LIBRARY).passes.values()) == {None}
    assert [each.code for each in problems(made)] == ["not-passed"]


def test_an_unknown_operator_can_be_passed_by() -> None:
    strange = {**FIT, "tanh": "physics.from_a_later_version"}
    wires = tuple((a.replace("tanh.value", "tanh.out"), b.replace("tanh.x", "tanh.in")) for a, b in CHAIN)
    assert problems(content(wires, **strange))
    made = content(wires, ("tanh",), **strange)
    assert not problems(made)
    np.testing.assert_array_equal(trained(made), trained(content(CHAIN, ("tanh",), **FIT)))


def test_what_reads_a_muted_node_from_within_a_body_reads_what_stands_there() -> None:
    nodes = {
        "x": FIT["x"], "tanh": "activations.tanh", "loop": Node("loop", "control.for", settings={"times": 2}),
        "begin": Node("begin", "control.input", settings={"name": "x"}, inside="loop"),
        "outer": Node("outer", "control.outer", settings={"node": "tanh"}, inside="loop"),
        "add": Node("add", "elementwise.add", inside="loop"),
        "end": Node("end", "control.output", settings={"name": "x"}, inside="loop"),
    }  # fmt: skip
    wires = (
        ("x.value", "tanh.x"), ("begin.value", "add.x"), ("outer.value", "add.y"), ("add.value", "end.value"),
        ("x.value", "loop.carry.0"),
    )  # fmt: skip
    plain, muted = (OpenGraph(content(wires, which, **nodes), LIBRARY).values() for which in ((), ("tanh",)))
    given = next(socket for socket in plain if socket.node == "loop")
    np.testing.assert_allclose(plain[given].value, np.array(X) + 2 * np.tanh(X))
    np.testing.assert_allclose(muted[given].value, 3 * np.array(X))


def test_looks_show_what_passes_through() -> None:
    looks = OpenGraph(content(CHAIN, ("tanh",), **FIT), LIBRARY).values()
    np.testing.assert_array_equal(looks[Socket("tanh", "value")].value, looks[Socket("multiply", "value")].value)


def test_an_exported_script_passes_them_by() -> None:
    made = content(CHAIN, ("tanh", "sin"), **FIT)
    assert "tanh(" in script(OpenGraph(content(CHAIN, **FIT), LIBRARY).prepare(), "numpy", title="fit")
    text = script(OpenGraph(made, LIBRARY).prepare(), "numpy", title="fit")
    assert "tanh(" not in text and "sin(" not in text


def test_a_checkpoint_keeps_the_document_not_what_ran() -> None:
    made = content(CHAIN, ("tanh",), **FIT)
    prepared = OpenGraph(made, LIBRARY).prepare()
    assert prepared.content.graph is made.graph
    assert prepared.graph is not made.graph


def test_muting_and_back_is_exact() -> None:
    made = content(CHAIN, **FIT)
    muted, back = e.SetMuted("tanh", True).apply(made)
    assert muted.graph.muted == {"tanh"}
    assert back.apply(muted)[0] == made


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dgraph")), ids=lambda path: path.stem)
def test_whatever_is_muted_in_a_sample_its_problems_are_told(path: Path) -> None:
    graph = read(path).graph
    muted = [{**graph.nodes, id: replace(node, muted=True)} for id, node in graph.nodes.items()]
    for nodes in muted:
        off = Graph(nodes, graph.wires)
        idle_nodes = idle(off)
        assert not {p.node for p in validate(off, LIBRARY)} & (idle_nodes - off.muted), "what lies in it is idle too"
