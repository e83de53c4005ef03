"""Tool tips of operators and of what is on the canvas: a name, a sentence, and the formula as mathematics."""

from __future__ import annotations

import base64
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from app.formula import render
from app.panels.inspector_math import full_formula
from app.theme import appearance
from engine.graph import Socket
from engine.sockets import input_label, input_of, output_names

if TYPE_CHECKING:
    from app.canvas.pointing import Hover
    from app.canvas.view import Canvas
    from app.session import Session
    from engine.operator import Operator

SIZE: Final = 15
SHARPNESS: Final = 2
WIDEST: Final = 420
"""Pixels of a formula at scale 1: a wider one is shown smaller."""


def operator_tip(operator: Operator, name: str = "") -> str:
    """Return the tool tip of an operator as rich text; `name` is what a node of it is called."""
    title = operator.title if not name or name == operator.title else f"{name}  ·  {operator.title}"
    lead = " ".join(operator.help.split("\n\n")[0].split())
    output = operator.outputs[0].name if operator.outputs else "value"
    formula = _formula(full_formula(operator.formula, output)) if operator.formula else ""
    below = f"<p>{formula}</p>" if formula else ""
    return f"<qt><p><b>{escape(title)}</b></p><p>{escape(lead)}</p>{below}</qt>"


def socket_tip(session: Session, socket: Socket, *, output: bool) -> str:
    """Return the tool tip of a socket: what it is for, its type and what it carries now."""
    operator = session.operator(socket.node)
    if output:
        name, says = socket.name, next((each.help for each in operator.outputs if each.name == socket.name), "")
    else:
        declared = input_of(operator, socket.name)
        name = input_label(session.graph, operator, socket.node, socket.name)
        says = declared.help if declared is not None else ""
    kind, held = session.type_of(socket), socket if output else session.graph.sources.get(socket)
    look = session.look(held) if held is not None else None
    lines = [says, str(kind) if kind is not None else "", look.value if look is not None else ""]
    below = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f"<qt><p><b>{escape(name)}</b></p>{below}</qt>"


def tip_at(canvas: Canvas, hover: Hover) -> str:
    """Return the tool tip of what is under the pointer on the canvas; "" where there is none."""
    session = canvas.session
    if hover.socket is not None and hover.socket[0].node in session.graph.nodes:
        socket, output = hover.socket
        if not output or socket.name in output_names(session.graph, session.operator(socket.node), socket.node):
            return socket_tip(session, socket, output=output)
    if hover.node in session.graph.nodes and not (hover.badge or hover.mark) and hover.wire is None:
        return operator_tip(session.operator(hover.node), session.label(hover.node))
    return ""


def _formula(latex: str) -> str:
    """Return an <img> of a formula; where it cannot be drawn, its text."""
    look = appearance()
    picture = _picture(latex, look.px(SIZE), look.theme.text)
    if picture is None:
        return f"<code>{escape(latex)}</code>"
    data, width, height = picture
    wide = min(width, look.px(WIDEST))
    return f'<img src="data:image/png;base64,{data}" width="{wide}" height="{round(height * wide / width)}">'


@lru_cache(maxsize=256)
def _picture(latex: str, size: int, colour: str) -> tuple[str, int, int] | None:
    drawn = render(latex, size, colour)
    if drawn is None:
        return None
    width, height = max(1, round(drawn.width)), max(1, round(drawn.height))
    image = QImage(QSize(width, height) * SHARPNESS, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(drawn.svg).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return base64.b64encode(bytes(buffer.data().data())).decode(), width, height
