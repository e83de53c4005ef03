"""Functions an exported script may need, written for autograd.numpy and jax.numpy alike. `np` is either of them, `onp`
is NumPy; what a script uses of this file is copied into it.
"""

# mypy: ignore-errors

from __future__ import annotations

import autograd.numpy as np
import numpy as onp


def cast(x, dtype):
    """Return x in another dtype; complex numbers lose their imaginary part where it has none."""
    x = x if hasattr(x, "astype") else onp.asarray(x)
    real = onp.dtype(x.dtype).kind == "c" and onp.dtype(dtype).kind != "c"
    return (np.real(x) if real else x).astype(dtype)


def expand(x, shape):
    """Return x repeated to a shape."""
    return np.broadcast_to(np.reshape(x, (1,) * (len(shape) - np.ndim(x)) + np.shape(x)), shape)


def select(condition, x, y, shape):
    """Return x where the condition holds, else y, each repeated to a shape first (autograd's where needs it)."""
    return np.where(condition, expand(x, shape), expand(y, shape))


def take_along(x, indices, axis):
    """Return the elements of x at indices along an axis."""
    grid = list(onp.indices(onp.shape(indices), sparse=True))
    grid[axis] = indices
    return x[tuple(grid)]


def contract(*operands, subscripts):
    """Return an einsum."""
    return np.einsum(subscripts, *operands)


def product(x, y, turned_x=False, turned_y=False):
    """Return a product of matrices, each turned first where asked."""
    return (x.T if turned_x else x) @ (y.T if turned_y else y)


