"""What msgspec says about a wrong file, as a place with all its keys and a sentence for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from engine.files.format import PATTERNS, Id, NodeFields, NoteFields, PlaceFields, Setting, Slot, TensorFields, Word
from engine.sockets import shortened

_FREE: Final = "[...]"
"""How msgspec writes a key it does not name."""

_ENTRIES: Final[Mapping[tuple[str | int, ...], Any]] = {
    ("nodes",): dict[Id, NodeFields],
    ("nodes", _FREE, "settings"): dict[Word, Setting],
    ("layout",): dict[Id, PlaceFields],
    ("notes",): dict[Id, NoteFields],
    ("kept", "values"): dict[Id, TensorFields],
    ("kept", "states"): dict[Id, dict[Slot, TensorFields]],
    ("kept", "states", _FREE): dict[Slot, TensorFields],
}
"""The objects of a file whose keys are free, by where they stand."""

_KINDS: Final[Mapping[str, str]] = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
"""msgspec's names of JSON types, in words."""


def fault(value: Any, error: msgspec.ValidationError) -> tuple[tuple[str | int, ...], str]:
    """Return the path of the first fault in `value`, which raised `error` as a GraphFile, and a sentence about it.

    msgspec leaves free keys out of its paths: the key is found by decoding the entries one by one.
    """
    message, steps = _parts(error)
    path: tuple[str | int, ...] = ()
    pattern: tuple[str | int, ...] = ()
    while _FREE in steps:
        known = steps[: steps.index(_FREE)]
        for step in known:
            value = value[step]
        pattern += (*known, _FREE)
        key, message, steps = _first_bad_entry(value, _ENTRIES[pattern[:-1]])
        path += (*known, key)
        value = value[key]
    unknown = re.fullmatch(_UNKNOWN, message, re.DOTALL)
    return (*path, *steps, *([unknown[1]] if unknown else ())), _sentence(message)


def _parts(error: msgspec.ValidationError) -> tuple[str, tuple[str | int, ...]]:
    message, _, where = str(error).partition(" - at ")
    steps: tuple[str | int, ...] = tuple(
        int(index) if index else field or _FREE for field, index in re.findall(r"\.(\w+)|\[(?:(\d+)|\.\.\.)\]", where)
    )
    return message, (*steps, _FREE) if where.startswith("`key`") else steps


def _first_bad_entry(value: Mapping[str, Any], kind: Any) -> tuple[str, str, tuple[str | int, ...]]:
    for key, item in value.items():
        try:
            msgspec.convert({key: item}, kind)
        except msgspec.ValidationError as error:
            message, steps = _parts(error)
            return key, message, steps[1:]
    raise AssertionError("msgspec refused an object of which it accepts every entry")


def _sentence(message: str) -> str:
    for pattern, words in _MESSAGES.items():
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return words(match)
    return f"{shortened(message)}."


def _kinds(match: re.Match[str]) -> str:
    expected = " or ".join(_KINDS.get(kind.strip("`"), kind) for kind in match[1].split(" | "))
    return f"must be {expected}, not {_KINDS.get(match[2], match[2])}."


def _pattern(match: re.Match[str]) -> str:
    words = {repr(pattern): words for pattern, words in PATTERNS.items()}
    return f"must be {words.get(match[1], 'different text')}."


_UNKNOWN: Final = r"Object contains unknown field `(.*)`"

_MESSAGES: Final[Mapping[str, Callable[[re.Match[str]], str]]] = {
    r"Expected `([^`]+)`, got `(\w+)`": _kinds,
    r"Expected `str` matching regex (.*)": _pattern,
    r"Expected `str` of length <= (\d+)": lambda m: f"must be at most {m[1]} characters.",
    r"Expected `(?:object|array)` of length <= (\d+)": lambda m: f"must have at most {m[1]} entries.",
    r"Expected `array` of length (\d+), got (\d+)": lambda m: f"must have {m[1]} entries, not {m[2]}.",
    r"Expected `array` of length (\d+)": lambda m: f"must have {m[1]} entries.",
    r"Expected `\w+` >= (\S+)": lambda m: f"must be at least {m[1]}.",
    r"Expected `\w+` <= (\S+)": lambda m: f"must be at most {m[1]}.",
    _UNKNOWN: lambda m: f'there is no field "{shortened(m[1])}" in format version 1.',
    r"Object missing required field `(.*)`": lambda m: f'the field "{m[1]}" is missing.',
    r"Invalid enum value (.*)": lambda m: f"{shortened(m[1])} is none of the words allowed here.",
}
"""msgspec's sentences, in ours. One that is not here passes as it is."""
