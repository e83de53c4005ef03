"""The book of runs: every run of the session, one line for each optimizer of it, with its curve and what it began from.

The curves are copies: they stay when the next run begins.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.plots.histories import last_loss, losses
from app.worker.messages import Series
from engine.graph import Graph
from engine.operator import Library
from engine.optimizers import METHODS

if TYPE_CHECKING:
    from app.landscape.comparison import Comparison
    from app.session import Session
    from app.worker.client import RunControl

BUCKETS: Final = 1024
EVERY: Final = 0.5
"""Seconds between two copies of a curve while a run is on."""
MOST: Final = 200
"""Runs that are remembered; the oldest go first."""
ALONE: Final = ("keep", "approach")
"""Settings of an optimizer that do not change where a run goes."""


@dataclass
class Record:
    """One optimizer's run."""

    number: int
    name: str
    settings: Mapping[str, Any]
    """What it began from, by what people call it: "learning rate", "slope w: value"."""
    seed: int
    steps: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    loss: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    gradients: dict[str, float] = field(default_factory=dict)
    """The last norm of the gradient by each parameter, by its name."""
    last: float = float("nan")
    """The loss of the last step by itself: `loss` may hold means of several steps."""
    taken: int = 0
    seconds: float = 0.0
    state: str = "running"
    shown: bool = True

    @property
    def final(self) -> float:
        """The last loss, NaN before the first."""
        if np.isfinite(self.last):
            return self.last
        known = self.loss[np.isfinite(self.loss)]
        return float(known[-1]) if len(known) else float("nan")

    @property
    def group(self) -> tuple[Any, ...]:
        """What it shares with runs that differ from it by the seed alone."""
        return tuple(sorted((name, str(value)) for name, value in self.settings.items() if name != "seed"))


class RunBook(QObject):
    """The runs of one document's session, the oldest first."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.records: list[Record] = []
        self._count = 0
        self._open: dict[RunControl, list[Record]] = {}
        self._graphs: dict[RunControl, Graph] = {}
        self._copied = 0.0
        if session.has_engine:
            self.follow(session.runs)
        session.replaced.connect(self.forget)

    def follow_comparison(self, comparison: Comparison) -> None:
        """Write down what is compared as well."""

        def changed() -> None:
            if comparison.runs is not None:
                self.follow(comparison.runs, comparison.graph)

        comparison.changed.connect(changed)
        comparison.ended.connect(self.leave)

    def follow(self, runs: RunControl, graph: Graph | None = None) -> None:
        """Write down what this control runs; `graph` is what it runs where that is not the document's."""
        new = runs not in self._graphs
        self._graphs[runs] = graph or Graph()
        if new:
            runs.lanes_changed.connect(lambda: self._lanes_changed(runs))
            runs.ticked.connect(lambda: self._moved(runs))
            runs.state_changed.connect(lambda state: self._state_changed(runs, state))
            if runs.lanes:
                self._lanes_changed(runs)

    def leave(self, runs: RunControl) -> None:
        """The control goes: what is known of its runs stays."""
        self._open.pop(runs, None)
        self._graphs.pop(runs, None)

    def forget(self, records: Sequence[Record] | None = None) -> None:
        """Take runs out of the book (all, where none are named)."""
        gone = self.records if records is None else records
        self.records = [each for each in self.records if each not in gone]
        self.changed.emit()

    def _lanes_changed(self, runs: RunControl) -> None:
        self._open.pop(runs, None)
        if not runs.lanes or runs not in self._graphs:
            return
        graph = self._graphs[runs] if self._graphs[runs].nodes else self._session.graph
        made = []
        for lane in runs.lanes:
            self._count += 1
            settings = settings_of(graph, self._session.library, lane.optimizers)
            made.append(Record(self._count, lane.name, settings, int(settings.get("seed", 0))))
        self.records = [*self.records, *made][-MOST:]
        self._open[runs] = made
        self._copy(runs)

    def _moved(self, runs: RunControl) -> None:
        if time.monotonic() > self._copied + EVERY:
            self._copy(runs)

    def _state_changed(self, runs: RunControl, state: str) -> None:
        if state != "idle":
            self._copy(runs)

    def _copy(self, runs: RunControl) -> None:
        records = self._open.get(runs)
        if not records or not runs.lanes:
            return
        self._copied = time.monotonic()
        for k, (record, lane) in enumerate(zip(records, runs.lanes, strict=False)):
            own = losses(lane)
            curve = runs.curve(k, own[0][0], buckets=BUCKETS) if own else None
            if curve is not None and len(curve.steps):
                record.steps, record.loss = curve.steps.copy(), curve.mean.copy()
                record.last = last_loss(runs, k)
            for parameter in lane.parameters:
                found = runs.curve(k, Series("gradient", parameter.node), buckets=64).mean
                if len(found):
                    record.gradients[parameter.name] = float(found[-1])
            record.taken, record.seconds, record.state = runs.steps_of(k), runs.elapsed, runs.state
        self.changed.emit()


