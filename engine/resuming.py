"""What an optimizer leaves behind to be taken up again, and how a later run takes it up, as far as it still fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeGuard

import numpy as np

from engine.graph import Kept
from engine.prepare import Prepared, scalar_or_array
from engine.program.program import ProgramInput
from engine.search_step import WHOLE
from engine.stepper import Stepper
from engine.types import ArrayType, Tensor, Type, type_of
from engine.validation import Validated, restored

BEST: Final = "best."
"""Stands before the names of what was carried at the best validation."""


class TakenUp(NamedTuple):
    """What a run goes on from."""

    carry: tuple[Any, ...]
    batches: dict[str, Any]
    ages: dict[str, int]
    """The step at which the method's state of a parameter began, where that is not 0."""


def node_of(each: ProgramInput) -> str:
    """Return the node whose state an input "node.k" is."""
    return each.name.rpartition(".")[0]


def number_of(each: ProgramInput) -> int:
    """Return which of the node's states an input "node.k" is."""
    return int(each.name.rpartition(".")[2])


def numbered(parts: Sequence[Any]) -> dict[str, Any]:
    """Return the parts by their number, as text."""
    return {str(k): part for k, part in enumerate(parts)}


def carried(stepper: Stepper, carry: Sequence[Any]) -> dict[str, Any]:
    """Return what is an optimizer's own of what it carries: "free.<parameter>" and "<slot>.<parameter>"."""
    names = [f"free.{id}" for id in stepper.descent.owned] + [f"{slot}.{id}" for slot, id in stepper.slots]
    return dict(zip(names, carry, strict=False))


def best_carried(stepper: Stepper, seen: Validated) -> dict[str, Any]:
    """Return what was carried at the best validation, by names that begin with "best."; none where it is not kept."""
    if seen.carry is None:
        return {}
    found = carried(stepper, seen.carry)
    states = stepper.carry[len(found) :]
    found |= {f"state.{each.name}": value for each, value in zip(states, seen.carry[len(found) :], strict=True)}
    for id, parts in (seen.batches or {}).items():
        found |= {f"batch.{id}.{k}": part for k, part in numbered(parts).items()}
    return {f"{BEST}{name}": value for name, value in found.items()}


def taken_up(prepared: Prepared, stepper: Stepper, carry: Sequence[Any], kept: Kept, step: int) -> TakenUp:
    """Return what a run goes on from at `step`: what was kept where it fits, else what is in `carry`.

    A kept free value counts only where it stands for the start value: not where another was given, nor where the
    constraint or its limits were changed since. What the method knows of one parameter is taken up or begun anew as a
    whole, whatever becomes of the others.
    """
    own = kept.states.get(stepper.descent.plan.id, {})
    free = _free(prepared, stepper, carry, own)
    slots, ages = _slots(stepper, carry[len(free) :], own, step)
    states = _states(stepper, carry[len(free) + len(slots) :], kept.states)
    return TakenUp((*free, *slots, *states), batches(prepared, stepper, kept.states, step), ages)


def _free(prepared: Prepared, stepper: Stepper, carry: Sequence[Any], own: Mapping[str, Tensor]) -> list[Any]:
    down, found = stepper.descent, []
    for each, value in zip(down.free, carry, strict=False):
        tensor = own.get(f"free.{each.name}")
        same = fits(tensor, each.type) and np.array_equal(
            down.value(prepared, each.name, array_of(tensor)), prepared.parameters[each.name]
        )
        found.append(array_of(tensor) if tensor is not None and same else value)
    return found


