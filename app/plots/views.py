"""Cards of view nodes: data and fit, lines, images, histograms, probes. Each draws its node's inputs as last seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from app import fonts
from app.plots.area import ReadOut, Row
from app.plots.card import Card, Switch
from app.plots.legend import Pill
from app.plots.marks import BarsMark, CurveMark, Mark, PointsMark, stroke
from app.plots.scales import colour_table, limits
from app.plots.shapes import finite_range, logarithms
from app.theme import appearance, mix
from app.worker.describe import short
from app.worker.messages import ViewData
from engine.types import shape_text

Settings = Mapping[str, Any]
HISTORY: Final = 4_000
"""Points kept of a scalar's history."""


class ViewCard(Card):
    """A card of a view node. `show_data` gives it what came from the engine; `settings` are the node's."""

    EMPTY: ClassVar[str] = "Wire an output into this node: its value is drawn here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title)
        self.settings: Settings = settings
        self.data: ViewData | None = None
        self.arrays: dict[str, NDArray[Any]] = {}
        self.step = 0

    def show_settings(self, title: str, settings: Settings) -> None:
        """Take up the node's settings."""
        self.settings = settings
        self.title.say(str(settings.get("title") or title))
        self.refresh()

    def show_data(self, data: ViewData | None, step: int) -> None:
        """Take up what the node's inputs are now."""
        self.data, self.step = data, step
        self.arrays = {} if data is None else {name: packed.array() for name, packed in data.inputs.items()}
        self.refresh()

    def refresh(self) -> None:
        """Draw the arrays, or say what is missing."""
        sentence = self.lacking()
        self.set_empty(bool(sentence), sentence)
        self.subtitle.say("" if sentence else self.describe())
        self.draw()
        self.area.refresh_read_out()

    def lacking(self) -> str:
        """Return what is missing for a plot, in one sentence; "" where nothing is."""
        return "" if self.arrays else self.EMPTY

    def describe(self) -> str:
        """Return the subtitle."""
        return ""

    def draw(self) -> None:
        """Draw the arrays as they are, also when there are none."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the whole shape of an input."""
        return tuple(self.data.shapes.get(name, ())) if self.data is not None else ()

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the arrays drawn."""
        return {name: array.ravel() for name, array in self.arrays.items()}


class ScatterCard(ViewCard):
    """Data as points and, through them, what the model gives."""

    EMPTY: ClassVar[str] = "Wire x and y into this node (and the model's result into fit): the data are drawn here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._points, self._fit_line = PointsMark(self.area, 1), CurveMark(self.area, 2)

    def lacking(self) -> str:
        """Return what is missing."""
        x, y, fit = (self.arrays.get(name) for name in ("x", "y", "fit"))
        if x is None or y is None:
            return self.EMPTY
        if x.ndim > 2 or x.size != y.size:
            return f"x {shape_text(x.shape)} and y {shape_text(y.shape)} must be vectors of one length."
        if fit is not None and fit.size != x.size:
            return f"fit {shape_text(fit.shape)} must have one value for each of the {x.size} points."
        return ""

    def describe(self) -> str:
        """Return the number of points."""
        count = int(np.prod(self.shape("x")))
        return f"{count:,} point{'' if count == 1 else 's'}"

    def draw(self) -> None:
        """Draw points and line."""
        theme = appearance().theme
        if self.lacking():
            self._points.set(np.empty(0), np.empty(0), [QColor(theme.second)])
            self._fit_line.set(np.empty(0), np.empty(0), stroke(theme.value))
            return
        x, y, fit = self._columns()
        count = len(x)
        self._points.set(x, y, [QColor(theme.second)], 6.5 if count < 200 else 4.5 if count < 2000 else 2.5)
        order = np.argsort(x, kind="stable")
        self._fit_line.set(
            x[order], fit[order] if fit is not None else np.full(count, np.nan), stroke(theme.value, 2.4)
        )
        self.area.x_title = self._axis_title()
        self.area.place()
        across, up = finite_range(x), finite_range(y) if fit is None else finite_range(y, fit)
        if across and up:
            self.area.show_range(across, up, pad_x=True)

    def _axis_title(self) -> str:
        parts = [str(self.settings.get(name) or "") for name in ("x_label", "y_label")]
        return f"{parts[1]} over {parts[0]}" if all(parts) else parts[0]

    def _columns(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
        fit = self.arrays.get("fit")
        return self.arrays["x"].ravel(), self.arrays["y"].ravel(), None if fit is None else fit.ravel()

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        x, y, fit = self._columns()
        at = self.area.to_pixels(place.x(), place.y())
        xs, ys = self._points.pixels(x, y, self.area.plot_rect)
        away = np.hypot(xs - at.x(), ys - at.y())
        if not np.isfinite(away).any():
            return None
        k = int(np.nanargmin(away))
        theme = appearance().theme
        rows = [Row(theme.second, "x", short(float(x[k]))), Row(theme.second, "y", short(float(y[k])))]
        marks = [(float(x[k]), float(y[k]), theme.text)]
        if fit is not None:
            rows.append(Row(theme.value, "fit", short(float(fit[k]))))
            rows.append(Row(theme.faint, "difference", short(float(y[k] - fit[k]))))
            marks.append((float(x[k]), float(fit[k]), theme.value))
        return ReadOut(float(x[k]), tuple(marks), "", tuple(rows), line=False)


class LineCard(ViewCard):
    """y as curves over x or over its index; a scalar as its history over the steps seen."""

    EMPTY: ClassVar[str] = "Wire a scalar, a vector or a matrix of columns into y: it is drawn here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._curves: list[CurveMark] = []
        self._seen: list[tuple[int, float]] = []
        self._drawn: list[tuple[str, str, NDArray[Any], NDArray[Any]]] = []

    def show_data(self, data: ViewData | None, step: int) -> None:
        """Take up the inputs; a scalar is added to its history, which starts over when the steps do."""
        if data is not None and "y" in data.inputs and data.inputs["y"].array().size == 1:
            if self._seen and step < self._seen[-1][0]:
                self._seen.clear()
            if not self._seen or step > self._seen[-1][0]:
                self._seen.append((step, float(data.inputs["y"].array().ravel()[0])))
            self._seen = self._seen[-HISTORY:]
        super().show_data(data, step)

    def lacking(self) -> str:
        """Return what is missing."""
        x, y = self.arrays.get("x"), self.arrays.get("y")
        if y is None:
            return self.EMPTY
        if y.ndim > 2:
            return f"y {shape_text(self.shape('y'))} must be a scalar, a vector or columns of a matrix."
        if x is not None and y.size > 1 and x.size != len(y):
            return f"x {shape_text(self.shape('x'))} must have one value for each of the {len(y)} rows of y."
        return ""

    def describe(self) -> str:
        """Return what is drawn."""
        y = self.arrays["y"]
        if y.size == 1:
            return f"{short(float(y.ravel()[0]))} at step {self.step:,}"
        return shape_text(self.shape("y"))

    def switches(self) -> Sequence[Switch]:
        """Return the choices of the menu."""
        return ()

    def draw(self) -> None:
        """Draw the curves."""
        self.area.log_x, self.area.log_y = bool(self.settings.get("log_x")), bool(self.settings.get("log_y"))
        self._drawn = [] if self.lacking() else self._columns()
        while len(self._curves) > len(self._drawn):
            self._curves.pop().remove()
        while len(self._curves) < len(self._drawn):
            self._curves.append(CurveMark(self.area, len(self._curves)))
        for curve, (_, color, x, y) in zip(self._curves, self._drawn, strict=True):
            curve.set(x, y, stroke(color))
        several = len(self._drawn) > 1
        self.set_legend([Pill(name, name, color) for name, color, *_ in self._drawn] if several else ())
        across = finite_range(*(x for *_, x, _ in self._drawn))
        up = finite_range(*(y for *_, y in self._drawn))
        if across and up:
            self.area.show_range(across, up)

    def _columns(self) -> list[tuple[str, str, NDArray[Any], NDArray[Any]]]:
        theme = appearance().theme
        y = self.arrays["y"]
        if y.size == 1:
            seen = np.array(self._seen, dtype=float).reshape(-1, 2)
            return [("y", theme.value, self._across(seen[:, 0]), self._up(seen[:, 1]))]
        columns = y.reshape(len(y), -1).T[: len(theme.series)]
        stride = max(1, round(self.shape("y")[0] / len(y)))
        x = self.arrays["x"].ravel() if "x" in self.arrays else np.arange(len(y), dtype=float) * stride
        names = ["y"] if len(columns) == 1 else [f"column {k}" for k in range(len(columns))]
        return [
            (name, theme.value if len(columns) == 1 else theme.series[k], self._across(x), self._up(column))
            for k, (name, column) in enumerate(zip(names, columns, strict=True))
        ]

    def _across(self, x: NDArray[Any]) -> NDArray[Any]:
        return logarithms(x) if self.area.log_x else x

    def _up(self, y: NDArray[Any]) -> NDArray[Any]:
        return logarithms(y) if self.area.log_y else y

    def _read(self, place: QPointF) -> ReadOut | None:
        rows, marks, at = [], [], None
        for name, color, x, y in self._drawn:
            if not np.isfinite(x).any():
                continue
            k = int(np.nanargmin(np.abs(x - place.x())))
            at = float(x[k]) if at is None else at
            rows.append(Row(color, name, short(float(10 ** y[k] if self.area.log_y else y[k]))))
            if np.isfinite(y[k]):
                marks.append((float(x[k]), float(y[k]), color))
        if at is None:
            return None
        return ReadOut(at, tuple(marks), f"x {short(10**at if self.area.log_x else at)}", tuple(rows))


class HistogramCard(ViewCard):
    """How often values occur."""

    EMPTY: ClassVar[str] = "Wire an array into this node: its values are counted here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._bars = BarsMark(self.area, 1)

    def describe(self) -> str:
        """Return the number of values."""
        return f"{int(self.arrays['counts'].sum()):,} values"

    def draw(self) -> None:
        """Draw the bars."""
        theme = appearance().theme
        counts, edges = self.arrays.get("counts", np.empty(0)), self.arrays.get("edges", np.zeros(1))
        self._bars.set(edges, counts, QColor(mix(theme.panel, theme.value, 0.85)))
        if len(counts):
            self.area.show_range((float(edges[0]), float(edges[-1])), (0.0, float(counts.max())), floor=0.0)

    def _read(self, place: QPointF) -> ReadOut | None:
        counts, edges = self.arrays.get("counts"), self.arrays.get("edges")
        if counts is None or edges is None or not edges[0] <= place.x() <= edges[-1]:
            return None
        k = int(np.clip(np.searchsorted(edges, place.x(), side="right") - 1, 0, len(counts) - 1))
        title = f"{short(float(edges[k]))} to {short(float(edges[k + 1]))}"
        middle = float(edges[k] + edges[k + 1]) / 2
        return ReadOut(middle, (), title, (Row(appearance().theme.value, "values", f"{int(counts[k]):,}"),), line=False)


class ImageCard(ViewCard):
    """A matrix as a heat map with its scale, or an array (rows, columns, 3) of 0 to 1 as a picture."""

    EMPTY: ClassVar[str] = "Wire a matrix, or a picture (rows, columns, 3), into this node: it is drawn here."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self.area.axes_visible = False
        self._image = pg.ImageItem(axisOrder="row-major")
        self.area.box.addItem(self._image, ignoreBounds=True)
        self.area.box.setAspectLocked(True)
        self._scale = _ColourBar(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        x = self.arrays.get("x")
        if x is None:
            return self.EMPTY
        if x.ndim not in (1, 2) and not (x.ndim == 3 and x.shape[2] == 3):
            return f"{shape_text(self.shape('x'))} is no picture: wire a matrix or an array (rows, columns, 3)."
        return "" if x.size else "The array is empty."

    def describe(self) -> str:
        """Return the shape, and how many elements are holes."""
        holes = int((~np.isfinite(self.arrays["x"])).sum())
        return shape_text(self.shape("x")) + (f" · {holes:,} not finite" if holes else "")

    def draw(self) -> None:
        """Draw image and scale."""
        drawable = not self.lacking()
        self._image.setVisible(drawable)
        if not drawable:
            self._scale.set(0.0, 0.0, ())
            return
        x = np.atleast_2d(self.arrays["x"])[::-1]
        if x.ndim == 3:
            self._image.setImage(np.clip(np.nan_to_num(x), 0, 1), levels=(0, 1))
            self._scale.set(0.0, 0.0, ())
        else:
            self._draw_matrix(x)
        rows, columns = x.shape[:2]
        self._image.setRect(QRectF(0, 0, columns, rows))
        if self.area.following:
            self.area.box.setRange(QRectF(0, 0, columns, rows), padding=0.02, disableAutoRange=True)

    def _draw_matrix(self, x: NDArray[Any]) -> None:
        low, high = finite_range(x) or (0.0, 1.0)
        colours = str(self.settings.get("colours", "sequential"))
        low, high = limits(colours, low, high)
        table = colour_table(colours)
        self._image.setLookupTable(table)
        self._image.setImage(np.where(np.isfinite(x), x, np.nan), levels=(low, high), autoLevels=False)  # holes
        self._scale.set(low, high, tuple(map(tuple, [*table[::32].tolist(), table[-1].tolist()])))

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return a matrix column by column; of a picture the channels of every column."""
        if self.lacking():
            return {}
        x = np.atleast_2d(self.arrays["x"])
        if x.ndim == 2:
            return {f"column {k}": x[:, k] for k in range(x.shape[1])}
        channels = enumerate(("red", "green", "blue"))
        return {f"column {k} {name}": x[:, k, n] for n, name in channels for k in range(x.shape[1])}

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking():
            return None
        x = np.atleast_2d(self.arrays["x"])
        column, row = int(np.floor(place.x())), len(x) - 1 - int(np.floor(place.y()))
        if not (0 <= row < len(x) and 0 <= column < x.shape[1]):
            return None
        whole = np.array((1, *self.shape("x")) if len(self.shape("x")) == 1 else self.shape("x"))
        stride = np.maximum(1, np.ceil(whole[:2] / x.shape[:2])).astype(int)
        theme = appearance().theme
        value = x[row, column]
        text = short(float(value)) if np.ndim(value) == 0 else ", ".join(short(float(v)) for v in value)
        title = f"row {row * stride[0]}, column {column * stride[1]}"
        return ReadOut(place.x(), (), title, (Row(theme.value, "value", text),), line=False)


class _ColourBar(Mark):
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
        painter.drawText(QPointF(left, bar.top() + metrics.ascent()), short(self._high))
        painter.drawText(QPointF(left, bar.bottom() - metrics.descent()), short(self._low))


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


VIEW_CARDS: Final[Mapping[str, type[ViewCard]]] = {
    "views.scatter_fit": ScatterCard,
    "views.line_plot": LineCard,
    "views.image": ImageCard,
    "views.histogram": HistogramCard,
    "views.probe": ProbeCard,
}
"""The card of each view operator; others have none."""
