"""A curve that is drawn: by the mouse in one go, or by keys point by point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app import fonts
from app.lessons.forms import Form
from app.panels.inspector_parts import label
from app.plots.ticks import linear_ticks
from app.theme import appearance
from app.words import tr
from engine.lessons.judge import Verdict

COLUMNS: Final = 61
"""Places along x at which a drawing is kept."""
STRIDE: Final = 5
"""Columns from one point that keys move to the next."""
RISE: Final = 0.05
"""Of the height that a key moves a point by."""
MARGINS: Final = (44, 10, 12, 26)
SPARE: Final = 0.25
"""Room above and below the curve, as a part of its spread."""

_KEY: Final = Qt.Key
KEYS: Final = (
    _KEY.Key_Left, _KEY.Key_Right, _KEY.Key_Home, _KEY.Key_End, _KEY.Key_Up, _KEY.Key_Down, _KEY.Key_Delete,
    _KEY.Key_Backspace,
)  # fmt: skip
"""Keys that the sheet takes."""


class Drawing(QWidget):
    """The sheet. Left, Right, Home and End go along it, Up and Down move the point there (with Shift by much), Delete
    takes all away; the mouse draws."""

    drawn = Signal()

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        super().__init__()
        xs, ys = np.array(points, float).T
        spread = float(np.ptp(ys)) or max(1.0, abs(float(ys[0])))
        self.x0, self.x1 = float(xs[0]), float(xs[-1])
        self.y0, self.y1 = float(ys.min()) - SPARE * spread, float(ys.max()) + SPARE * spread
        self.ys = np.full(COLUMNS, np.nan)
        self.truth: Sequence[tuple[float, float]] = ()
        """The curve as it should be, once it may be seen."""
        self.at = 0
        """The column that keys are at."""
        self._last: tuple[int, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(appearance().px(220))
        self._describe()

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """What is drawn, from left to right."""
        return tuple((self.x_of(k), float(y)) for k, y in enumerate(self.ys) if np.isfinite(y))

    def x_of(self, column: int) -> float:
        """Return where a column is."""
        return self.x0 + (self.x1 - self.x0) * column / (COLUMNS - 1)

    def show_points(self, points: Sequence[tuple[float, float]]) -> None:
        """Show a curve that was drawn before."""
        xs, ys = np.array(sorted(points), float).T
        columns = np.array([self.x_of(k) for k in range(COLUMNS)])
        inside = (columns >= xs[0] - 1e-9) & (columns <= xs[-1] + 1e-9)
        self.ys = np.where(inside, np.interp(columns, xs, ys), np.nan)
        self._describe()
        self.update()

    def clear(self) -> None:
        """Take all away."""
        self.ys[:] = np.nan
        self._describe()
        self.update()

    # Geometry -----------------------------------------------------------------------------------------------------

    def _room(self) -> QRectF:
        left, top, right, bottom = (appearance().px(each) for each in MARGINS)
        return QRectF(self.rect()).adjusted(left, top, -right, -bottom)

    def point_at(self, x: float, y: float) -> QPointF:
        """Return where a point of the curve is on the widget."""
        room = self._room()
        return QPointF(
            room.left() + room.width() * (x - self.x0) / (self.x1 - self.x0),
            room.bottom() - room.height() * (y - self.y0) / (self.y1 - self.y0),
        )

    def _read(self, position: QPointF) -> tuple[int, float]:
        room = self._room()
        part = (position.x() - room.left()) / max(room.width(), 1.0)
        height = (room.bottom() - position.y()) / max(room.height(), 1.0)
        column = min(max(round(part * (COLUMNS - 1)), 0), COLUMNS - 1)
        return column, self.y0 + (self.y1 - self.y0) * min(max(height, 0.0), 1.0)

    # Mouse and keys -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: the pen is set down."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._last = self._read(event.position())
            self._draw_to(*self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: draw."""
        if self._last is not None:
            self._draw_to(*self._read(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: the pen is lifted."""
        if self._last is not None:
            self._last = None
            self._describe()
            self.drawn.emit()

    def _draw_to(self, column: int, y: float) -> None:
        first, before = self._last or (column, y)
        low, high = sorted((first, column))
        for k in range(low, high + 1):
            part = 1.0 if first == column else (k - first) / (column - first)
            self.ys[k] = before + (y - before) * part
        self._last, self.at = (column, y), column
        self.update()

    def event(self, event: QEvent) -> bool:
        """Qt: claim the keys before the window's commands do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: go along the curve, and move its points."""
        step = RISE * (self.y1 - self.y0) * (4 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        match event.key():
            case Qt.Key.Key_Left:
                self.at = max(0, (self.at - 1) // STRIDE * STRIDE)
            case Qt.Key.Key_Right:
                self.at = min(COLUMNS - 1, (self.at // STRIDE + 1) * STRIDE)
            case Qt.Key.Key_Home:
                self.at = 0
            case Qt.Key.Key_End:
                self.at = COLUMNS - 1
            case Qt.Key.Key_Up:
                self._raise(step)
            case Qt.Key.Key_Down:
                self._raise(-step)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.clear()
            case _:
                super().keyPressEvent(event)
                return
        event.accept()
        self._describe()
        self.update()

    def _raise(self, by: float) -> None:
        """Move the point that keys are at, and lead the curve straight to it from the points beside it."""
        here = self.at - self.at % STRIDE
        self.at = here
        y = self.ys[here]
        if not np.isfinite(y):
            drawn = np.flatnonzero(np.isfinite(self.ys))
            near = drawn[np.argmin(np.abs(drawn - here))] if len(drawn) else None
            y = (self.y0 + self.y1) / 2 if near is None else self.ys[near]
            by = 0.0 if near is None else by
        self.ys[here] = min(max(y + by, self.y0), self.y1)
        for side in (-STRIDE, STRIDE):
            other = here + side
            if 0 <= other < COLUMNS and np.isfinite(self.ys[other]):
                low, high = sorted((here, other))
                self.ys[low : high + 1] = np.linspace(self.ys[low], self.ys[high], high - low + 1)
        self.drawn.emit()

    def _describe(self) -> None:
        y = self.ys[self.at]
        here = f"x {self.x_of(self.at):.3g}: {'nothing' if not np.isfinite(y) else f'{y:.3g}'}"
        part = int(np.isfinite(self.ys).sum() * 100 / COLUMNS)
        self.setAccessibleName(tr("Sheet to draw the curve on"))
        self.setAccessibleDescription(f"{here}; {part} % is drawn. Arrow keys move along and up and down.")

    # Painting -----------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Qt: as wide as there is room."""
        return QSize(appearance().px(280), appearance().px(220))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the axes, the curve and where the keys are."""
        look = appearance()
        theme, room = look.theme, self._room()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.text if self.hasFocus() else theme.hairline), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), look.px(7), look.px(7))
        self._axes(painter, room)
        self._curve(painter, self.points, QPen(QColor(theme.text), 2.4 * look.scale))
        if self.truth:
            self._curve(painter, self.truth, QPen(QColor(theme.value), 2.4 * look.scale, Qt.PenStyle.DashLine))
        if self.hasFocus():
            x = self.point_at(self.x_of(self.at), self.y0).x()
            painter.setPen(QPen(QColor(theme.faint), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
            if np.isfinite(self.ys[self.at]):
                painter.setPen(QPen(QColor(theme.panel), 2))
                painter.setBrush(QColor(theme.text))
                painter.drawEllipse(self.point_at(self.x_of(self.at), float(self.ys[self.at])), look.px(5), look.px(5))

    def _axes(self, painter: QPainter, room: QRectF) -> None:
        look = appearance()
        painter.setFont(fonts.sans("caption", look.scale))
        high = painter.fontMetrics().height()
        for value, text in linear_ticks(self.y0, self.y1, 5):
            at = self.point_at(self.x0, value)
            painter.setPen(QPen(QColor(look.theme.faint if value == 0 else look.theme.grid), 1))
            painter.drawLine(at, QPointF(room.right(), at.y()))
            painter.setPen(QColor(look.theme.second))
            box = QRectF(0, at.y() - high / 2, room.left() - look.px(6), high)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for value, text in linear_ticks(self.x0, self.x1, 5):
            at = self.point_at(value, self.y0)
            painter.setPen(QPen(QColor(look.theme.faint if value == 0 else look.theme.grid), 1))
            painter.drawLine(at, QPointF(at.x(), room.top()))
            painter.setPen(QColor(look.theme.second))
            box = QRectF(at.x() - look.px(30), room.bottom() + look.px(4), look.px(60), high)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _curve(self, painter: QPainter, points: Sequence[tuple[float, float]], pen: QPen) -> None:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        if len(points) == 1:
            painter.drawPoint(self.point_at(*points[0]))
        painter.drawPolyline(QPolygonF([self.point_at(*each) for each in points]))


class CurveForm(Form):
    """A sheet to draw on."""

    def body(self) -> None:
        """The sheet, what it says of itself, and a button to begin anew."""
        self.sheet = Drawing(self.question.points)
        self.column.addWidget(self.sheet)
        row = QHBoxLayout()
        row.addWidget(label(tr("Draw with the mouse, or move points with the arrow keys."), "second", wrap=True), 1)
        self.anew = QPushButton(tr("Clear"))
        self.anew.setProperty("role", "quiet")
        self.anew.clicked.connect(self.sheet.clear)
        row.addWidget(self.anew)
        self.column.addLayout(row)

    def value(self) -> Any:
        """Return the points drawn."""
        points = self.sheet.points
        return points if len(points) > 1 else None

    def incomplete(self) -> str:
        """Return what to do."""
        return "Draw from the left end to the right one."

    def show_value(self, given: Any) -> None:
        """Show a curve of before."""
        if isinstance(given, Sequence) and len(given) > 1:
            self.sheet.show_points([(float(x), float(y)) for x, y in given])

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show the curve as it is, once it was drawn right."""
        self.sheet.truth = self.question.points if verdict is not None and verdict.right else ()
        self.sheet.update()

    def start(self) -> None:
        """Give the keyboard to the sheet."""
        self.sheet.setFocus()
