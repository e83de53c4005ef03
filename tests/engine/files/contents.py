"""Contents for the tests of files: one with every field, and a strategy over all that a file may hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine import limits
from engine.graph import Content, Graph, Kept, Layout, Node, Note, Place, Route, Socket, Wire
from engine.types import Tensor
from tests.engine.lessons.lessons import LESSONS
from tests.engine.lessons.lessons import WHOLE as WHOLE_LESSON

EVERYTHING = Content(
    Graph(
        {
            "a": Node("a", "elementwise.add", settings={"k": 1, "f": 1.0, "t": (1, (2.5, "x"), None, True)}),
            "b_10": Node("b_10", "future.operator", "slope w", frozen=True),
            "b_2": Node("b_2", "elementwise.sin", "größe 🙂"),
            "in_a": Node("in_a", "future.loop", inside="a"),
            "in_in": Node("in_in", "elementwise.sin", inside="in_a.then"),
        },
        frozenset(
            {
                Wire(Socket("a", "value"), Socket("b_2", "xs.0")),
                Wire(Socket("a", "value"), Socket("b_10", "petal width (cm)")),
                Wire(Socket("b_2", "value"), Socket("a", "x")),
            }
        ),
    ),
    Layout(
        {"a": Place(1.5, -3.0), "b_2": Place(1e7, 0.0, True)},
        {"n1": Note("n1", "# Title\n\u2028line"), "n2": Note("n2", "", 1.0, 2.0, 3.0, 4.0, ("b_10", "a"), "in_a")},
        {
            Wire(Socket("a", "value"), Socket("b_2", "xs.0")): Route(((1.5, -3.0), (1e7, 0.0))),
            Wire(Socket("b_2", "value"), Socket("a", "x")): Route((), True),
        },
    ),
    Kept(
        7,
        -3,
        "a",
        {"b_2": Tensor.of([1.0, -0.0, 5e-324]), "b_10": Tensor.of(np.array([[1 + 2j, complex(float("inf"), -0.0)]]))},
        {"a": {"m.b_2": Tensor.of(np.float32(3.1)), "k": Tensor.of(np.uint32(7))}, "b_2": {}},
    ),
    WHOLE_LESSON,
)
"""A content in which every field of every record differs from its default somewhere."""

ids = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
characters = st.characters(exclude_categories=("Cs",))
names = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
reals = st.floats(allow_nan=False, allow_infinity=False)
settings = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | reals | st.text(characters, max_size=20),
    lambda items: st.lists(items, max_size=3).map(tuple),
    max_leaves=8,
)
coordinates = st.floats(-limits.COORDINATE, limits.COORDINATE).map(lambda x: x + 0.0)
extents = st.floats(1, limits.COORDINATE)
DTYPES = ("bool", "int64", "uint32", "float32", "float64", "complex64", "complex128")


@st.composite
def tensors(draw: Any) -> Tensor:
    """Draw a tensor of any dtype, any bits and a small shape."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    data = draw(st.binary(min_size=size, max_size=size))
    if dtype == "bool":
        data = bytes(byte & 1 for byte in data)
    return Tensor(dtype, shape, data)


@st.composite
def contents(draw: Any, kept: bool = True) -> Content:
    """Draw a closed content: wires, places, frames and kept values speak of nodes that are there."""
    nodes: dict[str, Node] = {}
    for id in draw(st.lists(ids, unique=True, max_size=6)):
        bodies = ["", *(f"{owner}{part}" for owner in nodes for part in ("", ".then"))]
        nodes[id] = Node(
            id,
            draw(st.from_regex(r"[a-z_]{1,6}(\.[a-z_]{1,6})?", fullmatch=True)),
            draw(names),
            draw(st.dictionaries(words, settings, max_size=3)),
            draw(st.booleans()),
            draw(st.just("") | st.sampled_from(bodies)),
        )
    if not nodes:
        return Content()
    some = st.sampled_from(sorted(nodes))
    sockets = st.builds(Socket, some, words)
    drawn = draw(st.lists(st.builds(Wire, sockets, sockets), max_size=6))
    wires = frozenset(wire for wire in drawn if nodes[wire.source.node].inside == nodes[wire.target.node].inside)
    places = draw(st.dictionaries(some, st.builds(Place, coordinates, coordinates, st.booleans())))
    notes = {
        id: Note(
            id,
            draw(st.text(characters, max_size=30)),
            draw(coordinates),
            draw(coordinates),
            draw(extents),
            draw(extents),
            tuple(draw(st.lists(some, unique=True, max_size=3))),
            draw(st.just("") | some),
        )
        for id in draw(st.lists(ids, unique=True, max_size=3))
    }
    dots = st.lists(st.tuples(coordinates, coordinates), max_size=3).map(tuple)
    routes = {
        wire: route
        for wire in sorted(wires)
        if not (route := draw(st.builds(Route, dots, st.booleans()) | st.just(Route()))).plain
    }
    layout, lesson = Layout(places, notes, routes), draw(st.none() | LESSONS)
    return Content(Graph(nodes, wires), layout, draw(st.none() | kepts(some)) if kept else None, lesson)


@st.composite
def kepts(draw: Any, some: st.SearchStrategy[str]) -> Kept:
    """Draw kept values of some of the nodes."""
    slots = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
    return Kept(
        draw(st.integers(0, 2**63 - 1)),
        draw(st.integers(-(2**63), 2**63 - 1)),
        draw(st.just("") | some),
        draw(st.dictionaries(some, tensors(), max_size=3)),
        draw(st.dictionaries(some, st.dictionaries(slots, tensors(), max_size=2), max_size=2)),
    )
