"""What people call a graph: a bundled sample by the head of its first note, any other file by its name."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from app.assets import LESSONS, SAMPLES
from engine.errors import GradwireError
from engine.files import read

LONGEST_NAME = 40


@lru_cache(maxsize=64)
def about(path: Path) -> tuple[str, str]:
    """Return a graph's name for people and a text about it: those of its lesson, the head and the body of its first
    note, else the file's name."""
    try:
        content = read(path)
    except GradwireError as refused:
        return title_of(path), refused.sentence
    if content.lesson is not None:
        return content.lesson.title, _plain(content.lesson.summary)
    notes = content.layout.notes
    texts = [notes[id].text for id in sorted(notes) if not notes[id].nodes and not notes[id].inside]
    plain = _plain(texts[0]) if texts else ""
    head, _, body = plain.partition(". ")
    name = re.split(r"[,;:.]", head)[0].strip()
    return (name, body) if 0 < len(name) <= LONGEST_NAME else (title_of(path), plain)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`#]|\[([^\]]*)\]\([^)]*\)", r"\1", text).split())


def title_of(path: Path) -> str:
    """Return a file's name for people: without its number and underscores."""
    name = re.sub(r"^\d+[_ -]+", "", path.stem).replace("_", " ")
    return name[:1].upper() + name[1:]


def is_sample(path: Path | None) -> bool:
    """Return whether a file is one of the bundled samples, which are never written over."""
    return path is not None and path.resolve().parent in (SAMPLES.resolve(), LESSONS.resolve())


def proper_title(path: Path | None) -> str:
    """Return what a document is called, the same everywhere: in the window, in its tab, on the start page."""
    if path is None:
        return "Untitled"
    return about(path)[0] if is_sample(path) else title_of(path)
