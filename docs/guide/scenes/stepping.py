"""Scenes of "Stepping": mid-way on the way back, inside a loop, and what overlays write on the wires."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window import Window
from app.worker import questions as q
from app.worker.stepped import Wish
from docs.guide.scenes.looking import answerer, looked, opened
from docs.guide.scenes.shot import Shot

Key = Qt.Key


def recorded(window: Window, **wish: object) -> None:
    """Show the panel of steps with a step that was recorded here instead of in a process."""
    window.workspace.show_panel("steps")
    window.workspace.make_room("steps", 340)
    for _ in range(6):
        QApplication.processEvents()
    window.canvas.fit()
    window.canvas.glide.finish()
    window.session.stepping.show(answerer(window).trace(q.AskTrace(1, Wish(**wish), None)))  # type: ignore[arg-type]
    window.workspace.steps.setFocus()


def back(window: Window) -> Shot:
    """Mid-way on the way back: the wires that the derivative has reached are orange underneath."""
    opened(window, "1_straight_line_hubble")
    session = window.session
    by_name = {session.label(id): id for id in session.graph.nodes}
    session.set_setting(by_name["slope w"], "value", 400.0)
    looked(window)
    recorded(window, approach="tape")
    window.canvas.minimap.hide()
    session.set_overlay("value", True)
    session.set_overlay("cotangent", True)
    QTest.keyClick(window.workspace.steps, Key.Key_End)
    for _ in range(3):
        QTest.keyClick(window.workspace.steps, Key.Key_Left)
    return Shot("stepping-back")


def overlays(window: Window) -> Shot:
    """Values, derivatives, local partials, and the size of the gradient as thickness."""
    opened(window, "1_straight_line_hubble")
    session = window.session
    by_name = {session.label(id): id for id in session.graph.nodes}
    session.set_setting(by_name["slope w"], "value", 400.0)
    looked(window)
    for overlay in ("cotangent", "partial", "norm"):
        session.set_overlay(overlay, True)  # type: ignore[arg-type]
    session.slopes.show(answerer(window).slopes(None))
    return Shot("stepping-overlays", window.canvas)


def loop(window: Window) -> Shot:
    """Inside a loop: the iteration that is walked, and the line of the adjoint's source."""
    opened(window, "logistic_map_chaos")
    recorded(window, approach="source")
    window.canvas.minimap.hide()
    stepping = window.session.stepping
    assert stepping.steps is not None  # noqa: S101 - it was recorded just now
    micro = stepping.steps.stepped.micro
    said = stepping.steps.text
    number = next(
        k
        for k, step in enumerate(micro)
        if step.phase == "backward" and step.place and said(step.cotangent) not in ("0", "1", "")
    )
    owner = stepping.steps.nodes_of(micro[number])[0]
    body = next(door.inside for door in window.session.doors(owner) if door.inside)
    window.session.enter(body)
    for _ in range(4):
        QApplication.processEvents()
    window.canvas.fit()
    window.canvas.glide.finish()
    window.session.set_overlay("value", True)
    window.session.set_overlay("cotangent", True)
    stepping.go(number + 9)
    return Shot("stepping-loop")


SCENES = (back, overlays, loop)
WINDOWS = {"overlays": {"theme": "light"}}
