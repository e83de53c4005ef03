"""The pictures of an array: a slice as a heat map, all of its numbers as a histogram."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import fonts, numbers
from app.theme import appearance, mix
from app.worker.readings import TensorSeen


class HeatMap(QWidget):
    """A slice in small; a click leads to the number there."""

    clicked = Signal(float, float)
    """Where, as parts of its height and width."""

    def __init__(self, *, derivative: bool) -> None:
        super().__init__()
        self.derivative = derivative
        self._image: QImage | None = None
        self.setAccessibleName("Heat map of the slice")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(appearance().px(80))

    def sizeHint(self) -> QSize:
        """Qt: a picture."""
        return QSize(appearance().px(260), appearance().px(180))

    def show_seen(self, seen: TensorSeen | None) -> None:
        """Show a slice; nothing where it has less than two numbers."""
        self._image = None
        if seen is not None and seen.picture_shape[0] * seen.picture_shape[1] > 1:
            high, wide = seen.picture_shape
            image = QImage(seen.picture, wide, high, wide, QImage.Format.Format_Indexed8)
            look = appearance().theme
            colour = look.derivative if self.derivative else look.value
            shades = [QColor(mix(look.panel, colour, k / 255)).rgb() for k in range(256)]
            image.setColorTable([QColor(look.bad).rgb(), *shades[1:]])
            self._image = image.convertToFormat(QImage.Format.Format_RGB32)
        self.update()

    @property
    def area(self) -> QRectF:
        """Where the picture lies: in its own proportions unless it is a strip."""
        if self._image is None:
            return QRectF()
        wide, high = self._image.width(), self._image.height()
        keep = Qt.AspectRatioMode.KeepAspectRatio
        mode = keep if 1 / 4 < wide / high < 4 else Qt.AspectRatioMode.IgnoreAspectRatio
        size = self._image.size().scaled(self.size(), mode)
        return QRectF((self.width() - size.width()) / 2, 0, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the picture."""
        if self._image is not None:
            QPainter(self).drawImage(self.area, self._image)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: tell where."""
        area = self.area
        if area.contains(event.position()):
            at = event.position() - area.topLeft()
            self.clicked.emit(at.y() / area.height(), at.x() / area.width())


class Histogram(QWidget):
    """How often which numbers are there, from the least to the largest."""

    def __init__(self, *, derivative: bool) -> None:
        super().__init__()
        self.derivative = derivative
        self._counts: tuple[int, ...] = ()
        self._ends = ("", "")
        self.setAccessibleName("Histogram of all numbers")
        self.setFixedHeight(appearance().px(110))

    def show_seen(self, seen: TensorSeen | None) -> None:
        """Show the numbers of an array."""
        self._counts = seen.counts if seen is not None else ()
        facts = seen.facts if seen is not None else {}
        self._ends = (numbers.short(facts["min"]), numbers.short(facts["max"])) if "min" in facts else ("", "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the bars and the two ends of the axis."""
        if not self._counts:
            return
        look, painter = appearance(), QPainter(self)
        painter.setFont(fonts.mono("small", look.scale))
        below = painter.fontMetrics().height() + look.px(4)
        room, most = self.height() - below, max(self._counts)
        wide = self.width() / len(self._counts)
        colour = QColor(look.theme.derivative if self.derivative else look.theme.value)
        for k, count in enumerate(self._counts):
            if count:
                high = max(1.0, room * count / most)
                painter.fillRect(QRectF(k * wide, room - high, max(1.0, wide - 1), high), colour)
        painter.setPen(QColor(look.theme.hairline))
        painter.drawLine(QPointF(0, room), QPointF(self.width(), room))
        painter.setPen(QColor(look.theme.second))
        line = QRectF(0, room + look.px(2), self.width(), below)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), self._ends[0])
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), self._ends[1])
