"""One optimizer's step as one function: constraints, loss, gradient, update and the numbers that are recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import default_backend, gradient_function, refusal
from engine.autodiff.names import APPROACHES
from engine.backends import xla
from engine.backends.numpy_code import compile_program
from engine.binding import bind
from engine.descent import Descent, descent
from engine.errors import LoweringError
from engine.optimizers import METHODS, length, start_state, update
from engine.prepare import Plan, Prepared
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.program.passes import PORTABLE, simplify, stable
from engine.program.program import Program, ProgramInput, Role, Var
from engine.program.segments import segmented
from engine.program.structure import SAVE_ALL, programs_of
from engine.schedules import SCHEDULES
from engine.search_step import FRESH, in_order, search_step
from engine.types import ArrayType, RecordType, TupleType, Type, type_of

RECORDED: Final = 16
"""Parameters of at most so many elements are recorded element by element at every step ..."""
RECORDED_TOTAL: Final = 64
"""... as long as one optimizer's are no more than so many together."""


def choose(approach: str | None, backend: str | None, settings: Mapping[str, Any]) -> tuple[str, str]:
    """Return the approach and backend to use; raise LoweringError where they do not go together.

    No approach: the optimizer node's own. No backend: the first that runs the approach; "auto" too, to begin with.
    """
    approach = approach or str(settings["approach"])
    if backend in (None, "auto") and approach in APPROACHES:
        backend = default_backend(approach)
    if sentence := refusal(approach, str(backend)):
        raise LoweringError(sentence)
    return approach, str(backend)


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
    steady: Program
    """The same step, its loss made stable before the adjoint was taken and its checkpoints nested loops: what XLA is
    given."""
    gradient_program: Program
    """The loss and its adjoint: where a value that is not finite is looked for."""
    losses: bool = False
    """Whether no more than the loss is to be recorded: then the row ends with the norm of the whole gradient."""
    searches: bool = False
    """Whether the function asks for the loss several times in a step: then `program` is no more than its inputs and
    the gradient, and a step that finds nothing lower leaves its parameters as they are."""

    @property
    def row(self) -> int:
        """How many numbers the row has."""
        lean = self.losses and not self.searches
        return 2 + (0 if lean else len(self.descent.free)) + len(self.scalars)

    @property
    def drawing(self) -> bool:
        """Whether keys or batches are drawn anew for every step."""
        return any(each.role != "step" for each in self.fresh)


def build(
    prepared: Prepared,
    plan: Plan,
    approach: str,
    backend: str,
    ages: Mapping[str, int] | None = None,
    losses: bool = False,
) -> Stepper:
    """Lower, differentiate, fuse with the update and compile one optimizer's step; raise LoweringError where that
    fails.

    `ages`: the step at which the method's state of a parameter began, where that is not 0. `losses`: no more than the
    loss will be recorded, so that norms by parameter are not computed.
    """
    down = descent(prepared, plan)
    whole = adjoint(down.program, down.loss, [each.var for each in down.free])
    scalars, arrays = ((), ()) if losses else _recorded(down)
    if METHODS[str(plan.settings["method"])].search is not None:
        found = search_step(prepared, down, whole, scalars + arrays, approach, backend)
        program, slots, function = found.program, found.slots, found.function
        steady = program
    else:
        parts = _Update(prepared, down, ages or {}, losses)
        program, slots = _one_step(down, whole, parts, scalars + arrays), parts.slots
        fused = _stable_step(down, program, parts, scalars + arrays)
        steady = fused
        if _checkpointed(down.program):
            nested = replace(down, program=segmented(down.program))
            steady = _stable_step(nested, None, parts, scalars + arrays)
        if (approach, backend) == FUSED:
            function = compile_program(simplify(fused)).function
        elif xla.whole(approach, backend):
            function = _by_xla(simplify(steady, PORTABLE))
        else:
            function = _in_two_parts(down, parts, program, scalars + arrays, approach, backend)
    carried = len(down.free) + len(slots) + len(_new_states(down))
    fresh = sum(each.role in FRESH for each in program.inputs)
    return Stepper(
        descent=down,
        approach=approach,
        backend=backend,
        function=function,
        carry=program.inputs[:carried],
        fresh=program.inputs[carried : carried + fresh],
        fixed=program.inputs[carried + fresh :],
        scalars=scalars,
        arrays=arrays,
        slots=slots,
        program=program,
        steady=steady,
        gradient_program=whole,
        losses=losses,
        searches=METHODS[str(plan.settings["method"])].search is not None,
    )


def _new_states(down: Descent) -> tuple[Var, ...]:
    return down.program.outputs[len(down.constrained) + 1 :]


def _one_step(down: Descent, whole: Program, parts: _Update, recorded: Sequence[str]) -> Program:
    """Return the program of a step, its inputs in the order of the Stepper's function: carry, fresh, fixed."""
    fused = fuse(whole, parts.program, parts.feeds(down.loss, whole.outputs[-len(down.free) :]))
    update_outputs = fused.outputs[len(whole.outputs) :]
    outputs = (
        down.loss,
        *update_outputs[: parts.norms],
        *(down.values[id] for id in recorded),
        *update_outputs[parts.norms :],
        *_new_states(down),
    )
    program = select(fused, outputs, [f"{k}" for k in range(len(outputs))])
    slots = {each.name: each for each in program.inputs if each.name in parts.slot_names}
    return in_order(program, (*down.free, *(slots[name] for name in parts.slot_names)))


