"""Words and numbers written large: probes, numbers, texts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QFontMetricsF, QPainter, QPalette, QTextDocument

from app import fonts
from app.plots.area import PlotArea, ReadOut, Row
from app.plots.marks import CurveMark, Mark, stroke
from app.plots.shapes import finite_range
from app.plots.views.base import Seen, Settings, ViewCard
from app.theme import appearance, faded
from app.worker.describe import short
from app.worker.messages import ViewData
from engine.types import shape_text


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
        mean = float(np.nanmean(x)) if np.isfinite(x).any() else float("nan")
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


class NumberCard(ViewCard):
    """One number, large, over what it has been."""

    EMPTY: ClassVar[str] = "Wire a single number into this node: it is shown large, with its history."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self.area.axes_visible = False
        self._seen = Seen()
        self._line, self._large = CurveMark(self.area, 1), LargeMark(self.area)

    def show_data(self, data: ViewData | None, step: int) -> None:
        """Take up the number, and add it to its history."""
        if data is not None and "x" in data.inputs and data.inputs["x"].array().size == 1:
            self._seen.add(step, float(data.inputs["x"].array().ravel()[0]))
        super().show_data(data, step)

    def lacking(self) -> str:
        """Return what is missing."""
        x = self.arrays.get("x")
        if x is None:
            return self.EMPTY
        return "" if x.size == 1 else f"x {shape_text(self.shape('x'))} is no single number: take its mean or sum."

    def describe(self) -> str:
        """Return the step it is of."""
        return f"step {self.step:,}" if self.step else ""

    def text(self, number: float) -> str:
        """Return the number as it is to be written."""
        digits = int(self.settings.get("digits", 5))
        if self.settings.get("format") == "percent":
            places = max(0, digits - 3)
            return f"{100 * number:.{places}f} %".replace("-", "−") if np.isfinite(number) else short(number)
        return grouped(number, digits)

    def draw(self) -> None:
        """Draw number and history."""
        if self.lacking():
            self._large.set("", "")
            self._line.set(np.empty(0), np.empty(0), stroke("black"))
            return
        self._large.set(self.text(float(self.arrays["x"].ravel()[0])), str(self.settings.get("unit") or ""))
        seen = self._seen.columns()
        up = finite_range(seen[:, 1])
        several = len(seen) > 1 and up is not None and up[0] < up[1]
        self._line.set(seen[:, 0], seen[:, 1] if several else np.full(len(seen), np.nan), self._stroke())
        if up is not None and several:
            span = up[1] - up[0]
            # The history lies in the lowest third, under the number.
            self.area.box.setRange(
                xRange=(seen[0, 0], seen[-1, 0]),
                yRange=(up[0] - 0.12 * span, up[1] + 2.2 * span),
                padding=0,
                disableAutoRange=True,
            )

    def _stroke(self) -> Any:
        return stroke(faded(appearance().theme.value, 0.7), 1.6)

    def _read(self, place: QPointF) -> ReadOut | None:
        seen = self._seen.columns()
        if self.lacking() or len(seen) < 2:
            return None
        k = int(np.abs(seen[:, 0] - place.x()).argmin())
        theme = appearance().theme
        row = Row(theme.value, "value", self.text(float(seen[k, 1])))
        return ReadOut(float(seen[k, 0]), ((*map(float, seen[k]), theme.value),), f"step {int(seen[k, 0]):,}", (row,))

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the history."""
        seen = self._seen.columns()
        return {"step": seen[:, 0], "value": seen[:, 1]} if len(seen) else {}


def grouped(number: float, digits: int) -> str:
    """Return a number with as many significant digits, thousands apart, and a true minus sign."""
    if not np.isfinite(number):
        return short(number)
    size = abs(number)
    if size and not 1e-4 <= size < 10 ** max(digits, 7):
        return f"{number:.{digits - 1}e}".replace("-", "−")
    whole = int(np.floor(np.log10(size))) + 1 if size >= 1 else 1 if not size else int(np.floor(np.log10(size))) + 1
    return f"{number:,.{max(0, digits - whole)}f}".replace("-", "−")


