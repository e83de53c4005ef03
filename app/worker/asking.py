"""The window's end of the process that answers questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from PySide6.QtCore import QObject, Signal

from app.worker import messages as m
from app.worker import questions as q
from app.worker.answers import ENGINE, Answers
from app.worker.ask_process import serve
from app.worker.channel import Channel
from app.worker.guards import memory_limit
from app.worker.mark import Mark
from app.worker.planes import PlaneWish
from app.worker.pulse import pulse
from app.worker.stepped import Wish
from engine.graph import Content, Socket

DEADLINES: Final[Mapping[str, float]] = {
    "types": 60.0,
    "trace": 120.0,
    "step": 20.0,
    "looks": 10.0,
    "views": 10.0,
    "partials": 5.0,
    "slopes": 20.0,
    "tensor": 10.0,
    "explanation": 5.0,
    "why": 5.0,
    "check": 60.0,
    "contour": 20.0,
    "plane": 30.0,
    "artefacts": 10.0,
    "reading": 20.0,
    "comparison": 120.0,
    "profile": 30.0,
    "script": 30.0,
    "badges": 5.0,
    "numbers": 10.0,
}
"""Seconds each kind of question may take, in the order in which they are asked."""
START_DEADLINE: Final = 60.0
"""Seconds the process may take to start."""
OUTDATED: Final = 0.7
"""Seconds after which a question about a graph that has been edited since is given up for the next."""


MANY: Final = 32
"""Nodes of which other settings are told; where more have changed, the whole graph is."""

About: TypeAlias = tuple[Content, Path | None, Path]
"""A content, its folder and the app's assets."""


def settings_between(before: About | None, now: About | None) -> dict[str, dict[str, Any]] | None:
    """Return the settings of the nodes in which two contents differ where they differ in settings alone; else None."""
    if before is None or now is None or before[1:] != now[1:] or before[0].kept is not now[0].kept:
        return None
    old, new = before[0].graph, now[0].graph
    if old.nodes.keys() != new.nodes.keys() or (old.wires is not new.wires and old.wires != new.wires):
        return None
    changed = [node for id, node in new.nodes.items() if old.nodes[id] is not node]
    if len(changed) > MANY or any(replace(old.nodes[n.id], settings=n.settings) != n for n in changed):
        return None
    return {node.id: dict(node.settings) for node in changed}


class _Asked(NamedTuple):
    kind: str
    question: int
    revision: int
    since: float


