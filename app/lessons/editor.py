"""The editor for teachers: the steps of a lesson in a list, the chosen one as a form; each change is a step of the
document's history, and what is wrong is told in sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.lessons import faults
from app.lessons.fields import Field, LineField, PlaceField, ProseField, ToggleField, WordsField
from app.lessons.kinds import CHECKS, QUESTIONS, Ground, KindOf
from app.lessons.prose import plain, put
from app.panels.inspector_parts import label
from app.theme import appearance
from app.words import tr
from engine.edits import SetLesson
from engine.lessons.lesson import MOST_STEPS, Lesson, Step

if TYPE_CHECKING:
    from app.canvas import Canvas
    from app.page import Page

ROWS: Final = 6
"""Steps that the list shows at once."""
EVERY: Final = "all"
LETTERS: Final = 28
"""Of a step's text that stand in the list."""


class RecordForm(QWidget):
    """The fields of one record: a question, or a check."""

    changed = Signal()

    def __init__(self, record: Any, kind: KindOf, ground: Ground) -> None:
        super().__init__()
        self.record = record
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(appearance().px(8))
        self.fields: dict[str, Field] = {}
        for field in kind.fields(ground):
            field.show_record(record)
            field.changed.connect(self._changed)
            self.fields[field.name] = field
            column.addWidget(field)

    def _changed(self) -> None:
        for field in self.fields.values():
            self.record = msgspec.structs.replace(self.record, **field.changes())
        self.changed.emit()

    def show_record(self, record: Any) -> None:
        """Show another record of the same kind."""
        self.record = record
        for field in self.fields.values():
            field.show_record(record)


class Picking(QObject):
    """Lets a person click a node or a socket on the canvas; Escape, or a click on nothing, gives up."""

    def __init__(self, canvas: Canvas, done: Callable[[str], None], socket: bool) -> None:
        super().__init__(canvas)
        self._canvas, self._done, self._socket = canvas, done, socket
        canvas.installEventFilter(self)
        canvas.setCursor(Qt.CursorShape.CrossCursor)
        canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        canvas.session.message.emit(tr("Click what is meant on the canvas; Escape gives up."))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the next click is ours, with its release."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self._pick(event)
            return True
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            self.end()
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.end()
            return True
        return False

    def _pick(self, event: QMouseEvent) -> None:
        hover, session = self._canvas.what_is_at(event.position()), self._canvas.session
        if hover.socket is not None:
            self._done(str(hover.socket[0]))
        elif hover.wire is not None:
            self._done(str(hover.wire.source))
        elif hover.node:
            outputs = session.operator(hover.node).outputs
            self._done(f"{hover.node}.{outputs[0].name}" if self._socket and outputs else hover.node)

    def end(self) -> None:
        """The click is over."""
        self._canvas.removeEventFilter(self)
        self._canvas.unsetCursor()
        self._canvas.session.message.emit("")
        self.deleteLater()


