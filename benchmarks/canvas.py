"""The canvas with 100 to 10,000 nodes of one and a half wires each, 1920 x 1080 offscreen, with NodeGraphQt beside it.

What is opened is a file; frames are painted at once, as many as a person's gesture would ask for. Memory and leaks are
measured in processes of their own.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.canvas import Canvas
from app.canvas.moving import DragItems
from app.main import application
from app.session import Session
from benchmarks.canvas_graphs import dense, links, row
from benchmarks.row import Row
from engine.files import save
from nodes.library import LIBRARY

SIZE = (1920, 1080)
COUNTS = (100, 1000, 5000, 10_000)
FRAMES = 100
WIRED = (100, 1000)
"""Nodes of the two chains whose times per wire are compared."""
OPENING = {1000: 0.3, 10_000: 2.0}
"""Seconds from a file to the first full picture."""
PAINTING = {1000: (8.0, 33.0), 5000: (16.0, None)}
"""Milliseconds of a frame: the median, and the worst."""
DRAGGED = 500
JUDGED = 5000
"""Nodes up to which moves and edits are judged; above they are told."""
TOLD = math.inf
"""The bound of what is told, not judged."""
ROOT = Path(__file__).parent.parent


def frames(canvas: Canvas, change: Callable[[int], object]) -> list[float]:
    """Return the milliseconds of frames, each after a change of the camera."""
    times = []
    for k in range(FRAMES):
        start = time.perf_counter()
        change(k)
        canvas.repaint()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def turn(canvas: Canvas, k: int) -> None:
    """Zoom a little at the middle, in and out, as two fingers on a trackpad do with Ctrl."""
    at, angle = QPointF(SIZE[0] / 2, SIZE[1] / 2), 6 if k % 40 < 20 else -6
    held, going = Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.ScrollUpdate
    event = QWheelEvent(at, at, QPoint(0, angle), QPoint(0, 2 * angle), Qt.MouseButton.NoButton, held, going, False)
    QApplication.sendEvent(canvas, event)


def pan(canvas: Canvas, k: int) -> None:
    """Move the scene by some pixels, to and fro."""
    canvas.camera.pan(QPointF(5, 3) if k % 40 < 20 else QPointF(-5, -3))
    canvas.camera_moved()


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


def closed(canvas: Canvas) -> None:
    """Close a canvas and its session."""
    canvas.session.close()
    canvas.close()
    canvas.deleteLater()
    canvas.session.deleteLater()


def wired(count: int) -> float:
    """Return the seconds per wire of wiring a chain of re-converging paths, each wire checked and drawn as by hand."""
    session = Session(LIBRARY, engine=False)
    canvas = Canvas(session)
    session.adopt(row(count), None, clean=True)
    start = time.perf_counter()
    for wire in links(count):
        session.connect_wire(wire)
    spent = time.perf_counter() - start
    closed(canvas)
    return spent / (2 * (count - 1))


def wiring() -> Iterator[Row]:
    """Yield how the time of a wire grows with the graph."""
    few, many = (wired(count) for count in WIRED)
    said = f"{few * 1e6:.0f} and {many * 1e6:.0f} us a wire in chains of {WIRED[0]} and {WIRED[1]}"
    yield Row("wiring re-converging paths: a wire among ten times as many", many / few, 3.0, unit="x", detail=said)


def painting(canvas: Canvas, count: int) -> Iterator[Row]:
    """Yield the frames of pan and zoom at three zooms."""
    median, worst = PAINTING.get(count, (None, None))
    for name, settle in (
        ("fit", canvas.fit), ("50 %", partial(canvas.zoom_to, 0.5)), ("100 %", partial(canvas.zoom_to, 1.0)),
    ):  # fmt: skip
        settle()
        canvas.repaint()
        panned = frames(canvas, partial(pan, canvas))
        zoomed = frames(canvas, partial(turn, canvas))
        QTest.qWait(200)
        for what, times in (("pan", panned), ("zoom", zoomed)):
            where = f"{count:,} nodes, {what} at {name}"
            said = f"worst {max(times):.1f}"
            yield Row(f"{where}, median frame", statistics.median(times), median or TOLD, unit="ms", detail=said)
            if worst is not None:
                yield Row(f"{where}, worst frame", max(times), worst, unit="ms")


def moving(canvas: Canvas, count: int) -> Iterator[Row]:
    """Yield the time of each move of many selected nodes, drawn."""
    chosen = sorted(canvas.scene.nodes, key=lambda id: int(id[2:]))[:DRAGGED]
    canvas.session.select(chosen)
    canvas.fit()
    canvas.repaint()
    at = canvas.camera.to_view(canvas.scene.nodes[chosen[0]].rect.center())
    gesture = DragItems(canvas, at, Qt.KeyboardModifier.NoModifier, node=chosen[0])
    canvas.begin(gesture)
    times = []
    for k in range(60):
        start = time.perf_counter()
        gesture.move(at + QPointF(4 + 3 * k, 2 + 2 * k), Qt.KeyboardModifier.NoModifier)
        canvas.repaint()
        times.append((time.perf_counter() - start) * 1e3)
    gesture.cancel()
    canvas.gesture = None
    said = f"worst {max(times):.1f}"
    yield Row(
        f"{count:,} nodes, a move of {DRAGGED} selected ones",
        statistics.median(times),
        16.0 if count <= JUDGED else TOLD,
        unit="ms",
        detail=said,
    )


def editing(canvas: Canvas, count: int) -> Iterator[Row]:
    """Yield the times of selecting, deleting and bringing back everything, drawn."""
    session = canvas.session
    for name, act in (
        ("select all", session.select_all),
        ("delete all", session.remove_selected),
        ("undo", session.undo),
    ):
        start = time.perf_counter()
        act()
        canvas.repaint()
        spent = time.perf_counter() - start
        session.refresh()  # types and problems follow the picture
        yield Row(f"{count:,} nodes, {name}, to the picture", spent, 0.3 if count <= JUDGED else TOLD, unit="s")


def searching() -> Iterator[Row]:
    """Yield the time of a key in the palette's search, drawn."""
    from app.panels.palette import Palette

    palette = Palette(LIBRARY)
    palette.resize(260, 900)
    palette.show()
    QApplication.processEvents()
    times = []
    for text in ("softmax cross", "mul", "gradient by", "lin alg solve", "conv"):
        palette.search.clear()
        for letter in text:
            start = time.perf_counter()
            palette.search.insert(letter)
            palette.repaint()
            times.append((time.perf_counter() - start) * 1e3)
    palette.close()
    yield Row(
        "a key in the palette's search", statistics.median(times), 10.0, unit="ms", detail=f"worst {max(times):.1f}"
    )


