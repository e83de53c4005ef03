"""Attention: every query takes a mixture of the values whose keys fit it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Added, Sample, operator
from engine.setting import Integer, Toggle
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import layer_shapes, shapes
from nodes.activations import normalised
from nodes.casts import Value, inexact

BARRED: Final = -1e30
"""The score of a key that a query may not look at: its weight is exactly 0."""


def mixture(query: Value, key: Value, value: Value, mask: Value, causal: bool) -> Value:
    """Return softmax(query keyᵀ / √d) value over the last two axes; a query barred from all keys gets zeros."""
    scores = np.matmul(query, np.swapaxes(key, -1, -2)) * (1.0 / math.sqrt(np.shape(query)[-1]))
    allowed = mask != 0
    if causal:
        allowed = allowed & (onp.tri(*np.shape(scores)[-2:]) > 0)
    weights = np.where(allowed, normalised(np.where(allowed, scores, BARRED), -1), 0.0)
    return np.matmul(weights, value)


# ----- shapes -----


def _sequences(query: Shape, key: Shape, value: Shape) -> None:
    """Raise ShapeError where there is not one value for each key, or the batches in front differ."""
    for shape, name in ((query, "query"), (key, "key"), (value, "value")):
        if len(shape) < 2 or 0 in shape[-2:]:
            raise ShapeError(
                f"{name} has shape {shape_text(shape)}: it takes one row per place, one column per feature", socket=name
            )
    if key[-2] != value[-2]:
        raise ShapeError(
            f"key has shape {shape_text(key)} and value has shape {shape_text(value)}: they differ at axis "
            f"{len(key) - 2}, {key[-2]} and {value[-2]}, and each key has one value",
            socket="value",
        )
    for shape, name in ((key, "key"), (value, "value")):
        if shape[:-2] != query[:-2]:
            raise ShapeError(
                f"query has shape {shape_text(query)} and {name} has shape {shape_text(shape)}: "
                "all axes before the last two must be equal",
                socket=name,
            )


def _masked(mask: Type | None, scores: Shape) -> None:
    """Raise ShapeError where the mask does not broadcast to (..., queries, keys)."""
    if mask is None:
        return
    shape = shapes.real(mask, "mask").shape
    try:
        fits = shapes.broadcast_shapes([shape, scores], ["mask", "scores"]) == scores
    except ShapeError:
        fits = False
    if not fits:
        raise ShapeError(
            f"mask has shape {shape_text(shape)}, which does not broadcast to {shape_text(scores)}: one row per query, "
            "one column per key",
            socket="mask",
        )


def attended(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """(..., queries, units) out of query (..., queries, d), key (..., keys, d), value (..., keys, units)."""
    query, key, value = (
        shapes.real(kind, name) for kind, name in zip(types[:3], ("query", "key", "value"), strict=True)
    )
    _sequences(query.shape, key.shape, value.shape)
    if query.shape[-1] != key.shape[-1]:
        raise ShapeError(
            f"query has shape {shape_text(query.shape)} and key has shape {shape_text(key.shape)}: they differ at "
            f"axis {len(key.shape) - 1}, {query.shape[-1]} and {key.shape[-1]}",
            socket="key",
        )
    _masked(types[3] if len(types) > 3 else None, (*query.shape[:-1], key.shape[-2]))
    dtype = layer_shapes.all_inexact([query.dtype, key.dtype, value.dtype])
    return (ArrayType((*query.shape[:-1], value.shape[-1]), dtype),)


WEIGHTS: Final = ("query_weights", "key_weights", "value_weights", "output_weights")


def _widths(query: Shape, key: Shape, value: Shape) -> dict[str, Shape]:
    width = query[-1]
    return {
        "query_weights": (width, width),
        "key_weights": (key[-1], width),
        "value_weights": (value[-1], width),
        "output_weights": (width, width),
    }


def many_headed(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """The shape of the query, out of query, key, value and the four weights."""
    names = ("query", "key", "value", *WEIGHTS)
    found = {name: shapes.real(kind, name) for kind, name in zip(types[:7], names, strict=True)}
    query, key, value = (found[name].shape for name in names[:3])
    _sequences(query, key, value)
    heads = int(settings["heads"])
    if query[-1] % heads:
        raise ShapeError(
            f"query has shape {shape_text(query)}: its axis {len(query) - 1}, {query[-1]}, cannot be shared out among "
            f"{heads} heads",
            socket="query",
        )
    for name, shape in _widths(query, key, value).items():
        if found[name].shape != shape:
            raise ShapeError(
                f"{name} has shape {shape_text(found[name].shape)} where query, key and value have shapes "
                f"{shape_text(query)}, {shape_text(key)} and {shape_text(value)}: it must have shape "
                f"{shape_text(shape)}",
                socket=name,
            )
    _masked(types[7] if len(types) > 7 else None, (*query[:-2], heads, query[-2], key[-2]))
    return (ArrayType(query, layer_shapes.all_inexact([each.dtype for each in found.values()])),)


def _demands(types: Mapping[str, Type | None], settings: Mapping[str, Any]) -> Mapping[str, Shape]:
    given = {name: kind.shape for name, kind in types.items() if isinstance(kind, ArrayType) and kind.shape}
    query = given.get("query")
    if query is None:
        return {}
    known = _widths(query, given.get("key", ()) or (0,), given.get("value", ()) or (0,))
    return {name: shape for name, shape in known.items() if 0 not in shape}


# ----- operators -----


def _drawn(seed: int, *wanted: Shape) -> tuple[Any, ...]:
    random = onp.random.default_rng(seed)
    return tuple(onp.round(random.normal(0, 0.8, shape), 2) for shape in wanted)


ONE, TWO = (_drawn(seed, (3, 2), (4, 2), (4, 3)) for seed in (1, 2))
MASK = onp.array([[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]])
NONE = onp.array([[1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]])
MASK_HELP = "0 where a query (row) may not look at a key (column); all may where nothing is wired"
CAUSAL = Toggle(False, help="Whether a place may look only at itself and at places before it.")


@operator(
    "neural.attention",
    "Attention",
    outputs=("mixed",),
    shape=attended,
    nondifferentiable=("mask",),
    formula=r"\mathrm{softmax}\left(\frac{Q K^{\top}}{\sqrt{d}}\right) V",
    partials={
        "query": r"\frac{1}{\sqrt{d}}\,\bar S\,K",
        "key": r"\frac{1}{\sqrt{d}}\,\bar S^{\top} Q",
        "value": r"A^{\top}\bar Y,\quad A = \mathrm{softmax}(S)",
    },
    domain="all are real; a query that may look at no key gives zeros",
    synonyms=("scaled dot product", "transformer", "softmax attention", "soft lookup"),
    samples=(
        ONE,
        TWO,
        (*ONE, MASK),
        (*TWO, MASK),
        (*ONE, NONE),
        Sample(ONE, {"causal": True}),
        Sample(TWO, {"causal": True}),
        tuple(onp.stack(pair) for pair in zip(ONE, TWO, strict=True)),
        tuple(each.astype("float32") for each in ONE),
    ),
    sockets={
        "query": "one row per place that asks",
        "key": "one row per place that is asked, as wide as the query",
        "value": "what each of those has to give, one row per key",
        "mask": MASK_HELP,
        "mixed": "one row per query: the values, mixed",
    },
)
def attention(query: Value, key: Value, value: Value, mask: Value = 1.0, *, causal: Value = CAUSAL) -> Value:
    """Each query takes a mixture of the values, weighted by how well their keys fit it. Axes in front are a batch.

    After Vaswani and others, "Attention is all you need" (2017).
    """
    return mixture(inexact(query), inexact(key), inexact(value), mask, causal)


def _split(x: Value, heads: int) -> Value:
    """Return (..., places, heads * width) as (..., heads, places, width)."""
    shape = np.shape(x)
    return np.swapaxes(np.reshape(x, (*shape[:-1], heads, shape[-1] // heads)), -2, -3)


WIDE = tuple(_drawn(seed, (3, 4), (2, 3), (2, 5), (4, 4), (3, 4), (5, 4), (4, 4)) for seed in (3, 4))
BATCH = (*(onp.stack(pair) for pair in zip(*(each[:3] for each in WIDE), strict=True)), *WIDE[0][3:])
SELF = tuple(_drawn(seed, (3, 4), (3, 4), (3, 4), (4, 4), (4, 4), (4, 4), (4, 4)) for seed in (5, 6))
GAPS = onp.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@operator(
    "neural.multi_head_attention",
    "Multi-head attention",
    outputs=("mixed",),
    shape=many_headed,
    nondifferentiable=("mask",),
    formula=r"(H_1, \ldots, H_h)\,W_O,\quad H_k = \mathrm{softmax}\left(\frac{Q W_Q^k (K W_K^k)^{\top}}{\sqrt{d/h}}"
    r"\right) V W_V^k",
    partials={
        "query": r"\sum_k \bar Q_k W_Q^{k\,\top}",
        "key": r"\sum_k \bar K_k W_K^{k\,\top}",
        "value": r"\sum_k \bar V_k W_V^{k\,\top}",
        "query_weights": r"Q^{\top}(\bar Q_1, \ldots, \bar Q_h)",
        "key_weights": r"K^{\top}(\bar K_1, \ldots, \bar K_h)",
        "value_weights": r"V^{\top}(\bar V_1, \ldots, \bar V_h)",
        "output_weights": r"(H_1, \ldots, H_h)^{\top}\bar Y",
    },
    domain="all are real; the width of the query is a multiple of the heads",
    synonyms=("transformer", "self-attention", "cross-attention", "mha", "masked attention"),
    adds={name: Added("parameters.parameter", name.replace("_", " "), {"initial": "glorot_uniform", "shape": None})
          for name in WEIGHTS},
    demands=_demands,
    samples=(
        *(Sample(each, {"heads": 2}) for each in WIDE),
        Sample((*WIDE[0], GAPS), {"heads": 2}),
        Sample((*WIDE[1], GAPS), {"heads": 2}),
        Sample(BATCH, {"heads": 4}),
        *(Sample(each, {"heads": 2, "causal": True}) for each in SELF),
        Sample(tuple(each.astype("float32") for each in SELF[0]), {"heads": 1}),
    ),
    sockets={
        "query": "one row per place that asks; wire the same into key and value for self-attention",
        "key": "one row per place that is asked",
        "value": "what each of those has to give, one row per key",
        "query_weights": "from the query to all heads side by side",
        "key_weights": "from the key to all heads side by side",
        "value_weights": "from the value to all heads side by side",
        "output_weights": "from all heads side by side to the result",
        "mask": MASK_HELP,
        "mixed": "one row per query, as wide as the query",
    },
)  # fmt: skip
def multi_head_attention(
    query: Value,
    key: Value,
    value: Value,
    query_weights: Value,
    key_weights: Value,
    value_weights: Value,
    output_weights: Value,
    mask: Value = 1.0,
    *,
    heads: Value = Integer(2, low=1, high=1024, help="How many mixtures are made side by side."),
    causal: Value = CAUSAL,
) -> Value:
    """Several attentions side by side, each on its own projection of query, key and value, then mixed by weights.

    A mask (queries, keys) holds for all heads and examples; one with more axes has the heads before the queries. After
    Vaswani and others, "Attention is all you need" (2017).
    """
    asked, known, given = (
        _split(np.matmul(inexact(x), inexact(weights)), heads)
        for x, weights in ((query, query_weights), (key, key_weights), (value, value_weights))
    )
    mixed = np.swapaxes(mixture(asked, known, given, mask, causal), -2, -3)
    shape = np.shape(mixed)
    return np.matmul(np.reshape(mixed, (*shape[:-2], shape[-2] * shape[-1])), inexact(output_weights))


OPERATORS = (attention, multi_head_attention)
