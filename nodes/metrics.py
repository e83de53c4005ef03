"""Metrics: how good a model is, told in numbers that have no derivative."""

from __future__ import annotations

from collections.abc import Sequence

import autograd.numpy as np
import numpy as onp

from engine.errors import ShapeError
from engine.operator import Sample, operator
from engine.setting import Number
from engine.types import ArrayType, Type, shape_text
from nodes import layer_shapes, shapes
from nodes.casts import Value, inexact
from nodes.losses import LOGITS, REVERSED
from nodes.regression_losses import PAIRS, SOCKETS

JUDGED = (
    ([2.0, -0.3, 1.5, -0.2, 0.4], [1.0, 0.0, 0.0, 1.0, 1.0]),
    ([-1.0, 0.7, 1.5, 0.2, -0.4], [0.0, 1.0, 1.0, 0.0, 1.0]),
    ([2.0, 0.5, 0.5, -0.2], onp.array([True, False, True, False])),
    (onp.array([2.0, 0.3, -1.0], "float32"), onp.array([1.0, 0.0, 1.0], "float32")),
)
"""Samples of scores and truths: every kind of right and wrong, and ties."""

JUDGED_SOCKETS = {
    "scores": "positive for yes, negative for no",
    "targets": "1 for yes, 0 for no",
    "value": "from 0 to 1",
}
DOMAIN = "targets are 0 or 1"