def rows() -> Iterable[Row]:
    """Yield the lines of the table."""
    app = application()
    theme.apply(app, theme.DARK, 1.0)
    theme.appearance().reduced_motion = True  # a zoom step is one frame, not a glide of many
    peer = _child("canvas_peer")
    yield from wiring()
    with tempfile.TemporaryDirectory() as folder:
        for count in COUNTS:
            path = Path(folder) / f"{count}.dgraph"
            save(path, dense(count))
            results = [opened(path) for _ in range(3 if count <= 1000 else 2)]
            canvas, seconds = results[-1][0], min(spent for _, spent in results)
            said = f"{len(canvas.scene.wires):,} wires"
            yield Row(
                f"{count:,} nodes, from the file to the picture",
                seconds,
                OPENING.get(count, TOLD),
                unit="s",
                detail=said,
            )
            if str(count) in peer.get("load", {}):
                theirs = peer["load"][str(count)]
                bound = 10.0 if count == 1000 else 1.0
                said = f"NodeGraphQt {theirs:.2f} s"
                yield Row(
                    f"{count:,} nodes, opening against NodeGraphQt",
                    theirs / seconds,
                    bound,
                    at_least=True,
                    unit="x",
                    detail=said,
                )
            yield from painting(canvas, count)
            yield from moving(canvas, count) if count >= 1000 else ()
            yield from editing(canvas, count) if count >= 1000 else ()
            for each, _ in results:
                closed(each)
    yield from searching()
    yield from _beside(peer)
    yield from leaks()


def leaks() -> Iterator[Row]:
    """Yield what a node takes, and what a hundred documents leave behind."""
    found = _child("canvas_memory")
    yield Row("memory of a node on the canvas, beyond the document", found["node"] / 1e3, 10.0, unit="kB")
    said = f"{found['threads']} threads, {found['timers']} timers, {found['items']} items more"
    yield Row("a hundred documents opened and closed, growth", found["growth"] / 1e6, 5.0, unit="MB", detail=said)
    left = found["threads"] + found["timers"] + found["items"]
    yield Row("threads, timers and items left by them", left, 0, detail="counted")


def _beside(peer: dict[str, Any]) -> Iterator[Row]:
    """Yield NodeGraphQt's own figures: told, not judged."""
    if "absent" in peer:
        yield Row("NodeGraphQt", 0, TOLD, detail=peer["absent"])
        return
    for what, figure, unit in peer["rows"]:
        yield Row(f"NodeGraphQt: {what}", figure, TOLD, unit=unit)


def _child(module: str) -> dict[str, Any]:
    """Return what a module of this folder prints, run by itself."""
    command = [sys.executable, "-m", f"benchmarks.{module}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"absent": (done.stderr.strip().splitlines() or ["it failed"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    from benchmarks.row import table

    print(table(rows()))
