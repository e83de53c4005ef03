"""The first pass over a file: bytes to plain JSON values, refusing what `json` lets through.

Duplicate keys, NaN, Infinity, numbers that overflow, lone surrogates, other encodings, and depth, size and counts
beyond engine/limits.py: each is one sentence with line and column. The quick path is C code; the slow walk in Python
runs only to say where a fault is.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from engine import limits
from engine.errors import FileError
from engine.files import foreign
from engine.sockets import shortened

Path: TypeAlias = Sequence[str | int]
"""A place in a document: keys and positions from the top."""

_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_NOT_BRACKET = re.compile(r"[^\[\]{}]++")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NUMBER = re.compile(r"-?\d")
_EXTREME = re.compile(r"\d{19}|[eE]\+?\d{3}")
"""What stands in every number that is too long or too large: where it does not occur, C code reads the numbers."""
_INTEGER = re.compile(r"-?\d++$")
_INTEGERS: Final = range(-(2**63), 2**63)

_ENCODINGS: Final = (
    (codecs.BOM_UTF8, "starts with a byte order mark; save it as UTF-8 without one"),
    (codecs.BOM_UTF32_LE, "is UTF-32; save it as UTF-8"),
    (codecs.BOM_UTF32_BE, "is UTF-32; save it as UTF-8"),
    (codecs.BOM_UTF16_LE, "is UTF-16; save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "is UTF-16; save it as UTF-8"),
)

_SYNTAX: Final[Mapping[str, str]] = {
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing",
    "Illegal trailing comma before end of object": "a name in double quotes is missing",
    "Illegal trailing comma before end of array": "a value is missing",
    "Extra data": "the file should end",
    "Unterminated string starting at": "a text is not closed",
    "Invalid control character at": "a control character stands inside a text",
    "Invalid \\escape": "a backslash is not followed by an escape",
    "Invalid \\uXXXX escape": "\\u is not followed by four hexadecimal digits",
}
"""What the messages of `json` mean, in words that follow "here"."""


class _Refused(Exception):
    """Something the quick path met and cannot place."""


class Text(NamedTuple):
    """A checked document: its plain values, and its text and name for saying where something stands."""

    value: Any
    text: str
    name: str

    def error(self, path: Path, sentence: str) -> FileError:
        """Return the error that says `sentence` of the place `path`; "at line, column" where the document has it."""
        offset = find(self.text, path)
        where = dotted(path) or "the top level"
        place = where if offset is None else f"{line_column(self.text, offset)} ({where})"
        return FileError(f"{self.name}, {place}: {sentence}", place=place)


def load(data: bytes, name: str) -> Text:
    """Return the values in `data`; raise FileError with one sentence that starts with `name` where it is refused."""
    if len(data) > limits.FILE_BYTES:
        raise FileError(f"{name} is larger than {limits.FILE_BYTES // 2**20} MiB, the most that is read.")
    text = _decoded(data, name)
    skeleton = _STRING.sub("", text)
    _require_shallow(skeleton, text, name)
    numbers = _CHECKED_NUMBERS if _EXTREME.search(skeleton) else {}
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse, **numbers)
    except json.JSONDecodeError as error:
        place = line_column(text, error.pos)
        sentence = _SYNTAX.get(error.msg.removesuffix(" at"), _SYNTAX.get(error.msg, error.msg))
        raise FileError(f"{name}, {place}: {sentence} here.", place=place) from None
    except _Refused:
        _explain(text, name)
    if _SURROGATE.search(text):
        _require_whole_characters(text, name)
    return Text(value, text, name)


def dotted(path: Path) -> str:
    """Return the place as people read it: nodes.add_1.settings, wires[3][0]."""
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{shortened(part)}" if out else shortened(part)
    return out


def line_column(text: str, offset: int) -> str:
    """Return "line 3, column 7" (both from 1) for the character at `offset`."""
    start = text.rfind("\n", 0, offset) + 1
    return f"line {text.count(chr(10), 0, offset) + 1}, column {offset - start + 1}"


def find(text: str, path: Path) -> int | None:
    """Return the offset of the value at `path` in a valid document, or of the innermost one around it that is there."""
    best, wanted = None, list(path)
    for here, offset, _, is_key in walk(text):
        if is_key:
            continue
        if here == wanted:
            return offset
        if best is None or (len(here) > best[0] and here == wanted[: len(here)]):
            best = (len(here), offset)
    return best[1] if best else None


def walk(text: str) -> Iterator[tuple[list[str | int], int, str, bool]]:
    """Yield (path, offset, mark, whether it is a key) for every key and value, without recursion.

    The path is one list that changes as the walk goes on. Text after a fault in the syntax gives tokens of no meaning.
    """
    path: list[Any] = []
    objects: list[bool] = []
    key_next = False
    for match in _TOKEN.finditer(text):
        mark, offset = match[0], match.start()
        if mark == ",":
            key_next = bool(objects) and objects[-1]
            if objects and not objects[-1]:
                path[-1] += 1
        elif mark in "]}":
            if objects:
                objects.pop()
                path.pop()
            key_next = False
        elif key_next and mark[0] == '"':
            path[-1] = _string(mark)
            key_next = False
            yield path, offset, mark, True
        elif mark != ":":
            yield path, offset, mark, False
            if mark in "[{":
                key_next = mark == "{"
                objects.append(key_next)
                path.append("" if key_next else 0)


def _decoded(data: bytes, name: str) -> str:
    for mark, sentence in _ENCODINGS:
        if data.startswith(mark):
            raise FileError(f"{name} {sentence}.")
    if not data.strip():
        raise FileError(f"{name} is empty.")
    if b"\x00" in data[:4] and b"{" in data[:4]:
        raise FileError(f"{name} is not UTF-8 text; save it as UTF-8.")
    if (found := foreign.what(data)) is not None:
        says, place = found
        raise FileError(f"{name}, {place}: this is {says}.", place=place)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = line_column(data[: error.start].decode("utf-8"), error.start)
        line = place.split(",")[0]
        raise FileError(f"{name}, {line}: the byte {data[error.start]:#04x} is not UTF-8 text.", place=line) from None


def _require_shallow(skeleton: str, text: str, name: str) -> None:
    values = skeleton.count(",") + skeleton.count("[") + skeleton.count("{") + 1
    if values > limits.FILE_VALUES:
        raise FileError(f"{name} holds more than {limits.FILE_VALUES} values, the most that is read.")
    depth = 0
    for bracket in _NOT_BRACKET.sub("", skeleton):
        depth += 1 if bracket in "[{" else -1
        if depth > limits.FILE_DEPTH:
            _explain(text, name)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused
    return made


def _refuse(_: str) -> NoReturn:
    raise _Refused


def _integer(text: str) -> int:
    if len(text) > limits.NUMBER_LENGTH or int(text) not in _INTEGERS:
        raise _Refused
    return int(text)


def _real(text: str) -> float:
    if len(text) > limits.NUMBER_LENGTH or not math.isfinite(number := float(text)):
        raise _Refused
    return number


_CHECKED_NUMBERS: Final[Mapping[str, Any]] = {"parse_int": _integer, "parse_float": _real}


def _explain(text: str, name: str) -> NoReturn:
    """Raise the FileError of the first thing in `text` that the quick path refuses."""
    seen: list[set[str]] = []
    for path, offset, mark, is_key in walk(text):
        del seen[len(path) :]
        seen.extend(set() for _ in range(len(path) - len(seen)))
        fault = _key_fault(path, seen) if is_key else _value_fault(mark, len(path))
        if fault:
            place = f"{line_column(text, offset)} ({dotted(path) or 'the top level'})"
            raise FileError(f"{name}, {place}: {fault}.", place=place)
    raise FileError(f"{name} is not a document that can be read.")


def _key_fault(path: Sequence[str | int], seen: list[set[str]]) -> str | None:
    key = str(path[-1])
    if key in seen[-1]:
        return f'"{shortened(key)}" stands here a second time'
    seen[-1].add(key)
    return None


def _value_fault(mark: str, depth: int) -> str | None:
    if mark in "[{":
        return (
            f"lists and objects are nested more than {limits.FILE_DEPTH} deep" if depth >= limits.FILE_DEPTH else None
        )
    if mark in ("NaN", "Infinity", "-Infinity"):
        return f"{mark} is not a number a document may hold"
    if not _NUMBER.match(mark):
        return None
    if len(mark) > limits.NUMBER_LENGTH:
        return f"a number is longer than {limits.NUMBER_LENGTH} characters"
    if _INTEGER.match(mark):
        return None if int(mark) in _INTEGERS else "a whole number is outside -2^63 to 2^63 - 1"
    try:
        return None if math.isfinite(float(mark)) else "a number is too large for 64-bit floating point"
    except ValueError:
        return None


def _require_whole_characters(text: str, name: str) -> None:
    for path, offset, mark, _ in walk(text):
        if mark[0] == '"' and any("\ud800" <= c <= "\udfff" for c in _string(mark)):
            place, where = line_column(text, offset), dotted(path)
            raise FileError(
                f"{name}, {place} ({where}): half a character (a lone surrogate) stands in a text.", place=place
            )


def _string(mark: str) -> str:
    try:
        return str(json.loads(mark))
    except ValueError:
        return mark
