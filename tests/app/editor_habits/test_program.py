"""The program. Command palette (every action, with its shortcut), editable shortcuts, context menus everywhere, tool
tips with formula, status line with hints for the current gesture, preferences, recent files, recovery, "what's new",
help browser with each operator's page (formula, partials, example graph that opens), guided tour that checks the user's
action; plugins: a Python package brings operators through an entry point `gradwire.operators`, is listed with version
and switched on or off, and a graph that needs a missing one opens with placeholders that name it; file association
(desktop file, MIME with magic, icon); crash report written as plain text, shown at the next start.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app import association, plugins
from app import settings as stored
from app.actions import COMMANDS
from app.cli import main
from app.crash import CrashReports
from app.help import KeysCard, NewsCard, ReportCard
from app.preferences.shortcuts import ShortcutsTable
from app.window import Window
from engine.files import read
from engine.files.save import save
from engine.graph import Content, Graph, Node
from engine.plugins import installed, joined
from nodes.library import LIBRARY
from tests.app.conftest import index_of, line
from tests.app.editor_habits.conftest import Desk
from tests.plugin_maker import RAISES, Maker

NONE = Qt.KeyboardModifier.NoModifier
Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
RICKER = "elementwise.acme_waves.ricker"


def click(widget: QWidget) -> None:
    """Click the middle of a widget."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def settle() -> None:
    """Let timers that are due come."""
    for _ in range(4):
        QApplication.processEvents()


# Command palette ------------------------------------------------------------------------------------------------------


def test_command_palette_finds_a_command_by_its_name_with_its_keys_and_runs_it(desk: Desk) -> None:
    card = desk.window.commands
    desk.keys(Key.Key_K, Ctrl)
    desk.type("compare appr", card.field)
    first = card.model.entries[0]
    assert (first.title, first.keys) == ("Compare approaches", desk.window.actions_table.keys_text("panel_compare"))
    QTest.keyClick(card.field, Key.Key_Return)
    settle()
    assert not card.isVisible() and desk.window.panel_visible("compare")


def test_command_palette_holds_every_action_and_says_what_cannot_be_done_now(window: Callable[..., Window]) -> None:
    made = window()
    made.show_commands()
    found = {(each.kind.split(",")[0], each.title): each for each in made.commands._entries}
    for command in COMMANDS:
        if command.id != "commands" and command.below is None:
            title = command.menu, made.actions_table[command.id].text().rstrip("…")
            assert found[title].enabled == command.enabled(made), title
            assert found[title].keys == made.actions_table.keys_text(command.id)
    QTest.keyClicks(made.commands.field, "compare appr")
    entry = made.commands.model.entries[0]
    assert entry.title == "Compare approaches" and "not now" in entry.kind
    QTest.keyClick(made.commands.field, Key.Key_Return)
    assert made.commands.isVisible(), "it says so, and waits for another choice"


# Shortcuts ------------------------------------------------------------------------------------------------------------


def shortcuts(desk: Desk) -> ShortcutsTable:
    """Open the preferences by their keys, and go to the shortcuts by the arrow keys."""
    desk.keys(Key.Key_Comma, Ctrl)
    page = desk.window.preferences
    assert page is not None
    for _ in range(3):
        QTest.keyClick(page.list, Key.Key_Down)
    table = page.findChild(ShortcutsTable)
    assert isinstance(table, ShortcutsTable)
    return table


