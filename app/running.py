"""Running: starts a session's runs from the document as it is, keeps what they reach, and says what stopped them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.assets import ASSETS
from app.carrying import carried, computes_same, with_settings
from engine.edits import SetKept
from engine.graph import Graph, Kept
from engine.problems import Problem

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.client import RunControl
    from app.worker.messages import Moment
    from engine.document import Document

ACTIVE = ("starting", "running", "paused")
"""The states of a run that can still make steps."""
MOVING = ("starting", "running")

ENGINE_CODES = ("run", "look")
"""Problems that the engine processes met: the next run says for itself whether they are still there."""


class Running(QObject):
    """The run of one session. The control of its process is made when first asked for, and not started by that."""

    state_changed = Signal(str)
    lane_changed = Signal()
    problem_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._control: RunControl | None = None
        self._run_of = Graph()
        """What the run computes: the graph as it was when it started, with the settings that it was told since."""
        self._apart = False
        """Whether the run was told of settings while it was of another graph: no edit leads back to what it does."""
        self.lane = 0
        """Which of several optimizers' values the wires show."""
        self.problem: Problem | None = None
        """What the last run failed at, or paused for."""

    @property
    def control(self) -> RunControl:
        """The control of the `run` process."""
        if self._control is None:
            from app.worker.client import RunControl  # keeps sessions without an engine free of multiprocessing

            self._control = RunControl(self)
            self._control.plugins = self._session.library.packages
            self._control.state_changed.connect(self._state_changed)
            self._control.ticked.connect(self._session.looks.run_ticked)
        return self._control

    @property
    def state(self) -> str:
        """idle, starting, running, paused, finished or failed."""
        return self._control.state if self._control is not None else "idle"

    @property
    def stale(self) -> bool:
        """Whether the graph was edited since the run started."""
        return self._control is not None and self._control.stale

    @property
    def lanes(self) -> tuple[str, ...]:
        """What people call the optimizers that run side by side; () before the first run."""
        return tuple(lane.name for lane in self._control.lanes) if self._control is not None else ()

    def set_lane(self, lane: int) -> None:
        """Show the values of another optimizer on the wires."""
        if lane != self.lane:
            self.lane = lane
            self.lane_changed.emit()

    def moment(self) -> Moment | None:
        """Return where the shown lane stands; None while there is no run. Where the graph was edited since, the values
        of those parameters that are as they were."""
        if self._control is None or self.state == "idle" or not self._control.lanes:
            return None
        moment = self._control.moment(min(self.lane, len(self._control.lanes) - 1))
        if moment is None or not self.stale:
            return moment
        session = self._session
        return carried(moment, self._run_of, session.graph, session.library, session.inference.types)

    def start(self, *, paused: bool = False, pause_at: int | None = None) -> bool:
        """Start a run (to pause at a step), or go on with a paused one; return whether there is one now.

        An error in the graph is said and shown instead. A paused run of a graph that has been edited since is given up
        for a new one.
        """
        session = self._session
        if not session.has_engine:
            return False
        if self.state == "paused" and not self.stale:
            self.control.resume()
            return True
        session.refresh()
        error = next((p for p in session.problems if p.severity == "error" and p.code not in ENGINE_CODES), None)
        if error is not None:
            session.message.emit(error.sentence)
            session.reveal(error.node or "")
            return False
        self._set_problem(None)
        self._run_of, self._apart = session.graph, False
        self.control.run(session.content, session.folder, ASSETS, paused=paused, pause_at=pause_at)
        return True

    def pause(self) -> None:
        """Stop after the step being done."""
        if self._control is not None:
            self._control.pause()

    def step(self) -> None:
        """Do one step, starting a run that is paused at once where there is none."""
        held = self.state == "paused" and not self.stale
        if held or (self.state not in MOVING and self.start(paused=True)):
            self.control.step()

    def release(self) -> None:
        """End the process where it holds nothing of a run."""
        if self._control is not None:
            self._control.release()

    def stop(self) -> None:
        """End the run where it is."""
        if self._control is not None:
            self._control.stop()

    def reset(self) -> None:
        """Forget the run."""
        if self._control is not None:
            self._control.reset()

    def document_replaced(self) -> None:
        """Another document is shown: its run is none yet."""
        self.reset()
        self.lane = 0
        self._set_problem(None)

    def graph_changed(self, nodes: Collection[str], *, live: bool) -> None:
        """What the graph computes has changed: by `live` settings of these nodes that the run hears of, or by anything
        else. Where an edit was taken back, the run is one of this graph again."""
        self._set_problem(None)
        if self._control is None or self.state == "idle":
            return
        now = self._session.graph
        if live and not self.stale:
            self._run_of = with_settings(self._run_of, now, nodes)
        elif live:
            self._apart = True
        else:
            self._control.mark_stale(self._apart or not computes_same(self._run_of, now))

    def keep(self) -> None:
        """Write the shown lane's parameters into the document as one undoable edit."""
        if self._control is not None and self.state != "idle":
            document = self._session.document
            self._control.kept(self.lane, lambda kept: self._keep(document, kept))

    def close(self) -> None:
        """End the process. Idempotent."""
        if self._control is not None:
            self._control.close()

    def _keep_at_end(self) -> None:
        """Keep the values of the first lane with an optimizer that is set to keep them, unless the graph was edited."""
        session, document = self._session, self._session.document
        for number, lane in enumerate(self.control.lanes):
            asked = any(id in session.graph.nodes and session.setting(id, "keep") for id in lane.optimizers)
            if asked and not self.stale:
                self.control.kept(number, lambda kept: self._keep(document, kept))
                return

    def _keep(self, document: Document, kept: Kept) -> None:
        session = self._session
        if document is session.document and session.apply(SetKept(kept)):
            session.message.emit(f"Kept the values of step {kept.step:,}. Undo takes them back.")

    def _set_problem(self, problem: Problem | None) -> None:
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()

    def _state_changed(self, state: str) -> None:
        sentence = self.control.sentence
        if state in ("failed", "paused") and sentence:
            self._set_problem(Problem("error", "run", sentence, self.control.node))
            self._session.message.emit(sentence)
        elif state in ("idle", *MOVING):
            self._set_problem(None)
        self.state_changed.emit(state)
        if state == "finished":
            if sentence:
                self._session.message.emit(sentence)
            self._keep_at_end()
