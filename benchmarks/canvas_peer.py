"""NodeGraphQt doing what the canvas benchmark does, in a process of its own; prints one line of JSON.

It comes with the bench extra, on whatever PySide6 is installed (`NODEGRAPHQT` is the distribution; Qt.py finds the
binding).
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_PREFERRED_BINDING", "PySide6")

import contextlib
import io
import json
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from benchmarks.canvas_graphs import dense

SIZE = (1920, 1080)
LOADED = (100, 1000)
"""Sizes that are loaded; at 5,000 a load takes minutes."""
FRAMES = 10
MOST = 400
"""Nodes of the chain."""
PATIENCE = 5.0
"""Seconds after which wiring is given up."""


def made() -> tuple[Any, type]:
    """Return an empty NodeGraphQt graph that is shown, and a kind of node with two inputs and an output."""
    from NodeGraphQt import BaseNode, NodeGraph

    class Two(BaseNode):  # type: ignore[misc]
        __identifier__ = "bench"
        NODE_NAME = "Two"

        def __init__(self) -> None:
            super().__init__()
            self.add_input("x")
            self.add_input("y")
            self.add_output("value", multi_output=True)

    graph = NodeGraph()
    graph.register_node(Two)
    graph.widget.resize(*SIZE)
    graph.widget.show()
    QApplication.processEvents()
    return graph, Two


def built(graph: Any, count: int) -> None:
    """Put the benchmark's graph into it."""
    content = dense(count)
    nodes = {
        id: graph.create_node("bench.Two", name=id, pos=[place.x, place.y], selected=False, push_undo=False)
        for id, place in content.layout.places.items()
    }
    for wire in sorted(content.graph.wires, key=lambda each: int(each.target.node[2:])):  # it walks few paths so
        source, target = nodes[wire.source.node], nodes[wire.target.node]
        source.output(0).connect_to(target.input("xy".index(wire.target.name)), push_undo=False)


def frames(graph: Any, change: Callable[[int], object]) -> float:
    """Return the median milliseconds of a frame."""
    times = []
    for k in range(FRAMES):
        start = time.perf_counter()
        change(k)
        graph.viewer().viewport().repaint()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def loaded(count: int, folder: Path) -> tuple[Any, float]:
    """Return a graph loaded from a file, and the seconds to its first picture."""
    first, _ = made()
    built(first, count)
    path = folder / f"{count}.json"
    first.save_session(str(path))
    graph, _ = made()
    start = time.perf_counter()
    graph.load_session(str(path))
    graph.viewer().viewport().repaint()
    return graph, time.perf_counter() - start


def wired() -> int:
    """Return of how many nodes a chain of re-converging paths, wired from its end, is done before patience ends."""
    graph, _ = made()
    nodes = [
        graph.create_node("bench.Two", name=f"n{k}", pos=[200 * k, 0], selected=False, push_undo=False)
        for k in range(MOST)
    ]

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    done = 1
    try:
        for k in range(MOST - 1, 0, -1):
            for port in (0, 1):
                nodes[k - 1].output(0).connect_to(nodes[k].input(port), push_undo=False)
            done += 1
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return done


def measure() -> dict[str, Any]:
    """Return its figures."""
    found: dict[str, Any] = {"load": {}, "rows": []}
    found["rows"].append((f"nodes of re-converging paths wired in {PATIENCE:g} s", wired(), "nodes"))
    with tempfile.TemporaryDirectory() as folder:
        for count in LOADED:
            graph, seconds = loaded(count, Path(folder))
            found["load"][str(count)] = seconds
            viewer = graph.viewer()
            graph.fit_to_selection()
            zoom = frames(graph, lambda k, v=viewer: v.set_zoom(v.get_zoom() + (0.05 if k % 2 else -0.05)))
            pan = frames(graph, lambda k, v=viewer: v._set_viewer_pan(8 if k % 2 else -8, 3))
            found["rows"] += [
                (f"{count:,} nodes, from the file to the picture", seconds, "s"),
                (f"{count:,} nodes, zoom, median frame", zoom, "ms"),
                (f"{count:,} nodes, pan, median frame", pan, "ms"),
            ]
    return found


if __name__ == "__main__":
    application = QApplication([])
    noise = io.StringIO()
    with contextlib.redirect_stdout(noise):
        figures = measure()
    print(json.dumps(figures), flush=True)
    os._exit(0)  # it does not survive being taken down
