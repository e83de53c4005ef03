"""What it is in an operation that lets no derivative, or a huge one, through: tables by operator and by primitive.

Each entry looks at the numbers that went in. It names its cause and shows them, or says nothing where they are not the
reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from engine.program.program import node_of
from engine.reasons.scene import Hop, Scene


class Seen(NamedTuple):
    """What an entry of a table may look at: the arguments of the operation, which of them lets nothing through, and the
    parts of its result that a derivative came back to."""

    arguments: Sequence[Any]
    number: int
    asked: np.ndarray[Any, Any]
    """Where the cotangent of the result is not zero (in its shape)."""

    @property
    def own(self) -> np.ndarray[Any, Any]:
        """The argument that is asked about."""
        return np.asarray(self.arguments[self.number])

    @property
    def others(self) -> list[np.ndarray[Any, Any]]:
        """The other arguments that are numbers."""
        held = [np.asarray(each) for k, each in enumerate(self.arguments) if k != self.number]
        return [each for each in held if each.dtype.kind in "biufc"]


class Cause(NamedTuple):
    """Why nothing, or too much, goes through: a word, and the numbers that show it as part of a sentence."""

    word: str
    evidence: str


Rule = Callable[[Seen], "Cause | None"]


def _each(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


def number(value: Any) -> str:
    """Return a number in few digits."""
    return f"{float(np.real(value)):.3g}"


def span(values: Any) -> str:
    """Return "is a" for one value, "lie between a and b" for several."""
    array = np.asarray(values)
    low, high = np.min(array), np.max(array)
    return f"is {number(low)}" if low == high else f"lie between {number(low)} and {number(high)}"


def its(values: Any, noun: str = "input") -> str:
    """Return "its input is ..." or "all 5 of its inputs lie between ...", to go on a sentence."""
    array = np.asarray(values)
    many = array.size > 1
    return f"all {array.size:,} of its {noun}s" if many else f"its {noun}"


def _asked(seen: Seen) -> np.ndarray[Any, Any]:
    """Return those elements of the argument that a derivative would have come back to."""
    own = seen.own
    return own[seen.asked] if own.shape == seen.asked.shape and seen.asked.any() else own.ravel()


def dead(seen: Seen) -> Cause | None:
    """A rectifier whose inputs are all negative; at 0 exactly it is a kink."""
    held = _asked(seen)
    if held.size == 0 or np.max(held) > 0:
        return None
    if np.all(held == 0):
        return Cause("kink", f"{its(held)} {'are' if held.size > 1 else 'is'} exactly 0, where its slope is taken as 0")
    return Cause("dead", f"{its(held)} {span(held)}: at most 0, where its slope is 0")


def saturated(seen: Seen) -> Cause | None:
    """A squashing function far out, where it is flat."""
    held = _asked(seen)
    if held.size == 0 or np.min(np.abs(held)) < 3:
        return None
    return Cause("saturated", f"{its(held)} {span(held)}: so far out that it is flat")


def kink(seen: Seen) -> Cause | None:
    """A function at its kink, where the derivative is taken as 0."""
    held = _asked(seen)
    if held.size == 0 or np.any(held != 0):
        return None
    return Cause(
        "kink", f"{its(held)} {'are' if held.size > 1 else 'is'} exactly 0, at its kink: there its slope is taken as 0"
    )


def bottom(seen: Seen) -> Cause | None:
    """A power at 0."""
    held = _asked(seen)
    if held.size == 0 or np.any(held != 0):
        return None
    return Cause("flat point", f"{its(held)} {'are' if held.size > 1 else 'is'} exactly 0, where its slope is 0")


def clipped(seen: Seen) -> Cause | None:
    """Values beyond the limits."""
    held, limits = _asked(seen), [each for each in seen.others if each.size == 1]
    if held.size == 0 or len(limits) < 2:
        return None
    low, high = sorted(float(each.ravel()[0]) for each in limits[:2])
    if np.any((held > low) & (held < high)):
        return None
    return Cause("clipped", f"{its(held)} {span(held)}: outside {number(low)} to {number(high)}, where it is cut off")


def factor(seen: Seen) -> Cause | None:
    """A product whose other factors are 0."""
    for other in seen.others:
        if other.size and not np.any(other):
            what = "factor" if other.size == 1 else f"factor, {other.size:,} numbers,"
            return Cause("zero factor", f"its other {what} is 0")
    return None


def not_chosen(seen: Seen) -> Cause | None:
    """One of several values is taken, and it is not this."""
    return Cause("not chosen", "it takes another value than this one")


SQUASHING: Final = frozenset(
    f"activations.{name}"
    for name in (
        "sigmoid",
        "tanh",
        "softmax",
        "log_softmax",
        "softsign",
        "glu",
        "gelu",
        "silu",
        "mish",
        "softplus",
        "elu",
        "selu",
    )
) | {"elementwise.erf", "elementwise.erfc", "elementwise.arctan", "losses.binary_cross_entropy", "losses.cross_entropy"}

BY_OPERATOR: Final[Mapping[str, Rule]] = {
    **dict.fromkeys(SQUASHING, saturated),
    "activations.relu": dead,
    "activations.leaky_relu": dead,
    "activations.hard_tanh": saturated,
    "elementwise.abs": kink,
    "reductions.norm": kink,
    "losses.mae": kink,
}
"""By the operator of the node: it looks at the node's input."""

