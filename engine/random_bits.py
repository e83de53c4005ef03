"""Random numbers by counter: Threefry-2x32 keyed by (seed, node id, step, element)."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def key(seed: int, node_id: str, step: int) -> NDArray[Any]:
    """Return the uint32 key of shape (2,) of one node at one step."""
    raise NotImplementedError


def bits(key: Any, shape: tuple[int, ...]) -> Any:
    """Return uniform uint32 words of `shape`."""
    raise NotImplementedError


def uniform(key: Any, shape: tuple[int, ...] = (), dtype: str = "float64") -> Any:
    """Return numbers uniform in [0, 1)."""
    raise NotImplementedError


def normal(key: Any, shape: tuple[int, ...] = (), dtype: str = "float64") -> Any:
    """Return numbers of the standard normal distribution."""
    raise NotImplementedError
