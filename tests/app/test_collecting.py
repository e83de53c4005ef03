"""Widgets nobody holds are collected in the thread of the window alone."""

from __future__ import annotations

import gc

from pytestqt.qtbot import QtBot

from app import formula
from app.collecting import Pauses


def test_pauses_within_pauses_end_with_the_last_and_leave_what_was() -> None:
    paused = Pauses().paused
    with paused():
        with paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_nothing_is_collected_while_a_formula_is_drawn_in_its_thread(qtbot: QtBot, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    seen: list[bool] = []
    monkeypatch.setattr(formula, "render", lambda *_: seen.append(gc.isenabled()))
    with qtbot.waitSignal(formula.painter().drawn):
        formula.painter().draw("x", 16, "#123456")
    assert seen == [False]
    qtbot.waitUntil(gc.isenabled)
