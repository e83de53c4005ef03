"""Which node of one graph is which of another: by id, and where ids differ by operator, name, settings and wires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import Final, TypeAlias

from engine.graph import Graph, Node, Wire
from engine.order import natural

DEPTHS: Final = (8, 2, 1)
"""How many wires away two nodes of different ids must have the same surroundings, the strictest first."""

Colour: TypeAlias = Callable[[Graph, str], Hashable]
"""What two nodes have to have in common."""


def matched(before: Graph, after: Graph) -> dict[str, str]:
    """Return the id in `after` of each node of `before` that is there too.

    A node is the one of the same id and operator; of the others, one of the same operator, name, settings and
    surroundings; then one of the same operator and name with at least half its wires; then the only one of an operator
    and a name; and last the one of the same id, its operator replaced. Linear in the graphs, but for sorting.
    """
    pairs = _Pairs(before, after)
    for id, node in before.nodes.items():
        if id in after.nodes and after.nodes[id].operator == node.operator:
            pairs.add(id, id)
    for depth in DEPTHS:
        if pairs.open():
            pairs.alike(pairs.surroundings(depth))
            pairs.spread()
    pairs.named()
    pairs.spread()
    for id in pairs.rest(before):
        if id in after.nodes and id not in pairs.backward:
            pairs.add(id, id)
    return pairs.forward


def _kind(node: Node) -> tuple[str, str]:
    return node.operator, node.name


class _Pairs:
    """The pairs found so far, in both directions."""

    def __init__(self, before: Graph, after: Graph) -> None:
        self.before, self.after = before, after
        self.forward: dict[str, str] = {}
        self.backward: dict[str, str] = {}
        self.fresh: list[str] = []
        """Nodes of `before` whose neighbours have not been looked at since they were paired."""

    def add(self, old: str, new: str) -> None:
        self.forward[old], self.backward[new] = new, old
        self.fresh.append(old)

    def open(self) -> bool:
        """Return whether both graphs have nodes without a partner."""
        return len(self.forward) < min(len(self.before.nodes), len(self.after.nodes))

    def rest(self, graph: Graph) -> list[str]:
        """Return the nodes of one of the graphs without a partner, in natural order."""
        taken = self.forward if graph is self.before else self.backward
        return sorted((id for id in graph.nodes if id not in taken), key=natural)

    def place(self, graph: Graph, id: str) -> str | None:
        """Return what both graphs call a node that has a partner: its id in `after`."""
        return self.forward.get(id) if graph is self.before else (id if id in self.backward else None)

    def surroundings(self, depth: int) -> Colour:
        """Return what tells a node by its settings and all within `depth` wires, nodes with a partner by themselves."""
        numbers: dict[Hashable, int] = {}
        number = lambda key: numbers.setdefault(key, len(numbers))  # noqa: E731 - one number for each key
        colours = [self._coloured(graph, depth, number) for graph in (self.before, self.after)]
        return lambda graph, id: colours[graph is self.after][id]

    def _coloured(self, graph: Graph, depth: int, number: Callable[[Hashable], int]) -> Mapping[str, int]:
        fixed = {id: number(("node", place)) for id in graph.nodes if (place := self.place(graph, id)) is not None}
        now = {id: fixed[id] if id in fixed else number(_content(node)) for id, node in graph.nodes.items()}
        waiting = self.rest(graph)
        for _ in range(depth):
            now = {**now, **{id: number(self._around(graph, id, now)) for id in waiting}}
        return now

    def _around(self, graph: Graph, id: str, now: Mapping[str, int]) -> Hashable:
        into = [(w.target.name, w.source.name, now[w.source.node]) for w in graph.incoming.get(id, ())]
        out = [(w.source.name, w.target.name, now[w.target.node]) for w in graph.outgoing.get(id, ())]
        owner, _, part = graph.nodes[id].inside.partition(".")
        return now[id], now.get(owner, owner), part, tuple(sorted(into)), tuple(sorted(out))

    def alike(self, colour: Colour) -> None:
        """Pair nodes of one colour, and from each pair on what is wired to it alike."""
        groups = [defaultdict[Hashable, list[str]](list) for _ in range(2)]
        for group, graph in zip(groups, (self.before, self.after), strict=True):
            for id in self.rest(graph):
                group[colour(graph, id)].append(id)
        # Small classes first: what only one node can be settles what its neighbours are.
        for key in sorted(groups[0], key=lambda key: len(groups[0][key])):
            news = iter(groups[1].get(key, ()))
            for old in groups[0][key]:
                new = next((id for id in news if id not in self.backward), None) if old not in self.forward else None
                if new is not None:
                    self.add(old, new)
                    self._follow(lambda one, other: colour(self.before, one) == colour(self.after, other))

    def spread(self) -> None:
        """Pair neighbours of pairs that have the same operator and name and at least half of their wires in common."""
        self.fresh = list(self.forward)
        self._follow(self._close)

    def named(self) -> None:
        """Pair the only nodes without a partner of an operator and a name."""
        news = _only(self.after, self.rest(self.after))
        for kind, old in _only(self.before, self.rest(self.before)).items():
            if kind in news:
                self.add(old, news[kind])

    def _close(self, old: str, new: str) -> bool:
        if _kind(self.before.nodes[old]) != _kind(self.after.nodes[new]):
            return False
        ours, theirs = self._known(self.before, old), self._known(self.after, new)
        return 2 * len(ours & theirs) >= max(len(ours), len(theirs))

    def _known(self, graph: Graph, id: str) -> set[tuple[str, ...]]:
        """Return the wires of a node, ends without a partner by their operator."""

        def end(other: str) -> str:
            return self.place(graph, other) or f"{graph.nodes[other].operator} "

        into = {("in", w.target.name, w.source.name, end(w.source.node)) for w in graph.incoming.get(id, ())}
        return into | {("out", w.source.name, w.target.name, end(w.target.node)) for w in graph.outgoing.get(id, ())}

    def _follow(self, same: Callable[[str, str], bool]) -> None:
        """Pair what the fresh pairs are wired to by the same sockets where `same` says so, and go on from there."""
        while self.fresh:
            old = self.fresh.pop()
            new = self.forward[old]
            for near in (_sources, _targets):
                ours, theirs = near(self.before, old), near(self.after, new)
                for socket, ones in ours.items():
                    self._pair_up(ones, theirs.get(socket, ()), same)

    def _pair_up(self, olds: list[str], news: list[str] | tuple[str, ...], same: Callable[[str, str], bool]) -> None:
        free = [id for id in news if id not in self.backward]
        for old in olds:
            if not free:
                return
            found = None if old in self.forward else next((id for id in free[:WIDEST] if same(old, id)), None)
            if found is not None:
                self.add(old, found)
                free.remove(found)


WIDEST: Final = 64
"""How many of the nodes that one output feeds are looked at for a partner."""


def _content(node: Node) -> Hashable:
    return "content", _kind(node), node.frozen, node.muted, node.exposed, repr(sorted(node.settings.items()))


def _only(graph: Graph, ids: list[str]) -> dict[tuple[str, str], str]:
    groups = defaultdict[tuple[str, str], list[str]](list)
    for id in ids:
        groups[_kind(graph.nodes[id])].append(id)
    return {kind: members[0] for kind, members in groups.items() if len(members) == 1 and kind[1]}


def _sources(graph: Graph, id: str) -> dict[tuple[str, str], list[str]]:
    return _by_sockets(graph.incoming.get(id, ()), lambda wire: wire.source.node)


def _targets(graph: Graph, id: str) -> dict[tuple[str, str], list[str]]:
    return _by_sockets(graph.outgoing.get(id, ()), lambda wire: wire.target.node)


def _by_sockets(wires: tuple[Wire, ...], other: Callable[[Wire], str]) -> dict[tuple[str, str], list[str]]:
    groups = defaultdict[tuple[str, str], list[str]](list)
    for wire in wires:
        groups[wire.source.name, wire.target.name].append(other(wire))
    return groups