def test_editable_shortcuts_are_bound_by_pressing_keys_and_menus_palette_and_card_follow(
    desk: Desk, tmp_path: Path
) -> None:
    table = shortcuts(desk)
    table.choose("duplicate")
    QTest.keyClick(table.tree, Key.Key_Return)
    QTest.keyClick(table.field, Key.Key_J, Ctrl | Qt.KeyboardModifier.AltModifier)
    window = desk.window
    assert window.actions_table.keys_text("duplicate") == "Ctrl+Alt+J"
    assert [keys.toString() for keys in window.actions_table["duplicate"].shortcuts()] == ["Ctrl+Alt+J"]
    assert stored.load(tmp_path / "config").shortcuts == {"duplicate": ("Ctrl+Alt+J",)}
    QTest.keyClick(window.preferences, Key.Key_Escape)
    assert window.editing
    desk.session.select(["w"])
    count = len(desk.session.graph.nodes)
    desk.keys(Key.Key_J, Ctrl | Qt.KeyboardModifier.AltModifier)
    assert len(desk.session.graph.nodes) == count + 1
    window.show_keys()
    card = window.findChild(KeysCard)
    assert any(label.text() == "Ctrl+Alt+J" for label in card.findChildren(QWidget) if hasattr(label, "text"))
    card.close()


def test_a_clash_of_shortcuts_is_told_before_anything_happens_and_the_keys_can_be_taken(desk: Desk) -> None:
    table = shortcuts(desk)
    table.choose("delete")
    click(table.change)
    QTest.keyClick(table.field, Key.Key_D, Ctrl)
    assert "gives “Duplicate” now" in table.told.text() and table.take.isVisible()
    assert desk.window.actions_table.keys_text("duplicate") == "Ctrl+D"
    click(table.take)
    assert desk.window.actions_table.keys_text("delete") == "Ctrl+D"
    assert desk.window.actions_table.keys_text("duplicate") == ""


@pytest.mark.parametrize(
    ("key", "modifiers", "says"),
    [
        (Key.Key_F10, NONE, "opens the menu"),
        (Key.Key_3, NONE, "bookmark of that digit"),
        (Key.Key_Return, NONE, "needed in lists and fields"),
        (Key.Key_Left, NONE, "needed in lists and fields"),
    ],
)
def test_keys_that_are_needed_elsewhere_are_no_shortcuts_and_escape_gives_up(
    desk: Desk, key: Qt.Key, modifiers: Qt.KeyboardModifier, says: str
) -> None:
    table = shortcuts(desk)
    table.choose("delete")
    click(table.change)
    QTest.keyClick(table.field, key, modifiers)
    assert says in table.told.text() and not table.take.isVisible() and not desk.window.settings.shortcuts
    QTest.keyClick(table.field, Key.Key_Escape)
    assert not table.field.isVisible() and desk.window.preferences is not None


def test_one_shortcut_or_all_are_put_back(desk: Desk) -> None:
    desk.window.set_shortcuts({"duplicate": ("Ctrl+J",), "delete": ("Ctrl+D",), "undo": ()})
    table = shortcuts(desk)
    table.choose("duplicate")
    click(table.reset)
    assert desk.window.actions_table.keys_text("duplicate") == "Ctrl+D", "taken back from Delete"
    assert desk.window.actions_table.keys_text("delete") == ""
    click(table.reset_all)
    assert desk.window.settings.shortcuts == {} and desk.window.actions_table.keys_text("undo") == "Ctrl+Z"


# Context menus, tool tips, hints --------------------------------------------------------------------------------------


