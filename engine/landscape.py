"""The loss over two numbers of the parameters, or over two directions: what does not move is computed once, the rest is
one compiled program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.errors import GradwireError
from engine.program.compose import select, used
from engine.program.passes import simplify
from engine.program.program import Equation, Program, ProgramInput, Var

Point: TypeAlias = Mapping[str, Any]
"""Parameters by node: a place, or a direction."""


@dataclass(frozen=True)
class Surface:
    """The loss as a function of some parameters, everything else fixed.

    Made once for many points: `grid` runs a compiled program of no more than what depends on those parameters.
    """

    names: tuple[str, ...]
    origin: tuple[NDArray[Any], ...]
    """The values of those parameters that the others were given with."""
    _function: Any
    _fixed: tuple[Any, ...]
    equations: int
    """How many equations run at each point."""

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
        code = compile_program(simplify(rest))
        order = tuple(inputs)
        return cls(
            order,
            tuple(np.asarray(inputs[name][1]) for name in order),
            _in_order(code.function, rest, [inputs[name][0].var for name in order]),
            tuple(known[var] for var in kept),
            len(code.program.equations),
        )

    def loss(self, point: Point) -> float:
        """Return the loss at a place; parameters that are not given stay where they are. NaN where it is not finite or
        cannot be computed."""
        return self._at([np.asarray(point.get(name, at)) for name, at in zip(self.names, self.origin, strict=True)])

    def grid(
        self, first: Point, second: Point, x: NDArray[Any], y: NDArray[Any], centre: Point | None = None
    ) -> NDArray[np.float64]:
        """Return the loss at centre + x first + y second, (len(y), len(x)); NaN where it is not finite or cannot be
        computed. `centre` is where the parameters are, if not given."""
        middle = [
            np.asarray((centre or {}).get(name, at), at.dtype) for name, at in zip(self.names, self.origin, strict=True)
        ]
        along = [
            [_step(each, name, at) for name, at in zip(self.names, middle, strict=True)] for each in (first, second)
        ]
        found = np.full((len(y), len(x)), np.nan)
        for row, up in enumerate(y):
            start = [at if step is None else at + up * step for at, step in zip(middle, along[1], strict=True)]
            for column, right in enumerate(x):
                found[row, column] = self._at(
                    [at if step is None else at + right * step for at, step in zip(start, along[0], strict=True)]
                )
        return found

    def _at(self, values: Sequence[Any]) -> float:
        given = [value.astype(at.dtype, copy=False)[()] for value, at in zip(values, self.origin, strict=True)]
        try:
            with np.errstate(all="ignore"):
                loss = float(self._function(given, self._fixed))
        except (ArithmeticError, ValueError, np.linalg.LinAlgError, GradwireError):
            return float("nan")
        return loss if np.isfinite(loss) else float("nan")


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


def _in_order(function: Any, program: Program, moving: Sequence[Var]) -> Any:
    """Return the compiled function as one of (values of `moving`, the values that are fixed)."""
    places = [moving.index(each.var) for each in program.inputs[: len(moving)]]
    return lambda given, fixed: function(*(given[k] for k in places), *fixed)[0]


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
    """Return two random directions at right angles, each parameter's part as long as the parameter is (1 where that is
    zero): then a step of 1 changes weights of every size alike (Li, Xu, Taylor, Studer, Goldstein, 2018).
    """
    random = np.random.default_rng(seed)
    first, second = ({}, {})
    for name in names:
        like = np.asarray(parameters[name])
        size = float(np.linalg.norm(like.reshape(-1))) or 1.0
        one, other = random.normal(size=(2, like.size))
        one /= np.linalg.norm(one) or 1.0
        if like.size > 1:
            other -= one * (one @ other)
        other /= np.linalg.norm(other) or 1.0
        first[name] = (size * one).reshape(like.shape)
        second[name] = (size * other).reshape(like.shape)
    return first, second


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
