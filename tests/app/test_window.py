"""The window: documents, prompts, panels, themes, commands, start page and screenshots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app import settings as stored
from app import theme
from app.actions import COMMANDS, MENUS
from app.assets import SAMPLES
from app.cli import main
from app.crash import CrashReports
from app.help import FailureCard, KeysCard
from app.panels.inspector_tables import Sheet
from app.session import Session
from app.shot import shot
from app.window import Window
from app.workspace import DockTitle
from engine.files import read, save
from engine.graph import Content, Graph, Node, Socket, Wire
from nodes.library import LIBRARY
from tests.app.conftest import Answers, line

Make = Callable[..., Window]
COPY = Qt.DropAction.CopyAction


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A saved line."""
    path = tmp_path / "line.dgraph"
    save(path, line())
    return path


def test_every_command_has_its_own_name_and_its_own_keys() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert all(keys) and len(set(keys)) == len(keys)
    assert {command.menu for command in COMMANDS} == set(MENUS)


def test_every_command_can_be_done_or_is_disabled(window: Make, answers: Answers, file: Path) -> None:
    made = window()
    made.open(file)
    made.session.select(["w"])
    for command in COMMANDS:
        made.actions_table.refresh()
        action = made.actions_table[command.id]
        assert action.isEnabled() == command.enabled(made)
        if action.isEnabled() and command.id not in ("quit", "full_screen"):
            action.trigger()
            QApplication.processEvents()
            for card in made.findChildren(KeysCard):
                card.close()
            made.show_document()
            made.session.select(["w"])
    assert made.settings.theme == "contrast", "the last of the themes in the table was chosen"


def test_the_start_page_shows_samples_and_opens_one_by_a_click(window: Make, qtbot: QtBot) -> None:
    made = window()
    cards = made.start_page.samples
    bundled = [*SAMPLES.glob("*.dgraph"), *(SAMPLES / "lessons").glob("*.dgraph")]
    assert sorted(card.path for card in cards) == sorted(bundled) and len(cards) >= 3
    qtbot.waitUntil(lambda: all(card._picture is not None for card in cards), timeout=20_000)
    image = cards[0]._picture.toImage()
    colours = {image.pixelColor(x, y).rgb() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colours) > 20, "the thumbnail shows a graph"
    QTest.mouseClick(cards[0], Qt.MouseButton.LeftButton)
    assert made.editing and made.session.path == cards[0].path and made.session.graph.nodes


def test_recent_files_are_offered_and_missing_ones_are_not(window: Make, file: Path, tmp_path: Path) -> None:
    made = window()
    made.open(file)
    made.settings = made.settings.with_recent(tmp_path / "gone.dgraph")
    made.show_start()
    assert list(made.start_page._recent) == [file]
    assert stored.load(tmp_path / "config").recent == (str(file),)


def test_a_sample_is_never_written_over(window: Make, answers: Answers, tmp_path: Path) -> None:
    made = window()
    sample = sorted(SAMPLES.glob("*.dgraph"))[0]
    before = sample.read_bytes()
    made.open(sample)
    made.session.remove_selected()
    made.session.select([next(iter(made.session.graph.nodes))])
    made.session.remove_selected()
    assert not made.save() and answers.asked == [f"save {sample.name}"]
    answers.save_path = tmp_path / "mine.dgraph"
    assert made.save() and made.session.path == answers.save_path
    assert sample.read_bytes() == before


def test_unsaved_changes_are_asked_about_and_nothing_is_lost_on_cancel(
    window: Make, answers: Answers, file: Path
) -> None:
    made = window()
    made.open(file)
    made.session.set_setting("w", "value", 3.0)
    content = made.session.content
    assert not made.close_page() and made.session.content is content
    assert answers.asked == ["unsaved Line"]
    assert not made.close() and made.isVisible()
    answers.unsaved_answer = "save"
    assert made.close_page()
    assert read(file) == content and not made.session.graph.nodes and not made.editing


def test_discarded_changes_are_gone_and_not_offered_again(window: Make, answers: Answers, file: Path) -> None:
    made = window()
    made.open(file)
    made.session.set_setting("w", "value", 3.0)
    answers.unsaved_answer = "discard"
    assert made.close()
    assert read(file) == line()
    assert not window().start_page._recovered


def test_work_of_a_killed_window_is_offered_and_taken_over(window: Make, qtbot: QtBot, file: Path) -> None:
    killed = window()
    killed.open(file)
    killed.session.set_setting("w", "value", 3.0)
    content = killed.session.content
    killed.session._journal.end(keep=True)  # what a killed process leaves: the journal, and no lock
    made = window()
    assert len(made.start_page._recovered) == 1
    assert any("1 edit after the last save" in each.text() for each in made.start_page.findChildren(QLabel))
    recover = next(b for b in made.start_page.findChildren(QPushButton) if b.text() == "Recover")
    QTest.mouseClick(recover, Qt.MouseButton.LeftButton)
    assert made.editing and made.session.content == content and not made.session.clean


