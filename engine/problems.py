"""What is wrong with a graph, said before it runs: each problem names its node and socket, and the graph stays open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.edits import Edit
from engine.graph import Graph, Socket
from engine.operator import Operator
from engine.types import Type

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. An error keeps the graph from running, a warning does not.

    `code` is a stable word for tests and tools, `fix` an edit that mends it where one plainly does.
    """

    severity: Severity
    code: str
    sentence: str
    node: str | None = None
    socket: str | None = None
    fix: Edit | None = None


def validate(
    graph: Graph, library: Mapping[str, Operator], known: Mapping[Socket, Type] | None = None
) -> tuple[Problem, ...]:
    """Return every problem of the graph, errors first, then in the natural order of the nodes.

    A fault in a node that no optimizer needs is a warning (where there is no optimizer, every node counts as needed).
    """
    raise NotImplementedError


def trained(graph: Graph, library: Mapping[str, Operator], optimizer: str) -> tuple[str, ...]:
    """Return the parameters an optimizer node owns, in natural order: those it names, else all that reach its loss by a
    differentiable path; never frozen ones."""
    raise NotImplementedError
