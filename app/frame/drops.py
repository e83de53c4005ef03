"""Files dropped on a window: graphs are opened, data files become nodes that read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from app.panels.inspector_editors import DATA_SUFFIXES
from app.picture_graph import graph_in
from engine.errors import FileError
from engine.sockets import shortened

if TYPE_CHECKING:
    from app.window import Window

GRAPHS = (".dgraph",)
CARRIERS = (".png",)
"""Pictures that may have a graph inside."""


def welcome(window: Window, event: QDragEnterEvent) -> None:
    """Accept graphs, and data files where there is a document to read them."""
    data = event.mimeData()
    readable = DATA_SUFFIXES if window.editing else CARRIERS
    if dropped(data, GRAPHS) is not None or dropped(data, readable) is not None:
        event.acceptProposedAction()


def take(window: Window, event: QDropEvent) -> None:
    """Open what was dropped, once the other program has let go of it; a data file becomes a table."""
    graph, table = dropped(event.mimeData(), GRAPHS), dropped(event.mimeData(), DATA_SUFFIXES)
    if graph is not None:
        event.acceptProposedAction()
        QTimer.singleShot(0, window, lambda: window.open(graph))
    elif not window.editing and (picture := dropped(event.mimeData(), CARRIERS)) is not None:
        event.acceptProposedAction()
        QTimer.singleShot(0, window, lambda: _open_inside(window, picture))
    elif table is not None and window.editing:
        event.acceptProposedAction()
        QTimer.singleShot(0, window, lambda: window.insert_table(table))


def _open_inside(window: Window, picture: Path) -> None:
    """Open the graph inside a picture, or say that there is none."""
    try:
        inner = graph_in(picture)
    except FileError as refused:
        window._tell(refused.sentence)
        return
    if inner is None:
        name = shortened(picture.name)
        window._tell(f"There is no graph inside “{name}”: open a graph first, to read it as a picture.")
    else:
        window.open_dropped(picture, inner)


def dropped(data: QMimeData, suffixes: tuple[str, ...]) -> Path | None:
    """Return the first file with one of these endings among what is dragged, or None."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in suffixes), None)
