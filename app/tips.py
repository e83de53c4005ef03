"""Texts that come from a document or from a file's name, shown as they are."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt  # QtCore.Qt has no mightBeRichText
from PySide6.QtWidgets import QWidget


def gives(widget: QWidget, command: str, says: str) -> None:
    """Say in a widget's tool tip what it does, and that it gives a command: the window adds the command's keys."""
    widget.setProperty("command", command)
    widget.setProperty("tip", says)
    widget.setToolTip(says)


def tip(text: str) -> str:
    """Return the tool tip that shows `text` as it is.

    Qt takes a tip in which it sees a tag for rich text, and would then load the files that it names: a node called
    `<img src="/dev/zero">` would stop the window as soon as the mouse rests on it.
    """
    if not Qt.mightBeRichText(text):
        return text
    lines = html.escape(text).replace("\n", "<br>")
    return f"<qt>{lines}</qt>"
