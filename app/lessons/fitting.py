"""The whole graph is kept in sight while panels come and go at the start of a lesson, until somebody moves on the
canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer

if TYPE_CHECKING:
    from app.canvas import Canvas

MOVES: Final = (
    QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress, QEvent.Type.NativeGesture,
    QEvent.Type.Drop,
)  # fmt: skip
"""What a person does on a canvas to see something else, or to change it."""


class Fitting(QObject):
    """Fits a canvas each time it gets another size, from `start` until it is worked on."""

    def __init__(self, canvas: Canvas, then: Callable[[], object]) -> None:
        """`then` is called after each time."""
        super().__init__(canvas)
        self._canvas, self._then = canvas, then
        self._on = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fit)
        canvas.installEventFilter(self)

    def start(self) -> None:
        """Fit from now on."""
        self._on = True
        self._soon.start()

    def stop(self) -> None:
        """Let the canvas be."""
        self._on = False
        self._soon.stop()

    def _fit(self) -> None:
        if self._on and self._canvas.isVisible():
            self._canvas.fit()
            self._then()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: see sizes and hands first."""
        if self._on and event.type() in MOVES:
            self.stop()
        elif self._on and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._soon.start()
        return False