class EditorPanel(QWidget):
    """The editor. `try_wanted` carries the step to begin at."""

    try_wanted = Signal(int)
    close_wanted = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._ground = Ground(page.session, self._pick)
        self.index = 0
        self._own = False
        """Whether a change of the document is this editor's own."""
        self._draft: Lesson | None = None
        """What the fields say, where that cannot be kept yet."""
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Lesson editor"))
        self._build()
        page.session.changed.connect(self._document_changed)
        self._show_all()

    # What it consists of ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        px = appearance().px
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, px(10), 0, 0)
        whole.setSpacing(px(6))
        head = QVBoxLayout()
        head.setContentsMargins(px(16), 0, px(12), 0)
        head.setSpacing(px(6))
        row = QHBoxLayout()
        row.addWidget(label(tr("LESSON EDITOR"), "caption"), 1)
        self.attempt, self.close_button = QPushButton(tr("Try it from here")), QPushButton(tr("Close"))
        self.attempt.setProperty("role", "primary")
        self.close_button.setProperty("role", "quiet")
        self.attempt.clicked.connect(lambda: self.try_wanted.emit(self.index))
        self.close_button.clicked.connect(self.close_wanted)
        row.addWidget(self.attempt)
        row.addWidget(self.close_button)
        head.addLayout(row)
        self.title = LineField("title", tr("Title"))
        self.title.changed.connect(lambda: self._set(title=self.title.value()))
        head.addWidget(self.title)
        self.steps = QListWidget()
        self.steps.setAccessibleName(tr("Steps of the lesson"))
        self.steps.setFixedHeight(px(26) * ROWS)
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.steps.currentRowChanged.connect(self._chosen)
        self.steps.installEventFilter(self)
        head.addWidget(self.steps)
        head.addLayout(self._step_buttons())
        self.problems = label("", "second", wrap=True)
        head.addWidget(self.problems)
        whole.addLayout(head)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setAccessibleName(tr("The step"))
        whole.addWidget(self.scroll, 1)

    def _step_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(appearance().px(2))
        self.buttons: dict[str, QToolButton] = {}
        for id, text, name, act in (
            ("add", "Add", "Add a step after this one", self.add_step),
            ("duplicate", "Duplicate", "Duplicate the step", self.duplicate_step),
            ("remove", "Remove", "Remove the step", self.remove_step),
            ("up", "↑", "Move the step up (Alt+Up)", lambda: self.move_step(-1)),
            ("down", "↓", "Move the step down (Alt+Down)", lambda: self.move_step(1)),
        ):
            button = QToolButton()
            button.setText(text)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(lambda _=False, act=act: act())
            row.addWidget(button)
            self.buttons[id] = button
        row.addStretch(1)
        return row

    # The lesson -------------------------------------------------------------------------------------------------------

    @property
    def lesson(self) -> Lesson:
        """The lesson, with what is typed but cannot be kept yet."""
        there = self._draft or self._page.session.content.lesson
        return there if there is not None else Lesson(self._page.session.title)

    @property
    def step(self) -> Step | None:
        """The chosen step."""
        steps = self.lesson.steps
        return steps[self.index] if self.index < len(steps) else None

    def apply(self, lesson: Lesson, merge: str | None = None) -> bool:
        """Make it the document's lesson, as one step of the history; what cannot be kept is told and waits."""
        refused = faults.refusal(lesson)
        if refused is not None:
            self._draft = lesson
            self._show_problems()
            return False
        self._draft = None
        self._own = True
        try:
            done = self._page.session.apply(SetLesson(lesson), merge)
        finally:
            self._own = False
        self._show_list()
        self._show_problems()
        return done

    def _set(self, **changes: Any) -> None:
        self.apply(msgspec.structs.replace(self.lesson, **changes), f"lesson {'.'.join(changes)}")

    def _set_step(self, merge: str, **changes: Any) -> None:
        steps = list(self.lesson.steps)
        steps[self.index] = msgspec.structs.replace(steps[self.index], **changes)
        self.apply(msgspec.structs.replace(self.lesson, steps=tuple(steps)), f"lesson {self.index} {merge}")

    def _with_steps(self, steps: list[Step], index: int) -> None:
        self._page.session.seal()
        self.index = index
        self.apply(msgspec.structs.replace(self.lesson, steps=tuple(steps)))
        self._show_all()

    def add_step(self) -> None:
        """Add a step after the chosen one."""
        steps = list(self.lesson.steps)
        if len(steps) < MOST_STEPS:
            at = min(self.index + 1, len(steps))
            steps.insert(at, Step("What is to be done here?"))
            self._with_steps(steps, at)
            self.text.edit.setFocus()
            self.text.edit.selectAll()

    def duplicate_step(self) -> None:
        """Add the chosen step once more after itself."""
        steps = list(self.lesson.steps)
        if self.step is not None and len(steps) < MOST_STEPS:
            steps.insert(self.index + 1, self.step)
            self._with_steps(steps, self.index + 1)

    def remove_step(self) -> None:
        """Remove the chosen step."""
        steps = list(self.lesson.steps)
        if steps:
            del steps[self.index]
            self._with_steps(steps, max(0, min(self.index, len(steps) - 1)))

    def move_step(self, by: int) -> None:
        """Move the chosen step up or down."""
        steps, to = list(self.lesson.steps), self.index + by
        if self.step is not None and 0 <= to < len(steps):
            steps[self.index], steps[to] = steps[to], steps[self.index]
            self._with_steps(steps, to)

    # Showing ----------------------------------------------------------------------------------------------------------

    def _document_changed(self, *_: object) -> None:
        if self._own:
            return
        if self._draft is None or self._page.session.content.lesson is None:
            lesson = self._page.session.content.lesson
            if lesson is not None and lesson != self._shown:
                self._show_all()
        self._show_problems()

    def _show_all(self) -> None:
        self.index = max(0, min(self.index, len(self.lesson.steps) - 1))
        self.title.show_value(self.lesson.title)
        self._show_list()
        self._show_form()
        self._show_problems()

    def _show_list(self) -> None:
        lesson = self._shown = self.lesson
        self.steps.blockSignals(True)
        texts = [f"{k + 1}.  {_short(step)}" for k, step in enumerate(lesson.steps)]
        for k, text in enumerate(texts):
            if k < self.steps.count():
                self.steps.item(k).setText(text)
            else:
                self.steps.addItem(text)
        while self.steps.count() > len(texts):
            self.steps.takeItem(self.steps.count() - 1)
        self.steps.setCurrentRow(self.index)
        self.steps.blockSignals(False)
        there = bool(lesson.steps)
        for id in ("duplicate", "remove", "up", "down"):
            self.buttons[id].setEnabled(there)
        self.buttons["up"].setEnabled(self.index > 0)
        self.buttons["down"].setEnabled(self.index < len(lesson.steps) - 1)
        self.attempt.setEnabled(there)

    def _chosen(self, row: int) -> None:
        if row >= 0 and row != self.index:
            self._draft = None
            self.index = row
            self._page.session.seal()
            self._show_all()
            self._page.lessons.pointing.point_at(self.step.target if self.step is not None else "")

    def _show_problems(self) -> None:
        lesson = self.lesson
        refused = faults.refusal(lesson)
        found = [refused] if refused is not None else faults.problems(lesson, self._page.session)
        here = [each for each in found if each.step in (None, self.index)]
        others = sorted({each.step + 1 for each in found if each.step not in (None, self.index)})  # type: ignore[operator]
        lines = [f"•  {each.sentence}" for each in here]
        if others:
            lines.append(f"•  More at step{'s' if len(others) > 1 else ''} {', '.join(map(str, others))}.")
        self.problems.setText("\n".join(lines))
        self.problems.setProperty("role", "bad" if refused is not None else "second")
        self.problems.style().polish(self.problems)
        self.problems.setVisible(bool(lines))

    def _show_form(self) -> None:
        px, step = appearance().px, self.step
        body = QWidget()
        body.setProperty("role", "panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(px(16), px(8), px(16), px(20))
        column.setSpacing(px(10))
        if step is not None:
            self._step_fields(column)
            self._question_part(column, step)
            self._checks_part(column, step)
            for field in (self.hint, self.anyway):
                column.addWidget(field)
            column.addWidget(label(tr("THE WHOLE LESSON"), "caption"))
        self._lesson_fields(column)
        column.addStretch(1)
        put(self.scroll, body)

    def _step_fields(self, column: QVBoxLayout) -> None:
        ground = self._ground
        self.text = ProseField("text", tr("Text"))
        self.target = PlaceField(
            "target", tr("Points at (a node, a socket, panel:… or command:…)"), self._targets, self._pick
        )
        self.palette_field = WordsField(
            "palette", tr("Operators that may be added (all, or names; empty: none)"), ground.operators, every=EVERY
        )
        self.hidden_field = WordsField("hidden", tr("Panels and commands out of the way"), lambda: faults.PANELS)
        self.hint = ProseField("hint", tr("Hint after a wrong answer"))
        self.anyway = ToggleField("anyway", tr("One may continue without the right answer"))
        fields = (self.text, self.target, self.palette_field, self.hidden_field, self.hint, self.anyway)
        for field in fields:
            field.show_record(self.step)
            field.changed.connect(lambda field=field: self._set_step(field.name, **field.changes()))
        for field in fields[:4]:
            column.addWidget(field)

    def _lesson_fields(self, column: QVBoxLayout) -> None:
        self.summary = ProseField("summary", tr("Summary: a sentence for the start page"))
        self.notes = ProseField("notes", tr("Notes for the teacher; learners do not see them"))
        for field in (self.summary, self.notes):
            field.show_record(self.lesson)
            field.changed.connect(lambda field=field: self._set(**field.changes()))
            column.addWidget(field)

    def _question_part(self, column: QVBoxLayout, step: Step) -> None:
        column.addWidget(label(tr("QUESTION"), "caption"))
        self.question_kind = QComboBox()
        self.question_kind.setAccessibleName(tr("Kind of question"))
        self.question_kind.addItem(tr("none"))
        for kind in QUESTIONS.values():
            self.question_kind.addItem(kind.title)
        kinds = list(QUESTIONS)
        self.question_kind.setCurrentIndex(0 if step.question is None else kinds.index(type(step.question)) + 1)
        self.question_kind.activated.connect(self._question_kind_chosen)
        column.addWidget(self.question_kind)
        self.question: RecordForm | None = None
        if step.question is not None:
            self.question = RecordForm(step.question, QUESTIONS[type(step.question)], self._ground)
            form = self.question
            form.changed.connect(lambda: self._set_step("question", question=form.record))
            column.addWidget(form)

    def _question_kind_chosen(self, row: int) -> None:
        kinds = list(QUESTIONS)
        old = self.step.question if self.step is not None else None
        made = QUESTIONS[kinds[row - 1]].fresh(self._ground) if row else None
        if made is not None and old is not None:
            made = msgspec.structs.replace(made, prompt=old.prompt)
        focused = self.question_kind.hasFocus()
        self._page.session.seal()
        self._set_step("kind", question=made)
        self._page.session.seal()
        self._show_form()
        if focused:
            self.question_kind.setFocus()

    def _checks_part(self, column: QVBoxLayout, step: Step) -> None:
        column.addWidget(label(tr("CHECKS"), "caption"))
        self.checks: list[RecordForm] = []
        for k, check in enumerate(step.checks):
            card = QFrame()
            card.setProperty("role", "inset")
            inner = QVBoxLayout(card)
            row = QHBoxLayout()
            row.addWidget(label(CHECKS[type(check)].title, "strong"), 1)
            gone = QToolButton()
            gone.setText("✕")
            gone.setAccessibleName(f"Remove check {k + 1}")
            gone.clicked.connect(lambda _=False, k=k: self._remove_check(k))
            row.addWidget(gone)
            inner.addLayout(row)
            form = RecordForm(check, CHECKS[type(check)], self._ground)
            form.changed.connect(self._checks_changed)
            inner.addWidget(form)
            column.addWidget(card)
            self.checks.append(form)
        self.add_check = QToolButton()
        self.add_check.setText(tr("Add a check …"))
        self.add_check.setAccessibleName(tr("Add a check"))
        self.add_check.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_check.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self.add_check)
        for k, kind in enumerate(CHECKS.values()):
            menu.addAction(kind.title, lambda k=k: self._add_check(k))
        self.add_check.setMenu(menu)
        column.addWidget(self.add_check, 0, Qt.AlignmentFlag.AlignLeft)

    def _checks_changed(self) -> None:
        self._set_step("checks", checks=tuple(form.record for form in self.checks))

    def _with_checks(self, checks: tuple[Any, ...]) -> None:
        self._page.session.seal()
        self._set_step("checks", checks=checks)
        self._page.session.seal()
        self._show_form()

    def _add_check(self, row: int) -> None:
        if self.step is not None:
            made = list(CHECKS.values())[row].fresh(self._ground)
            self._with_checks((*self.step.checks, made))

    def _remove_check(self, k: int) -> None:
        if self.step is not None:
            self._with_checks(self.step.checks[:k] + self.step.checks[k + 1 :])

    # Pointing ---------------------------------------------------------------------------------------------------------

    def _targets(self) -> list[str]:
        from app.actions import BY_ID

        ground = self._ground
        panels = [f"panel:{name}" for name in faults.PANELS]
        return [*ground.nodes(), *ground.sockets(), *panels, *(f"command:{name}" for name in BY_ID)]

    def _pick(self, done: Callable[[str], None], socket: bool) -> None:
        Picking(self._page.canvas, done, socket)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: Alt with Up or Down moves the step, Delete removes it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.steps:
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.move_step(-1 if event.key() == Qt.Key.Key_Up else 1)
                return True
            if event.key() == Qt.Key.Key_Delete:
                self.remove_step()
                return True
        return False

    def close_up(self) -> None:
        """It is shown no more."""
        self._page.session.changed.disconnect(self._document_changed)


def _short(step: Step) -> str:
    """Return a step in a few words: how its text begins, and what it asks."""
    words = plain(step.text)
    asked = QUESTIONS[type(step.question)].title if step.question is not None else "do" if step.checks else ""
    begun = words if len(words) <= LETTERS else f"{words[: LETTERS - 2].rstrip()} …"
    return f"{begun}   ({asked})" if asked else begun
