"""PlotArea: pyqtgraph's view box in a frame of our own: a quiet grid, texts in the theme's type, and a read-out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app import fonts
from app.plots.ticks import Tick, linear_ticks, log_ticks, padded
from app.theme import appearance, faded

LEFT: Final = 46
"""Room for the texts of the vertical axis, at scale 1: the same in every card, so that plots line up and never jump."""
BOTTOM: Final = 20
TOP: Final = 6
RIGHT: Final = 12


class Row(NamedTuple):
    """A line of a read-out."""

    color: str
    name: str
    text: str


@dataclass(frozen=True)
class ReadOut:
    """What is read where the mouse is: marks on the plot (data coordinates), and a bubble of rows."""

    x: float
    marks: tuple[tuple[float, float, str], ...]
    title: str
    rows: tuple[Row, ...]
    line: bool = True
    """Whether a vertical line is drawn at x."""


class PlotArea(pg.GraphicsView):
    """A plot without its head. Who fills it adds pyqtgraph items to `box`, in log10 where an axis is logarithmic.

    The range follows `show_range` until the mouse pans or zooms; a double click gives it back.
    """

    range_changed = Signal()
    """The mouse panned or zoomed, or gave the range back."""

    def __init__(self) -> None:
        super().__init__(background=None, useOpenGL=False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCacheMode(PlotArea.CacheModeFlag.CacheNone)  # a cached background would be a picture in every SVG
        self.setStyleSheet("background: transparent")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.box = pg.ViewBox(enableMenu=False)
        self.box.setDefaultPadding(0)
        self.addItem(self.box)
        self.log_x = self.log_y = self.whole_x = False
        self.x_title = ""
        """Under the horizontal axis: what it shows."""
        self.x_name = self.y_name = ""
        """At the ends of the axes, inside: what they show, where both are of one kind."""
        self.axes_visible = True
        self.blank = True
        """Whether there is nothing to draw, so that axes would mean nothing."""
        self.right_room = 0.0
        """Further room at the right, at scale 1 (a colour bar)."""
        self.top_room = 0.0
        """Further room at the top, at scale 1 (a legend)."""
        self.left_room = self.bottom_room = 0.0
        """Room for texts beside and under a plot without axes, at scale 1 (the names of rows and columns)."""
        self.named_ticks: tuple[Tick, ...] | None = None
        """Ticks of the horizontal axis with texts of their own, instead of numbers."""
        self.following = True
        """Whether the range follows the data."""
        self.read: Callable[[QPointF], ReadOut | None] = lambda _: None
        """What is read at a place in data coordinates."""
        self._frame = _Frame(self)
        self._names = _Names(self)
        self._hover = _Hover(self)
        self.sceneObj.addItem(self._frame)
        self.sceneObj.addItem(self._names)
        self.sceneObj.addItem(self._hover)
        self.box.sigRangeChangedManually.connect(self._moved_by_hand)
        self.box.sigRangeChanged.connect(lambda *_: self.sceneObj.update())
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    # Layout -----------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Qt: the view box fills what the axes leave."""
        super().resizeEvent(event)
        if hasattr(self, "_hover"):  # the base class calls this before it is made
            self.place()

    def place(self) -> None:
        """Lay the view box out anew (after a change of scale, axes or size)."""
        px = appearance().px
        left = px(LEFT) if self.axes_visible else px(4 + self.left_room)
        bottom = px(BOTTOM + (14 if self.x_title else 0)) if self.axes_visible else px(6 + self.bottom_room)
        right = px(RIGHT + self.right_room)
        top = px(TOP + self.top_room)
        area = QRectF(left, top, self.width() - left - right, self.height() - top - bottom)
        self.box.setGeometry(area if area.width() > 1 and area.height() > 1 else QRectF(0, 0, 1, 1))
        self._frame.prepareGeometryChange()
        self._frame.update()

    @property
    def plot_rect(self) -> QRectF:
        """Where the data are drawn, in pixels of this widget."""
        return self.box.geometry()

    def show_range(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        pad_x: bool = False,
        floor: float | None = None,
    ) -> None:
        """Show these data, with room around them (not under `floor`), unless the mouse has chosen otherwise."""
        if self.following:
            x = padded(*x) if pad_x or x[0] == x[1] else x
            low, high = padded(*y)
            y = (low if floor is None else floor, high)
            self.box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)

    def follow(self) -> None:
        """Let the range follow the data again."""
        self.following = True
        self.range_changed.emit()

    def _moved_by_hand(self, *_: object) -> None:
        self.following = False
        self.range_changed.emit()

    # Mouse ------------------------------------------------------------------------------------------------------------

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: give the range back to the data."""
        self.follow()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: read out what is under the mouse."""
        super().mouseMoveEvent(event)
        place = event.position()
        inside = self.plot_rect.contains(place) and event.buttons() == Qt.MouseButton.NoButton
        self.read_at(place if inside else None)

    def read_at(self, place: QPointF | None) -> None:
        """Show the read-out at a place in pixels, or none."""
        self._hover.show_at(place)

    def refresh_read_out(self) -> None:
        """Read again where the mouse is: the data changed."""
        self._hover.show_at(self._hover.place)

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: no read-out without the mouse."""
        super().leaveEvent(event)
        self.read_at(None)

    # Coordinates ------------------------------------------------------------------------------------------------------

    def to_data(self, place: QPointF) -> QPointF:
        """Return pixels as data coordinates (log10 on a logarithmic axis)."""
        return self.box.mapSceneToView(place)

    def to_pixels(self, x: float, y: float) -> QPointF:
        """Return data coordinates as pixels."""
        (x0, x1), (y0, y1) = self.box.viewRange()
        rect = self.plot_rect
        across = (x - x0) / (x1 - x0) if x1 > x0 else 0.0
        up = (y - y0) / (y1 - y0) if y1 > y0 else 0.0
        return QPointF(rect.left() + across * rect.width(), rect.bottom() - up * rect.height())

    def x_ticks(self) -> tuple[Tick, ...]:
        """Return the ticks of the horizontal axis."""
        low, high = self.box.viewRange()[0]
        if self.named_ticks is not None:
            return tuple(tick for tick in self.named_ticks if low <= tick.at <= high)
        metrics = QFontMetricsF(fonts.sans("caption", appearance().scale))
        most = max(3, min(10, int(self.plot_rect.width() / appearance().px(34))))
        while True:
            ticks = log_ticks(low, high, most) if self.log_x else linear_ticks(low, high, most, whole=self.whole_x)
            if most <= 2 or self._apart(ticks, metrics):
                return ticks
            most -= 1

    def _apart(self, ticks: tuple[Tick, ...], metrics: QFontMetricsF) -> bool:
        """Whether the texts of the horizontal axis keep their distance."""
        free = float("-inf")
        for tick in ticks:
            half = metrics.horizontalAdvance(tick.text) / 2
            x = self.to_pixels(tick.at, 0).x()
            if x - half < free:
                return False
            free = x + half + appearance().px(20)
        return True

    def y_ticks(self) -> tuple[Tick, ...]:
        """Return the ticks of the vertical axis."""
        room = self.plot_rect.height()
        most = max(2 if room < appearance().px(60) else 3, min(7, int(room / appearance().px(28))))
        low, high = self.box.viewRange()[1]
        return log_ticks(low, high, most) if self.log_y else linear_ticks(low, high, most)


def cut_short(found: ReadOut, most: int) -> ReadOut:
    """Return a read-out of at most so many lines; where it has more, the last says how many are left out."""
    most -= bool(found.title)
    if len(found.rows) <= max(most, 1):
        return found
    kept = max(most - 1, 1)
    more = Row(appearance().theme.faint, f"and {len(found.rows) - kept} more", "")
    return replace(found, rows=(*found.rows[:kept], more))


class AreaItem(QGraphicsItem):
    """An item in pixels of its area."""

    def __init__(self, area: PlotArea, z: float) -> None:
        super().__init__()
        self.area = area
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """Qt: all of the area."""
        return QRectF(self.area.rect())


class _Frame(AreaItem):
    """Grid lines, and the texts at them."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, -200)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Qt: draw hairlines at the vertical axis's ticks, and texts along both."""
        area = self.area
        if not area.axes_visible or area.blank:
            return
        look = appearance()
        rect = area.plot_rect
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(look.theme.grid), 1))
        ups = [(area.to_pixels(0, tick.at).y(), tick.text) for tick in area.y_ticks()]
        for y, _ in ups:
            painter.drawLine(QPointF(rect.left(), round(y)), QPointF(rect.right(), round(y)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QColor(look.theme.faint))
        height, gap = metrics.height(), look.px(8)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for y, text in ups:
            painter.drawText(QRectF(0, y - height / 2, rect.left() - gap, height), right, text)
        self._across(painter, metrics, rect)

    def _across(self, painter: QPainter, metrics: QFontMetricsF, rect: QRectF) -> None:
        area, look = self.area, appearance()
        top = rect.bottom() + look.px(4)
        free = -1e9
        for tick in area.x_ticks():
            width = metrics.horizontalAdvance(tick.text)
            x = min(area.to_pixels(tick.at, 0).x() - width / 2, area.width() - width - look.px(2))
            if x > free:
                painter.drawText(QPointF(x, top + metrics.ascent()), tick.text)
                free = x + width + look.px(8)
        if area.x_title:
            centred = Qt.AlignmentFlag.AlignCenter
            text = metrics.elidedText(area.x_title, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(QRectF(rect.left(), top + metrics.height(), rect.width(), metrics.height()), centred, text)


class _Names(AreaItem):
    """The axes' names at their ends, on a little of the card's own colour so that lines under them do not disturb."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 0.5)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Qt: draw the names."""
        look, rect = appearance(), self.area.plot_rect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        for name, arrow, right in ((self.area.x_name, "{} →", True), (self.area.y_name, "↑ {}", False)):
            if not name or self.area.blank:
                continue
            text = arrow.format(metrics.elidedText(name, Qt.TextElideMode.ElideRight, rect.width() * 0.45))
            box = QRectF(0, 0, metrics.horizontalAdvance(text) + look.px(8), metrics.height() + look.px(1))
            box.moveTopLeft(rect.topLeft() if not right else rect.bottomRight() - QPointF(box.width(), box.height()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(look.theme.panel, 0.8))
            painter.drawRoundedRect(box, look.px(4), look.px(4))
            painter.setPen(QColor(look.theme.second))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class _Hover(AreaItem):
    """The read-out: a line, marks, and a bubble that keeps inside the area."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 100)
        self.place: QPointF | None = None
        self._found: ReadOut | None = None

    def show_at(self, place: QPointF | None) -> None:
        had = self._found
        self.place = place
        self._found = self.area.read(self.area.to_data(place)) if place is not None else None
        if had is not None or self._found is not None:
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Qt: draw what was found."""
        found, area = self._found, self.area
        if found is None:
            return
        look = appearance()
        rect = area.plot_rect
        if found.line:
            x = round(area.to_pixels(found.x, 0).x()) + 0.5
            painter.setPen(QPen(faded(look.theme.second, 0.6), 1))
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for x, y, color in found.marks:
            painter.setPen(QPen(QColor(look.theme.panel), max(1.5, 1.5 * look.scale)))
            painter.setBrush(QColor(color))
            painter.drawEllipse(area.to_pixels(x, y), 4 * look.scale, 4 * look.scale)
        self._bubble(painter, found, rect)

    def _bubble(self, painter: QPainter, found: ReadOut, rect: QRectF) -> None:
        look = appearance()
        px = look.px
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        line = metrics.height() + px(1)
        found = cut_short(found, int((self.area.height() - px(14)) / line))
        found = self._narrowed(found, metrics)
        names = max((metrics.horizontalAdvance(row.name) for row in found.rows), default=0.0)
        texts = max((metrics.horizontalAdvance(row.text) for row in found.rows), default=0.0)
        inner = max(px(12) + names + px(10) + texts, metrics.horizontalAdvance(found.title))
        size = QRectF(0, 0, inner + px(16), line * (len(found.rows) + bool(found.title)) + px(10))
        anchor = self.area.to_pixels(found.x, 0).x() if found.line else (self.place or QPointF()).x()
        x = anchor + px(12) if anchor + px(12) + size.width() < self.area.width() else anchor - px(12) - size.width()
        y = min(max((self.place or QPointF()).y() - size.height() / 2, rect.top()), rect.bottom() - size.height())
        size.moveTo(max(px(2), x), max(px(2), y))
        painter.setPen(QPen(QColor(look.theme.hairline), 1))
        painter.setBrush(QColor(look.theme.raised))
        painter.drawRoundedRect(size, px(6), px(6))
        baseline = size.top() + px(5) + metrics.ascent()
        left = size.left() + px(8)
        if found.title:
            painter.setPen(QColor(look.theme.second))
            painter.drawText(QPointF(left, baseline), found.title)
            baseline += line
        for row in found.rows:
            self._row(painter, row, metrics, left, baseline, size.right() - px(8))
            baseline += line

    def _narrowed(self, found: ReadOut, metrics: QFontMetricsF) -> ReadOut:
        """Return the read-out with names and title shortened where they would reach out of the area."""
        px = appearance().px
        room = self.area.width() - px(22)
        texts = max((metrics.horizontalAdvance(row.text) for row in found.rows), default=0.0)
        end, left = Qt.TextElideMode.ElideRight, max(room - px(22) - texts, px(40))
        rows = tuple(row._replace(name=metrics.elidedText(row.name, end, left)) for row in found.rows)
        return replace(found, title=metrics.elidedText(found.title, end, room), rows=rows)

    def _row(
        self, painter: QPainter, row: Row, metrics: QFontMetricsF, left: float, baseline: float, right: float
    ) -> None:
        look = appearance()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(row.color))
        middle = baseline - metrics.ascent() * 0.36
        painter.drawEllipse(QPointF(left + look.px(3), middle), look.scale * 3, look.scale * 3)
        painter.setPen(QColor(look.theme.second))
        painter.drawText(QPointF(left + look.px(12), baseline), row.name)
        painter.setPen(QColor(look.theme.text))
        painter.drawText(QPointF(right - metrics.horizontalAdvance(row.text), baseline), row.text)
