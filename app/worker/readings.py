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
