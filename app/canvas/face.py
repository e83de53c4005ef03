"""What a node looks like: its texts, sockets and control with their places, measured once and painted many times."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF

from app import numbers
from app.bodies import Door
from app.canvas import inks
from app.canvas.geometry import FOOT, HEAD, MARGIN, MAX_WIDTH, MIN_WIDTH, ROW, TITLE_AT, TOP
from app.panels.inspector_relevance import hidden
from engine.bodies import CALL, OUTER, called_by
from engine.control import OWNERS, defaults
from engine.graph import Socket
from engine.operator import FAMILIES, Kind, Operator
from engine.setting import Slider
from engine.sockets import input_label, input_names, input_of, output_names

if TYPE_CHECKING:
    from app.session import Session

VALUE: Final = "value"
"""A box with a parameter's or constant's value in it, and its derivative."""
READING: Final = "reading"
"""A box with a probe's value in it, large."""
SLIDER: Final = "slider"
PREVIEW: Final = "preview"
"""A view node's picture of what is wired into it."""

PREVIEW_ROOM: Final = {"small": (132.0, 48.0), "medium": (188.0, 112.0), "large": (300.0, 200.0)}
"""Width and height of a preview of each size."""

LINKS: Final = "links"
"""Ways into a node's bodies, or to what it reads."""

SLIDERS: Mapping[str, tuple[str, str]] = {"optimizers": ("learning_rate", "rate")}
"""The slider in the nodes of a family: its setting, and what it is called there."""
SLIDER_WIDTH: Final = 168.0
"""Least width of a node with a slider in it."""
BOX_WIDTH: Final = 152.0
"""Least width of a node with a value box in it."""
PILL_WIDTH: Final = 88.0
"""Least width of a collapsed node."""
CONTROL_HEIGHT: Final = {VALUE: 28.0, SLIDER: 26.0, PREVIEW: 72.0, READING: 44.0, LINKS: 28.0}
PREVIEWED: Final = (
    "views.line_plot", "views.image", "views.histogram", "views.scatter_fit", "views.heat_map", "views.contour",
    "views.confusion_matrix", "views.decision_boundary", "views.image_grid", "views.bar", "views.table",
    "views.vector_field", "views.text",
)  # fmt: skip
PROGRESS_HEIGHT: Final = 20.0
UNLINKED: Final = {CALL: "calls nothing yet", OUTER: "reads nothing yet"}
"""What a node that leads elsewhere says while it leads nowhere."""
LINKED: Final = (*OWNERS, *UNLINKED)
READ_OUT: Final = "−0.000e+00"
"""The widest number that is shown beside a loss."""

SYMBOLS: Final = ((r"\cdot", "·"), (r"\times", "×"), (r"\,", "·"), ("-", "−"), (" ", ""))


@dataclass(frozen=True, slots=True)
class Plug:
    """A socket of a node: its name, the text beside it, its centre relative to the node's corner."""

    name: str
    text: str
    x: float
    y: float
    wired: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class Control:
    """What a node has below its sockets, in a rectangle relative to the node's corner."""

    kind: str
    setting: str
    text: str
    rect: QRectF
    spec: Slider | None = None
    doors: tuple[Door, ...] = ()
    """Where its parts lead, side by side."""

    def door_rect(self, k: int) -> QRectF:
        """Return where the k-th door is, relative to the node's corner."""
        gap = 6.0
        width = (self.rect.width() - gap * (len(self.doors) - 1)) / len(self.doors)
        return QRectF(self.rect.left() + k * (width + gap), self.rect.top(), width, self.rect.height())

    def door_at(self, point: QPointF) -> Door | None:
        """Return the door at a point relative to the node's corner."""
        return next((door for k, door in enumerate(self.doors) if self.door_rect(k).contains(point)), None)


