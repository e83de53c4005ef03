"""The contour card: lines of equal loss with their numbers, paths, arrows; a click on it is a new start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.landscape.levels import levels, suggests_log
from app.landscape.marks import BendMark, CrossMark, DownhillMark, LevelLabels, Push, PushMark
from app.landscape.source import Landscape, Path
from app.plots.area import ReadOut, Row
from app.plots.card import Card, Switch
from app.plots.histories import lane_color, lane_key
from app.plots.legend import Pill
from app.plots.marks import CurveMark, PointsMark, SegmentsMark, stroke
from app.plots.path import END, NEAR, STRIPE, Bounds, path_stroke, striped
from app.plots.shapes import contour_segments, without_crumbs
from app.theme import appearance, mix
from app.words import tr
from app.worker.describe import short

CLICK: Final = 4.0
"""Pixels that the mouse may move in a click."""
FAR: Final = 20.0
"""How far away from the others a path is drawn, as a multiple of what they take."""
STEP: Final = 0.02
"""How far an arrow key moves the cross, as a part of the view."""
ARROW_KEYS: Final = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}  # fmt: skip


class ContourCard(Card):
    """The loss over a plane as lines, seen from above."""

    EMPTY: ClassVar[str] = "Add an optimizer and wire a loss into it: the loss is drawn over its parameters."

    start_chosen = Signal(float, float)
    """A place of the plane was clicked, or chosen by Enter."""
    view_changed = Signal(object)
    """Bounds that a person looks at; None: the paths again."""

    def __init__(self, source: Landscape) -> None:
        super().__init__("Loss landscape")
        self.source = source
        self.log: bool | None = None
        """Whether levels are logarithmic; None: as the losses suggest."""
        self.momentum = True
        self.area.read = self._read
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(tr("Loss landscape: arrow keys move a cross, Enter starts there"))
        self.area.viewport().installEventFilter(self)
        self.area.installEventFilter(self)
        self._lines = SegmentsMark(self.area, -1)
        self._labels = LevelLabels(self.area)
        self._arrows = DownhillMark(self.area)
        self._bend = BendMark(self.area)
        self._pushes = PushMark(self.area)
        self._cross = CrossMark(self.area)
        self._starts, self._ends = PointsMark(self.area, 3), PointsMark(self.area, 4)
        self._curves: dict[int, tuple[CurveMark, CurveMark]] = {}
        """Of each path: all of it, and the pieces that lie over the others."""
        self._pressed: QPointF | None = None
        # A click waits for a second one: a double click shows everything again and starts nowhere.
        self._clicking = QTimer(self, singleShot=True, interval=QApplication.doubleClickInterval())
        self._clicking.timeout.connect(self._clicked)
        self._clicked_at = QPointF()
        self._drawn_for: tuple[Any, ...] = ()
        source.changed.connect(self.refresh)
        self.area.range_changed.connect(self._view_moved)

    def switches(self) -> Sequence[Switch]:
        """Return the choices of the menu."""
        return (
            Switch("Logarithmic levels", self.is_log, self._set_log),
            Switch("Momentum at the ends", lambda: self.momentum, self._set_momentum),
        )

    def is_log(self) -> bool:
        """Whether the levels are logarithmic now."""
        seen = self.source.seen
        return self.log if self.log is not None else seen is not None and suggests_log(seen.loss.array())

    def _set_log(self, on: bool) -> None:
        self.log = on
        self.refresh()

    def _set_momentum(self, on: bool) -> None:
        self.momentum = on
        self.refresh()

    # Drawing ----------------------------------------------------------------------------------------------------------

    def paths(self) -> tuple[Path, ...]:
        """Return the paths that are drawn."""
        shown = (path for path in self.source.paths if lane_key(path.lane) not in self.hidden and len(path.x))
        extent = self.source.extent()
        return tuple(within(path, extent) for path in shown) if extent is not None else ()

    def color(self, lane: int) -> str:
        """Return the colour of a path."""
        return lane_color(lane) if len(self.source.paths) > 1 else appearance().theme.derivative

    def refresh(self) -> None:
        """Draw what is known now."""
        source = self.source
        self.set_empty(source.seen is None and not source.paths, source.sentence)
        self.area.x_name, self.area.y_name = axis_names(source)
        self.subtitle.say(subtitle(source))
        self.set_legend(self.pills())
        self._fit()
        self._draw_lines()
        self._draw_paths()
        self._draw_marks()
        self.area.refresh_read_out()

    def pills(self) -> Sequence[Pill]:
        """Return the legend's entries."""
        if len(self.source.paths) < 2:
            return ()
        keys = ((lane_key(path.lane), path) for path in self.source.paths)
        return [Pill(key, path.name, self.color(path.lane), key not in self.hidden) for key, path in keys]

    def _fit(self) -> None:
        if not self.area.following:
            return
        wanted = self.source.wanted()
        if wanted is None and self.source.seen is not None:
            x, y = self.source.seen.x.array(), self.source.seen.y.array()
            wanted = (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))
        if wanted is not None:
            self.area.box.setRange(xRange=wanted[:2], yRange=wanted[2:], padding=0, disableAutoRange=True)

    def _view_moved(self) -> None:
        if self.area.following:
            self.view_changed.emit(None)
        else:
            (x0, x1), (y0, y1) = self.area.box.viewRange()
            self.view_changed.emit((x0, x1, y0, y1))

    def _draw_lines(self) -> None:
        seen, theme = self.source.seen, appearance().theme
        many = len(self.source.paths) > 1
        key = (id(seen), theme.name, self.is_log(), many)
        if seen is None:
            self._lines.set([])
            self._levels: list[tuple[float, NDArray[Any]]] = []
        elif key != self._drawn_for:
            x, y, loss = seen.x.array(), seen.y.array(), seen.loss.array()
            smooth = np.sqrt(np.maximum(loss - np.nanmin(loss), 0)) if np.isfinite(loss).any() else loss
            base = float(np.nanmin(loss)) if np.isfinite(loss).any() else 0.0
            strong = 0.85 if not theme.dark else 0.75
            # Paths of several optimizers have all colours: the lines are then no colour at all.
            color = theme.second if many else theme.value
            strong *= 0.75 if many else 1.0
            found = levels(loss, log=self.is_log())
            groups, self._levels = [], []
            for k, level in enumerate(found):
                segments = without_crumbs(contour_segments(x, y, smooth, float(np.sqrt(level - base))))
                share = strong - (strong - 0.28) * k / max(1, len(found) - 1)
                groups.append((segments, stroke(mix(theme.panel, color, share), 1.0)))
                if len(segments):
                    self._levels.append((float(level), segments))
            self._lines.set(groups)
        self._drawn_for = key
        places = [np.stack([path.x, path.y], 1)[:: max(1, len(path.x) // 40)] for path in self.paths()]
        self._labels.set(self._levels, np.concatenate([*places, np.empty((0, 2))]))

    def _draw_paths(self) -> None:
        paths = self.paths()
        for lane in set(self._curves) - {path.lane for path in paths}:
            for mark in self._curves.pop(lane):
                mark.remove()
        for path in paths:
            if path.lane not in self._curves:
                z = 0.01 * path.lane
                self._curves[path.lane] = CurveMark(self.area, 1 + z), CurveMark(self.area, 2 + z)
            whole, on_top = self._curves[path.lane]
            drawn = path_stroke(self.color(path.lane), path.x, path.y)
            whole.set(path.x, path.y, drawn)
            # Where paths coincide each is seen in turn.
            shown = self._stripes(path, paths) if len(paths) > 1 else np.full(len(path.y), np.nan)
            on_top.set(path.x, shown, drawn)
        theme = appearance().theme
        firsts = list(dict.fromkeys((float(path.x[0]), float(path.y[0])) for path in paths))
        if not firsts and self.source.seen is not None:
            firsts = [self.source.seen.start]
        starts = np.array(firsts).reshape(-1, 2)
        color = self.color(paths[0].lane) if len(paths) == 1 else theme.text
        self._starts.set(starts[:, 0], starts[:, 1], [QColor(color)], 8.0, hollow=True)
        x, y = np.array([(path.x[-1], path.y[-1]) for path in paths]).reshape(-1, 2).T
        across, up = self._ends.pixels(x, y, self.area.plot_rect)
        near = np.hypot(across[:, None] - across, up[:, None] - up) < NEAR * appearance().scale
        sizes = [END + 4.0 * int(near[k, k + 1 :].sum()) for k in range(len(x))]
        self._ends.set(x, y, [QColor(self.color(path.lane)) for path in paths], sizes)

    def _stripes(self, path: Path, paths: Sequence[Path]) -> NDArray[Any]:
        x, y = self._ends.pixels(path.x, path.y, self.area.plot_rect)
        return striped(x, y, path.y, paths.index(path), len(paths), STRIPE * appearance().scale)

    def _draw_marks(self) -> None:
        source = self.source
        seen = source.seen
        self._arrows.set(seen.arrows.array() if seen is not None and source.slopes else np.empty((0, 4)))
        pushes = []
        slopes = seen.slopes.array() if seen is not None else np.empty((0, 2))
        for path in self.paths():
            x, y = float(path.x[-1]), float(path.y[-1])
            if self.momentum and path.push is not None:
                pushes.append(Push(x, y, *path.push, self.color(path.lane), dashed=True))
            if source.slopes and path.lane < len(slopes):
                down = -slopes[path.lane]
                pushes.append(Push(x, y, float(down[0]), float(down[1]), appearance().theme.derivative, dashed=False))
        self._pushes.set(pushes)
        bent = seen is not None and source.curvature and seen.bend is not None
        self._bend.set(source.bend_at() if bent else None, seen.bend.array() if bent else None)  # type: ignore[union-attr]

    def restyle(self) -> None:
        """Take up theme and scale."""
        super().restyle()
        if hasattr(self, "_curves"):
            self._drawn_for = ()
            self.refresh()

    # A new start ------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: a click without a drag, and the keys of the cross."""
        if isinstance(event, QMouseEvent) and watched is self.area.viewport():
            return self._mouse(event)
        if isinstance(event, QKeyEvent) and watched is self.area and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut and watched is self.area:
            self._cross.set(None)
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> bool:
        place = event.position()
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = place if self.area.plot_rect.contains(place) else None
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self._pressed = None
            self._clicking.stop()
        elif event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            pressed, self._pressed = self._pressed, None
            if pressed is not None and (place - pressed).manhattanLength() <= CLICK and self.source.seen is not None:
                self._clicked_at = self.area.to_data(place)
                self._clicking.start()
        return False

    @property
    def clicking(self) -> bool:
        """Whether a click waits whether it becomes a double click."""
        return self._clicking.isActive()

    def _clicked(self) -> None:
        self.start_chosen.emit(self._clicked_at.x(), self._clicked_at.y())

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        (x0, x1), (y0, y1) = self.area.box.viewRange()
        x, y = self._cross.place or ((x0 + x1) / 2, (y0 + y1) / 2)
        if key in ARROW_KEYS and self.source.seen is not None:
            dx, dy = ARROW_KEYS[key]
            far = STEP * (5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            x, y = x + dx * far * (x1 - x0), y + dy * far * (y1 - y0)
            self._cross.set((min(max(x, x0), x1), min(max(y, y0), y1)))
            self.area.read_at(self.area.to_pixels(*self._cross.place))  # type: ignore[misc]
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cross.place is not None:
            self.start_chosen.emit(*self._cross.place)
            return True
        if key == Qt.Key.Key_Escape and self._cross.place is not None:
            self._cross.set(None)
            self.area.read_at(None)
            return True
        return False

    # Reading ----------------------------------------------------------------------------------------------------------

    def _read(self, place: QPointF) -> ReadOut | None:
        return read(self, place)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the paths, then the grid of losses."""
        columns: dict[str, NDArray[Any]] = {}
        across, up = axis_names(self.source)
        for path in self.paths():
            for name, values in (("step", path.steps), (across, path.x), (up, path.y)):
                columns[f"{path.name} {name}"] = values
        if self.source.seen is not None:
            seen = self.source.seen
            x, y = np.meshgrid(seen.x.array(), seen.y.array())
            columns |= {across: x.ravel(), up: y.ravel(), "loss": seen.loss.array().ravel()}
        return columns


def within(path: Path, extent: Bounds) -> Path:
    """Return a path that ends where it runs far away from all others: no painter draws numbers that large."""
    x0, x1, y0, y1 = extent
    wide, high = FAR * (x1 - x0), FAR * (y1 - y0)
    inside = (path.x > x0 - wide) & (path.x < x1 + wide) & (path.y > y0 - high) & (path.y < y1 + high)
    if inside.all():
        return path
    count = max(1, int(np.argmin(inside)))
    return path._replace(steps=path.steps[:count], x=path.x[:count], y=path.y[:count], push=None)


def read(card: ContourCard, place: QPointF) -> ReadOut | None:
    """Return what is read at a place: the nearest point of a path, else the loss there."""
    from app.landscape.levels import heights

    source, theme = card.source, appearance().theme
    at, rect = card.area.to_pixels(place.x(), place.y()), card.area.plot_rect
    best: tuple[float, Path, int] | None = None
    for path in card.paths():
        xs, ys = card._ends.pixels(path.x, path.y, rect)
        away = np.hypot(xs - at.x(), ys - at.y())
        if np.isfinite(away).any():
            k = int(np.nanargmin(away))
            if away[k] < 14 * appearance().scale and (best is None or away[k] < best[0]):
                best = float(away[k]), path, k
    x, y, title, color = place.x(), place.y(), "", theme.text
    if best is not None:
        _, path, k = best
        x, y, color = float(path.x[k]), float(path.y[k]), card.color(path.lane)
        title = f"step {int(path.steps[k]):,}" + (f" · {path.name}" if len(source.paths) > 1 else "")
    across, up = axis_names(source)
    rows = [Row(color, across, short(x)), Row(color, up, short(y))]
    if source.seen is not None:
        grid = source.seen.x.array(), source.seen.y.array(), source.seen.loss.array()
        loss = heights(*grid, np.array([x]), np.array([y]))
        if np.isfinite(loss[0]):
            rows.append(Row(theme.value, "loss", f"≈ {short(float(loss[0]))}"))
    return ReadOut(place.x(), ((x, y, color),), title, tuple(rows), line=False)


def axis_names(source: Landscape) -> tuple[str, str]:
    """Return what the axes are called."""
    spec = source.spec
    if spec.kind == "random":
        return "random direction 1", "random direction 2"
    if spec.kind == "path":
        return "principal direction 1", "principal direction 2"
    numbers = {each.node: each for each in source.numbers()}
    names = [numbers[node].called(index) if node in numbers else node for node, index in (spec.x, spec.y)]
    return names[0], names[1]


def subtitle(source: Landscape) -> str:
    """Return the subtitle."""
    parts = []
    if source.spec.kind == "path" and source.share is not None:
        parts.append(f"{source.share:.0%} of the way lies in it")
    if len(source.paths) == 1:
        parts.append(source.paths[0].name)
    elif source.paths:
        parts.append(f"{len(source.paths)} optimizers")
    return " · ".join(parts)
