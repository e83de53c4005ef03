"""The trail of a run: where its parameters and the state of its methods were, at steps that lie ever further apart, so
that a run of any length has a path of a few hundred points."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import GradwireError
from engine.landscape import PathPlane, element, path_plane, random_directions
from engine.training import Chunk, Trainer

MOST: Final = 256
"""Points of a path; with as many every second goes."""
BYTES: Final = 96 * 2**20
"""Memory that all paths of a run take."""
LEAST: Final = 16
"""Points without which there is no path: parameters that do not fit so often into the memory have none."""
PLANE_POINTS: Final = 96
"""Points of all paths together that a plane is found of."""
STATES: Final = 24
"""Curves of a lane's state at most."""


@dataclass(frozen=True)
class Stand:
    """What a lane's state was at one step."""

    step: int
    values: NDArray[np.float64]
    """All moved numbers, one parameter after the other."""
    slots: Mapping[str, float]
    """The size of what a method carries, by "slot parameter" (of a single number the number itself)."""
    moved: dict[str, float] = field(default_factory=dict)
    """How far the step went from here, by parameter."""
    slopes: dict[str, float] = field(default_factory=dict)
    """The norm of the gradient here, by parameter."""


@dataclass(frozen=True)
class Spread:
    """A plane that paths are drawn in: a centre and two directions, each by parameter."""

    centre: Mapping[str, NDArray[Any]]
    first: Mapping[str, NDArray[Any]]
    second: Mapping[str, NDArray[Any]]
    share: float = 1.0
    """How much of the paths' variance lies in it, where it was found of them."""


