"""Run by test_escapes.py in a process of its own: walks through every escape under an audit hook with an allow-list."""

from __future__ import annotations

import json
import sys
from typing import Any

from engine.errors import GradwireError
from engine.program.program import Program
from engine.python.text import program_of
from engine.types import ArrayType
from tests.engine.python.escapes import BODIES, TEXTS

ALLOWED = {
    "builtins.id",
    "object.__getattr__",
    "object.__setattr__",
    "sys._getframe",
    "code.__new__",
    "sys.unraisablehook",
}
"""Events that reach nothing outside: what records and dataclasses do, and frames that are looked at."""
seen: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Remember every event but those of Python's parser reading the text."""
    if event == "compile" and (len(arguments) < 2 or arguments[1] == "<python node>"):
        return
    if event == "open" and arguments[0] == "<python node>":  # to show the line of a syntax error: there is none
        return
    if event not in ALLOWED:
        seen.append(f"{event} {arguments!r}"[:200])


def outcome(text: str) -> str:
    """Return "refused: ...", "program", or the exception that must not be."""
    try:
        made = program_of(text, {"x": ArrayType()})
    except GradwireError as error:
        return f"refused: {error.sentence}"
    except BaseException as error:
        return f"raised: {type(error).__name__}: {error}"[:300]
    return "program" if isinstance(made, Program) else "something else"


def main() -> None:
    """Print, for each text, its outcome and the events seen."""
    texts = [f"def f(x):\n    return {body}\n" for body in BODIES] + list(TEXTS)
    if sys.argv[1:] == ["planted"]:
        texts = ["planted"]
    for text in texts:
        outcome(text)  # once before: what Python and NumPy import lazily has been imported
    sys.addaudithook(watch)
    found = []
    for text in texts:
        seen.clear()
        if text == "planted":
            eval("1 + 1")
        found.append((text[:80], outcome(text), list(seen)))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
