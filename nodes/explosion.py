"""Nodes and wires being collected while a program is taken apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from engine.errors import LoweringError
from engine.graph import Node, SettingValue, Socket, Wire
from engine.program.program import Equation, Program, Var
from engine.types import ArrayType


class Builder:
    """Collects nodes and wires; knows which output carries which variable."""

    def __init__(self, program: Program, fresh: Callable[[str], str], inside: str = "") -> None:
        self.program = program
        self.fresh = fresh
        self.inside = inside
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []
        self.carriers: dict[Var, Socket | str] = {each.var: each.name for each in program.inputs}
        """The output that carries a variable; a name for an input of the program."""
        self.feeds: dict[str, list[Socket]] = {each.name: [] for each in program.inputs}
        self.containers: dict[Var, tuple[Socket, ...]] = {}
        self.names: Mapping[Var, str] = {}

    def type(self, value: Any) -> ArrayType:
        """Return the type of an argument: a variable or a number."""
        if type(value) is Var:
            return self.program.types[value]
        return ArrayType((), np.asarray(value).dtype.name)

    def node(self, operator: str, wired: Mapping[str, Any], name: str = "", **settings: SettingValue) -> Socket:
        """Add a node; `wired` maps inputs to variables, numbers or sockets. Return its output "value"."""
        id = self.fresh(operator.rpartition(".")[2])
        self.nodes[id] = Node(id, operator, name, settings, inside=self.inside)
        for target, source in wired.items():
            self.wire(source, Socket(id, target))
        return Socket(id, "value")

    def wire(self, source: Any, target: Socket) -> None:
        """Wire a variable, a number or an output into an input."""
        carrier = source if isinstance(source, Socket) else self.carrier(source)
        if isinstance(carrier, Socket):
            self.wires.append(Wire(carrier, target))
        else:
            self.feeds[carrier].append(target)

    def carrier(self, value: Any) -> Socket | str:
        """Return what carries a variable or number; constants become nodes."""
        if type(value) is not Var:
            return self.constant(value)
        if value not in self.carriers:
            self.carriers[value] = self.constant(self.program.constants[value])
        return self.carriers[value]

    def constant(self, value: Any, dtype: str | None = None) -> Socket:
        """Add a constant."""
        array = np.asarray(value)
        plain = array.astype(dtype or array.dtype).tolist()
        if array.dtype.kind == "c":
            raise LoweringError("complex constants have no node of their own; build them with complex(x, y)")
        return self.node("inputs.constant", {}, value=_tuples(plain), dtype=dtype or array.dtype.name)


def _tuples(value: Any) -> SettingValue:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


Rule: TypeAlias = Callable[[Builder, Equation], Socket]
"""Adds the nodes of one equation; returns the output that carries its result."""
