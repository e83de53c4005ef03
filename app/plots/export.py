"""A card as a picture, as a drawing, as a table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.theme import appearance

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
    return _said(picture(card).save(str(path), "PNG"), path)


def as_svg(card: Card, path: Path) -> str:
    """Write the card as a drawing that scales; return one sentence."""
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(QSize(card.width(), card.height()))
    generator.setViewBox(QRect(QPoint(0, 0), card.size()))
    generator.setTitle(card.title.text())
    painter = QPainter()
    if not painter.begin(generator):
        return _said(False, path)
    card.render(painter, QPoint(0, 0))
    painter.end()
    return _said(path.is_file(), path)


def as_csv(card: Card, path: Path) -> str:
    """Write what the card draws as a table; return one sentence."""
    columns = card.table()
    try:
        rows = write_table(path, columns)
    except OSError as error:
        return f"“{path.name}” could not be written: {error.strerror or error}."
    return f"Wrote {rows:,} rows to “{path.name}”."


def write_table(path: Path, columns: Mapping[str, NDArray[Any]]) -> int:
    """Write columns of possibly different lengths as CSV; return the number of rows."""
    lists = [np.asarray(column).tolist() for column in columns.values()]
    rows = max(map(len, lists), default=0)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([each[k] if k < len(each) else "" for each in lists] for k in range(rows))
    return rows


def _said(done: bool, path: Path) -> str:
    return f"Wrote “{path.name}”." if done else f"“{path.name}” could not be written: is the folder there and writable?"


EXPORTS: Final[Mapping[str, Callable[[Card, Path], str]]] = {".png": as_png, ".svg": as_svg, ".csv": as_csv}
"""How a card is written, by the end of the file's name."""
