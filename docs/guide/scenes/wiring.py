"""Scenes of "Wiring": what a wire carries and how it may run, and a wire that does not fit with what would make it
fit."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from app.window import Window
from docs.guide.scenes.selecting import shown, stroke
from docs.guide.scenes.shot import Shot
from engine.graph import Content, Graph, Layout, Node, Place, Route, Socket, Wire


def wire(source: str, target: str) -> Wire:
    """Return the wire between "node.socket" and "node.socket"."""
    return Wire(*(Socket(*end.split(".", 1)) for end in (source, target)))


def types() -> Content:
    """Return a graph in which numbers of several kinds flow."""
    nodes = {
        "x": Node("x", "inputs.constant", "measures", {"value": ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))}),
        "k": Node("k", "inputs.constant", "counts", {"value": (1, 2, 3), "dtype": "int64"}),
        "w": Node("w", "parameters.parameter", "slope w", {"value": 0.5}),
        "mul": Node("mul", "elementwise.multiply"),
        "add": Node("add", "elementwise.add"),
        "gt": Node("gt", "elementwise.greater"),
        "pack": Node("pack", "shape.pack"),
        "mean": Node("mean", "reductions.mean"),
        "opt": Node("opt", "optimizers.optimizer", "Adam"),
        "probe": Node("probe", "views.probe"),
    }
    at = {
        "x": (0, 0), "k": (0, 150), "w": (0, 300), "mul": (280, 40), "add": (540, 100), "gt": (540, 280),
        "pack": (820, 280), "mean": (820, 60), "opt": (1060, 60), "probe": (1060, 300),
    }  # fmt: skip
    ends = (
        ("x.value", "mul.x"), ("w.value", "mul.y"), ("mul.value", "add.x"), ("k.value", "add.y"),
        ("add.value", "mean.x"), ("mul.value", "gt.x"), ("w.value", "gt.y"), ("gt.value", "pack.xs.0"),
        ("k.value", "pack.xs.1"), ("mean.value", "opt.loss"), ("w.value", "probe.x"),
    )  # fmt: skip
    routes = {
        wire("w.value", "probe.x"): Route(((240.0, 456.0), (920.0, 456.0))),
        wire("k.value", "pack.xs.1"): Route(tagged=True),
    }
    places = {id: Place(float(x), float(y)) for id, (x, y) in at.items()}
    return Content(Graph(nodes, frozenset(wire(*pair) for pair in ends)), Layout(places, {}, routes))


def types_of_wires(window: Window) -> Shot:
    """Colours and forms, a broadcast, dots and tags; the pointer rests on the wire that is broadcast."""
    shown(window, types())
    window.canvas.minimap.hide()
    canvas = window.canvas
    middle = canvas.scene.wires[wire("k.value", "add.y")].middle
    QTest.mouseMove(canvas, canvas.camera.to_view(middle + QPointF(20, 0)).toPoint())
    QTest.mouseMove(canvas, canvas.camera.to_view(middle).toPoint())
    QApplication.processEvents()
    return Shot("wiring-types", canvas)


def misfit(window: Window) -> Shot:
    """A wire whose shape does not fit, let go: the menu of what would make it fit."""
    content = types()
    turned = Node("t", "inputs.constant", "turned", {"value": ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))})
    graph = Graph({**content.graph.nodes, "t": turned}, content.graph.wires)
    shown(window, Content(graph, Layout({**content.layout.places, "t": Place(280.0, 240.0)})))
    canvas = window.canvas
    canvas.minimap.hide()
    start, end = (
        canvas.scene.point(Socket("t", "value"), output=True),
        canvas.scene.point(Socket("add", "y"), output=False),
    )
    stroke(window, [start, (start + end) / 2, end])
    for _ in range(5):
        QApplication.processEvents()
    base = QPixmap(canvas.grab())
    menu = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible())
    at = canvas.camera.to_view(end).toPoint()
    return Shot("wiring-misfit", _laid_on(window, base, menu, at.x(), at.y()), QRect(60, 110, 900, 460))


def _laid_on(window: Window, base: QPixmap, menu: QMenu, x: int, y: int) -> QLabel:
    """Return a picture of the canvas with the menu as it came over it: a menu is a window of its own."""
    from PySide6.QtGui import QPainter

    painter = QPainter(base)
    painter.drawPixmap(x, y, menu.grab())
    painter.end()
    menu.close()
    label = QLabel(window)
    label.setPixmap(base)
    label.resize(base.size())
    return label


SCENES = (types_of_wires, misfit)
