"""The scene: items by id that follow the session's document, and where they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from app import numbers
from app.canvas import laying, ways, wire_forms
from app.canvas.face import SLIDER, UNLINKED, Face, Faces, Plug
from app.canvas.geometry import REACH, Boxes, distance
from app.canvas.items import NOTHING, NodeItem, NoteItem, Reading, WireItem, thickness
from app.canvas.outside import Outside
from app.canvas.previews import MAKERS, Preview, histogram_of, preview_of, style_of, wants_bars
from app.canvas.routes import MOST_WIRES, Lane, lane_for
from engine import infer
from engine.document import Changed
from engine.graph import Graph, Place, Socket, Wire
from engine.operator import Kind
from engine.sockets import input_of
from engine.types import ArrayType, shape_text

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.messages import ViewData, WireLook


class Slide(NamedTuple):
    """The last move of many nodes alike: who keeps something of the scene moves it too, instead of making it anew."""

    revision: int
    """The scene's before."""
    nodes: Collection[str]
    inner: Sequence[Wire]
    """The wires that moved whole,"""
    border: Sequence[Wire]
    """and those of which one end did."""
    by: QPointF


class Scene:
    """What stands on the canvas. `touched` is called when something looks otherwise."""

    def __init__(self, session: Session, touched: Callable[[], object]) -> None:
        self.session = session
        self._touched = touched
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self._readings: dict[Socket, tuple[WireLook | None, Reading]] = {}
        self._previews: dict[str, tuple[ViewData | None, str, Preview | None]] = {}
        self._node_boxes: Boxes[str] = Boxes()
        self._wire_boxes: Boxes[Wire] = Boxes()
        self.tellers: set[str] = set()
        """Nodes that tell how far a run is."""
        self.troubled: dict[str, NodeItem] = {}
        """Nodes with a badge."""
        self._leading: set[str] = set()
        """Nodes that show the names of others: calls, and what reads outer values."""
        self._routed = -1
        self._formed: infer.Inference | None = None
        """What the forms of wires and sockets were read from."""
        self.long_as_tags = False
        """Whether long wires are drawn as tags."""
        self.loose: frozenset[str] = frozenset()
        """Nodes that are being dragged: frames do not stretch after them."""
        self.body = session.body
        """The body whose nodes are shown."""
        self._faces = Faces(session)
        self.outside = Outside(self)
        """What bodies read around them."""
        self.slid: Slide | None = None
        self._among: tuple[frozenset[str], Graph, list[Wire], list[Wire]] | None = None
        self.revision = 0
        """Counts changes of places and faces: what is kept of the scene elsewhere is for one revision."""
        self.rebuild()

    # Following the document ---------------------------------------------------------------------------------------

    def rebuild(self, body: str | None = None) -> None:
        """Make all items anew: another document is shown, or another body of it (as a rule the session's)."""
        self.nodes.clear()
        self.wires.clear()
        self.notes.clear()
        self._node_boxes.clear()
        self._wire_boxes.clear()
        self._readings.clear()
        self._previews.clear()
        self._leading.clear()
        self._formed = None
        self.tellers.clear()
        self.revision += 1
        session = self.session
        self.body = session.body if body is None else body
        for id in session.graph.bodies.get(self.body, ()):
            self._put_node(id)
        for wire in session.graph.wires:
            if self._shows(wire.source.node):
                self._put_wire(wire)
        for id, note in session.layout.notes.items():
            if note.inside == self.body:
                self.notes[id] = NoteItem(note)
        self._stretch_frames()
        self.route()
        self.read_values()
        self.read_problems()

    def follow(self, changed: Changed) -> None:
        """Bring up to date what an edit touched."""
        graph, layout = self.session.graph, self.session.layout
        left = {id for id in changed.nodes & self.nodes.keys() if not self._shows(id)}
        come = {id for id in changed.nodes - self.nodes.keys() if self._shows(id)}
        for id in (changed.removed & set(self.nodes)) | left:
            del self.nodes[id]
            self._node_boxes.drop(id)
            self._leading.discard(id)
            self.tellers.discard(id)
            self.troubled.pop(id, None)
            self.revision += 1
        gone = {wire for wire in changed.wires if wire not in graph.wires} & set(self.wires)
        if lost := changed.removed | left:
            gone |= {wire for wire in self.wires if {wire.source.node, wire.target.node} & lost}
        for wire in gone:
            del self.wires[wire]
            self._wire_boxes.drop(wire)
            self.revision += 1
        ends = {end.node for wire in changed.wires for end in wire}
        refaced = {id for id in changed.nodes | ends | self._leading if self._shows(id)}
        new = refaced - self.nodes.keys()
        for id in refaced:
            self._put_node(id)
        brought = {wire for id in come for wire in graph.incoming.get(id, ())}
        made = changed.wires & graph.wires | brought
        for wire in made:
            if self._shows(wire.source.node):
                self._put_wire(wire)
        for id in changed.notes:
            if id in layout.notes and layout.notes[id].inside == self.body:
                self.notes[id] = NoteItem(layout.notes[id])
            else:
                self.notes.pop(id, None)
        self._lay_wires_of(refaced - new, made)  # those of new nodes are all made just now
        for wire in changed.routes & self.wires.keys():
            self._lay(self.wires[wire], None)
            self.revision += 1
        self._stretch_frames()
        self.route()
        self._read_what_is_new(refaced)
        if new and self.session.problems:  # deleted and back within a moment, a node's problems are those of before
            self.read_problems()
        self._touched()

    def _read_what_is_new(self, ids: AbstractSet[str]) -> None:
        """Write values on nodes made or changed, and on their wires; types follow once they have been found anew."""
        graph = self.session.graph
        for id in ids:
            self._read_node(id, self.nodes[id])
        for wire in {w for id in ids for w in (*graph.incoming.get(id, ()), *graph.outgoing.get(id, ()))}:
            if wire in self.wires:
                self.read_wire(self.wires[wire])

    def size_of(self, id: str) -> tuple[float, float] | None:
        """Return how large a node is drawn; None where it is not shown."""
        item = self.nodes.get(id)
        return (item.face.width, item.face.height) if item is not None else None

    def _shows(self, id: str) -> bool:
        """Return whether a node is in the graph and lies in the body that is shown."""
        node = self.session.graph.nodes.get(id)
        return node is not None and node.inside == self.body

    def _put_node(self, id: str) -> None:
        place = self.session.layout.places.get(id, Place())
        face, corner = self._faces.of(id), QPointF(place.x, place.y)
        item = self.nodes.get(id)
        if item is None:
            item = self.nodes[id] = NodeItem(face, corner)
            self.revision += 1
        else:
            self.revision += _outline(item.face, item.corner) != _outline(face, corner)
            item.face, item.corner = face, corner
        if face.operator in UNLINKED:
            self._leading.add(id)
        (self.tellers.add if face.progress is not None else self.tellers.discard)(id)
        if face.control is not None and face.control.kind == SLIDER:
            item.number = float(self.session.setting(id, face.control.setting))
        else:
            item.number = None
        self._node_boxes.put(id, item.rect.adjusted(-8, -2, 8, 8))

    def _stretch_frames(self, moved: AbstractSet[str] | None = None) -> None:
        """Let frames reach around all they carry, whatever sizes nodes have grown to: those of nodes that moved, or
        all."""
        for item in self.notes.values():
            if moved is not None and (not item.note.nodes or moved.isdisjoint(item.note.nodes)):
                continue
            around = QRectF()
            for id in item.note.nodes:
                if id in self.nodes and id not in self.loose:
                    around = around.united(self.nodes[id].rect)
            item.around = around.adjusted(-12, -12, 12, 14) if around.isValid() else around

    def _put_wire(self, wire: Wire) -> None:
        ends = self._ends(wire)
        item = self.wires[wire] = WireItem.between(wire, *ends)
        target = self.session.operator(wire.target.node)
        joined = input_of(target, wire.target.name)
        item.differentiable = target.kind is not Kind.VIEW and (joined is None or joined.differentiable)
        laying.lay(self, item, ends, None)
        self._wire_boxes.put(wire, item.rect)
        self.revision += 1

    def _ends(self, wire: Wire) -> tuple[QPointF, QPointF]:
        start = self.nodes[wire.source.node].point(wire.source.name, output=True)
        return start, self.nodes[wire.target.node].point(wire.target.name, output=False)

    def _lay_wires_of(self, ids: Iterable[str], but: Collection[Wire] = ()) -> None:
        """Lay the wires of nodes, but for those that lie right."""
        graph = self.session.graph
        ends = {w for id in ids for w in (*graph.incoming.get(id, ()), *graph.outgoing.get(id, ()))}
        for wire in ends.difference(but):
            item = self.wires.get(wire)
            if item is not None and (item.tag or (item.start, item.end) != self._ends(wire)):  # else its lane is good
                self._lay(item, None)

    def _lay(self, item: WireItem, lane: Lane | None) -> None:
        laying.lay(self, item, self._ends(item.wire), lane)
        self._wire_boxes.put(item.wire, item.rect)

    def bend(self, wire: Wire, dots: tuple[QPointF, ...]) -> None:
        """Show a wire run through other dots while they are dragged."""
        item = self.wires[wire]
        item.lay_through(*self._ends(wire), dots)
        self._wire_boxes.put(wire, item.rect)
        self._touched()

    def route(self) -> None:
        """Find the lanes of all wires; nothing is done where no place has changed since."""
        if self._routed == self.revision or len(self.wires) > MOST_WIRES:
            return
        lanes: dict[Socket, list[Lane]] = defaultdict(list)
        for wire in sorted(self.wires, key=lambda each: self.wires[each].start.y()):
            item, own = self.wires[wire], frozenset((wire.source.node, wire.target.node))
            if item.dots or item.tag:
                continue
            taken = [lane for source, held in lanes.items() if source != wire.source for lane in held]
            lane = lane_for(item.start, item.end, self._node_boxes, own, taken)
            if lane is not None:
                lanes[wire.source].append(lane)
            if lane != item.lane:
                self._lay(item, lane)
        self._routed = self.revision

    def shift(self, corners: Mapping[str, QPointF]) -> None:
        """Show nodes elsewhere while they are dragged; the document hears of it when they are dropped."""
        by = self._common_step(corners)
        if by is not None:
            self._slide(corners.keys(), by)
            self._touched()
            return
        for id, corner in corners.items():
            item = self.nodes[id]
            item.corner = QPointF(corner)
            self._node_boxes.put(id, item.rect.adjusted(-8, -2, 8, 8))
        self._lay_wires_of(corners)
        self._stretch_frames(corners.keys())
        self.revision += 1
        self._touched()

    def _common_step(self, corners: Mapping[str, QPointF]) -> QPointF | None:
        """Return by how much nodes move that all move alike, None where they do not."""
        steps = {(corner - self.nodes[id].corner).toTuple() for id, corner in corners.items()}
        return QPointF(*steps.pop()) if len(steps) == 1 else None

    def _slide(self, ids: Collection[str], by: QPointF) -> None:
        """Move nodes alike, and the wires between them with them: no curve is found anew but at the edge."""
        inner, border = self._wires_among(frozenset(ids))
        for id in ids:
            self.nodes[id].corner = self.nodes[id].corner + by
        self._node_boxes.move(ids, by)
        for wire in inner:
            self.wires[wire].move(by)
        self._wire_boxes.move(inner, by)
        for wire in border:
            self._lay(self.wires[wire], None)
        self._stretch_frames(ids)
        self.slid = Slide(self.revision, ids, inner, border, by)
        self.revision += 1

    def _wires_among(self, ids: frozenset[str]) -> tuple[list[Wire], list[Wire]]:
        """Return the wires between these nodes, and those between them and others; kept for the drag's next move."""
        graph = self.session.graph
        if self._among is None or self._among[0] != ids or self._among[1] is not graph:
            inner, border = list[Wire](), list[Wire]()
            for wire in {w for id in ids for w in (*graph.incoming.get(id, ()), *graph.outgoing.get(id, ()))}:
                if wire in self.wires:
                    (inner if wire.source.node in ids and wire.target.node in ids else border).append(wire)
            self._among = (ids, graph, inner, border)
        return self._among[2], self._among[3]

    # Values and problems -------------------------------------------------------------------------------------------

    def read_values(self) -> None:
        """Ask the session for what is known of every output, and write it on nodes and wires."""
        for wire, laid in self.wires.items():
            self.read_wire(laid)
            laid.shape = self._shape_text(wire.source)
        if self._formed is not self.session.inference:
            self._formed = self.session.inference
            wire_forms.read_forms(self)
        for id, item in self.nodes.items():
            self._read_node(id, item)
        self._touched()

    def read_wire(self, item: WireItem) -> None:
        """Write on one wire what is known of it; whoever asks for it repaints it."""
        item.reading, steps = self._reading(item.wire.source), self.session.stepping.steps
        if steps is not None and item.reading.thickness and not steps.passed(item.wire):
            item.reading = replace(item.reading, derivative="", thickness=0.0)

    def read_node(self, id: str) -> None:
        """Write on one node what is known of it; whoever asks for it repaints it."""
        self._read_node(id, self.nodes[id])

    def _read_node(self, id: str, item: NodeItem) -> None:
        item.reading = self._node_reading(id, item, self.session.graph.sources)
        item.passing = passing(self.session, id) if item.face.muted else ()
        if item.face.operator in MAKERS:
            item.preview = self._preview(id, item.face.operator)
        elif item.face.pinned is not None:
            item.bars = self._bars(id, item)

    def _reading(self, output: Socket) -> Reading:
        """Return what is written of an output; made anew only for a new look."""
        look = self.session.look(output)
        held = self._readings.get(output)
        if held is None or held[0] is not look:
            held = self._readings[output] = (look, reading_of(look))
        return held[1]

    def _node_reading(self, id: str, item: NodeItem, sources: Mapping[Socket, Socket]) -> Reading:
        face = item.face
        if face.outputs:
            socket: Socket | None = Socket(id, face.outputs[0].name)
        else:
            wanted = [plug.name for plug in face.inputs if plug.wired]
            shown = "fit" if "fit" in wanted else ("y" if "y" in wanted else (wanted[0] if wanted else ""))
            socket = sources.get(Socket(id, shown))
        if socket is None or (face.control is None and face.pinned is None and not face.reads_out):
            return NOTHING
        return self._reading(socket)

    def _preview(self, id: str, operator: str) -> Preview | None:
        """Return what a view shows in small; made anew only for new data or another colour scale."""
        looks = self.session.looks.looks
        data = looks.views.get(id) if looks is not None else None
        style = style_of(operator, lambda name: self.session.setting(id, name))
        held = self._previews.get(id)
        if held is None or held[0] is not data or held[1] != style:
            held = self._previews[id] = (data, style, preview_of(operator, style, data))
        return held[2]

    def _bars(self, id: str, item: NodeItem) -> Preview | None:
        """Return the histogram of a node's first output, where its preview shows one."""
        look = self.session.look(Socket(id, item.face.outputs[0].name)) if item.face.outputs else None
        return histogram_of(look) if look is not None and wants_bars(item.face.shows, item.reading) else None

    def told(self, output: Socket) -> tuple[Reading, str]:
        """Return what is known of an output, and its shape in words."""
        return self._reading(output), self._shape_text(output)

    def _shape_text(self, socket: Socket) -> str:
        kind = self.session.type_of(socket)
        if kind is None:
            return ""
        return shape_text(kind.shape) if isinstance(kind, ArrayType) else str(kind)

    def read_problems(self) -> None:
        """Ask the session which nodes have problems."""
        worst: dict[str, str] = {}
        sockets: dict[str, set[str]] = defaultdict(set)
        for problem in self.session.problems:
            if problem.node is not None:
                shown = self.session.shown(problem.node, self.body)  # what is wrong inside a body shows at its owner
                if worst.get(shown) != "error":
                    worst[shown] = problem.severity
                if problem.socket is not None and shown == problem.node:
                    sockets[shown].add(problem.socket)
        for id, item in self.nodes.items():
            item.severity = worst.get(id, "")
            item.faulty = frozenset(sockets.get(id, ()))
        self.troubled = {id: item for id, item in self.nodes.items() if item.severity}
        self._touched()

    # What is where -------------------------------------------------------------------------------------------------

    def bounds(self) -> QRectF:
        """Return the rectangle around everything; an empty one where there is nothing."""
        box = self._node_boxes.bounds()
        for item in self.notes.values():
            box = box.united(item.rect)
        if len(self.wires) <= MOST_WIRES:  # wires that go around nodes reach beyond them
            for wire in self.wires.values():
                box = box.united(wire.path.boundingRect().adjusted(0, -2, 0, 8))
        return box.united(self.outside.bounds())

    def nodes_in(self, rect: QRectF) -> list[NodeItem]:
        """Return the nodes that meet the rectangle, bottom one first."""
        return [self.nodes[id] for id in self._node_boxes.within(rect)]

    def covers(self, rect: QRectF) -> bool:
        """Return whether a node meets the rectangle."""
        return any(item.rect.intersects(rect) for item in self.nodes_in(rect))

    def wires_in(self, rect: QRectF) -> list[WireItem]:
        """Return the wires whose boxes meet the rectangle."""
        return [self.wires[wire] for wire in self._wire_boxes.within(rect)]

    def node_at(self, point: QPointF) -> NodeItem | None:
        """Return the topmost node under a point: a selected one before others."""
        under = [item for item in self.nodes_in(_around(point, 0)) if item.rect.contains(point)]
        chosen = [item for item in under if item.face.id in self.session.selection]
        found = chosen or under
        return found[-1] if found else None

    def socket_at(
        self, point: QPointF, reach: float = REACH, fitting: frozenset[Socket] = frozenset()
    ) -> tuple[Socket, bool] | None:
        """Return the nearest socket within reach, and whether it is an output.

        Of those that a collapsed node shows as one, the first wired one; or of `fitting` ones the first that is free.
        """
        best, found = (reach, True, True), None
        for item in self.nodes_in(_around(point, reach)):
            for output, plugs in ((False, item.face.inputs), (True, item.face.outputs)):
                for plug in plugs:
                    socket = Socket(item.face.id, plug.name)
                    rank = (_gap(point, item.corner, plug), socket not in fitting, plug.wired == bool(fitting))
                    if rank < best:
                        best, found = rank, (socket, output)
        return found

    def wire_at(self, point: QPointF, reach: float = 7.0) -> WireItem | None:
        """Return the nearest wire within reach."""
        near = [
            (min(distance(point, line) for line in item.lines(1.0)), item)
            for item in self.wires_in(_around(point, reach))
        ]
        best = min(near, key=lambda pair: pair[0], default=None)
        return best[1] if best is not None and best[0] <= reach else None

    def dot_at(self, point: QPointF, reach: float = ways.DOT_REACH) -> tuple[Wire, int] | None:
        """Return the nearest dot of a wire within reach."""
        near = [
            ((dot - point).manhattanLength(), item.wire, k)
            for item in self.wires_in(_around(point, reach))
            for k, dot in enumerate(item.dots)
        ]
        found = min(near, default=None)
        return (found[1], found[2]) if found is not None and found[0] <= reach else None

    def tag_at(self, point: QPointF) -> tuple[Wire, bool] | None:
        """Return the wire whose tag is under a point, and whether it is the one at its output."""
        for item in self.wires_in(_around(point, 1.0)):
            for output, rect in zip((True, False), item.tags() or (), strict=False):
                if rect.contains(point):
                    return item.wire, output
        return None

    def note_at(self, point: QPointF) -> NoteItem | None:
        """Return the note under a point; of a frame only its border and its title take the pointer."""
        hits = [item for item in self.notes.values() if item.rect.contains(point) and _grips(item, point)]
        return min(hits, key=lambda item: item.note.width * item.note.height, default=None)

    def point(self, socket: Socket, *, output: bool) -> QPointF:
        """Return where a socket is."""
        return self.nodes[socket.node].point(socket.name, output=output)


