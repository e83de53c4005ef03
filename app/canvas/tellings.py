"""What is told at the pointer of what is under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session


def socket_text(session: Session, socket: Socket, output: bool) -> str:
    """Return what a socket carries: its name and type, its value, and the derivative of the loss by it."""
    source = socket if output else session.graph.sources.get(socket)
    kind = session.type_of(socket)
    look = session.look(source) if source is not None else None
    lines = [f"{socket.name}: {look.type if look else kind}" if look or kind is not None else socket.name]
    if look is not None:
        lines.append(look.value.replace("-", "−"))
        if look.cotangent:
            lines.append(f"∂ {look.cotangent}".replace("-", "−"))
    elif source is None:
        lines.append("nothing is wired into it")
    slope = None if output else session.slopes.of(socket)
    if slope is not None and slope.kind != "none":
        lines.append(f"{session.slopes.symbol(socket)}: {slope.text}".replace("-", "−"))
        if slope.product:
            lines.append(f"Jᵀ ȳ: {slope.product}".replace("-", "−"))
    return "\n".join(lines)
