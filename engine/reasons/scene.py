"""One run of a loss and its way back, with the questions that reasons are found by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from engine.binding import States, bind
from engine.evaluate import Loss, loss_program
from engine.graph import Socket
from engine.prepare import Prepared
from engine.program.functions import flat
from engine.program.program import node_of
from engine.sockets import arguments
from engine.trace.run import Back, Entry, Run, Share, run

MOVED: Final = ("parameter", "data", "state")
"""The roles of inputs that are on wires: what derivatives are asked for."""


class Hop(NamedTuple):
    """One operation on a way back: who did it, what came back to it, and what it passed on to one argument."""

    entry: Entry
    cotangent: Any
    share: Share


@dataclass(frozen=True)
class Scene:
    """What a loss's program read, gave and passed back, once, at given parameters."""

    prepared: Prepared
    loss: Loss
    seen: Run
    bars: Mapping[int, Any]
    """Cotangents by slot; a slot that nothing came back to has none."""
    hops: Sequence[Hop]
    """What was passed back, in the order of the way back: last operation first."""
    readers: Mapping[int, Sequence[Entry]]
    """The operations that read a slot."""

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        parameters: Mapping[str, Any] | None = None,
        *,
        optimizer: str | None = None,
        step: int | None = None,
        states: States | None = None,
    ) -> Scene:
        """Run the loss of an optimizer (default: the first) at `parameters` (default: the start values), and go back.

        `step` and `states` say which batch, noise and running averages are meant. Raise GradwireError where there is no
        loss, or it cannot be run.
        """
        loss = loss_program(prepared, optimizer)
        at = prepared.step if step is None else step
        values = bind(loss.program, prepared, {**prepared.parameters, **(parameters or {})}, step=at, states=states)
        moved = [each.var for each in loss.program.inputs if each.role in MOVED and each.type.differentiable]
        seen = run(loss.program, values, moved)
        end = seen.slots[loss.var]
        seed = np.ones((), loss.program.types[loss.var].dtype)[()]
        backs: Sequence[Back] = list(seen.back(end, seed)) if seen.moving[end] else []
        bars = {end: seed} | {share.slot: share.total for back in backs for share in back.shares}
        readers: dict[int, list[Entry]] = defaultdict(list)
        for entry in seen.entries:
            for slot in dict.fromkeys(each for each in entry.reads if each is not None):
                readers[slot].append(entry)
        hops = [Hop(seen.entries[back.entry], back.cotangent, share) for back in backs for share in back.shares]
        return cls(prepared, loss, seen, bars, hops, readers)

    @property
    def end(self) -> int:
        """The slot of the loss."""
        slot: int = self.seen.slots[self.loss.var]
        return slot

    def slots(self, socket: Socket) -> tuple[int, ...]:
        """Return the slots of an output: several for a tuple or a record, none where the loss does without it."""
        carrier = self.loss.program.sockets.get(socket)
        if carrier is None:
            return ()
        return tuple(slot for _, var in flat(carrier) if isinstance(slot := self.seen.slots.get(var), int))

    def reached(self, slot: int) -> frozenset[int]:
        """Return the slots that depend on this one by operations that have a derivative, itself among them."""
        return self._forward(slot, moving=True)

    def depending(self, slot: int) -> frozenset[int]:
        """Return the slots that depend on this one at all, itself among them."""
        return self._forward(slot, moving=False)

    def _forward(self, slot: int, *, moving: bool) -> frozenset[int]:
        found, todo = {slot}, [slot]
        while todo:
            for entry in self.readers.get(todo.pop(), ()):
                for each in entry.writes:
                    if each not in found and (self.seen.moving[each] or not moving):
                        found.add(each)
                        todo.append(each)
        return frozenset(found)

    def inputs(self, node: str) -> Iterator[tuple[str, Any]]:
        """Yield (socket, value) of each wired input of a node that holds one array."""
        graph = self.prepared.graph
        if node not in graph.nodes:
            return
        for each in arguments(graph, self.prepared.operator(node), node):
            slots = self.slots(each.source)
            if len(slots) == 1:
                yield each.socket.name, self.seen.values[slots[0]]

    def name(self, entry: Entry) -> str:
        """Return how a sentence names the node that an operation belongs to."""
        node = node_of(entry.equation.origin)
        return self.prepared.quoted(node) if node in self.prepared.graph.nodes else "an operation of the loss"

    def way(self, slot: int) -> list[Hop]:
        """Return the hops from a slot to the loss that carry most of its cotangent, the one at the slot first."""
        largest: dict[int, Hop] = {}
        for hop in self.hops:
            if hop.share.slot not in largest or size(hop.share.share) > size(largest[hop.share.slot].share.share):
                largest[hop.share.slot] = hop
        way: list[Hop] = []
        while slot in largest:
            way.append(largest[slot])
            slot = next((each for each in way[-1].entry.writes if each in self.bars), self.end)
            if slot == self.end:
                break
        return way


def arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    """Yield the arrays of a value or cotangent."""
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        yield np.asarray(value)
        return
    for each in value:
        if each is not None:
            yield from arrays(each)


def size(value: Any) -> float:
    """Return the largest absolute element (0 where there is none); NaN where one is."""
    return max((float(np.max(np.abs(each))) for each in arrays(value) if each.size), default=0.0)


def total(value: Any) -> float:
    """Return the sum of the absolute elements: what averaging over many examples does not make small."""
    return sum(float(np.sum(np.abs(each))) for each in arrays(value))


def finite(value: Any) -> bool:
    """Return whether every element is a finite number (of other kinds: True)."""
    return all(bool(np.isfinite(each).all()) for each in arrays(value) if each.dtype.kind in "fc")
