"""Stepping: how long a micro-step takes to be drawn at 200 visible nodes, by the canvas alone, with the panel of steps
beside it, and with labels on all wires; and how long it takes to have a recorded step told."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import math
import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

import engine
from app import theme
from app.main import application
from app.session import Session
from app.worker.stepped import Wish
from app.worker.tracing import Tracer
from app.workspace import Workspace
from benchmarks.canvas_graphs import STEP, dense
from benchmarks.row import Row, least
from engine.data import Data
from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from engine.prepare import prepare
from nodes.library import LIBRARY

NODES = 200
ROWS = 12
"""Nodes in a column: all are seen at a zoom at which they are written on."""
SIZE = (2800, 1800)
LONG = Path(__file__).resolve().parent.parent / "sample_graphs" / "charged_particle.dgraph"
FRAME = 16.0
"""Milliseconds a step may take to be drawn."""


def learning(count: int) -> Content:
    """Return a graph of `count` nodes of which the last is an optimizer, and all others lead to its loss."""
    made = dense(count - 2)
    nodes, wires = dict(made.graph.nodes), set(made.graph.wires)
    read = {wire.source for wire in wires}
    ends = [Socket(id, "value") for id in nodes if Socket(id, "value") not in read]
    nodes |= {"loss": Node("loss", "losses.l2_penalty"), "end": Node("end", "optimizers.optimizer")}
    wires |= {Wire(end, Socket("loss", f"xs.{k}")) for k, end in enumerate(ends)}
    wires.add(Wire(Socket("loss", "value"), Socket("end", "loss")))
    places = {id: Place(STEP[0] * (k // ROWS), STEP[1] * (k % ROWS)) for k, id in enumerate(nodes)}
    return Content(Graph(nodes, frozenset(wires)), Layout(places))


def walked(workspace: Workspace) -> Iterator[tuple[str, list[float]]]:
    """Yield what was measured, and the milliseconds of each micro-step, forward to the end and back to the start."""
    session = workspace.canvas.session
    for name, overlays, panel in (
        ("the canvas", (), False),
        ("the canvas and the panel", (), True),
        ("the canvas with labels, and the panel", ("value", "cotangent"), True),
    ):
        for overlay in ("value", "cotangent"):
            session.set_overlay(overlay, overlay in overlays)  # type: ignore[arg-type]
        workspace.show_panel("steps") if panel else workspace.docks["steps"].hide()
        for _ in range(5):
            QApplication.processEvents()
        times = []
        for k in (*range(1, session.stepping.count + 1), *range(session.stepping.count - 1, -1, -1)):
            start = time.perf_counter()
            session.stepping.go(k)
            QApplication.processEvents()
            times.append((time.perf_counter() - start) * 1e3)
        yield name, times


def rows() -> Iterable[Row]:
    """Yield the times of micro-steps drawn, and of a long step told."""
    application()
    theme.apply(QApplication.instance(), theme.DARK, 1.0)  # type: ignore[arg-type]
    content = learning(NODES)
    session = Session(LIBRARY, engine=False)
    session.adopt(content, None, clean=True)
    workspace = Workspace(session)
    workspace.resize(*SIZE)
    workspace.show()
    QApplication.processEvents()
    workspace.canvas.fit()
    workspace.canvas.glide.finish()
    tracer = Tracer(prepare(content, LIBRARY, Data(), strict=False))
    session.stepping.show(tracer.record(Wish(), None, 1))
    seen = len(workspace.canvas.scene.nodes_in(workspace.canvas.seen()))
    zoom = f"{seen} nodes seen, {session.stepping.count} micro-steps, zoom {workspace.canvas.camera.zoom:.2f}"
    for name, times in walked(workspace):
        yield Row(f"a micro-step drawn: {name}", statistics.median(times), FRAME, unit="ms", detail=zoom)
        worst = sorted(times)[int(0.99 * len(times))]
        yield Row(f"99 of 100: {name}", worst, math.inf, unit="ms")
    session.close()
    workspace.close()
    long = Tracer(engine.open(LONG, LIBRARY).prepare(start="initial"))
    count = len(long.record(Wish(), None, 1).micro)
    took = least(lambda: long.record(Wish(), None, 1), 2) * 1000.0 / count
    yield Row("1,000 micro-steps recorded and told", took, 1.0, unit="s", detail=f"measured on {count:,}")
