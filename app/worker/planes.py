"""Planes through the parameters: what the window wishes to see of the loss over one, and how the process that answers
questions finds it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.worker.messages import Moment, Packed, Plane, PlaneSpec, Struct
from engine.errors import GradwireError
from engine.prepare import Prepared

PATIENCE: Final = 0.45
"""Seconds that the grid of a loss may take: of a slow one fewer points are computed."""
COARSEST: Final = 16


class PlaneWish(Struct, frozen=True):
    """What is to be computed."""

    spec: PlaneSpec
    plane: Plane | None
    """The plane itself, where it was found of a path."""
    bounds: tuple[float, float, float, float] | None
    """(x0, x1, y0, y1); None: around the start."""
    size: int = 60
    """Points of the grid along each side."""
    arrows: tuple[int, int] = (0, 0)
    """How many slopes across and up."""
    places: tuple[tuple[float, float], ...] = ()
    """Places at which slopes are wanted: the ends of paths."""
    bend: tuple[float, float] | None = None
    """Where the curvature is wanted."""
    point: tuple[float, float] | None = None
    """A place whose parameters are wanted, to start there."""


class PlaneSeen(Struct, frozen=True):
    """The loss over a plane."""

    spec: PlaneSpec
    x: Packed
    y: Packed
    loss: Packed
    """(len(y), len(x)); NaN where it is not finite."""
    arrows: Packed
    """(count, 4): places, and the derivatives there by both coordinates."""
    slopes: Packed
    """(len(places), 2)."""
    start: tuple[float, float]
    """Where the start values lie."""
    bend: Packed | None = None
    """(2, 2): second derivatives in the plane."""
    largest: float | None = None
    """The largest and the least second derivative over all directions, where they could be found."""
    least: float | None = None
    products: int = 0
    sentence: str = ""
    """Why the curvature is not known."""
    values: dict[str, Packed] = {}
    """The parameters at the point that was wished for."""


def unpacked(parts: Mapping[str, Packed]) -> dict[str, NDArray[Any]]:
    """Return parts by parameter as arrays."""
    return {node: packed.array() for node, packed in parts.items()}


def packed(spread: Any) -> Plane:
    """Return an engine's plane as it travels."""
    return Plane(*({id: Packed.of(value) for id, value in parts.items()}
                   for parts in (spread.centre, spread.first, spread.second)), float(spread.share))  # fmt: skip


def seen(prepared: Prepared, wish: PlaneWish, moment: Moment | None) -> PlaneSeen:
    """Return the loss over a plane, at a moment of a run (None: at the start); raise GradwireError where there is
    none."""
    from app.worker.graphs import at_moment
    from engine.evaluate import loss_program, surface_of

    given = {"parameters": {}, **at_moment(moment)}
    here = {**prepared.parameters, **given.pop("parameters")}
    read = loss_program(prepared, given.get("optimizer")).inputs
    names = [each.name for each in read if np.asarray(here[each.name]).dtype.kind == "f"]
    spread = spread_of(prepared, wish, here, names)
    moving = sorted({*spread.first, *spread.second}, key=list(here).index)
    surface = surface_of(prepared, {**here, **spread.centre}, moving, **given)
    start = _place(prepared.parameters, spread)
    bounds = wish.bounds or around(start, wish.spec)
    plane = (spread.first, spread.second)
    size = _affordable(surface, plane, bounds, wish.size)
    x, y = np.linspace(*bounds[:2], size), np.linspace(*bounds[2:], size)
    across, up = (_inside(low, high, count) for (low, high), count in
                  zip((bounds[:2], bounds[2:]), wish.arrows, strict=True))  # fmt: skip
    at = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)
    slopes = surface.slopes(*plane, np.concatenate([at, np.array(wish.places).reshape(-1, 2)]))
    arrows = np.concatenate([at, slopes[: len(at)]], 1)
    curved: dict[str, Any] = {}
    if wish.bend is not None:
        whole = surface_of(prepared, {**here, **spread.centre}, names, **given)
        curved = _curved(surface, whole, spread, wish.bend)
    if wish.point is not None:
        curved["values"] = {id: Packed.of(np.asarray(value, np.asarray(here[id]).dtype))
                            for id, value in _point(spread, wish.point).items()}  # fmt: skip
    return PlaneSeen(
        wish.spec, Packed.of(x), Packed.of(y), Packed.of(surface.grid(*plane, x, y)), Packed.of(arrows),
        Packed.of(slopes[len(at) :]), start, **curved,
    )  # fmt: skip


