"""What a wire carries, as it is seen: a colour for the kind of numbers, a form of the socket for their arrangement, and
a mark where a value is broadcast or cast as it arrives.

Real numbers keep the blue of all values. A round socket carries one number, a square one an array, a rhombus several
values together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from engine.graph import Socket, Wire
from engine.types import ArrayType, Type, shape_text

if TYPE_CHECKING:
    from app.canvas.scene import Scene

REAL, WHOLE, TRUTH, COMPLEX, BUNDLE, UNKNOWN = "real", "whole", "truth", "complex", "bundle", ""

NUMBERS: Final[Mapping[str, str]] = {
    "bool": TRUTH, "int64": WHOLE, "float32": REAL, "float64": REAL, "complex64": COMPLEX, "complex128": COMPLEX,
}  # fmt: skip
SERIES: Final[Mapping[str, int]] = {COMPLEX: 2, WHOLE: 3, TRUTH: 5, BUNDLE: 6}
"""Which of the theme's colours that are told apart by colour-blind eyes a form has."""
STYLES: Final[Mapping[str, Qt.PenStyle]] = {TRUTH: Qt.PenStyle.DotLine}
WIDTHS: Final[Mapping[str, float]] = {BUNDLE: 4.0}
WORDS: Final[Mapping[str, str]] = {
    REAL: "real numbers", WHOLE: "whole numbers", TRUTH: "true or false", COMPLEX: "complex numbers",
    BUNDLE: "several values together",
}  # fmt: skip

ROUND, SQUARE, RHOMB = "round", "square", "rhomb"
PLAIN: Final = (REAL, ROUND)
"""One real number: what needs no mention."""

BROADCASTING: Final = ("elementwise.",)
"""Families of operators whose inputs broadcast to one another."""
CASTING: Final = ("elementwise.", "linear_algebra.")
"""Families of operators that bring their inputs to a common type of number."""


def form_of(kind: Type | None) -> str:
    """Return what kind of numbers flows there."""
    if kind is None:
        return UNKNOWN
    return NUMBERS.get(kind.dtype, UNKNOWN) if isinstance(kind, ArrayType) else BUNDLE


def outline_of(kind: Type | None) -> str:
    """Return the form of a socket by how its numbers are arranged."""
    if kind is None or (isinstance(kind, ArrayType) and kind.shape == ()):
        return ROUND
    return SQUARE if isinstance(kind, ArrayType) else RHOMB


def read_forms(scene: Scene) -> None:
    """Note on wires and nodes what flows there, as far as it is known."""
    types = scene.session.inference.types
    known: dict[int, tuple[str, str]] = {id(None): (UNKNOWN, ROUND)}
    """Forms by the identity of a type: many sockets share one."""

    def look(socket: Socket) -> tuple[str, str]:
        kind = types.get(socket)
        found = known.get(id(kind))
        if found is None:
            found = known[id(kind)] = (form_of(kind), outline_of(kind))
        return found

    for wire, item in scene.wires.items():
        item.form, item.mark = look(wire.source)[0], ""
    for id_, node in scene.nodes.items():
        forms: dict[tuple[str, bool], tuple[str, str]] = {}
        for output, plugs in ((False, node.face.inputs), (True, node.face.outputs)):
            for plug in plugs:
                found = look(Socket(id_, plug.name))
                if found != PLAIN and found[0]:
                    forms[plug.name, output] = found
        node.forms = forms
        if node.face.operator.startswith(CASTING):
            for wire, mark in arrivals(scene.session.graph.incoming.get(id_, ()), types, node.face.operator).items():
                if wire in scene.wires:
                    scene.wires[wire].mark = mark


def arrivals(wires: Sequence[Wire], types: Mapping[Socket, Type | None], operator: str) -> dict[Wire, str]:
    """Return what becomes of the values that arrive at a node, in words: which are broadcast or cast."""
    if len(wires) < 2:
        return {}
    kinds = [types.get(wire.source) for wire in wires]
    first = kinds[0]
    if all(kind is first or kind == first for kind in kinds):
        return {}
    arrays = [kind for kind in kinds if isinstance(kind, ArrayType)]
    if len(arrays) != len(kinds):
        return {}
    whole = _broadcast(arrays) if operator.startswith(BROADCASTING) else None
    common = np.result_type(*(each.dtype for each in arrays)).name
    found = {}
    for wire, own in zip(wires, arrays, strict=True):
        said = [f"{shape_text(own.shape)} broadcast to {shape_text(whole)}"] if whole not in (None, own.shape) else []
        said += [f"{own.dtype} as {common}"] if own.dtype != common else []
        if said:
            found[wire] = ", ".join(said)
    return found


def _broadcast(arrays: list[ArrayType]) -> tuple[int, ...] | None:
    try:
        return tuple(np.broadcast_shapes(*(each.shape for each in arrays)))
    except ValueError:
        return None


def draw_socket(painter: QPainter, at: QPointF, radius: float, outline: str) -> None:
    """Draw a socket's form with the painter's pen and brush."""
    if outline == SQUARE:
        half = radius * 0.92
        painter.drawRoundedRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half), 1.6, 1.6)
    elif outline == RHOMB:
        reach = radius * 1.28
        corners = [QPointF(0, -reach), QPointF(reach, 0), QPointF(0, reach), QPointF(-reach, 0)]
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    else:
        painter.drawEllipse(at, radius, radius)
