"""Scenes of "Navigating": two graphs with their difference, tabs and two views, and the bookmarks."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import bookmarks
from app.assets import SAMPLES
from app.bookmarks_card import BookmarksCard
from app.window import Window
from docs.guide.scenes.shot import Shot
from engine.edits import RemoveNode
from engine.graph import Place

Key, Mod, Left = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.LeftButton
SAMPLE = SAMPLES / "1_straight_line_hubble.dgraph"


def _settle(times: int = 8) -> None:
    for _ in range(times):
        QApplication.processEvents()


def difference(window: Window) -> Shot:
    """A line fit beside the file it was made of: a node and its wires are gone, one is new, one has another value."""
    path = Path(tempfile.mkdtemp()) / "straight_line.dgraph"
    shutil.copyfile(SAMPLE, path)
    window.open(path)
    session = window.session
    plot = next(id for id, node in session.graph.nodes.items() if node.operator.startswith("views."))
    place = session.layout.places[plot]
    session.apply(RemoveNode(plot))
    session.insert("views.probe", Place(place.x, place.y + 24))
    session.set_setting("parameter_1", "value", 400.0)
    shown = window.compare_with(path)
    assert shown is not None  # noqa: S101 - the file has just been copied
    shown.resize(1500, 760)
    _settle()
    shown.step(+1)
    shown.fit()
    _settle()
    return Shot("navigating-difference", shown)


def views(window: Window) -> Shot:
    """Several documents in tabs, and one of them in two views: the main graph, and inside a function."""
    window.resize(1240, 640)
    for name in ("1_straight_line_hubble", "2_iris_network", "taylor_sine"):
        window.open(SAMPLES / f"{name}.dgraph")
    _settle()
    for panel in ("plots", "palette"):
        window.toggle_panel(panel)
    _settle()
    QTest.keyClick(window.canvas, Key.Key_Backslash, Mod.ControlModifier)
    _settle()
    right = window.workspace.panes.panes[1].canvas
    QTest.mouseClick(right, Left, Mod.NoModifier, QPoint(6, 6))
    session = window.session
    inside = next(body for body in sorted(session.graph.bodies) if body)
    session.enter(inside)
    for pane in window.workspace.panes.panes:
        pane.canvas.fit()
    _settle()
    return Shot("navigating-views")


def marks(window: Window) -> Shot:
    """The card of bookmarks over a document."""
    window.open(SAMPLES / "taylor_sine.dgraph")
    _settle()
    session, canvas = window.session, window.canvas
    for node, name, key in (("", "All of it", 1), (None, "The loss", 2)):
        found = next((id for id, each in session.graph.nodes.items() if each.operator.startswith("optim")), "")
        if node is None:
            session.reveal(found)
        bookmarks.add(canvas, name, key)
    session.enter(next(body for body in sorted(session.graph.bodies) if body))
    _settle()
    bookmarks.add(canvas, "One term of the series", 3)
    session.enter("")
    QTest.keyClick(window.canvas, Key.Key_B, Mod.ControlModifier | Mod.ShiftModifier)
    _settle()
    (card,) = window.findChildren(BookmarksCard)
    return Shot("navigating-bookmarks", card)


SCENES = (difference, views, marks)
