"""The shape rules of linear algebra."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence

from engine.autodiff.own_rules import OPERANDS
from engine.errors import ShapeError
from engine.operator import ShapeRule
from engine.types import ArrayType, Shape, Type, shape_text
from nodes.shapes import Settings, array, broadcast_shapes, common_dtype, inexact, numeric, real

Take = Callable[[Type, str], ArrayType]


def matrix(found: ArrayType, socket: str) -> ArrayType:
    """Return the type if it is that of a matrix or of a stack of them; else raise ShapeError."""
    if len(found.shape) < 2:
        raise ShapeError(
            f"{socket} has shape {shape_text(found.shape)}: it takes a matrix, so at least two axes", socket=socket
        )
    if 0 in found.shape[-2:]:
        raise ShapeError(
            f"{socket} has shape {shape_text(found.shape)}: a matrix without elements has nothing to compute with",
            socket=socket,
        )
    return found


def square(found: ArrayType, socket: str) -> ArrayType:
    """Return the type if it is that of square matrices; else raise ShapeError naming the axes."""
    rows, columns = matrix(found, socket).shape[-2:]
    if rows != columns:
        rank = len(found.shape)
        raise ShapeError(
            f"{socket} has shape {shape_text(found.shape)}: axis {rank - 2} is {rows} and axis {rank - 1} is "
            f"{columns}; a square matrix is wanted",
            socket=socket,
        )
    return found


def of_square(result: Callable[[Shape], Sequence[Shape]], take: Take = array, whole: bool = False) -> ShapeRule:
    """Return the rule of an operator of square matrices x: `result` gives the shapes of its outputs."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        found = square(take(types[0], "x"), "x")
        dtype = common_dtype(numeric if whole else inexact, [found], False)
        return tuple(ArrayType(shape, dtype) for shape in result(found.shape))

    return rule


