"""The graph, or a selection of it, laid out for a picture: what the canvas paints, without pointer and selection, in
full detail, and onto any painter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from app.canvas import badges, note_text
from app.canvas.cards import DrawnCards
from app.canvas.geometry import Camera
from app.canvas.items import NodeItem, NoteItem, Reading, WireItem
from app.canvas.outside import Outside
from app.canvas.painting import Painting
from app.canvas.scene import Scene
from engine.graph import Socket, Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas

MARGIN: Final = 28.0
"""Around everything, in scene units."""
DETAIL: Final = 2.0
"""Pixels per scene unit: curves are painted as curves then."""


class Excerpt:
    """Of a scene those nodes, the wires between them, and notes."""

    def __init__(self, scene: Scene, nodes: Collection[str], notes: Collection[str]) -> None:
        self._scene = scene
        self.nodes: Mapping[str, NodeItem] = {id: item for id, item in scene.nodes.items() if id in nodes}
        self.notes: Mapping[str, NoteItem] = {id: item for id, item in scene.notes.items() if id in notes}
        self.wires: Mapping[Wire, WireItem] = {
            wire: item
            for wire, item in scene.wires.items()
            if wire.source.node in self.nodes and wire.target.node in self.nodes
        }
        self.session, self.body = scene.session, scene.body
        self.outside = Outside(self)  # type: ignore[arg-type]

    def nodes_in(self, rect: QRectF) -> list[NodeItem]:
        return [item for item in self._scene.nodes_in(rect) if item.face.id in self.nodes]

    def wires_in(self, rect: QRectF) -> list[WireItem]:
        return [item for item in self._scene.wires_in(rect) if item.wire in self.wires]

    def covers(self, rect: QRectF) -> bool:
        return any(item.rect.intersects(rect) for item in self.nodes_in(rect))

    def told(self, output: Socket) -> tuple[Reading, str]:
        return self._scene.told(output)

    def bounds(self) -> QRectF:
        """Return the rectangle around all of it, the margin included; an empty one where there is nothing."""
        box = QRectF()
        for node in self.nodes.values():
            box = box.united(node.rect)
        for note in self.notes.values():
            box = box.united(note.shown_rect())
        for wire in self.wires.values():
            box = box.united(wire.path.boundingRect())
        box = box.united(self.outside.bounds())
        return box.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN) if box.isValid() else QRectF()


class _Unselected:
    """A session in which nothing is selected."""

    selection: frozenset[str] = frozenset()
    selected_notes: frozenset[str] = frozenset()
    selected_wires: frozenset[Wire] = frozenset()

    def __init__(self, session: Any) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class Sheet:
    """What `Painting` needs to know of a canvas, of a picture: nothing is selected, hovered or going on in it."""

    gesture = None
    zooming = False
    glowing = ""
    found: frozenset[str] = frozenset()
    drop_at = None

    def __init__(self, canvas: Canvas, nodes: Collection[str], notes: Collection[str]) -> None:
        from app.canvas.pointing import NOWHERE

        self.hover = NOWHERE
        self.session: Any = _Unselected(canvas.session)
        self.ink = canvas.ink
        self.progress = canvas.progress
        self.step_marks = canvas.step_marks
        self.scene = Excerpt(canvas.scene, nodes, notes)
        self._draw_formulas()
        self.bounds = self.scene.bounds()
        self.camera = Camera()
        self.camera.zoom = DETAIL
        self.camera.origin = QPointF(self.bounds.topLeft())

    def _draw_formulas(self) -> None:
        """Draw now what notes say as mathematics: a picture is painted once, and what comes later is not in it."""
        for note in self.scene.notes.values():
            note.document(self.ink.theme.second, self.ink.theme.value)
        note_text.formulas().finish()

    @property
    def size(self) -> QSizeF:
        """How large it is, in the units of `paint`."""
        return self.bounds.size() * DETAIL

    def seen(self) -> QRectF:
        return self.bounds

    def devicePixelRatioF(self) -> float:
        return 1.0

    def paint(self, painter: QPainter) -> None:
        """Paint it whole, its corner at the origin."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(QPointF(), self.size), self.ink.canvas)
        painter.setTransform(self.camera.transform())
        Painting(self, DrawnCards(self.ink)).onto(painter, self.bounds)  # type: ignore[arg-type]
        painter.setTransform(self.camera.transform())
        self.progress.paint(painter, self.ink, self.bounds, self.scene.nodes)
        self.step_marks.paint(painter, self.ink, self.scene.nodes)
        painter.resetTransform()
        troubled = [item for item in self.scene.nodes.values() if item.severity]
        badges.paint(painter, troubled, self.camera, self.ink, QRectF(QPointF(), self.size))
