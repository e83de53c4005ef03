"""What lies outside an operator's domain: which input of a node holds which value, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.backends.interpret import interpret
from engine.errors import GradwireError
from engine.prepare import Prepared
from engine.program.compose import select
from engine.program.functions import flat
from engine.program.program import Program, Var
from engine.sockets import arguments


def outside(prepared: Prepared, program: Program, values: Sequence[Any], node: str) -> str | None:
    """Return what is wrong with the values that go into a node, naming socket, value and place, as part of a sentence;
    None where its operator does not say, or they cannot be had (a node inside a loop).
    """
    if node not in prepared.graph.nodes:
        return None
    declared = prepared.operator(node)
    if declared.fault is None:
        return None
    wired = arguments(prepared.graph, declared, node)
    carriers = [program.sockets.get(each.source) for each in wired]
    if any(each is None for each in carriers):
        return None
    variables = list(dict.fromkeys(var for carrier in carriers for _, var in flat(carrier)))
    part = select(program, variables, [f"v{var.index}" for var in variables])
    try:
        known = interpret(part, values)
    except GradwireError:
        return None
    given: dict[str, Any] = {
        each.name: np.asarray(number)
        for each in declared.inputs
        if (number := declared.input_default(prepared.graph.nodes[node], each.name)) is not None
    }
    given |= {
        each.socket.name: known[carrier] if isinstance(carrier, Var) else None
        for each, carrier in zip(wired, carriers, strict=True)
    }
    return said(declared.fault, given, declared.values(prepared.graph.nodes[node]))


def said(fault: Any, given: Mapping[str, Any], settings: Mapping[str, Any]) -> str | None:
    """Return what an operator's `fault` says of input values, as part of a sentence; None where all are inside."""
    try:
        with np.errstate(all="ignore"):
            found = fault(given, settings)
    except (TypeError, ValueError, KeyError, IndexError):  # shapes or kinds that it was not written for
        return None
    if found is None:
        return None
    socket, sentence = found
    return f'its input "{socket}" {sentence}'
