"""Dragging a number: by how much a way of the pointer changes it, and the edits that follow, one undo step for each
drag."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt

from app.running import MOVING
from engine.graph import Socket
from engine.operator import Kind

if TYPE_CHECKING:
    from app.session import Session

PER_PIXEL: Final = 0.01
"""Of the number's decade: a hundred pixels add one in its first digit."""
FINE, COARSE = 0.1, 10.0
"""With Shift, and with Ctrl."""
PAUSE: Final = "Pause the run to set a trained number by hand."

_drags = itertools.count()


def scrubbed(start: float, pixels: float, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> float:
    """Return the number that dragging `start` so many pixels to the right leads to, rounded to the step of a pixel."""
    decade = 10.0 ** math.floor(math.log10(abs(start))) if start and math.isfinite(start) else 1.0
    step = decade * PER_PIXEL
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        step *= FINE
    elif modifiers & Qt.KeyboardModifier.ControlModifier:
        step *= COARSE
    return float(f"{round(start / step + pixels) * step:.12g}") if pixels else start


class Scrub:
    """One drag of one number: of a setting, or of a parameter from what it is now, wherever that comes from."""

    def __init__(self, session: Session, node: str, setting: str) -> None:
        self.session, self.node, self.setting = session, node, setting
        self.start = number_of(session, node, setting)
        self._held = session.setting(node, setting)
        self._merge = f"scrub {next(_drags)}"
        self._moved = False

    def move(self, pixels: float, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Follow the pointer, so many pixels right of where it was pressed."""
        if self.start is None or self.node not in self.session.graph.nodes:
            return
        session = self.session
        if refused := refusal(session, self.node):
            session.message.emit(refused)
            return
        value: Any = scrubbed(self.start, pixels, modifiers)
        if isinstance(self._held, int) and not isinstance(self._held, bool) and not self._is_array_setting():
            value = round(value)
        if value == session.setting(self.node, self.setting) and not self._moved:
            return
        if not self._moved:
            self._take_in_hand()
        self._moved = True
        session.set_setting(self.node, self.setting, self._within(value), self._merge)

    def _is_array_setting(self) -> bool:
        return self.session.operator(self.node).kind in (Kind.PARAMETER, Kind.SOURCE)

    def _within(self, value: Any) -> Any:
        spec = self.session.operator(self.node).settings.get(self.setting)
        low, high = getattr(spec, "low", None), getattr(spec, "high", None)
        value = value if low is None else max(value, low)
        return value if high is None else min(value, high)

    def _take_in_hand(self) -> None:
        """Let a parameter start from what is written, not from what is drawn."""
        session = self.session
        if "initial" in session.operator(self.node).settings and session.setting(self.node, "initial") != "value":
            session.set_setting(self.node, "initial", "value", self._merge)

    def finish(self) -> None:
        """The drag is over: what comes next is another step."""
        self.session.seal()

    def cancel(self) -> None:
        """Leave the number as it was."""
        if self._moved:
            self.session.document.cancel(self._merge)
            self.session.set_setting(self.node, self.setting, self._held)  # no edit any more: a run hears of it


def number_of(session: Session, node: str, setting: str) -> float | None:
    """Return the single number that a setting is, or that a trained parameter has come to; None where it is none."""
    held = session.setting(node, setting)
    if isinstance(held, bool) or not isinstance(held, int | float):
        return None
    operator = session.operator(node)
    if operator.kind is Kind.PARAMETER and setting == "value":
        look = session.look(Socket(node, operator.outputs[0].name))
        if look is not None and look.partial is not None:
            return float(look.partial.array()) if look.partial.shape == () and look.finite else None
    return float(held)


def refusal(session: Session, node: str) -> str:
    """Return why a number of a node may not be dragged now; "" where it may."""
    trained = session.operator(node).kind is Kind.PARAMETER and not session.node(node).frozen
    return PAUSE if trained and session.run_state in MOVING else ""
