"""How the engine processes get from a job to a graph they can run or look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.worker.messages import Job, Moment
from engine.data import Data
from engine.operator import Library
from engine.plugins import installed, joined
from engine.prepare import Prepared, prepare
from nodes.library import LIBRARY

Mark = Callable[[str], None]
"""Told each node before it is evaluated, so that its name outlives a crash."""


@dataclass(frozen=True)
class MarkedData(Data):
    """Data that say which source is being read."""

    marked: Mark = lambda _: None

    def of(self, node: str, label: str, key: Any) -> Data:
        """Return the same data as seen by one source node, which is marked from now on."""
        self.marked(node)
        return replace(super().of(node, label, key), told=lambda _, part: self.marked(f"{node}\t{part:.2f}"))


def data_of(job: Job, mark: Mark) -> Data:
    """Return where the job's data come from."""
    return MarkedData(None if job.folder is None else Path(job.folder), Path(job.assets), marked=mark)


@cache
def library_of(plugins: tuple[str, ...]) -> Library:
    """Return our own operators and those of these packages, which are imported; those of no others."""
    return joined(LIBRARY, installed(only=plugins)) if plugins else LIBRARY


def prepared_of(job: Job, mark: Mark, *, strict: bool = True) -> Prepared:
    """Return the job's graph prepared, its sources marked while they are read."""
    prepared = prepare(job.content(), library_of(job.plugins), data_of(job, mark), strict=strict)
    mark("")
    return prepared


def parameters_of(moment: Moment | None) -> dict[str, Any] | None:
    """Return a moment's parameters by node id; None where there is no moment."""
    return None if moment is None else {node: packed.array() for node, packed in moment.values.items()}


def at_moment(moment: Moment | None) -> dict[str, Any]:
    """Return a moment as the engine's questions take it: parameters, optimizer, step and states; nothing for the
    start."""
    if moment is None:
        return {}
    return {
        "parameters": parameters_of(moment),
        "optimizer": moment.optimizer,
        "step": moment.at,
        "states": states_of(moment),
    }


def states_of(moment: Moment | None) -> dict[str, tuple[Any, ...]] | None:
    """Return a moment's states by node id."""
    if moment is None:
        return None
    return {node: tuple(packed.array() for packed in state) for node, state in moment.states.items()}


def warm() -> None:
    """Import what runs and looks need, so that the first one is quick."""
    from engine import evaluate, training  # noqa: F401
