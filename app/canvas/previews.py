"""What a view's node shows in small: its data as the plot draws them, or else what is on its wire."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QImage, QPainter, QPolygonF

from app import numbers
from app.canvas import inks
from app.canvas.cards import NO_PEN
from app.canvas.inks import Inks, pen, width, write
from app.canvas.items import Reading
from app.plots.scales import limits
from app.plots.shapes import logarithms
from app.plots.views.boundary import class_shares, region_colors
from app.plots.views.words import fill
from app.worker.messages import ViewData, WireLook

MOST: Final = 60
"""Points, or bars, of a preview."""
CURVES: Final = 8
"""Curves of a preview: as many as the themes have colours for."""
TILES: Final = (6, 3)
"""Most images across and down in the preview of an image grid."""
ARROW: Final = 0.15
"""The longest arrow of a vector field, as a part of the box,"""
ARROWS: Final = (9, 6)
"""and how many across and down."""
BINS: Final = 24
"""Bars of the histogram of a value."""
CELLS: Final = 96
"""Rows and columns of a previewed picture."""
Points = tuple[tuple[float, float], ...]
"""Each (across, up) in 0..1."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A view's data, ready to be drawn into any box."""

    points: Points = ()
    lines: tuple[Points, ...] = ()
    """The first in the colour of values, more in those of a plot's curves."""
    bars: tuple[float, ...] = ()
    """Heights in 0..1,"""
    base: float = 0.0
    """from this one on."""
    strokes: tuple[tuple[float, float, float, float], ...] = ()
    """Arrows: through (across, up), by which parts of the box right and up."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Cells of a table."""
    words: str = ""
    cells: NDArray[Any] | None = None
    """(rows, columns) of 1..255 for a colour table, 0 where there is no number; or (rows, columns, 3) of colours."""
    colours: str = "sequential"


def preview_of(operator: str, style: str, data: ViewData | None) -> Preview | None:
    """Return the preview of a view node's data; None where what is on its wire says as much."""
    make = MAKERS.get(operator)
    if make is None or data is None:
        return None
    arrays = {name: packed.array() for name, packed in data.inputs.items()}
    with np.errstate(all="ignore"):
        return make(arrays, PROBABILITY if data.facts.get("probability") else style)


def wants_bars(shows: str, reading: Reading) -> bool:
    """Return whether a pinned preview shows a histogram: asked for, or of a value that is neither line nor image."""
    return shows == "histogram" or (not shows and not reading.line and reading.image is None and "…" in reading.value)


def histogram_of(look: WireLook) -> Preview | None:
    """Return the histogram of a value, of the part of it that came along with its look."""
    if look.partial is not None:
        values = np.abs(look.partial.array()) if look.partial.dtype.startswith("complex") else look.partial.array()
    else:
        values = look.thumbnail.array() if look.thumbnail is not None else np.array(look.line)
    finite = values[np.isfinite(values)] if values.dtype.kind in "iufb" else np.array(())
    if finite.size < 2:
        return None
    counts, _ = np.histogram(finite.astype(float), BINS)
    return Preview(bars=tuple((counts / counts.max()).tolist()))


def _scatter(arrays: dict[str, NDArray[Any]], colours: str) -> Preview | None:
    x, y, fit = (arrays[name].ravel() if name in arrays else None for name in ("x", "y", "fit"))
    if x is None or y is None or x.size != y.size or not x.size or (fit is not None and fit.size != x.size):
        return None
    known = [y] if fit is None else [y, fit]
    across, up = _to_unit([x]), _to_unit(known)
    known_at = np.flatnonzero(np.isfinite(across[0]) & np.isfinite(up[0]))
    known_at = known_at[:: math.ceil(len(known_at) / MOST) or 1]
    lines: tuple[Points, ...] = ()
    if fit is not None:
        order = np.argsort(x, kind="stable")
        chosen = order[np.unique(np.linspace(0, len(order) - 1, MOST).astype(int))]
        lines = (_pairs(across[0][chosen], up[1][chosen]),)
    return Preview(points=_pairs(across[0][known_at], up[0][known_at]), lines=lines)


