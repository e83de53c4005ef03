"""Edits as JSON data and back: the lines of the recovery journal."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, TypeAlias

import msgspec

from engine import edits, limits
from engine.edits import Edit
from engine.errors import EditError
from engine.graph import Bookmark, Kept, Node, Note, Place, Route, Socket, Wire
from engine.lessons.lesson import Lesson
from engine.lessons.lesson import to_plain as lesson_to_plain
from engine.types import DTYPES, Tensor

Reader: TypeAlias = Callable[[Any, str], Any]
"""(JSON data, its place) -> the value; raises EditError naming the place."""


def to_plain(edit: Edit) -> dict[str, Any]:
    """Return the edit as JSON data: {"edit": its kind, field: value, ...}. Arrays are base64 of their bytes."""
    return {"edit": type(edit).__name__, **_fields(edit)}


def from_plain(data: Any) -> Edit:
    """Return the edit that `to_plain` wrote; raise EditError, naming the place, for anything else."""
    edit: Edit = _edit(data, "edit", _NESTING)
    return edit


def _fields(record: Any) -> dict[str, Any]:
    return {each.name: _plain(getattr(record, each.name)) for each in fields(record)}


def _plain(value: Any) -> Any:
    if isinstance(value, edits.EditRecord):
        return {"edit": type(value).__name__, **_fields(value)}
    if isinstance(value, Lesson):
        return lesson_to_plain(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


# Reading ------------------------------------------------------------------------------------------------------------

_NESTING: Final = 16
"""Deepest nesting of groups."""
_SETTING_NESTING: Final = limits.FILE_DEPTH


def _fault(place: str, must: str) -> EditError:
    return EditError(f"The journal holds no edit at {place}: it must be {must}.", place=place)


def _exactly(kind: type, words: str) -> Reader:
    def read(data: Any, place: str) -> Any:
        if type(data) is not kind:
            raise _fault(place, words)
        return data

    return read


_text = _exactly(str, "text")
_whole = _exactly(int, "a whole number")
_truth = _exactly(bool, "true or false")


def _number(data: Any, place: str) -> float:
    if type(data) not in (int, float) or not math.isfinite(data):
        raise _fault(place, "a finite number")
    return float(data)


def _setting(data: Any, place: str, depth: int = _SETTING_NESTING) -> Any:
    if isinstance(data, list) and depth:
        return tuple(_setting(item, f"{place}[{k}]", depth - 1) for k, item in enumerate(data))
    if data is None or type(data) in (bool, int, str) or (type(data) is float and math.isfinite(data)):
        return data
    raise _fault(place, "a setting's value: numbers, text, true, false, null, or lists of them")


def _bytes(data: Any, place: str) -> bytes:
    try:
        return base64.b64decode(_text(data, place).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise _fault(place, "bytes in base64") from None


def _optional(reader: Reader) -> Reader:
    return lambda data, place: None if data is None else reader(data, place)


def _list(reader: Reader) -> Reader:
    def read(data: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise _fault(place, "a list")
        return tuple(reader(item, f"{place}[{k}]") for k, item in enumerate(data))

    return read


def _pair(reader: Reader, make: Callable[..., Any]) -> Reader:
    def read(data: Any, place: str) -> Any:
        if not isinstance(data, list) or len(data) != 2:
            raise _fault(place, "a list of two")
        return make(*(reader(item, f"{place}[{k}]") for k, item in enumerate(data)))

    return read


def _mapping(reader: Reader) -> Reader:
    def read(data: Any, place: str) -> dict[str, Any]:
        return {key: reader(item, f"{place}.{key}") for key, item in _object(data, place).items()}

    return read


def _object(data: Any, place: str) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise _fault(place, "an object")
    return data


def _record(make: Callable[..., Any], **readers: Reader) -> Reader:
    """Return the reader of an object with exactly these fields."""

    def read(data: Any, place: str) -> Any:
        given = _object(data, place)
        if given.keys() != readers.keys():
            raise _fault(place, f"an object of {', '.join(readers) or 'nothing'}")
        return make(**{name: reader(given[name], f"{place}.{name}") for name, reader in readers.items()})

    return read


def _since(later: Mapping[str, Any], reader: Reader) -> Reader:
    """Return the reader of an object that older journals write without the fields `later`."""
    return lambda data, place: reader({**later, **_object(data, place)}, place)


def _tensor(data: Any, place: str) -> Tensor:
    tensor: Tensor = _record(Tensor, dtype=_text, shape=_list(_whole), data=_bytes)(data, place)
    if tensor.dtype not in (*DTYPES, "uint32") or any(n < 0 for n in tensor.shape):
        raise _fault(place, f"an array of one of {', '.join(DTYPES)}")
    try:
        tensor.array()
    except ValueError:
        raise _fault(f"{place}.data", "as many bytes as the array has") from None
    return tensor


_socket = _pair(_text, Socket)
_wire = _pair(_socket, Wire)
_place = _since(
    {"preview": "", "shows": ""},
    _record(Place, x=_number, y=_number, collapsed=_truth, preview=_text, shows=_text),
)
_MAIN: Final = {"inside": ""}
_LATER: Final = {"inside": "", "exposed": [], "muted": False}
_node = _since(
    _LATER,
    _record(
        Node,
        id=_text,
        operator=_text,
        name=_text,
        settings=_mapping(_setting),
        frozen=_truth,
        inside=_text,
        exposed=_list(_text),
        muted=_truth,
    ),
)
_note = _since(
    {**_MAIN, "frame": False, "color": ""},
    _record(
        Note,
        id=_text,
        text=_text,
        x=_number,
        y=_number,
        width=_number,
        height=_number,
        nodes=_list(_text),
        inside=_text,
        frame=_truth,
        color=_text,
    ),
)
_kept = _record(
    Kept, step=_whole, seed=_whole, optimizer=_text, values=_mapping(_tensor), states=_mapping(_mapping(_tensor))
)  # fmt: skip

_bookmark = _record(Bookmark, name=_text, x=_number, y=_number, zoom=_number, inside=_text, key=_whole)
_route = _record(Route, dots=_list(_pair(_number, lambda x, y: (x, y))), tagged=_truth)


def _lesson(data: Any, place: str) -> Lesson:
    try:
        return msgspec.convert(data, Lesson)
    except msgspec.ValidationError:
        raise _fault(place, "a lesson") from None


READERS: Final[Mapping[str, tuple[Callable[..., Edit], Mapping[str, Reader]]]] = {
    "AddNode": (
        edits.AddNode,
        {"node": _node, "place": _optional(_place), "value": _optional(_tensor), "state": _optional(_mapping(_tensor))},
    ),
    "RemoveNode": (edits.RemoveNode, {"id": _text}),
    "Connect": (edits.Connect, {"wire": _wire, "route": _optional(_route)}),
    "Disconnect": (edits.Disconnect, {"wire": _wire}),
    "Reroute": (edits.Reroute, {"wire": _wire, "route": _optional(_route)}),
    "SetSetting": (edits.SetSetting, {"node": _text, "setting": _text, "value": _setting}),
    "ResetSetting": (edits.ResetSetting, {"node": _text, "setting": _text}),
    "Rename": (edits.Rename, {"node": _text, "to": _text}),
    "SetFrozen": (edits.SetFrozen, {"node": _text, "frozen": _truth}),
    "SetMuted": (edits.SetMuted, {"node": _text, "muted": _truth}),
    "SetExposed": (edits.SetExposed, {"node": _text, "setting": _text, "exposed": _truth}),
    "Move": (edits.Move, {"places": _mapping(_optional(_place))}),
    "PutInside": (edits.PutInside, {"nodes": _mapping(_text), "notes": _mapping(_text)}),
    "AddNote": (edits.AddNote, {"note": _note}),
    "RemoveNote": (edits.RemoveNote, {"id": _text}),
    "ChangeNote": (edits.ChangeNote, {"note": _note}),
    "SetBookmark": (edits.SetBookmark, {"id": _text, "bookmark": _optional(_bookmark)}),
    "SetKept": (edits.SetKept, {"kept": _optional(_kept)}),
    "SetLesson": (edits.SetLesson, {"lesson": _optional(_lesson)}),
}
"""How each kind of edit but Group is read."""

LATER: Final[Mapping[str, Mapping[str, Any]]] = {"Connect": {"route": None}}
"""Fields that older journals write without, and what they are there."""


def _edit(data: Any, place: str, depth: int) -> Edit:
    given = dict(_object(data, place))
    kind = given.pop("edit", None)
    if kind == "Group" and depth:
        members = _list(lambda item, at: _edit(item, at, depth - 1))
        group: Edit = _record(edits.Group, title=_text, edits=members)(given, place)
        return group
    if not isinstance(kind, str) or kind not in READERS:
        raise _fault(f"{place}.edit", f"one of {', '.join(READERS)} or Group, groups at most {_NESTING} deep")
    make, readers = READERS[kind]
    edit: Edit = _record(make, **readers)({**LATER.get(kind, {}), **given}, place)
    return edit
