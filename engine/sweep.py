"""Sweeps: one graph trained at many values of its settings and from many seeds.

On XLA all runs whose programs are alike (numeric settings and seeds differ) are one vectorised program, its runs spread
over the devices; values of structural settings make a program each. Without JAX, and for what XLA does not take, the
runs follow each other on numpy_code. Either way a row says where one run ended.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine import evaluate
from engine.backends import xla
from engine.compiled_loop import roles
from engine.errors import GradwireError, LoweringError
from engine.prepare import Plan, Prepared
from engine.program.fingerprint import fingerprint
from engine.program.passes import PORTABLE, simplify
from engine.program.program import Program
from engine.results import names, plain
from engine.stepper import Stepper, build
from engine.sweep_run import Members, run_members
from engine.training import Trainer

if TYPE_CHECKING:
    from engine.api import OpenGraph

MOST: Final = 100_000
"""Runs of one sweep at most."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting of a node (by id or name), and the values it is to have."""

    node: str
    setting: str
    values: tuple[Any, ...]

    @property
    def name(self) -> str:
        """How the table calls it."""
        return f"{self.node}.{self.setting}"


@dataclass(frozen=True, slots=True)
class Row:
    """One run: its values, one for each axis, its seed, and where it ended. The loss is that at the parameters."""

    values: tuple[Any, ...]
    seed: int
    loss: float
    steps: int
    parameters: Mapping[str, Any]
    stopped: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Sweep:
    """All runs, in the order of the values (the last axis changes fastest, then the seed), and how they were made."""

    axes: tuple[Axis, ...]
    rows: tuple[Row, ...]
    backend: str
    programs: int
    """How many programs were compiled: more than one where a setting is structural."""
    devices: int

    def to_plain(self) -> dict[str, Any]:
        """Return JSON values."""
        rows = [
            {
                "settings": {axis.name: value for axis, value in zip(self.axes, row.values, strict=True)},
                "seed": row.seed,
                "loss": row.loss,
                "steps": row.steps,
                "parameters": dict(row.parameters),
                "stopped": row.stopped,
                "failed": row.failed,
            }
            for row in self.rows
        ]
        how = {"backend": self.backend, "programs": self.programs, "devices": self.devices}
        return {"over": [axis.name for axis in self.axes], **how, "rows": plain(rows)}


@dataclass(frozen=True, slots=True)
class Run:
    """One run before it is made."""

    values: tuple[Any, ...]
    seed: int
    prepared: Prepared
    plan: Plan


def sweep(
    graph: OpenGraph,
    axes: Sequence[Axis],
    seeds: int = 1,
    *,
    steps: int | None = None,
    seed: int | None = None,
    backend: str | None = None,
) -> Sweep:
    """Train the graph at every combination of values, from `seeds` seeds each, and return where the runs ended.

    Values kept in the graph are not taken up. `backend` is "xla" or "numpy_code"; none: xla where JAX is there. Raise
    GradwireError where the graph cannot run.
    """
    if backend not in (None, "xla", "numpy_code"):
        raise LoweringError(f"A sweep runs on xla or numpy_code, not on {backend!r}.")
    runs = list(_runs(graph, axes, seeds, seed))
    if backend is None:
        backend = "numpy_code" if xla.missing() else "xla"
    if backend == "numpy_code":
        rows = tuple(_by_itself(graph, run, steps) for run in runs)
        return Sweep(tuple(axes), rows, backend, _programs(graph, axes), 1)
    return _by_xla(graph, tuple(axes), runs, steps)


