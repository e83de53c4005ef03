"""Every primitive as jax.numpy and jax.lax, or why XLA does not have it. Imported only where JAX is there."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from engine.backends import xla_windows as windows
from engine.errors import LoweringError
from engine.program.primitives import PART, PRIMITIVES
from engine.types import Shape

Emitter: TypeAlias = Callable[..., Any]

ELEMENTWISE: Final = (
    "absolute add angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_or bitwise_xor "
    "cbrt ceil clip conjugate copysign cos cosh deg2rad degrees divide equal exp exp2 expm1 fabs float_power floor "
    "floor_divide fmax fmin fmod greater greater_equal heaviside hypot i0 imag invert iscomplex isfinite isinf "
    "isnan isneginf isposinf isreal left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 "
    "logical_and logical_not logical_or logical_xor maximum minimum multiply nan_to_num negative nextafter "
    "not_equal positive rad2deg radians real reciprocal remainder right_shift rint sign signbit sin sinc sinh sqrt "
    "square subtract tan tanh trunc where"
)
"""NumPy's functions of numbers one by one, that JAX has by the same name; their operands are promoted as by NumPy."""

SAME: Final = (
    "all amax amin any append argmax argmin argsort array_equal array_split average atleast_1d atleast_2d "
    "atleast_3d bincount broadcast_arrays broadcast_to concatenate convolve corrcoef correlate count_nonzero cov "
    "cross cumprod cumsum diag diagflat diagonal diff digitize dot dsplit ediff1d einsum expand_dims flip fliplr "
    "flipud full_like gradient hsplit inner interp isclose kron matmul matrix_transpose max mean median min "
    "moveaxis nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmin nanprod nanstd nansum nanvar ones_like "
    "outer pad percentile polyadd polymul polysub polyval prod ptp quantile ravel repeat reshape roll rollaxis "
    "rot90 round searchsorted sort split squeeze std sum swapaxes take take_along_axis tensordot tile trace "
    "transpose trapezoid tril triu unwrap vander var vdot vecdot vsplit zeros_like"
)
"""Further functions that JAX has by the same name, with the same arguments."""

LINALG: Final = "cholesky det eigh eigvalsh inv matrix_power multi_dot norm slogdet solve tensorinv tensorsolve"
FOURIER: Final = "fft fft2 fftn fftshift hfft ifft ifft2 ifftn ifftshift ihfft irfft irfft2 irfftn rfft rfft2 rfftn"


def _promoted(function: Emitter) -> Emitter:
    """Return an elementwise function whose operands are promoted as NumPy does it."""

    def call(*arguments: Any, **settings: Any) -> Any:
        return function(*common(arguments), **without_none(settings))

    return call


def common(arguments: Sequence[Any]) -> list[Any]:
    """Return the arrays among the arguments in the dtype that NumPy gives them together with plain numbers."""
    dtypes = {np.dtype(each.dtype) for each in arguments if hasattr(each, "dtype")}
    if len(dtypes) < 2:
        return list(arguments)
    wanted = np.result_type(*dtypes, *(each for each in arguments if type(each) in (int, float, complex)))
    return [each.astype(wanted) if hasattr(each, "dtype") and each.dtype != wanted else each for each in arguments]


