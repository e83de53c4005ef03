"""Places for nodes that have none, and a tidy arrangement of those that have: left to right, along the wires.

The drawing is layered (Sugiyama, Tagawa and Toda 1981): a node stands right of everything that feeds it, sources and
parameters stand close to what they feed, each column is ordered by where its neighbours stand, and then moved towards
them as far as the nodes above and below allow (pool adjacent violators).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from engine import limits
from engine.graph import Content, Graph, Layout, Place, Socket
from engine.layering import crossing_lines, ordered
from engine.operator import Operator
from engine.order import acyclic_part, natural
from engine.placeholder import operator_of
from engine.sockets import input_names, output_names

Size: TypeAlias = tuple[float, float]
"""Width and height of a node, in scene units."""

WIDTH: Final = 190.0
HEAD: Final = 44.0
ROW: Final = 26.0
"""About what the canvas draws: nodes of this width, a head, and a row for each socket."""
EXTRA: Final[Mapping[str, float]] = {"inputs": 36.0, "parameters": 36.0, "optimizers": 36.0, "views": 84.0}
"""What the canvas adds below for a value, a slider or a picture, by the family of the operator."""
BETWEEN_COLUMNS: Final = 70.0
BETWEEN_ROWS: Final = 34.0
BETWEEN_PARTS: Final = 90.0
"""Free space between columns, between the nodes of a column, and between parts that no wire joins."""
FRAME_EDGE: Final = 24.0
FRAME_TITLE: Final = 60.0
"""Free space around what a frame carries, and above it for its title."""
SWEEPS: Final = 6
LARGE: Final = 300
"""Boxes from which on there is no time for all drawings where they stand somewhere now."""
STEADY: Final = 1.08
"""How many times the fewest crossings a drawing may have that moves what has a place less."""
NOWHERE: Final[Mapping[str, Place]] = {}


def placed(content: Content, library: Mapping[str, Operator]) -> Content:
    """Return the content with a place for every node: those without one are arranged below the others of their body."""
    graph, layout = content.graph, content.layout
    places = dict(layout.places)
    for inside, ids in sorted(graph.bodies.items()):
        homeless = [id for id in ids if id not in layout.places]
        if homeless:
            corner = _below(layout, [id for id in ids if id in layout.places], inside)
            places |= arranged(graph, library, homeless, corner)
    return content if len(places) == len(layout.places) else replace(content, layout=replace(layout, places=places))


def _below(layout: Layout, placed: Collection[str], inside: str) -> Place:
    """Return where to go on below the nodes that have a place, and the notes of their body."""
    tops, notes = [layout.places[id] for id in placed], [n for n in layout.notes.values() if n.inside == inside]
    bottoms = [place.y + 300.0 for place in tops] + [note.y + note.height for note in notes]
    lefts = [place.x for place in tops] + [note.x for note in notes]
    return Place(min(lefts, default=0.0), max(bottoms, default=-BETWEEN_PARTS) + BETWEEN_PARTS)


def arranged(
    graph: Graph,
    library: Mapping[str, Operator],
    nodes: Collection[str] | None = None,
    at: Place | None = None,
    size: Callable[[str], Size] | None = None,
    *,
    held: Mapping[str, Place] = NOWHERE,
    frames: Collection[Collection[str]] = (),
) -> dict[str, Place]:
    """Return tidy places for nodes (None: all), their top left corner at `at`.

    No two overlap, and every wire that is not part of a loop runs to the right. `size` says how large a node is drawn.
    `held` are the places that nodes have now: of drawings with equally few crossings that is taken which moves them the
    least. The nodes of each of `frames` stand together, apart from all others, with room for a frame around them.
    """
    chosen = sorted(graph.nodes if nodes is None else set(nodes) & graph.nodes.keys(), key=natural)
    shapes = _Shapes(graph, library, size)
    links = _links(graph, chosen, shapes)
    sizes = {id: shapes.size(id) for id in chosen}
    tops = {id: held[id].y for id in chosen if id in held}
    inside: dict[str, str] = {}
    inner: dict[str, dict[str, _Box]] = {}
    for number, frame in enumerate(frames):
        members = [id for id in chosen if id in frame and id not in inside]
        if members:
            name = f"frame {number}"  # no id of a node: it has a blank in it
            inside |= dict.fromkeys(members, name)
            inner[name] = _all_drawn(members, links, sizes, tops)
    whole = _with_frames(chosen, links, sizes, tops, inside, inner)
    boxes = _all_drawn(*whole)
    corner = at or Place()
    drawn = [(id, box.x, box.y) for id, box in boxes.items() if id not in inner]
    for name, own in inner.items():
        left, top = boxes[name].x + FRAME_EDGE, boxes[name].y + FRAME_TITLE
        drawn += [(id, left + box.x, top + box.y) for id, box in own.items()]
    x0, y0 = min((x for _, x, _ in drawn), default=0.0), min((y for _, _, y in drawn), default=0.0)
    places = {id: Place(_within(corner.x + x - x0), _within(corner.y + y - y0)) for id, x, y in drawn}
    return {id: places[id] for id in sorted(places, key=natural)}


def _with_frames(
    chosen: Sequence[str],
    links: Sequence[_Link],
    sizes: Mapping[str, Size],
    tops: Mapping[str, float],
    inside: Mapping[str, str],
    inner: Mapping[str, Mapping[str, _Box]],
) -> tuple[list[str], list[_Link], dict[str, Size], dict[str, float]]:
    """Return what is to be drawn with each frame as one box: names, links, sizes, and tops now."""
    if not inner:
        return list(chosen), list(links), dict(sizes), dict(tops)

    def place(id: str) -> tuple[str, float]:
        name = inside.get(id, "")
        return (name, FRAME_TITLE + inner[name][id].y) if name else (id, 0.0)

    found = []
    for link in links:
        (source, down), (target, other) = place(link.source), place(link.target)
        if source != target:
            found.append(_Link(source, target, link.drop + down - other))
    names = [*(id for id in chosen if id not in inside), *inner]
    whole = {id: sizes[id] for id in names if id not in inner}
    for name, boxes in inner.items():
        wide = max(box.x + box.width for box in boxes.values()) + 2 * FRAME_EDGE
        whole[name] = wide, max(box.y + box.height for box in boxes.values()) + FRAME_TITLE + FRAME_EDGE
    heights = {id: top for id, top in tops.items() if id not in inside}
    for name in inner:
        own = [tops[id] for id, frame in inside.items() if frame == name and id in tops]
        if own:
            heights[name] = min(own) - FRAME_TITLE
    return names, found, whole, heights


def _all_drawn(
    names: Sequence[str], links: Sequence[_Link], sizes: Mapping[str, Size], tops: Mapping[str, float]
) -> dict[str, _Box]:
    """Return where boxes are drawn, their top left corner at 0, 0: parts that no link joins below each other, the
    largest first or, where all stand somewhere now, as they stand."""
    own = set(names)
    wires = _Wires(names, [link for link in links if link.source in own and link.target in own])
    parts, found, top = wires.parts(), dict[str, _Box](), 0.0
    if tops and all(any(id in tops for id in part) for part in parts):
        parts.sort(key=lambda part: min(tops[id] for id in part if id in tops))
    for part in parts:
        boxes = _drawn(part, wires, sizes, {id: tops[id] for id in part if id in tops})
        highest = min(box.y for box in boxes.values())
        for box in boxes.values():
            box.y += top - highest
        found |= boxes
        top = max(box.y + box.height for box in boxes.values()) + BETWEEN_PARTS
    return found


def _within(coordinate: float) -> float:
    return round(max(-limits.COORDINATE, min(limits.COORDINATE, coordinate)))


@dataclass(slots=True)
class _Box:
    """Where a node is drawn."""

    x: float
    y: float
    width: float
    height: float


class _Shapes:
    """How large nodes are, and how far below its top each socket lies."""

    def __init__(self, graph: Graph, library: Mapping[str, Operator], size: Callable[[str], Size] | None) -> None:
        self._size = size
        self._inputs: dict[str, tuple[str, ...]] = {}
        self._outputs: dict[str, tuple[str, ...]] = {}
        self._extra: dict[str, float] = {}
        for id in graph.nodes:
            declared = operator_of(graph, library, id)
            self._inputs[id] = input_names(graph, declared, id)
            self._outputs[id] = output_names(graph, declared, id)
            self._extra[id] = EXTRA.get(declared.family, 0.0)

    def size(self, id: str) -> Size:
        rows = max(len(self._inputs[id]), len(self._outputs[id]))
        return self._size(id) if self._size else (WIDTH, HEAD + rows * ROW + self._extra[id])

    def depth(self, socket: Socket, output: bool) -> float:
        names = (self._outputs if output else self._inputs)[socket.node]
        return HEAD + ROW * (names.index(socket.name) if socket.name in names else 0)


class _Link(NamedTuple):
    """A wire between two boxes: how far below the source's top the target's must lie for it to be straight."""

    source: str
    target: str
    drop: float


def _links(graph: Graph, nodes: Sequence[str], shapes: _Shapes) -> list[_Link]:
    """Return the wires among some nodes."""
    chosen = set(nodes)
    return [
        _Link(wire.source.node, wire.target.node, shapes.depth(wire.source, True) - shapes.depth(wire.target, False))
        for id in nodes
        for wire in graph.incoming.get(id, ())
        if wire.source.node in chosen
    ]


class _Wires:
    """The links among some boxes, without those that close a loop.

    `before` and `after` give for each box its neighbours, and how far below a neighbour's top its own must lie for the
    wire between them to be straight.
    """

    def __init__(self, names: Sequence[str], links: Sequence[_Link]) -> None:
        parents = defaultdict[str, list[str]](list)
        for link in links:
            parents[link.target].append(link.source)
        order, looped = acyclic_part(names, lambda id: parents.get(id, ()))
        rank = {id: k for k, id in enumerate((*order, *looped))}
        self.order = tuple(rank)
        self.before: dict[str, list[tuple[str, float]]] = {id: [] for id in rank}
        self.after: dict[str, list[tuple[str, float]]] = {id: [] for id in rank}
        for source, target, drop in links:
            if rank[source] < rank[target]:
                self.before[target].append((source, drop))
                self.after[source].append((target, -drop))

    def parts(self) -> list[list[str]]:
        """Return the nodes of each connected part in topological order, the largest part first."""
        part_of: dict[str, int] = {}
        for number, start in enumerate(self.order):
            todo = [] if start in part_of else [start]
            while todo:
                id = todo.pop()
                if id not in part_of:
                    part_of[id] = number
                    todo += [near for near, _ in (*self.before[id], *self.after[id])]
        members = defaultdict[int, list[str]](list)
        for id in self.order:
            members[part_of[id]].append(id)
        return sorted(members.values(), key=lambda part: -len(part))


def _drawn(part: Sequence[str], wires: _Wires, sizes: Mapping[str, Size], tops: Mapping[str, float]) -> dict[str, _Box]:
    """Return where the boxes of one connected part are drawn; `part` is in topological order.

    Of the drawings tried, that in which the fewest wires cross, drawn straight. Where boxes have `tops` now: of those
    in which hardly more cross, that which moves the boxes least.
    """
    columns = _columns(part, wires)
    tried = [_settled(columns, wires, sizes, sorting=True)]
    fewest = _crossings(part, wires, tried[0])
    after = {id: [other for other, _ in wires.after[id]] for id in part}
    if fewest:
        large = bool(tops) and len(part) > LARGE
        for each in (columns,) if large else (columns, _late(part, wires, columns)):
            for order in ordered(each, after, tops):
                rows = [list(row) for row in order]
                tried += [_settled(rows, wires, sizes, sorting) for sorting in (False, True)]
                tried.append(_spread(order, sizes))
    elif tops:
        kept = [sorted(row, key=lambda id: tops.get(id, 0.0)) for row in columns]
        tried.append(_settled(kept, wires, sizes, sorting=False))
    counts = [fewest or 0, *(_crossings(part, wires, boxes) or 0 for boxes in tried[1:])]
    if not tops:
        return tried[counts.index(min(counts))]
    most = min(counts) * STEADY + 1
    return min((boxes for boxes, n in zip(tried, counts, strict=True) if n <= most), key=lambda b: _moved(b, tops))


def _moved(boxes: Mapping[str, _Box], tops: Mapping[str, float]) -> float:
    """Return how far down or up boxes move from their tops now, the drawing as a whole put where that is least."""
    ways = sorted(boxes[id].y - top for id, top in tops.items())
    middle = ways[len(ways) // 2]
    return sum(abs(way - middle) for way in ways)


def _spread(order: Sequence[Mapping[str, float]], sizes: Mapping[str, Size]) -> dict[str, _Box]:
    """Return where nodes are drawn at even distances, with room for the wires that pass."""
    boxes = {id: _Box(0.0, 0.0, *sizes[id]) for row in order for id in row}
    step = max(box.height for box in boxes.values()) + BETWEEN_ROWS
    _set_apart([list(row) for row in order], boxes)
    for row in order:
        for id, place in row.items():
            boxes[id].y = place * step - boxes[id].height / 2
    return boxes


def _set_apart(columns: Sequence[Sequence[str]], boxes: Mapping[str, _Box]) -> None:
    """Put the columns beside each other."""
    x = 0.0
    for column in columns:
        for id in column:
            boxes[id].x = x
        x += max(boxes[id].width for id in column) + BETWEEN_COLUMNS


def _settled(
    start: Sequence[Sequence[str]], wires: _Wires, sizes: Mapping[str, Size], sorting: bool
) -> dict[str, _Box]:
    """Return where nodes are drawn after sweeps that move them towards their neighbours, past each other or not."""
    columns = [list(column) for column in start]
    boxes = {id: _Box(0.0, 0.0, *sizes[id]) for column in columns for id in column}
    _set_apart(columns, boxes)
    for column in columns:
        _stack(column, boxes, [0.0] * len(column))
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        for column in columns if rightwards else reversed(columns):
            wanted = {id: _wanted(id, boxes, wires.before if rightwards else wires.after) for id in column}
            if sorting:
                column.sort(key=lambda id, wanted=wanted: wanted[id])  # type: ignore[misc]
            _stack(column, boxes, [wanted[id] for id in column])
    return boxes


def _crossings(part: Sequence[str], wires: _Wires, boxes: Mapping[str, _Box]) -> int | None:
    """Return how many wires cross, drawn straight between the middles of nodes; None where they are too many."""
    middles = {id: (boxes[id].x, boxes[id].y + boxes[id].height / 2) for id in part}
    ends = sorted({(id, other) for id in part for other, _ in wires.after[id]})
    return crossing_lines([(*middles[id], *middles[other]) for id, other in ends])


def _columns(part: Iterable[str], wires: _Wires) -> list[list[str]]:
    """Return the nodes by column: right of all that feeds them; what nothing feeds stands left of what it feeds."""
    column: dict[str, int] = {}
    for id in part:
        column[id] = 1 + max((column[source] for source, _ in wires.before[id]), default=-1)
    for id in part:
        if not wires.before[id] and wires.after[id]:
            column[id] = min(column[target] for target, _ in wires.after[id]) - 1
    columns: list[list[str]] = [[] for _ in range(max(column.values()) + 1)]
    for id in part:
        columns[column[id]].append(id)
    return columns


def _late(part: Sequence[str], wires: _Wires, columns: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the columns in which every node stands as close to what it feeds as can be."""
    column = {id: k for k, ids in enumerate(columns) for id in ids}
    for id in reversed(part):
        column[id] = min((column[target] - 1 for target, _ in wires.after[id]), default=column[id])
    found: list[list[str]] = [[] for _ in columns]
    for id in part:
        found[column[id]].append(id)
    return [ids for ids in found if ids]


def _wanted(id: str, boxes: Mapping[str, _Box], near: Mapping[str, Sequence[tuple[str, float]]]) -> float:
    """Return the top at which the node's wires to one side are straight on average; where it is when it has none."""
    tops = [boxes[other].y + drop for other, drop in near[id]]
    return sum(tops) / len(tops) if tops else boxes[id].y


def _stack(column: Sequence[str], boxes: Mapping[str, _Box], wanted: Sequence[float]) -> None:
    """Put the nodes of a column below each other without overlap, as close as can be to the tops they want.

    The least squares solution: neighbours that want to overlap move as one block, at the mean of what they want.
    """
    blocks: list[tuple[float, int]] = []
    filled, offsets = 0.0, []
    for id, top in zip(column, wanted, strict=True):
        offsets.append(filled)
        mean, count = top - filled, 1
        while blocks and blocks[-1][0] > mean:
            above, many = blocks.pop()
            mean, count = (above * many + mean * count) / (many + count), many + count
        blocks.append((mean, count))
        filled += boxes[id].height + BETWEEN_ROWS
    starts = [mean for mean, count in blocks for _ in range(count)]
    for id, start, offset in zip(column, starts, offsets, strict=True):
        boxes[id].y = start + offset
