"""Sparse Jacobians: columns that share no row are had from one forward pass together.

After Curtis, Powell and Reid, "On the estimation of sparse Jacobian matrices" (1974). Nothing is estimated here: the
passes are exact, so that the entries are too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.autodiff.tangent import tangent
from engine.backends.numpy_code import compile_program
from engine.errors import GradwireError, LoweringError, SettingError
from engine.program.compose import select
from engine.program.program import Program, Var

Flat = NDArray[np.float64]
Push = Callable[[Flat], Flat]
"""A direction, along all entries that are differentiated by -> how the result moves."""

AGREEMENT: Final = 1e-9
"""How far a pass along a random direction may be from what the entries say, relative to their sizes."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which entries of a matrix of `shape` may differ from 0: the k-th stands at (rows[k], columns[k]), each once."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        for name, length in zip(("rows", "columns"), self.shape, strict=True):
            found = np.asarray(getattr(self, name)).astype(np.int64).ravel()
            if found.size and not 0 <= found.min() <= found.max() < length:
                raise SettingError(
                    f"A pattern of {self.shape[0]} x {self.shape[1]} has {name} from 0 to {length - 1}, and {name} "
                    f"from {found.min()} to {found.max()} were given."
                )
            object.__setattr__(self, name, found)
        if self.rows.shape != self.columns.shape:
            raise SettingError(f"A pattern has as many rows as columns: {len(self.rows)} and {len(self.columns)}.")
        if len(np.unique(self.rows * self.shape[1] + self.columns)) < len(self.rows):
            raise SettingError("A pattern names each entry once, and one was given twice.")

    @classmethod
    def of(cls, matrix: ArrayLike) -> Pattern:
        """Return where a matrix differs from 0."""
        given = np.asarray(matrix)
        rows, columns = np.nonzero(given)
        return cls(rows, columns, (given.shape[0], given.shape[1]))


def column_colours(pattern: Pattern) -> NDArray[np.int64]:
    """Return a number for each column, so that columns of one number share no row; from 0, without gaps.

    Each column in turn gets the least number that is free: at least as many are needed as the fullest row has entries.
    """
    order = np.argsort(pattern.columns, kind="stable")
    ends = np.searchsorted(pattern.columns[order], np.arange(pattern.shape[1] + 1))
    rows = pattern.rows[order]
    taken = np.zeros((pattern.shape[0], 16), np.bool_)
    colours = np.zeros(pattern.shape[1], np.int64)
    for column in range(pattern.shape[1]):
        own = rows[ends[column] : ends[column + 1]]
        used: NDArray[np.bool_] = np.logical_or.reduce(taken[own], axis=0)
        colour = int(np.argmin(used))
        if used[colour]:
            colour = taken.shape[1]
            taken = np.concatenate([taken, np.zeros_like(taken)], axis=1)
        taken[own, colour] = True
        colours[column] = colour
    return colours


@dataclass(frozen=True, eq=False)
class SparseJacobian:
    """A Jacobian as its entries: `values[k]` stands at (`pattern.rows[k]`, `pattern.columns[k]`)."""

    pattern: Pattern
    values: Flat
    passes: int
    """How many forward passes gave it: the colours of its columns."""

    def dense(self) -> Flat:
        """Return the whole matrix."""
        matrix = np.zeros(self.pattern.shape)
        matrix[self.pattern.rows, self.pattern.columns] = self.values
        return matrix

    def times(self, vector: ArrayLike) -> Flat:
        """Return the matrix times a vector, one number per column."""
        products = self.values * np.asarray(vector)[self.pattern.columns]
        return np.bincount(self.pattern.rows, products, self.pattern.shape[0]).astype(np.float64)

    def transposed_times(self, vector: ArrayLike) -> Flat:
        """Return the transposed matrix times a vector, one number per row."""
        products = self.values * np.asarray(vector)[self.pattern.rows]
        return np.bincount(self.pattern.columns, products, self.pattern.shape[1]).astype(np.float64)


