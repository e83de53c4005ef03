"""The loss over two numbers of the parameters, or over two directions: what does not move is computed once, the rest at
many places at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.autodiff.adjoint import adjoint
from engine.autodiff.tangent import tangent
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.batching import at_places, chunk, structured
from engine.errors import GradwireError
from engine.program.compose import select, used
from engine.program.passes import simplify, stable
from engine.program.program import Equation, Program, ProgramInput, Var

Point: TypeAlias = Mapping[str, Any]
"""Parameters by node: a place, or a direction."""


COMPUTING: Final = (ArithmeticError, ValueError, np.linalg.LinAlgError, GradwireError)
"""What it raises where a loss cannot be computed at a place."""


@dataclass(frozen=True)
class Surface:
    """The loss as a function of some parameters, everything else fixed.

    Made once for many points: no more runs at each than what depends on those parameters, and many run at once.
    """

    names: tuple[str, ...]
    origin: tuple[NDArray[Any], ...]
    """The values of those parameters that the others were given with."""
    _rest: Program
    """What depends on them: its inputs are `names` in order, then what was computed before."""
    _fixed: tuple[Any, ...]

    @classmethod
    def of(cls, program: Program, loss: Var, values: Sequence[Any], names: Sequence[str]) -> Surface:
        """Return the surface of the scalar `loss` over the parameters `names`; the program's inputs are at `values`.

        Raise GradwireError where the loss depends on none of them, RunError where what does not move cannot be
        computed.
        """
        whole = select(program, [loss], ["loss"])
        inputs = {each.name: (each, value) for each, value in zip(program.inputs, values, strict=True)
                  if each.role == "parameter" and each.name in names}  # fmt: skip
        moving = {each.var for each, _ in inputs.values()}
        later = _depending(whole, moving)
        if not later and loss not in moving:
            raise GradwireError("The loss does not depend on any of these parameters.")
        kept, rest = _split(whole, moving, later)
        known = interpret(select(whole, kept, [f"v{var.index}" for var in kept]), values)
        return cls(
            tuple(inputs),
            tuple(np.asarray(value) for _, value in inputs.values()),
            rest,
            tuple(known[var] for var in kept),
        )

    @property
    def equations(self) -> int:
        """How many equations run at each point."""
        return len(self._simplified.equations)

    @cached_property
    def _simplified(self) -> Program:
        return simplify(self._rest)

    @cached_property
    def _function(self) -> Any:
        return compile_program(self._simplified).function

    @cached_property
    def _gradient(self) -> Program:
        """The derivatives by each of the parameters."""
        steady = stable(self._rest)
        whole = adjoint(steady, steady.outputs[0], [each.var for each in steady.inputs[: len(self.names)]])
        return select(whole, whole.outputs[1:], whole.names[1:])

    @cached_property
    def _slopes(self) -> Program:
        return simplify(self._gradient)

    @cached_property
    def _slope(self) -> Any:
        return compile_program(self._slopes).function

    @cached_property
    def _bend(self) -> Any:
        """The compiled product of the second derivatives with a direction: (parameters, fixed, direction) -> parts."""
        gradient = self._gradient
        along = tangent(gradient, [each.var for each in gradient.inputs[: len(self.names)]])
        count = len(self.names)
        return compile_program(simplify(select(along, along.outputs[count:], along.names[count:])))

    # One point --------------------------------------------------------------------------------------------------------

    def loss(self, point: Point) -> float:
        """Return the loss at a place; parameters that are not given stay where they are. NaN where it is not finite or
        cannot be computed."""
        return self._at(self._place(point))

    def _place(self, point: Point) -> list[NDArray[Any]]:
        """Return the values of the parameters at a place."""
        return [np.asarray(point.get(name, at), at.dtype) for name, at in zip(self.names, self.origin, strict=True)]

    def _at(self, values: Sequence[Any]) -> float:
        given = [value.astype(at.dtype, copy=False)[()] for value, at in zip(values, self.origin, strict=True)]
        try:
            with np.errstate(all="ignore"):
                loss = float(self._function(*given, *self._fixed)[0])
        except COMPUTING:
            return float("nan")
        return loss if np.isfinite(loss) else float("nan")

    def bend(self, point: Point, direction: Point) -> dict[str, NDArray[Any]]:
        """Return the product of the second derivatives at a place with a direction, by parameter."""
        along = [_step(direction, name, at) for name, at in zip(self.names, self.origin, strict=True)]
        given = [np.zeros_like(at) if step is None else step.astype(at.dtype)
                 for step, at in zip(along, self.origin, strict=True)]  # fmt: skip
        found = self._bend([*self._place(point), *self._fixed, *given])
        return {name: np.asarray(part) for name, part in zip(self.names, found, strict=True)}

    # Many points ------------------------------------------------------------------------------------------------------

    def grid(
        self, first: Point, second: Point, x: NDArray[Any], y: NDArray[Any], centre: Point | None = None
    ) -> NDArray[np.float64]:
        """Return the loss at centre + x first + y second, (len(y), len(x)); NaN where it is not finite or cannot be
        computed. `centre` is where the parameters are, if not given."""
        across, up = np.meshgrid(np.asarray(x, float), np.asarray(y, float))
        return self.losses(first, second, np.stack([across.ravel(), up.ravel()], 1), centre).reshape(across.shape)

    def losses(self, first: Point, second: Point, places: NDArray[Any], centre: Point | None = None) -> NDArray[Any]:
        """Return the loss at places (count, 2) of the plane, (count,); NaN as in `grid`."""
        program, found = self._simplified, []
        for part in self._parts(program, places):
            moving = self._moving(first, second, part, centre)
            (losses,) = self._outputs(program, moving, len(part))
            found.append(np.asarray(losses, float).reshape(len(part)))
        whole = np.concatenate(found) if found else np.empty(0)
        return np.where(np.isfinite(whole), whole, np.nan)

    def slopes(self, first: Point, second: Point, places: NDArray[Any], centre: Point | None = None) -> NDArray[Any]:
        """Return the derivatives of the loss by both coordinates of the plane at places (count, 2), (count, 2)."""
        program, found = self._slopes, []
        for part in self._parts(program, places):
            gradients = self._outputs(program, self._moving(first, second, part, centre), len(part))
            along = []
            for direction in (first, second):
                steps = [_step(direction, name, at) for name, at in zip(self.names, self.origin, strict=True)]
                along.append(sum(_dots(g, step) for g, step in zip(gradients, steps, strict=True) if step is not None)
                             + np.zeros(len(part)))  # fmt: skip
            found.append(np.stack(along, 1))
        return np.concatenate(found) if found else np.empty((0, 2))

    def _parts(self, program: Program, places: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """Yield as many places at a time as are computed in one go."""
        places = np.asarray(places, float).reshape(-1, 2)
        moving = [each.var for each in program.inputs[: len(self.names)]]
        most = chunk(program, moving, [at.nbytes for at in self.origin])
        for k in range(0, len(places), most):
            yield places[k : k + most]

    def _moving(self, first: Point, second: Point, places: NDArray[Any], centre: Point | None) -> list[NDArray[Any]]:
        """Return the parameters at all places, each with the axis of places first."""
        found = []
        for name, middle in zip(self.names, self._place(centre or {}), strict=True):
            values = np.broadcast_to(middle, (len(places), *middle.shape)).astype(float)
            for direction, far in ((first, places[:, 0]), (second, places[:, 1])):
                step = _step(direction, name, middle)
                if step is not None:
                    values = values + np.multiply.outer(far, step)
            found.append(values.astype(middle.dtype))
        return found

    def _outputs(self, program: Program, moving: Sequence[NDArray[Any]], count: int) -> list[NDArray[Any]]:
        """Return the program's outputs at `count` places; NaN at those where it cannot be computed."""
        variables = [each.var for each in program.inputs]
        moved = variables[: len(moving)]
        if structured(program, moved):
            return self._one_by_one(program, moving, count)
        fixed = dict(zip(variables[len(moving) :], self._fixed, strict=True))
        try:
            return at_places(program, dict(zip(moved, moving, strict=True)), fixed, count)
        except COMPUTING:
            return self._one_by_one(program, moving, count)

    def _one_by_one(self, program: Program, moving: Sequence[NDArray[Any]], count: int) -> list[NDArray[Any]]:
        """Return the outputs of the compiled program at one place after the other."""
        function = self._function if program is self._simplified else self._slope
        outputs = [np.full((count, *program.types[var].shape), np.nan) for var in program.outputs]
        with np.errstate(all="ignore"):
            for k in range(count):
                try:
                    found = function(*(values[k][()] for values in moving), *self._fixed)
                except COMPUTING:
                    continue
                for output, value in zip(outputs, found, strict=True):
                    output[k] = value
        return outputs


