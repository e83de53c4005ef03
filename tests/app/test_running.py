"""Runs of a session, with the real engine processes: live settings, staleness, keeping, lanes, and what stops a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from engine.edits import AddNode, Connect, SetSetting
from engine.graph import Node, Place, Socket
from nodes.library import LIBRARY
from tests.app.conftest import line, wire

WAIT = 40_000
LONG = 100_000_000


def reach(session: Session, qtbot: QtBot, state: str) -> None:
    """Wait until the run stands so."""
    qtbot.waitUntil(lambda: session.run_state == state, timeout=WAIT)


def long(session: Session) -> None:
    """Let the run take so long that it does not end by itself."""
    session.set_setting("descent", "steps", LONG)


def test_a_run_ends_and_its_values_are_kept_as_one_undoable_edit(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    session.run()
    reach(session, qtbot, "finished")
    assert session.graph.nodes["w"].settings["value"] == 0.5, "training never edits the document"
    session.keep_values()
    qtbot.waitUntil(lambda: session.content.kept is not None, timeout=WAIT)
    kept = session.content.kept
    assert kept is not None and kept.step == 200
    assert kept.values["w"].array() == pytest.approx(2.0, abs=1e-6), "y = 2 x is the line through the points"
    session.undo()
    assert session.content.kept is None and not session.document.can_undo


def test_why_a_run_ended_is_told_and_steps_that_were_not_taken_are_not_counted(
    live_session: Session, qtbot: QtBot
) -> None:
    session, told = live_session, []
    session.message.connect(told.append)
    session.set_setting("descent", "method", "lbfgs")
    session.run()
    reach(session, qtbot, "finished")
    moment = session.runs.moment(0)
    assert moment is not None and session.runs.steps == moment.step < 200
    assert told[-1].startswith(f"Converged after {moment.step} step")


def test_a_numeric_setting_reaches_the_run_and_a_structural_one_makes_it_stale(
    live_session: Session, qtbot: QtBot
) -> None:
    session = live_session
    long(session)
    session.run()
    reach(session, qtbot, "running")
    session.set_setting("descent", "learning_rate", 0.01)
    assert not session.stale
    session.set_setting("descent", "method", "momentum")
    assert session.stale
    session.stop()
    reach(session, qtbot, "finished")


def test_one_step_of_nothing_starts_a_run_that_waits_after_it(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    session.step()
    qtbot.waitUntil(lambda: session.run_state == "paused" and session.runs.steps == 1, timeout=WAIT)
    session.step()
    qtbot.waitUntil(lambda: session.runs.steps == 2, timeout=WAIT)
    session.toggle_run()
    reach(session, qtbot, "finished")
    session.reset()
    assert session.run_state == "idle" and session.moment() is None


def test_a_paused_run_of_a_graph_edited_since_starts_anew(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    long(session)
    session.step()
    qtbot.waitUntil(lambda: session.runs.steps == 1, timeout=WAIT)
    session.apply(SetSetting("descent", "steps", 7))
    assert session.stale
    session.run()
    reach(session, qtbot, "finished")
    assert session.runs.steps == 7 and not session.stale


def test_a_learning_rate_that_explodes_pauses_the_run_and_names_node_and_step(
    live_session: Session, qtbot: QtBot
) -> None:
    session = live_session
    said: list[str] = []
    session.message.connect(said.append)
    session.set_setting("descent", "learning_rate", 10.0)
    session.set_setting("descent", "steps", 100_000)
    session.run()
    reach(session, qtbot, "paused")
    (problem,) = [p for p in session.problems if p.code == "run"]
    assert problem.node in session.graph.nodes and "step" in problem.sentence and said[-1] == problem.sentence
    session.set_setting("descent", "learning_rate", 0.05)
    assert not any(p.code == "run" for p in session.problems), "what was wrong is mended"


def test_values_on_the_wires_are_those_of_the_chosen_optimizer(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    slow = replace(
        session.node("descent"), id="slow", settings={**session.node("descent").settings, "learning_rate": 1e-7}
    )
    session.apply(AddNode(slow, Place(900, 200)))
    session.apply(Connect(wire("mse.value", "slow.loss")))
    session.run()
    reach(session, qtbot, "finished")
    assert len(session.lanes) == 2

    def value() -> float:
        look = session.look(Socket("w", "value"))
        return float(look.partial.array()) if look is not None and look.partial is not None else float("nan")

    qtbot.waitUntil(lambda: value() == pytest.approx(2.0, abs=1e-3), timeout=WAIT)
    session.set_lane(1)
    qtbot.waitUntil(lambda: value() == pytest.approx(0.5, abs=1e-3), timeout=WAIT)


def test_another_document_ends_the_run(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    long(session)
    session.run()
    reach(session, qtbot, "running")
    session.new()
    assert session.run_state == "idle" and not session.lanes


def test_a_missing_data_file_is_one_sentence_at_its_node(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    session.new()
    added = session.insert("inputs.table", Place())
    session.apply(SetSetting(added, "file", "gone.csv"))
    qtbot.waitUntil(lambda: any(p.node == added and "gone.csv" in p.sentence for p in session.problems), timeout=WAIT)


def test_looks_come_back_after_the_ask_process_was_killed(live_session: Session, qtbot: QtBot) -> None:
    import multiprocessing

    session = live_session
    qtbot.waitUntil(lambda: session.looks.looks is not None, timeout=WAIT)
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    session.set_setting("w", "value", 3.25)
    qtbot.waitUntil(lambda: getattr(session.look(Socket("w", "value")), "value", "") == "3.25", timeout=WAIT)


def test_closing_ends_every_process(dressed: object, qtbot: QtBot) -> None:
    import multiprocessing

    session = Session(LIBRARY)
    session.adopt(line(), None, clean=True)
    session.set_setting("descent", "steps", LONG)
    session.run()
    reach(session, qtbot, "running")
    session.close()
    session.close()
    qtbot.waitUntil(lambda: not multiprocessing.active_children(), timeout=WAIT)
    session.deleteLater()


def test_a_node_that_is_unknown_does_not_stop_the_looks_at_the_others(live_session: Session, qtbot: QtBot) -> None:
    session = live_session
    session.apply(AddNode(Node("strange", "future.warp"), Place(0, 500)))
    session.set_setting("w", "value", 1.5)
    qtbot.waitUntil(lambda: getattr(session.look(Socket("w", "value")), "value", "") == "1.5", timeout=WAIT)