def _curves(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    """The columns of y over x, as far as the plot has colours for them; a scalar is told by its value."""
    y, x = arrays.get("y"), arrays.get("x")
    if y is None or y.ndim not in (1, 2) or len(y) < 2 or not y.size or (x is not None and x.size != len(y)):
        return None
    chosen = np.unique(np.linspace(0, len(y) - 1, MOST).astype(int))
    columns = np.asarray(y, float).reshape(len(y), -1)[chosen].T[:CURVES]
    places = (np.arange(len(y)) if x is None else x.ravel())[chosen]
    (across,) = _to_unit([logarithms(places) if "log_x" in style else places])
    up = _to_unit([logarithms(column) if "log_y" in style else column for column in columns])
    return Preview(lines=tuple(_pairs(across, column) for column in up))


def _histogram(arrays: dict[str, NDArray[Any]], colours: str) -> Preview | None:
    counts = arrays.get("counts")
    if counts is None or not counts.size or not counts.max() > 0:
        return None
    every = math.ceil(len(counts) / MOST)
    joined = np.add.reduceat(counts, np.arange(0, len(counts), every))
    return Preview(bars=tuple((joined / joined.max()).tolist()))


def _image(arrays: dict[str, NDArray[Any]], colours: str) -> Preview | None:
    x = arrays.get("x")
    if x is None or not x.size or not (x.ndim == 2 or (x.ndim == 3 and x.shape[2] == 3)):
        return None
    x = x[:: math.ceil(x.shape[0] / CELLS), :: math.ceil(x.shape[1] / CELLS)]
    if x.ndim == 3:
        return Preview(cells=np.round(np.clip(np.nan_to_num(x), 0, 1) * 255).astype(np.uint8))
    finite = x[np.isfinite(x)]
    low, high = limits(colours, float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    scaled = np.where(np.isfinite(x), 1 + 254 * (x - low) / (high - low), 0)
    return Preview(cells=np.round(scaled).astype(np.uint8), colours=colours)


def _heights(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    z = arrays.get("z")
    return None if z is None or z.ndim != 2 else _image({"x": z[::-1]}, "sequential")


def _counts(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    counts = arrays.get("counts")
    return None if counts is None else _image({"x": np.sqrt(counts)}, "sequential")


def _regions(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    """The regions of a decision boundary, in the colours of their classes."""
    scores = arrays.get("scores")
    if scores is None or not scores.size:
        return None
    every = tuple(slice(None, None, math.ceil(length / CELLS)) for length in scores.shape[:2])
    likely = style == PROBABILITY
    return Preview(cells=region_colors(class_shares(scores[every], likely, likely))[::-1])


def _montage(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    """The first images side by side, a little apart."""
    stack = arrays.get("images")
    if stack is None or stack.ndim not in (3, 4) or not stack.size or (stack.ndim == 4 and stack.shape[3] != 3):
        return None
    shown = stack[: TILES[0] * TILES[1]]
    columns = min(TILES[0], math.ceil(math.sqrt(2 * len(shown))))
    high, wide = shown.shape[1:3]
    size = (math.ceil(len(shown) / columns) * (high + 1) - 1, columns * (wide + 1) - 1, *shown.shape[3:])
    whole = np.full(size, np.nan)
    for k, image in enumerate(shown):
        top, left = k // columns * (high + 1), k % columns * (wide + 1)
        whole[top : top + high, left : left + wide] = image
    return _image({"x": whole}, "grey")


def _heights_of(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    heights = arrays.get("heights")
    if heights is None or not heights.size or not np.isfinite(heights).any():
        return None
    flat = np.nan_to_num(heights.ravel()[:MOST].astype(float))
    low, high = min(float(flat.min()), 0.0), max(float(flat.max()), 0.0)
    span = (high - low) or 1.0
    return Preview(bars=tuple(((flat - low) / span).tolist()), base=-low / span)


def _field_of(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    parts = [arrays.get(name) for name in ("x", "y", "u", "v")]
    if any(part is None or not part.size for part in parts) or len({part.size for part in parts}) != 1:  # type: ignore[union-attr]
        return None
    x, y, u, v = (np.asarray(part, float).ravel() for part in parts)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & np.isfinite(u) & np.isfinite(v))
    if not known.size:
        return None
    (across,), (up,) = _to_unit([x]), _to_unit([y])
    known = known[_spread(across[known], up[known])]
    # Both directions in the axes' own measures, as the points are: an arrow then lies along what it follows.
    right, rise = (part[known] / (np.ptp(axis) or 1.0) for part, axis in ((u, x), (v, y)))
    reach = ARROW / (float(np.hypot(right, rise).max()) or 1.0)
    columns = (across[known], up[known], right * reach, rise * reach)
    return Preview(strokes=tuple(zip(*(column.tolist() for column in columns), strict=True)))


def _spread(across: NDArray[Any], up: NDArray[Any]) -> NDArray[Any]:
    """Return which points to draw: of each cell of a coarse grid the one nearest to its middle."""
    wide, high = ARROWS
    column, line = (np.minimum((part * count).astype(int), count - 1) for part, count in ((across, wide), (up, high)))
    gap = np.hypot(across * wide - column - 0.5, up * high - line - 0.5)
    order = np.lexsort((gap, line * wide + column))
    _, first = np.unique((line * wide + column)[order], return_index=True)
    return np.sort(order[first])


def _cells_of(arrays: dict[str, NDArray[Any]], style: str) -> Preview | None:
    x = arrays.get("x")
    if x is None or x.ndim != 2 or not x.size or x.dtype.kind == "c":
        return None
    return Preview(rows=tuple(tuple(numbers.short(float(v), 3) for v in row[:3]) for row in x[:3]))


def _words(arrays: dict[str, NDArray[Any]], template: str) -> Preview | None:
    return Preview(words=" ".join(fill(template, arrays).split())) if arrays and template.strip() else None


PROBABILITY: Final = "probability"
"""The style where what is previewed are probabilities."""
MAKERS: Final = {
    "views.scatter_fit": _scatter,
    "views.line_plot": _curves,
    "views.histogram": _histogram,
    "views.image": _image,
    "views.heat_map": _image,
    "views.contour": _heights,
    "views.confusion_matrix": _counts,
    "views.decision_boundary": _regions,
    "views.image_grid": _montage,
    "views.bar": _heights_of,
    "views.vector_field": _field_of,
    "views.table": _cells_of,
    "views.text": _words,
}


def style_of(operator: str, setting: Callable[[str], object]) -> str:
    """Return what of a view's settings its preview follows: the colour scale, or which axes are logarithmic."""
    if operator in ("views.image", "views.heat_map"):
        return str(setting("colours"))
    if operator == "views.line_plot":
        return " ".join(name for name in ("log_x", "log_y") if setting(name))
    if operator == "views.text":
        return str(setting("template"))
    return ""


def _to_unit(parts: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Return arrays scaled together from their least and greatest finite value to 0..1."""
    finite = np.concatenate([part[np.isfinite(part)] for part in parts])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    span = high - low
    return [(part - low) / span if span else np.where(np.isfinite(part), 0.5, np.nan) for part in parts]


def _pairs(x: NDArray[Any], y: NDArray[Any]) -> Points:
    keep = np.isfinite(x) & np.isfinite(y)
    return tuple(zip(x[keep].tolist(), y[keep].tolist(), strict=True))


# Painting -------------------------------------------------------------------------------------------------------------


def paint(
    painter: QPainter, room: QRectF, preview: Preview | None, reading: Reading, ink: Inks, hint: str, shows: str = ""
) -> None:
    """Paint a preview into a rectangle; without one what is on the wire, and without that a hint.

    `shows` asks for one form of what is on the wire; where the value has no such form, its number is shown.
    """
    if preview is not None:
        _paint_preview(painter, room, preview, ink)
    elif reading.image is not None and shows in ("", "image"):
        picture = QImage(reading.image)
        picture.setColorTable(ink.scale("sequential"))
        painter.drawImage(kept_aspect(picture.width(), picture.height(), room), picture)
    elif len(reading.line) > 1 and shows in ("", "line"):
        _spark(painter, room, reading.line, ink)
    elif reading.value:
        painter.setPen(ink.value if reading.finite else ink.bad)
        role = inks.BIG if width(inks.BIG, reading.value) <= room.width() else inks.NUMBER
        text = inks.fitted(role, reading.value, room.width())
        write(painter, role, room.center().x() - width(role, text) / 2, room.center().y(), text)
    else:
        painter.setPen(ink.faint)
        write(painter, inks.LABEL, room.center().x() - width(inks.LABEL, hint) / 2, room.center().y(), hint)


def _paint_preview(painter: QPainter, room: QRectF, preview: Preview, ink: Inks) -> None:
    if preview.cells is not None:
        picture = _picture(preview.cells, ink.scale(preview.colours))
        painter.drawImage(kept_aspect(picture.width(), picture.height(), room), picture)
    if preview.bars:
        _bars(painter, room, preview, ink)
    if preview.strokes:
        _arrows(painter, room, preview, ink)
    if preview.rows:
        _table(painter, room, preview, ink)
    if preview.words:
        painter.setPen(ink.text)
        _lines(painter, room, preview.words)
    if preview.points:
        painter.setPen(NO_PEN)
        painter.setBrush(QBrush(ink.second.color()))
        for point in _placed(preview.points, room):
            painter.drawEllipse(point, 1.8, 1.8)
    for k, line in enumerate(preview.lines):
        painter.setPen(pen(ink.theme.value if k == 0 else ink.theme.series[k], 1.8 if len(preview.lines) == 1 else 1.2))
        painter.drawPolyline(QPolygonF(_placed(line, room)))


def _bars(painter: QPainter, room: QRectF, preview: Preview, ink: Inks) -> None:
    step = room.width() / len(preview.bars)
    painter.setPen(NO_PEN)
    painter.setBrush(ink.value_fill)
    for k, share in enumerate(preview.bars):
        top, end = (room.bottom() - height * room.height() for height in (share, preview.base))
        wide = max(step - min(2.0, 0.2 * step), 0.5)
        painter.drawRect(QRectF(room.left() + k * step, min(top, end), wide, abs(end - top)))


def _arrows(painter: QPainter, room: QRectF, preview: Preview, ink: Inks) -> None:
    inner = room.adjusted(6, 6, -6, -6)
    painter.setPen(pen(ink.theme.value, 1.2))
    painter.setBrush(ink.value_fill)
    for x, y, right, up in preview.strokes:
        middle = QPointF(inner.left() + x * inner.width(), inner.bottom() - y * inner.height())
        half = QPointF(right * inner.width(), -up * inner.height()) / 2
        painter.drawLine(middle - half, middle + half)
        painter.drawEllipse(middle + half, 1.3, 1.3)


def _table(painter: QPainter, room: QRectF, preview: Preview, ink: Inks) -> None:
    painter.setPen(ink.value)
    wide, high = room.width() / max(map(len, preview.rows)), room.height() / 3
    for k, row in enumerate(preview.rows):
        for j, cell in enumerate(row):
            text = inks.fitted(inks.NUMBER, cell, wide - 4)
            right = room.left() + (j + 1) * wide - 2
            write(painter, inks.NUMBER, right - width(inks.NUMBER, text), room.top() + (k + 0.5) * high, text)


def _lines(painter: QPainter, room: QRectF, text: str) -> None:
    """Write words in up to three lines, the last one cut short where more would follow."""
    rest, lines = text.split()[:60], list[str]()
    while rest and len(lines) < 3:
        count = next((k for k in range(len(rest), 1, -1) if width(inks.LABEL, " ".join(rest[:k])) <= room.width()), 1)
        lines.append(" ".join(rest if len(lines) == 2 else rest[:count]))
        rest = rest[count:]
    for k, line in enumerate(lines):
        shown = inks.fitted(inks.LABEL, line, room.width())
        down = room.center().y() + (k - (len(lines) - 1) / 2) * 18.0
        write(painter, inks.LABEL, room.center().x() - width(inks.LABEL, shown) / 2, down, shown)


def _placed(points: Points, room: QRectF) -> list[QPointF]:
    return [QPointF(room.left() + x * room.width(), room.bottom() - y * room.height()) for x, y in points]


def _picture(cells: NDArray[Any], scale: list[int]) -> QImage:
    cells = np.ascontiguousarray(cells)
    rows, columns = cells.shape[:2]
    if cells.ndim == 3:
        return QImage(cells.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
    picture = QImage(cells.tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8).copy()
    picture.setColorTable([0, scale[0], *scale[2:]])
    return picture


def kept_aspect(wide: int, high: int, room: QRectF) -> QRectF:
    """Return the largest rectangle of a picture's proportions in the middle of a room."""
    scale = min(room.width() / wide, room.height() / high)
    size = QRectF(0, 0, wide * scale, high * scale)
    size.moveCenter(room.center())
    return size


def _spark(painter: QPainter, room: QRectF, line: tuple[float, ...], ink: Inks) -> None:
    (heights,) = _to_unit([np.array(line)])
    painter.setPen(pen(ink.theme.value, 1.6))
    painter.drawPolyline(QPolygonF(_placed(_pairs(np.linspace(0, 1, len(line)), heights), room)))
