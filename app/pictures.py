"""Pictures of the graph: SVG, PNG and PDF of all of it or of a selection. A PNG carries the graph it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QMimeData, QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.canvas.outlines import OutlinePainter
from app.canvas.sheet import DETAIL, Sheet
from app.picture_graph import with_graph
from engine.building import copy_text
from engine.errors import FileError, GradwireError
from engine.files.save import export

if TYPE_CHECKING:
    from app.canvas.view import Canvas

MOST_PIXELS: Final = 60_000_000
"""Of a PNG; of a larger graph it is painted smaller."""
LONGEST: Final = 30_000
"""Most pixels along one side."""
FILTER: Final = "PNG picture with the graph in it (*.png);;SVG drawing (*.svg);;PDF page (*.pdf)"


def svg(sheet: Sheet) -> bytes:
    """Return an SVG whose unit is a scene unit, its text as outlines."""
    buffer = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle("Gradwire graph")
    generator.setSize((sheet.bounds.size()).toSize())
    generator.setViewBox(QRectF(QPointF(), sheet.size))
    painter = OutlinePainter(generator)
    sheet.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def pdf(sheet: Sheet) -> bytes:
    """Return a PDF of one page as large as the graph: a scene unit is 0.75 points, a pixel of a browser."""
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(round(96 * DETAIL))
    points = QSizeF(sheet.bounds.width() * 0.75, sheet.bounds.height() * 0.75)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "graph", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF())
    writer.setTitle("Gradwire graph")
    painter = QPainter(writer)
    sheet.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def image(sheet: Sheet) -> QImage:
    """Return a picture of two pixels per scene unit, of less where that would be too large."""
    size = sheet.size
    shrink = min(1.0, (MOST_PIXELS / (size.width() * size.height())) ** 0.5, LONGEST / max(size.width(), size.height()))
    wide, high = max(round(size.width() * shrink), 1), max(round(size.height() * shrink), 1)
    if shrink < 1.0:
        sheet.camera.zoom = DETAIL * shrink
    picture = QImage(QSize(wide, high), QImage.Format.Format_RGB32)
    picture.fill(sheet.ink.canvas)
    painter = QPainter(picture)
    sheet.paint(painter)
    painter.end()
    return picture


def png(sheet: Sheet, text: str) -> bytes:
    """Return a PNG that carries the text of a graph."""
    buffer = _buffer()
    image(sheet).save(buffer, "PNG")
    return with_graph(bytes(buffer.data().data()), text)


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def sheet_of(canvas: Canvas, *, selection: bool) -> tuple[Sheet, str]:
    """Return what is to be painted and the text of its graph; raise GradwireError where there is nothing."""
    session = canvas.session
    nodes = session.selection if selection else frozenset(canvas.scene.nodes)
    notes = session.selected_notes if selection else frozenset(canvas.scene.notes)
    sheet = Sheet(canvas, nodes, notes)
    if sheet.bounds.isEmpty():
        raise GradwireError("There is nothing to make a picture of: the canvas is empty.")
    return sheet, copy_text(session.content, nodes, notes)


WRITERS: Final[Mapping[str, Callable[[Sheet, str], bytes]]] = {
    ".svg": lambda sheet, text: svg(sheet),
    ".pdf": lambda sheet, text: pdf(sheet),
    ".png": png,
}


def write(canvas: Canvas, path: Path, *, selection: bool) -> None:
    """Write the graph, or the selection, as the picture that the file's name asks for; raise GradwireError."""
    make = WRITERS.get(path.suffix.lower())
    if make is None:
        raise FileError(f'"{path.name}" is no picture Gradwire can write: choose .png, .svg or .pdf.')
    export(path, make(*sheet_of(canvas, selection=selection)))


def clip(canvas: Canvas, *, selection: bool) -> QMimeData:
    """Return what "Copy as picture" puts on the clipboard: the picture, and as PNG with the graph inside."""
    sheet, text = sheet_of(canvas, selection=selection)
    data, painted = QMimeData(), _buffer()
    picture: Any = image(sheet)
    picture.save(painted, "PNG")
    data.setImageData(picture)
    data.setData("image/png", with_graph(bytes(painted.data().data()), text))
    return data
