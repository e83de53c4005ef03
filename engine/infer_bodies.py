"""Types through bodies: what goes into them has the types of what their owner is given, what comes out gives the owner
its outputs.

Inside, a function shows the types that one of its calls gives it. Another call may give it others: what comes out then
is found by looking at the body anew. One that calls itself has one set of types and gives what its setting `returns`
declares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine import control
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT, Joints, enclosed, owner_of
from engine.control import OWNERS
from engine.errors import ShapeError
from engine.graph import Graph, Socket
from engine.sockets import quoted
from engine.types import ArrayType, Type, shape_text

if TYPE_CHECKING:
    from engine.infer import Pass

COUNTER = ArrayType((), "int64")
NUMBER = ArrayType((), "float64")
"""The type of a default."""


class BodyTypes:
    """The part of one inference that crosses the edges of bodies."""

    def __init__(self, inference: Pass) -> None:
        self.all = inference
        self.graph = inference.graph
        self.joints = Joints(self.graph)
        self.recursive = self.joints.recursive
        self.calls = defaultdict[str, list[str]](list)
        for call, called in sorted(self.joints.calls.items()):
            self.calls[called].append(call)
        self.outputs: dict[str, dict[str, str]] = {}
        self.elsewhere: dict[tuple[str, tuple[Type | None, ...]], list[Type | None]] = {}
        self.next: Mapping[str, tuple[str, ...]] = self._following()

    def _following(self) -> dict[str, tuple[str, ...]]:
        """Return which nodes are looked at again when an input of a node, or its output, becomes known."""
        after = defaultdict[str, list[str]](list)
        for id in self.joints.inputs:
            owner = owner_of(self.graph.nodes[id].inside)
            for giver in self.calls.get(owner, [owner]):
                after[giver].append(id)
        for id in self.joints.outputs:
            owner = owner_of(self.graph.nodes[id].inside)
            after[id] += [owner, *self.calls.get(owner, ())]
        for id, read in self.joints.reads.items():
            after[read].append(id)
        return {id: tuple(found) for id, found in after.items()}

    def look_at(self, node: str) -> bool:
        """Learn what a node's outputs are where it joins bodies; False where it is an ordinary node."""
        look = _LOOKS.get(self.graph.nodes[node].operator)
        if look is None or self.graph.nodes[node].operator not in self.all.library:
            return False
        try:
            look(self, node)
        except ShapeError as fault:
            self.all.note(node, fault)
        for each in self.next.get(node, ()):
            self.all.queue(each)
        return True

    # What nodes are given, and what bodies give -----------------------------------------------------------------------

    def given(self, node: str, socket: str) -> list[Type | None]:
        """Return the types of what is wired into a variadic input, in order."""
        return [self.all.types.get(a.source) for a in self.all.arguments_of(node) if a.input.name == socket]

    def known(self, node: str, socket: str, setting: str) -> list[tuple[str, Type]] | None:
        """Return the names and types of what goes into an owner through one of its inputs; None where one is unknown.

        Raise ShapeError where there are more wires than names, or fewer than what is carried.
        """
        names, types = self.all.settings_of(node)[setting], self.given(node, socket)
        if socket not in control.WHOLE:
            names = names[: len(types)]
        elif names and not types:
            return None  # told as a missing input
        if len(names) != len(types):
            words = setting.replace("_", " ")
            raise ShapeError(
                f"{_counted(len(types), 'wire')} into {socket}, and its setting {words} has "
                f"{_counted(len(names), 'name')} ({', '.join(names)}): give one name to each wire",
                socket=f"{socket}.0",
            )
        found = [(name, kind) for name, kind in zip(names, types, strict=True) if kind is not None]
        return found if len(found) == len(names) else None

    def handed(self, call: str, called: str) -> dict[str, Type | None]:
        """Return the types of what a call gives its function, by name; a name that nothing stands for is left out."""
        values = self.all.settings_of(called)
        wired = control.by_name(values["inputs"], self.graph.incoming.get(call, ()))
        found: dict[str, Type | None] = {name: self.all.types.get(source) for name, source in wired.items()}
        return {**dict.fromkeys(control.defaults(values), NUMBER), **found}

    def result(self, node: str, part: str, name: str) -> Type | None:
        """Return the type of what a body of a node gives under a name; None where it is unknown."""
        inside = control.body(node, part)
        if inside not in self.outputs:
            self.outputs[inside] = control.outputs_in(self.graph, self.all.library, inside)
        found = self.outputs[inside].get(name)
        source = self.graph.sources.get(Socket(found, "value")) if found else None
        return self.all.types.get(source) if source else None

    def quoted(self, node: str) -> str:
        return quoted(self.graph, self.all.library, node)

    # Nodes in bodies --------------------------------------------------------------------------------------------------

    def input(self, node: str) -> None:
        """A body's input has the type of what its owner is given under its name."""
        owner = owner_of(self.graph.nodes[node].inside)
        declared = control.owner_at(self.graph, self.graph.nodes[node].inside)
        if declared is None or owner not in self.all.operators:
            return
        name = str(self.all.settings_of(node)["name"])
        if name in declared.brings:
            self.all.learn(node, (declared.brings[name],))
        place = declared.inputs(self.all.settings_of(owner)).get(name)
        if place is None:
            return
        if declared.operator == FUNCTION:
            kinds = [self.handed(call, owner).get(name) for call in self.calls.get(owner, ())]
        else:
            types = self.given(owner, place[0])
            kinds = [types[place[1]] if place[1] < len(types) else None]
        kind = next((kind for kind in kinds if kind is not None), None)
        if kind is not None:
            self.all.learn(node, (_item(kind) if place[0] == "sequence" else kind,))

    def outer(self, node: str) -> None:
        """An outer node has the type of what it reads."""
        read = self.joints.reads.get(node)
        kind = self.all.types.get(Socket(read, str(self.all.settings_of(node)["output"]))) if read else None
        if kind is not None:
            self.all.learn(node, (kind,))

    def iteration(self, node: str) -> None:
        """The number of an iteration is a whole number."""
        self.all.learn(node, (COUNTER,))

    def passed(self, node: str) -> None:
        """A body's output has no outputs of its own: those who wait for it are looked at."""

    # Owners -----------------------------------------------------------------------------------------------------------

    def branch(self, node: str) -> None:
        """A branch gives what both of its bodies give."""
        values, names = self.all.settings_of(node), self.all.settings_of(node)["outputs"]
        for argument in self.all.arguments_of(node):
            kind = self.all.types.get(argument.source)
            if argument.input.name == "condition" and kind is not None:
                _require_choice(kind, "condition")
        self.known(node, "xs", "inputs")
        arms = [[self.result(node, part, name) for name in names] for part in OWNERS[control.BRANCH].gives]
        for name, then, otherwise in zip(names, *arms, strict=True):
            if then is not None and otherwise is not None and then != otherwise:
                raise ShapeError(
                    f"its two bodies disagree: “{name}” is {then} in then and {otherwise} in otherwise; give it the "
                    "same shape and dtype in both"
                )
        self._learn(node, arms[0] if None not in arms[1] else [None], values)

    def repeat(self, node: str) -> None:
        """A For or While gives what it carries, which keeps its types."""
        values = self.all.settings_of(node)
        for argument in self.all.arguments_of(node):
            kind = self.all.types.get(argument.source)
            if argument.input.name == "count" and kind is not None and kind != COUNTER:
                raise ShapeError(f"count takes one whole number (int64 scalar), not {kind}", socket="count")
        carried = self.known(node, "carry", "carries")
        if carried is None:
            return
        steps = [COUNTER] if self.graph.nodes[node].operator == control.WHILE else []
        self._learn(node, [*(kind for _, kind in carried), *steps], values)
        self._require_carried(node, "body" if steps else "", carried)
        if steps:
            going = self.result(node, "condition", control.CONTINUE)
            if going is not None and going != ArrayType((), "bool"):
                raise ShapeError(f"its condition gives {going}: it has to be true or false, one value")

    def scan(self, node: str) -> None:
        """A Scan gives what it carries, and its results with one more axis in front."""
        values = self.all.settings_of(node)
        carried, walked = self.known(node, "carry", "carries"), self.known(node, "sequence", "items")
        if carried is None or walked is None:
            return
        count = _length(walked, int(values["times"]))
        results = [self.result(node, "", name) for name in values["results"]]
        stacked = [_stacked(kind, count) if kind is not None else None for kind in results]
        self._learn(node, [*(kind for _, kind in carried), *stacked], values)
        self._require_carried(node, "", carried)

    def ode(self, node: str) -> None:
        """A differential equation gives its states at all times, stacked; its body gives their derivatives."""
        values = self.all.settings_of(node)
        begun = self.known(node, "start", "states")
        times = [each for each in self.given(node, "times") if each is not None]
        wired = any(argument.input.name == "times" for argument in self.all.arguments_of(node))
        for kind in times:
            if not isinstance(kind, ArrayType) or len(kind.shape) != 1 or kind.dtype != "float64" or not kind.shape[0]:
                raise ShapeError(f"times takes a vector of numbers (float64), not {kind}", socket="times")
        if begun is None or (wired and not times):
            return
        count = times[0].shape[0] if times and isinstance(times[0], ArrayType) else int(values["points"])
        self._require_real(begun, "start")
        self._learn(node, [*(_stacked(kind, count) for _, kind in begun), COUNTER], values)
        self._require_carried(node, "", begun, "the derivative of what is solved for has its shape and dtype")

    def implicit(self, node: str) -> None:
        """An implicit equation gives what solves it, in the types it is started from."""
        begun = self.known(node, "start", "states")
        if begun is None:
            return
        self._require_real(begun, "start")
        self._learn(node, [*(kind for _, kind in begun), COUNTER, NUMBER], self.all.settings_of(node))
        self._require_carried(node, "", begun, "the body gives for each unknown something of its shape and dtype")

    def _require_real(self, begun: Iterable[tuple[str, Type]], socket: str) -> None:
        for k, (name, kind) in enumerate(begun):
            if not isinstance(kind, ArrayType) or kind.dtype not in ("float64", "float32"):
                raise ShapeError(
                    f"“{name}” is {kind}: only arrays of real numbers (float64 or float32) can be solved for; cast it",
                    socket=f"{socket}.{k}",
                )

    def function(self, node: str) -> None:
        """A function that calls itself gives what it declares."""
        returns = self.returns(node) if node in self.recursive else None
        if returns is None:
            return
        for name, declared in zip(self.all.settings_of(node)["outputs"], returns, strict=True):
            found = self.result(node, "", name)
            if found is not None and found != declared:
                raise ShapeError(f"its setting returns says that “{name}” is {declared}, and its body gives {found}")

    def call(self, node: str) -> None:
        """A call gives what its function gives, and gives it what it takes."""
        called = self.joints.calls.get(node)
        if called is None or called not in self.all.operators:
            return
        wanted, own = self.all.settings_of(called), self.all.settings_of(node)
        if len(wanted["outputs"]) != len(own["outputs"]):
            raise ShapeError(
                f"it has {_counted(len(own['outputs']), 'output')} ({', '.join(own['outputs'])}), and "
                f"{self.quoted(called)} gives {', '.join(wanted['outputs']) or 'nothing'}: set its outputs"
            )
        self._require_arguments(node, called, wanted["inputs"])
        if called in self.recursive:
            try:
                kinds: Iterable[Type | None] = self.returns(called)
            except ShapeError:
                return  # told at the function
        else:
            kinds = [self.result(called, "", name) for name in wanted["outputs"]]
            handed = self.handed(node, called)
            types = {name: handed.get(name) for name in wanted["inputs"]}
            if None not in (*types.values(), *kinds) and any(types[n] != k for n, k in self._taken(called, types)):
                kinds = self._with_others(called, types, wanted["outputs"])
        self._learn(node, list(kinds), own)

    def _taken(self, called: str, names: Iterable[str]) -> Iterable[tuple[str, Type]]:
        """Return the names and types of what goes into the body of a function, as it was looked at."""
        for id in self.graph.bodies.get(called, ()):
            kind = self.all.types.get(Socket(id, "value"))
            if self.graph.nodes[id].operator == INPUT and kind is not None:
                name = str(self.all.settings_of(id)["name"])
                if name in names:
                    yield name, kind

    def _with_others(
        self, called: str, types: Mapping[str, Type | None], outputs: Iterable[str]
    ) -> Iterable[Type | None]:
        """Return what a function gives where a call gives it other types than those its body was looked at with; raise
        ShapeError where the body does not fit them."""
        ids = self._reached(called)
        nodes = {id: self.graph.nodes[id] for id in ids}
        wires = frozenset(wire for wire in self.graph.wires if wire.source.node in ids and wire.target.node in ids)
        known = {socket: kind for socket, kind in self.all.known.items() if socket.node in ids}
        for id in ids:
            node, socket = self.graph.nodes[id], Socket(id, "value")
            kind = self.all.types.get(socket)
            own = node.operator == INPUT and node.inside == called
            if own:
                kind = types.get(str(self.all.settings_of(id)["name"]))
            around = self.joints.reads.get(id)
            if kind is not None and (own or (around and around not in ids) or id in self.all.open):
                known[socket] = kind
        key = (called, tuple(known.get(Socket(id, "value")) for id in ids))
        if key not in self.elsewhere:
            found = type(self.all)(Graph(nodes, wires), self.all.library, known)
            result = found.result()
            if result.mismatches:
                raise ShapeError(f"with what it gives {self.quoted(called)}, {result.mismatches[0].sentence}")
            ends = control.outputs_in(self.graph, self.all.library, called)
            sources = [self.graph.sources.get(Socket(ends[name], "value")) for name in outputs]
            self.elsewhere[key] = [result.types.get(source) if source else None for source in sources]
        return self.elsewhere[key]

    def _reached(self, function: str) -> tuple[str, ...]:
        """Return a function and all that lies inside it, with the functions that are called from there."""
        found: frozenset[str] = frozenset()
        todo = [function]
        while todo:
            new = enclosed(self.graph, todo) - found
            found |= new
            todo = sorted({called for id in new if (called := self.joints.calls.get(id))} - found)
        return tuple(sorted(found))

    def _require_arguments(self, node: str, called: str, names: tuple[str, ...]) -> None:
        wires = self.graph.incoming.get(node, ())
        if len(wires) > len(names):
            raise ShapeError(
                f"{_counted(len(wires), 'wire')} into xs, and {self.quoted(called)} takes "
                f"{', '.join(names) or 'nothing'}: wire one into each",
                socket="xs.0",
            )
        handed = self.handed(node, called)
        missing = [k for k, name in enumerate(names) if name not in handed]
        if missing:
            raise ShapeError(
                f"nothing is wired for “{names[missing[0]]}”, which {self.quoted(called)} takes: wire it, or give that "
                "input a default",
                socket=f"xs.{missing[0]}",
            )
        other = self.calls[called][0]
        before = self.handed(other, called)
        for name in names:
            kind, earlier = handed[name], before.get(name)
            if called in self.recursive and kind is not None and earlier is not None and kind != earlier:
                raise ShapeError(
                    f"it gives {self.quoted(called)} {kind} as “{name}”, and {self.quoted(other)} gives {earlier}: "
                    "a function that calls itself takes the same types at every call"
                )

    def returns(self, function: str) -> tuple[Type, ...]:
        """Return the declared types of a function; raise ShapeError where it does not declare as many as it gives."""
        values = self.all.settings_of(function)
        texts, names = values["returns"], values["outputs"]
        if len(texts) != len(names):
            raise ShapeError(
                f"it calls itself, so its setting returns has to say what type each of its outputs is "
                f"({', '.join(names)}), such as float64 or float64[3]"
            )
        found = []
        for name, text in zip(names, texts, strict=True):
            kind = control.type_from(text)
            if kind is None:
                raise ShapeError(
                    f"its setting returns says “{text}” for “{name}”, which is no type: write float64, float64[3] or "
                    "(float64, int64)"
                )
            found.append(kind)
        return tuple(found)

    # ------------------------------------------------------------------------------------------------------------------

    def _learn(self, node: str, kinds: Iterable[Type | None], values: Mapping[str, Any]) -> None:
        found = list(kinds)
        if found and None not in found:
            self.all.learn(node, [kind for kind in found if kind is not None])

    def _require_carried(
        self,
        node: str,
        part: str,
        carried: Iterable[tuple[str, Type]],
        rule: str = "what it carries keeps its shape and dtype",
    ) -> None:
        for name, kind in carried:
            found = self.result(node, part, name)
            if found is not None and found != kind:
                raise ShapeError(f"{rule}, but “{name}” begins as {kind} and its body gives {found}")