class LargeMark(Mark):
    """A text as large as fits the upper two thirds, with a smaller one behind it."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 2)
        self._text = self._unit = ""

    def set(self, text: str, unit: str) -> None:
        """Show this text."""
        self._text, self._unit = text, unit
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the text."""
        look = appearance()
        font, small = fonts.sans("display", look.scale, strong=True), fonts.sans("heading", look.scale)
        box = QRectF(rect.left(), rect.top(), rect.width(), rect.height() * 0.7)
        behind = QFontMetricsF(small).horizontalAdvance(self._unit) + look.px(8) if self._unit else 0.0
        widest = QFontMetricsF(font).horizontalAdvance("0" * max(6, len(self._text))) + behind
        grown = min(2.0, (rect.width() - look.px(16)) / max(1.0, widest), box.height() / QFontMetricsF(font).height())
        font.setPixelSize(max(8, round(font.pixelSize() * max(0.3, grown))))
        metrics = QFontMetricsF(font)
        wide = metrics.horizontalAdvance(self._text)
        x, baseline = box.center().x() - (wide + behind) / 2, box.center().y() + metrics.capHeight() / 2
        painter.setFont(font)
        painter.setPen(QColor(look.theme.value))
        painter.drawText(QPointF(x, baseline), self._text)
        if self._unit:
            painter.setFont(small)
            painter.setPen(QColor(look.theme.second))
            painter.drawText(QPointF(x + wide + look.px(8), baseline), self._unit)


PLACE = re.compile(r"\{(\d{1,3})(?::\.?(\d{1,2})?([feg%])?)?\}")
"""What stands for a value in a text: {0}, {1:.3f}, {2:%}."""


class TextCard(ViewCard):
    """A text of the user's own, with values in it."""

    EMPTY: ClassVar[str] = "Write a text in the setting “template”: {0} stands for the first value wired in."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.axes_visible = False
        self._written = WrittenMark(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        return "" if self.arrays and str(self.settings.get("template", "{0}")).strip() else self.EMPTY

    def values(self) -> dict[int, str]:
        """Return what is wired in, by number, as text with all its digits."""
        return {int(name.rpartition(".")[2]): _listed_values(array, 6, "g") for name, array in self.arrays.items()}

    def filled(self, marked: Callable[[str], str] = str) -> str:
        """Return the text with its values, each as `marked` gives it; what stands for nothing stays as it is."""
        return fill(str(self.settings.get("template", "{0}")), self.arrays, marked)

    def draw(self) -> None:
        """Write the text."""
        color = appearance().theme.value
        said = "" if self.lacking() else self.filled(lambda value: f'<b style="color:{color}">{html.escape(value)}</b>')
        self._written.set(said)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the text."""
        return {} if self.lacking() else {"text": np.array([self.filled()])}


def fill(template: str, arrays: Mapping[str, NDArray[Any]], marked: Callable[[str], str] = str) -> str:
    """Return a text with values in it, each as `marked` gives it; what stands for nothing stays as it is."""
    parts, end = [], 0
    for found in PLACE.finditer(template):
        parts += [_plain(template[end : found.start()], marked), _value(found, arrays, marked)]
        end = found.end()
    return "".join([*parts, _plain(template[end:], marked)])


def _value(found: re.Match[str], arrays: Mapping[str, NDArray[Any]], marked: Callable[[str], str]) -> str:
    array = arrays.get(f"xs.{int(found[1])}")
    if array is None:
        return _plain(found[0], marked)
    return marked(_listed_values(array, int(found[2] or (1 if found[3] == "%" else 5)), found[3] or "g"))


def _plain(text: str, marked: Callable[[str], str]) -> str:
    """Return text of the template: as HTML where values are marked, in which nothing of it is a tag."""
    return text if marked is str else html.escape(text).replace("\n", "<br>")


def _listed_values(array: NDArray[Any], digits: int, form: str) -> str:
    """Return numbers as text, the first of many."""
    flat = array.ravel()
    texts = [f"{v:.{min(digits, 17)}{form}}".replace("-", "−") for v in flat[:12].tolist()]
    more = ", …" if flat.size > 12 else ""
    return texts[0] if array.shape in ((), (1,)) and texts else f"[{', '.join(texts)}{more}]"


class WrittenMark(Mark):
    """Text in lines that wrap, as large as fits."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 1)
        self._html = ""

    def set(self, said: str) -> None:
        """Show this HTML."""
        self._html = said
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw the text, in the largest size in which it fits."""
        look = appearance()
        document = QTextDocument()
        document.setDocumentMargin(look.px(4))
        document.setTextWidth(rect.width())
        for size in ("display", "title", "heading", "body", "small", "caption"):
            document.setDefaultFont(fonts.sans(size, look.scale))
            document.setHtml(self._html)
            if document.size().height() <= rect.height() and document.idealWidth() <= rect.width():
                break
        painter.save()
        painter.translate(rect.left(), rect.top() + max(0.0, (rect.height() - document.size().height()) / 2))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, QColor(look.theme.text))
        document.documentLayout().draw(painter, context)
        painter.restore()
