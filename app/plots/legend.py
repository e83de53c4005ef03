"""Legend: pills that name the curves of a plot in their colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import fonts
from app.theme import appearance

HEIGHT: Final = 20
ROWS: Final = 2
HIGH: Final = 165
"""Height of a parent, at scale 1, that has room for a row more."""
INSET: Final = 12
"""From the left of a leading legend's parent."""


@dataclass(frozen=True, slots=True)
class Pill:
    """An entry of a legend."""

    key: str
    name: str
    color: str
    shown: bool = True


class Legend(QWidget):
    """Pills that name the curves in their colours; a click shows or hides one."""

    clicked = Signal(str)
    resized = Signal()
    """It needs another height."""

    def __init__(self, parent: QWidget, *, leading: bool = False) -> None:
        """`leading`: at the left of its parent instead of the right."""
        super().__init__(parent)
        self._leading = leading
        self._pills: tuple[Pill, ...] = ()
        self._boxes: list[tuple[QRectF, Pill]] = []
        self._filled = True
        self._rows = 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def pills(self) -> tuple[Pill, ...]:
        """The entries shown."""
        return self._pills

    def set_pills(self, pills: Sequence[Pill]) -> None:
        """Show these entries."""
        if tuple(pills) != self._pills:
            self._pills = tuple(pills)
            self.setAccessibleName("Legend: " + ", ".join(pill.name for pill in pills))
            self.setVisible(bool(pills))
            self.lay_out()

    @property
    def room(self) -> float:
        """The height it needs, at scale 1."""
        return HEIGHT * self._rows + 4.0 if self._rows else 0.0

    def lay_out(self) -> None:
        """Find a place for every pill: in one row, or in some closer together, where the longest names give way."""
        look, parent = appearance(), self.parentWidget()
        metrics = QFontMetricsF(fonts.sans("caption", look.scale))
        widths = [metrics.horizontalAdvance(pill.name) + 1 for pill in self._pills]
        room = max(1.0, parent.width() - look.px(20))
        gap, around = look.px(4), look.px(25)
        self._filled = sum(widths) + (gap + around) * len(widths) <= room
        if not self._filled:
            gap, around = look.px(8), look.px(12)
        most, rows = fitting(widths, room, around, gap, ROWS + (parent.height() >= look.px(HIGH)))
        had, self._rows, self._boxes = self._rows, len(rows), []
        height = look.px(HEIGHT)
        broadest = max((sum(min(widths[k], most) + around + gap for k in row) - gap for row in rows), default=0.0)
        for number, row in enumerate(rows):
            x = broadest - sum(min(widths[k], most) + around + gap for k in row) + gap
            x = 0.0 if self._leading else x
            for k in row:
                box = QRectF(x, number * height, min(widths[k], most) + around, height)
                name = metrics.elidedText(self._pills[k].name, Qt.TextElideMode.ElideMiddle, most)
                self._boxes.append((box, replace(self._pills[k], name=name)))
                x = box.right() + gap
        left = look.px(INSET) if self._leading else round(parent.width() - broadest - look.px(12))
        self.setGeometry(left, look.px(3), round(broadest), height * len(rows))
        self.update()
        if had != self._rows:
            self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the pills."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.sans("caption", look.scale))
        inset = look.px(8) if self._filled else 0
        for box, pill in self._boxes:
            painter.setPen(Qt.PenStyle.NoPen)
            if self._filled:
                painter.setBrush(QColor(look.theme.panel if self._leading else look.theme.raised))
                painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
            painter.setBrush(QColor(pill.color if pill.shown else look.theme.hairline))
            size = 7 * look.scale
            painter.drawEllipse(QRectF(box.left() + inset, box.center().y() - size / 2, size, size))
            painter.setPen(QColor(look.theme.second if pill.shown else look.theme.faint))
            painter.drawText(
                box.adjusted(inset + look.px(11), 0, look.px(2), 0),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                pill.name,
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: show or hide the curve of the pill."""
        for box, pill in self._boxes:
            if box.contains(event.position()):
                self.clicked.emit(pill.key)


def fitting(
    widths: Sequence[float], room: float, around: float, gap: float, most_rows: int = ROWS
) -> tuple[float, list[list[int]]]:
    """Return the greatest width of a name, and the rows (of their indices), so that all fit into at most so many."""
    most = max(widths, default=0.0)
    while True:
        rows = _wrapped([min(width, most) + around for width in widths], room, gap)
        if len(rows) <= most_rows or most <= 0:
            return most, rows
        most = most * 0.92 if most > 4 else 0.0


def _wrapped(widths: Sequence[float], room: float, gap: float) -> list[list[int]]:
    rows: list[list[int]] = []
    x = room
    for k, width in enumerate(widths):
        if x + width > room:
            rows.append([])
            x = 0.0
        rows[-1].append(k)
        x += width + gap
    return rows
