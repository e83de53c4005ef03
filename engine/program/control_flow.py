"""How nodes with bodies are lowered: branches and loops become one equation each, with their bodies as programs in it.

A call is put in its place (inlined), its equations belonging to the nodes of the function; where the function calls
itself it becomes a program of its own, and each call an equation that names it. What bodies read of what is around them
become operands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import autograd.numpy as anp
import numpy as np

from engine import control
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT
from engine.errors import LoweringError
from engine.graph import Node, Socket
from engine.operator import Operator
from engine.program import structure
from engine.program.functions import inputs_of
from engine.program.program import Program, Var
from engine.program.scopes import Frame, Scope, leaves_of, mapped, refilled
from engine.program.solving import lower_implicit, lower_ode
from engine.program.structure import ITERATION
from engine.random_bits import call_number, fold
from engine.sockets import arguments, quoted
from engine.types import ArrayType, Type, leaves

if TYPE_CHECKING:
    from engine.program.lower import Lowering

KEY = ArrayType((2,), "uint32")
"""The type of a random node's key."""


@dataclass(eq=False)
class Recursive:
    """A function that calls itself, as a program; `captured` are the boxes it reads around its definition."""

    name: str
    scope: Scope
    circle: int
    types: tuple[Type, ...]
    returns: tuple[Type, ...]
    salted: bool
    captured: list[Any] = field(default_factory=list)
    open: bool = True


# ----- what joins bodies -----


def _input(lowering: Lowering, node: Node, declared: Operator) -> None:
    name, scope = str(declared.values(node)["name"]), lowering.scope
    if name not in scope.inputs:
        raise lowering.error(f"is called “{name}”, and nothing of that name goes into its body")
    lowering.store(node, declared, mapped(scope.inputs[name], scope.frame.here))


def _outer(lowering: Lowering, node: Node, declared: Operator) -> None:
    read = lowering.joints.reads.get(node.id)
    if read is None:
        raise lowering.error("reads a node that is not around its body")
    value = lowering.output(Socket(read, str(declared.values(node)["output"])))
    lowering.outputs[Socket(node.id, "value")] = value


def _iteration(lowering: Lowering, node: Node, declared: Operator) -> None:
    for scope in lowering.scope.outwards():
        if scope.iteration is not None:
            lowering.store(node, declared, lowering.scope.frame.here(scope.iteration))
            return
    raise lowering.error("lies in no loop whose iterations it could count")


def _nothing(lowering: Lowering, node: Node, declared: Operator) -> None:
    """A body's output is asked for by its owner, a function by its calls."""


# ----- branches -----


def _branch(lowering: Lowering, node: Node, declared: Operator) -> None:
    values = declared.values(node)
    given = _given(lowering, node, declared)
    inputs = dict(zip(values["inputs"], given.get("xs", []), strict=False))
    which = lowering.boxes(_single(lowering, given, "condition"))
    if which.dtype != np.bool_:
        which = anp.not_equal(which, 0)
    scope = lowering.scope
    arms: list[tuple[Frame, list[Any]]] = []
    for part in ("otherwise", "then"):
        inside = Scope(control.body(node.id, part), Frame(scope.frame, "arm"), scope)
        inside.inputs = {name: mapped(value, lowering.recorder.box) for name, value in inputs.items()}
        inside.salts = scope.salts
        arms.append((inside.frame, lowering.run(inside, values["outputs"])))
    _require_alike(lowering, node, values["outputs"], arms)
    changed = list(dict.fromkeys(id for frame, _ in arms for id in frame.states))
    outputs = [_with_states(frame, results, changed, scope.frame) for frame, results in arms]
    consts = _union(lowering, [frame for frame, _ in arms])
    programs = [
        frame.program(consts, (), found, [str(k) for k in range(len(found))])
        for (frame, _), found in zip(arms, outputs, strict=True)
    ]
    boxes = iter(structure.branch(lowering.recorder, which, consts, programs))
    results = [refilled(value, boxes) for value in arms[0][1]]
    _hand_back(scope.frame, changed, boxes)
    _give(lowering, node, declared, results)


def _require_alike(lowering: Lowering, node: Node, names: Sequence[str], arms: Sequence[tuple[Frame, Any]]) -> None:
    kinds = [[lowering.kind(frame.recorder, value) for value in results] for frame, results in arms]
    for name, otherwise, then in zip(names, *kinds, strict=True):
        if otherwise != then:
            raise lowering.error(f"has two bodies that disagree: “{name}” is {then} in then, {otherwise} in otherwise")


