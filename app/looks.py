"""LookBook: what is known of the values on the wires, kept fresh by questions to the `ask` process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.assets import ASSETS
from engine.graph import Kept, Socket
from engine.problems import Problem
from engine.types import Type

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.asking import AskClient
    from app.worker.messages import Artefacts, Looks, ParameterCheck, ViewData, WireLook
    from app.worker.questions import AskTensor
    from app.worker.stepped import Wish

DELAY = 60
"""Milliseconds between an edit and the question that follows from it, so that a dragged slider asks a few times a
second."""
RUN_INTERVAL = 400
"""Milliseconds between two looks while a run is on."""
QUICK = 4
"""Milliseconds between two looks into the mail while a number is dragged."""
PARTIALS = 0.2
"""Seconds between two questions about the inspected node's partials meanwhile."""
REST_SHARE = 1.5
"""How long after an answer about views nothing is asked, as a part of the time it took beyond one beat: the run has the
processor to itself for most of the time."""
PULSE = 0.04
"""Seconds that a quick answer takes to be noticed."""


class LookBook(QObject):
    """Asks for types of sources and for looks at all wires, and answers from what came back.

    A look stays until a newer one comes, also while the graph is being edited: a wire does not lose its value for the
    blink
    in which the next is found. What belongs to nodes that are gone is never asked for.
    """

    types_changed = Signal()
    values_changed = Signal()
    views_changed = Signal()
    """What the watched views show, between two looks at all wires."""
    problem_changed = Signal()
    checked = Signal(object)
    """A gradient check came back: a tuple of ParameterCheck."""
    check_failed = Signal(str)
    partials_changed = Signal()
    script_ready = Signal(str, str)
    """(dialect, text): the loss as a standalone script."""
    script_failed = Signal(str)
    artefacts_changed = Signal()
    numbers_ready = Signal(object, object)
    """(numbers, factors) that a lesson asked for, of the graph as it is."""
    numbers_failed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._client: AskClient | None = None
        self._revision = -1
        self._closed = False
        self._asleep, self._due = False, False
        self.known: Mapping[Socket, Type] = {}
        """Types of the outputs of sources, as the process found them."""
        self.looks: Looks | None = None
        self.problem: Problem | None = None
        """What the last question failed at."""
        self.checks: tuple[ParameterCheck, ...] = ()
        self.partials: tuple[str, Mapping[str, str]] = ("", {})
        """The node asked for last, and its own partial derivatives as texts, by input."""
        self.artefacts: Artefacts | None = None
        """What the loss became; asked for only while `wants_artefacts`."""
        self.artefacts_fault = ""
        self.wants_artefacts = False
        self.watched: tuple[str, ...] = ()
        """View nodes to be kept fresh while a run is on: those somebody can see."""
        self.views: Mapping[str, ViewData] = {}
        """What view nodes show, where that is newer than the last look at all wires."""
        self.views_step = 0
        self.veiled: frozenset[Socket] = frozenset()
        """Outputs whose derivative is told nowhere: a learner is to find it."""
        self._views_asked = 0.0
        self._views_due = 0.0
        session.selection_changed.connect(self._ask_partials)
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self._ask_now)
        self._resting = QTimer(self, singleShot=True, interval=RUN_INTERVAL)
        self._following = False
        """Whether numbers have changed since the question that is on its way."""
        self._partials_due = 0.0
        self._quick = QTimer(self, interval=QUICK)
        self._quick.timeout.connect(self._poll)

    @property
    def client(self) -> AskClient:
        """The client of the `ask` process; made when first asked for."""
        if self._client is None:
            from app.worker.asking import AskClient  # keeps sessions without an engine free of multiprocessing

            self._client = AskClient(self)
            self._client.plugins = self._session.library.packages
            self._client.types_ready.connect(self._types_ready)
            self._client.looks_ready.connect(self._looks_ready)
            self._client.views_ready.connect(self._views_ready)
            self._client.checked.connect(self._checked)
            self._client.partials_ready.connect(self._partials_ready)
            self._client.artefacts_ready.connect(self._artefacts_ready)
            self._client.script_ready.connect(lambda _, dialect, text: self.script_ready.emit(dialect, text))
            self._client.numbers_ready.connect(self._numbers_ready)
            self._client.failed.connect(self._failed)
        return self._client

    def wire(self, socket: Socket) -> WireLook | None:
        """Return the last look at an output, or None."""
        look = self.looks.wires.get(socket.node, {}).get(socket.name) if self.looks is not None else None
        if look is not None and socket in self.veiled:
            return msgspec.structs.replace(look, cotangent="", norm=None, cotangent_partial=None)
        return look

    def veil(self, sockets: frozenset[Socket]) -> None:
        """Tell the derivatives by these outputs to nobody, or (none) no longer."""
        if sockets != self.veiled:
            self.veiled = sockets
            self.values_changed.emit()

    def view(self, id: str) -> tuple[ViewData | None, int]:
        """Return the newest of what a view node shows, and the step it is of."""
        if id in self.views:
            return self.views[id], self.views_step
        return (None, 0) if self.looks is None else (self.looks.views.get(id), self.looks.step)

    def forget(self) -> None:
        """Forget everything, without a word: another document is shown, and who looks at it is told of that first."""
        self.known, self.looks, self.problem, self.checks, self.views = {}, None, None, (), {}
        self.partials, self.artefacts, self.artefacts_fault = ("", {}), None, ""
        self._revision = -1

    def tell_forgotten(self) -> None:
        """Say that what was known is known no more."""
        self.values_changed.emit()
        self.artefacts_changed.emit()

    def forget_problem(self) -> None:
        """Forget what the last question failed at: the graph is another now."""
        self.problem = None

    def ask(self) -> None:
        """Ask soon for types and looks of the graph as it is then."""
        if self._asleep:
            self._due = True
        elif self._session.has_engine and not self._closed:
            self._timer.start()

    def follow(self) -> None:
        """Ask at once what every wire carries: numbers alone have changed. While an answer is awaited nothing queues
        up: the next question is about the numbers of then."""
        if self._asleep or not self._session.has_engine or self._closed or self.looks is None:
            self.ask()
        elif self.client.busy("looks"):
            self._following = True
        else:
            self._ask_live()

    def _ask_live(self) -> None:
        self._following = False
        self._tell_content()
        self.client.ask_looks(self._session.moment())
        if time.monotonic() > self._partials_due:
            self._partials_due = time.monotonic() + PARTIALS
            self._ask_partials()
        self._quick.start()

    def _poll(self) -> None:
        self.client.poll()
        if not self.client.busy("looks"):
            self._quick.stop()

    @property
    def live(self) -> bool:
        """Whether a number is being dragged: nobody waits for what takes long to draw."""
        return self._quick.isActive()

    def rest(self) -> None:
        """Ask nothing until `wake`: nobody looks."""
        self._asleep = True
        self._due |= self._timer.isActive()
        self._timer.stop()

    def wake(self) -> None:
        """Ask again, at once what should have been asked meanwhile."""
        self._asleep = False
        if self._due:
            self._due = False
            self.ask()

    def release(self) -> None:
        """End the process, if nothing waits for its answer."""
        if self._client is not None and self._asleep:
            self._client.release()

    def run_ticked(self) -> None:
        """A run made steps: look again, at all wires a few times a second, at what is watched up to thirty times."""
        if self._session.run_state != "running" or self._session.stale or self._asleep:
            return
        if not self._resting.isActive():
            self._resting.start()
            self._ask_looks()
        self._ask_views()

    def _ask_views(self) -> None:
        """Ask what the watched views show, unless that is under way or took so long that the run would suffer."""
        now = time.monotonic()
        moment = self._session.moment() if self.watched and self._revision >= 0 else None
        if moment is not None and now >= self._views_due and not self.client.busy("views"):
            self._views_asked = now
            self.client.ask_views(self.watched, moment)

    def check(self, node: str) -> None:
        """Ask whether the derivatives through `node` agree with differences."""
        if self._session.has_engine:
            self._tell_content()
            self.client.ask_check(node, self._session.moment())

    def ask_profile(self) -> None:
        """Ask what each node costs in a step, where the run stands."""
        if self._session.has_engine and not self._closed:
            self._tell_content()
            self.client.ask_profile(self._session.moment())

    @property
    def listens(self) -> bool:
        """Whether a look came, so that there is something to ask about."""
        return self.looks is not None and not self._asleep and not self._closed

    def ask_why(self, node: str) -> None:
        """Ask why the derivatives by a node's outputs are zero, tiny, huge or not finite, where the run stands."""
        self._tell_content()
        self.client.ask_why(node, self._session.moment())

    def ask_tensor(self, make: Callable[[int], AskTensor]) -> int:
        """Ask what is in a value or a derivative; return the revision of the answer."""
        if not self._closed:
            self._tell_content()
            self.client.ask_tensor(make)
        return self._revision

    @property
    def revision(self) -> int:
        """The revision of the content that questions are about: answers about another one do not come."""
        return self._revision

    def ask_explanation(self, socket: Socket, turns: Mapping[str, str]) -> None:
        """Ask for a node's own partials, and the chain rule from the loss to an output of it, where the run stands."""
        self._tell_content()
        self.client.ask_explanation(socket.node, socket.name, turns, self._session.moment())

    def ask_badges(self, kept: Kept | None) -> None:
        """Ask what goes wrong in training, from these values of the run on, or (None) from the start."""
        if self.listens:
            from app.worker.messages import pack_kept

            self._tell_content()
            self.client.ask_badges(self._session.moment(), None if kept is None else pack_kept(kept))

    def ask_numbers(self, wanted: Sequence[tuple[str, str, int]], sockets: Sequence[str]) -> bool:
        """Ask for numbers of a lesson, where the run stands; return whether there is somebody to answer."""
        if not self._session.has_engine or self._closed or self._asleep:
            return False
        self._tell_content()
        self.client.ask_numbers(wanted, sockets, self._session.moment())
        return True

    def ask_trace(self, wish: Wish, kept: Kept | None) -> int:
        """Ask for a step of an optimizer as micro-steps, from these values of a run on, or (None) the start; return
        the revision of the answer."""
        from app.worker.messages import pack_kept

        self._tell_content()
        self.client.ask_trace(wish, None if kept is None else pack_kept(kept))
        return self._revision

    def ask_slopes(self) -> None:
        """Ask for the local partials of all nodes, where the run stands."""
        if self.listens:
            self._tell_content()
            self.client.ask_slopes(self._session.moment())

    def ask_script(self, dialect: str) -> None:
        """Ask for the loss as a standalone script of a dialect."""
        if self._session.has_engine:
            self._tell_content()
            self.client.ask_script(dialect, self._session.title, self._session.moment())

    def close(self) -> None:
        """End the process. Idempotent."""
        self._closed = True
        self._timer.stop()
        self._quick.stop()
        self._resting.stop()
        if self._client is not None:
            self._client.close()

    def _tell_content(self, *, now: bool = False) -> None:
        """Say what the next questions are about; while a number is dragged and an answer is on its way, what that is
        about: it would be lost otherwise."""
        if self._quick.isActive() and self.client.busy("looks") and not now:
            return
        session = self._session
        self._revision = self.client.set_content(session.content, session.folder, ASSETS)

    def _ask_now(self) -> None:
        if self._session.graph.nodes:
            self._tell_content(now=True)
            self.client.ask_types()
            self._ask_looks()
        elif self.looks is not None:
            self.forget()
            self.tell_forgotten()

    def _ask_looks(self) -> None:
        self.client.ask_looks(self._session.moment())
        self._ask_partials()
        self.ask_artefacts()

    def _ask_partials(self) -> None:
        session = self._session
        current = session.current if self._revision >= 0 and not self._closed else None
        if current is not None and session.operator(current).partials:
            self.client.ask_partials(current, session.moment())

    def ask_artefacts(self) -> None:
        """Ask what the loss became, if somebody looks at it and no run is on."""
        idle = self._session.run_state not in ("starting", "running")
        if self.wants_artefacts and idle and self._revision >= 0 and not self._closed:
            self.client.ask_artefacts(self._session.moment())

    def _partials_ready(self, revision: int, node: str, partials: Mapping[str, str]) -> None:
        if revision == self._revision:
            self.partials = (node, partials)
            self.partials_changed.emit()

    def _artefacts_ready(self, revision: int, artefacts: Artefacts) -> None:
        if revision == self._revision:
            self.artefacts, self.artefacts_fault = artefacts, ""
            self.artefacts_changed.emit()

    def _numbers_ready(self, revision: int, numbers: object, factors: object) -> None:
        if revision == self._revision:
            self.numbers_ready.emit(numbers, factors)

    def _types_ready(self, revision: int, types: Mapping[Socket, Type]) -> None:
        if revision == self._revision and types != self.known:
            self.known = types
            self.types_changed.emit()

    def _looks_ready(self, revision: int, looks: Looks) -> None:
        if revision != self._revision:
            return
        self.looks = looks
        self.views = {}  # answers come in the order of their moments: these are newer
        self._set_problem(Problem("error", "look", looks.sentence, looks.node or None) if looks.sentence else None)
        if self._following:
            self._ask_live()  # the process works on it while this is drawn
        self.values_changed.emit()

    def _views_ready(self, revision: int, views: Mapping[str, ViewData], step: int) -> None:
        now = time.monotonic()
        self._views_due = now + REST_SHARE * max(0.0, now - self._views_asked - PULSE)
        if revision == self._revision:
            self.views, self.views_step = views, step
            self.views_changed.emit()
            if self._session.run_state == "running" and not self._session.stale:
                self._ask_views()  # at once: by the next beat the answer is here

    def _checked(self, revision: int, checks: tuple[ParameterCheck, ...]) -> None:
        self.checks = checks
        self.checked.emit(checks)

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        if question == "check":
            self.check_failed.emit(sentence)
        elif question == "script":
            self.script_failed.emit(sentence)
        elif question == "numbers" and revision == self._revision:
            self.numbers_failed.emit(sentence)
        elif question == "artefacts" and revision == self._revision:
            self.artefacts, self.artefacts_fault = None, sentence
            self.artefacts_changed.emit()
        elif question in ("types", "looks") and revision == self._revision:
            self._set_problem(Problem("error", "look", sentence, node or None))

    def _set_problem(self, problem: Problem | None) -> None:
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()
