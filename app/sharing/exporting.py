"""The window's commands for moving pictures and handouts: asking where to, and having it written by a process of its
own, as the window's differentiates nothing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QProcess

from app.assets import ROOT
from engine.errors import GradwireError
from engine.files.save import save

if TYPE_CHECKING:
    from app.window import Window


class Export(NamedTuple):
    """A kind of file: the command that writes it, its options, and how it is offered."""

    command: str
    options: tuple[str, ...]
    ending: str
    kinds: str


STEP: Final = Export("gif", ("--of", "step"), ".gif", "Animated GIF (*.gif)")
TRAINING: Final = Export("gif", ("--of", "training"), ".gif", "Animated GIF (*.gif)")
HANDOUT: Final = Export("handout", (), ".pdf", "PDF document (*.pdf)")
TEACHER: Final = Export("handout", ("--answers",), ".pdf", "PDF document (*.pdf)")


def export(window: Window, kind: Export) -> Writing | None:
    """Ask for a file and begin to write it; return what writes it, None where nothing does."""
    session = window.session
    folder = session.path.parent if session.path is not None and not window.page.is_sample else Path.home()
    path = window.prompts.save_picture(window, folder / f"{session.title}{kind.ending}", kind.kinds)
    if path is None:
        return None
    path = path if path.suffix.lower() == kind.ending else path.with_name(path.name + kind.ending)
    options = [*kind.options, *(("--theme", window.settings.theme) if kind.command == "gif" else ())]
    try:
        return Writing(window, kind.command, path, options)
    except (GradwireError, OSError) as error:
        window.prompts.tell(window, error.sentence if isinstance(error, GradwireError) else str(error))
        return None


class Writing(QObject):
    """A file that is being written. It says when it is done, and why where it could not be."""

    def __init__(self, window: Window, command: str, path: Path, options: Sequence[str]) -> None:
        super().__init__(window)
        self._window, self._path = window, path
        session = window.session
        self._folder = tempfile.TemporaryDirectory(prefix="gradwire-")
        file = Path(self._folder.name) / "graph.dgraph"
        save(file, session.content)
        near = ["--folder", str(session.folder)] if session.folder is not None else []
        self.process = QProcess(self)
        self.process.setWorkingDirectory(str(ROOT))
        self.process.finished.connect(self._done)
        self.process.errorOccurred.connect(self._broken)
        self.process.start(sys.executable, ["-m", "app.cli", command, str(file), str(path), *options, *near])
        session.message.emit(f"Writing {path.name} …")

    def _done(self, code: int) -> None:
        said = bytes(self.process.readAllStandardError().data()).decode(errors="replace").strip()
        self._folder.cleanup()
        if code == 0:
            self._window.session.message.emit(f"Wrote {self._path.name}.")
        else:
            last = said.splitlines()[-1] if said else "the program that writes it ended"
            said = f"{self._path.name} was not written: {last.removeprefix('gradwire: ')}"
            self._window.prompts.tell(self._window, said)
        self.deleteLater()

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._folder.cleanup()
            self._window.prompts.tell(self._window, f"{self._path.name} was not written: Python could not be started.")
            self.deleteLater()
