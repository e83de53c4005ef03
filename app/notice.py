"""A notice: one sentence above a document about its file, and what can be done about it. It takes no question's place:
the person works on, and answers when it suits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.panels.inspector_parts import Elided
from app.theme import appearance
from app.tips import tip
from app.words import tr


class Notice(QWidget):
    """The strip. It is hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sentence = Elided("", "", align=Qt.AlignmentFlag.AlignLeft)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.sentence, 1)
        self._dismissed = ""
        appearance().changed.connect(self._restyled)
        self._restyled()
        self.hide()

    def _restyled(self) -> None:
        px = appearance().px
        self._row.setContentsMargins(px(16), px(6), px(10), px(6))
        self._row.setSpacing(px(8))

    def say(self, sentence: str, choices: Sequence[tuple[str, Callable[[], object]]] = ()) -> None:
        """Say a sentence and offer choices, unless the same was dismissed; "" says nothing."""
        if sentence != self._dismissed:
            self._dismissed = ""
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = [self._button(text, act) for text, act in choices]
        if sentence:
            self.buttons.append(self._button("Dismiss", self._dismiss))
        self.sentence.setText(sentence)
        self.sentence.setToolTip(tip(sentence))
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence) and sentence != self._dismissed)
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _button(self, text: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(tr(text), self)
        if text == "Dismiss":
            button.setProperty("role", "quiet")
        button.clicked.connect(lambda _=False: act())
        self._row.addWidget(button)
        button.show()
        return button

    def _dismiss(self) -> None:
        self._dismissed = self.sentence.text()
        self.hide()
