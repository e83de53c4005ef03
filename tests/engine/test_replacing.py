"""Another operator in a node's place, and other values in many settings: exact inverses, and what was lost is said."""

from __future__ import annotations

import pytest

from engine.edits import AddNote
from engine.errors import EditError
from engine.graph import Content, Graph, Layout, Node, Note, Place
from engine.problems import validate
from engine.replacing import Wanted, hits, replacement, replacing_edit
from nodes.library import LIBRARY
from tests.engine.graphs import wire


def content() -> Content:
    nodes = {
        "a": Node("a", "inputs.constant", settings={"value": ((1.0, 2.0), (3.0, 4.0))}),
        "b": Node("b", "inputs.constant", settings={"value": ((0.5, 0.5), (0.5, 0.5))}),
        "c": Node("c", "inputs.constant", settings={"value": 2.0}),
        "minus": Node("minus", "elementwise.subtract", "the difference"),
        "total": Node("total", "reductions.sum", settings={"axis": 1, "keep": True}),
        "huber": Node("huber", "losses.huber", settings={"delta": 0.5}),
    }
    wires = frozenset({
        wire("a.value", "minus.x"), wire("b.value", "minus.y"), wire("minus.value", "total.x"),
        wire("total.value", "huber.prediction"), wire("total.value", "huber.target"),
    })  # fmt: skip
    places = {id: Place(120.0 * k, 0.0) for k, id in enumerate(nodes)}
    held = Content(Graph(nodes, wires), Layout(places))
    return AddNote(Note("n", "what it does", nodes=("minus", "total"))).apply(held)[0]


def replaced(id: str, operator: str) -> tuple[Content, tuple[str, ...]]:
    found = replacement(content(), LIBRARY, [id], operator)
    after, back = found.edit.apply(content())
    assert back.apply(after)[0] == content()
    assert after.graph.nodes[id].operator == operator
    assert after.layout == content().layout
    assert not [p for p in validate(after.graph, LIBRARY) if p.code in ("no-such-socket", "mismatch", "occupied-twice")]
    return after, found.lost


def test_sockets_are_matched_by_name() -> None:
    after, lost = replaced("minus", "elementwise.multiply")
    assert after.graph.wires == content().graph.wires and not lost
    assert after.graph.nodes["minus"].name == "the difference"


def test_sockets_of_other_names_are_matched_by_position() -> None:
    after, lost = replaced("huber", "losses.mse")
    assert after.graph.wires == content().graph.wires
    assert lost == ('"Huber loss" (huber) could not keep the setting delta.',)
    after, lost = replaced("minus", "elementwise.maximum")
    assert len(after.graph.incoming["minus"]) == 2 and not lost


def test_a_variadic_operator_takes_all_wires() -> None:
    after, lost = replaced("minus", "shape.stack")
    assert sorted(w.target.name for w in after.graph.incoming["minus"]) == ["xs.0", "xs.1"] and not lost


def test_a_wire_that_fits_nowhere_is_said_by_both_ends() -> None:
    after, lost = replaced("minus", "activations.tanh")
    assert wire("a.value", "minus.x") in after.graph.wires
    assert lost == (
        '"the difference" (minus) could not keep the wire "Constant" (b).value → "the difference" (minus).y.',
    )


def test_settings_of_the_same_name_are_kept_where_their_values_fit() -> None:
    after, lost = replaced("total", "reductions.mean")
    assert dict(after.graph.nodes["total"].settings) == {"axis": 1, "keep": True} and not lost
    after, lost = replaced("total", "reductions.norm" if "reductions.norm" in LIBRARY else "reductions.max")
    assert after.graph.nodes["total"].settings["axis"] == 1


def test_several_nodes_become_one_operator_as_one_edit() -> None:
    found = replacement(content(), LIBRARY, ["minus", "total"], "elementwise.add")
    after, back = found.edit.apply(content())
    assert {after.graph.nodes[id].operator for id in ("minus", "total")} == {"elementwise.add"}
    assert back.apply(after)[0] == content()
    assert found.edit.name == "Replace 2 nodes with Add"


@pytest.mark.parametrize(
    ("id", "operator", "why"),
    [("minus", "elementwise.subtract", "already|another operator"), ("minus", "no.such", "There is no operator")],
)
def test_what_changes_nothing_or_is_not_there_is_refused(id: str, operator: str, why: str) -> None:
    with pytest.raises(EditError, match=why):
        replacement(content(), LIBRARY, [id], operator)


def test_a_node_with_a_body_is_refused() -> None:
    nodes = {"f": Node("f", "control.for"), "i": Node("i", "elementwise.add", inside="f")}
    with pytest.raises(EditError, match="has a body, which would be lost"):
        replacement(Content(Graph(nodes)), LIBRARY, ["f"], "elementwise.add")


# ----- values in settings -----


def found(wanted: Wanted) -> list[tuple[str, object, object, str]]:
    return [(hit.path, hit.before, hit.after, hit.fault) for hit in hits(content(), LIBRARY, wanted)]


def test_a_number_is_found_where_it_is_equal() -> None:
    assert found(Wanted("0.5", "0.25")) == [
        ("b.value", ((0.5, 0.5), (0.5, 0.5)), ((0.25, 0.25), (0.25, 0.25)), ""), ("huber.delta", 0.5, 0.25, ""),
    ]  # fmt: skip
    assert found(Wanted("0.50", "1", setting="delta")) == [("huber.delta", 0.5, 1.0, "")]


def test_yes_and_no_are_found_as_words() -> None:
    assert found(Wanted("true", "false")) == [("total.keep", True, False, "")]


def test_what_may_not_stand_there_is_a_fault_and_not_done() -> None:
    wanted = Wanted("0.5", "-1", setting="delta")
    (hit,) = hits(content(), LIBRARY, wanted)
    assert "delta must be greater than 0" in hit.fault
    assert not replacing_edit(content(), LIBRARY, [hit]).edits


def test_texts_are_found_in_part_or_whole_with_or_without_their_case() -> None:
    nodes = {"t": Node("t", "inputs.table", settings={"file": "Data/iris.csv"})}
    graph = Content(Graph(nodes))

    def after(wanted: Wanted) -> list[object]:
        return [hit.after for hit in hits(graph, LIBRARY, wanted)]

    assert after(Wanted("data/", "new/")) == ["new/iris.csv"]
    assert after(Wanted("data/", "new/", cased=True)) == []
    assert after(Wanted("iris", "wine", exactly=True)) == []
    assert after(Wanted(".", "\\1")) == ["Data/iris\\1csv"]


def test_all_hits_are_one_edit_with_an_exact_inverse() -> None:
    edit = replacing_edit(content(), LIBRARY, hits(content(), LIBRARY, Wanted("2", "8")))
    after, back = edit.apply(content())
    assert after.graph.nodes["a"].settings["value"] == ((1.0, 8), (3.0, 4.0))
    assert back.apply(after)[0] == content()
    assert edit.name == "Replace in 2 settings"


def test_nothing_is_found_by_nothing() -> None:
    assert found(Wanted("")) == []
