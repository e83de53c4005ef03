"""Scenes of "Landscapes": four optimizers on one contour, the mountain, the state of a method, the table of runs.

The panels stand alone, over a session with engine processes of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.assets import SAMPLES
from app.landscape.book import RunBook
from app.landscape.panel import LandscapePanel
from app.landscape.runs_panel import RunsPanel
from app.landscape.source import Landscape
from app.session import Session
from app.window import Window
from docs.guide.scenes.shot import Shot
from engine.files import read
from engine.rivals import Rival
from nodes.library import LIBRARY

FOUR = (
    Rival("gradient_descent", settings={"learning_rate": 2e-4, "steps": 400}),
    Rival("momentum", settings={"learning_rate": 2e-4, "steps": 400}),
    Rival("rmsprop", settings={"learning_rate": 0.02, "steps": 400}),
    Rival("adam", settings={"learning_rate": 0.05, "steps": 400}),
)
LONGEST = 60.0


def until(condition: Callable[[], bool]) -> None:
    """Let the event loop run until the condition holds."""
    end = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the scene did not come about")
        QApplication.processEvents()
        time.sleep(0.005)


def session(window: Window, name: str) -> Session:
    """Return a session with engine processes over a sample; it goes with the window."""
    made = Session(LIBRARY, parent=window)
    made.adopt(read(SAMPLES / f"{name}.dgraph"), SAMPLES / f"{name}.dgraph", clean=True)
    window.destroyed.connect(made.close)
    return made


def shown(window: Window, panel: QWidget, height: int) -> None:
    """Show a panel in a window of its own."""
    panel.setParent(window, Qt.WindowType.Window)
    panel.resize(1400, height)
    panel.show()


def raced(window: Window, height: int = 520) -> LandscapePanel:
    """Return the panel with four optimizers in Rosenbrock's valley."""
    own = session(window, "3_rosenbrock_five_optimizers")
    panel = LandscapePanel(own, Landscape(own))
    shown(window, panel, height)
    source = panel.source
    until(lambda: source.seen is not None)
    panel.start_comparison(source.optimizer, FOUR)
    until(lambda: source.comparison.runs is not None and source.comparison.runs.state == "finished")
    until(lambda: len(source.paths) == 4 and all(path.steps[-1] == 400 for path in source.paths))
    return panel


def settled(panel: LandscapePanel) -> None:
    """Wait until the loss is that of what is looked at."""
    until(lambda: not panel.session.asks.busy("plane"))
    for _ in range(10):
        QApplication.processEvents()
    panel.contour.area.read_at(None)


def four(window: Window) -> Shot:
    """Four optimizers on one contour, their losses and what they have reached."""
    panel = raced(window)
    panel.controls.slopes.setChecked(True)
    panel.controls.curvature.setChecked(True)
    until(lambda: panel.source.seen is not None and panel.source.seen.bend is not None)
    settled(panel)
    return Shot("landscapes-four", panel)


def mountain(window: Window) -> Shot:
    """The same from the side."""
    panel = raced(window, 460)
    QTest.mouseClick(panel.controls.surface, Qt.MouseButton.LeftButton)
    settled(panel)
    return Shot("landscapes-surface", panel)


def runs(window: Window) -> Shot:
    """A comparison and a band of seeds in the table of runs."""
    own = session(window, "2_iris_network")
    source, book = Landscape(own), RunBook(own)
    comparison = source.comparison
    book.follow_comparison(comparison)
    panel = RunsPanel(own, book)
    shown(window, panel, 420)
    rivals = (
        Rival("gradient_descent", settings={"learning_rate": 0.1}),
        Rival("momentum", settings={"learning_rate": 0.02}),
    )
    comparison.start(source.optimizer, rivals)
    until(lambda: comparison.runs is not None and comparison.runs.state == "finished")
    QTest.mouseClick(panel.repeat, Qt.MouseButton.LeftButton)
    until(lambda: panel.seeds.left == 0)
    until(lambda: panel.gradients.rowCount() > 0)
    panel.card.pin(120.0)
    panel.card.refresh()
    QApplication.processEvents()
    return Shot("landscapes-runs", panel)


SCENES = (four, mountain, runs)
WINDOWS = {"mountain": {"theme": "light"}}
