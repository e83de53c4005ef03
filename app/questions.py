"""What a session answers about nodes and sockets: labels, settings, types, refusals, values, problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.looks import LookBook
from engine import infer
from engine.graph import Node, Socket, Wire, label
from engine.operator import Operator
from engine.placeholder import operator_of
from engine.problems import Problem
from engine.types import Type

if TYPE_CHECKING:
    from app.worker.messages import WireLook


class Questions:
    """The part of a Session that answers: it has the session's document, library and looks."""

    def node(self, id: str) -> Node:
        """Return the node; KeyError where there is none."""
        return self.graph.nodes[id]

    def operator(self, id: str) -> Operator:
        """Return the declared operator of a node, or a placeholder with the sockets its wires use."""
        return operator_of(self.graph, self.library, id)

    def label(self, id: str) -> str:
        """Return what people call the node."""
        return label(self.node(id), self.operator(id).title)

    def setting(self, node: str, name: str) -> Any:
        """Return the setting's value: the node's own, or the default; for an unwired input the number in its place."""
        operator = self.operator(node)
        if name in operator.settings:
            return operator.values(self.node(node))[name]
        return operator.input_default(self.node(node), name)

    @property
    def inference(self) -> infer.Inference:
        """Types along the wires as the graph is now; after an edit only what it may have changed is found anew."""
        self._inferred = self._inferred.after(self.graph, self._looks.known)
        return self._inferred.inference

    def type_of(self, socket: Socket) -> Type | None:
        """Return the type of an output or of a wired input, None while unknown."""
        return self.inference.types.get(socket)

    def refusal(self, wire: Wire) -> str | None:
        """Return why the wire may not be made, in one sentence, or None where it may (an occupied input is
        replaced)."""
        return infer.refusal(self.graph, self.library, self.inference, wire)

    def look(self, socket: Socket) -> WireLook | None:
        """Return the last look at an output's value and cotangent, or None while there is none. While one steps through
        an optimizer step: what is known of it so far."""
        return self.stepping.look(socket) if self.stepping.on else self._looks.wire(socket)

    @property
    def looks(self) -> LookBook:
        """All that is known of the values on the wires, and the questions to the `ask` process."""
        return self._looks

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong with the graph, errors first, and what the last run or look failed at."""
        return self._problems

    def node_problems(self, id: str) -> tuple[Problem, ...]:
        """Return the problems of one node."""
        return tuple(problem for problem in self._problems if problem.node == id)
