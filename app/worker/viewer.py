"""Finds what views show, in the process that answers questions: the programs of their inputs compiled once, and for a
decision boundary the stretch of the graph from its points to its prediction, evaluated on a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.worker.class_names import class_names, column_names
from app.worker.graphs import parameters_of, states_of
from app.worker.messages import Moment, Packed, ViewData
from app.worker.view_data import is_array, real, view_of
from engine.data import Data
from engine.errors import GradwireError
from engine.evaluate import evaluable
from engine.graph import Socket
from engine.operator import Kind
from engine.prepare import Prepared, nodes_of_kind
from engine.viewing import Stretch, Watch, stretch, watch

BOUNDARY: Final = "views.decision_boundary"
MARGIN: Final = 0.08
"""Room around the data, as a part of their extent."""
ALIKE: Final = 1.8
"""Extents whose ratio is less than this are drawn in equal units,"""
WIDE: Final = 1.6
"""on a plane this much wider than high."""
SQUASHED: Final = ("activations.sigmoid", "activations.softmax")
"""Operators whose results are probabilities."""


@dataclass
class Plane:
    """A decision boundary's grid: fixed when first seen, so that the picture does not shake with every minibatch."""

    x: NDArray[Any]
    y: NDArray[Any]
    points: NDArray[Any]
    """One row per point of the grid, all features."""
    equal: bool = False
    """Whether both features have units of about one size."""
    stretch: Stretch | None = None
    fault: str = ""


