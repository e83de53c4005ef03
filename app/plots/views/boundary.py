"""Decision boundary: what the graph says of every place in a plane of two features, and the data on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from app.plots.area import ReadOut, Row
from app.plots.legend import Pill
from app.plots.marks import PointsMark, SegmentsMark, stroke
from app.plots.shapes import contour_segments, finite_range
from app.plots.views.base import Settings, ViewCard, class_color, listed
from app.plots.views.surfaces import SurfaceMark, finer
from app.theme import appearance, faded
from app.worker.describe import short
from app.worker.messages import ViewData

FINE: Final = 150
"""Rows of the picture, about: Qt makes it smooth between them."""
FAINTEST, STRONGEST = 0.10, 0.52
"""How much of its class's colour a place has where nothing is said for it, and where all is."""
SHOWN: Final = 8
"""Classes named in the legend."""


class BoundaryCard(ViewCard):
    """Regions in the colours of their classes, stronger where the graph is surer; borders; and the data."""

    EMPTY: ClassVar[str] = (
        "Wire the data into points and what the graph makes of them into prediction: its regions are drawn here."
    )
    rest: ClassVar[float] = 0.028

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self._surface = SurfaceMark(self.area, -2)
        self._borders = SegmentsMark(self.area, 1)
        self._points: list[PointsMark] = []
        self._shares: NDArray[Any] = np.empty((0, 0, 0))

    def lacking(self) -> str:
        """Return what is missing."""
        if "places" not in self.arrays:
            return self.EMPTY
        return "" if np.isfinite(self.arrays["places"]).any() else "The points are not finite."

    @property
    def facts(self) -> Mapping[str, Any]:
        """What came with the numbers."""
        return self.data.facts if self.data is not None else {}

    def show_data(self, data: ViewData | None, step: int) -> None:
        """Take up the data, and work out what is said of every place."""
        scores = None if data is None or "scores" not in data.inputs else data.inputs["scores"].array()
        if data is None or scores is None:
            self._shares = np.empty((0, 0, 0))
        else:
            self._shares = class_shares(scores, self._half(data), bool(data.facts.get("probability")))
        super().show_data(data, step)

    def _half(self, data: ViewData) -> bool:
        """Whether yes begins at 0.5."""
        border = str(self.settings.get("border", "auto"))
        return bool(data.facts.get("probability")) if border == "auto" else border == "0.5"

    def describe(self) -> str:
        """Return the step, and what is held fixed; or why there is no picture."""
        if self.data is not None and self.data.sentence:
            return ""
        others = int(self.facts.get("others", 0))
        fixed = f"{others} other feature{'' if others == 1 else 's'} at the mean" if others else ""
        return " · ".join(part for part in (fixed, f"step {self.step:,}" if self.step else "") if part)

    def refresh(self) -> None:
        """Draw; where the stretch cannot be evaluated, say so instead of the regions."""
        super().refresh()
        sentence = self.data.sentence if self.data is not None else ""
        if sentence and not self.lacking():
            self.set_empty(True, sentence)

    def names(self) -> tuple[str, ...]:
        """Return what the classes are called."""
        given = listed(self.settings.get("classes")) or tuple(self.facts.get("names", ()))
        target = self.arrays.get("target")
        most = int(np.nanmax(target, initial=0)) + 1 if target is not None and np.isfinite(target).any() else 0
        count = max(self._shares.shape[-1], most, 2)
        return tuple(given[k] if k < len(given) else f"class {k}" for k in range(min(count, 24)))

    def draw(self) -> None:
        """Draw regions, borders and points."""
        if self.lacking() or (self.data is not None and self.data.sentence):
            self._surface.set(None)
            self._borders.set([])
            self._draw_points(())
            self.set_legend(())
            return
        names = self.names()
        known = bool(self.facts.get("features")) or bool(self.facts.get("others"))
        self.area.x_name, self.area.y_name = self._features() if known else ("", "")
        self._draw_regions()
        self._draw_points(names)
        target = self.arrays.get("target")
        pills = [Pill(name, name, class_color(k), name not in self.hidden) for k, name in enumerate(names)]
        self.set_legend(pills if target is not None and len(names) <= SHOWN else ())
        self._fit()

    def _features(self) -> tuple[str, str]:
        known = tuple(self.facts.get("features", ()))
        chosen = (int(self.settings.get("across", 0)), int(self.settings.get("up", 1)))
        across, up = (known[k] if k < len(known) else f"feature {k}" for k in chosen)
        return across, up

    def _draw_regions(self) -> None:
        if not self._shares.size:
            self._surface.set(None)
            self._borders.set([])
            return
        x, y = self.arrays["x"], self.arrays["y"]
        times = max(1, round(FINE / self._shares.shape[0]))
        shares = _finer(self._shares, times)
        self._surface.set(region_colors(shares), (float(x[0]), float(x[-1]), float(y[0]), float(y[-1])))
        theme = appearance().theme
        fine_x, fine_y = (
            np.linspace(ends[0], ends[-1], count) for ends, count in zip((x, y), shares.shape[1::-1], strict=True)
        )
        borders = [
            contour_segments(fine_x, fine_y, shares[..., k] - _rivals(shares, k), 0.0) for k in border_classes(shares)
        ]
        line = stroke(faded(theme.text, 0.75), 1.4)
        self._borders.set([(np.concatenate(borders), line)] if borders else [])

    def _draw_points(self, names: tuple[str, ...]) -> None:
        places, target = self.arrays.get("places"), self.arrays.get("target")
        groups = []
        if names and places is not None:
            size = 7.0 if len(places) < 400 else 5.5 if len(places) < 1500 else 4.0
            if target is None:
                groups.append((places, appearance().theme.text, size))
            else:
                groups = [
                    (places[target == k], class_color(k), size)
                    for k, name in enumerate(names)
                    if name not in self.hidden
                ]
        while len(self._points) > len(groups):
            self._points.pop().remove()
        while len(self._points) < len(groups):
            self._points.append(PointsMark(self.area, 2 + 0.01 * len(self._points)))
        for mark, (rows, color, size) in zip(self._points, groups, strict=True):
            mark.set(rows[:, 0], rows[:, 1], [QColor(color)], [size] * len(rows))

    def _fit(self) -> None:
        """Show the plane: with equal units across and up where the data have them, filling the card."""
        if not self.area.following:
            return
        across, up = (
            self.arrays[name] if name in self.arrays else self.arrays["places"][:, k] for k, name in enumerate("xy")
        )
        (x0, x1), (y0, y1) = finite_range(across) or (0.0, 1.0), finite_range(up) or (0.0, 1.0)
        rect = self.area.plot_rect
        if self.facts.get("equal") and rect.height() > 0:
            wanted = (y1 - y0) * rect.width() / rect.height()
            places = finite_range(self.arrays["places"][:, 0]) or (x0, x1)
            least = (places[1] - places[0]) * 1.05
            span = min(x1 - x0, max(wanted, least))
            middle = (places[0] + places[1]) / 2
            x0, x1 = middle - span / 2, middle + span / 2
        self.area.box.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0, disableAutoRange=True)

    def _read(self, place: QPointF) -> ReadOut | None:
        if self.lacking() or not self._shares.size:
            return None
        x, y = self.arrays["x"], self.arrays["y"]
        if not (x[0] <= place.x() <= x[-1] and y[0] <= place.y() <= y[-1]):
            return None
        column, row = int(np.abs(x - place.x()).argmin()), int(np.abs(y - place.y()).argmin())
        shares, names = self._shares[row, column], self.names()
        order = np.argsort(-np.nan_to_num(shares))[:3]
        rows = [Row(class_color(int(k)), names[int(k)], f"{100 * shares[k]:.1f} %") for k in order]
        across, up = self._features()
        title = f"{across} {short(place.x())}, {up} {short(place.y())}"
        return ReadOut(place.x(), (), title, tuple(rows), line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the grid, a row per place, with the share of each class there."""
        if self.lacking() or not self._shares.size:
            return {}
        x, y = np.meshgrid(self.arrays["x"], self.arrays["y"])
        columns = dict(zip(self._features(), (x.ravel(), y.ravel()), strict=True))
        return columns | {
            name: self._shares[..., k].ravel() for k, name in enumerate(self.names()[: self._shares.shape[-1]])
        }


def class_shares(scores: NDArray[Any], half: bool, probability: bool) -> NDArray[Any]:
    """Return the share of each class at every place, (rows, columns, classes), of one number or a score per class.

    One number says yes from 0 on, or from 0.5 on where `half`; scores that are no `probability` are made one.
    """
    scores = scores.astype(np.float64)
    with np.errstate(all="ignore"):
        if scores.ndim == 2:
            yes = scores if half else 1 / (1 + np.exp(-scores))
            return np.stack([1 - yes, yes], axis=-1)
        raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares: NDArray[Any] = scores if probability else raised / raised.sum(axis=-1, keepdims=True)
        return shares


def region_colors(shares: NDArray[Any]) -> NDArray[Any]:
    """Return (rows, columns, 3) of uint8: the likeliest class's colour on the card's own, stronger where surer."""
    count = shares.shape[-1]
    panel = _rgb(appearance().theme.panel)
    colors = np.array([_rgb(class_color(k)) for k in range(count)])
    known = np.isfinite(shares).all(axis=-1)
    shares = np.where(known[..., None], shares, 0.0)
    first = shares.argmax(axis=-1)
    sure = np.clip((shares.max(axis=-1) - 1 / count) / (1 - 1 / count), 0, 1)
    strength = np.where(known, FAINTEST + (STRONGEST - FAINTEST) * sure, 0.0)[..., None]
    made: NDArray[Any] = np.round(panel + (colors[first] - panel) * strength).astype(np.uint8)
    return made


def _finer(shares: NDArray[Any], times: int) -> NDArray[Any]:
    """Return shares on a finer grid; of two classes the one makes the other."""
    if shares.shape[-1] != 2:
        return finer(shares, times)
    yes = finer(shares[..., 1], times)
    return np.stack([1 - yes, yes], axis=-1)


def border_classes(shares: NDArray[Any]) -> list[int]:
    """Return the classes whose outlines together are all borders: those that win somewhere, but for the last."""
    winners = np.unique(np.nan_to_num(shares).argmax(axis=-1)).tolist()
    return [int(k) for k in winners[:-1]]


def _rivals(shares: NDArray[Any], k: int) -> NDArray[Any]:
    """Return the largest share of any other class."""
    most: NDArray[Any] = np.delete(shares, k, axis=-1).max(axis=-1)
    return most


def _rgb(color: str) -> NDArray[Any]:
    parsed = QColor(color)
    return np.array([parsed.red(), parsed.green(), parsed.blue()], dtype=np.float64)
