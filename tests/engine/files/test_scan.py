"""The first pass: what it lets through is what `json` reads, and it says where a fault stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import limits
from engine.errors import FileError
from engine.files.scan import dotted, find, line_column, load, walk
from engine.sockets import shortened

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Any]:
    """Return every value inside by its path (a recursive oracle for the iterative walk)."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path: value} | {where: v for key, item in inner for where, v in places(item, (*path, key)).items()}


@settings(derandomize=True, deadline=None, max_examples=300)
@given(values, st.sampled_from([None, 1]), st.booleans())
def test_it_reads_what_json_reads(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    read = load(text.encode("utf-8"), "x").value
    assert read == json.loads(text) and json.dumps(read) == json.dumps(value)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(values, st.sampled_from([None, 1]))
def test_it_finds_every_value(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    walked = {tuple(path) for path, _, _, is_key in walk(text) if not is_key}
    expected = places(value)
    assert walked == set(expected)
    for path, item in expected.items():
        offset = find(text, path)
        assert offset is not None
        assert json.JSONDecoder().raw_decode(text, offset)[0] == item


def test_a_missing_value_is_placed_where_its_holder_stands() -> None:
    text = '{"a": {"b": [1, 2]}}'
    assert find(text, ["a", "c"]) == 6
    assert find(text, ["x"]) == 0


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{"a": 1,\n "b": NaN}', "line 2, column 7 (b)", "NaN is not a number"),
        ('{"a": [1, 2, 1e400]}', "line 1, column 14 (a[2])", "too large for 64-bit"),
        ('{"a": {"x": 1, "y": 2,\n  "x": 3}}', "line 2, column 3 (a.x)", '"x" stands here a second time'),
        ('{"x": {"x": 1}, "a": {"x": 1}, "x": 1}', "line 1, column 32 (x)", '"x" stands here a second time'),
        ('[{"x": 1}, {"x": 1, "x": 2}]', "line 1, column 21 ([1].x)", '"x" stands here a second time'),
        ('{"a": [-9223372036854775809]}', "line 1, column 8 (a[0])", "outside -2^63"),
        ('{"ä\\n": "\\ud83d"}', "line 1, column 9 (ä\\n)", "half a character"),
        ("[" * 33 + "]" * 33, "line 1, column 33", "nested more than 32 deep"),
        ('{"a": "x\ty"}', "line 1, column 9", "control character"),
        ('{"a": 1 "b": 2}', "line 1, column 9", "a comma or a closing bracket is missing"),
    ],
)
def test_it_says_where(text: str, place: str, words: str) -> None:
    with pytest.raises(FileError) as caught:
        load(text.encode(), "my.dgraph")
    assert caught.value.sentence.startswith(f"my.dgraph, {place}")
    assert words in caught.value.sentence and caught.value.sentence.endswith(".")
    assert caught.value.place and place.split(" (")[0] in caught.value.place


@pytest.mark.parametrize(
    "text",
    [
        "[" * limits.FILE_DEPTH + "]" * limits.FILE_DEPTH,
        "[9223372036854775807, -9223372036854775808, 1e308, 5e-324, -0.0]",
        json.dumps('\U0001f600 [{[{ \\ " '),
        json.dumps("🙂"),
        "[" + "0," * 999 + "0]",
    ],
)
def test_what_is_just_within_the_limits_is_read(text: str) -> None:
    assert load(text.encode(), "x").value == json.loads(text)


def test_a_wrong_byte_is_placed_by_its_line() -> None:
    with pytest.raises(FileError, match=r"x, line 3: the byte 0xff is not UTF-8 text"):
        load(b'{\n"a":\n "\xc3\xa4\xff"}', "x")


def test_lines_and_columns_count_characters_from_one() -> None:
    assert [line_column("äb\n\nc", k) for k in (0, 1, 3, 4)] == [
        "line 1, column 1", "line 1, column 2", "line 2, column 1", "line 3, column 1",
    ]  # fmt: skip


def test_places_are_shown_without_tricks() -> None:
    assert dotted(["nodes", "a", 3, 0, "x"]) == "nodes.a[3][0].x"
    assert shortened("a\u202eb\x1b\n\ud800🙂") == "a\\u202eb\\u001b\\n\\ud800🙂"
    assert len(shortened("x" * 1000)) < 80
