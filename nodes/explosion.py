"""Nodes and wires being collected while a program is taken apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from engine.errors import LoweringError
from engine.graph import Node, SettingValue, Socket, Wire
from engine.program.program import Equation, Program, Var
from engine.types import ArrayType


class Explosion:
    """What all bodies of a program share: the nodes and wires so far, and the functions that call themselves."""

    def __init__(self, fresh: Callable[[str], str], functions: Mapping[str, Program], inside: str) -> None:
        self.fresh = fresh
        self.inside = inside
        """The body that the outermost nodes lie in, where functions stand too."""
        self.functions = functions
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []
        self.made: dict[str, str] = {}
        """Name of a function -> its Function node."""


class Builder:
    """Adds the nodes of one program to a body; knows which output carries which variable."""

    def __init__(self, whole: Explosion, program: Program, inside: str, carriers: Mapping[Var, Socket]) -> None:
        self.whole = whole
        self.program = program
        self.inside = inside
        self.carriers = dict(carriers)
        self.containers: dict[Var, tuple[Socket, ...]] = {}

    def type(self, value: Any) -> ArrayType:
        """Return the type of an argument: a variable or a number."""
        if type(value) is Var:
            return self.program.types[value]
        return ArrayType((), np.asarray(value).dtype.name)

    def node(self, operator: str, wired: Mapping[str, Any], name: str = "", **settings: SettingValue) -> Socket:
        """Add a node; `wired` maps inputs to variables, numbers or sockets. Return its output "value"."""
        id = self.whole.fresh(operator.rpartition(".")[2])
        self.whole.nodes[id] = Node(id, operator, name, settings, inside=self.inside)
        for target, source in wired.items():
            self.wire(source, Socket(id, target))
        return Socket(id, "value")

    def wire(self, source: Any, target: Socket) -> None:
        """Wire a variable, a number or an output into an input."""
        self.whole.wires.append(Wire(source if isinstance(source, Socket) else self.carrier(source), target))

    def carrier(self, value: Any) -> Socket:
        """Return the output that carries a variable or number; constants become nodes."""
        if type(value) is not Var:
            return self.constant(value)
        if value not in self.carriers:
            self.carriers[value] = self.constant(self.program.constants[value])
        return self.carriers[value]

    def constant(self, value: Any, dtype: str | None = None) -> Socket:
        """Add a constant."""
        array = np.asarray(value)
        if array.dtype.kind == "c":
            raise LoweringError("complex constants have no node of their own; build them with complex(x, y)")
        plain = array.astype(dtype or array.dtype).tolist()
        return self.node("inputs.constant", {}, value=_tuples(plain), dtype=dtype or array.dtype.name)


def _tuples(value: Any) -> SettingValue:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


Rule: TypeAlias = Callable[[Builder, Equation], Socket]
"""Adds the nodes of one equation; returns the output that carries its result."""
Several: TypeAlias = Callable[[Builder, Equation], tuple[Socket, ...]]
"""As Rule, for an equation that gives several arrays."""