@dataclass(frozen=True, slots=True)
class Face:
    """All that painting a node needs but for values, problems and selection."""

    id: str
    operator: str
    family: str
    title: str
    inputs: tuple[Plug, ...]
    outputs: tuple[Plug, ...]
    control: Control | None
    width: float
    height: float
    frozen: bool
    unknown: bool
    collapsed: bool
    reads_out: bool
    """Whether the first output's value stands beside its name (losses)."""
    muted: bool = False
    """Whether the node is passed by."""
    pinned: Control | None = None
    """The preview of a node that is no view."""
    progress: QRectF | None = None
    """Where an optimizer tells how far it is, relative to the corner."""
    shows: str = ""
    """What its preview shall show; "" what suits the value."""

    @property
    def picture(self) -> Control | None:
        """The preview it has, a view's own or a pinned one."""
        own = self.control
        return own if own is not None and own.kind in (PREVIEW, READING) else self.pinned

    def plug(self, name: str, *, output: bool) -> Plug | None:
        """Return the socket of that name."""
        for plug in self.outputs if output else self.inputs:  # a loop: wires ask thousands of times
            if plug.name == name:
                return plug
        return None


_BUT_ID: Final = attrgetter(*[each.name for each in fields(Face)][1:])
"""All of a face but its id: thousands of nodes differ in that alone."""


class Faces:
    """The faces of a session's nodes. Nodes that are alike but for their id and place share all that was measured."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[object, Face] = {}

    def of(self, id: str) -> Face:
        """Return what the node looks like now."""
        key = self._key(id)
        if key is None:
            return face_of(self._session, id)
        face = self._known.get(key)
        if face is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            face = self._known[key] = face_of(self._session, id)
        return face if face.id == id else Face(id, *_BUT_ID(face))

    def _key(self, id: str) -> object:
        """Return all that a face depends on; None where that is more than the node and its wires."""
        session = self._session
        node, graph, place = session.node(id), session.graph, session.layout.places.get(id)
        if node.operator.startswith("control.") or node.operator not in session.library:
            return None
        return (
            node.operator, node.name, node.frozen, node.muted, node.exposed,
            tuple((name, type(value), value) for name, value in node.settings.items()),
            frozenset([wire.target.name for wire in graph.incoming.get(id, ())]),
            frozenset([wire.source.name for wire in graph.outgoing.get(id, ())]),
            None if place is None else (place.collapsed, place.preview, place.shows),
        )  # fmt: skip


MOST_KNOWN: Final = 2000
"""Faces that are kept."""


def face_of(session: Session, id: str) -> Face:
    """Return what the node looks like now."""
    node, declared, graph = session.node(id), session.operator(id), session.graph
    place = session.layout.places.get(id)
    collapsed = place is not None and place.collapsed
    family = declared.family if declared.family in FAMILIES else "unknown"
    wired = {wire.target.name for wire in graph.incoming.get(id, ())}
    leaving = {wire.source.name for wire in graph.outgoing.get(id, ())}
    names_in, names_out = input_names(session.graph, declared, id), output_names(graph, declared, id)
    labels_in = [_input_text(session, id, declared, name, name in wired) for name in names_in]
    labels_out = [_output_text(declared, name, names_out) for name in names_out]
    reads_out = family == "losses"
    size = place.preview if place is not None else ""
    if collapsed:  # a pill, no wider than its title asks for
        title_width, width = _width(session.label(id), [], [], False, node.frozen, PILL_WIDTH)
    else:
        least = _least_width(session, id, declared, family)
        title_width, width = _width(session.label(id), labels_in, labels_out, reads_out, node.frozen, least)
    if size and not collapsed:
        wider = max(math.ceil((PREVIEW_ROOM[size][0] + 20) / 8) * 8 - width, 0.0)
        title_width, width = title_width + wider, width + wider
    title = inks.fitted(inks.TITLE, session.label(id), title_width)
    rows = max(len(names_in), len(names_out))
    top = HEAD + TOP + rows * ROW
    control = None if collapsed else _control(session, id, declared, family, width, top, size)
    below = control.rect.bottom() + 10.0 if control else top + (FOOT if rows else 4.0)
    progress = QRectF(14.0, below - 8.0, width - 28.0, PROGRESS_HEIGHT) if family in SLIDERS and not collapsed else None
    below = progress.bottom() + 8.0 if progress is not None else below
    pinned = None if collapsed else _pinned(control, size, width, below)
    bottom = pinned.rect.bottom() + 10.0 if pinned else below

    def centre(row: int) -> float:
        return HEAD / 2 if collapsed else HEAD + TOP + (row + 0.5) * ROW

    room = (width - 3 * MARGIN) / 2 if names_in and names_out else width - 2 * MARGIN
    return Face(
        id=id,
        operator=node.operator,
        family=family,
        title=title,
        inputs=tuple(
            Plug(name, inks.fitted(inks.LABEL, text, max(room, width - 3 * MARGIN - _widest(labels_out))), 0.0,
                 centre(row), name in wired, _optional(declared, name))
            for row, (name, text) in enumerate(zip(names_in, labels_in, strict=True))
        ),
        outputs=tuple(
            Plug(name, inks.fitted(inks.LABEL, text, max(room, width - 3 * MARGIN - _widest(labels_in))), width,
                 centre(row), name in leaving, True)
            for row, (name, text) in enumerate(zip(names_out, labels_out, strict=True))
        ),
        control=control,
        width=width,
        height=HEAD if collapsed else bottom,
        frozen=node.frozen,
        unknown=declared.kind.name == "UNKNOWN",
        collapsed=collapsed,
        reads_out=reads_out and not collapsed,
        muted=node.muted,
        pinned=pinned,
        progress=progress,
        shows=place.shows if place is not None else "",
    )  # fmt: skip


def _width(
    label: str, labels_in: list[str], labels_out: list[str], reads_out: bool, frozen: bool, least: float
) -> tuple[float, float]:
    """Return the room for the title, and the node's width."""
    furniture = TITLE_AT + MARGIN + 20 + (20 if frozen else 0)
    title = min(inks.width(inks.TITLE, " ".join(label[:80].split())) + 2, MAX_WIDTH - furniture)
    read_out = inks.width(inks.NUMBER, READ_OUT) + 6 if reads_out else 0.0
    both = bool(labels_in) and bool(labels_out)
    rows = _widest(labels_in) + _widest(labels_out) + read_out + (3 if both else 2) * MARGIN + (8 if both else 0)
    wanted = max(least, title + furniture, rows)
    width = min(math.ceil(wanted / 8) * 8, MAX_WIDTH)
    return width - furniture, width


