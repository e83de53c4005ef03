"""Dragging a number: how often a second the wires, plots and the path of a graph of 100 nodes follow it."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import time
from typing import Final

from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire

NODES: Final = 100
RATE: Final = 90.0
"""Movements of the pointer a second."""
FUNCTIONS: Final = ("elementwise.sin", "activations.tanh", "elementwise.square", "activations.sigmoid")


def hundred() -> Content:
    """Return a curve fitted through a chain of functions of a x + b, with a plot: 100 nodes, two parameters."""
    xs = tuple(k / 20 for k in range(60))
    nodes = {
        "x": Node("x", "inputs.constant", "", {"value": xs}),
        "t": Node("t", "inputs.constant", "", {"value": tuple(x * x for x in xs)}),
        "a": Node("a", "parameters.parameter", "slope", {"value": 0.5}),
        "b": Node("b", "parameters.parameter", "offset", {"value": 0.1}),
        "product": Node("product", "elementwise.multiply"),
        "sum": Node("sum", "elementwise.add"),
        "mse": Node("mse", "losses.mse"),
        "descent": Node("descent", "optimizers.optimizer", "", {"method": "adam", "steps": 100}),
        "fit": Node("fit", "views.scatter_fit"),
    }
    wires = [("x.value", "product.x"), ("a.value", "product.y"), ("product.value", "sum.x"), ("b.value", "sum.y")]
    last = "sum"
    for k in range(NODES - len(nodes)):
        id = f"step_{k}"
        nodes[id] = Node(id, "elementwise.add" if k % 3 == 2 else FUNCTIONS[k % len(FUNCTIONS)])
        wires.append((f"{last}.value", f"{id}.x"))
        if k % 3 == 2:
            wires.append(("sum.value", f"{id}.y"))
        last = id
    wires += [
        (f"{last}.value", "mse.prediction"), ("t.value", "mse.target"), ("mse.value", "descent.loss"),
        ("x.value", "fit.x"), ("t.value", "fit.y"), (f"{last}.value", "fit.fit"),
    ]  # fmt: skip
    made = frozenset(Wire(Socket(*a.split(".", 1)), Socket(*b.split(".", 1))) for a, b in wires)
    places = {id: Place(190.0 * (k % 12), 130.0 * (k // 12)) for k, id in enumerate(nodes)}
    return Content(Graph(nodes, made), Layout(places))


def refreshes(seconds: float) -> float:
    """Return how often a second new values were shown while a parameter was dragged on the canvas with the mouse."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from app.main import application
    from app.settings import Settings
    from app.window import Window
    from nodes.library import LIBRARY

    app = application()
    window = Window(LIBRARY, settings=Settings())
    window.resize(1600, 1000)
    window.show()
    window.show_content(hundred(), None, clean=True)
    session, canvas = window.session, window.canvas
    until = time.monotonic() + 30
    while session.looks.looks is None and time.monotonic() < until:
        app.processEvents()
    canvas.fit()
    _spin(app, 1.5)
    shown: list[float] = []
    session.values_changed.connect(lambda: shown.append(time.perf_counter()))
    at = canvas.camera.to_view(canvas.scene.nodes["a"].control_rect().center()).toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    begun = time.perf_counter()
    moves = 0
    while (now := time.perf_counter()) < begun + seconds:
        if now >= begun + moves / RATE:
            moves += 1
            QTest.mouseMove(canvas, at + QPoint(10 + moves % 100, 0))
        app.processEvents()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at)
    rate = len(shown) / (time.perf_counter() - begun)
    session.discard()
    window.close()
    return rate


def _spin(app: object, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()  # type: ignore[attr-defined]
        time.sleep(0.005)
