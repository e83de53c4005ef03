"""Guards the file of an open document: says when another process has it open, when it changed on the disk, and when it
is gone; and tells, at the moment of saving, whether the file still holds what we have seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from engine.files import read
from engine.files.lock import Lock
from engine.graph import Content

SETTLES = 150
"""Milliseconds after the last word of the system about a file before it is read: a save replaces it in steps."""
SAVE_TRIES, SAVE_PAUSE = 50, 0.02
"""How often, and after how many seconds, the turn to save is asked for again while another process saves."""

FINE, CHANGED, GONE = "", "changed", "gone"


def digest(path: Path) -> str | None:
    """Return the SHA-256 of what a file holds; None where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def read_whole(path: Path) -> tuple[Content, str | None]:
    """Return what a file holds and its digest, both of one moment even while it is written; raise FileError."""
    before = digest(path)
    for _ in range(3):
        content, after = read(path), digest(path)
        if before == after:
            return content, after
        before = after
    return content, None


class FileGuard(QObject):
    """The guard of one document. `folder` is where the processes of a user leave word; None where there is none."""

    changed = Signal()
    """`state` or `elsewhere` may be another."""

    def __init__(self, folder: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._path: Path | None = None
        self._seen: str | None = None
        self._lock: Lock | None = None
        self.state = FINE
        """Whether the file still holds what we have seen: "" (it does), "changed" or "gone"."""
        self.elsewhere = False
        """Whether another process has the file open."""
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(lambda _: self._checking.start())
        self._checking = QTimer(self, singleShot=True, interval=SETTLES)
        self._checking.timeout.connect(self.check)

    def begin(self, path: Path | None, seen: str | None) -> None:
        """Guard a file that held `seen` when it was read or written; no file at all where `path` is None."""
        if path != self._path:
            self.end()
            self._path = path
        self._seen = seen
        self._look()
        self.changed.emit()

    def end(self) -> None:
        """Guard nothing, and leave the file to others."""
        self._checking.stop()
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        self._path, self._seen, self.state, self.elsewhere = None, None, FINE, False

    def check(self) -> None:
        """Look at the file anew."""
        before = self.state, self.elsewhere
        self._look()
        if (self.state, self.elsewhere) != before:
            self.changed.emit()

    def _look(self) -> None:
        if self._path is None:
            return
        now = digest(self._path)
        self.state = GONE if now is None else FINE if now == self._seen else CHANGED
        if now is not None and str(self._path) not in self._watcher.files():
            self._watcher.addPath(str(self._path))  # a file replaced is another file, and no longer watched
        self.elsewhere = not self._take()

    def _take(self) -> bool:
        """Say that this process has the file open; return False where another one says so."""
        if self._folder is None or self._path is None:
            return True
        if self._lock is None:
            self._lock = Lock(self._folder / f"{_mark(self._path)}.lock")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._lock.take()
        except OSError:
            return True  # no word can be left here: what was not seen is still noticed when saving

    def unseen(self, target: Path) -> bool:
        """Return whether saving to `target` would replace changes of our file that nobody here has seen."""
        if self._path is None or target.resolve() != self._path.resolve():
            return False
        now = digest(target)
        return now is not None and now != self._seen

    def accept(self) -> None:
        """The person wants what is here to count, whatever the file holds now."""
        if self._path is not None:
            self._seen = digest(self._path)
            self.check()

    @contextmanager
    def saving(self, target: Path) -> Iterator[None]:
        """Hold the turn to save: between the look at the file and its replacing, no other process of ours saves it."""
        lock = Lock(self._folder / f"{_mark(target)}.saving") if self._folder is not None else None
        try:
            for _ in range(SAVE_TRIES if lock is not None and self._folder_stands() else 0):
                if lock is None or lock.take():
                    break
                sleep(SAVE_PAUSE)
            yield
        finally:
            if lock is not None:
                lock.release()

    def _folder_stands(self) -> bool:
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        return self._folder is not None


def open_elsewhere(folder: Path, path: Path) -> bool:
    """Return whether another process that leaves word in `folder` has a file open."""
    return Lock(folder / f"{_mark(path)}.lock").is_held_elsewhere()


def _mark(path: Path) -> str:
    """Return the name under which the processes of a user speak of a file."""
    return hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:32]