def spread_of(prepared: Prepared, wish: PlaneWish, here: Mapping[str, Any], names: list[str]) -> Any:
    """Return the plane that is wished for; raise GradwireError where there is none."""
    from engine.trail import Spread, elements, random_spread

    spec = wish.spec
    if spec.kind == "path":
        if wish.plane is None:
            raise GradwireError("Run first: the plane of a path is found of the path.")
        return Spread(*(unpacked(p) for p in (wish.plane.centre, wish.plane.first, wish.plane.second)))
    if not names:
        raise GradwireError("The loss does not depend on any real parameter.")
    if spec.kind == "random":
        return random_spread(prepared.parameters, names, spec.seed)
    return elements({name: here[name] for name in names}, spec.x, spec.y)


def around(start: tuple[float, float], spec: PlaneSpec) -> tuple[float, float, float, float]:
    """Return what is shown before there is a path."""
    rooms = [1.0, 1.0] if spec.kind != "elements" else [max(1.0, 1.5 * abs(value)) for value in start]
    (x, y), (wide, high) = start, rooms
    return (x - wide, x + wide, y - high, y + high)


def _place(parameters: Mapping[str, Any], spread: Any) -> tuple[float, float]:
    """Return where values lie in a plane."""
    names = list(spread.centre)
    away, first, second = (
        np.concatenate([np.ravel(np.asarray(parts(name), float)) for name in names])
        for parts in (
            lambda name: np.asarray(parameters[name]) - spread.centre[name],
            lambda name: spread.first.get(name, np.zeros(np.shape(spread.centre[name]))),
            lambda name: spread.second.get(name, np.zeros(np.shape(spread.centre[name]))),
        )
    )
    found = away @ np.linalg.pinv(np.stack([first, second]))
    return float(found[0]), float(found[1])


def _affordable(surface: Any, plane: tuple[Any, Any], bounds: tuple[float, ...], size: int) -> int:
    """Return how fine a grid may be: as fine as wished, or as can be computed in time."""
    few = [np.linspace(low, high, 4) for low, high in (bounds[:2], bounds[2:])]
    surface.grid(*plane, few[0][:1], few[1][:1])  # compiling does not count
    began = time.perf_counter()
    surface.grid(*plane, *few)
    each = (time.perf_counter() - began) / 16
    return int(max(min(size, COARSEST), min(size, (PATIENCE / max(each, 1e-9)) ** 0.5)))


def _inside(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return `count` places in the middles of as many equal parts."""
    return low + (np.arange(count) + 0.5) * (high - low) / max(1, count)


def _point(spread: Any, at: tuple[float, float]) -> dict[str, NDArray[Any]]:
    """Return the parameters at a place of a plane."""
    return {
        name: np.asarray(value) + at[0] * spread.first.get(name, 0.0) + at[1] * spread.second.get(name, 0.0)
        for name, value in spread.centre.items()
    }


def _curved(surface: Any, whole: Any, spread: Any, at: tuple[float, float]) -> dict[str, Any]:
    from engine.curvature import bend, spectrum

    point = _point(spread, at)
    try:
        matrix = bend(surface, spread.first, spread.second, point)
        found = spectrum(whole, point)
    except (GradwireError, np.linalg.LinAlgError) as error:
        return {"sentence": getattr(error, "sentence", "The curvature cannot be computed here.")}
    return {
        "bend": Packed.of(matrix), "largest": found.largest, "least": found.least, "products": found.products,
    }  # fmt: skip
