"""A step that searches along a line, as a function of the same inputs and outputs as every other step.

The loss is asked for as often as the search wants it; its rows and new states are those of the step's start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.autodiff.approaches import gradient_function
from engine.autodiff.tangent import tangent
from engine.backends.numpy_code import compile_program
from engine.descent import Descent
from engine.errors import LoweringError
from engine.optimizers import METHODS
from engine.prepare import Prepared, scalar_or_array
from engine.program.compose import select
from engine.program.program import Program, ProgramInput, Role, Var
from engine.searching import NEWTON_SIZE, Searching, Vector
from engine.types import ArrayType

FRESH: Final = ("key", "batch", "step")
"""The roles of inputs that are new at every step."""
WHOLE: Final = "all"
"""What stands in a parameter's place where a slot is of all parameters together."""


class SearchStep(NamedTuple):
    """The function, the program whose inputs it takes (carry, fresh, fixed), and its slots by (slot, parameter)."""

    program: Program
    slots: tuple[tuple[str, str], ...]
    function: Callable[..., tuple[Any, ...]]


def in_order(program: Program, carried: Sequence[ProgramInput]) -> Program:
    """Return the program with its inputs in the order that a step takes: `carried`, states, fresh ones, fixed ones."""
    states = [each for each in program.inputs if each.role == "state" and each not in carried]
    fresh = [each for each in program.inputs if each.role in FRESH]
    first = (*carried, *states, *fresh)
    return replace(program, inputs=(*first, *(each for each in program.inputs if each not in first)))


def search_step(
    prepared: Prepared, down: Descent, whole: Program, recorded: Sequence[str], approach: str, backend: str
) -> SearchStep:
    """Return the step of an optimizer whose method searches; raise LoweringError where the loss is another at every
    look, or Newton's method is given too much to move. `whole` is the loss with its adjoint."""
    method = METHODS[str(down.plan.settings["method"])]
    searching = method.search
    if searching is None:
        raise LoweringError(f"{method.title} does not search.", node=down.plan.id)
    _require_same_loss(prepared, down, method.title)
    _require_plain(prepared, down, method.title)
    layout = _Layout([each.type for each in down.free])
    hessian = None
    if searching is METHODS["newton"].search:
        if layout.size > NEWTON_SIZE:
            raise LoweringError(
                f"{prepared.quoted(down.plan.id)}: Newton's method moves at most {NEWTON_SIZE} numbers, and here are "
                f"{layout.size:,}: choose L-BFGS.",
                node=down.plan.id,
            )
        hessian = _Hessian(down, whole, layout)
    slots = tuple((slot, id) for slot, kind in searching.slots.items() for id in _owners(kind, down))
    program = _program(down, whole, searching, slots, layout)
    gradient = gradient_function(down.program, down.loss, [each.var for each in down.free], approach, backend)
    return SearchStep(program, slots, _Step(down, searching, program, slots, layout, gradient, hessian, recorded))


def _owners(kind: str, down: Descent) -> Sequence[str]:
    return (WHOLE,) if kind == "number" else down.owned


def _program(
    down: Descent, whole: Program, searching: Searching, slots: Sequence[tuple[str, str]], layout: _Layout
) -> Program:
    """Return the loss and its adjoint with the slots and the optimizer's own numbers as further inputs."""
    plan, index = down.plan, 1 + max(var.index for var in whole.types)
    history = int(plan.settings["history"])
    sizes = dict(zip(down.owned, layout.sizes, strict=True))

    def own(id: str) -> tuple[int, ...]:
        return (sizes[id],) if id in sizes else ()

    lengths = {"ring": (history,), "vector": (), "number": ()}
    wanted: list[tuple[Role, str, ArrayType]] = [
        ("state", f"{plan.id}.slot.{slot}.{id}", ArrayType((*lengths[searching.slots[slot]], *own(id))))
        for slot, id in slots
    ]
    if plan.settings["weight_decay"]:
        wanted.append(("setting", f"{plan.id}.weight_decay", ArrayType()))
    added = [ProgramInput(Var(index + k), role, name, kind) for k, (role, name, kind) in enumerate(wanted)]
    types = {**whole.types, **{each.var: each.type for each in added}}
    extended = replace(whole, inputs=(*whole.inputs, *added), types=types)
    return in_order(extended, (*down.free, *added[: len(slots)]))


