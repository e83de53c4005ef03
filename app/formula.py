"""Formulas: LaTeX to a picture (ziamath, cached), and the widget that shows one, scaled down where the room is
narrow. A picture takes tens of milliseconds: while something else must not wait, it is drawn in a thread."""

from __future__ import annotations

import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.collecting import nothing_collected

UNSEEN = '<path stroke="#000000" stroke-opacity="0" '
"""A path whose line is not seen: of one without a line QtSvg leaves a black one in an SVG and in a PDF."""


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
    with nothing_collected():
        _ziamath()


@lru_cache(maxsize=1024)
def render(latex: str, size: int, colour: str) -> Picture | None:
    """Return the formula drawn at `size` pixels, or None where it is not LaTeX that ziamath knows."""
    try:
        drawn = _ziamath().Latex(latex, size=size, color=colour)
        svg = drawn.svg().replace("<path ", UNSEEN)
    except Exception:  # noqa: BLE001 - a formula that cannot be drawn is shown as text; ziamath raises many types
        return None
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    return Picture(svg.encode(), float(found[1]), float(found[2])) if found else None


class Painter(QObject):
    """Draws formulas in one thread, one after the other."""

    drawn = Signal(str, int, str, object)
    """latex, size, colour, and the Picture, or None where it cannot be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(1, "formulas")

    def draw(self, latex: str, size: int, colour: str) -> None:
        """Draw a formula; `drawn` tells when it is done."""
        self._threads.submit(self._draw, latex, size, colour)

    def _draw(self, latex: str, size: int, colour: str) -> None:
        with nothing_collected():  # widgets belong to the window's thread, also when they go
            self.drawn.emit(latex, size, colour, render(latex, size, colour))


@cache
def painter() -> Painter:
    """Return the one painter of the application."""
    return Painter()


def word(name: str) -> str:
    """Return a socket or setting name as LaTeX: one letter stays italic, a word stands upright, x_1 gets its index."""
    head, _, index = name.partition("_")
    shown = head if len(head) == 1 else rf"\mathrm{{{_spaced(head)}}}"
    return rf"{shown}_{{\mathrm{{{_spaced(index.replace('_', ' '))}}}}}" if index else shown


def _spaced(words: str) -> str:
    return words.replace(" ", r"\ ")  # LaTeX passes over a plain space


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
        self._waiting: tuple[str, int, str] | None = None
        self._asked = ("", 0, "")
        self._listens = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def latex(self) -> str:
        """The formula shown."""
        return self._latex

    def show_formula(self, latex: str, *, size: int, colour: str, later: bool = False) -> None:
        """Show `latex`; nothing is drawn anew where nothing changed.

        With `later` it is drawn in a thread, and what was shown before stays until then; of several asked for
        meanwhile only the last is drawn.
        """
        wanted = (latex, size, colour)
        if wanted == (self._latex, self._size, self._colour):
            return
        if later and latex:
            self._draw_later(wanted)
        else:
            self._waiting = None
            self._show(wanted, render(*wanted) if latex else None)

    def _draw_later(self, wanted: tuple[str, int, str]) -> None:
        if not self._listens:
            painter().drawn.connect(self._drawn)
            self._listens = True
        if self._waiting is None:
            painter().draw(*wanted)
            self._asked = wanted
        self._waiting = wanted

    def _drawn(self, latex: str, size: int, colour: str, picture: Picture | None) -> None:
        if self._waiting is None or (latex, size, colour) != self._asked:
            return
        waiting, self._waiting = self._waiting, None
        self._show((latex, size, colour), picture)
        if waiting != (latex, size, colour):
            self._draw_later(waiting)

    def _show(self, wanted: tuple[str, int, str], picture: Picture | None) -> None:
        self._latex, self._size, self._colour = wanted
        self._picture = picture
        self._renderer = QSvgRenderer(picture.svg) if picture else None
        self.setAccessibleName(self._latex)
        self.setToolTip("" if picture else self._latex)
        self.setFixedHeight(self._height())
        self.updateGeometry()
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
