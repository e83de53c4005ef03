"""One optimizer's step as one function: constraints, loss, gradient, update and the numbers that are recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import APPROACHES, default_backend, gradient_function, refusal
from engine.backends.numpy_code import compile_program
from engine.binding import bind
from engine.constraints import CONSTRAINTS, Constraint
from engine.errors import LoweringError
from engine.optimizers import METHODS, length, start_state, update
from engine.prepare import Plan, Prepared, scalar_or_array
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.program.lower import lower
from engine.program.program import Program, ProgramInput, Role, Var
from engine.schedules import SCHEDULES
from engine.types import ArrayType, RecordType, TupleType, Type, type_of

RECORDED: Final = 16
"""Parameters of at most so many elements are recorded element by element at every step ..."""
RECORDED_TOTAL: Final = 64
"""... as long as one optimizer's are no more than so many together."""


def choose(approach: str | None, backend: str | None, settings: Mapping[str, Any]) -> tuple[str, str]:
    """Return the approach and backend to use; raise LoweringError where they do not go together.

    No approach: the optimizer node's own. No backend: the first that runs the approach.
    """
    approach = approach or str(settings["approach"])
    if backend is None and approach in APPROACHES:
        backend = default_backend(approach)
    if sentence := refusal(approach, str(backend)):
        raise LoweringError(sentence)
    return approach, str(backend)


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


@dataclass(frozen=True)
class Stepper:
    """A step as a function `(*carry, *fresh, *fixed) -> (*row, *arrays, *new carry)`.

    `row` is the loss, the norm of the whole gradient, the norm by each parameter, then the recorded scalars;
    `arrays` are the recorded small arrays. All are from before the step.
    """

    descent: Descent
    approach: str
    backend: str
    function: Callable[..., tuple[Any, ...]]
    carry: tuple[ProgramInput, ...]
    """Free parameters, slots of the method, states of nodes: what a step hands to the next."""
    fresh: tuple[ProgramInput, ...]
    """Keys, batches and the step number: new at every step."""
    fixed: tuple[ProgramInput, ...]
    """Data, settings, and parameters that others move or nobody does."""
    scalars: tuple[str, ...]
    arrays: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    """(slot, parameter) of the part of the carry that is the method's."""
    program: Program
    """The whole step, for looking at and as text."""
    gradient_program: Program
    """The loss and its adjoint: where a value that is not finite is looked for."""

    @property
    def row(self) -> int:
        """How many numbers the row has."""
        return 2 + len(self.descent.free) + len(self.scalars)

    @property
    def drawing(self) -> bool:
        """Whether keys or batches are drawn anew for every step."""
        return any(each.role != "step" for each in self.fresh)


def build(prepared: Prepared, plan: Plan, approach: str, backend: str) -> Stepper:
    """Lower, differentiate, fuse with the update and compile one optimizer's step; raise LoweringError where that
    fails."""
    down = descent(prepared, plan)
    wrt = [each.var for each in down.free]
    whole = adjoint(down.program, down.loss, wrt)
    gradients = whole.outputs[-len(wrt) :]
    new_states = down.program.outputs[len(down.constrained) + 1 :]
    parts = _Update(prepared, down)
    fused = fuse(whole, parts.program, parts.feeds(down.loss, gradients))
    scalars, arrays = _recorded(down)
    update_outputs = fused.outputs[len(whole.outputs) :]
    outputs = (
        down.loss,
        *update_outputs[: parts.norms],
        *(down.values[id] for id in (*scalars, *arrays)),
        *update_outputs[parts.norms :],
        *new_states,
    )
    program = select(fused, outputs, [f"{k}" for k in range(len(outputs))])
    states = tuple(each for each in program.inputs if each.role == "state" and each.name not in parts.slot_names)
    slots = {each.name: each for each in program.inputs if each.name in parts.slot_names}
    carry = (*down.free, *(slots[name] for name in parts.slot_names), *states)
    fresh = tuple(each for each in program.inputs if each.role in ("key", "batch", "step"))
    fixed = tuple(each for each in program.inputs if each not in (*carry, *fresh))
    ordered = replace(program, inputs=(*carry, *fresh, *fixed))
    if (approach, backend) == FUSED:
        function = compile_program(ordered).function
    else:
        function = _in_two_parts(down, parts, ordered, scalars + arrays, new_states, approach, backend)
    return Stepper(
        descent=down,
        approach=approach,
        backend=backend,
        function=function,
        carry=carry,
        fresh=fresh,
        fixed=fixed,
        scalars=scalars,
        arrays=arrays,
        slots=parts.slots,
        program=ordered,
        gradient_program=whole,
    )


FUSED: Final = ("static", "numpy_code")
"""The approach and backend whose gradient and update are one compiled function."""


