"""Special functions as primitives. SciPy is imported when the first of them is computed, never while recording."""

from __future__ import annotations

from typing import Any

import numpy as np
from autograd.extend import primitive

from engine.program.standin import stand_in
from engine.program.windows import standing


def _elementwise(name: str, x: Any, *before: Any) -> Any:
    if standing(x):
        return stand_in(x.shape, x.dtype)
    import scipy.special

    return getattr(scipy.special, name)(*before, x)


@primitive  # type: ignore[untyped-decorator]
def gamma(x: Any) -> Any:
    """Return the gamma function."""
    return _elementwise("gamma", x)


@primitive  # type: ignore[untyped-decorator]
def log_gamma(x: Any) -> Any:
    """Return the logarithm of the modulus of the gamma function."""
    return _elementwise("gammaln", x)


@primitive  # type: ignore[untyped-decorator]
def polygamma(x: Any, order: int) -> Any:
    """Return the derivative of that order of the digamma function."""
    if order == 0:
        return _elementwise("digamma", x)
    value = _elementwise("polygamma", x, order)
    return value if standing(x) else np.asarray(value).astype(np.result_type(x), copy=False)[()]


@primitive  # type: ignore[untyped-decorator]
def erf(x: Any) -> Any:
    """Return the error function."""
    return _elementwise("erf", x)


@primitive  # type: ignore[untyped-decorator]
def erfc(x: Any) -> Any:
    """Return one minus the error function, accurate where that is small."""
    return _elementwise("erfc", x)


@primitive  # type: ignore[untyped-decorator]
def bessel(x: Any, order: int) -> Any:
    """Return the Bessel function of the first kind of a whole order of 0 or more."""
    if order in (0, 1):
        return _elementwise(f"j{order}", x)
    return _elementwise("jv", x, order)


PRIMITIVES = (gamma, log_gamma, polygamma, erf, erfc, bessel)
