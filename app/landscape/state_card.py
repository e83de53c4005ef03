"""The card of an optimizer's state: what its method carries, and how far its steps go, over the steps of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from app.landscape.source import Landscape
from app.plots.area import ReadOut, Row
from app.plots.card import Card, Switch
from app.plots.histories import MOST, parameter_color
from app.plots.legend import Pill
from app.plots.marks import CurveMark, stroke
from app.plots.shapes import finite_range, logarithms
from app.worker.describe import short
from app.worker.messages import Lane, Way

LOG_FROM: Final = 20.0
QUANTITIES: Final[Mapping[str, str]] = {
    "step": "Length of the step",
    "rate": "Effective learning rate",
    "velocity": "Velocity v",
    "mean": "Mean of gradients m",
    "square": "Mean of squares v",
    "average": "Mean of squares s",
    "total": "Sum of squares s",
}
"""What can be looked at, in this order: a step's length, that over the gradient's, and what methods carry."""


class Curved(NamedTuple):
    """One parameter's curve."""

    node: str
    name: str
    steps: NDArray[Any]
    values: NDArray[Any]


class StateCard(Card):
    """What the shown optimizer carries, by parameter."""

    EMPTY: ClassVar[str] = "Press Run: what the method carries from step to step is drawn here."

    def __init__(self, source: Landscape) -> None:
        super().__init__("Optimizer state")
        self.source = source
        self.quantity = ""
        """A key of QUANTITIES; "": the first that the method has."""
        self.area.whole_x = True
        self.area.read = self._read
        self._marks: list[CurveMark] = []
        self._drawn: list[tuple[Curved, str, NDArray[Any]]] = []
        source.changed.connect(self.refresh)

    def switches(self) -> Sequence[Switch]:
        """Return the choices of the menu."""
        chosen = self.chosen()
        return [
            Switch(QUANTITIES[key], lambda key=key: key == chosen, lambda _, key=key: self.choose(key))  # type: ignore[misc]
            for key in self.offered()
        ]

    def choose(self, quantity: str) -> None:
        """Look at another quantity."""
        self.quantity = quantity
        self.area.following = True
        self._draw()

    def offered(self) -> list[str]:
        """Return what the shown lane's method has."""
        way = self._way()
        heads = {name.partition(" ")[0] for name in way.names} if way is not None else set()
        heads |= {"step", "rate"} if "moved" in heads else set()
        return [key for key in QUANTITIES if key in heads]

    def chosen(self) -> str:
        """Return what is looked at: the chosen quantity, or the method's own first one."""
        offered = self.offered()
        if self.quantity in offered:
            return self.quantity
        own = [key for key in offered if key not in ("step", "rate")]
        return next(iter([*own, *offered]), "")

    def _way(self) -> Way | None:
        lane = min(self.source.session.lane, len(self.source.state) - 1)
        return self.source.state[lane] if lane >= 0 else None

    def curves(self) -> list[Curved]:
        """Return what is drawn."""
        way, chosen = self._way(), self.chosen()
        if way is None or not chosen:
            return []
        table = way.state.array()
        columns = {name: table[:, k + 1] for k, name in enumerate(way.names)}
        found = []
        for node, name in self._names().items():
            if chosen == "rate":
                with np.errstate(all="ignore"):
                    values = columns.get(f"moved {node}", np.empty(0)) / columns.get(f"gradient {node}", np.empty(0))
            else:
                values = columns.get(f"{'moved' if chosen == 'step' else chosen} {node}", np.empty(0))
            if len(values):
                found.append(Curved(node, name, table[:, 0], values))
        return found[:MOST]

    def _names(self) -> dict[str, str]:
        lanes: Sequence[Lane] = self.source.runs.lanes if self.source.runs is not None else ()
        lane = min(self.source.session.lane, len(lanes) - 1)
        return {p.node: p.name for p in lanes[lane].parameters} if lane >= 0 else {}

    def refresh(self) -> None:
        """Draw what is known."""
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        curves = [curve for curve in self.curves() if curve.node not in self.hidden]
        self.set_empty(not curves and not self.hidden)
        spread = finite_range(*(curve.values for curve in curves))
        self.area.log_y = spread is not None and spread[0] > 0 and spread[1] > LOG_FROM * spread[0]
        names = list(self._names())
        while len(self._marks) < len(curves):
            self._marks.append(CurveMark(self.area, 1 + 0.01 * len(self._marks)))
        self._drawn = []
        for k, mark in enumerate(self._marks):
            if k >= len(curves):
                mark.set(np.empty(0), np.empty(0), stroke("black"))
                continue
            curve = curves[k]
            color = parameter_color(names.index(curve.node), derivative=True)
            heights = logarithms(curve.values) if self.area.log_y else curve.values
            mark.set(curve.steps, heights, stroke(color, 2.0))
            self._drawn.append((curve, color, heights))
        chosen = self.chosen()
        lanes = self.source.paths
        whose = [lanes[min(self.source.session.lane, len(lanes) - 1)].name] if lanes else []
        words = ["log"] * self.area.log_y + [QUANTITIES[chosen]] + whose if chosen and curves else []
        self.subtitle.say(" · ".join(words))
        every = self.curves()
        self.set_legend(
            [
                Pill(c.node, c.name, parameter_color(names.index(c.node), derivative=True), c.node not in self.hidden)
                for c in every
            ]
            if len(every) > 1
            else ()
        )
        self._fit()
        self.area.refresh_read_out()

    def _fit(self) -> None:
        heights = finite_range(*(height for _, _, height in self._drawn))
        across = finite_range(*(curve.steps for curve, _, _ in self._drawn))
        if heights is not None and across is not None:
            self.area.show_range((across[0], max(across[1], across[0] + 1)), heights)

    def _read(self, place: QPointF) -> ReadOut | None:
        if not self._drawn:
            return None
        rows, marks, at = [], [], 0.0
        for curve, color, heights in self._drawn:
            k = int(np.argmin(np.abs(curve.steps - place.x())))
            at = float(curve.steps[k])
            rows.append(Row(color, curve.name, short(float(curve.values[k]))))
            if np.isfinite(heights[k]):
                marks.append((at, float(heights[k]), color))
        return ReadOut(at, tuple(marks), f"step {at:,.0f}", tuple(rows))

    def restyle(self) -> None:
        """Take up theme and scale."""
        super().restyle()
        if hasattr(self, "_drawn"):
            self._draw()

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the curves as drawn."""
        columns: dict[str, NDArray[Any]] = {}
        for curve, _, _ in self._drawn:
            columns[f"{curve.name} step"], columns[f"{curve.name} {self.chosen()}"] = curve.steps, curve.values
        return columns
