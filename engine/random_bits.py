"""Random numbers by counter: Threefry-2x32 keyed by (seed, node id, step, element).

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC11), 20 rounds. Element n of a draw is
computed from its number alone, so every backend and every order of evaluation gives the same bits.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from autograd.extend import primitive
from numpy.typing import NDArray

from engine.program.standin import StandIn, stand_in
from engine.types import Shape

_ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
_PARITY = 0x1BD11BDA
_MASK = 0xFFFFFFFF


def threefry(key: tuple[int, int], counter: tuple[int, int]) -> tuple[int, int]:
    """Return the two words of one block, on plain whole numbers below 2**32."""
    schedule = (*key, key[0] ^ key[1] ^ _PARITY)
    x, y = (counter[0] + key[0]) & _MASK, (counter[1] + key[1]) & _MASK
    for number in range(20):
        turn = _ROTATIONS[number % 8]
        x = (x + y) & _MASK
        y = ((y << turn | y >> (32 - turn)) & _MASK) ^ x
        if number % 4 == 3:
            group = number // 4 + 1
            x = (x + schedule[group % 3]) & _MASK
            y = (y + schedule[(group + 1) % 3] + group) & _MASK
    return x, y


def threefry_array(key: NDArray[Any], x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the two words of every block with the counters (x, y): uint32 arrays of one shape. `x` and `y` are
    overwritten.
    """
    schedule = (key[0], key[1], key[0] ^ key[1] ^ np.uint32(_PARITY))
    x += schedule[0]
    y += schedule[1]
    turned = np.empty_like(y)
    for number in range(20):
        turn = _ROTATIONS[number % 8]
        x += y
        np.left_shift(y, np.uint32(turn), out=turned)
        y >>= np.uint32(32 - turn)
        y |= turned
        y ^= x
        if number % 4 == 3:
            group = number // 4 + 1
            x += schedule[group % 3]
            y += schedule[(group + 1) % 3]
            y += np.uint32(group)
    return x, y


def key(seed: int, node_id: str, step: int) -> NDArray[Any]:
    """Return the uint32 key of shape (2,) of one node at one step."""
    words = threefry(stream(int(seed), node_id), (int(step) & _MASK, int(step) >> 32 & _MASK))
    return np.array(words, dtype=np.uint32)


@primitive  # type: ignore[untyped-decorator]
def fold(key: Any, number: Any) -> Any:
    """Return another key: that of iteration `number` (a whole number), or of a call told by a key of its own."""
    if type(key) is StandIn or type(number) is StandIn:
        return stand_in((2,), np.dtype(np.uint32))
    array = np.asarray(number)
    if array.shape == (2,):
        counter = (int(array[0]), int(array[1]))
    else:
        whole = int(array)
        counter = (whole & _MASK, whole >> 32 & _MASK)
    return np.array(threefry((int(key[0]), int(key[1])), counter), dtype=np.uint32)


def call_number(node_id: str) -> int:
    """Return the number by which calls of one function are told apart: random nodes in it differ from call to call."""
    return int.from_bytes(hashlib.blake2s(node_id.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "little")


@lru_cache(maxsize=4096)
def stream(seed: int, node_id: str) -> tuple[int, int]:
    """Return the words that `key` combines with the step: those of one node."""
    digest = hashlib.blake2s(node_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    name = (int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little"))
    return threefry((seed & _MASK, seed >> 32 & _MASK), name)


def _blocks(key: Any, count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the words of the blocks 0 ... count - 1."""
    number = np.arange(count, dtype=np.uint64)
    low, high = (number & np.uint64(_MASK)).astype(np.uint32), (number >> np.uint64(32)).astype(np.uint32)
    with np.errstate(over="ignore"):
        return threefry_array(np.asarray(key, dtype=np.uint32), low, high)


def _uniform64(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """Return 53-bit fractions in [0, 1) out of two words each."""
    high, low = (first >> np.uint32(5)).astype(np.float64), (second >> np.uint32(6)).astype(np.float64)
    return (high * 67108864.0 + low) / 9007199254740992.0


@primitive  # type: ignore[untyped-decorator]
def bits(key: Any, shape: Shape) -> Any:
    """Return uniform uint32 words of `shape`: the first words of blocks 0, 1, 2, ..."""
    if type(key) is StandIn:
        return stand_in(tuple(shape), np.dtype(np.uint32))
    return _blocks(key, _size(shape))[0].reshape(shape)[()]


@primitive  # type: ignore[untyped-decorator]
def uniform(key: Any, shape: Shape = (), dtype: str = "float64") -> Any:
    """Return numbers uniform in [0, 1): 53 random bits in float64, 24 in float32."""
    if type(key) is StandIn:
        return stand_in(tuple(shape), np.dtype(dtype))
    first, second = _blocks(key, _size(shape))
    if dtype == "float32":
        return ((first >> np.uint32(8)).astype(np.float32) / np.float32(16777216.0)).reshape(shape)[()]
    return _uniform64(first, second).reshape(shape)[()]


@primitive  # type: ignore[untyped-decorator]
def normal(key: Any, shape: Shape = (), dtype: str = "float64") -> Any:
    """Return numbers of the standard normal distribution (Box and Muller 1958, one block of Threefry each)."""
    if type(key) is StandIn:
        return stand_in(tuple(shape), np.dtype(dtype))
    first, second = _blocks(key, _size(shape))
    radius = np.sqrt(-2.0 * np.log((first.astype(np.float64) + 0.5) / 4294967296.0))
    angle = second.astype(np.float64) * (2.0 * np.pi / 4294967296.0)
    return (radius * np.cos(angle)).astype(dtype).reshape(shape)[()]


def _size(shape: Shape) -> int:
    return int(np.prod(shape, dtype=np.int64))
