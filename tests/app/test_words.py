"""Words in another language: what the catalogue has is shown translated, and what is seen and is not translated is
data, or stands in a list here."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as Xml
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app import catalogue, words
from app.actions import COMMANDS, MENUS
from app.window import Window
from app.words import CONTEXT, speak, tr
from tests.app.conftest import line

Make = Callable[..., Window]
MARK = "[!! "


known = cache(catalogue.words)


class Pseudo(QTranslator):
    """A language in which every text that the catalogue has is marked, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._known = known()

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, comment: str = "", number: int = -1) -> str | None:  # type: ignore[override]
        return f"{MARK}{source} Ŕúñ !!]" if context == CONTEXT and source in self._known else None


@pytest.fixture
def pseudo(qapp: QApplication) -> Iterator[Pseudo]:
    made = Pseudo()
    qapp.installTranslator(made)
    yield made
    qapp.removeTranslator(made)


def test_linguist_can_read_the_catalogue() -> None:
    root = Xml.fromstring(catalogue.catalogue(known()).replace("<!DOCTYPE TS>", ""))
    sources = [each.text for each in root.iter("source")]
    assert sources == list(known()) and len(sources) > 500
    assert [each.text for each in root.iter("name")] == [CONTEXT]
    assert {"Export as picture…", "Inspector", "New graph", "Do one step"} <= set(sources)


def test_a_word_without_a_translation_stays_as_it_is(qapp: QApplication) -> None:
    assert tr("Run") == "Run" and tr("") == ""


def test_english_needs_no_file_and_neither_does_a_language_that_nobody_has_translated(
    qapp: QApplication, tmp_path: Path
) -> None:
    assert speak(qapp, QLocale("en"), (tmp_path,)) == speak(qapp, QLocale("de"), (tmp_path,)) == ""


def test_words_that_linguist_has_released_are_spoken(qapp: QApplication, tmp_path: Path) -> None:
    tool = Path(sys.executable).parent / "pyside6-lrelease"
    if not tool.exists():
        pytest.skip("there is no pyside6-lrelease beside this Python")
    two = catalogue.catalogue({"Run": "app/run_bar.py", "Stop": "app/run_bar.py"})
    text = two.replace('language="en"', 'language="de"')
    text = text.replace('<translation type="unfinished"></translation>', "<translation>Los!</translation>", 1)
    (tmp_path / "gradwire_de.ts").write_text(text, encoding="utf-8")
    subprocess.run([tool, tmp_path / "gradwire_de.ts"], check=True, capture_output=True)
    try:
        assert speak(qapp, QLocale("de"), (tmp_path / "nowhere", tmp_path)) == "gradwire_de.qm"
        assert tr("Run") == "Los!" and tr("Stop") == "Stop"
    finally:
        for each in words._INSTALLED:
            qapp.removeTranslator(each)
    assert tr("Run") == "Run"


def test_literals_are_gathered_where_they_stand(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "a.py").write_text('x = tr("one two")\ny = tr(name)\nz = other("Three")\nb = _chip("Four five")\n')
    assert list(catalogue.literals(folder)) == [("app/a.py", "one two"), ("app/a.py", "Four five")]


def test_every_command_and_menu_is_shown_translated(window: Make, pseudo: Pseudo) -> None:
    made = window()
    made.actions_table.refresh()
    for command in COMMANDS:
        assert made.actions_table[command.id].text().startswith(MARK), command.id
        assert made.actions_table[command.id].toolTip().startswith(MARK), command.id
    menu = made.actions_table.main_menu(made)
    assert [each.text() for each in menu.actions()] == [f"{MARK}{name} Ŕúñ !!]" for name in MENUS]


NOT_YET = (
    r"\d+ (nodes|wires|errors?|warnings?|steps)\b", r"step \d", r"[a-z0-9_]+ scalar$",  # put together of parts
    r"(Loss|Gradient norm|Parameters|Path over the loss)$",  # titles of plots
    r"Drag from a socket to wire",  # hints of the canvas
    r"(float|int)\d+ \(", r"not checked yet$",
)  # fmt: skip
"""What is still shown in English."""


def shown(root: QWidget) -> Iterator[str]:
    """Yield the texts of everything that can be seen below a widget."""
    for each in (root, *root.findChildren(QWidget)):
        if each.isVisible():
            if isinstance(each, QLabel | QAbstractButton):
                yield each.text()
            if isinstance(each, QLineEdit):
                yield each.placeholderText()


def test_what_can_be_seen_of_a_document_is_translated_but_for_data(window: Make, pseudo: Pseudo, qtbot: QtBot) -> None:
    made = window()
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    seen = set(shown(made.top_bar)) | set(shown(made.page.status)) | set(shown(made.page.run_bar))
    for name in ("palette", "plots", "problems", "code", "compare"):
        made.workspace.show_panel(name)
        qtbot.waitUntil(lambda name=name: made.workspace.docks[name].isVisible())
        seen |= set(shown(made.workspace.docks[name]))
    texts = {text.strip() for text in seen if re.search(r"[A-Za-z]{3}", text)}
    data = {node.name for node in made.session.graph.nodes.values()} | {made.session.title}
    operators = [made.session.library[node.operator] for node in made.session.graph.nodes.values()]
    data |= {each.title for each in operators} | {each.help for each in operators} | set(made.session.graph.nodes)
    left = {text for text in texts if MARK.strip().casefold() not in text.casefold() and text not in data}
    left = {text for text in left if not any(re.match(each, text) for each in NOT_YET)}
    translated = len(texts) - len({text for text in texts if MARK.strip().casefold() not in text.casefold()})
    assert translated >= 12
    assert not left, "these have no translation: say tr(...) where they are shown"


def test_menus_of_the_window_have_no_text_of_their_own(window: Make, pseudo: Pseudo) -> None:
    made = window()
    menu = made.actions_table.main_menu(made)
    plain = [each.text() for each in menu.findChildren(QAction) if each.text() and MARK not in each.text()]
    assert plain == []
