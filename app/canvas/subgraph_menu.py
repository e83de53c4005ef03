"""What the menu of a node offers about subgraphs: to make one, to take one apart, to keep one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.words import tr
from engine.bodies import CALL

if TYPE_CHECKING:
    from app.canvas.view import Canvas


def fill(canvas: Canvas, menu: QMenu, node: str) -> None:
    """Put into the menu what can be done with the selection, whose current node is `node`."""
    session = canvas.session
    menu.addAction(tr("Make subgraph"), session.make_subgraph)
    if any(session.node(id).operator == CALL for id in session.selection):
        menu.addAction(tr("Unpack"), session.unpack)
    function = session.called_subgraph
    if function and len(session.selection) == 1:
        if session.node(node).operator == CALL:
            menu.addAction(tr("Make unique"), session.make_unique).setEnabled(session.calls_of_current() > 1)
            menu.addAction(tr("Edit inputs and outputs"), lambda: session.reveal(function))
        menu.addAction(tr("Keep in my library"), session.keep_in_library)
    menu.addSeparator()
