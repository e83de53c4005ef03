"""A graph in the making: nodes added by operator and wires by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.graph import Graph, Node, Socket, Wire


@dataclass
class Sketch:
    """A graph in the making."""

    nodes: dict[str, Node] = field(default_factory=dict)
    wires: set[Wire] = field(default_factory=set)

    def add(self, operator: str, label: str = "", inside: str = "", /, **settings: Any) -> str:
        """Add a node, inside a body where one is named; return its id."""
        short = operator.rsplit(".", 1)[-1]
        id = next(f"{short}_{k}" for k in range(1, 1000) if f"{short}_{k}" not in self.nodes)
        made = {key: frozen(value) for key, value in settings.items()}
        self.nodes[id] = Node(id, operator, label, made, inside=inside)
        return id

    def join(self, source: str, output: str, target: str, name: str) -> None:
        """Add a wire."""
        self.wires.add(Wire(Socket(source, output), Socket(target, name)))

    @property
    def graph(self) -> Graph:
        """The graph as it is."""
        return Graph(self.nodes, frozenset(self.wires))


def frozen(value: Any) -> Any:
    """Return a setting's value as it is kept: tuples for arrays and lists."""
    if isinstance(value, np.ndarray | np.generic):
        return frozen(value.tolist())
    return tuple(map(frozen, value)) if isinstance(value, list | tuple) else value