def _dots(gradients: NDArray[Any], step: NDArray[Any]) -> NDArray[Any]:
    """Return the inner products of each of several gradients with one step."""
    return np.asarray(gradients.reshape(len(gradients), -1) @ step.reshape(-1), float)


def _step(direction: Point, name: str, at: NDArray[Any]) -> NDArray[Any] | None:
    """Return a direction's part for one parameter, None where it has none; raise GradwireError where shapes differ."""
    if name not in direction:
        return None
    step = np.asarray(direction[name])
    if step.shape != at.shape:
        raise GradwireError(f"A direction by {name!r} has the shape {step.shape}; the parameter has {at.shape}.")
    return step


def _depending(program: Program, moving: set[Var]) -> tuple[Equation, ...]:
    """Return the equations that depend on the moving inputs."""
    reached = set(moving)
    found = []
    for equation in program.equations:
        if any(var in reached for var in used((*equation.arguments, *(each for _, each in equation.settings)))):
            reached.add(equation.output)
            found.append(equation)
    return tuple(found)


def _split(program: Program, moving: set[Var], later: Sequence[Equation]) -> tuple[list[Var], Program]:
    """Return the variables that are computed before, and the program of what comes later: its inputs are the moving
    ones, then those variables."""
    made = {each.output for each in later}
    read = (var for each in later for var in used((*each.arguments, *(value for _, value in each.settings))))
    kept = [var for var in dict.fromkeys(read) if var not in made and var not in moving]
    known = [var for var in kept if var not in program.constants]
    inputs = [each for each in program.inputs if each.var in moving]
    inputs += [ProgramInput(var, "data", f"v{var.index}", program.types[var]) for var in known]
    rest = replace(program, inputs=tuple(inputs), equations=tuple(later), sockets={}, reuse={})
    return known, select(rest, program.outputs, program.names)


