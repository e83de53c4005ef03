"""Version 1 of the .dgraph format as records: which fields there are, of what types, within which limits.

msgspec decodes into these strictly; the JSON Schema in docs/ is exported from them.
`PATTERNS` says each pattern in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from engine import checks, limits
from engine.lessons import lesson as lessons
from engine.lessons.lesson import Lesson

FORMAT: Final = "gradwire.dgraph"
VERSION: Final = 1
SUFFIX: Final = ".dgraph"

# The words themselves are those that edits are checked by. They end in "$(?!\n)" because Python's "$" also matches
# before a last line feed, and JSON Schema knows no "\Z".
_END = r"$(?!\n)"
_ID = checks.ID.pattern
_WORD = checks.WORD.pattern
ID_PATTERN: Final = f"^{_ID}{_END}"
OPTIONAL_ID_PATTERN: Final = f"^({_ID})?{_END}"
OPERATOR_PATTERN: Final = f"^{checks.OPERATOR.pattern}{_END}"
NAME_PATTERN: Final = f"^{checks.NAME.pattern}{_END}"
WORD_PATTERN: Final = f"^{_WORD}{_END}"
SOCKET_PATTERN: Final = rf"^{_ID}\.{_WORD}{_END}"
INSIDE_PATTERN: Final = f"^{checks.INSIDE.pattern}{_END}"
SLOT_PATTERN: Final = f"^{checks.SLOT.pattern}{_END}"
SHA_PATTERN: Final = f"^[0-9a-f]{{64}}{_END}"

PATTERNS: Final[Mapping[str, str]] = {
    ID_PATTERN: f"an id: letters, digits and _, at most {limits.ID_LENGTH}, not starting with a digit",
    OPTIONAL_ID_PATTERN: "the id of a node, or empty",
    OPERATOR_PATTERN: 'the id of an operator, like "elementwise.add"',
    NAME_PATTERN: "text on one line, without control characters",
    WORD_PATTERN: f"a name of 1 to {limits.NAME_LENGTH} characters on one line, without control characters",
    SOCKET_PATTERN: 'a socket, written "node.socket"',
    INSIDE_PATTERN: 'the body of a node, written "node" or "node.body", or empty',
    SLOT_PATTERN: "a name of letters, digits, _, . and -",
    SHA_PATTERN: "a SHA-256 in 64 hexadecimal digits",
    **lessons.PATTERNS,
}
"""What each pattern stands for, in words that follow "must be"."""

Id = Annotated[str, Meta(pattern=ID_PATTERN)]
OptionalId = Annotated[str, Meta(pattern=OPTIONAL_ID_PATTERN)]
OperatorId = Annotated[str, Meta(pattern=OPERATOR_PATTERN, max_length=limits.ID_LENGTH)]
Name = Annotated[str, Meta(pattern=NAME_PATTERN, max_length=limits.NAME_LENGTH)]
Word = Annotated[str, Meta(pattern=WORD_PATTERN)]
SocketText = Annotated[str, Meta(pattern=SOCKET_PATTERN)]
Inside = Annotated[str, Meta(pattern=INSIDE_PATTERN)]
Slot = Annotated[str, Meta(pattern=SLOT_PATTERN, max_length=2 * limits.NAME_LENGTH)]
Text = Annotated[str, Meta(max_length=limits.TEXT_LENGTH)]
Coordinate = Annotated[float, Meta(ge=-limits.COORDINATE, le=limits.COORDINATE)]
Extent = Annotated[float, Meta(ge=1, le=limits.COORDINATE)]
Count = Annotated[int, Meta(ge=0)]
Setting = Annotated[Any, Meta(extra_json_schema={"$ref": "#/$defs/Setting"})]

DType = Literal["bool", "int64", "uint32", "float32", "float64", "complex64", "complex128"]
Real = bool | int | float | Literal["nan", "inf", "-inf"]


class NodeFields(Struct, frozen=True, forbid_unknown_fields=True):
    """A node: its operator, what people call it, and the settings that differ from the operator's defaults."""

    operator: OperatorId
    name: Name = ""
    frozen: bool = False
    settings: dict[Word, Setting] = {}
    inside: Inside = ""
    exposed: Annotated[list[Word], Meta(max_length=limits.COLLECTION)] = []
    muted: bool = False


