"""How branches, loops and functions that call themselves become nodes with bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from engine.bodies import CALL as CALL_NODE
from engine.bodies import FUNCTION, INPUT, OUTER, OUTPUT
from engine.control import BRANCH as BRANCH_NODE
from engine.control import CONTINUE, FOR, ITERATION, STEPS, body, type_text
from engine.control import SCAN as SCAN_NODE
from engine.control import WHILE as WHILE_NODE
from engine.errors import LoweringError
from engine.graph import Node, SettingValue, Socket, Wire
from engine.program.program import Equation, Program, ProgramInput, Var
from engine.program.structure import BRANCH, CALL, SCAN, WHILE, Loop
from nodes.explosion import Builder

Fill: TypeAlias = Callable[[Builder], tuple[Socket, ...]]
"""Adds the nodes of a builder's program; returns what carries its outputs."""


def branch(builder: Builder, equation: Equation, fill: Fill) -> tuple[Socket, ...]:
    """Add a Branch; its bodies read what they need from around them."""
    which, *operands = equation.arguments
    otherwise, then = dict(equation.settings)["arms"]
    results = _names("value", len(then.outputs))
    made = builder.node(BRANCH_NODE, {"condition": which}, inputs=(), outputs=results).node
    outer = [builder.carrier(each) for each in operands]
    for part, arm in (("then", then), ("otherwise", otherwise)):
        inside = body(made, part)
        _filled(builder, inside, arm, _read(builder, inside, arm.inputs, outer), results, fill)
    return tuple(Socket(made, name) for name in results)


def loop(builder: Builder, equation: Equation, fill: Fill) -> tuple[Socket, ...]:
    """Add a For, Scan or While."""
    parts = Loop.of(equation)
    inputs = parts.body.inputs
    carried = inputs[parts.consts : parts.consts + parts.carry]
    carries = _distinct([each.name for each in carried], "x")
    items = _distinct([each.name for each in inputs[parts.consts + parts.carry : -1]], "item", carries)
    stacks = _names("y", parts.stacked)
    outer = [builder.carrier(each) for each in parts.operands]
    wired = {f"carry.{k}": each for k, each in enumerate(outer[parts.consts :][: parts.carry])}
    settings: dict[str, SettingValue] = {"carries": carries}
    results = carries
    if equation.primitive == WHILE:
        if stacks:
            raise LoweringError("a while loop that stacks has no node of its own, so this text cannot be taken apart")
        operator = WHILE_NODE
        settings["limit"] = parts.limit
    elif items or stacks:
        operator = SCAN_NODE
        wired |= {f"sequence.{k}": each for k, each in enumerate(outer[parts.consts + parts.carry :])}
        settings |= {"items": items, "results": stacks, "reverse": parts.reverse}
        results = (*carries, *stacks)
        if type(parts.count) is Var and not items:
            raise LoweringError("a loop that stacks as often as an array says has no node of its own")
        if not items:
            settings["times"] = parts.count
    else:
        operator = FOR
        if type(parts.count) is Var:
            wired["count"] = builder.carrier(parts.count)
        else:
            settings["times"] = parts.count
    made = builder.node(operator, wired, "", **settings).node
    programs = {"condition": parts.condition, "body": parts.body} if parts.condition else {"": parts.body}
    for part, program in programs.items():
        inside = body(made, part)
        taken = program.inputs[parts.consts :]
        carriers = {
            **_read(builder, inside, program.inputs[: parts.consts], outer),
            **_given(builder, inside, taken[:-1], (*carries, *items)),
            **_counted(builder, inside, taken[-1], program),
        }
        _filled(builder, inside, program, carriers, (CONTINUE,) if part == "condition" else results, fill)
    return tuple(Socket(made, name) for name in (*results, *([STEPS] if operator == WHILE_NODE else [])))


def call(builder: Builder, equation: Equation, fill: Fill) -> tuple[Socket, ...]:
    """Add a Call, and the Function where it is called first."""
    name = dict(equation.settings)["function"]
    program = builder.whole.functions[name]
    results = _names("value", len(program.outputs))
    if name not in builder.whole.made:
        _function(builder, name, program, results, fill)
    wired = {f"xs.{k}": builder.carrier(each) for k, each in enumerate(equation.arguments)}
    made = builder.node(CALL_NODE, wired, function=builder.whole.made[name], outputs=results).node
    return tuple(Socket(made, each) for each in results)


def _function(builder: Builder, name: str, program: Program, results: Sequence[str], fill: Fill) -> None:
    whole = builder.whole
    takes = _distinct([each.name for each in program.inputs], "x")
    made = whole.made[name] = whole.fresh("function")
    settings: dict[str, SettingValue] = {
        "inputs": takes,
        "outputs": tuple(results),
        "returns": tuple(type_text(program.types[var]) for var in program.outputs),
    }
    title = name.rpartition("_")[0] or name
    whole.nodes[made] = Node(made, FUNCTION, title, settings, inside=whole.inside)
    _filled(builder, made, program, _given(builder, made, program.inputs, takes), results, fill)


# ----- parts of bodies -----


def _filled(
    builder: Builder,
    inside: str,
    program: Program,
    carriers: Mapping[Var, Socket],
    results: Sequence[str],
    fill: Fill,
) -> None:
    inner = Builder(builder.whole, program, inside, carriers)
    for name, carrier in zip(results, fill(inner), strict=True):
        out = _joint(builder, inside, OUTPUT, name=name)
        builder.whole.wires.append(Wire(carrier, Socket(out, "value")))


def _joint(builder: Builder, inside: str, operator: str, **settings: SettingValue) -> str:
    id = builder.whole.fresh(operator.rpartition(".")[2])
    builder.whole.nodes[id] = Node(id, operator, "", settings, inside=inside)
    return id


def _read(
    builder: Builder, inside: str, inputs: Sequence[ProgramInput], outer: Sequence[Socket]
) -> dict[Var, Socket]:  # fmt: skip
    """Return carriers of what a body reads around it; only of what it uses."""
    return {
        each.var: Socket(_joint(builder, inside, OUTER, node=source.node, output=source.name), "value")
        for each, source in zip(inputs, outer, strict=False)
    }


def _given(
    builder: Builder, inside: str, inputs: Sequence[ProgramInput], names: Sequence[str]
) -> dict[Var, Socket]:  # fmt: skip
    return {
        each.var: Socket(_joint(builder, inside, INPUT, name=name), "value")
        for each, name in zip(inputs, names, strict=True)
    }


def _counted(builder: Builder, inside: str, last: ProgramInput, program: Program) -> dict[Var, Socket]:
    used = any(last.var in equation.arguments for equation in program.equations) or last.var in program.outputs
    return {last.var: Socket(_joint(builder, inside, ITERATION), "value")} if used else {}


def _names(stem: str, count: int) -> tuple[str, ...]:
    return (stem,) if count == 1 else tuple(f"{stem}{number}" for number in range(1, count + 1))


def _distinct(names: Sequence[str], stem: str, taken: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names that are plain words as they are, others made up, each once."""
    found: list[str] = []
    for name in names:
        good = name if name.isidentifier() else stem
        number, tried = 1, good
        while tried in found or tried in taken or tried in (CONTINUE, STEPS):
            number += 1
            tried = f"{good}{number}"
        found.append(tried)
    return tuple(found)


STRUCTURES: Final[Mapping[str, Callable[[Builder, Equation, Fill], tuple[Socket, ...]]]] = {
    BRANCH: branch,
    SCAN: loop,
    WHILE: loop,
    CALL: call,
}
"""Structural primitive -> how its equation becomes a node with bodies."""