def sparse_jacobian(
    program: Program, of: Var, wrt: Sequence[Var], values: Sequence[Any], pattern: Pattern | None = None
) -> SparseJacobian:
    """Return d of / d wrt at `values` (in the order of the program's inputs).

    Rows are the entries of `of`, columns those of the inputs `wrt`, one after the other, each in C order. Without a
    pattern it is detected, which takes as many passes as there are columns. A pattern may name entries that are 0.
    Raise GradwireError where entries outside of it are not: one more pass, along a random direction, shows them.
    """
    pattern = detected(program, of, wrt, values) if pattern is None else pattern
    push, shape = _pushing(program, of, wrt, values)
    if pattern.shape != shape:
        raise SettingError(
            f"The Jacobian is {shape[0]} x {shape[1]}, and the pattern is {pattern.shape[0]} x {pattern.shape[1]}."
        )
    colours = column_colours(pattern)
    passes = int(colours.max(initial=-1)) + 1
    entries, colour_of = np.zeros(len(pattern.rows)), colours[pattern.columns]
    for colour in range(passes):
        moved = push((colours == colour).astype(np.float64))
        own = colour_of == colour
        entries[own] = moved[pattern.rows[own]]
    found = SparseJacobian(pattern, entries, passes)
    _require_whole(found, push)
    return found


def _require_whole(found: SparseJacobian, push: Push) -> None:
    """Raise GradwireError where a pass along a random direction is not what the entries say."""
    direction = np.random.default_rng(0).normal(size=found.pattern.shape[1])
    wanted, given = push(direction), found.times(direction)
    size = replace(found, values=np.abs(found.values)).times(np.abs(direction))
    off = ~(np.abs(wanted - given) <= AGREEMENT * (size + np.abs(wanted)) + np.finfo(float).tiny)
    finite = np.isfinite(wanted) | np.isfinite(given)
    if (off & finite).any():
        row = int(np.flatnonzero(off & finite)[0])
        raise GradwireError(
            f"Row {row} of the Jacobian has an entry that is not in the pattern: add it, or have the pattern detected."
        )


def detected(
    program: Program, of: Var, wrt: Sequence[Var], values: Sequence[Any], points: int = 2, spread: float = 0.01
) -> Pattern:
    """Return where the Jacobian differs from 0 at `values` or at points near them: a pass for each column and point.

    What is 0 at all of them (a branch that is not taken there) is missed. The points are the same at each call.
    """
    random = np.random.default_rng(0)
    places = {each.var: k for k, each in enumerate(program.inputs)}
    nonzero = None
    for point in range(points):
        moved = list(values)
        for var in wrt if point else ():
            value = np.asarray(values[places[var]])
            moved[places[var]] = value + spread * (1 + np.abs(value)) * random.normal(size=value.shape)
        push, (_, columns) = _pushing(program, of, wrt, moved)
        matrix = np.stack([push(unit) for unit in np.eye(columns)], axis=1) != 0
        nonzero = matrix if nonzero is None else nonzero | matrix
    return Pattern.of(nonzero if nonzero is not None else np.zeros((0, 0)))


def _pushing(program: Program, of: Var, wrt: Sequence[Var], values: Sequence[Any]) -> tuple[Push, tuple[int, int]]:
    """Return the forward pass at `values`, and the shape of the Jacobian."""
    for var in (of, *wrt):
        if np.dtype(program.types[var].dtype).kind != "f":
            raise LoweringError(f"a sparse Jacobian is of real numbers by real numbers, not of {program.types[var]}")
    run = compile_program(tangent(select(program, [of], ["of"]), wrt))
    kinds = [program.types[var] for var in wrt]
    sizes = [int(np.prod(kind.shape, dtype=np.int64)) for kind in kinds]
    ends = np.cumsum(sizes)[:-1]

    def push(direction: Flat) -> Flat:
        parts = zip(np.split(direction, ends), kinds, strict=True)
        seeds = [part.reshape(kind.shape).astype(kind.dtype)[()] for part, kind in parts]
        with np.errstate(all="ignore"):
            return np.asarray(run([*values, *seeds])[-1], np.float64).ravel()

    return push, (int(np.prod(program.types[of].shape, dtype=np.int64)), sum(sizes))
