"""Dots of wires and tags in their place: dragged, added, taken out, followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.canvas import menus, ways
from app.canvas.bending import plain, run_through
from app.canvas.geometry import snapped
from app.canvas.gestures import FREE, Gesture
from app.canvas.wiring import PickWire
from engine.graph import Wire

if TYPE_CHECKING:
    from app.canvas.view import Canvas


class DragDot(PickWire):
    """A press on a dot: a click selects its wire, a drag moves it, together with those of other wires of the same
    output that stand at the same place."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier, wire: Wire, index: int) -> None:
        super().__init__(canvas, at, modifiers, wire)
        self._start = QPointF(self.scene.wires[wire].dots[index])
        outgoing = self.session.graph.outgoing.get(wire.source.node, ())
        shown = [each for each in outgoing if each.source == wire.source and each in self.scene.wires]
        self._together = {
            each: [k for k, dot in enumerate(self.scene.wires[each].dots) if dot == self._start] for each in shown
        }
        self._together[wire] = [index]
        self._before = {each: self.scene.wires[each].dots for each, dots in self._together.items() if dots}
        self._now = self._before

    def drag(self, step: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        goal = self._start + (self.at - self.pressed) / self.canvas.camera.factor
        if not modifiers & FREE:
            goal = QPointF(snapped(goal.x()), snapped(goal.y()))
        self._now = {
            wire: tuple(goal if k in self._together[wire] else dot for k, dot in enumerate(dots))
            for wire, dots in self._before.items()
        }
        self._show(self._now)

    def _show(self, dots: dict[Wire, tuple[QPointF, ...]]) -> None:
        for wire, points in dots.items():
            if wire in self.scene.wires:
                self.scene.bend(wire, points)

    def finish(self) -> None:
        if self._now != self._before:
            run_through(self.session, "Move dot", {wire: plain(dots) for wire, dots in self._now.items()})

    def cancel(self) -> None:
        self._show(self._before)


class AddDot(DragDot):
    """A press on a wire with Alt held: a dot is put there, and dragged."""

    def __init__(self, canvas: Canvas, at: QPointF, wire: Wire) -> None:
        item = canvas.scene.wires[wire]
        self._old = item.dots
        index, dots = ways.with_dot((item.start, *item.dots, item.end), canvas.camera.to_scene(at))
        canvas.scene.bend(wire, tuple(dots))
        super().__init__(canvas, at, Qt.KeyboardModifier.NoModifier, wire, index)
        self._together = {wire: [index]}
        self._before = self._now = {wire: canvas.scene.wires[wire].dots}

    def finish(self) -> None:
        run_through(self.session, "Add dot", {wire: plain(dots) for wire, dots in self._now.items()})

    def cancel(self) -> None:
        self._show(dict.fromkeys(self._before, self._old))


class FollowTag(PickWire):
    """A press on a tag: a click goes to the other end of the wire."""

    cursor = Qt.CursorShape.PointingHandCursor

    def __init__(self, canvas: Canvas, at: QPointF, wire: Wire, output: bool) -> None:
        super().__init__(canvas, at, Qt.KeyboardModifier.NoModifier, wire)
        self._wire, self._output = wire, output

    def finish(self) -> None:
        if self.moved:
            return
        if not self._output:
            self.session.reveal(self._wire.source.node)
            return
        tagged = [wire for wire in self.session.graph.outgoing[self._wire.source.node] if self._stands_for(wire)]
        if len(tagged) == 1:
            self.session.reveal(self._wire.target.node)
        else:
            canvas, at = self.canvas, self.at
            canvas.later(lambda: _offer_ends(canvas, at, tagged))

    def _stands_for(self, wire: Wire) -> bool:
        item = self.scene.wires.get(wire)
        return wire.source == self._wire.source and item is not None and bool(item.tag)


def _offer_ends(canvas: Canvas, at: QPointF, wires: Iterable[Wire]) -> None:
    session = canvas.session
    menu = menus.new_menu(canvas, "Where this value goes")
    for wire in wires:
        text = f"{session.label(wire.target.node)[:40]} · {wire.target.name}".replace("&", "&&")
        menu.addAction(text, lambda node=wire.target.node: session.reveal(node))
    menu.popup(canvas.global_point(at))


def gesture_at(canvas: Canvas, at: QPointF, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    """Return the gesture of a press on a dot or a tag, or on a wire with Alt held."""
    hover = canvas.what_is_at(at)
    if hover.dot is not None:
        return DragDot(canvas, at, modifiers, *hover.dot)
    if hover.tag is not None:
        return FollowTag(canvas, at, *hover.tag)
    if hover.wire is not None and modifiers == FREE and not canvas.scene.wires[hover.wire].tag:
        return AddDot(canvas, at, hover.wire)
    return None
