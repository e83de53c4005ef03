"""Scenes of "Selecting and moving": a lasso, frames and notes, and 200 nodes laid out by themselves."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from app.canvas import note_text
from app.window import Window
from docs.guide.scenes.shot import Shot
from engine.edits import ChangeNote
from engine.graph import Content, Graph, Layout, Node, Note, Place, Socket, Wire

Key, Mod, Left = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.LeftButton


def layered_graph() -> Content:
    """Return 200 nodes, all at one place: six inputs, layers of what is made of them, and a loss."""
    chance = random.Random(7)
    kinds = ("elementwise.add", "elementwise.multiply", "elementwise.subtract", "activations.tanh", "elementwise.sin",
             "elementwise.exp")  # fmt: skip
    nodes: dict[str, Node] = {}
    wires: list[Wire] = []
    rows: list[list[str]] = [[]]
    for k in range(12):
        operator = "parameters.parameter" if k % 2 else "inputs.constant"
        nodes[f"in_{k}"] = Node(f"in_{k}", operator)
        rows[0].append(f"in_{k}")
    while len(nodes) < 198:
        row: list[str] = []
        for k in range(min(12, 198 - len(nodes))):
            id = f"n_{len(nodes)}"
            nodes[id] = Node(id, chance.choice(kinds))
            before = rows[-1]
            near = before[min(k, len(before) - 1)]
            wires.append(Wire(Socket(near, "value"), Socket(id, "x")))
            if nodes[id].operator in kinds[:3]:
                other = before[min(max(k + chance.choice((-1, 1)), 0), len(before) - 1)]
                wires.append(Wire(Socket(other, "value"), Socket(id, "y")))
            row.append(id)
        rows.append(row)
    nodes["mse"], nodes["adam"] = Node("mse", "losses.mse"), Node("adam", "optimizers.optimizer")
    wires += [
        Wire(Socket(rows[-1][0], "value"), Socket("mse", "prediction")),
        Wire(Socket(rows[-1][-1], "value"), Socket("mse", "target")),
        Wire(Socket("mse", "value"), Socket("adam", "loss")),
    ]
    return Content(Graph(nodes, frozenset(wires)), Layout({id: Place(0.0, 0.0) for id in nodes}))


def shown(window: Window, content: Content, zoom: float = 0.0) -> None:
    """Show a graph as a document, fitted or at a zoom."""
    window.session.adopt(content, None, clean=True)
    window.show_document()
    QApplication.processEvents()
    window.canvas.fit()
    if zoom:
        window.canvas.zoom_to(zoom)
    window.canvas.setFocus()
    QApplication.processEvents()


def stroke(window: Window, points: Sequence[QPointF], modifiers: Mod = Mod.NoModifier, *, release: bool = True) -> None:
    """Draw through points of the scene with the left button."""
    canvas = window.canvas
    at = [canvas.camera.to_view(point) for point in points]
    QTest.mousePress(canvas, Left, modifiers, at[0].toPoint())
    for point in at[1:]:
        event = QMouseEvent(
            QEvent.Type.MouseMove, point, canvas.mapToGlobal(point), Qt.MouseButton.NoButton, Left, modifiers
        )
        QApplication.sendEvent(canvas, event)
    if release:
        QTest.mouseRelease(canvas, Left, modifiers, at[-1].toPoint())


def layout(window: Window) -> Shot:
    """200 nodes that lay upon each other, after Ctrl+Shift+L."""
    shown(window, layered_graph())
    QTest.keyClick(window.canvas, Key.Key_L, Mod.ControlModifier | Mod.ShiftModifier)
    QApplication.processEvents()
    window.canvas.fit()
    return Shot("selecting-layout", window.canvas)


def line() -> Content:
    """Return the fit of a line, in columns."""
    nodes = {
        "x": Node("x", "inputs.constant", "year", {"value": (1.0, 2.0, 3.0)}),
        "w": Node("w", "parameters.parameter", "slope w"),
        "b": Node("b", "parameters.parameter", "offset b"),
        "multiply": Node("multiply", "elementwise.multiply"),
        "add": Node("add", "elementwise.add"),
        "y": Node("y", "inputs.constant", "measured", {"value": (2.0, 4.0, 7.0)}),
        "mse": Node("mse", "losses.mse"),
        "adam": Node("adam", "optimizers.optimizer", "Adam"),
    }
    ends = (("x.value", "multiply.x"), ("w.value", "multiply.y"), ("multiply.value", "add.x"), ("b.value", "add.y"),
            ("add.value", "mse.prediction"), ("y.value", "mse.target"), ("mse.value", "adam.loss"))  # fmt: skip
    wires = (Wire(*(Socket(*end.split(".", 1)) for end in pair)) for pair in ends)
    at = {"x": (0, 0), "w": (0, 136), "b": (0, 264), "multiply": (264, 40), "add": (448, 128), "y": (448, 296),
          "mse": (688, 152), "adam": (936, 152)}  # fmt: skip
    places = {id: Place(float(x), float(y)) for id, (x, y) in at.items()}
    note = Note(
        "note_9",
        "## Least squares\n"
        r"The loss $\frac{1}{n}\sum_i (w x_i + b - y_i)^2$ is least where its derivatives are 0, above all"
        "\n\n"
        r"$$\frac{\partial L}{\partial w} = \frac{2}{n}\sum_i x_i\,(w x_i + b - y_i)$$",
        688.0, 350.0, 408.0, 170.0,
    )  # fmt: skip
    return Content(Graph(nodes, frozenset(wires)), Layout(places, {"note_9": note}))


def frames(window: Window) -> Shot:
    """Three frames put around selections by Ctrl+J, a note with a formula, a node collapsed and one muted."""
    content = line()
    shown(window, content)
    canvas = window.canvas
    for title, ids in (("What is measured, what is learned", "xwb"), ("The model", ("multiply", "add")),
                       ("Training", ("mse", "adam"))):  # fmt: skip
        window.session.select(list(ids))
        QApplication.processEvents()
        QTest.keyClick(canvas, Key.Key_J, Mod.ControlModifier)
        field = canvas.findChildren(QPlainTextEdit)[-1]
        QTest.keyClicks(field, title)
        QTest.keyClick(field, Key.Key_Return, Mod.ControlModifier)
        QApplication.processEvents()
    for id, color in zip(sorted(window.session.layout.notes), ("", "violet", "rose"), strict=False):
        held = window.session.layout.notes[id]
        if held.is_frame:
            window.session.apply(ChangeNote(replace(held, color=color)))
    window.session.select(["y"])
    QTest.keyClick(canvas, Key.Key_H)
    window.session.select()
    canvas.fit()
    canvas.grab()
    note_text.formulas().finish()
    return Shot("selecting-frames", canvas)


def lasso(window: Window) -> Shot:
    """A lasso half drawn."""
    shown(window, line())
    corners = ((-30, 120), (180, 120), (240, 20), (430, 20), (430, 100), (620, 110), (620, 250), (400, 260), (200, 390),
               (-30, 390))  # fmt: skip
    around = [QPointF(x, y) for x, y in corners]
    stroke(window, around, Mod.ControlModifier | Mod.AltModifier, release=False)
    return Shot("selecting-lasso", window.canvas)


SCENES = (layout, frames, lasso)
WINDOWS = {"frames": {"theme": "light"}}
