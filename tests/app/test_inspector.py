"""The inspector: every declaration has an editor that works by keys and mouse, and the page follows the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from app.formula import FormulaView, painter
from app.panels.inspector import Inspector
from app.panels.inspector_editors import EDITORS, SliderEditor, Surroundings, editor_for
from app.panels.inspector_fields import Editor
from app.panels.inspector_math import full_formula, partial_formula, substituted
from app.panels.inspector_tables import parsed_cells
from app.panels.interface import OUT_OF_SIGHT
from app.session import Session
from engine import setting
from engine.edits import Rename, SetFrozen
from engine.errors import FileError
from engine.graph import Place
from nodes.library import LIBRARY

ANYWHERE = Surroundings(lambda: None, lambda: [("w", "slope w"), ("b", "offset b")], lambda file: f"copied/{file.name}")


def editor(
    qtbot: QtBot, spec: setting.Setting, value: Any = None, around: Surroundings = ANYWHERE
) -> tuple[Editor, list[Any]]:
    """Return an editor that shows a value, and the list of what it tells."""
    made = editor_for(spec, around)
    qtbot.addWidget(made)
    made.show_value(spec.default if value is None else value)
    made.show()
    told: list[Any] = []
    made.edited.connect(told.append)
    return made, told


def retype(field: QLineEdit, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Replace a field's text as a person does."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)


def test_every_kind_of_declaration_has_an_editor() -> None:
    declared = {each for each in vars(setting).values() if isinstance(each, type) and issubclass(each, setting.Setting)}
    assert declared - {setting.Setting, setting.ByName} == set(EDITORS)  # a function's interface has its own


@pytest.mark.parametrize("operator", LIBRARY.values(), ids=lambda operator: operator.id)
def test_every_operator_can_be_inspected_and_showing_it_changes_nothing(
    session: Session, qtbot: QtBot, operator: Any
) -> None:
    added = session.insert(operator.id, Place())
    before = session.content
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.view is not None and panel.view.id == added
    assert set(panel.view.form.rows) >= set(operator.settings) - OUT_OF_SIGHT
    QApplication.processEvents()
    assert session.content is before


def test_a_number_is_typed_and_what_is_no_number_changes_nothing(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Number(0.5, low=0.0, high=10.0))
    retype(made.findChild(QLineEdit), "2.5e-3")
    assert told == [0.0025]
    retype(made.findChild(QLineEdit), "banana")
    assert told == [0.0025]
    retype(made.findChild(QLineEdit), "1e6")
    assert told[1:] in ([], [10.0]), "too large a number is refused or becomes the largest"


def test_numbers_are_shown_as_short_as_they_read_back_exactly(dressed: QApplication, qtbot: QtBot) -> None:
    made, _ = editor(qtbot, setting.Number(0.0))
    for value, text in (
        (0.1, "0.1"),
        (1e-7, "1e-7"),
        (423.94, "423.94"),
        (-3.0, "-3"),
        (0.1 + 0.2, "0.30000000000000004"),
    ):
        made.show_value(value)
        assert made.findChild(QLineEdit).text() == text


def test_a_logarithmic_slider_covers_its_decades_evenly(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Slider(0.01, low=1e-6, high=1.0, log=True))
    assert isinstance(made, SliderEditor)
    assert made.value_at(500) == pytest.approx(1e-3, rel=1e-3)
    assert made.tick_at(1e-6) == 0 and made.tick_at(1.0) == 1000
    for tick in (0, 137, 500, 999, 1000):
        assert abs(made.tick_at(made.value_at(tick)) - tick) <= 1
    slider = made.findChild(QSlider)
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_PageUp)
    assert len(told) == 1 and told[0] > 0.01


def test_a_slider_that_starts_at_zero_reaches_zero(dressed: QApplication, qtbot: QtBot) -> None:
    made, _ = editor(qtbot, setting.Slider(0.1, low=0.0, high=10.0, log=True))
    assert isinstance(made, SliderEditor)
    assert made.value_at(0) == 0.0 and made.tick_at(0.0) == 0 and made.value_at(1000) == 10.0


def test_a_slider_dragged_in_the_inspector_is_one_undo_step(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.resize(320, 900)
    panel.show()
    session.select(["descent"])
    slider = panel.view.form.rows["learning_rate"].editor.findChild(QSlider)
    handle = QPoint(round(slider.width() * slider.value() / 1000), slider.height() // 2)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle)
    for dx in (4, 9, 15):
        QTest.mouseMove(slider, handle + QPoint(dx, 0))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=handle + QPoint(15, 0))
    assert session.setting("descent", "learning_rate") != 0.05
    session.undo()
    assert session.setting("descent", "learning_rate") == 0.05


def test_the_wheel_scrolls_the_panel_and_not_a_field_under_the_pointer(session: Session, qtbot: QtBot) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent

    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["descent"])
    field = panel.view.form.rows["steps"].editor.field
    field.clearFocus()
    at = QPointF(field.rect().center())
    event = QWheelEvent(
        at, field.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    assert session.setting("descent", "steps") == 200


def test_whole_numbers_choices_and_toggles(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Integer(3, low=0, high=100))
    retype(made.findChild(QLineEdit), "42")
    assert told == [42]
    made, told = editor(qtbot, setting.Choice("a_b", options=("a_b", "c")))
    assert made.box.currentText() == "a b"
    made.box.setFocus()
    QTest.keyClick(made.box, Qt.Key.Key_Down)
    made.box.activated.emit(made.box.currentIndex())
    assert "c" in told
    made, told = editor(qtbot, setting.Toggle(False))
    QTest.mouseClick(made.box, Qt.MouseButton.LeftButton, pos=QPoint(8, made.box.height() // 2))
    assert told == [True]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3, 4", (3, 4)),
        ("3 x", None),
        ("(2, 5)", (2, 5)),
        ("7", (7,)),
        ("scalar", ()),
        ("3 × 4", (3, 4)),
        ("1.5", None),
    ],
)
def test_a_shape_is_typed(dressed: QApplication, qtbot: QtBot, text: str, value: Any) -> None:
    made, told = editor(qtbot, setting.Dimensions((1,), optional=True))
    refusals: list[str] = []
    made.refused.connect(refusals.append)
    retype(made.findChild(QLineEdit), text)
    assert told == ([] if value is None else [value])
    assert bool(refusals and refusals[-1]) == (value is None)


def test_an_empty_shape_is_found_by_itself_and_an_empty_axis_means_all(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Dimensions((1,), optional=True))
    retype(made.findChild(QLineEdit), " ")
    assert told == [None]
    made, told = editor(qtbot, setting.Axis(1))
    retype(made.findChild(QLineEdit), "-2")
    retype(made.findChild(QLineEdit), " ")
    assert told == [-2, None]


def test_an_array_is_edited_cell_by_cell_and_grows(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Array(((1.0, 2.0), (3.0, 4.0))))
    made.sheet.item(1, 0).setText("30.5")
    assert told[-1] == ((1.0, 2.0), (30.5, 4.0))
    made.sheet.item(0, 0).setText("banana")
    assert told[-1] == ((1.0, 2.0), (30.5, 4.0)) and made.sheet.item(0, 0).text() == "1"
    QTest.mouseClick(made.resizers["+ row"], Qt.MouseButton.LeftButton)
    assert told[-1] == ((1.0, 2.0), (30.5, 4.0), (0.0, 0.0))
    QTest.mouseClick(made.resizers["− col"], Qt.MouseButton.LeftButton)
    assert told[-1] == ((1.0,), (30.5,), (0.0,))


def test_a_number_becomes_a_list_and_a_block_of_numbers_is_pasted(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Array(2.5))
    made.rank.setCurrentIndex(1)
    made.rank.activated.emit(1)
    assert told == [(2.5,)]
    QApplication.clipboard().setText("1\t2\n3\t4.5\n")
    made.sheet.setCurrentCell(0, 0)
    made.sheet.setFocus()
    QTest.keyClick(made.sheet, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert told[-1] == ((1.0, 2.0), (3.0, 4.5))


def test_arrays_that_are_too_large_or_of_high_rank_are_told_by_their_shape(dressed: QApplication, qtbot: QtBot) -> None:
    made, _ = editor(qtbot, setting.Array(0.0), (((1.0, 2.0),),))
    assert made.summary.text() == "1 × 1 × 2" and not made.sheet.isVisible()
    made.show_value(tuple(float(k) for k in range(20_000)))
    assert made.summary.text() == "20000" and not made.sheet.isVisible()


def test_pasted_text_is_numbers_in_rows_or_nothing() -> None:
    assert parsed_cells("1,2\n3,4") == [[1, 2], [3, 4]]
    assert parsed_cells("1;2;−3") == [[1, 2, -3]]
    assert parsed_cells("1 2\n3") is None and parsed_cells("a b") is None and parsed_cells("") is None


def test_a_file_is_typed_or_chosen_from_the_menu_and_comes_from_anywhere(
    dressed: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "mine.csv").write_text("a\n1\n")
    asked: list[Path] = []

    def bring(file: Path) -> str:
        asked.append(file)
        if file.name == "secret.csv":
            raise FileError("There is no such file.")
        return f"fit.data/{file.name}"

    made, told = editor(qtbot, setting.File(""), around=Surroundings(lambda: tmp_path, list, bring))
    texts = [action.text() for action in made.menu().actions()]
    assert "mine.csv" in texts and any("iris.csv" in text for text in texts)
    next(action for action in made.menu().actions() if action.text() == "mine.csv").trigger()
    assert told == ["mine.csv"] and not asked
    retype(made.line, "../secret.csv")
    assert told == ["mine.csv"] and made.line.property("role") == "invalid"
    retype(made.line, "/home/me/Downloads/points.csv")
    assert told[1:] == ["fit.data/points.csv"] and made.line.text() == "fit.data/points.csv"
    assert made.line.property("role") != "invalid" and asked == [
        Path("../secret.csv"), Path("/home/me/Downloads/points.csv")
    ]  # fmt: skip


def test_parameters_are_chosen_by_name_from_a_menu(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Names((), of="parameter"))
    assert made.button.text() == "All that reach the loss"
    made._toggle("b")
    made._toggle("w")
    assert told == [("b",), ("w", "b")] and "slope w" in made.button.text()


def test_factors_of_parameters_are_added_changed_and_dropped(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Factors((), of="parameter"))
    assert made.button.isEnabled() and not made.fields
    made.add("b")
    made.add("w")
    assert told[-1] == (("b", 0.1), ("w", 0.1)) and not made.button.isEnabled()
    retype(made.fields["b"].lineEdit(), "0.5")
    assert told[-1] == (("b", 0.5), ("w", 0.1))
    made._drop("w")
    assert told[-1] == (("b", 0.5),) and set(made.fields) == {"b"} and made.button.isEnabled()


def test_outputs_of_a_table_are_edited_in_rows(dressed: QApplication, qtbot: QtBot) -> None:
    made, told = editor(qtbot, setting.Columns((("x", "number", ("a", "b")),)))
    made.table.item(0, 2).setText("a, b, c")
    assert told[-1] == (("x", "number", ("a", "b", "c")),)
    made._add()
    assert len(told[-1]) == 2
    made.table.setCurrentCell(0, 0)
    made._remove()
    assert len(told[-1]) == 1 and told[-1][0][0] != "x"


def test_a_refused_value_is_said_beside_its_field_and_goes_when_mended(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["w"])
    row = panel.view.form.rows["shape"]
    retype(row.editor.line, "banana")
    assert row.fault.isVisible() and "shape must" in row.fault.text()
    retype(row.editor.line, "3")
    assert not row.fault.isVisible() and session.setting("w", "shape") == (3,)
    QTest.mouseClick(row.back, Qt.MouseButton.LeftButton)
    assert "shape" not in session.node("w").settings


def test_a_number_outside_its_limits_is_said_beside_its_field(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select([session.insert("optimizers.optimizer", Place())])
    row = panel.view.form.rows["learning_rate"]
    retype(row.editor.field.lineEdit(), "1e9")
    assert session.setting(row.node, "learning_rate") == row.spec.high
    assert row.fault.isVisible() and "at most" in row.fault.text() and "nearest allowed" in row.fault.text()
    retype(row.editor.field.lineEdit(), "0.5")
    assert not row.fault.isVisible() and session.setting(row.node, "learning_rate") == 0.5


def test_the_page_follows_undo_selection_names_and_freezing(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.view is None
    session.select(["w"])
    assert panel.view.title.text() == "slope w"
    session.apply(Rename("w", "gradient of the hill"))
    assert panel.view.title.text() == "gradient of the hill"
    retype(panel.view.title, "steepness")
    assert session.node("w").name == "steepness"
    session.set_setting("w", "value", 7.5)
    assert panel.view.form.rows["value"].editor.field.value() == 7.5
    session.undo()
    assert panel.view.form.rows["value"].editor.field.value() == 0.5
    session.apply(SetFrozen("w", True))
    assert not panel.view.form.trained.isChecked()
    QTest.mouseClick(panel.view.form.trained, Qt.MouseButton.LeftButton, pos=QPoint(8, 12))
    assert not session.node("w").frozen
    session.select([])
    assert panel.view is None


def test_editing_the_outputs_of_a_table_keeps_the_page_and_the_cell_that_is_edited(
    session: Session, qtbot: QtBot
) -> None:
    from engine.graph import Place

    session.insert("inputs.table", Place())
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    view, columns = panel.view, panel.view.form.rows["columns"].editor
    QTest.mouseClick(columns.add, Qt.MouseButton.LeftButton)
    QTest.mouseClick(columns.add, Qt.MouseButton.LeftButton)
    assert [section.socket.name for section in view.values] == ["output_1", "output_2"]
    columns.table.item(0, 0).setText("distance")
    assert panel.view is view and [section.socket.name for section in view.values] == ["distance", "output_2"]
    QApplication.processEvents()
    assert columns.table.item(0, 0).text() == "distance"


def test_a_name_that_is_markup_or_very_long_is_shown_as_it_is(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["w"])
    for name in ("<b>bold</b><img src='file:///etc/passwd'>", "x" * 200):
        assert session.rename("w", name)
        assert panel.view.title.text() == name
        assert panel.view.chain.caption.text().endswith(name[:24].upper())


def test_a_name_that_is_refused_is_taken_back_and_an_empty_one_is_the_title(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["w"])
    said: list[str] = []
    session.message.connect(said.append)
    panel.view.title.setText("x" * 10_000)
    QTest.keyClick(panel.view.title, Qt.Key.Key_Return)
    assert session.node("w").name == "slope w" == panel.view.title.text() and len(said) == 1
    panel.view.title.clear()
    QTest.keyClick(panel.view.title, Qt.Key.Key_Return)
    assert session.node("w").name == "" and panel.view.title.text() == "Parameter"


def test_a_node_removed_while_its_name_is_edited_is_no_fault(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["w"])
    view = panel.view
    view.title.setText("half a na")
    shape = view.form.rows["shape"].editor
    shape.line.setText("3, 4")
    session.remove_selected()
    view.title.editingFinished.emit()
    shape.line.editingFinished.emit()
    assert "w" not in session.graph.nodes and panel.view is None


def test_settings_that_change_nothing_are_hidden(session: Session, qtbot: QtBot) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["descent"])
    rows = panel.view.form.rows
    assert rows["momentum"].isHidden() and not rows["learning_rate"].isHidden()
    session.set_setting("descent", "method", "momentum")
    assert not rows["momentum"].isHidden() and rows["beta1"].isHidden()
    panel.view.form.more.click()
    assert not rows["clip"].isHidden() and rows["clip_at"].isHidden()
    session.set_setting("descent", "clip", "norm")
    assert not rows["clip_at"].isHidden()


def test_a_wired_input_has_no_number_to_set_and_an_unwired_one_has(session: Session, qtbot: QtBot) -> None:
    from engine.edits import Disconnect
    from tests.app.conftest import wire

    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["multiply"])
    assert panel.view.form.rows["y"].isHidden()
    session.apply(Disconnect(wire("w.value", "multiply.y")))
    assert not panel.view.form.rows["y"].isHidden()


def test_formulas_name_their_result_and_their_partials() -> None:
    assert full_formula(r"x\,y", "value") == r"z = x\,y"
    assert full_formula(r"z_{ij} = \sum_k x_{ik}\,y_{kj}", "value").startswith("z_{ij}")
    assert partial_formula("x", "y", "value") == r"\frac{\partial z}{\partial x} = y"
    assert partial_formula("x", r"\bar x = \bar z\,y^{\top}", "value").startswith(r"\bar x")


def test_numbers_stand_in_a_formula_only_where_every_name_does() -> None:
    assert substituted(r"\max(x, y)", {"x": -1.5, "y": 2.0}) == r"\max((-1.5), 2)"
    assert substituted("x^p", {"x": 2.0, "exponent": 3.0}) is None


def test_values_derivatives_partials_and_the_check_come_from_the_engine(live_session: Session, qtbot: QtBot) -> None:
    panel = Inspector(live_session)
    qtbot.addWidget(panel)
    panel.show()
    live_session.select(["multiply"])
    qtbot.waitUntil(lambda: "0.5" in panel.view.values[0].value.text(), timeout=30_000)
    assert panel.view.values[0].derivative.text().startswith("∂loss")
    qtbot.waitUntil(lambda: panel.view.partials.rows["x"].row.number.text() == "0.5", timeout=30_000)
    assert panel.view.partials.rows["y"].row.number.text() == "1 … 3"
    assert "0.5" in panel.view.numbers.latex
    QTest.mouseClick(panel.view.check.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.view.check.dot.tone == "good", timeout=30_000)
    assert "agrees" in panel.view.check.text.text()


def test_values_that_come_fast_are_shown_a_few_times_a_second(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.show()
    session.select(["w"])
    qtbot.waitUntil(lambda: not panel._resting.isActive())
    shown: list[int] = []
    monkeypatch.setattr(panel.view, "refresh_values", lambda: shown.append(1))
    for _ in range(50):
        session.values_changed.emit()
    assert len(shown) == 1, "the first at once"
    qtbot.waitUntil(lambda: len(shown) == 2)  # the newest after a while
    qtbot.waitUntil(lambda: not panel._resting.isActive())
    assert len(shown) == 2
    panel.hide()
    session.values_changed.emit()
    assert len(shown) == 2, "nobody sees a hidden panel"
    panel._resting.stop()
    panel.show()
    assert len(shown) == 3


def test_a_formula_drawn_later_keeps_the_last_one_asked_for(dressed: QApplication, qtbot: QtBot) -> None:
    view = FormulaView()
    qtbot.addWidget(view)
    view.show_formula("a", size=16, colour="#123456")
    for k in range(5):
        view.show_formula(rf"z = {k} \cdot 3.25", size=16, colour="#123456", later=True)
    assert view.latex == "a", "what was shown stays until then"
    qtbot.waitUntil(lambda: view.latex == r"z = 4 \cdot 3.25")
    view.show_formula("b", size=16, colour="#123456", later=True)
    view.show_formula("c", size=16, colour="#123456")
    with qtbot.waitSignal(painter().drawn, check_params_cb=lambda latex, *_: latex == "last"):
        painter().draw("last", 16, "#123456")  # one after the other: those before are drawn by then
    assert view.latex == "c", "what was asked for before comes no more"
