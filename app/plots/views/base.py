"""ViewCard: a card that draws its view node's inputs as last seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from app.plots.card import Card
from app.theme import appearance, contrast
from app.worker.messages import ViewData

Settings = Mapping[str, Any]
HISTORY: Final = 4_000
"""Points kept of a scalar's history."""


class ViewCard(Card):
    """A card of a view node. `show_data` gives it what came from the engine; `settings` are the node's."""

    EMPTY: ClassVar[str] = "Wire an output into this node: its value is drawn here."
    WAITING: ClassVar[str] = "No values yet: they are drawn as soon as the graph can be computed."

    def __init__(self, title: str, settings: Settings) -> None:
        super().__init__(title)
        self.settings: Settings = settings
        self.data: ViewData | None = None
        self.arrays: dict[str, NDArray[Any]] = {}
        self.step = 0
        self.wired = False
        """Whether something is wired into the node."""

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
        if sentence == self.EMPTY and self.wired and self.data is None:
            sentence = self.WAITING
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


class Seen:
    """What a scalar was at the steps at which it was seen; starts over when the steps do."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float]] = []

    def add(self, step: int, value: float) -> None:
        """Remember a value, once for each step."""
        if self.rows and step < self.rows[-1][0]:
            self.rows.clear()
        if not self.rows or step > self.rows[-1][0]:
            self.rows.append((step, value))
        if len(self.rows) > HISTORY:
            self.rows = self.rows[::2]

    def columns(self) -> NDArray[Any]:
        """Return (count, 2) of steps and values."""
        return np.array(self.rows, dtype=float).reshape(-1, 2)


def listed(text: object) -> tuple[str, ...]:
    """Return the names in a setting, with commas between."""
    return tuple(name.strip() for name in str(text or "").split(",") if name.strip())


def class_color(k: int) -> str:
    """Return the colour of a class: neither the blue of values nor the orange of derivatives."""
    series = appearance().theme.series
    return (series[3], series[2], series[4], series[5], series[7], series[6])[k % 6]


def readable_on(fill: str) -> QColor:
    """Return black or white, whichever reads better on a fill."""
    return QColor("#000000" if contrast("#000000", fill) > contrast("#ffffff", fill) else "#ffffff")
