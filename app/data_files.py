"""Data files from anywhere: copied to where the graph may read them, and brought along when it is saved elsewhere.

A graph reads files of its own folder only. A file from outside is copied into `<name>.data/` beside the graph; before
the first save (and beside a bundled sample, which is never written to) into a folder of the app, from where the first
save brings it along.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.assets import LESSONS, SAMPLES
from engine import limits
from engine.data import ASSET
from engine.edits import Edit, SetSetting
from engine.errors import FileError
from engine.graph import Graph
from engine.operator import Library
from engine.setting import File

SUFFIX = ".data"
STAGED = re.compile(r"^unsaved-[0-9a-f]{8}\.data/")
UNFIT = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f]')
"""What a stored path may not hold on some system."""


class DataFiles:
    """The data files of one session's document. `root` is where those of unsaved graphs wait; None keeps none."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self._own = ""

    def folder(self, path: Path | None) -> Path | None:
        """Return the folder that the data files of a graph at `path` are relative to; None where there is none yet."""
        return self.root if path is None or _is_sample(path) else path.parent

    def bring(self, source: Path, path: Path | None) -> str:
        """Return how a graph at `path` names the file `source`, copied to where it may be read if it lies elsewhere.

        Raise FileError, which says why, where that cannot be.
        """
        folder = self.folder(path)
        source = source.expanduser()
        if folder is None:
            raise FileError("Save the graph first: its data files lie beside it.")
        if not source.is_file():
            raise FileError(f'There is no file "{source}".')
        if path is not None:
            inside = _inside(source, folder)
            if inside is not None:
                return inside
        name = f"{path.stem}{SUFFIX}" if path is not None and not _is_sample(path) else self._staging()
        return f"{name}/{_copied(source, folder / name)}"

    def largest(self, graph: Graph, library: Library, path: Path | None, target: Path) -> Path | None:
        """Return the largest of the files that `moves` may copy; None where there is none."""
        before = self.folder(path)
        if before is None:
            return None
        names = [name for _, _, name in relative_files(graph, library)]
        files = [before / name for name in names if before != target.parent or STAGED.match(name)]
        return max((file for file in files if file.is_file()), key=lambda file: file.stat().st_size, default=None)

    def moves(self, graph: Graph, library: Library, path: Path | None, target: Path) -> tuple[Edit, ...]:
        """Copy what the graph at `path` reads to where a graph at `target` finds it; return the edits that then name
        it.

        What is missing stays missing. Raise FileError where a copy cannot be made.
        """
        before = self.folder(path)
        edits: list[Edit] = []
        if before is None:
            return ()
        for node, setting, name in relative_files(graph, library):
            source, staged = before / name, STAGED.match(name)
            if not source.is_file() or (before == target.parent and not staged):
                continue
            into = f"{target.stem}{SUFFIX}"
            if staged:
                edits.append(SetSetting(node, setting, f"{into}/{_copied(source, target.parent / into)}"))
                continue
            other = target.parent / name
            if not other.exists():
                _copied(source, other.parent)
            elif not filecmp.cmp(source, other, shallow=False):
                edits.append(SetSetting(node, setting, f"{into}/{_copied(source, target.parent / into)}"))
        return tuple(edits)

    def follow(self, graph: Graph, library: Library, path: Path | None) -> None:
        """Put files that waited for the first save beside the saved graph where undo has brought their names back."""
        folder = self.folder(path)
        if self.root is None or folder is None or folder == self.root:
            return
        for _, _, name in relative_files(graph, library):
            waiting = self.root / name
            if STAGED.match(name) and waiting.is_file() and not (folder / name).exists():
                try:
                    _copied(waiting, (folder / name).parent)
                except FileError:
                    return  # the run says which file is missing

    def end(self, *, keep: bool) -> None:
        """Another document is shown: the files that waited for this one's first save go, unless `keep`."""
        if self._own and self.root is not None and not keep:
            shutil.rmtree(self.root / self._own, ignore_errors=True)
        self._own = ""

    def _staging(self) -> str:
        self._own = self._own or f"unsaved-{uuid.uuid4().hex[:8]}{SUFFIX}"
        return self._own


def relative_files(graph: Graph, library: Library) -> Iterator[tuple[str, str, str]]:
    """Yield (node, setting, path) of every data file that is not a bundled one and stays inside the graph's folder."""
    for id, node in sorted(graph.nodes.items()):
        if node.operator in library:
            yield from ((id, key, name) for key, name in _files(library, node.operator, node.settings.items()))


def _files(library: Library, operator: str, settings: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    specs = library[operator].settings
    for key, value in settings:
        if isinstance(specs.get(key), File) and isinstance(value, str) and value and not value.startswith(ASSET):
            path = Path(value)
            if not path.is_absolute() and ".." not in path.parts:
                yield key, value


def _inside(source: Path, folder: Path) -> str | None:
    """Return the file's path from the folder, or None where it lies outside or could not be written down."""
    file, base = source.resolve(), folder.resolve()
    name = file.relative_to(base).as_posix() if file.is_relative_to(base) else ""
    return name if name and not UNFIT.search(name) else None


def _is_sample(path: Path) -> bool:
    return path.resolve().parent in (SAMPLES.resolve(), LESSONS.resolve())


def _copied(source: Path, folder: Path) -> str:
    """Copy a file into the folder; return its name there: its own, unless another file has it already."""
    fit = UNFIT.sub("_", source.name)
    stem, suffix = Path(fit).stem, Path(fit).suffix
    try:
        size = source.stat().st_size
        if size > limits.TABLE_BYTES:
            raise FileError(f'"{source.name}" has {size:,} bytes, and at most {limits.TABLE_BYTES:,} are read.')
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            target = folder / (fit if number == 1 else f"{stem}_{number}{suffix}")
            if not target.exists():
                temporary = folder / f".{uuid.uuid4().hex}.copying"
                try:
                    shutil.copyfile(source, temporary)
                    os.replace(temporary, target)
                finally:
                    temporary.unlink(missing_ok=True)
                return target.name
            if target.is_file() and filecmp.cmp(source, target, shallow=False):
                return target.name
    except OSError as error:
        raise FileError(f'Cannot copy "{source.name}" into "{folder}": {error.strerror or error}.') from None
    raise FileError(f'"{folder}" holds a thousand files called "{fit}": empty it first.')
