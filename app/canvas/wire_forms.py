"""What a wire carries, as it is seen: a colour for the kind of numbers, a form of the socket for their arrangement, and
a mark where a value is broadcast or cast as it arrives.

Real numbers keep the blue of all values. A round socket carries one number, a square one an array, a rhombus several
values together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from engine.graph import Socket, Wire
from engine.infer import Inference
from engine.types import ArrayType, Type, shape_text

if TYPE_CHECKING:
    from app.canvas.scene import Scene
    from app.session import Session

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

BROADCASTING: Final = ("elementwise",)
"""Families of operators whose inputs broadcast to one another."""
CASTING: Final = ("elementwise", "linear_algebra")
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
    session = scene.session
    types = session.inference.types
    plain = (REAL, ROUND)
    for wire, item in scene.wires.items():
        item.form = form_of(types.get(wire.source))
        item.mark = arrival(session, session.inference, wire)
    for id, node in scene.nodes.items():
        forms: dict[tuple[str, bool], tuple[str, str]] = {}
        for output, plugs in ((False, node.face.inputs), (True, node.face.outputs)):
            for plug in plugs:
                kind = types.get(Socket(id, plug.name))
                found = (form_of(kind), outline_of(kind))
                if kind is not None and found != plain:
                    forms[plug.name, output] = found
        node.forms = forms


def arrival(session: Session, inference: Inference, wire: Wire) -> str:
    """Return what becomes of a value where it arrives, in words: that it is broadcast or cast; else ""."""
    target = wire.target.node
    operator = session.graph.nodes[target].operator
    family = operator.partition(".")[0]
    if family not in CASTING:
        return ""
    arriving = session.graph.incoming.get(target, ())
    kinds = [inference.types.get(each.source) for each in arriving]
    own = inference.types.get(wire.source)
    arrays = [kind for kind in kinds if isinstance(kind, ArrayType)]
    if not isinstance(own, ArrayType) or len(arrays) != len(kinds) or len(arrays) < 2:
        return ""
    said = []
    if family in BROADCASTING:
        whole = _broadcast(arrays)
        if whole is not None and whole != own.shape:
            said.append(f"{shape_text(own.shape)} broadcast to {shape_text(whole)}")
    common = np.result_type(*(each.dtype for each in arrays)).name
    if common != own.dtype:
        said.append(f"{own.dtype} as {common}")
    return ", ".join(said)


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
