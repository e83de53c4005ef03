"""The learner's panel in its window: what a step points at, what it leaves out and brings back, what is kept, and that
the lesson's file is not written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.actions import BY_ID
from engine.edits import Rename
from engine.graph import Place, Socket
from engine.lessons import answers as sheets
from engine.lessons.lesson import Amount, Choice, Cotangents, HasNode, HasWire, Lesson, SettingIs, Step
from tests.app.conftest import Answers
from tests.app.editor_habits.test_accessibility import nameless
from tests.app.lessons.conftest import graph
from tests.app.lessons.learner import PATIENCE, Learner

WALK = Lesson(
    "A walk",
    steps=(
        Step("Look.", "w", palette=("elementwise.add",), hidden=("inspector", "run", "undo")),
        Step("There.", "square.value"),
        Step("Panel.", "panel:inspector"),
        Step("Command.", "command:step"),
        Step("Say.", question=Amount("How much is 1 + 1?", 2.0), hint="Count."),
        Step("Add.", checks=(HasNode("elementwise.add"),), hint="Tab."),
        Step("Wire.", checks=(HasWire("w", "elementwise.add"),), anyway=False),
    ),
)


def settled(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def test_a_step_leaves_out_what_it_says_and_all_is_back_when_it_is_over(
    classroom: Callable[..., Learner], qtbot: QtBot
) -> None:
    learner = classroom(WALK)
    window = learner.window
    workspace, actions = window.workspace, window.actions_table
    settled(qtbot, lambda: workspace.docks["inspector"].isHidden() and "inspector" in workspace.yielding.aside)
    assert (
        not actions["undo"].isVisible()
        and not actions["run"].isVisible()
        and not actions["panel_inspector"].isVisible()
    )
    assert window.page.run_bar.run.isHidden() and not window.page.run_bar.step.isHidden()
    assert set(window.session.stock.library) == {"elementwise.add"}
    shown = {row.operator.id for row in workspace.operators.model.rows if row.operator is not None}
    assert shown == {"elementwise.add"}
    # Another document sees nothing of it.
    window.show_content(graph(), None, name="other")
    settled(qtbot, lambda: not window.workspace.docks["inspector"].isHidden())
    assert actions["undo"].isVisible() and len(window.session.stock.library) > 100
    window.show_page(window.document_pages[0])
    settled(qtbot, lambda: workspace.docks["inspector"].isHidden())
    assert not actions["undo"].isVisible()
    learner.next()
    settled(qtbot, lambda: not workspace.docks["inspector"].isHidden())
    assert actions["undo"].isVisible() and not window.page.run_bar.run.isHidden()
    assert len(window.session.stock.library) > 100
    learner.back()
    settled(qtbot, lambda: workspace.docks["inspector"].isHidden())
    window.leave_lesson()
    settled(qtbot, lambda: not workspace.docks["inspector"].isHidden())
    assert actions["undo"].isVisible() and not window.page.lessons.isVisible()
    window.start_lesson()
    assert learner.index == 0


def test_no_lesson_takes_away_the_ways_out_of_it(classroom: Callable[..., Learner], qtbot: QtBot) -> None:
    """A file that hides every panel and command leaves what one needs to leave, to keep one's work, and to see."""
    everything = tuple(sorted({*BY_ID, "inspector", "plots", "canvas", "run_bar"}))
    learner = classroom(Lesson("<b>All</b>", steps=(Step("Look.", "gone.value", hidden=everything),)))
    window = learner.window
    settled(qtbot, lambda: window.workspace.docks["inspector"].isHidden())
    actions = window.actions_table
    assert not actions["undo"].isVisible() and not actions["run"].isVisible()
    for id in ("quit", "close", "save", "preferences", "larger", "leave_lesson", "commands"):
        assert actions[id].isVisible(), id
    window.leave_lesson()
    settled(qtbot, lambda: actions["undo"].isVisible() and not window.workspace.docks["inspector"].isHidden())


def test_the_palette_is_out_of_the_way_where_nothing_may_be_added(
    classroom: Callable[..., Learner], qtbot: QtBot
) -> None:
    learner = classroom(Lesson("Bare", steps=(Step("Nothing.", palette=()), Step("All."))))
    dock = learner.window.workspace.docks["palette"]
    settled(qtbot, dock.isHidden)
    learner.next()
    settled(qtbot, lambda: not dock.isHidden())


