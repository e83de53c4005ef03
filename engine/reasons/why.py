"""Why is this derivative zero, tiny, huge, or not a number? Answered by the operations on the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from engine.graph import Socket
from engine.order import ancestors
from engine.program.program import node_of
from engine.reasons.causes import growing, number, silent
from engine.reasons.scene import Hop, Scene, finite, size, total
from engine.trace.run import Entry
from engine.types import ArrayType

What: TypeAlias = Literal["zero", "small", "huge", "not finite"]

VANISHED: Final = 1e-8
"""A derivative has vanished where the sum of its absolute elements is below this part of the largest such sum on its
way from the loss. (Sums, so that averaging over many examples is not taken for vanishing.)"""
EXPLODED: Final = 1e8
"""A derivative is huge above this times the value it belongs to (or 1, where that is smaller)."""
SUMMING: Final = frozenset(
    f"numpy.{name}" for name in ("add", "subtract", "broadcast_to", "dot", "matmul", "einsum", "tensordot", "multiply")
) | {"gradwire.contract", "gradwire.expand", "gradwire.correlate"}
"""Operations that add what comes back up: their sum may cancel."""
MOST: Final = 3
"""Most reasons that are given at once."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a derivative is as it is. `node` is the one to look at; `evidence` shows its numbers."""

    what: What
    cause: str
    """One word or two: disconnected, integer, stopped, flat, dead, saturated, clipped, kink, not chosen, zero factor,
    flat point, cancelled, repeated, division, near zero, exponential, large factor, power, value, trap."""
    node: str
    evidence: str
    sentence: str


def why(scene: Scene, socket: Socket) -> tuple[Reason, ...]:
    """Return why the derivative of the loss by this output is zero, tiny, huge or not finite; nothing where it is none
    of these.

    Of a tuple or record the first part that has a reason is meant. Nodes inside bodies are blamed where they are at
    fault, but not asked about.
    """
    if scene.prepared.graph.nodes[socket.node].inside:
        return ()
    missing = tuple(_missing(scene, socket))
    if missing:
        return missing
    for slot in scene.slots(socket):
        found = tuple(_of_slot(scene, slot))[:MOST]
        if found:
            return found
    return ()


def _missing(scene: Scene, socket: Socket) -> Iterator[Reason]:
    """Yield why no derivative can ever come back to an output: the graph itself says so."""
    prepared, loss = scene.prepared, scene.loss.plan
    name = prepared.quoted(socket.node)
    if socket.node not in ancestors(prepared.graph, (loss.loss.node,)) | {loss.loss.node} or not scene.slots(socket):
        evidence = f'no wire leads from it to the loss of "{loss.label}"'
        yield Reason("zero", "disconnected", socket.node, evidence, f"{name} has no derivative: {evidence}.")
        return
    kind = prepared.inferred.get(socket)
    if isinstance(kind, ArrayType) and not kind.differentiable:
        evidence = f"it carries {'truth values' if kind.dtype == 'bool' else f'whole numbers ({kind.dtype})'}"
        yield Reason(
            "zero", "integer", socket.node, evidence, f"{name} has no derivative: {evidence}, which change in jumps."
        )


def _of_slot(scene: Scene, slot: int) -> Iterator[Reason]:
    if not scene.seen.moving[slot]:
        return
    bar = scene.bars.get(slot)
    if bar is None or (finite(bar) and size(bar) == 0):
        yield from _zero(scene, slot)
    elif not finite(bar) or not finite(scene.seen.values[scene.end]):
        yield from not_finite(scene, slot)
    elif size(bar) > EXPLODED * max(1.0, size(scene.seen.values[slot])):
        yield from _huge(scene, slot)
    else:
        yield from _small(scene, slot)


# Zero ------------------------------------------------------------------------------------------------------------


def _zero(scene: Scene, slot: int) -> Iterator[Reason]:
    reached = scene.reached(slot)
    if scene.end not in reached:
        yield from _once(_stopped(scene, each) for each in _walls(scene, reached))
        return
    silencers = [
        hop
        for hop in scene.hops
        if hop.share.slot in reached and size(hop.share.share) == 0 and size(hop.cotangent) > 0
    ]
    silencers.sort(key=lambda hop: hop.entry.writes[0])
    yield from _once(_silent(scene, hop) for hop in silencers)
    if not silencers:
        yield from _cancelled(scene, slot, reached)