def _slots(
    stepper: Stepper, fresh: Sequence[Any], own: Mapping[str, Tensor], step: int
) -> tuple[list[Any], dict[str, int]]:
    inputs = stepper.carry[len(stepper.descent.free) :]
    tensors = [own.get(f"{slot}.{id}") for slot, id in stepper.slots]
    unfit = {
        id for (_, id), each, tensor in zip(stepper.slots, inputs, tensors, strict=False) if not fits(tensor, each.type)
    }
    found = [
        value if tensor is None or id in unfit else array_of(tensor)
        for (_, id), tensor, value in zip(stepper.slots, tensors, fresh, strict=False)
    ]
    begun = {id: step if id in unfit else int(number_in(own.get(f"age.{id}"), 0)) for _, id in stepper.slots}
    return found, {id: age for id, age in begun.items() if age and id != WHOLE}


def _states(stepper: Stepper, fresh: Sequence[Any], kept: Mapping[str, Mapping[str, Tensor]]) -> list[Any]:
    inputs = stepper.carry[len(stepper.carry) - len(fresh) :]
    tensors = [kept.get(node_of(each), {}).get(str(number_of(each))) for each in inputs]
    unfit = {node_of(each) for each, tensor in zip(inputs, tensors, strict=True) if not fits(tensor, each.type)}
    return [
        value if tensor is None or node_of(each) in unfit else array_of(tensor)
        for each, tensor, value in zip(inputs, tensors, fresh, strict=True)
    ]


def batches(
    prepared: Prepared, stepper: Stepper, kept: Mapping[str, Mapping[str, Tensor]], step: int
) -> dict[str, Any]:
    """Return the kept states of the batch nodes, where they fit."""
    found = {}
    for id in (each.name for each in stepper.fresh if each.role == "batch" and each.name in kept):
        first = prepared.draw(id, step, None)[1]
        parts = [kept[id].get(str(k)) for k in range(len(first))]
        if all(fits(tensor, type_of(array)) for tensor, array in zip(parts, first, strict=True)):
            found[id] = tuple(array_of(tensor) for tensor in parts if tensor)
    return found


def validated(prepared: Prepared, stepper: Stepper, now: TakenUp, kept: Kept) -> Validated:
    """Return what validation had shown when the values were kept, with what was carried at the best where that fits."""
    own = kept.states.get(stepper.descent.plan.id, {})
    seen = restored({name: float(number_in(tensor, float("nan"))) for name, tensor in _validation(own)})
    if seen.best_step < 0 or not stepper.descent.plan.settings["keep_best"]:
        return seen
    if seen.best_step == kept.step:
        return seen.at_best(now.carry, now.batches)
    tensors = [own.get(f"{BEST}{name}") for name in carried(stepper, now.carry)]
    tensors += [own.get(f"{BEST}state.{each.name}") for each in stepper.carry[len(tensors) :]]
    if not all(fits(tensor, each.type) for tensor, each in zip(tensors, stepper.carry, strict=True)):
        return Validated()
    prefix = f"{BEST}batch."
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in own.items():
        if name.startswith(prefix):
            node, _, number = name.removeprefix(prefix).rpartition(".")
            parts.setdefault(node, {})[number] = tensor
    found = batches(prepared, stepper, parts, kept.step)
    return seen.at_best([array_of(tensor) for tensor in tensors if tensor], found)


def _validation(own: Mapping[str, Tensor]) -> Iterable[tuple[str, Tensor]]:
    return ((name, tensor) for name, tensor in own.items() if name.startswith("validation."))


def fits(tensor: Tensor | None, wanted: Type) -> TypeGuard[Tensor]:
    """Return whether there is a tensor and it is of this type."""
    return tensor is not None and ArrayType(tuple(tensor.shape), tensor.dtype) == wanted


def number_in(tensor: Tensor | None, otherwise: float) -> Any:
    """Return the real number that a kept tensor holds; `otherwise` where there is none, or not one alone."""
    single = tensor is not None and tensor.shape == () and not tensor.dtype.startswith("complex")
    return tensor.array()[()] if tensor is not None and single else otherwise


def array_of(tensor: Tensor) -> Any:
    """Return the array or NumPy scalar that a tensor holds."""
    return scalar_or_array(tensor.array())
