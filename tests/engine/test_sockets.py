"""Sockets and their names, variadic inputs, labels, and placeholders of unknown operators."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.graph import Graph, Node, Socket
from engine.operator import Input, Kind, Operator, Output
from engine.placeholder import operator_of
from engine.sockets import (
    arguments,
    free_socket,
    input_label,
    input_names,
    input_of,
    missing_inputs,
    output_names,
    quoted,
    shortened_path,
)
from tests.engine.graphs import graph

STACK = Operator(
    id="shape.stack",
    title="Stack",
    kind=Kind.FUNCTION,
    help="",
    inputs=(Input("first"), Input("xs", variadic=True), Input("last", optional=True, default=0.0)),
    outputs=(Output("value"), Output("count")),
    settings={},
    shape=None,
    function=None,
)
LIBRARY = {STACK.id: STACK}
WIRED = graph(
    {"a": "shape.stack", "s": "shape.stack"},
    ["a.value -> s.xs.10", "a.count -> s.xs.2", "a.value -> s.last", "a.value -> s.nonsense", "a.count -> s.xs.10"],
)


@pytest.mark.parametrize(
    ("name", "found"),
    [("first", "first"), ("xs.0", "xs"), ("xs.999", "xs"), ("last", "last"), ("xs", None), ("xs.", None),
     ("xs.-1", None), ("xs.01", None), ("xs.1000", None), ("xs.1.2", None), ("xs.²", None), ("first.0", None),
     ("", None), ("xs." + "9" * 5000, None)],
)  # fmt: skip
def test_which_names_are_inputs(name: str, found: str | None) -> None:
    declared = input_of(STACK, name)
    assert (declared and declared.name) == found


def test_arguments_stand_in_the_order_of_the_function() -> None:
    assert [(a.input.name, a.socket.name, a.source) for a in arguments(WIRED, STACK, "s")] == [
        ("xs", "xs.2", Socket("a", "count")),
        ("xs", "xs.10", Socket("a", "count")),
        ("last", "last", Socket("a", "value")),
    ]
    assert WIRED.sources[Socket("s", "xs.10")] == Socket("a", "count")
    assert [each.name for each in missing_inputs(WIRED, STACK, "s")] == ["first"]
    assert [each.name for each in missing_inputs(WIRED, STACK, "a")] == ["first", "xs"]


def test_a_variadic_input_shows_a_free_socket() -> None:
    assert input_names(WIRED, STACK, "s") == ("first", "xs.2", "xs.10", "xs.11", "last")
    assert input_names(WIRED, STACK, "a") == ("first", "xs.0", "last")
    assert free_socket(WIRED, "xs", "a") == "xs.0"
    full = graph({"a": "shape.stack", "s": "shape.stack"}, ["a.value -> s.xs.999"])
    assert input_names(full, STACK, "s") == ("first", "xs.999", "last")


def test_settings_may_call_the_sockets_of_a_variadic_input_by_name() -> None:
    named = replace(STACK, naming=lambda values: {"xs": ("slope", "offset", "width")})
    assert input_names(WIRED, named, "s") == ("first", "xs.0", "xs.1", "xs.2", "xs.10", "last")
    assert [input_label(WIRED, named, "s", name) for name in input_names(WIRED, named, "s")] == [
        "first", "slope", "offset", "width", "xs.10", "last",
    ]  # fmt: skip
    assert input_label(WIRED, STACK, "s", "xs.1") == "xs.1"


def test_outputs() -> None:
    assert output_names(WIRED, STACK, "s") == ("value", "count")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (Node("s_1", "shape.stack"), '"Stack" (s_1)'),
        (Node("s_1", "shape.stack", "slope w"), '"slope w" (s_1)'),
        (Node("s_1", "not.there"), '"not.there" (s_1)'),
        (Node("s_1", "shape.stack", "two\n lines"), '"two lines" (s_1)'),
        (Node("s_1", "shape.stack", "x" * 200), f'"{"x" * 59}…" (s_1)'),
    ],
)
def test_how_a_sentence_names_a_node(node: Node, text: str) -> None:
    assert quoted(Graph({"s_1": node}), LIBRARY, "s_1") == text
    assert quoted(Graph(), LIBRARY, "gone") == '"gone"'


def test_an_unknown_operator_has_the_sockets_its_wires_use() -> None:
    strange = graph(
        {"a": "shape.stack", "z": Node("z", "future.op", settings={"k": 1}), "s": "shape.stack"},
        ["a.value -> z.in.10", "a.value -> z.in.9", "z.out -> s.first", "z.out -> s.last", "z.b -> s.xs.0"],
    )
    declared = operator_of(strange, LIBRARY, "z")
    assert (declared.kind, declared.id, declared.title) == (Kind.UNKNOWN, "future.op", "future.op")
    assert input_names(strange, declared, "z") == ("in.9", "in.10")
    assert output_names(strange, declared, "z") == ("b", "out")
    assert [a.socket.name for a in arguments(strange, declared, "z")] == ["in.9", "in.10"]
    assert operator_of(strange, LIBRARY, "a") is STACK


def test_a_long_path_is_shown_by_its_end():
    path = "/home/someone/" + "folder/" * 30 + "galaxies.csv"
    assert shortened_path("data/galaxies.csv") == "data/galaxies.csv"
    assert shortened_path(path).endswith("folder/galaxies.csv")
    assert shortened_path(path).startswith("…")
    assert len(shortened_path(path)) == 80
    assert "\u202e" not in shortened_path(path + "\u202e.csv")
