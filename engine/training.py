"""Training: optimizer nodes run a prepared graph downhill, as a generator of Step records or in fast chunks.

Optimizers that own the same parameters run side by side, each in a lane with its own copy, from the same start and
seed; optimizers on disjoint parameters alternate within a lane, in the order of their ids.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import GradwireError, SettingError
from engine.graph import Kept
from engine.lane import Column, Mover, Stop
from engine.operator import Kind, socket_number
from engine.prepare import Plan, Prepared
from engine.sockets import input_of
from engine.stepper import choose
from engine.types import Tensor
from engine.validation import Validated

__all__ = ["Chunk", "Column", "Lane", "Step", "Stop", "Trainer", "lanes_of"]

TURN: Final = 0.004
"""Seconds that all lanes together take before the clock is looked at, where a time is given (one step at least)."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A copy of the parameters and who moves it."""

    name: str
    """The labels of its optimizers."""
    optimizers: tuple[str, ...]
    parameters: tuple[str, ...]
    """The parameter nodes it moves."""
    columns: tuple[Column, ...]
    limit: int
    """Steps after which it stops, those before it was resumed included."""
    approach: str
    backend: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Recorded steps of one lane: rows[k] holds the lane's columns at step `first` + k, before that step's update."""

    lane: int
    first: int
    rows: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one lane: the losses by optimizer, and the norms of the gradients by parameter, at its start."""

    lane: int
    step: int
    losses: Mapping[str, float]
    gradient_norms: Mapping[str, float]


def lanes_of(plans: Sequence[Plan]) -> tuple[tuple[Plan, ...], ...]:
    """Return which optimizers share a lane.

    Those with equal parameter sets are rivals and go to different lanes; sets without a common parameter go side by
    side into every lane. Lane k has the k-th rival of each set, or its only one. Raise GradwireError where sets
    overlap.
    """
    groups: dict[frozenset[str], list[Plan]] = {}
    for plan in plans:
        own = frozenset(plan.parameters)
        for other, members in groups.items():
            if own & other and own != other:
                raise GradwireError(
                    f"{plan.label} ({plan.id}) and {members[0].label} ({members[0].id}) share some of their "
                    "parameters, not all: let them own the same ones (to run side by side), or different ones.",
                    node=plan.id,
                )
        groups.setdefault(own, []).append(plan)
    count = max((len(members) for members in groups.values()), default=0)
    return tuple(tuple(members[min(k, len(members) - 1)] for members in groups.values()) for k in range(count))


