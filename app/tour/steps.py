"""The steps of the tour as a table: what to do, how it is known that it was done, and what to point at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from engine.graph import Content, Graph, Layout, Node, Note, Place, Socket, Wire

if TYPE_CHECKING:
    from app.window import Window

NAME: Final = "Guided tour"
PARAMETER: Final = "parameters.parameter"
FACTOR: Final = Socket("multiply", "y")
"""The input that the parameter is to be wired into."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `{id}` in its text is replaced by the keys of that command."""

    title: str
    text: str
    done: Callable[[Window], bool]
    target: Callable[[Window], QRect | None]
    skip: Callable[[Window], object] = lambda _: None
    """Does it for somebody who skips the step."""


def parameters(window: Window) -> list[str]:
    """Return the parameter nodes of the document."""
    return [id for id, node in window.session.graph.nodes.items() if node.operator == PARAMETER]


def _wired(window: Window) -> bool:
    source = window.session.graph.sources.get(FACTOR)
    return source is not None and source.node in parameters(window)


def _ran(window: Window) -> bool:
    session = window.session
    return session.run_state in ("running", "paused", "finished") and session.has_engine and session.runs.steps > 0


def _looked_at(window: Window) -> bool:
    return window.session.current in parameters(window)


def _helped(window: Window) -> bool:
    return window.help_shown


def _of_widget(window: Window, widget: QWidget) -> QRect | None:
    if not widget.isVisible():
        return None
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _of_nodes(window: Window, nodes: Iterable[str]) -> QRect | None:
    canvas = window.canvas
    drawn = [canvas.scene.nodes[id].rect for id in nodes if id in canvas.scene.nodes]
    if not drawn:
        return None
    whole = drawn[0]
    for rect in drawn[1:]:
        whole = whole.united(rect)
    seen = canvas.camera.rect_to_view(whole).toAlignedRect().intersected(canvas.rect())
    return QRect(canvas.mapTo(window, seen.topLeft()), seen.size()) if not seen.isEmpty() else None


def _of_wiring(window: Window) -> QRect | None:
    return _of_nodes(window, [*parameters(window), FACTOR.node])


STEPS: Final = (
    Step(
        "Add a parameter",
        "This graph is to find w in y = w · x, and w is missing. Press Tab on the canvas, type “parameter”, press "
        "Return. Or drag it from the list on the left.",
        lambda w: bool(parameters(w)),
        lambda w: _of_widget(w, w.workspace.operators.search),
        lambda w: w.session.insert(PARAMETER, Place(0.0, 160.0)),
    ),
    Step(
        "Wire it",
        "Drag from the parameter's blue socket to the open socket of Multiply: it lights up. By keys: with the "
        "parameter selected press W, and choose Multiply · y.",
        _wired,
        _of_wiring,
        lambda w: w.session.connect_wire(Wire(Socket(parameters(w)[0], "value"), FACTOR)) if parameters(w) else None,
    ),
    Step(
        "Run",
        "Everything is wired: press Run (or {run}, or the space bar on the canvas). The optimizer moves w downhill, "
        "and the plots below show it.",
        _ran,
        lambda w: _of_widget(w, w.page.run_bar.run),
        lambda w: w.session.run(),
    ),
    Step(
        "Look at a derivative",
        "Click the parameter (or go to it by the arrow keys). Blue is its value, orange the derivative of the loss: "
        "in the panel on the right you can read where that number comes from.",
        _looked_at,
        lambda w: _of_nodes(w, parameters(w)),
        lambda w: w.session.select(parameters(w)[:1]),
    ),
    Step(
        "Ask for help",
        "Every operator has a page with its formula, its derivatives and a graph to try: press {operator_help}.",
        _helped,
        lambda w: _of_nodes(w, parameters(w)),
    ),
)


def content(step: int) -> Content:
    """Return the graph of the task as it is before a step: what the steps before it ask for is done."""
    nodes = {
        "x": Node("x", "inputs.constant", "x", {"value": (1.0, 2.0, 3.0)}),
        "y": Node("y", "inputs.constant", "y", {"value": (2.1, 3.9, 6.2)}),
        "multiply": Node("multiply", "elementwise.multiply"),
        "mse": Node("mse", "losses.mse", "Squared error"),
        "descent": Node(
            "descent",
            "optimizers.optimizer",
            "Gradient descent",
            {"method": "gradient_descent", "learning_rate": 0.02, "steps": 300},
        ),
    }
    ends = [("x.value", "multiply.x"), ("multiply.value", "mse.prediction"), ("y.value", "mse.target")]
    ends.append(("mse.value", "descent.loss"))
    places = {
        "x": Place(0.0, 0.0),
        "multiply": Place(256.0, 48.0),
        "y": Place(256.0, 224.0),
        "mse": Place(512.0, 96.0),
        "descent": Place(768.0, 96.0),
    }
    if step > 0:
        nodes["parameter_1"] = Node("parameter_1", PARAMETER, "w")
        places["parameter_1"] = Place(0.0, 160.0)
    if step > 1:
        ends.append(("parameter_1.value", f"{FACTOR.node}.{FACTOR.name}"))
    wires = frozenset(Wire(_socket(a), _socket(b)) for a, b in ends)
    note = Note("note_1", "A line through three points: y = w · x. What is w?", 0.0, -112.0, 480.0, 64.0)
    return Content(Graph(nodes, wires), Layout(places, {"note_1": note}))


def _socket(text: str) -> Socket:
    node, name = text.split(".")
    return Socket(node, name)
