"""Scenes of "Looking": previews and values on nodes, the profile of a step, and what is wrong seen from afar."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.assets import ASSETS, SAMPLES
from app.canvas import pinning
from app.window import Window
from app.worker.answers import EngineAnswerer
from app.worker.messages import Job, unpack_type
from docs.guide.scenes.shot import Shot
from engine.files import read
from engine.graph import Socket

Key, Mod = Qt.Key, Qt.KeyboardModifier


def opened(window: Window, name: str) -> None:
    """Show a sample, its values found here instead of in a process."""
    window.session.adopt(read(SAMPLES / f"{name}.dgraph"), None, clean=True)
    window.show_document()
    QApplication.processEvents()
    looked(window)
    window.canvas.fit()
    window.canvas.glide.finish()
    window.canvas.minimap.hide()
    window.canvas.setFocus()


def answerer(window: Window) -> EngineAnswerer:
    """Return what answers questions about the window's graph."""
    return EngineAnswerer(Job.of(window.session.content, SAMPLES, ASSETS), lambda node: None)


def looked(window: Window) -> None:
    """Let every wire have its value."""
    looks = window.session.looks
    found = answerer(window)
    looks.known = {
        Socket(node, name): unpack_type(kind) for node, kinds in found.types().items() for name, kind in kinds.items()
    }
    looks.types_changed.emit()
    looks.looks = found.looks(None)
    looks.values_changed.emit()


def key(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """Press a key on the canvas."""
    for _ in range(3):
        QApplication.processEvents()
    QTest.keyClick(window.canvas, key, modifiers)


def previews(window: Window) -> Shot:
    """Values on the nodes themselves, in three forms and sizes, and beside the sockets."""
    opened(window, "1_straight_line_hubble")
    session = window.session
    by_name = {session.label(id): id for id in session.graph.nodes}
    session.set_setting(by_name["slope w"], "value", 454.2)
    session.set_setting(by_name["offset b"], "value", -40.8)
    session.select([by_name["Add"]])
    key(window, Key.Key_V, Mod.AltModifier)
    pinning.pin(window.canvas, [by_name["Multiply"]], "small")
    pinning.show(window.canvas, [by_name["Multiply"]], "histogram")
    pinning.pin(window.canvas, [by_name["Data and fit"]], "medium")
    session.select()
    key(window, Key.Key_4, Mod.AltModifier)
    window.canvas.fit()
    window.canvas.glide.finish()
    looked(window)
    return Shot("looking-previews", window.canvas)


def profile(window: Window) -> Shot:
    """One step, node by node."""
    opened(window, "2_iris_network")
    session = window.session
    session.profiler.toggle()
    session.profiler.show_costs(answerer(window).profile(None)[1])
    return Shot("looking-profile", window.canvas)


def trouble(window: Window) -> Shot:
    """An error seen from afar, and its message under the pointer."""
    opened(window, "2_iris_network")
    session, canvas = window.session, window.canvas
    held = next(
        wire
        for wire in sorted(session.graph.wires)
        if session.graph.nodes[wire.target.node].operator.startswith("losses.")
    )
    session.select((), (), [held])
    key(window, Key.Key_Delete, Mod.NoModifier)
    QApplication.processEvents()
    canvas.zoom_to(0.2)
    canvas.glide.finish()
    canvas.centre_on(canvas.scene.bounds().center())
    canvas.glide.finish()
    from app.canvas import badges

    item = canvas.scene.nodes[held.target.node]
    QTest.mouseMove(canvas, canvas.camera.to_view(badges.centre(item)).toPoint())
    return Shot("looking-trouble", window.canvas)


SCENES = (previews, profile, trouble)
WINDOWS = {"profile": {"theme": "light"}}