def _with_states(frame: Frame, results: Iterable[Any], changed: Iterable[str], outer: Frame) -> list[Var]:
    """Return the variables of what an arm gives, and after it the states that one of the arms changed."""
    states = [box for id in changed for box in frame.states.get(id) or outer.states[id]]
    return [*(var for value in results for var in leaves_of(value)), *map(frame.recorder.var, states)]


def _hand_back(frame: Frame, changed: Iterable[str], boxes: Any) -> None:
    """Let stateful nodes hold, after a branch or loop, what it left them with."""
    for id in changed:
        frame.states[id] = tuple(next(boxes) for _ in frame.states[id])


# ----- loops -----


@dataclass(eq=False)
class _Loop:
    """A loop while it is lowered: what goes in, by name, as structures of variables of the program around."""

    lowering: Lowering
    node: Node
    values: Mapping[str, Any]
    carries: Mapping[str, Any]
    items: Mapping[str, Any]

    def begun(self, part: str, kind: Any = "loop") -> tuple[Scope, list[Var], list[Var], Var]:
        """Return the scope of a body, and the variables of its carries, items and iteration."""
        scope, recorder = self.lowering.scope, self.lowering.recorder
        inside = Scope(control.body(self.node.id, part), Frame(scope.frame, kind), scope)
        inner = inside.frame.recorder
        for name, value in self.carries.items():
            inside.inputs[name] = inputs_of(
                inner, "data", f"{self.node.id}.{name}", self.lowering.kind(recorder, value)
            )
        for name, value in self.items.items():
            walked = recorder.types[value]
            inside.inputs[name] = inner.input("data", f"{self.node.id}.{name}", _item(walked))
        inside.iteration = inner.input("data", f"{self.node.id}.iteration", ITERATION)
        inside.salts = (*scope.salts, inside.iteration)
        carries, items = (
            [inner.var(box) for name in names for box in leaves_of(inside.inputs[name])]
            for names in (self.carries, self.items)
        )
        return inside, carries, items, inner.var(inside.iteration)

    def results(self, scope: Scope, names: Sequence[str]) -> list[Any]:
        """Return what the body gives; raise LoweringError where a carry changes its type."""
        found = self.lowering.run(scope, [*self.carries, *names])
        for (name, before), after in zip(self.carries.items(), found, strict=False):
            kinds = self.lowering.kind(self.lowering.recorder, before), self.lowering.kind(scope.frame.recorder, after)
            if kinds[0] != kinds[1]:
                raise self.lowering.error(
                    f"carries “{name}”, which begins as {kinds[0]} and is {kinds[1]} after an iteration: a carry keeps "
                    "its shape and dtype"
                )
        return found

    def memory(self) -> str:
        kind, kept = str(self.values["memory"]), int(self.values["kept"])
        return f"{kind} {kept}" if kept and kind != "save all" else kind


def _item(kind: ArrayType) -> ArrayType:
    return ArrayType(kind.shape[1:], kind.dtype)


def _loop(lowering: Lowering, node: Node, declared: Operator) -> tuple[_Loop, dict[str, Any]]:
    values, given = declared.values(node), _given(lowering, node, declared)
    carries = _named(lowering, values["carries"], given.get("carry", []), "carry")
    walked = given.get("sequence", [])
    items = _named(lowering, values.get("items", ())[: len(walked)], walked, "sequence")
    for name, value in items.items():
        if not isinstance(value, Var) or not lowering.recorder.types[value].shape:
            raise lowering.error(f"walks along “{name}”, which is no array with an axis")
    return _Loop(lowering, node, values, carries, items), given