def test_ring_and_arrow_point_at_nodes_sockets_panels_and_commands(
    classroom: Callable[..., Learner], qtbot: QtBot
) -> None:
    learner = classroom(WALK)
    window, canvas, pointing = learner.window, learner.window.canvas, learner.window.page.lessons.pointing

    def on_node(id: str) -> bool:
        middle = canvas.mapTo(window, canvas.camera.to_view(canvas.scene.nodes[id].rect.center()).toPoint())
        return pointing.rect is not None and pointing.rect.contains(middle)

    settled(qtbot, lambda: on_node("w"))
    canvas.pan_by(QPointF(-5000, 0))
    settled(qtbot, lambda: pointing.rect is None and pointing.away)
    learner.press(learner.panel.show_target)
    settled(qtbot, lambda: on_node("w") and not pointing.away)
    learner.next()
    at = canvas.scene.nodes["square"].point("value", output=True)

    def on_socket() -> bool:
        middle = canvas.mapTo(window, canvas.camera.to_view(at).toPoint())
        return pointing.rect is not None and pointing.rect.contains(middle) and pointing.rect.width() < 60

    settled(qtbot, on_socket)
    learner.next()
    settled(qtbot, lambda: window.workspace.panel_visible("inspector") and pointing.rect is not None)
    window.workspace.toggle_panel("inspector")
    settled(qtbot, lambda: pointing.rect is None)
    learner.press(learner.panel.show_target)
    inspector = window.workspace.docks["inspector"].widget()
    settled(qtbot, lambda: pointing.rect is not None)
    assert pointing.rect.contains(inspector.mapTo(window, inspector.rect().center()))
    learner.next()
    button = window.page.run_bar.step
    settled(qtbot, lambda: pointing.rect is not None)
    assert pointing.rect is not None and pointing.rect.contains(button.mapTo(window, button.rect().center()))
    learner.next()
    assert pointing.rect is None and not pointing.away


def test_what_is_not_there_yet_is_pointed_at_once_it_is(classroom: Callable[..., Learner], qtbot: QtBot) -> None:
    learner = classroom(Lesson("Later", steps=(Step("Add it.", "add_1", checks=(HasNode("elementwise.add"),)),)))
    pointing = learner.window.page.lessons.pointing
    assert pointing.rect is None and not pointing.away
    assert learner.window.session.insert("elementwise.add", Place(0.0, 200.0)) == "add_1"
    settled(qtbot, lambda: pointing.rect is not None or pointing.away)


def test_checks_follow_the_graph_and_the_hint_comes_on_request(classroom: Callable[..., Learner], qtbot: QtBot) -> None:
    learner = classroom(WALK)
    learner.learning.go(5)
    settled(qtbot, lambda: "There is no node “add” yet" in learner.checks)
    learner.press(learner.panel.checks.hint)
    assert learner.hint == "Tab." and learner.learning.answers[5].hints == 1
    session = learner.window.session
    added = session.insert("elementwise.add", Place(0.0, 300.0))
    settled(qtbot, lambda: "Done" in learner.checks)
    learner.next()
    settled(qtbot, lambda: "No wire leads from w" in learner.checks)
    assert not learner.panel.anyway.isVisible() and not learner.panel.next.isEnabled()
    from tests.app.conftest import wire

    session.connect_wire(wire("w.value", f"{added}.x"))
    learner.next()
    assert learner.panel.end is not None


def test_going_on_anyway_is_noted_and_answers_are_there_again_after_a_restart_of_the_program(
    classroom: Callable[..., Learner], tmp_path: Path
) -> None:
    learner = classroom(WALK)
    learner.learning.go(4)
    verdict = learner.answer(3.0)
    assert verdict is not None and not verdict.right and learner.hint == "Count."
    learner.next_anyway()
    (kept,) = (tmp_path / "data" / "answers").glob("*.answers.json")
    (answer,) = sheets.read(kept).answers
    assert (answer.step, answer.given, answer.right, answer.tries) == (4, 3, False, 1)
    assert answer.hints == 1 and answer.anyway
    again = classroom(WALK)
    assert again.index == 5  # the first that is not done
    again.learning.go(4)
    assert again.panel.form is not None and again.panel.form.value() == 3.0
    again.press(again.panel.back)
    again.window.restart_lesson()
    assert again.index == 0 and sheets.read(kept).answers == ()


def test_restarting_brings_the_graph_back_as_one_step_that_can_be_done_again(classroom: Callable[..., Learner]) -> None:
    learner = classroom(WALK)
    session = learner.window.session
    before = session.graph
    session.apply(Rename("w", "mine"))
    session.set_setting("w", "value", 7.0)
    learner.window.restart_lesson()
    assert session.graph == before and session.document.can_redo


