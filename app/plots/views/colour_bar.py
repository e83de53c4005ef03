"""The scale beside a picture whose colours stand for numbers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from app import fonts
from app.plots.marks import Mark
from app.theme import appearance


class ColourBar(Mark):
    """The scale beside a heat map."""

    def __init__(self, area: Any) -> None:
        super().__init__(area, 5)
        self._low = self._high = 0.0
        self._colors: tuple[Any, ...] = ()

    def set(self, low: float, high: float, colors: tuple[Any, ...]) -> None:
        """Show a scale from low to high in these colours; none without colours."""
        self._low, self._high, self._colors = low, high, colors
        room = 62.0 if colors else 0.0
        if self.area.right_room != room:
            self.area.right_room = room
            self.area.place()
        self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Qt: draw beside the plot, where marks are not allowed."""
        if not self._colors:
            return
        look = appearance()
        rect = self.area.plot_rect
        bar = QRectF(rect.right() + look.px(10), rect.top() + look.px(6), look.px(8), rect.height() - look.px(12))
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for k, color in enumerate(self._colors):
            gradient.setColorAt(k / max(1, len(self._colors) - 1), QColor(*color[:3]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, look.px(4), look.px(4))
        painter.setPen(QColor(look.theme.faint))
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        left = bar.right() + look.px(6)
        painter.drawText(QPointF(left, bar.top() + metrics.ascent()), rounded(self._high))
        painter.drawText(QPointF(left, bar.bottom() - metrics.descent()), rounded(self._low))


def rounded(number: float) -> str:
    """Return a number in three digits: the end of a scale is read, not copied."""
    whole = f"{number:,.0f}" if 1000 <= abs(number) < 1e6 else f"{number:.3g}"
    return whole.replace("-", "−")
