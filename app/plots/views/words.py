"""Words and numbers written large: probes, numbers, texts."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from app import fonts
from app.plots.marks import Mark
from app.plots.shapes import finite_range
from app.plots.views.base import Settings, ViewCard
from app.theme import appearance
from app.worker.describe import short
from engine.types import shape_text


class ProbeCard(ViewCard):
    """The present value, its shape and its derivative, large."""

    EMPTY: ClassVar[str] = "Wire anything into this node: its value is shown here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.axes_visible = False
        self._words = _Words(self.area)
        self.derivative = ""

    def describe(self) -> str:
        """Return the shape."""
        return shape_text(self.shape("x"))

    def draw(self) -> None:
        """Write the value: a scalar's digits, or the first elements, range and mean of an array."""
        x = self.arrays.get("x")
        if x is None:
            self._words.set("", ())
            return
        digits = int(self.settings.get("digits", 6))
        if x.size == 1:
            self._words.set(number_text(float(x.ravel()[0]), digits), (("∂loss", self.derivative),))
            return
        low, high = finite_range(x) or (float("nan"), float("nan"))
        first = ", ".join(number_text(float(v), min(digits, 4)) for v in x.ravel()[:8]) + (" …" if x.size > 8 else "")
        mean = float(np.nanmean(x)) if x.size else float("nan")
        facts = (("from", short(low)), ("to", short(high)), ("mean", short(mean)), ("∂loss", self.derivative))
        self._words.set(f"[{first}]", facts)


def number_text(number: float, digits: int) -> str:
    """Return a number with as many significant digits."""
    return f"{number:.{digits}g}".replace("-", "−")


class _Words(Mark):
    """A large text with facts under it."""

    def __init__(self, area: Any) -> None:
        super().__init__(area, 1)
        self._text = ""
        self._facts: tuple[tuple[str, str], ...] = ()

    def set(self, text: str, facts: tuple[tuple[str, str], ...]) -> None:
        """Show this text and these facts (those that have a value)."""
        self._text, self._facts = text, tuple(fact for fact in facts if fact[1])
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw text and facts."""
        look = appearance()
        font = fonts.mono("title", look.scale * (1.5 if len(self._text) < 14 else 0.8))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        painter.setPen(QColor(look.theme.value))
        middle = rect.center().y() - look.px(10)
        line = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(
            QRectF(rect.left(), middle - metrics.height(), rect.width(), metrics.height() * 1.2),
            Qt.AlignmentFlag.AlignCenter,
            line,
        )
        painter.setFont(fonts.sans("small", look.scale))
        small = QFontMetricsF(painter.font())
        facts = list(self._facts)
        widths = [small.horizontalAdvance(f"{name} {text}") for name, text in facts]
        while widths and sum(widths) + look.px(16) * (len(widths) - 1) > rect.width():
            facts.pop(-2 if len(facts) > 1 else -1)
            widths = [small.horizontalAdvance(f"{name} {text}") for name, text in facts]
        x = rect.center().x() - (sum(widths) + look.px(16) * max(0, len(widths) - 1)) / 2
        for (name, text), width in zip(facts, widths, strict=True):
            painter.setPen(QColor(look.theme.faint))
            painter.drawText(QPointF(x, middle + small.height() * 1.6), name)
            painter.setPen(QColor(look.theme.derivative if name == "∂loss" else look.theme.text))
            painter.drawText(QPointF(x + small.horizontalAdvance(name + " "), middle + small.height() * 1.6), text)
            x += width + look.px(16)
