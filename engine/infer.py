"""Types and shapes along the wires, by the operators' shape rules alone: nothing is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.graph import Graph, Socket, Wire
from engine.operator import Operator
from engine.problems import Problem
from engine.types import Type


@dataclass(frozen=True, slots=True)
class Inference:
    """What is known without running anything.

    `types` has every output and every wired input; None where unknown. `problems` are the mismatches met on the way.
    `demanded` names the parameters whose shape came from what they feed.
    """

    types: Mapping[Socket, Type | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    demanded: frozenset[str] = frozenset()


def infer(graph: Graph, library: Mapping[str, Operator], known: Mapping[Socket, Type] | None = None) -> Inference:
    """Return the types along the wires.

    `known` are types of outputs found elsewhere (the sources'; they win over rules). A parameter's type comes from its
    settings or, where its shape is left open, from the `demands` of what it feeds. What cannot be known stays None, and so
    does what depends on it; a faulty graph (cycles, unknown operators, missing inputs) is no obstacle.
    """
    raise NotImplementedError


def refusal(graph: Graph, library: Mapping[str, Operator], inference: Inference, wire: Wire) -> str | None:
    """Return why the wire may not be made, in one sentence, or None where it may.

    An occupied input is no reason: making the wire replaces the one there (`building.replace_wire`).
    """
    raise NotImplementedError


def fitting(
    graph: Graph, library: Mapping[str, Operator], inference: Inference, socket: Socket, *, output: bool
) -> frozenset[Socket]:
    """Return every socket to which a wire from (`output`) or into `socket` would not be refused; variadic inputs by their free socket too."""
    raise NotImplementedError