class Trail:
    """A run that remembers its way. `run` is the trainer's, a look taken whenever one is due."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        prepared = trainer.prepared
        names = [id for id in trainer.lanes[0].parameters if np.asarray(prepared.parameters[id]).dtype.kind == "f"]
        self.names = tuple(names)
        """The real parameters that the first lane moves: those that a path is of."""
        self._shapes = [np.shape(prepared.parameters[id]) for id in names]
        self._sizes = [prod(shape) for shape in self._shapes]
        room = BYTES // (8 * max(1, sum(self._sizes)) * max(1, len(trainer.lanes)))
        self._most = min(MOST, room)
        self.lanes: list[list[Stand]] = [[] for _ in trainer.lanes]
        self._stride = 1
        self._next = trainer.step(0)

    @property
    def kept(self) -> bool:
        """Whether the way is remembered: the parameters are few enough, and there are some."""
        return bool(self._most >= LEAST and sum(self._sizes) > 0)

    def run(self, most: int, seconds: float) -> tuple[Chunk, ...]:
        """Take up to `most` steps in every lane for about `seconds`, at least one; return what was recorded."""
        if not self.kept:
            return self.trainer.run(most, seconds)
        end = time.perf_counter() + seconds
        chunks: list[Chunk] = []
        while most > 0 and not self.trainer.done:
            reached = self._reached()
            if reached >= self._next:
                self._look(reached)
                found = self.trainer.run(1, 0.0)
                self._look_back(found)
            else:
                found = self.trainer.run(min(most, self._next - reached), max(0.0, end - time.perf_counter()))
            taken = max((len(chunk.rows) for chunk in found), default=0)
            chunks += found
            most -= max(1, taken)
            if time.perf_counter() >= end or not taken:
                break
        return tuple(chunks)

    def _reached(self) -> int:
        return max(map(self.trainer.step, range(len(self.trainer.lanes))))

    def _look(self, reached: int) -> None:
        for lane, stands in enumerate(self.lanes):
            if not stands or stands[-1].step < self.trainer.step(lane):
                stands.append(self._stand(lane))
        self._next = reached + self._stride
        if max(map(len, self.lanes)) >= self._most:
            self._stride *= 2
            for stands in self.lanes:
                stands[:] = stands[::2]

    def _stand(self, lane: int) -> Stand:
        carried = self.trainer.carried(lane)
        slots = {f"{slot} {id}": _size(value) for (slot, id), value in list(carried.items())[:STATES]}
        return Stand(self.trainer.step(lane), self._flat(self.trainer.parameters(lane)), slots)

    def _look_back(self, chunks: Sequence[Chunk]) -> None:
        """Complete what was seen before a single step by how far it went, and by the gradient it was taken with."""
        for chunk in chunks:
            stands = self.lanes[chunk.lane]
            if not len(chunk.rows) or not stands or stands[-1].step != chunk.first or stands[-1].moved:
                continue
            last = stands[-1]
            parts = np.split(self._flat(self.trainer.parameters(chunk.lane)) - last.values, np.cumsum(self._sizes)[:-1])
            last.moved.update({id: float(np.linalg.norm(part)) for id, part in zip(self.names, parts, strict=True)})
            columns = zip(self.trainer.lanes[chunk.lane].columns, chunk.rows[0], strict=True)
            last.slopes.update({c.node: float(v) for c, v in columns if c.kind == "gradient" and c.node in self.names})

    def _flat(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        return np.concatenate([np.ravel(np.asarray(values[id], np.float64)) for id in self.names])

    # What is drawn of it ----------------------------------------------------------------------------------------------

    def way(self, lane: int, spread: Spread) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the steps of a lane's path, and its places in a plane, (count, 2); the last is where it stands now."""
        stands = list(self.lanes[lane])
        if not stands or stands[-1].step < self.trainer.step(lane):
            stands.append(Stand(self.trainer.step(lane), self._flat(self.trainer.parameters(lane)), {}))
        flat = np.stack([stand.values for stand in stands])
        return np.array([stand.step for stand in stands]), self._places(flat, spread)

    def _places(self, flat: NDArray[Any], spread: Spread) -> NDArray[np.float64]:
        """Return the places in a plane that lie nearest to points."""
        basis = np.stack([self._long(spread.first), self._long(spread.second)])
        return np.asarray((flat - self._long(spread.centre)) @ np.linalg.pinv(basis), float)

    def _long(self, parts: Mapping[str, Any]) -> NDArray[np.float64]:
        """Return parts by parameter as one vector, 0 where there is none."""
        zeros = zip(self.names, self._shapes, strict=True)
        return self._flat({id: parts.get(id, np.zeros(shape)) for id, shape in zeros})

    def push(self, lane: int, spread: Spread) -> tuple[float, float] | None:
        """Return which way the lane's momentum pushes in a plane; None for a method without one."""
        found = self.trainer.momentum(lane)
        if not found:
            return None
        across, up = self._places(-self._long(found)[None] + self._long(spread.centre), spread)[0]
        return float(across), float(up)

    def elements(self, first: tuple[str, int], second: tuple[str, int]) -> Spread:
        """Return the plane of two numbers of the parameters; the centre is where the first lane stands."""
        here = {id: np.array(value) for id, value in self.trainer.parameters(0).items() if id in self.names}
        return elements(here, first, second)

    def random(self, seed: int) -> Spread:
        """Return the plane of two random directions through the start."""
        return random_spread(self.trainer.prepared.parameters, self.names, seed)

    def plane(self) -> Spread:
        """Return the plane that the paths of all lanes lie in best; raise GradwireError where they are too short."""
        if not self.kept:
            raise GradwireError("The parameters are too many for their path to be kept: choose random directions.")
        each = max(2, PLANE_POINTS // len(self.lanes))
        points = []
        for lane in reversed(range(len(self.lanes))):  # the first lane's last point is the last: the centre
            stands = [stand.values for stand in self.lanes[lane]]
            chosen = np.unique(np.linspace(0, max(0, len(stands) - 1), min(each, len(stands))).astype(int)).tolist()
            points += [stands[k] for k in chosen] + [self._flat(self.trainer.parameters(lane))]
        found: PathPlane = path_plane([self._parts(point) for point in points], self.names)
        return Spread(found.centre, found.first, found.second, found.share)

    def _parts(self, flat: NDArray[Any]) -> dict[str, NDArray[Any]]:
        pieces = np.split(flat, np.cumsum(self._sizes)[:-1])
        return {id: piece.reshape(shape) for id, piece, shape in zip(self.names, pieces, self._shapes, strict=True)}


def elements(here: Mapping[str, Any], first: tuple[str, int], second: tuple[str, int]) -> Spread:
    """Return the plane of two numbers of the parameters (node, number in C order): its coordinates are their values."""
    if first == second:
        raise GradwireError("Choose two different numbers: a plane has two directions.")
    for node, _ in (first, second):
        if node not in here:
            raise GradwireError("This parameter is not trained by the optimizer.", node=node)
    across, up = element(here, *first), element(here, *second)
    centre = {name: np.array(value, float) for name, value in here.items()}
    for node, index in (first, second):
        centre[node].reshape(-1)[index] = 0.0
    return Spread(centre, across, up)


def random_spread(start: Mapping[str, Any], names: Sequence[str], seed: int) -> Spread:
    """Return the plane of two random directions through the start values, filter by filter as long as those."""
    first, second = random_directions(start, names, seed)
    return Spread({id: np.array(start[id], float) for id in names}, first, second)


def _size(value: Any) -> float:
    array = np.asarray(value)
    return float(array) if array.shape == () and array.dtype.kind == "f" else float(np.linalg.norm(array))
