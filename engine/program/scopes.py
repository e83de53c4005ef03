"""Where the lowering of bodies is: which program is being made, and what its nodes can see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from engine.errors import LoweringError
from engine.graph import Socket
from engine.program.program import Program, ProgramInput, Var
from engine.program.record import Recorder
from engine.types import ArrayType

States: TypeAlias = tuple[Any, ...]


class Frame:
    """A program that is being made: the main one, an arm of a branch, a part of a loop, or a function.

    `states` are what stateful nodes hold so far (boxes). A loop carries them from iteration to iteration: `carried` has
    what they were before it, and the variables they come in by.
    """

    def __init__(
        self, outer: Frame | None, kind: Literal["main", "arm", "loop", "condition", "function", "solver"] = "main"
    ) -> None:
        self.recorder: Recorder = Recorder() if outer is None else Recorder(outer=outer.recorder)
        self.outer = outer
        self.kind = kind
        self.states: dict[str, States] = {}
        self.carried: dict[str, tuple[States, tuple[Var, ...]]] = {}
        self.sockets: dict[Socket, Any] = {}

    def state(self, node: str, who: str, kinds: Sequence[ArrayType]) -> States:
        """Return what a stateful node holds now; raise LoweringError where it cannot hold anything."""
        if node not in self.states:
            self.states[node] = self._first(node, who, kinds)
        return tuple(self.here(box) for box in self.states[node])

    def _first(self, node: str, who: str, kinds: Sequence[ArrayType]) -> States:
        if self.outer is None:
            return tuple(self.recorder.input("state", f"{node}.{k}", kind) for k, kind in enumerate(kinds))
        if self.kind in _STATELESS:
            raise LoweringError(f"{who} keeps a state, which it cannot do in {_STATELESS[self.kind]}", node=node)
        before = self.outer.state(node, who, kinds)
        if self.kind == "arm":
            return before
        boxes = tuple(self.recorder.input("data", f"state {node}.{k}", kind) for k, kind in enumerate(kinds))
        self.carried[node] = (before, tuple(map(self.recorder.var, boxes)))
        return boxes

    def here(self, box: Any) -> Any:
        """Return the box of this program that stands for a box of one around it."""
        return self.recorder.box(self.recorder.var(box))

    def within(self, frame: Frame) -> bool:
        """Return whether this program is `frame` or nested in it."""
        each: Frame | None = self
        while each is not None and each is not frame:
            each = each.outer
        return each is not None

    @property
    def captured(self) -> list[Any]:
        """What is read of the programs around: boxes of the outer recorder."""
        return [box for box, _ in self.recorder.captured.values()]

    def program(
        self, consts: Sequence[Any], own: Sequence[Var], outputs: Sequence[Var], names: Sequence[str]
    ) -> Program:
        """Return the program with inputs for `consts` (outer boxes), then those of its own in this order."""
        first = [self.recorder.var(box) for box in consts]
        inputs = {each.var: each for each in self.recorder.inputs}
        made = self.recorder.program(outputs, names, self.sockets)
        return replace(made, inputs=_in_order(inputs, [*first, *own]))


def _in_order(inputs: dict[Var, ProgramInput], wanted: Sequence[Var]) -> tuple[ProgramInput, ...]:
    return tuple(inputs[var] for var in wanted)


_STATELESS = {
    "condition": "the condition of a loop",
    "function": "a function that calls itself",
    "solver": "an equation that is solved",
}


@dataclass(eq=False)
class Scope:
    """One body while it is lowered: the program it goes into, and what its nodes see.

    `outer` is the scope of the body around, `inputs` what goes in by name (structures of boxes), `iteration` the number
    of the iteration where it is a loop's body. `salts` tell the iterations and calls around apart, for random nodes.
    """

    inside: str
    frame: Frame
    outer: Scope | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    iteration: Any = None
    salts: tuple[Any, ...] = ()
    outputs: dict[Socket, Any] = field(default_factory=dict)
    """Structures of variables of the frame's recorder."""
    ahead: set[str] = field(default_factory=set)
    """Nodes that were lowered before their turn."""

    def find(self, inside: str) -> Scope | None:
        """Return the scope of a body around this one, or this one itself."""
        return next((scope for scope in self.outwards() if scope.inside == inside), None)

    def outwards(self) -> Iterator[Scope]:
        """Yield this scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a structure (tuples and dicts) with each leaf changed."""
    if isinstance(value, dict):
        return {name: mapped(each, change) for name, each in value.items()}
    if type(value) is tuple:
        return tuple(mapped(each, change) for each in value)
    return change(value)


def leaves_of(value: Any) -> list[Any]:
    """Return the leaves of a structure, left to right."""
    found: list[Any] = []
    mapped(value, found.append)
    return found


def refilled(value: Any, leaves: Iterator[Any]) -> Any:
    """Return a structure like `value` with other leaves."""
    return mapped(value, lambda _: next(leaves))
