"""Which sockets a node has, what is wired into them in the order of declaration, and how people are told about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.graph import Graph, Socket, Wire, label
from engine.operator import Input, Operator


class Argument(NamedTuple):
    """One wired input: its declaration, its socket and the output that feeds it."""

    input: Input
    socket: Socket
    source: Socket


def input_of(declared: Operator, name: str) -> Input | None:
    """Return the declaration of the input socket called `name` ("xs.3" for a variadic xs), or None where there is none."""
    raise NotImplementedError


def arguments(graph: Graph, declared: Operator, node: str) -> tuple[Argument, ...]:
    """Return the wired inputs of a node in the order in which its function takes them (xs.2 before xs.10)."""
    raise NotImplementedError


def input_names(graph: Graph, declared: Operator, node: str) -> tuple[str, ...]:
    """Return the names of a node's input sockets, top to bottom; a variadic input shows its wired ones and one free one."""
    raise NotImplementedError


def output_names(graph: Graph, declared: Operator, node: str) -> tuple[str, ...]:
    """Return the names of a node's output sockets, top to bottom."""
    raise NotImplementedError


def quoted(graph: Graph, library: Mapping[str, Operator], node: str) -> str:
    """Return how a sentence names the node: its label in quotes and its id, as in '"slope w" (parameter_1)'."""
    raise NotImplementedError
