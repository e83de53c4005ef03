"""What the window and the engine processes say to each other: msgspec structs as msgpack, never pickles.

Arrays travel as dtype, shape and bytes. One byte string of a `multiprocessing` connection is one message.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.graph import Content, Graph, Kept, Node, Socket, Wire
from engine.types import ArrayType, RecordType, Tensor, TupleType, Type


class Struct(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The base of every record below."""


class Packed(Struct, frozen=True):
    """An array: C order, little endian."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @classmethod
    def of(cls, value: Any) -> Packed:
        """Return the packed form of an array or number."""
        tensor = Tensor.of(value)
        return cls(tensor.dtype, tensor.shape, tensor.data)

    def array(self) -> NDArray[Any]:
        """Return the array, read-only."""
        return np.frombuffer(self.data, dtype=np.dtype(self.dtype).newbyteorder("<")).reshape(self.shape)


# The graph, as it stood when a question was asked ---------------------------------------------------------------------


class PackedNode(Struct, frozen=True):
    """A node; settings are plain values, lists standing for tuples."""

    id: str
    operator: str
    name: str
    settings: dict[str, Any]
    frozen: bool
    inside: str = ""
    exposed: tuple[str, ...] = ()
    muted: bool = False


class PackedKept(Struct, frozen=True):
    """Kept values: parameters by node, optimizer states by node and slot."""

    step: int
    seed: int
    optimizer: str
    values: dict[str, Packed]
    states: dict[str, dict[str, Packed]]


class Job(Struct, frozen=True):
    """A graph without its layout, and where its data files are."""

    nodes: tuple[PackedNode, ...]
    wires: tuple[tuple[str, str, str, str], ...]
    kept: PackedKept | None
    folder: str | None
    assets: str
    plugins: tuple[str, ...] = ()
    """Packages whose operators the window has besides our own: the process imports these and no others."""

    @classmethod
    def of(cls, content: Content, folder: Any, assets: Any, plugins: tuple[str, ...] = ()) -> Job:
        """Return the job for a document's content, its folder (None before the first save), the app's assets and the
        packages of plugins that are on."""
        graph = content.graph
        return cls(
            tuple(
                PackedNode(n.id, n.operator, n.name, dict(n.settings), n.frozen, n.inside, n.exposed, n.muted)
                for n in graph.nodes.values()
            ),
            tuple((*wire.source, *wire.target) for wire in sorted(graph.wires)),
            None if content.kept is None else pack_kept(content.kept),
            None if folder is None else str(folder),
            str(assets),
            plugins,
        )

    def content(self) -> Content:
        """Return the content again, with an empty layout."""
        nodes = {
            n.id: Node(n.id, n.operator, n.name, tuples(n.settings), n.frozen, n.inside, n.exposed, n.muted)
            for n in self.nodes
        }
        wires = frozenset(Wire(Socket(a, b), Socket(c, d)) for a, b, c, d in self.wires)
        return Content(Graph(nodes, wires), kept=None if self.kept is None else unpack_kept(self.kept))


def tuples(value: Any) -> Any:
    """Return a setting's value as it was: msgpack knows lists, settings hold tuples."""
    if isinstance(value, list):
        return tuple(map(tuples, value))
    return {name: tuples(item) for name, item in value.items()} if isinstance(value, dict) else value


def pack_kept(kept: Kept) -> PackedKept:
    """Return kept values as they travel."""
    states = {node: {slot: _pack(t) for slot, t in slots.items()} for node, slots in kept.states.items()}
    return PackedKept(kept.step, kept.seed, kept.optimizer, {n: _pack(t) for n, t in kept.values.items()}, states)


def unpack_kept(packed: PackedKept) -> Kept:
    """Return kept values from how they travelled."""
    states = {node: {slot: _unpack(p) for slot, p in slots.items()} for node, slots in packed.states.items()}
    return Kept(packed.step, packed.seed, packed.optimizer, {n: _unpack(p) for n, p in packed.values.items()}, states)


def _pack(tensor: Tensor) -> Packed:
    return Packed(tensor.dtype, tensor.shape, tensor.data)


def _unpack(packed: Packed) -> Tensor:
    return Tensor(packed.dtype, tuple(packed.shape), packed.data)


# What a run is made of ------------------------------------------------------------------------------------------------


class Series(Struct, frozen=True):
    """A recorded quantity of a lane.

    `kind`: "loss" or "validation" (of the optimizer `node`), "gradient" (the norm of the gradient by the parameter
    `node`; of all where it is "") or "value" (element `index`, in C order, of the parameter `node`).
    """

    kind: str
    node: str = ""
    index: int = 0


class Parameter(Struct, frozen=True):
    """A trained parameter: its node, what people call it, its shape."""

    node: str
    name: str
    shape: tuple[int, ...]


