"""What the nodes with bodies are: which bodies each has, and how the names in their settings join bodies to sockets.

A node that owns bodies names what goes in and comes out in its settings: in a body, `control.input` nodes give by these
names what is wired into the owner, and `control.output` nodes say by them what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT, owner_of, part_of
from engine.graph import Graph, Socket, Wire
from engine.operator import Library, Operator
from engine.types import DTYPES, ArrayType, RecordType, TupleType, Type

BRANCH: Final = "control.branch"
FOR: Final = "control.for"
SCAN: Final = "control.scan"
WHILE: Final = "control.while"
ITERATION: Final = "control.iteration"
ODE: Final = "dynamics.ode"
IMPLICIT: Final = "dynamics.implicit"
CONTINUE: Final = "continue"
"""What the output of a condition is called."""
STEPS: Final = "steps"
"""The output of a While that says how often it ran."""
TIME: Final = "t"
"""What the right-hand side of a differential equation calls the time."""
JOINTS: Final = frozenset({INPUT, OUTPUT, OUTER, CALL, ITERATION})
"""Nodes that stand in bodies (a call anywhere) and join them to what is around."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An operator with bodies.

    `takes` says for each variadic input which setting names what is wired into it; `gives` for each body which settings
    name its results. In a `loop` there is an iteration. What it `brings` goes into its bodies by itself.
    """

    operator: str
    takes: Mapping[str, str]
    gives: Mapping[str, tuple[str, ...]]
    loop: bool = False
    brings: Mapping[str, Type] = field(default_factory=dict)

    def inputs(self, values: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
        """Return, for each name that goes in, the variadic input it is wired into and its place there."""
        return {
            name: (socket, k)
            for socket, setting in self.takes.items()
            for k, name in enumerate(values.get(setting, ()))
        }

    def results(self, values: Mapping[str, Any], part: str) -> tuple[str, ...]:
        """Return the names of what a body gives, in order."""
        if part == "condition":
            return (CONTINUE,)
        return tuple(name for setting in self.gives[part] for name in values.get(setting, ()))


OWNERS: Final[Mapping[str, Owner]] = {
    owner.operator: owner
    for owner in (
        Owner(BRANCH, {"xs": "inputs"}, {"then": ("outputs",), "otherwise": ("outputs",)}),
        Owner(FOR, {"carry": "carries"}, {"": ("carries",)}, loop=True),
        Owner(SCAN, {"carry": "carries", "sequence": "items"}, {"": ("carries", "results")}, loop=True),
        Owner(WHILE, {"carry": "carries"}, {"condition": (), "body": ("carries",)}, loop=True),
        Owner(ODE, {"start": "states"}, {"": ("states",)}, brings={TIME: ArrayType((), "float64")}),
        Owner(IMPLICIT, {"start": "states"}, {"": ("states",)}),
        Owner(FUNCTION, {"xs": "inputs"}, {"": ("outputs",)}),
    )
}
"""Every operator with bodies, by its id."""
WHOLE: Final = ("carry", "start")
"""Variadic inputs that need a wire for each name."""


def owner_at(graph: Graph, inside: str) -> Owner | None:
    """Return what owns this body; None for the main graph and for bodies of unknown operators."""
    node = graph.nodes.get(owner_of(inside))
    return OWNERS.get(node.operator) if node else None


def loop_around(graph: Graph, inside: str) -> str | None:
    """Return the nearest loop around a body, itself included; None where there is none. Functions end the search."""
    while inside:
        owner = owner_at(graph, inside)
        if owner is None or owner.operator == FUNCTION:
            return None
        if owner.loop:
            return owner_of(inside)
        inside = graph.nodes[owner_of(inside)].inside
    return None


def outputs_in(graph: Graph, library: Mapping[str, Operator] | Library, inside: str) -> dict[str, str]:
    """Return the output nodes of a body by the names they give (of two of one name, the first by id)."""
    found: dict[str, str] = {}
    for id in sorted(graph.bodies.get(inside, ())):
        node = graph.nodes[id]
        if node.operator == OUTPUT and OUTPUT in library:
            found.setdefault(str(library[OUTPUT].values(node)["name"]), id)
    return found


def body(owner: str, part: str) -> str:
    """Return what `inside` is for the nodes of one of a node's bodies."""
    return f"{owner}.{part}" if part else owner


