"""What the inspector says of a muted node: that it is passed by, what goes through it, and a button to end that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.canvas.scene import passing
from app.panels.inspector_parts import Card, label
from app.words import tr
from engine.edits import SetMuted
from engine.sockets import input_label

if TYPE_CHECKING:
    from app.session import Session


class Muted(Card):
    """A sentence and a button; hidden while the node works."""

    def __init__(self, session: Session, id: str) -> None:
        self._session, self._id = session, id
        self.text = label("", "body", wrap=True)
        self.button = QPushButton(tr("Unmute"))
        self.button.setToolTip(tr("Let the node work again (M on the canvas)"))
        self.button.clicked.connect(lambda: session.apply(SetMuted(id, False)))
        super().__init__(self.text)
        self.column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        """Show how things stand."""
        muted = self._session.node(self._id).muted
        self.setVisible(muted)
        if muted:
            self.text.setText(sentence(self._session, self._id))


def sentence(session: Session, id: str) -> str:
    """Return what becomes of the values at a muted node."""
    declared = session.operator(id)
    told = [
        f"{input_label(session.graph, declared, id, name)} goes on as {output}" for name, output in passing(session, id)
    ]
    if told:
        return f"This node is muted: it does nothing, and {', '.join(told)}."
    return "This node is muted: it does nothing, and nothing goes on through it."
