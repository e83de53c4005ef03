"""Scenes of "Why, and what if": the inspected node with numbers in it, marks of training, the viewer of arrays.

They have windows of their own, with engine processes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.assets import SAMPLES
from app.canvas import training_marks
from app.settings import Settings
from app.window import Window
from docs.guide.scenes.landscapes import until
from docs.guide.scenes.shot import Shot
from engine.edits import Group, SetSetting
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from nodes.library import LIBRARY

Scene = Callable[[Window], Shot]


def opened(window: Window, content: Content | Path) -> Window:
    """Return a window with engine processes over a graph, once it has looked at its wires; it goes with the other."""
    made = Window(LIBRARY, settings=Settings(theme=window.settings.theme), engine=True)
    made.resize(window.size())
    made.show()
    if isinstance(content, Path):
        made.open(content)
    else:
        made.show_content(content, None, clean=True)
    window.destroyed.connect(made.session.close)
    until(lambda: made.session.looks.looks is not None)
    return made


def settled() -> None:
    """Let formulas be drawn and labels be laid out."""
    for _ in range(60):
        QTest.qWait(20)
        QApplication.processEvents()


def node(window: Window) -> Shot:
    """The product in the line through the galaxies, near the least loss."""
    made = opened(window, SAMPLES / "1_straight_line_hubble.dgraph")
    session = made.session
    parameters = [id for id, each in session.graph.nodes.items() if each.operator == "parameters.parameter"]
    values = (SetSetting(id, "value", value) for id, value in zip(sorted(parameters), (423.94, -40.78), strict=True))
    session.apply(Group("Set by hand", tuple(values)))
    session.set_overlay("value", True)
    session.set_overlay("cotangent", True)
    chosen = next(id for id, each in session.graph.nodes.items() if each.operator == "elementwise.multiply")
    session.select([chosen])
    until(lambda: made.workspace.inspector.view.chain.isVisible())
    settled()
    return Shot("explaining-node", made)


def marks(window: Window) -> Shot:
    """A rectifier that lets nothing back, the mark at the weight before it, and why."""
    nodes = {
        "w": Node("w", "parameters.parameter", "weight w", {"value": (-1.0, -2.0)}),
        "relu": Node("relu", "activations.relu", "the rectifier"),
        "mean": Node("mean", "reductions.mean"),
        "descent": Node("descent", "optimizers.optimizer", "", {"method": "gradient_descent", "learning_rate": 0.1}),
    }
    ends = [("w.value", "relu.x"), ("relu.value", "mean.x"), ("mean.value", "descent.loss")]
    wires = frozenset(Wire(Socket(*a.split(".")), Socket(*b.split("."))) for a, b in ends)
    places = {id: Place(210.0 * k, 40.0 * (k % 2)) for k, id in enumerate(nodes)}
    made = opened(window, Content(Graph(nodes, wires), Layout(places)))
    made.session.select(["w"])
    made.workspace.show_panel("problems")
    until(lambda: bool(made.session.watcher.badges) and made.workspace.inspector.view.values[0].why.isVisible())
    settled()
    QTest.mouseMove(made.canvas, training_marks.centre(made.canvas.scene.nodes["w"], made.canvas.camera).toPoint())
    settled()
    return Shot("explaining-marks", made)


def tensor(window: Window) -> Shot:
    """What the hidden layer of the flowers gives."""
    made = opened(window, SAMPLES / "2_iris_network.dgraph")
    viewer = made.workspace.tensors.open(Socket("dense_1", "value"))
    until(lambda: viewer.model.seen is not None)
    settled()
    return Shot("explaining-tensor", viewer)


SCENES: tuple[Scene, ...] = (node, marks, tensor)
