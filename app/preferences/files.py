"""The section of files: those used last, whether `.dgraph` files open with Gradwire, and where everything is kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app import association
from app.preferences.parts import Row, button, card, control, line
from app.theme import appearance

if TYPE_CHECKING:
    from pathlib import Path

    from app.window import Window


REOPEN: Final = Row(
    "reopen",
    "Open the tabs of last time",
    "At the start, instead of the start page; work that was not saved is offered there in any case.",
    lambda w: w.settings.reopen,
    lambda w, _: w.toggle_reopen(),
)


def section(window: Window) -> QWidget:
    """Return the section."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(appearance().px(16))
    rows = [line(REOPEN.text, REOPEN.help, control(REOPEN, window)), _recent(window)]
    if sys.platform not in ("win32", "darwin"):
        rows.append(_association(window))
    column.addWidget(card(rows))
    places = (("Settings", window.config), ("Unsaved work and crash reports", window.data))
    found = [_place(window, name, folder) for name, folder in places if folder is not None]
    if found:
        column.addWidget(card(found))
    return made


def _recent(window: Window) -> QWidget:
    count = len(window.settings.recent)
    clear = button("Clear", window.forget_recent, name="Clear the recent files")
    clear.setEnabled(bool(count))
    told = f"{count} on the start page and in the File menu." if count else "None yet."
    return line("Recent files", told, clear)


def _association(window: Window) -> QWidget:
    home = association.data_home()
    box = QCheckBox()
    box.setObjectName("association")
    box.setChecked(association.installed(home))

    def change(on: bool) -> None:
        try:
            association.install(home) if on else association.remove(home)
        except OSError as fault:
            window.session.message.emit(f"{fault.filename or home} cannot be written: {fault.strerror or fault}.")
        box.blockSignals(True)
        box.setChecked(association.installed(home))
        box.blockSignals(False)

    box.toggled.connect(change)
    return line("Open .dgraph files with Gradwire", "A menu entry, a file type and icons, for you alone.", box)


def _place(window: Window, name: str, folder: Path) -> QWidget:
    opened = button(
        "Open folder",
        lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))),
        name=f"Open the folder: {name}",
    )
    return line(name, str(folder), opened)
