"""Scenes of "Adding": a template with its holes beside the palette's search, and the menu of what fits a wire."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.canvas.quick_add import QuickAdd
from app.window import Window
from docs.guide.scenes.selecting import line, shown, stroke
from docs.guide.scenes.shot import Shot
from engine.graph import Content, Layout, Place, Socket


def template(window: Window) -> Shot:
    """The palette while "training" is typed, and a template that was dragged in, its holes marked."""
    window.session.adopt(Content(), None, clean=True)
    window.show_document()
    QApplication.processEvents()
    window.session.insert("template.validation_split", Place(0.0, 0.0))
    window.session.select()
    palette = window.workspace.operators
    palette.search.setFocus()
    QTest.keyClicks(palette.search, "validation")
    QApplication.processEvents()
    window.canvas.fit()
    window.canvas.minimap.hide()
    return Shot("adding-template", window, QRect(0, 40, 1290, 560))


def fitting(window: Window) -> Shot:
    """A wire dropped on nothing, and the operators that fit it."""
    content = line()
    shown(window, Content(content.graph, Layout(content.layout.places)))
    canvas = window.canvas
    canvas.minimap.hide()
    start = canvas.scene.point(Socket("multiply", "value"), output=True)
    end = start + QPointF(-60, 270)
    stroke(window, [start, (start + end) / 2, end], release=False)
    QApplication.processEvents()
    base = QPixmap(canvas.grab())
    stroke(window, [start, (start + end) / 2, end])
    for _ in range(3):
        QApplication.processEvents()
    popup = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QuickAdd) and w.isVisible())
    QTest.keyClicks(popup.palette_panel.search, "squ")
    at = canvas.camera.to_view(end).toPoint()
    painter = QPainter(base)
    painter.drawPixmap(at.x() - 12, at.y() - 12, popup.grab())
    painter.end()
    popup.close()
    label = QLabel(window)
    label.setPixmap(base)
    label.resize(base.size())
    return Shot("adding-fits", label)


SCENES = (template, fitting)
