"""What every engine process is held by: it ends with the window, and it may take only so much memory."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from multiprocessing.connection import wait

from engine import limits


def end_with_parent() -> None:
    """End this process when the window's goes, whatever is being evaluated."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_end, args=(parent.sentinel,), name="parent watch", daemon=True).start()


def _wait_and_end(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def memory_limit() -> int:
    """Return the bytes an engine process may take: limits.MEMORY_BYTES, but at most four fifths of the machine's."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return limits.MEMORY_BYTES
    return min(limits.MEMORY_BYTES, physical * 4 // 5)


def cap_memory(most: int) -> None:
    """Make allocations beyond `most` bytes fail with MemoryError, where the system can (Linux, macOS; not Windows)."""
    try:
        import resource  # POSIX only
    except ImportError:
        return
    # On Linux RLIMIT_DATA counts what is really allocated; RLIMIT_AS would also count reserved and mapped addresses.
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
