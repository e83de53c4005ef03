"""ADBench's three objectives: gradients and the sparse Jacobian equal JAX's, written here from the definitions.

F. Šrajer, Z. Kukelova, A. Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some problems in
computer vision and machine learning" (2018); its measure is |x - y| / max(1, |x| + |y|) <= 1e-8.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.autodiff.coloring import Pattern
from engine.errors import GradwireError, SettingError
from tests import sizes
from tests.samples.opened import notes, sample, wires

jax.config.update("jax_enable_x64", True)


def far(found, wanted):
    """Return ADBench's measure of how far two arrays are apart."""
    x, y = np.asarray(found), np.asarray(wanted)
    assert x.shape == y.shape
    return float(np.max(np.abs(x - y) / np.maximum(1, np.abs(x) + np.abs(y))))


def test_the_measure_finds_a_wrong_digit():
    assert far([3.0, 2.0], [3.0, 2.0 + 1e-7]) > 1e-8
    assert far([0.0], [np.nan]) != far([0.0], [0.0])


# ----- Gaussian mixture -----


def mixture(alphas, means, icf, x):
    """Minus the log likelihood, and the Wishart prior with gamma 1 and m 0 (without its constant).

    ADBench adds the prior to the likelihood; here the posterior is what is maximised.
    """
    d = x.shape[1]
    columns, rows = zip(*((column, below) for column in range(d) for below in range(column + 1, d)), strict=True)
    qs = [jnp.diag(jnp.exp(row[:d])).at[jnp.array(rows), jnp.array(columns)].set(row[d:]) for row in icf]
    inner = [
        alpha + jnp.sum(row[:d]) - 0.5 * jnp.sum(((x - mean) @ q.T) ** 2, axis=1)
        for alpha, mean, row, q in zip(alphas, means, icf, qs, strict=True)
    ]
    likelihood = -0.5 * x.size * math.log(2 * math.pi) - len(x) * jax.nn.logsumexp(alphas)
    likelihood += jnp.sum(jax.nn.logsumexp(jnp.stack(inner), axis=0))
    return -likelihood + sum(0.5 * jnp.sum(q**2) for q in qs)


@pytest.mark.parametrize(("d", "clusters"), [(2, 5), (10, 3), (10, 25)])
def test_the_gradient_of_the_gaussian_mixture(d, clusters):
    count, packed = sizes.count("mixture_points"), d * (d + 1) // 2
    graph = sample("gaussian_mixture").with_setting("1,000 points", "features", d)
    graph = graph.with_setting("1,000 points", "count", count).with_setting("weights", "shape", (clusters,))
    graph = graph.with_setting("means", "shape", (clusters, d)).with_setting("factors", "shape", (clusters, packed))
    random = np.random.default_rng(d + clusters)
    alphas, means, icf = (random.normal(size=shape) for shape in ((clusters,), (clusters, d), (clusters, packed)))
    found = graph.gradient(parameters={"weights": alphas, "means": means, "factors": icf}).only
    x = wires(graph)["blobs_1.points"]
    assert x.shape == (count, d)
    value, slopes = jax.jit(jax.value_and_grad(mixture, (0, 1, 2)))(alphas, means, icf, x)
    assert far(found.loss, value) <= 1e-8
    for name, slope in zip(("weights", "means", "factors"), slopes, strict=True):
        assert far(found.gradients[name], slope) <= 1e-8, name


def test_the_mixture_finds_the_blobs():
    graph = sample("gaussian_mixture")
    run = graph.run().only
    found = wires(graph, run)
    points, labels = found["blobs_1.points"], found["blobs_1.labels"]
    centres = np.stack([points[labels == k].mean(axis=0) for k in range(5)])
    apart = np.linalg.norm(centres[:, None] - run.parameters["means"], axis=2)
    assert run.steps == 500
    assert sorted(apart.argmin(axis=1)) == [0, 1, 2, 3, 4]
    assert apart.min(axis=1).max() < 0.02
    assert f"{float(run.probes['log likelihood']):,.1f}".replace("-", "−") in notes("gaussian_mixture")


# ----- LSTM -----


