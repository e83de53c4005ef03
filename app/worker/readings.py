"""What the engine process tells of the approaches: what one leaves behind to read, and all of them measured."""

from __future__ import annotations

import msgspec


class ReadingSection(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A text; `origins` says for each line which equation's origin it has ("" for none)."""

    title: str
    text: str
    origins: tuple[str, ...]


class Reading(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What an approach leaves behind that one can read: a table, texts, or both (`engine.autodiff.artefacts`)."""

    optimizer: str
    approach: str
    title: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    origins: tuple[str, ...]
    sections: tuple[ReadingSection, ...]


class Measured(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One approach on one backend: its row of the table, or why it is refused."""

    approach: str
    backend: str
    cells: tuple[str, ...]
    refused: str
    agrees: bool | None


class Measurements(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """All approaches on one optimizer's loss."""

    optimizer: str
    features: tuple[str, ...]
    lines: tuple[Measured, ...]


class Blame(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Why a derivative is zero, small, huge or not finite (`what`), and the node at fault."""

    what: str
    cause: str
    node: str
    sentence: str


class WayOn(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A node that reads an output on its way to the loss, by which inputs, and what comes back by it, as text."""

    node: str
    inputs: tuple[str, ...]
    share: str


class LinkTold(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One step of the chain rule towards the inspected output, as texts: what is multiplied by at `node`, the product
    so far along this path, what other paths bring to `source` ("node.output"; "": nothing), and all of it."""

    node: str
    inputs: tuple[str, ...]
    source: str
    factor: str
    along: str
    others: str
    cotangent: str
    ways: tuple[WayOn, ...]


class Explained(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A node explained where the run stands."""

    partials: dict[str, tuple[str, float | None]]
    """By input: what the local partial is, as text, and its first number where it is a list of numbers."""
    links: tuple[LinkTold, ...]
    """The chain rule along a path, the link at the loss first; () where no derivative comes back."""
    paths: int


class TensorSeen(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An array as a viewer shows it: a block of numbers of one slice, a picture of the slice, facts of the whole."""

    dtype: str
    shape: tuple[int, ...]
    index: tuple[int, ...]
    """Of the slice, along all axes but the last two."""
    rows: tuple[int, int]
    columns: tuple[int, int]
    """What of the slice the block has."""
    block: bytes
    """Its numbers in C order: float64, complex128 or int64."""
    block_dtype: str
    facts: dict[str, float]
    """Of all finite elements: min, max, mean, std, norm; of all: nan, inf, size."""
    first_bad: tuple[int, ...] | None
    """Where the first element is that is no finite number."""
    counts: tuple[int, ...]
    """Of a histogram of the finite elements, from min to max."""
    picture: bytes
    """The slice in small, one byte an element: 1 to 255 from min to max, 0 for what is not finite."""
    picture_shape: tuple[int, int]


class Warned(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What goes wrong in training at a node: the kind of badge, the sentence with the numbers, and the rule."""

    kind: str
    node: str
    sentence: str
    rule: str


class Factor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Of the derivative by a wire: the node and input it leads to, what came back to that node, and its own slope."""

    node: str
    input: str
    above: float
    partial: float
