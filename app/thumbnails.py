"""Thumbnails of graphs: the real canvas, drawn small from the file as it is now, kept until file, theme or size change."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap

from app.session import Session
from app.theme import appearance
from engine.errors import GradwireError
from engine.files import read
from engine.operator import Library

_kept: dict[tuple[object, ...], QPixmap] = {}


def picture(path: Path, library: Library, size: QSize, ratio: float) -> QPixmap:
    """Return the graph drawn into `size`; an empty picture where the file cannot be read."""
    from app.canvas.view import Canvas

    look = appearance()
    key = (path, path.stat().st_mtime_ns, look.theme.name, look.scale, size.width(), size.height(), ratio)
    if key not in _kept:
        session = Session(library, engine=False)
        canvas = Canvas(session)
        try:
            session.open(path)
            _kept[key] = _drawn(canvas, size, ratio)
        except GradwireError:
            _kept[key] = QPixmap(1, 1)
        canvas.deleteLater()
        session.close()
        session.deleteLater()
    return _kept[key]


def _drawn(canvas: object, size: QSize, ratio: float) -> QPixmap:
    from app.canvas.view import Canvas

    assert isinstance(canvas, Canvas)  # noqa: S101 - narrows the type only
    canvas.minimap.hide()
    canvas.resize(size)
    canvas.fit()
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    canvas.render(pixmap)
    return pixmap


@lru_cache(maxsize=64)
def about(path: Path) -> tuple[str, str]:
    """Return a graph's name for people, and the first sentence of its first note."""
    name = re.sub(r"^\d+[_ -]+", "", path.stem).replace("_", " ")
    name = name[:1].upper() + name[1:]
    try:
        notes = read(path).layout.notes
    except GradwireError as refused:
        return name, refused.sentence
    texts = [notes[id].text for id in sorted(notes) if not notes[id].nodes] or [n.text for n in notes.values()]
    lines = [line for text in texts for line in text.splitlines() if line.strip() and not line.startswith("#")]
    plain = re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", r"\1", lines[0]) if lines else ""
    return name, plain.strip()
