"""Training: optimizer nodes run a prepared graph downhill, as a generator of Step records or in fast chunks.

Optimizers that own the same parameters run side by side, each in a lane with its own copy, from the same start and
seed; optimizers on disjoint parameters alternate within a lane, in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from engine.graph import Kept
from engine.prepare import Prepared


@dataclass(frozen=True, slots=True)
class Column:
    """A quantity recorded at every step: "loss" (of the optimizer `node`), "gradient" (the norm of the gradient by the
    parameter `node`; of all together where "") or "value" (element `index`, in C order, of the parameter `node`)."""

    kind: Literal["loss", "gradient", "value"]
    node: str = ""
    index: int = 0


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
    """Steps after which it stops."""
    approach: str
    backend: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Recorded steps of one lane: rows[k] holds the lane's columns at step `first` + k, before that step's update."""

    lane: int
    first: int
    rows: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a lane does not go on. A paused lane may: its parameters are as they were before the step that went wrong."""

    lane: int
    step: int
    kind: Literal["finished", "paused"]
    sentence: str
    node: str | None = None
    direction: Literal["", "forward", "backward", "update"] = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one lane: the loss and the norms of the gradients at its start, by node."""

    lane: int
    step: int
    losses: Mapping[str, float]
    gradient_norms: Mapping[str, float]


class Trainer:
    """A run of all optimizer nodes of a prepared graph. `run` goes on from where the last call ended."""

    def __init__(
        self,
        prepared: Prepared,
        *,
        approach: str | None = None,
        backend: str | None = None,
        steps: int | None = None,
    ) -> None:
        """Lower, differentiate and compile. `approach`, `backend` and `steps` go before the optimizers' own settings.

        Raise LoweringError, or GradwireError where there is no optimizer.
        """
        raise NotImplementedError

    lanes: tuple[Lane, ...]

    @property
    def stops(self) -> Mapping[int, Stop]:
        """Why lanes stand still, by lane; a lane that may go on has none."""
        raise NotImplementedError

    @property
    def done(self) -> bool:
        """Whether every lane stands still."""
        raise NotImplementedError

    def step(self, lane: int = 0) -> int:
        """Return how many steps the lane has taken, those before it was resumed included."""
        raise NotImplementedError

    def run(self, most: int = 1000, seconds: float | None = None) -> tuple[Chunk, ...]:
        """Take up to `most` steps in every lane that may go on, all lanes evenly, and return what was recorded.

        Stops early after about `seconds`. A lane whose loss or gradient is not finite pauses before the step: `stops`
        names the first node and direction.
        """
        raise NotImplementedError

    def resume(self) -> None:
        """Let paused lanes try again (after a live setting was changed)."""
        raise NotImplementedError

    def set_live(self, node: str, setting: str, value: Any) -> bool:
        """Give a numeric setting a new value from the next step on; return False where it is structural or not in the
        run."""
        raise NotImplementedError

    def parameters(self, lane: int = 0) -> dict[str, NDArray[Any]]:
        """Return copies of the parameters as they are now, frozen ones included, inside their constraints."""
        raise NotImplementedError

    def states(self, lane: int = 0) -> dict[str, tuple[Any, ...]]:
        """Return the states of stateful nodes and batches as they are now, for `engine.evaluate`."""
        raise NotImplementedError

    def kept(self, lane: int = 0) -> Kept:
        """Return what "keep these values" stores: a run that takes it up goes on exactly as this one would."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Step]:
        """Take step after step, yielding a record of each, until every lane stands still."""
        raise NotImplementedError
