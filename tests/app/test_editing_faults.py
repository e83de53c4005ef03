"""Faults that people met while editing, each kept from coming back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.assets import ASSETS
from app.numbers import short
from app.panels.inspector import Inspector
from app.session import Session
from app.worker import describe
from app.worker.messages import Job
from app.worker.training import EngineTraining
from engine.data import Data
from engine.graph import Place
from nodes.table_columns import suggested
from tests.engine.test_validation import HELD_OUT, path, watched


@pytest.mark.parametrize(("settings", "taken"), [({"patience": 4}, None), ({}, 60)])
def test_after_an_early_stop_with_keep_best_the_step_told_is_the_bests(settings, taken) -> None:  # type: ignore[no-untyped-def]
    """The window said the last step, and evaluated the best values as if they were of it."""
    job = Job.of(watched(validate_every=3, keep_best=True, **settings), None, ASSETS)
    training = EngineTraining(job, lambda node: None, "numpy_code")  # type: ignore[arg-type]
    while training.ending() is None:
        list(training.advance(1000, 1.0))
    moment = training.moment(0)
    best = 3 * int(np.argmin((path(60)[::3] - HELD_OUT) ** 2))
    assert moment.at == best != moment.step
    assert moment.step == (taken or best + 12)
    assert moment.values["parameter_1"].array() == pytest.approx(path(60)[best], rel=1e-12)


def test_a_run_that_keeps_no_best_stands_at_its_last_step() -> None:
    training = EngineTraining(Job.of(watched(steps=7), None, ASSETS), lambda node: None, "numpy_code")  # type: ignore[arg-type]
    while training.ending() is None:
        list(training.advance(1000, 1.0))
    assert (training.moment(0).at, training.moment(0).step, training.moment(0).standing) == (7, 7, None)


@pytest.mark.parametrize("number", [0.0, 423.9413, -0.31, 51731.2, 1234567.0, 1.2345678e-7, -1e9, 3.0, 1 - 2j])
def test_a_number_is_written_the_same_on_a_wire_and_in_the_inspector(number: complex) -> None:
    """51731.2 was 51,731 on the wire and 51731 in the inspector."""
    assert describe.short(number) == short(number)


def test_a_class_in_numbers_is_no_number_among_the_measurements() -> None:
    """The cultivar of a wine stood among its thirteen measurements, to be standardised like them."""
    rows = suggested(Data(folder=None, assets=ASSETS), "asset:wine.csv")
    assert [(name, kind, len(columns)) for name, kind, columns in rows] == [
        ("numbers", "number", 13), ("cultivar", "class", 1),
    ]  # fmt: skip


def test_measurements_are_no_classes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Whole numbers that leave one out, or hardly come twice, stay numbers."""
    columns = 14
    lines = [",".join(f"c{k}" for k in range(columns))]
    rng = np.random.default_rng(5)
    for row in range(40):
        lines.append(",".join([str((0, 1, 3)[row % 3]), *(f"{x:.3f}" for x in rng.normal(size=columns - 2)), str(row)]))
    (tmp_path / "many.csv").write_text("\n".join(lines))
    rows = suggested(Data(folder=tmp_path, assets=ASSETS), "many.csv")
    assert [(kind, len(names)) for _, kind, names in rows] == [("number", columns)]


@pytest.fixture
def table(session: Session, qtbot: object) -> Callable[[str], Inspector]:
    """A maker of inspectors of a table that reads a bundled file."""

    def made(file: str) -> Inspector:
        node = session.insert("inputs.table", Place())
        session.set_setting(node, "file", file)
        panel = Inspector(session)
        qtbot.addWidget(panel)  # type: ignore[attr-defined]
        panel.show()
        return panel

    return made


def test_one_more_output_of_a_table_is_of_a_column_that_is_there(table: Callable[[str], Inspector]) -> None:
    """It was of a column “output_1”, which no file has: an error with every click."""
    panel = table("asset:iris.csv")
    assert panel.view is not None
    editor = panel.view.form.rows["columns"].editor
    header = {"sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm", "species"}
    for _ in range(7):
        QTest.mouseClick(editor.add, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    value = panel.session.setting(panel.view.id, "columns")
    assert len(value) == 7 == len({name for name, _, _ in value})
    assert {column for _, _, columns in value for column in columns} <= header
    assert ("species", "class", ("species",)) in value


def test_the_names_of_outputs_have_room(table: Callable[[str], Inspector]) -> None:
    panel = table("asset:iris.csv")
    assert panel.view is not None
    panel.session.set_setting(panel.view.id, "columns", (("class_of_it", "class", ("species",)),))
    sheet = panel.view.form.rows["columns"].editor.table  # type: ignore[attr-defined]
    assert sheet.columnWidth(0) >= sheet.fontMetrics().horizontalAdvance("class_of_it") + 12
