"""Losses of classes and distributions: hinge, Kullback-Leibler, log likelihood; and penalties on parameters."""

from __future__ import annotations

from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.setting import Slider
from engine.types import ArrayType, Type
from nodes import layer_shapes, shapes
from nodes.activations import rectified
from nodes.casts import Value, inexact
from nodes.losses import LOGITS, REVERSED, log_softmax
from nodes.regression_losses import rows_scalar

TARGETS = [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1], [0.25, 0.25, 0.5]]


@operator(
    "losses.hinge",
    "Hinge loss",
    shape=layer_shapes.pairwise_scalar("scores", "targets"),
    formula=r"\frac{1}{n}\sum_i \max(0,\ 1 - t_i\,s_i)",
    partials={
        "scores": r"-\frac{t_i}{n}\ (t_i s_i < 1),\ 0\ (t_i s_i\ge 1)",
        "targets": r"-\frac{s_i}{n}\ (t_i s_i < 1),\ 0\ (t_i s_i\ge 1)",
    },
    domain="both are real and of one shape; targets are -1 or 1",
    synonyms=("support vector machine", "svm", "maximum margin", "classification"),
    samples=(
        ([2.0, 0.3, -1.5, -0.2], [1.0, 1.0, -1.0, 1.0]),
        ([-2.0, 0.6, 1.5, -0.2], [1.0, 1.0, 1.0, -1.0]),
        (0.5, 1.0),
        (onp.array([2.0, 0.3], "float32"), onp.array([1.0, -1.0], "float32")),
    ),
    sockets={
        "scores": "positive for yes, negative for no",
        "targets": "1 for yes, -1 for no",
        "value": "the loss, a scalar",
    },
)
def hinge(scores: Value, targets: Value) -> Value:
    """How far each score falls short of 1 on its right side, averaged; scores beyond it cost nothing."""
    return np.mean(rectified(1.0 - targets * inexact(scores)))


@operator(
    "losses.kl_divergence",
    "KL divergence",
    shape=rows_scalar("logits", "targets"),
    formula=r"\frac{1}{n}\sum_i\sum_j t_{ij}\left(\ln t_{ij} - \ln\mathrm{softmax}(x_i)_j\right)",
    partials={
        "logits": r"\frac{1}{n}\left(\mathrm{softmax}(x_i)_j\,\sum_k t_{ik} - t_{ij}\right)",
        "targets": r"\frac{1}{n}\left(\ln t_{ij} + 1 - \ln\mathrm{softmax}(x_i)_j\right)",
    },
    domain="targets are probabilities, 0 or more; where one is 0 its term is 0",
    synonyms=("kullback leibler", "relative entropy", "distillation", "soft labels", "distribution"),
    samples=(
        (LOGITS, TARGETS),
        (REVERSED, TARGETS[::-1]),
        ([1.0, -2.0, 0.5], TARGETS[0]),
        (onp.array(LOGITS, "float32"), onp.array(TARGETS, "float32")),
    ),
    sockets={
        "logits": "scores: one row per example, one column per class",
        "targets": "the probabilities each row should have",
        "value": "the loss, a scalar",
    },
)
def kl_divergence(logits: Value, targets: Value) -> Value:
    """How far the probabilities that softmax gives are from those of the targets, averaged over the rows.

    0 where they are equal. Takes the scores themselves, so that nothing overflows or is rounded to 0.
    """
    targets = inexact(targets)
    some = targets != 0.0
    surprise = np.where(some, np.log(np.where(some, targets, 1.0)), 0.0) - log_softmax(inexact(logits))
    return np.mean(np.sum(targets * surprise, axis=-1))


@operator(
    "losses.nll",
    "Negative log likelihood",
    shape=layer_shapes.labelled_scalar(first="log_probabilities"),
    nondifferentiable=("labels",),
    formula=r"-\frac{1}{n}\sum_i \ell_{i t_i}",
    partials={"log_probabilities": r"-\frac{1}{n}[j = t_i]"},
    domain="labels are whole numbers from 0 to the number of classes less one; others give NaN",
    synonyms=("nll", "log loss", "classification"),
    samples=(
        (LOGITS, onp.array([0, 1, 2, 0])),
        (REVERSED, onp.array([2, 0, 1, 1])),
        ([-0.5, -1.5, -2.0], onp.array(1)),
        (onp.array(LOGITS, "float32"), onp.array([0, 2, 2, 1])),
    ),
    sockets={
        "log_probabilities": "logarithms of probabilities: one row per example, one column per class",
        "labels": "the class of each example, counted from 0",
        "value": "the loss, a scalar",
    },
)
def nll(log_probabilities: Value, labels: Value) -> Value:
    """Minus the mean logarithm of the probability given to the right class.

    For what Log softmax gives; Cross entropy does both at once. A label outside the classes makes the loss NaN.
    """
    classes = onp.arange(np.shape(log_probabilities)[-1])
    chosen = np.expand_dims(labels, -1) == classes
    likelihoods = np.sum(np.where(chosen, inexact(log_probabilities), 0.0), axis=-1)
    return -np.mean(np.where(np.any(chosen, axis=-1), likelihoods, np.nan))


