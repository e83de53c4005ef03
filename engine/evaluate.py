"""Questions about a prepared graph at given parameter values: what every wire carries, both ways; gradients; their
check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from engine.graph import Socket
from engine.prepare import Prepared
from engine.types import Type


@dataclass(frozen=True, slots=True)
class Look:
    """What an output carries: its value (an array, or a tuple or dict of them), and the derivative of the loss by it.

    `cotangent` has the structure of the value; None where no loss is looked at, or where the value carries no
    derivative. It is zero where the loss does not depend on the value.
    """

    type: Type
    value: Any
    cotangent: Any


@dataclass(frozen=True, slots=True)
class Looks:
    """Every output that could be evaluated, and the loss of every optimizer."""

    wires: Mapping[Socket, Look]
    losses: Mapping[str, float]
    """By optimizer node."""


def look(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: Mapping[str, Sequence[Any]] | None = None,
    train: bool = True,
) -> Looks:
    """Return every output's value at `parameters` (default: the start values), and its cotangent.

    Cotangents are of the loss of `optimizer` (default: the first). `step` and `states` (by stateful or batch node; see
    `Trainer.states`) say which noise, batch and running averages are meant. Values that are not finite are returned as
    they are. Raise RunError, with the node, where an operator fails.
    """
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Gradient:
    """The loss of one optimizer and its derivative by each of the parameters it moves, at given values."""

    optimizer: str
    loss: float
    gradients: Mapping[str, NDArray[Any]]
    approach: str
    backend: str


def gradient(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    approach: str | None = None,
    backend: str | None = None,
    step: int | None = None,
    states: Mapping[str, Sequence[Any]] | None = None,
) -> Gradient:
    """Return the loss and its gradient at `parameters` (default: the start values) by the given approach."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Check:
    """One parameter's gradient against central differences and, where every operator allows it, the complex step."""

    node: str
    label: str
    differences: float
    """The largest difference to central differences, relative to the norm of the gradient."""
    complex_step: float | None
    """The same against the complex step; None where the program is not analytic."""
    passed: bool
    sentence: str


def check(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
) -> tuple[Check, ...]:
    """Return one check for each parameter of the optimizer (default: the first)."""
    raise NotImplementedError


def contour(
    prepared: Prepared,
    parameters: Mapping[str, Any],
    x: tuple[str, int],
    y: tuple[str, int],
    x_values: NDArray[Any],
    y_values: NDArray[Any],
    *,
    optimizer: str | None = None,
) -> NDArray[Any]:
    """Return the loss over two parameter elements, (node, flat index) each, the others as in `parameters`: (len(y),
    len(x))."""
    raise NotImplementedError
