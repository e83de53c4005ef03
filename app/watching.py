"""Watching: why the inspected node's derivatives are as they are, and what goes wrong in training, found beside the
window and beside the run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.running import MOVING
from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.readings import Blame, Warned
    from engine.document import Changed
    from engine.graph import Kept

DELAY = 200
"""Milliseconds of rest after which questions are asked, so that a dragged slider asks none."""
APART = 2.0
"""Least seconds between two questions while a run is on,"""
SHARE = 20.0
"""and the least as so many times what the last answer took: a run is never slowed for it."""
WEARY = 3.0
"""Seconds of an answer after which its kind of question is asked no more of this document: it is too large for it."""


class Watcher(QObject):
    """Asks for reasons and badges whenever the values on the wires have changed, and remembers the answers."""

    reasons_changed = Signal()
    badges_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.on = True
        """Whether badges are looked for; `set_on` changes it."""
        self._reasons: tuple[str, Mapping[str, tuple[Blame, ...]]] = ("", {})
        self.badges: tuple[Warned, ...] = ()
        self._due: set[str] = set()
        self._weary: set[str] = set()
        self._not_before = 0.0
        self._listening = False
        self._soon = QTimer(self, singleShot=True, interval=DELAY)
        self._soon.timeout.connect(self._ask)
        session.values_changed.connect(lambda: self._want("why", "badges"))
        session.selection_changed.connect(lambda: self._want("why"))
        session.run_state_changed.connect(lambda _: self._want("why", "badges"))
        session.replaced.connect(self._replaced)
        session.changed.connect(self._changed)

    def reasons(self, socket: Socket) -> tuple[Blame, ...]:
        """Return why the derivative by an output of the inspected node is as it is; () where it is in order."""
        node, found = self._reasons
        return found.get(socket.name, ()) if node == socket.node else ()

    def of(self, node: str) -> tuple[Warned, ...]:
        """Return the badges of a node."""
        return tuple(each for each in self.badges if each.node == node)

    def set_on(self, on: bool) -> None:
        """Look for badges from now on, or no more."""
        if on != self.on:
            self.on = on
            self._weary.discard("badges")
            self._show_badges(())
            self._want("badges")

    # Asking -------------------------------------------------------------------------------------------------------

    def _want(self, *kinds: str) -> None:
        self._due.update(kinds)
        if self._session.has_engine and not self._soon.isActive():
            self._soon.start(DELAY)

    def _ask(self) -> None:
        """Ask what is due, unless a run is on that was asked about only just now."""
        session = self._session
        wait = self._not_before - time.monotonic() if session.run_state in MOVING else 0.0
        if wait > 0 or session.looks.live:  # what a dragged number leads to goes first
            self._soon.start(max(DELAY, round(1000 * wait)))
            return
        if not session.looks.listens:
            return
        due, self._due = self._due - self._weary, set()
        if due:
            self._listen()
            self._not_before = time.monotonic() + APART
        if "why" in due and session.current is not None:
            session.looks.ask_why(session.current)
        if "badges" in due and self.on:
            self._ask_badges()

    def _ask_badges(self) -> None:
        session = self._session
        if session.moment() is None or session.stale:
            session.looks.ask_badges(None)
            return
        document = session.document

        def ask(kept: Kept) -> None:
            if document is session.document and self.on:
                session.looks.ask_badges(kept)

        session.runs.kept(min(session.lane, len(session.lanes) - 1), ask)

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            asks = self._session.asks
            asks.why_ready.connect(self._why_ready)
            asks.badges_ready.connect(self._badges_ready)
            asks.failed.connect(self._failed)

    # Answers ------------------------------------------------------------------------------------------------------

    def _why_ready(self, revision: int, node: str, reasons: Mapping[str, tuple[Blame, ...]]) -> None:
        self._pace("why")
        self._show_reasons(node, reasons)

    def _badges_ready(self, revision: int, badges: tuple[Warned, ...]) -> None:
        self._pace("badges")
        if self.on:
            self._show_badges(tuple(each for each in badges if each.node in self._session.graph.nodes))

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        """Nothing can be said: whatever is wrong with the graph or the run is said elsewhere."""
        if question == "why":
            self._pace(question)
            self._show_reasons("", {})
        elif question == "badges":
            self._pace(question)
            self._show_badges(())

    def _pace(self, kind: str) -> None:
        took = self._session.asks.took
        self._not_before = max(self._not_before, time.monotonic() + SHARE * took)
        if took > WEARY:
            self._weary.add(kind)

    def _show_reasons(self, node: str, reasons: Mapping[str, tuple[Blame, ...]]) -> None:
        if self._reasons != (node, reasons):
            self._reasons = (node, reasons)
            self.reasons_changed.emit()

    def _show_badges(self, badges: tuple[Warned, ...]) -> None:
        if badges != self.badges:
            self.badges = badges
            self.badges_changed.emit()

    # What becomes of the document ---------------------------------------------------------------------------------

    def _changed(self, change: Changed) -> None:
        """What was said of nodes that are gone, or cannot be found out anew, is said no more."""
        if change.removed:
            self._show_badges(tuple(each for each in self.badges if each.node not in change.removed))
        if change.semantic and "why" in self._weary:
            self._show_reasons("", {})
        if change.semantic and "badges" in self._weary:
            self._show_badges(())

    def _replaced(self) -> None:
        self._soon.stop()
        self._due.clear()
        self._weary.clear()
        self._show_reasons("", {})
        self._show_badges(())
