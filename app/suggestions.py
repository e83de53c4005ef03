"""What follows from choosing a data file: the outputs its columns suggest, so that no column name need be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.assets import ASSETS
from engine.data import Data
from engine.setting import Columns
from nodes.table_columns import Rows, suggested

if TYPE_CHECKING:
    from app.session import Session


def choose_file(session: Session, node: str, name: str, file: str, merge: str | None = None) -> None:
    """Set a file setting and, where nothing stands against it, the outputs that the file suggests: one undo step.

    The outputs of a node from which a wire leads away, or whose outputs a person has chosen, stay as they are.
    """
    columns = next((k for k, spec in session.operator(node).settings.items() if isinstance(spec, Columns)), None)
    before = session.setting(node, columns) if columns else None
    free = not before or before == _outputs(session, node, str(session.setting(node, name)))
    if columns is None or not free or session.graph.outgoing.get(node):
        session.set_setting(node, name, file, merge)
        return
    with session.group("Choose file"):
        if session.set_setting(node, name, file):
            session.set_setting(node, columns, _outputs(session, node, file))


def _outputs(session: Session, node: str, file: str) -> Rows:
    settings = session.operator(node).values(session.node(node))
    words = {key: settings[key] for key in ("delimiter", "header") if key in settings}
    return suggested(Data(folder=session.folder, assets=ASSETS), file, **words)
