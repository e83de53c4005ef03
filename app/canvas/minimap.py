"""The minimap: the whole graph in a corner of the canvas, and the part that is seen; a press or drag goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from app.canvas.paint_muted import FAINT
from app.theme import Theme, appearance, faded
from app.words import tr

if TYPE_CHECKING:
    from app.canvas.view import Canvas

SIZE = QSizeF(148, 100)
INSET = 10.0


class Minimap(QWidget):
    """Lies on the canvas at its lower right; hidden while everything is seen, or the canvas is small."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._blocks: QPixmap | None = None
        self._made_for: object = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Minimap"))
        self.setAccessibleDescription(tr("The whole graph, and the part of it that is seen. Press to go elsewhere."))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def settle(self) -> None:
        """Take the place and the size that fit the canvas."""
        look, canvas = appearance(), self._canvas
        wide, high = look.px(SIZE.width()), look.px(SIZE.height())
        self.setGeometry(canvas.width() - wide - look.px(14), canvas.height() - high - look.px(14), wide, high)
        roomy = look.minimap and canvas.width() > 3.2 * wide and canvas.height() > 3.2 * high
        self.setVisible(roomy and bool(canvas.scene.nodes) and not canvas.seen().contains(canvas.scene.bounds()))

    def _fit(self) -> tuple[float, QPointF]:
        """Return the factor and the offset from scene to minimap."""
        world = self._canvas.scene.bounds()
        room = QRectF(self.rect()).adjusted(INSET, INSET, -INSET, -INSET)
        factor = min(room.width() / max(world.width(), 1.0), room.height() / max(world.height(), 1.0))
        return factor, room.center() - world.center() * factor

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: paint the minimap."""
        theme = appearance().theme
        factor, offset = self._fit()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture(theme, factor, offset))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = self._canvas.seen()
        room = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setPen(QColor(theme.value))
        painter.setBrush(faded(theme.value, 0.07))
        painter.drawRoundedRect(QRectF(seen.topLeft() * factor + offset, seen.size() * factor).intersected(room), 2, 2)
        painter.end()

    def _picture(self, theme: Theme, factor: float, offset: QPointF) -> QPixmap:
        """Return the graph in small, painted once for each revision of the scene."""
        made_for = (self._canvas.scene.revision, theme.name, self.size().toTuple(), self.devicePixelRatioF())
        if self._blocks is None or self._made_for != made_for:
            ratio = self.devicePixelRatioF()
            self._blocks = QPixmap(self.size() * ratio)
            self._blocks.setDevicePixelRatio(ratio)
            self._blocks.fill(Qt.GlobalColor.transparent)
            self._made_for = made_for
            painter = QPainter(self._blocks)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_graph(painter, theme, factor, offset)
            painter.end()
        return self._blocks

    def _paint_graph(self, painter: QPainter, theme: Theme, factor: float, offset: QPointF) -> None:
        painter.setPen(QColor(theme.hairline))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        for item in self._canvas.scene.nodes.values():
            rect = item.rect
            painter.setBrush(faded(theme.family(item.face.family), FAINT if item.face.muted else 1.0))
            corner = rect.topLeft() * factor + offset
            painter.drawRect(QRectF(corner, QSizeF(max(rect.width() * factor, 2.0), max(rect.height() * factor, 2.0))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: keep going there."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, at: QPointF) -> None:
        factor, offset = self._fit()
        self._canvas.centre_on((at - offset) / factor)

    def event(self, event: QEvent) -> bool:
        """Qt: wheel turns over the minimap are the canvas's business."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return False
        return super().event(event)
