"""The surface card: the loss as a mountain seen from the side, turned by mouse and keys, with the paths on it.

Drawn by a painter, far cells first: it needs no graphics card, and looks the same in a picture and in an SVG.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QWheelEvent,
)

from app import fonts
from app.landscape.contour_card import axis_names, subtitle, within
from app.landscape.levels import heights, level_text, suggests_log
from app.landscape.source import Landscape, Path
from app.plots.area import PlotArea
from app.plots.card import Card, Switch
from app.plots.histories import lane_color, lane_key
from app.plots.legend import Pill
from app.plots.marks import Mark, draw_lines, stroke
from app.plots.ticks import linear_ticks
from app.theme import appearance, mix
from app.words import tr

CELLS: Final = 36
"""Cells along each side that are drawn."""
TURN, TILT = -38.0, 30.0
"""Degrees at first: around the vertical axis, and above the horizon."""
HIGH: Final = 0.62
"""Height of the mountain, as a part of its width."""
FLAT: Final = (5.0, 88.0)


class View(NamedTuple):
    """From where it is seen."""

    turn: float = TURN
    tilt: float = TILT
    size: float = 1.0

    def moved(self, turn: float, tilt: float) -> View:
        """Return the view from elsewhere, never from below."""
        return self._replace(turn=(self.turn + turn) % 360.0, tilt=min(max(self.tilt + tilt, FLAT[0]), FLAT[1]))

    def nearer(self, by: float) -> View:
        """Return the view from nearer or farther."""
        return self._replace(size=min(max(self.size * by, 0.4), 4.0))


def projected(points: NDArray[Any], view: View) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return points (..., 3) of a box from -1 to 1 as seen: across, down, and how far away."""
    a, b = math.radians(view.turn), math.radians(view.tilt)
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    across = x * math.cos(a) - y * math.sin(a)
    deep = x * math.sin(a) + y * math.cos(a)
    down = -(z * math.cos(b) + deep * math.sin(b))
    return across, down, deep * math.cos(b) - z * math.sin(b)


class Terrain(NamedTuple):
    """What is drawn: the plane's coordinates, heights between 0 and 1, and what the ends are."""

    x: NDArray[Any]
    y: NDArray[Any]
    z: NDArray[Any]
    low: float
    high: float
    soft: float | None
    """Heights are logarithmic from about this far above the lowest loss on; None: they are even."""

    def loss(self, share: float) -> float:
        """Return the loss at a height."""
        if self.soft is None:
            return self.low + share * (self.high - self.low)
        return self.low + self.soft * math.expm1(share * math.log1p((self.high - self.low) / self.soft))


def terrain(x: NDArray[Any], y: NDArray[Any], loss: NDArray[Any], *, log: bool) -> Terrain | None:
    """Return a loss as heights, thinned to what is drawn; None where nothing is finite."""
    finite = np.isfinite(loss)
    if not finite.any():
        return None
    low, high = float(loss[finite].min()), float(loss[finite].max())
    above = np.where(finite, loss, np.nan) - low
    soft = None
    if log and high > low:
        # A plain logarithm would tear holes into the floor of a valley: below its lowest twentieth heights are even.
        soft = max(float(np.quantile(above[finite], 0.05)), (high - low) * 1e-9)
        above = np.log1p(above / soft)
    return Terrain(x, y, above / (np.nanmax(above) or 1.0), low, high, soft)


