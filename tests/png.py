"""PNG files written out by hand, from the standard: an oracle that is no reader's library."""

from __future__ import annotations

import struct
import zlib

START = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk: its length, its kind, what it holds, and the sum that tells whether it came whole."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def head(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """Return the chunk that says how large a picture is, its bits per sample, and its type of colour."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """Return a whole file of these rows, each with the byte of its filter before it."""
    return START + head(width, height, depth, colour) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