def test_saving_asks_where_and_leaves_the_lesson_as_it_is(
    classroom: Callable[..., Learner], answers: Answers, tmp_path: Path
) -> None:
    learner = classroom(WALK)
    window, file = learner.window, tmp_path / "lesson.dgraph"
    before = file.read_bytes()
    window.session.set_setting("w", "value", 7.0)
    assert not window.save()
    assert answers.asked[-1] == "save my_lesson.dgraph" and file.read_bytes() == before
    answers.save_path = tmp_path / "mine.dgraph"
    assert window.save() and file.read_bytes() == before and answers.save_path.is_file()
    window.leave_lesson()
    window.session.set_setting("w", "value", 8.0)
    asked = len(answers.asked)
    assert window.save() and len(answers.asked) == asked  # now it is a document as any other


def test_a_name_that_cannot_be_written_and_a_folder_that_is_not_there_are_told(
    classroom: Callable[..., Learner], answers: Answers, tmp_path: Path
) -> None:
    learner = classroom(WALK)
    learner.window.save_answers()
    answers.answers_path = tmp_path / "nowhere" / "x.answers.json"
    learner.hand_in("Ada")
    assert learner.panel.end is not None
    assert learner.panel.end.said.property("role") == "bad" and learner.panel.end.said.text()


def test_everything_in_the_panel_has_a_name_and_every_kind_of_question_can_be_heard(
    classroom: Callable[..., Learner],
) -> None:
    from tests.app.lessons.test_learner import LESSON

    learner = classroom(LESSON)
    for k in range(len(LESSON.steps) + 1):
        learner.learning.go(k)
        QApplication.processEvents()
        assert nameless(learner.window.page.lessons) == []
        assert nameless(learner.window.canvas) == []


def test_the_panel_is_an_area_that_keys_go_to(classroom: Callable[..., Learner]) -> None:
    from app.frame import areas

    learner = classroom(WALK)
    learner.learning.go(4)
    learner.window.activateWindow()
    assert "Lesson" in [name for name, _ in areas.areas(learner.window)]
    learner.window.start_lesson()
    form = learner.form
    assert QApplication.focusWidget() is getattr(form, "field", None)
    QTest.keyClicks(form.field, "1/0")
    QTest.keyClick(form.field, Qt.Key.Key_Return)
    assert "Type a number" in form.complaint.text() and 4 not in learner.learning.answers


@pytest.mark.parametrize("question", [Choice("Which?", ("a", "b"), 0), Amount("?", 1.0), Cotangents("?", ("w.value",))])
def test_nothing_typed_is_no_try(classroom: Callable[..., Learner], question: object) -> None:
    learner = classroom(Lesson("One", steps=(Step("x", question=question),)))  # type: ignore[arg-type]
    learner.press(learner.form.check)
    assert learner.form.complaint.text() and learner.learning.answers == {}


def test_derivatives_are_not_told_before_they_are_asked_for(classroom: Callable[..., Learner]) -> None:
    lesson = Lesson(
        "Veil",
        steps=(
            Step("Read."),
            Step("First.", question=Cotangents("One.", ("w.value",))),
            Step("Look."),
            Step("Again.", question=Cotangents("Both.", ("w.value", "less.value"))),
        ),
    )
    learner = classroom(lesson)
    first, second = Socket("w", "value"), Socket("less", "value")
    hidden = ({first, second}, {first, second}, {second}, {first, second})
    for k, veiled in enumerate(hidden):
        learner.learning.go(k)
        assert learner.window.session.looks.veiled == veiled, f"step {k}"


def test_asked_derivatives_are_told_nowhere_until_they_are_right(
    classroom: Callable[..., Learner], qtbot: QtBot
) -> None:
    lesson = Lesson(
        "Veil",
        steps=(
            Step("Fill in.", question=Cotangents("Each.", ("w.value", "double.value")), hint="Back to front."),
            Step("Set.", checks=(SettingIs("w", "value", 1.0, 1.0),)),
        ),
    )
    learner = classroom(lesson, engine=True)
    session = learner.window.session
    settled(qtbot, lambda: session.look(Socket("w", "value")) is not None)
    look = session.look(Socket("w", "value"))
    assert look is not None and look.cotangent == "" and look.cotangent_partial is None and look.value == "1"
    assert session.look(Socket("less", "value")).cotangent == "−8"
    verdict = learner.answer({"w.value": -16.0, "double.value": 8.0})
    assert verdict is not None and verdict.wrong == ("double.value",)
    # What is asked of the wrong wire is explained: what came back, and the own slope; not their product.
    assert "“less” got −8 back, and its own slope by x is 1" in learner.hint
    assert learner.form.marks["w.value"].text() == "✓" and learner.form.marks["double.value"].text() == "✗"
    assert session.look(Socket("w", "value")).cotangent == ""
    verdict = learner.answer({"double.value": -8.0})
    assert verdict is not None and verdict.right
    assert session.look(Socket("w", "value")).cotangent == "−16"
    assert set(BY_ID) >= {"start_lesson", "leave_lesson", "edit_lesson", "practise"}
