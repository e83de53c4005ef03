"""Text that came through a chat, a mail or a forum: the graph in it as it was copied."""

from __future__ import annotations

import html
import json
import re
from typing import Final

MARK: Final = '"gradwire.dgraph"'
LONGEST: Final = 80_000_000
"""Characters of a text that is looked at; the reader of files refuses what is longer than a file may be."""

_FENCE: Final = re.compile(r"^\s*(`{3,}|~{3,})[^\n`]*\n(?P<inner>.*?)\n?\s*\1\s*$", re.DOTALL | re.MULTILINE)
_MARGIN: Final = re.compile(r"^[ \t]*((>|\||&gt;)[ \t]?)+", re.MULTILINE)
_CURLY: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " ", "\u202f": " "})
_INVISIBLE: Final = re.compile("[\ufeff\u200b\u2060]")


def unwrapped(text: str) -> str:
    """Return what was copied, without what a chat put around it: other ends of lines, a code fence, quote marks before
    each line, quotation marks around all, a sentence before and after, HTML's escapes, curly quotes.

    A text in which Gradwire finds nothing of its own comes back with plain ends of lines, without a fence around it.
    """
    if len(text) > LONGEST:
        return text
    plain = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    if not _named(plain):
        found = _FENCE.search(plain)
        return found["inner"] if found else plain
    for mended in (lambda t: t, _without_margin, html.unescape, _unescaped, _straight):
        inner = _document(mended(plain))
        if inner:
            return inner
    return plain


def _named(text: str) -> bool:
    return "gradwire.dgraph" in text


def _without_margin(text: str) -> str:
    return html.unescape(_MARGIN.sub("", text))


def _unescaped(text: str) -> str:
    r"""Return a text that stood in quotation marks, with \" and \n in it, as it was."""
    start, end = text.find("{\\"), text.rfind("}")
    try:
        return str(json.loads(f'"{text[start : end + 1]}"')) if 0 <= start < end else ""
    except ValueError:
        return ""


def _straight(text: str) -> str:
    return _without_margin(text).translate(_CURLY)


def _document(text: str) -> str:
    """Return the first object in a text that says it is a graph, to its last brace; "" where there is none."""
    mark = text.find(MARK)
    start = text.rfind("{", 0, mark) if mark >= 0 else -1
    if start < 0:
        return ""
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return ""
    return text[start:end] + "\n"
