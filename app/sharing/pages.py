"""Pages to print: blocks set one below the other on A4, in black on white, each as high as it is in the width."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)
from PySide6.QtSvg import QSvgRenderer

from app import fonts, formula
from app.canvas.note_text import Style, formulas, laid_out
from app.theme import LIGHT

WIDTH: Final = 700.0
"""Of a page's text, in the units that all of it is set in."""
HEIGHT: Final = 1010.0
MARGIN: Final = 18.0
"""Millimetres around."""
INK: Final = "#000000"
ROW: Final = 24.0


class Block(ABC):
    """Something on a page."""

    @abstractmethod
    def height(self) -> float:
        """Return how high it is, WIDTH wide."""

    @abstractmethod
    def paint(self, painter: QPainter) -> None:
        """Paint it, its corner at the origin."""


class Words(Block):
    """A text in Markdown, with formulas."""

    def __init__(self, text: str, size: str = "heading", *, indent: float = 0.0, color: str = INK) -> None:
        style = Style(fonts.sans(size), color, LIGHT.value)
        self.text, self._indent, width = text, indent, WIDTH - indent
        laid_out(text, width, style)
        formulas().finish()  # a page is painted once
        self._document = laid_out(text, width, style)[0]
        self._color = color

    def height(self) -> float:
        return float(self._document.size().height()) + 2

    def paint(self, painter: QPainter) -> None:
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(context.palette.ColorRole.Text, QColor(self._color))
        painter.translate(self._indent, 0)
        self._document.documentLayout().draw(painter, context)


class Heading(Block):
    """A heading: it stays with what follows it."""

    def __init__(self, text: str, size: str = "title") -> None:
        self._text, self._font = text, fonts.sans(size, strong=True)

    def height(self) -> float:
        return QFontMetricsF(self._font).height() + 14

    def paint(self, painter: QPainter) -> None:
        painter.setFont(self._font)
        painter.setPen(QColor(INK))
        painter.drawText(QRectF(0, 8, WIDTH, self.height() - 8), Qt.AlignmentFlag.AlignTop, self._text)


class Painted(Block):
    """What a function paints into WIDTH by a height."""

    def __init__(self, high: float, act: Callable[[QPainter], None]) -> None:
        self._high, self._act = high, act

    def height(self) -> float:
        return self._high

    def paint(self, painter: QPainter) -> None:
        self._act(painter)


class Row(Block):
    """A row of a table: cells in columns that are parts of the width; a formula is given as LaTeX in $...$."""

    def __init__(self, cells: Sequence[str], parts: Sequence[float], *, head: bool = False) -> None:
        self.cells, self.head = cells, head
        total = sum(parts)
        self._widths = [WIDTH * part / total for part in parts]
        self._pictures = {k: _picture(cell[1:-1]) for k, cell in enumerate(cells) if cell[:1] == "$" == cell[-1:]}

    def height(self) -> float:
        tallest = max((each.defaultSize().height() for each in self._pictures.values() if each is not None), default=0)
        return max(ROW, tallest + 8.0)

    def paint(self, painter: QPainter) -> None:
        high, left = self.height(), 0.0
        painter.setPen(QPen(QColor("#000000" if self.head else "#bbbbbb"), 0.8))
        painter.drawLine(QRectF(0, high, WIDTH, 0).topLeft(), QRectF(0, high, WIDTH, 0).topRight())
        for k, (cell, width) in enumerate(zip(self.cells, self._widths, strict=True)):
            picture = self._pictures.get(k)
            if picture is not None:
                size = picture.defaultSize()
                shrink = min(1.0, (width - 8) / size.width())
                box = QRectF(left, (high - size.height() * shrink) / 2, size.width() * shrink, size.height() * shrink)
                painter.save()
                painter.setPen(Qt.PenStyle.NoPen)
                picture.render(painter, box)
                painter.restore()
            else:
                self._write(painter, cell.strip("$"), QRectF(left, 0, width - 8, high))
            left += width

    def _write(self, painter: QPainter, cell: str, box: QRectF) -> None:
        font: QFont = fonts.sans("small", strong=self.head)
        painter.setFont(font)
        painter.setPen(QColor(INK))
        text = QFontMetricsF(font).elidedText(cell, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


def _picture(latex: str) -> QSvgRenderer | None:
    drawn = formula.render(latex, 15, INK)
    return QSvgRenderer(drawn.svg) if drawn is not None else None


def pdf(title: str, groups: Iterable[Sequence[Block]]) -> bytes:
    """Return the pages as a PDF. What is in one group stays on one page, where it fits on one."""
    buffer: Any = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(300)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN))
    writer.setTitle(title)
    writer.setCreator("Gradwire")
    painter = QPainter(writer)
    scale = writer.width() / WIDTH
    page, y = 1, 0.0
    _foot(painter, scale, title, page)
    for group in groups:
        whole = sum(block.height() for block in group)
        for k, block in enumerate(group):
            need = whole if k == 0 and whole <= HEIGHT else block.height()
            if y > 0 and y + need > HEIGHT:
                writer.newPage()
                page, y = page + 1, 0.0
                _foot(painter, scale, title, page)
            painter.save()
            painter.scale(scale, scale)
            painter.translate(0, y)
            block.paint(painter)
            painter.restore()
            y += block.height()
    painter.end()
    return bytes(buffer.data().data())


def _foot(painter: QPainter, scale: float, title: str, page: int) -> None:
    painter.save()
    painter.scale(scale, scale)
    painter.setFont(fonts.sans("small"))
    painter.setPen(QColor("#555555"))
    box = QRectF(0, HEIGHT + 6, WIDTH, 20)
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft, title)
    painter.drawText(box, Qt.AlignmentFlag.AlignRight, str(page))
    painter.restore()
