"""From a document to something that can run: sources evaluated, types inferred, start values drawn, optimizers
planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.data import Data
from engine.graph import Content, Socket
from engine.operator import Library
from engine.problems import Problem
from engine.types import Type


@dataclass(frozen=True, slots=True)
class Plan:
    """An optimizer node: what it minimises, what it moves, and all its settings."""

    id: str
    label: str
    loss: Socket
    """The output that its loss input is wired to."""
    parameters: tuple[str, ...]
    """The parameter nodes it moves: those it names, or all that reach the loss; never frozen ones."""
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A graph ready to be lowered. Nothing in it changes; a run has its own copies."""

    content: Content
    library: Library
    seed: int
    values: Mapping[Socket, Any]
    """What the sources gave, by output."""
    types: Mapping[Socket, Type]
    """The types of source and parameter outputs, and of batch indices (Socket(node, "indices"))."""
    inferred: Mapping[Socket, Type | None]
    """The type of every output and wired input; None where it is unknown (only in a lenient preparation)."""
    parameters: Mapping[str, Any]
    """Start values by parameter node, inside their constraints."""
    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    """Warnings; in a lenient preparation also errors, whose nodes are left out."""
    step: int = 0
    """The step at which a run takes over: 0, or that of the kept values."""


def prepare(
    content: Content,
    library: Library,
    data: Data,
    *,
    seed: int | None = None,
    start: Literal["kept", "initial"] = "kept",
    parameters: Mapping[str, Any] | None = None,
    strict: bool = True,
) -> Prepared:
    """Evaluate the sources, infer the types and draw the start values.

    `seed` replaces the seed of the first optimizer node, which all lanes share. `start` says whether values kept in the
    document are taken up; `parameters` are start values that go before either. With `strict` the first error of
    `engine.problems.validate` is raised as a GradwireError; otherwise faulty nodes are left out and named in `problems`
    (for looking at a graph while it is built).
    """
    raise NotImplementedError
