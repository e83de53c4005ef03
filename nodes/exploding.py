"""A program as nodes and wires: what "Explode" puts on the canvas for a function written in Python.

Each equation becomes the operator that computes the same, through one table by the primitive's name. Where no operator
does, the refusal names the function. Branches and loops become nodes with bodies, functions that call themselves become
Function nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.errors import LoweringError
from engine.graph import Graph, Socket
from engine.program.program import Equation, Program
from nodes.exploding_bodies import STRUCTURES
from nodes.exploding_rules import RULES, SEVERAL
from nodes.explosion import Builder, Explosion


@dataclass(frozen=True, slots=True)
class Exploded:
    """The nodes and wires of a program, and which outputs carry its outputs."""

    graph: Graph
    """Wires into its nodes also come from the outputs that feed the program."""
    outputs: tuple[Socket, ...]


def explode(
    program: Program, fresh: Callable[[str], str], sources: Mapping[str, Socket], inside: str = ""
) -> Exploded:  # fmt: skip
    """Return the nodes that compute a program in the body `inside`.

    `fresh` makes a new id from an operator's short name; `sources` are the outputs that feed the program's inputs, by
    their names. Raise LoweringError naming a function that has no operator.
    """
    whole = Explosion(fresh, program.functions, inside)
    builder = Builder(whole, program, inside, {each.var: sources[each.name] for each in program.inputs})
    outputs = _filled(builder)
    return Exploded(Graph(whole.nodes, frozenset(whole.wires)), outputs)


def _filled(builder: Builder) -> tuple[Socket, ...]:
    """Add the nodes of all equations; return what carries the outputs."""
    for equation in builder.program.equations:
        _add(builder, equation)
    return tuple(builder.carrier(var) for var in builder.program.outputs)


def _add(builder: Builder, equation: Equation) -> None:
    name = equation.primitive
    if name == "autograd.container_take":
        whole, item = equation.arguments
        builder.carriers[equation.output] = builder.containers[whole][item]
    elif name in SEVERAL:
        builder.containers[equation.output] = SEVERAL[name](builder, equation)
    elif name in STRUCTURES:
        builder.containers[equation.output] = STRUCTURES[name](builder, equation, _filled)
    elif name in RULES:
        builder.carriers[equation.output] = RULES[name](builder, equation)
    else:
        called = name.rpartition(".")[2]
        raise LoweringError(f"the function {called} has no operator of its own, so this text cannot be taken apart")
