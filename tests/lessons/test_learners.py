"""Each of the twelve lessons from its first step to the end, with the mouse and the keys: every question is answered
wrong first, which brings its hint; what was answered is handed in and graded."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from app import theme
from app.canvas import Canvas
from app.cli import main
from app.focus_ring import brought_into_view
from app.panels.inspector_row import Row
from app.window import Window
from engine.graph import Socket, Wire
from engine.lessons.lesson import Curve, Prediction
from nodes.library import LIBRARY
from tests.app.conftest import Answers
from tests.app.lessons.learner import PATIENCE, Learner
from tests.app.waiting import PatientBot
from tests.lessons.paths import FILES, PATHS, Join, Move, Press, Put, Turn

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
ASKED = Answers()
pytestmark = pytest.mark.xdist_group("lessons")
"""All in one process: they share a window and its engine processes."""


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    """A bot that waits for conditions as long as a busy machine takes."""
    return PatientBot(request)


@pytest.fixture(scope="module")
def classroom(qapp: QApplication) -> Iterator[Window]:
    """One window, whose engine processes all lessons share."""
    theme.apply(qapp, theme.DARK, 1.0)
    made = Window(LIBRARY, prompts=ASKED)
    made.resize(1760, 1000)
    made.show()
    yield made
    for page in made.document_pages:
        page.session.discard()
    made.close()
    made.deleteLater()


class Student(Learner):
    """A learner who also does what the steps ask for."""

    @property
    def canvas(self) -> Canvas:
        return self.window.canvas

    def do(self, move: Move) -> None:
        """Do one thing by the mouse or the keys, and wait until it is done."""
        {Put: self._put, Join: self._join, Press: self._give}[type(move)](move)  # type: ignore[operator]

    def _give(self, press: Press) -> None:
        session = self.window.session
        reached = {
            "run": lambda: session.run_state == "finished",
            "step": lambda: session.run_state == "paused" and session.runs.steps == 1,
            "reset": lambda: session.run_state == "idle",
        }[press.command]
        bar = self.window.page.run_bar
        self.press({"run": bar.run, "step": bar.step, "reset": bar.reset}[press.command])
        self.qtbot.waitUntil(reached, timeout=PATIENCE)

    def _join(self, wire: Join) -> None:
        """Drag a wire from an output to an input."""
        source, target = (Socket(*end.split(".", 1)) for end in (wire.source, wire.target))
        start = self._seen(self.canvas.scene.point(source, output=True))
        end = self.canvas.scene.point(target, output=False)
        QTest.mousePress(self.canvas, LEFT, pos=self._at(start))
        for part in (0.3, 0.7, 1.0):
            QTest.mouseMove(self.canvas, self._at(start + (end - start) * part))
            QApplication.processEvents()
        QTest.mouseRelease(self.canvas, LEFT, pos=self._at(end))
        self.qtbot.waitUntil(lambda: Wire(source, target) in self.window.session.graph.wires, timeout=PATIENCE)

    def _put(self, put: Put) -> None:
        """Select the node, and type into its field in the inspector, or choose from its list by keys."""
        QTest.mouseClick(self.canvas, LEFT, pos=self._at(self._seen(self._head(put.node))))
        inspector = self.window.workspace.inspector
        self.qtbot.waitUntil(lambda: self.window.session.current == put.node, timeout=PATIENCE)
        self.qtbot.waitUntil(lambda: inspector.view is not None and inspector.view.form.node == put.node)
        form = inspector.view.form
        row = form.rows[put.setting]
        if row.isHidden() or not row.isVisible():
            self.press(form.more)
        self._edit(row, put.value)
        self.qtbot.waitUntil(lambda: self.window.session.setting(put.node, put.setting) == put.value, timeout=PATIENCE)

    def _edit(self, row: Row, value: float | str) -> None:
        brought_into_view(row)
        box = row.editor.findChild(QComboBox)
        if isinstance(value, str):
            assert box is not None
            box.setFocus(Qt.FocusReason.TabFocusReason)
            QTest.keyClick(box, Key.Key_Home)
            while box.currentData() != value:
                before = box.currentIndex()
                QTest.keyClick(box, Key.Key_Down)
                assert box.currentIndex() > before, f"{value} is not offered"
            return
        field = row.editor.field.lineEdit()  # type: ignore[attr-defined]
        QTest.mouseClick(field, LEFT)
        QTest.keyClick(field, Key.Key_A, CONTROL)
        QTest.keyClicks(field, repr(value))
        QTest.keyClick(field, Key.Key_Return)

    def _head(self, node: str) -> QPointF:
        return self.canvas.scene.nodes[node].corner + QPointF(60, 14)

    def _seen(self, point: QPointF) -> QPointF:
        """Have the whole graph in view; return the point."""
        self.canvas.fit()
        return point

    def _at(self, point: QPointF) -> object:
        return self.canvas.camera.to_view(point).toPoint()

    # A step -----------------------------------------------------------------------------------------------------------

    def take(self, turn: Turn) -> None:
        """Do and answer what a step asks, wrong first where there is a wrong answer."""
        step = self.step
        if turn.do and step.question is None:
            assert not self.panel.next.isEnabled(), "the step asks for something that is done already"
        for move in turn.do:
            self.do(move)
        if isinstance(step.question, Prediction):
            verdict = self.answer(turn.right)
            assert verdict is not None and verdict.right is None and "close to your guess" in verdict.said
        elif step.question is not None:
            self.wrong_then_right(self._given(turn.wrong), self._given(turn.right))
        self.next()

    def _given(self, answer: object) -> object:
        question = self.step.question
        if isinstance(question, Curve) and callable(answer):
            low, high = question.points[0][0], question.points[-1][0]
            return [(x, answer(x)) for x in (low + (high - low) * k / 24 for k in range(25))]
        return answer


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_learner_goes_through_and_the_answers_are_graded(
    classroom: Window, qtbot: QtBot, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.session.open(path)
    classroom.show_document()
    student = Student(classroom, qtbot)
    for number, turn in enumerate(PATHS[path.stem]):
        assert student.index == number
        student.take(turn)
    assert student.panel.end is not None
    ASKED.answers_path = tmp_path / "mia.answers.json"
    student.hand_in("Mia")
    table = tmp_path / "class.csv"
    assert main(["grade", str(ASKED.answers_path), "--lesson", str(path), "--csv", str(table)]) == 0
    capsys.readouterr()
    (row,) = csv.DictReader(table.read_text().splitlines())
    steps = len(PATHS[path.stem])
    assert row["student"] == "Mia" and row["points"] == row["of"] == str(steps) and not row["note"]
    marks = [row[f"step {k + 1}"] for k in range(steps)]
    assert marks == [expected(turn) for turn in PATHS[path.stem]]


def expected(turn: Turn) -> str:
    """Return how a step is marked: what was wrong at first took two tries."""
    if turn.right is None:
        return "done"
    return "told" if turn.wrong is None else "right (2 tries)"