def _item(kind: Type) -> Type:
    """Return what an item of a sequence is; raise ShapeError where it has none."""
    if not isinstance(kind, ArrayType) or not kind.shape:
        raise ShapeError(f"sequence takes arrays with at least one axis, not {kind}", socket="sequence.0")
    return ArrayType(kind.shape[1:], kind.dtype)


def _stacked(kind: Type, count: int) -> Type:
    if not isinstance(kind, ArrayType):
        raise ShapeError(f"a result that is put side by side has to be an array, not {kind}")
    return ArrayType((count, *kind.shape), kind.dtype)


def _length(walked: Iterable[tuple[str, Type]], times: int) -> int:
    """Return how many iterations the sequences make; raise ShapeError where they disagree."""
    first: tuple[str, int] | None = None
    for name, kind in walked:
        _item(kind)
        length = kind.shape[0] if isinstance(kind, ArrayType) else 0
        if first is not None and first[1] != length:
            raise ShapeError(
                f"its sequences differ in length: “{first[0]}” has {first[1]} items and “{name}” {length} "
                f"({shape_text(kind.shape) if isinstance(kind, ArrayType) else kind})",
                socket="sequence.0",
            )
        first = first or (name, length)
    return first[1] if first else times


def _require_choice(kind: Type, socket: str) -> None:
    if not isinstance(kind, ArrayType) or kind.shape != () or kind.dtype not in ("bool", "int64"):
        raise ShapeError(
            f"{socket} takes true or false, or a whole number, not {kind}: compare it with something", socket=socket
        )


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


_LOOKS = {
    INPUT: BodyTypes.input,
    OUTPUT: BodyTypes.passed,
    OUTER: BodyTypes.outer,
    CALL: BodyTypes.call,
    FUNCTION: BodyTypes.function,
    control.ITERATION: BodyTypes.iteration,
    control.BRANCH: BodyTypes.branch,
    control.FOR: BodyTypes.repeat,
    control.WHILE: BodyTypes.repeat,
    control.SCAN: BodyTypes.scan,
    control.ODE: BodyTypes.ode,
    control.IMPLICIT: BodyTypes.implicit,
}
