# ruff: noqa: B008 - settings are declared as defaults, as in nodes
"""A small library for tests of the engine: one operator of each kind."""

import autograd.numpy as np
import numpy as onp

from engine import random_bits
from engine.graph import Graph, Node, Socket, Wire
from engine.operator import Kind, Library, Operator, operator
from engine.setting import Array, Choice, Dimensions, Number
from engine.types import ArrayType, TupleType


def first(types, settings):
    return types[:1] or (ArrayType(),)


def declared(id, title, **more):
    more.setdefault("samples", [(1.0,)])
    return operator(id, title, shape=more.pop("shape", first), formula="f", **more)


@declared("elementwise.add", "Add")
def add(x, y=0.5):
    """x plus y."""
    return x + y


@declared("elementwise.scale", "Scale")
def scale(x, *, by=Number(2.0), how=Choice("times", options=("times", "power"))):
    """x times by, or x to the power by."""
    return x * by if how == "times" else x**by


@declared("elementwise.bend", "Bend")
def bend(x):
    """A leaky bend at 0."""
    return np.where(x > 0, x, 0.1 * x)


@declared("reductions.total", "Total")
def total(*xs):
    """The sum of all numbers."""
    return sum(np.sum(x) for x in xs)


@declared("shape.both", "Both", outputs=("small", "large"))
def both(x):
    """x and ten times x."""
    return x, 10 * x


@declared("shape.pair", "Pair")
def pair(x, y):
    """(x, {"y": y})."""
    return x, {"y": y}


@declared("shape.unpair", "Unpair", outputs=("x", "y"))
def unpair(pair):
    """What Pair packed."""
    return pair[0], pair[1]["y"]


@declared("inputs.constant", "Constant")
def constant(*, value=Array(((1.0, 2.0), (3.0, 4.0)))):
    """An array."""
    return value


@declared("random.jitter", "Jitter", kind=Kind.RANDOM)
def jitter(key, x, *, train, spread=Number(1.0)):
    """x plus noise in training."""
    return x + spread * random_bits.normal(key, np.shape(x)) if train else x


@declared(
    "neural.average", "Average", kind=Kind.STATEFUL,
    start=lambda types, settings: (onp.zeros(types[0].shape), onp.zeros((), "int64")),
)  # fmt: skip
def average(state, x, *, train):
    """The running average of x."""
    mean, count = state
    if not train:
        return mean, state
    mean = (mean * count + x) / (count + 1)
    return mean, (mean, count + 1)


@declared("inputs.rows", "Rows", kind=Kind.BATCH, outputs=("rows",))
def rows(indices, x):
    """Some rows of x."""
    return x[indices]


@declared("elementwise.branching", "Branching")
def branching(x):
    """Looks at a value, which it may not."""
    return x if x[0] > 0 else -x


@declared("elementwise.rounded", "Rounded")
def rounded(x):
    """x without its fraction."""
    return np.floor(x)


@operator("inputs.table", "Table", kind=Kind.SOURCE, outputs=("x", "y"))
def table(data):
    """Two columns."""
    return onp.arange(3.0), onp.arange(3.0)


@operator("parameters.parameter", "Parameter", kind=Kind.PARAMETER, shape=first)
def parameter(key, *, shape=Dimensions((3,))):
    """A trained array."""
    return onp.zeros(shape)


@operator("views.probe", "Probe", kind=Kind.VIEW)
def probe(x):
    """Shows x."""


LIBRARY = Library(each for each in list(globals().values()) if isinstance(each, Operator))
VECTOR = ArrayType((3,))
PAIR = TupleType((VECTOR, ArrayType()))


def graph_of(nodes, wires):
    """A graph from {"id": "operator" or Node} and ["a.value -> b.x", ...]."""
    made = {id: each if isinstance(each, Node) else Node(id, each) for id, each in nodes.items()}
    ends = [[Socket(*end.strip().split(".", 1)) for end in wire.split("->")] for wire in wires]
    return Graph(made, frozenset(Wire(*pair) for pair in ends))


def socket(text):
    """The socket "node.name"."""
    return Socket(*text.split(".", 1))
