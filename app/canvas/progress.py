"""How far each optimizer is, on its node: painted over the kept frame, so that a run repaints no more than that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from app.canvas import inks
from app.canvas.cards import NO_PEN
from app.canvas.inks import Inks, pen, width, write, write_right
from app.canvas.items import NodeItem

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from app.session import Session

WORDS: Final = {
    "starting": "starting", "running": "running", "paused": "paused", "finished": "done", "failed": "failed",
}  # fmt: skip
"""What each state of a run is called on a node."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an optimizer stands."""

    state: str = "idle"
    counter: str = ""
    part: float = 0.0
    """Of its steps, 0 to 1."""
    stale: bool = False


def standing(session: Session, node: str) -> Standing:
    """Return where an optimizer stands; of one that took no part in the run, how many steps it would do."""
    if session.run_state != "idle":
        for number, lane in enumerate(session.runs.lanes):
            if node in lane.optimizers:
                steps, moment = session.runs.steps_of(number), session.runs.moment(number)
                if moment is not None and session.run_state in ("paused", "finished", "failed"):
                    steps = min(steps, moment.step)  # the last one was looked at, not taken
                part = min(steps / lane.limit, 1.0) if lane.limit else 0.0
                return Standing(session.run_state, f"{steps:,} / {lane.limit:,}", part, session.stale)
        if session.run_state == "starting":
            return Standing("starting")
    return Standing("idle", f"{session.setting(node, 'steps'):,} steps")


class Progress(QObject):
    """Repaints the rows of optimizers while a run is on."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._listening = False
        canvas.session.run_state_changed.connect(self._state_changed)

    def _state_changed(self, state: str) -> None:
        if not self._listening and state != "idle":
            self._listening = True
            self._canvas.session.runs.ticked.connect(self.repaint)
        self.repaint()

    def repaint(self) -> None:
        """Paint the rows again, and nothing else."""
        canvas = self._canvas
        for item in self._shown():
            canvas.repaint_part(canvas.camera.rect_to_view(self._row(item)))

    def _shown(self) -> list[NodeItem]:
        scene = self._canvas.scene
        return [scene.nodes[id] for id in scene.tellers]

    @staticmethod
    def _row(item: NodeItem) -> QRectF:
        assert item.face.progress is not None  # noqa: S101 - `tellers` are those that have one
        return item.face.progress.translated(item.corner)

    def paint(self, painter: QPainter, ink: Inks, seen: QRectF, among: Collection[str] | None = None) -> None:
        """Paint the rows that are seen (of nodes `among`, where these are given), in scene coordinates."""
        for item in self._shown():
            row = self._row(item)
            if row.intersects(seen) and (among is None or item.face.id in among):
                paint_row(painter, row, standing(self._canvas.session, item.face.id), ink)

    def at(self, point: QPointF) -> str:
        """Return the sentence by which the run stands as it does, where the point is on a row that has one."""
        session = self._canvas.session
        if session.run_state in ("paused", "finished", "failed") and any(
            self._row(item).contains(point) for item in self._shown()
        ):
            return session.runs.sentence
        return ""


def paint_row(painter: QPainter, row: QRectF, stands: Standing, ink: Inks) -> None:
    """Paint one optimizer's row: the state's mark, the count, the state's name, and the bar under them."""
    middle = row.center().y() if stands.state == "idle" else row.top() + 7
    tone = {"finished": ink.theme.good, "failed": ink.theme.bad}.get(stands.state, ink.theme.text)
    left = row.left()
    if stands.state != "idle":
        _mark(painter, QPointF(left + 4, middle), stands.state, tone)
        left += 14
    word = "edited since" if stands.stale else WORDS.get(stands.state, "")
    painter.setPen(ink.second if stands.state in ("idle", "starting") or stands.stale else pen(tone))
    write_right(painter, inks.SMALL, row.right(), middle, word)
    painter.setPen(ink.second if stands.state == "idle" else ink.text)
    room = row.right() - left - width(inks.SMALL, word) - 6
    write(painter, inks.NUMBER, left, middle, inks.fitted(inks.NUMBER, stands.counter, room))
    if stands.state != "idle":
        _bar(painter, QRectF(row.left(), row.bottom() - 3, row.width(), 3), stands, tone, ink)


def _bar(painter: QPainter, track: QRectF, stands: Standing, tone: str, ink: Inks) -> None:
    painter.setPen(NO_PEN)
    painter.setBrush(ink.field)
    painter.drawRoundedRect(track, 1.5, 1.5)
    if stands.part > 0:
        fill = ink.swatch("optimizers") if stands.state in ("starting", "running", "paused") else pen(tone).brush()
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(track.left(), track.top(), max(stands.part * track.width(), 3.0), 3), 1.5, 1.5)


def _mark(painter: QPainter, at: QPointF, state: str, tone: str) -> None:
    """A form for each state, so that it is told without colour too."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(tone, 1.7))
    if state == "finished":
        painter.drawPolyline([at + QPointF(-3.5, 0.2), at + QPointF(-0.8, 3), at + QPointF(4, -3)])
    elif state == "failed":
        painter.drawLine(at + QPointF(-3, -3), at + QPointF(3, 3))
        painter.drawLine(at + QPointF(-3, 3), at + QPointF(3, -3))
    elif state == "paused":
        painter.drawLine(at + QPointF(-2, -3), at + QPointF(-2, 3))
        painter.drawLine(at + QPointF(2, -3), at + QPointF(2, 3))
    else:
        painter.setBrush(pen(tone).brush())
        painter.setPen(NO_PEN)
        painter.drawPolygon(QPolygonF([at + QPointF(-2.6, -4), at + QPointF(4, 0), at + QPointF(-2.6, 4)]))