@dataclass
class Viewer:
    """What the views of one prepared graph show, at any moment of a run."""

    prepared: Prepared
    data: Data
    _watches: dict[tuple[str, ...], Watch | None] = field(default_factory=dict)
    _planes: dict[str, Plane] = field(default_factory=dict)
    _facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def adjust(self, prepared: Prepared, nodes: Iterable[str]) -> None:
        """Go on with a graph that differs in numbers of these nodes alone: what was compiled still holds."""
        self.prepared = prepared
        for ids, watched in self._watches.items():
            self._watches[ids] = None if watched is None else replace(watched, prepared=prepared)
        if any(prepared.operator(id).kind in (Kind.SOURCE, Kind.VIEW) for id in nodes):
            self._planes.clear()
        for plane in self._planes.values():
            plane.stretch = None if plane.stretch is None else replace(plane.stretch, prepared=prepared)

    @property
    def views(self) -> tuple[str, ...]:
        """All view nodes."""
        found = nodes_of_kind(self.prepared.graph, self.prepared.library, Kind.VIEW)
        return tuple(id for id in found if not self.prepared.graph.nodes[id].inside)

    def shown(
        self, ids: Iterable[str], moment: Moment | None, wires: Mapping[Socket, Any] | None = None
    ) -> dict[str, ViewData]:
        """Return what these views show at a moment; `wires` are values already known, by output."""
        present = set(self.views)
        wanted = tuple(id for id in ids if id in present)
        values = self._values(wanted, moment) if wires is None else wires
        return {id: self._view(id, values, moment) for id in wanted}

    def _values(self, ids: tuple[str, ...], moment: Moment | None) -> Mapping[Socket, Any]:
        if ids not in self._watches:
            able = set(evaluable(self.prepared))
            sources = (wire.source for id in ids for wire in self.prepared.graph.incoming.get(id, ()))
            sockets = tuple(sorted({source for source in sources if source.node in able}))
            self._watches[ids] = watch(self.prepared, sockets) if sockets else None
        watched = self._watches[ids]
        return {} if watched is None else watched.values(*self._at(moment))

    def _at(self, moment: Moment | None) -> tuple[dict[str, Any], int, Any]:
        own = {**self.prepared.parameters, **(parameters_of(moment) or {})}
        return own, self.prepared.step if moment is None else moment.at, states_of(moment)

    def _view(self, id: str, values: Mapping[Socket, Any], moment: Moment | None) -> ViewData:
        graph = self.prepared.graph
        wired = {wire.target.name: wire.source for wire in graph.incoming.get(id, ())}
        inputs = {name: values[source] for name, source in wired.items() if source in values}
        operator = self.prepared.operator(id)
        settings = operator.values(graph.nodes[id])
        data = view_of(operator.id, inputs, settings)
        facts = {**data.facts, **self._known(id, wired, settings)}
        if operator.id == BOUNDARY:
            more, fault = self._surface(id, wired, inputs, settings, moment)
            facts["equal"] = id in self._planes and self._planes[id].equal
            return msgspec.structs.replace(data, inputs={**data.inputs, **more}, facts=facts, sentence=fault)
        return msgspec.structs.replace(data, facts=facts)

    def _known(self, id: str, wired: Mapping[str, Socket], settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is known of a view besides numbers: the names of its classes and features. Found once."""
        if id not in self._facts:
            found: dict[str, Any] = {}
            labels = next((wired[name] for name in ("target", "labels") if name in wired), None)
            if labels is not None and not settings.get("classes"):
                found["names"] = list(class_names(self.prepared, self.data, labels))
            if "points" in wired:
                found["features"] = list(column_names(self.prepared, wired["points"]))
                said = wired.get("prediction")
                squashed = said is not None and self.prepared.graph.nodes[said.node].operator in SQUASHED
                found["probability"] = squashed
            self._facts[id] = found
        return self._facts[id]

    # Decision boundaries ----------------------------------------------------------------------------------------------

    def _surface(
        self,
        id: str,
        wired: Mapping[str, Socket],
        inputs: Mapping[str, Any],
        settings: Mapping[str, Any],
        moment: Moment | None,
    ) -> tuple[dict[str, Packed], str]:
        """Return the scores on the grid, (rows upwards, columns) or (rows, columns, classes), and the grid's places; or
        one sentence why there are none."""
        if not {"points", "prediction"} <= wired.keys() or not is_array(inputs.get("points")):
            return {}, ""
        if id not in self._planes:
            plane = _plane(real(np.asarray(inputs["points"])), settings)
            if plane is None:
                return {}, "The points hold too few finite numbers to span a plane."
            self._planes[id] = plane
        plane = self._planes[id]
        if plane.stretch is None and not plane.fault:
            self._find(plane, wired, moment)
        if plane.stretch is None:
            return {}, plane.fault
        scores = real(plane.stretch.at(plane.points, *self._at(moment))).astype(np.float32)
        across, up = len(plane.x), len(plane.y)
        scores = scores.reshape(up, across, -1)
        surface = scores[..., 0] if scores.shape[2] == 1 else scores
        made = {"scores": Packed.of(surface), "x": Packed.of(plane.x), "y": Packed.of(plane.y)}
        return made, ""

    def _find(self, plane: Plane, wired: Mapping[str, Socket], moment: Moment | None) -> None:
        """Lower the stretch, and see that what it says of a point does not depend on the other points."""
        try:
            found = stretch(self.prepared, wired["points"], wired["prediction"], len(plane.points))
            mixed = _depends_on_others(lambda points: found.at(points, *self._at(moment)), plane.points)
        except GradwireError as error:
            plane.fault = error.sentence
            return
        if mixed:
            plane.fault = (
                "What is predicted of a point depends on the other points: wire “points” in from behind the node that "
                "works over all rows (Standardise, or one like it)."
            )
            return
        plane.stretch = found


def _depends_on_others(predict: Callable[[NDArray[Any]], NDArray[Any]], points: NDArray[Any]) -> bool:
    """Whether what is predicted of a row changes when the rows after it are others, or when all stand the other way
    round."""
    half = len(points) // 2
    once = predict(points)
    others = predict(np.concatenate([points[:half], np.repeat(points[:1], len(points) - half, axis=0)]))
    turned = predict(np.ascontiguousarray(points[::-1]))[::-1]
    with np.errstate(all="ignore"):
        near = 1e-5 * (1 + np.abs(once))
        return bool((np.abs(once - others)[:half] > near[:half]).any() or (np.abs(once - turned) > near).any())


def _plane(points: NDArray[Any], settings: Mapping[str, Any]) -> Plane | None:
    """Return the grid over two features of the data, the others at their means; None where nothing is finite.

    Where both features have about the same extent, as places in a plane have, the grid is as wide as a card is.
    """
    across, up, count = (int(settings[name]) for name in ("across", "up", "resolution"))
    if points.ndim != 2 or points.shape[1] <= max(across, up):
        return None
    rows = points[np.isfinite(points).all(axis=1)]
    if not len(rows):
        return None
    (left, right), (bottom, top) = (_roomy(rows[:, feature]) for feature in (across, up))
    ratio = (right - left) / (top - bottom)
    equal = 1 / ALIKE < ratio < ALIKE
    wide = count
    if equal and ratio < WIDE:
        room = (WIDE * (top - bottom) - (right - left)) / 2
        left, right, wide = left - room, right + room, round(count * WIDE)
    x, y = np.linspace(left, right, wide), np.linspace(bottom, top, count)
    grid = np.tile(rows.mean(axis=0), (wide * count, 1))
    grid[:, across] = np.tile(x, count)
    grid[:, up] = np.repeat(y, wide)
    return Plane(x, y, grid, equal)


def _roomy(values: NDArray[Any]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = MARGIN * (high - low) or 0.5
    return low - room, high + room
