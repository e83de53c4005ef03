"""How nodes that solve equations are lowered: their body becomes a program, and a solver runs it as often as it needs.

Nothing in such a body keeps a state, as a solver asks for it at times of its own choice. A random node in it gives the
same numbers each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine import control
from engine.graph import Node
from engine.operator import Operator
from engine.program.program import Program, Var
from engine.program.scopes import Frame, Scope
from engine.solvers import derivatives, implicit
from engine.solvers.equation import RightHandSide
from engine.solvers.integrate import Solver, solution
from engine.types import ArrayType

if TYPE_CHECKING:
    from engine.program.lower import Lowering

TIME = ArrayType((), "float64")
Given = Mapping[str, list[Any]]


def lower_ode(lowering: Lowering, node: Node, declared: Operator, given: Given) -> list[Any]:
    """Return the solution of a differential equation: each state at all times, and how many steps were taken."""
    values, names = declared.values(node), declared.values(node)["states"]
    start = _start(lowering, names, given)
    program, read = _body(lowering, node, names, start, timed=True)
    times = _times(lowering, node, given, values)
    equation = RightHandSide(program, len(read))
    relative, absolute = (_number(lowering, node, name) for name in ("relative", "absolute"))
    solver = Solver(
        str(values["method"]), int(values["substeps"]), relative, absolute, int(values["limit"]), _memory(values)
    )
    how = DERIVATIVES[str(values["gradient"])]
    paths, steps = how(lowering.recorder, equation, read, start, times, solver, node.id)
    return [*paths, steps]


def _plain(
    recorder: Any, equation: RightHandSide, read: Sequence[Any], start: Any, times: Any, solver: Solver, origin: str
) -> Any:
    return solution(recorder, equation.field(read, origin), start, times, solver)


BACKPROPAGATION, ADJOINT, SENSITIVITY = "backpropagation", "continuous adjoint", "forward sensitivity"
DERIVATIVES: Final[Mapping[str, Callable[..., Any]]] = {
    BACKPROPAGATION: _plain,
    ADJOINT: derivatives.with_adjoint,
    SENSITIVITY: derivatives.with_sensitivities,
}
"""How a solution is differentiated, by the words of the setting."""


def lower_implicit(lowering: Lowering, node: Node, declared: Operator, given: Given) -> list[Any]:
    """Return what solves an equation, how many steps that took, and how far from a solution it is."""
    values, names = declared.values(node), declared.values(node)["states"]
    start = _start(lowering, names, given)
    program, read = _body(lowering, node, names, start, timed=False)
    tolerance, damping = (_number(lowering, node, name) for name in ("tolerance", "damping"))
    how = implicit.Search(str(values["find"]), str(values["method"]), tolerance, int(values["limit"]), damping)
    found, steps, residual = implicit.solved(lowering.recorder, program, read, start, how, node.id)
    return [*found, steps, residual]


def _start(lowering: Lowering, names: Sequence[str], given: Given) -> list[Any]:
    wired = given.get("start", [])
    if not names or len(wired) != len(names):
        sentence = f"has {len(wired)} wires into start, and {len(names)} names for them: give one name to each wire"
        raise lowering.error(sentence, "start.0")
    for name, value in zip(names, wired, strict=True):
        kind = lowering.kind(lowering.recorder, value)
        if not isinstance(kind, ArrayType) or kind.dtype not in ("float64", "float32"):
            raise lowering.error(f"solves for “{name}”, which is {kind}: it has to be an array of real numbers")
    return [lowering.recorder.box(value) for value in wired]


def _number(lowering: Lowering, node: Node, name: str) -> Any:
    """Return a numeric setting: an input of the whole program."""
    return lowering.input("setting", f"{node.id}.{name}", TIME)


def _times(lowering: Lowering, node: Node, given: Given, values: Mapping[str, Any]) -> Any:
    if wired := given.get("times"):
        return lowering.boxes(wired[0])
    begin, end = (_number(lowering, node, name) for name in ("begin", "end"))
    return begin + (end - begin) * np.linspace(0.0, 1.0, int(values["points"]))


def _memory(values: Mapping[str, Any]) -> str:
    kind, kept = str(values["memory"]), int(values["kept"])
    return f"{kind} {kept}" if kept and kind != "save all" else kind


def _body(
    lowering: Lowering, node: Node, names: Sequence[str], start: Sequence[Any], *, timed: bool
) -> tuple[Program, list[Any]]:
    """Return the body as a program of what it reads of what is around it (the boxes that are returned), the time where
    it is `timed`, and the unknowns; it gives as many values of the same types."""
    scope = lowering.scope
    inside = Scope(control.body(node.id, ""), Frame(scope.frame, "solver"), scope)
    inner, own = inside.frame.recorder, list[Var]()
    if timed:
        inside.inputs[control.TIME] = inner.input("data", f"{node.id}.{control.TIME}", TIME)
        own.append(inner.var(inside.inputs[control.TIME]))
    kinds = [lowering.recorder.types[lowering.recorder.var(each)] for each in start]
    for name, kind in zip(names, kinds, strict=True):
        inside.inputs[name] = inner.input("data", f"{node.id}.{name}", kind)
        own.append(inner.var(inside.inputs[name]))
    inside.salts = scope.salts
    found = lowering.run(inside, names)
    for name, kind, value in zip(names, kinds, found, strict=True):
        given = lowering.kind(inner, value)
        if given != kind:
            raise lowering.error(f"has a body that gives “{name}” as {given}, and it begins as {kind}")
    read = inside.frame.captured
    return inside.frame.program(read, own, found, [str(k) for k in range(len(found))]), read
