"""What a lesson is judged by, gathered from a session: its graph, how far its runs came, and numbers from the asking
process. The newest question wins; an answer is about the graph as it is, or is dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.worker.readings import Factor
from engine.lessons.facts import Facts
from engine.lessons.lesson import Quantity

if TYPE_CHECKING:
    from app.session import Session

DELAY: Final = 60
"""Milliseconds between a change and the question that follows from it."""
WHILE_RUNNING: Final = 200
"""Milliseconds between two looks at a run."""
LAST: Final = 8
"""Steps of a run's end among which its last loss is looked up: so few are kept one by one."""


class Measuring(QObject):
    """Keeps the facts fresh. `came` tells of new ones: after each edit, each look at the wires, each state of a run."""

    came = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: tuple[Quantity, ...] = ()
        self._sockets: tuple[str, ...] = ()
        self.numbers: Mapping[Quantity, float] = {}
        self.factors: Mapping[str, Sequence[Factor]] = {}
        """What derivatives by outputs are made of, by "node.socket"."""
        self.sentence = ""
        """Why there are no numbers; "" where nothing failed."""
        self.waiting = False
        """Whether numbers were asked for that have not come."""
        self._soon = QTimer(self, singleShot=True, interval=DELAY)
        self._soon.timeout.connect(self.ask)
        self._ticking = QTimer(self, singleShot=True, interval=WHILE_RUNNING)
        self._ticking.timeout.connect(self.ask)
        self._signals = (session.changed, session.values_changed, session.run_state_changed, session.problems_changed)
        for signal in self._signals:
            signal.connect(self._stale)
        if session.has_engine:
            session.runs.ticked.connect(self._ticked)
        session.looks.numbers_ready.connect(self._ready)
        session.looks.numbers_failed.connect(self._failed)

    def want(self, quantities: Sequence[Quantity], sockets: Sequence[str] = ()) -> None:
        """Say which numbers are wanted from now on, and the derivatives by which outputs are to be explained."""
        self._wanted, self._sockets = tuple(quantities), tuple(sockets)
        self.numbers, self.factors, self.sentence = {}, {}, ""
        self.waiting = bool(self._wanted)
        self._soon.start(0)

    def _stale(self, *_: object) -> None:
        """Something may have changed: what is known is of before, until it is asked anew."""
        self.waiting = bool(self._wanted)
        self._soon.start(DELAY)

    def _ticked(self) -> None:
        if not self._ticking.isActive():
            self._ticking.start()

    def ask(self) -> None:
        """Ask now; where no numbers are wanted, or nobody can answer, tell at once of what there is."""
        self._soon.stop()
        wanted = [(each.what, each.at, each.index) for each in self._wanted]
        asked = bool(wanted) and self._session.looks.ask_numbers(wanted, self._sockets)
        self.waiting = asked
        if not asked:
            self.came.emit()

    def _ready(self, numbers: Sequence[tuple[str, str, int, float]], factors: Mapping[str, Sequence[Factor]]) -> None:
        if self._outdated:
            return
        found = {Quantity(what, at, index): value for what, at, index, value in numbers}  # type: ignore[arg-type]
        self.numbers = {each: found[each] for each in self._wanted if each in found}
        self.factors, self.sentence, self.waiting = factors, "", self._soon.isActive()
        self.came.emit()

    @property
    def _outdated(self) -> bool:
        """Whether what comes is the answer to an older question: a newer one, of a later moment, waits already."""
        return self._session.asks.busy("numbers")

    def _failed(self, sentence: str) -> None:
        if self._outdated:
            return
        self.numbers, self.factors, self.sentence, self.waiting = {}, {}, sentence, self._soon.isActive()
        self.came.emit()

    @property
    def facts(self) -> Facts:
        """How things stand."""
        session = self._session
        losses: dict[str, float] = {}
        steps: dict[str, int] = {}
        if session.has_engine and session.run_state != "idle" and not session.stale:
            runs = session.runs
            for number, lane in enumerate(runs.lanes):
                steps |= dict.fromkeys(lane.optimizers, runs.steps_of(number))
                for series in lane.series:
                    if series.kind == "loss":
                        curve = runs.curve(number, series, start=max(0, runs.steps_of(number) - LAST))
                        if len(curve.mean):
                            losses[series.node] = float(curve.mean[-1])
        return Facts(session.graph, session.library, dict(self.numbers), losses, steps)

    def close(self) -> None:
        """Ask no more."""
        self._soon.stop()
        self._ticking.stop()
        for signal in self._signals:
            signal.disconnect(self._stale)
        if self._session.has_engine:
            self._session.runs.ticked.disconnect(self._ticked)
        self._session.looks.numbers_ready.disconnect(self._ready)
        self._session.looks.numbers_failed.disconnect(self._failed)
