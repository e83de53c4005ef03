"""Small parts the inspector is made of: the family's square, cards, captions, rows of formula and number, and the
spark line."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import icons
from app.formula import FormulaView
from app.panels.folding import FoldCaption, folds
from app.theme import appearance, faded, mix
from app.tips import tip
from app.words import tr

LEAST_SHOWN = 7
"""Letters of a shortened text below which it is rather left out."""


def label(text: str, role: str, *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Return a label of plain text in one of the style sheet's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role, and the look of it."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Elided(QLabel):
    """A label that gives way: what does not fit is replaced by dots, and stands in the tip."""

    def __init__(self, text: str, role: str, *, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignRight) -> None:
        super().__init__(text)
        self._align = align
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setToolTip(tip(text))

    def minimumSizeHint(self) -> QSize:
        """Qt: three dots."""
        return QSize(appearance().px(24), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw what fits."""
        painter = QPainter(self)
        left = self._align == Qt.AlignmentFlag.AlignLeft
        mode = Qt.TextElideMode.ElideRight if left else Qt.TextElideMode.ElideMiddle
        text = self.fontMetrics().elidedText(self.text(), mode, self.width())
        if text != self.text() and len(text) < LEAST_SHOWN:
            return  # a few letters and dots say nothing
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self._align | Qt.AlignmentFlag.AlignVCenter, text)


class Square(QWidget):
    """A family's icon in its colour."""

    def __init__(self, family: str = "") -> None:
        super().__init__()
        self.family = family
        side = appearance().px(17)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icons.paint(painter, self.family, appearance().theme.icon(self.family), QRectF(self.rect()))


class Card(QFrame):
    """A rounded surface on the panel, with its contents in a column."""

    def __init__(self, *contents: QWidget) -> None:
        super().__init__()
        self.setProperty("role", "inset")
        px = appearance().px
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(px(12), px(10), px(12), px(10))
        self.column.setSpacing(px(8))
        for widget in contents:
            self.column.addWidget(widget)


class Section(QWidget):
    """A small caption and what stands under it. Hidden as a whole where there is nothing to show; one with a `key` can
    be folded away (`app.panels.folding`)."""

    def __init__(self, title: str, key: str = "") -> None:
        super().__init__()
        px = appearance().px
        self.key = key
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, px(12) if title else 0, 0, 0)
        outer.setSpacing(px(4) if key else px(8))
        self.caption = FoldCaption(tr(title).upper(), key) if key else label(tr(title).upper(), "caption", wrap=True)
        outer.addWidget(self.caption)
        self.caption.setVisible(bool(title))
        self.contents = QWidget()
        outer.addWidget(self.contents)
        self.column = QVBoxLayout(self.contents)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(8))
        if key:
            self._folded()
            folds().changed.connect(self._folded)

    @property
    def open(self) -> bool:
        """Whether its contents are shown where there are any."""
        return self.key not in folds().folded or not self.key

    def _folded(self) -> None:
        self.contents.setVisible(self.open)
        self.caption.setChecked(self.open)

    def set_title(self, title: str) -> None:
        """Change the caption."""
        self.caption.setText(tr(title).upper())


class FormulaRow(QWidget):
    """A formula on the left and a number on the right that keeps its room."""

    def __init__(self, role: str = "derivative") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(appearance().px(8))
        self.formula = FormulaView()
        self.number = label("", role)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.formula, 1)
        row.addWidget(self.number)

    def show_row(self, latex: str, number: str, *, size: int = 16, later: bool = False) -> None:
        """Show a formula (drawn `later`, if so) and its number."""
        look = appearance()
        self.formula.show_formula(latex, size=look.px(size), colour=look.theme.text, later=later)
        if number != self.number.text():
            self.number.setText(number)


class TextRow(QWidget):
    """A text on the left, shortened where the room is narrow, and a derivative on the right."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(appearance().px(8))
        self.text = Elided("", "second", align=Qt.AlignmentFlag.AlignLeft)
        self.number = label("", "derivative")
        row.addWidget(self.text, 1)
        row.addWidget(self.number)

    def show_row(self, text: str, number: str, *, strong: bool) -> None:
        """Show a text and its number; the `strong` one is what the others lead to."""
        set_role(self.text, "strong" if strong else "second")
        self.text.setText(text)
        self.number.setText(number)


class Spark(QWidget):
    """Draws up to 64 numbers as a line, or up to 48 x 48 of them as an image, in a value's or a derivative's colour."""

    def __init__(self, *, derivative: bool = False) -> None:
        super().__init__()
        self._derivative = derivative
        self._line: tuple[float, ...] = ()
        self._image: QImage | None = None
        self.setFixedHeight(appearance().px(56))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_line(self, line: tuple[float, ...]) -> None:
        """Show numbers as a line."""
        self._line, self._image = line, None
        self.setVisible(len(line) > 1)
        self.update()

    def show_image(self, pixels: np.ndarray) -> None:
        """Show numbers from 0 to 1 as an image in shades of the colour."""
        look = appearance()
        colour = look.theme.derivative if self._derivative else look.theme.value
        table = [QColor(mix(look.theme.panel, colour, k / 255)).rgb() for k in range(256)]
        grey = np.ascontiguousarray(np.nan_to_num(np.clip(pixels, 0, 1)) * 255).astype(np.uint8)
        image = QImage(grey.tobytes(), grey.shape[1], grey.shape[0], grey.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(table)
        self._image, self._line = image.convertToFormat(QImage.Format.Format_RGB32), ()
        self.setVisible(True)
        self.update()

    def sizeHint(self) -> QSize:
        """Qt: as wide as there is room."""
        return QSize(appearance().px(160), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the line or the image."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._image is not None:
            wide, high = self._image.width(), self._image.height()
            # A long strip would be a line of a few pixels: it is stretched, as what counts is where it is light and
            # dark.
            mode = (
                Qt.AspectRatioMode.KeepAspectRatio if 1 / 3 < wide / high < 6 else Qt.AspectRatioMode.IgnoreAspectRatio
            )
            size = self._image.size().scaled(self.size(), mode)
            painter.drawImage(QRectF(0, 0, size.width(), size.height()), self._image)
            return
        finite = [y for y in self._line if np.isfinite(y)]
        if len(finite) < 2:
            return
        low, high = min(finite), max(finite)
        room = QRectF(self.rect()).adjusted(2, 4, -2, -4)
        points = [
            QPointF(
                room.left() + room.width() * k / (len(self._line) - 1),
                room.bottom() - room.height() * ((y - low) / (high - low) if high > low else 0.5),
            )
            for k, y in enumerate(self._line)
            if np.isfinite(y)
        ]
        colour = look.theme.derivative if self._derivative else look.theme.value
        if low < 0 < high:
            zero = room.bottom() - room.height() * (-low) / (high - low)
            painter.setPen(QPen(faded(look.theme.faint, 0.5), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(room.left(), zero), QPointF(room.right(), zero))
        painter.setPen(
            QPen(
                QColor(colour),
                max(1.5, look.scale * 1.75),
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        painter.drawPolyline(QPolygonF(points))


class Dot(QWidget):
    """A small round mark in a colour of the theme, by the name of its field ("good", "bad", "faint")."""

    def __init__(self, tone: str = "faint") -> None:
        super().__init__()
        self.tone = tone
        side = appearance().px(9)
        self.setFixedSize(side, side)

    def set_tone(self, tone: str) -> None:
        """Change the colour."""
        self.tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(appearance().theme, self.tone)))
        painter.drawEllipse(QRectF(self.rect()))
