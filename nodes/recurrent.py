"""Recurrent cells: one step of a sequence, from an input and a state to the next state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Added, Operator, Sample, ShapeRule, operator
from engine.setting import Integer
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import layer_shapes, shapes
from nodes.activations import softened
from nodes.casts import Value, inexact

UNITS = Integer(8, low=1, high=100_000, help="How many numbers the state holds for each example.")


def _demands(gates: int) -> Callable[[Mapping[str, Type | None], Mapping[str, Any]], Mapping[str, Shape]]:
    """Return what a cell of so many gates demands of its parameters."""

    def demands(types: Mapping[str, Type | None], settings: Mapping[str, Any]) -> Mapping[str, Shape]:
        units, x = int(settings["units"]), types.get("x")
        known: dict[str, Shape] = {"recurrent": (units, gates * units), "bias": (gates * units,)}
        return {"weights": (x.shape[-1], gates * units), **known} if isinstance(x, ArrayType) and x.shape else known

    return demands


def _cell(gates: int, *states: str) -> ShapeRule:
    """Return the rule of a cell: x (..., features), states (..., units), parameters for so many gates."""
    names = ("x", *states, "weights", "recurrent", "bias")

    def rule(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
        found = dict(zip(names, (shapes.real(k, n) for k, n in zip(types, names, strict=True)), strict=True))
        x, state = found["x"], found[states[0]]
        for name in ("x", *states):
            if found[name].shape == ():
                raise ShapeError(f"{name} is a scalar: it takes one column per feature or unit", socket=name)
        units = state.shape[-1]
        wanted: dict[str, Shape] = dict.fromkeys(states, (*x.shape[:-1], units))
        wanted |= {
            "weights": (x.shape[-1], gates * units),
            "recurrent": (units, gates * units),
            "bias": (gates * units,),
        }
        for name, shape in wanted.items():
            if found[name].shape != shape:
                raise _unfit(name, found[name].shape, shape, x.shape, state.shape, states[0])
        dtype = layer_shapes.all_inexact([each.dtype for each in found.values()])
        return (ArrayType((*x.shape[:-1], units), dtype),) * len(states)

    return rule


def _unfit(name: str, given: Shape, wanted: Shape, x: Shape, state: Shape, called: str) -> ShapeError:
    axis = (
        f"axis {next(k for k, (m, n) in enumerate(zip(given, wanted, strict=True)) if m != n)} differs"
        if len(given) == len(wanted)
        else f"it takes {len(wanted)} {'axis' if len(wanted) == 1 else 'axes'}"
    )
    return ShapeError(
        f"{name} has shape {shape_text(given)} where x has shape {shape_text(x)} and {called} has shape "
        f"{shape_text(state)}: it must have shape {shape_text(wanted)}; {axis}",
        socket=name,
    )


def _adds() -> Mapping[str, Added]:
    return {
        "weights": Added("parameters.parameter", "weights", {"initial": "glorot_uniform", "shape": None}),
        "recurrent": Added("parameters.parameter", "recurrent", {"initial": "glorot_uniform", "shape": None}),
        "bias": Added("parameters.parameter", "bias", {"initial": "zeros", "shape": None}),
    }


def _samples(gates: int, states: int) -> tuple[Any, ...]:
    """Return samples of a cell: three examples, four features, two units; another set; one example; float32."""
    found = []
    for seed in (1, 2):
        random = onp.random.default_rng(seed)
        shaped = [(3, 4), *[(3, 2)] * states, (4, 2 * gates), (2, 2 * gates), (2 * gates,)]
        found.append(tuple(onp.round(random.normal(0, 0.7, shape), 2) for shape in shaped))
    first = found[0]
    one = (*(each[0] for each in first[: 1 + states]), *first[1 + states :])
    single = tuple(each.astype("float32") for each in found[1])
    return tuple(Sample(each, {"units": 2}) for each in (*found, one, single))


def _mixed(*arrays: Value) -> tuple[Value, ...]:
    """Return all of them, whole numbers and booleans as float64."""
    return tuple(map(inexact, arrays))


WEIGHED = {
    "x": "one row per example, one column per feature",
    "recurrent": "from the state: one row per unit",
    "bias": "one number per column of the weights",
}


@operator(
    "neural.rnn_cell",
    "RNN cell",
    outputs=("next",),
    shape=_cell(1, "state"),
    formula=r"\tanh(x\,W + h\,U + b)",
    partials={
        "x": r"g\,W^{\top},\quad g = \bar h'\,(1 - h'^2)",
        "state": r"g\,U^{\top}",
        "weights": r"x^{\top} g",
        "recurrent": r"h^{\top} g",
        "bias": r"\sum_i g_i",
    },
    domain="all are real",
    synonyms=("recurrent", "elman", "simple rnn", "sequence", "memory"),
    adds=_adds(),
    demands=_demands(1),
    samples=_samples(1, 1),
    sockets=WEIGHED
    | {
        "state": "what the cell remembers: one column per unit",
        "weights": "from x: one column per unit",
        "next": "the state after this step, which is also the output",
    },
)
def rnn_cell(x: Value, state: Value, weights: Value, recurrent: Value, bias: Value, *, units: Value = UNITS) -> Value:
    """One step of a simple recurrent network: the state, mixed with the input, through tanh. After Elman (1990)."""
    x, state, weights, recurrent, bias = _mixed(x, state, weights, recurrent, bias)
    return np.tanh(np.matmul(x, weights) + np.matmul(state, recurrent) + bias)


def _part(x: Value, number: int, units: int) -> Value:
    return x[..., number * units : (number + 1) * units]


@operator(
    "neural.gru_cell",
    "GRU cell",
    outputs=("next",),
    shape=_cell(3, "state"),
    formula=r"z\,h + (1 - z)\,\tanh(x W_n + r\,(h U_n) + b_n),\quad r = \sigma(x W_r + h U_r + b_r),\ "
    r"z = \sigma(x W_z + h U_z + b_z)",
    partials={
        "x": r"\sum_k g_k W_k^{\top}",
        "state": r"z\,\bar h' + \sum_k g_k U_k^{\top}",
        "weights": r"x^{\top} g",
        "recurrent": r"h^{\top} g",
        "bias": r"\sum_i g_i",
    },
    domain="all are real",
    synonyms=("gated recurrent unit", "recurrent", "sequence", "memory"),
    adds=_adds(),
    demands=_demands(3),
    samples=_samples(3, 1),
    sockets=WEIGHED
    | {
        "state": "what the cell remembers: one column per unit",
        "weights": "from x: three columns per unit, for reset, update and the new state",
        "next": "the state after this step, which is also the output",
    },
)
def gru_cell(x: Value, state: Value, weights: Value, recurrent: Value, bias: Value, *, units: Value = UNITS) -> Value:
    """One step of a gated recurrent unit: one gate says what of the state is kept, one what of it is looked at.

    The reset gate acts after the product with the recurrent weights. After Cho and others (2014).
    """
    x, state, weights, recurrent, bias = _mixed(x, state, weights, recurrent, bias)
    size = np.shape(state)[-1]
    given, kept = np.matmul(x, weights) + bias, np.matmul(state, recurrent)
    reset = softened(_part(given, 0, size) + _part(kept, 0, size))
    update = softened(_part(given, 1, size) + _part(kept, 1, size))
    fresh = np.tanh(_part(given, 2, size) + reset * _part(kept, 2, size))
    return fresh + update * (state - fresh)


@operator(
    "neural.lstm_cell",
    "LSTM cell",
    outputs=("next", "next_memory"),
    shape=_cell(4, "state", "memory"),
    formula=r"c' = f\,c + i\,\tanh(u_g),\quad h' = o\,\tanh(c'),\quad u = x W + h U + b,\ "
    r"i = \sigma(u_i),\ f = \sigma(u_f),\ o = \sigma(u_o)",
    partials={
        "x": r"g\,W^{\top},\quad g = \bar u",
        "state": r"g\,U^{\top}",
        "memory": r"f\,\bar c'",
        "weights": r"x^{\top} g",
        "recurrent": r"h^{\top} g",
        "bias": r"\sum_i g_i",
    },
    domain="all are real",
    synonyms=("long short-term memory", "recurrent", "sequence", "gates"),
    adds=_adds(),
    demands=_demands(4),
    samples=_samples(4, 2),
    sockets=WEIGHED
    | {
        "state": "what the cell gave last: one column per unit",
        "memory": "what the cell keeps: one column per unit",
        "weights": "from x: four columns per unit, for input, forget, new content and output",
        "next": "the output of this step",
        "next_memory": "what the cell keeps after this step",
    },
)
def lstm_cell(
    x: Value, state: Value, memory: Value, weights: Value, recurrent: Value, bias: Value, *, units: Value = UNITS
) -> tuple[Value, Value]:
    """One step of a long short-term memory: gates say what is kept, what is taken in and what is given out.

    A bias of 1 in the columns of the forget gate helps at the start. After Hochreiter and Schmidhuber (1997).
    """
    x, state, memory, weights, recurrent, bias = _mixed(x, state, memory, weights, recurrent, bias)
    size = np.shape(state)[-1]
    mixed = np.matmul(x, weights) + np.matmul(state, recurrent) + bias
    taken, kept, given = (softened(_part(mixed, number, size)) for number in (0, 1, 3))
    after = kept * memory + taken * np.tanh(_part(mixed, 2, size))
    return given * np.tanh(after), after


OPERATORS: tuple[Operator, ...] = (rnn_cell, gru_cell, lstm_cell)
