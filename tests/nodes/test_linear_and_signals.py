"""Linear algebra, signals and special functions next to JAX, SciPy and NumPy; what they refuse; higher derivatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import scipy.special

from engine.errors import ShapeError
from engine.program import windows
from engine.types import ArrayType
from nodes.library import LIBRARY

RANDOM = np.random.default_rng(8)


def drawn(*shape: int) -> Any:
    return RANDOM.normal(0, 1, shape)


SQUARE = drawn(4, 4) + 3 * np.eye(4)
STACK = drawn(2, 4, 4) + 3 * np.eye(4)
SYMMETRIC = drawn(4, 4) @ np.diag([1.0, 2.0, 4.0, 7.0])
SYMMETRIC = SYMMETRIC @ SYMMETRIC.T
TALL = drawn(5, 3)
POSITIVE = np.array([0.1, 0.5, 1.3, 2.5, 7.0])
ANY = np.array([-3.5, -1.2, -0.25, 0.5, 2.2, 4.0])
BETWEEN = np.array([0.01, 0.3, 0.5, 0.99])
IMAGES, FILTERS = drawn(2, 3, 6, 7), drawn(4, 3, 3, 2)
LINES, TAPS = drawn(2, 3, 9), drawn(4, 3, 4)


def _half(x: Any) -> Any:
    return 0.5 * (x + jnp.swapaxes(x, -1, -2))


def _conv(x: Any, kernel: Any, stride: int = 1, padding: Any = "VALID") -> Any:
    return jax.lax.conv_general_dilated(x, kernel, (stride,) * (x.ndim - 2), padding)


def _around(mode: str) -> Callable[..., Any]:
    def padded(x: Any, kernel: Any) -> Any:
        return _conv(jnp.pad(x, ((0, 0), (0, 0), (1, 1), (0, 1)), mode=mode), kernel)

    return padded


def _pool(x: Any, size: int, stride: int) -> Any:
    ones = (1,) * (x.ndim - 2)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (*ones, size, size), (*ones, stride, stride), "VALID")


def _mean_pool(x: Any, size: int, stride: int) -> Any:
    ones = (1,) * (x.ndim - 2)
    total = jax.lax.reduce_window(x, 0.0, jax.lax.add, (*ones, size, size), (*ones, stride, stride), "VALID")
    return total / size**2


def _spread(x: Any, kernel: Any) -> Any:
    shape = (
        x.shape[0],
        kernel.shape[1],
        *(2 * (n - 1) + k for n, k in zip(x.shape[2:], kernel.shape[2:], strict=True)),
    )
    return jax.vjp(lambda y: _conv(y, kernel, 2), jnp.zeros(shape))[1](x)[0]


COUNTERPARTS: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    ("linear_algebra.dot", lambda x, y: jnp.sum(x * y, -1), (TALL, TALL[0]), {}),
    ("linear_algebra.outer", jnp.outer, (POSITIVE, ANY), {}),
    ("linear_algebra.cross", jnp.cross, (TALL, TALL[::-1]), {}),
    ("linear_algebra.einsum", lambda x, y: jnp.einsum("ij,kj->ik", x, y), (TALL, TALL), {"subscripts": "ij,kj->ik"}),
    ("linear_algebra.einsum", lambda x: jnp.einsum("...ii", x), (STACK,), {"subscripts": "...ii"}),
    ("linear_algebra.kronecker", jnp.kron, (TALL, SQUARE), {}),
    ("linear_algebra.trace", jnp.trace, (SQUARE,), {}),
    ("linear_algebra.matrix_power", lambda x: jnp.linalg.matrix_power(x, 5), (SQUARE,), {"power": 5}),
    ("linear_algebra.matrix_power", lambda x: jnp.linalg.matrix_power(x, -3), (SQUARE,), {"power": -3}),
    ("linear_algebra.solve", jnp.linalg.solve, (SQUARE, drawn(4, 2)), {}),
    ("linear_algebra.solve", jnp.linalg.solve, (SQUARE, drawn(4)), {}),
    (
        "linear_algebra.solve_triangular",
        lambda a, b: jax.scipy.linalg.solve_triangular(a, b, lower=True),
        (SQUARE, drawn(4, 2)),
        {},
    ),
    ("linear_algebra.inverse", jnp.linalg.inv, (STACK,), {}),
    ("linear_algebra.pseudo_inverse", jnp.linalg.pinv, (TALL,), {}),
    ("linear_algebra.determinant", jnp.linalg.det, (STACK,), {}),
    ("linear_algebra.log_determinant", lambda x: jnp.linalg.slogdet(x)[1], (STACK,), {}),
    ("linear_algebra.cholesky", lambda x: jnp.linalg.cholesky(_half(x)), (SYMMETRIC,), {}),
    ("linear_algebra.eigh", lambda x: jnp.linalg.eigh(_half(x))[0], (SYMMETRIC,), {}),
    ("linear_algebra.svd", lambda x: jnp.linalg.svd(x, full_matrices=False)[1], (TALL,), {}),
    ("linear_algebra.matrix_norm", lambda x: jnp.linalg.norm(x, "nuc"), (TALL,), {"kind": "nuclear"}),
    ("linear_algebra.matrix_norm", lambda x: jnp.linalg.norm(x, 2), (TALL,), {"kind": "spectral"}),
    ("linear_algebra.matrix_norm", lambda x: jnp.linalg.norm(x, 1), (TALL,), {"kind": "columns"}),
    ("linear_algebra.matrix_norm", lambda x: jnp.linalg.norm(x, jnp.inf), (TALL,), {"kind": "rows"}),
    ("linear_algebra.matrix_norm", jnp.linalg.norm, (TALL,), {}),
    ("signal.correlate_2d", _conv, (IMAGES, FILTERS), {}),
    ("signal.correlate_2d", lambda x, k: _conv(x, k, 2, "SAME"), (IMAGES, FILTERS), {"boundary": "zero", "stride": 2}),
    ("signal.correlate_2d", _around("reflect"), (IMAGES, FILTERS), {"boundary": "reflect"}),
    ("signal.correlate_2d", _around("wrap"), (IMAGES, FILTERS), {"boundary": "wrap"}),
    ("signal.correlate_1d", _conv, (LINES, TAPS), {}),
    ("signal.convolve_1d", lambda x, k: jnp.convolve(x, k, "valid"), (LINES[0, 0], TAPS[0, 0]), {}),
    ("signal.transposed_convolution_2d", _spread, (IMAGES, drawn(3, 2, 3, 2)), {"stride": 2}),
    ("signal.max_pool_2d", lambda x: _pool(x, 2, 2), (IMAGES,), {}),
    ("signal.max_pool_2d", lambda x: _pool(x, 3, 1), (IMAGES,), {"size": 3, "stride": 1}),
    ("signal.average_pool_2d", lambda x: _mean_pool(x, 3, 2), (IMAGES,), {"size": 3, "stride": 2}),
    ("signal.interpolate", jnp.interp, (ANY, np.array([-2.0, -1.0, 1.0, 3.0]), drawn(4)), {}),
    ("signal.polynomial", lambda x, c: jnp.polyval(c[::-1], x), (ANY, drawn(4)), {}),
    ("signal.irfft", jnp.fft.irfft, (drawn(5),), {}),
    ("elementwise.gamma", jsp.gamma, (POSITIVE,), {}),
    ("elementwise.log_gamma", jsp.gammaln, (POSITIVE,), {}),
    ("elementwise.digamma", jsp.digamma, (POSITIVE,), {}),
    ("elementwise.polygamma", lambda x: jsp.polygamma(2, x), (POSITIVE,), {"order": 2}),
    ("elementwise.log_beta", jsp.betaln, (POSITIVE, POSITIVE[::-1]), {}),
    ("elementwise.beta", jsp.beta, (POSITIVE, POSITIVE[::-1]), {}),
    ("elementwise.erf", jsp.erf, (ANY,), {}),
    ("elementwise.erfc", jsp.erfc, (ANY,), {}),
    ("elementwise.logit", jsp.logit, (BETWEEN,), {}),
]
PART = {"linear_algebra.log_determinant": 1, "linear_algebra.eigh": 0, "linear_algebra.svd": 1}


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def called(id: str, *arguments: Any, **settings: Any) -> Any:
    function = LIBRARY[id].function
    assert function is not None
    defaults = {name: spec.default for name, spec in LIBRARY[id].settings.items()}
    found = function(*arguments, **(defaults | settings))
    return found[PART[id]] if id in PART else found


@pytest.mark.parametrize(
    ("id", "other", "arguments", "settings"), COUNTERPARTS, ids=[f"{c[0]}-{k}" for k, c in enumerate(COUNTERPARTS)]
)
def test_values_and_gradients_are_those_of_jax(
    id: str, other: Callable[..., Any], arguments: tuple[Any, ...], settings: dict[str, Any]
) -> None:
    wanted = other(*arguments)
    np.testing.assert_allclose(called(id, *arguments, **settings), wanted, rtol=1e-9, atol=1e-11)
    cotangent = np.random.default_rng(4).uniform(0.5, 1.5, wanted.shape)
    for number in range(len(arguments)):
        ours = autograd.grad(lambda *xs: anp.sum(cotangent * called(id, *xs, **settings)), number)(*arguments)
        theirs = jax.grad(lambda *xs: jnp.sum(cotangent * other(*xs)), number)(*arguments)
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8 * np.abs(theirs).max())


def test_transforms_are_those_of_numpy() -> None:
    x, z = drawn(3, 6), drawn(3, 5) + 1j * drawn(3, 5)
    np.testing.assert_allclose(called("signal.fft", x), np.fft.fft(x))
    np.testing.assert_allclose(called("signal.ifft", z, axis=0), np.fft.ifft(z, axis=0))
    np.testing.assert_allclose(called("signal.fft_2d", z), np.fft.fft2(z))
    np.testing.assert_allclose(called("signal.ifft_2d", z), np.fft.ifft2(z))
    np.testing.assert_allclose(called("signal.rfft", x), np.fft.rfft(x))
    np.testing.assert_allclose(called("signal.irfft", z, odd=True), np.fft.irfft(z, 9))
    np.testing.assert_allclose(called("signal.irfft", z), np.fft.irfft(z, 8))


def test_filters_are_those_of_scipy() -> None:
    image, kernel = drawn(7, 8), drawn(3, 3)
    for boundary, mode in (("zero", "constant"), ("reflect", "mirror"), ("wrap", "wrap")):
        wanted = scipy.ndimage.correlate(image, kernel, mode=mode)
        np.testing.assert_allclose(called("signal.correlate_2d", image, kernel, boundary=boundary), wanted)
    wanted = scipy.signal.convolve2d(image, kernel, "valid")
    np.testing.assert_allclose(called("signal.convolve_2d", image, kernel), wanted)


def test_bessel_functions_are_those_of_scipy() -> None:
    for order in (0, 1, 4):
        np.testing.assert_allclose(called("elementwise.bessel", ANY, order=order), scipy.special.jv(order, ANY))
        slope = autograd.elementwise_grad(lambda x, order=order: called("elementwise.bessel", x, order=order))(ANY)
        np.testing.assert_allclose(slope, scipy.special.jvp(order, ANY), rtol=1e-12)


def test_decompositions_put_together_what_they_took_apart() -> None:
    for x in (TALL, TALL.T, np.stack([TALL, TALL[::-1]])):
        u, s, v = LIBRARY["linear_algebra.svd"].function(x)  # type: ignore[misc]
        np.testing.assert_allclose((u * s[..., None, :]) @ np.swapaxes(v, -1, -2), x)
    q, r = LIBRARY["linear_algebra.qr"].function(TALL)  # type: ignore[misc]
    np.testing.assert_allclose(q @ r, TALL)
    assert (np.diagonal(r) > 0).all()
    np.testing.assert_allclose(q.T @ q, np.eye(3), atol=1e-14)


def test_equal_eigenvalues_have_a_derivative_where_vectors_are_not_used() -> None:
    gradient = autograd.grad(lambda x: anp.sum(LIBRARY["linear_algebra.eigh"].function(x)[0] ** 2))(2 * np.eye(3))
    np.testing.assert_allclose(gradient, 4 * np.eye(3))


def test_a_tie_in_a_window_goes_to_the_first_and_nan_stays_nan() -> None:
    gradient = autograd.grad(lambda x: anp.sum(called("signal.max_pool_2d", x)))(np.ones((2, 4)))
    np.testing.assert_array_equal(gradient, [[1, 0, 1, 0], [0, 0, 0, 0]])
    holed = np.array([[1.0, 2.0, 3.0, 4.0], [np.nan, 5.0, 6.0, 7.0]])
    np.testing.assert_array_equal(called("signal.max_pool_2d", holed), [[np.nan, 7.0]])


def test_padding_and_folding_are_transposes() -> None:
    x = drawn(2, 4, 5)
    for mode in ("zero", "reflect", "wrap"):
        y = windows.pad_edges(x, (1, 2), (2, 1), mode)
        g = drawn(*y.shape)
        assert np.isclose(np.sum(g * y), np.sum(windows.fold_edges(g, (1, 2), (2, 1), mode) * x))


@pytest.mark.parametrize("stride", [(1, 1), (2, 1)])
@pytest.mark.parametrize(("filters", "channels"), [(2, 4), (3, 3), (4, 2), (1, 1)])
def test_correlation_and_its_transpose_by_x_agree(filters, channels, stride):
    """Both ways of taking it: spreading the kernel, and collecting where there are no more filters than channels."""
    random = np.random.default_rng(filters)
    x, kernel = random.normal(size=(2, channels, 7, 6)), random.normal(size=(filters, channels, 3, 2))
    y = windows.correlate(x, kernel, stride)
    g = random.normal(size=y.shape) + 1j * random.normal(size=y.shape)
    back = windows.correlate_back(g, kernel, stride, x.shape)
    assert (back.shape, back.dtype.name, back.flags.c_contiguous) == (x.shape, "complex128", True)
    assert np.isclose(np.sum(g * y), np.sum(back * x))


REFUSED = [
    ("linear_algebra.solve", ((3, 3), (4, 2)), {}, r"\(3, 3\).*\(4, 2\): axis 1 of a is 3 and axis 0 of b is 4"),
    ("linear_algebra.inverse", ((3, 4),), {}, r"\(3, 4\): axis 0 is 3 and axis 1 is 4"),
    ("linear_algebra.cross", ((5, 2), (5, 2)), {}, r"\(5, 2\).*last axis must be 3"),
    ("linear_algebra.dot", ((5, 2), (5, 3)), {}, r"axis 1 of x is 2 and axis 1 of y is 3"),
    ("linear_algebra.qr", ((2, 3),), {}, r"at least as many rows"),
    ("linear_algebra.einsum", ((2, 3), (4, 5)), {}, r"\(2, 3\).*\(4, 5\): axis 0 of xs.1, j, is 4 and was 3"),
    ("linear_algebra.einsum", ((2, 3),), {}, r"name 2 inputs, and 1 are wired"),
    ("linear_algebra.einsum", ((2,),), {"subscripts": "i->j"}, r"must name every axis of the output once"),
    ("linear_algebra.einsum", ((2,),), {"subscripts": "1->"}, r"may hold letters"),
    ("signal.correlate_2d", ((2, 3, 6, 6), (4, 2, 3, 3)), {}, r"axis 1 of x is 3 and axis 1 of kernel is 2"),
    ("signal.correlate_1d", ((3,), (5,)), {}, r"\(3,\).*\(5,\): axis 0 of x is 3, too short for 5"),
    ("signal.correlate_1d", ((2,), (5,)), {"boundary": "reflect"}, r"too short for 5 with the boundary “reflect”"),
    ("signal.transposed_convolution_1d", ((3, 4), (2, 2, 3)), {}, r"\(3, 4\).*\(2, 2, 3\): axis 0 of kernel is 2"),
    ("signal.max_pool_2d", ((1, 4),), {}, r"axis 0 is 1, shorter than a window of 2"),
    ("signal.interpolate", ((4,), (3,), (2,)), {}, r"\(3,\) and values has shape \(2,\)"),
    ("signal.fft", ((3,),), {"axis": 1}, r"\(3,\), which has no axis 1"),
]


@pytest.mark.parametrize(("id", "shapes", "settings", "sentence"), REFUSED)
def test_shapes_that_do_not_fit_are_refused(
    id: str, shapes: tuple[tuple[int, ...], ...], settings: dict[str, Any], sentence: str
) -> None:
    rule = LIBRARY[id].shape
    assert rule is not None
    defaults = {name: spec.default for name, spec in LIBRARY[id].settings.items()}
    with pytest.raises(ShapeError, match=sentence):
        rule([ArrayType(shape) for shape in shapes], defaults | settings)
