"""What the tests of the window share: an offscreen application, a session and a window over a small graph, and answers
to prompts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, QModelIndex
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.palette import Palette
from app.session import Session
from engine.graph import Content, Graph, Layout, Node, Note, Place
from nodes.library import LIBRARY
from tests.app.sweeping import sweep
from tests.app.waiting import PatientBot
from tests.engine.graphs import wire


def line() -> Content:
    """y = w x fitted to three points: small, complete, without problems."""
    nodes = {
        "x": Node("x", "inputs.constant", "", {"value": (1.0, 2.0, 3.0)}),
        "y": Node("y", "inputs.constant", "", {"value": (2.0, 4.0, 6.0)}),
        "w": Node("w", "parameters.parameter", "slope w", {"value": 0.5}),
        "multiply": Node("multiply", "elementwise.multiply"),
        "mse": Node("mse", "losses.mse"),
        "descent": Node(
            "descent", "optimizers.optimizer", "", {"method": "gradient_descent", "learning_rate": 0.05, "steps": 200}
        ),
    }
    wires = (
        ("x.value", "multiply.x"), ("w.value", "multiply.y"), ("multiply.value", "mse.prediction"),
        ("y.value", "mse.target"), ("mse.value", "descent.loss"),
    )  # fmt: skip
    places = {id: Place(200.0 * k, 40.0 * (k % 3)) for k, id in enumerate(nodes)}
    notes = {"note_1": Note("note_1", "A line. Through three points.", 0.0, 300.0)}
    return Content(Graph(nodes, frozenset(wire(*ends) for ends in wires)), Layout(places, notes))


def index_of(palette: Palette, operator_id: str) -> QModelIndex:
    """Return the first row of an operator in a palette (invalid where the search hides it)."""
    found = (
        k for k, row in enumerate(palette.model.rows) if row.operator is not None and row.operator.id == operator_id
    )
    return palette.model.index(next(found, -1), 0)


@dataclass
class Answers:
    """Prompts answered in advance; what was asked is remembered."""

    unsaved_answer: str = "cancel"
    save_path: Path | None = None
    open_path: Path | None = None
    picture_path: Path | None = None
    answers_path: Path | None = None
    elsewhere: bool = False
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    changed_answer: str = "cancel"
    lines: list[str] = field(default_factory=list)

    def unsaved(self, parent: QWidget, title: str) -> str:
        self.asked.append(f"unsaved {title}")
        return self.unsaved_answer

    def open_file(self, parent: QWidget, folder: Path) -> Path | None:
        self.asked.append("open")
        return self.open_path

    def save_file(self, parent: QWidget, suggested: Path) -> Path | None:
        self.asked.append(f"save {suggested.name}")
        return self.save_path

    def changed_on_disk(self, parent: QWidget, name: str, lines: Sequence[str]) -> str:
        self.asked.append(f"changed {name}")
        self.lines = list(lines)
        return self.changed_answer

    def not_saved(self, parent: QWidget, sentence: str) -> bool:
        self.told.append(sentence)
        return self.elsewhere

    def save_picture(self, parent: QWidget, suggested: Path, kinds: str) -> Path | None:
        self.asked.append(f"picture {suggested.name}")
        return self.picture_path

    def save_answers(self, parent: QWidget, suggested: Path) -> Path | None:
        self.asked.append(f"answers {suggested.name}")
        return self.answers_path

    def tell(self, parent: QWidget, sentence: str) -> None:
        self.told.append(sentence)


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    """The next test finds the application as this one found it. What was left to be deleted goes at once: an event loop
    would do it, and every theme dresses what is left."""
    yield
    if QApplication.instance() is not None:
        sweep()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    """A bot that waits for conditions as long as a busy machine takes."""
    return PatientBot(request)


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def dressed(qapp: QApplication) -> QApplication:
    """The application in the dark theme at scale 1."""
    theme.apply(qapp, theme.DARK, 1.0)
    return qapp


@pytest.fixture
def session(dressed: QApplication) -> Iterator[Session]:
    """A session without engine processes over the line."""
    made = Session(LIBRARY, engine=False)
    made.adopt(line(), None, clean=True)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def live_session(dressed: QApplication) -> Iterator[Session]:
    """A session with engine processes over the line."""
    made = Session(LIBRARY)
    made.adopt(line(), None, clean=True)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, dressed: QApplication, answers: Answers, tmp_path: Path) -> Iterator[Callable[..., object]]:
    """A maker of windows that keep their settings in a folder of the test; all are closed at the end."""
    from app.window import Window

    made: list[Window] = []

    def make(*, engine: bool = False, **more: object) -> Window:
        each = Window(
            LIBRARY, config=tmp_path / "config", data=tmp_path / "data", prompts=answers, engine=engine, **more
        )
        each.resize(1400, 900)
        each.show()
        made.append(each)
        return each

    yield make
    for each in [*made, *(other for first in made for other in first.family.windows if other not in made)]:
        for page in each.document_pages:
            page.session.discard()
        each.close()
        each.deleteLater()
        # At once: what is left would be restyled with every further window.
        QApplication.sendPostedEvents(each, QEvent.Type.DeferredDelete.value)