def _require_same_loss(prepared: Prepared, down: Descent, title: str) -> None:
    """Refuse noise and batches that change: a search compares losses, which must be of the same function."""
    for each in down.program.inputs:
        if each.role == "key" or (each.role == "batch" and not _steady(prepared, each.name)):
            what = "is drawn anew" if each.role == "key" else "gives another batch"
            raise LoweringError(
                f"{prepared.quoted(down.plan.id)}: {title} compares losses along a line, but "
                f"{prepared.quoted(each.name)} {what} at every step: take it out, or choose another method.",
                node=down.plan.id,
            )


def _steady(prepared: Prepared, batch: str) -> bool:
    """Return whether a batch node draws the same rows in the same order at every step."""
    first, state = prepared.draw(batch, 0, None)
    second, state = prepared.draw(batch, 1, state)
    third, _ = prepared.draw(batch, 2, state)
    return np.array_equal(first, second) and np.array_equal(second, third)


def _require_plain(prepared: Prepared, down: Descent, title: str) -> None:
    if down.plan.settings["clip"] != "none":
        raise LoweringError(
            f"{prepared.quoted(down.plan.id)}: {title} needs the gradient as it is: set clip to none.",
            node=down.plan.id,
        )
    if down.plan.settings["l1"]:
        raise LoweringError(
            f"{prepared.quoted(down.plan.id)}: {title} needs a smooth loss: set l1 to 0, or choose another method.",
            node=down.plan.id,
        )


class _Layout:
    """How arrays become one vector of real numbers, and back."""

    def __init__(self, kinds: Sequence[ArrayType]) -> None:
        self.kinds = kinds
        counts = [int(np.prod(kind.shape, dtype=np.int64)) for kind in kinds]
        self.sizes = [n * (1 + kind.dtype.startswith("complex")) for n, kind in zip(counts, kinds, strict=True)]
        self.ends = np.cumsum([0, *self.sizes])
        self.size = int(self.ends[-1])

    def vector(self, arrays: Sequence[Any]) -> Vector:
        return np.asarray(np.concatenate([_flat(array) for array in arrays]), np.float64)

    def arrays(self, vector: Vector) -> tuple[Any, ...]:
        found = []
        for k, kind in enumerate(self.kinds):
            part = np.array(vector[self.ends[k] : self.ends[k + 1]])
            numbers = part.view(np.complex128) if kind.dtype.startswith("complex") else part
            found.append(scalar_or_array(numbers.astype(kind.dtype).reshape(kind.shape)))
        return tuple(found)

    def parts(self, array: NDArray[Any]) -> list[NDArray[Any]]:
        """Return an array whose last axis is the vector's, cut at the parameters."""
        return [array[..., a:b].copy() for a, b in zip(self.ends, self.ends[1:], strict=False)]


def _flat(array: Any) -> Vector:
    array = np.asarray(array)
    if array.dtype.kind == "c":
        array = np.ascontiguousarray(array, np.complex128).reshape(-1).view(np.float64)
    return np.asarray(array.reshape(-1), np.float64)


class _Hessian:
    """The second derivatives, a column at a time: the tangent of the gradient."""

    def __init__(self, down: Descent, whole: Program, layout: _Layout) -> None:
        gradients = whole.outputs[-len(down.free) :]
        names = [f"gradient {k}" for k in range(len(gradients))]
        along = tangent(select(whole, gradients, names), [each.var for each in down.free])
        moved = select(along, along.outputs[len(gradients) :], along.names[len(gradients) :])
        self._run = compile_program(moved)
        self._inputs = len(whole.inputs)
        self._layout = layout

    def __call__(self, values: Sequence[Any]) -> NDArray[np.float64]:
        size = self._layout.size
        columns = np.empty((size, size))
        for k in range(size):
            unit = np.zeros(size)
            unit[k] = 1.0
            found = self._run([*values, *self._layout.arrays(unit)])
            columns[:, k] = self._layout.vector([np.conj(each) for each in found])
        return columns