def menu_at(widget: QWidget, at: QPoint) -> list[str]:
    """Ask for the menu at a point as a mouse does; return what it offers, and close it."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    settle()
    popup = QApplication.activePopupWidget()
    texts = [action.text() for action in popup.actions()] if isinstance(popup, QMenu) else []
    if popup is not None:
        popup.close()
    settle()
    return texts


def test_context_menus_everywhere(desk: Desk) -> None:
    window, canvas, hands = desk.window, desk.window.canvas, desk.hands
    settle()  # the window takes its first sizes, and fits the graph into them
    canvas.zoom_to(1.0)
    canvas.centre_on(canvas.scene.nodes["multiply"].rect.center())
    wire = next(iter(canvas.scene.wires.values()))
    places = {
        "node": hands.at(hands.head("multiply")),
        "socket": hands.at(hands.socket("w.value", output=True)),
        "wire": hands.at(wire.middle),
        "canvas": QPoint(canvas.width() - 30, 30),
    }
    offered = {name: menu_at(canvas, at) for name, at in places.items()}
    canvas.add_note()
    QTest.keyClick(QApplication.focusWidget() or canvas, Key.Key_Escape)
    note = next(iter(canvas.scene.notes.values()))
    offered["note"] = menu_at(canvas, hands.at(note.rect.topLeft() + QPointF(12, 12)))
    operators = window.workspace.operators.list
    at = operators.visualRect(index_of(window.workspace.operators, "inputs.constant")).center()
    offered["palette entry"] = menu_at(operators.viewport(), at)
    window.workspace.show_panel("outline")
    settle()
    outline = window.workspace.outline.tree
    offered["outline"] = menu_at(outline.viewport(), outline.visualRect(outline.model().index(0, 0)).center())
    window.workspace.show_panel("problems")
    settle()
    problems = window.workspace.problems
    assert problems.model.problems, "the probe is not wired"
    row = problems.list.visualRect(problems.model.index(0, 0))
    offered["problem"] = menu_at(problems.list.viewport(), row.center())
    window.workspace.show_panel("plots")
    offered["plot"] = menu_at(next(iter(window.workspace.plots.cards.values())), QPoint(8, 8))
    assert all(len(texts) >= 2 for texts in offered.values()), offered
    assert "Add a node that fits…" in offered["socket"] and "Copy all" in offered["problem"]
    assert "Rename" in offered["outline"], "the menu of the node itself"


def test_tool_tips_show_the_formula_in_the_palette_and_on_the_canvas(desk: Desk) -> None:
    operators = desk.window.workspace.operators
    operators.search.setText("multiply")
    tip = index_of(operators, "elementwise.multiply").data(Qt.ItemDataRole.ToolTipRole)
    assert "Multiply" in tip and "data:image/png" in tip
    canvas = desk.window.canvas
    at = desk.hands.at(desk.hands.head("multiply"))
    QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    assert "data:image/png" in QToolTip.text()
    at = desk.hands.at(desk.hands.socket("multiply.x", output=False))
    QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    assert "<b>x</b>" in QToolTip.text() and "float64" in QToolTip.text()
    QToolTip.hideText()


def test_the_status_line_has_hints_for_the_current_gesture(desk: Desk) -> None:
    settle()
    desk.window.canvas.zoom_to(1.0)
    said = desk.window.status.message.text
    start = desk.hands.socket("x.value", output=True)
    desk.hands.press(start)
    desk.hands.move(start + QPointF(60, 40))
    assert said().startswith("Drop on a socket that lights up")
    desk.keys(Key.Key_Escape)
    desk.hands.release(start + QPointF(60, 40))
    desk.hands.move(desk.hands.head("multiply"))
    assert said().startswith("Drag to move")
    desk.hands.press(QPointF(200, -60))
    desk.hands.move(QPointF(260, -20))
    assert "add to the selection" in said()
    desk.hands.release(QPointF(260, -20))


# Preferences, recent files, recovery, what's new ----------------------------------------------------------------------


def test_preferences_are_a_page_whose_changes_count_at_once(desk: Desk, tmp_path: Path) -> None:
    desk.keys(Key.Key_Comma, Ctrl)
    page = desk.window.preferences
    assert page is not None and not desk.window.editing
    motion = page.findChild(QCheckBox, "reduced_motion")
    QTest.keyClick(motion, Key.Key_Space)
    assert desk.window.settings.reduced_motion and stored.load(tmp_path / "config").reduced_motion
    page.show_section("canvas")
    QTest.keyClick(page.findChild(QCheckBox, "minimap"), Key.Key_Space)
    assert not desk.window.settings.minimap
    click(page.done)
    assert desk.window.editing and desk.window.preferences is None
    desk.window.canvas.zoom_to(4.0)
    assert not desk.window.canvas.minimap.isVisible()
    desk.window.toggle_minimap()
    assert desk.window.canvas.minimap.isVisible()
    desk.window.toggle_reduced_motion()


def test_recent_files_are_in_the_menu_and_in_the_palette_and_can_be_forgotten(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "fit & more.dgraph"
    save(path, line())
    desk.window.open(path)
    desk.window.new()
    menu = desk.window.actions_table.menu("File", desk.window)
    below = next(action.menu() for action in menu.actions() if action.text() == "Open recent")
    below.actions()[0].trigger()
    assert desk.session.path == path
    menu.deleteLater()
    desk.window.show_commands()
    assert any(each.title == f"Open {path.name}" for each in desk.window.commands._entries)
    desk.window.show_preferences("files")
    clear = desk.window.preferences.findChild(QWidget, "Clear the recent files")
    click(clear)
    assert desk.window.settings.recent == ()


def test_recovery_is_offered_after_a_process_that_died_and_taken_by_a_click(
    window: Callable[..., Window], tmp_path: Path
) -> None:
    code = (
        "import sys, os; from pathlib import Path; from engine.files.recovery import Journal\n"
        "from engine.graph import Content, Node; from engine.edits import AddNode\n"
        "journal = Journal(Path(sys.argv[1])); journal.begin(Content(), None, clean=True)\n"
        "journal.append(AddNode(Node('lost', 'parameters.parameter'))); os._exit(1)"
    )
    folder = tmp_path / "data" / "journals"
    folder.mkdir(parents=True)
    subprocess.run([sys.executable, "-c", code, str(folder)], timeout=120)
    made = window()
    button = next(b for b in made.start_page.findChildren(QWidget) if getattr(b, "text", str)() == "Recover")
    click(button)
    assert "lost" in made.session.graph.nodes and made.editing


def test_whats_new_is_told_once_after_an_update_and_from_the_menu(window: Callable[..., Window]) -> None:
    made = window()
    made.greet()
    settle()
    assert not made.findChildren(NewsCard), "the first start is no update"
    made._change(version_seen="0.0.1")
    made.greet()
    (card,) = made.findChildren(NewsCard)
    assert "Added" in card.view.toPlainText()
    QTest.keyClick(card, Key.Key_Escape)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    made.greet()
    assert not made.findChildren(NewsCard)
    made.actions_table["news"].trigger()
    assert len(made.findChildren(NewsCard)) == 1


# Help and tour --------------------------------------------------------------------------------------------------------


def test_help_browser_has_the_operators_page_and_its_example_opens(desk: Desk) -> None:
    desk.session.select(["multiply"])
    desk.keys(Key.Key_F1)
    browser = desk.window._help
    assert browser.isVisible() and browser.current == "elementwise.multiply"
    formulas = [name for name in browser.view._images if name.startswith("formula")]
    assert len(formulas) == 3, "what it computes, and a derivative by each of its inputs"
    assert "DERIVATIVES" in browser.view.toPlainText()
    click(browser.open_example)
    assert any(n.operator == "elementwise.multiply" for n in desk.session.graph.nodes.values())
    assert desk.session.path is None and len(desk.window.document_pages) == 2


def test_guided_tour_checks_the_action_waits_for_it_and_goes_on_where_it_was_left(
    window: Callable[..., Window], qtbot: QtBot
) -> None:
    made = window(engine=True)
    click(made.start_page.tour_button)
    coach = made.tour
    assert coach is not None and coach.step == 0
    qtbot.waitUntil(lambda: coach.ring.target is not None)
    made.canvas.add_note()  # something else
    QTest.keyClick(QApplication.focusWidget() or made.canvas, Key.Key_Escape)
    with qtbot.waitSignal(coach._looking.timeout):
        pass
    assert coach.step == 0
    search = made.workspace.operators.search
    QTest.keyClicks(search, "parameter")
    QTest.keyClick(search, Key.Key_Return)
    qtbot.waitUntil(lambda: coach.step == 1)
    click(coach.leave)
    qtbot.waitUntil(lambda: made.tour is None)
    made.actions_table["tour"].trigger()
    coach = made.tour
    assert coach is not None and coach.step == 1, "where it was left"
    click(coach.skip)
    assert coach.step == 2
    qtbot.waitUntil(lambda: not [p for p in made.session.problems if p.severity == "error"])
    click(made.page.run_bar.run)
    qtbot.waitUntil(lambda: coach.step >= 3, timeout=60_000)
    made.session.select(["parameter_1"])
    qtbot.waitUntil(lambda: coach.step == 4)
    made.show_help()
    qtbot.waitUntil(lambda: coach.over)
    assert made.settings.tour_step == 0
    click(coach.leave)


# Plugins --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    """What installs plugins for the time of a test; what they imported is forgotten at its end."""
    monkeypatch.setenv("GRADWIRE_HOME", str(tmp_path / "config"))
    made = Maker(tmp_path / "site", monkeypatch)
    yield made
    made.forget("acme_waves", "broken_one")
    plugins.loaded.cache_clear()
    plugins._library.cache_clear()


def dotted() -> Content:
    """A node of the plugin's operator."""
    return Content(Graph({"hat": Node("hat", RICKER, "", {"a": 2.0})}, frozenset()))


