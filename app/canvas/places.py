"""Back and forward: the places a canvas was taken to, bodies included, as a browser keeps the pages it was on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QPointF

MOST = 100


class Spot(NamedTuple):
    """A place: the body, the scene's point in the middle of the canvas, and the zoom."""

    body: str
    middle: QPointF
    zoom: float


class Places:
    """A list of spots and where in it the canvas is. What is left by a jump is kept as it was when it was left."""

    def __init__(self) -> None:
        self._spots: list[Spot] = []
        self._at = 0

    def jump(self, left: Spot) -> None:
        """A jump leaves a spot for another one: what lay ahead is forgotten."""
        del self._spots[self._at :]
        if not self._spots or self._spots[-1] != left:
            self._spots.append(left)
        del self._spots[:-MOST]
        self._at = len(self._spots)

    def clear(self) -> None:
        """Forget everything: another document is shown."""
        self._spots.clear()
        self._at = 0

    def can_go(self, by: int, there: Callable[[Spot], bool]) -> bool:
        """Return whether there is a spot behind (-1) or ahead (+1) that still exists."""
        return self._next(by, there) is not None

    def go(self, by: int, here: Spot, there: Callable[[Spot], bool]) -> Spot | None:
        """Return the spot behind (-1) or ahead (+1), passing over those that are gone; None where there is none."""
        index = self._next(by, there)
        if index is None:
            return None
        if self._at == len(self._spots):
            self._spots.append(here)
        else:
            self._spots[self._at] = here
        self._at = index
        return self._spots[index]

    def _next(self, by: int, there: Callable[[Spot], bool]) -> int | None:
        index = self._at + by
        while 0 <= index < len(self._spots) and not there(self._spots[index]):
            index += by
        return index if 0 <= index < len(self._spots) else None
