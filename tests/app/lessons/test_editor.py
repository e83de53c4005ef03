"""The editor for teachers: a lesson made with mouse and keys, one step of the history for each change, told what is
wrong, and tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.lessons import faults
from app.lessons.editor import EditorPanel
from app.lessons.kinds import CHECKS, QUESTIONS, Ground
from app.window import Window
from engine.edits import SetLesson
from engine.graph import Place
from engine.lessons.lesson import (
    Amount,
    Choice,
    Cotangents,
    HasNode,
    HasWire,
    Lesson,
    Prediction,
    Quantity,
    SettingIs,
    Step,
    ValueIs,
)
from tests.app.conftest import Answers
from tests.app.editor_habits.test_accessibility import nameless
from tests.app.lessons.conftest import graph
from tests.app.lessons.learner import Learner

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


class Teacher:
    """Hands on the editor of a window."""

    def __init__(self, window: Window) -> None:
        self.window, self.session = window, window.session

    @property
    def editor(self) -> EditorPanel:
        editor = self.window.page.lessons.editor
        assert editor is not None
        return editor

    @property
    def lesson(self) -> Lesson:
        lesson = self.session.content.lesson
        assert lesson is not None
        return lesson

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.editor.index]

    def press(self, name: str) -> None:
        QTest.mouseClick(self.editor.buttons[name], LEFT)
        QApplication.processEvents()

    def choose_question(self, title: str) -> None:
        """Choose the kind of question by keys, which makes another form with each."""
        self.window.activateWindow()
        self.editor.question_kind.setFocus()
        for _ in range(10):
            box = self.editor.question_kind
            if box.currentText() == title:
                return
            QTest.keyClick(box, Key.Key_Down)
            QApplication.processEvents()
        raise AssertionError(title)


@pytest.fixture
def teacher(qtbot: QtBot, window: Callable[..., Window]) -> Teacher:
    """A teacher before a graph that has no lesson yet."""
    opened = window()
    opened.show_content(graph(), None, name="Slopes")
    qtbot.waitExposed(opened)
    opened.edit_lesson()
    return Teacher(opened)


def test_a_lesson_is_made_of_the_graph_and_each_change_is_one_step_of_the_history(teacher: Teacher) -> None:
    session, editor = teacher.session, teacher.editor
    assert teacher.lesson == Lesson("Slopes", steps=(Step("What is to be seen here?"),))
    editor.text.edit.setFocus()
    editor.text.edit.selectAll()
    QTest.keyClicks(editor.text.edit, "See $w^2$.")
    assert teacher.lesson.steps[0].text == "See $w^2$."
    assert editor.text.preview.text == "See $w^2$." and editor.text.preview.isVisible()
    position = session.document.position
    QTest.keyClicks(editor.hint.edit, "Look")
    assert session.document.position == position + 1  # four letters, one step
    session.undo()
    assert teacher.lesson.steps[0].hint == "" and editor.hint.edit.toPlainText() == ""
    session.undo()
    assert teacher.lesson.steps[0].text == "What is to be seen here?"
    session.undo()
    assert session.content.lesson is None and teacher.window.page.lessons.mode == ""


def test_steps_are_added_duplicated_moved_and_removed(teacher: Teacher) -> None:
    editor = teacher.editor
    teacher.press("add")
    QTest.keyClicks(editor.text.edit, "Second")
    teacher.press("duplicate")
    assert [each.text for each in teacher.lesson.steps] == ["What is to be seen here?", "Second", "Second"]
    QTest.keyClicks(editor.hint.edit, "x")
    QTest.keyClick(editor.steps, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [each.hint for each in teacher.lesson.steps] == ["", "x", ""] and editor.index == 1
    teacher.press("up")
    assert [each.hint for each in teacher.lesson.steps] == ["x", "", ""] and editor.index == 0
    teacher.press("remove")
    assert [each.text for each in teacher.lesson.steps] == ["What is to be seen here?", "Second"]
    teacher.session.undo()
    assert editor.steps.count() == 3


def test_the_target_is_picked_on_the_canvas_and_escape_gives_up(teacher: Teacher, qtbot: QtBot) -> None:
    editor, canvas, session = teacher.editor, teacher.window.canvas, teacher.session
    canvas.fit()

    def click(point: object) -> None:
        QTest.mouseClick(canvas, LEFT, pos=canvas.camera.to_view(point).toPoint())  # type: ignore[arg-type]

    QTest.mouseClick(editor.target.pick, LEFT)
    click(canvas.scene.nodes["square"].rect.center())
    assert teacher.lesson.steps[0].target == "square" and not session.selection
    QTest.mouseClick(editor.target.pick, LEFT)
    click(canvas.scene.nodes["w"].point("value", output=True))
    assert teacher.lesson.steps[0].target == "w.value"
    QTest.mouseClick(editor.target.pick, LEFT)
    QTest.keyClick(canvas, Key.Key_Escape)
    click(canvas.scene.nodes["less"].rect.center())
    assert teacher.lesson.steps[0].target == "w.value" and session.selection == {"less"}


def test_every_kind_of_question_has_its_form_and_can_be_kept(teacher: Teacher) -> None:
    for kind, entry in QUESTIONS.items():
        teacher.press("add")
        editor = teacher.editor
        teacher.choose_question(entry.title)
        assert teacher.step.question is not None and type(teacher.step.question) is kind
        assert faults.refusal(teacher.lesson) is None and editor.question is not None
        named = {name for field in editor.question.fields.values() for name in field.changes()}
        assert named == set(kind.__struct_fields__)
        prompt = editor.question.fields["prompt"].edit
        prompt.selectAll()
        QTest.keyClicks(prompt, "So?")
        assert teacher.step.question.prompt == "So?"
        assert nameless(teacher.window.page.lessons) == []


def test_every_kind_of_check_has_its_form_and_can_be_kept(teacher: Teacher) -> None:
    for k, kind in enumerate(CHECKS):
        editor = teacher.editor
        editor.add_check.menu().actions()[k].trigger()
        (check,) = teacher.step.checks
        assert type(check) is kind and faults.refusal(teacher.lesson) is None
        named = {name for field in editor.checks[0].fields.values() for name in field.changes()}
        assert named == set(kind.__struct_fields__)
        assert nameless(teacher.window.page.lessons) == []
        gone = [each for each in editor.findChildren(QToolButton) if each.accessibleName() == "Remove check 1"]
        QTest.mouseClick(next(each for each in gone if each.isVisible()), LEFT)
        assert teacher.step.checks == ()


def test_options_numbers_and_places_are_typed_and_what_cannot_be_kept_waits_with_a_sentence(teacher: Teacher) -> None:
    editor = teacher.editor
    teacher.choose_question(QUESTIONS[Choice].title)
    options = editor.question.fields["options"]
    QTest.mouseClick(options.add, LEFT)
    QTest.keyClicks(options.rows[2][1], "third")
    QTest.mouseClick(options.rows[2][0], LEFT, pos=options.rows[2][0].rect().center())
    options.rows[2][0].click()
    QTest.keyClicks(options.rows[2][2], "Yes")
    asked = teacher.lesson.steps[0].question
    assert asked == Choice(asked.prompt, ("this", "that", "third"), 2, ("", "", "Yes"))
    options.rows[0][1].clear()
    QTest.keyClick(options.rows[0][1], Key.Key_Backspace)
    options.rows[0][1].textEdited.emit("")
    assert "options" in editor.problems.text() and editor.problems.property("role") == "bad"
    assert teacher.lesson.steps[0].question == asked  # the document keeps what it had
    QTest.keyClicks(options.rows[0][1], "first")
    assert teacher.lesson.steps[0].question.options[0] == "first"
    QTest.keyClicks(editor.target.line, "no such place!")
    assert "must be the id of a node" in editor.problems.text()


def test_what_a_lesson_speaks_of_and_is_not_there_is_told_in_sentences(teacher: Teacher) -> None:
    session = teacher.session

    def told(step: Step) -> list[str]:
        return [each.sentence for each in faults.problems(Lesson("x", steps=(step,)), session)]

    assert told(Step("Fine.", "w")) == []
    assert told(Step(" ")) == ["It says nothing: give it a text."]
    assert "There is no panel “nowhere”" in told(Step("x", "panel:nowhere"))[0]
    assert told(Step("x", "command:fly")) == ["There is no command “fly”."]
    assert "“gone”, which is not in the graph" in told(Step("x", "gone"))[0]
    assert "has no socket “out”" in told(Step("x", "w.out"))[0]
    assert told(Step("x", palette=("elementwise.nothing",))) == [
        "There is no operator “elementwise.nothing” to be added."
    ]
    assert "to be hidden" in told(Step("x", hidden=("curtain",)))[0]
    for question, said in (
        (Choice("?", ("a", "a"), 0), "Two of the options say the same."),
        (Amount("?", None, Quantity("value", "w")), "say which socket"),
        (Prediction("?", Quantity("value", "gone.value")), "“gone”, which is not in the graph"),
        (Cotangents("?", ("w.out",)), "has no socket “out”"),
    ):
        assert any(said in each for each in told(Step("x", question=question, hint="h"))), said
    for check, said in (
        (HasNode("elementwise.nothing"), "which does not exist"),
        (HasWire("w", "gone"), "“gone”, which is not in the graph"),
        (ValueIs(Quantity("value", "gone.x"), 1.0), "“gone”, which is not in the graph"),
        (SettingIs("w", "colour"), "“w” has no setting “colour”"),
    ):
        assert any(said in each for each in told(Step("x", checks=(check,), hint="h"))), said
    assert told(Step("x", question=Amount("?", 1.0))) == ["A wrong answer brings no hint: write one."]
    assert faults.problems(Lesson("x"), session)[0].sentence == "The lesson has no steps yet: add one."


def test_the_bundled_lessons_have_no_problems(window: Callable[..., Window]) -> None:
    from app.assets import LESSONS
    from engine.files import read

    session = window().session
    for path in sorted(LESSONS.glob("*.dgraph")):
        content = read(path)
        session.adopt(content, None, clean=True)
        found = [each for each in faults.problems(content.lesson, session) if "no hint" not in each.sentence]
        assert found == [], (path.name, found)


def test_a_lesson_is_tried_from_any_step_and_what_was_tried_is_gone_after_it(
    teacher: Teacher, qtbot: QtBot, tmp_path: Path
) -> None:
    steps = (Step("One."), Step("Two.", question=Amount("?", 2.0), hint="h"), Step("Three."))
    teacher.session.apply(SetLesson(Lesson("Slopes", steps=steps)))
    editor = teacher.editor
    editor.steps.setCurrentRow(1)
    QTest.mouseClick(editor.attempt, LEFT)
    learner = Learner(teacher.window, qtbot)
    assert learner.index == 1 and learner.panel.caption.text().endswith("TRIAL")
    learner.wrong_then_right(3.0, 2.0)
    before = teacher.session.graph
    teacher.session.insert("elementwise.add", Place(0.0, 400.0))
    learner.panel.choices["edit"].trigger()
    assert teacher.editor.index == 1 and teacher.session.graph == before and teacher.lesson.steps == steps
    assert not list((tmp_path / "data" / "answers").glob("*")) if (tmp_path / "data" / "answers").exists() else True


def test_a_saved_lesson_opens_for_the_learner(teacher: Teacher, qtbot: QtBot, answers: Answers, tmp_path: Path) -> None:
    answers.save_path = tmp_path / "made.dgraph"
    assert teacher.window.save()
    position = teacher.session.document.position
    QTest.keyClicks(teacher.editor.title.line, "!")
    assert teacher.session.document.position == position + 1 and teacher.window.save()
    teacher.window.close_page()
    teacher.window.open(answers.save_path)
    assert Learner(teacher.window, qtbot).panel.title.text() == "Slopes!"


def test_the_tables_of_questions_and_checks_make_what_their_kind_says(teacher: Teacher) -> None:
    ground = Ground(teacher.session, lambda *_: None)
    for table in (QUESTIONS, CHECKS):
        for kind, entry in table.items():
            assert type(entry.fresh(ground)) is kind
