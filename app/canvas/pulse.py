"""The one motion of the canvas: when a run starts or steps, values run along the wires, then derivatives run back."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QTimer
from PySide6.QtGui import QPainter

from app.canvas.inks import Inks, pen
from app.canvas.items import WireItem
from app.theme import appearance

LASTS = 0.18
"""Seconds of each of the two ways."""
INTERVAL = 16
MOST_WIRES = 300
"""In larger graphs nothing runs: a swarm explains nothing."""


class Pulse(QObject):
    """Where the moving dots are. `tick` is called for each picture; nothing moves where reduced motion is asked for."""

    def __init__(self, parent: QObject, tick: Callable[[], object]) -> None:
        super().__init__(parent)
        self._tick = tick
        self._begun = 0.0
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._moved)

    @property
    def active(self) -> bool:
        """Whether anything is moving."""
        return self._timer.isActive()

    def start(self, wires: int) -> None:
        """Start from the beginning."""
        if not appearance().reduced_motion and 0 < wires <= MOST_WIRES:
            self._begun = time.monotonic()
            self._timer.start()

    def _moved(self) -> None:
        if time.monotonic() - self._begun >= 2 * LASTS:
            self._timer.stop()
        self._tick()

    def paint(self, painter: QPainter, wires: list[WireItem], ink: Inks) -> None:
        """Paint the dots, in scene coordinates: blue ones on their way forward, then orange ones on their way back."""
        part = (time.monotonic() - self._begun) / LASTS
        forward = part < 1.0
        at = min(part, 1.0) if forward else max(2.0 - part, 0.0)
        carrying = [item for item in wires if forward or (item.differentiable and item.reading.thickness)]
        points: list[QPointF] = []
        for item in carrying:
            lines = item.lines(1.0)
            points.append(lines[min(int(at * len(lines)), len(lines) - 1)].pointAt(at * len(lines) % 1.0))
        if points:
            painter.setPen(pen(ink.theme.value if forward else ink.theme.derivative, 9.0))
            painter.drawPoints(points)
