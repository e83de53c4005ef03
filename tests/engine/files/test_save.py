"""Saving: whatever goes wrong at whatever step, the file there is the old one or the new one, and nothing is left."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FileError
from engine.files import read, render, save
from engine.graph import Content, Graph, Node
from tests.engine.files.contents import EVERYTHING
from tests.engine.files.test_kept import LARGE

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def named(name: str) -> Content:
    """Return a content that is told apart by a name."""
    return Content(Graph({"a": Node("a", "elementwise.add", name)}))


def names(folder: Path) -> dict[str, str]:
    """Return the name that each file in the folder holds."""
    return {path.name: read(path).graph.nodes["a"].name for path in folder.iterdir()}


def test_the_two_versions_before_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.dgraph"
    seen = []
    for name in "1234":
        save(path, named(name))
        seen.append(names(tmp_path))
    assert seen == [
        {"x.dgraph": "1"},
        {"x.dgraph": "2", "x.dgraph~1": "1"},
        {"x.dgraph": "3", "x.dgraph~1": "2", "x.dgraph~2": "1"},
        {"x.dgraph": "4", "x.dgraph~1": "3", "x.dgraph~2": "2"},
    ]


def test_saving_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.dgraph"
    save(path, named("1"))
    save(path, named("2"))
    before = path.stat()
    save(path, named("2"))
    assert names(tmp_path) == {"x.dgraph": "2", "x.dgraph~1": "1"}
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_saved_is_the_canonical_text(tmp_path: Path) -> None:
    save(tmp_path / "x.dgraph", EVERYTHING)
    assert (tmp_path / "x.dgraph").read_bytes() == render(EVERYTHING)
    assert read(tmp_path / "x.dgraph") == EVERYTHING


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link.dgraph"
    real.mkdir()
    save(real / "x.dgraph", named("1"))
    (real / "x.dgraph").chmod(0o640)
    link.symlink_to(real / "x.dgraph")
    save(link, named("2"))
    assert link.is_symlink() and os.listdir(tmp_path) != []
    assert names(real) == {"x.dgraph": "2", "x.dgraph~1": "1"}
    assert stat.S_IMODE((real / "x.dgraph").stat().st_mode) == 0o640


def test_a_damaged_file_is_kept_as_the_version_before(tmp_path: Path) -> None:
    (tmp_path / "x.dgraph").write_bytes(b"not a graph")
    save(tmp_path / "x.dgraph", named("1"))
    assert (tmp_path / "x.dgraph~1").read_bytes() == b"not a graph"


@pytest.mark.parametrize("setting", [{"k": 1}, 2**63, "x" * 100_001, ((1,),) * 2])
def test_what_would_not_read_back_is_not_saved(setting: Any, tmp_path: Path) -> None:
    save(tmp_path / "x.dgraph", named("1"))
    broken = Content(Graph({"a": Node("a", "elementwise.add", settings={"k": setting, "j\n": 1})}))
    with pytest.raises(FileError, match=r"x\.dgraph was not saved: "):
        save(tmp_path / "x.dgraph", broken)
    assert names(tmp_path) == {"x.dgraph": "1"}


def test_a_list_would_come_back_as_a_tuple_and_is_not_saved(tmp_path: Path) -> None:
    broken = Content(Graph({"a": Node("a", "elementwise.add", settings={"k": [1]})}))  # type: ignore[dict-item]
    with pytest.raises(FileError, match="would not read back as the same graph"):
        save(tmp_path / "x.dgraph", broken)


# Every call to the system fails once ---------------------------------------------------------------------------------


@dataclass
class Failing:
    """Counts the calls that saving makes, and fails the one of this number."""

    error: int
    at: int = -1
    calls: int = 0

    def wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            self.calls += 1
            if self.calls - 1 == self.at:
                raise OSError(self.error, os.strerror(self.error))
            return real(*arguments, **more)

        return call


class FailingFile:
    """A file whose writes fail."""

    def __init__(self, file: Any, failing: Failing) -> None:
        self._file = file
        self.write = failing.wrap(file.write)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> FailingFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def fail(monkeypatch: pytest.MonkeyPatch, failing: Failing) -> None:
    """Let the calls that saving makes go through `failing`."""
    module = sys.modules["engine.files.save"]
    real_open = open

    def failing_open(path: Any, *arguments: Any, **more: Any) -> Any:
        return FailingFile(failing.wrap(real_open)(path, *arguments, **more), failing)

    monkeypatch.setattr(module, "open", failing_open, raising=False)
    for name in ("fsync", "replace", "link"):
        monkeypatch.setattr(os, name, failing.wrap(getattr(os, name)))


@pytest.mark.parametrize(
    ("error", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "may not be written to"), (errno.EIO, "an error")],
)
@pytest.mark.parametrize("content", [named("new"), LARGE], ids=["small", "large"])
def test_a_failure_at_any_step_leaves_the_old_or_the_new_file(
    error: int, words: str, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Failing(error)
    prepare(tmp_path / "count")
    with monkeypatch.context() as patch:
        fail(patch, counting)
        save(tmp_path / "count" / "x.dgraph", content)
    assert counting.calls >= 5
    refused = 0
    for at in range(counting.calls):
        folder = tmp_path / str(at)
        prepare(folder)
        with monkeypatch.context() as patch:
            fail(patch, Failing(error, at))
            try:
                save(folder / "x.dgraph", content)
            except FileError as refusal:
                refused += 1
                assert refusal.sentence.startswith(f"x.dgraph was not saved in {folder}: ")
                assert words in refusal.sentence
                old = read(folder / "x.dgraph") == named("old")
                assert old or read(folder / "x.dgraph") == content
                assert (
                    "what was there before is unchanged" if old else "in its place all the same"
                ) in refusal.sentence
            else:
                assert read(folder / "x.dgraph") == content
        versions = [read(path) for path in folder.glob("x.dgraph*")]
        assert named("old") in versions and named("older") in versions
        assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]
        save(folder / "x.dgraph", content)
        after = [read(folder / f"x.dgraph{mark}") for mark in ("", "~1", "~2")]
        assert after == [content, named("old"), named("older")]
    assert refused >= counting.calls - 1, "only a hard link that cannot be made is got round"


def prepare(folder: Path) -> None:
    """Make a folder with a file and the version before it."""
    folder.mkdir()
    save(folder / "x.dgraph", named("older"))
    save(folder / "x.dgraph", named("old"))


# The system itself says no -------------------------------------------------------------------------------------------

SAVE = """
import os, resource, sys
from pathlib import Path
from engine.errors import FileError
from engine.files import read, save
from tests.engine.files.test_save import named
{before}
try:
    save(sys.argv[1], named("x" * 150))