class Lane(Struct, frozen=True):
    """One optimizer (or several that alternate) on its own copy of the parameters."""

    name: str
    """What people call it: the labels of its optimizers."""
    optimizers: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    series: tuple[Series, ...]
    limit: int
    """Steps after which it stops."""
    approach: str
    backend: str


class Moment(Struct, frozen=True):
    """Where a lane stands: enough to look at its wires as they are at that step."""

    lane: int
    optimizer: str
    """The optimizer whose loss the derivatives are of."""
    step: int
    values: dict[str, Packed]
    """Parameters by node id."""
    states: dict[str, tuple[Packed, ...]] = {}
    """Running averages and the like, by node id."""
    standing: int | None = None
    """The step that the values belong to, where that is not the last one: an optimizer kept its best."""

    @property
    def at(self) -> int:
        """The step that the values belong to."""
        return self.step if self.standing is None else self.standing


# Answers about wires --------------------------------------------------------------------------------------------------


class WireLook(Struct, frozen=True):
    """The value on an output's wires, and the derivative of the loss by it."""

    type: str
    """As people write it: "float64 (24,)"."""
    value: str
    """A scalar's digits, or "13.6 … 847.9" for an array's range."""
    low: float | None
    """The least finite element; None where there is none or the value is no array of numbers."""
    high: float | None
    finite: bool
    line: tuple[float, ...] = ()
    """At most 64 elements to draw as a line (rank 1)."""
    thumbnail: Packed | None = None
    """At most 48 x 48 float32 in 0..1 to draw as an image (rank 2)."""
    cotangent: str = ""
    """A scalar's digits, or "norm 0.31" of an array's; "" where no loss depends on it or it has no derivative."""
    norm: float | None = None
    """The Euclidean norm of the cotangent."""
    cotangent_finite: bool = True
    partial: Packed | None = None
    """The value itself where it has at most 1,000 elements (for views and the inspector's numbers)."""
    cotangent_partial: Packed | None = None
    """The cotangent itself where it has at most 1,000 elements."""


class ViewData(Struct, frozen=True):
    """What a view node shows: its wired inputs, decimated so that none has more than 200,000 elements."""

    inputs: dict[str, Packed]
    shapes: dict[str, tuple[int, ...]]
    """The shapes before decimation."""
    facts: dict[str, Any] = {}
    """What is known besides: names of classes and features, counts of what was left out."""
    sentence: str = ""
    """Why there is less to see than there should be."""


class Looks(Struct, frozen=True):
    """Every output's look, by (node, socket)."""

    wires: dict[str, dict[str, WireLook]]
    """node id -> output name -> look."""
    views: dict[str, ViewData]
    loss: dict[str, float]
    """Optimizer id -> its loss."""
    step: int
    sentence: str = ""
    """Why some wires have no look; "" where all do."""
    node: str = ""


class ParameterCheck(Struct, frozen=True):
    """Derivatives of the loss by one parameter against central differences and, where analytic, the complex step."""

    node: str
    name: str
    error: float
    """The largest difference, relative to the norm of the gradient."""
    passed: bool
    sentence: str


class Contour(Struct, frozen=True):
    """The loss over two scalar parameters (or the two elements of one), the others as they are."""

    x: Packed
    y: Packed
    loss: Packed
    """(len(y), len(x)); NaN where it is not finite."""


class PlaneSpec(Struct, frozen=True):
    """A plane through the parameters: two numbers (node, number in C order) of them, two random directions, or that of
    the paths."""

    kind: Literal["elements", "random", "path"] = "random"
    x: tuple[str, int] = ("", 0)
    y: tuple[str, int] = ("", 0)
    seed: int = 0


class Plane(Struct, frozen=True):
    """A plane itself: its centre and two directions, by parameter."""

    centre: dict[str, Packed]
    first: dict[str, Packed]
    second: dict[str, Packed]
    share: float = 1.0
    """How much of the paths' variance lies in it."""


class Way(Struct, frozen=True):
    """A lane's path in a plane, and what its method carried on the way."""

    steps: Packed
    places: Packed
    """(steps, 2)."""
    push: tuple[float, float] | None
    """Which way its momentum pushes at the end."""
    names: tuple[str, ...]
    """Of the columns of `state`: "slot parameter", "moved parameter", "gradient parameter"."""
    state: Packed
    """(stands, 1 + names): the step, then the columns; NaN where not known."""


class Artefacts(Struct, frozen=True):
    """What an optimizer's loss became, as text: equations with their adjoint, generated NumPy code, and the tape."""

    optimizer: str
    program: str
    code: str
    tape: str


# From the window to the process that trains ---------------------------------------------------------------------------


