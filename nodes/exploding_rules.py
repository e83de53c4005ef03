"""How each primitive's equation becomes nodes: the table behind `nodes.exploding`."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from engine.errors import LoweringError
from engine.graph import SettingValue, Socket
from engine.program.primitives import PART
from engine.program.program import Equation, Var
from engine.types import ArrayType
from nodes.explosion import Builder, Rule, Several


def _plain(operator: str, *inputs: str) -> Rule:
    """The operator takes the equation's arguments in order."""

    def rule(builder: Builder, equation: Equation) -> Socket:
        values = equation.arguments
        if len(values) != len(inputs) or equation.settings:
            raise _unfit(equation)
        numbers = [each for each in values if type(each) is not Var]
        if numbers and len(values) > 1:
            kinds = [builder.type(each) for each in values if type(each) is Var]
            values = tuple(
                each if type(each) is Var else builder.constant(each, _beside(each, kinds)) for each in values
            )  # fmt: skip
        return builder.node(operator, dict(zip(inputs, values, strict=True)))

    return rule


def _beside(number: Any, kinds: Sequence[ArrayType]) -> str | None:
    """Return the dtype a plain number has beside arrays: it gives way, as in NumPy."""
    return str(np.result_type(*(np.dtype(kind.dtype) for kind in kinds), number).name) if kinds else None


def _unfit(equation: Equation) -> LoweringError:
    called = equation.primitive.rpartition(".")[2]
    return LoweringError(f"this use of {called} has no operator of its own, so this text cannot be taken apart")


def _reduction(operator: str, keeps: bool = True) -> Rule:
    """The operator reduces one axis or all; several axes are reduced one after the other."""

    def rule(builder: Builder, equation: Equation) -> Socket:
        given = _words(equation, "x", "axis", "dtype", "out", "keepdims", "ddof")
        axis, keep, ddof = given.get("axis"), bool(given.get("keepdims", False)), given.get("ddof", 0)
        rank = len(builder.type(given["x"]).shape)
        axes = sorted({each % rank for each in axis}, reverse=True) if isinstance(axis, tuple) else [axis]
        if given.get("dtype") is not None or (len(axes) > 1 and operator in ALL_AT_ONCE):
            raise _unfit(equation)
        found: Any = given["x"]
        more = {"ddof": ddof} if "ddof" in given else {}
        for each in axes or [None]:
            settings = {"axis": each, **({"keep": keep} if keeps else {}), **more}
            found = builder.node(operator, {"x": found}, **settings)
        assert isinstance(found, Socket)  # noqa: S101 - at least one axis or None
        return found

    return rule


ALL_AT_ONCE: Final = frozenset(
    {"reductions.variance", "reductions.deviation", "reductions.argmax", "reductions.argmin"}
)
"""Reductions over several axes that are not one after the other."""


def _words(equation: Equation, *names: str) -> dict[str, Any]:
    return {**dict(zip(names, equation.arguments, strict=False)), **dict(equation.settings)}


def _reshaped(builder: Builder, equation: Equation) -> Socket:
    return builder.node("shape.reshape", {"x": equation.arguments[0]}, shape=builder.type(equation.output).shape)


def _expanded(builder: Builder, equation: Equation) -> Socket:
    return builder.node("shape.broadcast_to", {"x": equation.arguments[0]}, shape=builder.type(equation.output).shape)


def _cast(builder: Builder, equation: Equation) -> Socket:
    return builder.node("elementwise.cast", {"x": equation.arguments[0]}, dtype=builder.type(equation.output).dtype)


def _permuted(builder: Builder, equation: Equation) -> Socket:
    given = _words(equation, "x", "axes")
    rank = len(builder.type(given["x"]).shape)
    axes = given.get("axes")
    order = [each % rank for each in axes] if axes is not None else list(reversed(range(rank)))
    return _by_swaps(builder, given["x"], order)


def _by_swaps(builder: Builder, x: Any, order: Sequence[int]) -> Socket:
    """Permute axes by swapping two at a time."""
    if list(order) == [1, 0]:
        return builder.node("shape.transpose", {"x": x})
    now, found = list(range(len(order))), x
    for place, wanted in enumerate(order):
        at = now.index(wanted)
        if at != place:
            found = builder.node("shape.swap_axes", {"x": found}, first=place, second=at)
            now[place], now[at] = now[at], now[place]
    return found if isinstance(found, Socket) else builder.node("shape.reshape", {"x": x}, shape=builder.type(x).shape)