except FileError as error:
    print(error.sentence)
else:
    print("saved")
"""


def saved_where(before: str, path: Path) -> str:
    """Save in another process after it did `before`; return the sentence or "saved"."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SAVE.format(before=before), str(path)],
        capture_output=True, text=True, timeout=120, env=environment, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_file_that_may_not_grow_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "x.dgraph", named("old"))
    sentence = saved_where("resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))", tmp_path / "x.dgraph")
    assert sentence.startswith("x.dgraph was not saved in ") and "larger than this disk allows" in sentence
    assert names(tmp_path) == {"x.dgraph": "old"}


NOBODY = "if os.geteuid() == 0:\n    os.setgroups([]); os.setgid(65534); os.setuid(65534)"


def test_a_read_only_folder_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:  # Others may not enter pytest's folders.
        closed = Path(folder)
        save(closed / "x.dgraph", named("old"))
        closed.chmod(0o555)
        sentence = saved_where(NOBODY, closed / "x.dgraph")
        assert sentence.startswith("x.dgraph was not saved in ") and "may not be written to" in sentence
        assert names(closed) == {"x.dgraph": "old"}
        closed.chmod(0o755)


def test_a_write_protected_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.dgraph"
    save(path, named("1"))
    path.chmod(0o444)
    with pytest.raises(FileError, match=r"x\.dgraph was not saved: it is write-protected"):
        save(path, named("2"))
    assert names(tmp_path) == {"x.dgraph": "1"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none/x.dgraph", "its folder does not exist"),
        ("file/x.dgraph", "its folder is not a folder"),
        ("folder.dgraph", "a folder of that name stands there"),
        ("x" * 250 + ".dgraph", "its name is too long"),
    ],
)
def test_a_place_that_cannot_be_is_refused(path: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.dgraph").mkdir()
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(FileError, match=words):
        save(tmp_path / path, named("1"))
    assert sorted(os.listdir(tmp_path)) == before


# Leftovers -----------------------------------------------------------------------------------------------------------


def dead_process() -> int:
    """Return the number of a process that is no more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_leftovers_of_dead_saves_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    dead, living, alien = (
        tmp_path / f".x.dgraph.{dead_process()}-00000000.tmp",
        tmp_path / f".x.dgraph.{os.getppid()}-00000000.tmp",
        tmp_path / f".y.dgraph.{dead_process()}-00000000.tmp",
    )
    old = tmp_path / f".x.dgraph.{os.getppid()}-11111111.tmp"
    for path in (dead, living, alien, old):
        path.touch()
    os.utime(old, (0, 0))
    save(tmp_path / "x.dgraph", named("1"))
    assert sorted(os.listdir(tmp_path)) == sorted([living.name, alien.name, "x.dgraph"])


def test_a_save_that_died_before_its_last_step_costs_no_version(tmp_path: Path) -> None:
    path = tmp_path / "x.dgraph"
    for name in "123":
        save(path, named(name))
    os.replace(tmp_path / "x.dgraph~1", tmp_path / "x.dgraph~2")
    os.link(path, tmp_path / "x.dgraph~1")
    save(path, named("4"))
    assert names(tmp_path) == {"x.dgraph": "4", "x.dgraph~1": "3", "x.dgraph~2": "2"}


def test_disks_without_hard_links_get_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    for name in "123":
        save(tmp_path / "x.dgraph", named(name))
    assert names(tmp_path) == {"x.dgraph": "3", "x.dgraph~1": "2", "x.dgraph~2": "1"}
