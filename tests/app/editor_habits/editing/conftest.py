"""Hands that type into fields and choose from menus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from app.panels.inspector_row import Row
from engine.graph import Content, Graph, Layout, Node, Place
from tests.app.canvas.conftest import wire
from tests.app.editor_habits.conftest import Desk

Key, Ctrl, Shift, Alt = (
    Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
Left = Qt.MouseButton.LeftButton


def line_of(field: QWidget) -> QLineEdit:
    """The line that is typed into: of a spin box the one inside it."""
    return field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)


def write(field: QWidget, text: str, key: Qt.Key = Key.Key_Return) -> None:
    """Type a text in place of what a field holds, and end it with a key."""
    field.setFocus()
    line_of(field).selectAll()
    QTest.keyClicks(line_of(field), text)
    QTest.keyClick(line_of(field), key)


def row(desk: Desk, name: str) -> Row:
    view = desk.window.workspace.inspector.view
    assert view is not None
    return view.form.rows[name]


def chosen(menu: QMenu, text: str) -> None:
    """Choose the entry of a menu that begins with a text."""
    (action,) = [each for each in menu.actions() if each.text().startswith(text)]
    assert action.isEnabled()
    action.trigger()
    menu.close()


def leaky() -> Content:
    """x -> leaky ReLU -> mean -> optimizer, and a parameter t beside it."""
    nodes = {
        "x": Node("x", "parameters.parameter", "", {"value": (1.5, -2.0, 0.5)}),
        "t": Node("t", "parameters.parameter", "steepness", {"value": 0.3}),
        "leaky": Node("leaky", "activations.leaky_relu", "", {"slope": 0.2}),
        "mean": Node("mean", "reductions.mean"),
        "descent": Node("descent", "optimizers.optimizer", "", {"steps": 50}),
    }
    ends = (("x.value", "leaky.x"), ("leaky.value", "mean.x"), ("mean.value", "descent.loss"))
    places = {"x": (0, 0), "t": (0, 160), "leaky": (260, 0), "mean": (500, 0), "descent": (700, 0)}
    return Content(
        Graph(nodes, frozenset(wire(*each) for each in ends)),
        Layout({id: Place(float(x), float(y)) for id, (x, y) in places.items()}),
    )
