"""What a file is that is no graph, so that whoever opens it is told that and not where its first wrong byte stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from engine.sockets import shortened

MARKS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an XZ archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x93NUMPY", "a NumPy array (.npy)"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (8, b"WAVE", "a WAV sound"),
    (4, b"ftyp", "a video"),
)
"""Kinds of files that are no text, by what stands at an offset in them."""

TEXTS: Final[Mapping[str, str]] = {
    "<!doctype html": "an HTML page",
    "<!doctype": "an XML document",
    "<html": "an HTML page",
    "<svg": "an SVG picture",
    "<?xml": "an XML document",
    "{\\rtf": "an RTF document",
    "#!": "a script",
    "%pdf-": "a PDF document",
    "%!ps": "a PostScript document",
}
"""Kinds of texts by how they begin, in lower case."""
LONGEST_VALUE: Final = 400
SHOWN: Final = 24
"""Characters of a text's beginning that are quoted."""


def what(data: bytes) -> tuple[str, str] | None:
    """Return what bytes are that cannot be a graph, as words that follow "is", and the place that shows it; None where
    they may be one: a graph is UTF-8 text that begins with a brace."""
    if data.lstrip().startswith(b"{") and not data.startswith(b"{\\rtf"):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _binary(data, error.start)
    return _of_text(text) if "\0" not in text else _binary(data, data.index(0))


def _binary(data: bytes, at: int) -> tuple[str, str]:
    offset, name = next(
        ((offset, name) for offset, mark, name in MARKS if data[offset : offset + len(mark)] == mark),
        (at, "binary data"),
    )
    return f"{name}, not a Gradwire graph", f"byte {offset + 1}"


def _of_text(text: str) -> tuple[str, str] | None:
    begins = text.lstrip()
    if begins.startswith(("[", '"')):
        return None  # as JSON does: the strict reading says what is wrong with it
    kind = next((name for mark, name in TEXTS.items() if begins[:SHOWN].lower().startswith(mark)), "text")
    if kind == "text" and _is_number_or_word(begins):
        return None
    line = text.count("\n", 0, len(text) - len(begins)) + 1
    first = begins.split("\n", 1)[0].strip()
    quoted = first if len(first) <= SHOWN else f"{first[:SHOWN].rstrip()}…"
    return f"{kind}, not a Gradwire graph: it begins with “{shortened(quoted)}”", f"line {line}"


def _is_number_or_word(text: str) -> bool:
    """Return whether a text is one of the other values of JSON."""
    return len(text) <= LONGEST_VALUE and len(text.split()) == 1 and re.match(r"-?[\d.]|[a-zA-Z]+$", text) is not None
