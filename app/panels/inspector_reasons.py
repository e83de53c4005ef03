"""The quiet line under a derivative that is zero, tiny, huge or not a number: why, and the node at fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.panels.inspector_parts import label
from app.theme import appearance
from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.messages import WireLook
    from app.worker.readings import Blame

QUESTIONS = {
    "zero": "Why is it zero?",
    "none": "Why is there none?",
    "small": "Why is it so small?",
    "huge": "Why is it so large?",
    "not finite": "Why is it not a number?",
}
LONGEST = 24
"""Letters of a node's name on a button."""


def question(what: str, look: WireLook | None) -> str:
    """Return what is asked about a derivative that a reason was found for, as it was looked at; "" where the look is
    a newer one, to which the reason does not belong."""
    if look is None or not look.cotangent:
        return QUESTIONS["none"] if what == "zero" else ""
    fits = {
        "zero": look.norm == 0,
        "small": look.cotangent_finite and look.norm != 0,
        "huge": look.cotangent_finite and look.norm != 0,
        "not finite": not look.cotangent_finite,
    }
    return QUESTIONS[what] if fits[what] else ""


class Why(QWidget):
    """The question, and a sentence for each reason with a button that goes to the node at fault."""

    def __init__(self, session: Session, socket: Socket) -> None:
        super().__init__()
        self.session, self.socket = session, socket
        self.question = label("", "strong")
        self.buttons: list[QPushButton] = []
        """Of the reasons whose fault another node is, in order."""
        self._shown: tuple[str, tuple[Blame, ...]] | None = None
        self._lines = QVBoxLayout()
        self._lines.setSpacing(appearance().px(4))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, appearance().px(4), 0, 0)
        column.setSpacing(appearance().px(4))
        column.addWidget(self.question)
        column.addLayout(self._lines)
        self.hide()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said."""
        return tuple(each.sentence for each in self._shown[1]) if self._shown is not None and self._shown[0] else ()

    def refresh(self) -> None:
        """Show the reasons that are known now."""
        found = self.session.watcher.reasons(self.socket)
        asked = question(found[0].what, self.session.look(self.socket)) if found else ""
        if self._shown == (asked, found):
            return
        self._shown = (asked, found)
        self.question.setText(asked)
        while (item := self._lines.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self.buttons = []
        for each in found if asked else ():
            self._lines.addWidget(label(each.sentence, "second", wrap=True, selectable=True))
            if each.node != self.socket.node and each.node in self.session.graph.nodes:
                self._lines.addWidget(self._button(each), 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(bool(asked))

    def _button(self, reason: Blame) -> QPushButton:
        name = self.session.label(reason.node)
        button = QPushButton(f"Go to {name if len(name) <= LONGEST else f'{name[:LONGEST]}…'}".replace("&", "&&"))
        button.setAccessibleDescription(reason.sentence)
        button.clicked.connect(lambda: self.session.reveal(reason.node))
        self.buttons.append(button)
        return button