def judged(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """One float64 out of scores and targets of one shape."""
    (_,) = layer_shapes.pairwise_scalar("scores", "targets")(types, settings)
    return (ArrayType(),)


def compared(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """One float64 out of a prediction and a target of one shape."""
    (_,) = layer_shapes.pairwise_scalar("prediction", "target")(types, settings)
    return (ArrayType(),)


def _double(x: Value) -> Value:
    return inexact(x).astype("float64")


@operator(
    "losses.rmse",
    "Root mean squared error",
    shape=compared,
    nondifferentiable=("prediction", "target"),
    formula=r"\sqrt{\frac{1}{n}\sum_i (p_i - t_i)^2}",
    domain="both are real and of one shape",
    synonyms=("rmse", "standard error", "metric", "regression", "score"),
    samples=PAIRS,
    sockets=SOCKETS | {"value": "the typical size of a difference, in the target's unit"},
)
def rmse(prediction: Value, target: Value) -> Value:
    """The root of the mean squared difference. A metric, without derivative: train with Mean squared error."""
    return np.sqrt(np.mean(np.square(_double(prediction) - target)))


@operator(
    "losses.r2",
    "R squared",
    shape=compared,
    nondifferentiable=("prediction", "target"),
    formula=r"1 - \frac{\sum_i (t_i - p_i)^2}{\sum_i (t_i - \bar t)^2}",
    domain="both are real and of one shape; NaN or minus infinity where all targets are equal",
    synonyms=("coefficient of determination", "explained variance", "metric", "regression", "score"),
    samples=(*PAIRS[:2], *PAIRS[3:]),
    sockets=SOCKETS | {"value": "1 where all is explained, 0 for no better than the mean, less for worse"},
)
def r2(prediction: Value, target: Value) -> Value:
    """How much of the targets' variance the prediction explains. A metric, without derivative."""
    target = _double(target)
    left = np.sum(np.square(target - prediction))
    return 1.0 - left / np.sum(np.square(target - np.mean(target)))


def confused(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    """(classes, classes) whole numbers out of logits (..., classes) and labels (...)."""
    logits, labels = shapes.real(types[0], "logits"), shapes.array(types[1], "labels")
    layer_shapes.require_labels(logits, labels)
    if len(logits.shape) < 2:
        raise ShapeError(
            f"logits has shape {shape_text(logits.shape)}: it takes one row per example and one column per class",
            socket="logits",
        )
    return (ArrayType(logits.shape[-1:] * 2, "int64"),)


@operator(
    "losses.confusion_matrix",
    "Confusion matrix",
    shape=confused,
    nondifferentiable=("logits", "labels"),
    formula=r"c_{jk} = \sum_i [t_i = j]\,[\mathrm{argmax}_m\, x_{im} = k]",
    domain="labels are whole numbers from 0 to the number of classes less one; others are not counted",
    synonyms=("contingency table", "error matrix", "metric", "classification"),
    samples=(
        (LOGITS, onp.array([0, 1, 2, 1])),
        (REVERSED, onp.array([2, 0, 1, 1])),
        ([LOGITS, REVERSED], onp.array([[0, 1, 2, 0], [1, 1, 0, 2]])),
        (onp.array(LOGITS, "float32"), onp.array([0, 2, 2, 1])),
    ),
    sockets={
        "logits": "scores: one row per example, one column per class",
        "labels": "the class of each example, counted from 0",
        "value": "counts: one row per true class, one column per class given",
    },
)
def confusion_matrix(logits: Value, labels: Value) -> Value:
    """How often each true class (row) was taken for each class (column). Counts, without derivative."""
    count = np.shape(logits)[-1]
    classes = onp.arange(count)
    true = np.reshape(np.expand_dims(labels, -1) == classes, (-1, count)) * 1
    given = np.reshape(np.expand_dims(np.argmax(logits, axis=-1), -1) == classes, (-1, count)) * 1
    return np.matmul(np.transpose(true), given)


THRESHOLD = Number(0.0, help="Scores above it count as yes; 0.5 where the scores are probabilities.")


def _counts(scores: Value, targets: Value, threshold: Value) -> tuple[Value, Value, Value]:
    """Return how many are right among those said, how many are said, how many are true, as float64."""
    said, true = _double((scores > threshold) * 1), _double(targets)
    return np.sum(said * true), np.sum(said), np.sum(true)


@operator(
    "losses.precision",
    "Precision",
    shape=judged,
    nondifferentiable=("scores", "targets"),
    formula=r"\frac{\text{right yes}}{\text{all said yes}}",
    domain=f"{DOMAIN}; NaN where nothing is said to be yes",
    synonyms=("positive predictive value", "metric", "classification", "score"),
    samples=(*JUDGED, Sample(JUDGED[0], {"threshold": 0.3}), Sample(JUDGED[1], {"threshold": 0.3})),
    sockets=JUDGED_SOCKETS,
)
def precision(scores: Value, targets: Value, *, threshold: Value = THRESHOLD) -> Value:
    """How many of those said to be yes are. A metric, without derivative."""
    right, said, _ = _counts(scores, targets, threshold)
    return right / said


@operator(
    "losses.recall",
    "Recall",
    shape=judged,
    nondifferentiable=("scores", "targets"),
    formula=r"\frac{\text{right yes}}{\text{all true}}",
    domain=f"{DOMAIN}; NaN where nothing is true",
    synonyms=("sensitivity", "true positive rate", "metric", "classification", "score"),
    samples=(*JUDGED, Sample(JUDGED[0], {"threshold": 0.3}), Sample(JUDGED[1], {"threshold": 0.3})),
    sockets=JUDGED_SOCKETS,
)
def recall(scores: Value, targets: Value, *, threshold: Value = THRESHOLD) -> Value:
    """How many of those that are yes are found. A metric, without derivative."""
    right, _, true = _counts(scores, targets, threshold)
    return right / true


@operator(
    "losses.f1",
    "F1 score",
    shape=judged,
    nondifferentiable=("scores", "targets"),
    formula=r"\frac{2\,\text{right yes}}{\text{all said yes} + \text{all true}}",
    domain=f"{DOMAIN}; NaN where nothing is true and nothing said",
    synonyms=("f measure", "dice", "metric", "classification"),
    samples=(*JUDGED, Sample(JUDGED[0], {"threshold": 0.3}), Sample(JUDGED[1], {"threshold": 0.3})),
    sockets=JUDGED_SOCKETS,
)
def f1(scores: Value, targets: Value, *, threshold: Value = THRESHOLD) -> Value:
    """The harmonic mean of precision and recall. A metric, without derivative."""
    right, said, true = _counts(scores, targets, threshold)
    return 2.0 * right / (said + true)


@operator(
    "losses.auc",
    "Area under the curve",
    shape=judged,
    nondifferentiable=("scores", "targets"),
    formula=r"\frac{1}{n_1 n_0}\sum_{i:t_i=1}\ \sum_{j:t_j=0} \left([s_i > s_j] + \frac{[s_i = s_j]}{2}\right)",
    domain=f"{DOMAIN}; NaN where all targets are equal",
    synonyms=("auc", "roc", "ranking", "mann whitney", "metric", "classification", "score"),
    samples=JUDGED,
    sockets=JUDGED_SOCKETS | {"value": "1 where every yes scores above every no, 0.5 for guessing"},
)
def auc(scores: Value, targets: Value) -> Value:
    """The chance that some yes scores above some no (a tie is half of it): the area under the ROC curve.

    From the ranks of the scores, in the time of a sort. A metric, without derivative.
    """
    flat, true = np.reshape(_double(scores), (-1,)), np.reshape(_double(targets), (-1,))
    ordered = np.sort(flat)
    ranks = 0.5 * (np.searchsorted(ordered, flat, "left") + np.searchsorted(ordered, flat, "right") + 1)
    yes = np.sum(true)
    no = np.sum(1.0 - true)
    return (np.sum(ranks * true) - 0.5 * yes * (yes + 1.0)) / (yes * no)


OPERATORS = (rmse, r2, confusion_matrix, precision, recall, f1, auc)
