"""A painter whose texts are outlines: what it paints looks alike where the fonts are missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QStaticText,
    QTextBlock,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtSvg import QSvgRenderer

from app import formula
from app.canvas import note_text

COLOUR: Final = QTextFormat.Property.ForegroundBrush.value
MARK: Final = 12.0
"""Scene units from the mark of a list's item to its text."""


class OutlinePainter(QPainter):
    """Paints text as outlines: an SVG then looks alike where the fonts are missing."""

    def drawStaticText(self, at: QPointF, text: QStaticText) -> None:  # type: ignore[override]
        """Qt: fill the outline of one line of text."""
        self._fill(
            QPointF(at.x(), at.y() + QFontMetricsF(self.font()).ascent()), self.font(), text.text(), self.pen().brush()
        )

    def draw_document(self, document: QTextDocument) -> None:
        """Fill the outlines of a text of several lines, its corner at the origin; formulas in it are drawn as they are.

        What has no colour of its own is in the pen's.
        """
        block = document.begin()
        while block.isValid():
            layout = block.layout()
            if (items := block.textList()) is not None:
                line = layout.lineAt(0)
                at = layout.position() + QPointF(line.x() - MARK, line.y() + line.ascent())
                self._fill(
                    at, document.defaultFont(), items.itemText(block).removeprefix(".") or "•", self.pen().brush()
                )
            for fragment in [each.fragment() for each in block]:  # type: ignore[attr-defined]
                form = fragment.charFormat()
                ink = form.foreground() if form.hasProperty(COLOUR) else self.pen().brush()
                font = form.font().resolve(document.defaultFont())
                for at, text in _pieces(block, fragment.position() - block.position(), fragment.length()):
                    if form.objectType():
                        self._draw_formula(at, form)
                    else:
                        self._fill(at, font, text, ink)
            block = block.next()

    def _draw_formula(self, at: QPointF, form: QTextFormat) -> None:
        """Draw the formula that a stretch of text stands for, its baseline at a point."""
        drawn = formula.render(*form.property(note_text.LATEX))
        if drawn is not None:
            picture = QSvgRenderer(drawn.svg)
            box = picture.viewBoxF()
            picture.render(self, QRectF(at + QPointF(0, box.top()), box.size()))

    def _fill(self, at: QPointF, font: QFont, text: str, ink: QBrush) -> None:
        path = QPainterPath()
        path.addText(at, font, text)
        self.fillPath(path, ink)


def _pieces(block: QTextBlock, first: int, length: int) -> Iterator[tuple[QPointF, str]]:
    """Yield the parts of a stretch of a paragraph, line by line: where each begins on its baseline, and its text."""
    layout, last = block.layout(), first + length
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        start, end = max(first, line.textStart()), min(last, line.textStart() + line.textLength())
        if start < end:
            x, _ = line.cursorToX(start)
            yield layout.position() + QPointF(x, line.y() + line.ascent()), block.text()[start:end]
