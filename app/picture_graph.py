"""A graph inside a picture: a PNG carries the text of a .dgraph in a chunk of its own, so that a picture in a chat or a
paper is also the graph it shows.

The chunk is an iTXt (PNG specification, 11.3.4.5) of the keyword `gradwire`, its text compressed. Reading looks at the
chunks' heads only, and unpacks no more than a .dgraph may have.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from engine import limits
from engine.errors import FileError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = b"gradwire"
_HEAD: Final = KEYWORD + b"\0\1\0\0\0"
"""Keyword, compressed, by zlib, in no language, without a translated keyword."""
CHUNKS: Final = 100_000
"""Most chunks of a picture that are looked at."""
SPARE: Final = 1024
"""How much larger than the text its chunk may be, where the text cannot be compressed."""


def with_graph(picture: bytes, text: str) -> bytes:
    """Return the PNG with the text of a .dgraph inside it, in the place of any it had; raise FileError where `picture`
    is no PNG or the text is larger than a .dgraph may be."""
    written = text.encode("utf-8")
    if len(written) > limits.FILE_BYTES:
        raise FileError(f"A graph of {len(written):,} bytes is too large for a picture.")
    parts, end = [SIGNATURE], None
    stream = _opened(io.BytesIO(picture), "The picture")
    for kind, at, size in _chunks(stream, "The picture"):
        whole = picture[at - 8 : at + size + 4]
        if kind == b"IEND":
            end = whole
            break
        if not (kind == b"iTXt" and picture[at : at + len(KEYWORD) + 1] == KEYWORD + b"\0"):
            parts.append(whole)
    if end is None:
        raise FileError("The picture ends before its last chunk.")
    return b"".join((*parts, _chunk(b"iTXt", _HEAD + zlib.compress(written, 9)), end))


def graph_in(path: Path) -> str | None:
    """Return the text of the .dgraph inside a PNG file, None where it carries none or is no PNG at all.

    Raise FileError, in one sentence, where the file cannot be read or what it carries is damaged or too large.
    """
    try:
        with path.open("rb") as stream:
            return graph_in_stream(stream, path.name)
    except OSError as error:
        raise FileError(f'Cannot read "{path.name}": {error.strerror or error}.') from None


def graph_in_stream(stream: BinaryIO, name: str = "The picture") -> str | None:
    """Return what `graph_in` does, of an open file."""
    if stream.read(len(SIGNATURE)) != SIGNATURE:
        return None
    for kind, at, size in _chunks(stream, name):
        if kind == b"IEND":
            break
        if kind != b"iTXt" or size > limits.FILE_BYTES + SPARE:
            continue
        stream.seek(at)
        if stream.read(len(KEYWORD) + 1) == KEYWORD + b"\0":
            stream.seek(at)
            return _text(stream.read(size), stream.read(4), name)
    return None


def _opened(stream: BinaryIO, name: str) -> BinaryIO:
    if stream.read(len(SIGNATURE)) != SIGNATURE:
        raise FileError(f"{name} is no PNG.")
    return stream


def _chunks(stream: BinaryIO, name: str) -> list[tuple[bytes, int, int]]:
    """Return kind, place and size of every chunk, from where the stream stands; raise FileError where they break off.

    What follows the last chunk is left alone.
    """
    found: list[tuple[bytes, int, int]] = []
    at = stream.tell()
    total = stream.seek(0, io.SEEK_END)
    while len(found) < CHUNKS:
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8:
            break
        size, kind = struct.unpack(">I4s", head)
        if at + 12 + size > total:
            raise FileError(f"{name} breaks off in the middle: it is a damaged picture.")
        found.append((kind, at + 8, size))
        at += 12 + size
        if kind == b"IEND":
            break
    return found


def _text(data: bytes, check: bytes, name: str) -> str:
    """Return the text in the chunk's data; raise FileError where it is damaged."""
    damaged = FileError(f"The graph inside {name} is damaged.")
    if struct.pack(">I", zlib.crc32(b"iTXt" + data)) != check:
        raise damaged
    packed, method = data[len(KEYWORD) + 1 : len(KEYWORD) + 2], data[len(KEYWORD) + 2 : len(KEYWORD) + 3]
    _, language, rest = data[len(KEYWORD) + 3 :].partition(b"\0")
    _, translated, written = rest.partition(b"\0")
    if not (language and translated) or packed not in (b"\0", b"\1") or (packed == b"\1" and method != b"\0"):
        raise damaged
    try:
        whole = _unpacked(written, name) if packed == b"\1" else written
        return whole.decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        raise damaged from None


def _unpacked(data: bytes, name: str) -> bytes:
    unpacking = zlib.decompressobj()
    whole = unpacking.decompress(data, limits.FILE_BYTES + 1)
    if len(whole) > limits.FILE_BYTES:
        raise FileError(f"The graph inside {name} is larger than the {limits.FILE_BYTES:,} bytes a graph may have.")
    if not unpacking.eof:
        raise FileError(f"The graph inside {name} is damaged.")
    return whole


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
