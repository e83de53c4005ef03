"""All pages written into a folder: Markdown with formulas, example graphs and their pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from app.assets import SAMPLES
from app.pages.examples import example
from app.pages.markdown import files, index, markdown
from app.pages.page import Page, page
from engine.errors import FileError, GradwireError
from engine.files import read, render
from engine.graph import Content
from engine.operator import Library

FORMULA: Final = (20, "#1f2530")
"""Size and colour of formulas in documents."""
Draw = Callable[[Content], bytes]
"""A graph -> a picture of it as PNG."""


@cache
def uses() -> Mapping[str, tuple[str, ...]]:
    """Return the names of the bundled sample graphs in which each operator is used, by its id."""
    found: dict[str, list[str]] = {}
    for path in sorted(SAMPLES.glob("*.dgraph")):
        try:
            content = read(path)
        except GradwireError:
            continue
        for operator in {node.operator for node in content.graph.nodes.values()}:
            found.setdefault(operator, []).append(path.name)
    return {operator: tuple(names) for operator, names in found.items()}


def pages(library: Library) -> tuple[Page, ...]:
    """Return the pages of all operators."""
    return tuple(page(operator, library, uses()) for operator in library.values())


def write(folder: Path, library: Library, draw: Draw | None = None) -> int:
    """Write all pages into a folder, which is made where there is none; return how many operators there are.

    `draw` makes the pictures of the example graphs; without it there are none. Raise FileError where a file cannot be
    written.
    """
    from app.formula import render as formula

    made = pages(library)
    try:
        for name in ("operators", "formulas", "examples", "pictures"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "index.md").write_text(index(made), encoding="utf-8")
        for each in made:
            graph = example(library[each.id], library)
            for name, latex in files(each).items():
                picture = formula(latex, *FORMULA)
                if picture is not None:
                    (folder / "formulas" / name).write_bytes(picture.svg)
            if graph is not None:
                (folder / "examples" / f"{each.id}.dgraph").write_bytes(render(graph))
                if draw is not None:
                    (folder / "pictures" / f"{each.id}.png").write_bytes(draw(graph))
            text = markdown(each, picture=graph is not None and draw is not None)
            (folder / "operators" / f"{each.id}.md").write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(f"The pages cannot be written into “{folder}”: {error.strerror or error}.") from None
    return len(made)
