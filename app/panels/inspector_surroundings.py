"""What an editor may ask about the document it edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


class Surroundings(NamedTuple):
    """What an editor may ask about the document it edits."""

    folder: Callable[[], Path | None]
    parameters: Callable[[], Sequence[tuple[str, str]]]
    """(node id, label) of the parameter nodes."""
    bring: Callable[[Path], str]
    """Return how the graph names a file from anywhere, copied to where it may be read; raise FileError."""
