"""Explaining: the inspected node's partials and the chain rule to it, asked for after every look, and the turns that a
person chose on the way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.running import MOVING
from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.readings import Explained

DELAY = 30
"""Milliseconds of rest before a question: after those about what every wire carries."""
SHARE, MOVING_SHARE = 2.0, 12.0
"""How long nothing is asked, as so many times what the last answer took; more while a run is on."""
WEARY = 3.0
"""Seconds of an answer after which nothing more is asked by itself of this document: it is too large for it."""


class Explainer(QObject):
    """Knows the newest explanation of one output at a time: that which is asked for by `follow`."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._about: Socket | None = None
        self._known: tuple[Socket, Explained] | None = None
        self._asked: object = None
        self._listening = False
        self._not_before, self._weary = 0.0, False
        self.turns: dict[str, str] = {}
        """To which node the path goes on from an output ("node.output") that several read."""
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._ask)
        session.replaced.connect(self._replaced)

    def of(self, socket: Socket) -> Explained | None:
        """Return what is known of an output."""
        return self._known[1] if self._known is not None and self._known[0] == socket else None

    @property
    def settled(self) -> bool:
        """Whether what is followed is known."""
        return self._known is not None and self._known[0] == self._about

    def follow(self, socket: Socket) -> None:
        """Keep the explanation of this output fresh: ask where there was a look since the last question."""
        if socket != self._about:
            self._about, self._asked, self._not_before = socket, None, 0.0
        if self._session.looks.listens and not self._weary and not self._soon.isActive():
            wait = max(0.0, self._not_before - time.monotonic())
            self._soon.start(max(DELAY, round(1000 * wait)))

    def turn(self, source: str, node: str) -> None:
        """Let the path go on from an output to this node."""
        self.turns[source] = node
        self._weary, self._asked = False, None
        if self._about is not None:
            self.follow(self._about)

    def _ask(self) -> None:
        session, about = self._session, self._about
        stands = session.looks.looks, about
        if about is None or about.node not in session.graph.nodes or stands == self._asked:
            return
        if not session.looks.listens:
            return
        if not self._listening:
            self._listening = True
            session.asks.explanation_ready.connect(self._ready)
            session.asks.failed.connect(self._failed)
        self._asked = stands
        session.looks.ask_explanation(about, self.turns)

    def _ready(self, revision: int, node: str, output: str, explained: Explained) -> None:
        self._pace()
        self._known = Socket(node, output), explained
        self.changed.emit()

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        if question == "explanation":
            self._pace()
            self._known = None
            self.changed.emit()

    def _pace(self) -> None:
        took = self._session.asks.took
        share = MOVING_SHARE if self._session.run_state in MOVING else SHARE
        self._not_before = time.monotonic() + share * took
        self._weary = took > WEARY

    def _replaced(self) -> None:
        self._soon.stop()
        self._about = self._known = self._asked = None
        self._weary, self.turns = False, {}
