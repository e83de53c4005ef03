"""What bodies read around them, drawn: a dashed wire that comes in from outside to every Outer value node, dashed wires
from what a node's bodies read beside it to that node, and under it the names of what they read further out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker

from app.canvas import inks
from app.canvas.geometry import curve
from app.canvas.inks import Inks, pen
from app.theme import faded
from engine.bodies import OUTER, owner_of, seen_by
from engine.graph import Graph, Socket
from engine.order import natural

if TYPE_CHECKING:
    from app.canvas.scene import Scene

REACH: Final = 76.0
"""How far left of an Outer value node its wire begins, in scene units."""
FADES: Final = 0.75
MOST: Final = 3
"""Names that are written under a node."""
NEAR: Final = 8.0


class Reads(NamedTuple):
    """What one node's bodies read around it."""

    beside: tuple[Socket, ...] = ()
    """Outputs of nodes that stand in the same body."""
    further: tuple[str, ...] = ()
    """Nodes that stand further out."""


class Outside:
    """What is read from outside, for the body that a scene shows; worked out once for each graph."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._known: tuple[Graph, str] | None = None
        self._stubs: tuple[str, ...] = ()
        self._reads: dict[str, Reads] = {}

    def _look(self) -> None:
        graph, body = self._scene.session.graph, self._scene.body
        if self._known is not None and self._known[0] is graph and self._known[1] == body:
            return
        self._known = graph, body
        stubs: list[str] = []
        reads: dict[str, tuple[dict[Socket, None], dict[str, None]]] = {}
        for id, node in sorted(graph.nodes.items(), key=lambda pair: natural(pair[0])) if not graph.flat else ():
            read = seen_by(graph, id) if node.operator == OUTER else None
            if read is None:
                continue
            if node.inside == body:
                stubs.append(id)
                continue
            owner = _standing_in(graph, body, id)
            outside = owner and _standing_in(graph, body, read) != owner
            if owner and outside:
                beside, further = reads.setdefault(owner, ({}, {}))
                if graph.nodes[read].inside == body:
                    beside[Socket(read, str(node.settings.get("output", "value")))] = None
                else:
                    further[read] = None
        self._stubs = tuple(stubs)
        self._reads = {owner: Reads(tuple(beside), tuple(further)) for owner, (beside, further) in reads.items()}

    def stubs(self) -> tuple[str, ...]:
        """Return the Outer value nodes of the body that is shown, those that read something."""
        self._look()
        return tuple(id for id in self._stubs if id in self._scene.nodes)

    def reads(self, owner: str) -> Reads:
        """Return what the bodies of a node read around it."""
        self._look()
        return self._reads.get(owner, Reads())

    def bounds(self) -> QRectF:
        """Return the box around the wires that come in, with where they come from."""
        box = QRectF()
        for id in self.stubs():
            box = box.united(self._stub(id).boundingRect().adjusted(-6, -22, 0, 0))
        return box

    def at(self, point: QPointF) -> str:
        """Return the Outer value node whose wire from outside passes a point of the scene, or ""."""
        for id in self.stubs():
            rect = self._scene.nodes[id].rect
            if QRectF(rect.left() - REACH, rect.top() - 8, REACH, 44).contains(point):
                stroker = QPainterPathStroker()
                stroker.setWidth(2 * NEAR)
                if stroker.createStroke(self._stub(id)).contains(point):
                    return id
        return ""

    def _stub(self, id: str) -> QPainterPath:
        rect = self._scene.nodes[id].rect
        return curve(QPointF(rect.left() - REACH, rect.top() - 6), QPointF(rect.left(), rect.top() + 16))

    # Painting -----------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, ink: Inks, seen: QRectF, *, legible: bool, hovered: str = "") -> None:
        """Paint it below the nodes; the names only where they can be read."""
        self._look()
        if not self._stubs and not self._reads:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for id in self.stubs():
            path = self._stub(id)
            if path.boundingRect().adjusted(-4, -18, 4, 4).intersects(seen):
                self._paint_stub(painter, ink, id, path, legible=legible, strong=id == hovered)
        for owner, reads in self._reads.items():
            if owner in self._scene.nodes:
                self._paint_reads(painter, ink, owner, reads, legible=legible)

    def _paint_stub(
        self, painter: QPainter, ink: Inks, id: str, path: QPainterPath, *, legible: bool, strong: bool
    ) -> None:
        painter.setPen(pen(ink.theme.value if strong else faded(ink.theme.value, FADES), 2.0, Qt.PenStyle.DashLine))
        painter.drawPath(path)
        start = path.pointAtPercent(0.0)
        painter.setBrush(ink.canvas)
        painter.setPen(pen(ink.theme.value if strong else faded(ink.theme.value, FADES), 2.0))
        painter.drawEllipse(start, 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if legible:
            painter.setPen(ink.theme.second if strong else ink.theme.faint)
            text = inks.fitted(inks.SMALL, self.place_of(id), REACH + 60)
            if not self._scene.covers(QRectF(start.x() - 4, start.y() - 24, inks.width(inks.SMALL, text), 20)):
                inks.write(painter, inks.SMALL, start.x() - 4, start.y() - 14, text)

    def place_of(self, outer: str) -> str:
        """Return where what an Outer value node reads stands, in words."""
        session = self._scene.session
        read = seen_by(session.graph, outer)
        inside = session.graph.nodes[read].inside if read is not None else ""
        return f"from {session.body_title(inside)}" if inside else "from the main graph"

    def _paint_reads(self, painter: QPainter, ink: Inks, owner: str, reads: Reads, *, legible: bool) -> None:
        scene = self._scene
        rect = scene.nodes[owner].rect
        painter.setPen(pen(faded(ink.theme.value, FADES), 1.6, Qt.PenStyle.DashLine))
        for k, source in enumerate(reads.beside):
            if source.node in scene.nodes:
                end = QPointF(rect.left() + 14 + 10 * min(k, 6), rect.bottom())
                painter.drawPath(_from_below(scene.point(source, output=True), end))
        if reads.further and legible:
            names = [scene.session.label(id) for id in reads.further]
            more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
            text = f"reads {', '.join(names[:MOST])}{more} further out"
            painter.setPen(ink.theme.faint)
            shown = inks.fitted(inks.SMALL, text, max(rect.width() + 80, 200.0))
            left = rect.left() + (24 + 10 * min(len(reads.beside), 7) if reads.beside else 4)  # right of what comes in
            if not scene.covers(QRectF(left, rect.bottom() + 2, inks.width(inks.SMALL, shown), 20)):
                inks.write(painter, inks.SMALL, left, rect.bottom() + 12, shown)


def _from_below(start: QPointF, end: QPointF) -> QPainterPath:
    """Return a curve that leaves an output to the right and comes to a node from below."""
    path = QPainterPath(start)
    reach = max(abs(end.x() - start.x()) / 2, 40.0)
    path.cubicTo(start + QPointF(reach, 0), end + QPointF(0, max(abs(end.y() - start.y()) / 2, 46.0)), end)
    return path


def _standing_in(graph: Graph, body: str, id: str) -> str:
    """Return the node of a body that a node is, or lies in; "" where it lies elsewhere."""
    while id in graph.nodes and graph.nodes[id].inside != body:
        id = owner_of(graph.nodes[id].inside)
    return id if id in graph.nodes else ""
