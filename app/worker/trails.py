"""A run's trail as it travels to the window: paths in a plane, and what the methods carried on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.worker.messages import Packed, Plane, PlaneSpec, Way
from app.worker.planes import packed

if TYPE_CHECKING:
    from engine.trail import Spread, Stand, Trail


def ways(trail: Trail, spec: PlaneSpec, known: Spread | None) -> tuple[tuple[Way, ...], Spread | None, Plane | None]:
    """Return every lane's path, the plane of the paths that is in use, and the same as it travels where it is new."""
    new = None
    if spec.kind == "path":
        if known is None:
            known = trail.plane()
            new = packed(known)
        spread = known
    elif spec.kind == "random":
        spread = trail.random(spec.seed)
    else:
        spread = trail.elements(spec.x, spec.y)
    return tuple(_way(trail, lane, spread) for lane in range(len(trail.lanes))), known, new


def _way(trail: Trail, lane: int, spread: Spread) -> Way:
    steps, places = trail.way(lane, spread)
    names, state = state_table(trail.lanes[lane])
    return Way(Packed.of(steps), Packed.of(places), trail.push(lane, spread), names, Packed.of(state))


def state_table(stands: Sequence[Stand]) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the names of what a method carried, and a row for each stand: the step, then those columns."""
    if not stands:
        return (), np.empty((0, 1))
    columns = list(stands[0].slots)
    parameters = list(stands[0].moved)
    names = (*columns, *(f"moved {id}" for id in parameters), *(f"gradient {id}" for id in parameters))
    rows = [
        [
            stand.step,
            *(stand.slots.get(name, np.nan) for name in columns),
            *(stand.moved.get(id, np.nan) for id in parameters),
            *(stand.slopes.get(id, np.nan) for id in parameters),
        ]
        for stand in stands
    ]
    return names, np.array(rows, float)