class Trainer:
    """A run of all optimizer nodes of a prepared graph. `run` goes on from where the last call ended."""

    def __init__(
        self,
        prepared: Prepared,
        *,
        approach: str | None = None,
        backend: str | None = None,
        steps: int | None = None,
        record: Literal["everything", "losses"] = "everything",
    ) -> None:
        """Lower, differentiate and compile. `approach` and `backend` go before the optimizers' own settings.

        Without `steps` each optimizer stops at its own number of steps, counted from step 0; a lane that is taken up
        when all of its optimizers had ended does as many again. `steps` are taken from where the run begins.

        `record`: of each step no more than the loss (and validation) where nobody will look at norms and values, which
        are then not computed; nor does a gradient stop the run that is finite, but too long to be squared. Raise
        LoweringError where the graph cannot become a program, GradwireError where there is no optimizer.
        """
        prepared.plan(None)
        self._prepared = prepared
        self._pace = TURN
        self._movers = tuple(
            tuple(_mover(prepared, plan, approach, backend, steps, record == "losses") for plan in plans)
            for plans in lanes_of(prepared.plans)
        )
        _require_one_best(self._movers)
        if prepared.step and prepared.content.kept is not None:
            for movers in self._movers:
                for mover in movers:
                    mover.take_up(prepared.content.kept)
                _rest(movers, own=steps is None)
        self.lanes: tuple[Lane, ...] = tuple(map(_lane, self._movers))

    # How it stands ------------------------------------------------------------------------------------------------

    @property
    def prepared(self) -> Prepared:
        """The graph as it was when the run began."""
        return self._prepared

    @property
    def stops(self) -> Mapping[int, Stop]:
        """Why lanes stand still, by lane; a lane that may go on has none."""
        return {lane: stop for lane, movers in enumerate(self._movers) if (stop := _stop(movers))}

    @property
    def done(self) -> bool:
        """Whether every lane stands still."""
        return len(self.stops) == len(self.lanes)

    def backend(self, lane: int = 0) -> str:
        """Return what takes the lane's steps now: with the backend "auto" that changes once XLA has compiled them."""
        return ", ".join(dict.fromkeys(mover.backend for mover in self._movers[lane]))

    def step(self, lane: int = 0) -> int:
        """Return how many steps the lane has taken, those before it was resumed included."""
        return max(mover.count for mover in self._movers[lane])

    def parameters(self, lane: int = 0) -> dict[str, NDArray[Any]]:
        """Return copies of the parameters as they are now, frozen ones included, inside their constraints."""
        moved = {id: value for mover in self._movers[lane] for id, value in mover.values().items()}
        return {id: np.array(value) for id, value in {**self._prepared.parameters, **moved}.items()}

    def standing(self, lane: int = 0) -> int:
        """Return the step that `parameters` belong to: that of the best validation where a finished lane keeps it."""
        return max(mover.standing for mover in self._movers[lane])

    def validated(self, lane: int = 0) -> dict[str, Validated]:
        """Return what validation has shown so far, by optimizer."""
        return {mover.plan.id: mover.validated for mover in self._movers[lane] if mover.validation is not None}

    def states(self, lane: int = 0) -> dict[str, tuple[Any, ...]]:
        """Return the states of stateful nodes and batches as they are now, for `engine.evaluate`."""
        return {id: state for mover in self._by_steps(lane) for id, state in mover.states().items()}

    def carried(self, lane: int = 0) -> dict[tuple[str, str], NDArray[Any]]:
        """Return what the lane's methods carry from step to step, by slot and parameter."""
        return {key: np.array(value) for mover in self._movers[lane] for key, value in mover.slots().items()}

    def momentum(self, lane: int = 0) -> dict[str, NDArray[Any]]:
        """Return the running mean of gradients by parameter, of those whose method has one."""
        return {id: np.array(value) for mover in self._movers[lane] for id, value in mover.momentum().items()}

    def kept(self, lane: int = 0) -> Kept:
        """Return what "keep these values" stores: a run that takes it up goes on exactly as this one would."""
        return Kept(
            step=self.standing(lane),
            seed=self._prepared.seed,
            optimizer=self.lanes[lane].optimizers[0],
            values={id: Tensor.of(value) for id, value in self.parameters(lane).items()},
            states={id: state for mover in self._by_steps(lane) for id, state in mover.kept().items()},
        )

    def _by_steps(self, lane: int) -> list[Mover]:
        """Return the lane's optimizers, the one that went furthest last: batches are as far as it has drawn them."""
        return sorted(self._movers[lane], key=lambda mover: mover.count)

    # Going on -----------------------------------------------------------------------------------------------------

    def run(self, most: int = 1000, seconds: float | None = None) -> tuple[Chunk, ...]:
        """Take up to `most` steps in every lane that may go on, all lanes evenly, and return what was recorded.

        Ends early after about `seconds`. A lane whose loss or gradient is not finite pauses before the step:
        `stops` names the first node and direction. Raise RunError, with the node, where an operator fails.
        """
        end = None if seconds is None else time.perf_counter() + seconds
        first = [self.step(lane) for lane in range(len(self.lanes))]
        rows: list[list[NDArray[np.float64]]] = [[] for _ in self.lanes]
        left = most
        while left > 0 and not self.done:
            turn = left if end is None else max(1, min(left, int(TURN / self._pace)))
            began = time.perf_counter()
            for lane, movers in enumerate(self._movers):
                if _stop(movers) is None:
                    rows[lane].append(_advance(movers, turn))
            left -= turn
            now = time.perf_counter()
            self._pace = max((now - began) / turn, 1e-7)
            if end is not None and now >= end:
                break
        return tuple(Chunk(lane, first[lane], _joined(parts)) for lane, parts in enumerate(rows) if parts)

    def resume(self) -> None:
        """Let paused lanes try again (after a live setting was changed)."""
        for mover in (each for lane in self._movers for each in lane):
            if mover.stop is not None and mover.stop.kind == "paused":
                mover.stop = None

    def set_live(self, node: str, setting: str, value: Any) -> bool:
        """Give a numeric setting, or the number in an unwired input's place, a new value from the next step on.

        Return False where it is structural, a parameter's, or not in the run; raise SettingError where it may not
        have the value.
        """
        graph = self._prepared.graph
        if node not in graph.nodes:
            return False
        declared = self._prepared.operator(node)
        if declared.kind is Kind.PARAMETER:
            return False
        spec = declared.settings.get(setting) or (socket_number(setting) if input_of(declared, setting) else None)
        if spec is None or not spec.numeric:
            return False
        try:
            checked = spec.check(value)
        except SettingError as error:
            raise SettingError(f"{self._prepared.quoted(node)}: {setting} {error.sentence}.", node=node) from None
        found = False
        for mover in (each for lane in self._movers for each in lane):
            if mover.plan.id == node:
                mover.set_hyper(setting, checked)
                found = True
            else:
                found |= mover.set_live(f"{node}.{setting}", checked)
        return found

    def __iter__(self) -> Iterator[Step]:
        """Take step after step, yielding a record of each, until every lane stands still."""
        while not self.done:
            for chunk in self.run(1):
                if len(chunk.rows):
                    yield _record(self.lanes[chunk.lane], chunk)


