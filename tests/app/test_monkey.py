"""A seeded monkey works the whole window: no exception, no warning of Qt, and every canvas shows its document.

A fault is told with its seed and the last gestures; `GRADWIRE_MONKEY=seed` (or `seed:gestures`) replays that episode
alone, each gesture printed and looked at.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QTimer, qWarning
from PySide6.QtWidgets import QApplication, QFileDialog

from app.canvas import Canvas
from app.window import Window
from tests import sizes
from tests.app.canvas.conftest import line_fit
from tests.app.monkey.episode import LENGTH, run_episode
from tests.app.monkey.person import Person
from tests.app.monkey.watching import differences

PARTS = 4
"""Tests that share the gestures, so that several processes can."""


@pytest.fixture(autouse=True)
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks the system for a file is told that none was chosen."""
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, staticmethod(lambda *args, **more: ("", "")))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_the_monkey_does_every_canvas_shows_its_document(
    dressed: QApplication, tmp_path: Path, part: int
) -> None:
    asked = os.environ.get("GRADWIRE_MONKEY", "")
    if asked:
        seed, _, length = asked.partition(":")
        if int(seed) % PARTS == part:
            run_episode(tmp_path / seed, int(seed), int(length or LENGTH), verbose=True)
        return
    for seed in range(part, sizes.count("monkey") // LENGTH, PARTS):
        run_episode(tmp_path / str(seed), seed)


def move_a_node(canvas: Canvas) -> None:
    canvas.scene.nodes["add"].corner += QPointF(1, 0)


def tag_a_wire(canvas: Canvas) -> None:
    item = next(iter(canvas.scene.wires.values()))
    item.lay_tagged(item.start, item.end, "w")


def wear_an_old_face(canvas: Canvas) -> None:
    item = canvas.scene.nodes["mse"]
    item.face = replace(item.face, title="another")


def hide_a_badge(canvas: Canvas) -> None:
    canvas.scene.nodes["adam"].severity = "error"


@pytest.mark.parametrize("fault", [move_a_node, tag_a_wire, wear_an_old_face, hide_a_badge])
def test_a_canvas_that_shows_anything_else_is_noticed(
    window: Callable[..., Window], fault: Callable[[Canvas], None]
) -> None:
    opened = window()
    opened.session.adopt(line_fit(), None, clean=True)
    opened.show_document()
    QApplication.processEvents()
    assert differences(opened) == []
    fault(opened.canvas)
    assert differences(opened)


def warn() -> None:
    qWarning("planted")


def divide() -> None:
    QApplication.instance().setProperty("planted", 1 / 0)


def stumble(act: Callable[[], None]) -> Callable[[Person], None]:
    """Return a gesture that does something the next time events are worked off, as Qt would."""
    return lambda person: QTimer.singleShot(0, act)


@pytest.mark.parametrize(("act", "said"), [(warn, "Qt says: planted"), (divide, "ZeroDivisionError")])
def test_a_warning_and_an_exception_are_told_with_the_seed_and_the_last_gestures(
    dressed: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None], said: str
) -> None:
    monkeypatch.setattr(Person, "_table", {"stumble": (1, stumble(act))})
    with pytest.raises(AssertionError) as told:
        run_episode(tmp_path / "4", 4, 3)
    sentences = str(told.value)
    assert said in sentences and "GRADWIRE_MONKEY=4" in sentences and "0 stumble" in sentences


def test_a_seed_says_all_that_is_done(dressed: QApplication, tmp_path: Path) -> None:
    first, second = (run_episode(tmp_path / name, 5, 15) for name in "ab")
    assert first == second and len(first) == 15
