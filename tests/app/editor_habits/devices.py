"""Buttons and keys by their names, and what a wheel and a trackpad send."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.canvas import Canvas

Left, Middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE, CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Scroll = Qt.ScrollPhase


def roll(
    canvas: Canvas, pixels: QPoint, turns: QPoint, phase: Qt.ScrollPhase = Scroll.NoScrollPhase,
    keys: Qt.KeyboardModifier = NONE, at: QPointF | None = None,
) -> None:  # fmt: skip
    """Send what a wheel or two fingers send."""
    at = at or QPointF(300, 200)
    event = QWheelEvent(at, canvas.mapToGlobal(at), pixels, turns, Qt.MouseButton.NoButton, keys, phase, False)
    QApplication.sendEvent(canvas, event)


def pinch(canvas: Canvas, at: QPointF, by: float, kind: Qt.NativeGestureType) -> None:
    """Send what two fingers that part send."""
    fingers = QPointingDevice.primaryPointingDevice()
    event = QNativeGestureEvent(kind, fingers, 2, at, at, canvas.mapToGlobal(at), by, QPointF())
    QApplication.sendEvent(canvas, event)
