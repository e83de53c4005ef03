"""Optimization methods that ask for the loss several times in a step: they choose a direction, then how far to go.

`step(oracle, x, state, settings) -> (x, state)`: x is all that the optimizer moves as one vector of real numbers
(complex ones as their two parts), `state` maps each slot to an array, in which a "ring" holds the last few vectors,
a "vector" one, and a "number" none. A step that finds nothing lower returns x itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.line_search import SEARCHES, Search, Trial, strong_wolfe

Vector: TypeAlias = NDArray[np.float64]
State: TypeAlias = Mapping[str, Any]
Slot: TypeAlias = Literal["ring", "vector", "number"]

NEWTON_SIZE: Final = 500
"""Most real numbers that Newton's method moves: it holds the square of so many, and solves with it at every step."""


class Oracle(Protocol):
    """What a method may ask about the loss."""

    def at(self, x: Vector) -> tuple[float, Vector]:
        """Return the loss and its gradient."""

    def hessian(self, x: Vector) -> NDArray[np.float64]:
        """Return the matrix of second derivatives."""


@dataclass(frozen=True, slots=True)
class Searching:
    """A method as data: its step and the shapes of its slots."""

    step: Callable[[Oracle, Vector, State, Mapping[str, Any]], tuple[Vector, State]]
    slots: Mapping[str, Slot]


def _lbfgs(oracle: Oracle, x: Vector, state: State, settings: Mapping[str, Any]) -> tuple[Vector, State]:
    loss, gradient = oracle.at(x)
    search = SEARCHES[str(settings["search"])]
    pairs = _pairs(state, int(settings["history"]))
    found = _along(oracle, x, _two_loops(gradient, pairs), loss, gradient, search, 1.0, 0.9) if pairs else None
    if found is None:
        found = _along(oracle, x, -gradient, loss, gradient, search, _unscaled(gradient), 0.9)
    if found is None:
        return x, state
    new, trial = found
    return new, _remembered(state, new - x, trial.gradient - gradient, int(settings["history"]))


def _pairs(state: State, history: int) -> list[tuple[Vector, Vector, float]]:
    """Return the kept (move, turn of the gradient, their product), oldest first; only those that curve upwards."""
    count = int(state["count"])
    found = []
    for k in range(max(0, count - history), count):
        move, turn = state["moves"][k % history], state["turns"][k % history]
        product = float(move @ turn)
        if product > 0.0:
            found.append((move, turn, product))
    return found


def _two_loops(gradient: Vector, pairs: list[tuple[Vector, Vector, float]]) -> Vector:
    """Return minus the inverse Hessian, as the pairs tell it, times the gradient (Nocedal 1980)."""
    direction, weights = -gradient, []
    for move, turn, product in reversed(pairs):
        weights.append(float(move @ direction) / product)
        direction = direction - weights[-1] * turn
    _, turn, product = pairs[-1]
    direction = direction * (product / float(turn @ turn))
    for (move, turn, product), weight in zip(pairs, reversed(weights), strict=True):
        direction = direction + (weight - float(turn @ direction) / product) * move
    return direction


def _remembered(state: State, move: Vector, turn: Vector, history: int) -> State:
    if float(move @ turn) <= np.finfo(np.float64).eps * float(turn @ turn) ** 0.5 * float(move @ move) ** 0.5:
        return state
    count = int(state["count"])
    moves, turns = state["moves"].copy(), state["turns"].copy()
    moves[count % history], turns[count % history] = move, turn
    return {"moves": moves, "turns": turns, "count": np.float64(count + 1)}


def _conjugate_gradient(oracle: Oracle, x: Vector, state: State, settings: Mapping[str, Any]) -> tuple[Vector, State]:
    """Polak and Ribière's directions, begun anew where they would turn back (Gilbert, Nocedal 1992)."""
    loss, gradient = oracle.at(x)
    before = state["gradient"]
    length = float(before @ before)
    keep = max(0.0, float(gradient @ (gradient - before)) / length) if length else 0.0
    for direction in (keep * state["direction"] - gradient, -gradient) if keep else (-gradient,):
        slope = float(direction @ gradient)
        if not slope < 0.0:
            continue
        first = float(state["slide"]) / slope if state["slide"] else _unscaled(gradient)
        found = _along(oracle, x, direction, loss, gradient, strong_wolfe, first, 0.1)
        if found is not None:
            new, trial = found
            return new, {"direction": direction, "gradient": gradient, "slide": np.float64(trial.step * slope)}
    return x, state


def _newton(oracle: Oracle, x: Vector, state: State, settings: Mapping[str, Any]) -> tuple[Vector, State]:
    """Newton's step, turned downhill where the Hessian is not positive (eigenvalues by their magnitude)."""
    loss, gradient = oracle.at(x)
    search = SEARCHES[str(settings["search"])]
    direction = _newton_direction(oracle.hessian(x), gradient)
    found = _along(oracle, x, direction, loss, gradient, search, 1.0, 0.9)
    if found is None:
        found = _along(oracle, x, -gradient, loss, gradient, search, _unscaled(gradient), 0.9)
    return (x if found is None else found[0]), state


def _newton_direction(hessian: NDArray[np.float64], gradient: Vector) -> Vector:
    if not np.isfinite(hessian).all():
        return -gradient
    values, vectors = np.linalg.eigh(0.5 * (hessian + hessian.T))
    sizes = np.abs(values)
    floor = max(1e-12 * float(sizes.max(initial=0.0)), float(np.finfo(np.float64).tiny))
    return np.asarray(-(vectors @ ((vectors.T @ gradient) / np.maximum(sizes, floor))))


def _along(
    oracle: Oracle, x: Vector, direction: Vector, loss: float, gradient: Vector, search: Search, first: float,
    curvature: float,
) -> tuple[Vector, Trial] | None:  # fmt: skip
    """Return the point that the search finds and its trial; None where it finds none, or the way leads uphill."""
    slope = float(direction @ gradient)
    if not slope < 0.0 or not first > 0.0:
        return None

    def trial(step: float) -> Trial:
        loss, gradient = oracle.at(x + step * direction)
        return Trial(step, loss, float(gradient @ direction), gradient)

    found = search(trial, Trial(0.0, loss, slope, gradient), first, curvature)
    return None if found is None else (x + found.step * direction, found)


def _unscaled(gradient: Vector) -> float:
    """Return a first step where nothing is known of the scale: one that moves by no more than 1 in all."""
    return min(1.0, 1.0 / max(float(np.abs(gradient).sum()), float(np.finfo(np.float64).tiny)))


SEARCHING: Final[Mapping[str, Searching]] = {
    "lbfgs": Searching(_lbfgs, {"moves": "ring", "turns": "ring", "count": "number"}),
    "conjugate_gradient": Searching(
        _conjugate_gradient, {"direction": "vector", "gradient": "vector", "slide": "number"}
    ),
    "newton": Searching(_newton, {}),
}
"""By the value of the optimizer node's `method` setting."""
