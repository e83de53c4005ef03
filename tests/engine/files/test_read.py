"""The strict reader: every fault of a file in one sentence that names the place; what a stranger may leave out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FileError
from engine.files import parse, read, render
from engine.files.faults import fault
from engine.files.format import PATTERNS, GraphFile
from engine.graph import Content, Node, Note, Place, Socket, Wire
from tests.engine.files.contents import EVERYTHING

HEAD = {"format": "gradwire.dgraph", "version": 1}
TWO = {"a": {"operator": "elementwise.add"}, "b": {"operator": "elementwise.sin"}}


def test_the_shortest_file_is_an_empty_graph() -> None:
    assert parse('{"format": "gradwire.dgraph", "version": 1}') == Content()


def test_what_is_left_out_has_its_default() -> None:
    content = parse(json.dumps({**HEAD, "nodes": TWO, "layout": {"a": {}}, "notes": {"n": {"text": "x"}}}))
    assert content.graph.nodes["a"] == Node("a", "elementwise.add")
    assert content.layout.places == {"a": Place()}
    assert content.layout.notes == {"n": Note("n", "x")}
    assert content.kept is None


def test_order_and_white_space_mean_nothing() -> None:
    document = json.loads(render(EVERYTHING))
    shuffled = {name: document[name] for name in reversed(document)}
    assert parse(json.dumps(shuffled, indent=7)) == parse(json.dumps(document, separators=(",", ":"))) == EVERYTHING


def test_a_socket_is_split_at_its_first_dot() -> None:
    content = parse(json.dumps({**HEAD, "nodes": TWO, "wires": [["a.petal.width (cm)", "b.xs.0"]]}))
    assert content.graph.wires == {Wire(Socket("a", "petal.width (cm)"), Socket("b", "xs.0"))}


def test_an_unknown_operator_stays_as_it_is() -> None:
    node = {"operator": "future.thing", "name": "x", "frozen": True, "settings": {"q": [1, [2.0, None]]}}
    document = {**HEAD, "nodes": {"f": node}, "wires": [["f.out", "f.in"]]}
    content = parse(json.dumps(document))
    assert json.loads(render(content)) == document
    assert parse(render(content)) == content


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"nodes": {"a": {"operator": "x", "nmae": "y"}}}, "nodes.a.nmae", 'there is no field "nmae" in format version 1.'),
    ({"nodes": {"b": TWO["b"], "a": {"operator": 3}}}, "nodes.a.operator", "must be text, not a whole number."),
    ({"nodes": {"b": TWO["b"], "a": {}}}, "nodes.a", 'the field "operator" is missing.'),
    ({"nodes": {"a": {"operator": "x", "name": None}}}, "nodes.a.name", "must be text, not null."),
    ({"nodes": {"a": {"operator": "x", "name": "y" * 201}}}, "nodes.a.name", "must be at most 200 characters."),
    ({"nodes": {"a": {"operator": "x", "frozen": 1}}}, "nodes.a.frozen", "must be true or false, not a whole number."),
    ({"nodes": {"a": {"operator": "x", "settings": []}}}, "nodes.a.settings", "must be an object, not a list."),
    ({"nodes": {"a": {"operator": "x", "settings": {"": 1}}}}, "nodes.a.settings.", "must be a name of 1 to 200"),
    ({"nodes": {"1": TWO["a"]}}, "nodes.1", "must be an id: letters, digits and _"),
    ({"wires": {}}, "wires", "must be a list, not an object."),
    ({"nodes": TWO, "wires": [["a.x", "b.x"], ["a.x", 1]]}, "wires[1][1]", "must be text, not a whole number."),
    ({"nodes": TWO, "wires": [["a.x", "b."]]}, "wires[0][1]", 'must be a socket, written "node.socket".'),
    ({"nodes": TWO, "wires": [["a.x", "c.x"]]}, "wires[0][1]", 'there is no node "c" for this wire.'),
    ({"nodes": TWO, "routes": [{"wire": ["a.x", "b.x"]}]}, "routes[0].wire", "the wire from a.x to b.x is not there."),
    ({"nodes": TWO, "wires": [["a.x", "b.x"]], "routes": [{"wire": ["a.x", "b.x"], "tagged": True}] * 2},
     "routes[1].wire", "the wire from a.x to b.x stands here a second time."),
    ({"routes": [{"wire": ["a.x", "b.x"], "dots": [[1, "2"]]}]}, "routes[0].dots[0][1]", "must be a number, not text."),
    ({"nodes": TWO, "wires": [["a.x", "b.x"]] * 2}, "wires[1]", "the wire from a.x to b.x stands here a second time."),
    ({"nodes": TWO, "layout": {"a": {"x": True}}}, "layout.a.x", "must be a number, not true or false."),
    ({"nodes": TWO, "layout": {"a": {"y": -1e8}}}, "layout.a.y", "must be at least -10000000.0."),
    ({"nodes": TWO, "layout": {"c": {}}}, "layout.c", 'there is no node "c" to be placed.'),
    ({"notes": {"n": {}}}, "notes.n", 'the field "text" is missing.'),
    ({"nodes": TWO, "notes": {"n": {"text": "", "nodes": ["a"] * 2}}}, "notes.n.nodes[1]", '"a" stands here a second '
     "time."),
    ({"kept": {"values": {"c": {"dtype": "int64", "shape": []}}}}, "kept.values.c", 'there is no node "c" to keep'),
    ({"kept": {"states": {"c": {}}}}, "kept.states.c", 'there is no node "c" to keep values for.'),
    ({"kept": {"states": {"a": {"m": {"dtype": "f8", "shape": []}}}}}, "kept.states.a.m.dtype", "none of the words"),
    ({"kept": {"states": {"a": {"m": {"dtype": "int64", "shape": [1.5]}}}}}, "kept.states.a.m.shape[0]",
     "must be a whole number, not a number."),
    ({"kept": {"states": {"a": {"/": {"dtype": "int64", "shape": []}}}}}, "kept.states.a./", "must be a name of"),
    ({"kept": 3}, "kept", "must be an object or null, not a whole number."),
    ({"sheep": 1}, "sheep", 'there is no field "sheep" in format version 1.'),
]  # fmt: skip


@pytest.mark.parametrize(("sections", "place", "words"), FAULTS, ids=[place for _, place, _ in FAULTS])
def test_a_fault_is_named_with_its_place(sections: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(FileError) as caught:
        parse(json.dumps({**HEAD, **sections}, indent=2), name="fit.dgraph")
    sentence = caught.value.sentence
    assert sentence.startswith("fit.dgraph, line ") and f"({place})" in sentence and words in sentence
    assert caught.value.place and place in caught.value.place


def test_the_line_and_column_are_those_of_the_value() -> None:
    lines = ['{"format": "gradwire.dgraph",', ' "version": 1,', ' "nodes": {"a": {"operator": "x", "name": 7}}}']
    with pytest.raises(FileError, match=r"The text, line 3, column 43 \(nodes\.a\.name\): must be text"):
        parse("\n".join(lines))
    assert lines[2][42] == "7"


def test_every_pattern_has_words() -> None:
    for pattern, words in PATTERNS.items():
        error = _convert_error(pattern)
        assert fault("", error) == ((), f"must be {words}.")


def _convert_error(pattern: str) -> Any:
    from typing import Annotated

    import msgspec

    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert("\n", Annotated[str, msgspec.Meta(pattern=pattern)])
    return caught.value


def test_a_message_nobody_foresaw_is_passed_on() -> None:
    import msgspec

    assert fault(3, msgspec.ValidationError("Expected a `teapot`")) == ((), "Expected a `teapot`.")
    assert GraphFile.__struct_config__.forbid_unknown_fields


def test_reading_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.dgraph"
    path.write_text('{"format": "gradwire.dgraph", "version": 1')
    with pytest.raises(FileError, match=r"broken\.dgraph, line 1, column 43: a comma or a closing bracket is missing"):
        read(path)
    with pytest.raises(FileError, match=r"none\.dgraph does not exist in "):
        read(tmp_path / "none.dgraph")


def test_a_long_chain_is_read_without_recursion() -> None:
    count = 20_000
    nodes = {f"n_{k}": {"operator": "elementwise.sin"} for k in range(count)}
    wires = [[f"n_{k}.value", f"n_{k + 1}.x"] for k in range(count - 1)]
    content = parse(json.dumps({**HEAD, "nodes": nodes, "wires": wires}))
    assert len(content.graph.nodes) == count and len(content.graph.wires) == count - 1
    assert parse(render(content)) == content
