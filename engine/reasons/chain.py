"""The chain rule along one path from the loss to an output: node by node what each multiplies by, the product so far,
and what the other paths add, so that both together are the output's cotangent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.binding import States
from engine.errors import GradwireError
from engine.graph import Socket
from engine.operator import Kind
from engine.program.functions import flat
from engine.program.program import Var, node_of
from engine.reasons.scene import Scene
from engine.sockets import arguments, input_label
from engine.trace.partials import Local, of_node

ELEMENTS: Final = 4_096
"""Elements of a local partial up to which it is found as numbers; of a larger one the shape is told."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What a path is multiplied by at one node: a number, an array of numbers (the Jacobian is diagonal, or a single
    row or column), or a Jacobian of the shape (of the result, of the argument), whose numbers are not listed."""

    kind: Literal["number", "elementwise", "row", "column", "jacobian"]
    shape: tuple[tuple[int, ...], tuple[int, ...]]
    value: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One of the nodes that read an output on its way to the loss, by which of its inputs, and what comes back by it
    (along all paths that go there)."""

    node: str
    inputs: tuple[str, ...]
    share: Any


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the path towards the inspected output: back through `node` to the output that it reads.

    `along` is the product of all factors so far, by this path alone; `others` is what all other paths from the loss
    bring here (None where there are none). Their sum is the cotangent of `source`.
    """

    node: str
    inputs: tuple[str, ...]
    source: Socket | None
    factor: Factor
    along: Any
    others: Any | None
    ways: tuple[Way, ...]

    @property
    def cotangent(self) -> Any:
        """The derivative of the loss by `source`, along all paths."""
        return self.along if self.others is None else self.along + self.others


@dataclass(frozen=True, slots=True)
class Chain:
    """The links of a path, that at the loss first, and how many paths there are."""

    loss: Socket
    seed: Any
    links: tuple[Link, ...]
    paths: int


def chain(
    scene: Scene,
    socket: Socket,
    turns: Mapping[str, str] | None = None,
    *,
    step: int | None = None,
    states: States | None = None,
) -> Chain | None:
    """Return the chain rule from the scene's loss to an output; None where no derivative comes back to it, or
    it is worked out in a body, once for each iteration or call.

    Of several ways from an output the path takes that to the node `turns` says (by "node.output"), else one of those
    with fewest nodes to the loss. Of a tuple or record its first part is meant that a derivative comes back to. `step`
    and `states` are those that the scene was made with.
    """
    inside = scene.prepared.graph.nodes[socket.node].inside
    if inside and scene.prepared.operator(socket.node).kind is not Kind.PARAMETER:
        return None
    slot = next((each for each in scene.slots(socket) if each in scene.bars), None)
    if slot is None or isinstance(scene.bars[slot], dict):
        return None
    walk = _Walk(scene, dict(turns or {}), step, states)
    if slot != scene.end and scene.end not in walk.far(slot):
        return None
    loss = scene.loss.plan.loss
    return Chain(loss, scene.bars[scene.end], tuple(walk.links(slot)), walk.paths(slot))


@dataclass
class _Walk:
    """The loss's operations gathered by node. An edge leads from a slot through a node to a slot it gives others."""

    scene: Scene
    turns: Mapping[str, str]
    step: int | None
    states: States | None
    _back: dict[tuple[str, int], dict[int, Any]] = field(default_factory=dict)
    _edges: dict[int, Sequence[tuple[str, int]]] = field(default_factory=dict)

    @cached_property
    def owners(self) -> list[str]:
        """The node that each entry belongs to, the outermost one for what takes place in a body."""
        return [each.place[0].node if each.place else node_of(each.equation.origin) for each in self.scene.seen.entries]

    @cached_property
    def entries(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, owner in enumerate(self.owners):
            found[owner].append(number)
        return found

    @cached_property
    def _readers(self) -> Mapping[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for entry, owner in zip(self.scene.seen.entries, self.owners, strict=True):
            for slot in entry.reads:
                if slot is not None and owner not in found[slot]:
                    found[slot].append(owner)
        return found

    def outputs(self, owner: str) -> list[int]:
        """Return the slots that a node gives to others and that a cotangent comes back to."""
        end, bars = self.scene.end, self.scene.bars
        made = [slot for number in self.entries[owner] for slot in self.scene.seen.entries[number].writes]
        return [s for s in made if s in bars and (s == end or any(each != owner for each in self._readers[s]))]

    def back(self, owner: str, output: int) -> dict[int, Any]:
        """Return what comes back through a node from one of its outputs, along all paths."""
        if (owner, output) not in self._back:
            self._back[owner, output] = self.pulled(owner, {output: self.scene.bars[output]})
        return self._back[owner, output]

    def pulled(self, owner: str, given: Mapping[int, Any]) -> dict[int, Any]:
        return self.scene.seen.through(self.entries[owner], given)

    def edges(self, slot: int) -> Sequence[tuple[str, int]]:
        """Return (node, its output) for each way on from a slot."""
        if slot not in self._edges:
            self._edges[slot] = [
                (owner, output)
                for owner in self._readers[slot]
                if owner != self._makers.get(slot)
                for output in self.outputs(owner)
                if output > slot and slot in self.back(owner, output)
            ]
        return self._edges[slot]

    @cached_property
    def _makers(self) -> Mapping[int, str]:
        entries = zip(self.scene.seen.entries, self.owners, strict=True)
        return {slot: owner for entry, owner in entries for slot in entry.writes}

    def ordered(self, slot: int) -> list[int]:
        """Return the slots on ways from one, later ones first."""
        found, todo = {slot}, [slot]
        while todo:
            for _, output in self.edges(todo.pop()):
                if output not in found:
                    found.add(output)
                    todo.append(output)
        return sorted(found, reverse=True)

    def far(self, slot: int) -> Mapping[int, int]:
        """Return how many nodes there are, at least, from each slot on ways from one to the loss, by slot."""
        end, steps = self.scene.end, {self.scene.end: 0}
        for each in self.ordered(slot):
            onward = [steps[output] + 1 for _, output in self.edges(each) if output in steps]
            if each != end and onward:
                steps[each] = min(onward)
        return steps if slot in steps else {}

    def paths(self, slot: int) -> int:
        """Return how many paths there are from a slot to the loss."""
        count = {self.scene.end: 1}
        for each in self.ordered(slot):
            if each != self.scene.end:
                count[each] = sum(count.get(output, 0) for _, output in self.edges(each))
        return count[slot]

    def path(self, slot: int) -> list[tuple[int, str, int]]:
        """Return the path's steps (from slot, node, to slot), that at the slot first."""
        far, steps = self.far(slot), list[tuple[int, str, int]]()
        while slot != self.scene.end:
            onward = [
                (far[output], k, owner, output) for k, (owner, output) in enumerate(self.edges(slot)) if output in far
            ]
            wanted = self.turns.get(self._text(slot))
            turned = [each for each in onward if each[2] == wanted]
            _, _, owner, output = min(turned or onward)
            steps.append((slot, owner, output))
            slot = output
        return steps

    def links(self, slot: int) -> Iterator[Link]:
        """Yield the path's links, that at the loss first."""
        along: Any = self.scene.bars[self.scene.end]
        others: Any | None = None
        for source, owner, output in reversed(self.path(slot)):
            along = self.pulled(owner, {output: along})[source]
            others = None if others is None else self.pulled(owner, {output: others}).get(source)
            for way, end in self.edges(source):
                if (way, end) != (owner, output):
                    share = self.back(way, end)[source]
                    others = share if others is None else others + share
            there = self.sockets.get(source)
            yield Link(
                owner, self._inputs(owner, there), there, self._factor(owner, output, source), along, others,
                tuple(self._ways(source)),
            )  # fmt: skip

    def _ways(self, slot: int) -> Iterator[Way]:
        shares: dict[str, Any] = {}
        for owner, output in self.edges(slot):
            share = self.back(owner, output)[slot]
            shares[owner] = shares[owner] + share if owner in shares else share
        for owner, share in shares.items():
            yield Way(owner, self._inputs(owner, self.sockets.get(slot)), share)

    # Names and factors --------------------------------------------------------------------------------------------

    @cached_property
    def sockets(self) -> Mapping[int, Socket]:
        """The output whose value is in a slot: of several one outside of bodies, and the first of these."""
        found: dict[int, Socket] = {}
        nodes, sockets = self.scene.prepared.graph.nodes, self.scene.loss.program.sockets
        for socket, carrier in sorted(sockets.items(), key=lambda pair: bool(nodes[pair[0].node].inside)):
            for _, var in flat(carrier):
                slot = self.scene.seen.slots.get(var)
                if isinstance(slot, int):
                    found.setdefault(slot, socket)
        return found

    def _text(self, slot: int) -> str:
        socket = self.sockets.get(slot)
        return "" if socket is None else f"{socket.node}.{socket.name}"

    def _inputs(self, owner: str, source: Socket | None) -> tuple[str, ...]:
        prepared = self.scene.prepared
        if owner not in prepared.graph.nodes or source is None:
            return ()
        declared = prepared.operator(owner)
        wired = [each.socket.name for each in arguments(prepared.graph, declared, owner) if each.source == source]
        return tuple(input_label(prepared.graph, declared, owner, name) for name in wired)

    def _factor(self, owner: str, output: int, source: int) -> Factor:
        """Return what a node multiplies by: the sum over its inputs that read the same output."""
        seen = self.scene.seen
        shape = np.shape(seen.values[output]), np.shape(seen.values[source])
        whole = Factor("jacobian", shape)
        if max(int(np.prod(each, dtype=int)) for each in shape) > ELEMENTS:
            return whole
        if shape[0] == ():
            seed = np.ones((), np.asarray(seen.values[output]).dtype)[()]
            row = np.asarray(self.pulled(owner, {output: seed})[source])
            return Factor("number" if shape[1] == () else "row", shape, row)
        try:
            return self._listed(self._locals(owner, output, source), shape) or whole
        except GradwireError:
            return whole  # a node with a body, or one that differentiates others

    def _locals(self, owner: str, output: int, source: int) -> list[Local]:
        prepared, there, made = self.scene.prepared, self.sockets.get(source), self.sockets.get(output)
        wired = arguments(prepared.graph, prepared.operator(owner), owner)
        names = [each.socket.name for each in wired if each.source == there]
        if made is None or made.node != owner or not names:
            return []
        values = {each.source: self._value(each.source) for each in wired}
        found = of_node(prepared, owner, values, step=self.step, states=self.states)
        return [local for (name, target), local in found.items() if name == made.name and target in names]

    def _value(self, socket: Socket) -> Any:
        seen = self.scene.seen

        def structured(carrier: Any) -> Any:
            if isinstance(carrier, Var):
                return seen.values[seen.slots[carrier]]
            if isinstance(carrier, Mapping):
                return {name: structured(each) for name, each in carrier.items()}
            return tuple(structured(each) for each in carrier)

        return structured(self.scene.loss.program.sockets[socket])

    def _listed(self, locals_: Sequence[Local], shape: tuple[tuple[int, ...], tuple[int, ...]]) -> Factor | None:
        locals_ = [each for each in locals_ if each.kind != "none"]
        if not locals_ or any(each.shape != shape for each in locals_):
            return None
        if shape[1] == ():
            return Factor("column", shape, sum(each.column(0) for each in locals_))  # type: ignore[arg-type]
        if all(each.kind == "elementwise" for each in locals_):
            return Factor("elementwise", shape, sum(each.array for each in locals_))  # type: ignore[arg-type]
        return None
