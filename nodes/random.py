"""Random operators. Their numbers follow from the seed, the node and the step, so every run can be repeated."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine import random_bits
from engine.operator import Kind, Sample, operator
from engine.setting import Slider
from nodes import shapes
from nodes.casts import Value, inexact

SAMPLES = (
    ([1.0, -2.0, 0.5, 3.0, -0.25, 1.5],),
    ([-1.0, 2.0, -0.5, -3.0, 0.25, -1.5],),
    (2.5,),
    ([[0.5, -1.5], [-0.25, 2.0]],),
    (onp.array([0.5, -1.5, 2.0], "float32"),),
)


@operator(
    "random.noise",
    "Noise",
    kind=Kind.RANDOM,
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"x + s\,\epsilon,\quad \epsilon \sim \mathcal{N}(0, 1)",
    partials={"x": r"1"},
    domain="x is real",
    synonyms=("gaussian", "normal", "jitter", "random", "perturb"),
    samples=(*SAMPLES, Sample(SAMPLES[0], {"scale": 0.1})),
    sockets={"x": "a number or array", "value": "x with noise in training, x itself in evaluation"},
)
def noise(
    key: Value,
    x: Value,
    *,
    train: bool,
    scale: Value = Slider(1.0, low=0.0, high=10.0, help="The standard deviation of the noise."),
) -> Value:
    """Adds normal noise to x in training, fresh at every step; passes x through in evaluation."""
    x = inexact(x)
    return x + scale * random_bits.normal(key, np.shape(x), np.result_type(x).name) if train else x


@operator(
    "random.dropout",
    "Dropout",
    kind=Kind.RANDOM,
    shape=shapes.elementwise("x", dtype=shapes.inexact, real_only=True),
    formula=r"\frac{m}{1 - p}\,x,\quad m \sim \mathrm{Bernoulli}(1 - p)",
    partials={"x": r"\frac{m}{1 - p}"},
    domain="x is real",
    synonyms=("mask", "regularise", "bernoulli", "random"),
    samples=(*SAMPLES, Sample(SAMPLES[0], {"rate": 0.7})),
    sockets={"x": "a number or array", "value": "x with some elements set to 0 in training, x itself in evaluation"},
)
def dropout(
    key: Value,
    x: Value,
    *,
    train: bool,
    rate: Value = Slider(0.5, low=0.0, high=0.999, help="The fraction p of elements set to 0."),
) -> Value:
    """Sets elements of x to 0 at random in training and raises the others to keep the mean; in evaluation gives x."""
    x = inexact(x)
    if not train:
        return x
    return np.where(random_bits.uniform(key, np.shape(x)) >= rate, x / (1 - rate), 0.0)


OPERATORS = (noise, dropout)
