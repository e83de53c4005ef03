"""What follows from a choice: of a data file, the outputs its columns suggest, so that no column name need be typed; of
a function or of a node to be read, its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.assets import ASSETS
from engine.bodies import CALL
from engine.data import Data
from engine.document import Changed
from engine.edits import SetSetting
from engine.errors import EditError
from engine.setting import Columns, File
from engine.sockets import output_names
from engine.subgraphs import require_end
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


def offered(session: Session, node: str) -> Rows:
    """Return the outputs that a node's file suggests; nothing where it has none."""
    files = [name for name, spec in session.operator(node).settings.items() if isinstance(spec, File)]
    chosen = [str(session.setting(node, name)) for name in files]
    return _outputs(session, node, chosen[0]) if chosen and chosen[0] else ()


def _outputs(session: Session, node: str, file: str) -> Rows:
    settings = session.operator(node).values(session.node(node))
    words = {key: settings[key] for key in ("delimiter", "header") if key in settings}
    return suggested(Data(folder=session.folder, assets=ASSETS), file, **words)


def choose_node(session: Session, node: str, name: str, value: str) -> None:
    """Name another node as one step: a Call takes over the outputs of its function, an Outer value an output that
    there is. A function that would call itself without end is refused in `message`."""
    if session.node(node).operator == CALL and value in session.graph.nodes:
        after = SetSetting(node, name, value).apply(session.content)[0].graph
        try:
            require_end(session.graph, after, session.library)
        except EditError as refused:
            session.message.emit(refused.sentence)
            session.changed.emit(Changed(nodes=frozenset({node})))  # the field shows what still holds
            return
    with session.group(f"Change {name}"):
        if not session.set_setting(node, name, value) or value not in session.graph.nodes:
            return
        if session.node(node).operator == CALL:
            session.set_setting(node, "outputs", session.setting(value, "outputs"))
        else:
            outputs = output_names(session.graph, session.operator(value), value)
            if outputs and session.setting(node, "output") not in outputs:
                session.set_setting(node, "output", outputs[0])
