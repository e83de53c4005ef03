"""What the inspector and the code panel show beyond values: a node's own partials, and the programs the graph
became."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from app.worker import messages as m
from app.worker.describe import short
from engine.autodiff.adjoint import active_variables, adjoint
from engine.autodiff.tangent import tangent
from engine.autodiff.tape import tape_rows
from engine.backends.interpret import interpret
from engine.backends.listing import listing
from engine.backends.numpy_code import compile_program
from engine.binding import bind
from engine.evaluate import loss_program
from engine.graph import Socket
from engine.prepare import Prepared
from engine.program.lower import lower
from engine.program.passes import simplify, stable
from engine.program.program import Program, ProgramInput, Var
from engine.sockets import arguments

LINES: Final = 4_000
"""Lines of each text that travel; more cannot be read anyway."""
ELEMENTS: Final = 200_000
"""Elements of an input up to which its partials are worth their time."""


def partials(prepared: Prepared, node: str, moment: m.Moment | None) -> dict[str, str]:
    """Return, by input, the node's own partial derivative at this moment as people read it: a scalar's digits or a
    range.

    Only where it is a list of numbers: for an operator that acts element by element, and for one whose output is a
    scalar.
    """
    operator = prepared.operator(node)
    wired = arguments(prepared.graph, operator, node)
    if len(operator.outputs) != 1 or not wired:
        return {}
    output = Socket(node, operator.outputs[0].name)
    sources = [each.source for each in wired]
    whole = lower(prepared.graph, prepared.library, prepared.types, [output, *sources], train=True)
    carried = {each.socket.name: whole.sockets[each.source] for each in wired if each.input.differentiable}
    result = whole.sockets[output]
    variables = [var for var in carried.values() if isinstance(var, Var)]
    if not isinstance(result, Var) or len(set(variables)) != len(carried):
        return {}
    values = interpret(whole, _values(whole, prepared, moment))
    own = _own_program(whole, node, result)
    told = {}
    for name, var in carried.items():
        kind = whole.types[var]
        if kind.differentiable and var in {each.var for each in own.inputs} and np.prod(kind.shape) <= ELEMENTS:
            found = _partial(own, result, var, values)
            if found is not None:
                told[name] = _text(found)
    return told


def _own_program(whole: Program, node: str, result: Var) -> Program:
    """Return the node's equations alone, with everything they read from elsewhere as inputs."""
    equations = tuple(each for each in whole.equations if each.origin == node)
    made = {each.output for each in equations}
    read = dict.fromkeys(a for each in equations for a in each.arguments if type(a) is Var and a not in made)
    outside = [var for var in read if var not in whole.constants]
    inputs = tuple(ProgramInput(var, "data", f"v{var.index}", whole.types[var]) for var in outside)
    return Program(inputs, whole.constants, equations, (result,), ("result",), whole.types, functions=whole.functions)


def _partial(own: Program, result: Var, var: Var, values: dict[Var, Any]) -> Any:
    given = [values[each.var] for each in own.inputs]
    shape_in, shape_out = own.types[var].shape, own.types[result].shape
    if shape_out == ():
        backward = adjoint(own, result, [var])
        return interpret(backward, given)[backward.outputs[-1]]
    # A tangent of ones is the partial itself only where the operator acts element by element.
    if shape_in not in ((), shape_out) and np.broadcast_shapes(shape_in, shape_out) != shape_out:
        return None
    forward = tangent(own, [var])
    ones = np.ones(shape_in, own.types[var].dtype)
    return interpret(forward, [*given, ones])[forward.outputs[-1]]


def _text(value: Any) -> str:
    array = np.asarray(value)
    if array.size == 0:
        return "empty"
    low, high = (array.min(), array.max()) if array.dtype.kind != "c" else (array.reshape(-1)[0],) * 2
    if array.size == 1 or low == high:
        return short(low.item())
    return f"{short(low.item())} … {short(high.item())}"


def _values(program: Program, prepared: Prepared, moment: m.Moment | None) -> list[Any]:
    from app.worker.graphs import parameters_of, states_of

    at = {**prepared.parameters, **(parameters_of(moment) or {})}
    step = prepared.step if moment is None else moment.at
    return bind(program, prepared, at, step=step, states=states_of(moment))


def artefacts(prepared: Prepared, moment: m.Moment | None) -> m.Artefacts:
    """Return the programs of the shown optimizer's loss as text: equations, generated code, the tape at this moment."""
    loss = loss_program(prepared, None if moment is None else moment.optimizer)
    wrt = [each.var for each in loss.inputs]
    backward = adjoint(loss.program, loss.var, wrt)
    whole = loss.program
    moved = active_variables(whole.types, whole.equations, [each.var for each in loss.inputs], whole.functions)
    carrying = [each.output for each in whole.equations if each.output in moved and each.output in whole.types]
    every = adjoint(loss.program, loss.var, carrying)
    found = interpret(every, _values(every, prepared, moment))
    back = every.outputs[len(every.outputs) - len(carrying) :]
    cotangents = {var: found[out] for var, out in zip(carrying, back, strict=True)}
    return m.Artefacts(
        optimizer=loss.plan.id,
        program=_limited(listing(backward, labels=_labels(prepared)).splitlines()),
        code=_limited(compile_program(simplify(adjoint(stable(loss.program), loss.var, wrt))).source.splitlines()),
        tape=_limited(_tape_lines(loss.program, found, cotangents, prepared)),
    )


def _tape_lines(program: Program, values: Any, cotangents: Any, prepared: Prepared) -> list[str]:
    lines = [f"{'#':>4}  {'called':<34} {'value':<24} {'cotangent':<24} node"]
    for row in tape_rows(program, values, cotangents):
        call = f"{row.result} = {row.primitive}({', '.join(row.arguments)})"
        back = "" if row.cotangent is None else _text(row.cotangent)
        lines.append(
            f"{row.number:>4}  {call[:34]:<34} {_shown(row.value):<24} {back:<24} {_origin(row.node, prepared)}"
        )
    return lines


def _shown(value: Any) -> str:
    return "" if value is None or isinstance(value, list | tuple | dict) else _text(value)


def _labels(prepared: Prepared) -> dict[str, str]:
    """Return the names that people gave to nodes, by id."""
    return {id: each.name for id, each in prepared.graph.nodes.items() if each.name}


def _origin(origin: str, prepared: Prepared) -> str:
    before, _, node = origin.rpartition(" of ")
    named = prepared.graph.nodes.get(node)
    name = named.name or node if named else node
    return f"{before} of {name}" if before else name


def _limited(lines: list[str]) -> str:
    more = len(lines) - LINES
    return "\n".join(lines if more <= 0 else [*lines[:LINES], f"… and {more:,} more lines"])
