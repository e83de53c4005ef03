"""Moving about on the canvas: the camera, fitting, zooming to the pointer, trackpad and pinch, back and forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent

from app.canvas.geometry import Camera
from app.canvas.glide import View
from app.canvas.places import Spot
from app.canvas.wheel import Hand, turn_of

if TYPE_CHECKING:
    from app.canvas.view import Canvas

FIT_MARGIN = 24.0
"""Pixels around a fitted graph, at any font scale; less where the canvas is small,"""
FIT_SHARE = 0.035
"""a share of its height."""
WHEEL_STEP = 1.0015
TRACK_STEP = 1.006
"""What a pixel of a trackpad zooms by with Ctrl held."""
READABLE = 0.9
"""The zoom at which a node that is gone to is shown, where it was too small to read."""

Pinch = Qt.NativeGestureType


class Navigating:
    """The part of a Canvas that knows where it looks."""

    def seen(self: Canvas) -> QRectF:
        """Return the part of the scene that is seen."""
        return self.camera.seen(self.width(), self.height())

    @property
    def view(self: Canvas) -> View:
        """Where the camera stands."""
        return View(QPointF(self.camera.origin), self.camera.zoom)

    @property
    def standing(self: Canvas) -> Spot:
        """Where the camera stands, in a way that outlives another size of the canvas."""
        return Spot(self.scene.body, self.seen().center(), self.camera.zoom)

    def view_at(self: Canvas, middle: QPointF, zoom: float) -> View:
        """Return the view with a point of the scene in the middle."""
        camera = Camera()
        camera.unit, camera.zoom = self.camera.unit, zoom
        camera.centre(middle, self.width(), self.height())
        return View(camera.origin, camera.zoom)

    def view_of(self: Canvas, bounds: QRectF) -> View:
        """Return the view that shows all of a rectangle, at most at 100 %."""
        camera = Camera()
        camera.unit = self.camera.unit
        if bounds.isEmpty():
            return self.view_at(QPointF(0, 0), 1.0)
        margin, above = 2 * min(FIT_MARGIN, FIT_SHARE * self.height()), self.crumbs.room
        camera.show(bounds, max(self.width() - margin, 40), max(self.height() - margin - above, 40))
        camera.centre(bounds.center(), self.width(), self.height() + above)
        return View(camera.origin, camera.zoom)

    def set_view(self: Canvas, view: View) -> None:
        """Look there at once."""
        self.glide.stop()
        self.camera.origin, self.camera.zoom = QPointF(view.origin), view.zoom
        self.camera_moved()

    def fit(self: Canvas) -> None:
        """Show the whole graph at once, at most at 100 %."""
        if not self.isVisible():
            self._fit_when_shown = True
        self.set_view(self.view_of(self.scene.bounds()))

    def show_all(self: Canvas) -> None:
        """Glide to where the whole graph is seen."""
        self.go_to(self.view_of(self.scene.bounds()))

    def show_selection(self: Canvas) -> None:
        """Glide to where all that is selected is seen: nodes, notes and wires; with nothing selected, all."""
        session, scene, bounds = self.session, self.scene, QRectF()
        for id in session.selection & set(scene.nodes):
            bounds = bounds.united(scene.nodes[id].rect)
        for id in session.selected_notes & set(scene.notes):
            bounds = bounds.united(scene.notes[id].rect)
        for wire in session.selected_wires & set(scene.wires):
            bounds = bounds.united(scene.wires[wire].path.boundingRect())
        self.go_to(self.view_of(bounds if not bounds.isEmpty() else scene.bounds()))

    def go_to(self: Canvas, view: View) -> None:
        """Glide to a view; Back leads to where this one was."""
        self.glide.finish()
        self.places.jump(self.standing)
        self.glide.to(view)
        self.went.emit()

    def zoom_to(self: Canvas, zoom: float) -> None:
        """Show a scene unit as `zoom` pixels (times the font scale) at once, the middle held."""
        self.glide.stop()
        self.camera.zoom_at(QPointF(self.width(), self.height()) / 2, zoom)
        self.camera_moved()

    def zoom_by(self: Canvas, factor: float) -> None:
        """Zoom in or out smoothly, the middle held."""
        self.glide.zoom(QPointF(self.width(), self.height()) / 2, factor)

    def centre_on(self: Canvas, point: QPointF) -> None:
        """Put a point of the scene into the middle at once."""
        self.glide.stop()
        self.camera.centre(point, self.width(), self.height())
        self.camera_moved()

    def pan_by(self: Canvas, pixels: QPointF) -> None:
        """Move the scene by pixels of the canvas."""
        self.glide.finish()
        self.camera.pan(pixels)
        self.camera_moved()

    def reveal(self: Canvas, node: str) -> None:
        """Show the node, and give it a glow for a moment."""
        item = self.scene.nodes.get(node)
        if item is None:
            return
        self.glide.finish()
        zoom = READABLE if self.camera.zoom < 0.5 else self.camera.zoom
        inside = self.seen().adjusted(20, 20, -20, -20).contains(item.rect)
        if zoom != self.camera.zoom or not inside:
            if self._arrived != self.standing:
                self.places.jump(self.standing)
            self.set_view(self.view_at(item.rect.center(), zoom))
            self.went.emit()
        self.glowing = node
        self._glow_ends.start()
        self.update()

    def stay_at(self: Canvas, spot: Spot) -> None:
        """Look at a place at once, also before the canvas has its size."""
        self._fit_when_shown = False
        self.set_view(self.view_at(spot.middle, spot.zoom))

    def leave(self: Canvas) -> None:
        """This canvas goes: nothing of it moves any more."""
        self.begin(None)
        self.glide.stop()

    # Back and forward -------------------------------------------------------------------------------------------

    def _still_there(self: Canvas, spot: Spot) -> bool:
        return self.session.has_body(spot.body)

    def can_go(self: Canvas, by: int) -> bool:
        """Return whether there is a place behind (-1) or ahead (+1)."""
        return self.places.can_go(by, self._still_there)

    def step_place(self: Canvas, by: int) -> None:
        """Go back (-1) to where the canvas was before the last jump, or forward (+1) again."""
        self.glide.finish()
        spot = self.places.go(by, self.standing, self._still_there)
        if spot is not None:
            self.visit(spot)
            self.went.emit()

    def visit(self: Canvas, spot: Spot) -> None:
        """Go to a place, into its body where that is another one, without a mark in the history."""
        if spot.body != self.scene.body:
            self._travelling = True
            self.session.enter(spot.body)
            self._travelling = False
            self.set_view(self.view_at(spot.middle, spot.zoom))
        else:
            self.glide.to(self.view_at(spot.middle, spot.zoom))

    def go_to_spot(self: Canvas, spot: Spot) -> bool:
        """Go to a place; Back leads to where this one was. Return whether its body is there."""
        if not self._still_there(spot):
            return False
        self.glide.finish()
        self.places.jump(self.standing)
        self.visit(spot)
        self.went.emit()
        return True

    # Wheel, trackpad and pinch ---------------------------------------------------------------------------------

    def wheelEvent(self: Canvas, event: QWheelEvent) -> None:
        """Qt: a wheel zooms at the pointer, with Shift it pans; two fingers pan, with Ctrl they zoom."""
        pixels, turns, keys = event.pixelDelta(), event.angleDelta(), event.modifiers()
        trackpad = self.telling.hand(turn_of(event)) is Hand.TRACKPAD
        by = QPointF(pixels) if not pixels.isNull() else QPointF(turns) * 0.5
        event.accept()
        if trackpad and keys & Qt.KeyboardModifier.ControlModifier:
            self._zoom_now(event.position(), TRACK_STEP ** by.y())
        elif trackpad:
            self.pan_by(by)
        elif keys & Qt.KeyboardModifier.ShiftModifier or not turns.y():
            self.pan_by(QPointF(turns.y() or turns.x(), 0) * 0.5)
        else:
            self._zooms()
            self.glide.zoom(event.position(), WHEEL_STEP ** turns.y())

    def pinched(self: Canvas, event: QNativeGestureEvent) -> bool:
        """Act on fingers that part, close, or tap twice; return whether it was one of these."""
        kind = event.gestureType()
        if kind == Pinch.ZoomNativeGesture:
            self._zoom_now(event.position(), max(0.1, 1.0 + event.value()))
        elif kind == Pinch.SmartZoomNativeGesture:
            item = self.scene.node_at(self.camera.to_scene(event.position()))
            near = item is not None and self.camera.zoom < READABLE
            self.go_to(self.view_at(item.rect.center(), 1.0)) if item is not None and near else self.show_all()
        else:
            return kind in (Pinch.BeginNativeGesture, Pinch.EndNativeGesture)
        return True

    def _zoom_now(self: Canvas, at: QPointF, by: float) -> None:
        """Zoom without delay: fingers say at each moment how far."""
        self._zooms()
        self.glide.finish()
        self.camera.zoom_at(at, self.camera.zoom * by)
        self.camera_moved()

    def _zooms(self: Canvas) -> None:
        """A zoom goes on; once it rests, what was painted in haste is painted well."""
        self.zooming = True
        self._rests.start()

    def _rested(self: Canvas) -> None:
        self.zooming = False
        self.update()
