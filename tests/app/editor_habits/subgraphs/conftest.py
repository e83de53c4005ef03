"""Hands that make subgraphs, and what they are checked by."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.canvas import menus
from app.panels.palette import OPERATOR_ROLE
from engine.data import Data
from engine.evaluate import gradient
from engine.graph import Content
from engine.prepare import prepare
from nodes.library import LIBRARY
from tests.app.conftest import index_of
from tests.app.editor_habits.conftest import Desk, choose

Left, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def numbers(content: Content) -> tuple[float, dict[str, float]]:
    """Return the loss and the gradient, as the engine has them."""
    found = gradient(prepare(content, LIBRARY, Data()))
    return found.loss, {id: float(np.sum(value)) for id, value in found.gradients.items()}


def grouped(desk: Desk) -> tuple[str, str]:
    """Make a subgraph of w * x + b with Ctrl+G; return the function and the call."""
    choose(desk, "multiply", "add", "w", "b")
    desk.keys(Qt.Key.Key_G, CTRL)
    (call,) = desk.session.selection
    return str(desk.session.setting(call, "function")), call


def said(desk: Desk) -> list[str]:
    """Return a list that every sentence of the status line is put into from now on."""
    sentences: list[str] = []
    desk.session.message.connect(sentences.append)
    return sentences


def menu_actions(desk: Desk, node: str) -> dict[str, QAction]:
    menu = QMenu(desk.window.canvas)
    desk.session.select([node])
    menus.fill(desk.window.canvas, menu, None, None)
    return {action.text(): action for action in menu.actions()}


def picked(desk: Desk, at: QModelIndex) -> None:
    """Find a row of the palette by typing its title, and press Return on it."""
    palette, operator = desk.window.workspace.operators, at.data(OPERATOR_ROLE)
    QTest.keyClicks(palette.search, str(at.data()))
    palette.list.setCurrentIndex(index_of(palette, operator))
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    palette.search.clear()
