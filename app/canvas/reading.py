"""A canvas that is only looked at: it pans, zooms, enters bodies and selects, edits nothing, and marks what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import fonts
from app.canvas import gestures
from app.canvas.gestures import Gesture
from app.canvas.keys import DIRECTIONS, PAN_STEP
from app.canvas.view import Canvas
from app.differences import SHOWN, TONES, Marks, Sign
from app.theme import appearance, faded
from app.words import tr

if TYPE_CHECKING:
    from app.session import Session

LINES = {"+": Qt.PenStyle.SolidLine, "-": Qt.PenStyle.DashLine, "~": Qt.PenStyle.DashDotLine}
AROUND = 4.0
"""Scene units between a node and the line around it."""
BADGE = 9.0
"""Radius of a sign in pixels at scale 1."""
VEIL = 0.5
"""How far what is the same in both stands back."""


class ReadingCanvas(Canvas):
    """`marks` is drawn over the graph."""

    chosen = Signal(str)
    """A node was clicked."""

    def __init__(self, session: Session) -> None:
        self.marks = Marks()
        super().__init__(session)
        self.setAcceptDrops(False)
        self.setAccessibleName(tr("Graph, to look at"))

    def show_marks(self, marks: Marks) -> None:
        """Mark these."""
        self.marks = marks
        self.update()

    def _gesture_for(self, event: QMouseEvent) -> Gesture | None:
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            return gestures.Pan(self, at)
        if event.button() != Qt.MouseButton.LeftButton:
            return None
        hover = self.what_is_at(at)
        if hover.node:
            self.session.select([hover.node])
            self.chosen.emit(hover.node)
            return None
        return gestures.Pan(self, at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: open a body."""
        hover = self.what_is_at(event.position())
        if hover.node:
            doors = self.session.doors(hover.node)
            door = hover.door or (doors[0] if doors else None)
            if door is not None:
                self.session.go_through(door)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: there is nothing to do here but look."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrow keys pan; others are the window's."""
        key = Qt.Key(event.key())
        if key in DIRECTIONS:
            self.pan_by(-DIRECTIONS[key] * PAN_STEP)
        else:
            QWidget.keyPressEvent(self, event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Qt: none acts here."""
        QWidget.keyReleaseEvent(self, event)

    def event(self, event: QEvent) -> bool:
        """Qt: Tab goes on to the next part of the window."""
        if isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return QWidget.event(self, event)
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: paint the graph, then the marks."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_veil(painter)
        for wire, sign in self.marks.wires.items():
            if wire in self.scene.wires:
                self._paint_wire(painter, self.scene.wires[wire].path, sign)
        for notes, items in ((self.marks.notes, self.scene.notes), (self.marks.nodes, self.scene.nodes)):
            for id, sign in notes.items():
                if id in items:
                    self._paint_box(painter, items[id].rect, sign)
        painter.end()

    def _paint_veil(self, painter: QPainter) -> None:
        """Let what is the same in both stand back."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(appearance().theme.canvas, VEIL))
        seen = self.seen()
        for id, item in self.scene.nodes.items():
            if id not in self.marks.nodes and item.rect.intersects(seen):
                painter.drawRect(self.camera.rect_to_view(item.rect.adjusted(-7, -1, 7, 1)))

    def _pen(self, sign: Sign) -> QPen:
        pen = QPen(QColor(getattr(appearance().theme, TONES[sign])), 2.2 * appearance().scale, LINES[sign])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def _paint_box(self, painter: QPainter, rect: QRectF, sign: Sign) -> None:
        box = self.camera.rect_to_view(rect.adjusted(-AROUND, -AROUND, AROUND, AROUND))
        painter.setPen(self._pen(sign))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        round_by = 12 * self.camera.factor
        painter.drawRoundedRect(box, round_by, round_by)
        self._paint_sign(painter, box.topLeft(), sign)

    def _paint_wire(self, painter: QPainter, path: object, sign: Sign) -> None:
        drawn = self.camera.transform().map(path)
        painter.setPen(self._pen(sign))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(drawn)
        self._paint_sign(painter, drawn.pointAtPercent(0.5), sign)

    def _paint_sign(self, painter: QPainter, at: QPointF, sign: Sign) -> None:
        look = appearance()
        reach = BADGE * look.scale
        painter.setPen(QPen(QColor(look.theme.canvas), 2.0 * look.scale))
        painter.setBrush(QColor(getattr(look.theme, TONES[sign])))
        painter.drawEllipse(at, reach, reach)
        painter.setPen(QColor(look.theme.canvas))
        painter.setFont(fonts.sans("body", look.scale, strong=True))
        middle = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach), middle, SHOWN[sign])
