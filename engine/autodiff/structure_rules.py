"""Derivatives of branches, loops and calls: each is a branch, a loop or a call again, so that all orders and nestings
work.

- The adjoint of a branch is a branch over the adjoints of its arms, which compute the arm again.
- The adjoint of a loop is a scan the other way, over the carries that the loop saved: the one that saves them takes the
  place of the loop itself (`Recorder.instead`). Cotangents of constants are summed up in the carry.
- The adjoint of a call is a call of the function's adjoint.
- Where a loop keeps checkpoints only, its adjoint is a reverse sweep. That is differentiated further as what it
  stands for, the scan over all carries.
- The tangent of each computes results and tangents together, and takes its place too.

Only what depends differentiably on what is asked for, and reaches a result whose cotangent is known, takes part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.autodiff.loop_rules import loop_jvp, loop_vjp
from engine.autodiff.rule_parts import (
    Pulled,
    Pushed,
    Shares,
    beside,
    moved_items,
    needed,
    reached,
)
from engine.autodiff.sweep_rules import sweep_jvp, sweep_vjp
from engine.program import structure
from engine.program.program import Equation, Program
from engine.program.record import Recorder
from engine.program.structure import BRANCH, CALL, SCAN, SWEEP, WHILE, function_of, outputs_of


def vjp(recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled) -> Shares:
    """Return the cotangents of those arguments among `numbers` that are reached from the items of `g`, by number."""
    return VJP[equation.primitive](recorder, equation, numbers, dict(sorted(g.items())), pulled)


def jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    """Return the tangents of the items that move when the arguments of `given` do, by number of the item."""
    return JVP[equation.primitive](recorder, equation, dict(sorted(given.items())), pushed)


# ----- branch -----


def _branch_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    arms: Sequence[Program] = dict(equation.settings)["arms"]
    wanted = reached(recorder, equation, g, numbers)
    if not wanted:
        return {}
    made = [pulled(recorder, arm, tuple(g), [number - 1 for number in wanted]) for arm in arms]
    operands = equation.arguments[1:]
    kept = [k for k in range(len(operands)) if any(arm.inputs[k].var in needed(arm) for arm in made)]
    order = [*kept, *range(len(operands), len(operands) + len(g))]
    made = [structure.reordered(arm, order) for arm in made]
    given = [*(recorder.box(operands[k]) for k in kept), *g.values()]
    results = structure.branch(recorder, recorder.box(equation.arguments[0]), given, made)
    return dict(zip(wanted, results, strict=True))


def _branch_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    arms: Sequence[Program] = dict(equation.settings)["arms"]
    moved = moved_items(recorder, equation, given, len(arms[0].outputs))
    if not moved:
        return {}
    made = [pushed(recorder, arm, [number - 1 for number in given], moved) for arm in arms]
    operands = [*map(recorder.box, equation.arguments[1:]), *given.values()]
    results = structure.branch(recorder, recorder.box(equation.arguments[0]), operands, made)
    return beside(recorder, equation, len(arms[0].outputs), moved, results)


# ----- calls -----


def _call_vjp(
    recorder: Recorder, equation: Equation, numbers: Sequence[int], g: Mapping[int, Any], pulled: Pulled
) -> Shares:
    called = dict(equation.settings)["function"]
    wanted = reached(recorder, equation, g, numbers)
    if not wanted:
        return {}
    function = function_of(recorder.functions, equation)
    name = f"adjoint of {called}, {_listed(g)} to {_listed(wanted)}"
    _define(recorder, name, lambda: pulled(recorder, function, tuple(g), wanted))
    operands = [*map(recorder.box, equation.arguments), *g.values()]
    results = structure.call(recorder, name, operands, [function.inputs[k].type for k in wanted])
    return dict(zip(wanted, results, strict=True))


def _call_jvp(recorder: Recorder, equation: Equation, given: Mapping[int, Any], pushed: Pushed) -> Shares:
    called = dict(equation.settings)["function"]
    function = function_of(recorder.functions, equation)
    moved = moved_items(recorder, equation, given, len(function.outputs))
    if not moved:
        return {}
    name = f"tangent of {called}, {_listed(given)} to {_listed(moved)}"
    _define(recorder, name, lambda: pushed(recorder, function, tuple(given), moved))
    operands = [*map(recorder.box, equation.arguments), *given.values()]
    kinds = outputs_of(function)
    results = structure.call(recorder, name, operands, [*kinds, *(kinds[k] for k in moved)])
    return beside(recorder, equation, len(kinds), moved, results)


def _listed(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _define(recorder: Recorder, name: str, make: Callable[[], Program]) -> None:
    """Make the function of this name, unless it is there or, as it calls itself, being made."""
    if name not in recorder.functions and name not in recorder.pending:
        recorder.pending.add(name)
        recorder.functions[name] = make()
        recorder.pending.discard(name)


VJP: Mapping[str, Callable[[Recorder, Equation, Sequence[int], Mapping[int, Any], Pulled], Shares]] = {
    BRANCH: _branch_vjp,
    SCAN: loop_vjp,
    WHILE: loop_vjp,
    CALL: _call_vjp,
    SWEEP: sweep_vjp,
}
JVP: Mapping[str, Callable[[Recorder, Equation, Mapping[int, Any], Pushed], Shares]] = {
    BRANCH: _branch_jvp,
    SCAN: loop_jvp,
    WHILE: loop_jvp,
    CALL: _call_jvp,
    SWEEP: sweep_jvp,
}