def _outline(face: Face, corner: QPointF) -> object:
    """Return what wires and blocks depend on: where the node is, how large, how faint, and where its sockets are."""
    plugs = tuple((plug.name, plug.y) for plug in (*face.inputs, *face.outputs))
    return corner.toTuple(), face.width, face.height, face.family, face.muted, plugs


def _grips(item: NoteItem, point: QPointF) -> bool:
    if not item.is_frame:
        return True
    rect = item.rect
    inside = rect.adjusted(8, 30, -8, -8)
    return not inside.contains(point) or item.handle().contains(point)


def passing(session: Session, id: str) -> tuple[tuple[str, str], ...]:
    """Return which input of a muted node passes through to which of its outputs."""
    standing, found = session.inference.passes, []
    for output, source in standing.items():
        if output.node == id and source is not None:
            wires = session.graph.incoming.get(id, ())
            fed = (w.target.name for w in wires if standing.get(w.source, w.source) == source)
            found += [(name, output.name) for name in fed][:1]
    return tuple(found)


def _around(point: QPointF, reach: float) -> QRectF:
    return QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)


def _gap(point: QPointF, corner: QPointF, plug: Plug) -> float:
    dx, dy = point.x() - corner.x() - plug.x, point.y() - corner.y() - plug.y
    return float((dx * dx + dy * dy) ** 0.5)


