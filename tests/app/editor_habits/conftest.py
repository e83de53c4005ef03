"""A window over the line fit at 100 %, with hands to work it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.canvas import Canvas
from app.session import Session
from app.window import Window
from engine.graph import Content, Layout, Place
from tests.app.canvas.conftest import NONE, Hands, line_fit
from tests.app.waiting import LONGEST
from tests.engine.control_graphs import body_graph

_LOOP: Final = body_graph(
    {
        "constant_1": {"value": (1.0, 2.0)}, "for_1": {}, "for_1/input_1": "x", "for_1/tanh_1": {},
        "for_1/output_1": "x",
    },
    "constant_1>for_1.carry.0 input_1>tanh_1 tanh_1>output_1.value",
)  # fmt: skip
LOOP: Final = Content(_LOOP, Layout({id: Place(300.0 * k, 0.0) for k, id in enumerate(_LOOP.nodes)}))
"""A loop around a body of three nodes."""


@dataclass
class Desk:
    """A window with a document open, hands on its canvas, and keys for the window."""

    window: Window
    hands: Hands

    @property
    def session(self) -> Session:
        return self.window.session

    def keys(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, on: QWidget | None = None) -> None:
        """Press and release a key where the person is: the canvas, unless told otherwise."""
        if on is None and QApplication.activePopupWidget() is None:
            self.window.activateWindow()
            # Keys of the window reach the active one alone.
            assert QTest.qWaitForWindowActive(self.window, LONGEST), "the window is not the active one"
        for _ in range(3):
            QApplication.processEvents()
        self.window.actions_table.refresh()  # else commands learn from a timer whether they can be given
        QTest.keyClick(on or self.window.canvas, key, modifiers)

    def stroke(
        self,
        points: Sequence[QPointF],
        modifiers: Qt.KeyboardModifier = NONE,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        *,
        release: bool = True,
    ) -> None:
        """Draw through points of the scene with a button and keys held; QTest.mouseMove knows no keys."""
        canvas, hands = self.window.canvas, self.hands
        hands.press(points[0], modifiers, button)
        last = points[0]
        for point in points[1:]:
            for k in range(1, 5):
                at = QPointF(hands.at(last + (point - last) * k / 4))
                event = QMouseEvent(
                    QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), Qt.MouseButton.NoButton, button, modifiers
                )
                QApplication.sendEvent(canvas, event)
            last = point
        if release:
            hands.release(points[-1], modifiers, button)

    def type(self, text: str, on: QWidget | None = None) -> None:
        """Type a text, key by key."""
        QTest.keyClicks(on or self.window.canvas, text)


def choose(desk: Desk, *nodes: str) -> None:
    """Click the first, Shift+click the others."""
    for k, node in enumerate(nodes):
        desk.hands.click(desk.hands.head(node), Qt.KeyboardModifier.ShiftModifier if k else NONE)
    assert desk.session.selection == set(nodes)


@pytest.fixture
def seat(qtbot: QtBot, window: Callable[..., Window]) -> Callable[..., Desk]:
    """A maker of desks: `seat(content)` shows a graph in a window at 100 %."""

    def made(content: Content | None = None, **more: object) -> Desk:
        opened = window(**more)
        opened.session.adopt(content or line_fit(), None, clean=True)
        opened.show_document()
        opened.canvas.minimap.hide()
        opened.canvas.zoom_to(1.0)
        opened.canvas.setFocus()
        return Desk(opened, Hands(opened.canvas))

    return made


@pytest.fixture
def desk(seat: Callable[..., Desk]) -> Desk:
    """A desk over the line fit, without engine processes."""
    return seat()


@pytest.fixture
def rest(qtbot: QtBot) -> Callable[[Canvas], None]:
    """Wait until a canvas moves no more."""

    def waited(canvas: Canvas) -> None:
        qtbot.waitUntil(lambda: not canvas.glide.active)

    return waited