def of_matrix(result: Callable[[Shape], Sequence[Shape]]) -> ShapeRule:
    """Return the rule of an operator of real matrices x of any shape."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        found = matrix(real(types[0], "x"), "x")
        dtype = common_dtype(inexact, [found], False)
        return tuple(ArrayType(shape, dtype) for shape in result(found.shape))

    return rule


def thin(shape: Shape) -> Sequence[Shape]:
    """The shapes of the thin singular value decomposition: u, s, v."""
    *batch, m, n = shape
    k = min(m, n)
    return (*batch, m, k), (*batch, k), (*batch, n, k)


def tall(shape: Shape) -> Sequence[Shape]:
    """The shapes of the QR decomposition: q, r; raise ShapeError where there are fewer rows than columns."""
    *batch, m, n = shape
    if m < n:
        rank = len(shape)
        raise ShapeError(
            f"x has shape {shape_text(shape)}: axis {rank - 2} is {m} and axis {rank - 1} is {n}; "
            "at least as many rows as columns are wanted",
            socket="x",
        )
    return tuple(shape), (*batch, n, n)


def solution(take: Take = array) -> ShapeRule:
    """Return the rule of a x = b: a (..., n, n), b (n,) or (..., n, k)."""

    def rule(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
        a, b = square(take(types[0], "a"), "a"), take(types[1], "b")
        size = a.shape[-1]
        if not b.shape:
            raise ShapeError("b is a scalar: it takes a vector or a matrix of right-hand sides", socket="b")
        axis = max(len(b.shape) - 2, 0)
        if b.shape[axis] != size:
            raise ShapeError(
                f"a has shape {shape_text(a.shape)} and b has shape {shape_text(b.shape)}: axis {len(a.shape) - 1} of "
                f"a is {size} and axis {axis} of b is {b.shape[axis]}; they must be equal",
                socket="b",
            )
        if len(b.shape) == 1:
            shape = (*a.shape[:-2], size)
        else:
            shape = (*broadcast_shapes([a.shape[:-2], b.shape[:-2]], ["a", "b"]), *b.shape[-2:])
        return (ArrayType(shape, common_dtype(inexact, [a, b], False)),)

    return rule


def outer(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """(..., m) and (..., n) to (..., m, n)."""
    x, y = (vector(array(kind, name), name) for kind, name in zip(types, ("x", "y"), strict=True))
    batch = broadcast_shapes([x.shape[:-1], y.shape[:-1]], ["x", "y"])
    return (ArrayType((*batch, x.shape[-1], y.shape[-1]), common_dtype(numeric, [x, y], False)),)


def vector(found: ArrayType, socket: str) -> ArrayType:
    """Return the type if it has an axis; else raise ShapeError."""
    if not found.shape:
        raise ShapeError(f"{socket} is a scalar: it takes a vector, or a stack of them", socket=socket)
    return found


def _equal_last(types: Sequence[Type]) -> tuple[ArrayType, ArrayType, Shape]:
    x, y = (vector(array(kind, name), name) for kind, name in zip(types, ("x", "y"), strict=True))
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and y has shape {shape_text(y.shape)}: axis {len(x.shape) - 1} of x is "
            f"{x.shape[-1]} and axis {len(y.shape) - 1} of y is {y.shape[-1]}; they must be equal",
            socket="y",
        )
    return x, y, broadcast_shapes([x.shape[:-1], y.shape[:-1]], ["x", "y"])


def dot(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """(..., n) and (..., n) to (...)."""
    x, y, batch = _equal_last(types)
    return (ArrayType(batch, common_dtype(numeric, [x, y], False)),)


def cross(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """(..., 3) and (..., 3) to (..., 3)."""
    x, y, batch = _equal_last(types)
    if x.shape[-1] != 3:
        raise ShapeError(
            f"x has shape {shape_text(x.shape)} and y has shape {shape_text(y.shape)}: the last axis must be 3, the "
            "coordinates in space",
            socket="x",
        )
    return (ArrayType((*batch, 3), common_dtype(numeric, [x, y], False)),)


def kronecker(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """(m, n) and (p, q) to (m p, n q)."""
    x, y = (array(kind, name) for kind, name in zip(types, ("x", "y"), strict=True))
    for found, socket in ((x, "x"), (y, "y")):
        if len(found.shape) != 2:
            raise ShapeError(
                f"{socket} has shape {shape_text(found.shape)}: a Kronecker product takes matrices of two axes",
                socket=socket,
            )
    shape = (x.shape[0] * y.shape[0], x.shape[1] * y.shape[1])
    return (ArrayType(shape, common_dtype(numeric, [x, y], False)),)


# ----- subscripts -----


def spelled(subscripts: str, ranks: Sequence[int]) -> str:
    """Return subscripts with every axis and the output named, "..." by capital letters; raise ShapeError where they do
    not fit the counts of axes."""
    text = subscripts.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    operands = inputs.split(",")
    if len(operands) != len(ranks):
        raise ShapeError(f"the subscripts “{subscripts}” name {len(operands)} inputs, and {len(ranks)} are wired")
    if len(ranks) > OPERANDS:
        raise ShapeError(f"{len(ranks)} inputs are wired: a product by subscripts takes at most {OPERANDS}")
    free = [n for n in string.ascii_uppercase if n not in text]
    wide = 0
    named = []
    for number, (letters, rank) in enumerate(zip(operands, ranks, strict=True)):
        _check_letters(letters, subscripts)
        before, dots, after = letters.partition("...")
        rest = rank - len(before) - len(after)
        if rest < 0 or (rest and not dots):
            raise ShapeError(
                f"the subscripts “{letters}” name {len(before) + len(after)} axes, and xs.{number} has {rank}",
                socket=f"xs.{number}",
            )
        wide = max(wide, rest)
        named.append((before, rest, after))
    batch = "".join(free[:wide])
    spelt = [before + batch[wide - rest :] + after for before, rest, after in named]
    if not arrow:
        every = "".join(spelt)
        output = "..." + "".join(sorted(each for each in set(every) - set(batch) if every.count(each) == 1))
    _check_letters(output, subscripts)
    result = output.replace("...", batch)
    missing = [each for each in result if each not in "".join(spelt)]
    if missing or len(set(result)) != len(result):
        raise ShapeError(
            f"the subscripts “{subscripts}” must name every axis of the output once, and one that an input has"
        )
    if set(batch) - set(result):
        raise ShapeError(f"the subscripts “{subscripts}” have “...” in an input, so the output must have it too")
    return f"{','.join(spelt)}->{result}"


def _check_letters(letters: str, subscripts: str) -> None:
    rest = letters.replace("...", "", 1)
    if not all(each in string.ascii_letters for each in rest):
        raise ShapeError(f"the subscripts “{subscripts}” may hold letters, commas, one “->” and “...” only")


def einsum(types: Sequence[Type], settings: Settings) -> tuple[Type, ...]:
    """What the subscripts say; axes of one letter must be of one length."""
    arrays = [array(kind, f"xs.{number}") for number, kind in enumerate(types)]
    whole = spelled(settings["subscripts"], [len(each.shape) for each in arrays])
    inputs, output = whole.split("->")
    sizes: dict[str, tuple[int, int]] = {}
    for number, (letters, found) in enumerate(zip(inputs.split(","), arrays, strict=True)):
        for axis, (letter, size) in enumerate(zip(letters, found.shape, strict=True)):
            known, first = sizes.setdefault(letter, (size, number))
            if known != size:
                raise ShapeError(
                    f"xs.{first} has shape {shape_text(arrays[first].shape)} and xs.{number} has shape "
                    f"{shape_text(found.shape)}: axis {axis} of xs.{number}, {letter}, is {size} and was {known}; "
                    "they must be equal",
                    socket=f"xs.{number}",
                )
    return (ArrayType(tuple(sizes[each][0] for each in output), common_dtype(numeric, arrays, False)),)