def settings_of(graph: Graph, library: Library, optimizers: Sequence[str]) -> dict[str, Any]:
    """Return what a run begins from: its optimizers' settings, and what other nodes are set to."""
    found: dict[str, Any] = {}
    rivals = {id for id, node in graph.nodes.items() if node.operator in library
              and library[node.operator].family == "optimizers"}  # fmt: skip
    for id in optimizers:
        node = graph.nodes.get(id)
        if node is None or node.operator not in library:
            continue
        own = library[node.operator].values(node)
        prefix = "" if len(optimizers) == 1 else f"{node.name or id}: "
        found |= {prefix + name.replace("_", " "): value for name, value in own.items() if name not in ALONE}
    for id, node in graph.nodes.items():
        if id not in rivals:
            label = node.name or id
            found |= {f"{label}: {name.replace('_', ' ')}": value for name, value in node.settings.items()}
    return found


def differing(records: Sequence[Record]) -> dict[int, str]:
    """Return what sets each run apart from the others, by its number: "learning rate 0.1, seed 3"."""
    names = list(dict.fromkeys(name for record in records for name in record.settings))
    apart = [name for name in names if len({_text(record.settings.get(name)) for record in records}) > 1]
    return {record.number: ", ".join(_told(record, apart)) for record in records}


def _told(record: Record, names: Sequence[str]) -> Iterator[str]:
    """Yield what sets a run apart; its method only where its name does not say so."""
    for name in names:
        value = record.settings.get(name)
        called = METHODS[value].title if name == "method" and value in METHODS else ""
        if name in record.settings and (not called or called.lower() not in record.name.lower()):
            yield f"{name} {_text(value)}"


def _text(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 24 else text[:23] + "…"


def average(values: NDArray[Any], weight: float) -> NDArray[Any]:
    """Return the exponential moving average of values, corrected for its beginning; `weight` 0 leaves them as they are,
    values that are not finite are passed over."""
    if weight <= 0:
        return values
    found = np.empty(len(values))
    mean, mass = 0.0, 0.0
    for k, value in enumerate(values.tolist()):
        if np.isfinite(value):
            mean, mass = weight * mean + (1 - weight) * value, weight * mass + (1 - weight)
        found[k] = mean / mass if mass else np.nan
    return found


def band(records: Sequence[Record]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]] | None:
    """Return (steps, lowest, highest, mean) of the losses of several runs, as far as all of them go; None where they
    share no steps."""
    known = [record for record in records if len(record.steps) > 1]
    if len(known) < 2:
        return None
    first = max(float(record.steps[0]) for record in known)
    last = min(float(record.steps[-1]) for record in known)
    if last <= first:
        return None
    steps = max(known, key=lambda record: len(record.steps)).steps
    steps = steps[(steps >= first) & (steps <= last)]
    heights = np.stack([np.interp(steps, record.steps, record.loss) for record in known])
    return steps, heights.min(axis=0), heights.max(axis=0), heights.mean(axis=0)