class Start(Struct, frozen=True, tag=True):
    """Begin a run, and go on at once unless `paused`."""

    run: int
    """Answers carry it, so that those of a run that was given up are told apart."""
    job: Job
    paused: bool
    pause_at: int | None = None
    """The step at which it pauses by itself."""
    backend: str | None = None
    """What runs it: "auto" goes over to XLA once that has compiled the loop; None is the approach's own."""


class Go(Struct, frozen=True, tag=True):
    """Go on."""


class Hold(Struct, frozen=True, tag=True):
    """Stop after the step being done."""


class Once(Struct, frozen=True, tag=True):
    """Do one step and hold."""


class Halt(Struct, frozen=True, tag=True):
    """End the run; its values and histories can still be asked for."""


class SetLive(Struct, frozen=True, tag=True):
    """Give a numeric setting a new value."""

    node: str
    setting: str
    value: Any


class Pace(Struct, frozen=True, tag=True):
    """Go at most this fast, from now on and in later runs; 0 means: as fast as it can."""

    rate: float
    """Steps per second of every lane."""
    least: float
    """Seconds that a whole run lasts at least, so that it can be watched."""


class WantFrame(Struct, frozen=True, tag=True):
    """Ask for every lane's moment."""


class WantKept(Struct, frozen=True, tag=True):
    """Ask for what "keep these values" stores."""

    request: int
    lane: int


class WantExport(Struct, frozen=True, tag=True):
    """Ask that full series be written as CSV."""

    request: int
    lane: int
    series: tuple[Series, ...]
    path: str


class WantTrail(Struct, frozen=True, tag=True):
    """Ask for every lane's path in a plane; `renew`: find the plane of the paths anew."""

    request: int
    spec: PlaneSpec
    renew: bool = False


class Diagnose(Struct, frozen=True, tag=True):
    """Evaluate the graph at this moment node by node, marking each: to learn which one ended the process before."""

    run: int
    job: Job
    moment: Moment | None


# And back -------------------------------------------------------------------------------------------------------------


class Ready(Struct, frozen=True, tag=True):
    """The run's lanes are known."""

    run: int
    lanes: tuple[Lane, ...]
    slots: tuple[int, ...]
    """The slot of each lane's first series in the shared block."""


Standing: TypeAlias = Literal["running", "paused", "finished", "failed"]


class Stands(Struct, frozen=True, tag=True):
    """The run's state changed."""

    run: int
    state: Standing
    sentence: str = ""
    node: str | None = None


class Frame(Struct, frozen=True, tag=True):
    """Every lane's moment."""

    run: int
    moments: tuple[Moment, ...]


class KeptIs(Struct, frozen=True, tag=True):
    """The answer to WantKept."""

    request: int
    kept: PackedKept


class Exported(Struct, frozen=True, tag=True):
    """The answer to WantExport: one sentence."""

    request: int
    sentence: str


class TrailIs(Struct, frozen=True, tag=True):
    """The answer to WantTrail; the plane of the paths where it was found anew."""

    request: int
    ways: tuple[Way, ...]
    plane: Plane | None
    sentence: str = ""
    """Why there is none."""


class Hello(Struct, frozen=True, tag=True):
    """The process has imported what it needs, and listens."""


class Tier(Struct, frozen=True, tag=True):
    """What takes the lanes' steps has changed."""

    run: int
    backends: tuple[str, ...]


class Diagnosed(Struct, frozen=True, tag=True):
    """The evaluation went through, or stopped at a node with a sentence."""

    run: int
    sentence: str
    node: str | None


RunAnswer: TypeAlias = Hello | Ready | Tier | Stands | Frame | KeptIs | Exported | Diagnosed | TrailIs
RunRequest: TypeAlias = (
    Start | Go | Hold | Once | Halt | SetLive | Pace | WantFrame | WantKept | WantExport | WantTrail | Diagnose
)


def pack_type(kind: Type) -> Any:
    """Return a type as lists: ["array", shape, dtype], ["tuple", ...], ["record", [name, type], ...]."""
    match kind:
        case ArrayType(shape, dtype):
            return ["array", list(shape), dtype]
        case TupleType(items):
            return ["tuple", *map(pack_type, items)]
        case RecordType(fields):
            return ["record", *([name, pack_type(item)] for name, item in fields)]


def unpack_type(packed: Any) -> Type:
    """Return the type again."""
    head, *rest = packed
    if head == "array":
        return ArrayType(tuple(rest[0]), rest[1])
    if head == "tuple":
        return TupleType(tuple(map(unpack_type, rest)))
    return RecordType(tuple((name, unpack_type(item)) for name, item in rest))


Message: TypeAlias = msgspec.Struct


def encode(message: Message) -> bytes:
    """Return the message as one byte string."""
    return msgspec.msgpack.encode(message)
