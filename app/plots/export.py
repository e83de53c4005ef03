"""A card as a picture, as a drawing, as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.theme import appearance
from engine.errors import FileError
from engine.files.save import export
from engine.spreadsheet import harmless

if TYPE_CHECKING:
    from app.plots.card import Card

SHARPNESS: Final = 2
"""Pixels of a picture per pixel on the screen."""


def picture(widget: QWidget) -> QPixmap:
    """Return the widget as it is, twice as fine as on the screen."""
    pixmap = QPixmap(widget.size() * SHARPNESS)
    pixmap.setDevicePixelRatio(SHARPNESS)
    pixmap.fill(appearance().theme.panel)
    widget.render(pixmap)
    return pixmap


def as_png(card: Card, path: Path) -> str:
    """Write the card as a picture; return one sentence."""
    buffer = _buffer()
    done = picture(card).save(buffer, "PNG")  # type: ignore[call-overload]
    return _written(path, buffer) if done else _failed(path)


def as_svg(card: Card, path: Path) -> str:
    """Write the card as a drawing that scales; return one sentence."""
    generator, buffer = QSvgGenerator(), _buffer()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(card.width(), card.height()))
    generator.setViewBox(QRect(QPoint(0, 0), card.size()))
    generator.setTitle(card.title.text())
    painter = QPainter()
    if not painter.begin(generator):
        return _failed(path)
    card.render(painter, QPoint(0, 0))
    painter.end()
    return _written(path, buffer)


def as_csv(card: Card, path: Path) -> str:
    """Write what the card draws as a table; return one sentence."""
    text, rows = table_text(card.table())
    return _exported(path, text.encode(), f"Wrote {rows:,} rows to “{path.name}”.")


def table_text(columns: Mapping[str, NDArray[Any]]) -> tuple[str, int]:
    """Return columns of possibly different lengths as CSV, and the number of rows."""
    lists = [np.asarray(column).tolist() for column in columns.values()]
    rows = max(map(len, lists), default=0)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(each) for each in columns])
    writer.writerows([harmless(each[k]) if k < len(each) else "" for each in lists] for k in range(rows))
    return text.getvalue(), rows


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    return buffer


def _written(path: Path, buffer: QBuffer) -> str:
    return _exported(path, bytes(buffer.data().data()), f"Wrote “{path.name}”.")


def _exported(path: Path, data: bytes, said: str) -> str:
    try:
        export(path, data)
    except FileError as error:
        return error.sentence
    return said


def _failed(path: Path) -> str:
    return f"“{path.name}” was not written: it could not be drawn."


EXPORTS: Final[Mapping[str, Callable[[Card, Path], str]]] = {".png": as_png, ".svg": as_svg, ".csv": as_csv}
"""How a card is written, by the end of the file's name."""
