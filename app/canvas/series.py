"""Wiring a row of nodes by drawing through them: from each a wire leads to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from app import rewiring
from app.canvas import paint_wire
from app.canvas.gestures import Gesture
from app.canvas.inks import Inks, pen
from app.canvas.items import WireItem
from app.words import tr

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from app.session import Session


class Series(Gesture):
    """A stroke through nodes with J held: they are wired one after the other, in the order in which it meets them."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, at: QPointF) -> None:
        super().__init__(canvas, at)
        self.nodes: list[str] = []
        self._stroke = [self.scene_at]
        self._edit = None
        self.hint = "Draw through the nodes in the order in which they are to be wired."
        self._meet()

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        last, now = self._stroke[-1], self.scene_at
        self._stroke.append(now)
        pieces = max(int((now - last).manhattanLength() / 8), 1)
        for k in range(1, pieces + 1):
            self._meet(last + (now - last) * k / pieces)

    def _meet(self, at: QPointF | None = None) -> None:
        item = self.scene.node_at(self.scene_at if at is None else at)
        if item is None or item.face.id in self.nodes:
            return
        self.nodes.append(item.face.id)
        if len(self.nodes) > 1:
            session = self.session
            self._edit, left = rewiring.in_a_row(session.library, session.graph, session.inference, self.nodes)
            self.refused = bool(left)
            names = " → ".join(session.label(id)[:24] for id in self.nodes[-3:])
            self.hint = names if not left else f"Nothing fits into {session.label(left[-1])[:40]} here."

    def finish(self) -> None:
        wire_in_a_row(self.session, self.nodes)

    def paint(self, painter: QPainter, ink: Inks) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        stroke = pen(ink.theme.faint, 1.4, Qt.PenStyle.DotLine)
        stroke.setCosmetic(True)
        painter.setPen(stroke)
        painter.drawPolyline(self._stroke)
        for part in self._edit.edits if self._edit is not None else ():
            wire = getattr(part, "wire", None)
            if wire is not None and wire not in self.session.graph.wires:
                ends = (self.scene.point(wire.source, output=True), self.scene.point(wire.target, output=False))
                paint_wire.paint_loose(painter, WireItem.between(wire, *ends), ink, refused=False)


def wire_in_a_row(session: Session, nodes: list[str]) -> None:
    """Wire nodes one after the other as one undo step, and say where nothing fitted."""
    if len(nodes) < 2:
        return
    edit, left = rewiring.in_a_row(session.library, session.graph, session.inference, nodes)
    if edit.edits:
        session.apply(edit)
    if left:
        names = ", ".join(f"“{session.label(id)[:40]}”" for id in left[:3])
        session.message.emit(f"Nothing before it fits into {names}: no wire was made there.")
    elif not edit.edits:
        session.message.emit(tr("These nodes are wired one after the other already."))