def _checkpointed(program: Program) -> bool:
    """Return whether a loop of the program does not save everything for the way back."""
    return any(
        dict(each.settings).get("memory", SAVE_ALL) != SAVE_ALL
        or any(_checkpointed(inner) for _, inner in programs_of(each))
        for each in program.equations
    )


def _stable_step(down: Descent, program: Program | None, parts: _Update, recorded: Sequence[str]) -> Program:
    """Return the step whose loss was made stable before its adjoint was taken; `program` itself where it is already."""
    steady = stable(down.program)
    if program is not None and steady is down.program:
        return program
    whole = adjoint(steady, down.loss, [each.var for each in down.free])
    return _one_step(replace(down, program=steady), whole, parts, recorded)


FUSED: Final = ("static", "numpy_code")
"""The approach and backend whose gradient and update are one compiled function."""


def _by_xla(program: Program) -> Callable[..., tuple[Any, ...]]:
    """Return the step for one at a time; it is compiled when it is first called (`engine.compiled_loop` takes many)."""
    step = xla.compile_program(program)
    return lambda *values: step(values)


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

    def __init__(self, prepared: Prepared, down: Descent, ages: Mapping[str, int], losses: bool) -> None:
        settings = down.plan.settings
        method, schedule, clip = (str(settings[name]) for name in ("method", "schedule", "clip"))
        self.down = down
        free = tuple(each.type for each in down.free)
        zeros = start_state(method, [np.zeros(kind.shape, kind.dtype) for kind in free])
        self.slots = tuple((slot, id) for slot in sorted(zeros) for id in down.owned)
        self.slot_names = tuple(f"{down.plan.id}.slot.{slot}.{k}" for slot in sorted(zeros) for k in range(len(free)))
        self.norms = 1 if losses else 1 + len(free)
        hyper: dict[str, Type] = {name: ArrayType() for name in hyper_names(settings)}
        if "rate_factors" in hyper:
            hyper["rate_factors"] = TupleType((ArrayType(),) * len(free))
        step = update(method, schedule, clip)
        began = [ages.get(id, 0) for id in down.owned]

        def updated(loss: Any, gradients: Any, parameters: Any, state: Any, numbers: Any, count: Any) -> Any:
            norms = () if losses else tuple(length((each,)) for each in gradients)
            taken = {first: count - float(first) if first else count for first in began}
            told = {**numbers, "step": count, "ages": tuple(taken[first] for first in began)}
            return (length(gradients), *norms), *step(loss, gradients, parameters, state, told)

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

    Without weight decay and L1 their work is left out altogether (it would cost passes over each parameter), and
    without factors of single parameters their products.
    """
    method = METHODS[str(settings["method"])]
    decay = ("weight_decay",) * bool(method.decoupled or settings["weight_decay"])
    if method.search is not None:
        return decay
    names = ["learning_rate", *method.settings, *SCHEDULES[str(settings["schedule"])].settings]
    names += ["rate_factors"] * bool(settings["rate_factors"])
    names += ["clip_at"] * (settings["clip"] != "none")
    names += ["l1"] * bool(settings["l1"])
    return (*names, *decay)


def rate_factors(stepper: Stepper, settings: Mapping[str, Any]) -> dict[str, float]:
    """Return what the learning rate of each owned parameter is multiplied by, by the name of the step's input."""
    factors = dict(settings["rate_factors"])
    name = f"{stepper.descent.plan.id}.rate_factors"
    return {f"{name}.{k}": float(factors.get(id, 1.0)) for k, id in enumerate(stepper.descent.owned)}


def _in_two_parts(
    down: Descent,
    parts: _Update,
    ordered: Program,
    recorded: Sequence[str],
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
    count, kept = len(down.free), [outputs[var] for var in _new_states(down)]

    def step(*every: Any) -> tuple[Any, ...]:
        found, gradients = gradient([every[k] for k in wanted])
        loss = found[at_loss]
        new = advance(loss, *gradients, *every[:count], *(every[k] for k in given))
        shown = (every[free[id]] if at is None else found[at] for id, at in zip(recorded, values, strict=True))
        return (loss, *new[: parts.norms], *shown, *new[parts.norms :], *(found[k] for k in kept))

    return step


def fixed_values(stepper: Stepper, prepared: Prepared, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the values of the step's fixed inputs, the optimizer's own settings among them."""
    factors = rate_factors(stepper, stepper.descent.plan.settings)
    others = [each for each in stepper.fixed if each.name not in factors]
    bound = bind(stepper.program, prepared, parameters, step=0, inputs=others)
    known = dict(zip([each.name for each in others], bound, strict=True))
    return [np.float64(factors[each.name]) if each.name in factors else known[each.name] for each in stepper.fixed]