def reading_of(look: WireLook | None) -> Reading:
    """Return what is written of a look."""
    if look is None:
        return NOTHING
    return Reading(
        value=minus(look.value),
        derivative=minus(look.cotangent),
        finite=look.finite and look.cotangent_finite,
        thickness=thickness(look.norm),
        brief=minus(_brief(look)),
        brief_derivative=minus(_brief_derivative(look)),
        line=look.line,
        image=_image(look),
    )


def _brief(look: WireLook) -> str:
    _, paren, shape = look.type.partition("(")
    return paren + shape if paren else look.value


def _brief_derivative(look: WireLook) -> str:
    scalar = numbers.plain(look.cotangent.replace(",", "")) is not None
    return look.cotangent if scalar or look.norm is None or not look.cotangent else numbers.short(look.norm, 2)


def minus(text: str) -> str:
    """Return a number with a true minus sign, as wide as a plus; the exponent keeps its hyphen's meaning."""
    return text.replace("-", "−")


def _image(look: WireLook) -> QImage | None:
    if look.thumbnail is None:
        return None
    values = np.nan_to_num(look.thumbnail.array().astype("float64"))
    if values.ndim != 2 or values.size == 0:
        return None
    pixels = np.ascontiguousarray(np.clip(values * 255, 0, 255).astype(np.uint8))
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, width, QImage.Format.Format_Indexed8).copy()
