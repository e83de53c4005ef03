"""Matrices as coloured cells with their numbers in them, and names beside rows and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app import fonts
from app.plots.area import PlotArea, ReadOut, Row
from app.plots.marks import Mark
from app.plots.scales import colour_table, limits
from app.plots.shapes import finite_range
from app.plots.views.base import Settings, ViewCard, listed, readable_on
from app.plots.views.colour_bar import ColourBar
from app.theme import appearance, mix
from app.worker.describe import short
from engine.types import shape_text

WRITTEN: Final = 1_600
"""Cells up to which numbers may be written into them."""
LONGEST: Final = 84
"""Width of the names of rows, at scale 1."""


class CellsMark(Mark):
    """Cells in colours of their own, row 0 at the top, with texts in them and names around them."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 1)
        self._colors: NDArray[Any] = np.empty((0, 0, 4), np.uint8)
        self._texts: Sequence[Sequence[str]] = ()
        self._rows: Sequence[str] = ()
        self._columns: Sequence[str] = ()
        self._said = ("", "")

    def set(
        self,
        colors: NDArray[Any],
        texts: Sequence[Sequence[str]] = (),
        rows: Sequence[str] = (),
        columns: Sequence[str] = (),
        said: tuple[str, str] = ("", ""),
    ) -> None:
        """Draw cells (rows, columns, 4) of uint8; `said` is what rows and columns stand for."""
        self._colors, self._texts, self._rows, self._columns, self._said = colors, texts, rows, columns, said
        look = appearance()
        metrics = QFontMetricsF(fonts.sans("caption", look.scale))
        widest = max((metrics.horizontalAdvance(name) for name in rows), default=0.0) / look.scale
        room = (min(widest, LONGEST) + 8 if rows else 0.0) + (16 if said[0] else 0)
        below = (16.0 if columns else 0.0) + (15 if said[1] else 0)
        if (self.area.left_room, self.area.bottom_room) != (room, below):
            self.area.left_room, self.area.bottom_room = room, below
            self.area.place()
        self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Qt: draw cells within the plot, and names around it."""
        super().paint(painter, option, widget)
        painter.setClipping(False)
        if self._colors.size:
            self._names(painter, self.area.plot_rect)

    def _edges(self, rect: QRectF) -> tuple[list[float], list[float]]:
        """Return the pixels between which columns and rows lie, the first row at the top."""
        rows, columns = self._colors.shape[:2]
        xs, _ = self.pixels(np.arange(columns + 1.0), np.zeros(columns + 1), rect)
        _, ys = self.pixels(np.zeros(rows + 1), np.arange(rows, -1.0, -1.0), rect)
        return xs.tolist(), ys.tolist()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the cells."""
        if not self._colors.size:
            return
        rows, columns = self._colors.shape[:2]
        xs, ys = self._edges(rect)
        wide, high = abs(xs[1] - xs[0]), abs(ys[1] - ys[0])
        if min(wide, high) < 5:
            image = QImage(self._colors.tobytes(), columns, rows, columns * 4, QImage.Format.Format_RGBA8888)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, min(wide, high) < 1)
            painter.drawImage(QRectF(QPointF(xs[0], ys[0]), QPointF(xs[-1], ys[-1])), image)
            return
        gap = 1.0 if min(wide, high) > 8 else 0.0
        radius = min(3.0 * appearance().scale, min(wide, high) / 6)
        font = self._font(wide - 4, high - 2)
        if font is not None:
            painter.setFont(font)
        for row, values in enumerate(self._colors.tolist()):
            for column, color in enumerate(values):
                if not color[3]:
                    continue
                cell = QRectF(QPointF(xs[column], ys[row]), QPointF(xs[column + 1], ys[row + 1]))
                fill = QColor(*color)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(fill)
                painter.drawRoundedRect(cell.adjusted(0, 0, -gap, -gap), radius, radius)
                if font is not None:
                    painter.setPen(readable_on(fill.name()))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, self._texts[row][column])

    def _font(self, wide: float, high: float) -> Any:
        """Return the largest font in which every text fits its cell; None where none does."""
        if not self._texts or self._colors.shape[0] * self._colors.shape[1] > WRITTEN:
            return None
        longest = max((text for row in self._texts for text in row), key=len, default="")
        for size in ("heading", "body", "small", "caption"):
            font = fonts.mono(size, appearance().scale)
            metrics = QFontMetricsF(font)
            if metrics.horizontalAdvance(longest) <= wide and metrics.height() <= high:
                return font
        return None

    def _names(self, painter: QPainter, rect: QRectF) -> None:
        look = appearance()
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(look.theme.second))
        xs, ys = self._edges(rect)
        top, bottom = max(rect.top(), ys[0]), min(rect.bottom(), ys[-1])
        left = max(rect.left(), xs[0])
        end = Qt.TextElideMode.ElideRight
        every = _every(ys, metrics.height())
        for row in range(0, len(self._rows), every):
            middle = (ys[row] + ys[row + 1]) / 2
            if top <= middle <= bottom:
                box = QRectF(0, middle - metrics.height() / 2, left - look.px(6), metrics.height())
                text = metrics.elidedText(self._rows[row], end, look.px(LONGEST))
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        widest = max((metrics.horizontalAdvance(name) for name in self._columns), default=0.0) + look.px(6)
        cell = abs(xs[1] - xs[0])
        every = max(1, -(-int(min(widest, look.px(40))) // max(1, int(cell))))
        for column in range(0, len(self._columns), every):
            middle = (xs[column] + xs[column + 1]) / 2
            if rect.left() <= middle <= rect.right():
                room = cell * every
                text = metrics.elidedText(self._columns[column], end, room - look.px(3))
                box = QRectF(middle - room / 2, bottom + look.px(2), room, metrics.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        self._axes_said(painter, metrics, QRectF(QPointF(left, top), QPointF(min(rect.right(), xs[-1]), bottom)))

    def _axes_said(self, painter: QPainter, metrics: QFontMetricsF, cells: QRectF) -> None:
        look = appearance()
        painter.setPen(QColor(look.theme.faint))
        down, across = self._said
        if across:
            box = QRectF(cells.left(), cells.bottom() + look.px(17), cells.width(), metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, across)
        if down:
            widest = max((metrics.horizontalAdvance(name) for name in self._rows), default=0.0)
            painter.save()
            painter.translate(cells.left() - min(widest, look.px(LONGEST)) - look.px(10), cells.center().y())
            painter.rotate(-90)
            box = QRectF(-cells.height() / 2, -metrics.height(), cells.height(), metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, down)
            painter.restore()


def _every(edges: Sequence[float], room: float) -> int:
    """Return which of the names fit: every k-th."""
    each = abs(edges[1] - edges[0])
    return max(1, -(-int(room) // max(1, int(each))))


class HeatCard(ViewCard):
    """A matrix as coloured cells with its numbers and names."""

    EMPTY: ClassVar[str] = "Wire a matrix into this node: its elements are drawn as coloured cells."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self.area.axes_visible = False
        self._cells = CellsMark(self.area)
        self._scale = ColourBar(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        x = self.arrays.get("x")
        if x is None:
            return self.EMPTY
        if x.ndim not in (1, 2):
            return f"x {shape_text(self.shape('x'))} must be a matrix."
        return "" if x.size else "The matrix is empty."

    def describe(self) -> str:
        """Return the shape, and how many elements are holes."""
        holes = int((~np.isfinite(self.arrays["x"])).sum())
        return shape_text(self.shape("x")) + (f" · {holes:,} not finite" if holes else "")

    def draw(self) -> None:
        """Draw cells and scale."""
        if self.lacking():
            self._cells.set(np.empty((0, 0, 4), np.uint8))
            self._scale.set(0.0, 0.0, ())
            return
        x = np.atleast_2d(self.arrays["x"])
        name = str(self.settings.get("colours", "sequential"))
        low, high = limits(name, *(finite_range(x) or (0.0, 1.0)))
        table = colour_table(name)
        texts = written(x) if self.settings.get("numbers", True) and x.size <= WRITTEN else ()
        rows, columns = (listed(self.settings.get(key)) for key in ("rows", "columns"))
        self._cells.set(coloured(x, table, low, high), texts, rows[: len(x)], columns[: x.shape[1]])
        self._scale.set(low, high, tuple(map(tuple, [*table[::32].tolist(), table[-1].tolist()])))
        if self.area.following:
            self.area.box.setRange(QRectF(0, 0, x.shape[1], len(x)), padding=0, disableAutoRange=True)

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        x = np.atleast_2d(self.arrays["x"])
        at = cell_at(place, x.shape)
        if at is None:
            return None
        whole = self.shape("x") if len(self.shape("x")) == 2 else (1, *self.shape("x"))
        rows, columns = (listed(self.settings.get(key)) for key in ("rows", "columns"))
        down, across = (max(1, -(-length // shown)) for length, shown in zip(whole, x.shape, strict=True))
        row = rows[at[0]] if at[0] < len(rows) else f"row {at[0] * down}"
        column = columns[at[1]] if at[1] < len(columns) else f"column {at[1] * across}"
        value = Row(appearance().theme.value, "value", short(float(x[at])))
        return ReadOut(place.x(), (), f"{row}, {column}", (value,), line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the matrix column by column."""
        if self.lacking():
            return {}
        x, names = np.atleast_2d(self.arrays["x"]), listed(self.settings.get("columns"))
        return {names[k] if k < len(names) else f"column {k}": x[:, k] for k in range(x.shape[1])}


class ConfusionCard(ViewCard):
    """How often each class is taken for each: right ones on the diagonal, wrong ones in another colour beside it."""

    EMPTY: ClassVar[str] = "Wire predictions and the true classes into this node: it counts which is taken for which."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self.area.axes_visible = False
        self._cells = CellsMark(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        if "counts" in self.arrays:
            return ""
        facts = self.data.facts if self.data is not None else {}
        classes = int(facts.get("classes", 0))
        if classes:
            return f"{classes:,} classes are too many to be drawn: are these class numbers?"
        return self.EMPTY

    def describe(self) -> str:
        """Return how many are right."""
        counts = self.arrays["counts"]
        total, right = counts.sum(), np.trace(counts)
        left = int(self.data.facts.get("left_out", 0)) if self.data is not None else 0
        share = f"{100 * right / total:.1f} % right" if total else "nothing counted"
        return f"{share} · {int(total):,} examples" + (f" · {left:,} without a class" if left else "")

    def names(self) -> tuple[str, ...]:
        """Return what the classes are called: as set, else as in the table, else their numbers."""
        count = len(self.arrays["counts"])
        given = listed(self.settings.get("classes")) or tuple(self.data.facts.get("names", ()) if self.data else ())
        return tuple(given[k] if k < len(given) else str(k) for k in range(count))

    def draw(self) -> None:
        """Draw the cells."""
        if self.lacking():
            self._cells.set(np.empty((0, 0, 4), np.uint8))
            return
        counts, look = self.arrays["counts"], appearance()
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        right, wrong = look.theme.series[3], look.theme.series[2]
        colors = np.empty((*counts.shape, 4), np.uint8)
        for row in range(len(counts)):
            for column in range(len(counts)):
                tint = right if row == column else wrong
                # A few mistakes are what is looked for: the root lets them be seen.
                strength = 0.04 + 0.9 * float(np.sqrt(shares[row, column])) if counts[row, column] else 0.0
                fill = QColor(mix(look.theme.raised, tint, strength))
                colors[row, column] = (fill.red(), fill.green(), fill.blue(), 255)
        names = self.names()
        self._cells.set(colors, self._texts(counts, shares), names, names, ("true", "taken for"))
        if self.area.following:
            self.area.box.setRange(QRectF(0, 0, *counts.shape), padding=0, disableAutoRange=True)

    def _texts(self, counts: NDArray[Any], shares: NDArray[Any]) -> list[list[str]]:
        if self.settings.get("shares"):
            return [[f"{100 * share:.0f} %" if share else "" for share in row] for row in shares.tolist()]
        return [[f"{int(count):,}" if count else "" for count in row] for row in counts.tolist()]

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        counts, names, theme = self.arrays["counts"], self.names(), appearance().theme
        at = cell_at(place, counts.shape)
        if at is None:
            return None
        row, column = at
        total = counts[row].sum()
        color = theme.series[3] if row == column else theme.series[2]
        rows = [Row(color, "count", f"{int(counts[at]):,}")]
        if total:
            rows.append(Row(theme.faint, f"of {names[row]}", f"{100 * counts[at] / total:.1f} %"))
        title = f"{names[row]}, right" if row == column else f"{names[row]} taken for {names[column]}"
        return ReadOut(place.x(), (), title, tuple(rows), line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the counts: one row per true class, one column per class given."""
        if self.lacking():
            return {}
        names, counts = self.names(), self.arrays["counts"].astype(np.int64)
        return {"true": np.array(names)} | {f"taken for {name}": counts[:, k] for k, name in enumerate(names)}


def coloured(x: NDArray[Any], table: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """Return the colours of numbers between low and high, (rows, columns, 4); holes are transparent."""
    finite = np.isfinite(x)
    place = np.where(finite, (x - low) / (high - low) * (len(table) - 1), 0)
    rgb = table[np.clip(np.round(place), 0, len(table) - 1).astype(int)]
    return np.concatenate([rgb, np.where(finite, 255, 0)[..., None]], axis=-1).astype(np.uint8)


def written(x: NDArray[Any]) -> list[list[str]]:
    """Return numbers with as many decimals as tell them apart, at most three digits where they are small."""
    finite = np.abs(x[np.isfinite(x)])
    largest = float(finite.max()) if finite.size else 0.0
    if finite.size and (finite == np.round(finite)).all() and largest < 1e6:
        return [[f"{v:.0f}".replace("-", "−") if np.isfinite(v) else "" for v in row] for row in x.tolist()]
    if not 1e-3 <= largest < 1e5:
        return [[f"{v:.1e}".replace("-", "−") if np.isfinite(v) else "" for v in row] for row in x.tolist()]
    decimals = 2 if largest < 100 else 1 if largest < 1000 else 0
    decimals += 1 if largest < 0.1 else 0
    return [[f"{v:.{decimals}f}".replace("-", "−") if np.isfinite(v) else "" for v in row] for row in x.tolist()]


def cell_at(place: QPointF, shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Return (row, column) at a place of a plot whose row 0 is at the top; None outside."""
    row, column = shape[0] - 1 - int(np.floor(place.y())), int(np.floor(place.x()))
    return (row, column) if 0 <= row < shape[0] and 0 <= column < shape[1] else None
