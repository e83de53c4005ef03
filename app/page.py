"""One open document in a window: its session, its canvas and panels, its run controls and its status line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.file_guard import CHANGED, GONE, FileGuard
from app.lessons.side import Lessons
from app.notice import Notice
from app.rails import Railed
from app.run_bar import RunBar
from app.session import Session
from app.titles import is_sample
from app.top_bar import StatusLine
from app.workspace import Workspace

if TYPE_CHECKING:
    from app.canvas import Canvas
    from engine.operator import Library

RELEASE_AFTER = 60_000
"""Milliseconds that a document is out of sight before its idle engine processes end."""


class Page(QWidget):
    """A document. It can be given to another window; `data` is the folder of journals, None keeps none."""

    file_wish = Signal(str)
    """What the person wants done about the file: save, save_as, reload or compare."""

    def __init__(self, library: Library, *, engine: bool = True, data: Path | None = None) -> None:
        super().__init__()
        journals, unsaved, shelf = (data / name if data else None for name in ("journals", "unsaved", "subgraphs"))
        self.session = Session(library, engine=engine, journals=journals, unsaved=unsaved, shelf=shelf, parent=self)
        self.workspace = Workspace(self.session)
        self.run_bar = RunBar(self.session)
        self.run_bar.setParent(self)
        self.run_bar.hide()
        self.status = StatusLine(self.session)
        self.status.problems_clicked.connect(lambda: self.workspace.show_panel("problems"))
        self._releasing = QTimer(self, singleShot=True, interval=RELEASE_AFTER)
        self._releasing.timeout.connect(self.session.release)
        self.notice = Notice()
        self.guard = FileGuard(data / "open" if data else None, self)
        self.guard.changed.connect(self.tell_of_file)
        self.session.path_changed.connect(self._clean_may_differ)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.notice)
        self.lessons = Lessons(self, data / "answers" if data else None)
        row = QHBoxLayout()
        row.addWidget(self.lessons)
        row.addWidget(Railed(self.workspace), 1)
        self._column.addLayout(row, 1)
        self._column.addWidget(self.status)

    @property
    def canvas(self) -> Canvas:
        """The canvas that is worked on."""
        return self.workspace.canvas

    @property
    def blank(self) -> bool:
        """Whether nothing would be lost if another document took this one's place: empty, unnamed, untouched."""
        session = self.session
        empty = not session.graph.nodes and not session.layout.notes
        return session.path is None and empty and session.clean and not session.document.can_undo

    @property
    def is_sample(self) -> bool:
        """Whether it is one of the bundled samples, which are never written over."""
        return is_sample(self.session.path)

    def _clean_may_differ(self) -> None:
        if self.guard.state:
            self.tell_of_file()

    def tell_of_file(self) -> None:
        """Say above the document what there is to know about its file."""
        path = self.session.path
        name = f"“{path.name}”" if path is not None else ""
        wish = self.file_wish.emit
        if path is None or (not self.guard.state and not self.guard.elsewhere):
            self.notice.say("")
        elif self.guard.state == GONE:
            self.notice.say(f"{name} is no longer on the disk.", [("Save it again", lambda: wish("save"))])
        elif self.guard.state == CHANGED:
            again = "Reload" if self.session.clean else "Reload, without my changes"
            choices = [("Show difference", lambda: wish("compare")), (again, lambda: wish("reload"))]
            self.notice.say(f"{name} was changed on the disk by something else.", choices)
        else:
            sentence = f"{name} is open in another Gradwire too. Neither saves over what it has not seen of the other."
            self.notice.say(sentence, [("Save as…", lambda: wish("save_as"))])

    def rest(self) -> None:
        """It is out of sight: it asks nothing, and after a while its processes end, unless there is a run."""
        self.session.rest()
        self._releasing.start()

    def wake(self) -> None:
        """It is in sight."""
        self._releasing.stop()
        self.session.wake()
        self.session.stock.changed.emit()  # another window may have put something into the library
        self.guard.check()

    def end(self) -> None:
        """End its processes and its journal, and go."""
        self.close_session()
        self.hide()
        self.run_bar.setParent(self)
        self.deleteLater()

    def close_session(self) -> None:
        """End its processes, its journal and the guard of its file. Idempotent."""
        self._releasing.stop()
        self.workspace.stop()
        self.lessons.close_lessons()
        self.guard.end()
        self.session.close()
