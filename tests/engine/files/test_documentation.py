"""docs/format.md is true: its example is right and in canonical form, and it names every field and limit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import engine
from engine import limits
from engine.errors import FileError
from engine.files import parse, render
from engine.files.format import (
    ArraysFields,
    BookmarkFields,
    GraphFile,
    KeptFields,
    NodeFields,
    NoteFields,
    PlaceFields,
    RouteFields,
    TensorFields,
)
from engine.lessons.lesson import Check, Lesson, Quantity, Question, Step
from engine.problems import validate
from nodes.library import LIBRARY

DOCS = Path(__file__).resolve().parent.parent.parent.parent / "docs"
PAGE = (DOCS / "format.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0]
FRAGMENTS = [
    "\n".join(line[4:] for line in block.splitlines())
    for block in re.findall(r"\n\n((?:    [^\n]*\n)+)", PAGE)
    if block.lstrip().startswith('"')
]


def test_the_example_is_a_graph_without_problems_in_canonical_form() -> None:
    content = parse(EXAMPLE)
    assert render(content).decode("utf-8") == EXAMPLE
    assert [problem for problem in validate(content.graph, LIBRARY) if problem.severity == "error"] == []
    assert len(content.graph.nodes) == len(content.layout.places) == 8


def test_every_field_is_described() -> None:
    parts = [part for union in (Question, Check) for part in get_args(union)]
    records = (
        GraphFile, NodeFields, PlaceFields, NoteFields, RouteFields, BookmarkFields, TensorFields, ArraysFields,
        KeptFields, Lesson, Step, Quantity, *parts,
    )  # fmt: skip
    for record in records:
        for field in msgspec.structs.fields(record):
            assert re.search(rf'[`"]{field.name}[`"]', PAGE), f"{record.__name__}.{field.name} is not described"


@pytest.mark.parametrize(
    "number",
    [
        limits.FILE_VALUES, limits.FILE_DEPTH, limits.NODES, limits.WIRES, limits.NOTES, limits.NAME_LENGTH,
        limits.ID_LENGTH, limits.TEXT_LENGTH, limits.INLINE_NUMBERS, int(limits.COORDINATE), limits.NUMBER_LENGTH,
        limits.FILE_BYTES // 2**20,
    ],
)  # fmt: skip
def test_every_limit_is_written(number: int) -> None:
    assert re.search(rf"(?<!\d){number:_}(?!\d)".replace("_", "[  ]?"), PAGE)


def test_the_fragments_fit_into_the_example() -> None:
    assert len(FRAGMENTS) >= 4
    for fragment in FRAGMENTS:
        if "64 digits" not in fragment:
            parse(_with(fragment))


def _with(fragment: str) -> str:
    if fragment.startswith(('"kept"', '"lesson"')):
        return EXAMPLE.rstrip()[:-1].rstrip() + ",\n" + fragment + "}"
    if fragment.startswith('{"wire"'):
        return EXAMPLE.rstrip()[:-1].rstrip() + ',\n"routes": [' + ",".join(fragment.splitlines()) + "]}"
    head = '{"format": "gradwire.dgraph", "version": 1, "nodes": {"slope": {"operator": "parameters.parameter"}}'
    place = "notes" if fragment.startswith('"note') else "layout" if '"collapsed"' in fragment else None
    place = "bookmarks" if fragment.startswith('"bookmark') else place
    if place:
        return f'{head}, "{place}": {{{fragment}}}}}'
    return f'{{"format": "gradwire.dgraph", "version": 1, "nodes": {{{fragment}}}}}'


def test_the_refusal_is_the_one_that_is_given() -> None:
    shown = re.findall(r"`(line\.dgraph, line .*?)`", PAGE)[0]
    broken = EXAMPLE.replace('"elementwise.multiply"', '"elementwise.multiply", "name": 7')
    with pytest.raises(FileError) as caught:
        parse(broken, name="line.dgraph")
    assert caught.value.sentence == shown


def test_the_example_trains_to_the_line_it_promises(tmp_path: Path) -> None:
    path = tmp_path / "line.dgraph"
    path.write_text(EXAMPLE, encoding="utf-8")
    result = engine.open(path, LIBRARY).run()
    assert result.parameters["slope w"] == pytest.approx(2.0, abs=0.1)
    assert result.parameters["intercept b"] == pytest.approx(1.0, abs=0.1)
    assert result.loss == pytest.approx(0.1**2, rel=0.5), "the variance of the noise"
