"""Many images side by side, each with its caption; those taken for something else are marked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from app import fonts
from app.plots.area import PlotArea, ReadOut, Row
from app.plots.marks import Mark
from app.plots.scales import colour_table, limits
from app.plots.shapes import finite_range
from app.plots.views.base import Settings, ViewCard, listed
from app.theme import appearance
from engine.types import shape_text

GAP: Final = 6.0
"""Pixels between two images, at scale 1."""
CAPTION: Final = 15.0
SMALLEST: Final = 18.0
"""Pixels of an image's side under which fewer are shown."""


class Tile(NamedTuple):
    """One image as it is drawn."""

    image: QImage
    caption: str
    wrong: bool


class ImageGridCard(ViewCard):
    """Small multiples with captions: what each is, and what it is taken for."""

    EMPTY: ClassVar[str] = "Wire images, (count, rows, columns), into this node: they are drawn side by side."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title, settings)
        self.area.read = self._read
        self.area.axes_visible = False
        self.area.box.setMouseEnabled(x=False, y=False)
        self._tiles = TilesMark(self.area)

    def lacking(self) -> str:
        """Return what is missing."""
        images = self.arrays.get("images")
        if images is None:
            return self.EMPTY
        if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] == 3):
            return f"images {shape_text(self.shape('images'))} are none: wire (count, rows, columns) or flat squares."
        return "" if images.size else "There are no images."

    def describe(self) -> str:
        """Return how many there are, and how many are wrong."""
        facts = self.data.facts if self.data is not None else {}
        total, shown = self.shape("images")[0], self._tiles.shown
        parts = [f"{shown:,} of {total:,}" if shown < total else f"{total:,} image{'' if total == 1 else 's'}"]
        if "wrong" in facts:
            parts.append(f"{facts['wrong']:,} of {facts['count']:,} wrong")
        return " · ".join(parts)

    def draw(self) -> None:
        """Draw the images."""
        self._tiles.set(() if self.lacking() else self._made())

    def refresh(self) -> None:
        """Draw; how many have room is known only then."""
        super().refresh()
        if not self.lacking():
            self.subtitle.say(self.describe())

    def _names(self) -> tuple[str, ...]:
        return listed(self.settings.get("classes")) or tuple(self.data.facts.get("names", ()) if self.data else ())

    def _name(self, number: float) -> str:
        names = self._names()
        if not math.isfinite(number):
            return "?"
        k = round(number)
        return names[k] if 0 <= k < len(names) else str(k)

    def _made(self) -> tuple[Tile, ...]:
        images = self.arrays["images"]
        low, high = limits(self._colours, *(finite_range(images) or (0.0, 1.0)))
        return tuple(Tile(_image(image, self._colours, low, high), *self._caption(k)) for k, image in enumerate(images))

    @property
    def _colours(self) -> str:
        return str(self.settings.get("colours", "grey"))

    def _caption(self, k: int) -> tuple[str, bool]:
        """Return what stands under an image, and whether it is taken for something else."""
        label, said = (self.arrays.get(name) for name in ("labels", "predictions"))
        if label is None and said is None:
            return "", False
        if label is None or said is None:
            return self._name(float((said if label is None else label)[k])), False  # type: ignore[index]
        wrong = bool(said[k] != np.round(label[k]))
        return (f"{self._name(label[k])} → {self._name(said[k])}" if wrong else self._name(label[k])), wrong

    def _read(self, place: QPointF) -> ReadOut | None:
        k = self._tiles.at(self.area.to_pixels(place.x(), place.y()))
        if k is None:
            return None
        theme, rows = appearance().theme, []
        label, said = (self.arrays.get(name) for name in ("labels", "predictions"))
        if label is not None:
            rows.append(Row(theme.second, "is", self._name(float(label[k]))))
        if said is not None:
            wrong = label is not None and said[k] != np.round(label[k])
            rows.append(Row(theme.bad if wrong else theme.good, "taken for", self._name(float(said[k]))))
        chosen = self.arrays.get("chosen")
        number = int(chosen[k]) if chosen is not None else k
        return ReadOut(place.x(), (), f"image {number}", tuple(rows), line=False)

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the images, one flat row each, with their captions."""
        if self.lacking():
            return {}
        images = self.arrays["images"]
        flat = images.reshape(len(images), -1)
        head = {name: self.arrays[name] for name in ("chosen", "labels", "predictions") if name in self.arrays}
        return {**head, **{f"pixel {k}": flat[:, k] for k in range(flat.shape[1])}}


class TilesMark(Mark):
    """Tiles in as many columns as make them largest."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area, 1)
        self._tiles: tuple[Tile, ...] = ()

    def set(self, tiles: tuple[Tile, ...]) -> None:
        """Draw these tiles."""
        self._tiles = tiles
        self.update()

    @property
    def shown(self) -> int:
        """How many tiles have room."""
        return len(self.boxes(self.area.plot_rect))

    def boxes(self, rect: QRectF) -> list[QRectF]:
        """Return where the images lie, without their captions."""
        if not self._tiles or rect.width() < 2 or rect.height() < 2:
            return []
        look = appearance()
        image = self._tiles[0].image
        shape = image.height() / image.width()
        under = CAPTION * look.scale if any(tile.caption for tile in self._tiles) else 0.0
        gap, count = GAP * look.scale, len(self._tiles)

        def width(columns: int, rows: int) -> float:
            across = (rect.width() + gap) / columns - gap
            return min(across, ((rect.height() + gap) / rows - gap - under) / shape)

        sizes = [(width(columns, -(-count // columns)), columns) for columns in range(1, count + 1)]
        wide, columns = max(sizes)
        if wide < SMALLEST * look.scale:  # fewer, but such that one can see what they are
            wide = SMALLEST * look.scale
            columns = max(1, int((rect.width() + gap) / (wide + gap)))
            rows = max(1, int((rect.height() + gap) / (wide * shape + under + gap)))
            count = min(count, columns * rows)
        rows = -(-count // columns)
        size = (columns * (wide + gap) - gap, rows * (wide * shape + under + gap) - gap)
        left, top = rect.center().x() - size[0] / 2, rect.center().y() - size[1] / 2
        return [
            QRectF(
                left + k % columns * (wide + gap), top + k // columns * (wide * shape + under + gap), wide, wide * shape
            )
            for k in range(count)
        ]

    def at(self, place: QPointF) -> int | None:
        """Return which tile lies at a place in pixels."""
        boxes = self.boxes(self.area.plot_rect)
        return next((k for k, box in enumerate(boxes) if box.contains(place)), None)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Qt: draw images, captions, and frames around the wrong ones."""
        look = appearance()
        painter.setFont(fonts.sans("caption", look.scale))
        metrics = QFontMetricsF(painter.font())
        for tile, box in zip(self._tiles, self.boxes(rect), strict=False):
            # Few pixels are shown as squares, many are shrunk smoothly.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, tile.image.width() > box.width())
            painter.drawImage(box, tile.image)
            color = look.theme.bad if tile.wrong else look.theme.second
            if tile.wrong:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(look.theme.bad), max(1.5, 2 * look.scale)))
                painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 2, 2)
            if tile.caption:
                painter.setPen(QColor(color))
                room = QRectF(box.left() - look.px(2), box.bottom() + 1, box.width() + look.px(4), CAPTION * look.scale)
                caption = f"✕ {tile.caption}" if tile.wrong and box.width() > look.px(52) else tile.caption
                caption = metrics.elidedText(caption, Qt.TextElideMode.ElideRight, room.width())
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, caption)


def _image(values: NDArray[Any], colours: str, low: float, high: float) -> QImage:
    """Return one image: a matrix in the colours of a scale, or its own colours."""
    if values.ndim == 3:
        rgb = np.round(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.uint8)
    else:
        place = np.nan_to_num((values - low) / (high - low), posinf=1.0, neginf=0.0)
        rgb = colour_table(colours)[np.clip(np.round(place * 255), 0, 255).astype(int)]
    rgb = np.ascontiguousarray(rgb)
    rows, columns = rgb.shape[:2]
    return QImage(rgb.tobytes(), columns, rows, columns * 3, QImage.Format.Format_RGB888).copy()