def test_a_plugins_operators_are_found_inserted_and_run_in_the_engine_processes(
    maker: Maker, window: Callable[..., Window], qtbot: QtBot
) -> None:
    maker.install()
    library = joined(LIBRARY, installed())
    assert library.packages == ("acme_waves",)
    from app.session import Session
    from engine.graph import Layout, Socket
    from tests.app.conftest import wire

    nodes = {
        "w": Node("w", "parameters.parameter", "", {"value": 0.5}),
        "hat": Node("hat", RICKER),
        "descent": Node("descent", "optimizers.optimizer", "", {"method": "gradient_descent", "steps": 20}),
    }
    wires = frozenset({wire("w.value", "hat.x"), wire("hat.value", "descent.loss")})
    session = Session(library)
    session.adopt(Content(Graph(nodes, wires), Layout()), None, clean=True)
    try:
        assert not session.problems
        session.run()
        qtbot.waitUntil(lambda: session.run_state in ("finished", "failed"), timeout=60_000)
        assert session.run_state == "finished", session.runs.sentence
        qtbot.waitUntil(lambda: session.look(Socket("hat", "value")) is not None, timeout=60_000)
    finally:
        session.close()


def test_plugins_are_listed_with_version_switched_by_a_click_and_one_that_is_off_is_never_imported(
    maker: Maker, desk: Desk, tmp_path: Path
) -> None:
    maker.install()
    folder = tmp_path / "config"
    plugins.switch(folder, "acme-waves", on=False)
    assert not plugins.loaded(folder)[0].operators and "acme_waves" not in sys.modules
    save(tmp_path / "hat.dgraph", dotted())
    desk.window.open(tmp_path / "hat.dgraph")
    settle()
    assert "acme_waves" not in sys.modules
    assert any("acme_waves" in p.sentence and "package" in p.sentence for p in desk.session.problems)
    desk.window.show_preferences("plugins")
    box = desk.window.preferences.findChild(QCheckBox, "plugin acme_waves")
    assert box.accessibleName() == "acme-waves 1.2.0" and not box.isChecked()
    QTest.keyClick(box, Key.Key_Space)
    assert plugins.switched_off(folder) == () and "acme_waves" not in sys.modules, "from the next start on"


