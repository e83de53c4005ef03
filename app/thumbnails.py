"""Thumbnails of graphs: the real canvas, drawn small from the file as it is now, kept until file, theme or size
change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.session import Session
from app.theme import appearance
from engine.errors import GradwireError
from engine.files import read
from engine.graph import Content
from engine.operator import Library

SHRUNK = 2

_kept: dict[tuple[object, ...], QPixmap] = {}


def picture(path: Path, library: Library, size: QSize, ratio: float) -> QPixmap:
    """Return the graph drawn into `size`; an empty picture where the file cannot be read."""
    look = appearance()
    key = (path, path.stat().st_mtime_ns, look.theme.name, look.scale, size.width(), size.height(), ratio)
    if key not in _kept:
        try:
            _kept[key] = picture_of(read(path), library, size, ratio)
        except GradwireError:
            _kept[key] = QPixmap(1, 1)
    return _kept[key]


def picture_of(content: Content, library: Library, size: QSize, ratio: float) -> QPixmap:
    """Return a graph drawn into `size`, on nothing."""
    from app.canvas import Canvas

    session = Session(library, engine=False)
    canvas = Canvas(session)
    try:
        session.adopt(_without_texts(content), None, clean=True)
        return _drawn(canvas, size, ratio)
    finally:
        canvas.deleteLater()
        session.close()
        session.deleteLater()


def _without_texts(content: Content) -> Content:
    """Return the content without its free notes: nobody can read them that small, and the graph is larger without
    them."""
    frames = {id: note for id, note in content.layout.notes.items() if note.nodes}
    return replace(content, layout=replace(content.layout, notes=frames))


def _drawn(canvas: object, size: QSize, ratio: float) -> QPixmap:
    from app.canvas import Canvas

    assert isinstance(canvas, Canvas)  # noqa: S101 - narrows the type only
    canvas.minimap.hide()
    # Drawn larger and shrunk: nodes keep their names and sockets, and the margins get small.
    canvas.resize(size * SHRUNK)
    canvas.fit()
    pixmap = QPixmap(size * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    large = QPixmap(canvas.size() * ratio)
    large.setDevicePixelRatio(ratio)
    canvas.render(large)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    shrunk = large.scaled(
        pixmap.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    shrunk.setDevicePixelRatio(1)
    painter.drawPixmap(0, 0, shrunk)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
