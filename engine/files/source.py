"""Getting the bytes of a file that somebody else may have put there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.errors import FileError
from engine.sockets import shortened


def read_bytes(path: Path, most: int) -> bytes:
    """Return at most `most` bytes of a regular file; never wait for a pipe or read a device. Raise FileError."""
    name = shortened(path.name)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileError(f"{name} is not a regular file.", place=str(path))
            return file.read(most)
    except FileNotFoundError:
        raise FileError(f"{name} does not exist in {os.path.abspath(path.parent)}.", place=str(path)) from None
    except IsADirectoryError:
        raise FileError(f"{name} is a folder, not a file.", place=str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{name} cannot be read: {reason}.", place=str(path)) from None
