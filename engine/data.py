"""Data: what a source node may read: bundled assets, files in the graph's folder, and what a caller puts in their
place."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeAlias

from engine import limits
from engine.errors import DataError
from engine.sockets import shortened_path

ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
"""The data sets that come with Gradwire; they lie beside the packages, in a checkout as in an installation."""

ASSET: Final = "asset:"


Progress: TypeAlias = Callable[[str, float], object]


def unheard(label: str, part: float) -> None:
    """Hear of progress and do nothing."""


@dataclass(frozen=True, slots=True)
class Data:
    """Where a source node's data come from.

    `folder` is the folder of the graph (None before it is first saved). `overrides` are files given in place of a
    node's own, by node id (from --input), which may lie anywhere. `node` and `label` say for whom, `key` is the
    node's own random key.
    """

    folder: Path | None = None
    assets: Path = ASSETS
    overrides: Mapping[str, Path] = field(default_factory=dict)
    node: str | None = None
    label: str = "this node"
    key: Any = None
    """A uint32 key made of the run's seed and the node's id, for sources that draw their data."""
    told: Progress = unheard
    """Told how far a source has come with a file that takes a while: (the source's label, the part done, 0 to 1)."""

    def tell(self, part: float) -> None:
        """Say how far the source has come."""
        self.told(self.label, part)

    def of(self, node: str, label: str, key: Any) -> Data:
        """Return the same data as seen by one source node."""
        return replace(self, node=node, label=label, key=key)

    def path(self, name: str) -> Path:
        """Return the file that a File setting names; raise DataError where it is outside the folder or missing.

        "asset:x" is a file of the assets; anything else is relative to the graph's folder, without "..", links, drives.
        """
        if self.node is not None and self.node in self.overrides:
            return self._existing(self.overrides[self.node], str(self.overrides[self.node]))
        if not name:
            raise self._error("has no data file: choose one in its setting")
        if name.startswith(ASSET):
            return self._inside(self.assets, name.removeprefix(ASSET), name, " among the bundled data sets")
        if self.folder is None:
            raise self._error(
                f"cannot read {_quoted(name)} before the graph is saved: save it into the folder of the file"
            )
        return self._inside(self.folder, name, name, " in the graph's folder")

    def read(self, name: str) -> bytes:
        """Return the content of the file that a File setting names; raise DataError where that cannot be."""
        path = self.path(name)
        try:
            size = path.stat().st_size
            if size > limits.TABLE_BYTES:
                raise self._error(
                    f"cannot read {_quoted(path.name)}: {size:,} bytes, at most {limits.TABLE_BYTES:,} are read"
                )
            return path.read_bytes()
        except OSError as error:
            raise self._error(f"cannot read {_quoted(path.name)}: {error.strerror or error}") from None

    def _inside(self, folder: Path, name: str, shown: str, where: str) -> Path:
        parts = PurePosixPath(name).parts
        if _leaves_folder(name, parts):
            raise self._error(
                f"may not read {_quoted(shown)}: data files lie in the graph's folder, without .. or absolute paths"
            )
        path = folder
        for part in parts:
            path = path / part
            if os.path.islink(path):
                raise self._error(
                    f"may not read {_quoted(shown)}: {_quoted(part)} is a link; copy the file into the graph's folder"
                )
        return self._existing(path, shown, where)

    def _existing(self, path: Path, shown: str, where: str = "") -> Path:
        try:
            if path.is_file():
                return path
            other = os.path.lexists(path)
        except (OSError, ValueError):
            other = False
        if other:
            raise self._error(f"cannot read {_quoted(shown)}: it is a folder or a device, not a file")
        raise self._error(f"cannot find the file {_quoted(shown)}{where}")

    def _error(self, sentence: str) -> DataError:
        return DataError(f"{self.label} {sentence}.", node=self.node)


def _leaves_folder(name: str, parts: tuple[str, ...]) -> bool:
    return not parts or ".." in parts or name.startswith("/") or "\\" in name or ":" in name or "\x00" in name


def _quoted(text: str) -> str:
    return f'"{shortened_path(text)}"'
