"""Strongly connected parts of a directed graph, without recursion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def components(successors: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return the strongly connected parts (Tarjan 1972, with a stack of our own instead of recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_nodes: list[str] = []
    is_open: set[str] = set()
    parts: list[list[str]] = []
    for root in successors:
        path = [] if root in index else [(root, iter(successors[root]))]
        while path:
            node, following = path[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                open_nodes.append(node)
                is_open.add(node)
            deeper = None
            for after in following:
                if after not in index:
                    deeper = after
                    break
                if after in is_open:
                    low[node] = min(low[node], index[after])
            if deeper is not None:
                path.append((deeper, iter(successors[deeper])))
                continue
            path.pop()
            if path:
                low[path[-1][0]] = min(low[path[-1][0]], low[node])
            if low[node] == index[node]:
                at = len(open_nodes) - 1
                while open_nodes[at] != node:
                    at -= 1
                parts.append(open_nodes[at:])
                is_open.difference_update(open_nodes[at:])
                del open_nodes[at:]
    return parts