class SurfaceMark(Mark):
    """The mountain with its box, axes and paths."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 1)
        self.view = View()
        self.terrain: Terrain | None = None
        self.paths: list[tuple[str, NDArray[Any], NDArray[Any]]] = []
        self.names = ("", "")

    # Places -----------------------------------------------------------------------------------------------------------

    def _pixels(self, points: NDArray[Any], rect: QRectF) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        across, down, far = projected(points, self.view)
        unit = (
            min((rect.width() - 70 * appearance().scale) / 3.0, (rect.height() - 40 * appearance().scale) / 2.3)
            * self.view.size
        )
        return (
            rect.center().x() + 22 * appearance().scale + across * unit,
            rect.center().y() + down * unit - 6 * appearance().scale,
            far,
        )

    def _box(self, x: NDArray[Any], y: NDArray[Any], z: NDArray[Any]) -> NDArray[Any]:
        """Return data as points of the box; heights are shares."""
        ground = self.terrain
        assert ground is not None  # noqa: S101 - nothing is drawn without
        across = 2 * (x - ground.x[0]) / (ground.x[-1] - ground.x[0]) - 1
        up = 2 * (y - ground.y[0]) / (ground.y[-1] - ground.y[0]) - 1
        return np.stack([across, up, (2 * z - 1) * HIGH], -1)

    # Drawing ----------------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw floor, cells from far to near, paths and axes."""
        if self.terrain is None:
            return
        self._floor(painter, rect)
        self._cells(painter, rect)
        self._paths(painter, rect)
        self._axes(painter, rect)

    def _floor(self, painter: QPainter, rect: QRectF) -> None:
        ground = self.terrain
        assert ground is not None  # noqa: S101
        corners = self._box(ground.x[[0, -1, -1, 0]], ground.y[[0, 0, -1, -1]], np.zeros(4))
        x, y, _ = self._pixels(corners, rect)
        painter.setPen(QPen(QColor(appearance().theme.hairline), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))

    def _cells(self, painter: QPainter, rect: QRectF) -> None:
        ground = self.terrain
        assert ground is not None  # noqa: S101
        pick, rows = (np.unique(np.linspace(0, len(each) - 1, CELLS + 1).round().astype(int))
                      for each in (ground.x, ground.y))  # fmt: skip
        z = ground.z[np.ix_(rows, pick)]
        gx, gy = np.meshgrid(ground.x[pick], ground.y[rows])
        points = self._box(gx, gy, z)
        px, py, far = self._pixels(points, rect)
        quads = np.stack([np.stack(_corners(each), -1) for each in (px, py, far, z)], -1)  # (rows, columns, 4, 4)
        shade = _light(points)
        quads, shade = quads.reshape(-1, 4, 4), shade.ravel()
        whole = np.isfinite(quads).all(axis=(1, 2))
        quads, shade = quads[whole], shade[whole]
        order = np.argsort(-quads[:, :, 2].mean(axis=1))
        ramp = _ramp()
        height = quads[:, :, 3].mean(axis=1)
        place = np.clip((height * 0.9 + shade * 0.1) * (len(ramp) - 1), 0, len(ramp) - 1).astype(int)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        last = -1
        for number, (x0, y0, x1, y1, x2, y2, x3, y3) in zip(
            place[order].tolist(), quads[order][:, :, :2].reshape(-1, 8).tolist(), strict=True
        ):
            if number != last:
                brush, pen = ramp[number]
                painter.setPen(pen)
                painter.setBrush(brush)
                last = number
            painter.drawConvexPolygon((QPointF(x0, y0), QPointF(x1, y1), QPointF(x2, y2), QPointF(x3, y3)))

    def _paths(self, painter: QPainter, rect: QRectF) -> None:
        ground = self.terrain
        assert ground is not None  # noqa: S101
        theme, scale = appearance().theme, appearance().scale
        for color, x, y in self.paths:
            z = heights(ground.x, ground.y, ground.z, x, y)
            known = np.isfinite(z)
            if not known.any():
                continue
            px, py, _ = self._pixels(self._box(x, y, z + 0.012), rect)
            path = QPainterPath()
            for k in np.flatnonzero(known).tolist():
                move = path.moveTo if not k or not known[k - 1] else path.lineTo
                move(px[k], py[k])
            draw_lines(painter, path, stroke(theme.panel, 4.0))
            draw_lines(painter, path, stroke(color, 2.2))
            end = int(np.flatnonzero(known)[-1])
            painter.setPen(QPen(QColor(theme.panel), 1.2 * scale))
            painter.setBrush(QColor(color))
            painter.drawEllipse(QPointF(px[end], py[end]), 4.5 * scale, 4.5 * scale)

    def _axes(self, painter: QPainter, rect: QRectF) -> None:
        """Draw ticks along the two nearer edges of the floor and the heights at the leftmost corner."""
        ground, look = self.terrain, appearance()
        assert ground is not None  # noqa: S101
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        middle = self._pixels(np.zeros((1, 3)) - [0, 0, HIGH], rect)
        centre = (float(middle[0][0]), float(middle[1][0]))
        ends = ((ground.x[0], ground.x[-1]), (ground.y[0], ground.y[-1]))
        for axis in (0, 1):
            fixed = self._near(axis, rect)
            low, high = ends[axis]
            ticks = linear_ticks(low, high, 4)
            for tick in ticks:
                if self._beside_heights(self._edge(axis, tick.at, fixed), rect):
                    continue
                self._text(
                    painter, metrics, self._edge(axis, tick.at, fixed), centre, tick.text, rect, look.theme.faint, 12
                )
            name = metrics.elidedText(self.names[axis], Qt.TextElideMode.ElideMiddle, 150 * look.scale)
            half = (low + high) / 2
            self._text(painter, metrics, self._edge(axis, half, fixed), centre, name, rect, look.theme.second, 32)
        self._heights(painter, metrics, rect)

    def _beside_heights(self, point: NDArray[Any], rect: QRectF) -> bool:
        """Whether a place of the floor lies where the heights are written."""
        ground = self.terrain
        assert ground is not None  # noqa: S101
        corners = self._box(ground.x[[0, -1, -1, 0]], ground.y[[0, 0, -1, -1]], np.zeros(4))
        x, y, _ = self._pixels(corners, rect)
        k, (px, py, _) = int(np.argmin(x)), self._pixels(point, rect)
        return math.hypot(float(px[0]) - x[k], float(py[0]) - y[k]) < 24 * appearance().scale

    def _edge(self, axis: int, at: float, fixed: float) -> NDArray[Any]:
        x, y = (at, fixed) if axis == 0 else (fixed, at)
        return self._box(np.array([x]), np.array([y]), np.zeros(1))

    def _near(self, axis: int, rect: QRectF) -> float:
        """Return which end of the other axis lies nearer."""
        ground = self.terrain
        assert ground is not None  # noqa: S101
        others = ground.y[[0, -1]] if axis == 0 else ground.x[[0, -1]]
        middle = float((ground.x if axis == 0 else ground.y)[[0, -1]].mean())
        far = [float(self._pixels(self._edge(axis, middle, float(each)), rect)[2][0]) for each in others]
        return float(others[int(np.argmin(far))])

    def _text(
        self, painter: QPainter, metrics: QFontMetricsF, point: NDArray[Any], centre: tuple[float, float], text: str,
        rect: QRectF, color: str, away: float,
    ) -> None:  # fmt: skip
        """Write a text outside of the floor, beside a point of its edge."""
        px, py, _ = self._pixels(point, rect)
        dx, dy = float(px[0]) - centre[0], float(py[0]) - centre[1]
        length = math.hypot(dx, dy) or 1.0
        far = away * appearance().scale
        width = metrics.horizontalAdvance(text)
        x = float(px[0]) + dx / length * (far + width * 0.5 * abs(dx) / length)
        y = float(py[0]) + dy / length * far + (metrics.height() if away > 20 else 0.0)
        painter.setPen(QColor(color))
        painter.drawText(QPointF(x - width / 2, y + metrics.ascent() * 0.4), text)

    def _heights(self, painter: QPainter, metrics: QFontMetricsF, rect: QRectF) -> None:
        """Draw the vertical axis at the corner that is leftmost on the screen."""
        ground, look = self.terrain, appearance()
        assert ground is not None  # noqa: S101
        corners = self._box(ground.x[[0, -1, -1, 0]], ground.y[[0, 0, -1, -1]], np.zeros(4))
        k = int(np.argmin(self._pixels(corners, rect)[0]))
        edge = np.stack([corners[k], corners[k] + [0, 0, 2 * HIGH]])
        x, y, _ = self._pixels(edge, rect)
        painter.setPen(QPen(QColor(look.theme.faint), 1))
        painter.drawLine(QPointF(x[0], y[0]), QPointF(x[1], y[1]))
        for share in (0.0, 0.5, 1.0):
            text = level_text(float(f"{ground.loss(share):.1e}"))
            px, py = x[0], y[0] + (y[1] - y[0]) * share
            painter.setPen(QColor(look.theme.faint))
            painter.drawText(
                QPointF(px - metrics.horizontalAdvance(text) - look.px(6), py + metrics.ascent() * 0.4), text
            )
        painter.setPen(QColor(look.theme.second))
        painter.drawText(QPointF(x[1] - metrics.horizontalAdvance("loss") / 2, y[1] - look.px(10)), "loss")


