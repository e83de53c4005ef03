"""The log density that a graph states, over the free values of its parameters as one vector."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.backends.numpy_code import Compiled, compile_program
from engine.binding import States, bind
from engine.descent import Descent, descent, limits
from engine.errors import LoweringError
from engine.inference.density import Vector
from engine.prepare import Plan, Prepared
from engine.program.compose import select
from engine.program.passes import simplify
from engine.program.program import ProgramInput


@dataclass(frozen=True, slots=True)
class _Part:
    """One parameter's free values: where they stand in the vector, and which input of the program they are."""

    name: str
    start: int
    stop: int
    shape: tuple[int, ...]
    dtype: str
    place: int
    log_jacobian: Callable[..., Any] | None
    log_slope: Callable[..., Any] | None
    ends: tuple[float, ...]

    @classmethod
    def of_input(cls, prepared: Prepared, down: Descent, each: ProgramInput, start: int, place: int) -> _Part:
        """Return the part of one of the inputs that are moved."""
        found, kind = down.constrained.get(each.name), each.type
        return cls(
            each.name,
            start,
            start + math.prod(kind.shape),
            kind.shape,
            kind.dtype,
            place,
            found.log_jacobian if found else None,
            found.log_slope if found else None,
            limits(prepared, each.name) if found else (),
        )

    def of(self, q: Vector) -> Any:
        """Return the free values out of the vector, in their own shape and dtype."""
        if not self.shape and self.dtype == "float64":
            return q[self.start]
        return q[self.start : self.stop].reshape(self.shape).astype(self.dtype, copy=False)[()]


@dataclass(frozen=True)
class Target:
    """A log density over vectors of free values: what samplers call.

    Constrained parameters are looked at through their constraint, with the logarithm of its slope added, so that draws
    of the values have the density that the graph states.
    """

    prepared: Prepared
    descent: Descent
    _function: Compiled
    _values: tuple[Any, ...]
    _parts: tuple[_Part, ...]

    @classmethod
    def of(cls, prepared: Prepared, plan: Plan, *, step: int | None = None, states: States | None = None) -> Target:
        """Return the density whose logarithm is at `plan.loss`, over the parameters of the plan.

        `step` and `states` say which batch, noise and running averages are meant: the same ones at every point. Raise
        LoweringError where no parameter reaches it, one is complex, or one has a constraint without a slope.
        """
        down = descent(prepared, plan)
        for each in down.free:
            found = down.constrained.get(each.name)
            if each.type.dtype not in ("float32", "float64"):
                raise LoweringError(f"{prepared.quoted(each.name)} is {each.type.dtype}: only real numbers are drawn.")
            if found is not None and found.log_jacobian is None:
                raise LoweringError(
                    f"{prepared.quoted(each.name)} is a simplex: draw it through the stick-breaking bijection instead.",
                    node=each.name,
                )
        values = bind(
            down.program,
            prepared,
            dict(zip(down.owned, down.to_free(prepared, prepared.parameters), strict=True)) | _others(prepared, down),
            step=prepared.step if step is None else step,
            states=states,
        )
        wrt = [each.var for each in down.free]
        whole = adjoint(select(down.program, (down.loss,), ("log density",)), down.loss, wrt)
        names = [each.name for each in whole.inputs]
        given = {(each.role, each.name): value for each, value in zip(down.program.inputs, values, strict=True)}
        parts: list[_Part] = []
        for each in down.free:
            start = parts[-1].stop if parts else 0
            parts.append(_Part.of_input(prepared, down, each, start, names.index(each.name)))
        return cls(
            prepared,
            down,
            compile_program(simplify(whole)),
            tuple(given[each.role, each.name] for each in whole.inputs),
            tuple(parts),
        )

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, in the order of the vector."""
        return {each.name: each.type.shape for each in self.descent.free}

    @property
    def dimension(self) -> int:
        """How many free values there are."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def __call__(self, q: Vector) -> tuple[float, Vector]:
        """Return the log density, with the slopes of the constraints, and its gradient; -inf where it is not finite."""
        given = list(self._values)
        for part in self._parts:
            given[part.place] = part.of(q)
        with np.errstate(all="ignore"):
            value, *slopes = self._function(given)
            total = float(value)
            gradient = np.empty(q.size)
            for part, slope in zip(self._parts, slopes, strict=True):
                gradient[part.start : part.stop] = slope if np.ndim(slope) < 2 else np.ravel(slope)
                if part.log_jacobian is not None and part.log_slope is not None:
                    free = q[part.start : part.stop]
                    total += float(np.sum(part.log_jacobian(free, *part.ends)))
                    gradient[part.start : part.stop] += part.log_slope(free, *part.ends)
        return (total if math.isfinite(total) else -math.inf), gradient

    def free(self, q: Vector) -> dict[str, Any]:
        """Return the vector as free values by parameter."""
        return {part.name: part.of(q) for part in self._parts}

    def values(self, q: Vector) -> dict[str, Any]:
        """Return the vector as values of the parameters, inside their constraints."""
        return self.descent.to_values(self.prepared, tuple(self.free(q).values()))

    def vector(self, parameters: Mapping[str, Any]) -> Vector:
        """Return the vector at which the parameters have these values."""
        free = self.descent.to_free(self.prepared, parameters)
        return np.concatenate([np.ravel(each) for each in free]).astype(np.float64)


def _others(prepared: Prepared, down: Descent) -> dict[str, Any]:
    """Return the parameters that are read and not drawn."""
    return {id: value for id, value in prepared.parameters.items() if id not in down.owned}
