"""Which settings matter now: a momentum only to methods that have one, bounds only where something is bounded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.operator import Operator
from engine.optimizers import METHODS
from engine.schedules import SCHEDULES

Values = Mapping[str, Any]


def _parameter(values: Values) -> set[str]:
    hidden = set()
    if values["initial"] == "value":
        hidden.add("scale")
    else:
        hidden.add("value")
    if values["constraint"] != "bounded":
        hidden |= {"low", "high"}
    return hidden


def _optimizer(values: Values) -> set[str]:
    methods = {name for method in METHODS.values() for name in method.settings}
    schedules = {name for schedule in SCHEDULES.values() for name in schedule.settings}
    hidden = methods - set(METHODS[values["method"]].settings)
    hidden |= schedules - set(SCHEDULES[values["schedule"]].settings)
    if METHODS[values["method"]].search is not None:  # the line search finds how far to go
        hidden |= {"learning_rate", "rate_factors", "schedule", "clip", "clip_at", "l1"} | schedules
    if values["clip"] == "none":
        hidden.add("clip_at")
    if values["until"] == "steps":
        hidden.add("tolerance")
    return hidden


def _table(values: Values) -> set[str]:
    return {"held_out", "seed"} if values["rows"] == "all" else set()


RULES: Mapping[str, Callable[[Values], set[str]]] = {
    "parameters.parameter": _parameter,
    "optimizers.optimizer": _optimizer,
    "inputs.table": _table,
}
"""Operator id -> (all settings) -> those that change nothing."""

FOLDED: Mapping[str, frozenset[str]] = {
    "parameters.parameter": frozenset({"constraint", "low", "high", "dtype", "scale"}),
    "inputs.table": frozenset({"delimiter", "header", "missing", "standardise", "dtype"}),
    "optimizers.optimizer": frozenset(
        {"epsilon", "schedule_steps", "schedule_factor", "clip", "clip_at", "weight_decay", "l1", "until", "tolerance",
         "rate_factors", "validate_every", "patience", "better", "keep_best", "history", "search", "seed",
         "parameters", "approach", "keep", "schedule"}
    ),
}  # fmt: skip
"""Settings that stand behind "More settings" until one of them differs from its default."""


NEEDS_WIRE: Mapping[str, Mapping[str, frozenset[str]]] = {
    "optimizers.optimizer": {"validation": frozenset({"validate_every", "patience", "better", "keep_best"})},
}
"""Operator id -> input -> the settings that change nothing while nothing is wired into it."""


def unfed(operator: Operator, wired: Collection[str]) -> set[str]:
    """Return the settings that change nothing as the inputs they are about have no wire; `wired` are those that do."""
    needs = NEEDS_WIRE.get(operator.id, {})
    return {setting for name, settings in needs.items() if name not in wired for setting in settings}


def hidden(operator: Operator, values: Values) -> set[str]:
    """Return the settings that change nothing at these values."""
    rule = RULES.get(operator.id)
    return rule(values) if rule else set()