class PlaceFields(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a node stands: its top left corner, x to the right, y downwards; its preview's size and form."""

    x: Coordinate = 0.0
    y: Coordinate = 0.0
    collapsed: bool = False
    preview: Literal["", "small", "medium", "large"] = ""
    shows: Literal["", "number", "line", "image", "histogram"] = ""


class NoteFields(Struct, frozen=True, forbid_unknown_fields=True):
    """A text on the canvas; a frame when it says so or `nodes` names the nodes it carries."""

    text: Text
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Extent = 240.0
    height: Extent = 120.0
    nodes: Annotated[list[Id], Meta(max_length=limits.NODES)] = []
    inside: Inside = ""
    frame: bool = False
    color: Literal["", "sand", "green", "teal", "rose", "violet", "grey"] = ""


class RouteFields(Struct, frozen=True, forbid_unknown_fields=True):
    """How a wire runs: through dots, or, where it is tagged, only named at both ends."""

    wire: tuple[SocketText, SocketText]
    dots: Annotated[list[tuple[Coordinate, Coordinate]], Meta(max_length=limits.DOTS)] = []
    tagged: bool = False


class BookmarkFields(Struct, frozen=True, forbid_unknown_fields=True):
    """A named place: the point in the middle of the canvas, the zoom, the body, and the digit that leads there."""

    name: Name
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    zoom: Annotated[float, Meta(ge=checks.LEAST_ZOOM, le=checks.MOST_ZOOM)] = 1.0
    inside: Inside = ""
    key: Annotated[int, Meta(ge=0, le=9)] = 0


class TensorFields(Struct, frozen=True, forbid_unknown_fields=True):
    """An array; `data` are its numbers in C order (complex ones as pairs), absent when they are in the .npz."""

    dtype: DType
    shape: Annotated[list[Annotated[int, Meta(ge=0, le=limits.ELEMENTS)]], Meta(max_length=limits.RANK)]
    data: list[Real | tuple[Real, Real]] | None = None


class ArraysFields(Struct, frozen=True, forbid_unknown_fields=True):
    """The .npz beside the file that holds the numbers: its checksum and its size."""

    sha256: Annotated[str, Meta(pattern=SHA_PATTERN)]
    bytes: Annotated[int, Meta(ge=22, le=limits.KEPT_BYTES)]


class KeptFields(Struct, frozen=True, forbid_unknown_fields=True):
    """Values kept from a run: parameters by node, optimizer state by optimizer and slot."""

    step: Count = 0
    seed: int = 0
    optimizer: OptionalId = ""
    arrays: ArraysFields | None = None
    values: dict[Id, TensorFields] = {}
    states: dict[Id, dict[Slot, TensorFields]] = {}


class GraphFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole .dgraph file."""

    format: Literal["gradwire.dgraph"]
    version: Literal[1]
    nodes: Annotated[dict[Id, NodeFields], Meta(max_length=limits.NODES)] = {}
    wires: Annotated[list[tuple[SocketText, SocketText]], Meta(max_length=limits.WIRES)] = []
    layout: Annotated[dict[Id, PlaceFields], Meta(max_length=limits.NODES)] = {}
    notes: Annotated[dict[Id, NoteFields], Meta(max_length=limits.NOTES)] = {}
    routes: Annotated[list[RouteFields], Meta(max_length=limits.WIRES)] = []
    bookmarks: Annotated[dict[Id, BookmarkFields], Meta(max_length=limits.BOOKMARKS)] = {}
    kept: KeptFields | None = None
    lesson: Lesson | None = None
