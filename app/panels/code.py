"""The code panel: the equations the loss became, the NumPy code that runs, and the tape of one evaluation. All
read-only text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.inspector_parts import label
from app.theme import appearance
from app.words import tr

if TYPE_CHECKING:
    from app.session import Session

PAGES = (
    ("code", "NumPy code", "What runs: one assignment for each equation of the loss and of its adjoint"),
    ("program", "Equations", "The program: each equation with its type and the node it came from"),
    ("tape", "Tape", "One evaluation, call by call: value forward, cotangent back"),
)
EMPTY = "Wire a loss into an optimizer to see the program it becomes."


class CodePanel(QWidget):
    """The panel. It asks for the texts only while it can be seen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("role", "code")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr("Code"))
        self.pages = QButtonGroup(self)
        self.caption = label("", "faint")
        self.copy = QPushButton(tr("Copy"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self._top = QHBoxLayout()
        for number, (_, title, tip) in enumerate(PAGES):
            button = QPushButton(tr(title))
            button.setProperty("role", "quiet")
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setToolTip(tr(tip))
            self.pages.addButton(button, number)
            self._top.addWidget(button)
        self._top.addWidget(self.caption, 1)
        self._top.addWidget(self.copy)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addWidget(self.text, 1)
        self.pages.idClicked.connect(lambda _: self._show())
        session.looks.artefacts_changed.connect(self._show)
        appearance().changed.connect(self._restyled)
        self._restyled()
        self._show()

    def _restyled(self) -> None:
        px = appearance().px
        self._column.setContentsMargins(px(12), px(8), px(12), px(8))
        self._column.setSpacing(px(8))
        self._top.setSpacing(px(6))

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: now the texts are wanted."""
        super().showEvent(event)
        self.session.looks.wants_artefacts = True
        self.session.looks.ask_artefacts()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: no longer."""
        super().hideEvent(event)
        self.session.looks.wants_artefacts = False

    def _show(self) -> None:
        looks = self.session.looks
        page = PAGES[self.pages.checkedId()]
        text = getattr(looks.artefacts, page[0]) if looks.artefacts is not None else looks.artefacts_fault or tr(EMPTY)
        self.caption.setText(tr(page[2]))
        if text != self.text.toPlainText():
            position = self.text.verticalScrollBar().value()
            self.text.setPlainText(text)
            self.text.verticalScrollBar().setValue(position)
