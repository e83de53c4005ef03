"""Generated data sets, equal on every machine and version of NumPy: their numbers come from engine.random_bits."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine import random_bits

Points: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]


def permutation(key: Any, count: int) -> Labels:
    """Return the whole numbers below count in an order that follows from the key."""
    return np.argsort(np.asarray(random_bits.uniform(key, (count,))), kind="stable").astype(np.int64)


def _noise(name: str, seed: int, shape: tuple[int, ...], scale: float) -> Points:
    return scale * np.asarray(random_bits.normal(random_bits.key(seed, name, 0), shape))


def line(
    count: int, slope: float, intercept: float, noise: float, low: float, high: float, seed: int
) -> tuple[Points, Points]:
    """Return evenly spaced x in [low, high], and slope x + intercept with normal noise; both (count,)."""
    x = np.linspace(low, high, count)
    return x, slope * x + intercept + _noise("line", seed, (count,), noise)


def spirals(count: int, arms: int, turns: float, noise: float, seed: int) -> tuple[Points, Labels]:
    """Return points (count, 2) on Archimedean spirals of radius 1, and the arm of each."""
    labels = np.arange(count, dtype=np.int64) % arms
    along = (np.arange(count) // arms + 1) / math.ceil(count / arms)
    angle = 2 * math.pi * (turns * along + labels / arms)
    points = np.stack([along * np.cos(angle), along * np.sin(angle)], axis=1)
    return points + _noise("spirals", seed, (count, 2), noise), labels


def moons(count: int, noise: float, seed: int) -> tuple[Points, Labels]:
    """Return points (count, 2) on two half circles, the second turned and moved by (1, 0.5), and the circle of each."""
    upper = count - count // 2
    out, back = np.linspace(0, math.pi, upper), np.linspace(0, math.pi, count // 2)
    first = np.stack([np.cos(out), np.sin(out)], axis=1)
    second = np.stack([1 - np.cos(back), 0.5 - np.sin(back)], axis=1)
    labels = (np.arange(count) >= upper).astype(np.int64)
    return np.concatenate([first, second]) + _noise("moons", seed, (count, 2), noise), labels


def blobs(count: int, classes: int, features: int, spread: float, distance: float, seed: int) -> tuple[Points, Labels]:
    """Return points (count, features) around as many centres as classes, and the centre of each."""
    labels = np.arange(count, dtype=np.int64) % classes
    points = distance * _centres(classes, features, seed)[labels]
    return points + _noise("blobs", seed, (count, features), spread), labels


def _centres(classes: int, features: int, seed: int) -> Points:
    if features == 2:
        angle = 2 * math.pi * np.arange(classes) / classes
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    directions = _noise("blob centres", seed, (classes, features), 1.0)
    unit: Points = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return unit
