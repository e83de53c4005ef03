"""Pictures that carry graphs: what goes in comes out, other programs still read the picture, damage is one sentence."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage

from app.picture_graph import graph_in, graph_in_stream, with_graph
from engine import limits
from engine.errors import FileError
from tests.png import chunk

TEXT = '{"format": "gradwire.dgraph", "name": "größe \u2202 \U0001f600"}\n'


def picture() -> bytes:
    image = QImage(5, 3, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return data.data()


def test_a_graph_comes_out_as_it_went_in_and_the_picture_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "graph.png"
    file.write_bytes(with_graph(picture(), TEXT))
    assert graph_in(file) == TEXT
    again = QImage(str(file))
    assert again == QImage.fromData(picture())
    # Qt's reader takes the chunk for what the specification says: a text under a keyword.
    assert again.text("gradwire") == TEXT


def test_a_second_graph_takes_the_place_of_the_first() -> None:
    twice = with_graph(with_graph(picture(), "one"), "two")
    assert twice == with_graph(picture(), "two")


def test_an_uncompressed_chunk_of_another_program_is_read() -> None:
    whole = picture()
    plain = chunk(b"iTXt", b"gradwire\0\0\0en\0\0" + TEXT.encode())
    assert graph_in_stream(io.BytesIO(whole[:33] + plain + whole[33:])) == TEXT


def test_pictures_without_a_graph_and_other_files_carry_none(tmp_path: Path) -> None:
    assert graph_in_stream(io.BytesIO(picture())) is None
    assert graph_in_stream(io.BytesIO(b"GIF89a")) is None
    assert graph_in_stream(io.BytesIO(b"")) is None
    with pytest.raises(FileError, match="no PNG"):
        with_graph(b"GIF89a", TEXT)
    with pytest.raises(FileError, match="Cannot read"):
        graph_in(tmp_path)


@pytest.mark.parametrize("cut", [9, 30, 60, -1])
def test_a_picture_that_breaks_off_says_so(cut: int) -> None:
    whole = with_graph(picture(), TEXT)
    with pytest.raises(FileError, match=r"breaks off|before its last"):
        if graph_in_stream(io.BytesIO(whole[:cut])) is None:
            with_graph(whole[:cut], TEXT)


def test_a_changed_byte_in_the_graph_is_damage() -> None:
    whole = bytearray(with_graph(picture(), TEXT))
    at = bytes(whole).index(b"gradwire") + 20
    whole[at] ^= 1
    with pytest.raises(FileError, match="is damaged"):
        graph_in_stream(io.BytesIO(bytes(whole)))


def test_a_bomb_is_not_unpacked() -> None:
    packing = zlib.compressobj(9)
    block = b" " * (1 << 20)
    packed = b"".join(packing.compress(block) for _ in range(limits.FILE_BYTES // len(block) + 1)) + packing.flush()
    whole = picture()
    bomb = whole[:33] + chunk(b"iTXt", b"gradwire\0\1\0\0\0" + packed) + whole[33:]
    assert len(bomb) < 100_000
    with pytest.raises(FileError, match="larger than"):
        graph_in_stream(io.BytesIO(bomb))
