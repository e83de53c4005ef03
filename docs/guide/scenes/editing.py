"""Scenes of "Editing": the history, nodes found and a setting made a socket, and a replacement in many settings."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest

from app.canvas.find_bar import find_bar
from app.canvas.replace_card import replace_card
from app.window import Window
from docs.guide.scenes.selecting import shown
from docs.guide.scenes.shot import Shot
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire

Key, Ctrl, Alt = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
Left = Qt.MouseButton.LeftButton


def settle(window: Window) -> None:
    """Let timers that are due do their work."""
    QTest.qWait(250)


def layers() -> Content:
    """Return two layers with leaky ReLUs, a loss and an optimizer."""
    nodes = {
        "x": Node("x", "inputs.constant", "measures", {"value": ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))}),
        "w": Node("w", "parameters.parameter", "weights", {"value": ((0.5, -0.2), (0.1, 0.3))}),
        "steep": Node("steep", "parameters.parameter", "steepness", {"value": 0.1}),
        "matmul": Node("matmul", "linear_algebra.matmul"),
        "leaky_1": Node("leaky_1", "activations.leaky_relu", "", {"slope": 0.1}),
        "leaky_2": Node("leaky_2", "activations.leaky_relu", "", {"slope": 0.3}),
        "mean": Node("mean", "reductions.mean"),
        "adam": Node("adam", "optimizers.optimizer", "Adam", {"learning_rate": 0.1}),
    }
    ends = (
        ("x.value", "matmul.x"), ("w.value", "matmul.y"), ("matmul.value", "leaky_1.x"),
        ("leaky_1.value", "leaky_2.x"), ("leaky_2.value", "mean.x"), ("mean.value", "adam.loss"),
    )  # fmt: skip
    at = {
        "x": (0, 0), "w": (0, 150), "steep": (260, 240), "matmul": (260, 40), "leaky_1": (500, 40),
        "leaky_2": (740, 40), "mean": (980, 40), "adam": (1200, 40),
    }  # fmt: skip
    wires = frozenset(Wire(*(Socket(*end.split(".", 1)) for end in pair)) for pair in ends)
    return Content(Graph(nodes, wires), Layout({id: Place(float(x), float(y)) for id, (x, y) in at.items()}))


def head(window: Window, node: str) -> QPointF:
    """Return a point of a node's head, in pixels of the canvas."""
    canvas = window.canvas
    return canvas.camera.to_view(canvas.scene.nodes[node].corner + QPointF(60, 14))


def click(window: Window, node: str, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Click the head of a node."""
    QTest.mouseClick(window.canvas, Left, modifiers, head(window, node).toPoint())
    settle(window)


def press(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """Press keys on the canvas."""
    settle(window)
    QTest.keyClick(window.canvas, key, modifiers)
    settle(window)


def write(window: Window, setting: str, text: str) -> None:
    """Type into a field of the inspector."""
    field = window.workspace.inspector.view.form.rows[setting].editor.field  # type: ignore[union-attr,attr-defined]
    field.setFocus()
    field.lineEdit().selectAll()
    QTest.keyClicks(field.lineEdit(), text)
    QTest.keyClick(field.lineEdit(), Key.Key_Return)
    settle(window)


def beside(window: Window, height: int) -> QRect:
    """Return the upper part of the canvas with the panel to its right, in pixels of the window."""
    corner = window.canvas.mapTo(window, QPoint(0, 0))
    return QRect(corner.x(), corner.y(), window.width() - corner.x(), height)


def history(window: Window) -> Shot:
    """Steps done, saved, and taken back again."""
    shown(window, layers())
    press(window, Key.Key_8, Ctrl | Alt)
    click(window, "leaky_2")
    press(window, Key.Key_D, Ctrl | Qt.KeyboardModifier.ShiftModifier)
    press(window, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    window.session.rename("w", "first weights")
    window.session.document.mark_clean()
    window.session.path_changed.emit()
    click(window, "adam")
    press(window, Key.Key_R, Ctrl | Alt)
    click(window, "mean")
    press(window, Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    panel = window.workspace.history.list
    QTest.mouseClick(panel.viewport(), Left, pos=panel.visualRect(panel.model().index(3, 0)).center())
    settle(window)
    return Shot("editing-history", part=beside(window, 420))


def found(window: Window) -> Shot:
    """A setting as a socket, fed by a parameter; and what a search found."""
    shown(window, layers())
    window.canvas.minimap.hide()
    click(window, "leaky_1")
    row = window.workspace.inspector.view.form.rows["slope"]  # type: ignore[union-attr]
    next(each for each in row.menu().actions() if each.text().startswith("A socket")).trigger()
    settle(window)
    canvas = window.canvas
    start = canvas.camera.to_view(canvas.scene.point(Socket("steep", "value"), output=True)).toPoint()
    end = canvas.camera.to_view(canvas.scene.point(Socket("leaky_1", "slope"), output=False)).toPoint()
    QTest.mousePress(canvas, Left, pos=start)
    for k in (1, 2, 3):
        QTest.mouseMove(canvas, start + (end - start) * k / 3)
    QTest.mouseRelease(canvas, Left, pos=end)
    press(window, Key.Key_F, Ctrl)
    bar = find_bar(canvas)
    QTest.keyClicks(bar.field, "type:leaky slope<1")
    QTest.keyClick(bar.field, Key.Key_Return)
    settle(window)
    return Shot("editing-find", part=beside(window, 470))


def replaced(window: Window) -> Shot:
    """Every hit before it is replaced; two nodes in the inspector, one value mixed."""
    shown(window, layers())
    window.canvas.minimap.hide()
    click(window, "leaky_1")
    click(window, "leaky_2", Ctrl)
    press(window, Key.Key_H, Ctrl)
    card = replace_card(window.canvas)
    QTest.keyClicks(card.old, "0.1")
    QTest.keyClicks(card.new, "0.05")
    settle(window)
    return Shot("editing-replace", part=beside(window, 500))


SCENES = (history, found, replaced)