def _recorded(down: Descent) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which owned parameters are recorded as scalars and which as arrays: the small real ones, first come."""
    scalars: list[str] = []
    arrays: list[str] = []
    total = 0
    for each in down.free:
        size = math.prod(each.type.shape)
        if 0 < size <= RECORDED and total + size <= RECORDED_TOTAL and each.type.dtype.startswith("float"):
            total += size
            (arrays if each.type.shape else scalars).append(each.name)
    return tuple(scalars), tuple(arrays)


class _Update:
    """The update of an optimizer as a program: (loss, gradients, free, slots, hyper, step) -> (norms, new free, new
    slots)."""

    def __init__(self, prepared: Prepared, down: Descent) -> None:
        settings = down.plan.settings
        method, schedule, clip = (str(settings[name]) for name in ("method", "schedule", "clip"))
        self.down = down
        free = tuple(each.type for each in down.free)
        zeros = start_state(method, [np.zeros(kind.shape, kind.dtype) for kind in free])
        self.slots = tuple((slot, id) for slot in sorted(zeros) for id in down.owned)
        self.slot_names = tuple(f"{down.plan.id}.slot.{slot}.{k}" for slot in sorted(zeros) for k in range(len(free)))
        self.norms = 1 + len(free)
        hyper = {name: ArrayType() for name in hyper_names(settings)}
        step = update(method, schedule, clip)

        def updated(loss: Any, gradients: Any, parameters: Any, state: Any, numbers: Any, count: Any) -> Any:
            norms = tuple(length((each,)) for each in gradients)
            return (length(norms), *norms), *step(loss, gradients, parameters, state, {**numbers, "step": count})

        types: tuple[Type, ...] = (
            down.program.types[down.loss],
            TupleType(free),
            TupleType(free),
            RecordType(tuple((slot, TupleType(tuple(map(type_of, zeros[slot])))) for slot in sorted(zeros))),
            RecordType(tuple(sorted(hyper.items()))),
            ArrayType(),
        )
        names = ("loss", "gradient", "free", f"{down.plan.id}.slot", down.plan.id, "step")
        roles: tuple[Role, ...] = ("data", "data", "parameter", "state", "setting", "step")
        self.program = record_function(updated, types, names=names, roles=roles, origin=down.plan.id)

    def feeds(self, loss: Var, gradients: Sequence[Var]) -> dict[Var, Var]:
        """Return which variables of the gradient program stand for the update's first inputs."""
        given = (loss, *gradients, *(each.var for each in self.down.free))
        return {each.var: var for each, var in zip(self.program.inputs, given, strict=False)}


def hyper_names(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the numeric settings that the update with these choices reads.

    Without weight decay its additions are left out altogether: they would cost two passes over each parameter.
    """
    method = METHODS[str(settings["method"])]
    names = ["learning_rate", *method.settings, *SCHEDULES[str(settings["schedule"])].settings]
    names += ["clip_at"] * (settings["clip"] != "none")
    names += ["weight_decay"] * bool(method.decoupled or settings["weight_decay"])
    return tuple(names)


def _in_two_parts(
    down: Descent,
    parts: _Update,
    ordered: Program,
    recorded: Sequence[str],
    new_states: Sequence[Var],
    approach: str,
    backend: str,
) -> Callable[..., tuple[Any, ...]]:
    """Return the step for approaches that are not one program: the gradient by the approach, then the compiled
    update."""
    gradient = gradient_function(down.program, down.loss, [each.var for each in down.free], approach, backend)
    advance = compile_program(parts.program).function
    position = {each.var: k for k, each in enumerate(ordered.inputs)}
    by_name = {each.name: k for k, each in enumerate(ordered.inputs)}
    wanted = [position[each.var] for each in down.program.inputs]
    given = [by_name[each.name] for each in parts.program.inputs[1 + 2 * len(down.free) :]]
    outputs = {var: k for k, var in enumerate(down.program.outputs)}
    at_loss = outputs[down.loss]
    values = [outputs.get(down.values[id]) for id in recorded]
    free = {id: k for k, id in enumerate(down.owned)}
    count, kept = len(down.free), [outputs[var] for var in new_states]

    def step(*every: Any) -> tuple[Any, ...]:
        found, gradients = gradient([every[k] for k in wanted])
        loss = found[at_loss]
        new = advance(loss, *gradients, *every[:count], *(every[k] for k in given))
        shown = (every[free[id]] if at is None else found[at] for id, at in zip(recorded, values, strict=True))
        return (loss, *new[: parts.norms], *shown, *new[parts.norms :], *(found[k] for k in kept))

    return step


def fixed_values(stepper: Stepper, prepared: Prepared, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the values of the step's fixed inputs, the optimizer's own settings among them."""
    return bind(stepper.program, prepared, parameters, step=0, inputs=stepper.fixed)