def _swapped(builder: Builder, equation: Equation) -> Socket:
    x, first, second = equation.arguments
    return builder.node("shape.swap_axes", {"x": x}, first=first, second=second)


def _moved(builder: Builder, equation: Equation) -> Socket:
    x, source, destination = equation.arguments
    rank = len(builder.type(x).shape)
    return _by_swaps(builder, x, _moved_order(rank, source, destination))


def _moved_order(rank: int, source: Any, destination: Any) -> list[int]:
    sources = [each % rank for each in (source if isinstance(source, tuple) else (source,))]
    destinations = [each % rank for each in (destination if isinstance(destination, tuple) else (destination,))]
    order = [axis for axis in range(rank) if axis not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return order


def _part_text(part: Any) -> str:
    if part is None:
        return "new"
    if part is Ellipsis:
        return "..."
    if isinstance(part, slice):
        text = ":".join("" if each is None else str(each) for each in (part.start, part.stop))
        return text if part.step is None else f"{text}:{part.step}"
    return str(int(part))


def _sliced(builder: Builder, equation: Equation) -> Socket:
    x, at = equation.arguments
    if type(at) is Var:
        return builder.node("shape.take", {"x": x, "indices": at}, axis=0)
    parts = at if isinstance(at, tuple) else (at,)
    return builder.node("shape.slice", {"x": x}, at=", ".join(map(_part_text, parts)))


def _indexed(builder: Builder, equation: Equation) -> Socket:
    x, template, *parts = equation.arguments
    places = [number for number, each in enumerate(template) if each == PART]
    if len(places) != 1 or len(parts) != 1:
        raise _unfit(equation)
    axis = sum(1 for each in template[: places[0]] if each is not None)
    if any(each is Ellipsis or each is None or isinstance(each, int) for each in template):
        raise _unfit(equation)
    found: Any = x
    rest = [slice(None) if each == PART else each for each in template]
    if any(each != slice(None) for each in rest):
        found = builder.node("shape.slice", {"x": x}, at=", ".join(map(_part_text, rest)))
    return builder.node("shape.take", {"x": found, "indices": parts[0]}, axis=axis)


def _joined(builder: Builder, equation: Equation) -> Socket:
    axis, *parts = equation.arguments
    return builder.node("shape.concatenate", {f"xs.{k}": each for k, each in enumerate(parts)}, axis=axis)


def _stacked(builder: Builder, equation: Equation) -> Socket:
    _, _, *parts = equation.arguments
    return builder.node("shape.stack", {f"xs.{k}": each for k, each in enumerate(parts)}, axis=0)


def _along(operator: str, *names: str, fixed: Mapping[str, SettingValue] | None = None) -> Rule:
    """The operator takes x, and the equation's further arguments as settings of these names."""

    def rule(builder: Builder, equation: Equation) -> Socket:
        given = _words(equation, "x", *names)
        settings = {name: given[name] for name in names if name in given}
        return builder.node(operator, {"x": given["x"]}, **{**(fixed or {}), **settings})

    return rule


def _flattened(operator: str, *names: str) -> Rule:
    """As `_along`; without an axis all numbers are taken as one row, as NumPy does."""
    along = _along(operator, *names)

    def rule(builder: Builder, equation: Equation) -> Socket:
        given = _words(equation, "x", *names)
        if given.get("axis") is not None:
            return along(builder, equation)
        row = builder.node("shape.reshape", {"x": given["x"]}, shape=(-1,))
        settings = {name: given[name] for name in names if name in given and name != "axis"}
        found = builder.node(operator, {"x": row}, axis=0, **settings)
        return builder.node("shape.reshape", {"x": found}, shape=builder.type(equation.output).shape)

    return rule


def _kronecker(builder: Builder, equation: Equation) -> Socket:
    found = builder.node(
        "linear_algebra.kronecker", dict(zip("xy", (_matrix(builder, x) for x in equation.arguments), strict=True))
    )
    return builder.node("shape.reshape", {"x": found}, shape=builder.type(equation.output).shape)


def _matrix(builder: Builder, x: Any) -> Any:
    shape = builder.type(x).shape
    return x if len(shape) == 2 else builder.node("shape.reshape", {"x": x}, shape=(1, *shape))


def _clipped(builder: Builder, equation: Equation) -> Socket:
    given = _words(equation, "x", "a_min", "a_max")
    low, high = given.get("a_min", given.get("min")), given.get("a_max", given.get("max"))
    dtype = builder.type(given["x"]).dtype
    found: Any = given["x"]
    for operator, bound in (("elementwise.maximum", low), ("elementwise.minimum", high)):
        if bound is not None:
            other = bound if type(bound) is Var else builder.constant(bound, dtype)
            found = builder.node(operator, {"x": found, "y": other})
    if not isinstance(found, Socket):
        raise _unfit(equation)
    return found


def _product(builder: Builder, equation: Equation) -> Socket:
    x, y = equation.arguments
    ranks = [len(builder.type(each).shape) for each in (x, y)]
    if 0 in ranks:
        return builder.node("elementwise.multiply", {"x": x, "y": y})
    if ranks == [1, 1]:
        return builder.node("linear_algebra.dot", {"x": x, "y": y})
    if ranks[1] <= 2:
        return builder.node("linear_algebra.matmul", {"x": x, "y": y})
    raise _unfit(equation)


def _inner(builder: Builder, equation: Equation) -> Socket:
    x, y = equation.arguments
    first, second = (len(builder.type(each).shape) for each in (x, y))
    letters = string.ascii_lowercase
    a, b = letters[: max(first - 1, 0)], letters[first : first + max(second - 1, 0)]
    return builder.node("linear_algebra.einsum", {"xs.0": x, "xs.1": y}, subscripts=f"{a}z,{b}z->{a}{b}")


def _contracted(builder: Builder, equation: Equation) -> Socket:
    given = _words(equation, "a", "b", "axes")
    ranks = [len(builder.type(given[name]).shape) for name in ("a", "b")]
    axes = given.get("axes", 2)
    if isinstance(axes, int):
        axes = (tuple(range(ranks[0] - axes, ranks[0])), tuple(range(axes)))
    pairs = [each if isinstance(each, tuple | list) else (each,) for each in axes]
    letters = iter(string.ascii_lowercase)
    first = [next(letters) for _ in range(ranks[0])]
    second = [next(letters) for _ in range(ranks[1])]
    for one, other in zip(*pairs, strict=True):
        second[other % ranks[1]] = first[one % ranks[0]]
    rest = [each for each in first if each not in second] + [each for each in second if each not in first]
    text = f"{''.join(first)},{''.join(second)}->{''.join(rest)}"
    return builder.node("linear_algebra.einsum", {"xs.0": given["a"], "xs.1": given["b"]}, subscripts=text)


def _einsum(builder: Builder, equation: Equation) -> Socket:
    text, *parts = equation.arguments
    if not isinstance(text, str) or equation.settings:
        raise _unfit(equation)
    wired = {f"xs.{k}": each for k, each in enumerate(parts)}
    return builder.node("linear_algebra.einsum", wired, subscripts=text.replace(" ", ""))


def _whole_division(builder: Builder, equation: Equation) -> Socket:
    x, y = equation.arguments
    kinds = [builder.type(each) for each in (x, y) if type(each) is Var]
    sides = [each if type(each) is Var else builder.constant(each, _beside(each, kinds)) for each in (x, y)]
    rest = builder.node("elementwise.remainder", {"x": sides[0], "y": sides[1]})
    whole = builder.node("elementwise.subtract", {"x": sides[0], "y": rest})
    found = builder.node("elementwise.divide", {"x": whole, "y": sides[1]})
    found = builder.node("elementwise.round", {"x": found})
    wanted = builder.type(equation.output).dtype
    return found if wanted.startswith("float") else builder.node("elementwise.cast", {"x": found}, dtype=wanted)


def _truncated(builder: Builder, equation: Equation) -> Socket:
    (x,) = equation.arguments
    size = builder.node("elementwise.floor", {"x": builder.node("elementwise.abs", {"x": x})})
    return builder.node("elementwise.multiply", {"x": size, "y": builder.node("elementwise.sign", {"x": x})})


def _not_itself(builder: Builder, equation: Equation) -> Socket:
    (x,) = equation.arguments
    return builder.node("elementwise.not_equal", {"x": x, "y": x})


def _differences(builder: Builder, equation: Equation) -> Socket:
    given = _words(equation, "x", "n", "axis")
    rank = len(builder.type(given["x"]).shape)
    axis = given.get("axis", -1) % rank
    found: Any = given["x"]
    for _ in range(given.get("n", 1)):
        later, earlier = (
            builder.node("shape.slice", {"x": found}, at=", ".join([":"] * axis + [part])) for part in ("1:", ":-1")
        )
        found = builder.node("elementwise.subtract", {"x": later, "y": earlier})
    if not isinstance(found, Socket):
        raise _unfit(equation)
    return found


def _diag(builder: Builder, equation: Equation) -> Socket:
    given = _words(equation, "x", "k")
    if len(builder.type(given["x"]).shape) == 2:
        return builder.node("shape.diagonal", {"x": given["x"]}, offset=given.get("k", 0))
    if given.get("k", 0):
        raise _unfit(equation)
    return builder.node("shape.diagonal_matrix", {"x": given["x"]})


def _triangle(operator: str) -> Rule:
    def rule(builder: Builder, equation: Equation) -> Socket:
        given = _words(equation, "x", "k")
        return builder.node(operator, {"x": given["x"]}, offset=given.get("k", 0))

    return rule


def _bits(logical: str) -> Rule:
    def rule(builder: Builder, equation: Equation) -> Socket:
        if any(builder.type(each).dtype != "bool" for each in equation.arguments):
            raise _unfit(equation)
        return builder.node(logical, dict(zip("xy", equation.arguments, strict=False)))

    return rule


def _flipped(axis: int) -> Rule:
    return lambda builder, equation: builder.node("shape.flip", {"x": equation.arguments[0]}, axis=axis)


def _norm(builder: Builder, equation: Equation) -> Socket:
    given = _words(equation, "x", "ord", "axis", "keepdims")
    order = {None: "2", 2: "2", 1: "1"}.get(given.get("ord"))
    axis = given.get("axis")
    if order is None or isinstance(axis, tuple):
        raise _unfit(equation)
    return builder.node("reductions.norm", {"x": given["x"]}, axis=axis, keep=bool(given.get("keepdims")), order=order)


_ONE: Final[Mapping[str, str]] = {
    **{name: f"elementwise.{name}" for name in (
        "negative", "sign", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "square", "reciprocal",
        "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "arcsinh", "arccosh", "arctanh", "radians",
        "degrees", "floor", "ceil", "logical_not", "real", "conjugate", "angle",
    )},
    "absolute": "elementwise.abs", "fabs": "elementwise.abs", "deg2rad": "elementwise.radians",
    "rad2deg": "elementwise.degrees", "rint": "elementwise.round", "tanh": "activations.tanh",
    "isfinite": "elementwise.is_finite", "imag": "elementwise.imaginary", "linalg.inv": "linear_algebra.inverse",
    "linalg.det": "linear_algebra.determinant", "linalg.cholesky": "linear_algebra.cholesky",
    "linalg.pinv": "linear_algebra.pseudo_inverse", "fft.fft2": "signal.fft_2d", "fft.ifft2": "signal.ifft_2d",
    "trace": "linear_algebra.trace",
}  # fmt: skip
_TWO: Final[Mapping[str, str]] = {
    **{name: f"elementwise.{name}" for name in (
        "add", "subtract", "multiply", "divide", "maximum", "minimum", "logaddexp", "hypot", "remainder", "greater",
        "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or", "logical_xor",
    )},
    "fmax": "elementwise.maximum", "fmin": "elementwise.minimum", "matmul": "linear_algebra.matmul",
    "outer": "linear_algebra.outer", "cross": "linear_algebra.cross",
}  # fmt: skip
_REDUCED: Final[Mapping[str, str]] = {
    "sum": "reductions.sum", "mean": "reductions.mean", "prod": "reductions.prod", "max": "reductions.max",
    "amax": "reductions.max", "min": "reductions.min", "amin": "reductions.min", "all": "reductions.all",
    "any": "reductions.any", "var": "reductions.variance", "std": "reductions.deviation",
    "count_nonzero": "reductions.count",
}  # fmt: skip

RULES: Final[Mapping[str, Rule]] = {
    **{f"numpy.{name}": _plain(id, "x") for name, id in _ONE.items()},
    **{f"numpy.{name}": _plain(id, "x", "y") for name, id in _TWO.items()},
    **{f"numpy.{name}": _reduction(id) for name, id in _REDUCED.items()},
    **{f"numpy.{name}": _reduction(f"reductions.{name}", keeps=False) for name in ("argmax", "argmin")},
    **dict.fromkeys((f"numpy.{name}" for name in ("reshape", "ravel", "expand_dims", "squeeze")), _reshaped),
    **dict.fromkeys(("numpy.atleast_1d", "numpy.atleast_2d"), _reshaped),
    "numpy.power": _plain("elementwise.power", "x", "exponent"),
    "numpy.arctan2": _plain("elementwise.arctan2", "y", "x"),
    "numpy.where": _plain("elementwise.where", "condition", "x", "y"),
    "numpy.linalg.solve": _plain("linear_algebra.solve", "a", "b"),
    "numpy.linalg.norm": _norm,
    "numpy.transpose": _permuted,
    "numpy.swapaxes": _swapped,
    "numpy.moveaxis": _moved,
    "gradwire.expand": _expanded,
    "gradwire.cast": _cast,
    "numpy.getitem": _sliced,
    "gradwire.index": _indexed,
    "autograd.concatenate_args": _joined,
    "autograd.array_from_args": _stacked,
    "autograd.array_from_scalar_or_array": lambda builder, equation: builder.node(
        "shape.reshape", {"x": equation.arguments[2]}, shape=builder.type(equation.output).shape
    ),
    "numpy.cumsum": _flattened("reductions.cumulative_sum", "axis"),
    "numpy.cumprod": _flattened("reductions.cumulative_product", "axis"),
    "numpy.sort": _along("reductions.sort", "axis"),
    "numpy.argsort": _along("reductions.argsort", "axis"),
    "numpy.flip": _along("shape.flip", "axis"),
    "numpy.fliplr": _flipped(1),
    "numpy.flipud": _flipped(0),
    "numpy.triu": _triangle("shape.upper_triangle"),
    "numpy.tril": _triangle("shape.lower_triangle"),
    "numpy.roll": _flattened("shape.roll", "shift", "axis"),
    "numpy.repeat": _flattened("shape.repeat", "times", "axis"),
    "numpy.diag": _diag,
    "numpy.diagonal": _along("shape.diagonal", "offset"),
    "numpy.diff": _differences,
    "gradwire.take_along": lambda b, e: b.node(
        "shape.gather", {"x": e.arguments[0], "indices": e.arguments[1]}, axis=e.arguments[2]
    ),
    "numpy.clip": _clipped,
    "numpy.dot": _product,
    "numpy.inner": _inner,
    "numpy.kron": _kronecker,
    "numpy.tensordot": _contracted,
    "numpy.einsum": _einsum,
    "numpy.floor_divide": _whole_division,
    "numpy.trunc": _truncated,
    "numpy.isnan": _not_itself,
    "numpy.bitwise_and": _bits("elementwise.logical_and"),
    "numpy.bitwise_or": _bits("elementwise.logical_or"),
    "numpy.bitwise_xor": _bits("elementwise.logical_xor"),
    "numpy.invert": _bits("elementwise.logical_not"),
    "numpy.fft.fft": _along("signal.fft", "n", "axis"),
    "numpy.fft.ifft": _along("signal.ifft", "n", "axis"),
}  # fmt: skip
"""Primitive -> how its equation becomes nodes."""


def _outputs(operator: str, *names: str) -> Several:
    def rule(builder: Builder, equation: Equation) -> tuple[Socket, ...]:
        made = builder.node(operator, {"x": equation.arguments[0]})
        return tuple(Socket(made.node, name) for name in names)

    return rule


SEVERAL: Final[Mapping[str, Several]] = {
    "numpy.linalg.eigh": _outputs("linear_algebra.eigh", "values", "vectors"),
    "numpy.linalg.slogdet": _outputs("linear_algebra.log_determinant", "sign", "value"),
}
"""Primitives that give several arrays."""
