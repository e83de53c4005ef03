"""At what arguments each differentiable primitive is tried, and why some are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class Example(NamedTuple):
    """Arguments, settings, and the numbers of the arguments that are moved; `symmetric`: they move symmetrically."""

    arguments: tuple[Any, ...]
    settings: dict[str, Any] = {}
    moved: tuple[int, ...] = (0,)
    symmetric: bool = False


def at(*arguments: Any, moved: tuple[int, ...] = (0,), symmetric: bool = False, **settings: Any) -> Example:
    """Return an example."""
    return Example(arguments, settings, moved, symmetric)


X = np.array([0.31, -0.62, 0.85])
U = np.array([0.31, 0.62, 0.85])
M = np.array([[1.3, -0.4, 0.7], [0.2, 2.1, -0.5]])
B = np.arange(24.0).reshape(2, 3, 4) / 7 - 1.3
S = np.array([[2.3, 0.4, -0.7], [0.4, 1.1, 0.3], [-0.7, 0.3, 3.2]])
"""Symmetric, positive definite, with eigenvalues apart."""
A = np.array([[2.0, 0.5, -0.3], [0.1, 1.4, 0.6], [-0.2, 0.3, 0.9]])
"""Regular, not symmetric, with real eigenvalues."""
C = np.array([0.4 + 0.3j, -0.7 + 1.1j, 1.3 - 0.2j])
STACK = np.stack([A, A.T + np.eye(3)])
IMAGE = np.sin(np.arange(2 * 3 * 5 * 6.0)).reshape(2, 3, 5, 6)
KERNEL = np.cos(np.arange(4 * 3 * 2 * 3.0)).reshape(4, 3, 2, 3)

META, METAS = (None, 2, np.dtype("float64"), False), (None, 2, np.dtype("float64"), False)
"""What autograd tells the adjoints of a product about a matrix."""
BOTH = (0, 1)
ROW = np.array([[1.1], [-0.7]])


def pair(x: Any = X, y: Any = ROW) -> list[Example]:
    """Return two arrays that broadcast, both ways round."""
    return [at(x, y, moved=BOTH), at(y, x, moved=BOTH)]


def _named(names: str, *examples: Example) -> dict[str, list[Example]]:
    return {f"numpy.{name}": list(examples) for name in names.split()}


EXAMPLES: Mapping[str, list[Example]] = {
    **_named(
        "sin cos tan sinh cosh tanh arctan arcsinh exp exp2 expm1 negative square absolute fabs reciprocal degrees "
        "radians deg2rad rad2deg sinc arcsin arccos arctanh nan_to_num real_if_close",
        at(X),
    ),
    **_named("log log2 log10 log1p sqrt", at(U)),
    **_named("conjugate", at(C), at(X)),
    "numpy.sin": [at(X), at(C)],
    "numpy.exp": [at(X), at(C)],
    "numpy.log": [at(U), at(C)],
    "numpy.sqrt": [at(U), at(C)],
    "numpy.square": [at(X), at(C)],
    "numpy.absolute": [at(X), at(C)],
    "numpy.real": [at(C), at(X)],
    "numpy.angle": [at(C)],
    "numpy.arccosh": [at(X + 2.5)],
    **_named("add subtract multiply divide logaddexp logaddexp2 hypot arctan2 maximum minimum fmax fmin", *pair()),
    "numpy.multiply": [*pair(), at(C, X, moved=BOTH)],
    "numpy.divide": [*pair(), at(X, C, moved=BOTH)],
    "numpy.power": [*pair(U, np.abs(ROW)), at(U, 2), at(U, 1), at(U, 0), at(X, 3)],
    "numpy.remainder": [at(X + 3.1, np.array([0.7, 0.9, 1.3]), moved=BOTH)],
    **_named("atleast_1d atleast_2d atleast_3d ravel", at(X), at(np.array(0.4))),
    "numpy.clip": [at(X, -0.5, 0.7), at(X, None, 0.7), at(X, ROW - 1, 2.0)],
    "numpy.cross": [at(M, M[::-1] + 0.3, moved=BOTH), at(X, M, moved=BOTH), at(M, X, moved=BOTH)],
    "numpy.cumsum": [at(M, axis=1), at(M)],
    "numpy.diagonal": [at(S), at(B, axis1=1, axis2=2), at(B, 1, 2, 0), at(B, offset=-1, axis1=-1, axis2=-2)],
    "numpy.dot": [at(M, X, moved=BOTH), at(X, X + 1, moved=BOTH), at(M, S, moved=BOTH), at(B, B[0].T, moved=BOTH)],
    "numpy.einsum": [at("ij,jk->ik", M, S, moved=(1, 2)), at("ij->j", M, moved=(1,))],
    "numpy.full": [at((2, 3), np.array(0.4), moved=(1,))],
    "numpy.inner": [at(M, S, moved=BOTH)],
    "numpy.linspace": [at(np.array(0.2), np.array(1.7), 5, moved=BOTH)],
    "numpy.matmul": [at(M, S, moved=BOTH), at(STACK, S, moved=BOTH), at(M, X, moved=BOTH), at(X, STACK, moved=BOTH)],
    **_named("amax amin max min", at(B), at(B, axis=1), at(B, axis=(0, 2), keepdims=True)),
    "numpy.moveaxis": [at(B, 0, 2)],
    "numpy.outer": [at(X, U, moved=BOTH)],
    "numpy.partition": [at(X, 1), at(B, 1, axis=1)],
    "numpy.transpose": [at(B), at(B, (1, 2, 0))],
    "numpy.prod": [at(M), at(M * [[1, 0, 1], [1, 1, 0]], axis=1), at(B, axis=(0, 2), keepdims=True)],
    "numpy.repeat": [at(M, 2, axis=1), at(M, 3)],
    "numpy.reshape": [at(M, (3, 2))],
    "numpy.roll": [at(M, 1, axis=1), at(M, 2)],
    "numpy.rollaxis": [at(B, 2)],
    "numpy.sort": [at(X), at(B * np.cos(B * 9), axis=1), at(M, axis=None)],
    "numpy.squeeze": [at(X[None])],
    "numpy.sum": [at(M), at(B, axis=(0, 2)), at(C)],
    "numpy.swapaxes": [at(B, 0, 2)],
    "numpy.tensordot": [at(B, B[0], axes=((1, 2), (0, 1)), moved=BOTH), at(M, S, axes=1, moved=BOTH)],
    "numpy.trace": [at(S), at(B, axis1=1, axis2=2), at(M, 1), at(M, -1)],
    "numpy.pad": [at(M, ((1, 0), (2, 1)), "constant")],
    "numpy.diff": [at(M), at(M, axis=0)],
    "numpy.gradient": [at(np.cos(np.arange(5.0)), axis=0), at(B, axis=2)],
    "numpy.rot90": [at(M)],
    **_named("array_split split", at(B, 2, axis=2)),
    "numpy.dsplit": [at(B, 2)],
    "numpy.hsplit": [at(B, 3)],
    "numpy.vsplit": [at(B, 2)],
    "numpy.expand_dims": [at(M, 1)],
    "numpy.kron": [at(M, S, moved=BOTH)],
    "numpy.tile": [at(M, (2, 1)), at(X, 3)],
    "numpy.diag": [at(X), at(S, 1)],
    **_named("fliplr flipud tril triu", at(M)),
    "numpy.imag": [at(C)],
    "numpy.flip": [at(B), at(B, 1), at(B, axis=(0, 2))],
    "numpy.where": [at(ROW > 0, X, ROW, moved=(1, 2))],
    "numpy.linalg.solve": [at(A, X, moved=BOTH), at(A, M.T, moved=BOTH), at(STACK, np.stack([M.T, -M.T]), moved=BOTH)],
    "numpy.linalg.inv": [at(A), at(STACK)],
    "numpy.linalg.cholesky": [at(S, symmetric=True)],
    "numpy.linalg.pinv": [at(M), at(M.T)],
    "numpy.linalg.slogdet": [at(A), at(-A)],
    "numpy.linalg.det": [at(A), at(STACK)],
    "numpy.linalg.svd": [at(M, full_matrices=False), at(M.T, full_matrices=False), at(A, compute_uv=False)],
    "numpy.linalg.eig": [at(A)],
    "numpy.linalg.eigh": [at(S), at(S, UPLO="U")],
    "numpy.linalg.norm": [at(X), at(M, axis=1), at(X, 3)],
    **{f"numpy.fft.{name}": [at(C), at(X), at(X, 5)] for name in ("fft", "ifft")},
    **{f"numpy.fft.{name}": [at(B + 0.5j * B[::-1])] for name in ("fft2", "ifft2", "fftn", "ifftn")},
    **{f"numpy.fft.{name}": [at(B)] for name in ("rfft", "rfft2", "rfftn")},
    **{f"numpy.fft.{name}": [at(np.fft.rfftn(B))] for name in ("irfft", "irfft2", "irfftn")},
    **{f"numpy.fft.{name}": [at(M), at(M, axes=1)] for name in ("fftshift", "ifftshift")},
    "numpy.fft.truncate_pad": [at(M, (3, 2))],
    "numpy.mean": [at(M), at(B, axis=(0, 2), keepdims=True)],
    **_named("var std", at(M), at(B, axis=1, ddof=1), at(B, axis=(0, 2), keepdims=True), at(C)),
    "numpy.getitem": [at(B, 1), at(B, (slice(None), slice(2, 0, -1), None)), at(X, np.array([0, 2, 2]))],
    "autograd.concatenate_args": [at(1, M, ROW, moved=(1, 2))],
    "autograd.array_from_args": [at((), {}, X[0], X[1], moved=(2, 3)), at((), {}, M, S[:2], moved=(2, 3))],
    "autograd.array_from_scalar_or_array": [at((), {}, X, moved=(2,))],
    "autograd.make_diagonal": [at(X, axis1=-1, axis2=-2)],
    "autograd.dot_adjoint_0": [at(S, M, META, METAS, moved=BOTH)],
    "autograd.dot_adjoint_1": [at(M, M + 0.3, META, METAS, moved=BOTH)],
    "autograd.tensordot_adjoint_0": [at(S, M, 1, 2, 2, moved=BOTH)],
    "autograd.tensordot_adjoint_1": [at(M, M + 0.3, 1, 2, 2, moved=BOTH)],
    "gradwire.expand": [at(ROW, (4, 2, 3))],
    "gradwire.cast": [at(X, "float64")],
    "gradwire.index": [at(M, (slice(None), "·"), np.array([2, 0, 2]))],
    "gradwire.scatter": [at(X, (5,), ("·",), np.array([1, 4, 1]))],
    "gradwire.take_along": [at(M, np.array([[2, 0], [1, 1]]), 1)],
    "gradwire.put_along": [at(M[:, :2], np.array([[2, 0], [1, 1]]), 1, (2, 3))],
    "gradwire.contract": [
        at(M, S, X, subscripts="ij,jk,k->ik", moved=(0, 1, 2)), at(S, subscripts="ii->i"), at(M, subscripts="ij->"),
    ],
    "gradwire.fourier": [at(C, (0,), False), at(X, (0,), True), at(B, (0, 2), False)],
    "gradwire.triangular_solve": [
        at(A, M.T, lower, transposed, moved=BOTH) for lower in (True, False) for transposed in (True, False)
    ],
    "gradwire.log_determinant": [at(A), at(STACK)],
    "gradwire.pseudo_inverse": [at(M), at(M.T)],
    "gradwire.symmetric_eigen": [at(S, symmetric=True), at(np.stack([S, S @ S]), symmetric=True)],
    "gradwire.singular_values": [at(M), at(M.T), at(STACK)],
    "gradwire.orthogonal_triangular": [at(M.T), at(STACK)],
    **{f"gradwire.{name}": [at(X + 2.5)] for name in ("gamma", "log_gamma", "erf", "erfc")},
    "gradwire.polygamma": [at(X + 2.5, 0), at(X + 2.5, 2)],
    "gradwire.bessel": [at(X + 2.5, order) for order in (0, 1, 3)],
    "gradwire.correlate": [at(IMAGE, KERNEL, (1, 1), moved=BOTH), at(IMAGE, KERNEL, (2, 1), moved=BOTH)],
    "gradwire.correlate_back": [at(np.cos(np.arange(2 * 4 * 4 * 4.0)).reshape(2, 4, 4, 4), KERNEL, (1, 1), IMAGE.shape,
                                   moved=BOTH)],
    "gradwire.correlate_kernel": [at(np.cos(np.arange(2 * 4 * 4 * 4.0)).reshape(2, 4, 4, 4), IMAGE, (1, 1), (2, 3),
                                     moved=BOTH)],
    "gradwire.pad_edges": [at(B, (1, 2), (2, 1), mode) for mode in ("zero", "reflect", "wrap")],
    "gradwire.fold_edges": [at(B, (1, 0), (0, 1), mode) for mode in ("zero", "reflect", "wrap")],
    "gradwire.window_sum": [at(B, (2, 3), (1, 1))],
    "gradwire.window_spread": [at(B, (2, 3), (1, 2), (2, 4, 9))],
    "gradwire.pick": [at(M, np.array([[0, 5], [5, 2]]))],
    "gradwire.put": [at(X, np.array([0, 5, 5]), (2, 3))],
}  # fmt: skip
"""Examples by the name of the primitive."""

REASONS: Mapping[str, str] = {
    "numpy.astype": "recorded as gradwire.cast",
    "numpy.broadcast_to": "recorded as gradwire.expand",
    "autograd.container_take": "takes one of several arrays: the rules of what gives them give all their tangents",
    "gradwire.stand_for": "its derivative is not its function's, on purpose: see tests/nodes/test_gradients.py",
    "gradwire.custom": "a person gives it for cotangents alone, forwards it is transposed: see test_custom_derivatives",
    "gradwire.clip_cotangent": "exists only backwards, and says so: see tests/nodes/test_gradients.py",
    "gradwire.clip_cotangent_norm": "exists only backwards, and says so: see tests/nodes/test_gradients.py",
}
"""Why a primitive that has derivatives has no example."""
