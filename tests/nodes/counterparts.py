"""The same functions in JAX and SciPy: what operators are compared with on random inputs.

An entry takes the operator's inputs in the order of their declaration and, by name, the settings it asks for, and
returns the outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import jax.scipy as jsp
import numpy as np
import scipy.special
import scipy.stats

nn = jax.nn
lax = jax.lax
Other: TypeAlias = Callable[..., Any]


def _same(names: str, family: str = "elementwise") -> dict[str, Other]:
    return {f"{family}.{name}": getattr(jnp, name) for name in names.split()}


def _all_or(axis: Any) -> Any:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)


def _reduction(function: Other) -> Other:
    return lambda x, *, axis, keep: function(x, axis=_all_or(axis), keepdims=keep)


def _norm(x: Any, *, axis: Any, keep: bool, order: str) -> Any:
    order_ = {"1": 1, "2": 2, "infinite": jnp.inf}[order]
    flat = jnp.ravel(x) if axis is None else x
    found = jnp.linalg.norm(flat, order_, axis=0 if axis is None else _all_or(axis), keepdims=keep and axis is not None)
    return jnp.reshape(found, (1,) * x.ndim) if keep and axis is None else found


def _flat(x: Any, axis: Any) -> tuple[Any, int]:
    return (jnp.ravel(x), 0) if axis is None else (x, axis)


def _margins(length: int, size: int, stride: int) -> tuple[int, int]:
    """TensorFlow's "same": as many results as strides begin."""
    total = max((-(-length // stride) - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def _correlate(rank: int, flip: bool) -> Other:
    letters = ("NCH", "OIH", "NCH") if rank == 1 else ("NCHW", "OIHW", "NCHW")

    def function(x: Any, kernel: Any, *, boundary: str, stride: int) -> Any:
        alone = kernel.ndim == rank
        axes = x.shape[-rank:]
        batch = x.reshape(-1, 1, *axes) if alone else x.reshape(-1, *x.shape[-rank - 1 :])
        weights = kernel[None, None] if alone else kernel
        weights = jnp.flip(weights, tuple(range(-rank, 0))) if flip else weights
        if boundary != "valid":
            mode = {"zero": "constant", "reflect": "reflect", "wrap": "wrap"}[boundary]
            width = [_margins(n, size, stride) for n, size in zip(axes, weights.shape[-rank:], strict=True)]
            batch = jnp.pad(batch, [(0, 0), (0, 0), *width], mode=mode)
        found = lax.conv_general_dilated(batch, weights, (stride,) * rank, "VALID", dimension_numbers=letters)
        lead = x.shape[:-rank] if alone else (*x.shape[: -rank - 1], weights.shape[0])
        return found.reshape(*lead, *found.shape[-rank:])

    return function


def _transposed(rank: int) -> Other:
    def function(x: Any, kernel: Any, *, stride: int, crop: int) -> Any:
        batch = x.reshape(-1, *x.shape[-rank - 1 :])
        found = jax.vjp(
            lambda y: _correlate(rank, False)(y, kernel, boundary="valid", stride=stride),
            jnp.zeros(
                (
                    batch.shape[0],
                    kernel.shape[1],
                    *((n - 1) * stride + size for n, size in zip(x.shape[-rank:], kernel.shape[-rank:], strict=True)),
                ),
                x.dtype,
            ),
        )[1](batch)[0]
        inner = tuple(slice(crop, n - crop) for n in found.shape[-rank:])
        cropped = found[(..., *inner)]
        return cropped.reshape(*x.shape[: -rank - 1], kernel.shape[1], *cropped.shape[-rank:])

    return function


def _biased(filtered: Other, rank: int) -> Other:
    def function(x: Any, kernel: Any, bias: Any, **settings: Any) -> Any:
        return filtered(x, kernel, **settings) + bias.reshape(-1, *(1,) * rank)

    return function


def _pool(rank: int, start: Any, join: Any, mean: bool) -> Other:
    def function(x: Any, *, size: int, stride: int) -> Any:
        window = (1,) * (x.ndim - rank) + (size,) * rank
        steps = (1,) * (x.ndim - rank) + ((stride or size),) * rank
        x = x * 1.0
        found = lax.reduce_window(x, np.asarray(start, x.dtype)[()], join, window, steps, "VALID")
        return found / size**rank if mean else found

    return function


def _labelled(log_probabilities: Any, labels: Any) -> Any:
    return -jnp.mean(jnp.take_along_axis(log_probabilities, labels[..., None], axis=-1))


def _cosine(p: Any, t: Any) -> Any:
    norms = jnp.linalg.norm(p, axis=-1) * jnp.linalg.norm(t, axis=-1)
    return jnp.mean(1 - jnp.sum(p * t, axis=-1) / norms)


def _huber(p: Any, t: Any, *, delta: float) -> Any:
    gap = jnp.abs(p - t)
    return jnp.mean(jnp.where(gap <= delta, 0.5 * gap**2, delta * (gap - 0.5 * delta)))


def _layer_norm(x: Any, scale: Any, shift: Any, *, epsilon: float) -> Any:
    return nn.standardize(x, axis=-1, epsilon=epsilon) * scale + shift


def _triangular(a: Any, b: Any, *, triangle: str, transposed: bool) -> Any:
    read = jnp.tril(a) if triangle == "lower" else jnp.triu(a)
    read = jnp.matrix_transpose(read) if transposed else read
    return jnp.linalg.solve(read, b[..., None])[..., 0] if b.ndim == 1 else jnp.linalg.solve(read, b)


def _slogdet(x: Any) -> Any:
    found = jnp.linalg.slogdet(x)
    return found[0], found[1]


def _qr(x: Any) -> Any:
    q, r = jnp.linalg.qr(x)
    sign = jnp.where(jnp.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    return q * sign[..., None, :], r * sign[..., :, None]


def _stick(x: Any) -> Any:
    """TensorFlow Probability's and Stan's construction, by its definition: x -> a point of the simplex."""
    count = x.shape[-1]
    z = nn.sigmoid(x - jnp.log(jnp.arange(count, 0, -1)))
    rest = jnp.concatenate([jnp.ones((*x.shape[:-1], 1)), jnp.cumprod(1 - z, axis=-1)], axis=-1)
    return jnp.concatenate([z * rest[..., :-1], rest[..., -1:]], axis=-1)


def _attention(q: Any, k: Any, v: Any, mask: Any = None, *, causal: bool) -> Any:
    scores = q @ jnp.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if causal:
        scores = jnp.where(jnp.tri(*scores.shape[-2:]) > 0, scores, -jnp.inf)
    if mask is not None:
        scores = jnp.where(mask, scores, -jnp.inf)
    return nn.softmax(scores, axis=-1) @ v


def _gru(x: Any, h: Any, w: Any, u: Any, b: Any) -> Any:
    n = h.shape[-1]
    left, right = x @ w + b, h @ u
    reset, update = nn.sigmoid(left[..., :n] + right[..., :n]), nn.sigmoid(left[..., n : 2 * n] + right[..., n : 2 * n])
    new = jnp.tanh(left[..., 2 * n :] + reset * right[..., 2 * n :])
    return update * h + (1 - update) * new


UNARY = (
    "square sqrt exp log sin cos tan arcsin arccos arctan sinh cosh arcsinh arccosh arctanh radians degrees exp2 expm1 "
    "log2 log10 log1p sinc reciprocal sign floor ceil round angle negative real"
)
BINARY = (
    "subtract multiply divide power maximum minimum arctan2 logaddexp logaddexp2 hypot remainder greater greater_equal "
    "less less_equal equal not_equal logical_and logical_or logical_xor logical_not"
)

COUNTERPARTS: Mapping[str, Other] = {
    # elementwise
    **_same(UNARY), **_same(BINARY),
    "elementwise.add": jnp.add,
    "elementwise.abs": jnp.abs,
    "elementwise.is_finite": jnp.isfinite,
    "elementwise.where": jnp.where,
    "elementwise.clip": lambda x, *, low, high: jnp.clip(x, low, high),
    "elementwise.imaginary": jnp.imag,
    "elementwise.conjugate": jnp.conj,
    "elementwise.complex": lambda x, y: x + 1j * y,
    "elementwise.gamma": jsp.special.gamma,
    "elementwise.log_gamma": jsp.special.gammaln,
    "elementwise.digamma": jsp.special.digamma,
    "elementwise.polygamma": lambda x, *, order: jsp.special.polygamma(order, x),
    "elementwise.log_beta": jsp.special.betaln,
    "elementwise.beta": lambda x, y: jnp.exp(jsp.special.betaln(x, y)),
    "elementwise.erf": jsp.special.erf,
    "elementwise.erfc": jsp.special.erfc,
    "elementwise.logit": jsp.special.logit,
    # activations
    "activations.tanh": jnp.tanh, "activations.sigmoid": nn.sigmoid, "activations.relu": nn.relu,
    "activations.softmax": lambda x, *, axis: nn.softmax(x, axis),
    "activations.log_softmax": lambda x, *, axis: nn.log_softmax(x, axis),
    "activations.leaky_relu": lambda x, *, slope: nn.leaky_relu(x, slope),
    "activations.elu": lambda x, *, alpha: nn.elu(x, alpha),
    "activations.selu": nn.selu,
    "activations.hard_tanh": nn.hard_tanh,
    "activations.gelu": lambda x: nn.gelu(x, approximate=True),
    "activations.silu": nn.silu,
    "activations.softplus": lambda x, *, sharpness: nn.softplus(sharpness * x) / sharpness,
    "activations.softsign": nn.soft_sign,
    "activations.mish": nn.mish,
    "activations.glu": lambda x, *, axis: nn.glu(x, axis),
    # reductions
    **{f"reductions.{name}": _reduction(getattr(jnp, other)) for name, other in (
        ("sum", "sum"), ("mean", "mean"), ("max", "max"), ("min", "min"), ("prod", "prod"), ("median", "median"),
        ("any", "any"), ("all", "all"), ("count", "count_nonzero"),
    )},
    "reductions.variance": lambda x, *, axis, keep, ddof: jnp.var(x, axis=_all_or(axis), keepdims=keep, ddof=ddof),
    "reductions.deviation": lambda x, *, axis, keep, ddof: jnp.std(x, axis=_all_or(axis), keepdims=keep, ddof=ddof),
    "reductions.norm": _norm,
    "reductions.logsumexp": _reduction(jsp.special.logsumexp),
    "reductions.cumulative_sum": lambda x, *, axis: jnp.cumsum(x, axis),
    "reductions.cumulative_product": lambda x, *, axis: jnp.cumprod(x, axis),
    "reductions.sort": lambda x, *, axis: jnp.sort(x, axis),
    "reductions.argsort": lambda x, *, axis: jnp.argsort(x, axis),
    "reductions.argmax": lambda x, *, axis: jnp.argmax(x, axis),
    "reductions.argmin": lambda x, *, axis: jnp.argmin(x, axis),
    # shape
    "shape.reshape": lambda x, *, shape: jnp.reshape(x, shape),
    "shape.transpose": jnp.matrix_transpose,
    "shape.take": lambda x, i, *, axis: jnp.take(x, i, axis),
    "shape.gather": lambda x, i, *, axis: jnp.take_along_axis(x, i, axis),
    "shape.scatter_add": lambda x, i, *, length: jnp.zeros((length, *x.shape[i.ndim :]), x.dtype).at[i].add(x),
    "shape.concatenate": lambda *xs, axis: jnp.concatenate(xs, axis),
    "shape.stack": lambda *xs, axis: jnp.stack(xs, axis),
    "shape.split": lambda x, *, parts, axis: tuple(jnp.split(x, parts, axis)),
    "shape.tile": lambda x, *, times: jnp.tile(x, times),
    "shape.repeat": lambda x, *, times, axis: jnp.repeat(x, times, axis),
    "shape.flip": lambda x, *, axis: jnp.flip(x, axis),
    "shape.roll": lambda x, *, shift, axis: jnp.roll(x, shift, axis),
    "shape.broadcast_to": lambda x, *, shape: jnp.broadcast_to(
        x, [n if n >= 0 else x.shape[k - len(shape)] for k, n in enumerate(shape)]),
    "shape.expand_dims": lambda x, *, axis: jnp.expand_dims(x, axis),
    "shape.squeeze": lambda x, *, axis: jnp.squeeze(x, axis),
    "shape.flatten": lambda x, *, start: jnp.reshape(x, (*x.shape[:start], -1)),
    "shape.swap_axes": lambda x, *, first, second: jnp.swapaxes(x, first, second),
    "shape.size": lambda x: jnp.asarray(x.size),
    "shape.shape": lambda x: jnp.asarray(x.shape),
    "shape.lower_triangle": lambda x, *, offset: jnp.tril(x, offset),
    "shape.upper_triangle": lambda x, *, offset: jnp.triu(x, offset),
    "shape.diagonal": lambda x, *, offset: jnp.diagonal(x, offset, -2, -1),
    "shape.diagonal_matrix": lambda x: x[..., None] * jnp.eye(x.shape[-1], dtype=x.dtype),
    # linear algebra
    "linear_algebra.matmul": jnp.matmul,
    "linear_algebra.dot": lambda x, y: jnp.sum(x * y, axis=-1),
    "linear_algebra.outer": lambda x, y: x[..., :, None] * y[..., None, :],
    "linear_algebra.cross": lambda x, y: jnp.cross(x * 1, y * 1),
    "linear_algebra.einsum": lambda *xs, subscripts: jnp.einsum(subscripts, *xs),
    "linear_algebra.kronecker": jnp.kron,
    "linear_algebra.trace": lambda x: jnp.trace(x, axis1=-2, axis2=-1),
    "linear_algebra.matrix_power": lambda x, *, power: jnp.linalg.matrix_power(x, power),
    "linear_algebra.solve": lambda a, b: jnp.linalg.solve(a, b[..., None])[..., 0] if b.ndim == 1
        else jnp.linalg.solve(a, b),
    "linear_algebra.solve_triangular": _triangular,
    "linear_algebra.inverse": jnp.linalg.inv,
    "linear_algebra.pseudo_inverse": jnp.linalg.pinv,
    "linear_algebra.determinant": jnp.linalg.det,
    "linear_algebra.log_determinant": _slogdet,
    "linear_algebra.expm": jsp.linalg.expm,
    "linear_algebra.cholesky": jnp.linalg.cholesky,
    "linear_algebra.qr": _qr,
    "linear_algebra.matrix_norm": lambda x, *, kind: jnp.linalg.norm(
        x, {"frobenius": "fro", "nuclear": "nuc", "spectral": 2, "columns": 1, "rows": jnp.inf}[kind], axis=(-2, -1)),
    # signals
    "signal.correlate_1d": _correlate(1, False), "signal.correlate_2d": _correlate(2, False),
    "signal.convolve_1d": _correlate(1, True), "signal.convolve_2d": _correlate(2, True),
    "signal.max_pool_1d": _pool(1, -np.inf, lax.max, False), "signal.max_pool_2d": _pool(2, -np.inf, lax.max, False),
    "signal.average_pool_1d": _pool(1, 0.0, lax.add, True), "signal.average_pool_2d": _pool(2, 0.0, lax.add, True),
    "signal.fft": lambda x, *, axis: jnp.fft.fft(x, axis=axis),
    "signal.ifft": lambda x, *, axis: jnp.fft.ifft(x, axis=axis),
    "signal.rfft": lambda x, *, axis: jnp.fft.rfft(x, axis=axis),
    "signal.irfft": lambda x, *, axis, odd: jnp.fft.irfft(
        x, n=2 * (x.shape[axis] - 1) + int(odd), axis=axis),
    "signal.fft_2d": jnp.fft.fft2, "signal.ifft_2d": jnp.fft.ifft2,
    "signal.interpolate": jnp.interp,
    "signal.polynomial": lambda x, c: jnp.polyval(c[::-1], x),
    # neural
    **{f"neural.convolution_{rank}d": lambda x, k, b, *, boundary, stride, rank=rank: _biased(
        _correlate(rank, False), rank)(x, k, b, boundary=boundary, stride=stride) for rank in (1, 2)},
    **{f"neural.transposed_convolution_{rank}d": lambda x, k, b, *, stride, crop, rank=rank: _biased(
        _transposed(rank), rank)(x, k, b, stride=stride, crop=crop) for rank in (1, 2)},
    "neural.dense": lambda x, w, b, *, activation: {
        "none": lambda z: z, "tanh": jnp.tanh, "relu": nn.relu, "sigmoid": nn.sigmoid, "softplus": nn.softplus,
        "gelu": lambda z: nn.gelu(z, approximate=False), "silu": nn.silu,
    }[activation](x @ w + b),
    "neural.layer_norm": _layer_norm,
    "neural.embedding": lambda i, table: table[i],
    "neural.one_hot": lambda i, *, classes: nn.one_hot(i, classes),
    "neural.residual": lambda x, f, *, strength: x + strength * f,
    "neural.rnn_cell": lambda x, h, w, u, b: jnp.tanh(x @ w + h @ u + b),
    "neural.gru_cell": _gru,
    "neural.attention": _attention,
    # losses
    "losses.mse": lambda p, t: jnp.mean((p - t) ** 2),
    "losses.rmse": lambda p, t: jnp.sqrt(jnp.mean((p - t) ** 2)),
    "losses.mae": lambda p, t: jnp.mean(jnp.abs(p - t)),
    "losses.huber": _huber,
    "losses.log_cosh": lambda p, t: jnp.mean(jnp.logaddexp(p - t, t - p) - np.log(2.0)),
    "losses.poisson": lambda r, c: jnp.mean(jnp.exp(r) - c * r),
    "losses.cosine": _cosine,
    "losses.triplet": lambda a, p, n, *, margin: jnp.mean(nn.relu(
        jnp.sum((a - p) ** 2, axis=-1) - jnp.sum((a - n) ** 2, axis=-1) + margin)),
    "losses.hinge": lambda s, t: jnp.mean(nn.relu(1 - s * t)),
    "losses.cross_entropy": lambda z, k: _labelled(nn.log_softmax(z), k),
    "losses.nll": _labelled,
    "losses.binary_cross_entropy": lambda z, t: -jnp.mean(t * nn.log_sigmoid(z) + (1 - t) * nn.log_sigmoid(-z)),
    "losses.kl_divergence": lambda z, t: jnp.mean(jnp.sum(t * (jnp.log(t) - nn.log_softmax(z)), axis=-1)),
    "losses.accuracy": lambda z, k: jnp.mean(jnp.argmax(z, -1) == k),
    "losses.l1_penalty": lambda *xs, strength: strength * sum(jnp.sum(jnp.abs(x)) for x in xs),
    "losses.l2_penalty": lambda *xs, strength: strength / 2 * sum(jnp.sum(x**2) for x in xs),
    "losses.r2": lambda p, t: 1 - jnp.sum((p - t) ** 2) / jnp.sum((t - jnp.mean(t)) ** 2),
    # probability
    "probability.normal_log_density": jsp.stats.norm.logpdf,
    "probability.laplace_log_density": jsp.stats.laplace.logpdf,
    "probability.logistic_log_density": jsp.stats.logistic.logpdf,
    "probability.cauchy_log_density": jsp.stats.cauchy.logpdf,
    "probability.student_t_log_density": jsp.stats.t.logpdf,
    "probability.exponential_log_density": lambda x, r: jsp.stats.expon.logpdf(x, 0.0, 1 / r),
    "probability.uniform_log_density": lambda x, a, b: jsp.stats.uniform.logpdf(x, a, b - a),
    "probability.pareto_log_density": lambda x, b, s: jsp.stats.pareto.logpdf(x, b, 0.0, s),
    "probability.gamma_log_density": lambda x, a, r: jsp.stats.gamma.logpdf(x, a, 0.0, 1 / r),
    "probability.beta_log_density": jsp.stats.beta.logpdf,
    "probability.bernoulli_log_density": lambda x, z: x * nn.log_sigmoid(z) + (1 - x) * nn.log_sigmoid(-z),
    "probability.poisson_log_density": jsp.stats.poisson.logpmf,
    "probability.categorical_log_density": lambda z, k: jnp.take_along_axis(
        nn.log_softmax(z), k[..., None], -1)[..., 0],
    "probability.multivariate_normal_log_density": lambda x, m, f: jsp.stats.multivariate_normal.logpdf(
        x, m, jnp.tril(f) @ jnp.tril(f).T),
    "probability.bernoulli_mean": nn.sigmoid,
    "probability.categorical_mean": lambda z: nn.softmax(z) @ jnp.arange(z.shape[-1]),
    "probability.exp_bijection": lambda x: (jnp.exp(x), x),
    "probability.softplus_bijection": lambda x: (nn.softplus(x), nn.log_sigmoid(x)),
}  # fmt: skip
"""Operator -> the same function in JAX: values and gradients are compared."""


def _stats(name: str, method: str, arrange: Other) -> Other:
    return lambda *arguments: getattr(getattr(scipy.stats, name), method)(**arrange(*arguments))


def _distribution(id: str, name: str, arrange: Other, what: str = "mean entropy") -> dict[str, Other]:
    return {f"probability.{id}_{each}": _stats(name, each, arrange) for each in what.split()}


VALUES: Mapping[str, Other] = {
    **_distribution("normal", "norm", lambda s: {"scale": s}, "entropy"),
    **_distribution("laplace", "laplace", lambda s: {"scale": s}, "entropy"),
    **_distribution("logistic", "logistic", lambda s: {"scale": s}, "entropy"),
    **_distribution("cauchy", "cauchy", lambda s: {"scale": s}, "entropy"),
    **_distribution("gumbel", "gumbel_r", lambda m, s: {"loc": m, "scale": s}, "mean"),
    **_distribution("gumbel", "gumbel_r", lambda s: {"scale": s}, "entropy"),
    **_distribution("student_t", "t", lambda n, s: {"df": n, "scale": s}, "entropy"),
    **_distribution("log_normal", "lognorm", lambda m, s: {"s": s, "scale": np.exp(m)}),
    **_distribution("exponential", "expon", lambda r: {"scale": 1 / r}),
    **_distribution("half_normal", "halfnorm", lambda s: {"scale": s}),
    **_distribution("half_cauchy", "halfcauchy", lambda s: {"scale": s}, "entropy"),
    **_distribution("uniform", "uniform", lambda a, b: {"loc": a, "scale": b - a}),
    **_distribution("weibull", "weibull_min", lambda k, s: {"c": k, "scale": s}),
    **_distribution("pareto", "pareto", lambda b, s: {"b": b, "scale": s}),
    **_distribution("gamma", "gamma", lambda a, r: {"a": a, "scale": 1 / r}),
    **_distribution("beta", "beta", lambda a, b: {"a": a, "b": b}),
    "probability.gumbel_log_density": _stats("gumbel_r", "logpdf", lambda x, m, s: {"x": x, "loc": m, "scale": s}),
    "probability.log_normal_log_density": _stats(
        "lognorm", "logpdf", lambda x, m, s: {"x": x, "s": s, "scale": np.exp(m)}),
    "probability.half_normal_log_density": _stats("halfnorm", "logpdf", lambda x, s: {"x": x, "scale": s}),
    "probability.half_cauchy_log_density": _stats("halfcauchy", "logpdf", lambda x, s: {"x": x, "scale": s}),
    "probability.weibull_log_density": _stats(
        "weibull_min", "logpdf", lambda x, k, s: {"x": x, "c": k, "scale": s}),
    "elementwise.bessel": lambda x, *, order: scipy.special.jv(order, x),
    "probability.bernoulli_entropy": _stats("bernoulli", "entropy", lambda z: {"p": 1 / (1 + np.exp(-z))}),
    "probability.categorical_entropy": lambda z: _entropy(np.exp(z) / np.exp(z).sum(-1, keepdims=True)),
    "probability.multivariate_normal_entropy": lambda f: _normal_entropy(np.tril(f) @ np.tril(f).T),
}  # fmt: skip
"""Operator -> the same function in SciPy: values are compared."""


def _entropy(p: Any) -> Any:
    return scipy.stats.entropy(p, axis=-1)


def _normal_entropy(covariance: Any) -> Any:
    return scipy.stats.multivariate_normal(cov=covariance).entropy()
