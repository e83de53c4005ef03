"""The window's commands about pictures of the graph: asking where to, saying what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from engine.errors import GradwireError

if TYPE_CHECKING:
    from app.window import Window


def export(window: Window, *, selection: bool = False) -> None:
    """Ask for a file, and write the graph or the selection as the picture its name asks for."""
    from app import pictures

    session = window.session
    folder = session.path.parent if session.path is not None else Path.home()
    path = window.prompts.save_picture(window, folder / f"{session.title}.png", pictures.FILTER)
    if path is None:
        return
    try:
        pictures.write(window.canvas, path, selection=selection)
    except GradwireError as error:
        window.prompts.tell(window, error.sentence)
    else:
        session.message.emit(f"Wrote {path.name}.")


def copy(window: Window) -> None:
    """Put a picture of the selection, or of the whole graph where nothing is selected, on the clipboard."""
    from app import pictures

    session = window.session
    some = bool(session.selection or session.selected_notes)
    try:
        QGuiApplication.clipboard().setMimeData(pictures.clip(window.canvas, selection=some))
    except GradwireError as error:
        session.message.emit(error.sentence)
    else:
        session.message.emit(f"Copied a picture of {'the selection' if some else 'the graph'}; the graph is inside it.")
