"""Formulas: LaTeX to a picture (ziamath, cached), and the widget that shows one, scaled down where the room is
narrow."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

NAMES_AS_WORDS = re.compile(r"[A-Za-z]{2,}(?:_[A-Za-z]+)*")


@dataclass(frozen=True, slots=True)
class Picture:
    """A formula as SVG, with its size in pixels at scale 1."""

    svg: bytes
    width: float
    height: float


@cache
def _ziamath() -> Any:
    """Return ziamath. It takes 0.2 s to import: only when a formula is first shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it finds its font by importlib.resources.path
        import ziamath

    ziamath.config.svg2 = False  # QtSvg does not draw SVG 2
    return ziamath


def warm() -> None:
    """Import what draws formulas ahead of the first one; may be called in a thread."""
    _ziamath()


@lru_cache(maxsize=1024)
def render(latex: str, size: int, colour: str) -> Picture | None:
    """Return the formula drawn at `size` pixels, or None where it is not LaTeX that ziamath knows."""
    try:
        drawn = _ziamath().Latex(latex, size=size, color=colour)
        svg = drawn.svg()
    except Exception:  # noqa: BLE001 - a formula that cannot be drawn is shown as text; ziamath raises many types
        return None
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    return Picture(svg.encode(), float(found[1]), float(found[2])) if found else None


def word(name: str) -> str:
    """Return a socket or setting name as LaTeX: one letter stays italic, a word stands upright, x_1 gets its index."""
    head, _, index = name.partition("_")
    shown = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    return rf"{shown}_{{\mathrm{{{index.replace('_', ' ')}}}}}" if index else shown


class FormulaView(QWidget):
    """Shows one formula, left-aligned, in a given colour; as plain text where it cannot be drawn. Narrow room shrinks
    it to fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._latex = ""
        self._size = 18
        self._colour = "#888888"
        self._renderer: QSvgRenderer | None = None
        self._picture: Picture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def latex(self) -> str:
        """The formula shown."""
        return self._latex

    def show_formula(self, latex: str, *, size: int, colour: str) -> None:
        """Show `latex`; nothing is drawn anew where nothing changed."""
        if (latex, size, colour) == (self._latex, self._size, self._colour):
            return
        self._latex, self._size, self._colour = latex, size, colour
        self._picture = render(latex, size, colour) if latex else None
        self._renderer = QSvgRenderer(self._picture.svg) if self._picture else None
        self.setAccessibleName(latex)
        self.setToolTip("" if self._picture else latex)
        self.setFixedHeight(self._height())
        self.update()

    def _height(self) -> int:
        return round(self._picture.height if self._picture else self._size * 1.6)

    def sizeHint(self) -> QSize:
        """Qt: the formula's own size."""
        return QSize(round(self._picture.width) if self._picture else 80, self._height())

    def minimumSizeHint(self) -> QSize:
        """Qt: a formula shrinks rather than being cut."""
        return QSize(24, self._height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the picture, or the text."""
        painter = QPainter(self)
        if self._renderer is None or self._picture is None:
            painter.setPen(self._colour)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._latex)
            return
        factor = min(1.0, self.width() / self._picture.width)
        height = self._picture.height * factor
        self._renderer.render(painter, QRectF(0, (self.height() - height) / 2, self._picture.width * factor, height))
