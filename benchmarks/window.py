"""The window: how soon it is shown, and how smoothly it runs beside training at full speed with six plots open."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.dragging import refreshes
from benchmarks.row import Row

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_graphs" / "1_straight_line_hubble.dgraph"
SECONDS = float(os.environ.get("GRADWIRE_BENCH_SECONDS", "60"))
HEADLESS_SECONDS = SECONDS / 6
PROBE = 5
"""Milliseconds between two beats of the timer whose gaps are measured."""

SHOW = """
import time, sys
from app.main import application
from app.settings import Settings
from app.window import Window
from nodes.library import LIBRARY
app = application()
window = Window(LIBRARY, settings=Settings())
window.resize(1600, 1000)
window.show()
app.processEvents()
window.grab()
print(time.time() - float(sys.argv[1]), flush=True)
window.session.close()
"""

HEADLESS = """
import sys, time
from pathlib import Path
from engine.data import Data
from engine.files import read
from engine.prepare import prepare
from engine.training import Trainer
from nodes.library import LIBRARY
trainer = Trainer(prepare(read(Path(sys.argv[1])), LIBRARY, Data(Path(sys.argv[1]).parent)))
trainer.run(1000)
begun, before = time.perf_counter(), trainer.step(0)
while time.perf_counter() - begun < float(sys.argv[2]):
    trainer.run(5000, 0.2)
print((trainer.step(0) - before) / (time.perf_counter() - begun))
"""


def shown(repeats: int = 5) -> float:
    """Return the seconds from starting Python to a painted window, the least of the repeats."""
    return min(float(_run(SHOW, str(time.time()))) for _ in range(repeats))


def _run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1]


def endless(folder: Path) -> Path:
    """Write the first sample with a histogram more, so that six plots show, and with steps that do not end."""
    from engine.files import read, save
    from engine.graph import Content, Graph, Node, Place, Socket, Wire

    content = read(SAMPLE)
    graph = content.graph
    nodes = dict(graph.nodes)
    for id, node in graph.nodes.items():
        if node.operator.startswith("optimizers."):
            # So slowly that the curves keep moving all the time.
            settings = {**node.settings, "steps": 1_000_000_000, "learning_rate": 1e-6, "until": "steps"}
            nodes[id] = Node(id, node.operator, node.name, settings)
    fit = next(wire.source for wire in sorted(graph.wires) if wire.target.name == "fit")
    nodes["histogram_1"] = Node("histogram_1", "views.histogram")
    wires = graph.wires | {Wire(fit, Socket("histogram_1", "x"))}
    places = {**content.layout.places, "histogram_1": Place(900, 600)}
    path = folder / "endless.dgraph"
    save(path, Content(Graph(nodes, frozenset(wires)), type(content.layout)(places, content.layout.notes)))
    return path


def train_with_window(file: Path, seconds: float) -> tuple[np.ndarray, float, int]:
    """Return the gaps between beats in milliseconds, the steps per second, and the number of plots."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    from app.main import application
    from app.settings import Settings
    from app.window import Window
    from nodes.library import LIBRARY

    app = application()
    window = Window(LIBRARY, settings=Settings())
    window.resize(1920, 1080)
    window.show()
    session = window.session
    session.open(file)
    window.show_document()
    _spin(app, lambda: session.looks.looks is not None, 30)
    session.run()
    _spin(app, lambda: session.run_state == "running" and session.runs.steps > 1000, 30)
    _spin(app, lambda: False, 2)
    beats: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start(PROBE)
    begun, before = time.perf_counter(), session.runs.steps
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
    speed = (session.runs.steps - before) / (time.perf_counter() - begun)
    timer.stop()
    plots = sum(card.isVisible() for card in window.workspace.plots.cards.values())
    state = session.run_state
    session.discard()
    window.close()
    if state != "running":
        raise RuntimeError(f"the run did not last: {state}")
    return np.diff(beats) * 1e3, speed, plots


def _spin(app: object, done: object, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not done():  # type: ignore[operator]
        app.processEvents()  # type: ignore[attr-defined]
        time.sleep(0.005)


def rows() -> Iterable[Row]:
    """Measure; the speed without a window is taken before and after, the better of the two counts."""
    yield Row("window painted, from starting Python", shown(), 1.0, unit="s", detail="warm disk, start page")
    dragged = refreshes(min(SECONDS, 10.0))
    said = "wires, derivatives, plots and previews of 100 nodes"
    yield Row("values shown while a number is dragged", dragged, 30, at_least=True, unit="/s", detail=said)
    with tempfile.TemporaryDirectory() as folder:
        file = endless(Path(folder))
        first = float(_run(HEADLESS, str(file), str(HEADLESS_SECONDS)))
        gaps, speed, plots = train_with_window(file, SECONDS)
        headless = max(first, float(_run(HEADLESS, str(file), str(HEADLESS_SECONDS))))
    said = f"{plots} plots, {SECONDS:g} s, {len(gaps):,} beats of a {PROBE} ms timer"
    late = float(np.percentile(gaps, 99))
    yield Row("event-loop gap while training, 99th percentile", late, 33, unit="ms", detail=said)
    yield Row("event-loop gap while training, worst", float(gaps.max()), 100, unit="ms", detail=said)
    share = f"{speed:,.0f} steps/s with the window, {headless:,.0f} without"
    yield Row("training speed beside the window", speed / headless, 0.9, at_least=True, detail=share)
