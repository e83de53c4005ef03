"""Small square buttons with a drawn sign: a house, a plus, a cross."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from app.theme import appearance


class Glyph(QAbstractButton):
    """A small square button with a drawn sign."""

    def __init__(self, name: str, draw: Callable[[QPainter, QRectF, float], None], side: int = 26) -> None:
        super().__init__()
        self._draw, self._side = draw, side
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """Qt: a square."""
        side = appearance().px(self._side)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the sign, on a fill while pointed at."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.underMouse() or self.hasFocus() or self.isChecked():
            painter.setPen(QPen(QColor(look.theme.value)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.theme.hover))
            painter.drawRoundedRect(area, look.px(5), look.px(5))
        color = QColor(look.theme.text if self.underMouse() or self.isChecked() else look.theme.second)
        painter.setPen(QPen(color, 1.5 * look.scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._draw(painter, area, look.scale)


def plus(painter: QPainter, area: QRectF, scale: float) -> None:
    middle, reach = area.center(), 5 * scale
    painter.drawLine(middle - QPointF(reach, 0), middle + QPointF(reach, 0))
    painter.drawLine(middle - QPointF(0, reach), middle + QPointF(0, reach))


def dots(painter: QPainter, area: QRectF, scale: float) -> None:
    painter.setBrush(painter.pen().color())
    for k in (-1, 0, 1):
        painter.drawEllipse(area.center() + QPointF(5 * k, 0) * scale, 0.7 * scale, 0.7 * scale)


def house(painter: QPainter, area: QRectF, scale: float) -> None:
    for line in (((-6.5, 0.5), (0, -5.5), (6.5, 0.5)), ((-4.5, 0), (-4.5, 6), (4.5, 6), (4.5, 0))):
        painter.drawPolyline([area.center() + QPointF(x, y) * scale for x, y in line])


def cross(painter: QPainter, area: QRectF, scale: float) -> None:
    middle, reach = area.center(), 3.6 * scale
    for across in (QPointF(reach, reach), QPointF(reach, -reach)):
        painter.drawLine(middle - across, middle + across)
