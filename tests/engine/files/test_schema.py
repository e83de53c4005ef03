"""The JSON Schema in docs/ is the one the code exports, and an independent validator agrees with the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from engine.files import read, render
from engine.files.schema import schema, text
from engine.graph import Content
from tests.engine.files.contents import EVERYTHING, contents
from tests.engine.files.test_read import FAULTS, HEAD

ROOT = Path(__file__).resolve().parent.parent.parent.parent
VALIDATOR = jsonschema.Draft202012Validator(schema())
BEYOND = ("is not there", "no node", "second time")
"""Words of the refusals that a schema cannot express."""


def test_the_one_in_docs_is_the_one_of_the_code() -> None:
    assert (ROOT / "docs" / "dgraph.schema.json").read_text(encoding="utf-8") == text()


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@settings(derandomize=True, deadline=None, max_examples=60)
@given(contents())
def test_it_accepts_what_is_written(content: Content) -> None:
    VALIDATOR.validate(json.loads(render(content)))


def test_it_accepts_every_field() -> None:
    VALIDATOR.validate(json.loads(render(EVERYTHING)))


@pytest.mark.parametrize(("sections", "place", "words"), FAULTS, ids=[place for _, place, _ in FAULTS])
def test_it_refuses_what_the_reader_refuses(sections: dict[str, Any], place: str, words: str) -> None:
    document = {**HEAD, **sections}
    assert VALIDATOR.is_valid(document) == any(beyond in words for beyond in BEYOND)


@pytest.mark.parametrize("value", [{"k": 1}, [[{}]], "x" * 100_001])
def test_it_refuses_settings_that_are_not_plain(value: object) -> None:
    node = {"operator": "x", "settings": {"k": value}}
    assert not VALIDATOR.is_valid({**HEAD, "nodes": {"a": node}})


def test_it_accepts_the_samples() -> None:
    samples = sorted((ROOT / "sample_graphs").rglob("*.dgraph"))
    assert samples
    for path in samples:
        VALIDATOR.validate(json.loads(path.read_text(encoding="utf-8")))
        assert render(read(path)) == path.read_bytes(), f"{path.name} is not in canonical form"
