"""Stepping through an optimizer step of the open document: the recorded step, where one is in it, and playing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.running import MOVING
from app.stepping.steps import Steps
from app.worker.stepped import Wish

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.messages import WireLook
    from app.worker.stepped import Detail, Stepped
    from engine.document import Changed
    from engine.graph import Kept, Socket

PACES: Final[Mapping[str, float]] = {
    "0.1x": 0.1, "0.2x": 0.2, "0.5x": 0.5, "1x": 1.0, "2x": 2.0, "5x": 5.0, "10x": 10.0,
}  # fmt: skip
BEAT: Final = 500
"""Milliseconds of a micro-step that is played at pace 1x."""
REST: Final = 150
"""Milliseconds after a move at which what is slower to draw follows."""
EDITED: Final = "The graph was edited: stepping has ended."
GOES_ON: Final = "The run goes on: stepping has ended."
RESET: Final = "The run was reset: stepping has ended."
NO_ENGINE: Final = "There is no engine here to record a step."
VEILED: Final = "The derivatives are to be found by hand here: no step is recorded."
EMPTY: Final = "Wire a loss into an optimizer to step through what it does."


class Stepping(QObject):
    """One recorded optimizer step of a session, and where one is in it. While it is on, wires show what is known so
    far. Nothing is computed here: steps are recorded in the process that answers questions."""

    changed = Signal()
    """Stepping began or ended, another step was recorded, or it cannot be: see `sentence`."""
    moved = Signal(object)
    """One is elsewhere in the step: the sockets at which something else is known now."""
    rested = Signal()
    """One has stayed for a moment."""
    playing_changed = Signal()
    detail_changed = Signal()
    breakpoints_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.steps: Steps | None = None
        self.wish = Wish()
        self.sentence = ""
        """Why there is nothing to step through, or what was left out."""
        self.waiting = False
        self.detail: Detail | None = None
        self.breakpoints: frozenset[str] = frozenset()
        self.panel_seen = False
        """Whether the panel of steps can be seen: else the canvas says how far one is."""
        self._pace = "1x"
        self._listening = False
        self._revision = -1
        self._timer = QTimer(self, interval=BEAT)
        self._timer.timeout.connect(self._beat)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.rested)

    @property
    def on(self) -> bool:
        """Whether a step is being gone through."""
        return self.steps is not None

    @property
    def position(self) -> int:
        """How many micro-steps lie behind."""
        return self.steps.position if self.steps is not None else 0

    @property
    def count(self) -> int:
        """How many micro-steps there are."""
        return self.steps.count if self.steps is not None else 0

    def look(self, socket: Socket) -> WireLook | None:
        """Return what is known at an output so far."""
        return self.steps.look(socket) if self.steps is not None else None

    # Recording ----------------------------------------------------------------------------------------------------

    def begin(self, **wish: object) -> None:
        """Record a step, as it was wished last but for what is given, and go through it from its start."""
        session = self._session
        self.wish = msgspec.structs.replace(self.wish, **wish)
        self.stop()
        if not session.has_engine or not session.graph.nodes:
            self._fail(NO_ENGINE if not session.has_engine else EMPTY)
            return
        if session.looks.veiled:
            self._fail(VEILED)
            return
        if session.run_state in MOVING:
            session.pause()
        self._listen()
        self.waiting, self.sentence = True, ""
        self.changed.emit()
        if session.moment() is None:
            self._ask(None)
            return
        document = session.document

        def ask(kept: Kept) -> None:
            if document is session.document and self.waiting:
                self._ask(kept)

        session.runs.kept(min(session.lane, len(session.lanes) - 1), ask)

    def _ask(self, kept: Kept | None) -> None:
        self._revision = self._session.looks.ask_trace(self.wish, kept)

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            self._session.changed.connect(self._edited)
            self._session.replaced.connect(self._replaced)
            self._session.run_state_changed.connect(self._run_state_changed)
            if self._session.has_engine:
                asks = self._session.asks
                asks.trace_ready.connect(self._trace_ready)
                asks.step_ready.connect(self._step_ready)
                asks.failed.connect(self._failed)

    def _trace_ready(self, revision: int, stepped: Stepped) -> None:
        if self.waiting and revision == self._revision:
            self.show(stepped)

    def show(self, stepped: Stepped) -> None:
        """Go through a recorded step, from its start."""
        self._listen()
        session = self._session

        def name(node: str) -> str:
            return session.label(node) if node in session.graph.nodes else node

        def kind(socket: Socket) -> str:
            found = session.type_of(socket)
            return "" if found is None else str(found)

        self.stop()
        self.steps = Steps(stepped, name, kind)
        self.waiting, self.sentence, self.detail = False, stepped.sentence, None
        self.wish = msgspec.structs.replace(self.wish, optimizer=stepped.optimizer)
        self._told_anew()

    def end(self, sentence: str = "") -> None:
        """Leave the step: wires show what they showed before. Nothing where there is none."""
        self.stop()
        self.waiting = False
        if self.steps is not None:
            self.steps, self.detail = None, None
            self.sentence = sentence
            self._told_anew()
            if sentence:
                self._session.message.emit(sentence)
        elif sentence != self.sentence:
            self.sentence = sentence
            self.changed.emit()

    def _told_anew(self) -> None:
        self.changed.emit()
        self._session.values_changed.emit()

    def _fail(self, sentence: str) -> None:
        had = self.steps is not None
        self.waiting, self.steps, self.detail, self.sentence = False, None, None, sentence
        self._told_anew() if had else self.changed.emit()

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        if question == "trace" and self.waiting:
            self._fail(sentence)

    # What ends it -------------------------------------------------------------------------------------------------

    def _edited(self, change: Changed) -> None:
        gone = self.breakpoints - self._session.graph.nodes.keys()
        if gone:
            self._set_breakpoints(self.breakpoints - gone)
        if (self.on or self.waiting) and (change.semantic or change.renamed or change.kept):
            self.end(EDITED)

    def _replaced(self) -> None:
        self.end()
        self.wish = Wish()
        self._set_breakpoints(frozenset())

    def _run_state_changed(self, state: str) -> None:
        if self.on and state in (*MOVING, "idle"):
            self.end(RESET if state == "idle" else GOES_ON)

    # Going --------------------------------------------------------------------------------------------------------

    def go(self, position: int) -> None:
        """Go to where so many micro-steps lie behind, or to the nearest end."""
        if self.steps is None:
            return
        before = self.steps.position
        touched = self.steps.walk.go(position)
        if self.steps.position != before:
            self.detail = None
            self.moved.emit(touched)
            self._rest.start()

    def forward(self) -> None:
        """Make one micro-step."""
        self.go(self.position + 1)

    def back(self) -> None:
        """Take the last micro-step back."""
        self.go(self.position - 1)

    def to_start(self) -> None:
        """Take all back."""
        self.go(0)

    def to_end(self) -> None:
        """Make all that are left."""
        self.go(self.count)

    # Playing ------------------------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether micro-steps are made one after the other."""
        return self._timer.isActive()

    @property
    def pace(self) -> str:
        """How fast they are made, a key of PACES."""
        return self._pace

    def set_pace(self, pace: str) -> None:
        """Play at a pace of PACES, from now on."""
        self._pace = pace
        self._timer.setInterval(round(BEAT / PACES[pace]))

    def play(self) -> None:
        """Make micro-steps one after the other, from the start where one is at the end; or stop."""
        if self.playing:
            self.stop()
        elif self.steps is not None:
            if self.position == self.count:
                self.to_start()
            self._timer.start()
            self.playing_changed.emit()

    def stop(self) -> None:
        """Play no more."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit()

    def _beat(self) -> None:
        before = self.steps.here if self.steps is not None else None
        self.forward()
        here = self.steps.here if self.steps is not None else None
        if here is None or self.position == self.count:
            self.stop()
        elif self._breaks(before, here):
            self.stop()
            self._session.message.emit(f"Stopped at {self._session.label(here.node)}.")

    def _breaks(self, before: object, here: object) -> bool:
        """Whether a stretch of micro-steps begins at a node that has a breakpoint."""
        assert self.steps is not None  # noqa: S101 - the caller has looked
        met = self.breakpoints & set(self.steps.nodes_of(here))  # type: ignore[arg-type]
        same = before is not None and (before.phase, before.node, before.place) == (here.phase, here.node, here.place)  # type: ignore[attr-defined]
        return bool(met) and not same

    def toggle_breakpoint(self, node: str) -> None:
        """Let playing stop at a node, or no more."""
        self._listen()
        self._set_breakpoints(self.breakpoints ^ {node})

    def _set_breakpoints(self, nodes: frozenset[str]) -> None:
        if nodes != self.breakpoints:
            self.breakpoints = nodes
            self.breakpoints_changed.emit()

    def set_panel_seen(self, seen: bool) -> None:
        """Say whether the panel of steps can be seen."""
        if seen != self.panel_seen:
            self.panel_seen = seen
            if self.on:
                self.moved.emit(frozenset())

    # More of a micro-step -----------------------------------------------------------------------------------------

    def ask_detail(self, argument: int = 0, row: int = 0, column: int = 0) -> None:
        """Ask for the micro-step just made whole."""
        if self.steps is not None and self.position and self._session.has_engine:
            self._session.asks.ask_step(self.steps.stepped.serial, self.position - 1, argument, row, column)

    def _step_ready(self, revision: int, detail: Detail) -> None:
        if self.steps is not None and detail.serial == self.steps.stepped.serial:
            self.show_detail(detail)

    def show_detail(self, detail: Detail) -> None:
        """Show a micro-step whole, if it is the one just made."""
        if detail.number == self.position - 1:
            self.detail = detail
            self.detail_changed.emit()
