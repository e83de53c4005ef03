"""Telling a trackpad from a wheel by what their events carry: nobody has to say which one they have."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputDevice, QWheelEvent

NOTCH = 120
"""What one notch of a wheel turns; finer wheels send parts of it,"""
FINEST = 15
"""this at the finest."""
STICKS = 400
"""Milliseconds for which what a doubtful event comes from is what the one before came from."""


class Hand(Enum):
    """What turned: a wheel zooms, two fingers on a trackpad pan."""

    WHEEL = "wheel"
    TRACKPAD = "trackpad"


class Turn(NamedTuple):
    """What an event of the wheel kind says about where it comes from."""

    touch: bool
    """Whether the system says it is a touchpad."""
    phased: bool
    """Whether it belongs to a gesture with a beginning and an end: wheels have none."""
    pixels: QPoint
    turns: QPoint
    time: int
    """Milliseconds."""


def turn_of(event: QWheelEvent) -> Turn:
    """Return what an event says."""
    touch = event.pointingDevice() is not None and event.deviceType() == QInputDevice.DeviceType.TouchPad
    phased = event.phase() != Qt.ScrollPhase.NoScrollPhase
    return Turn(touch, phased, event.pixelDelta(), event.angleDelta(), event.timestamp())


class Telling:
    """Tells what events come from, one after the other."""

    def __init__(self) -> None:
        self._last: tuple[Hand, int] | None = None

    def hand(self, turn: Turn) -> Hand:
        """Return what an event comes from. Where it does not say, whole notches are a wheel's, and what follows at
        once comes from the same."""
        sure = _sure(turn)
        recent = self._last is not None and 0 <= turn.time - self._last[1] < STICKS
        hand = sure or (self._last[0] if recent and self._last is not None else _likely(turn))
        self._last = hand, turn.time
        return hand


def _sure(turn: Turn) -> Hand | None:
    x, y = turn.turns.x(), turn.turns.y()
    if turn.touch or turn.phased or (x and y):
        return Hand.TRACKPAD
    if not turn.turns.isNull() and x % NOTCH == 0 and y % NOTCH == 0:
        return Hand.WHEEL
    return Hand.TRACKPAD if turn.turns.isNull() and not turn.pixels.isNull() else None


def _likely(turn: Turn) -> Hand:
    """Parts of a notch: a fine wheel sends even parts and no pixels."""
    even = turn.turns.x() % FINEST == 0 and turn.turns.y() % FINEST == 0
    return Hand.WHEEL if even and turn.pixels.isNull() else Hand.TRACKPAD
