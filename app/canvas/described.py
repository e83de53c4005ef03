"""The canvas in words, for people who hear it: what is selected, what feeds it, what it gives, what is wrong with it.
The outline panel is the whole graph as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.graph import Socket
from engine.sockets import input_label, output_names

if TYPE_CHECKING:
    from app.canvas.view import Canvas
    from app.session import Session

KEYS: Final = "Arrow keys select a node, Tab adds an operator, W wires, Shift+Tab leaves the canvas."
MOST: Final = 12
"""Most sockets that are told."""


def description(canvas: Canvas) -> str:
    """Return the sentences for what is selected, else for the graph."""
    session = canvas.session
    count = len(session.selection)
    if count > 1:
        return f"{count} nodes selected."
    if session.current is None or session.current not in session.graph.nodes:
        what = "A body" if session.body else "A graph"
        nodes = len(canvas.scene.nodes)
        return f"{what} of {nodes} {'node' if nodes == 1 else 'nodes'}. {KEYS}"
    return of_node(session, session.current, [plug.name for plug in canvas.scene.nodes[session.current].face.inputs]
                   if session.current in canvas.scene.nodes else [])  # fmt: skip


def of_node(session: Session, node: str, inputs: list[str]) -> str:
    """Return the sentences for a node."""
    title = session.operator(node).title
    name = session.label(node)
    parts = [name if name == title else f"{name}, {title}"]
    if inputs:
        parts.append("Inputs: " + ", ".join(_input(session, Socket(node, each)) for each in inputs[:MOST]))
    outputs = output_names(session.graph, session.operator(node), node)
    if outputs:
        parts.append("Outputs: " + ", ".join(_output(session, Socket(node, each)) for each in outputs[:MOST]))
    parts += [f"{problem.severity}: {problem.sentence.rstrip('.')}" for problem in session.node_problems(node)[:2]]
    return ". ".join(parts) + "."


def _input(session: Session, socket: Socket) -> str:
    name = input_label(session.graph, session.operator(socket.node), socket.node, socket.name)
    source = session.graph.sources.get(socket)
    return f"{name} from {session.label(source.node)}" if source is not None else f"{name} open"


def _output(session: Session, socket: Socket) -> str:
    look, kind = session.look(socket), session.type_of(socket)
    if look is None:
        return f"{socket.name} {kind}" if kind is not None else socket.name
    derivative = f", derivative {look.cotangent}" if look.cotangent else ""
    return f"{socket.name} {look.type} {look.value}{derivative}"