def _counted(lowering: Lowering, node: Node, declared: Operator) -> None:
    """A For or a Scan: as many iterations as its count or its sequences say."""
    loop, given = _loop(lowering, node, declared)
    recorder, outer = lowering.recorder, lowering.scope.frame
    count: Any = int(loop.values["times"])
    if "count" in given:
        count = lowering.boxes(_single(lowering, given, "count"))
    for value in loop.items.values():
        count = recorder.types[value].shape[0]
    scope, carries, items, iteration = loop.begun("")
    names = tuple(loop.values.get("results", ()))
    found = loop.results(scope, names)
    frame, number = scope.frame, len(loop.carries)
    changed = list(frame.carried)
    outputs = [
        *(var for value in found[:number] for var in leaves_of(value)),
        *(frame.recorder.var(box) for id in changed for box in frame.states[id]),
        *(var for value in found[number:] for var in leaves_of(value)),
    ]
    states = [var for _, inner in frame.carried.values() for var in inner]
    consts = frame.captured
    program = frame.program(consts, [*carries, *states, *items, iteration], outputs, _numbered(outputs))
    operands = [
        *consts,
        *(recorder.box(var) for value in loop.carries.values() for var in leaves_of(value)),
        *(box for before, _ in frame.carried.values() for box in before),
        *(recorder.box(value) for value in loop.items.values()),
    ]
    boxes = iter(
        structure.scan(
            recorder, count, operands, program, consts=len(consts), carry=len(carries) + len(states),
            reverse=bool(loop.values.get("reverse", False)), memory=loop.memory(),
        )
    )  # fmt: skip
    results = [refilled(value, boxes) for value in loop.carries.values()]
    _hand_back(outer, changed, boxes)
    _give(lowering, node, declared, [*results, *(refilled(value, boxes) for value in found[number:])])


def _while(lowering: Lowering, node: Node, declared: Operator) -> None:
    loop, _ = _loop(lowering, node, declared)
    recorder, outer = lowering.recorder, lowering.scope.frame
    scope, carries, _, iteration = loop.begun("body")
    found = loop.results(scope, ())
    frame = scope.frame
    changed = list(frame.carried)
    test, test_carries, _, test_iteration = loop.begun("condition", "condition")
    (going,) = lowering.run(test, [control.CONTINUE])
    inner = test.frame.recorder
    if not isinstance(going, Var) or inner.types[going] != ArrayType((), "bool"):
        raise lowering.error(f"has a condition that is no truth value but {lowering.kind(inner, going)}")
    unused = [
        inner.var(inner.input("data", f"state {id}.{k}", frame.recorder.types[var]))
        for id, (_, variables) in frame.carried.items()
        for k, var in enumerate(variables)
    ]
    outputs = [
        *(var for value in found for var in leaves_of(value)),
        *(frame.recorder.var(box) for id in changed for box in frame.states[id]),
    ]
    consts = _union(lowering, [frame, test.frame])
    states = [var for _, variables in frame.carried.values() for var in variables]
    body = frame.program(consts, [*carries, *states, iteration], outputs, _numbered(outputs))
    condition = test.frame.program(consts, [*test_carries, *unused, test_iteration], [going], [control.CONTINUE])
    operands = [
        *consts,
        *(recorder.box(var) for value in loop.carries.values() for var in leaves_of(value)),
        *(box for before, _ in frame.carried.values() for box in before),
    ]
    boxes = iter(
        structure.while_loop(
            recorder, operands, condition, body, consts=len(consts), carry=len(carries) + len(states),
            limit=int(loop.values["limit"]), memory=loop.memory(),
        )
    )  # fmt: skip
    results = [refilled(value, boxes) for value in loop.carries.values()]
    _hand_back(outer, changed, boxes)
    _give(lowering, node, declared, [*results, next(boxes)])


# ----- equations to be solved -----


def _solving(how: Callable[..., list[Any]]) -> Callable[[Lowering, Node, Operator], None]:
    def lowered(lowering: Lowering, node: Node, declared: Operator) -> None:
        _give(lowering, node, declared, how(lowering, node, declared, _given(lowering, node, declared)))

    return lowered


# ----- functions -----


def _call(lowering: Lowering, node: Node, declared: Operator) -> None:
    called = lowering.joints.calls.get(node.id)
    if called is None:
        raise lowering.error("calls no function that it can see")
    function = lowering.graph.nodes[called]
    values = lowering.library[FUNCTION].values(function)
    given = _arguments(lowering, node, values)
    scope = lowering.scope
    home = scope.find(function.inside)
    if home is None:
        raise lowering.error("calls a function that it cannot see")
    salts = (*scope.salts, call_number(node.id))
    if called in lowering.recursive:
        _give(lowering, node, declared, _called(lowering, function, home, given, salts))
        return
    inputs = {name: mapped(value, lowering.recorder.box) for name, value in given.items()}
    inside = Scope(called, scope.frame, home, inputs, salts=salts)
    results = lowering.run(inside, values["outputs"])
    _give(lowering, node, declared, [mapped(value, lowering.recorder.box) for value in results])