def _least_width(session: Session, id: str, declared: Operator, family: str) -> float:
    if family in SLIDERS:
        return SLIDER_WIDTH
    if declared.id in LINKED:
        doors = session.doors(id)
        texts = [door.text[:80] for door in doors] or [UNLINKED.get(declared.id, "")]
        return max(BOX_WIDTH, len(texts) * (max(inks.width(inks.LABEL, text) for text in texts) + 38) + 20)
    return BOX_WIDTH if _has_value_box(declared) else MIN_WIDTH


def _widest(labels: list[str]) -> float:
    return max((inks.width(inks.LABEL, text[:80]) for text in labels), default=0.0)


def _input_text(session: Session, id: str, declared: Operator, name: str, wired: bool) -> str:
    """Return an input's name, with the number that stands in its place while nothing is wired into it."""
    label = input_label(session.graph, declared, id, name)
    number = None if wired else _default(session, id, label) if declared.id == CALL else session.setting(id, name)
    return f"{label} = {number:g}" if isinstance(number, float) else label


def _default(session: Session, call: str, name: str) -> float | None:
    """Return the number that a function takes for an input that nothing is wired into."""
    function = called_by(session.graph, call)
    return defaults(session.operator(function).values(session.node(function))).get(name) if function else None


def _output_text(declared: Operator, name: str, names: tuple[str, ...]) -> str:
    """Return a short formula for an only output, else its name."""
    if len(names) == 1 and declared.kind is Kind.FUNCTION:
        return short_formula(declared.formula) or name
    return name


def short_formula(latex: str) -> str:
    """Return a formula as plain text where that is short and exact, else ""."""
    text = latex
    for command, symbol in SYMBOLS:
        text = text.replace(command, symbol)
    plain = text.isprintable() and not set(text) & set("\\{}_^&")
    return text if plain and 0 < len(text) <= 6 else ""


