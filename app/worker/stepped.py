"""A recorded optimizer step as it travels to the window: every micro-step, and each value once, in words and numbers.

Large arrays travel as a range and a small picture; `Detail` brings one micro-step whole, when it is looked at.
"""

from __future__ import annotations

import msgspec

from app.worker.messages import Packed


class Struct(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The base of the records below."""


class Wish(Struct, frozen=True):
    """Which step is to be recorded, and how."""

    optimizer: str = ""
    """"": the first."""
    approach: str = ""
    """"": the optimizer's own."""
    step: int | None = None
    """None: the step that comes next where the run stands; an earlier one is reached by running there again."""
    window: tuple[int, int] | None = None
    """Of every loop so many iterations from the first number on; None: all that there is room for."""
    example: int | None = None
    """Which row of the minibatch flows alone; None: all."""


class Told(Struct, frozen=True):
    """What is shown of a value."""

    text: str
    kind: str = ""
    """Its type as it is written, "" for a plain number."""
    low: float | None = None
    high: float | None = None
    finite: bool = True
    norm: float | None = None
    line: tuple[float, ...] = ()
    thumbnail: Packed | None = None
    whole: Packed | None = None
    """All of it, where it is small."""


class Passed(Struct, frozen=True):
    """What an operation adds to the cotangent of one of its arguments: numbers of what is told."""

    argument: int
    node: str
    partial: str
    """Its local partial by that argument: a number, a range, or the shape of a Jacobian."""
    share: int
    total: int


class Moved(Struct, frozen=True):
    """How a parameter moved: numbers of what is told. `slots` are the method's state, each before and after."""

    parameter: str
    gradient: int
    before: int
    after: int
    slots: tuple[tuple[str, int, int], ...]


class Micro(Struct, frozen=True):
    """One micro-step. Numbers are those of what is told, -1 for nothing."""

    phase: str
    node: str
    primitive: str
    inputs: tuple[tuple[str, int], ...]
    """Who made each argument ("" for a constant), and what it was."""
    output: int
    cotangent: int
    passed: tuple[Passed, ...]
    place: int
    """Number of the place it ran at."""
    row: int | None
    depth: int
    line: int | None
    direction: tuple[str, int] | None
    moved: Moved | None
    marks: tuple[tuple[int, bool, int], ...]
    """What it makes known: (number of the socket, whether it is a cotangent, what is told; -1: forgotten)."""


class Stepped(Struct, frozen=True):
    """A recorded step."""

    optimizer: str
    approach: str
    step: int
    loss: str
    micro: tuple[Micro, ...]
    told: tuple[Told, ...]
    places: tuple[tuple[tuple[str, str, int | None], ...], ...]
    """(node, part, iteration), outermost first."""
    sockets: tuple[tuple[str, str], ...]
    gradients: dict[str, int]
    parameters: dict[str, int]
    """After the step."""
    batches: dict[str, int]
    """How many rows each minibatch drew."""
    text: tuple[str, ...]
    """What the approach writes before it runs, line by line: the adjoint's source, or the static program."""
    origins: tuple[str, ...]
    """Of each line the origin of its equation."""
    left_out: int
    sentence: str
    iterations: int = 0
    """How many iterations the longest loop makes."""
    serial: int = 0
    """By which `AskStep` asks for more of it."""


class Detail(Struct, frozen=True):
    """One micro-step whole: its arrays, and the local partial by one of its arguments."""

    serial: int
    number: int
    argument: int
    kind: str
    """"none", "number", "elementwise" or "jacobian"."""
    shape: tuple[tuple[int, ...], tuple[int, ...]]
    """The Jacobian's: that of the result, then that of the argument."""
    partial: Told | None
    """The number, or the array of partials."""
    row: Told | None
    column: Told | None
    product: Told | None
    """J^T y_bar: what the argument is given of the cotangent that came back."""
    inputs: tuple[Told, ...]
    output: Told | None
    cotangent: Told | None


class Slope(Struct, frozen=True):
    """The local partial of a node by one of its inputs, in words: "none", "number", "elementwise" or "jacobian"."""

    kind: str
    text: str
    product: str
    """J^T y_bar: what the input is given of the derivative that comes back."""
