"""The icons of the families of operators: small drawings in one colour, for nodes' heads, the palette and the outline.

They are SVG files whose lines are `currentColor`; here each gets the colour it is asked for. Drawn into a picture file
they stay lines; where they are drawn often, `pixmap` keeps them.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.assets import asset
from engine.operator import FAMILIES

UNKNOWN = "unknown"
"""The drawing of what is no known family."""
SECTIONS = {"this_graph": "subgraph", "my_library": "subgraph", "template": "template", "data_set": "inputs"}
"""The drawings of the palette's sections that are no families, by the first part of the ids there."""


@lru_cache(maxsize=256)
def _drawing(family: str, color: str) -> QSvgRenderer:
    known = family if family in FAMILIES else SECTIONS.get(family, UNKNOWN)
    text = asset(f"icons/families/{known}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("currentColor", color).encode()))


def paint(painter: QPainter, family: str, color: str, room: QRectF) -> None:
    """Draw a family's icon, in a colour like "#7fb069", into a square."""
    _drawing(family, color).render(painter, room)


@lru_cache(maxsize=512)
def pixmap(family: str, color: str, side: int, ratio: float) -> QPixmap:
    """Return a family's icon as a picture `side` wide, in device independent pixels."""
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter, family, color, QRectF(0, 0, side, side))
    painter.end()
    return picture


def icon(family: str, color: str, side: int) -> QIcon:
    """Return a family's icon for lists and menus, sharp on screens of one and of two pixels a point."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(family, color, side, ratio))
    return made
