"""A painter whose texts are outlines: what it paints looks alike where the fonts are missing."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QStaticText, QTextDocument


class OutlinePainter(QPainter):
    """Paints text as outlines: an SVG then looks alike where the fonts are missing."""

    def drawStaticText(self, at: QPointF, text: QStaticText) -> None:  # type: ignore[override]
        """Qt: fill the outline of one line of text."""
        self._fill(QPointF(at.x(), at.y() + QFontMetricsF(self.font()).ascent()), self.font(), text.text())

    def draw_document(self, document: QTextDocument) -> None:
        """Fill the outlines of a text of several lines, its corner at the origin."""
        block = document.begin()
        while block.isValid():
            layout = block.layout()
            for fragment in [each.fragment() for each in block]:  # type: ignore[attr-defined]
                first = fragment.position() - block.position()
                last = first + fragment.length()
                font = fragment.charFormat().font().resolve(document.defaultFont())
                for number in range(layout.lineCount()):
                    line = layout.lineAt(number)
                    start, end = max(first, line.textStart()), min(last, line.textStart() + line.textLength())
                    if start < end:
                        x, _ = line.cursorToX(start)
                        at = layout.position() + QPointF(x, line.y() + line.ascent())
                        self._fill(at, font, block.text()[start:end])
            block = block.next()

    def _fill(self, at: QPointF, font: QFont, text: str) -> None:
        path = QPainterPath()
        path.addText(at, font, text)
        self.fillPath(path, self.pen().brush())
