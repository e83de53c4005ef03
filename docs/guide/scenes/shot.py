"""What a scene of the guide gives: the name of its picture, and what is in it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget


class Shot(NamedTuple):
    """The picture docs/guide/images/<name>.png: of a widget (None: the window), or of a part of it."""

    name: str
    widget: QWidget | None = None
    part: QRect | None = None
