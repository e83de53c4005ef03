"""Program: a graph lowered to a flat list of equations in single-assignment form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from engine.graph import Socket
from engine.types import ArrayType

Role: TypeAlias = Literal["parameter", "data", "setting", "state", "key", "batch", "step", "cotangent", "tangent"]


class Var(NamedTuple):
    """A variable of a program, by its number. Each is assigned once: by an input, a constant or an equation."""

    index: int  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class ProgramInput:
    """What a program is called with: its variable, its role, its name and its type.

    Names: a parameter or data input has the node's id (data: "node.output"), a setting "node.setting",
    a state "node.k", a key or batch input the node's id.
    """

    var: Var
    role: Role
    name: str
    type: ArrayType


@dataclass(frozen=True, slots=True)
class Equation:
    """output = primitive(*arguments, **settings).

    `primitive` is a name in engine.program.primitives.PRIMITIVES; `arguments` are variables or literal values (numbers,
    shapes, axes, slices, None); `settings` are literal keyword arguments; `origin` names the graph node it came from,
    or "adjoint of <node>", "tangent of <node>". A structural primitive (branch, loops, call) has Programs among its
    settings (engine.program.structure); it gives several values, which `autograd.container_take` equations take.
    """

    primitive: str
    arguments: tuple[Any, ...]
    settings: tuple[tuple[str, Any], ...]
    output: Var
    origin: str


@dataclass(frozen=True)
class Program:
    """Equations in an order in which each variable is assigned before it is used.

    `outputs` are the variables returned, in order; `names` says what each output is (a socket, "loss", "gradient of w",
    "state bn.0").
    """

    inputs: tuple[ProgramInput, ...]
    constants: Mapping[Var, Any]
    equations: tuple[Equation, ...]
    outputs: tuple[Var, ...]
    names: tuple[str, ...]
    types: Mapping[Var, ArrayType]
    sockets: Mapping[Socket, Any] = field(default_factory=dict)
    """Which variable (or tuple / dict of variables, for tuples and records) carries each output socket's value."""
    functions: Mapping[str, Program] = field(default_factory=dict)
    """Programs that `gradwire.call` equations name, here and in nested programs. The outermost program's count."""
    reuse: Mapping[Var, Var] = field(default_factory=dict)
    """Which variable's memory an equation may write its result into: that variable is not read any more. Set by the
    last pass, for numpy_code; whatever changes a program drops it."""


def node_of(origin: str) -> str:
    """Return the graph node an equation's origin speaks of."""
    while " of " in origin and origin.startswith(("adjoint of ", "tangent of ")):
        origin = origin.partition(" of ")[2]
    return origin


def direction_of(origin: str) -> Literal["forward", "backward"]:
    """Return whether an equation belongs to the adjoint."""
    return "backward" if origin.startswith("adjoint of ") else "forward"