def test_found_work_is_told_also_where_a_file_is_opened_at_once(window: Make, file: Path) -> None:
    killed = window()
    killed.open(file)
    killed.session.set_setting("w", "value", 3.0)
    killed.session._journal.end(keep=True)
    made = window()
    made.open(file)
    assert "start page" in made.status.message.text()


def test_work_that_is_open_is_not_offered_as_lost(window: Make, file: Path) -> None:
    made = window()
    made.open(file)
    made.session.set_setting("w", "value", 3.0)
    made.show_start()
    assert not made.start_page._recovered
    assert not window().start_page._recovered


def test_a_broken_file_is_told_in_a_sentence_and_the_open_document_stays(
    window: Make, answers: Answers, file: Path, tmp_path: Path
) -> None:
    made = window()
    made.open(file)
    content = made.session.content
    broken = tmp_path / "broken.dgraph"
    broken.write_bytes(file.read_bytes()[:-40])
    assert not made.open(broken)
    assert len(answers.told) == 1 and "broken" in answers.told[0] and made.session.content is content


def test_a_graph_dropped_onto_the_window_is_opened_and_other_files_are_not(
    window: Make, qtbot: QtBot, file: Path, tmp_path: Path
) -> None:
    made = window()
    for path, welcome in ((tmp_path / "picture.jpg", False), (file, True)):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        entering = QDragEnterEvent(
            QPoint(50, 50), COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(made, entering)
        assert entering.isAccepted() == welcome
    dropping = QDropEvent(QPointF(50, 50), COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(made, dropping)
    qtbot.waitUntil(lambda: made.session.path == file)


def test_a_folder_that_cannot_be_written_is_told_and_the_document_stays_unsaved(
    window: Make, answers: Answers, file: Path, tmp_path: Path
) -> None:
    made = window()
    made.open(file)
    made.session.set_setting("w", "value", 3.0)
    (tmp_path / "blocked").write_text("")
    answers.save_path = tmp_path / "blocked" / "x.dgraph"
    assert not made.save_as()
    assert len(answers.told) == 1 and not made.session.clean and made.session.path == file


def test_panels_are_hidden_shown_and_restored_as_they_were_left(window: Make, qtbot: QtBot, file: Path) -> None:
    made = window()
    made.open(file)
    qtbot.waitUntil(lambda: made.panel_visible("palette"))
    made.toggle_panel("palette")
    made.toggle_panel("problems")
    qtbot.waitUntil(lambda: made.panel_visible("problems"))
    assert not made.panel_visible("palette")

    def widened() -> bool:
        """Docks take a width when they are laid out, and not before."""
        inspector = made.workspace.docks["inspector"]
        made.workspace.resizeDocks([inspector], [377], Qt.Orientation.Horizontal)
        return inspector.width() == 377

    qtbot.waitUntil(widened)
    assert made.close()
    again = window()
    again.open(file)
    qtbot.waitUntil(lambda: again.panel_visible("problems"))
    assert not again.panel_visible("palette")
    qtbot.waitUntil(lambda: again.workspace.docks["inspector"].width() == 377)
    again.restore_panels()
    qtbot.waitUntil(lambda: again.panel_visible("palette"))
    assert not again.panel_visible("problems")


def test_the_marks_in_the_menu_say_which_panels_are_seen(window: Make, qtbot: QtBot, file: Path) -> None:
    made = window()
    made.open(file)
    names = ("palette", "inspector", "plots", "problems", "outline", "code", "compare")
    seen = {name: name in ("palette", "inspector", "plots") for name in names}
    qtbot.waitUntil(lambda: {name: made.actions_table[f"panel_{name}"].isChecked() for name in names} == seen)
    made.toggle_panel("code")
    seen |= {"code": True, "plots": False}
    qtbot.waitUntil(lambda: {name: made.actions_table[f"panel_{name}"].isChecked() for name in names} == seen)


def test_panels_show_title_bars_only_while_they_are_arranged(window: Make, file: Path) -> None:
    made = window()
    made.open(file)
    dock = made.workspace.docks["palette"]
    assert not isinstance(dock.titleBarWidget(), DockTitle)
    made.toggle_arranging()
    assert isinstance(dock.titleBarWidget(), DockTitle)
    made.toggle_arranging()
    assert not isinstance(dock.titleBarWidget(), DockTitle)
    dock.setFloating(True)
    assert isinstance(dock.titleBarWidget(), DockTitle), "a panel outside the window needs something to be moved by"
    made.restore_panels()
    assert not dock.isFloating() and not isinstance(dock.titleBarWidget(), DockTitle)


@pytest.mark.parametrize("name", list(theme.THEMES))
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_themes_and_scales_reach_the_whole_window_and_cut_no_label(
    window: Make, qtbot: QtBot, name: str, scale: float
) -> None:
    from PySide6.QtWidgets import QLabel

    made = window()
    made.resize(1600, 1000)
    made.open(sorted(SAMPLES.glob("*.dgraph"))[0])
    made.set_theme(name)
    made.set_scale(scale)
    made.session.select(["parameter_1"])
    assert theme.appearance().theme is theme.THEMES[name] and theme.appearance().scale == scale

    def laid_out() -> None:
        panel = made.workspace.inspector
        assert panel.widget().width() <= panel.viewport().width(), "nothing of the inspector is beyond its edge"
        shown = [label for label in panel.findChildren(QLabel) if label.isVisible() and type(label) is QLabel]
        assert shown
        for label in shown:
            assert label.wordWrap() or label.width() >= label.sizeHint().width() - 1, f"{label.text()!r} is cut"

    qtbot.waitUntil(laid_out)
    corner = made.grab().toImage().pixelColor(3, made.height() - 3)
    assert corner.name() in {theme.THEMES[name].panel, theme.THEMES[name].hairline}


def test_the_scale_is_changed_by_keys_and_kept(window: Make, tmp_path: Path, file: Path) -> None:
    made = window()
    made.open(file)
    for _ in range(2):
        made.actions_table["larger"].trigger()
    assert made.settings.scale == 1.25
    made.actions_table["normal_size"].trigger()
    assert stored.load(tmp_path / "config").scale == 1.0


def test_keys_in_a_sheet_of_the_inspector_clear_its_cells_and_not_the_graph(window: Make, qtbot: QtBot) -> None:
    made = window()
    node = Node("c", "inputs.constant", "", {"value": (1.0, 2.0)})
    made.session.adopt(Content(Graph({"c": node}, frozenset())), None, clean=True)
    made.show_document()
    made.show()
    qtbot.waitExposed(made)
    made.session.select(["c"])
    sheet = made.findChild(Sheet)
    sheet.setCurrentCell(1, 0)
    sheet.setFocus()
    QApplication.clipboard().setText("5")
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        claim = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        claim.ignore()
        QApplication.sendEvent(sheet, claim)
        assert claim.isAccepted(), "else the window's command for the key comes first, and deletes the node"
    QTest.keyClick(sheet, Qt.Key.Key_Delete)
    assert made.session.node("c").settings["value"] == (1.0, 0.0)
    QTest.keyClick(sheet, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert made.session.node("c").settings["value"] == (1.0, 5.0)
    QTest.keyClick(sheet, Qt.Key.Key_Backspace)
    assert made.session.node("c").settings["value"] == (1.0, 0.0)
    assert list(made.session.graph.nodes) == ["c"]


def test_the_command_palette_finds_commands_operators_and_nodes(window: Make, qtbot: QtBot, file: Path) -> None:
    made = window()
    made.open(file)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    for typed, done in (
        ("light", lambda: made.settings.theme == "light"),
        ("add sigmoid", lambda: any(n.operator == "activations.sigmoid" for n in made.session.graph.nodes.values())),
        ("go slope", lambda: made.session.current == "w"),
    ):
        made.show_commands()
        assert made.commands.isVisible()
        QTest.keyClicks(made.commands.field, typed)
        QTest.keyClick(made.commands.field, Qt.Key.Key_Return)
        assert done() and not made.commands.isVisible(), typed
    made.show_commands()
    QTest.keyClick(made.commands.field, Qt.Key.Key_Escape)
    assert not made.commands.isVisible()


class TopLevels(QObject):
    """Remembers every widget that was shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(repr(watched))
        return False


def test_no_part_of_the_window_flashes_up_as_a_window_of_its_own(window: Make, qtbot: QtBot, file: Path) -> None:
    made = window()
    watching = TopLevels()
    QApplication.instance().installEventFilter(watching)
    made.open(file)
    for id in made.session.graph.nodes:
        made.session.select([id])
    for operator in ("inputs.table", "neural.dense", "views.image"):
        made.insert(operator)
    for name in ("problems", "outline", "code"):
        made.toggle_panel(name)
    made.set_theme("light")
    made.show_start()
    for _ in range(5):
        QApplication.processEvents()
    QApplication.instance().removeEventFilter(watching)
    assert watching.seen == []


def test_the_menu_holds_every_command(window: Make) -> None:
    made = window()
    menu = made.actions_table.main_menu(made)
    texts = {
        action.objectName() for sub in menu.actions() for action in sub.menu().actions() if not action.isSeparator()
    }
    assert texts == {command.id for command in COMMANDS}
    menu.deleteLater()


def test_problems_are_counted_in_the_status_line_and_shown_by_a_click(window: Make, qtbot: QtBot, file: Path) -> None:
    made = window()
    made.open(file)
    assert not made.status.problems.isVisible()
    made.session.select(["x"])
    made.session.remove_selected()
    qtbot.waitUntil(made.status.problems.isVisible)
    assert made.status.problems.text() == "1 error"
    QTest.mouseClick(made.status.problems, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: made.panel_visible("problems"))
    qtbot.waitUntil(made.actions_table["next_problem"].isEnabled)
    made.actions_table["next_problem"].trigger()
    assert made.session.current == "multiply"


def test_inserting_from_the_palette_puts_nodes_beside_each_other(window: Make, file: Path) -> None:
    made = window()
    made.new()
    for _ in range(4):
        made.insert("elementwise.add")
    places = [(p.x, p.y) for p in made.session.layout.places.values()]
    assert len(set(places)) == 4
    assert made.settings.recent_operators == ("elementwise.add",)


def test_the_title_says_which_document_and_whether_it_is_saved(window: Make, qtbot: QtBot, file: Path) -> None:
    made = window()
    made.open(file)
    qtbot.waitUntil(lambda: made.windowTitle() == "Line[*] — Gradwire")
    assert not made.isWindowModified()
    made.session.set_setting("w", "value", 3.0)
    qtbot.waitUntil(made.isWindowModified)
    assert "edited" in made.top_bar.place.text()


def test_the_help_card_lists_every_key_and_closes_on_escape(window: Make, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QLabel

    made = window()
    card = KeysCard(made)
    card.open()
    texts = {label.text() for label in card.findChildren(QLabel)}
    assert {command.text.rstrip("…") for command in COMMANDS if command.keys} <= texts
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_a_failure_of_the_window_is_shown_with_its_report_and_the_document_stays(
    window: Make, qtbot: QtBot, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = window()
    made.open(file)
    content = made.session.content
    error = ZeroDivisionError("planted")
    CrashReports(tmp_path / "crashes", made.show_failure).caught(type(error), error, None)
    qtbot.waitUntil(lambda: bool(made.findChildren(FailureCard)))
    (card,) = made.findChildren(FailureCard)
    assert card.isVisible() and made.session.content is content
    QTest.mouseClick(card.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert "ZeroDivisionError: planted" in QApplication.clipboard().text()


def test_a_session_without_an_engine_starts_no_process(dressed: QApplication) -> None:
    session = Session(LIBRARY, engine=False)
    session.adopt(line(), None, clean=True)
    session.run()
    session.looks.ask()
    QApplication.processEvents()
    assert not session._looks._timer.isActive() and not session._looks._resting.isActive()
    assert session._running._control is None and session._looks._client is None
    session.close()


def test_a_shot_shows_values_and_has_the_size_asked_for(dressed: QApplication, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "pictures" / "line.png"
    shot(file, out, (1200, 800), theme="light", select="multiply")
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1200, 800)
    colours = {image.pixelColor(x, y).name() for x in range(200, 850) for y in range(60, 500)}
    assert {theme.LIGHT.value, theme.LIGHT.canvas} <= colours


def test_a_shot_of_a_run_that_meets_nan_is_written_and_its_sentence_told(
    dressed: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = {
        "p": Node("p", "parameters.parameter", "start", {"value": -1.0}),
        "log": Node("log", "elementwise.log"),
        "o": Node("o", "optimizers.optimizer"),
    }
    wires = {Wire(Socket("p", "value"), Socket("log", "x")), Wire(Socket("log", "value"), Socket("o", "loss"))}
    save(tmp_path / "log.dgraph", Content(Graph(nodes, frozenset(wires))))
    out = tmp_path / "log.png"
    code = main(["shot", str(tmp_path / "log.dgraph"), str(out), "--run", "5", "--size", "900x700"])
    assert code == 1 and not QImage(str(out)).isNull()
    assert "NaN" in capsys.readouterr().err


def test_a_window_below_its_smallest_size_hides_nothing_behind_anything(window: Make, qtbot: QtBot, file: Path) -> None:
    made = window()
    made.open(file)
    made.resize(made.minimumSize())
    bar = made.top_bar

    def apart() -> None:
        run_left = bar.run_bar.mapTo(bar, QPoint(0, 0)).x()
        assert bar.title.mapTo(bar, QPoint(bar.title.width(), 0)).x() <= run_left
        assert bar.search.mapTo(bar, QPoint(0, 0)).x() >= run_left + bar.run_bar.width()

    qtbot.waitUntil(apart)
