"""A reading as monospaced text, and where in it values and derivatives stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from app.theme import Theme, appearance
from app.worker.readings import Reading, ReadingSection

GAP = 2
"""Spaces between two columns."""
WIDEST = 60
"""Most characters of a cell but the last."""
VALUE, DERIVATIVE, FAINT = "value", "derivative", "faint"
COLUMNS = {"value": VALUE, "cotangent": DERIVATIVE}
"""Columns whose numbers have a colour."""
_BAR = re.compile(r"\b\w+_bar\b")
_ARROW = "  →  "


class Span(NamedTuple):
    """Characters of a line in a colour of the theme."""

    start: int
    length: int
    color: str


class Shown(NamedTuple):
    """Lines of text, the coloured spans of each, and the origin of the equation it speaks of ("" for none)."""

    lines: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]
    origins: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(self.lines)


def shown(reading: Reading, section: int) -> Shown:
    """Return what is read of an approach: its table, and one of its sections."""
    parts = [_table(reading.columns, reading.rows, reading.origins)] if reading.columns else []
    if section < len(reading.sections):
        if parts:
            parts.append(Shown(("",), ((),), ("",)))
        parts.append(_section(reading.sections[section]))
    return Shown(*(tuple(one for part in parts for one in part[k]) for k in range(3)))


def _section(section: ReadingSection) -> Shown:
    lines = tuple(section.text.splitlines())
    origins = (*section.origins[: len(lines)], *[""] * (len(lines) - len(section.origins)))
    return Shown(lines, tuple(map(_of_line, lines, origins)), origins)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], origins: Sequence[str]) -> Shown:
    cells = [[_short(cell, last=k == len(columns) - 1) for k, cell in enumerate(row)] for row in (columns, *rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(columns))]
    right = [bool(rows) and all(_numeric(row[k]) for row in rows) for k in range(len(columns))]
    starts = [sum(widths[:k]) + GAP * k for k in range(len(columns))]
    colors = [next((color for word, color in COLUMNS.items() if name.startswith(word)), "") for name in columns]
    colors = [DERIVATIVE if name.startswith("tangent") else color for name, color in zip(columns, colors, strict=True)]
    lines, spans = [], []
    for number, row in enumerate(cells):
        placed = [
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ]
        lines.append((" " * GAP).join(placed).rstrip())
        if number == 0:
            spans.append((Span(0, len(lines[-1]), FAINT),))
        else:
            found = zip(starts, widths, colors, strict=True)
            spans.append(tuple(Span(start, width, color) for start, width, color in found if color))
    return Shown(tuple(lines), tuple(spans), ("", *origins))


def _short(cell: str, *, last: bool) -> str:
    return cell if last or len(cell) <= WIDEST else f"{cell[: WIDEST - 1]}…"


def _numeric(cell: str) -> bool:
    return cell.replace(",", "").lstrip("-").isdigit()


def _of_line(line: str, origin: str) -> tuple[Span, ...]:
    """Return the spans of a line of code: comments faint, lines of the adjoint and names of cotangents as derivatives,
    what an arrow points to as a value."""
    if line.lstrip().startswith("#"):
        return (Span(0, len(line), FAINT),)
    bars = len(line) - len(line.lstrip("│ "))
    arrow = line.find(_ARROW)
    if arrow >= 0:
        return (Span(0, bars, FAINT), Span(arrow, len(line) - arrow, VALUE))
    if line[bars:].startswith("└ "):
        return (Span(0, bars, FAINT), Span(bars, len(line) - bars, DERIVATIVE))
    if bars and "│" in line:
        return (Span(0, len(line), FAINT),)
    comment = line.find("  # ")
    faint = (Span(comment, len(line) - comment, FAINT),) if comment >= 0 else ()
    if origin.startswith(("adjoint of ", "tangent of ")):
        return (Span(0, comment if comment >= 0 else len(line), DERIVATIVE), *faint)
    return (*(Span(m.start(), len(m.group()), DERIVATIVE) for m in _BAR.finditer(line)), *faint)


class Highlighter(QSyntaxHighlighter):
    """Colours the lines of what is shown."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._spans: tuple[tuple[Span, ...], ...] = ()
        self._formats: dict[str, QTextCharFormat] = {}
        self.restyle(appearance().theme)

    def restyle(self, theme: Theme) -> None:
        """Take up the colours of a theme."""
        for name in (VALUE, DERIVATIVE, FAINT):
            made = QTextCharFormat()
            made.setForeground(QColor(getattr(theme, name)))
            self._formats[name] = made
        self.rehighlight()

    def tell(self, spans: tuple[tuple[Span, ...], ...]) -> None:
        """Say what is coloured in the text that is set next."""
        self._spans = spans

    def highlightBlock(self, text: str) -> None:
        """Qt: colour one line."""
        number = self.currentBlock().blockNumber()
        for start, length, color in self._spans[number] if number < len(self._spans) else ():
            self.setFormat(start, length, self._formats[color])
