"""Functions an exported script for JAX may need besides the common ones."""

# mypy: ignore-errors

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as np


def stop(x):
    """Return x; no derivative passes."""
    return jax.lax.stop_gradient(x)


def stand_for(value, model):
    """Return value, with the derivatives of model."""
    return model + jax.lax.stop_gradient(value - model)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def clip_cotangent(x, limit):
    """Return x; what flows back is kept within -limit to limit."""
    return x


clip_cotangent.defvjp(lambda x, limit: (x, None), lambda limit, _, g: (np.clip(g, -limit, limit),))


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def clip_cotangent_norm(x, limit):
    """Return x; what flows back is shortened to the norm `limit` where it is longer."""
    return x


clip_cotangent_norm.defvjp(
    lambda x, limit: (x, None),
    lambda limit, _, g: (g * np.minimum(1.0, limit / np.sqrt(np.sum(np.abs(g) ** 2))),),
)


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def custom(value, given, fixed, back):
    """Return value, whose derivative by `given` is back(g, value, given, fixed)."""
    return value


custom.defvjp(
    lambda value, given, fixed, back: (value, (value, given, fixed)),
    lambda back, kept, g: (np.zeros_like(kept[0]), back(g, *kept), np.zeros_like(kept[2])),
)


def gamma(x):
    """Return the gamma function."""
    return jax.scipy.special.gamma(x)


def log_gamma(x):
    """Return the logarithm of the gamma function."""
    return jax.scipy.special.gammaln(x)


def erf(x):
    """Return the error function."""
    return jax.scipy.special.erf(x)


def erfc(x):
    """Return one minus the error function."""
    return jax.scipy.special.erfc(x)


def polygamma(x, order):
    """Return a derivative of the digamma function."""
    return jax.scipy.special.polygamma(order, x)


def array_of(parts, dtype=None):
    """Return numbers and arrays as one array."""
    found = np.stack([np.asarray(part) for part in parts])
    return found if dtype is None else found.astype(dtype)
