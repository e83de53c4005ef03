"""Palette, problems, outline, code and the search they share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.panels.code import EMPTY, CodePanel
from app.panels.palette import FAVOURITES, FIRST, FOLDS_ROLE, RECENT, Palette, rows
from app.panels.problems import Problems
from app.search import ranked, score
from app.session import PALETTE_MIME, Session
from app.window import Window
from engine.edits import Connect, RemoveNode
from engine.operator import FAMILIES
from nodes.library import LIBRARY
from tests.app.conftest import index_of, wire


def test_names_beat_synonyms_and_whole_words_and_beginnings_beat_middles() -> None:
    items = [
        ("middle", "Padded", ""),
        ("part of a synonym", "Sum", "adding plus"),
        ("synonym", "Sum", "add plus"),
        ("start", "Added", ""),
        ("whole", "Add", ""),
        ("none", "Mul", ""),
    ]
    assert list(ranked("add", items)) == ["whole", "start", "synonym", "middle", "part of a synonym"]
    assert score("soft max", "Softmax") is not None and score("soft min", "Softmax") is None


def test_the_palette_holds_every_operator_once_under_its_family() -> None:
    shown = rows(LIBRARY, "")
    titles = [row.title for row in shown if row.heading]
    assert titles == [title for key, title in FAMILIES.items() if any(o.family == key for o in LIBRARY.values())]
    assert sorted(row.operator.id for row in shown if row.operator) == sorted(LIBRARY)


def test_the_rest_of_a_large_family_is_shown_and_hidden_by_a_click(dressed: QApplication, qtbot: QtBot) -> None:
    palette = Palette(LIBRARY)
    qtbot.addWidget(palette)
    palette.resize(220, 3000)
    palette.show()
    family = [o.id for o in LIBRARY.values() if o.family == "elementwise"]

    def shown() -> list[str]:
        return [row.operator.id for row in palette.model.rows if row.operator and row.operator.family == "elementwise"]

    def click(title: str) -> None:
        rows = palette.model.rows
        last = max(k for k, row in enumerate(rows) if row.operator and row.operator.family == "elementwise")
        row = next(k for k, row in enumerate(rows) if k > last and row.title == title)
        at = palette.list.visualRect(palette.model.index(row, 0)).center()
        QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)

    assert shown() == family[:FIRST]
    click(f"{len(family) - FIRST} more")
    assert shown() == family
    assert sum(row.title == "fewer" for row in palette.model.rows) == 1
    click("fewer")
    assert shown() == family[:FIRST]


def test_return_in_the_search_field_shows_the_rest_of_a_family(dressed: QApplication, qtbot: QtBot) -> None:
    palette = Palette(LIBRARY)
    qtbot.addWidget(palette)
    palette.show()
    while palette.list.currentIndex().data(FOLDS_ROLE) is None:
        QTest.keyClick(palette.search, Qt.Key.Key_Down)
    before = len(palette.model.rows)
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert len(palette.model.rows) > before


def test_favourites_and_recent_operators_come_first_and_unknown_ones_are_left_out() -> None:
    shown = rows(LIBRARY, "", ("elementwise.add", "gone.away"), ("elementwise.add", "losses.mse"))
    assert [row.title for row in shown[:4]] == [
        FAVOURITES,
        LIBRARY["elementwise.add"].title,
        RECENT,
        LIBRARY["losses.mse"].title,
    ]


@pytest.mark.parametrize(
    ("query", "found"), [("plus", "elementwise.add"), ("least squares", "losses.mse"), ("sgd", "optimizers.optimizer")]
)
def test_operators_are_found_by_what_people_call_them(query: str, found: str) -> None:
    ids = [row.operator.id for row in rows(LIBRARY, query) if row.operator]
    if query == "least squares" and not ids:
        pytest.fail("the mean squared error is not found by its common name")
    assert found in ids[:3]


def test_typing_and_return_insert_the_first_match(dressed: QApplication, qtbot: QtBot) -> None:
    palette = Palette(LIBRARY)
    qtbot.addWidget(palette)
    palette.show()
    asked: list[str] = []
    palette.insert_requested.connect(asked.append)
    palette.search.setFocus()
    QTest.keyClicks(palette.search, "tanh")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert asked == ["activations.tanh"]
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.search.text() == ""


def test_arrows_walk_over_headings(dressed: QApplication, qtbot: QtBot) -> None:
    palette = Palette(LIBRARY)
    qtbot.addWidget(palette)
    palette.show()
    for _ in range(len(palette.model.rows) + 5):
        QTest.keyClick(palette.search, Qt.Key.Key_Down)
        assert not palette.model.rows[palette.list.currentIndex().row()].heading


def test_a_double_click_inserts_once(dressed: QApplication, qtbot: QtBot) -> None:
    palette = Palette(LIBRARY)
    qtbot.addWidget(palette)
    palette.resize(220, 700)
    palette.show()
    asked: list[str] = []
    palette.insert_requested.connect(asked.append)
    at = palette.list.visualRect(index_of(palette, "inputs.constant")).center()
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked == ["inputs.constant"]


def test_a_drag_carries_the_operators_id_and_headings_cannot_be_dragged(dressed: QApplication, qtbot: QtBot) -> None:
    palette = Palette(LIBRARY)
    qtbot.addWidget(palette)
    index = index_of(palette, "losses.mse")
    assert bytes(palette.model.mimeData([index]).data(PALETTE_MIME).data()) == b"losses.mse"
    assert not palette.model.flags(palette.model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_an_operator_is_dragged_out_of_a_floating_palette_and_escape_gives_up(
    window: Callable[..., Window], qtbot: QtBot
) -> None:
    made = window()
    made.new()
    dock, palette, canvas = made.workspace.docks["palette"], made.workspace.operators, made.canvas
    dock.setFloating(True)
    dock.move(40, 40)
    dock.resize(220, 600)
    qtbot.waitUntil(lambda: dock.size() == QSize(220, 600) and dock.rect().contains(palette.geometry()))
    view = made.workspace.operators.list.viewport()
    start = made.workspace.operators.list.visualRect(index_of(made.workspace.operators, "inputs.constant")).center()
    end = view.mapFromGlobal(canvas.mapToGlobal(canvas.rect().center()))
    for key in (Qt.Key.Key_Escape, None):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        for part in (0.3, 0.7, 1.0):
            QTest.mouseMove(view, start + (end - start) * part)
        if key is not None:
            QTest.keyClick(made, key)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
        assert len(made.session.graph.nodes) == (0 if key is not None else 1)


def test_a_search_without_a_match_says_so(dressed: QApplication, qtbot: QtBot) -> None:
    palette = Palette(LIBRARY)
    qtbot.addWidget(palette)
    palette.search.setText("zzzz")
    assert [row.operator for row in palette.model.rows] == [None] and "zzzz" in palette.model.rows[0].title


def test_a_click_on_a_problem_goes_to_its_node(session: Session, qtbot: QtBot) -> None:
    panel = Problems(session)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.show()
    assert not panel.list.isVisible(), "without problems it says that there are none"
    session.apply(RemoveNode("x"))
    qtbot.waitUntil(panel.list.isVisible)
    shown: list[str] = []
    session.reveal_requested.connect(shown.append)
    QTest.mouseClick(
        panel.list.viewport(), Qt.MouseButton.LeftButton, pos=panel.list.visualRect(panel.model.index(0, 0)).center()
    )
    assert shown == ["multiply"] and session.current == "multiply"


def test_a_problem_with_a_plain_remedy_can_be_mended_from_the_panel(session: Session, qtbot: QtBot) -> None:
    panel = Problems(session)
    qtbot.addWidget(panel)
    panel.show()
    session.apply(Connect(wire("y.value", "multiply.x")))
    qtbot.waitUntil(panel.list.isVisible)
    fixable = next(k for k, p in enumerate(panel.model.problems) if p.fix is not None)
    panel.list.setCurrentIndex(panel.model.index(fixable, 0))
    QTest.mouseClick(panel.mend, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not session.problems)


def test_the_code_panel_shows_what_the_loss_became(live_session: Session, qtbot: QtBot) -> None:
    panel = CodePanel(live_session)
    qtbot.addWidget(panel)
    assert panel.text.toPlainText() == EMPTY
    panel.show()
    live_session.looks.ask()
    qtbot.waitUntil(lambda: "def " in panel.text.toPlainText(), timeout=30_000)
    for button, word in ((panel.pages.button(1), "adjoint of"), (panel.pages.button(2), "cotangent")):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert word in panel.text.toPlainText()
    assert panel.text.isReadOnly()