class AskClient(QObject):
    """Answers questions about a graph from a second child process: newest question wins, each has a deadline.

    Of each kind of question only the newest waits. Answers come by signals that carry the revision of the content
    they are about; a question that is given up comes back as `failed`.
    """

    types_ready = Signal(int, object)
    """(revision, Mapping[Socket, Type]): the types of the outputs of sources."""
    looks_ready = Signal(int, object)
    """(revision, Looks)."""
    views_ready = Signal(int, object, int)
    """(revision, Mapping[view node, ViewData], step)."""
    contour_ready = Signal(int, object)
    """(revision, Contour)."""
    plane_ready = Signal(int, object)
    """(revision, PlaneSeen)."""
    checked = Signal(int, object)
    """(revision, tuple[ParameterCheck, ...])."""
    partials_ready = Signal(int, str, object)
    """(revision, node, Mapping[input, text])."""
    artefacts_ready = Signal(int, object)
    """(revision, Artefacts)."""
    reading_ready = Signal(int, object)
    """(revision, Reading)."""
    profile_ready = Signal(int, object)
    """(revision, Mapping[node, (seconds forward, seconds backward, bytes, calls)])."""
    comparison_ready = Signal(int, object)
    """(revision, Measurements)."""
    trace_ready = Signal(int, object)
    """(revision, Stepped)."""
    step_ready = Signal(int, object)
    """(revision, Detail)."""
    slopes_ready = Signal(int, object)
    """(revision, Mapping[node, Mapping[input, Slope]])."""
    script_ready = Signal(int, str, str)
    """(revision, dialect, text)."""
    explanation_ready = Signal(int, str, str, object)
    """(revision, node, output, Explained)."""
    tensor_ready = Signal(int, object)
    """(revision, TensorIs)."""
    why_ready = Signal(int, str, object)
    """(revision, node, Mapping[output, tuple[Blame, ...]])."""
    badges_ready = Signal(int, object)
    """(revision, tuple[Warned, ...])."""
    numbers_ready = Signal(int, object, object)
    """(revision, tuple[(what, at, index, value), ...], Mapping[socket, tuple[Factor, ...]])."""
    failed = Signal(int, str, str, str)
    """(revision, question (a key of DEADLINES), sentence, node id or "")."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        answers: Answers = ENGINE,
        memory: int | None = None,
        deadlines: Mapping[str, float] = DEADLINES,
    ) -> None:
        """`answers` is how the process finds answers; `memory` the bytes it may take."""
        super().__init__(parent)
        self._answers = answers
        self._memory = memory_limit() if memory is None else memory
        self._deadlines = deadlines
        self._channel: Channel | None = None
        self._mark: Mark | None = None
        self._started = 0.0
        self._listening = False
        self._content: About | None = None
        self.plugins: tuple[str, ...] = ()
        """Packages of the plugins that are on (`Library.packages`)."""
        self._revision, self._told = 0, 0
        self._told_of: About | None = None
        self._question = 0
        self.took = 0.0
        """Seconds that the last answer took, or what was given up."""
        self._waiting: dict[str, Callable[[int], m.Message]] = {}
        self._asked: _Asked | None = None
        self._member = self._beat
        pulse().join(self._member)

    def set_content(self, content: Content, folder: Path | None, assets: Path) -> int:
        """Say what the following questions are about; return its revision. Cheap where only the layout changed."""
        last = self._content
        same = last is not None and last[0].graph is content.graph and last[0].kept is content.kept
        if not same or last is None or last[1:] != (folder, assets):
            self._revision += 1
            self._waiting.clear()
        self._content = (content, folder, assets)
        return self._revision

    def ask_types(self) -> None:
        """Ask for the types of the outputs of sources."""
        self._ask("types", lambda question: q.AskTypes(question))

    def ask_looks(self, moment: m.Moment | None = None) -> None:
        """Ask for every wire's value and cotangent, at this moment of a run (None: the kept or start values)."""
        self._ask("looks", lambda question: q.AskLooks(question, moment))

    def ask_views(self, nodes: Sequence[str], moment: m.Moment | None = None) -> None:
        """Ask what these view nodes show, at this moment of a run: quicker than a look at every wire."""
        self._ask("views", lambda question: q.AskViews(question, tuple(nodes), moment))

    def busy(self, kind: str) -> bool:
        """Whether a question of this kind waits for its answer."""
        return kind in self._waiting or (self._asked is not None and self._asked.kind == kind)

    def ask_contour(
        self,
        x: tuple[str, int],
        y: tuple[str, int],
        bounds: tuple[float, float, float, float],
        moment: m.Moment | None = None,
        size: int = 112,
    ) -> None:
        """Ask for the loss over two parameter elements, (node, index) each, in bounds (x0, x1, y0, y1).

        The other parameters are as at `moment` (None: the kept or start values).
        """
        self._ask("contour", lambda question: q.AskContour(question, x, y, bounds, size, moment))

    def ask_plane(self, wish: PlaneWish, moment: m.Moment | None = None) -> None:
        """Ask for the loss over a plane, its slopes and its curvature."""
        self._ask("plane", lambda question: q.AskPlane(question, wish, moment))

    def ask_check(self, node: str = "", moment: m.Moment | None = None) -> None:
        """Ask whether the derivatives of the loss by the parameters that reach `node` (all where "") agree with
        differences."""
        self._ask("check", lambda question: q.AskCheck(question, node, moment))

    def ask_partials(self, node: str, moment: m.Moment | None = None) -> None:
        """Ask for a node's own partial derivatives."""
        self._ask("partials", lambda question: q.AskPartials(question, node, moment))

    def ask_artefacts(self, moment: m.Moment | None = None) -> None:
        """Ask what the loss became: equations, code, tape."""
        self._ask("artefacts", lambda question: q.AskArtefacts(question, moment))

    def ask_reading(self, approach: str, moment: m.Moment | None = None) -> None:
        """Ask what an approach leaves behind to read."""
        self._ask("reading", lambda question: q.AskReading(question, approach, moment))

    def ask_profile(self, moment: m.Moment | None = None) -> None:
        """Ask what each node costs in a step."""
        self._ask("profile", lambda question: q.AskProfile(question, moment))

    def ask_comparison(self, moment: m.Moment | None = None) -> None:
        """Ask how the approaches compare."""
        self._ask("comparison", lambda question: q.AskComparison(question, moment))

    def ask_trace(self, wish: Wish, kept: m.PackedKept | None = None) -> None:
        """Ask for a step of an optimizer as micro-steps, from where a run stands (None: the kept or start values)."""
        self._ask("trace", lambda question: q.AskTrace(question, wish, kept))

    def ask_step(self, serial: int, number: int, argument: int = 0, row: int = 0, column: int = 0) -> None:
        """Ask for one micro-step of the trace `serial` whole."""
        self._ask("step", lambda question: q.AskStep(question, serial, number, argument, row, column))

    def ask_slopes(self, moment: m.Moment | None = None) -> None:
        """Ask for the local partials of all nodes."""
        self._ask("slopes", lambda question: q.AskSlopes(question, moment))

    def ask_script(self, dialect: str, title: str, moment: m.Moment | None = None) -> None:
        """Ask for the loss as a standalone script ("numpy" or "jax")."""
        self._ask("script", lambda question: q.AskScript(question, dialect, title, moment))

    def ask_explanation(self, node: str, output: str, turns: Mapping[str, str], moment: m.Moment | None = None) -> None:
        """Ask for a node's own partials, and the chain rule from the loss to its output along a path."""
        self._ask("explanation", lambda question: q.AskExplanation(question, node, output, dict(turns), moment))

    def ask_tensor(self, make: Callable[[int], q.AskTensor]) -> None:
        """Ask what is in a value or a derivative; `make` gives the question its number."""
        self._ask("tensor", make)

    def ask_why(self, node: str, moment: m.Moment | None = None) -> None:
        """Ask why the derivatives by a node's outputs are zero, tiny, huge or not finite."""
        self._ask("why", lambda question: q.AskWhy(question, node, moment))

    def ask_badges(self, moment: m.Moment | None = None, kept: m.PackedKept | None = None) -> None:
        """Ask what goes wrong in training, where the shown run stands (`kept`), or at the start of one."""
        self._ask("badges", lambda question: q.AskBadges(question, moment, kept))

    def ask_numbers(
        self, wanted: Sequence[tuple[str, str, int]], sockets: Sequence[str] = (), moment: m.Moment | None = None
    ) -> None:
        """Ask for numbers (what, at, index) as lessons name them, and what the derivatives by sockets are made of."""
        self._ask("numbers", lambda question: q.AskNumbers(question, tuple(wanted), tuple(sockets), moment))

    def warm(self) -> None:
        """Start the process ahead of the first question."""
        if self._channel is None:
            self._mark = self._mark or Mark()
            self._mark.set("")
            arguments = (self._mark.name, self._answers, self._memory)
            self._channel = Channel(serve, arguments, q.AskAnswer, "gradwire ask", modest=True)
            self._started, self._listening, self._told = time.monotonic(), False, 0
            self._told_of = None
            pulse().wake()

    def release(self) -> None:
        """End the process, unless a question waits for its answer; the next question starts another."""
        if not self._waiting and self._asked is None:
            self._drop()

    def close(self) -> None:
        """End the process. Idempotent."""
        pulse().leave(self._member)
        self._drop()
        self._waiting.clear()
        if self._mark is not None:
            self._mark.close()
            self._mark.unlink()
            self._mark = None

    # Between here and the process -------------------------------------------------------------------------------------

    def _ask(self, kind: str, make: Callable[[int], m.Message]) -> None:
        self._waiting[kind] = make
        self.warm()
        self._next()
        pulse().wake()

    def _next(self) -> None:
        """Send the next waiting question, if the process listens and is free."""
        kind = next((k for k in self._deadlines if k in self._waiting), None)
        if kind is None or self._asked is not None or self._channel is None or self._content is None:
            return
        if not self._listening:
            return
        if self._told != self._revision:
            self._tell()
        self._question += 1
        self._channel.send(self._waiting.pop(kind)(self._question))
        self._asked = _Asked(kind, self._question, self._revision, time.monotonic())

    def _tell(self) -> None:
        """Say what the questions are about: of what was said last, only the numbers that have changed since."""
        settings = settings_between(self._told_of, self._content)
        if settings is None:
            self._channel.send(q.About(self._revision, m.Job.of(*self._content, self.plugins)))  # type: ignore
        else:
            self._channel.send(q.Adjusted(self._revision, settings))  # type: ignore[union-attr]
        self._told, self._told_of = self._revision, self._content

    def poll(self) -> None:
        """Take what has come, between two beats: for answers that are waited for."""
        self._beat()

    def _beat(self) -> bool:
        channel = self._channel
        if channel is None:
            return False
        lost = channel.lost
        for message in channel.receive():
            self._take(message)
        if lost and channel is self._channel:
            self._ended_by_itself()
        elif channel is self._channel:
            self._watch_time()
        self._next()
        return self._channel is not None and (bool(self._waiting) or self._asked is not None or not self._listening)

    def _take(self, message: m.Message) -> None:
        if isinstance(message, m.Hello):
            self._listening = True
            return
        asked, self._asked = self._asked, None
        self.took = time.monotonic() - asked.since if asked is not None else 0.0
        if asked is None or message.question != asked.question or asked.revision != self._revision:
            return
        match message:
            case q.TypesAre(types=types):
                self.types_ready.emit(asked.revision, _types(types))
            case q.LooksAre(looks=looks):
                self.looks_ready.emit(asked.revision, looks)
            case q.ViewsAre(views=views, step=step):
                self.views_ready.emit(asked.revision, views, step)
            case q.ContourIs(contour=contour):
                self.contour_ready.emit(asked.revision, contour)
            case q.PlaneIs(seen=seen):
                self.plane_ready.emit(asked.revision, seen)
            case q.CheckIs(checks=checks):
                self.checked.emit(asked.revision, checks)
            case q.PartialsAre(node=node, partials=partials):
                self.partials_ready.emit(asked.revision, node, partials)
            case q.ArtefactsAre(artefacts=artefacts):
                self.artefacts_ready.emit(asked.revision, artefacts)
            case q.ReadingIs(reading=reading):
                self.reading_ready.emit(asked.revision, reading)
            case q.ProfileIs(costs=costs):
                self.profile_ready.emit(asked.revision, costs)
            case q.ComparisonIs(measurements=measurements):
                self.comparison_ready.emit(asked.revision, measurements)
            case q.TraceIs(stepped=stepped):
                self.trace_ready.emit(asked.revision, stepped)
            case q.StepIs(detail=detail):
                self.step_ready.emit(asked.revision, detail)
            case q.SlopesAre(slopes=slopes):
                self.slopes_ready.emit(asked.revision, slopes)
            case q.ScriptIs(dialect=dialect, text=text):
                self.script_ready.emit(asked.revision, dialect, text)
            case q.ExplanationIs(node=node, output=output, explained=explained):
                self.explanation_ready.emit(asked.revision, node, output, explained)
            case q.TensorIs():
                self.tensor_ready.emit(asked.revision, message)
            case q.WhyIs(node=node, reasons=reasons):
                self.why_ready.emit(asked.revision, node, reasons)
            case q.BadgesAre(badges=badges):
                self.badges_ready.emit(asked.revision, badges)
            case q.NumbersAre(numbers=numbers, factors=factors):
                self.numbers_ready.emit(asked.revision, numbers, factors)
            case q.CannotSay(sentence=sentence, node=node):
                self.failed.emit(asked.revision, asked.kind, sentence, node or "")

    def _drop(self) -> None:
        if self._channel is not None:
            self._channel.kill()
            self._channel = None
        self._asked = None

    def _watch_time(self) -> None:
        """Give up what takes too long: the question is answered by a sentence, the process by another one."""
        asked, now = self._asked, time.monotonic()
        if asked is None:
            if not self._listening and now > self._started + START_DEADLINE:
                self._give_up("The engine process could not be started.")
        elif asked.revision != self._revision and self._waiting and now > asked.since + OUTDATED:
            self._drop()
            self.warm()
        elif now > asked.since + self._deadlines[asked.kind]:
            seconds = self._deadlines[asked.kind]
            self._give_up(f"An answer took longer than {seconds:g} s and was given up{{at}}.")

    def _ended_by_itself(self) -> None:
        if not self._listening:
            # It never came up: to start it again at once would fail again, and go on for ever.
            waiting, self._waiting = list(self._waiting), {}
            self._drop()
            for kind in waiting:
                self.failed.emit(self._revision, kind, "The engine process could not be started.", "")
            return
        self._give_up("The engine process was lost{at}.")

    def _give_up(self, sentence: str) -> None:
        node = self._mark.text if self._mark is not None else ""
        asked = self._asked
        self._drop()
        if asked is not None:
            self.took = time.monotonic() - asked.since
            at = f" at {self._name(node)}" if node else ""
            self.failed.emit(asked.revision, asked.kind, sentence.replace("{at}", at), node)
        if self._waiting:
            self.warm()

    def _name(self, node: str) -> str:
        found = self._content[0].graph.nodes.get(node) if self._content is not None else None
        return f"“{found.name}” ({node})" if found is not None and found.name else f"“{node}”"


def _types(packed: Mapping[str, Mapping[str, Any]]) -> dict[Socket, Any]:
    return {Socket(node, name): m.unpack_type(t) for node, outputs in packed.items() for name, t in outputs.items()}
