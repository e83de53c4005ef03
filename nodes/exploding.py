"""A program as nodes and wires: what "Explode" puts on the canvas for a function written in Python.

Each equation becomes the operator that computes the same, through one table by the primitive's name. Where no operator
does, the refusal names the function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine.errors import LoweringError
from engine.graph import Graph, Socket
from engine.program.program import Equation, Program, Var
from nodes.exploding_rules import RULES, SEVERAL
from nodes.explosion import Builder


@dataclass(frozen=True, slots=True)
class Exploded:
    """The nodes and wires of a program; which outputs carry its outputs, and which sockets its inputs feed."""

    graph: Graph
    outputs: tuple[Socket, ...]
    feeds: Mapping[str, tuple[Socket, ...]]
    """The name of each input of the program -> inputs of the new nodes that are to be wired from it."""
    through: Mapping[int, str]
    """Outputs of the program, by number, that are one of its inputs as it is."""


def explode(
    program: Program,
    fresh: Callable[[str], str],
    names: Mapping[Var, str] | None = None,
) -> Exploded:
    """Return the nodes that compute a program. `fresh` makes a new id from an operator's short name; `names` are what
    people call variables. Raise LoweringError naming a function that has no operator."""
    builder = Builder(program, fresh)
    builder.names = names or {}
    for equation in program.equations:
        add(builder, equation)
    outputs: list[Socket] = []
    through: dict[int, str] = {}
    for number, var in enumerate(program.outputs):
        carrier = builder.carrier(var)
        if isinstance(carrier, Socket):
            outputs.append(carrier)
        else:
            through[number] = carrier
            outputs.append(Socket("", carrier))
    graph = Graph(builder.nodes, frozenset(builder.wires))
    return Exploded(graph, tuple(outputs), {name: tuple(each) for name, each in builder.feeds.items()}, through)


def add(builder: Builder, equation: Equation) -> None:
    """Add what computes one equation."""
    if equation.primitive == "autograd.container_take":
        whole, item = equation.arguments
        builder.carriers[equation.output] = builder.containers[whole][item]
        return
    several = SEVERAL.get(equation.primitive)
    if several is not None:
        builder.containers[equation.output] = several(builder, equation)
        return
    rule = RULES.get(equation.primitive)
    if rule is None:
        called = equation.primitive.rpartition(".")[2]
        raise LoweringError(f"the function {called} has no operator of its own, so this text cannot be taken apart")
    made = rule(builder, equation)
    builder.carriers[equation.output] = made
    name = builder.names.get(equation.output)
    if name and made.node in builder.nodes:
        builder.nodes[made.node] = replace(builder.nodes[made.node], name=name)
