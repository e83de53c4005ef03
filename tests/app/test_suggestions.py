"""Choosing a data file in the inspector brings the outputs that its columns suggest."""

from __future__ import annotations

from app.panels.inspector_editors import FileEditor
from app.panels.inspector_form import Form
from app.session import Session
from app.suggestions import choose_file
from engine.edits import Connect
from engine.graph import Place
from tests.app.conftest import wire

HUBBLE = (
    ("distance_mpc", "number", ("distance_mpc",)),
    ("velocity_km_s", "number", ("velocity_km_s",)),
)


def test_the_outputs_come_with_the_file_as_one_step(session: Session) -> None:
    table = session.insert("inputs.table", Place(0, 900))
    choose_file(session, table, "file", "asset:hubble.csv")
    assert session.setting(table, "columns") == HUBBLE
    session.undo()
    assert session.setting(table, "file") == "" and session.setting(table, "columns") == ()


def test_another_file_brings_other_outputs(session: Session) -> None:
    table = session.insert("inputs.table", Place(0, 900))
    choose_file(session, table, "file", "asset:hubble.csv")
    choose_file(session, table, "file", "asset:iris.csv")
    assert [kind for _, kind, _ in session.setting(table, "columns")] == ["number"] * 4 + ["class"]


def test_outputs_that_a_person_chose_or_wired_stay(session: Session) -> None:
    table = session.insert("inputs.table", Place(0, 900))
    chosen = (("r", "number", ("distance_mpc",)),)
    session.set_setting(table, "columns", chosen)
    choose_file(session, table, "file", "asset:hubble.csv")
    assert session.setting(table, "columns") == chosen
    other = session.insert("inputs.table", Place(0, 900))
    session.apply(Connect(wire(f"{other}.table", "multiply.x")))
    choose_file(session, other, "file", "asset:hubble.csv")
    assert session.setting(other, "columns") == () and session.setting(other, "file") == "asset:hubble.csv"


def test_a_file_that_cannot_be_read_suggests_nothing(session: Session) -> None:
    table = session.insert("inputs.table", Place(0, 900))
    choose_file(session, table, "file", "asset:nowhere.csv")
    assert session.setting(table, "file") == "asset:nowhere.csv" and session.setting(table, "columns") == ()


def test_the_inspector_chooses_files_so(session: Session) -> None:
    table = session.insert("inputs.table", Place(0, 900))
    form = Form(session, table)
    editor = form.rows["file"].editor
    assert isinstance(editor, FileEditor)
    editor.line.setText("asset:hubble.csv")
    editor.line.editingFinished.emit()
    assert session.setting(table, "columns") == HUBBLE
