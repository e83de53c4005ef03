"""Scenes of "The outline": the graph as a tree beside the canvas, and its wires as a table, sorted."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window import Window
from docs.guide.scenes.looking import opened
from docs.guide.scenes.shot import Shot


def tree(window: Window) -> Shot:
    """Every node with what goes in and comes out; a wire is chosen in both."""
    opened(window, "1_straight_line_hubble")
    _show(window)
    outline, graph = window.workspace.outline, window.session.graph
    loss = next(id for id, node in graph.nodes.items() if node.operator.startswith("losses."))
    outline.tree.setCurrentIndex(outline.index_of("node", loss))
    QTest.keyClick(outline.tree, Qt.Key.Key_Right)
    QTest.keyClick(outline.tree, Qt.Key.Key_Down)
    return Shot("outline-tree", part=QRect(206, 150, 1080, 800))


def table(window: Window) -> Shot:
    """Wires alone, the largest derivative first."""
    opened(window, "2_iris_network")
    _show(window)
    outline = window.workspace.outline
    outline.form.setCurrentText("Wires")
    outline.order.setCurrentText("Largest derivatives first")
    QApplication.processEvents()
    return Shot("outline-table", outline)


def _show(window: Window) -> None:
    window.workspace.show_panel("outline")
    window.workspace.make_room("outline", 420)
    for _ in range(5):
        QApplication.processEvents()
    window.canvas.fit()
    window.workspace.outline.tree.setFocus()


SCENES = (tree, table)
WINDOWS = {"table": {"theme": "light"}}