def lstm(main, outer, start, sequence):
    """ADBench's objective for two layers, a row at a time."""

    def cell(weight, bias, hidden, memory, x):
        gates = jnp.concatenate([x, hidden, x, hidden]) * weight + bias
        size = hidden.shape[0]
        forget, take = jax.nn.sigmoid(gates[:size]), jax.nn.sigmoid(gates[size : 2 * size])
        give, change = jax.nn.sigmoid(gates[2 * size : 3 * size]), jnp.tanh(gates[3 * size :])
        memory = memory * forget + take * change
        return give * jnp.tanh(memory), memory

    def row(state, pair):
        x, gold = pair
        h1, c1 = cell(main[0], main[1], state[0], state[1], x * outer[0])
        h2, c2 = cell(main[2], main[3], state[2], state[3], h1)
        y = h2 * outer[1] + outer[2]
        return (h1, c1, h2, c2), jnp.sum(gold * (y - jnp.log(jnp.sum(jnp.exp(y)) + 2)))

    rows = jax.lax.scan(row, tuple(start), (sequence[:-1], sequence[1:]))[1]
    return -jnp.sum(rows) / sequence[1:].size


def test_the_gradient_of_the_lstm():
    rows = sizes.count("lstm_rows")
    graph = sample("lstm_diagonal").with_setting("times", "count", rows).with_setting("times", "last", rows - 1.0)
    found = graph.gradient().only
    carried = wires(graph)
    sequence, start = carried["python_2.value"], carried["constant_1.value"]
    assert sequence.shape == (rows, 6)
    main, outer = found.parameters["gates"], found.parameters["input and result"]
    value, slopes = jax.jit(jax.value_and_grad(lstm, (0, 1)))(main, outer, start, sequence)
    assert far(found.loss, value) <= 1e-8
    # The gradient of a mean is small: it is compared in units of its own size.
    for name, slope in zip(("gates", "input and result"), slopes, strict=True):
        size = np.abs(slope).max()
        assert far(found.gradients[name] / size, slope / size) <= 1e-8, name


def test_the_lstm_learns_when_the_clocks_strike():
    graph = sample("lstm_diagonal")
    start, run = graph.gradient().only, graph.run().only
    sequence = np.asarray([[float(time % period == 0) for period in range(2, 8)] for time in range(64)])
    np.testing.assert_array_equal(wires(graph)["python_2.value"], sequence)
    assert run.steps == 500
    assert run.loss == pytest.approx(0.226, abs=0.002)
    for figure in (f"{start.loss:.3f}", f"{run.loss:.3f}"):
        assert figure in notes("lstm_diagonal")


# ----- bundle adjustment -----


def turned(turn, x):
    """Rodrigues' formula, as its matrix: I + sin a K + (1 - cos a) K K."""
    angle = jnp.sqrt(jnp.sum(turn**2))
    a, b, c = turn / angle
    k = jnp.array([[0.0, -c, b], [c, 0.0, -a], [-b, a, 0.0]])
    return x + jnp.sin(angle) * k @ x + (1 - jnp.cos(angle)) * k @ k @ x


def off(camera, point, weight, photograph):
    """ADBench's error of one photograph of one point, and of its weight: three numbers."""
    x = turned(camera[:3], point - camera[3:6])
    flat = x[:2] / x[2]
    square = flat @ flat
    place = camera[6] * flat * (1 + camera[9] * square + camera[10] * square**2) + camera[7:9]
    return jnp.concatenate([weight * (place - photograph), jnp.array([1 - weight**2])])


BLOCKS = jax.jit(jax.vmap(jax.jacfwd(off, (0, 1, 2))))


SOUGHT = ["cameras sought", "moves of points", "weights"]


def adjusted(n, m):
    """Return the sample with n cameras and m points, and values of its parameters far from the start."""
    random = np.random.default_rng(n * m)
    graph = sample("bundle_adjustment").with_setting("how cameras differ", "shape", (n, 11))
    for name in ("true points", "how far the guess is off", "moves of points"):
        graph = graph.with_setting(name, "shape", (m, 3))
    row = np.array([0, 0, 0, 0, 0, -5.0, 1, 0, 0, 0, 0])
    graph = graph.with_setting("cameras sought", "value", tuple(map(tuple, np.tile(row, (n, 1)).tolist())))
    graph = graph.with_setting("weights", "shape", (n * m,))
    cameras = row + 0.2 * random.normal(size=(n, 11))
    moves, weights = 0.2 * random.normal(size=(m, 3)), random.normal(size=n * m)
    values = dict(zip(SOUGHT, (cameras, moves, weights), strict=True))
    return graph, values


