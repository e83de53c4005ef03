"""What the classes and the columns of data are called, where they come from a table: found along the wires."""

from __future__ import annotations

from typing import Final

from engine.data import Data
from engine.errors import GradwireError
from engine.graph import Socket
from engine.prepare import Prepared
from nodes.tables import classes_of

TABLE: Final = "inputs.table"
FAR: Final = 50
"""Most nodes between a view and its table."""


def class_names(prepared: Prepared, data: Data, socket: Socket) -> tuple[str, ...]:
    """Return the names of the classes an output carries, in order; () where they come from no table."""
    found = _column(prepared, socket)
    if found is None or found[1] != "class":
        return ()
    node, _, columns = found
    settings = prepared.operator(node).values(prepared.graph.nodes[node])
    try:
        own = data.of(node, prepared.quoted(node), None)
        return classes_of(own, str(settings["file"]), columns[0], str(settings["delimiter"]), str(settings["header"]))
    except GradwireError:
        return ()


def column_names(prepared: Prepared, socket: Socket) -> tuple[str, ...]:
    """Return the names of the columns an output carries; () where they come from no table."""
    found = _column(prepared, socket)
    return () if found is None else found[2]


def _column(prepared: Prepared, socket: Socket) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the table node an output's rows come from, the kind of its output and the columns in it."""
    graph = prepared.graph
    for _ in range(FAR):
        node = graph.nodes.get(socket.node)
        if node is None:
            return None
        if node.operator == TABLE:
            rows = prepared.operator(socket.node).values(node)["columns"]
            return next(((socket.node, kind, columns) for name, kind, columns in rows if name == socket.name), None)
        wires = graph.incoming.get(socket.node, ())
        # Batches and splits name their outputs after their inputs: batch_x, train_x.
        same = [w for w in wires if socket.name == w.target.name or socket.name.endswith(f"_{w.target.name}")]
        onwards = same or (list(wires) if len(wires) == 1 else [])
        if len(onwards) != 1:
            return None
        socket = onwards[0].source
    return None
