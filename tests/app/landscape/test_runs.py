"""The table of runs over real runs: names, what differs, curves, seeds, pins, export, gradients by size."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app import theme
from app.landscape.book import RunBook
from app.landscape.comparison import Comparison
from app.landscape.runs_card import apart
from app.landscape.runs_panel import DIFFERS, LOSS, NAME, RunsPanel
from app.plots.histories import last_loss, losses
from app.session import Session
from engine.edits import SetSetting
from engine.rivals import Rival
from nodes.library import LIBRARY
from tests.engine.training_graphs import content

SOON = 30_000
NODES = {
    "parameter_1": {"name": "w", "initial": "normal", "shape": (4,)},
    "parameter_2": {"name": "b", "value": 3.0},
    "square_1": {}, "square_2": {}, "mean_1": {}, "add_1": {},
    "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.1, "steps": 30},
}  # fmt: skip
WIRES = "parameter_1>square_1 square_1>mean_1 parameter_2>square_2 mean_1>add_1 square_2>add_1.y add_1>optimizer_1.loss"


@pytest.fixture(scope="module")
def panel(qapp: QApplication) -> Iterator[RunsPanel]:
    theme.apply(qapp, theme.DARK, 1.0)
    session = Session(LIBRARY)
    session.adopt(content(NODES, WIRES), None, clean=True)
    comparison = Comparison(session)
    book = RunBook(session)
    book.follow_comparison(comparison)
    made = RunsPanel(session, book)
    made.comparison = comparison  # type: ignore[attr-defined]
    made.resize(1300, 420)
    made.show()
    yield made
    comparison.end()
    made.stop()
    session.close()
    made.close()
    made.deleteLater()
    session.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def run(panel: RunsPanel, qtbot: QtBot, **settings: object) -> None:
    for name, value in settings.items():
        panel.session.apply(SetSetting("optimizer_1", name, value))
    before = len(panel.book.records)
    panel.session.run()
    qtbot.waitUntil(
        lambda: len(panel.book.records) == before + 1 and panel.book.records[-1].state == "finished", timeout=SOON
    )


def cell(panel: RunsPanel, row: int, column: int) -> str:
    return panel.table.item(row, column).text()


def test_every_run_is_a_line_with_what_sets_it_apart(panel, qtbot):
    panel.book.forget()
    run(panel, qtbot, learning_rate=0.1)
    run(panel, qtbot, learning_rate=0.4)
    assert [cell(panel, row, DIFFERS) for row in (0, 1)] == ["learning rate 0.1", "learning rate 0.4"]
    first, second = panel.book.records
    assert first.taken == second.taken == 30
    # Every step multiplies b by 1 - 2 rate and each w by 1 - rate / 2.
    b = 3.0 * (1 - 2 * 0.1) ** 29
    assert first.gradients["b"] == pytest.approx(2 * b)
    assert first.final >= b * b
    assert cell(panel, 1, LOSS) != "—"
    assert panel.table.item(1, LOSS).foreground().color().name() == theme.DARK.good, "the least is told"


def test_names_are_edited_and_runs_hidden_in_the_table(panel, qtbot):
    panel.book.forget()
    run(panel, qtbot)
    run(panel, qtbot)
    item = panel.table.item(0, NAME)
    panel.table.setCurrentItem(item)
    panel.table.editItem(item)
    editor = panel.table.viewport().findChild(QLineEdit)
    QTest.keyClicks(editor, "Careful")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.book.records[0].name == "Careful", timeout=SOON)
    panel.table.item(1, NAME).setCheckState(Qt.CheckState.Unchecked)
    assert [name for name, _, _ in panel.card.curves()] == ["Careful"]


def test_runs_from_seeds_make_a_band(panel, qtbot):
    panel.book.forget()
    panel.count.setValue(3)
    QTest.mouseClick(panel.repeat, Qt.MouseButton.LeftButton)
    assert not panel.repeat.isEnabled()
    qtbot.waitUntil(lambda: panel.seeds.left == 0 and len(panel.book.records) == 3, timeout=SOON)
    assert [record.seed for record in panel.book.records] == [0, 1, 2]
    assert len({record.final for record in panel.book.records}) == 3, "each draws its own start"
    assert [name for name, _, own in panel.card.curves() if len(own) == 3] == ["Optimizer, 3 seeds"]
    assert panel.session.clean or panel.session.document.undo_name != "Seed"
    panel.card._set("bands", False)
    assert len(panel.card.curves()) == 3
    panel.card._set("bands", True)
    assert panel.repeat.isEnabled()


def test_a_comparison_stands_in_the_table_line_by_line(panel, qtbot):
    panel.book.forget()
    comparison = panel.comparison
    rivals = (Rival("momentum", settings={"learning_rate": 0.01}), Rival("adam"))
    comparison.start("optimizer_1", rivals)
    qtbot.waitUntil(lambda: comparison.runs.state == "finished" and len(panel.book.records) == 2, timeout=SOON)
    assert [record.name for record in panel.book.records] == ["Momentum", "Adam"]
    assert "method" not in cell(panel, 0, DIFFERS), "its name says so"
    assert "learning rate 0.01" in cell(panel, 0, DIFFERS)
    comparison.end()
    assert len(panel.book.records) == 2
    assert np.isfinite(panel.book.records[0].final)


def test_values_are_pinned_by_a_click_and_taken_off_by_delete(panel, qtbot):
    panel.book.forget()
    run(panel, qtbot)
    area = panel.card.area
    QTest.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=area.to_pixels(10.0, 0.0).toPoint())
    (step,) = panel.card.pins.steps
    assert step == pytest.approx(10.0, abs=0.3)
    (curve,) = panel.card.pins.curves
    _, text, _ = panel.card.pins._point(step, *curve, area.plot_rect)
    assert float(text) == pytest.approx(panel.book.records[0].loss[10], rel=1e-3)
    QTest.keyClick(area, Qt.Key.Key_Delete)
    assert not panel.card.pins.steps


def test_pinned_values_lie_apart_and_inside():
    from PySide6.QtCore import QRectF

    rect = QRectF(0, 0, 300, 100)
    found = apart([2.0, 50.0, 51.0, 99.0, 100.0], 14.0, rect)
    assert (np.diff(found) >= 14.0 - 1e-9).all()
    assert found[0] >= 7
    assert found[-1] <= 93


def test_the_slider_smooths(panel, qtbot):
    panel.book.forget()
    run(panel, qtbot)
    panel.smoothing.setFocus()
    QTest.keyClick(panel.smoothing, Qt.Key.Key_End)
    assert panel.card.weight == pytest.approx(0.99)
    assert panel.smoothing_text.text() == "0.99"
    assert "smoothed" in panel.card.subtitle.text()
    QTest.keyClick(panel.smoothing, Qt.Key.Key_Home)
    assert panel.card.weight == 0.0


def test_the_table_is_written_as_csv_and_the_card_as_svg_with_its_names(panel, qtbot, tmp_path):
    panel.book.forget()
    run(panel, qtbot, learning_rate=0.1)
    run(panel, qtbot, learning_rate=0.2)
    panel.export(tmp_path / "runs.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "runs.csv").read_text())))
    assert [row["learning rate"] for row in rows] == ["0.1", "0.2"]
    assert [float(row["loss"]) for row in rows] == [record.final for record in panel.book.records]
    panel.book.records[0].name = "=HYPERLINK(1)"
    assert "'=HYPERLINK(1)" in panel.csv(), "no spreadsheet runs what a node is called"
    panel.book.records[0].name, panel.book.records[1].name = "slow one", "fast one"
    panel.card.refresh()
    panel.card.export(tmp_path / "runs.svg")
    panel.card.export(tmp_path / "curves.csv")
    svg = (tmp_path / "runs.svg").read_text()
    assert "slow one" in svg
    assert "fast one" in svg
    assert "step" in svg
    assert "slow one loss" in (tmp_path / "curves.csv").read_text()


def test_gradients_are_listed_by_size(panel, qtbot):
    panel.session.reset()
    panel.session.refresh()

    def names() -> list[str]:
        return [panel.gradients.item(row, 0).text() for row in range(panel.gradients.rowCount())]

    qtbot.waitUntil(lambda: names() == ["b", "w"], timeout=SOON)
    norms = [norm for _, _, norm in panel.norms()]
    assert norms[0] == pytest.approx(6.0), "the derivative of b squared at 3"
    assert norms == sorted(norms, reverse=True)


def test_selected_runs_are_removed_and_all_where_none_is(panel, qtbot):
    panel.book.forget()
    run(panel, qtbot)
    run(panel, qtbot)
    keep = panel.book.records[1]
    panel.table.selectRow(0)
    QTest.mouseClick(panel.remove, Qt.MouseButton.LeftButton)
    assert panel.book.records == [keep]
    QTest.mouseClick(panel.remove, Qt.MouseButton.LeftButton)
    assert not panel.book.records


def test_the_loss_of_a_long_run_is_that_of_its_last_step_and_no_mean(panel, qtbot):
    panel.book.forget()
    run(panel, qtbot, learning_rate=0.001, steps=300)
    runs = panel.session.runs
    alone = runs.curve(0, losses(runs.lanes[0])[0][0], start=runs.steps_of(0) - 1)
    assert len(alone.mean) == 1, "one step is looked at"
    assert panel.book.records[0].final == alone.mean[0] < np.min(panel.book.records[0].loss[:-1])
    assert last_loss(runs, 0) == alone.mean[0]