def _called(
    lowering: Lowering, function: Node, home: Scope, given: Mapping[str, Any], salts: tuple[Any, ...]
) -> list[Any]:
    """Append the call of a function that calls itself; return what it gives, as structures of boxes."""
    recorder = lowering.recorder
    types = tuple(lowering.kind(recorder, value) for value in given.values())
    program = _recursive(lowering, function, home, types)
    if program.types != types:
        raise lowering.error(
            f"gives {quoted(lowering.graph, lowering.library, function.id)} {_listed(types)}, and another call gives "
            f"it {_listed(program.types)}: a function that calls itself takes the same types at every call"
        )
    operands = [recorder.box(var) for value in given.values() for var in leaves_of(value)]
    if program.salted:
        operands.append(_salted(lowering, np.zeros(2, np.uint32), salts))
    operands += [lowering.scope.frame.here(box) for box in program.captured]
    kinds = [leaf for kind in program.returns for leaf in leaves(kind)]
    boxes = iter(structure.call(recorder, program.name, operands, kinds))
    return [refilled(_like(kind), boxes) for kind in program.returns]


def _recursive(lowering: Lowering, function: Node, home: Scope, types: tuple[Type, ...]) -> Recursive:
    """Return the program of a function that calls itself, made at its first call.

    Its calls of itself give it what it reads of what is around. That is found by making it: the outermost function of a
    circle, and with it all that it calls, is made again as long as the last time found more than the time before.
    """
    key = (function.id, id(home))
    known = lowering.functions.get(key)
    if known is not None:
        return known
    circle = lowering.joints.circles[function.id]
    inner = any(each.open and each.circle == circle and each.scope is home for each in lowering.functions.values())
    while True:
        before, counts = dict(lowering.functions), _counts(lowering, home)
        read = list(lowering.captured[key][1]) if key in lowering.captured else []
        name, salted = _free(function.id, lowering), function.id in lowering.salted
        found = Recursive(name, home, circle, types, _returns(lowering, function), salted, read)
        lowering.functions[key] = found
        captured, program = _function_program(lowering, function, found)
        lowering.captured[key] = (home, captured)
        if inner or _counts(lowering, home) == counts:
            break
        for each in [each for each in lowering.functions.values() if each not in before.values()]:
            lowering.recorder.functions.pop(each.name, None)
        lowering.functions.clear()
        lowering.functions.update(before)
    if len(captured) == len(read):
        lowering.recorder.functions[found.name] = program
    found.captured, found.open = captured, False
    return found


def _counts(lowering: Lowering, home: Scope) -> dict[str, int]:
    """Return how much each function of a body that calls itself was found to read of what is around it."""
    return {id: len(read) for (id, _), (scope, read) in lowering.captured.items() if read and scope is home}


def _function_program(lowering: Lowering, function: Node, found: Recursive) -> tuple[list[Any], Program]:
    values = lowering.library[FUNCTION].values(function)
    frame = Frame(found.scope.frame, "function")
    recorder = frame.recorder
    scope = Scope(function.id, frame, found.scope)
    for name, kind in zip(values["inputs"], found.types, strict=True):
        scope.inputs[name] = inputs_of(recorder, "data", f"{function.id}.{name}", kind)
    own = [recorder.var(box) for value in scope.inputs.values() for box in leaves_of(value)]
    if found.salted:
        salt = recorder.input("data", f"{function.id}.call", KEY)
        own.append(recorder.var(salt))
        scope.salts = (salt,)
    for box in found.captured:
        recorder.var(box)
    origin = lowering.recorder.origin, lowering.recorder.who
    results = lowering.run(scope, values["outputs"])
    lowering.recorder.origin, lowering.recorder.who = origin
    for name, value, wanted in zip(values["outputs"], results, found.returns, strict=True):
        kind = lowering.kind(recorder, value)
        if kind != wanted:
            who = quoted(lowering.graph, lowering.library, function.id)
            raise LoweringError(f"{who} returns “{name}” as {kind}, but declares {wanted}", node=function.id)
    outputs = [var for value in results for var in leaves_of(value)]
    captured = frame.captured
    consts = [recorder.var(box) for box in captured]
    return captured, frame.program((), [*own, *consts], outputs, _numbered(outputs))


def _returns(lowering: Lowering, function: Node) -> tuple[Type, ...]:
    values = lowering.library[FUNCTION].values(function)
    found = [control.type_from(text) for text in values["returns"]]
    if len(found) != len(values["outputs"]) or None in found:
        who = quoted(lowering.graph, lowering.library, function.id)
        sentence = f"{who} calls itself: its setting returns has to say what types it gives"
        raise LoweringError(sentence, node=function.id)
    return tuple(kind for kind in found if kind is not None)