def without_none(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that say something."""
    return {key: value for key, value in settings.items() if value is not None and value is not np._NoValue}


def _same(function: Emitter) -> Emitter:
    def call(*arguments: Any, **settings: Any) -> Any:
        return function(*arguments, **without_none(settings))

    return call


def _where(condition: Any, x: Any, y: Any) -> Any:
    x, y = common((x, y))
    return jnp.where(condition, x, y)


def _power(base: Any, exponent: Any, **settings: Any) -> Any:
    if type(exponent) is float and exponent.is_integer() and abs(exponent) <= 16:
        base = base if base.dtype.kind in "fc" else base.astype(np.float64)
        return base ** int(exponent)
    if type(exponent) is float and exponent == 0.5 and base.dtype.kind == "f":
        return jnp.sqrt(base)
    return jnp.power(*common((base, exponent)), **without_none(settings))


def _ordered(function: Emitter) -> Emitter:
    """Return sort or argsort: always stable, whatever kind is asked for."""

    def call(x: Any, axis: Any = -1, kind: Any = None, order: Any = None, **_: Any) -> Any:
        return function(x, axis=axis, stable=True)

    return call


def _partition(x: Any, kth: Any, axis: int = -1, **_: Any) -> Any:
    return jnp.sort(x, axis=axis)


def _argpartition(x: Any, kth: Any, axis: int = -1, **_: Any) -> Any:
    return jnp.argsort(x, axis=axis)


def _known(x: Any) -> Any:
    """Return an array in which what is infinite is NaN: LAPACK's SVD never ends where an element is infinite."""
    return jnp.where(jnp.isfinite(x), x, jnp.nan)


def _pseudo_inverse(x: Any, *_: Any, **settings: Any) -> Any:
    return jnp.linalg.pinv(_known(x), rtol=settings.get("rcond") or 1e-15)


def _svd(x: Any, full_matrices: bool = True, compute_uv: bool = True, **_: Any) -> Any:
    return jnp.linalg.svd(_known(x), full_matrices=full_matrices, compute_uv=compute_uv)


# ----- autograd's helpers -----


def _array(_: Any, settings: Mapping[str, Any], *parts: Any) -> Any:
    dtype = dict(settings).get("dtype")
    found = jnp.stack(jnp.broadcast_arrays(*common([jnp.asarray(each) for each in parts])))
    return found if dtype is None else found.astype(dtype)


def _array_of_one(arguments: Sequence[Any], settings: Mapping[str, Any], x: Any) -> Any:
    dtype = dict(settings).get("dtype", arguments[0] if arguments else None)
    found = jnp.asarray(x)
    found = found if dtype is None else found.astype(dtype)
    return found.reshape((1,) * (dict(settings).get("ndmin", 0) - found.ndim) + found.shape)


def _make_diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    if (offset, axis1, axis2) != (0, -1, -2):
        raise LoweringError("only diagonals of the last two axes are made on XLA")
    return x[..., None] * jnp.eye(x.shape[-1], dtype=x.dtype)


def transpose_of(function: Emitter, shape: Shape, dtype: Any) -> Emitter:
    """Return the transpose of a linear function of an array of this shape and dtype."""
    kind = jax.ShapeDtypeStruct(tuple(shape), dtype)  # type: ignore[no-untyped-call]
    transposed = jax.linear_transpose(function, kind)
    return lambda g: transposed(g)[0]


def _dot_back(first: bool) -> Emitter:
    def call(other: Any, g: Any, a_meta: Any, b_meta: Any) -> Any:
        shape, _, dtype, _ = a_meta if first else b_meta
        function = (lambda a: jnp.dot(a, other)) if first else (lambda b: jnp.dot(other, b))
        return transpose_of(function, shape, np.result_type(dtype, g.dtype))(g)

    return call


def _tensordot_back(first: bool) -> Emitter:
    def call(other: Any, g: Any, axes: Any, a_rank: int, b_rank: int) -> Any:
        rank = a_rank if first else b_rank
        own, others = _contracted(axes, a_rank, b_rank) if first else _contracted(axes, a_rank, b_rank)[::-1]
        sizes = dict(zip(own, (other.shape[k] for k in others), strict=True))
        left = g.shape[: a_rank - len(own)] if first else g.shape[a_rank - len(own) :]
        free = iter(left)
        shape = tuple(sizes[k] if k in sizes else next(free) for k in range(rank))
        function = (lambda a: jnp.tensordot(a, other, axes)) if first else (lambda b: jnp.tensordot(other, b, axes))
        return transpose_of(function, shape, np.result_type(g.dtype, other.dtype))(g)

    return call


def _contracted(axes: Any, a_rank: int, b_rank: int) -> tuple[list[int], list[int]]:
    """Return the axes of the first and of the second array that tensordot sums over."""
    if type(axes) is int:
        return list(range(a_rank - max(axes, 0), a_rank)), list(range(max(axes, 0)))
    first, second = ([each] if type(each) is int else list(each) for each in axes)
    return [k % a_rank for k in first], [k % b_rank for k in second]


# ----- our own -----


def _cast(x: Any, dtype: str) -> Any:
    array = jnp.asarray(x)
    return (array.real if array.dtype.kind == "c" and not dtype.startswith("complex") else array).astype(dtype)


def _filled(template: Sequence[Any], parts: Sequence[Any]) -> tuple[Any, ...]:
    rest = iter(parts)
    return tuple(next(rest) if type(each) is str and each == PART else each for each in template)


def _index(x: Any, template: Sequence[Any], *parts: Any) -> Any:
    if not parts:
        return x[tuple(template)]
    # A place that does not exist reads NaN, so that the run pauses and says where, as NumPy would.
    gap = jnp.nan if x.dtype.kind in "fc" else None
    return jnp.asarray(x).at[_filled(template, parts)].get(mode="fill", fill_value=gap)


def _scatter(g: Any, shape: Shape, template: Sequence[Any], *parts: Any) -> Any:
    if parts:
        return jnp.zeros(shape, g.dtype).at[_filled(template, parts)].add(g, mode="drop")
    return transpose_of(operator.itemgetter(tuple(template)), shape, g.dtype)(g)


def _put_along(g: Any, indices: Any, axis: int, shape: Shape) -> Any:
    grid = list(jnp.indices(indices.shape, sparse=True))
    grid[axis] = indices
    return jnp.zeros(shape, g.dtype).at[tuple(grid)].add(g)


def _contract(*operands: Any, subscripts: str) -> Any:
    return jnp.einsum(subscripts, *common(operands))


def _fourier(x: Any, axes: Shape, inverse: bool) -> Any:
    found = x if x.dtype.kind == "c" else x.astype("complex64" if x.dtype == np.float32 else "complex128")
    for axis in axes:
        found = (jnp.fft.ifft if inverse else jnp.fft.fft)(found, axis=axis)
    return found


def _triangular_solve(a: Any, b: Any, lower: bool, transposed: bool) -> Any:
    a, b = common((a, b))
    return lax.linalg.triangular_solve(a, b, left_side=True, lower=lower, transpose_a=transposed)


def _symmetric_eigen(x: Any) -> Any:
    return tuple(jnp.linalg.eigh(x))


def _singular_values(x: Any) -> Any:
    u, s, vt = jnp.linalg.svd(_known(x), full_matrices=False)
    return u, s, jnp.swapaxes(vt, -1, -2)


def _orthogonal_triangular(x: Any) -> Any:
    q, r = jnp.linalg.qr(x)
    sign = jnp.where(jnp.diagonal(r, axis1=-2, axis2=-1) < 0, -1, 1).astype(x.dtype)
    return q * sign[..., None, :], r * sign[..., :, None]


def _unchanged(x: Any, *_: Any) -> Any:
    return x


def _seen_from_host(name: str) -> Emitter:
    """Return a primitive that XLA lacks: NumPy or SciPy computes it, called back by the compiled program."""
    plain = PRIMITIVES[name].fun  # type: ignore[attr-defined]

    def call(x: Any, *arguments: Any) -> Any:
        def on_host(array: Any) -> Any:
            return np.asarray(plain(np.asarray(array), *arguments), x.dtype).reshape(np.shape(array))

        kind = jax.ShapeDtypeStruct(x.shape, x.dtype)  # type: ignore[no-untyped-call]
        return jax.pure_callback(on_host, kind, x, vmap_method="expand_dims")

    return call


# ----- random numbers by counter -----

_ROTATIONS: Final = (13, 15, 26, 6, 17, 29, 16, 24)


def threefry(key: tuple[Any, Any], x: Any, y: Any) -> tuple[Any, Any]:
    """Return the two words of every block with the counters (x, y), bit by bit as `engine.random_bits` does."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ np.uint32(0x1BD11BDA))
    x, y = x + schedule[0], y + schedule[1]
    for number in range(20):
        turn = _ROTATIONS[number % 8]
        x = x + y
        y = (y << np.uint32(turn) | y >> np.uint32(32 - turn)) ^ x
        if number % 4 == 3:
            group = number // 4 + 1
            x = x + schedule[group % 3]
            y = y + schedule[(group + 1) % 3] + np.uint32(group)
    return x, y


def _blocks(key: Any, shape: Shape) -> tuple[Any, Any]:
    count = int(np.prod(shape, dtype=np.int64))
    number = jnp.arange(count, dtype=jnp.uint32)
    first, second = threefry((key[0], key[1]), number, jnp.zeros_like(number))
    return first.reshape(shape), second.reshape(shape)


def _bits(key: Any, shape: Shape) -> Any:
    return _blocks(key, shape)[0]


def _fold(key: Any, number: Any) -> Any:
    number = jnp.asarray(number)
    if number.shape == (2,):  # the key of a call
        return jnp.stack(threefry((key[0], key[1]), number[0], number[1]))
    number = number.astype(np.int64)
    low, high = (number & 0xFFFFFFFF).astype(np.uint32), (number >> 32 & 0xFFFFFFFF).astype(np.uint32)
    return jnp.stack(threefry((key[0], key[1]), low, high))


def _uniform(key: Any, shape: Shape = (), dtype: str = "float64") -> Any:
    first, second = _blocks(key, shape)
    if dtype == "float32":
        return (first >> np.uint32(8)).astype(np.float32) / np.float32(16777216.0)
    high, low = (first >> np.uint32(5)).astype(np.float64), (second >> np.uint32(6)).astype(np.float64)
    return (high * 67108864.0 + low) / 9007199254740992.0


def _normal(key: Any, shape: Shape = (), dtype: str = "float64") -> Any:
    first, second = _blocks(key, shape)
    radius = jnp.sqrt(-2.0 * jnp.log((first.astype(np.float64) + 0.5) / 4294967296.0))
    angle = second.astype(np.float64) * (2.0 * np.pi / 4294967296.0)
    return (radius * jnp.cos(angle)).astype(dtype)


def _own() -> dict[str, Emitter]:
    special = jax.scipy.special
    return {
        "numpy.where": _where,
        "numpy.power": _power,
        "numpy.sort": _ordered(jnp.sort),
        "numpy.argsort": _ordered(jnp.argsort),
        "numpy.partition": _partition,
        "numpy.argpartition": _argpartition,
        "numpy.getitem": operator.getitem,
        "numpy.invert": jnp.invert,
        "numpy.linalg.pinv": _pseudo_inverse,
        "numpy.linalg.svd": _svd,
        "numpy.linalg.qr": _same(jnp.linalg.qr),
        "autograd.container_take": operator.getitem,
        "autograd.concatenate_args": lambda axis, *parts: jnp.concatenate(common(parts), axis),
        "autograd.array_from_args": _array,
        "autograd.array_from_scalar_or_array": _array_of_one,
        "autograd.make_diagonal": _make_diagonal,
        "autograd.dot_adjoint_0": _dot_back(True),
        "autograd.dot_adjoint_1": _dot_back(False),
        "autograd.tensordot_adjoint_0": _tensordot_back(True),
        "autograd.tensordot_adjoint_1": _tensordot_back(False),
        "gradwire.cast": _cast,
        "gradwire.expand": lambda x, shape: jnp.broadcast_to(x, shape),
        "gradwire.index": _index,
        "gradwire.scatter": _scatter,
        "gradwire.inverse_permutation": lambda order, axis: jnp.argsort(order, axis=axis, stable=True),
        "gradwire.take_along": lambda x, indices, axis: jnp.take_along_axis(x, indices, axis),
        "gradwire.put_along": _put_along,
        "gradwire.stop": _unchanged,
        "gradwire.stand_for": _unchanged,
        "gradwire.custom": lambda value, *_, **__: value,
        "gradwire.clip_cotangent": _unchanged,
        "gradwire.clip_cotangent_norm": _unchanged,
        "gradwire.contract": _contract,
        "gradwire.fourier": _fourier,
        "gradwire.triangular_solve": _triangular_solve,
        "gradwire.log_determinant": lambda x: jnp.linalg.slogdet(x)[1],
        "gradwire.determinant_sign": lambda x: jnp.linalg.slogdet(x)[0],
        "gradwire.pseudo_inverse": _pseudo_inverse,
        "gradwire.symmetric_eigen": _symmetric_eigen,
        "gradwire.singular_values": _singular_values,
        "gradwire.orthogonal_triangular": _orthogonal_triangular,
        "gradwire.gamma": special.gamma,
        "gradwire.log_gamma": special.gammaln,
        "gradwire.polygamma": _seen_from_host("gradwire.polygamma"),
        "gradwire.erf": special.erf,
        "gradwire.erfc": special.erfc,
        "gradwire.bessel": _seen_from_host("gradwire.bessel"),
        "gradwire.uniform": _uniform,
        "gradwire.normal": _normal,
        "gradwire.bits": _bits,
        "gradwire.fold": _fold,
        **windows.EMITTERS,
    }


def _named(prefix: str, module: Any, names: str, wrap: Callable[[Emitter], Emitter]) -> dict[str, Emitter]:
    return {f"{prefix}.{name}": wrap(getattr(module, name)) for name in names.split() if hasattr(module, name)}


def _emitters() -> dict[str, Emitter]:
    found: dict[str, Emitter] = {
        **_named("numpy", jnp, ELEMENTWISE, _promoted),
        **_named("numpy", jnp, SAME, _same),
        **_named("numpy.linalg", jnp.linalg, LINALG, _same),
        **_named("numpy.fft", jnp.fft, FOURIER, _same),
        **_own(),
    }
    return {name: each for name, each in found.items() if name in PRIMITIVES}


EMITTERS: Final[Mapping[str, Emitter]] = _emitters()
"""How each primitive is traced: called with JAX's arrays where the primitive takes arrays."""

_DYNAMIC: Final = (
    "argwhere compress extract flatnonzero intersect1d isin nonzero setdiff1d setxor1d trim_zeros union1d unique "
    "unique_all unique_counts unique_inverse unique_values"
)


def _refusals() -> dict[str, str]:
    dynamic = "makes an array whose shape depends on values, which XLA cannot do: use the backend numpy_code"
    other = "has no counterpart in XLA: use the backend numpy_code"
    short = {f"numpy.{name}": dynamic for name in _DYNAMIC.split()}
    return {
        name: f"The function {name.partition('.')[2]} {short.get(name, other)}."
        for name in PRIMITIVES
        if name not in EMITTERS
    }


REFUSED: Final[Mapping[str, str]] = _refusals()
"""Why a primitive cannot run on XLA, as a sentence; each primitive is here or in EMITTERS."""


def emitter(name: str) -> Emitter:
    """Return how a primitive is traced; raise LoweringError with its sentence where it is refused."""
    found = EMITTERS.get(name)
    if found is None:
        raise LoweringError(REFUSED.get(name, f"XLA knows no primitive {name}."))
    return found
