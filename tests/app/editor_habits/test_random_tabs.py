"""Tabs, windows, views, bookmarks and files in any order: every canvas shows its body of its document, whatever came
before. A failing run replays from its seed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.assets import SAMPLES
from app.window import Window
from tests.app.conftest import Answers
from tests.sizes import count

MOST_WINDOWS = 3
NAMES = ("1_straight_line_hubble", "taylor_sine", "cube_by_recursion")


class Person:
    """Does one thing after the other, each with a window chosen by chance."""

    def __init__(self, first: Window, files: list[Path], seed: int) -> None:
        self.family, self.files, self.chance = first.family, files, random.Random(seed)
        self.acts: Mapping[str, Callable[[Window], object]] = {
            "open": lambda w: w.open(self.chance.choice(self.files)),
            "open a sample": lambda w: w.open(SAMPLES / f"{NAMES[1]}.dgraph"),
            "new": lambda w: w.new(),
            "close": lambda w: w.close_page(self.chance.choice(w.document_pages)),
            "next": lambda w: w.step_page(self.chance.choice((1, -1))),
            "move": self._move,
            "split": lambda w: w.workspace.panes.toggle(),
            "other view": lambda w: w.workspace.panes.step(),
            "enter": self._enter,
            "leave": lambda w: w.session.leave(),
            "back": lambda w: w.canvas.step_place(self.chance.choice((1, -1))),
            "bookmark": lambda w: self._digit(w, Qt.KeyboardModifier.ControlModifier),
            "go": lambda w: self._digit(w, Qt.KeyboardModifier.NoModifier),
            "edit": self._edit,
            "undo": lambda w: w.session.undo(),
            "save": lambda w: w.save(),
            "start page": lambda w: w.show_start(),
            "fit": lambda w: w.canvas.show_all(),
            "zoom": lambda w: w.canvas.glide.zoom(QPointF(50, 50), self.chance.choice((0.7, 1.4))),
            "another program writes": self._spoil,
        }

    def do(self) -> str:
        """Do one thing; return what it was."""
        name = self.chance.choice(list(self.acts))
        self.acts[name](self.chance.choice(self.family.windows))
        QApplication.processEvents()
        return name

    def _move(self, window: Window) -> None:
        others = [each for each in self.family.windows if each is not window]
        if len(others) + 1 < MOST_WINDOWS:
            window.move_page()
        else:
            window.move_page(to=self.chance.choice(others))

    def _enter(self, window: Window) -> None:
        bodies = sorted(body for body in window.session.graph.bodies if body)
        if bodies:
            window.session.enter(self.chance.choice(bodies))

    def _digit(self, window: Window, keys: Qt.KeyboardModifier) -> None:
        QTest.keyClick(window.canvas, Qt.Key(Qt.Key.Key_0 + self.chance.randint(1, 4)), keys)

    def _edit(self, window: Window) -> None:
        session = window.session
        if session.graph.nodes:
            session.select([self.chance.choice(sorted(session.graph.nodes))])
            self.chance.choice((session.duplicate, session.remove_selected))()

    def _spoil(self, window: Window) -> None:
        file = self.chance.choice(self.files)
        file.write_bytes(file.read_bytes() + b"\n")


def shown(window: Window) -> list[tuple[str, set[str], set[str]]]:
    """Return for each view its body, what it draws, and what it should draw."""
    graph = window.session.graph
    found = []
    for pane in window.workspace.panes.panes:
        body = pane.canvas.scene.body
        assert window.session.has_body(body)
        found.append(
            (body, set(pane.canvas.scene.nodes), {id for id, node in graph.nodes.items() if node.inside == body})
        )
    return found


@pytest.mark.parametrize("seed", [5])
def test_whatever_is_done_with_tabs_every_view_shows_its_document(
    window: Callable[..., Window], answers: Answers, tmp_path: Path, seed: int
) -> None:
    files = [tmp_path / f"{name}.dgraph" for name in NAMES]
    for file in files:
        shutil.copyfile(SAMPLES / file.name, file)
    first = window()
    answers.unsaved_answer, answers.changed_answer = "discard", "overwrite"
    answers.save_path = tmp_path / "elsewhere.dgraph"
    person, done = Person(first, files, seed), []
    for _ in range(count("tab_steps")):
        done.append(person.do())
        for each in person.family.windows:
            assert each.page in each.document_pages, done
            assert each.canvas.scene.body == each.session.body, done
            for _, drawn, wanted in shown(each):
                assert drawn == wanted, done
    paths = [page.session.path for page in person.family.pages() if page.session.path is not None]
    assert len(paths) == len(set(paths)), "no file is open twice"
