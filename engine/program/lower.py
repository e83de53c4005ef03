"""A graph becomes a Program: each node's function is recorded once, on stand-ins of the inferred shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from engine.graph import Graph, Socket
from engine.operator import Library
from engine.program.program import Program
from engine.types import Type


def lower(
    graph: Graph, library: Library, known: Mapping[Socket, Type], targets: Sequence[Socket], *, train: bool
) -> Program:
    """Return the program that computes `targets`, with only the nodes they need.

    `known` gives the types of source and parameter outputs and of each batch node's index vector (`Socket(node, "indices")`).
    A target may be an output, or a wired input (then the output that feeds it). Outputs are named by their socket; new states
    follow as extra outputs named "state <node>.<k>". Raise LoweringError, ShapeError or Cycle naming node and socket.
    """
    raise NotImplementedError


def setting_values(program: Program, graph: Graph, library: Library) -> dict[str, NDArray[Any]]:
    """Return the value of every input of role "setting" by its name, in the type the program wants."""
    raise NotImplementedError
