"""A program at many places at once: every value that moves has one more axis, the first: an element for each place.

Each primitive has a rule that says how it takes that axis; one without a rule (a loop, a while) is run place by place,
alone, while all around it stays whole arrays. What does not move stays as it is and is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.backends.structure_run import Evaluator, roomy
from engine.program.compose import rename, used
from engine.program.primitives import PART, PRIMITIVES
from engine.program.program import Equation, Program, Var
from engine.program.structure import STRUCTURAL

BYTES: Final = 1 << 20
"""How large the largest intermediate value of a batch may be: what fits near the processor is computed fastest."""
MOST: Final = 4096
"""Places in one batch at most."""

_NAMES: Final = (
    "absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh ceil clip conjugate cos cosh divide equal exp "
    "exp2 expm1 fabs float_power floor fmax fmin greater greater_equal hypot imag isfinite isinf isnan less less_equal "
    "log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor maximum minimum multiply "
    "negative not_equal power real reciprocal remainder sign sin sinc sinh sqrt square subtract tan tanh trunc where"
)
ELEMENTWISE: Final = frozenset(f"numpy.{name}" for name in _NAMES.split())
REDUCING: Final = frozenset(
    f"numpy.{name}" for name in ("sum", "mean", "max", "min", "amax", "amin", "prod", "any", "all")
)


@dataclass(frozen=True)
class Batch:
    """The operands of one equation: how many places, and for each argument how many axes it has at one place, where it
    moves."""

    count: int
    ranks: tuple[int | None, ...]
    """None: the argument does not move, or is no array."""


Rule: TypeAlias = Callable[[Batch, tuple[Any, ...], dict[str, Any]], Any]
"""(batch, arguments, settings) -> the value with the axis of places first. Raise `_Unruled` where the rule does not
cover the case."""


class _Unruled(Exception):
    """The rule does not cover this case."""


def at_places(program: Program, moving: Mapping[Var, NDArray[Any]], fixed: Mapping[Var, Any], count: int) -> list[Any]:
    """Return the program's outputs at `count` places, each with the axis of places first.

    `moving` has for some inputs their values at all places, `fixed` for the others their one value. An output that does
    not move is repeated. How many places are best computed in one go, `chunk` says.
    """
    known: dict[Var, Any] = {**program.constants, **fixed, **moving}
    moved = set(moving)
    last = _last_uses(program)
    with np.errstate(all="ignore"), roomy(program):
        for number, equation in enumerate(program.equations):
            if moved.isdisjoint(_read(equation)):
                known[equation.output] = _once(program, equation, known)
            else:
                known[equation.output] = _moved(program, equation, known, moved, count)
                moved.add(equation.output)
            for var in last.get(number, ()):
                del known[var]
    return [
        known[var] if var in moved else np.broadcast_to(known[var], (count, *np.shape(known[var])))
        for var in program.outputs
    ]


def chunk(program: Program, moving: Collection[Var], bytes_of: Collection[int] = ()) -> int:
    """Return how many places are best computed in one go; `bytes_of` are the sizes of what moves at one place."""
    reached = set(moving)
    largest = max(bytes_of, default=1)
    for equation in program.equations:
        if not reached.isdisjoint(_read(equation)):
            reached.add(equation.output)
            kind = program.types.get(equation.output)
            if kind is not None:
                largest = max(largest, prod(kind.shape) * np.dtype(kind.dtype).itemsize)
    return max(1, min(MOST, BYTES // max(1, largest)))


def structured(program: Program, moving: Collection[Var]) -> bool:
    """Whether a loop, branch or call depends on what moves: then the compiled program, place by place, is faster."""
    reached = set(moving)
    for equation in program.equations:
        if not reached.isdisjoint(_read(equation)):
            if equation.primitive in STRUCTURAL:
                return True
            reached.add(equation.output)
    return False


def _read(equation: Equation) -> set[Var]:
    return set(used((*equation.arguments, *(value for _, value in equation.settings))))


def _last_uses(program: Program) -> dict[int, list[Var]]:
    """Return which variables are read for the last time by which equation, outputs of the program left out."""
    last: dict[Var, int] = {}
    for number, equation in enumerate(program.equations):
        for var in _read(equation):
            last[var] = number
    ending: dict[int, list[Var]] = {}
    for var, number in last.items():
        if var not in program.outputs and var not in program.constants:
            ending.setdefault(number, []).append(var)
    return ending


def _once(program: Program, equation: Equation, known: Mapping[Var, Any]) -> Any:
    evaluator = Evaluator(program.functions)
    return evaluator.step(equation, known, ())


def _moved(program: Program, equation: Equation, known: Mapping[Var, Any], moved: set[Var], count: int) -> Any:
    rule = RULES.get(equation.primitive)
    if rule is not None and moved.isdisjoint(used(value for _, value in equation.settings)):
        ranks = tuple(
            np.ndim(known[each]) - 1 if type(each) is Var and each in moved and type(known[each]) is not tuple else None
            for each in equation.arguments
        )
        arguments = tuple(rename(each, known) for each in equation.arguments)
        try:
            return rule(Batch(count, ranks), arguments, dict(equation.settings))
        except _Unruled:
            pass
    return _place_by_place(program, equation, known, moved, count)


def _place_by_place(program: Program, equation: Equation, known: Mapping[Var, Any], moved: set[Var], count: int) -> Any:
    read = [var for var in _read(equation) if var in moved]
    others = {var: known[var] for var in _read(equation) if var not in moved}
    evaluator = Evaluator(program.functions)
    found = [
        evaluator.step(equation, {**others, **{var: _at(known[var], k) for var in read}}, ()) for k in range(count)
    ]
    if isinstance(found[0], tuple | list):
        return tuple(np.stack(parts) for parts in zip(*found, strict=True))
    return np.stack(found)


def _at(value: Any, k: int) -> Any:
    return tuple(part[k] for part in value) if isinstance(value, tuple) else value[k]


# ----- rules -----


def _aligned(value: Any, rank: int | None, most: int) -> Any:
    """Return a moving value with its own axes at the end, so that it broadcasts with others of up to `most` axes."""
    if rank is None or rank == most:
        return value
    return np.reshape(value, (value.shape[0], *(1,) * (most - rank), *value.shape[1:]))


def _ranks(batch: Batch, arguments: Sequence[Any]) -> list[int]:
    return [np.ndim(value) if rank is None else rank for value, rank in zip(arguments, batch.ranks, strict=True)]


def _elementwise(function: Callable[..., Any]) -> Rule:
    def rule(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        if any(value is not None for value in settings.values()):
            raise _Unruled
        most = max(_ranks(batch, arguments))
        return function(*(_aligned(each, rank, most) for each, rank in zip(arguments, batch.ranks, strict=True)))

    return rule


def _inner(axis: Any, rank: int) -> int:
    """Return an axis of a value at one place as the axis of all of them."""
    return int(axis) + 1 if axis >= 0 else int(axis) + 1 + rank


def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(1, rank + 1))
    return tuple(_inner(each, rank) for each in (axis if isinstance(axis, tuple | list) else (axis,)))


def _alone(batch: Batch) -> int:
    """Return the rank of the first argument, the only one that moves."""
    rank = batch.ranks[0]
    if rank is None or any(each is not None for each in batch.ranks[1:]):
        raise _Unruled
    return rank


def _reducing(function: Callable[..., Any]) -> Rule:
    def rule(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        rank = _alone(batch)
        given = {**dict(zip(("axis",), arguments[1:], strict=False)), **settings}
        if (
            len(arguments) > 2
            or not given.keys() <= {"axis", "keepdims", "dtype", "out"}
            or given.get("out") is not None
        ):
            raise _Unruled
        more = {name: given[name] for name in ("keepdims", "dtype") if given.get(name) is not None}
        return function(arguments[0], axis=_axes(given.get("axis"), rank), **more)

    return rule


def _matmul(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    if settings or len(arguments) != 2:
        raise _Unruled
    (x, y), (rank_x, rank_y) = arguments, _ranks(batch, arguments)
    if not rank_x or not rank_y:
        raise _Unruled
    lone_x, lone_y = rank_x == 1, rank_y == 1
    x, y = np.expand_dims(x, -2) if lone_x else x, np.expand_dims(y, -1) if lone_y else y
    result = _product_of(batch, x, y, max(rank_x, 2), max(rank_y, 2))
    if lone_y:
        result = result[..., 0]
    return result[..., 0, :] if lone_x and not lone_y else result[..., 0] if lone_x else result


def _product_of(batch: Batch, x: Any, y: Any, rank_x: int, rank_y: int) -> Any:
    most = max(rank_x, rank_y)
    moves_x, moves_y = (each is not None for each in batch.ranks[:2])
    if moves_x and not moves_y and rank_y == 2 and x.ndim == 3:  # one large product instead of many small ones
        return (np.ascontiguousarray(x).reshape(-1, x.shape[-1]) @ y).reshape(*x.shape[:-1], y.shape[-1])
    return np.matmul(_aligned(x, rank_x if moves_x else None, most), _aligned(y, rank_y if moves_y else None, most))


def _dot(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    ranks = _ranks(batch, arguments)
    if 0 in ranks:
        return _elementwise(np.multiply)(batch, arguments, settings)
    if max(ranks) > 2:
        raise _Unruled
    return _matmul(batch, arguments, settings)


def _product(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    given = dict(zip(("left", "right"), arguments[2:], strict=False)) | settings
    x, y = arguments[:2]
    rank_x, rank_y = _ranks(batch, arguments)[:2]
    x = np.swapaxes(x, -1, -2) if given["left"] else x
    y = np.swapaxes(y, -1, -2) if given["right"] else y
    return _product_of(batch, x, y, rank_x, rank_y)


def _reshape(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    _alone(batch)
    if len(arguments) != 2 or any(value not in (None, "C") for value in settings.values()):
        raise _Unruled
    shape = arguments[1] if isinstance(arguments[1], tuple | list) else (arguments[1],)
    return np.reshape(arguments[0], (batch.count, *shape))


def _ravel(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    return _reshape(batch, (arguments[0], (-1,)), settings) if len(arguments) == 1 else _refused()


def _transpose(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    rank = _alone(batch)
    axes = settings.get("axes", arguments[1] if len(arguments) > 1 else None)
    if len(arguments) > 2:
        raise _Unruled
    order = tuple(range(rank, 0, -1)) if axes is None else _axes(axes, rank)
    return np.transpose(arguments[0], (0, *order))


def _by_axes(function: Callable[..., Any]) -> Rule:
    """Return the rule of a function whose further arguments are axes, that stay those of one place."""

    def rule(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        rank = _alone(batch)
        if settings or any(type(each) is not int for each in arguments[1:]):
            raise _Unruled
        return function(arguments[0], *(_inner(each, rank) for each in arguments[1:]))

    return rule


def _expand_dims(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    axis = settings.get("axis", arguments[1] if len(arguments) > 1 else None)
    if type(axis) is not int:
        raise _Unruled
    return np.expand_dims(arguments[0], _inner(axis, _alone(batch) + 1))


def _roll(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    axis = settings.get("axis", arguments[2] if len(arguments) > 2 else None)
    if type(axis) is not int:
        raise _Unruled
    return np.roll(arguments[0], arguments[1], _inner(axis, _alone(batch)))


def _simple(template: Any) -> tuple[Any, ...]:
    """Return an index with the axis of places in front; refuse one whose axes NumPy would put elsewhere."""
    parts = tuple(template) if isinstance(template, tuple | list) else (template,)
    if any(isinstance(each, bool | np.bool_) for each in parts):
        raise _Unruled
    found = [k for k, each in enumerate(parts) if not (each is None or each is Ellipsis or isinstance(each, slice))]
    fancy = [k for k in found if not isinstance(parts[k], int | np.integer)]
    if fancy and found[-1] - found[0] + 1 != len(found):
        raise _Unruled
    if any(np.asarray(parts[k]).dtype.kind not in "iu" for k in fancy):
        raise _Unruled
    return (slice(None), *parts)


def _getitem(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    _alone(batch)
    return arguments[0][_simple(arguments[1])]


def _filled(template: Any, parts: Sequence[Any]) -> tuple[Any, ...]:
    rest = iter(parts)
    return tuple(next(rest) if isinstance(each, str) and each == PART else each for each in template)


def _index(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    _alone(batch)
    return arguments[0][_simple(_filled(arguments[1], arguments[2:]))]


def _scatter(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    _alone(batch)
    value, shape, template, *parts = arguments
    out = np.zeros((batch.count, *shape), value.dtype)
    place = _simple(_filled(template, parts))
    if parts:
        np.add.at(out, place, value)
    else:
        out[place] = value
    return out


def _expand(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    rank, shape = _alone(batch), tuple(arguments[1])
    return np.broadcast_to(_aligned(arguments[0], rank, len(shape)), (batch.count, *shape))


def _cast(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    _alone(batch)
    return np.asarray(PRIMITIVES["gradwire.cast"](*arguments, **settings))


def _same(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    return arguments[0] if batch.ranks[0] is not None else _refused()


def _refused() -> Any:
    raise _Unruled


def _everywhere(batch: Batch, value: Any, rank: int | None) -> Any:
    return value if rank is not None else np.broadcast_to(value, (batch.count, *np.shape(value)))


def _concatenate(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    axis, *parts = arguments
    ranks = batch.ranks[1:]
    each = [_everywhere(batch, part, rank) for part, rank in zip(parts, ranks, strict=True)]
    return np.concatenate(each, _inner(axis, each[0].ndim - 1))


def _stacked(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    given, options, *parts = arguments
    if given or options or settings:
        raise _Unruled
    return np.stack([_everywhere(batch, *each) for each in zip(parts, batch.ranks[2:], strict=True)], 1)


def _einsum(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    subscripts, *parts = arguments
    if settings or not isinstance(subscripts, str) or "." in subscripts or "->" not in subscripts or "Z" in subscripts:
        raise _Unruled
    left, right = subscripts.replace(" ", "").split("->")
    names = left.split(",")
    marked = [f"Z{name}" if rank is not None else name for name, rank in zip(names, batch.ranks[1:], strict=True)]
    return np.einsum(f"{','.join(marked)}->Z{right}", *parts, optimize=len(parts) > 2)


def _triangle(function: Callable[..., Any]) -> Rule:
    def rule(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        return function(*arguments, **settings) if _alone(batch) >= 2 else _refused()

    return rule


def _solve(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    a, b = arguments
    if _ranks(batch, arguments) == [2, 1]:
        return np.linalg.solve(_everywhere(batch, a, batch.ranks[0]), _everywhere(batch, b, batch.ranks[1])[..., None])[
            ..., 0
        ]
    if _ranks(batch, arguments) == [2, 2]:
        return np.linalg.solve(a, b)
    raise _Unruled


def _take(batch: Batch, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    return arguments[0][arguments[1]] if isinstance(arguments[0], tuple | list) else _refused()


RULES: Final[Mapping[str, Rule]] = {
    **{name: _elementwise(PRIMITIVES[name]) for name in sorted(ELEMENTWISE) if name in PRIMITIVES},
    **{name: _reducing(getattr(np, name.rpartition(".")[2])) for name in sorted(REDUCING) if name in PRIMITIVES},
    "numpy.matmul": _matmul,
    "numpy.dot": _dot,
    "gradwire.product": _product,
    "numpy.reshape": _reshape,
    "numpy.ravel": _ravel,
    "numpy.transpose": _transpose,
    "numpy.swapaxes": _by_axes(np.swapaxes),
    "numpy.moveaxis": _by_axes(np.moveaxis),
    "numpy.expand_dims": _expand_dims,
    "numpy.roll": _roll,
    "numpy.getitem": _getitem,
    "gradwire.index": _index,
    "gradwire.scatter": _scatter,
    "gradwire.expand": _expand,
    "gradwire.cast": _cast,
    "gradwire.stop": _same,
    "gradwire.clip_cotangent": _same,
    "gradwire.clip_cotangent_norm": _same,
    "gradwire.stand_for": _same,
    "autograd.concatenate_args": _concatenate,
    "autograd.array_from_args": _stacked,
    "numpy.einsum": _einsum,
    "numpy.tril": _triangle(np.tril),
    "numpy.triu": _triangle(np.triu),
    "numpy.linalg.inv": _triangle(np.linalg.inv),
    "numpy.linalg.cholesky": _triangle(np.linalg.cholesky),
    "numpy.linalg.det": _triangle(np.linalg.det),
    "numpy.linalg.solve": _solve,
    "autograd.container_take": _take,
}
"""How each primitive takes the axis of places."""