def window_slices(x, size, stride):
    """Return, for each place in a window, what all windows hold there."""
    rows, columns = ((x.shape[k - 2] - size[k]) // stride[k] + 1 for k in (0, 1))
    return [
        x[..., i : i + stride[0] * (rows - 1) + 1 : stride[0], j : j + stride[1] * (columns - 1) + 1 : stride[1]]
        for i in range(size[0])
        for j in range(size[1])
    ]


def correlate(x, kernel, stride):
    """Return the sums of x (batch, channels, rows, columns) times the kernel (filters, channels, rows, columns)."""
    total = 0.0
    size = kernel.shape[2:]
    for number, part in enumerate(window_slices(x, size, stride)):
        weights = kernel[:, :, number // size[1], number % size[1]]
        total = total + np.einsum("nchw,fc->nfhw", part, weights)
    return total


def correlate_back(y, kernel, stride, shape):
    """Return what correlate hands back to x, of this shape."""
    size, out = kernel.shape[2:], y.shape[2:]
    rows, columns = shape[2], shape[3]
    total = 0.0
    for i in range(size[0]):
        for j in range(size[1]):
            down, across = onp.zeros((rows, out[0])), onp.zeros((columns, out[1]))
            down[i + stride[0] * onp.arange(out[0]), onp.arange(out[0])] = 1
            across[j + stride[1] * onp.arange(out[1]), onp.arange(out[1])] = 1
            total = total + np.einsum("nfhw,fc,ah,bw->ncab", y, kernel[:, :, i, j], down, across)
    return total


def edge_places(length, before, after, mode):
    """Return which element stands at each place of a padded axis; -1 stands for zero."""
    inner = onp.arange(length)
    if mode == "wrap":
        return onp.concatenate([onp.arange(length - before, length), inner, onp.arange(after)])
    if mode == "zero":
        return onp.concatenate([-onp.ones(before, int), inner, -onp.ones(after, int)])
    return onp.concatenate([onp.arange(before, 0, -1), inner, onp.arange(length - 2, length - 2 - after, -1)])


def pad_edges(x, before, after, mode):
    """Return x with its last two axes longer."""
    for axis in (-2, -1):
        length = x.shape[axis]
        places = edge_places(length, before[axis], after[axis], mode)
        matrix = onp.zeros((len(places), length))
        matrix[onp.arange(len(places))[places >= 0], places[places >= 0]] = 1
        x = np.swapaxes(np.matmul(np.swapaxes(x, axis, -1), matrix.T), axis, -1)
    return x


def window_sum(x, size, stride):
    """Return the sum of every window."""
    return sum(window_slices(x, size, stride))


def window_argmax(x, size, stride):
    """Return where the largest element of each window stands, counted through the whole array."""
    number = np.argmax(np.stack(window_slices(x, size, stride)), axis=0)
    table = np.array([i * x.shape[-1] + j for i in range(size[0]) for j in range(size[1])])
    rows, columns = number.shape[-2:]
    corners = stride[0] * x.shape[-1] * onp.arange(rows)[:, None] + stride[1] * onp.arange(columns)
    plane = x.shape[-2] * x.shape[-1]
    planes = plane * onp.arange(int(onp.prod(x.shape[:-2]))).reshape(*x.shape[:-2], 1, 1)
    return table[number] + corners + planes


def pick(x, places):
    """Return the elements of x at places counted through the whole array."""
    return np.reshape(x, (-1,))[places]


def scatter(g, shape, template, *parts):
    """Return zeros of a shape with g added at a place."""
    rest = iter(parts)
    place = tuple(next(rest) if isinstance(each, str) else each for each in template)
    numbers = onp.arange(int(onp.prod(shape))).reshape(shape)[place]
    matrix = onp.zeros((int(onp.prod(shape)), numbers.size))
    matrix[numbers.ravel(), onp.arange(numbers.size)] = 1
    return np.reshape(matrix @ np.reshape(g, (-1,)), shape)


def log_determinant(x):
    """Return the logarithm of the modulus of the determinant."""
    return np.linalg.slogdet(x)[1]


def determinant_sign(x):
    """Return the sign of the determinant."""
    return np.linalg.slogdet(x)[0]


def triangular_solve(a, b, lower, transposed):
    """Return the x with a x = b, reading one triangle of a."""
    a = np.tril(a) if lower else np.triu(a)
    return np.linalg.solve(np.swapaxes(a, -1, -2) if transposed else a, b)


def symmetric_eigen(x):
    """Return eigenvalues, rising, and eigenvectors in columns."""
    values, vectors = np.linalg.eigh(x)
    return values, vectors


def fourier(x, axes, inverse):
    """Return the discrete Fourier transform over axes."""
    for axis in axes:
        x = (np.fft.ifft if inverse else np.fft.fft)(x, axis=axis)
    return x


def threefry(key, x, y):
    """Return the two random words of every counter (x, y): Threefry-2x32 with 20 rounds (Salmon et al. 2011)."""
    rotations = (13, 15, 26, 6, 17, 29, 16, 24)
    schedule = (key[0], key[1], key[0] ^ key[1] ^ onp.uint32(0x1BD11BDA))
    x, y = x + schedule[0], y + schedule[1]
    for number in range(20):
        turn = rotations[number % 8]
        x = x + y
        y = (y << onp.uint32(turn) | y >> onp.uint32(32 - turn)) ^ x
        if number % 4 == 3:
            group = number // 4 + 1
            x = x + schedule[group % 3]
            y = y + schedule[(group + 1) % 3] + onp.uint32(group)
    return x, y


def blocks(key, shape):
    """Return two words for each number of a draw."""
    counter = onp.arange(int(onp.prod(shape)), dtype=onp.uint32)
    with onp.errstate(over="ignore"):
        first, second = threefry(onp.asarray(key, onp.uint32), counter, onp.zeros_like(counter))
    return first.reshape(shape), second.reshape(shape)


def bits(key, shape):
    """Return uniform 32-bit words."""
    return blocks(key, shape)[0]


def uniform(key, shape=(), dtype="float64"):
    """Return numbers uniform in [0, 1)."""
    first, second = blocks(key, shape)
    if dtype == "float32":
        return (first >> onp.uint32(8)).astype(onp.float32) / onp.float32(16777216.0)
    high, low = (first >> onp.uint32(5)).astype(onp.float64), (second >> onp.uint32(6)).astype(onp.float64)
    return (high * 67108864.0 + low) / 9007199254740992.0


def normal(key, shape=(), dtype="float64"):
    """Return standard normal numbers (Box and Muller)."""
    first, second = blocks(key, shape)
    radius = onp.sqrt(-2.0 * onp.log((first.astype(onp.float64) + 0.5) / 4294967296.0))
    angle = second.astype(onp.float64) * (2.0 * onp.pi / 4294967296.0)
    return (radius * onp.cos(angle)).astype(dtype)


def fold(key, number):
    """Return the key of one iteration."""
    number = onp.asarray(getattr(number, "_value", number))
    if number.shape == (2,):
        low, high = number.astype(onp.uint32)
    else:
        low, high = onp.uint32(int(number) & 0xFFFFFFFF), onp.uint32(int(number) >> 32 & 0xFFFFFFFF)
    with onp.errstate(over="ignore"):
        first, second = threefry(onp.asarray(key, onp.uint32), onp.array([low]), onp.array([high]))
    return onp.array([first[0], second[0]], onp.uint32)


def inverse_permutation(order, axis):
    """Return the permutation that undoes `order`."""
    return np.argsort(order, axis=axis)
