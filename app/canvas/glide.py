"""Short animations of the camera: a zoom that follows the wheel with the point under it held, and a glide to a view."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QTimer

from app.canvas.geometry import ZOOM_LIMITS
from app.theme import appearance

if TYPE_CHECKING:
    from app.canvas.view import Canvas

BEAT = 15
"""Milliseconds between two frames."""
SHARE = 0.4
"""The part of what is left that a zoom does in a frame: 95 % are done after six, a tenth of a second."""
NEAR = 0.004
"""How near, as a logarithm, a zoom is to its end when it jumps there."""
GLIDE = 0.18
"""Seconds of a glide."""


class View(NamedTuple):
    """Where a camera stands: the scene's point at the top left, and the zoom."""

    origin: QPointF
    zoom: float


class Glide(QObject):
    """The animation of one canvas. With reduced motion, or out of sight, everything happens at once."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._timer = QTimer(self, interval=BEAT)
        self._timer.timeout.connect(self._beat)
        self._aim: float | None = None
        self._held = QPointF()
        self._way: tuple[View, View, float] | None = None

    @property
    def active(self) -> bool:
        """Whether something moves."""
        return self._timer.isActive()

    @property
    def _moves(self) -> bool:
        return not appearance().reduced_motion and self._canvas.isVisible()

    def zoom(self, at: QPointF, by: float) -> None:
        """Zoom by a factor, on top of a zoom still going on; what is under the point of the canvas stays there."""
        camera = self._canvas.camera
        aim = (self._aim if self._aim is not None else camera.zoom) * by
        self._way = None
        self._aim, self._held = min(max(aim, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]), at
        if not self._moves:
            camera.zoom_at(at, self._aim)
            self.stop()
        else:
            self._timer.start()
            self._step()
        self._canvas.camera_moved()

    def to(self, view: View) -> None:
        """Glide to a view."""
        camera = self._canvas.camera
        self.stop()
        if self._moves:
            self._way = View(QPointF(camera.origin), camera.zoom), view, time.monotonic()
            self._timer.start()
        else:
            camera.origin, camera.zoom = QPointF(view.origin), view.zoom
            self._canvas.camera_moved()

    def stop(self) -> None:
        """Stay where the camera is."""
        self._timer.stop()
        self._aim = self._way = None

    def finish(self) -> None:
        """Be at the end at once."""
        camera, aim, way = self._canvas.camera, self._aim, self._way
        self.stop()
        if aim is not None:
            camera.zoom_at(self._held, aim)
        elif way is not None:
            camera.origin, camera.zoom = QPointF(way[1].origin), way[1].zoom

    def _beat(self) -> None:
        self._step()
        self._canvas.camera_moved()

    def _step(self) -> None:
        camera = self._canvas.camera
        if self._aim is not None:
            left = math.log(self._aim / camera.zoom)
            if abs(left) < NEAR:
                self.finish()
            else:
                camera.zoom_at(self._held, camera.zoom * math.exp(SHARE * left))
        elif self._way is not None:
            start, end, since = self._way
            part = (time.monotonic() - since) / GLIDE
            if part >= 1.0:
                self.finish()
            else:
                camera.origin, camera.zoom = between(start, end, 1.0 - (1.0 - part) ** 3, self._canvas)
        else:
            self.stop()


def between(start: View, end: View, part: float, canvas: Canvas) -> View:
    """Return the view on the way: the zoom grows evenly, and the middle moves so that the way looks straight."""
    zoom = start.zoom * (end.zoom / start.zoom) ** part
    apart = 1.0 / end.zoom - 1.0 / start.zoom
    share = (1.0 / zoom - 1.0 / start.zoom) / apart if abs(apart) > 1e-9 else part
    size = QPointF(canvas.width(), canvas.height()) / (2.0 * canvas.camera.unit)
    one, other = start.origin + size / start.zoom, end.origin + size / end.zoom
    return View(one + (other - one) * share - size / zoom, zoom)
