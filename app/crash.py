"""What happens when the window itself fails: a report on the disk, a sentence on the screen, and the document still
there."""

from __future__ import annotations

import datetime
import faulthandler
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from app.help import versions

MOST_REPORTS = 20
REPEAT_LIMIT = 5
"""Reports of one start: a fault that comes with every repaint must not fill the disk."""


class CrashReports:
    """Writes a report for every unexpected exception, and tells of it by `tell(sentence, text)`."""

    def __init__(self, folder: Path, tell: Callable[[str, str], object]) -> None:
        self._folder, self._tell = folder, tell
        self._count = 0
        self._fatal: IO[str] | None = None

    def install(self) -> None:
        """Take over what Python does with uncaught exceptions, and have fatal signals leave a trace."""
        sys.excepthook = self.caught
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Open as long as the process: the fault handler writes into it.
            self._fatal = open(self._folder / "fatal.txt", "w", encoding="utf-8")  # noqa: SIM115
            faulthandler.enable(self._fatal)
        except OSError:
            faulthandler.enable()

    def uninstall(self) -> None:
        """Give everything back."""
        sys.excepthook = sys.__excepthook__
        if self._fatal is not None:
            faulthandler.disable()
            self._fatal.close()
            self._fatal = None

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Write a report and tell of it. KeyboardInterrupt ends the program as ever."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = report_text(kind, error, trace)
        sys.stderr.write(text)
        self._count += 1
        if self._count > REPEAT_LIMIT:
            return
        path = self._write(text)
        where = f" A report is in {path}." if path else ""
        what = f"Something in Gradwire failed ({kind.__name__})."
        self._tell(f"{what} Your document is still here: save it, then start again.{where}", text)

    def _write(self, text: str) -> Path | None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for old in sorted(self._folder.glob("crash-*.txt"))[: -(MOST_REPORTS - 1)]:
                old.unlink()
            stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
            path = self._folder / f"crash-{stamp}-{self._count}.txt"
            path.write_text(text, encoding="utf-8")
        except OSError:
            return None
        return path


def report_text(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """Return a report: time, versions and the traceback; nothing of the document."""
    moment = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    return f"Gradwire failed at {moment}\n\n{versions()}\n\n{''.join(traceback.format_exception(kind, error, trace))}"
