"""Gradients against central differences and the complex step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.program.program import Program, Var


@dataclass(frozen=True, slots=True)
class Report:
    """How one variable's gradient compares: worst errors relative to the gradient's norm; `complex_step` is None where it cannot serve."""

    name: str
    entries: int
    gradient_norm: float
    central: float
    complex_step: float | None
    passed: bool
    worst: tuple[int, ...]


def check_gradient(
    program: Program, of: Var, wrt: Sequence[Var], values: Sequence[Any], *, tolerance: float = 1e-6, entries: int = 64
) -> tuple[Report, ...]:
    """Compare the gradient of `of` by each input of `wrt`, at up to `entries` entries each, at `values`."""
    raise NotImplementedError
