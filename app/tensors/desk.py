"""The open viewers of one document: one asks after the other, whenever the values on the wires have changed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.tensors.viewer import TensorViewer
from app.worker import questions as q
from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session

APART: Final = 0.08
"""Least seconds between two rounds of questions,"""
SHARE: Final = 4.0
"""and as so many times what the last answer took: a run, or a dragged number, goes first."""
COPIED: Final = "Copied {} numbers as {}."
FORMS: Final = {"text": "text", "csv": "CSV", "numpy": "NumPy"}


class TensorDesk(QObject):
    """Opens viewers, one for each output and part, and keeps them fresh."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._window = session, parent
        self.viewers: list[TensorViewer] = []
        self._due: list[tuple[TensorViewer, str]] = []
        self._asked: tuple[TensorViewer, str] | None = None
        self._revision = -1
        self._listening = False
        self._not_before = 0.0
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._ask)
        session.values_changed.connect(self._stale)
        session.replaced.connect(self.close_all)
        session.tensor_requested.connect(self.open)

    def open(self, socket: Socket, cotangent: bool = False) -> TensorViewer:
        """Show the viewer of an output's value or derivative: that which is open, or a new one."""
        for each in self.viewers:
            if each.socket == socket and each.cotangent == cotangent:
                each.raise_()
                each.activateWindow()
                return each
        made = TensorViewer(self._session, socket, cotangent=cotangent, parent=self._window)
        made.wishes.connect(lambda: self._want(made, ""))
        made.copy_wanted.connect(lambda form: self._want(made, form))
        made.closed.connect(lambda: self._forget(made))
        self.viewers.append(made)
        made.show()
        self._want(made, "")
        return made

    def close_all(self) -> None:
        """Close all viewers: another document is shown."""
        for each in tuple(self.viewers):
            each.close()

    def _forget(self, viewer: TensorViewer) -> None:
        self.viewers = [each for each in self.viewers if each is not viewer]
        self._due = [each for each in self._due if each[0] is not viewer]

    def _stale(self) -> None:
        for each in self.viewers:
            self._want(each, "", soon=False)

    def _want(self, viewer: TensorViewer, form: str, *, soon: bool = True) -> None:
        if viewer not in self.viewers or not self._session.has_engine:
            return
        if (viewer, form) not in self._due:
            self._due.append((viewer, form))
        if not self._soon.isActive():
            wait = 0.0 if soon else max(0.0, self._not_before - time.monotonic())
            self._soon.start(round(1000 * wait))

    def _ask(self) -> None:
        """Ask for the first that is due; a question on its way is waited for, unless the graph has changed since: its
        answer never comes then."""
        if self._asked is not None and self._revision != self._session.looks.revision:
            lost, self._asked = self._asked, None
            if lost[0] in self.viewers and lost not in self._due:
                self._due.append(lost)
        if self._asked is not None or not self._due:
            return
        if not self._listening:
            self._listening = True
            self._session.asks.tensor_ready.connect(self._ready)
            self._session.asks.failed.connect(self._failed)
        self._asked = viewer, form = self._due.pop(0)
        moment = self._session.moment()

        def make(question: int) -> q.AskTensor:
            socket = viewer.socket
            return q.AskTensor(
                question, socket.node, socket.name, viewer.cotangent, viewer.index, viewer.rows, viewer.columns, form,
                moment,
            )  # fmt: skip

        self._revision = self._session.looks.ask_tensor(make)

    def _ready(self, revision: int, answer: q.TensorIs) -> None:
        asked, self._asked = self._asked, None
        took = self._session.asks.took
        self._not_before = time.monotonic() + max(APART, SHARE * took)
        if asked is not None and asked[0] in self.viewers:
            viewer, form = asked
            if form and answer.seen is not None and not self._veiled(viewer):
                QGuiApplication.clipboard().setText(answer.text)
                rows, columns = viewer.model.extent
                self._session.message.emit(COPIED.format(f"{rows * columns:,}", FORMS[form]))
            elif answer.cotangent == viewer.cotangent:
                viewer.show_seen(None if self._veiled(viewer) else answer.seen)
        self._next()

    def _veiled(self, viewer: TensorViewer) -> bool:
        """Return whether it would show what a learner is to find."""
        return viewer.cotangent and viewer.socket in self._session.looks.veiled

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        if question != "tensor":
            return
        asked, self._asked = self._asked, None
        if asked is not None and asked[1]:
            self._session.message.emit(sentence)
        self._next()

    def _next(self) -> None:
        if self._due:
            self._soon.start(max(0, round(1000 * (self._not_before - time.monotonic()))))