# ----- penalties -----


def penalty(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """A scalar out of any real arrays."""
    found = [shapes.real(kind, f"xs.{number}") for number, kind in enumerate(types)]
    return (ArrayType((), shapes.common_dtype(shapes.inexact, found, False)),)


VALUES = (
    ([1.0, -2.0, 0.5],),
    ([-1.5, 0.25, 3.0],),
    ([[1.0, -2.0], [3.0, 0.5]], [0.5, -1.5]),
    (onp.array([0.5, -1.5], "float32"),),
)
STRENGTH = Slider(0.01, low=0.0, high=100.0, help="What the penalty is multiplied by.")
PENALISED = {"xs": "parameters, of any shapes", "value": "the penalty, to be added to a loss"}


def _total(terms: Sequence[Value]) -> Value:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


@operator(
    "losses.l1_penalty",
    "L1 penalty",
    shape=penalty,
    formula=r"\lambda \sum_i |x_i|",
    partials={"xs": r"\lambda\,\mathrm{sign}(x_i)"},
    domain="all are real",
    synonyms=("lasso", "regularisation", "sparse", "absolute"),
    samples=(*VALUES, Sample(VALUES[0], {"strength": 2.0}), Sample(VALUES[1], {"strength": 2.0})),
    sockets=PENALISED,
)
def l1_penalty(*xs: Value, strength: Value = STRENGTH) -> Value:
    """The sum of the sizes of all entries, times a strength: draws parameters to 0, many exactly.

    At 0 the derivative is taken as 0.
    """
    return strength * _total([np.sum(np.abs(inexact(x))) for x in xs])


@operator(
    "losses.l2_penalty",
    "L2 penalty",
    shape=penalty,
    formula=r"\frac{\lambda}{2} \sum_i x_i^2",
    partials={"xs": r"\lambda\,x_i"},
    domain="all are real",
    synonyms=("ridge", "weight decay", "regularisation", "tikhonov", "squares"),
    samples=(*VALUES, Sample(VALUES[0], {"strength": 2.0}), Sample(VALUES[1], {"strength": 2.0})),
    sockets=PENALISED,
)
def l2_penalty(*xs: Value, strength: Value = STRENGTH) -> Value:
    """Half the sum of the squares of all entries, times a strength: keeps parameters small."""
    return strength * (0.5 * _total([np.sum(np.square(inexact(x))) for x in xs]))


@operator(
    "losses.elastic_penalty",
    "Elastic penalty",
    shape=penalty,
    formula=r"\lambda \sum_i \left(r\,|x_i| + \frac{1 - r}{2}\,x_i^2\right)",
    partials={"xs": r"\lambda\left(r\,\mathrm{sign}(x_i) + (1 - r)\,x_i\right)"},
    domain="all are real",
    synonyms=("elastic net", "regularisation", "lasso", "ridge"),
    samples=(
        *VALUES,
        Sample(VALUES[0], {"strength": 2.0, "ratio": 0.8}),
        Sample(VALUES[1], {"strength": 2.0, "ratio": 0.8}),
    ),
    sockets=PENALISED,
)
def elastic_penalty(
    *xs: Value,
    strength: Value = STRENGTH,
    ratio: Value = Slider(0.5, low=0.0, high=1.0, help="How much of it is L1; the rest is L2."),
) -> Value:
    """A blend of the L1 and the L2 penalty, times a strength. After Zou and Hastie (2005)."""
    sizes = _total([np.sum(np.abs(inexact(x))) for x in xs])
    squares = _total([np.sum(np.square(inexact(x))) for x in xs])
    return strength * (ratio * sizes + 0.5 * (1.0 - ratio) * squares)


OPERATORS = (hinge, kl_divergence, nll, l1_penalty, l2_penalty, elastic_penalty)
