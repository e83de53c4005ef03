"""One open document in a window: its session, its canvas and panels, its run controls and its status line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

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

    def __init__(self, library: Library, *, engine: bool = True, data: Path | None = None) -> None:
        super().__init__()
        journals, unsaved = (data / "journals", data / "unsaved") if data else (None, None)
        self.session = Session(library, engine=engine, journals=journals, unsaved=unsaved, parent=self)
        self.workspace = Workspace(self.session)
        self.run_bar = RunBar(self.session)
        self.run_bar.setParent(self)
        self.run_bar.hide()
        self.status = StatusLine(self.session)
        self.status.problems_clicked.connect(lambda: self.workspace.show_panel("problems"))
        self._releasing = QTimer(self, singleShot=True, interval=RELEASE_AFTER)
        self._releasing.timeout.connect(self.session.release)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.workspace, 1)
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

    def rest(self) -> None:
        """It is out of sight: it asks nothing, and after a while its processes end, unless there is a run."""
        self.session.rest()
        self._releasing.start()

    def wake(self) -> None:
        """It is in sight."""
        self._releasing.stop()
        self.session.wake()

    def end(self) -> None:
        """End its processes and its journal, and go."""
        self._releasing.stop()
        self.workspace.plots.stop()
        self.session.close()
        self.hide()
        self.run_bar.setParent(self)
        self.deleteLater()
