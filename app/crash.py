"""What happens when the window itself fails: a report on the disk as plain text, a sentence on the screen, and the
document still there. Where the whole process died, the report is found, and shown, at the next start."""

from __future__ import annotations

import contextlib
import datetime
import faulthandler
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from app.versions import versions
from engine.files.lock import Lock

MOST_REPORTS = 20
SHOWN = "shown.txt"
"""Holds the name of the last report that was shown at a start."""
REPEAT_LIMIT = 5
"""Reports of one start: a fault that comes with every repaint must not fill the disk."""


class CrashReports:
    """Writes a report for every unexpected exception, and tells of it by `tell(sentence, text)`."""

    def __init__(self, folder: Path, tell: Callable[[str, str], object]) -> None:
        self._folder, self._tell = folder, tell
        self._count = 0
        self._fatal: IO[str] | None = None
        self._lock = Lock(folder / f"fatal-{os.getpid()}.lock")

    def install(self) -> None:
        """Take over what Python does with uncaught exceptions, and have fatal signals leave a trace."""
        sys.excepthook = self.caught
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.take()
            # Open as long as the process: the fault handler writes into it.
            self._fatal = open(self._own_fatal, "w", encoding="utf-8")  # noqa: SIM115
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
            with contextlib.suppress(OSError):
                self._own_fatal.unlink()
            self._lock.release()

    @property
    def _own_fatal(self) -> Path:
        return self._folder / f"fatal-{os.getpid()}.txt"

    def unseen(self) -> tuple[Path, ...]:
        """Return the reports that no start has shown yet, the newest first; those of processes that died are made
        here. They count as shown from now on."""
        try:
            self._gather()
            found = sorted((path.name for path in self._folder.glob("crash-*.txt")), reverse=True)
            mark = self._folder / SHOWN
            last = mark.read_text(encoding="utf-8").strip() if mark.is_file() else ""
            if found:
                mark.write_text(found[0], encoding="utf-8")
        except (OSError, ValueError):
            return ()
        return tuple(self._folder / name for name in found if name > last)

    def _gather(self) -> None:
        """Make reports of what the fault handlers of dead processes have left."""
        for trace in sorted(self._folder.glob("fatal-*.txt")):
            lock = trace.with_suffix(".lock")
            if trace == self._own_fatal or Lock(lock).is_held_elsewhere():
                continue
            text = trace.read_text(encoding="utf-8", errors="replace")
            if text.strip():
                moment = datetime.datetime.fromtimestamp(trace.stat().st_mtime)
                named = self._folder / f"crash-{moment:%Y%m%d-%H%M%S}-process.txt"
                when = moment.astimezone().isoformat(timespec="seconds")
                named.write_text(f"Gradwire ended unexpectedly at {when}\n\n{versions()}\n\n{text}", encoding="utf-8")
            trace.unlink()
            lock.unlink(missing_ok=True)

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
