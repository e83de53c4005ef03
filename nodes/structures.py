"""Shape: lists, tuples and records on one wire: items picked by a number, parts replaced, lists grown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.setting import Integer, Text
from engine.types import ArrayType, RecordType, TupleType, Type
from nodes import shapes
from nodes.casts import Value

PAIR = ([1.0, -2.0], [3.0, 0.5])
OTHER = ([-1.5, 2.0], [0.25, -4.0])
RECORD = {"mass": 3.0, "speed": [1.0, -2.0]}
SECOND = {"mass": -3.5, "speed": [-1.5, 2.0]}


def _listed(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """A tuple of all inputs, which are of one type."""
    for k, kind in enumerate(types):
        if kind != types[0]:
            raise ShapeError(f"a list holds equal things: xs.0 is {types[0]} and xs.{k} is {kind}", socket=f"xs.{k}")
    return (TupleType(tuple(types)),)


@operator(
    "shape.list",
    "List",
    shape=_listed,
    formula=r"[x_0, x_1, \ldots]",
    partials={"xs": r"1"},
    domain="all inputs have one shape and dtype",
    synonyms=("array of things", "sequence", "collect", "bundle"),
    samples=((1.0, -2.0, 3.0), PAIR, OTHER, (onp.array([1, 2]), onp.array([3, 4])), ((1.0, [2.0]), (-3.0, [0.5]))),
    sockets={"xs": "values of one type", "value": "a list of them"},
)
def list_(*xs: Value) -> Any:
    """Several values of one type as a list, on one wire: an item of it can be picked by a number that is computed."""
    return tuple(xs)


def _equal_items(kind: Type) -> TupleType:
    if not isinstance(kind, TupleType) or not kind.items:
        raise ShapeError(f"x takes a list, not {kind}", socket="x")
    for k, item in enumerate(kind.items):
        if item != kind.items[0]:
            raise ShapeError(
                f"x holds different things (item 0 is {kind.items[0]}, item {k} is {item}): take one out by Unpack",
                socket="x",
            )
    return kind


def _picked(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """An item of a list, by a whole number."""
    found = _equal_items(types[0])
    if types[1] != ArrayType((), "int64"):
        raise ShapeError(f"index takes one whole number (int64 scalar), not {types[1]}", socket="index")
    return (found.items[0],)


def _chosen(items: Sequence[Any], index: Any) -> Any:
    """Return items[index] where the items are of one structure and the index is computed."""
    first = items[0]
    if isinstance(first, dict):
        return {name: _chosen([item[name] for item in items], index) for name in first}
    if isinstance(first, tuple | list):
        return tuple(_chosen([item[k] for item in items], index) for k in range(len(first)))
    return np.stack(list(items))[index]


@operator(
    "shape.pick",
    "Pick item",
    shape=_picked,
    formula=r"x_k",
    partials={"x": r"1\ (i=k),\ 0\ (i\ne k)", "index": "0"},
    domain="index is below the length of the list; negative ones count from its end",
    nondifferentiable=("index",),
    synonyms=("list item", "element", "index", "choose", "get"),
    samples=(
        (PAIR, onp.array(1)),
        (OTHER, onp.array(0)),
        ((1.0, -2.0, 3.0), onp.array(-1)),
        (((1.0, [2.0, 4.0]), (-3.0, [0.5, 1.5])), onp.array(1)),
    ),
    sockets={"x": "a list", "index": "which item, counted from 0; a whole number", "value": "that item"},
)
def pick(x: Value, index: Value) -> Any:
    """The item of a list at a place that is computed. All items are of one type."""
    return _chosen(x, index)


def _appended(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The tuple with one more item."""
    if not isinstance(types[0], TupleType):
        raise ShapeError(f"x takes a list or tuple, not {types[0]}", socket="x")
    return (TupleType((*types[0].items, types[1])),)


@operator(
    "shape.append",
    "Append",
    shape=_appended,
    formula=r"(x_0, \ldots, x_n, v)",
    partials={"x": r"1", "item": r"1"},
    synonyms=("add to list", "push", "extend", "grow"),
    samples=((PAIR, [5.0, 6.0]), (OTHER, [-5.0, 0.5]), ((1.0, [2.0, 3.0]), 4.0)),
    sockets={"x": "a list or tuple", "item": "one more value", "value": "both together"},
)
def append(x: Value, item: Value) -> Any:
    """A list or tuple with one more item at its end."""
    return (*x, item)


def _replaced_item(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The tuple with another item at the setting `index`."""
    shapes.item(types, settings)
    assert isinstance(types[0], TupleType)  # noqa: S101 - the line above raises otherwise
    items = list(types[0].items)
    items[settings["index"]] = types[1]
    return (TupleType(tuple(items)),)


@operator(
    "shape.replace_item",
    "Replace item",
    shape=_replaced_item,
    formula=r"(x_0, \ldots, v, \ldots, x_n)",
    partials={"x": r"0\ (i=k),\ 1\ (i\ne k)", "item": r"1"},
    synonyms=("update tuple", "set item", "update list", "assign"),
    samples=(
        (PAIR, [5.0, 6.0]),
        (OTHER, [-5.0, 0.5]),
        Sample((PAIR, 4.0), {"index": -1}),
        Sample(((1.0, (2.0, [3.0, 4.0])), 7.0), {"index": 1}),
    ),
    sockets={"x": "a list or tuple", "item": "what takes the place", "value": "the same with that item in it"},
)
def replace_item(
    x: Value,
    item: Value,
    *,
    index: Value = Integer(0, low=-1000, high=1000, help="Which item, counted from 0; -1 is the last."),
) -> Any:
    """A list or tuple with another value in the place of one item."""
    place = index % len(x)
    return tuple(item if k == place else x[k] for k in range(len(x)))


def _replaced_field(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The record with another value under the setting `name`."""
    if not isinstance(types[0], RecordType):
        raise ShapeError(f"x takes a record, not {types[0]}", socket="x")
    if not settings["name"]:
        raise ShapeError("its setting name is empty: say which field")
    return (RecordType(tuple(sorted({**dict(types[0].fields), settings["name"]: types[1]}.items()))),)


@operator(
    "shape.replace_field",
    "Replace field",
    shape=_replaced_field,
    formula=r"\{x \mid n: v\}",
    partials={"x": r"0\ \text{for this field},\ 1\ \text{for the others}", "item": r"1"},
    synonyms=("update record", "set field", "assign", "with", "struct"),
    samples=(
        Sample((RECORD, 5.0), {"name": "mass"}),
        Sample((SECOND, -5.0), {"name": "mass"}),
        Sample((RECORD, [5.0, 6.0, 7.0]), {"name": "speed"}),
        Sample((RECORD, [0.5]), {"name": "heat"}),
    ),
    sockets={"x": "a record", "item": "what takes the place", "value": "the same with that field in it"},
)
def replace_field(
    x: Value, item: Value, *, name: Value = Text("", help="The name of the field; a new one is added.")
) -> Any:
    """A record with another value in one field; one that it lacks is added."""
    fields = {key: x[key] for key in x}
    fields[name] = item
    return dict(sorted(fields.items()))


OPERATORS = (list_, pick, append, replace_item, replace_field)
