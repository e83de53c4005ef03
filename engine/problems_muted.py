"""Problems of muted nodes: where nothing can be passed on; and what is no problem because a node is muted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.edits import SetMuted
from engine.graph import Graph, Socket
from engine.placeholder import operator_of
from engine.sockets import arguments
from engine.types import ArrayType, Type, shape_text

if TYPE_CHECKING:
    from engine.problems import Facts, Problem


def by_muting(problem: Problem, graph: Graph) -> bool:
    """Return whether a problem is only that a muted node gives nothing, or takes nothing: of that one its own sentence
    is enough."""
    if problem.code == "missing-input" and problem.node is not None and problem.socket is not None:
        return Socket(problem.node, problem.socket) in graph.sources
    return problem.code == "unused-parameter" and bool(graph.outgoing.get(problem.node or ""))


def not_passed(graph: Graph, facts: Facts) -> Iterator[Problem]:
    """Muted nodes through which nothing can be passed on although something waits for it."""
    for output, source in facts.inference.passes.items():
        waiting = [w.target.node for w in graph.outgoing.get(output.node, ()) if w.source == output]
        if source is None and set(waiting) - graph.muted:
            sentence = f" is muted, and {_nothing_fits(graph, facts, output)}: unmute it, or wire past it."
            needed = facts.needed.intersection(waiting)
            problem = facts.problem("not-passed", sentence, output.node, output.name, SetMuted(output.node, False))
            yield problem if needed else replace(problem, severity="warning")


def _nothing_fits(graph: Graph, facts: Facts, output: Socket) -> str:
    declared = operator_of(graph, facts.library, output.node)
    wired = [argument.socket for argument in arguments(graph, declared, output.node)]
    types = facts.inference.types
    shown = [f"{s.name} is {_short(t)}" for s in wired if (t := types.get(s)) is not None]
    if not shown:
        return f"nothing is wired into it that could stand for its output {output.name}"
    return f"none of its inputs has the shape of its output {output.name} ({', '.join(shown)})"


def _short(kind: Type) -> str:
    """Return a type in few words: of an array its shape."""
    return shape_text(kind.shape) if isinstance(kind, ArrayType) else str(kind)