def _optional(declared: Operator, name: str) -> bool:
    found = input_of(declared, name)
    return found is None or found.optional or found.variadic


def _control(
    session: Session, id: str, declared: Operator, family: str, width: float, top: float, size: str
) -> Control | None:
    kind, setting, text, spec = _what_control(session, id, declared, family)
    if not kind:
        return None
    doors = session.doors(id) if kind == LINKS else ()
    height = PREVIEW_ROOM[size][1] if size and kind in (PREVIEW, READING) else CONTROL_HEIGHT[kind]
    return Control(kind, setting, text, QRectF(10.0, top, width - 20.0, height), spec, doors)


def _pinned(control: Control | None, size: str, width: float, top: float) -> Control | None:
    """Return the preview below all else of a node that is no view."""
    if not size or (control is not None and control.kind in (PREVIEW, READING)):
        return None
    return Control(PREVIEW, "", "", QRectF(10.0, top, width - 20.0, PREVIEW_ROOM[size][1]))


def _what_control(session: Session, id: str, declared: Operator, family: str) -> tuple[str, str, str, Slider | None]:
    if family in SLIDERS:
        setting, text = SLIDERS[family]
        spec = declared.settings.get(setting)
        idle = setting in hidden(declared, declared.values(session.node(id)))
        return (SLIDER, setting, text, spec) if isinstance(spec, Slider) and not idle else ("", "", "", None)
    if _has_value_box(declared):
        return VALUE, "value", _start_text(session, id, declared), None
    if declared.id in ("views.probe", "views.number"):
        return READING, "", "", None
    if declared.id in PREVIEWED:
        return PREVIEW, "", "", None
    if declared.id in LINKED:
        return LINKS, "", UNLINKED.get(declared.id, ""), None
    return "", "", "", None


def _has_value_box(declared: Operator) -> bool:
    return declared.kind is Kind.PARAMETER or declared.short == "constant"


def _start_text(session: Session, id: str, declared: Operator) -> str:
    """Return what stands in a value box until the value is known: the number set, or how it starts."""
    initial = session.setting(id, "initial") if "initial" in declared.settings else "value"
    value = session.setting(id, "value")
    if initial == "value":
        return numbers.short(value) if isinstance(value, int | float) else "array"
    return str(initial).replace("_", " ")


def slider_fraction(spec: Slider, value: float) -> float:
    """Return where a value lies on its slider, 0 to 1."""
    low, high = float(spec.low or 0.0), float(spec.high if spec.high is not None else 1.0)
    if spec.log and low > 0:
        value = max(value, low)
        return min(max(math.log(value / low) / math.log(high / low), 0.0), 1.0)
    return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.0


def slider_value(spec: Slider, fraction: float) -> float:
    """Return the value at a place on the slider, rounded to three digits."""
    low, high = float(spec.low or 0.0), float(spec.high if spec.high is not None else 1.0)
    fraction = min(max(fraction, 0.0), 1.0)
    exact = low * (high / low) ** fraction if spec.log and low > 0 else low + fraction * (high - low)
    return min(max(float(f"{exact:.3g}"), low), high)


def slider_track(control: Control) -> QRectF:
    """Return the track of a slider control, relative to the node's corner: between its name and its number."""
    rect = control.rect
    left = rect.left() + inks.width(inks.LABEL, control.text) + 18  # the knob stays clear of both at its ends
    right = rect.right() - inks.width(inks.NUMBER, "0.0001") - 16
    return QRectF(left, rect.center().y() - 2, max(right - left, 24.0), 4.0)


def source_of(session: Session, target: Socket) -> Socket | None:
    """Return the output wired into an input, or None."""
    return session.graph.sources.get(target)


def socket_point(face: Face, corner: QPointF, name: str, *, output: bool) -> QPointF:
    """Return where a socket is in the scene; the middle of the side where the node has no such socket."""
    plug = face.plug(name, output=output)
    if plug is None:
        return corner + QPointF(face.width if output else 0.0, HEAD / 2)
    return corner + QPointF(plug.x, plug.y)
