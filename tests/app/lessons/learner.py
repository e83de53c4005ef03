"""A learner: goes through a lesson of a window with real mouse and key events, as a person would.

    learner = Learner(window, qtbot)          # the window shows a document with a lesson
    learner.answer(3.5)                       # types it, presses Return, waits for the verdict
    learner.answer({"w.value": 2.0})          # fills in the fields on the wires
    learner.draw([(0, 0), (1, 1)])            # or answer(points): draws with the mouse
    learner.by_keys = True                    # everything by keys from here on
    learner.next()

Nothing waits for a fixed time: each waits for what it has brought about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.focus_ring import brought_into_view
from app.lessons.curve import COLUMNS, STRIDE, CurveForm, Drawing
from app.lessons.forms import AmountForm, ChoiceForm, Form
from app.lessons.learning import Learning
from app.lessons.panel import LearnerPanel
from app.lessons.wire_fields import CotangentsForm
from app.window import Window
from engine.lessons.judge import Verdict
from engine.lessons.lesson import Step

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton
PATIENCE = 60_000
"""Milliseconds that an engine process may take at most, on a machine with much else to do."""


class Learner:
    """Hands on the lesson of a window's current document."""

    def __init__(self, window: Window, qtbot: QtBot, *, by_keys: bool = False) -> None:
        self.window, self.qtbot, self.by_keys = window, qtbot, by_keys
        qtbot.waitUntil(lambda: self.window.page.lessons.panel is not None, timeout=PATIENCE)

    # What there is ----------------------------------------------------------------------------------------------------

    @property
    def panel(self) -> LearnerPanel:
        """The panel of the lesson."""
        panel = self.window.page.lessons.panel
        assert panel is not None, "there is no lesson"
        return panel

    @property
    def learning(self) -> Learning:
        """How far one is."""
        return self.panel.learning

    @property
    def index(self) -> int:
        """The number of the step, from 0 on; the number of steps at the end."""
        return self.learning.index

    @property
    def step(self) -> Step:
        """The step that is shown."""
        step = self.learning.step
        assert step is not None, "this is the end"
        return step

    @property
    def form(self) -> Form:
        """The question as it is asked."""
        assert self.panel.form is not None, "this step asks nothing"
        return self.panel.form

    @property
    def said(self) -> str:
        """What came of the last answer, as it is shown."""
        card = self.panel.feedback
        return f"{card.head.text()} {card.prose.text}".strip() if card.isVisible() else ""

    @property
    def hint(self) -> str:
        """The hint that is shown; "" where none is."""
        return self.panel.hint.prose.text if self.panel.hint.isVisible() else ""

    @property
    def checks(self) -> str:
        """What is said of the step's checks."""
        return self.panel.checks.said.text() if self.panel.checks.isVisible() else ""

    # Hands ------------------------------------------------------------------------------------------------------------

    def press(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Press a button where a person would: by the mouse in its middle, or by the space bar."""
        self.qtbot.waitUntil(lambda: widget.isEnabled() and widget.isVisible(), timeout=PATIENCE)
        brought_into_view(widget)
        if self.by_keys:
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            QTest.keyClick(widget, Key.Key_Space)
        else:
            QTest.mouseClick(widget, LEFT, pos=at or widget.rect().center())

    def write(self, field: QLineEdit, text: str) -> None:
        """Type a text into a field in place of what stands there."""
        if self.by_keys:
            field.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            brought_into_view(field)
            QTest.mouseClick(field, LEFT)
        field.selectAll()
        QTest.keyClicks(field, text)

    # Answers ----------------------------------------------------------------------------------------------------------

    def answer(self, value: Any, *, wait: bool = True) -> Verdict | None:
        """Answer the step's question and return what came of it: an option's number (from 0), a number, points to
        draw through, or numbers by socket."""
        give = {ChoiceForm: self._choose, CurveForm: self.draw, CotangentsForm: self._fill_in}
        form, before = self.form, self._count
        give.get(type(form), self._type)(value)
        if wait:
            self.qtbot.waitUntil(lambda: self._count > before and not self.learning.waiting, timeout=PATIENCE)
            self._settle()
        return self.learning.verdict

    def wrong_then_right(self, wrong: Any, right: Any) -> None:
        """Answer wrong, see the hint that the step has, answer right, and see that."""
        verdict = self.answer(wrong)
        assert verdict is not None and verdict.right is False, verdict
        if self.step.hint:
            assert self.hint.startswith(self.step.hint), self.hint
        verdict = self.answer(right)
        assert verdict is not None and verdict.right is True, verdict
        assert self.said.startswith("Right")

    @property
    def _count(self) -> int:
        """How many answers were judged at this step."""
        answer = self.learning.answers.get(self.index)
        return 0 if answer is None else answer.tries

    def _choose(self, number: int) -> None:
        form = self.form
        assert isinstance(form, ChoiceForm)
        if self.by_keys:
            form.start()
            at = next((k for k, each in enumerate(form.options) if each.hasFocus()), 0)
            QTest.keyClick(form.options[at], Key.Key_Space)
            while at != number:
                at += 1 if number > at else -1
                QTest.keyClick(QApplication.focusWidget(), Key.Key_Down if number >= at else Key.Key_Up)
                form.options[at].setFocus()
                QTest.keyClick(form.options[at], Key.Key_Space)
        else:
            option = form.options[number]
            brought_into_view(option)
            QTest.mouseClick(option, LEFT)
        assert form.options[number].isChecked()
        self.press(form.check)

    def _type(self, number: float) -> None:
        form = self.form
        assert isinstance(form, AmountForm)
        self.write(form.field, repr(number))
        QTest.keyClick(form.field, Key.Key_Return)

    def _fill_in(self, numbers: Mapping[str, float]) -> None:
        """On the wires by the mouse, in the list by keys."""
        form = self.form
        assert isinstance(form, CotangentsForm)
        fields = form.fields if self.by_keys else form.on_wires.fields
        for socket, number in numbers.items():
            field = fields[socket]
            self.qtbot.waitUntil(field.isVisible, timeout=PATIENCE)
            self.write(field, repr(float(number)))
        self.press(form.check)

    def draw(self, points: Sequence[tuple[float, float]]) -> None:
        """Draw through points with the button held, or move points up and down by keys; then have it checked."""
        form = self.form
        assert isinstance(form, CurveForm)
        sheet = form.sheet
        brought_into_view(sheet)
        if self.by_keys:
            self._draw_by_keys(sheet, points)
        else:
            QTest.keyClick(sheet, Key.Key_Delete)
            first = sheet.point_at(*points[0]).toPoint()
            QTest.mousePress(sheet, LEFT, pos=first)
            for each in points:
                QTest.mouseMove(sheet, sheet.point_at(*each).toPoint())
            QTest.mouseRelease(sheet, LEFT, pos=sheet.point_at(*points[-1]).toPoint())
        self.press(form.check)

    def _draw_by_keys(self, sheet: Drawing, points: Sequence[tuple[float, float]]) -> None:
        sheet.setFocus()
        QTest.keyClick(sheet, Key.Key_Delete)
        QTest.keyClick(sheet, Key.Key_Home)
        xs, ys = [x for x, _ in points], [y for _, y in points]
        for k in range(0, COLUMNS, STRIDE):
            x = sheet.x_of(k)
            after = next((i for i in range(1, len(xs)) if xs[i] >= x - 1e-9), len(xs) - 1)
            part = (x - xs[after - 1]) / (xs[after] - xs[after - 1])
            wanted = ys[after - 1] + part * (ys[after] - ys[after - 1])
            QTest.keyClick(sheet, Key.Key_Up)  # the first press puts a point there
            for _ in range(60):
                if abs(sheet.ys[k] - wanted) <= 0.03 * (sheet.y1 - sheet.y0):
                    break
                QTest.keyClick(sheet, Key.Key_Up if sheet.ys[k] < wanted else Key.Key_Down)
            QTest.keyClick(sheet, Key.Key_Right)

    # The way on -------------------------------------------------------------------------------------------------------

    def wait_done(self) -> None:
        """Wait until the step is done: answered, its checks held."""
        self.qtbot.waitUntil(lambda: self.learning.passed(self.index), timeout=PATIENCE)

    def next(self) -> None:
        """Go on, once the step is done."""
        self.wait_done()
        before = self.index
        self.press(self.panel.next)
        assert self.index == before + 1
        self._settle()

    def next_anyway(self) -> None:
        """Go on without the right answer."""
        before = self.index
        self.press(self.panel.anyway)
        assert self.index == before + 1
        self._settle()

    def back(self) -> None:
        """Go back a step."""
        before = self.index
        self.press(self.panel.back)
        assert self.index == before - 1
        self._settle()

    def hand_in(self, name: str) -> None:
        """At the end: type a name and save the answers (where the window's prompts say)."""
        end = self.panel.end
        assert end is not None, "this is not the end"
        self.write(end.name, name)
        self.press(end.save)

    def _settle(self) -> None:
        """Let what is due come: panels that are laid out, fields that find their wires."""
        for _ in range(4):
            QApplication.processEvents()
