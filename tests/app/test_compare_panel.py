"""The comparison panel: the table of approaches and the five artefacts, found in the process that answers questions."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.panels.compare import PAGES, ComparePanel
from app.panels.compare_text import DERIVATIVE, FAINT, VALUE, Highlighter, shown
from app.session import Session
from app.theme import THEMES
from app.worker.readings import Measured, Measurements, Reading, ReadingSection
from engine.autodiff.names import APPROACHES

READING = Reading(
    "optimizer_1",
    "static",
    "The program",
    "What it is.",
    ("pass", "equations", "value", "cotangent by x", "what it does"),
    (("dead", "1,200", "3", "-0.5", "Little."), ("common", "7", "4", "0.25", "More.")),
    ("", ""),
    (
        ReadingSection("Before", "def f(x):\n    # a node\n    y = x * 2.0  # (3,)\n", ("", "node", "node")),
        ReadingSection("After", "    x_bar = y_bar * 2.0\n    z = 1\n", ("adjoint of node", "node")),
    ),
)


def words(line: str, spans: object) -> dict[str, str]:
    return {line[start : start + length].strip(): color for start, length, color in spans}  # type: ignore[attr-defined]


def test_tables_stand_in_columns_with_numbers_to_the_right() -> None:
    found = shown(READING, 0)
    head, first, second = found.lines[:3]
    assert head.split() == ["pass", "equations", "value", "cotangent", "by", "x", "what", "it", "does"]
    assert first.index("1,200") + 5 == second.index("7") + 1
    assert first.index("Little") == second.index("More") == head.index("what it does")
    assert words(first, found.spans[1]) == {"3": VALUE, "-0.5": DERIVATIVE}


def test_no_head_of_the_table_is_cut_before_anything_is_measured(session: Session, qtbot: QtBot) -> None:
    panel = ComparePanel(session)
    qtbot.addWidget(panel)
    header = panel.table.horizontalHeader()
    for column in range(header.count()):
        assert header.sectionSize(column) >= header.sectionSizeHint(column)
    assert header.length() < 100 * header.count(), "nor has one so much room that others are out of sight"


def test_derivatives_and_comments_have_their_colours() -> None:
    before, after = shown(READING, 0), shown(READING, 1)
    assert len(before.lines) == len(before.spans) == 3 + 1 + 3
    assert words(before.lines[5], before.spans[5]) == {"# a node": FAINT}
    assert words(before.lines[6], before.spans[6]) == {"# (3,)": FAINT}
    assert words(after.lines[4], after.spans[4]) == {"x_bar = y_bar * 2.0": DERIVATIVE}
    assert after.spans[5] == ()


def test_nested_calls_have_their_colours() -> None:
    text = "y = x * 2  →  6\n│ the end is reached: 1 goes back\n└ x_bar += 2\n"
    reading = Reading("o", "callbacks", "", "", (), (), (), (ReadingSection("calls", text, ("n", "", "n")),))
    found = shown(reading, 0)
    assert words(found.lines[0], found.spans[0])["→  6"] == VALUE
    assert set(words(found.lines[1], found.spans[1]).values()) == {FAINT}
    assert words(found.lines[2], found.spans[2])["└ x_bar += 2"] == DERIVATIVE


def test_every_page_is_an_approach() -> None:
    assert {name for name, *_ in PAGES} == set(APPROACHES)


@pytest.fixture
def panel(session: Session, qtbot: QtBot) -> ComparePanel:
    made = ComparePanel(session)
    qtbot.addWidget(made)
    made.resize(1200, 400)
    return made


def test_measurements_are_rows_and_refusals_are_sentences(panel: ComparePanel) -> None:
    cells = ("static", "numpy_code", "agrees to 1.0e-16", "1 ms", "2 µs", "3 KiB", "7")
    lines = (
        Measured("callbacks", "xla", (), "Callbacks are functions.", None),
        Measured("static", "numpy_code", cells, "", True),
    )
    panel.measurements = Measurements("optimizer_1", ("plain",), lines)
    panel._show_measurements()
    assert [panel.table.item(0, k).text() for k in range(7)] == list(cells)
    assert panel.table.item(1, 2).text() == "Callbacks are functions."
    assert panel.table.columnSpan(1, 2) == 5
    assert panel.sentence.text().startswith("All that run")
    panel.measurements = Measurements("o", ("plain",), (Measured("static", "numpy_code", cells, "", False),))
    panel._show_measurements()
    assert "differ" in panel.sentence.text()


def test_the_stages_can_be_chosen_and_stay(panel: ComparePanel) -> None:
    panel._set_reading(READING)
    assert [panel.section.itemText(k) for k in range(panel.section.count())] == ["Before", "After"]
    assert "# a node" in panel.text.toPlainText()
    panel.section.setCurrentIndex(1)
    panel._show_reading()
    assert "x_bar" in panel.text.toPlainText()
    panel._set_reading(READING)
    assert panel.section.currentIndex() == 1


@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_those_of_the_theme(panel: ComparePanel, theme: str) -> None:
    colors = Highlighter(panel.text.document())
    colors.restyle(THEMES[theme])
    assert colors._formats[DERIVATIVE].foreground().color().name() == THEMES[theme].derivative
    assert colors._formats[VALUE].foreground().color().name() == THEMES[theme].value


def test_a_line_leads_to_its_node(panel: ComparePanel, session: Session) -> None:
    text = "def f(x):\n    y = x * 2\n    x_bar = y_bar * 2\n"
    sections = (ReadingSection("f", text, ("", "multiply", "adjoint of multiply")),)
    panel._set_reading(Reading("descent", "source", "", "It is.", (), (), (), sections))
    session.select([])
    assert not panel.go_to_line(0)
    assert not panel.go_to_line(99)
    for line in (1, 2):
        session.select([])
        assert panel.go_to_line(line)
        assert session.selection == {"multiply"}


def test_the_optimizers_own_approach_is_shown_first(session: Session, qtbot: QtBot) -> None:
    session.set_setting("descent", "approach", "callbacks")
    panel = ComparePanel(session)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.approach == "callbacks"
    panel._choose("no such approach")
    assert panel.approach == "callbacks"


def test_the_five_artefacts_and_the_table_come_from_the_engine(live_session: Session, qtbot: QtBot) -> None:
    panel = ComparePanel(live_session)
    qtbot.addWidget(panel)
    panel.resize(1200, 400)
    panel.show()
    for number, (approach, *_) in enumerate(PAGES):
        panel.pages.button(number).click()
        qtbot.waitUntil(
            lambda name=approach: panel.reading is not None and panel.reading.approach == name, timeout=60000
        )
        assert len(panel.text.toPlainText().splitlines()) > 3
        assert panel.caption.text().endswith(".")
    panel.measure.click()
    qtbot.waitUntil(lambda: panel.measurements is not None, timeout=120000)
    assert panel.table.rowCount() >= 2 * len(APPROACHES)
    assert panel.sentence.text() == "All that run give the same gradient."
    assert panel.measure.isEnabled()


def test_a_graph_without_a_loss_is_a_sentence(live_session: Session, qtbot: QtBot) -> None:
    live_session.select(["descent"])
    live_session.remove_selected()
    panel = ComparePanel(live_session)
    qtbot.addWidget(panel)
    panel.show()
    panel.measure.click()
    qtbot.waitUntil(lambda: panel.measure.isEnabled() and "optimizer" in panel.sentence.text(), timeout=60000)
