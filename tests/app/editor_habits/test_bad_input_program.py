"""Bad input. A plugin that raises at import (listed as broken, the app starts); names with 10,000 characters, bidi
controls, emoji; settings files damaged.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app import plugins
from app import settings as stored
from app.help import ReportCard
from app.news import news, sections
from app.operator_tips import operator_tip
from app.window import Window
from engine.graph import Content, Graph, Layout, Node, Note, Place
from tests.app.editor_habits.conftest import Desk
from tests.plugin_maker import RAISES, Maker

BIDI = "\u202eevil\u202c \u2066x\u2069 \u200f"
NAMES = ("w" * 200, BIDI, "👩‍🔬🧪" * 20, "<img src='/dev/zero'>", "a & b", "ﷺ" * 100, "")
LONG = "n" * 10_000


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"theme": 3}',
        b'{"a":' * 5_000,
        b'{"shortcuts": {"undo": 5}}',
        b"9" * 999,
    ],
)
def test_a_damaged_settings_file_is_put_aside_and_the_window_stands(
    text: bytes, tmp_path: Path, window: Callable[..., Window]
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "settings.json").write_bytes(text)
    sentence = stored.rescue(folder)
    assert sentence is not None and "settings" in sentence and "\n" not in sentence
    assert (folder / "settings.damaged.json").read_bytes() == text
    made = window()
    made.greet((), sentence)
    assert made.settings.theme == "dark" and made.actions_table.keys_text("undo") == "Ctrl+Z"


def test_what_is_whole_in_a_damaged_settings_file_is_kept(tmp_path: Path) -> None:
    whole = {"theme": "light", "scale": "big", "favourites": ["elementwise.add"], "recent": [1]}
    (tmp_path / "settings.json").write_bytes(msgspec.json.encode(whole))
    kept = stored.load(tmp_path)
    assert (kept.theme, kept.scale, kept.favourites, kept.recent) == ("light", 1.0, ("elementwise.add",), ())
    assert "scale, recent" in (stored.rescue(tmp_path) or "")


def test_shortcuts_that_mean_nothing_are_left_alone(tmp_path: Path, window: Callable[..., Window]) -> None:
    stored.save(
        stored.Settings(
            shortcuts={"no_such": ("Ctrl+J",), "undo": ("", "NoKey+%%", "Ctrl+Alt+U"), "redo": (LONG, BIDI)}
        ),
        tmp_path / "config",
    )
    made = window()
    assert made.actions_table.keys_text("undo") == "Ctrl+Alt+U"
    made.show_preferences("shortcuts")
    QApplication.processEvents()
    assert stored.load(tmp_path / "config").shortcuts["no_such"] == ("Ctrl+J",)


def test_a_plugin_that_raises_at_import_is_listed_as_broken_and_the_window_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: Callable[..., Window]
) -> None:
    maker = Maker(tmp_path / "site", monkeypatch)
    maker.install("broken-one", RAISES, "0.1")
    maker.install("leaver", "import sys\nsys.exit(3)\n")
    maker.install("evil-name", f"raise ValueError({BIDI!r} + {LONG!r})\n")
    folder = tmp_path / "config"
    plugins.loaded.cache_clear()
    try:
        states = {each.name: (each.state, each.reason) for each in plugins.loaded(folder)}
        assert states["broken-one"] == ("broken", "RuntimeError: the licence server is not there")
        assert states["leaver"] == ("broken", "SystemExit: 3")
        assert states["evil-name"][0] == "broken" and len(states["evil-name"][1]) <= 400
        made = window()
        made.show_preferences("plugins")
        QApplication.processEvents()
        texts = [each.text() for each in made.preferences.shown.findChildren(QLabel)]
        assert any("Broken: RuntimeError" in text for text in texts)
    finally:
        plugins.loaded.cache_clear()
        maker.forget("broken_one", "leaver", "evil_name")


def test_a_damaged_list_of_switches_leaves_all_plugins_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(tmp_path / "site", monkeypatch)
    maker.install()
    (tmp_path / "plugins.json").write_bytes(b'{"off": "acme')
    plugins.loaded.cache_clear()
    try:
        assert [each.state for each in plugins.loaded(tmp_path)] == ["off"] and "acme_waves" not in sys.modules
        plugins.switch(tmp_path, "acme-waves", on=True)
        assert plugins.switched_off(tmp_path) == ()
    finally:
        plugins.loaded.cache_clear()
        maker.forget("acme_waves")


def test_odd_names_are_shown_found_described_and_tipped_as_they_are(desk: Desk) -> None:
    nodes = {f"n{k}": Node(f"n{k}", "parameters.parameter", name) for k, name in enumerate(NAMES)}
    notes = {"note": Note("note", f"{BIDI} {LONG} 🧪", 0.0, -200.0)}
    places = {id: Place(200.0 * k, 0.0) for k, id in enumerate(nodes)}
    desk.session.adopt(Content(Graph(nodes, frozenset()), Layout(places, notes)), None, clean=True)
    for id in nodes:
        desk.session.select([id])
        QApplication.processEvents()
        assert desk.window.canvas.accessibleDescription()
        tip = operator_tip(desk.session.operator(id), desk.session.label(id))
        assert "<img src='/dev/zero'>" not in tip
    desk.window.show_commands()
    field = desk.window.commands.field
    for text in (BIDI, "👩‍🔬🧪", LONG):
        field.setText(text)
        QApplication.processEvents()
        assert desk.window.commands.model.entries
    QTest.keyClick(field, Qt.Key.Key_Escape)
    desk.window.workspace.show_panel("outline")
    desk.window.grab()


def test_a_report_that_cannot_be_read_says_so(window: Callable[..., Window], tmp_path: Path) -> None:
    made = window()
    ReportCard(made, tmp_path / "gone.txt", "It failed.").open()
    (card,) = made.findChildren(ReportCard)
    assert "cannot be read" in card.text.toPlainText()


def test_a_changelog_without_heads_has_no_news() -> None:
    assert news("") == "" and news("no heads\n# at all") == "" and sections("## [1.0]\n") == {"1.0": ""}
    assert news("## [2.0] - today\nb\n## [1.0]\na", "1.0").startswith("## Version 2.0")
    assert "Version 1.0" not in news("## [2.0]\nb\n## [1.0]\na", "1.0")