def _corners(values: NDArray[Any]) -> list[NDArray[Any]]:
    return [values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]]


def _light(points: NDArray[Any]) -> NDArray[Any]:
    """Return how much each cell is turned to a light from the upper left, 0 to 1."""
    across = points[:-1, 1:] - points[:-1, :-1]
    up = points[1:, :-1] - points[:-1, :-1]
    normal = np.cross(across, up)
    length = np.linalg.norm(normal, axis=-1)
    light = np.array([-0.5, -0.3, 0.8])
    with np.errstate(all="ignore"):
        found = (normal @ light) / (length * np.linalg.norm(light))
    return np.clip(np.nan_to_num(found), 0, 1)


def _ramp() -> list[tuple[QBrush, QPen]]:
    """Return fills and lines from the lowest to the highest: from the card's own colour into that of values."""
    theme = appearance().theme
    fills = [mix(theme.panel, theme.value, 0.10 + 0.72 * k / 63) for k in range(64)]
    other = theme.panel if theme.dark else theme.text
    return [(QBrush(QColor(fill)), QPen(QColor(mix(fill, other, 0.22)), 0.6)) for fill in fills]


class SurfaceCard(Card):
    """The loss over a plane as a mountain."""

    EMPTY: ClassVar[str] = "Add an optimizer and wire a loss into it: the loss is drawn over its parameters."

    def __init__(self, source: Landscape) -> None:
        super().__init__("Loss surface")
        self.source = source
        self.log: bool | None = None
        self.area.axes_visible = False
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(tr("Loss surface: arrow keys turn it, plus and minus change its size"))
        self.area.viewport().installEventFilter(self)
        self.area.installEventFilter(self)
        self.area.box.setMouseEnabled(False, False)
        self.surface = SurfaceMark(self.area)
        self._held: QPointF | None = None
        source.changed.connect(self.refresh)

    def switches(self) -> tuple[Switch, ...]:
        """Return the choices of the menu."""
        return (
            Switch("Logarithmic heights", self.is_log, self._set_log),
            Switch("As at first", lambda: self.surface.view == View(), lambda _: self._set(View())),
        )

    def is_log(self) -> bool:
        """Whether the heights are logarithmic now."""
        seen = self.source.seen
        return self.log if self.log is not None else seen is not None and suggests_log(seen.loss.array())

    def _set_log(self, on: bool) -> None:
        self.log = on
        self.refresh()

    def refresh(self) -> None:
        """Draw what is known now."""
        if not self.isVisible():
            return
        source = self.source
        self.set_empty(source.seen is None, source.sentence)
        self.subtitle.say(subtitle(source))
        extent = source.extent()
        shown = (path for path in source.paths if lane_key(path.lane) not in self.hidden and len(path.x))
        paths = [within(path, extent) for path in shown] if extent is not None else []
        keys = [(lane_key(path.lane), path) for path in source.paths]
        self.set_legend(
            [Pill(key, p.name, self._color(p), key not in self.hidden) for key, p in keys] if len(keys) > 1 else ()
        )
        surface = self.surface
        surface.names = axis_names(source)
        surface.paths = [(self._color(path), path.x, path.y) for path in paths]
        seen = source.seen
        surface.terrain = (
            None if seen is None else terrain(seen.x.array(), seen.y.array(), seen.loss.array(), log=self.is_log())
        )
        surface.update()

    def _color(self, path: Path) -> str:
        return lane_color(path.lane) if len(self.source.paths) > 1 else appearance().theme.derivative

    def _set(self, view: View) -> None:
        self.surface.view = view
        self.surface.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: dragging and the arrow keys turn it; the wheel, plus and minus bring it nearer."""
        if watched is self.area.viewport() and isinstance(event, QWheelEvent):
            self._set(self.surface.view.nearer(1.0015 ** event.angleDelta().y()))
            return True
        if watched is self.area.viewport() and isinstance(event, QMouseEvent):
            return self._mouse(event)
        if watched is self.area and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._held = event.position()
            self.area.setFocus(Qt.FocusReason.MouseFocusReason)
            return True
        if event.type() == QEvent.Type.MouseMove and self._held is not None:
            moved, self._held = event.position() - self._held, event.position()
            self._set(self.surface.view.moved(-moved.x() * 0.4, moved.y() * 0.3))
            return True
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._held = None
            return True
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self._set(View())
            return True
        return False

    def _key(self, event: QKeyEvent) -> bool:
        turns = {
            Qt.Key.Key_Left: (5.0, 0.0), Qt.Key.Key_Right: (-5.0, 0.0),
            Qt.Key.Key_Up: (0.0, 4.0), Qt.Key.Key_Down: (0.0, -4.0),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in turns:
            self._set(self.surface.view.moved(*turns[key]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._set(self.surface.view.nearer(1.1))
        elif key == Qt.Key.Key_Minus:
            self._set(self.surface.view.nearer(1 / 1.1))
        else:
            return False
        return True

    def restyle(self) -> None:
        """Take up theme and scale."""
        super().restyle()
        if hasattr(self, "surface"):
            self.refresh()

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the grid of losses."""
        seen = self.source.seen
        if seen is None:
            return {}
        x, y = np.meshgrid(seen.x.array(), seen.y.array())
        across, up = axis_names(self.source)
        return {across: x.ravel(), up: y.ravel(), "loss": seen.loss.array().ravel()}
