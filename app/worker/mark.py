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
        return bytes(self._memory.buf[:SIZE]).split(b"\0", 1)[0].decode(errors="ignore")

    def set(self, node: str) -> None:
        """Say which node is being evaluated ("" for none)."""
        data = node.encode()[: SIZE - 1]
        self._memory.buf[: len(data) + 1] = data + b"\0"

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()

    def unlink(self) -> None:
        """Give the memory back to the system; for who made it."""
        self._memory.unlink()