def _mover(
    prepared: Prepared, plan: Plan, approach: str | None, backend: str | None, steps: int | None, losses: bool
) -> Mover:
    auto = backend == "auto"
    approach, backend = choose(approach, backend, plan.settings)
    first, own = prepared.step, int(plan.settings["steps"])
    limit = first + steps if steps is not None else own if own > first else first + own
    return Mover(prepared, plan, approach, backend, first, limit, auto, losses)


def _require_one_best(lanes: Sequence[Sequence[Mover]]) -> None:
    """Refuse keeping the best where others have moved on since: their values would not belong together."""
    for movers in lanes:
        for mover in movers if len(movers) > 1 else ():
            if mover.validation is not None and mover.validation.keeps_best:
                other = next(each for each in movers if each is not mover)
                name, others = (mover.prepared.quoted(each.plan.id) for each in (mover, other))
                raise GradwireError(
                    f"{name} cannot keep its best values: it takes turns with {others}, which moves on meanwhile; "
                    "turn keep best off.",
                    node=mover.plan.id,
                )


def _rest(movers: Sequence[Mover], *, own: bool) -> None:
    """Let optimizers that had ended before the others of their lane stand still, as in a run without a break.

    `own`: each ends after its own number of steps.
    """
    ended = [each for each in movers if each.converged or (own and int(each.plan.settings["steps"]) <= each.first)]
    if len(ended) < len(movers):
        for mover in ended:
            mover.stop = Stop(mover.first, "finished", "Ended before the others of its lane.")


def _lane(movers: Sequence[Mover]) -> Lane:
    alone = len(movers) == 1
    return Lane(
        name=", ".join(mover.plan.label for mover in movers),
        optimizers=tuple(mover.plan.id for mover in movers),
        parameters=tuple(id for mover in movers for id in mover.stepper.descent.owned),
        columns=tuple(column for mover in movers for column in mover.columns(alone)),
        limit=max(mover.limit for mover in movers),
        approach=movers[0].stepper.approach,
        backend=movers[0].stepper.backend,
    )


def _stop(movers: Sequence[Mover]) -> Stop | None:
    """Return why the lane stands still: one of its optimizers paused, or all have finished."""
    stops = [mover.stop for mover in movers]
    paused = next((stop for stop in stops if stop is not None and stop.kind == "paused"), None)
    return paused or (stops[-1] if None not in stops else None)


def _advance(movers: Sequence[Mover], most: int) -> NDArray[np.float64]:
    if len(movers) == 1:
        return movers[0].advance(most)
    rows = []
    for _ in range(most):
        row = _alternate(movers)
        if row is None:
            break
        rows.append(row)
        if _stop(movers) is not None:
            break
    width = sum(len(mover.columns(False)) for mover in movers)
    return np.vstack(rows) if rows else np.empty((0, width))


def _alternate(movers: Sequence[Mover]) -> NDArray[np.float64] | None:
    """Let each optimizer of the lane take one step; return the row, or None where one paused: then none has moved.

    One that has finished stands still: its numbers are NaN in the row.
    """
    marks = [mover.mark() for mover in movers]
    parts = []
    for mover in movers:
        if mover.stop is None:
            table = mover.advance(1)
            if not len(table) and mover.stop is not None and mover.stop.kind == "finished":
                parts.append(np.full(len(mover.columns(False)), np.nan))  # validation ended it before the step
                continue
            if not len(table):
                _undo(mover, movers, marks)
                return None
            _share(mover, movers)
            parts.append(table[0])
        else:
            parts.append(np.full(len(mover.columns(False)), np.nan))
    return np.concatenate(parts)


def _undo(paused: Mover, movers: Sequence[Mover], marks: Sequence[tuple[Any, ...]]) -> None:
    """Put the lane back to before the round in which one optimizer paused."""
    stop, before = paused.stop, paused.carry
    for mover, mark in zip(movers, marks, strict=True):
        mover.back(mark)
    paused.stop = stop
    if stop is not None and stop.direction == "update":
        paused.carry = before
        _share(paused, movers)


def _share(moved: Mover, movers: Sequence[Mover]) -> None:
    values, states = moved.values(), moved.states()
    for other in movers:
        if other is not moved:
            other.receive(values, states)


def _joined(parts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return parts[0] if len(parts) == 1 else np.vstack(parts)


def _record(lane: Lane, chunk: Chunk) -> Step:
    row = dict(zip(lane.columns, map(float, chunk.rows[0]), strict=True))
    return Step(
        lane=chunk.lane,
        step=chunk.first,
        losses={each.node or lane.optimizers[0]: value for each, value in row.items() if each.kind == "loss"},
        gradient_norms={
            each.node: row[each] for each in row if each.kind == "gradient" and each.node in lane.parameters
        },
    )
