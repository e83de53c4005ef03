"""Shape rules and limits of settings in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.operator import Kind, Operator
from engine.setting import Array as ArraySetting
from engine.setting import (
    Axis,
    Choice,
    Columns,
    Dimensions,
    File,
    Integer,
    Names,
    Number,
    Setting,
    Slider,
    Text,
    Toggle,
)

RULES: Final[Mapping[str, str]] = {
    "elementwise": "The inputs are broadcast together: axes, from the last on, must be equal, 1 or missing.",
    "drawn": "The parameters broadcast together; the setting for the number of draws puts an axis in front.",
    "reduced": "The shape of x without the axis that is gone over (all axes: a scalar); kept, it has length 1.",
    "reduce": "The shape of x without the axis that is gone over (all axes: a scalar); kept, it has length 1.",
    "pairwise_scalar": "A scalar out of two arrays of one shape.",
    "of_square": "Takes square matrices, (..., n, n).",
    "of_matrix": "Takes matrices, (..., m, n).",
    "_transform": "The shape of x; lengths along the axes that are transformed as the settings say.",
    "windows": "Each place of the result is a window of x: the boundary mode says how many there are.",
    "pooled": "(..., length, channels) or (..., rows, columns, channels), by windows of a size at a stride.",
    "transposed": "The opposite of a convolution's rule: strides make the result larger.",
    "ordered": "The shape of x; without an axis all of its elements, in C order.",
    "twice": "Two arrays of the shape of x: the result, and the logarithm of the Jacobian's determinant.",
    "labelled_scalar": "A scalar out of scores (..., classes) and labels (...).",
    "rows_scalar": "A scalar out of arrays of one shape with one row per example.",
    "_cell": "x (..., features) and the state (..., units) to the next state; weights in between as their help says.",
    "along": "The shape of x; the axis must exist.",
    "_fitted": "The shape of x; the rows it is fitted to have the same columns.",
    "solution": "A square matrix (..., n, n), and right-hand sides (..., n) or (..., n, k).",
    "_constant_shape": "The shape of the numbers in the setting.",
    "_batch_shape": "The shapes of x and y, with as many rows as the batch has.",
    "contract": "The last axis of x meets the last but one (or only) axis of y; leading axes broadcast.",
    "_shape": "What its settings say.",
    "_labelled": "One number for each row of scores (..., classes).",
    "_per_row": "One number for each row of scores (..., classes).",
    "_drawn_rows": "The shape of the scores.",
    "_mvn_density_shape": "One number for each point (..., d), with a mean (d,) and a factor (d, d).",
    "_mvn_sample_shape": "(draws, d), with a mean (d,) and a factor (d, d).",
    "_mvn_entropy_shape": "A scalar, of a factor (d, d).",
    "_stick_shape": "(..., n) to (..., n + 1), and one logarithm for each row.",
    "_split_shape": "The shapes of x and y, with the rows divided among the parts.",
    "_pictures": "The shape of the pictures.",
    "_interpolated": "The shape of the places asked for.",
    "_polynomial": "The shape of x.",
    "biased": "(..., channels, length, or rows and columns) by a kernel (filters, channels, ...): a channel a filter.",
}
"""What rules say that carry no words themselves, by the function that makes or is them."""

KINDS: Final[Mapping[Kind, str]] = {
    Kind.FUNCTION: "The shape of the result follows from those of the inputs, as said there.",
    Kind.SOURCE: "Data: evaluated once before a run.",
    Kind.PARAMETER: "The shape in its settings or, where that is left open, the one that a layer it feeds asks for.",
    Kind.VIEW: "No output: it shows what is wired into it.",
    Kind.HIGHER_ORDER: "Takes a stretch of the graph, whose types it gives on.",
}
"""What is said where there is no rule."""


def rule_in_words(operator: Operator) -> str:
    """Return the operator's shape rule as sentences; of a view, what it can draw."""
    rule = operator.shape or operator.accepts
    if rule is None:
        return KINDS.get(operator.kind, "")
    own = " ".join((rule.__doc__ or "").split())
    name = getattr(rule, "__qualname__", "").split(".", 1)[0]
    return own or RULES.get(name) or KINDS.get(operator.kind, "")


def kind_in_words(spec: Setting) -> str:
    """Return what a setting is: a word or two."""
    words: tuple[tuple[type[Setting], str], ...] = (
        (Slider, "number"), (Number, "number"), (Integer, "whole number"), (Toggle, "yes or no"), (Choice, "choice"),
        (Text, "text"), (File, "file"), (ArraySetting, "numbers"), (Dimensions, "shape"), (Axis, "axis"),
        (Names, "names"), (Columns, "columns"),
    )  # fmt: skip
    return next((word for kind, word in words if isinstance(spec, kind)), "value")


def limits_in_words(spec: Setting) -> str:
    """Return what a setting may be: "0 to 1", "above 0", the words to choose from; "" where anything may."""
    if isinstance(spec, Choice):
        return ", ".join(spec.options)
    if isinstance(spec, File):
        return ", ".join(spec.suffixes)
    if not isinstance(spec, Number | Integer):
        return ""
    low, high = spec.low, spec.high
    if isinstance(spec, Number) and spec.positive and not low:
        return "above 0" if high is None else f"above 0, at most {high:,g}"
    if low is not None and high is not None:
        return f"{low:,g} to {high:,g}" if abs(high) < 1e15 else f"at least {low:,g}"
    return f"at least {low:,g}" if low is not None else f"at most {high:,g}" if high is not None else ""


def value_in_words(value: object) -> str:
    """Return a setting's value as people write it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(value_in_words, value))}]" if value else "empty"
    return str(value) if value != "" else "empty"
