"""What an optimizer makes small: its loss as a program of free parameters, with their constraints in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.constraints import CONSTRAINTS, Constraint
from engine.errors import LoweringError
from engine.prepare import Plan, Prepared, scalar_or_array
from engine.program.compose import fuse
from engine.program.functions import record_function
from engine.program.lower import lower
from engine.program.program import Program, ProgramInput, Role, Var
from engine.types import ArrayType


@dataclass(frozen=True)
class Descent:
    """The loss as a program of free parameters: what an approach differentiates.

    `program` has the owned parameters' free values among its inputs (role "parameter", by node), and gives first their
    constrained values where they have a constraint, then the loss, then new states.
    """

    plan: Plan
    program: Program
    loss: Var
    constrained: Mapping[str, Constraint]
    values: Mapping[str, Var]
    """The variable of each owned parameter's constrained value."""
    free: tuple[ProgramInput, ...]
    """The inputs that are moved, in the order of plan.parameters (those the loss reads)."""

    @property
    def owned(self) -> tuple[str, ...]:
        """The parameters that are moved: those of the plan that the loss reads."""
        return tuple(each.name for each in self.free)

    def to_free(self, prepared: Prepared, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the free values of the owned parameters."""
        return tuple(
            self._to_free(prepared, id, parameters[id]) if id in self.constrained else parameters[id]
            for id in self.owned
        )

    def _to_free(self, prepared: Prepared, id: str, value: Any) -> Any:
        # In double precision: float32 cannot tell a value close to its limit from the limit itself.
        free = self.constrained[id].free(np.asarray(value, np.float64), *limits(prepared, id))
        return scalar_or_array(np.asarray(free, prepared.parameters[id].dtype))

    def to_values(self, prepared: Prepared, free: Sequence[Any]) -> dict[str, Any]:
        """Return the owned parameters inside their constraints."""
        return {id: self.value(prepared, id, each) for id, each in zip(self.owned, free, strict=True)}

    def value(self, prepared: Prepared, id: str, free: Any) -> Any:
        """Return the value that a free value of an owned parameter stands for."""
        if id not in self.constrained:
            return free
        dtype = prepared.parameters[id].dtype
        return scalar_or_array(np.asarray(self.constrained[id].value(free, *limits(prepared, id)), dtype))


def constraint(prepared: Prepared, id: str) -> Constraint | None:
    """Return the constraint of a parameter node, or None; a parameter without elements needs none."""
    node = prepared.graph.nodes[id]
    if np.size(prepared.parameters[id]) == 0:
        return None
    return CONSTRAINTS.get(str(prepared.operator(id).values(node).get("constraint")))


def limits(prepared: Prepared, id: str) -> tuple[float, ...]:
    """Return the numbers that the parameter's constraint takes."""
    settings = prepared.operator(id).values(prepared.graph.nodes[id])
    found = constraint(prepared, id)
    return tuple(float(settings[name]) for name in (found.limits if found else ()))


def lowered_loss(prepared: Prepared, plan: Plan) -> Program:
    """Return the program of an optimizer's loss; raise LoweringError where that is no real scalar."""
    program = lower(prepared.graph, prepared.library, prepared.types, (plan.loss,), train=True)
    kind = program.types[program.outputs[0]]
    if not is_loss(kind):
        raise LoweringError(f"{prepared.quoted(plan.id)} needs a real scalar as its loss, not {kind}.", node=plan.id)
    return program


def is_loss(kind: ArrayType) -> bool:
    """Whether a value of this type can be made small."""
    return kind.shape == () and kind.dtype.startswith("float")


def descent(prepared: Prepared, plan: Plan) -> Descent:
    """Lower the loss of an optimizer over the free values of the parameters it moves; raise LoweringError where it
    moves none."""
    base = lowered_loss(prepared, plan)
    read = {each.name: each for each in base.inputs if each.role == "parameter"}
    owned = tuple(id for id in plan.parameters if id in read)
    if not owned:
        sentence = f"{prepared.quoted(plan.id)} has nothing to move: no parameter that is not frozen reaches its loss."
        raise LoweringError(sentence, node=plan.id)
    constrained = {id: found for id in owned if (found := constraint(prepared, id))}
    if not constrained:
        free = tuple(read[id] for id in owned)
        return Descent(plan, base, base.outputs[0], {}, {each.name: each.var for each in free}, free)
    maps = _constraining(prepared, constrained, read)
    feeds = {read[id].var: var for id, var in zip(constrained, maps.outputs, strict=True)}
    program = fuse(maps, base, feeds)
    inputs = {each.name: each for each in program.inputs if each.role == "parameter"}
    values = dict(zip(constrained, maps.outputs, strict=True))
    return Descent(
        plan,
        program,
        program.outputs[len(constrained)],
        constrained,
        {id: values.get(id, inputs[id].var) for id in owned},
        tuple(inputs[id] for id in owned),
    )


def _constraining(
    prepared: Prepared, constrained: Mapping[str, Constraint], read: Mapping[str, ProgramInput]
) -> Program:
    """Return the program from free values (inputs named by node) and limits (named by node and setting) to values."""
    program: Program | None = None
    for id, found in constrained.items():
        bounds = len(found.limits)
        roles: list[Role] = ["parameter"]
        roles += ["setting"] * bounds
        names = (id, *(f"{id}.{name}" for name in found.limits))
        types = (read[id].type, *((ArrayType(dtype=_real(read[id].type.dtype)),) * bounds))
        each = record_function(found.value, types, names=names, roles=roles, origin=id)
        program = each if program is None else fuse(program, each, {})
    if program is None:
        raise LoweringError("no constrained parameter")
    return program


def _real(dtype: str) -> str:
    return np.zeros((), dtype).real.dtype.name
