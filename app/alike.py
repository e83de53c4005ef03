"""Whether two subgraphs are the same, whatever their nodes are numbered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine import bodies, building
from engine.graph import Content, Node, Socket, Wire
from engine.operator import Library
from engine.order import natural


def same_subgraph(one: Content, other: Content, library: Library) -> bool:
    """Return whether two subgraphs that stand alone are the same but for ids, for where they came from, and for the
    names of parameters, which are told apart where they are brought."""
    ids = [sorted(content.graph.nodes, key=lambda id, of=content: paste_order(of, id)) for content in (one, other)]
    if len(ids[0]) != len(ids[1]):
        return False
    named = dict(zip(ids[1], ids[0], strict=True))
    wires = {Wire(*(Socket(named[end.node], end.name) for end in wire)) for wire in other.graph.wires}
    pairs = ((one.graph.nodes[new], other.graph.nodes[old]) for old, new in named.items())
    return wires == one.graph.wires and all(_plain(a, {}, library) == _plain(b, named, library) for a, b in pairs)


def _plain(node: Node, ids: Mapping[str, str], library: Library) -> Node:
    """Return a node under other ids, without what does not count where subgraphs are compared."""
    specs = library[node.operator].settings if node.operator in library else {}
    settings = {k: building.following(specs.get(k), v, ids) for k, v in node.settings.items() if k != "origin"}
    owner, dot, part = node.inside.partition(".")
    name = "" if node.operator.startswith("parameters.") else node.name
    inside = f"{ids.get(owner, owner)}{dot}{part}"
    return replace(node, id=ids.get(node.id, node.id), name=name, settings=settings, inside=inside)


def paste_order(content: Content | None, id: str) -> Any:
    """Return the place of a node among those that a paste adds."""
    nodes = content.graph.nodes if content is not None else {}
    return bodies.depth(nodes, nodes[id].inside), natural(id)