def _runs(graph: OpenGraph, axes: Sequence[Axis], seeds: int, seed: int | None) -> Iterator[Run]:
    count = seeds
    for axis in axes:
        count *= len(axis.values)
    if count > MOST:
        raise GradwireError(f"A sweep of {count:,} runs is too large: at most {MOST:,} are made at once.")
    for values in itertools.product(*(axis.values for axis in axes)):
        changed = graph
        for axis, value in zip(axes, values, strict=True):
            changed = changed.with_setting(axis.node, axis.setting, value)
        first = changed.prepare(seed=seed, start="initial")
        for number in range(first.seed, first.seed + seeds):
            prepared = first if number == first.seed else changed.prepare(seed=number, start="initial")
            if len(prepared.plans) > 1:
                raise GradwireError("A sweep is of one optimizer: leave one in the graph.")
            yield Run(values, number, prepared, prepared.plan(None))


def _programs(graph: OpenGraph, axes: Sequence[Axis]) -> int:
    from engine.results import find

    count = 1
    for axis in axes:
        declared = graph.library[graph.graph.nodes[find(graph.graph, axis.node)].operator]
        spec = declared.settings.get(axis.setting)
        count *= 1 if spec is None or spec.numeric else len(axis.values)
    return count


# ----- one after the other -----


def _by_itself(graph: OpenGraph, run: Run, steps: int | None) -> Row:
    trainer = Trainer(run.prepared, approach="static", backend="numpy_code", steps=steps)
    while not trainer.done:
        trainer.run(10**9, seconds=1.0)
    stop = trainer.stops[0]
    values = trainer.parameters()
    loss = _loss(run.prepared, values, trainer.standing(0), trainer.states(0))
    called = names(graph.graph, trainer.lanes[0].parameters)
    parameters = {called[id]: values[id] for id in trainer.lanes[0].parameters}
    taken = trainer.step() - run.prepared.step
    return Row(run.values, run.seed, loss, taken, parameters, stop.sentence, stop.kind == "paused")


def _loss(prepared: Prepared, values: Mapping[str, Any], step: int, states: Any) -> float:
    return float(evaluate.gradient(prepared, values, step=step, states=states, backend="numpy_code").loss)


# ----- all at once -----


def _by_xla(graph: OpenGraph, axes: tuple[Axis, ...], runs: Sequence[Run], steps: int | None) -> Sweep:
    """Group the runs by their programs, and run each group as one."""
    groups: dict[tuple[str, str, int], list[tuple[int, Run, Stepper]]] = {}
    programs: dict[tuple[str, str, int], Program] = {}
    alone: list[int] = []
    known: dict[tuple[Any, ...], tuple[Stepper, Program, str]] = {}
    for number, run in enumerate(runs):
        if run.values not in known:
            stepper = build(run.prepared, run.plan, "static", "xla")
            program = simplify(stepper.steady, PORTABLE)
            known[run.values] = (stepper, program, fingerprint(program))
        stepper, program, digest = known[run.values]
        if stepper.searches or run.plan.validation is not None:
            alone.append(number)
            continue
        key = (digest, f"{roles(stepper)} {run.plan.settings['until']}", _limit(run, steps))
        groups.setdefault(key, []).append((number, run, stepper))
        programs[key] = program
    rows: dict[int, Row] = {number: _by_itself(graph, runs[number], steps) for number in alone}
    devices = 1
    for key, members in groups.items():
        prepared = [(run.prepared, run.plan, stepper) for _, run, stepper in members]
        ended = run_members(Members(programs[key], prepared), key[2])
        devices = max(devices, ended.devices)
        for (number, run, stepper), end in zip(members, ended.ends, strict=True):
            called = names(graph.graph, stepper.descent.owned)
            found = stepper.descent.to_values(run.prepared, end.free)
            parameters = {called[id]: np.asarray(value) for id, value in found.items()}
            rows[number] = Row(run.values, run.seed, end.loss, end.steps, parameters, end.sentence, end.failed)
    count = len(groups) + len({runs[number].values for number in alone})
    return Sweep(axes, tuple(rows[number] for number in range(len(runs))), "xla", count, devices)


def _limit(run: Run, steps: int | None) -> int:
    """Return how many steps the run takes at most."""
    own, first = int(run.plan.settings["steps"]), run.prepared.step
    return steps if steps is not None else own - first if own > first else own