def _once(reasons: Iterator[Reason]) -> Iterator[Reason]:
    """Yield one reason of each node and cause."""
    told: set[tuple[str, str]] = set()
    for each in reasons:
        if (each.node, each.cause) not in told:
            told.add((each.node, each.cause))
            yield each


def _walls(scene: Scene, reached: frozenset[int]) -> Iterator[Entry]:
    """Yield the operations that read what depends on a value and pass no derivative back, on the way to the loss."""
    leading = {slot for slot in range(len(scene.seen.values)) if scene.seen.moving[slot]}
    for slot in sorted(reached):
        for entry in scene.readers.get(slot, ()):
            if not any(each in leading for each in entry.writes) and scene.end in scene.depending(entry.writes[0]):
                yield entry


def _stopped(scene: Scene, entry: Entry) -> Reason:
    node, name = node_of(entry.equation.origin), scene.name(entry)
    result = np.asarray(scene.seen.values[entry.writes[0]])
    if entry.equation.primitive == "gradwire.stop":
        cause, evidence = "stopped", "it stops derivatives on purpose"
    elif result.dtype.kind in "iub":
        cause, evidence = "integer", f"it gives {'truth values' if result.dtype.kind == 'b' else 'whole numbers'}"
    else:
        cause, evidence = "flat", "it goes in steps, flat between them"
    return Reason(
        "zero", cause, node, evidence, f"The derivative is zero: {name} passes none back, because {evidence}."
    )


def _silent(scene: Scene, hop: Hop) -> Reason:
    found = silent(scene, hop)
    sentence = f"The derivative is zero: {scene.name(hop.entry)} passes none back, because {found.evidence}."
    return Reason("zero", found.word, node_of(hop.entry.equation.origin), found.evidence, sentence)


def _cancelled(scene: Scene, slot: int, reached: frozenset[int]) -> Iterator[Reason]:
    """Yield where contributions that are not zero add to zero."""
    for each in sorted(reached, reverse=True):
        shares = [hop for hop in scene.hops if hop.share.slot == each and size(hop.share.share) > 0]
        if len(shares) > 1 and size(scene.bars[each]) == 0:
            parts = " and ".join(number(np.ravel(hop.share.share)[0]) for hop in shares[:3])
            evidence = f"{len(shares)} contributions ({parts}{', …' if len(shares) > 3 else ''}) add to 0"
            node = node_of(shares[0].entry.equation.origin)
            sentence = f"The derivative is zero: on the way back through {scene.name(shares[0].entry)} {evidence}."
            yield Reason("zero", "cancelled", node, evidence, sentence)
            return


# Tiny and huge ---------------------------------------------------------------------------------------------------


def _gain(hop: Hop) -> float:
    before = total(hop.cotangent)
    return total(hop.share.share) / before if before else 0.0


def _growth(hop: Hop) -> float:
    before = size(hop.cotangent)
    return size(hop.share.share) / before if before else 0.0


def _cancels(scene: Scene, hop: Hop) -> bool:
    """Return whether an operation passes only rounding on, of parts that are not small: a sum that cancels, which is no
    fault (a symmetric start has it)."""
    arguments = scene.seen.arguments(hop.entry)
    factors = [size(each) for k, each in enumerate(arguments) if k != hop.share.argument and np.ndim(each)]
    return (
        _gain(hop) < 1e-12
        and hop.entry.equation.primitive in SUMMING
        and all(factor > 1e-6 for factor in factors)
        and np.size(hop.cotangent) > 1
    )


def _small(scene: Scene, slot: int) -> Iterator[Reason]:
    way = scene.way(slot)
    sums = [total(hop.cotangent) for hop in way]
    if slot == scene.end or not sums or total(scene.bars[slot]) >= VANISHED * max(sums):
        return
    least = min(way, key=_gain)
    if _cancels(scene, least):
        return
    part = f"{total(scene.bars[slot]) / max(sums):.1e}"
    if _gain(least) > 1e-3:
        shrinking = [hop for hop in way if _gain(hop) < 1]
        evidence = f"{len(shrinking)} operations each make it smaller, by {number(_gain(least))} at the most"
        node = node_of(least.entry.equation.origin)
        yield Reason(
            "small", "repeated", node, evidence, f"The derivative has vanished ({part} of what came in): {evidence}."
        )
        return
    found = silent(scene, least)
    evidence = found.evidence.replace("its slope is 0 here", f"its slope is {number(_gain(least))} here")
    sentence = (
        f"The derivative has vanished ({part} of what came in): {scene.name(least.entry)} lets little through, because "
        f"{evidence}."
    )
    yield Reason("small", found.word, node_of(least.entry.equation.origin), evidence, sentence)


