"""Another operator in the place of the selected nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import GradwireError
from engine.replacing import replacement

if TYPE_CHECKING:
    from app.session import Session


def replace_selected(session: Session, operator_id: str) -> bool:
    """Put an operator in the place of the selected nodes, wires and settings kept as far as they fit; `message` says
    what could not be kept. Return whether that was done."""
    chosen = sorted(session.selection)
    try:
        found = replacement(session.content, session.library, chosen, operator_id)
    except GradwireError as refused:
        session.message.emit(refused.sentence)
        return False
    if not session.apply(found.edit):
        return False
    session.select(chosen)
    title = session.library[operator_id].title
    if not found.lost:
        many = f"{len(found.nodes)} nodes are" if len(found.nodes) > 1 else "The node is"
        session.message.emit(f"{many} “{title}” now; all wires and settings were kept.")
    else:
        more = f" (and {len(found.lost) - 1} more)" if len(found.lost) > 1 else ""
        session.message.emit(f"{found.lost[0].rstrip('.')}{more}: undo brings it back.")
    return True
