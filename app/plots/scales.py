"""The colour scales of heat maps: the same in plots and in the previews on nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from app.theme import Theme, appearance


def colour_table(name: str, theme: Theme | None = None) -> NDArray[Any]:
    """Return 256 colours of a scale: from the card's own colour to the value's and on, or orange to blue, or grey."""
    theme = theme or appearance().theme
    light, dark = ("#f4f8fd", "#12243a") if theme.dark else ("#eef3f9", "#0b2747")
    stops = {
        "sequential": (dark, theme.value, light) if theme.dark else (light, theme.value, dark),
        "diverging": (theme.derivative, theme.raised, theme.value),
        "grey": ("#000000", "#808080", "#ffffff"),
    }[name]
    at = np.linspace(0, 1, 256)
    channels = np.array([[c.red(), c.green(), c.blue()] for c in map(QColor, stops)], dtype=float)
    spread = [np.interp(at, np.linspace(0, 1, len(stops)), channels[:, k]) for k in range(3)]
    return np.stack(spread, 1).astype(np.uint8)


def limits(name: str, low: float, high: float) -> tuple[float, float]:
    """Return the values at the ends of a scale for numbers from low to high: a diverging one has 0 in its middle."""
    if name == "diverging":
        high = max(abs(low), abs(high))
        low = -high
    return (low - 0.5, high + 0.5) if low == high else (low, high)