def _free(name: str, lowering: Lowering) -> str:
    taken = {each.name for each in lowering.functions.values()} | lowering.recorder.functions.keys()
    number, free = 2, name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _like(kind: Type) -> Any:
    """Return a structure with as many leaves as a type has."""
    return mapped(_nested(kind), lambda each: each)


def _nested(kind: Type) -> Any:
    if isinstance(kind, ArrayType):
        return None
    if hasattr(kind, "items"):
        return tuple(_nested(item) for item in kind.items)
    return {name: _nested(item) for name, item in kind.fields}


# ----- keys -----


def salted_key(lowering: Lowering, key: Any) -> Any:
    """Return the key of a random node in the present iteration of the loops around it, and call."""
    return _salted(lowering, key, lowering.scope.salts)


def _salted(lowering: Lowering, key: Any, salts: Sequence[Any]) -> Any:
    for salt in salts:
        inner = salt if isinstance(salt, int) else lowering.scope.frame.here(salt)
        key = fold(key, inner)
    return key


# ----- helpers -----


def _given(lowering: Lowering, node: Node, declared: Operator) -> dict[str, list[Any]]:
    """Return what is wired into a node by the names of its inputs, as structures of variables."""
    found: dict[str, list[Any]] = {}
    for argument in arguments(lowering.graph, declared, node.id):
        found.setdefault(argument.input.name, []).append(lowering.output(argument.source))
    return found


def _single(lowering: Lowering, given: Mapping[str, list[Any]], name: str) -> Any:
    values = given.get(name, [])
    if len(values) != 1 or not isinstance(values[0], Var):
        raise lowering.error(f'needs one number wired into its input "{name}"', name)
    return values[0]


def _arguments(lowering: Lowering, call: Node, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call gives its function, by name: what is wired into it, and the defaults of the rest."""
    names, numbers = values["inputs"], control.defaults(values)
    wires = lowering.graph.incoming.get(call.id, ())
    wired = control.by_name(names, wires)
    if len(wires) > len(names) or (missing := [name for name in names if name not in wired and name not in numbers]):
        who = f"nothing wired for “{missing[0]}”" if len(wires) <= len(names) else f"{len(wires)} wires into xs"
        raise lowering.error(f"has {who}, and its function takes {', '.join(names) or 'nothing'}", "xs")
    return {
        name: lowering.output(wired[name]) if name in wired else lowering.recorder.constant(np.float64(numbers[name]))
        for name in names
    }


def _named(lowering: Lowering, names: Sequence[str], values: Sequence[Any], socket: str) -> dict[str, Any]:
    if len(names) != len(values):
        raise lowering.error(f"has {len(values)} wires into {socket}, and {len(names)} names for them", socket)
    return dict(zip(names, values, strict=True))


def _give(lowering: Lowering, node: Node, declared: Operator, results: Sequence[Any]) -> None:
    lowering.recorder.origin = node.id
    outputs = declared.outputs_for(node)
    if len(outputs) != len(results):
        raise lowering.error(f"has {len(outputs)} outputs, and what it runs gives {len(results)}")
    lowering.store(node, declared, results[0] if len(results) == 1 else list(results))


def _union(lowering: Lowering, frames: Sequence[Frame]) -> list[Any]:
    """Return all that several programs read of the one around them, each once."""
    found = {lowering.recorder.var(box): box for frame in frames for box in frame.captured}
    return list(found.values())


def _numbered(outputs: Sequence[Var]) -> list[str]:
    return [str(k) for k in range(len(outputs))]


def _listed(types: Iterable[Type]) -> str:
    return ", ".join(map(str, types)) or "nothing"


LOWERINGS: Mapping[str, Callable[[Lowering, Node, Operator], None]] = {
    INPUT: _input,
    OUTPUT: _nothing,
    OUTER: _outer,
    FUNCTION: _nothing,
    CALL: _call,
    control.ITERATION: _iteration,
    control.BRANCH: _branch,
    control.FOR: _counted,
    control.SCAN: _counted,
    control.WHILE: _while,
    control.ODE: _solving(lower_ode),
    control.IMPLICIT: _solving(lower_implicit),
}
"""How each operator with a body, and what stands in bodies, is lowered."""
