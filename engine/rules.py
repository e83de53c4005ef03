"""What one operator makes of the types of its inputs: its shape rule, what it demands of parameters, and the limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine import limits
from engine.errors import GradwireError, ShapeError
from engine.graph import Graph, Socket
from engine.operator import Kind, Operator
from engine.sockets import Argument, quoted
from engine.types import ArrayType, Shape, TupleType, Type


def outputs_of(
    declared: Operator, types: Sequence[Type], settings: Mapping[str, Any], names: Sequence[str]
) -> tuple[Type, ...]:
    """Return the types of an operator's outputs by its shape rule; raise ShapeError, also where they are too large."""
    if is_optimizer(declared):
        for name, kind in zip(names, types, strict=True):
            _require_scalar(name, kind)
    if declared.accepts:
        declared.accepts(dict(zip(names, types, strict=True)), settings)
    own = [kind for name, kind in zip(names, types, strict=True) if name not in declared.exposed]
    for name, kind in zip(names, types, strict=True):
        if name in declared.exposed:
            _require_number(name, kind)
    outputs = declared.shape(own, settings) if declared.shape else ()
    for kind in outputs:
        _require_bounded(kind)
    return outputs


def is_optimizer(declared: Operator) -> bool:
    """Return whether nodes of this operator train parameters."""
    return declared.kind is Kind.HIGHER_ORDER and any(each.name == "loss" for each in declared.inputs)


def is_derivative(declared: Operator) -> bool:
    """Return whether nodes of this operator differentiate what leads from one of their inputs to the other."""
    return declared.kind is Kind.HIGHER_ORDER and {"of", "wrt"} <= {each.name for each in declared.inputs}


def _require_scalar(name: str, kind: Type) -> None:
    """Raise ShapeError where an optimizer's loss or validation is no real scalar; a loss has to have a slope too."""
    if not isinstance(kind, ArrayType):
        raise ShapeError(f"{name} takes a scalar, not {kind}", socket=name)
    if kind.shape != ():
        raise ShapeError(
            f"{name} takes a scalar, and what is wired into it is {kind}: take its mean or its sum first", socket=name
        )
    if name == "loss" and not kind.dtype.startswith("float"):
        raise ShapeError(f"loss takes a real number, not {kind.dtype}: it has to have a slope", socket="loss")
    if kind.dtype.startswith("complex"):
        raise ShapeError(f"{name} takes a real number, not {kind.dtype}", socket=name)


def _require_number(name: str, kind: Type) -> None:
    """Raise ShapeError where what is wired into an exposed setting is no single real number."""
    if not isinstance(kind, ArrayType) or kind.shape != () or kind.dtype.startswith("complex"):
        raise ShapeError(f"{name} is a setting: it takes a single real number, not {kind}", socket=name)


def _require_bounded(kind: Type) -> None:
    """Raise ShapeError where a type is too large to work with: it may share parts, so what counts is how it unfolds."""
    seen, todo = 0, [(kind, 1)]
    while todo:
        each, depth = todo.pop()
        if isinstance(each, ArrayType):
            if math.prod(each.shape) > limits.ELEMENTS:
                raise ShapeError(
                    f"the result would have shape {each.shape}, {math.prod(each.shape):,} elements; "
                    f"at most {limits.ELEMENTS:,} can be held"
                )
            continue
        inside = each.items if isinstance(each, TupleType) else [item for _, item in each.fields]
        seen += len(inside)
        if depth > limits.COLLECTION_DEPTH or seen > limits.COLLECTION_LEAVES:
            raise ShapeError(
                f"tuples and records may be nested {limits.COLLECTION_DEPTH} deep "
                f"and hold {limits.COLLECTION_LEAVES:,} values at most"
            )
        todo += [(item, depth + 1) for item in inside]


def demanded_shapes(
    declared: Operator, arguments: Sequence[Argument], types: Mapping[Socket, Type | None], settings: Mapping[str, Any]
) -> Mapping[str, Shape]:
    """Return the shapes a node demands of its inputs, given the types of what feeds it."""
    if declared.demands is None:
        return {}
    given = {argument.input.name: types.get(argument.source) for argument in arguments}
    return declared.demands(given, settings)


def own_type(declared: Operator, settings: Mapping[str, Any]) -> tuple[Type | None, ShapeError | None]:
    """Return a parameter's type by its settings alone, or why they do not give one."""
    try:
        outputs = outputs_of(declared, (), settings, ())
    except ShapeError as fault:
        return None, fault
    return (outputs[0] if outputs else None), None


def sentence(graph: Graph, library: Mapping[str, Operator], node: str, fault: GradwireError) -> str:
    """Return a fault of a node as a full sentence that starts with the node's label."""
    text = fault.sentence.rstrip(".")
    return f"{quoted(graph, library, node)}: {text}."
