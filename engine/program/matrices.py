"""Primitives of matrices, Fourier transforms and products by subscripts, where autograd has no sound rule."""

from __future__ import annotations

from typing import Any

import numpy as np
from autograd.extend import primitive

from engine.program.standin import stand_in
from engine.program.windows import standing
from engine.types import Shape


@primitive  # type: ignore[untyped-decorator]
def contract(*operands: Any, subscripts: str) -> Any:
    """Return numpy.einsum(subscripts, *operands); the subscripts name the output and every axis, and none is
    broadcast."""
    if standing(*operands):
        inputs, output = subscripts.split("->")
        sizes = {
            letter: size
            for letters, each in zip(inputs.split(","), operands, strict=True)
            for letter, size in zip(letters, np.shape(each), strict=True)
        }
        return stand_in(tuple(sizes[letter] for letter in output), np.result_type(*(each.dtype for each in operands)))
    return np.einsum(subscripts, *operands, optimize=len(operands) > 1)


@primitive  # type: ignore[untyped-decorator]
def fourier(x: Any, axes: Shape, inverse: bool) -> Any:
    """Return the discrete Fourier transform over `axes`, complex; the inverse one is divided by the count."""
    if standing(x):
        return stand_in(x.shape, np.dtype("complex64" if x.dtype in (np.float32, np.complex64) else "complex128"))
    return (np.fft.ifftn if inverse else np.fft.fftn)(x, axes=axes)


@primitive  # type: ignore[untyped-decorator]
def triangular_solve(a: Any, b: Any, lower: bool, transposed: bool) -> Any:
    """Return the x with a x = b (or a^T x = b), reading one triangle of a: a (..., n, n), b (..., n, k)."""
    if standing(a, b):
        return stand_in(b.shape, np.result_type(a.dtype, b.dtype))
    from scipy.linalg import solve_triangular

    out = np.empty(b.shape, np.result_type(a, b))
    for place in np.ndindex(b.shape[:-2]):
        out[place] = solve_triangular(a[place], b[place], lower=lower, trans="T" if transposed else "N")
    return out


@primitive  # type: ignore[untyped-decorator]
def log_determinant(x: Any) -> Any:
    """Return the logarithm of the modulus of the determinant of real matrices (..., n, n)."""
    return stand_in(x.shape[:-2], x.dtype) if standing(x) else np.linalg.slogdet(x)[1]


@primitive  # type: ignore[untyped-decorator]
def determinant_sign(x: Any) -> Any:
    """Return the sign of the determinant of real matrices (..., n, n)."""
    return stand_in(x.shape[:-2], x.dtype) if standing(x) else np.linalg.slogdet(x)[0]


def known(x: Any) -> Any:
    """Return an array whose elements are all finite: LAPACK's SVD never ends where one is infinite."""
    if not np.all(np.isfinite(x)):
        raise np.linalg.LinAlgError("a matrix with infinite or NaN elements has no singular values")
    return x


@primitive  # type: ignore[untyped-decorator]
def pseudo_inverse(x: Any) -> Any:
    """Return the Moore-Penrose inverse of real matrices (..., m, n)."""
    return stand_in((*x.shape[:-2], x.shape[-1], x.shape[-2]), x.dtype) if standing(x) else np.linalg.pinv(known(x))


@primitive  # type: ignore[untyped-decorator]
def symmetric_eigen(x: Any) -> Any:
    """Return eigenvalues (..., n), rising, and eigenvectors in columns (..., n, n) of real symmetric matrices."""
    if standing(x):
        return stand_in(x.shape[:-1], x.dtype), stand_in(x.shape, x.dtype)
    return tuple(np.linalg.eigh(x))


@primitive  # type: ignore[untyped-decorator]
def singular_values(x: Any) -> Any:
    """Return the thin SVD u (..., m, k), s (..., k), v (..., n, k) of real matrices with x = u diag(s) v^T."""
    if standing(x):
        (*batch, m, n), k = x.shape, min(x.shape[-2:])
        return (
            stand_in((*batch, m, k), x.dtype),
            stand_in((*batch, k), x.dtype),
            stand_in((*batch, n, k), x.dtype),
        )
    u, s, vt = np.linalg.svd(known(x), full_matrices=False)
    return u, s, np.swapaxes(vt, -1, -2)


@primitive  # type: ignore[untyped-decorator]
def orthogonal_triangular(x: Any) -> Any:
    """Return q (..., m, n) and r (..., n, n) of real matrices with m >= n; the diagonal of r is not negative."""
    if standing(x):
        return stand_in(x.shape, x.dtype), stand_in((*x.shape[:-2], x.shape[-1], x.shape[-1]), x.dtype)
    q, r = np.linalg.qr(x)
    sign = np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0, -1, 1).astype(x.dtype)
    return q * sign[..., None, :], r * sign[..., :, None]


PRIMITIVES = (
    contract, fourier, triangular_solve, log_determinant, determinant_sign, pseudo_inverse, symmetric_eigen,
    singular_values, orthogonal_triangular,
)  # fmt: skip
