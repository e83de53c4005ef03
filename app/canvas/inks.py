"""What the canvas paints with: the pens, brushes and fonts of a theme, made once, and texts laid out once."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QStaticText, QTransform

from app import fonts
from app.canvas import wire_forms
from app.plots.scales import colour_table
from app.theme import Theme, faded, mix

TITLE: Final = "title"
LABEL: Final = "label"
NUMBER: Final = "number"
BIG: Final = "big"
SMALL: Final = "small"
CAPTION: Final = "caption"


@cache
def font(role: str) -> QFont:
    """Return the font of a role, in scene units: the camera scales it."""
    return {
        TITLE: lambda: fonts.sans("body", strong=True),
        LABEL: lambda: fonts.sans("small"),
        NUMBER: lambda: fonts.mono("small"),
        BIG: lambda: fonts.mono("title"),
        SMALL: lambda: fonts.sans("caption"),
        CAPTION: lambda: fonts.sans("small", strong=True),
    }[role]()


@cache
def metrics(role: str) -> QFontMetricsF:
    """Return the measures of a role's font."""
    return QFontMetricsF(font(role))


@lru_cache(maxsize=8192)
def width(role: str, text: str) -> float:
    """Return how wide the text is."""
    return metrics(role).horizontalAdvance(text)


@lru_cache(maxsize=8192)
def fitted(role: str, text: str, room: float) -> str:
    """Return the text on one line, shortened with an ellipsis where it is wider than `room`."""
    line = " ".join(text[:300].split())
    return line if width(role, line) <= room else metrics(role).elidedText(line, Qt.TextElideMode.ElideRight, room)


@lru_cache(maxsize=8192)
def _laid_out(role: str, text: str) -> QStaticText:
    laid_out = QStaticText(text)
    laid_out.setTextFormat(Qt.TextFormat.PlainText)
    laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    laid_out.prepare(QTransform(), font(role))
    return laid_out


def write(painter: QPainter, role: str, x: float, middle: float, text: str) -> None:
    """Write one line of plain text from x, centred on the height `middle`, with the painter's pen."""
    painter.setFont(font(role))
    painter.drawStaticText(QPointF(x, middle - metrics(role).height() / 2), _laid_out(role, text))


def write_right(painter: QPainter, role: str, x: float, middle: float, text: str) -> None:
    """Write one line that ends at x."""
    write(painter, role, x - width(role, text), middle, text)


def pen(color: str | QColor, thickness: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen with round ends."""
    return QPen(QBrush(QColor(color)), thickness, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def hair(color: str | QColor) -> QPen:
    """Return a pen one pixel thick at every zoom."""
    found = pen(color, 1.0)
    found.setCosmetic(True)
    return found


class Inks:
    """The pens and brushes of one theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.canvas = QColor(theme.canvas)
        self._scales: dict[str, list[int]] = {}
        self.value_fill = QBrush(QColor(theme.value))
        self.socket_rim = pen(theme.node, 1.5)
        self.socket_dot = pen(theme.value, 10.0)
        self.socket_wired = pen(theme.value, 2.0)
        self.socket_open = pen(theme.faint, 1.6)
        self.socket_optional = pen(mix(theme.node, theme.faint, 0.6), 1.6)
        self.socket_bad = pen(theme.bad, 2.0)
        self.dots = QColor(theme.dots)
        self.node = QBrush(QColor(theme.node))
        self.node_color = QColor(theme.node)
        self.border = pen(theme.node_border)
        self.hovered_border = pen(mix(theme.node_border, theme.text, 0.35))
        self.selected_border = pen(theme.value, 2.0)
        self.bad_border = pen(theme.bad, 2.0)
        self.unknown_border = pen(theme.faint, 1.2, Qt.PenStyle.DashLine)
        self.shadow = QBrush(QColor(theme.shadow))
        self.text = pen(theme.text)
        self.second = pen(theme.second)
        self.faint = pen(theme.faint)
        self.value = pen(theme.value)
        self.derivative = pen(theme.derivative)
        self.bad = pen(theme.bad)
        self.field = QBrush(QColor(theme.field))
        self.field_pen = pen(theme.control) if theme.control != "transparent" else QPen(Qt.PenStyle.NoPen)
        self.panel = QBrush(QColor(theme.panel))
        self.hairline = pen(theme.hairline)
        self.pill_border = pen(mix(theme.hairline, theme.text, 0.12))
        self.wire = pen(theme.value, 2.2)
        self.wire_unknown = pen(mix(theme.canvas, theme.value, 0.62), 2.0)
        self.wire_strong = pen(theme.value, 3.2)
        self.wire_bad = pen(theme.bad, 2.2, Qt.PenStyle.DashLine)
        self.forms = {form: QColor(theme.series[k]) for form, k in wire_forms.SERIES.items()}
        self.form_fills = {form: QBrush(color) for form, color in self.forms.items()}
        self.form_rims = {form: pen(color, 2.0) for form, color in self.forms.items()}
        self._form_pens = {
            (form, known): pen(
                color if known else mix(theme.canvas, color.name(), 0.62),
                wire_forms.WIDTHS.get(form, 2.2),
                wire_forms.STYLES.get(form, Qt.PenStyle.SolidLine),
            )
            for form, color in self.forms.items()
            for known in (True, False)
        }
        self.band_fill = QBrush(faded(theme.value, 0.12))
        self.band_pen = pen(theme.value)
        self.glow = QBrush(faded(theme.value, 0.28))
        self.guide_pen = hair(mix(theme.canvas, theme.text, 0.6))
        self.joining_pen = pen(mix(theme.canvas, theme.text, 0.6), 2.0)
        self.frame_pen = pen(mix(theme.canvas, theme.warning, 0.55), 1.2, Qt.PenStyle.DashLine)
        self.frame_fill = QBrush(faded(theme.family("parameters"), 0.05))
        self.heads = {name: QBrush(QColor(theme.head(name))) for name in (*theme.families, "unknown")}
        self.swatches = {name: QBrush(QColor(theme.family(name))) for name in (*theme.families, "unknown")}

    def scale(self, name: str) -> list[int]:
        """Return the colours of a heat map's scale, as Qt's colour tables hold them."""
        if name not in self._scales:
            table = colour_table(name, self.theme).tolist()
            self._scales[name] = [0xFF000000 | red << 16 | green << 8 | blue for red, green, blue in table]
        return self._scales[name]

    def head(self, family: str) -> QBrush:
        return self.heads.get(family, self.heads["unknown"])

    def swatch(self, family: str) -> QBrush:
        return self.swatches.get(family, self.swatches["unknown"])

    def wire_pen(self, form: str, known: bool) -> QPen:
        """Return the pen of a value's wire by what it carries; fainter while the value is not known."""
        return self._form_pens.get((form, known)) or (self.wire if known else self.wire_unknown)

    def derivative_pen(self, thickness: float) -> QPen:
        """Return the pen of a derivative's wire."""
        return pen(self.theme.derivative, thickness)
