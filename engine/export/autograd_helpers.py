"""Functions an exported script for autograd may need besides the common ones."""

# mypy: ignore-errors

from __future__ import annotations

import autograd.numpy as np
import numpy as onp
from autograd.extend import defvjp, primitive


@primitive
def stop(x):
    """Return x; no derivative passes."""
    return x


defvjp(stop, lambda ans, x: lambda g: onp.zeros_like(g))


@primitive
def stand_for(value, model):
    """Return value, with the derivatives of model."""
    return value


defvjp(stand_for, None, lambda ans, value, model: lambda g: g)


@primitive
def clip_cotangent(x, limit):
    """Return x; what flows back is kept within -limit to limit."""
    return x


defvjp(clip_cotangent, lambda ans, x, limit: lambda g: np.clip(g, -limit, limit), None)


@primitive
def clip_cotangent_norm(x, limit):
    """Return x; what flows back is shortened to the norm `limit` where it is longer."""
    return x


defvjp(
    clip_cotangent_norm,
    lambda ans, x, limit: lambda g: g * np.minimum(1.0, limit / np.sqrt(np.sum(np.abs(g) ** 2))),
    None,
)


@primitive
def custom(value, given, fixed, back):
    """Return value, whose derivative by `given` is back(g, value, given, fixed)."""
    return value


defvjp(custom, None, lambda ans, value, given, fixed, back: lambda g: back(g, ans, given, fixed), None, None)


def special(name):
    """Return a function of autograd.scipy.special."""
    import autograd.scipy.special

    return getattr(autograd.scipy.special, name)


def gamma(x):
    """Return the gamma function."""
    return special("gamma")(x)


def log_gamma(x):
    """Return the logarithm of the gamma function."""
    return special("gammaln")(x)


def erf(x):
    """Return the error function."""
    return special("erf")(x)


def erfc(x):
    """Return one minus the error function."""
    return special("erfc")(x)


def polygamma(x, order):
    """Return a derivative of the digamma function."""
    return special("polygamma")(order, x)


def array_of(parts, dtype=None):
    """Return numbers and arrays as one array."""
    found = np.array(list(parts))
    return found if dtype is None else found.astype(dtype)
