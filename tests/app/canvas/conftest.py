"""A canvas over a small graph, and hands to work it with: real mouse and key events, in scene coordinates."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.canvas import Canvas
from app.session import Session
from engine.graph import Content, Graph, Layout, Node, Place, Route, Socket
from nodes.library import LIBRARY
from tests.engine.graphs import wire

Left = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def line_fit() -> Content:
    """A straight line through constants: every kind of node the canvas draws in a form of its own."""
    operators = {
        "x": "inputs.constant",
        "y": "inputs.constant",
        "w": "parameters.parameter",
        "b": "parameters.parameter",
        "multiply": "elementwise.multiply",
        "add": "elementwise.add",
        "mse": "losses.mse",
        "adam": "optimizers.optimizer",
        "probe": "views.probe",
    }
    places = {
        "x": (0, 0), "w": (0, 144), "b": (0, 288), "y": (0, 424), "multiply": (264, 64), "add": (456, 160),
        "mse": (656, 160), "adam": (896, 160), "probe": (656, 344),
    }  # fmt: skip
    nodes = {id: Node(id, operator) for id, operator in operators.items()}
    nodes["x"] = Node("x", "inputs.constant", "", {"value": (1.0, 2.0, 3.0)})
    nodes["y"] = Node("y", "inputs.constant", "", {"value": (2.0, 4.0, 6.0)})
    wires = frozenset(
        wire(*ends)
        for ends in (
            ("x.value", "multiply.x"), ("w.value", "multiply.y"), ("multiply.value", "add.x"), ("b.value", "add.y"),
            ("add.value", "mse.prediction"), ("y.value", "mse.target"), ("mse.value", "adam.loss"),
        )
    )  # fmt: skip
    return Content(Graph(nodes, wires), Layout({id: Place(float(x), float(y)) for id, (x, y) in places.items()}))


@dataclass
class Hands:
    """Works a canvas as a person would."""

    canvas: Canvas

    def at(self, point: QPointF) -> QPoint:
        """Return a scene point in pixels of the canvas."""
        return self.canvas.camera.to_view(point).toPoint()

    def socket(self, text: str, *, output: bool) -> QPointF:
        """Return where "node.socket" is in the scene."""
        return self.canvas.scene.point(Socket(*text.split(".", 1)), output=output)

    def head(self, node: str) -> QPointF:
        """Return a point in a node's head, away from its sockets."""
        return self.canvas.scene.nodes[node].corner + QPointF(60, 14)

    def press(self, point: QPointF, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = Left) -> None:
        QTest.mousePress(self.canvas, button, modifiers, self.at(point))

    def move(self, point: QPointF) -> None:
        QTest.mouseMove(self.canvas, self.at(point))
        QApplication.processEvents()

    def release(self, point: QPointF, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = Left) -> None:
        QTest.mouseRelease(self.canvas, button, modifiers, self.at(point))

    def drag(
        self, start: QPointF, end: QPointF, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = Left
    ) -> None:
        """Press, move in three steps, release."""
        self.press(start, modifiers, button)
        for k in (1, 2, 3):
            self.move(start + (end - start) * k / 3)
        self.release(end, modifiers, button)

    def click(self, point: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.canvas, Left, modifiers, self.at(point))

    def double_click(self, point: QPointF) -> None:
        QTest.mouseDClick(self.canvas, Left, NONE, self.at(point))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def wheel(self, point: QPointF, turns: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
        at = QPointF(self.at(point))
        event = QWheelEvent(
            at, self.canvas.mapToGlobal(at), QPoint(), QPoint(0, turns), Qt.MouseButton.NoButton, modifiers,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.canvas, event)


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    session = Session(LIBRARY, engine=False)
    yield session
    session.close()


@pytest.fixture
def show(qtbot: QtBot, qapp: QApplication, session: Session) -> Callable[[Content], Canvas]:
    """Return a function that shows a graph on a canvas at 100 %."""

    def shown(content: Content) -> Canvas:
        held = theme.appearance()
        if (held.theme, held.scale) != (theme.DARK, 1.0) or not qapp.styleSheet():
            theme.apply(qapp, theme.DARK, 1.0)
        session.adopt(content, None, clean=True)
        canvas = Canvas(session)
        qtbot.addWidget(canvas)
        canvas.resize(1240, 720)
        canvas.show()
        qtbot.waitExposed(canvas)
        canvas.zoom_to(1.0)
        canvas.minimap.hide()
        return canvas

    return shown


@pytest.fixture
def canvas(show: Callable[[Content], Canvas]) -> Canvas:
    return show(line_fit())


@pytest.fixture
def hands(canvas: Canvas) -> Hands:
    return Hands(canvas)


def agrees(canvas: Canvas) -> None:
    """Fail unless the scene shows exactly what the document holds."""
    session, scene = canvas.session, canvas.scene
    assert set(scene.nodes) == set(session.graph.nodes)
    assert set(scene.wires) == set(session.graph.wires)
    assert set(scene.notes) == set(session.layout.notes)
    for id, item in scene.nodes.items():
        place = session.layout.places.get(id, Place())
        assert (item.corner.x(), item.corner.y()) == (place.x, place.y), id
    for held, item in scene.wires.items():
        assert item.start == scene.point(held.source, output=True), held
        assert item.end == scene.point(held.target, output=False), held
        route = session.layout.routes.get(held, Route())
        assert bool(item.tag) == route.tagged or scene.long_as_tags, held
        assert route.tagged or [dot.toTuple() for dot in item.dots] == list(route.dots), held
    for id, note in session.layout.notes.items():
        assert scene.notes[id].note == note
