"""What a text of Python may call: names out of our own tables, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import autograd.numpy as anp
import autograd.numpy.fft as anp_fft
import autograd.numpy.linalg as anp_linalg
import numpy as np

from engine.python.functions import WRITTEN

_ELEMENTWISE: Final = (
    "abs", "absolute", "fabs", "negative", "sign", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt",
    "square", "reciprocal", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh",
    "arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg", "radians", "degrees", "sinc", "floor", "ceil", "rint",
    "trunc", "maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2", "add", "subtract",
    "multiply", "divide", "true_divide", "floor_divide", "power", "mod", "remainder", "clip", "where", "isfinite",
    "isinf", "isnan", "logical_and", "logical_or", "logical_not", "logical_xor", "greater", "greater_equal", "less",
    "less_equal", "equal", "not_equal", "real", "imag", "conj", "conjugate", "angle", "nan_to_num",
)  # fmt: skip
_REDUCTIONS: Final = (
    "sum", "mean", "prod", "var", "std", "max", "min", "amax", "amin", "all", "any", "argmax", "argmin", "cumsum",
    "sort", "argsort", "count_nonzero",
)  # fmt: skip
_SHAPES: Final = (
    "reshape", "ravel", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze", "broadcast_to", "concatenate",
    "stack", "vstack", "hstack", "repeat", "fliplr", "flipud", "rot90", "diag",
    "triu", "tril", "take_along_axis", "split", "array_split", "diff",
)  # fmt: skip
_PRODUCTS: Final = ("dot", "matmul", "inner", "tensordot", "einsum", "kron", "trace", "cross")
_LINALG: Final = ("inv", "det", "slogdet", "solve", "cholesky", "eigh")
_FFT: Final = ("fft", "ifft", "fft2", "ifft2")


def _table(module: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names if hasattr(module, name)}


FUNCTIONS: Final[Mapping[str, Any]] = {
    **_table(anp, _ELEMENTWISE + _REDUCTIONS + _SHAPES + _PRODUCTS),
    **WRITTEN,
    **{f"linalg.{name}": each for name, each in _table(anp_linalg, _LINALG).items()},
    **{f"fft.{name}": each for name, each in _table(anp_fft, _FFT).items()},
}
"""NumPy's functions by the name after `np.`; each takes arrays and the same words NumPy's does."""

MATH: Final[Mapping[str, str]] = {
    **{name: name for name in (
        "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "floor",
        "ceil", "trunc", "fabs", "hypot", "degrees", "radians", "isfinite", "isinf", "isnan",
    )},
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh", "pow": "power", "fsum": "sum", "prod": "prod",
}  # fmt: skip
"""Functions of `math` -> NumPy's name of the same."""

CONSTANTS: Final[Mapping[str, float | None]] = {
    "pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None, "euler_gamma": np.euler_gamma,
    "tau": math.tau,
}  # fmt: skip
"""Numbers of `np` and `math` (and `np.newaxis`)."""

DTYPES: Final[Mapping[str, str]] = {
    "float64": "float64", "float32": "float32", "complex128": "complex128", "complex64": "complex64",
    "int64": "int64", "bool_": "bool", "float": "float64", "int": "int64", "bool": "bool", "complex": "complex128",
}  # fmt: skip
"""Words for the dtypes a wire may carry."""

MODULES: Final[Mapping[str, str]] = {
    "numpy": "np", "autograd.numpy": "np", "jax.numpy": "np", "math": "math",
}  # fmt: skip
"""Modules that may be imported, all of which mean the functions listed here."""

METHODS: Final[Mapping[str, str]] = {
    name: name
    for name in (
        "sum", "mean", "prod", "var", "std", "max", "min", "all", "any", "argmax", "argmin", "cumsum", "cumprod", "dot",
        "reshape", "ravel", "transpose", "swapaxes", "squeeze", "repeat", "diagonal", "trace", "clip", "conj", "take",
    )
} | {"flatten": "ravel", "conjugate": "conj"}  # fmt: skip
"""Methods of arrays -> NumPy's function that takes the array first."""

KNOWN_BEFORE: Final = frozenset({
    "roll", "tile", "repeat", "reshape", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze", "broadcast_to",
    "diff", "triu", "tril", "pad", "flip", "split", "array_split", "trace", "diag", "diagonal", "rot90", "fft.fft",
    "fft.ifft", "fft.fft2", "fft.ifft2",
})  # fmt: skip
"""Functions whose arguments after the first are counts, axes and shapes: they decide what the result is like, so they
must be known before running."""
