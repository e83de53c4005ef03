"""Finding nodes by a line of words: each word against a plain loop over the nodes."""

from __future__ import annotations

import pytest

from engine.finding import Facts, QueryError, find, fits, terms, text_of
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from engine.problems import validate
from nodes.library import LIBRARY

NODES = (
    Node("w", "parameters.parameter", "slope w", {"value": 0.5}),
    Node("b", "parameters.parameter", "Offset", frozen=True),
    Node("sum", "reductions.sum", settings={"axis": 1}, muted=True),
    Node("clip", "elementwise.clip", exposed=("low",)),
    Node("loop", "control.for", "Sine by Taylor", {"carries": ("x",)}),
    Node("inner", "elementwise.add", inside="loop"),
    Node("descent", "optimizers.optimizer", settings={"steps": 700, "method": "momentum"}),
    Node("old", "gone.operator", settings={"file": "iris.csv"}),
)
PLACES = {node.id: Place(100.0 * (len(NODES) - k), 0.0) for k, node in enumerate(NODES)}
WIRES = frozenset({Wire(Socket("w", "value"), Socket("clip", "x"))})
CONTENT = Content(Graph({node.id: node for node in NODES}, WIRES), Layout(PLACES))
FACTS = Facts(CONTENT, LIBRARY, validate(CONTENT.graph, LIBRARY))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("slope", {"w"}), ("SLOPE W", {"w"}), ('"slope w"', {"w"}), ("offset", {"b"}), ("iris", {"old"}),
        ("name:offset", {"b"}), ("id:clip", {"clip"}), ("type:parameter", {"w", "b"}), ("type:gone", {"old"}),
        ("setting:steps", {"descent"}), ("value:0.5", {"w"}), ("value:csv", {"old"}), ("axis:1", {"sum"}),
        ("steps>699", {"descent"}), ("steps>700", set()), ("steps>=700 steps<=700", {"descent"}), ("steps!=700", set()),
        ("method=momentum", {"descent"}), ("method:moment", {"descent"}), ("method=moment", set()),
        ("is:frozen", {"b"}), ("is:muted", {"sum"}), ("is:exposed", {"clip"}), ("is:unknown", {"old"}),
        ("is:optimizer", {"descent"}), ("is:parameter -is:frozen", {"w"}), ("in:body", {"inner"}),
        ("in:loop", {"inner"}),         ('in:"sine by"', {"inner"}), ("in:main add", set()),
        ("-is:parameter is:named", {"loop"}),
        ("learning_rate<1", {"descent"}),         ("", set()), ("   ", set()),
        ("is:invalid type:gone", {"old"}), ("is:error type:gone", set()),
    ],
)  # fmt: skip
def test_a_line_finds(query: str, wanted: set[str]) -> None:
    assert set(find(FACTS, query)) == wanted


def test_unused_are_those_whose_outputs_lead_nowhere() -> None:
    fed = {wire.source.node for wire in WIRES}
    found = set(find(FACTS, "is:unused"))
    assert not found & fed and "descent" not in found
    assert {"b", "sum", "clip", "inner"} <= found


def test_the_order_is_that_of_reading_main_graph_first_left_to_right() -> None:
    found = find(FACTS, "-name:nothing")
    assert found == ("old", "descent", "loop", "clip", "sum", "b", "w", "inner")


def test_an_unknown_state_is_refused_by_name() -> None:
    with pytest.raises(QueryError, match="No node is “broken”: after is: comes one of invalid, error"):
        find(FACTS, "is:broken")


def test_quotes_join_words_and_an_open_one_counts_as_closed() -> None:
    assert terms('a "b c" in:"d e') == ["a", "b c", "in:d e"]
    assert terms("it's # fine \\") == ["it's", "#", "fine", "\\"]


@pytest.mark.parametrize(
    ("held", "how", "word", "wanted"),
    [
        (0.1, "=", "1e-1", True), (1, "=", "1.0", True), (True, "=", "true", True), (True, "=", "1", False),
        ((1.0, 2.0), ":", "2", True), ((1.0, 2.0), "=", "1, 2", True), (None, "=", "none", True),
        ("adam", "<", "b", False), (3, "<", "x", False), ("a.csv", ":", "csv", True), ("a.csv", "=", "csv", False),
    ],
)  # fmt: skip
def test_a_value_fits(held: object, how: str, word: str, wanted: bool) -> None:
    assert fits(held, how, word) is wanted


def test_values_are_written_as_people_write_them() -> None:
    texts = [text_of(each) for each in (0.5, 1e-07, 3, True, None, ("a", 1.0), 0.1 + 0.2)]
    assert texts == ["0.5", "1e-07", "3", "true", "none", "a, 1", "0.30000000000000004"]
