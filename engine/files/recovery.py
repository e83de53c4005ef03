"""The recovery journal: what was done since the last save, on the disk edit by edit, and offered again after a crash.

A journal is a file `<id>.journal` in the app's data folder. Its first line holds the document as it was, every further
line one edit; each line starts with its CRC-32, so that a torn end is seen. `<id>.lock` is locked as long as the
document is open: journals of living processes are nobody else's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from engine import limits
from engine.edits import Edit, Group
from engine.errors import FileError, GradwireError
from engine.files.lock import Lock
from engine.files.read import parse
from engine.files.save import write_atomically
from engine.files.source import read_bytes
from engine.files.write import pack
from engine.graph import Content
from engine.plain import from_plain, to_plain

JOURNAL: Final = "gradwire.journal"
VERSION: Final = 1
SUFFIX: Final = ".journal"
_SYNC_EVERY: Final = 1.0
"""Seconds between two fsyncs while edits follow one another closely."""


class Journal:
    """The journal of one open document.

    Nothing is written before there is something to lose. A killed process loses nothing that was appended; a power cut
    at most what came after the last `sync`, which happens by itself about once a second while edits are appended.
    """

    def __init__(self, folder: Path, document_id: str | None = None) -> None:
        """Make a journal in `folder` (created at the first edit); `document_id` is a fresh one unless given."""
        self.id = document_id or secrets.token_hex(8)
        self._folder = folder
        self._lock = Lock(folder / f"{self.id}.lock")
        self._start: tuple[Content, Path | None, bool] = (Content(), None, True)
        self._file: IO[bytes] | None = None
        self._length = 0
        self._synced = 0.0

    @property
    def file(self) -> Path:
        """Where the journal stands once there is something to lose."""
        return self._folder / (self.id + SUFFIX)

    def begin(self, content: Content, path: Path | None, *, clean: bool) -> None:
        """Start over from a content: after opening, saving (`clean`: the file at `path` holds it) or recovering.

        Raise FileError where the journal cannot be written.
        """
        self._drop()
        self._start = content, path, clean
        if not clean:
            with _told(self.file):
                self._open()

    def append(self, edit: Edit) -> None:
        """Add an applied edit; raise FileError where it cannot be written, with the journal as it was before."""
        with _told(self.file):
            file = self._file or self._open()
            line = _line(to_plain(edit))
            try:
                _write(file, line)
            except OSError:
                file.truncate(self._length)
                raise
            self._length += len(line)
            if time.monotonic() - self._synced >= _SYNC_EVERY:
                self.sync()

    def sync(self) -> None:
        """Have everything appended so far on the disk."""
        if self._file:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def end(self, *, keep: bool) -> None:
        """Close the journal; remove it unless `keep` (it is offered for recovery next time). Idempotent."""
        if keep and self._file:
            with contextlib.suppress(OSError):
                self.sync()
            self._file.close()
            self._file = None
        elif not keep:
            self._drop()
        self._lock.release()

    def _open(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        content, path, clean = self._start
        text, archive = pack(content)
        arrays = archive.folder if archive else None
        if archive and archive.data is not None:
            arrays = self._folder
            write_atomically(self._folder / (self.id + archive.suffix), archive.data)
        head = {
            "format": JOURNAL,
            "version": VERSION,
            "path": str(path) if path else None,
            "clean": clean,
            "arrays": str(arrays) if arrays else None,
            "text": text.decode("utf-8"),
        }
        line = _line(head)
        write_atomically(self.file, line)
        self._file = open(self.file, "ab", buffering=0)  # noqa: SIM115 - closed by end()
        self._length, self._synced = len(line), time.monotonic()
        return self._file

    def _drop(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
            _remove(self.file, *self._folder.glob(f"{self.id}.*.npz"))


@dataclass(frozen=True)
class Recovered:
    """What a journal of a process that is no more holds."""

    journal: Path
    path: Path | None
    """The document's file, None where it was never saved."""
    time: float
    """When it was last written to, in seconds since 1970."""
    edits: int
    """How many edits came after the last save."""
    complete: bool
    """False where a line in it is damaged and what follows could not be read."""
    content: Content
    """The document as it was, with these edits."""
    seen: str | None = None
    """The SHA-256 of the document's file as it was last saved or opened; None where that is not known."""

    def discard(self) -> None:
        """Remove the journal: it was taken over, or is not wanted."""
        _remove(*self.journal.parent.glob(f"{self.journal.stem}.*"))


def recoverable(folder: Path) -> tuple[Recovered, ...]:
    """Return what can be recovered in the folder, newest first; nothing is changed by looking.

    Journals of documents that are open somewhere, and those that hold no unsaved work, are passed over.
    """
    found = [_recovered(journal) for journal in sorted(folder.glob("*" + SUFFIX)) if not _is_open(journal)]
    return tuple(sorted((each for each in found if each), key=lambda each: -each.time))


def _recovered(journal: Path) -> Recovered | None:
    try:
        data = read_bytes(journal, limits.JOURNAL_BYTES)
        head, *lines = list(_lines(data))
        if head.get("format") != JOURNAL or head.get("version") != VERSION:
            return None
        arrays = Path(head["arrays"]) if head["arrays"] else None
        base = parse(head["text"], name=journal.name, folder=arrays)
        content, done = _replayed(base, lines)
        if head["clean"] and content == base:
            return None
        complete = done == len(data.splitlines()) - 1 and data.endswith(b"\n")
        path = Path(head["path"]) if head["path"] else None
        seen = hashlib.sha256(head["text"].encode("utf-8")).hexdigest() if head["clean"] else None
        return Recovered(journal, path, journal.stat().st_mtime, done, complete, content, seen)
    except (GradwireError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # A journal without a readable beginning holds nothing that could be offered.


def _replayed(base: Content, lines: Iterable[Mapping[str, Any]]) -> tuple[Content, int]:
    """Return the content after the edits that can be applied, and how many these are."""
    try:
        edits = tuple(from_plain(line) for line in lines)
        return Group("Recover", edits).apply(base)[0], len(edits)
    except (GradwireError, RecursionError):
        return _one_by_one(base, lines)


def _one_by_one(content: Content, lines: Iterable[Mapping[str, Any]]) -> tuple[Content, int]:
    done = 0
    for line in lines:
        try:
            content = from_plain(line).apply(content)[0]
        except (GradwireError, RecursionError):
            break
        done += 1
    return content, done


def _line(record: Mapping[str, Any]) -> bytes:
    text = json.dumps(record, separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _lines(data: bytes) -> Iterator[Any]:
    """Yield the records up to the first line that is damaged or has no end."""
    for line in data.split(b"\n")[:-1]:
        mark, _, text = line.partition(b" ")
        if mark != b"%08x" % zlib.crc32(text):
            return
        yield json.loads(text)


def _write(file: IO[bytes], line: bytes) -> None:
    """Write all of the line to an unbuffered file."""
    rest = memoryview(line)
    while rest:
        rest = rest[file.write(rest) :]


def _is_open(journal: Path) -> bool:
    return Lock(journal.with_suffix(".lock")).is_held_elsewhere()


def _remove(*files: Path) -> None:
    for each in files:
        with contextlib.suppress(OSError):
            each.unlink()


@contextlib.contextmanager
def _told(file: Path) -> Iterator[None]:
    """Turn what the system says into a FileError."""
    try:
        yield
    except OSError as error:
        raise FileError(
            f"The recovery journal in {file.parent} cannot be written ({error.strerror or error}): save your work.",
            place=str(file),
        ) from None
