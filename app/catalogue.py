"""The catalogue of the window's words for Qt Linguist: python -m app.catalogue writes build/gradwire_en.ts.

It is gathered from the program's text, where `tr("...")` stands, and from the tables whose texts are translated where
they are shown. To translate: copy it to gradwire_<language>.ts, fill it in with Qt Linguist, and lay the
gradwire_<language>.qm that `pyside6-lrelease` makes beside it, or into the folder `translations` of the settings.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from app.assets import ROOT
from app.words import CONTEXT

FILE: Final = ROOT / "build" / "gradwire_en.ts"
HELPERS: Final = ("_button", "_chip", "Section", "Command", "Row", "__init__")
"""Functions that translate the texts they are given, or that make the tables below."""


SENTENCE: Final = re.compile(r"[A-Z][^\\\n{};=<>_#]{2,200}")
"""What in a table is for people: it begins with a capital, and is no pattern, no markup and no name."""


def called(node: ast.Call) -> str:
    """Return the name of what is called; "" where it has none."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literals(folder: Path = ROOT / "app") -> Iterator[tuple[str, str]]:
    """Yield every literal that is translated where it stands, and where: ("app/window.py", text)."""
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder.parent).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in ("tr", *HELPERS):
                yield from ((place, text) for text in _texts(node))
            elif isinstance(node, ast.Assign | ast.AnnAssign) and _is_constant(node):
                yield from ((place, text) for text in _sentences(node.value))


def _texts(node: ast.Call) -> Iterator[str]:
    """Yield the literals of a call that are translated."""
    own = called(node) == "tr"
    given = node.args[:1] if own else [*node.args, *(each.value for each in node.keywords if each.arg == "help")]
    for each in given:
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and (own or _is_text(each.value)):
            yield each.value


def _is_constant(node: ast.Assign | ast.AnnAssign) -> bool:
    """Return whether a constant is given its value: SUCH_A_NAME."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return isinstance(target, ast.Name) and target.id.isupper()


def _sentences(value: ast.expr | None) -> Iterator[str]:
    """Yield what in a constant, or in a table, reads like something for people."""
    for each in ast.walk(value) if value is not None else ():
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and SENTENCE.fullmatch(each.value):
            yield each.value


def _is_text(text: str) -> bool:
    """Return whether a literal is for people: what is an id has no capital and no space."""
    return any(letter.isalpha() for letter in text) and (text != text.lower() or " " in text)


def tables() -> Iterator[tuple[str, str]]:
    """Yield the texts of the tables, and where they are."""
    from app.actions import COMMANDS, MENUS
    from app.gallery import FIELDS, MORE
    from app.panels.palette import TITLES as FAMILIES
    from app.start_page import SENTENCE as CLAIM
    from app.workspace import TITLES

    yield from (("app/actions/__init__.py", name) for name in MENUS)
    for command in COMMANDS:
        yield f"app/actions ({command.id})", command.text
        yield f"app/actions ({command.id})", command.help
    yield from (("app/workspace.py", title) for title in TITLES.values())
    yield from (("app/gallery.py", title) for title in (*(field for field, _ in FIELDS), MORE))
    yield from (("app/panels/palette.py", title) for title in FAMILIES.values())
    yield "app/start_page.py", CLAIM


def words() -> dict[str, str]:
    """Return every text that can be translated, in order, with the place where it stands first."""
    found: dict[str, str] = {}
    for place, text in (*tables(), *literals()):
        if text:
            found.setdefault(text, place)
    return dict(sorted(found.items()))


def catalogue(found: Mapping[str, str]) -> str:
    """Return a catalogue of texts as Qt Linguist reads it."""
    messages = "".join(
        f"    <message>\n        <location filename={_quoted(place)}/>\n        <source>{escape(text)}</source>\n"
        '        <translation type="unfinished"></translation>\n    </message>\n'
        for text, place in found.items()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" sourcelanguage="en" language="en">\n'
        f"<context>\n    <name>{CONTEXT}</name>\n{messages}</context>\n</TS>\n"
    )


def _quoted(text: str) -> str:
    return f'"{escape(text, {chr(34): "&quot;"})}"'


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    gathered = words()
    FILE.write_text(catalogue(gathered), encoding="utf-8")
    sys.stdout.write(f"{FILE.relative_to(ROOT)}: {len(gathered)} texts\n")
