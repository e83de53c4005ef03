"""What a run has reached stays while the graph is edited: the values of the parameters that an edit does not touch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from engine.graph import Graph, Node, Socket
from engine.operator import Kind, Library
from engine.order import ancestors
from engine.placeholder import operator_of
from engine.sockets import output_names
from engine.types import ArrayType, Type

if TYPE_CHECKING:
    from app.worker.messages import Moment


def computes_same(one: Graph, other: Graph) -> bool:
    """Return whether two graphs are the same but for the names of their nodes."""
    if one is other:
        return True
    if one.nodes.keys() != other.nodes.keys() or one.wires != other.wires:
        return False
    return all(_unnamed(node, other.nodes[id]) for id, node in one.nodes.items())


def _unnamed(one: Node, other: Node) -> bool:
    return one == other or replace(one, name="") == replace(other, name="")


def with_settings(graph: Graph, now: Graph, nodes: Collection[str]) -> Graph:
    """Return the graph of a run that was told the settings that some nodes have now."""
    told = {
        id: replace(graph.nodes[id], settings=now.nodes[id].settings)
        for id in nodes
        if id in graph.nodes and id in now.nodes
    }
    return Graph({**graph.nodes, **told}, graph.wires)


def carried(moment: Moment, run: Graph, now: Graph, library: Library, types: Mapping[Socket, Type | None]) -> Moment:
    """Return what is left of a run's moment once its graph `run` was edited to `now`.

    A parameter keeps its value as long as it is the same one and of the same shape; what else remembers something
    (a minibatch, running averages) as long as nothing before it has changed.
    """
    return msgspec.structs.replace(
        moment,
        optimizer=_optimizer(moment.optimizer, now, library),
        values={
            id: packed for id, packed in moment.values.items() if _fits(id, packed.shape, run, now, library, types)
        },
        states={id: state for id, state in moment.states.items() if _undisturbed(id, run, now)},
    )


def _optimizer(wanted: str, now: Graph, library: Library) -> str:
    """Return the optimizer whose loss is looked at: that of the run, as long as it has a loss; else the first that
    has."""
    able = [id for id in now.nodes if operator_of(now, library, id).family == "optimizers" and now.incoming.get(id)]
    return wanted if wanted in able else min(able, default="")


def _fits(
    id: str, shape: tuple[int, ...], run: Graph, now: Graph, library: Library, types: Mapping[Socket, Type | None]
) -> bool:
    if id not in now.nodes or id not in run.nodes or _said(run.nodes[id]) != _said(now.nodes[id]):
        return False
    declared = operator_of(now, library, id)
    kinds = [types.get(Socket(id, name)) for name in output_names(now, declared, id)]
    return declared.kind is Kind.PARAMETER and any(isinstance(k, ArrayType) and k.shape == shape for k in kinds)


def _said(node: Node) -> tuple[str, Mapping[str, Any]]:
    """Return what a parameter's values follow from; of the shape what came of it is compared."""
    return node.operator, {name: value for name, value in node.settings.items() if name != "shape"}


def _undisturbed(id: str, run: Graph, now: Graph) -> bool:
    """Return whether a node and all that leads to it are as they were."""
    if id not in run.nodes or id not in now.nodes:
        return False
    before, after = ancestors(run, [id]) | {id}, ancestors(now, [id]) | {id}
    return before == after and all(
        _unnamed(run.nodes[each], now.nodes[each])
        and set(run.incoming.get(each, ())) == set(now.incoming.get(each, ()))
        for each in before
    )
