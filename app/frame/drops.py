"""Files dropped on a window: graphs are opened, data files become nodes that read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from app.panels.inspector_editors import DATA_SUFFIXES

if TYPE_CHECKING:
    from app.window import Window

GRAPHS = (".dgraph",)


def welcome(window: Window, event: QDragEnterEvent) -> None:
    """Accept graphs, and data files where there is a document to read them."""
    data = event.mimeData()
    if dropped(data, GRAPHS) is not None or (window.editing and dropped(data, DATA_SUFFIXES) is not None):
        event.acceptProposedAction()


def take(window: Window, event: QDropEvent) -> None:
    """Open what was dropped, once the other program has let go of it; a data file becomes a table."""
    graph, table = dropped(event.mimeData(), GRAPHS), dropped(event.mimeData(), DATA_SUFFIXES)
    if graph is not None:
        event.acceptProposedAction()
        QTimer.singleShot(0, window, lambda: window.open(graph))
    elif table is not None and window.editing:
        event.acceptProposedAction()
        QTimer.singleShot(0, window, lambda: window.insert_table(table))


def dropped(data: QMimeData, suffixes: tuple[str, ...]) -> Path | None:
    """Return the first file with one of these endings among what is dragged, or None."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in suffixes), None)