class _Step:
    """The step as a callable. The last look is remembered: a step ends where the next one begins."""

    def __init__(
        self, down: Descent, searching: Searching, program: Program, slots: Sequence[tuple[str, str]], layout: _Layout,
        gradient: Any, hessian: _Hessian | None, recorded: Sequence[str],
    ) -> None:  # fmt: skip
        self.searching, self.layout, self.gradient, self.hessian = searching, layout, gradient, hessian
        self.settings, self.slots = down.plan.settings, slots
        self.free = len(down.free)
        names = {(each.role, each.name): k for k, each in enumerate(program.inputs)}
        self.wanted = [names[each.role, each.name] for each in down.program.inputs]
        moved = {each.name: k for k, each in enumerate(down.free)}
        self.moved = [moved.get(each.name) if each.role == "parameter" else None for each in down.program.inputs]
        self.decay = names.get(("setting", f"{down.plan.id}.weight_decay"))
        outputs = {var: k for k, var in enumerate(down.program.outputs)}
        self.loss = outputs[down.loss]
        values = {id: outputs.get(down.values[id]) for id in recorded}
        self.shown = [(moved[id], values[id]) for id in recorded]
        self.states = slice(len(down.constrained) + 1, len(down.program.outputs))

    def __call__(self, *every: Any) -> tuple[Any, ...]:
        oracle = _Oracle(self, every)
        start = self.layout.vector(every[: self.free])
        outputs, gradients = oracle.look(start)
        norms = [np.linalg.norm(_flat(each)) for each in gradients]
        shown = (every[k] if at is None else outputs[at] for k, at in self.shown)
        row = (outputs[self.loss], np.linalg.norm(norms), *norms, *shown)
        if not (np.isfinite(row[0]) and np.isfinite(row[1])):
            return (*row, *every[: self.free + len(self.slots)], *outputs[self.states])
        new, state = self.searching.step(oracle, start, self._state(every), self.settings)
        stays = new is start
        free = every[: self.free] if stays else self.layout.arrays(new)
        slots = every[self.free : self.free + len(self.slots)] if stays else self._slots(state)
        return (*row, *free, *slots, *outputs[self.states])

    def _state(self, every: Sequence[Any]) -> dict[str, Any]:
        parts: dict[str, list[Any]] = {}
        for (slot, _), value in zip(self.slots, every[self.free :], strict=False):
            parts.setdefault(slot, []).append(value)
        return {
            slot: values[0] if self.searching.slots[slot] == "number" else np.concatenate(values, axis=-1)
            for slot, values in parts.items()
        }

    def _slots(self, state: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        for slot, kind in self.searching.slots.items():
            found += [state[slot]] if kind == "number" else self.layout.parts(state[slot])
        return found


class _Oracle:
    """What the method may ask at one step: everything but the moved parameters stays as it is."""

    def __init__(self, step: _Step, every: Sequence[Any]) -> None:
        self._step, self._values = step, [every[k] for k in step.wanted]
        self._decay = 0.0 if step.decay is None else float(every[step.decay])
        self._last: tuple[Vector, Any] | None = None

    def _inputs(self, x: Vector) -> list[Any]:
        free = self._step.layout.arrays(x)
        return [value if at is None else free[at] for value, at in zip(self._values, self._step.moved, strict=True)]

    def look(self, x: Vector) -> tuple[Any, Any]:
        """Return the outputs of the loss's program, and the gradients by parameter."""
        if self._last is None or not np.array_equal(self._last[0], x):
            self._last = x, self._step.gradient(self._inputs(x))
        return self._last[1]  # type: ignore[no-any-return]

    def at(self, x: Vector) -> tuple[float, Vector]:
        outputs, gradients = self.look(x)
        gradient = self._step.layout.vector([np.conj(each) for each in gradients])
        loss = float(outputs[self._step.loss])
        if self._decay:
            return loss + 0.5 * self._decay * float(x @ x), gradient + self._decay * x
        return loss, gradient

    def hessian(self, x: Vector) -> NDArray[np.float64]:
        if self._step.hessian is None:
            raise LoweringError("this method was not given second derivatives")
        found = self._step.hessian(self._inputs(x))
        return found + self._decay * np.eye(len(found))
