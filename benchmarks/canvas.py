"""A thousand nodes on the canvas: opened and drawn, panned and zoomed, at 1920 x 1080 offscreen."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app import theme
from app.canvas import Canvas
from app.session import Session
from benchmarks.row import Row
from engine.files import save
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from nodes.library import LIBRARY

NODES = 1000
SIZE = (1920, 1080)
FRAMES = 120
ROWS = 25
OPERATORS = ("elementwise.add", "elementwise.multiply", "activations.tanh", "parameters.parameter")


def dense(count: int) -> Content:
    """Return a graph of `count` nodes in columns, as close as they may stand.

    Nine wires in ten come from the column before, at most three rows away; one comes from anywhere in the three before.
    """
    chance = random.Random(1)
    nodes: dict[str, Node] = {}
    wires: set[Wire] = set()
    places: dict[str, Place] = {}
    for k in range(count):
        operator = "parameters.parameter" if k < 4 else chance.choice(OPERATORS)
        nodes[f"n_{k}"] = Node(f"n_{k}", operator)
        places[f"n_{k}"] = Place(200.0 * (k // ROWS), 130.0 * (k % ROWS))
        for each in LIBRARY[operator].inputs:
            near = k - ROWS + chance.randint(-3, 3)
            far = chance.randrange(max(0, k - 3 * ROWS), k) if k else 0
            source = Socket(f"n_{min(max(near if chance.random() < 0.9 else far, 0), k - 1)}", "value")
            wires.add(Wire(source, Socket(f"n_{k}", each.name)))
    return Content(Graph(nodes, frozenset(wires)), Layout(places))


def frames(canvas: Canvas, change: Callable[[int], object]) -> list[float]:
    """Return the milliseconds of frames, each after a change of the camera."""
    times = []
    for k in range(FRAMES):
        start = time.perf_counter()
        change(k)
        canvas.camera_moved()
        canvas.repaint()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def turn_wheel(canvas: Canvas, angle: int) -> None:
    """Turn the wheel over the middle of the canvas."""
    at = QPointF(SIZE[0] / 2, SIZE[1] / 2)
    none, begun = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, at, QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton, none, begun, False)
    QApplication.sendEvent(canvas, event)


def opened(path: Path) -> tuple[Canvas, float]:
    """Return a canvas that shows the file, and the seconds that reading, building and drawing it took."""
    session = Session(LIBRARY, engine=False)
    canvas = Canvas(session)
    canvas.resize(*SIZE)
    canvas.show()
    QApplication.processEvents()
    start = time.perf_counter()
    session.open(path)
    canvas.repaint()
    return canvas, time.perf_counter() - start


def rows() -> Iterable[Row]:
    """Yield the lines of the table."""
    app = QApplication.instance() or QApplication([])
    theme.apply(app, theme.DARK, 1.0)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dense.dgraph"
        save(path, dense(NODES))
        results = [opened(path) for _ in range(3)]
    canvas = results[-1][0]
    wires = len(canvas.scene.wires)
    yield Row(f"{NODES} nodes opened and drawn", min(t for _, t in results), 0.5, unit="s", detail=f"{wires} wires")
    for name, settle in (("at 100 %", lambda: canvas.zoom_to(1.0)), ("at fit", canvas.fit)):
        settle()
        pan = frames(canvas, lambda k: canvas.camera.pan(QPointF(5, 3) if k % 40 < 20 else QPointF(-5, -3)))
        zoom = frames(canvas, lambda k: turn_wheel(canvas, 12 if k % 40 < 20 else -12))
        for what, times in (("pan", pan), ("zoom", zoom)):
            detail = f"95th percentile {sorted(times)[int(FRAMES * 0.95)]:.1f}"
            yield Row(f"{what} {name}, median frame", statistics.median(times), 16.0, unit="ms", detail=detail)
    for each, _ in results:
        each.session.close()


if __name__ == "__main__":
    from benchmarks.row import table

    print(table(rows()))
