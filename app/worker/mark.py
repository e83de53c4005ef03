"""What an engine process is evaluating, in shared memory, so that the node's name outlives a crash."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory
from typing import Final

SIZE: Final = 512


class Mark:
    """A short text that one process writes and another reads."""

    def __init__(self, name: str | None = None) -> None:
        """Make a mark, or attach to the one called `name`. Only who makes it may `unlink` it."""
        self._memory = SharedMemory(name, create=name is None, size=SIZE if name is None else 0)

    @property
    def name(self) -> str:
        """The name to attach by."""
        return self._memory.name

    @property
    def text(self) -> str:
        """The node being evaluated, or ""."""
        return self._said()[0]

    @property
    def part(self) -> float | None:
        """How far the node has come with the file that it reads, 0 to 1; None where it reads none."""
        part = self._said()[1]
        return float(part) if part.replace(".", "", 1).isdigit() else None

    def _said(self) -> tuple[str, str]:
        node, _, part = bytes(self._memory.buf[:SIZE]).split(b"\0", 1)[0].decode(errors="ignore").partition("\t")
        return node, part

    def set(self, node: str) -> None:
        """Say which node is being evaluated ("" for none); after a tab, how far it has come with its file."""
        data = node.encode()[: SIZE - 1]
        self._memory.buf[: len(data) + 1] = data + b"\0"

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()

    def unlink(self) -> None:
        """Give the memory back to the system; for who made it."""
        self._memory.unlink()
