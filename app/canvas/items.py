"""One item per node, per wire and per note: plain records that know their place. They paint and listen to nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainterPath, QTextDocument

from app.canvas import inks, note_text, ways
from app.canvas.face import Face, socket_point
from app.canvas.geometry import along, curve, curve_by_lane, span
from app.canvas.routes import Lane
from engine.graph import Note, Wire

if TYPE_CHECKING:
    from app.canvas.previews import Preview

MOST_LAYOUTS = 8
"""Sizes of text for which a note keeps its layout."""
PIECE = 14.0
"""About how long the straight lines are that stand for a wire's curve at usual zooms."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of an output's value and derivative, as it is written."""

    value: str = ""
    derivative: str = ""
    finite: bool = True
    thickness: float = 0.0
    """Of the derivative's wire, in scene units; 0 where there is none."""
    brief: str = ""
    """The value where there is little room: of an array its shape."""
    brief_derivative: str = ""
    """The derivative where there is little room: of an array its norm."""
    line: tuple[float, ...] = ()
    image: QImage | None = None
    """One byte per element, for a colour table to be put on."""


NOTHING = Reading()


@dataclass(slots=True)
class NodeItem:
    """A node on the canvas: its face and its corner."""

    face: Face
    corner: QPointF
    reading: Reading = NOTHING
    """Of the first output or, for a view, of what is wired into it."""
    preview: Preview | None = None
    """Of a view: its data in small."""
    severity: str = ""
    """"error", "warning" or "": what the badge in its head shows."""
    bars: Preview | None = None
    """Of a node that is no view: the histogram its preview shows."""
    number: float | None = None
    """The value of its slider."""
    passing: tuple[tuple[str, str], ...] = ()
    """Of a muted node: which input passes through to which output."""
    forms: Mapping[tuple[str, bool], tuple[str, str]] = field(default_factory=dict)
    """What its sockets (name, output) carry, and their outlines, where that is not one real number (`wire_forms`)."""
    faulty: frozenset[str] = frozenset()
    """Sockets with a problem."""

    @property
    def rect(self) -> QRectF:
        return QRectF(self.corner.x(), self.corner.y(), self.face.width, self.face.height)

    def point(self, name: str, *, output: bool) -> QPointF:
        """Return where a socket is in the scene."""
        return socket_point(self.face, self.corner, name, output=output)

    def control_rect(self) -> QRectF:
        """Return where the control is, in the scene; an empty rectangle where there is none."""
        control = self.face.control
        return QRectF() if control is None else control.rect.translated(self.corner)


@dataclass(slots=True)
class WireItem:
    """A wire on the canvas: its ends and its curve."""

    wire: Wire
    start: QPointF
    end: QPointF
    reading: Reading = NOTHING
    shape: str = ""
    differentiable: bool = True
    """Whether a derivative can come back by it: not from a view, nor from an input of labels or indices."""
    lane: Lane | None = None
    dots: tuple[QPointF, ...] = ()
    """The dots it runs through."""
    tag: str = ""
    """What the tags at its ends say, where it is not drawn."""
    form: str = ""
    """What it carries, of the forms in `wire_forms`."""
    mark: str = ""
    """What becomes of its value where it arrives: that it is broadcast or cast, in words."""
    _path: QPainterPath | None = None
    _lines: list[QLineF] | None = None
    _piece: float = 0.0
    _arrival: QPointF | None = None

    @classmethod
    def between(cls, wire: Wire, start: QPointF, end: QPointF) -> WireItem:
        return cls(wire, start, end)

    def lay(self, start: QPointF, end: QPointF, lane: Lane | None) -> None:
        """Lay the wire anew between two points, by a lane where one is given."""
        self.start, self.end, self.lane, self._lines, self._arrival = start, end, lane, None, None
        self.dots, self.tag = (), ""
        self._path = None

    def move(self, by: QPointF) -> None:
        """Move the whole wire: both of its nodes have moved."""
        self.start, self.end = self.start + by, self.end + by
        self._path = self._lines = self._arrival = None
        if self.dots:
            self.dots = tuple(dot + by for dot in self.dots)
        if self.lane is not None:
            self.lane = Lane(self.lane.y + by.y(), self.lane.left + by.x(), self.lane.right + by.x())

    def lay_through(self, start: QPointF, end: QPointF, dots: tuple[QPointF, ...]) -> None:
        """Lay the wire anew through dots."""
        self.lay(start, end, None)
        self.dots = dots

    def lay_tagged(self, start: QPointF, end: QPointF, tag: str) -> None:
        """Let only a tag at each end stand for the wire."""
        self.lay(start, end, None)
        self.tag = tag

    @property
    def path(self) -> QPainterPath:
        """The curve; made when first asked for, as most wires are only ever drawn as lines."""
        if self._path is None:
            self._path = self._made_path()
        return self._path

    def _made_path(self) -> QPainterPath:
        if self.tag:
            path = QPainterPath()
            for stub in ways.stubs(self.start, self.end):
                path.moveTo(stub.p1())
                path.lineTo(stub.p2())
            return path
        if self.dots:
            return ways.path_of(ways.legs((self.start, *self.dots, self.end)))
        return curve(self.start, self.end) if self.lane is None else curve_by_lane(self.start, self.end, *self.lane)

    def arrival(self, before: float) -> QPointF:
        """Return the point of the wire this far before its end."""
        if self._arrival is None:
            along = self.path.percentAtLength(max(self.path.length() - before, 0.0))
            self._arrival = self.end - QPointF(before, 0) if self.tag else self.path.pointAtPercent(along)
        return self._arrival

    def tags(self) -> tuple[QRectF, QRectF] | None:
        """Return where its tags are, at its output and at its input."""
        return ways.tag_rects(self.start, self.end, self.tag) if self.tag else None

    def lines(self, factor: float) -> list[QLineF]:
        """Return the curve as short straight lines, fewer when seen from afar.

        Many wires of one pen are then drawn in one call, which is much faster than one path after the other.
        """
        piece = PIECE if factor > 0.6 else 2.5 * PIECE
        if self.tag:
            return ways.stubs(self.start, self.end)
        if self._lines is None or self._piece != piece:
            self._lines = [QLineF(a, b) for a, b in itertools.pairwise(self._points(piece))]
            self._piece = piece
        return self._lines

    def _points(self, piece: float) -> list[QPointF]:
        if self.dots:
            return ways.points_of(ways.legs((self.start, *self.dots, self.end)), piece)
        if self.lane is None:
            return _pieces(self.start, self.end, piece)
        on, off = QPointF(self.lane.left, self.lane.y), QPointF(self.lane.right, self.lane.y)
        return _pieces(self.start, on, piece) + _pieces(off, self.end, piece)

    @property
    def rect(self) -> QRectF:
        """The box around the curve and the derivative under it."""
        if not self.tag and not self.dots and self.lane is None:
            return span(self.start, self.end).adjusted(-6, -6, 6, 10)
        box = self.path.controlPointRect()
        for tag in self.tags() or ():
            box = box.united(tag)
        return box.adjusted(-6, -6, 6, 10)

    @property
    def middle(self) -> QPointF:
        return self.path.pointAtPercent(0.5)


