"""The code panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPlainTextEdit

if TYPE_CHECKING:
    from app.session import Session


class CodePanel(QPlainTextEdit):
    """Shows the generated program."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setReadOnly(True)
        self.setProperty("role", "code")