def known(n, m):
    """Return where the Jacobian (2 p + p) x (11 n + 3 m + p) may differ from 0, for p = n m photographs."""
    p = n * m
    camera, point = np.arange(p) // m, np.arange(p) % m
    own = np.concatenate([11 * camera[:, None] + np.arange(11), 11 * n + 3 * point[:, None] + np.arange(3)], axis=1)
    own = np.concatenate([own, 11 * n + 3 * m + np.arange(p)[:, None]], axis=1)
    rows = np.repeat(np.arange(2 * p), 15)
    columns = np.repeat(own, 2, axis=0).ravel()
    weights = np.arange(p)
    return Pattern(
        np.concatenate([rows, 2 * p + weights]),
        np.concatenate([columns, 11 * n + 3 * m + weights]),
        (3 * p, 11 * n + 3 * m + p),
    )


def test_the_sparse_jacobian_of_the_bundle_adjustment():
    n, m = sizes.count("cameras"), sizes.count("adjusted_points")
    p = n * m
    graph, values = adjusted(n, m)
    pattern = known(n, m)
    found = graph.sparse_jacobian("Errors.value", SOUGHT, parameters=values, pattern=pattern)
    assert found.pattern.shape == (2 * p + p, 11 * n + 3 * m + p)
    assert found.passes == 15, "as many as the fullest row has entries, and no more"
    carried = wires(graph)
    points = carried["add_1.value"] + values["moves of points"]
    camera, point = np.arange(p) // m, np.arange(p) % m
    by_camera, by_point, by_weight = BLOCKS(
        values["cameras sought"][camera], points[point], values["weights"], carried["call_1.places"]
    )
    blocks = np.concatenate([by_camera, by_point, by_weight[..., None]], axis=2)
    wanted = np.concatenate([blocks[:, :2].ravel(), blocks[:, 2, -1]])
    assert far(found.values, wanted) <= 1e-8


def test_the_jacobian_on_the_canvas_is_the_one_by_colouring():
    graph, values = adjusted(2, 5)
    detected = graph.sparse_jacobian("Errors.value", SOUGHT, parameters=values)
    rows, columns = detected.pattern.rows, detected.pattern.columns
    allowed = known(2, 5)
    assert set(zip(rows, columns, strict=True)) < set(zip(allowed.rows, allowed.columns, strict=True))
    assert detected.passes == 14, "the middle of a picture moves either rows or columns: two columns of one colour"
    looks = graph.values(values)
    dense = {str(socket): look.value for socket, look in looks.items()}
    parts = [np.asarray(dense[f"jacobian_{k}.value"]).reshape(30, -1) for k in (1, 2, 3)]
    assert far(detected.dense(), np.concatenate(parts, axis=1)) <= 1e-12
    # Twice the errors times the Jacobian is the gradient of their sum of squares.
    slopes = graph.gradient(parameters=values).only.gradients
    flat = np.concatenate([slopes[name].ravel() for name in SOUGHT])
    assert far(2 * detected.transposed_times(dense["python_3.value"]), flat) <= 1e-8


def test_what_cannot_be_a_sparse_jacobian_is_said():
    graph, values = adjusted(2, 5)
    with pytest.raises(SettingError, match=r'"Photographs" .* does not depend on "cameras sought"'):
        graph.sparse_jacobian("call_1.places", ["cameras sought"])
    with pytest.raises(GradwireError, match="No node is called"):
        graph.sparse_jacobian("nothing.value", ["cameras sought"])
    with pytest.raises(GradwireError, match="no output"):
        graph.sparse_jacobian("Errors.nothing", ["cameras sought"])
    whole = known(2, 5)
    lost = Pattern(whole.rows[1:], whole.columns[1:], whole.shape)
    with pytest.raises(GradwireError, match="Row 0 of the Jacobian has an entry that is not in the pattern"):
        graph.sparse_jacobian("Errors.value", SOUGHT, parameters=values, pattern=lost)


def test_the_cameras_are_found():
    graph = sample("bundle_adjustment")
    start, run = graph.gradient().only, graph.run().only
    assert start.loss == pytest.approx(9.057, abs=1e-3)
    assert run.steps == 200
    assert run.loss < 1e-3
    share = float(run.probes["not 0"])
    assert share == pytest.approx((14 * 128 + 64) / (192 * 156))
    for figure in ("from 9.06 to below 0.001", "192 × 156", "15 passes", "6.2 %"):
        assert figure in notes("bundle_adjustment")
