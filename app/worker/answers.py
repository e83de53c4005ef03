"""What the process that answers questions needs, and how the engine gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from app.worker import messages as m
from app.worker import questions as q
from app.worker.planes import PlaneSeen, PlaneWish
from app.worker.readings import Blame, Explained, Factor, Measurements, Reading, TensorSeen, Warned
from app.worker.stepped import Detail, Slope, Stepped

Costs = dict[str, tuple[float, float, int, int]]
"""(seconds forward, seconds backward, bytes, calls) by node."""
Mark = Callable[[str], None]
"""Told each node before it is evaluated, so that its name outlives a crash."""


class Answerer(Protocol):
    """Answers questions about one graph."""

    def adjust(self, settings: dict[str, dict[str, Any]]) -> None:
        """Go on with other numbers in the settings of these nodes."""

    def types(self) -> dict[str, dict[str, Any]]:
        """Return the packed types of the outputs of sources, by node and output."""

    def looks(self, moment: m.Moment | None) -> m.Looks:
        """Return what every wire carries."""

    def views(self, nodes: tuple[str, ...], moment: m.Moment | None) -> dict[str, m.ViewData]:
        """Return what these view nodes show."""

    def contour(self, asked: q.AskContour) -> m.Contour:
        """Return the loss over two parameter elements."""

    def plane(self, wish: PlaneWish, moment: m.Moment | None) -> PlaneSeen:
        """Return the loss over a plane."""

    def check(self, node: str, moment: m.Moment | None) -> tuple[m.ParameterCheck, ...]:
        """Return whether the derivatives agree with differences."""

    def partials(self, node: str, moment: m.Moment | None) -> dict[str, str]:
        """Return a node's own partial derivatives as texts, by input."""

    def artefacts(self, moment: m.Moment | None) -> m.Artefacts:
        """Return what the loss became."""

    def reading(self, approach: str, moment: m.Moment | None) -> Reading:
        """Return what an approach leaves behind to read."""

    def profile(self, moment: m.Moment | None) -> tuple[str, Costs]:
        """Return whose step was measured, and what each node costs in it."""

    def comparison(self, moment: m.Moment | None) -> Measurements:
        """Return how the approaches compare."""

    def script(self, dialect: str, title: str, moment: m.Moment | None) -> str:
        """Return the loss as a standalone script."""

    def trace(self, asked: q.AskTrace) -> Stepped:
        """Return a step of an optimizer as micro-steps."""

    def step(self, asked: q.AskStep) -> Detail:
        """Return a micro-step of the last trace whole."""

    def slopes(self, moment: m.Moment | None) -> dict[str, dict[str, Slope]]:
        """Return the local partials of all nodes, by node and input."""

    def why(self, node: str, moment: m.Moment | None) -> dict[str, tuple[Blame, ...]]:
        """Return why a node's derivatives are zero, tiny, huge or not finite, by output."""

    def badges(self, moment: m.Moment | None, kept: m.PackedKept | None) -> tuple[Warned, ...]:
        """Return what goes wrong in training."""

    def explanation(self, asked: q.AskExplanation) -> Explained:
        """Return a node's own partials, and the chain rule from the loss to its output."""

    def tensor(self, asked: q.AskTensor) -> tuple[TensorSeen | None, str]:
        """Return what is in a value or a derivative."""

    def numbers(self, asked: q.AskNumbers) -> tuple[list[tuple[Any, ...]], dict[str, tuple[Factor, ...]]]:
        """Return numbers that a lesson asks for, and what derivatives are made of."""


class Answers(NamedTuple):
    """How answers are found, as functions of modules (they reach the child by name)."""

    warm: Callable[[], None]
    """Import what will be needed."""
    about: Callable[[m.Job, Mark], Answerer]
    """Must not evaluate: that is for the questions."""