# ----- directions -----


def element(parameters: Point, node: str, index: int) -> dict[str, NDArray[Any]]:
    """Return the direction of one number of a parameter (its number in C order)."""
    like = np.asarray(parameters[node])
    if not 0 <= index < like.size:
        raise GradwireError(f"The parameter has {like.size:,} numbers, from 0 on; there is no {index}.", node=node)
    step = np.zeros(like.shape, like.dtype)
    step.reshape(-1)[index] = 1
    return {node: step}


def random_directions(
    parameters: Point, names: Sequence[str], seed: int = 0
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return two random directions at right angles, each filter's part as long as the filter is (1 where that is zero):
    then a step of 1 changes weights of every size alike (Li, Xu, Taylor, Studer, Goldstein, 2018).

    A filter is all that makes one number of a layer's output: a column of a matrix; of arrays with more axes, what one
    place of their first axis holds; of a list of numbers, the whole list.
    """
    random = np.random.default_rng(seed)
    first, second = ({}, {})
    for name in names:
        like = np.asarray(parameters[name], float)
        filters = _filters(like)
        sizes = np.linalg.norm(filters, axis=1, keepdims=True)
        sizes = np.where(sizes == 0, 1.0, sizes)
        one, other = random.normal(size=(2, *filters.shape))
        one /= np.linalg.norm(one, axis=1, keepdims=True)
        if filters.shape[1] > 1:
            other -= one * (one * other).sum(axis=1, keepdims=True)
        other /= np.linalg.norm(other, axis=1, keepdims=True)
        first[name], second[name] = _unfiltered(sizes * one, like), _unfiltered(sizes * other, like)
    return first, second


def _filters(array: NDArray[Any]) -> NDArray[Any]:
    """Return the filters of a parameter as rows."""
    if array.ndim == 2:
        return array.T
    return array.reshape(len(array) if array.ndim > 2 else 1, -1)


def _unfiltered(rows: NDArray[Any], like: NDArray[Any]) -> NDArray[Any]:
    return rows.T if like.ndim == 2 else rows.reshape(like.shape)


@dataclass(frozen=True)
class PathPlane:
    """The plane that a path of parameters lies in best: through its last point, along its two principal directions."""

    centre: dict[str, NDArray[Any]]
    first: dict[str, NDArray[Any]]
    second: dict[str, NDArray[Any]]
    path: NDArray[np.float64]
    """The path in the plane: a row of two coordinates for each point."""
    share: float
    """How much of the path's variance lies in the plane, 0 to 1."""


def path_plane(points: Sequence[Point], names: Sequence[str]) -> PathPlane:
    """Return the plane of a path (principal components about its last point); raise GradwireError where it is too short
    to have one."""
    if len(points) < 2 or not names:
        raise GradwireError("A path has a plane from two points on: let the run take some steps.")
    shapes = [np.shape(points[-1][name]) for name in names]
    flat = np.stack([np.concatenate([np.ravel(point[name]) for name in names]) for point in points]).astype(float)
    moved = flat - flat[-1]
    _, sizes, rows = np.linalg.svd(moved, full_matrices=False)
    if not sizes[0]:
        raise GradwireError("The path stands still, so that it has no plane.")
    basis = np.zeros((2, flat.shape[1]))
    basis[: min(2, len(rows))] = rows[:2] * (sizes[:2, None] > 0)
    if not basis[1].any() and flat.shape[1] > 1:  # a straight path: any direction at right angles to it will do
        other = np.zeros(flat.shape[1])
        other[np.argmin(np.abs(basis[0]))] = 1.0
        other -= basis[0] * (basis[0] @ other)
        basis[1] = other / np.linalg.norm(other)
    total = float(np.sum(sizes**2))
    share = float(np.sum(sizes[:2] ** 2)) / total
    centre, first, second = (_parts(each, names, shapes) for each in (flat[-1], *basis))
    return PathPlane(centre, first, second, moved @ basis.T, share)


def _parts(vector: NDArray[Any], names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> dict[str, NDArray[Any]]:
    ends = np.cumsum([int(np.prod(shape, dtype=int)) for shape in shapes])
    pieces = np.split(vector, ends[:-1])
    return {name: piece.reshape(shape) for name, piece, shape in zip(names, pieces, shapes, strict=True)}