def test_plugins_are_listed_and_switched_on_the_command_line(
    maker: Maker, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    maker.install()
    maker.install("broken-one", RAISES, "0.1")
    assert main(["plugins"]) == 1
    out = capsys.readouterr().out
    assert "acme-waves" in out and "1.2.0" in out and "RuntimeError: the licence server is not there" in out
    assert main(["plugins", "off", "Acme.Waves"]) == 0
    assert plugins.switched_off(tmp_path / "config") == ("acme_waves",)
    capsys.readouterr()
    for name, says in (
        (["nope"], "gradwire: “nope” is no installed plugin (installed: acme-waves, broken-one).\n"),
        ([], "gradwire: Say which plugin: gradwire plugins on NAME.\n"),
    ):
        assert main(["plugins", "on", *name]) == 2
        said = capsys.readouterr()
        assert said.err == says and said.out == "", "one sentence, like every command's"


def test_a_graph_that_needs_a_missing_plugin_opens_with_placeholders_that_name_it(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "hat.dgraph"
    save(path, dotted())
    assert desk.window.open(path)
    (problem,) = [p for p in desk.session.problems if p.code == "unknown-operator"]
    assert "the package “acme_waves”" in problem.sentence and "not installed" in problem.sentence
    desk.window.save()
    assert read(path).graph == dotted().graph, "saved back as it was"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('    """The Mexican hat: the second derivative of a bell, upside down."""\n', ""), "a docstring"),
        (('formula=r"(1 - a x^2)\\, e^{-x^2 / 2}",', ""), "a formula"),
        (("shape=same,", ""), "a shape rule"),
        (("samples=[([-1.5, -0.2, 0.0, 0.7],)],", ""), "samples"),
        (("elementwise.acme_waves.ricker", "elementwise.add"), "must have an id like"),
        (("OPERATORS = (ricker,)", "OPERATORS = 3"), "a list of operators"),
    ],
)
def test_a_plugins_operators_are_checked_as_our_own(maker: Maker, change: tuple[str, str], reason: str) -> None:
    from tests.plugin_maker import SOFT

    assert change[0] in SOFT
    maker.install(code=SOFT.replace(*change))
    (plugin,) = installed()
    assert plugin.state == "broken" and reason in plugin.reason and "\n" not in plugin.reason