class EngineAnswerer:
    """The engine's answers about one graph, which is prepared once."""

    def __init__(self, job: m.Job, mark: Mark) -> None:
        self._job = job
        self._mark = mark
        self._content: Any = None
        self._made: Any = None
        self._views: Any = None
        self._looking: dict[str | None, Any] = {}
        self._last: tuple[m.Moment | None, Any] | None = None
        self._tracer: Any = None

    def _prepared(self) -> Any:
        from app.worker.graphs import prepared_of

        if self._made is None:
            self._made = prepared_of(self._job, self._mark, strict=False)
        return self._made

    def adjust(self, settings: dict[str, dict[str, Any]]) -> None:
        from dataclasses import replace

        from app.worker.graphs import data_of
        from engine.adjusting import adjusted
        from engine.graph import Graph

        self._last = self._tracer = None
        before = self._content or self._job.content()
        nodes = {id: replace(before.graph.nodes[id], settings=held) for id, held in settings.items()}
        self._content = replace(before, graph=Graph({**before.graph.nodes, **nodes}, before.graph.wires))
        self._job = m.Job.of(self._content, self._job.folder, self._job.assets, self._job.plugins)
        if self._made is not None:
            self._made = adjusted(self._made, self._content, data_of(self._job, self._mark))
        if self._made is None:
            self._views, self._looking = None, {}
        elif self._views is not None:
            self._views.adjust(self._made, tuple(settings))

    def types(self) -> dict[str, dict[str, Any]]:
        packed: dict[str, dict[str, Any]] = {}
        prepared = self._prepared()
        for socket in prepared.values:
            packed.setdefault(socket.node, {})[socket.name] = m.pack_type(prepared.types[socket])
        return packed

    def looks(self, moment: m.Moment | None) -> m.Looks:
        from app.worker.describe import look_at

        prepared, found = self._prepared(), self._looked(moment)
        wires: dict[str, dict[str, m.WireLook]] = {}
        for socket, seen in found.wires.items():
            wires.setdefault(socket.node, {})[socket.name] = look_at(seen.type, seen.value, seen.cotangent)
        error = next((problem for problem in prepared.problems if problem.severity == "error"), None)
        sentence, node = ("", "") if error is None else (error.sentence, error.node or "")
        step = prepared.step if moment is None else moment.at
        viewer = self._viewer()
        views = viewer.shown(viewer.views, moment, {socket: seen.value for socket, seen in found.wires.items()})
        return m.Looks(wires, views, dict(found.losses), step, sentence, node)

    def _looked(self, moment: m.Moment | None) -> Any:
        """Return the look at all wires at a moment; that of the last moment is kept."""
        from app.worker.graphs import at_moment
        from engine.evaluate import looking

        if self._last is None or self._last[0] != moment:
            prepared, at = self._prepared(), at_moment(moment)
            optimizer = at.pop("optimizer", None)
            if optimizer not in self._looking:
                self._looking[optimizer] = looking(prepared, optimizer)
            self._last = moment, self._looking[optimizer].at(prepared, **at)
        return self._last[1]

    def _viewer(self) -> Any:
        from app.worker.graphs import data_of
        from app.worker.viewer import Viewer

        prepared = self._prepared()
        if self._views is None:
            self._views = Viewer(prepared, data_of(self._job, self._mark))
        return self._views

    def views(self, nodes: tuple[str, ...], moment: m.Moment | None) -> dict[str, m.ViewData]:
        shown: dict[str, m.ViewData] = self._viewer().shown(nodes, moment)
        return shown

    def contour(self, asked: q.AskContour) -> m.Contour:
        from app.worker.graphs import at_moment
        from engine.evaluate import contour

        prepared = self._prepared()
        x = np.linspace(asked.bounds[0], asked.bounds[1], asked.size)
        y = np.linspace(asked.bounds[2], asked.bounds[3], asked.size)
        at = {"parameters": {}, **at_moment(asked.moment)}
        loss = contour(prepared, x=asked.x, y=asked.y, x_values=x, y_values=y, **at)
        return m.Contour(m.Packed.of(x), m.Packed.of(y), m.Packed.of(np.where(np.isfinite(loss), loss, np.nan)))

    def plane(self, wish: PlaneWish, moment: m.Moment | None) -> PlaneSeen:
        from app.worker.planes import seen

        return seen(self._prepared(), wish, moment)

    def check(self, node: str, moment: m.Moment | None) -> tuple[m.ParameterCheck, ...]:
        from app.worker.graphs import parameters_of
        from engine.evaluate import check
        from engine.order import ancestors

        prepared = self._prepared()
        checks = check(prepared, parameters_of(moment))
        reaching = {node, *ancestors(prepared.graph, [node])} if node else set()
        wanted = [each for each in checks if each.node in reaching] or checks
        return tuple(
            m.ParameterCheck(
                each.node, each.label, max(each.differences, each.complex_step or 0.0), each.passed, each.sentence
            )
            for each in wanted
        )

    def partials(self, node: str, moment: m.Moment | None) -> dict[str, str]:
        from app.worker.insight import partials

        return partials(self._prepared(), node, moment)

    def artefacts(self, moment: m.Moment | None) -> m.Artefacts:
        from app.worker.insight import artefacts

        return artefacts(self._prepared(), moment)

    def reading(self, approach: str, moment: m.Moment | None) -> Reading:
        from app.worker.approaches import reading

        return reading(self._prepared(), approach, moment)

    def profile(self, moment: m.Moment | None) -> tuple[str, Costs]:
        from app.worker.approaches import profiled

        return profiled(self._prepared(), moment)

    def comparison(self, moment: m.Moment | None) -> Measurements:
        from app.worker.approaches import comparison

        return comparison(self._prepared(), moment)

    def trace(self, asked: q.AskTrace) -> Stepped:
        stepped: Stepped = self._tracing().record(asked.wish, asked.kept, asked.question)
        return stepped

    def step(self, asked: q.AskStep) -> Detail:
        detail: Detail = self._tracing().detail(asked.serial, asked.number, asked.argument, asked.row, asked.column)
        return detail

    def _tracing(self) -> Any:
        from app.worker.tracing import Tracer

        if self._tracer is None:
            self._tracer = Tracer(self._prepared())
        return self._tracer

    def slopes(self, moment: m.Moment | None) -> dict[str, dict[str, Slope]]:
        from app.worker.slopes import slopes

        return slopes(self._prepared(), moment)

    def script(self, dialect: str, title: str, moment: m.Moment | None) -> str:
        from app.worker.graphs import parameters_of, prepared_of
        from engine.export.script import script

        prepared = prepared_of(self._job, self._mark)  # strict: what is wrong with the graph is the answer
        chosen = None if moment is None else moment.optimizer
        return script(prepared, dialect, title=title, parameters=parameters_of(moment), optimizer=chosen)

    def why(self, node: str, moment: m.Moment | None) -> dict[str, tuple[Blame, ...]]:
        from app.worker.reasons import reasons

        return reasons(self._prepared(), node, moment)

    def badges(self, moment: m.Moment | None, kept: m.PackedKept | None) -> tuple[Warned, ...]:
        from app.worker.reasons import warned

        return warned(self._prepared(), moment, kept)

    def explanation(self, asked: q.AskExplanation) -> Explained:
        from app.worker.explanation import explained

        return explained(self._prepared(), self._looked(asked.moment), asked)

    def tensor(self, asked: q.AskTensor) -> tuple[TensorSeen | None, str]:
        from app.worker.tensors import seen

        return seen(self._looked(asked.moment), asked)

    def numbers(self, asked: q.AskNumbers) -> tuple[list[tuple[Any, ...]], dict[str, tuple[Factor, ...]]]:
        from app.worker.lesson_numbers import factors, numbers

        prepared = self._prepared()
        return numbers(prepared, asked.wanted, asked.moment), factors(prepared, asked.sockets, asked.moment)


def _warm() -> None:
    from app.worker.graphs import warm

    warm()


ENGINE = Answers(_warm, EngineAnswerer)
"""Answers as the engine finds them."""