def _pieces(start: QPointF, end: QPointF, piece: float) -> list[QPointF]:
    reach = end - start
    return along(start, end, int(min(max((abs(reach.x()) + abs(reach.y())) / piece, 8), 36)) + 1)


@dataclass(slots=True)
class NoteItem:
    """A note or frame on the canvas, its text laid out once."""

    note: Note
    around: QRectF = field(default_factory=QRectF)
    """Of a frame: what it carries."""
    _documents: dict[float, tuple[tuple[object, ...], QTextDocument]] = field(default_factory=dict)
    """The text laid out, by how much larger it is set than usual."""

    @property
    def rect(self) -> QRectF:
        own = QRectF(self.note.x, self.note.y, self.note.width, self.note.height)
        return own.united(self.around) if self.around.isValid() else own

    @property
    def is_frame(self) -> bool:
        return self.note.is_frame

    def handle(self) -> QRectF:
        """Return the corner that resizes it."""
        return QRectF(self.rect.right() - 18, self.rect.bottom() - 18, 18, 18)

    @property
    def role(self) -> str:
        """The role of its font."""
        return inks.SMALL if self.is_frame else inks.LABEL

    def shown_rect(self) -> QRectF:
        """Return the box it is drawn in: a note grows with its text, once that is laid out."""
        if self.is_frame or 1.0 not in self._documents:
            return self.rect
        needed = self._documents[1.0][1].size().height() + 20
        return QRectF(self.rect.topLeft(), QSizeF(self.note.width, max(self.note.height, needed)))

    def document(self, color: str, link: str, scale: float = 1.0) -> QTextDocument:
        """Return the text in this colour, laid out for the note's width and a text so much larger than usual."""
        revision = note_text.formulas().revision if "$" in self.note.text else 0
        wanted = (self.note.text, self.rect.width(), color, revision)
        held = self._documents.get(scale)
        if held is None or held[0] != wanted:
            style = note_text.Style(inks.font(self.role), color, link)
            document, _ = note_text.laid_out(self.note.text, (self.rect.width() - 24) / scale, style, even=scale > 1)
            if len(self._documents) > MOST_LAYOUTS:
                self._documents.clear()
            held = self._documents[scale] = (wanted, document)
        return held[1]


def thickness(norm: float | None) -> float:
    """Return how thick a derivative of this norm is drawn: by its logarithm, 1e-3 thin, 1e3 thick, 0 not at all."""
    if norm is None or not math.isfinite(norm) or norm <= 0.0:
        return 0.0
    return min(max(round(2.8 + 0.6 * math.log10(norm), 1), 0.8), 4.4)