def knows(graph: Graph, inside: str) -> bool:
    """Return whether the owner of a body has a body of that name."""
    owner = owner_at(graph, inside)
    return owner is not None and part_of(inside) in owner.gives


# Calls ----------------------------------------------------------------------------------------------------------------


def defaults(values: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers that a function's inputs take while nothing is wired into them, by name."""
    return {name: number for name, number in values.get("defaults", ()) if name in values["inputs"]}


def meanings(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what a function says of its inputs and outputs, by name."""
    return dict(values.get("meanings", ()))


def by_name(names: Sequence[str], wires: Iterable[Wire]) -> dict[str, Socket]:
    """Return what is wired into a call by the names of its function's inputs.

    As many wires as names stand for them in their order, wherever they are wired; of fewer each stands for the name of
    its place.
    """
    found = {wire.target.name: wire.source for wire in sorted(wires, reverse=True)}
    places = [(input_place(socket), source) for socket, source in found.items()]
    numbered = sorted((k, source) for k, source in places if k is not None)
    if len(numbered) == len(names):
        return {name: source for name, (_, source) in zip(names, numbered, strict=True)}
    return {names[k]: source for k, source in numbered if k < len(names)}


def input_place(socket: str) -> int | None:
    """Return which of a call's arguments the input "xs.k" takes; None for any other socket."""
    stem, _, number = socket.partition(".")
    return int(number) if stem == "xs" and number.isascii() and number.isdigit() and len(number) < 10 else None


# Types as text, for functions that call themselves --------------------------------------------------------------------

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|\d+|[()\[\]{},:])")
_DEEPEST: Final = 16


def type_from(text: str) -> Type | None:
    """Return the type written as "float64", "float64[2, 3]", "(float64, int64)" or "{x: float64}"; None for other
    text."""
    tokens: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) > 1000:
            return None
        tokens.append(match[1])
        at = match.end()
    try:
        kind, rest = _type(tokens, 0)
    except (IndexError, ValueError):
        return None
    return None if rest != len(tokens) else kind


def type_text(kind: Type) -> str:
    """Return the type as `type_from` reads it."""
    match kind:
        case ArrayType(shape, dtype):
            return f"{dtype}[{', '.join(map(str, shape))}]" if shape else dtype
        case TupleType(items):
            return f"({', '.join(map(type_text, items))})"
        case RecordType(fields):
            return "{" + ", ".join(f"{name}: {type_text(item)}" for name, item in fields) + "}"


def _type(tokens: list[str], at: int, depth: int = 0) -> tuple[Type, int]:
    word = tokens[at]
    if depth > _DEEPEST:
        raise ValueError
    if word in DTYPES:
        return _array(tokens, at)
    closing = {"(": ")", "{": "}"}[word] if word in "({" else ""
    if not closing:
        raise ValueError
    parts: list[tuple[str, Type]] = []
    at += 1
    while tokens[at] != closing:
        name = ""
        if closing == "}":
            name, at = tokens[at], at + 2
            if tokens[at - 1] != ":":
                raise ValueError
        kind, at = _type(tokens, at, depth + 1)
        parts.append((name, kind))
        if tokens[at] == ",":
            at += 1
        elif tokens[at] != closing:
            raise ValueError
    if closing == "}":
        return RecordType(tuple(sorted(dict(parts).items()))), at + 1
    return TupleType(tuple(kind for _, kind in parts)), at + 1


def _array(tokens: list[str], at: int) -> tuple[ArrayType, int]:
    dtype, at = tokens[at], at + 1
    shape: list[int] = []
    if at < len(tokens) and tokens[at] == "[":
        at += 1
        while tokens[at] != "]":
            shape.append(int(tokens[at]))
            at += 1
            if tokens[at] == ",":
                at += 1
            elif tokens[at] != "]":
                raise ValueError
        at += 1
    return ArrayType(tuple(shape), dtype), at
