"""What the process that trains needs of a run, and how the engine's Trainer gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple, Protocol

from numpy.typing import NDArray

from app.worker.messages import Job, Lane, Moment, Packed, Parameter, Plane, PlaneSpec, Series, Way
from engine.graph import Kept

Mark = Callable[[str], None]
"""Told each node before it is evaluated, so that its name outlives a crash."""


class Ending(NamedTuple):
    """Why no lane goes on: for good ("finished"), or until something is changed ("paused")."""

    state: Literal["finished", "paused"]
    sentence: str
    node: str | None = None


class Training(Protocol):
    """A run as the process drives it."""

    lanes: tuple[Lane, ...]

    def step(self, lane: int) -> int:
        """Return how many steps the lane has taken, those before the run included."""

    def advance(self, most: int, seconds: float) -> Iterable[tuple[int, NDArray[Any]]]:
        """Take up to `most` steps in every lane for about `seconds`; return (lane, rows of its series) as recorded."""

    def backend(self, lane: int) -> str:
        """Return what takes the lane's steps now."""

    def ending(self) -> Ending | None:
        """Return why no lane goes on; None while one does."""

    def resume(self) -> None:
        """Let lanes that paused by themselves try again."""

    def set_live(self, node: str, setting: str, value: Any) -> None:
        """Give a numeric setting a new value from the next step on."""

    def moment(self, lane: int) -> Moment:
        """Return where the lane stands."""

    def kept(self, lane: int) -> Kept:
        """Return what "keep these values" stores."""

    def ways(self, spec: PlaneSpec, renew: bool) -> tuple[tuple[Way, ...], Plane | None]:
        """Return every lane's path in a plane, and the plane where it was found anew."""


class Work(NamedTuple):
    """What the process that trains is to do, as functions of modules (they reach the child by name)."""

    warm: Callable[[], None]
    """Import what will be needed."""
    make: Callable[[Job, Mark, str | None], Training]
    """By the backend that is asked for (see `messages.Start`)."""
    examine: Callable[[Job, Moment | None, Mark], None]
    """Evaluate the graph once, node by node, marking each; raise what goes wrong."""


class EngineTraining:
    """The engine's Trainer as a Training."""

    def __init__(self, job: Job, mark: Mark, backend: str | None = None) -> None:
        # Imported in the child only: the window describes work by name and stays light.
        from app.worker.graphs import prepared_of
        from engine.trail import Trail
        from engine.training import Trainer

        self._prepared = prepared_of(job, mark)
        self._trainer = Trainer(self._prepared, backend=backend)
        self._trail = Trail(self._trainer)
        self._plane: Any = None
        self.lanes = tuple(map(self._lane, self._trainer.lanes))

    def _lane(self, lane: Any) -> Lane:
        parameters = tuple(self._parameter(node) for node in lane.parameters)
        series = tuple(Series(column.kind, column.node, column.index) for column in lane.columns)
        return Lane(lane.name, lane.optimizers, parameters, series, lane.limit, lane.approach, lane.backend)

    def _parameter(self, id: str) -> Parameter:
        node = self._prepared.content.graph.nodes[id]
        title = self._prepared.library[node.operator].title
        return Parameter(id, node.name or title, self._prepared.parameters[id].shape)

    def step(self, lane: int) -> int:
        return self._trainer.step(lane)

    def advance(self, most: int, seconds: float) -> Iterable[tuple[int, NDArray[Any]]]:
        return [(chunk.lane, chunk.rows) for chunk in self._trail.run(most, seconds)]

    def backend(self, lane: int) -> str:
        return self._trainer.backend(lane)

    def ending(self) -> Ending | None:
        if not self._trainer.done:
            return None
        stops = self._trainer.stops
        paused = next((stop for stop in stops.values() if stop.kind == "paused"), None)
        if paused is not None:
            return Ending("paused", paused.sentence, paused.node)
        return Ending("finished", " ".join(dict.fromkeys(stop.sentence for stop in stops.values())))

    def resume(self) -> None:
        self._trainer.resume()

    def set_live(self, node: str, setting: str, value: Any) -> None:
        self._trainer.set_live(node, setting, value)

    def moment(self, lane: int) -> Moment:
        trainer = self._trainer
        values = {node: Packed.of(value) for node, value in trainer.parameters(lane).items()}
        states = {node: tuple(map(Packed.of, state)) for node, state in trainer.states(lane).items()}
        taken, standing = trainer.step(lane), trainer.standing(lane)
        optimizer = trainer.lanes[lane].optimizers[0]
        return Moment(lane, optimizer, taken, values, states, None if standing == taken else standing)

    def kept(self, lane: int) -> Kept:
        return self._trainer.kept(lane)

    def ways(self, spec: PlaneSpec, renew: bool) -> tuple[tuple[Way, ...], Plane | None]:
        from app.worker.trails import ways

        found, self._plane, new = ways(self._trail, spec, None if renew else self._plane)
        return found, new


def examine(job: Job, moment: Moment | None, mark: Mark) -> None:
    """Evaluate every loss and its gradient equation by equation, marking each node before it is evaluated."""
    from app.worker.graphs import parameters_of, prepared_of, states_of
    from engine.autodiff.adjoint import adjoint
    from engine.backends.interpret import node_of, start, step
    from engine.binding import bind
    from engine.program.lower import lower

    prepared = prepared_of(job, mark)
    values = parameters_of(moment) or prepared.parameters
    at = prepared.step if moment is None else moment.at
    for plan in prepared.plans:
        forward = lower(prepared.graph, prepared.library, prepared.types, [plan.loss], train=True)
        moved = [each.var for each in forward.inputs if each.role == "parameter"]
        program = adjoint(forward, forward.outputs[0], moved)
        known = start(program, bind(program, prepared, values, step=at, states=states_of(moment)))
        for equation in program.equations:
            mark(node_of(equation.origin))
            known[equation.output] = step(equation, known, program.functions)


def _warm() -> None:
    from app.worker.graphs import warm

    warm()


ENGINE = Work(_warm, EngineTraining, examine)
"""Training as the engine does it."""