BY_PRIMITIVE: Final[Mapping[str, Rule]] = {
    **_each(
        not_chosen,
        "numpy.maximum numpy.minimum numpy.amax numpy.amin numpy.max numpy.min numpy.fmax numpy.fmin numpy.where "
        "numpy.take numpy.getitem gradwire.index gradwire.pick gradwire.take_along",
    ),
    **_each(
        factor,
        "numpy.multiply numpy.divide numpy.dot numpy.matmul numpy.einsum numpy.tensordot numpy.outer numpy.inner "
        "numpy.kron gradwire.contract gradwire.correlate gradwire.product",
    ),
    **_each(saturated, "numpy.tanh numpy.arctan numpy.exp numpy.expm1 numpy.logaddexp gradwire.erf gradwire.erfc"),
    **_each(kink, "numpy.absolute numpy.fabs numpy.linalg.norm"),
    **_each(bottom, "numpy.square numpy.power numpy.cosh"),
    "numpy.clip": clipped,
}
"""By the operation itself, where the operator says nothing."""


def near(limit: float, word: str, what: str) -> Rule:
    """Return a rule for a function whose slope grows without bound near a value."""

    def rule(seen: Seen) -> Cause | None:
        own = seen.own
        if own.size == 0:
            return None
        distance = np.abs(own - limit)
        nearest = own.ravel()[int(np.argmin(distance))]
        return Cause(word, f"{what} is {number(nearest)}") if np.min(distance) < 1e-2 else None

    return rule


def divided(seen: Seen) -> Cause | None:
    """A division by almost nothing, seen from either side."""
    below = np.asarray(seen.arguments[1]) if len(seen.arguments) > 1 else seen.own
    if below.size == 0:
        return None
    least = below.ravel()[int(np.argmin(np.abs(below)))]
    return Cause("division", f"it divides by {number(least)}") if abs(least) < 1e-2 else None


def grown(seen: Seen) -> Cause | None:
    """An exponential far to the right."""
    own = seen.own
    if own.size == 0 or np.max(np.real(own)) < 5:
        return None
    return Cause("exponential", f"its input is up to {number(np.max(np.real(own)))}")


def multiplied(seen: Seen) -> Cause | None:
    """A large factor."""
    largest = max((float(np.max(np.abs(each))) for each in seen.others if each.size), default=0.0)
    return Cause("large factor", f"its other factor is up to {number(largest)}") if largest > 100 else None


def powered(seen: Seen) -> Cause | None:
    """A power of a large number, or a negative or small one of a number near 0."""
    if len(seen.arguments) < 2 or seen.own.size == 0:
        return None
    base, exponent = np.asarray(seen.arguments[0]), np.asarray(seen.arguments[1])
    if np.min(exponent) < 1 and np.min(np.abs(base)) < 1e-2:
        return Cause(
            "power",
            f"it takes the power {number(np.min(exponent))} of {number(base.ravel()[int(np.argmin(np.abs(base)))])}",
        )
    largest = float(np.max(np.abs(base)))
    return (
        Cause("power", f"it takes the power {number(np.max(exponent))} of numbers up to {number(largest)}")
        if largest > 10
        else None
    )


BY_GROWTH: Final[Mapping[str, Rule]] = {
    **_each(
        near(0.0, "near zero", "what it is taken of"),
        "numpy.log numpy.log2 numpy.log10 numpy.sqrt numpy.cbrt numpy.reciprocal numpy.linalg.norm",
    ),
    "numpy.log1p": near(-1.0, "near zero", "its input"),
    "numpy.divide": divided,
    "numpy.power": powered,
    **_each(grown, "numpy.exp numpy.expm1 numpy.exp2 numpy.sinh numpy.cosh"),
    **_each(near(1.0, "near one", "its input"), "numpy.arcsin numpy.arccos numpy.arctanh"),
    **_each(multiplied, "numpy.multiply numpy.dot numpy.matmul numpy.einsum numpy.tensordot gradwire.contract"),
}
"""What makes a derivative large, by operation."""


def silent(scene: Scene, hop: Hop) -> Cause:
    """Return why an operation passes nothing on of what came back to it."""
    asked = np.asarray(hop.cotangent) != 0 if not isinstance(hop.cotangent, list | tuple | dict) else np.array(True)
    seen = Seen(scene.seen.arguments(hop.entry), hop.share.argument, asked)
    node = node_of(hop.entry.equation.origin)
    operator = scene.prepared.graph.nodes[node].operator if node in scene.prepared.graph.nodes else ""
    by_operator = BY_OPERATOR.get(operator)
    if by_operator is not None:
        for _, value in scene.inputs(node):
            found = by_operator(Seen((value,), 0, asked))
            if found is not None:
                return found
    by_primitive = BY_PRIMITIVE.get(hop.entry.equation.primitive)
    found = (by_operator and by_operator(seen)) or (by_primitive and by_primitive(seen))
    return found or Cause(
        "flat", f"its slope is 0 here: {its(seen.own)} {span(seen.own) if seen.own.size else 'is empty'}"
    )


def growing(scene: Scene, hop: Hop) -> Cause | None:
    """Return why an operation makes what came back to it much larger; None where it is not in the table."""
    rule = BY_GROWTH.get(hop.entry.equation.primitive)
    return rule(Seen(scene.seen.arguments(hop.entry), hop.share.argument, np.array(True))) if rule else None
