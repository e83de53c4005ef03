"""What a run or a gradient leaves behind, and how it is written as JSON that every reader accepts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.bodies import OUTER
from engine.errors import GradwireError
from engine.graph import Graph, Kept, Node
from engine.lane import Column
from engine.sockets import shortened


@dataclass(frozen=True)
class Result:
    """The end of one optimizer's run, or (with no steps) its loss and gradient at given values.

    `loss` and `gradients` are at `parameters`, so after a run they are those the next step would start from. Parameters
    and gradients go by the parameter's name where it has one of its own, else by its node id.
    """

    optimizer: str
    """The optimizer's node id."""
    loss: float
    steps: int
    """Steps taken in this run."""
    parameters: Mapping[str, NDArray[Any]]
    gradients: Mapping[str, NDArray[Any]]
    seconds: float
    """Time spent: stepping, or computing the gradient."""
    approach: str
    backend: str
    stopped: str = ""
    """Why the run ended, as a sentence."""
    failed: bool = False
    """Whether it ended because a value was not finite."""
    probes: Mapping[str, Any] = field(default_factory=dict)
    """What each probe and number view shows at the end, in evaluation (no noise, running averages)."""
    validation: Mapping[str, float] = field(default_factory=dict)
    """Where something is wired to it: the last "value" and its "step", the "best" and its "best_step"."""
    columns: tuple[Column, ...] = ()
    history: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    """What was recorded at `recorded`, before each step: a row per step, with a number for each of `columns`."""
    recorded: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """The steps in `history`: every one, or in a long run (see `History`) every second, fourth, ..."""
    kept: Kept | None = None
    """What keeps these values in a document, so that a later run goes on from here."""

    def to_plain(self) -> dict[str, Any]:
        """Return the result as JSON values: see `plain`."""
        fields = {
            "optimizer": self.optimizer,
            "loss": self.loss,
            "steps": self.steps,
            "parameters": dict(self.parameters),
            "gradients": dict(self.gradients),
            "seconds": self.seconds,
            "approach": self.approach,
            "backend": self.backend,
        }
        if self.validation:
            fields["validation"] = dict(self.validation)
        if self.stopped:
            fields |= {"stopped": self.stopped, "failed": self.failed, "probes": dict(self.probes)}
        return {name: plain(value) for name, value in fields.items()}


@dataclass(frozen=True)
class Results(Sequence[Result]):
    """The results of all optimizers, in the order of their ids. Of a lone one the numbers can be asked for directly."""

    results: tuple[Result, ...]

    def __getitem__(self, index: Any) -> Any:
        return self.results[index]

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def only(self) -> Result:
        """The only result; raise GradwireError where there are several."""
        if len(self.results) != 1:
            raise GradwireError(
                f"There are {len(self.results)} results, one for each optimizer: choose one by its number."
            )
        return self.results[0]

    @property
    def loss(self) -> float:
        """The loss of the only result."""
        return self.only.loss

    @property
    def steps(self) -> int:
        """The steps of the only result."""
        return self.only.steps

    @property
    def parameters(self) -> Mapping[str, NDArray[Any]]:
        """The parameters of the only result, by name."""
        return self.only.parameters

    @property
    def gradients(self) -> Mapping[str, NDArray[Any]]:
        """The gradients of the only result, by name."""
        return self.only.gradients

    def to_plain(self) -> Any:
        """Return JSON values: an object for one result, a list for several."""
        objects = [result.to_plain() for result in self.results]
        return objects[0] if len(objects) == 1 else objects


class History:
    """Rows of one lane, thinned so that a run of any length takes bounded memory: at most `most` rows are kept."""

    def __init__(self, most: int = 1_000_000) -> None:
        self._most = most
        self._every = 1
        self._count = 0
        self._rows: list[NDArray[np.float64]] = []
        self._steps: list[NDArray[np.int64]] = []

    def add(self, first: int, rows: NDArray[np.float64]) -> None:
        """Append rows, the first of which is that of step `first`."""
        steps = np.arange(first, first + len(rows))
        wanted = steps % self._every == 0
        self._rows.append(rows[wanted])
        self._steps.append(steps[wanted])
        self._count += int(wanted.sum())
        while self._count > self._most:
            self._every *= 2
            rows, steps = np.vstack(self._rows), np.concatenate(self._steps)
            wanted = steps % self._every == 0
            self._rows, self._steps, self._count = [rows[wanted]], [steps[wanted]], int(wanted.sum())

    def arrays(self, columns: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (steps, rows)."""
        if not self._rows:
            return np.empty(0, np.int64), np.empty((0, columns))
        return np.concatenate(self._steps), np.vstack(self._rows)


def plain(value: Any) -> Any:
    """Return a value as JSON values: arrays as nested lists, tuples as lists.

    JSON has no NaN and no infinities: they become the texts "NaN", "Infinity" and "-Infinity", which Python's
    `float` and JavaScript's `Number` read back. A complex number becomes {"real": a, "imag": b} (for an array: of
    nested lists).
    """
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic | complex):
        array = np.asarray(value)
        if array.dtype.kind == "c":
            return {"real": plain(array.real), "imag": plain(array.imag)}
        return plain(array.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def names(graph: Graph, nodes: Sequence[str]) -> dict[str, str]:
    """Return what each of the nodes goes by in results: its name where no other node has it as name or id, else its
    id. `find` leads from either back to the node. A node that reads it in a body, called alike, is no other node."""
    bearers = Counter(node.name for node in graph.nodes.values() if not _reads_namesake(graph, node))
    given = {id: graph.nodes[id].name for id in nodes}
    return {id: name if name and bearers[name] == 1 and name not in graph.nodes else id for id, name in given.items()}


def _reads_namesake(graph: Graph, node: Node) -> bool:
    """Return whether a node only reads, in a body, a node of its own name."""
    read = graph.nodes.get(str(node.settings.get("node", ""))) if node.operator == OUTER else None
    return read is not None and read.name == node.name


def find(graph: Graph, text: str) -> str:
    """Return the id of the node called `text` (its id, or a name that only one node has); raise GradwireError if
    none."""
    if text in graph.nodes:
        return text
    named = [id for id, node in graph.nodes.items() if node.name == text and not _reads_namesake(graph, node)]
    if len(named) == 1:
        return named[0]
    count, wanted = ("Several nodes are", "the id of one") if named else ("No node is", "a node's id or name")
    raise GradwireError(f"{count} called “{shortened(text)}”: give {wanted}, as `gradwire inspect` lists them.")
