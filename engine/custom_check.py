"""The derivative that a "Custom derivative" node gives, compared with differences of its value when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import autograd.numpy as anp
import numpy as np

from engine.autodiff.adjoint import adjoint, independent
from engine.autodiff.check import chosen_entries, slope
from engine.backends.numpy_code import Compiled, compile_program
from engine.binding import bind
from engine.errors import GradwireError
from engine.evaluate import Check
from engine.graph import Socket
from engine.prepare import Prepared
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.program.lower import lower
from engine.program.program import Program, ProgramInput, Var

OPERATOR = "gradients.custom"
TOLERANCE = 1e-6


def check_custom(
    prepared: Prepared, node: str, parameters: Mapping[str, Any] | None = None, *, tolerance: float = TOLERANCE
) -> tuple[Check, ...]:
    """Return one check for each parameter the node's value or its model depends on.

    The output is weighed by fixed numbers between 0.5 and 1.5, so that one derivative speaks for all entries. A wrong
    one is told with the place where it is worst and both numbers. Raise GradwireError where the node is no custom
    derivative, or nothing trained leads to it.
    """
    if node not in prepared.graph.nodes or prepared.graph.nodes[node].operator != OPERATOR:
        raise GradwireError(
            f"{prepared.quoted(node)} is not a custom derivative: there is nothing to compare.", node=node
        )
    program, scalar = _weighed(prepared, node)
    inputs = [each for each in program.inputs if each.role == "parameter" and each.type.dtype.startswith("float")]
    both = [program, _value_alone(prepared, node)]
    unmoved = [set(independent(each, each.outputs[0], [i.var for i in each.inputs])) for each in both]
    names = [{i.name for i in each.inputs if i.var not in still} for each, still in zip(both, unmoved, strict=True)]
    wanted = [each for each in inputs if each.name in names[0] | names[1]]
    if not wanted:
        raise GradwireError(
            f"No parameter leads to {prepared.quoted(node)}: there is no derivative to compare.", node=node
        )
    values = bind(program, prepared, {**prepared.parameters, **(parameters or {})}, step=prepared.step)
    gradients = compile_program(adjoint(program, scalar, [each.var for each in wanted]))(values)[1:]
    primal = compile_program(program)
    return tuple(
        _compared(prepared, node, primal, values, each, gradient, tolerance)
        for each, gradient in zip(wanted, gradients, strict=True)
    )


def _weighed(prepared: Prepared, node: str) -> tuple[Program, Var]:
    """Return the program of the weighed sum of the node's output."""
    target = Socket(node, prepared.operator(node).outputs[0].name)
    return _sum_of(lower(prepared.graph, prepared.library, prepared.types, [target], train=False))


def _value_alone(prepared: Prepared, node: str) -> Program:
    return _sum_of(lower(prepared.graph, prepared.library, prepared.types, [Socket(node, "value")], train=False))[0]


def _sum_of(program: Program) -> tuple[Program, Var]:
    kind = program.types[program.outputs[0]]
    weights = np.random.default_rng(7).uniform(0.5, 1.5, kind.shape).astype(kind.dtype)

    def weighed(x: Any) -> Any:
        return anp.real(anp.sum(weights * x)) if kind.dtype.startswith("complex") else anp.sum(weights * x)

    ending = record_function(weighed, [kind])
    whole = fuse(program, ending, {ending.inputs[0].var: program.outputs[0]})
    return select(whole, whole.outputs[-1:], ["weighed"]), whole.outputs[-1]


def _compared(
    prepared: Prepared, node: str, primal: Compiled, values: Any, each: ProgramInput, gradient: Any, tolerance: float
) -> Check:
    position = next(k for k, other in enumerate(primal.program.inputs) if other.var == each.var)
    given = np.asarray(gradient)
    places = chosen_entries(given.shape, 64)
    with np.errstate(all="ignore"):
        found = [slope(primal, values, position, place) for place in places]
    scale = max([abs(x) for x in (*found, *(float(given[place]) for place in places))], default=0.0) or 1.0
    errors = [abs(float(given[place]) - wanted) / scale for place, wanted in zip(places, found, strict=True)]
    worst = int(np.argmax(errors))
    passed = bool(errors[worst] <= (1e-2 if each.type.dtype == "float32" else tolerance))
    what, by = f"The derivative that {prepared.quoted(node)} gives by {prepared.quoted(each.name)}", places[worst]
    if passed:
        sentence = f"{what} agrees with differences of its value to {errors[worst]:.1e}."
    else:
        at = f" at entry {by}" if by else ""
        sentence = f"{what} is {float(given[by]):.6g}{at}, and differences of its value give {found[worst]:.6g}."
    label = prepared.graph.nodes[each.name].name or each.name
    return Check(each.name, label, errors[worst], None, passed, sentence)
