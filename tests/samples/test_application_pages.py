"""The pages of the applications say what the notes in their samples say; each has its picture."""

from __future__ import annotations

import importlib

import pytest

written = importlib.import_module("docs.applications.__main__")


@pytest.mark.parametrize("path, text", written.pages(), ids=lambda each: getattr(each, "stem", ""))
def test_a_page_is_what_its_sample_says(path, text):
    assert path.read_text(encoding="utf-8") == text, "run python -m docs.applications"


@pytest.mark.parametrize("stem", written.APPLICATIONS)
def test_each_page_has_its_picture_a_source_and_what_was_reached(stem):
    picture = written.HERE / "images" / f"{stem}.png"
    assert 10_000 < picture.stat().st_size < 200_000
    text = written.page(stem)
    assert "Source: " in text
    assert "see the note on the canvas" not in text
