"""Writes what each approach leaves behind on neuron.dgraph into its page: `python docs/approaches/generate.py`.

A page holds its artefact between two comments; the rest of it is written by hand. A test holds the pages equal to what
this makes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent.parent))

import engine  # noqa: E402 - the repository is put on the path first
from engine.autodiff.artefacts import Artefact, artefact  # noqa: E402
from engine.autodiff.names import APPROACHES  # noqa: E402
from engine.compare import subject  # noqa: E402
from nodes.library import LIBRARY  # noqa: E402

BEGIN, END = "<!-- begin: written by generate.py -->", "<!-- end -->"


def pages() -> dict[Path, str]:
    """Return each page as it should be, by its path."""
    _, about = subject(engine.open(FOLDER / "neuron.dgraph", LIBRARY).prepare())
    return {FOLDER / f"{name}.md": _page(FOLDER / f"{name}.md", artefact(about, name)) for name in APPROACHES}


def _page(path: Path, found: Artefact) -> str:
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{_text(found)}\n{END}{after}"


def _text(found: Artefact) -> str:
    """Return the artefact as Markdown: its table, and its first and last text."""
    parts = [_table(found.columns, found.rows)] if found.columns else []
    kept = found.sections[:1] + found.sections[1:][-1:]
    for each in kept:
        title = f"**{each.title}**\n\n" if len(kept) > 1 else ""
        language = "text" if found.approach == "callbacks" else "python"
        parts.append(f"{title}```{language}\n{each.text.rstrip()}\n```\n")
    return "\n".join(parts)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    words = all(part.isalpha() for part in text.replace(".", "").replace(",", "").split())
    return text if words or not text or len(text) > 60 else f"`{text}`"


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