def _huge(scene: Scene, slot: int) -> Iterator[Reason]:
    way = scene.way(slot)
    amount = number(size(scene.bars[slot]))
    if not way:
        return
    most = max(way, key=_growth)
    found = growing(scene, most)
    node = node_of(most.entry.equation.origin)
    if found is not None and (_growth(most) > 1e3 or len([hop for hop in way if _growth(hop) > 1]) < 4):
        sentence = (
            f"The derivative is huge ({amount}): {scene.name(most.entry)} makes it larger, because {found.evidence}."
        )
        yield Reason("huge", found.word, node, found.evidence, sentence)
        return
    grown = [hop for hop in way if _growth(hop) > 1]
    if len(grown) > 1:
        evidence = f"{len(grown)} operations each make it larger, by {number(_growth(most))} at the most"
        yield Reason("huge", "repeated", node, evidence, f"The derivative is huge ({amount}): {evidence}.")
        return
    evidence = f"it makes what comes back {number(_growth(most))} times as large"
    yield Reason(
        "huge",
        "steep",
        node,
        evidence,
        f"The derivative is huge ({amount}): {scene.name(most.entry)} is steep here: {evidence}.",
    )


# Not finite ------------------------------------------------------------------------------------------------------


def first_value(scene: Scene) -> Entry | None:
    """Return the first operation, in forward order, that made something that is not finite of finite numbers."""
    for entry in scene.seen.entries:
        if not all(finite(scene.seen.values[slot]) for slot in entry.writes) and all(
            finite(scene.seen.values[slot]) for slot in entry.reads if slot is not None
        ):
            return entry
    return None


def first_derivative(scene: Scene) -> Hop | None:
    """Return the first operation, in backward order, that made something that is not finite of a finite cotangent."""
    return next((hop for hop in scene.hops if finite(hop.cotangent) and not finite(hop.share.share)), None)


def not_finite(scene: Scene, slot: int | None = None) -> Iterator[Reason]:
    """Yield where NaN or infinity came from: first by value, then by derivative. With `slot`, on its way only."""
    entry = first_value(scene)
    if entry is not None and not finite(scene.seen.values[scene.end]):
        bad = next(scene.seen.values[each] for each in entry.writes if not finite(scene.seen.values[each]))
        what = "NaN" if np.isnan(np.asarray(bad)).any() else "infinite"
        held = [
            np.asarray(each)
            for each in scene.seen.arguments(entry)
            if np.asarray(each).dtype.kind in "biuf" and np.asarray(each).size
        ]
        shown = " and ".join(
            f"from {number(np.min(each))} to {number(np.max(each))}" if each.size > 1 else number(each.ravel()[0])
            for each in held[:2]
        )
        evidence = f"it makes something {what} of {shown}" if shown else f"its value is {what}"
        node = node_of(entry.equation.origin)
        yield Reason(
            "not finite",
            "value",
            node,
            evidence,
            f"The derivative is not a number because a value is not: {scene.name(entry)} is the first, {evidence}.",
        )
        return
    hops = [hop for hop in scene.hops if finite(hop.cotangent) and not finite(hop.share.share)]
    if slot is not None:
        reached = scene.reached(slot)
        hops = [hop for hop in hops if hop.share.slot in reached]
    yield from _once(_unbounded(scene, hop) for hop in hops)


def _unbounded(scene: Scene, hop: Hop) -> Reason:
    node, name = node_of(hop.entry.equation.origin), scene.name(hop.entry)
    found = growing(scene, hop)
    shape = np.shape(hop.share.share)
    asked = np.broadcast_to(hop.cotangent, shape) if np.shape(hop.cotangent) in (shape, ()) else None
    trapped = asked is not None and bool(np.all(asked[~np.isfinite(np.asarray(hop.share.share))] == 0))
    if trapped:
        evidence = "its slope is infinite where what comes back is 0, and 0 times infinity is not a number"
        cause, more = "trap", " Keep the value inside its domain before it, not only after it."
    else:
        cause, evidence, more = (
            (found.word, found.evidence, "") if found else ("steep", "its slope is infinite here", "")
        )
    return Reason(
        "not finite",
        cause,
        node,
        evidence,
        f"The derivative is not a number: {name} is the first on the way back, because {evidence}.{more}",
    )
