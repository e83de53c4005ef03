"""What the canvas takes in memory, and what documents leave behind when they are closed; prints one line of JSON."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import ctypes
import gc
import json
import tempfile
import threading
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.canvas import Canvas
from app.canvas.items import NodeItem, WireItem
from app.session import Session
from benchmarks.canvas_graphs import dense
from engine.files import save
from nodes.library import LIBRARY

NODES = 10_000
DOCUMENTS = 100
WARM = 25
"""Documents opened and closed before counting begins."""
EACH = 100
"""Nodes of each."""


def resident() -> int:
    """Return the bytes of this process that are in memory, once what is free has been given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def per_node(path: Path) -> float:
    """Return the bytes of a node on the canvas, painted at three zooms, beyond its document."""
    session = Session(LIBRARY, engine=False)
    session.open(path)
    session.refresh()
    before = resident()
    canvas = Canvas(session)
    canvas.resize(1920, 1080)
    canvas.show()
    for zoom in (0.1, 0.5, 1.0):
        canvas.zoom_to(zoom)
        canvas.repaint()
    grown = resident() - before
    _close(canvas)
    return grown / NODES


def _close(canvas: Canvas) -> None:
    session = canvas.session
    session.close()
    canvas.close()
    canvas.deleteLater()
    session.deleteLater()
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def once(path: Path) -> None:
    """Open a document, show it, and close it."""
    session = Session(LIBRARY, engine=False)
    canvas = Canvas(session)
    canvas.resize(800, 600)
    canvas.show()
    session.open(path)
    canvas.repaint()
    _close(canvas)


def counted() -> tuple[int, int, int]:
    """Return how many threads, timers and items of the canvas there are."""
    gc.collect()
    alive = gc.get_objects()
    timers = sum(isinstance(each, QTimer) for each in alive if isinstance(each, QObject))
    items = sum(isinstance(each, NodeItem | WireItem) for each in alive)
    return threading.active_count(), timers, items


def measure() -> dict[str, Any]:
    """Return its figures."""
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.dgraph", Path(folder) / "small.dgraph"
        save(large, dense(NODES))
        save(small, dense(EACH))
        for _ in range(WARM):
            once(small)
        had, before = counted(), resident()
        for _ in range(DOCUMENTS):
            once(small)
        growth, have = resident() - before, counted()
        node = per_node(large)
    threads, timers, items = (now - then for now, then in zip(have, had, strict=True))
    return {"node": node, "growth": growth, "threads": threads, "timers": timers, "items": items}


if __name__ == "__main__":
    application = QApplication([])
    print(json.dumps(measure()), flush=True)
