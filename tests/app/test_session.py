"""Session: edits, selection, problems, saving and recovery, without a window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.actions import BY_ID
from app.session import Session
from engine.edits import Move, RemoveNode, SetKept
from engine.errors import FileError
from engine.files import read, render
from engine.files.recovery import recoverable
from engine.graph import Content, Kept, Place, Socket
from engine.types import ArrayType, Tensor
from nodes.library import LIBRARY
from tests.app.conftest import line, wire


def heard(session: Session) -> list[str]:
    """Return a list that grows by each sentence the session says."""
    sentences: list[str] = []
    session.message.connect(sentences.append)
    return sentences


def test_an_operator_inserted_is_selected_and_one_undo_takes_it_back_with_its_parameters(session: Session) -> None:
    before = session.content
    added = session.insert("neural.dense", Place(0, 600))
    assert session.current == added
    assert len(session.graph.nodes) > len(before.graph.nodes) + 1, "a layer brings its parameter nodes"
    session.undo()
    assert render(session.content) == render(before)
    assert session.current is None


def test_a_wire_that_does_not_fit_is_refused_in_a_sentence_and_nothing_changes(session: Session) -> None:
    sentences, before = heard(session), session.content
    assert not session.connect_wire(wire("mse.value", "multiply.x"))
    assert session.content is before
    assert (len(sentences) == 1 and "circle" in sentences[0]) or "loop" in sentences[0] or "cycle" in sentences[0]


def test_a_wire_into_an_occupied_input_replaces_the_one_there(session: Session) -> None:
    assert session.connect_wire(wire("y.value", "multiply.x"))
    assert session.graph.sources[Socket("multiply", "x")] == Socket("y", "value")
    session.undo()
    assert session.graph.sources[Socket("multiply", "x")] == Socket("x", "value")


def test_types_follow_the_graph(session: Session) -> None:
    assert session.type_of(Socket("multiply", "value")) == ArrayType((3,))
    assert session.set_setting("x", "value", 4.0)
    assert session.type_of(Socket("multiply", "value")) == ArrayType(())


def test_problems_name_their_node_and_go_when_mended(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.problems_changed):
        session.apply(RemoveNode("x"))
    assert [p.node for p in session.problems if p.severity == "error"] == ["multiply"]
    assert session.node_problems("multiply") and not session.node_problems("mse")
    with qtbot.waitSignal(session.problems_changed):
        session.undo()
    assert not session.problems


def test_a_setting_out_of_its_limits_is_refused_with_the_name_of_node_and_setting(session: Session) -> None:
    sentences = heard(session)
    assert not session.set_setting("descent", "learning_rate", -1.0)
    assert "learning_rate" in sentences[0].replace(" ", "_") and "Optimizer" in sentences[0]


def test_a_slider_dragged_is_one_undo_step_and_the_next_gesture_another(session: Session) -> None:
    for rate in (0.06, 0.07, 0.08):
        session.set_setting("descent", "learning_rate", rate, merge="descent.learning_rate")
    session.seal()
    session.set_setting("descent", "learning_rate", 0.5, merge="descent.learning_rate")
    session.undo()
    assert session.setting("descent", "learning_rate") == 0.08
    session.undo()
    assert session.setting("descent", "learning_rate") == 0.05


def test_the_last_selected_node_is_current_and_removed_ones_leave_the_selection(session: Session) -> None:
    session.select(["x"])
    session.select(["x", "w"])
    assert session.current == "w"
    session.apply(RemoveNode("w"))
    assert session.selection == {"x"} and session.current == "x"


def test_removing_the_selection_takes_nodes_notes_and_wires_in_one_step(session: Session) -> None:
    before = render(session.content)
    session.select(["x"], ["note_1"], [wire("mse.value", "descent.loss")])
    session.remove_selected()
    assert "x" not in session.graph.nodes and not session.layout.notes
    assert wire("mse.value", "descent.loss") not in session.graph.wires
    session.undo()
    assert render(session.content) == before


def test_copied_nodes_are_pasted_with_their_wires_under_new_ids(session: Session) -> None:
    session.select(["w", "multiply"])
    session.paste(session.copy(), Place(1000, 1000))
    new = session.selection
    assert len(new) == 2 and not new & {"w", "multiply"}
    assert sum(w.source.node in new and w.target.node in new for w in session.graph.wires) == 1
    sentences = heard(session)
    session.paste("#!/bin/sh\nrm -rf", Place())
    assert len(sentences) == 1


def test_saving_and_opening_gives_the_same_document(session: Session, tmp_path: Path) -> None:
    session.set_setting("w", "value", 1.25)
    assert not session.clean
    session.save(tmp_path / "line.dgraph")
    assert session.clean and session.title == "Line"
    content = session.content
    session.new()
    session.open(tmp_path / "line.dgraph")
    assert session.content == content


def test_a_file_that_cannot_be_read_leaves_the_open_document_alone(session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "broken.dgraph"
    broken.write_text('{"format": "gradwire.dgraph", "version": 1, "nodes": {"a": ')
    before = session.content
    with pytest.raises(FileError):
        session.open(broken)
    assert session.content is before


def test_unsaved_edits_of_a_process_that_died_can_be_recovered(dressed: QApplication, tmp_path: Path) -> None:
    dying = Session(LIBRARY, engine=False, journals=tmp_path)
    dying.adopt(line(), None, clean=True)
    dying.set_setting("w", "value", 9.0)
    dying.undo()
    dying.redo()
    wanted = dying.content
    dying._journal.end(keep=True)  # what a killed process leaves: the file, and no lock
    found = recoverable(tmp_path)
    assert [each.content for each in found] == [wanted]
    fresh = taken_over(tmp_path)
    assert not fresh.clean
    fresh.close()
    assert [each.content for each in recoverable(tmp_path)] == [wanted], "it stays recoverable until it is saved"
    fresh = taken_over(tmp_path)
    fresh.save(tmp_path / "line.dgraph")
    fresh.close()
    assert not recoverable(tmp_path)


def taken_over(journals: Path) -> Session:
    """Return a session that took over what can be recovered."""
    found = recoverable(journals)[0]
    session = Session(LIBRARY, engine=False, journals=journals)
    session.adopt(found.content, found.path, clean=False)
    found.discard()
    return session


def test_closing_a_saved_document_leaves_no_journal(dressed: QApplication, tmp_path: Path) -> None:
    session = Session(LIBRARY, engine=False, journals=tmp_path / "journals")
    session.adopt(line(), None, clean=True)
    session.apply(Move({"x": Place(5, 5)}))
    session.save(tmp_path / "a.dgraph")
    session.close()
    assert not recoverable(tmp_path / "journals")


def test_a_journal_that_cannot_be_written_is_told_once_and_work_goes_on(dressed: QApplication, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    session = Session(LIBRARY, engine=False, journals=tmp_path / "file")
    session.adopt(line(), None, clean=True)
    sentences = heard(session)
    assert session.set_setting("w", "value", 1.0) and session.set_setting("w", "value", 2.0)
    assert len(sentences) == 1 and "journal" in sentences[0]
    session.close()


def test_an_error_keeps_a_run_from_starting_and_is_shown(session: Session) -> None:
    session._engine = True
    session.apply(RemoveNode("x"))
    sentences, shown = heard(session), []
    session.reveal_requested.connect(shown.append)
    session.run()
    assert session.run_state == "idle" and shown == ["multiply"] and len(sentences) == 1


def test_an_unknown_operator_is_a_placeholder_that_is_saved_back(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "future.dgraph"
    text = render(line()).decode().replace("elementwise.multiply", "future.warp")
    path.write_text(text)
    session.open(path)
    assert session.label("multiply") and any(p.node == "multiply" for p in session.problems)
    session.save(tmp_path / "again.dgraph")
    assert (tmp_path / "again.dgraph").read_text() == text


def test_the_document_of_an_empty_session_can_be_saved(session: Session, tmp_path: Path) -> None:
    session.new()
    session.save(tmp_path / "empty.dgraph")
    assert read(tmp_path / "empty.dgraph") == Content()


def test_kept_values_can_be_forgotten_and_brought_back(session: Session) -> None:
    node = sorted(session.graph.nodes)[0]
    assert session.apply(SetKept(Kept(7, values={node: Tensor.of(1.5)})))
    kept, window = session.content, SimpleNamespace(session=session, editing=True)
    assert BY_ID["forget_values"].enabled(window)
    BY_ID["forget_values"].run(window)
    assert session.content.kept is None and not BY_ID["forget_values"].enabled(window)
    session.undo()
    assert render(session.content) == render(kept)


def test_a_graph_written_by_hand_without_a_layout_is_arranged(session: Session) -> None:
    session.adopt(Content(session.graph), None, clean=True)
    places = session.layout.places
    assert places.keys() == session.graph.nodes.keys()
    assert all(places[w.source.node].x < places[w.target.node].x for w in session.graph.wires)
    assert session.clean and not session.document.can_undo


def test_parameters_and_optimizers_are_told_apart_by_name(session: Session) -> None:
    added = [session.insert("parameters.parameter", Place(40.0 * k, 700.0)) for k in range(3)]
    assert [session.label(id) for id in added] == ["Parameter", "Parameter 2", "Parameter 3"]
    session.undo()
    assert added[2] not in session.graph.nodes, "the name is part of the same step"
    assert session.label(session.insert("optimizers.optimizer", Place())) == "Optimizer 2"
    assert session.node(session.insert("elementwise.add", Place())).name == ""
