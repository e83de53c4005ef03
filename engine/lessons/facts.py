"""What a lesson is judged by: the graph, numbers of it, and how far its runs have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from engine.binding import States
from engine.evaluate import gradient, look
from engine.graph import Graph, SettingValue, Socket
from engine.lessons.lesson import Amount, Cotangents, Prediction, Quantity, Step, ValueIs
from engine.operator import Operator
from engine.prepare import Prepared

NUMBERS: Final = ("value", "cotangent")
"""What a socket has."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How things stand. `numbers` holds those that were asked for and that there are."""

    graph: Graph
    library: Mapping[str, Operator]
    numbers: Mapping[Quantity, float] = field(default_factory=dict)
    losses: Mapping[str, float] = field(default_factory=dict)
    """The last loss of each optimizer that has run."""
    steps: Mapping[str, int] = field(default_factory=dict)
    """How many steps each optimizer has taken."""

    def setting(self, node: str, name: str) -> SettingValue:
        """Return what a setting of a node is now: what stands there, or its default; None where there is none."""
        there = self.graph.nodes.get(node)
        if there is None or there.operator not in self.library:
            return None if there is None else there.settings.get(name)
        value: SettingValue = self.library[there.operator].values(there).get(name, there.settings.get(name))
        return value


def wanted(step: Step) -> tuple[Quantity, ...]:
    """Return the numbers that judging a step takes, each once."""
    found: list[Quantity] = [check.of for check in step.checks if isinstance(check, ValueIs)]
    match step.question:
        case Amount(of=of) if of is not None:
            found.append(of)
        case Prediction(of=of):
            found.append(of)
        case Cotangents(sockets=sockets):
            found += [Quantity("cotangent", socket) for socket in sockets]
        case _:
            pass
    return tuple(dict.fromkeys(found))


def measure(
    prepared: Prepared,
    quantities: Iterable[Quantity],
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
) -> dict[Quantity, float]:
    """Return those of the numbers that there are at `parameters` (default: the start values).

    `step` and `states` say which batch, noise and running averages are meant. Raise GradwireError where the graph
    cannot be evaluated.
    """
    every = tuple(dict.fromkeys(quantities))
    if not every:
        return {}
    seen = look(prepared, parameters, optimizer=optimizer, step=step, states=states)
    found: dict[Quantity, float] = {}
    for each in every:
        value: Any = None
        if each.what in NUMBERS:
            there = seen.wires.get(Socket(*each.at.split(".", 1))) if "." in each.at else None
            value = there and (there.value if each.what == "value" else there.cotangent)
        elif each.what == "loss":
            value = seen.losses.get(each.at) if each.at else next(iter(seen.losses.values()), None)
        elif prepared.plans:
            of = gradient(prepared, parameters, optimizer=optimizer, step=step, states=states)
            value = of.gradients.get(each.at)
        number = _number(value, each.index)
        if number is not None:
            found[each] = number
    return found


def _number(value: Any, index: int) -> float | None:
    """Return one element of an array, in C order; None where there is no such real number."""
    if value is None or isinstance(value, Mapping | tuple | list):
        return None
    array = np.asarray(value)
    return float(array.ravel()[index]) if index < array.size and array.dtype.kind in "biuf" else None
