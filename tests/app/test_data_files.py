"""Data files from anywhere: copied beside the graph or into the app's folder, brought along by saving, never silently
broken."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.panels.inspector_editors import FileEditor
from app.panels.inspector_form import Form
from app.session import Session
from app.suggestions import choose_file
from engine.data import Data
from engine.errors import FileError
from engine.files import read
from engine.graph import Content, Place
from nodes.library import LIBRARY
from tests.app.conftest import line

TEXT = "a,b\n1,2\n3,4\n"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """A file that a person has in Downloads."""
    file = tmp_path / "Downloads" / "points.csv"
    file.parent.mkdir()
    file.write_text(TEXT)
    return file


@pytest.fixture
def kept(dressed: QApplication, tmp_path: Path) -> Iterator[Session]:
    """A session that has a folder for the files of unsaved graphs."""
    made = Session(LIBRARY, engine=False, unsaved=tmp_path / "unsaved")
    yield made
    made.close()
    made.deleteLater()


def table_of(session: Session, csv: Path) -> str:
    table = session.insert("inputs.table", Place())
    editor = Form(session, table).rows["file"].editor
    assert isinstance(editor, FileEditor)
    editor.line.setText(str(csv))
    editor.line.editingFinished.emit()
    return table


def readable(session: Session, table: str) -> str:
    return Data(folder=session.folder).read(session.setting(table, "file")).decode()


def test_a_file_from_elsewhere_serves_before_the_first_save_and_comes_along(
    kept: Session, csv: Path, tmp_path: Path
) -> None:
    table = table_of(kept, csv)
    assert kept.setting(table, "columns"), "its columns are suggested"
    csv.unlink()  # the person tidies up
    assert readable(kept, table) == TEXT
    target = tmp_path / "work" / "fit.dgraph"
    target.parent.mkdir()
    kept.save(target)
    assert kept.setting(table, "file") == "fit.data/points.csv" and readable(kept, table) == TEXT and kept.clean
    assert read(target).graph.nodes[table].settings["file"] == "fit.data/points.csv"
    kept.undo()  # the names of before the save come back, and still lead to the file
    assert readable(kept, table) == TEXT
    kept.redo()
    assert readable(kept, table) == TEXT


def test_beside_a_saved_graph_it_is_copied_once(kept: Session, csv: Path, tmp_path: Path) -> None:
    kept.save(tmp_path / "fit.dgraph")
    first = table_of(kept, csv)
    assert kept.setting(first, "file") == "Downloads/points.csv", "inside the graph's folder nothing is copied"
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    kept.save(folder / "fit.dgraph")
    assert readable(kept, first) == TEXT, "saving elsewhere takes the data along"
    second, third = table_of(kept, csv), table_of(kept, csv)
    assert kept.setting(second, "file") == kept.setting(third, "file") == "fit.data/points.csv"
    csv.write_text("a,b\n5,6\n")
    fourth = table_of(kept, csv)
    assert kept.setting(fourth, "file") == "fit.data/points_2.csv", "another file of that name replaces nothing"
    assert readable(kept, second) == TEXT


def test_saving_where_another_file_has_the_name_takes_another_name(kept: Session, csv: Path, tmp_path: Path) -> None:
    kept.save(csv.parent / "fit.dgraph")
    table = table_of(kept, csv)
    other = tmp_path / "other"
    other.mkdir()
    (other / "points.csv").write_text("x\n9\n")
    kept.save(other / "fit.dgraph")
    assert readable(kept, table) == TEXT and (other / "points.csv").read_text() == "x\n9\n"


def test_what_cannot_be_copied_is_said_and_changes_nothing(
    kept: Session, csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match="There is no file"):
        kept.bring(tmp_path / "nowhere.csv")
    with pytest.raises(FileError, match="There is no file"):
        kept.bring(tmp_path)
    table = table_of(kept, tmp_path / "nowhere.csv")
    assert kept.setting(table, "file") == ""
    good = table_of(kept, csv)
    before, target = kept.content, tmp_path / "full" / "fit.dgraph"
    target.parent.mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.data_files.shutil.copyfile", full)
        with pytest.raises(FileError, match="No space left"):
            kept.save(target)
    assert kept.content is before and not target.exists() and readable(kept, good) == TEXT
    assert not list(target.parent.rglob("*.copying"))


def test_files_of_discarded_work_go_and_those_of_lost_work_stay(kept: Session, csv: Path, tmp_path: Path) -> None:
    table_of(kept, csv)
    kept.adopt(Content(), None, clean=True)
    assert len(list((tmp_path / "unsaved").rglob("points.csv"))) == 1, "recovery needs them"
    table_of(kept, csv)
    assert len(list((tmp_path / "unsaved").rglob("points.csv"))) == 2
    kept.discard()
    kept.adopt(Content(), None, clean=True)
    assert len(list((tmp_path / "unsaved").rglob("points.csv"))) == 1


def test_a_session_without_such_a_folder_says_to_save_first(session: Session, csv: Path) -> None:
    with pytest.raises(FileError, match="Save the graph first"):
        session.bring(csv)


def test_a_name_that_a_graph_may_not_hold_is_made_fit(kept: Session, csv: Path) -> None:
    strange = csv.with_name("10:30 a\\b.csv")
    csv.rename(strange)
    table = kept.insert("inputs.table", Place())
    choose_file(kept, table, "file", kept.bring(strange))
    assert readable(kept, table) == TEXT


def test_a_data_file_dropped_on_the_window_becomes_a_table(
    qtbot: QtBot, window: Callable[..., object], csv: Path
) -> None:
    made = window()
    made.show_document()  # type: ignore[attr-defined]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(csv))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    made.dropEvent(QDropEvent(QPointF(500, 400), Qt.DropAction.CopyAction, data, left, none))  # type: ignore[attr-defined]
    session: Session = made.session  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: len(session.graph.nodes) == 1)
    (table,) = session.graph.nodes
    assert readable(session, table) == TEXT and [row[0] for row in session.setting(table, "columns")] == ["a", "b"]


def test_saving_keeps_the_run_of_data_that_come_along(
    dressed: QApplication, qtbot: QtBot, csv: Path, tmp_path: Path
) -> None:
    session = Session(LIBRARY, unsaved=tmp_path / "unsaved")
    session.adopt(line(), None, clean=True)
    table_of(session, csv)
    session.run()
    qtbot.waitUntil(lambda: session.run_state == "finished", timeout=30_000)
    session.save(tmp_path / "fit.dgraph")
    assert not session.stale and session.moment() is not None
    session.close()


def test_a_large_file_is_copied_beside_the_window(kept: Session, csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window's thread goes on: its timers fire while the copy is made in another thread."""
    threads: list[int] = []
    fired: list[int] = []
    copy = shutil.copyfile

    def slowly(*paths: Path) -> Path:
        threads.append(threading.get_ident())
        deadline = time.monotonic() + 20
        while not fired and time.monotonic() < deadline:
            time.sleep(0.005)
        return copy(*paths)

    monkeypatch.setattr("app.data_files.shutil.copyfile", slowly)
    monkeypatch.setattr("app.session.LONG", 1)
    told: list[str] = []
    kept.message.connect(told.append)
    QTimer.singleShot(0, lambda: fired.append(1))
    name = kept.bring(csv)
    assert fired and threads and threads[0] != threading.get_ident()
    assert kept.folder is not None and (kept.folder / name).read_text() == TEXT
    assert told[0] == "Copying points.csv …" and "was copied" in told[1]
    with pytest.raises(FileError, match="Cannot copy"):
        monkeypatch.setattr("app.data_files.shutil.copyfile", failing)
        csv.write_text(TEXT + "9,9\n")
        kept.bring(csv)


def failing(*paths: Path) -> Path:
    raise OSError(28, "No space left on device")


def test_a_dropped_picture_becomes_an_image(window: Callable[..., object], tmp_path: Path) -> None:
    picture = tmp_path / "photo.PNG"
    picture.write_bytes(b"\x89PNG")
    made = window()
    made.show_document()  # type: ignore[attr-defined]
    made.insert_table(picture)  # type: ignore[attr-defined]
    (node,) = made.session.graph.nodes.values()  # type: ignore[attr-defined]
    assert node.operator == "inputs.image" and str(node.settings["file"]).endswith("photo.PNG")
