"""How numbers are written in a table of many."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from app import numbers


def _real(write: Callable[[float], str]) -> Callable[[Any], str]:
    def written(value: Any) -> str:
        if isinstance(value, complex):
            return f"{write(value.real)} {'-' if value.imag < 0 else '+'} {write(abs(value.imag))}i"
        if isinstance(value, float) and not math.isfinite(value):
            return numbers.short(value)
        return write(value)

    return written


FORMATS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "short": ("Short", numbers.short),
    "exact": ("Exact", _real(lambda value: str(value) if isinstance(value, int) else numbers.exact(value))),
    "fixed": ("Three decimals", _real(lambda value: f"{value:.3f}")),
    "science": ("Scientific", _real(lambda value: f"{value:.4e}")),
    "percent": ("Percent", _real(lambda value: f"{100 * value:.2f} %")),
}
"""By name: what people call it, and how a number becomes text."""
