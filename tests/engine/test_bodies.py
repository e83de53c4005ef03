"""Bodies in a document: what lies where, in which order, in files, edits, copies; and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine import bodies, limits
from engine.building import copy_text, duplication, insertion, paste, removal
from engine.document import Document
from engine.edits import AddNode, AddNote, Connect, RemoveNode
from engine.errors import EditError, FileError
from engine.files import parse, render
from engine.graph import Content, Graph, Kept, Layout, Node, Note, Place, Socket, label
from engine.infer import fitting, infer, refusal
from engine.order import Cycle, ancestors, descendants, graph_parents, topological_order
from engine.plain import from_plain, to_plain
from engine.problems import trained, validate
from engine.types import ArrayType, RecordType, Tensor, TupleType
from nodes.library import LIBRARY
from tests.engine.control_graphs import body_graph
from tests.engine.graphs import wire

LOOP = body_graph(
    {
        "parameter_x": {"value": 1.0}, "parameter_w": {"value": 2.0}, "exp_1": {},
        "for_1": {}, "for_1/input_1": "x", "for_1/branch_1": {}, "for_1/greater_1": {}, "for_1/output_1": "x",
        "branch_1.then/input_2": "x", "branch_1.then/outer_1": "exp_1", "branch_1.then/multiply_1": {},
        "branch_1.then/output_2": "value", "branch_1.otherwise/input_3": "x", "branch_1.otherwise/output_3": "value",
        "optimizer_1": {},
    },
    "parameter_w>exp_1 parameter_x>for_1.carry.0 input_1>greater_1 greater_1>branch_1.condition input_1>branch_1.xs.0 "
    "branch_1>output_1.value input_2>multiply_1 outer_1>multiply_1.y multiply_1>output_2.value input_3>output_3.value "
    "for_1.x>optimizer_1.loss",
)  # fmt: skip
"""A For with a Branch in it, which reads the exponential of a parameter two bodies further out."""
INNER = {id for id, node in LOOP.nodes.items() if node.inside}
NOTED = Content(
    LOOP,
    Layout(
        {id: Place(10.0 * k, 5.0) for k, id in enumerate(sorted(LOOP.nodes))},
        {
            "note_1": Note("note_1", "inside", nodes=("multiply_1",), inside="branch_1.then"),
            "note_2": Note("note_2", ""),
        },
    ),
    Kept(3, 0, "", {"parameter_x": Tensor.of(1.5)}),
)


# Where nodes lie, and in which order ----------------------------------------------------------------------------------


def test_what_lies_where() -> None:
    assert bodies.enclosed(LOOP, ["for_1"]) == INNER | {"for_1"}
    assert bodies.around(LOOP.nodes, "branch_1.then") == ("branch_1.then", "for_1", "")
    assert bodies.outermost(LOOP.nodes, ["input_2", "branch_1", "exp_1"]) == ["branch_1", "exp_1"]
    assert bodies.depth(LOOP.nodes, LOOP.nodes["multiply_1"].inside) == 2


def test_an_owner_comes_after_all_that_its_bodies_read() -> None:
    order = topological_order(LOOP.nodes, graph_parents(LOOP))
    place = {id: k for k, id in enumerate(order)}
    for before, after in (("parameter_w", "exp_1"), ("exp_1", "outer_1"), ("output_2", "branch_1"),
                          ("branch_1", "output_1"), ("output_1", "for_1"), ("for_1", "optimizer_1")):  # fmt: skip
        assert place[before] < place[after]


def test_values_flow_through_bodies() -> None:
    assert {"parameter_w", "parameter_x", "multiply_1"} <= ancestors(LOOP, ["optimizer_1"])
    assert {"outer_1", "for_1", "optimizer_1"} <= descendants(LOOP, ["exp_1"])
    assert trained(LOOP, LIBRARY, "optimizer_1") == ("parameter_w", "parameter_x")


def test_a_loop_through_a_body_is_named() -> None:
    graph = Graph(LOOP.nodes, LOOP.wires - {wire("parameter_w.value", "exp_1.x")} | {wire("for_1.x", "exp_1.x")})
    with pytest.raises(Cycle) as cycle:
        topological_order(graph.nodes, graph_parents(graph))
    assert {"for_1", "exp_1", "outer_1", "branch_1"} <= set(cycle.value.nodes)
    assert [p.code for p in validate(graph, LIBRARY) if p.severity == "error"] == ["cycle"]


def test_a_wire_that_closes_a_loop_through_a_body_is_refused() -> None:
    graph = Graph(LOOP.nodes, LOOP.wires - {wire("parameter_w.value", "exp_1.x")})
    inference = infer(graph, LIBRARY)
    assert "close a loop" in str(refusal(graph, LIBRARY, inference, wire("for_1.x", "exp_1.x")))
    ends = {socket.node for socket in fitting(graph, LIBRARY, inference, wire("for_1.x", "a.x").source, output=True)}
    assert "exp_1" not in ends and not ends & INNER and "for_1" not in ends
    ends = {s.node for s in fitting(graph, LIBRARY, inference, wire("input_2.value", "a.x").source, output=True)}
    assert ends <= {"multiply_1", "output_2"} and ends


def test_a_function_that_calls_itself_is_no_circle() -> None:
    graph = body_graph(
        {"function_1": {}, "function_1/input_1": "x", "function_1/call_1": "function_1", "function_1/output_1": "value",
         "function_1/outer_1": "constant_1", "constant_1": {}, "call_2": "function_1"},
        "input_1>call_1.xs.0 call_1>output_1.value constant_1>call_2.xs.0",
    )  # fmt: skip
    topological_order(graph.nodes, graph_parents(graph))
    assert bodies.Joints(graph).recursive == {"function_1"}
    order = topological_order(graph.nodes, graph_parents(graph))
    assert order.index("constant_1") < order.index("outer_1")
    read = body_graph({"function_1": {}, "function_1/outer_1": "exp_1", "function_1/output_1": "value",
                       "call_1": "function_1", "exp_1": {}}, "outer_1>output_1.value call_1>exp_1")  # fmt: skip
    with pytest.raises(Cycle):
        topological_order(read.nodes, graph_parents(read))


# Edits ----------------------------------------------------------------------------------------------------------------


def test_removing_an_owner_takes_its_bodies_along_and_undo_brings_them_back() -> None:
    document = Document(NOTED)
    document.apply(removal(NOTED, LIBRARY, ["for_1", "input_2", "multiply_1"]))
    assert set(document.graph.nodes) == LOOP.nodes.keys() - INNER - {"for_1"} and set(document.layout.notes) == {
        "note_2"
    }
    document.undo()
    assert document.content == NOTED
    document.redo()
    document.undo()
    assert document.content == NOTED and render(document.content) == render(NOTED)


def test_the_edits_survive_the_journal() -> None:
    _, back = RemoveNode("for_1").apply(NOTED)
    for edit in (back, AddNode(LOOP.nodes["multiply_1"]), AddNote(NOTED.layout.notes["note_1"])):
        assert from_plain(json.loads(json.dumps(to_plain(edit)))) == edit
    old = to_plain(AddNode(Node("a", "x.y")))
    del old["node"]["inside"]
    assert from_plain(old) == AddNode(Node("a", "x.y"))


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (AddNode(Node("a", "x.y", inside="nowhere")), "lies inside “nowhere”, which is not a node"),
        (AddNode(Node("a", "x.y", inside="a")), "lies inside “a”, which is not a node"),
        (AddNode(Node("a", "x.y", inside="for_1.then.else")), "a body is named"),
        (AddNote(Note("a", "", inside="nowhere")), "which is not a node"),
        (Connect(wire("exp_1.value", "multiply_1.y")), "joins nodes of one body"),
    ],
)
def test_what_would_open_a_content_is_refused(edit: Any, sentence: str) -> None:
    with pytest.raises(EditError, match=sentence):
        edit.apply(NOTED)


def nest(depth: int) -> Mapping[str, Any]:
    """Return nodes each of which lies inside the one before."""
    return {f"n_{k}": {"operator": "control.for", **({"inside": f"n_{k - 1}"} if k else {})} for k in range(depth + 1)}


def test_bodies_nest_so_deep_and_no_deeper() -> None:
    content = Content()
    for k in range(limits.BODY_DEPTH + 1):
        content, _ = AddNode(Node(f"n_{k}", "control.for", inside=f"n_{k - 1}" if k else "")).apply(content)
    with pytest.raises(EditError, match=f"more than {limits.BODY_DEPTH} bodies deep"):
        AddNode(Node("last", "x.y", inside=f"n_{limits.BODY_DEPTH}")).apply(content)
    document = Document(content)
    document.apply(removal(content, LIBRARY, ["n_0"]))
    assert not document.graph.nodes
    document.undo()
    assert document.content == content


# Files ----------------------------------------------------------------------------------------------------------------


def text(nodes: Mapping[str, Any], **more: Any) -> str:
    return json.dumps({"format": "gradwire.dgraph", "version": 1, "nodes": nodes, **more})


def test_a_file_keeps_what_lies_where() -> None:
    assert parse(render(NOTED)) == NOTED
    assert b'"inside": "branch_1.then"' in render(NOTED) and render(NOTED).count(b"inside") == len(INNER) + 2
    assert b"inside" not in render(Content(Graph({"a": Node("a", "x.y")}), Layout({}, {"n": Note("n", "")})))


FOR = {"operator": "control.for"}


@pytest.mark.parametrize(
    ("nodes", "more", "place", "sentence"),
    [
        ({"a": {**FOR, "inside": "b"}}, {}, "nodes.a.inside", "lies inside “b”, which is not a node"),
        ({"a": {**FOR, "inside": "a"}}, {}, "nodes.a.inside", "lies inside itself"),
        ({"a": {**FOR, "inside": "b.x"}, "b": {**FOR, "inside": "a"}}, {}, "nodes.a.inside", "lies inside itself"),
        ({"a": {**FOR, "inside": "a.b.c"}}, {}, "nodes.a.inside", "the body of a node"),
        ({"a": {**FOR, "inside": 7}}, {}, "nodes.a.inside", "must be text"),
        ({"a": {**FOR, "inside": "../x"}}, {}, "nodes.a.inside", "the body of a node"),
        (nest(10_000), {}, "inside", f"more than {limits.BODY_DEPTH} bodies deep"),
        ({"a": FOR, "b": {**FOR, "inside": "a"}}, {"wires": [["a.x", "b.carry.0"]]}, "wires[0]", "one body"),
        ({"a": FOR}, {"notes": {"n": {"text": "", "inside": "c"}}}, "notes.n.inside", "which is not a node"),
    ],
    ids=["nothing", "itself", "each other", "three names", "a number", "a path", "deep", "a wire across", "a note"],
)
def test_hostile_nesting_is_refused_with_its_place(
    nodes: Mapping[str, Any], more: Mapping[str, Any], place: str, sentence: str
) -> None:
    with pytest.raises(FileError) as refused:
        parse(text(nodes, **more))
    assert place in refused.value.sentence and sentence in refused.value.sentence


def test_bodies_of_unknown_operators_are_kept() -> None:
    content = parse(text({"a": {"operator": "from.a_later_version"}, "b": {"operator": "x.y", "inside": "a.part"}}))
    assert parse(render(content)) == content
    assert {p.code for p in validate(content.graph, LIBRARY)} == {"unknown-operator"}


# Copies ---------------------------------------------------------------------------------------------------------------


def test_a_copy_takes_bodies_along_and_its_names_follow() -> None:
    document = Document(NOTED)
    document.apply(paste(NOTED, LIBRARY, copy_text(NOTED, ["for_1", "exp_1"]), Place(1000.0, 0.0)))
    graph = document.graph
    new = {id: node for id, node in graph.nodes.items() if id not in LOOP.nodes}
    assert len(new) == len(INNER) + 2 and new["outer_2"].settings == {"node": "exp_2", "output": "value"}
    assert new["outer_2"].inside == "branch_2.then" and new["branch_2"].inside == "for_2"
    assert bodies.enclosed(graph, ["for_2"]) == new.keys() - {"exp_2"}
    assert document.layout.notes["note_3"].inside == "branch_2.then"
    assert document.layout.places["input_4"] == NOTED.layout.places["input_1"]
    assert validate(graph, LIBRARY) is not None and infer(graph, LIBRARY).types[wire("for_2.x", "a.x").source] is None


def test_what_is_copied_out_of_a_body_lands_in_the_body_it_is_pasted_into() -> None:
    document = Document(NOTED)
    document.apply(
        duplication(NOTED, LIBRARY, ["multiply_1", "outer_1"], Place(0.0, 300.0), inside="branch_1.otherwise")
    )
    copied = {id: node for id, node in document.graph.nodes.items() if id not in LOOP.nodes}
    assert {node.inside for node in copied.values()} == {"branch_1.otherwise"}
    assert copied["outer_2"].settings["node"] == "exp_1"
    assert wire("outer_2.value", "multiply_2.y") in document.graph.wires


@pytest.mark.parametrize("operator", ["control.for", "control.while", "control.scan", "control.branch"])
def test_inserted_bodies_begin_with_something_that_runs(operator: str) -> None:
    document = Document(Content(Graph({"c": Node("c", "inputs.constant"), "t": Node("t", "elementwise.greater")})))
    document.apply(Connect(wire("c.value", "t.x")))
    edit = insertion(document.content, LIBRARY, operator, Place())
    document.apply(edit)
    owner = edit.edits[0].node.id  # type: ignore[union-attr]
    socket = "xs.0" if operator.endswith("branch") else "carry.0"
    document.apply(Connect(wire("c.value", f"{owner}.{socket}")))
    if operator.endswith("branch"):
        document.apply(Connect(wire("t.value", f"{owner}.condition")))
    found = validate(document.graph, LIBRARY)
    assert [p.sentence for p in found if p.severity == "error" and p.node != "input_2"] == []
    output = LIBRARY[operator].outputs_for(document.graph.nodes[owner])[0].name
    assert infer(document.graph, LIBRARY).types[wire(f"{owner}.{output}", "a.x").source] == ArrayType()


# What is wrong --------------------------------------------------------------------------------------------------------

FUNCTION: Mapping[str, Any] = {"function_1": {}, "function_1/input_1": "x", "function_1/output_1": "value"}
SCALAR: Mapping[str, Any] = {"constant_1": {"value": 1.0}}
LOOPED: Mapping[str, Any] = {**SCALAR, "for_1": {}, "for_1/input_1": "x", "for_1/output_1": "x"}
CARRIED = "constant_1>for_1.carry.0 "
PLANTED: Mapping[str, tuple[Graph, str, str, str]] = {
    # what: (graph, code, node, words)
    "no such body": (body_graph({"branch_1": {}, "branch_1.maybe/exp_1": {}}), "no-such-body", "exp_1",
                     "which has none called “maybe”"),
    "body of an addition": (body_graph({"add_1": {}, "add_1/exp_1": {}}), "no-such-body", "exp_1", "it is no loop"),
    "optimizer inside": (body_graph({**LOOPED, "for_1/optimizer_1": {}}, CARRIED + "input_1>optimizer_1.loss"),
                         "optimizer-inside", "optimizer_1", "stands in the main graph"),
    "input outside": (body_graph({"input_1": "x"}), "outside-a-body", "input_1", "only inside a body"),
    "iteration outside": (body_graph({"iteration_1": {}}), "outside-a-loop", "iteration_1", "in no loop"),
    "iteration in a function": (body_graph({**FUNCTION, "function_1/iteration_1": {}}), "outside-a-loop", "iteration_1",
                                "in no loop"),
    "input of another name": (body_graph({**LOOPED, "for_1/input_2": "y"}, CARRIED), "no-such-name", "input_2",
                              "takes “x”"),
    "output of another name": (body_graph({**LOOPED, "for_1/output_2": "y"}, CARRIED), "no-such-name", "output_2",
                               "gives “x”"),
    "output twice": (body_graph({**LOOPED, "for_1/output_2": "x"}, CARRIED), "given-twice", "output_2", "the second"),
    "no output": (body_graph({**SCALAR, "for_1": {}}, CARRIED), "no-result", "for_1", "gets no “x” from its body"),
    "two names": (body_graph({**LOOPED, "for_1": {"carries": ("x", "x")}}, CARRIED), "named-twice", "for_1",
                  "two things called “x”"),
    "name of an input": (body_graph({**SCALAR, "for_1": {"carries": ("count",)}}, CARRIED), "named-twice", "for_1",
                         "cannot call an output “count”"),
    "outer reads nothing": (body_graph({**LOOPED, "for_1/outer_1": {}}), "dangling-outer", "outer_1", "reads nothing"),
    "outer reads what is gone": (body_graph({**LOOPED, "for_1/outer_1": "gone"}), "dangling-outer", "outer_1",
                                 "not in the graph"),
    "outer reads its own body": (body_graph({**LOOPED, "for_1/outer_1": "input_1"}), "dangling-outer", "outer_1",
                                 "only look outwards"),
    "outer reads no output": (body_graph({**LOOPED, "for_1/outer_1": "constant_1.y"}), "dangling-outer", "outer_1",
                              "which gives “value”"),
    "call of nothing": (body_graph({"call_1": {}}), "no-such-function", "call_1", "set its function"),
    "call of what is gone": (body_graph({"call_1": "gone"}), "no-such-function", "call_1", "not in the graph"),
    "call of a loop": (body_graph({**LOOPED, "call_1": "for_1"}), "no-such-function", "call_1", "is no function"),
    "call into a body": (body_graph({"for_1": {}, "for_1/function_1": {}, "call_1": "function_1"}),
                         "no-such-function", "call_1", "cannot look into"),
    "recursion without a branch": (
        body_graph({**FUNCTION, "function_1": {"returns": ("float64",)}, "function_1/call_1": "function_1"},
                   "input_1>call_1.xs.0 call_1>output_1.value"), "endless-recursion", "function_1", "without end"),
    "recursion without types": (
        body_graph({**FUNCTION, "function_1/call_1": "function_1"}, "input_1>call_1.xs.0 call_1>output_1.value"),
        "mismatch", "function_1", "returns has to say what type"),
    "returns of no type": (
        body_graph({**FUNCTION, "function_1": {"returns": ("float",)}, "function_1/call_1": "function_1"},
                   "input_1>call_1.xs.0 call_1>output_1.value"), "mismatch", "function_1", "says “float” for “value”"),
    "returns another type": (
        body_graph({**FUNCTION, **SCALAR, "function_1": {"returns": ("float64[2]",)}, "function_1/call_1": "function_1",
                    "call_2": "function_1"}, "input_1>call_1.xs.0 input_1>output_1.value constant_1>call_2.xs.0"),
        "mismatch", "function_1", "is float64 (2,), and its body gives float64 scalar"),
    "carry changes": (
        body_graph({**LOOPED, "constant_1": {"value": (1.0, 2.0)}, "for_1/sum_1": {}},
                   CARRIED + "input_1>sum_1 sum_1>output_1.value"), "mismatch", "for_1",
        "“x” begins as float64 (2,) and its body gives float64 scalar"),
    "wires and names": (body_graph({**LOOPED, "for_1": {"carries": ("x", "y")}}, CARRIED), "mismatch", "for_1",
                        "1 wire into carry, and its setting carries has 2 names (x, y)"),
    "count of a real number": (body_graph(LOOPED, CARRIED + "constant_1>for_1.count"), "mismatch", "for_1",
                               "count takes one whole number"),
    "condition of a number": (body_graph({**SCALAR, "branch_1": {}}, "constant_1>branch_1.condition"), "mismatch",
                              "branch_1", "condition takes true or false"),
    "arms that disagree": (
        body_graph({**SCALAR, "constant_2": {"value": True, "dtype": "bool"}, "branch_1": {},
                    "branch_1.then/constant_3": {"value": (1.0, 2.0)}, "branch_1.then/output_1": "value",
                    "branch_1.otherwise/constant_4": {}, "branch_1.otherwise/output_2": "value"},
                   "constant_2>branch_1.condition constant_3>output_1.value constant_4>output_2.value"),
        "mismatch", "branch_1", "is float64 (2,) in then and float64 scalar in otherwise"),
    "calls of a recursion that disagree": (
        body_graph({**FUNCTION, **SCALAR, "function_1": {"returns": ("float64",)}, "function_1/call_1": "function_1",
                    "constant_2": {"value": (1.0, 2.0)}, "call_2": "function_1", "call_3": "function_1"},
                   "input_1>call_1.xs.0 call_1>output_1.value constant_1>call_2.xs.0 constant_2>call_3.xs.0"),
        "mismatch", "call_3", "the same types at every call"),
    "a call that the body does not fit": (
        body_graph({**FUNCTION, "constant_1": {"value": (1.0, 2.0)}, "constant_2": {"value": (1.0, 2.0, 3.0)},
                    "function_1/constant_3": {"value": (4.0, 5.0)}, "function_1/add_1": {}, "call_1": "function_1",
                    "call_2": "function_1"},
                   "constant_1>call_1.xs.0 constant_2>call_2.xs.0 input_1>add_1.x constant_3>add_1.y "
                   "add_1>output_1.value"), "mismatch", "call_2", "x has shape (3,) and y has shape (2,)"),
    "arguments": (body_graph({**FUNCTION, **SCALAR, "call_1": "function_1"},
                             "constant_1>call_1.xs.0 constant_1>call_1.xs.1"), "mismatch", "call_1",
                  "2 wires into xs, and"),
    "condition of a loop": (
        body_graph({**SCALAR, "while_1": {}, "while_1.condition/input_1": "x",
                    "while_1.condition/output_1": "continue"},
                   "constant_1>while_1.carry.0 input_1>output_1.value"), "mismatch", "while_1",
        "its condition gives float64 scalar"),
    "sequences of other lengths": (
        body_graph({"constant_1": {"value": (1.0, 2.0)}, "constant_2": {"value": (1.0, 2.0, 3.0)},
                    "scan_1": {"items": ("a", "b"), "carries": ()}, "scan_1/input_1": "a", "scan_1/output_1": "y"},
                   "constant_1>scan_1.sequence.0 constant_2>scan_1.sequence.1 input_1>output_1.value"),
        "mismatch", "scan_1", "“a” has 2 items and “b” 3"),
    "nothing goes in": (
        body_graph({**SCALAR, "scan_1": {}, "scan_1/input_1": "x", "scan_1/input_2": "item", "scan_1/output_1": "x",
                    "scan_1/output_2": "y"},
                   "constant_1>scan_1.carry.0 input_1>output_1.value input_2>output_2.value"),
        "missing-input", "input_2", "nothing is wired into"),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_planted_faults_are_found_and_said(what: str) -> None:
    graph, code, node, words = PLANTED[what]
    found = [p for p in validate(graph, LIBRARY) if p.code == code and p.node == node]
    assert found, [p.sentence for p in validate(graph, LIBRARY)]
    assert any(words in p.sentence for p in found), [p.sentence for p in found]
    assert all(p.sentence.endswith(".") and f"({node})" in p.sentence for p in found)


def test_each_call_of_a_function_may_give_it_other_types() -> None:
    """One function calls another; what each call gives has the shape that the arithmetic on it has."""
    graph = body_graph(
        {
            "constant_1": {"value": 1.0}, "constant_2": {"value": (1.0, 2.0)},
            "constant_3": {"value": ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))},
            "function_1": {}, "function_1/input_1": "x", "function_1/outer_1": "constant_2", "function_1/add_1": {},
            "function_1/output_1": "value",
            "function_2": {}, "function_2/input_2": "x", "function_2/call_4": "function_1",
            "function_2/output_2": "value",
            "call_1": "function_2", "call_2": "function_2", "call_3": "function_2", "sum_1": {},
        },
        "constant_1>call_1.xs.0 constant_2>call_2.xs.0 constant_3>call_3.xs.0 input_1>add_1.x outer_1>add_1.y "
        "add_1>output_1.value input_2>call_4.xs.0 call_4>output_2.value call_3>sum_1",
    )  # fmt: skip
    types = infer(graph, LIBRARY).types
    shapes = {name: str(types[Socket(name, "value")]) for name in ("call_1", "call_2", "call_3", "sum_1", "add_1")}
    assert shapes == {
        "call_1": "float64 (2,)", "call_2": "float64 (2,)", "call_3": "float64 (3, 2)", "sum_1": "float64 scalar",
        "add_1": "float64 (2,)",
    }  # fmt: skip
    assert [problem for problem in validate(graph, LIBRARY) if problem.severity == "error"] == []


def test_a_parameter_in_a_function_has_one_shape_at_all_calls() -> None:
    """The same weights serve batches of other lengths; a row of another width does not fit them."""
    nodes: dict[str, Any] = {
        "constant_1": {"value": ((1.0, 2.0),) * 3}, "constant_2": {"value": ((1.0, 2.0),) * 5},
        "function_1": {}, "function_1/input_1": "x", "function_1/parameter_1": {"initial": "ones", "shape": None},
        "function_1/parameter_2": {"initial": "zeros", "shape": None}, "function_1/dense_1": {"units": 4},
        "function_1/output_1": "value", "call_1": "function_1", "call_2": "function_1",
    }  # fmt: skip
    wires = (
        "constant_1>call_1.xs.0 constant_2>call_2.xs.0 input_1>dense_1.x parameter_1>dense_1.weights "
        "parameter_2>dense_1.bias dense_1>output_1.value"
    )
    types = infer(body_graph(nodes, wires), LIBRARY).types
    assert str(types[Socket("parameter_1", "value")]) == "float64 (2, 4)"
    assert str(types[Socket("call_1", "value")]) == "float64 (3, 4)"
    assert str(types[Socket("call_2", "value")]) == "float64 (5, 4)"
    # What the first call gives may become known after what the second gives.
    late = {**nodes, "constant_3": {"value": ((1.0,), (1.0,), (1.0,))}, "constant_4": {"value": ((1.0, 2.0),)}}
    late |= {"multiply_1": {}, "add_1": {}}
    longer = wires.replace("constant_1>call_1.xs.0", "constant_3>multiply_1.x constant_4>multiply_1.y "
                           "multiply_1>add_1.x constant_1>add_1.y add_1>call_1.xs.0")  # fmt: skip
    types = infer(body_graph(late, longer), LIBRARY).types
    assert str(types[Socket("call_1", "value")]) == "float64 (3, 4)"
    assert str(types[Socket("call_2", "value")]) == "float64 (5, 4)"
    wide = body_graph({**nodes, "constant_2": {"value": ((1.0, 2.0, 3.0),) * 5}}, wires)
    (fault,) = infer(wide, LIBRARY).mismatches
    assert fault.node == "call_2" and "(5, 3)" in fault.sentence and "(2, 4)" in fault.sentence


def test_what_goes_into_a_body_and_comes_out_is_called_as_its_settings_say() -> None:
    given = Node("i", "control.input", "", {"name": "guess"})
    assert label(given, "Body input") == "guess"
    assert label(replace(given, name="the guess"), "Body input") == "the guess"
    assert label(replace(given, settings={}), "Body input") == "x"
    assert label(replace(given, settings={"name": ""}), "Body input") == "Body input"
    assert label(Node("f", "shape.field", "", {"name": "guess"}), "Field") == "Field", "whose setting is another thing"


def test_a_right_graph_has_no_problems() -> None:
    assert [p.sentence for p in validate(LOOP, LIBRARY)] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("float64", ArrayType()), (" float32[2, 3] ", ArrayType((2, 3), "float32")),
        ("int64[]", ArrayType((), "int64")),
        ("(float64, bool[1])", TupleType((ArrayType(), ArrayType((1,), "bool")))),
        ("{b: float64, a: (int64,)}",
         RecordType((("a", TupleType((ArrayType((), "int64"),))), ("b", ArrayType())))),
        ("", None), ("float", None), ("float64 float64", None), ("(float64", None), ("float64[x]", None),
        ("{a float64}", None),
        ("(" * 5000, None), ("float64[1,,2]", None), ("float64]", None),
    ],
)  # fmt: skip
def test_types_as_text(text: str, kind: Any) -> None:
    from engine.control import type_from, type_text

    assert type_from(text) == kind
    assert kind is None or type_from(type_text(kind)) == kind


def test_a_node_inside_what_is_not_there_is_a_problem() -> None:
    lost = Graph({"a": Node("a", "inputs.constant", inside="nobody")})
    assert any("lies inside “nobody”, which is not a node" in each.sentence for each in validate(lost, LIBRARY))
