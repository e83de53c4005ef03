"""Scenes of "Subgraphs": a subgraph that was entered, and its interface where it is edited."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window import Window
from docs.guide.scenes.selecting import shown
from docs.guide.scenes.shot import Shot
from docs.guide.scenes.wiring import wire
from engine.edits import AddNode, Connect, Disconnect, Group, Move
from engine.graph import Content, Graph, Layout, Node, Place

LEFT, SHIFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def network() -> Content:
    """Return a small network of two layers of one neuron each, and a line beside it."""
    nodes = {
        "points": Node("points", "inputs.line_data", "measured points", {"count": 50, "noise": 0.1}),
        "w1": Node("w1", "parameters.parameter", "slope w", {"value": 0.4}),
        "b1": Node("b1", "parameters.parameter", "offset b", {"value": 0.1}),
        "mul": Node("mul", "elementwise.multiply"),
        "add": Node("add", "elementwise.add"),
        "bend": Node("bend", "activations.tanh"),
        "gain": Node("gain", "parameters.parameter", "gain", {"value": 2.0}),
        "scale": Node("scale", "elementwise.multiply"),
        "mse": Node("mse", "losses.mse", "mean squared error"),
        "opt": Node("opt", "optimizers.optimizer", "Adam"),
        "fit": Node("fit", "views.scatter_fit", "Points and curve"),
    }
    at = {
        "points": (0, 96), "w1": (0, 248), "b1": (248, 296), "mul": (264, 112), "add": (480, 160), "bend": (680, 160),
        "gain": (680, 296), "scale": (896, 176), "mse": (1120, 96), "opt": (1376, 96), "fit": (1120, 296),
    }  # fmt: skip
    ends = (
        ("points.x", "mul.x"), ("w1.value", "mul.y"), ("mul.value", "add.x"), ("b1.value", "add.y"),
        ("add.value", "bend.x"), ("bend.value", "scale.x"), ("gain.value", "scale.y"),
        ("scale.value", "mse.prediction"), ("points.y", "mse.target"), ("mse.value", "opt.loss"),
        ("points.x", "fit.x"), ("points.y", "fit.y"), ("scale.value", "fit.fit"),
    )  # fmt: skip
    places = {id: Place(float(x), float(y)) for id, (x, y) in at.items()}
    return Content(Graph(nodes, frozenset(wire(*pair) for pair in ends)), Layout(places))


def made(window: Window, *nodes: str) -> str:
    """Make a subgraph of nodes: click, Shift+click, Ctrl+G; return the call."""
    canvas = window.canvas
    canvas.fit()
    for k, node in enumerate(nodes):
        at = canvas.camera.to_view(canvas.scene.nodes[node].corner + QPointF(50, 14)).toPoint()
        QTest.mouseClick(canvas, LEFT, SHIFT if k else Qt.KeyboardModifier.NoModifier, at)
    window.activateWindow()
    canvas.setFocus()
    for _ in range(3):
        QApplication.processEvents()
    QTest.keyClick(canvas, Qt.Key.Key_G, CTRL)
    QApplication.processEvents()
    return window.session.current or ""


def named(window: Window, call: str, name: str) -> str:
    """Call the function of a call so; return it."""
    function = str(window.session.setting(call, "function"))
    window.session.rename(function, name)
    return function


def entered(window: Window) -> Shot:
    """A subgraph inside a subgraph: the way to it on the left, what it reads from outside, the palette's new family."""
    shown(window, network())
    window.canvas.minimap.hide()
    line = named(window, made(window, "mul", "w1", "add", "b1"), "Line")
    whole = named(window, made(window, *_drawn(window, line), "bend", "gain", "scale"), "Neuron")
    window.session.set_setting(line, "about", "A straight line: slope w times x, and offset b.")
    _read_from_outside(window, line, whole)
    window.session.enter(line)
    QApplication.processEvents()
    window.workspace.operators.list.scrollToTop()
    window.canvas.fit()
    return Shot("subgraphs-entered", part=QRect(0, 0, 1600, 640))


def _drawn(window: Window, function: str) -> list[str]:
    graph = window.session.graph
    calls = [id for id, node in graph.nodes.items() if node.settings.get("function") == function]
    return [function, *calls]


def _read_from_outside(window: Window, line: str, whole: str) -> None:
    """Let the line read the gain of the neuron around it."""
    session = window.session
    add = next(id for id in session.graph.bodies[line] if "add" in id)
    out = next(w for w in session.graph.outgoing[add])
    place = session.layout.places[add]
    product = Node("damped", "elementwise.multiply", "damped", inside=line)
    outer = Node("outer_1", "control.outer", "", {"node": "gain"}, inside=line)
    ends = [id for id in session.graph.bodies[line] if session.node(id).operator == "control.output"]
    session.apply(
        Group(
            "Damp",
            (
                Move({id: Place(place.x + 464, place.y + 16) for id in ends}),
                AddNode(product, Place(place.x + 216, place.y + 16)),
                AddNode(outer, Place(place.x + 40, place.y + 288)),
                Disconnect(out),
                Connect(wire(f"{add}.value", "damped.x")),
                Connect(wire("outer_1.value", "damped.y")),
                Connect(wire("damped.value", f"{out.target.node}.{out.target.name}")),
            ),
        )
    )


def interface(window: Window) -> Shot:
    """The inputs and outputs of a function in the inspector; its calls on the canvas show them."""
    shown(window, network())
    window.canvas.minimap.hide()
    call = made(window, "mul", "add")
    function = named(window, call, "Line")
    session = window.session
    session.set_setting(function, "about", "A straight line: w times x, and b.")
    session.set_setting(function, "inputs", ("x", "w", "b"))
    session.set_setting(function, "outputs", ("y",))
    session.set_setting(function, "meanings", (("x", "where"), ("w", "how steep"), ("y", "the line there")))
    session.set_setting(function, "defaults", (("b", 0.0),))
    window.workspace.show_panel("inspector")
    session.select([call])
    QApplication.processEvents()
    window.actions_table.refresh()
    window.actions_table["edit_interface"].trigger()
    QApplication.processEvents()
    window.canvas.setFocus()
    window.canvas.fit()
    return Shot("subgraphs-interface", part=QRect(0, 0, 1600, 640))


SCENES = (entered, interface)
