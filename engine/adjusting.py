"""Graphs that differ in numbers alone: what was inferred and prepared of one holds of the other but for these numbers.

Numbers are dragged: what they lead to is to follow at once, without anything being lowered anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine.data import Data
from engine.errors import GradwireError
from engine.exposing import declared_for
from engine.graph import Content, Graph, Node
from engine.operator import Kind, Operator
from engine.prepare import Prepared, readied
from engine.types import ArrayType, type_of

CONSTRAINING = ("constraint", "low", "high")
"""Settings of parameters that more depends on than their start value."""


def adjusted_nodes(before: Graph, after: Graph, library: Mapping[str, Operator]) -> frozenset[str] | None:
    """Return the nodes in which two graphs differ where they differ in nothing but numeric settings of the same shapes
    and kinds, so that all types are the same; None where they differ otherwise."""
    if before.nodes.keys() != after.nodes.keys() or (before.wires is not after.wires and before.wires != after.wires):
        return None
    changed = [id for id, node in after.nodes.items() if before.nodes[id] is not node]
    numeric = all(_alike(before.nodes[id], after.nodes[id], declared_for(library, after.nodes[id])) for id in changed)
    return frozenset(changed) if numeric else None


def _alike(before: Node, after: Node, declared: Operator | None) -> bool:
    if declared is None or replace(before, settings=after.settings) != after:
        return False
    names = {
        name
        for name in before.settings.keys() | after.settings.keys()
        if before.settings.get(name) != after.settings.get(name)
    }
    return all(_same_kind(before, after, declared, name) for name in names)


def _same_kind(before: Node, after: Node, declared: Operator, name: str) -> bool:
    if name in declared.settings:
        if not declared.settings[name].numeric or (declared.kind is Kind.PARAMETER and name in CONSTRAINING):
            return False
        one, other = declared.values(before)[name], declared.values(after)[name]
    elif any(each.name == name and each.default is not None for each in declared.inputs):
        one, other = declared.input_default(before, name), declared.input_default(after, name)
    else:
        return False
    try:
        a, b = np.asarray(one), np.asarray(other)
    except ValueError:
        return False
    return a.shape == b.shape and a.dtype.kind == b.dtype.kind and a.dtype.kind in "iuf"


def adjusted(prepared: Prepared, content: Content, data: Data) -> Prepared | None:
    """Return a content prepared that differs from the prepared one in numeric settings alone; None where it has to be
    prepared anew: it differs otherwise, a source cannot be read, or something is wrong already."""
    nodes = adjusted_nodes(prepared.content.graph, content.graph, prepared.library)
    if nodes is None:
        return None
    if prepared.active is not None or any(problem.severity == "error" for problem in prepared.problems):
        return None
    work = readied(content, prepared)
    values, parameters = dict(prepared.values), dict(prepared.parameters)
    kept: Mapping[str, Any] = content.kept.values if content.kept else {}
    try:
        for id in nodes:
            kind = prepared.operator(id).kind
            if kind is Kind.SOURCE:
                found = work.source(data, id)
                if any(type_of(value) != prepared.types.get(socket) for socket, value in found.items()):
                    return None
                values |= found
            elif kind is Kind.PARAMETER and id in parameters:
                type = prepared.types[work.output(id)]
                if not isinstance(type, ArrayType):
                    return None
                parameters[id] = work.start(id, type, None, kept.get(id))
        plans = tuple(work.plans())
    except GradwireError:
        return None
    return replace(prepared, content=content, values=values, parameters=parameters, plans=plans)