# Files of the desktop, crash reports, pictures ------------------------------------------------------------------------


def test_file_association_is_known_by_name_and_by_magic_and_taken_away_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["associate"]) == 0
    save(tmp_path / "a.dgraph", line())
    (tmp_path / "nameless").write_bytes((tmp_path / "a.dgraph").read_bytes())
    code = (
        "import sys; from PySide6.QtCore import QMimeDatabase\n"
        "print(*(QMimeDatabase().mimeTypeForFile(each).name() for each in sys.argv[1:]))"
    )
    names = [str(tmp_path / "a.dgraph"), str(tmp_path / "nameless")]
    told = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, timeout=120)
    assert told.stdout.split() == [association.MIME] * 2
    entry = (tmp_path / association.DESKTOP).read_text()
    assert f"MimeType={association.MIME};" in entry and "Icon=gradwire" in entry
    assert (tmp_path / association.ICON_OF_APP).read_text().startswith("<svg")
    assert main(["associate", "--remove"]) == 0
    assert not association.installed(tmp_path) and not (tmp_path / association.TYPE).exists()


def test_the_program_of_a_desktop_entry_is_quoted() -> None:
    assert association.quoted('/a b/"c$') == '"/a b/\\\\"c\\\\$"'


def test_a_crash_report_is_plain_text_and_shown_once_at_the_next_start(
    window: Callable[..., Window], tmp_path: Path
) -> None:
    folder = tmp_path / "crashes"
    code = (
        "import sys, os; from pathlib import Path; from app.crash import CrashReports\n"
        "CrashReports(Path(sys.argv[1]), print).install()\n"
        "import faulthandler; faulthandler._sigsegv()"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, timeout=120)
    reports = CrashReports(folder, lambda sentence, text: None)
    unseen = reports.unseen()
    assert len(unseen) == 1 and "Segmentation fault" in unseen[0].read_text(encoding="utf-8")
    made = window()
    made.greet(unseen)
    (card,) = made.findChildren(ReportCard)
    assert "Segmentation fault" in card.text.toPlainText() and "Python 3" in card.text.toPlainText()
    QTest.keyClick(card, Key.Key_Escape)
    assert reports.unseen() == ()


@pytest.mark.parametrize("command", [["run", "{file}", "--plot", "x.xyz"], ["shot", "{file}", "x.bmpx"]])
def test_pictures_of_other_formats_are_refused_in_a_sentence(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.dgraph"
    save(file, line())
    assert main([each.format(file=file) for each in command]) == 2
    assert "written as PNG" in capsys.readouterr().err
