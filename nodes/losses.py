"""Losses: how far a prediction is from its target, as one number."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import operator
from nodes import layer_shapes, shapes
from nodes.casts import Value, inexact, kind_of

LOGITS = [[1.0, -2.0, 0.5], [0.25, 3.0, -1.5], [-1.0, 0.5, 2.0], [2.0, 1.0, 0.0]]
REVERSED = [[-1.0, 2.0, -0.5], [-0.25, -3.0, 1.5], [1.0, -0.5, -2.0], [-2.0, -1.0, 0.5]]


def log_softmax(x: Value) -> Value:
    """Return the logarithm of softmax along the last axis, shifted against overflow like activations.normalised."""
    shifted = x - np.ceil(np.max(x, axis=-1, keepdims=True))
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def softplus(x: Value) -> Value:
    """Return log(1 + exp(x)), accurate in both tails."""
    return np.logaddexp(0.0, x)


@operator(
    "losses.mse",
    "Mean squared error",
    shape=layer_shapes.pairwise_scalar("prediction", "target"),
    formula=r"\frac{1}{n}\sum_i (p_i - t_i)^2",
    partials={"prediction": r"\frac{2}{n}(p_i - t_i)", "target": r"-\frac{2}{n}(p_i - t_i)"},
    domain="both are real and of one shape",
    synonyms=("mse", "least squares", "l2 loss", "quadratic", "regression", "residual"),
    samples=(
        ([1.0, -2.0, 0.5], [0.5, 1.0, 2.0]),
        ([-1.0, 3.0, -0.5], [1.5, -1.0, -2.0]),
        (1.5, -0.5),
        ([[1.0, 2.0], [3.0, -4.0]], [[0.5, 2.5], [-1.0, 1.0]]),
        (onp.array([1.0, -2.0], "float32"), onp.array([0.5, 1.5], "float32")),
    ),
    sockets={"prediction": "what the model says", "target": "what it should say", "value": "the loss, a scalar"},
)
def mse(prediction: Value, target: Value) -> Value:
    """The mean of the squared differences between prediction and target, which must have one shape."""
    return np.mean(np.square(inexact(prediction) - target))


@operator(
    "losses.cross_entropy",
    "Cross entropy",
    shape=layer_shapes.labelled_scalar(),
    nondifferentiable=("labels",),
    formula=r"-\frac{1}{n}\sum_i \ln \mathrm{softmax}(x_i)_{t_i}",
    partials={"logits": r"\frac{1}{n}(\mathrm{softmax}(x_i)_j - [j = t_i])"},
    domain="labels are whole numbers from 0 to the number of classes less one; others give NaN",
    synonyms=("softmax loss", "log loss", "negative log likelihood", "nll", "classification"),
    samples=(
        (LOGITS, onp.array([0, 1, 2, 0])),
        (REVERSED, onp.array([2, 0, 1, 1])),
        ([900.0, 902.0, -900.0], onp.array(1)),
        ([LOGITS, REVERSED], onp.array([[0, 1, 2, 0], [1, 1, 0, 2]])),
        (onp.array(LOGITS, "float32"), onp.array([0, 2, 2, 1])),
    ),
    sockets={
        "logits": "scores: one row per example, one column per class",
        "labels": "the class of each example, counted from 0",
        "value": "the loss, a scalar",
    },
)
def cross_entropy(logits: Value, labels: Value) -> Value:
    """The mean of minus the logarithm of the probability that softmax gives the right class.

    Takes the scores themselves, not probabilities, so that nothing overflows or is rounded to 0. A label outside the
    classes makes the loss NaN.
    """
    classes = onp.arange(np.shape(logits)[-1])
    chosen = np.expand_dims(labels, -1) == classes
    likelihoods = np.sum(np.where(chosen, log_softmax(inexact(logits)), 0.0), axis=-1)
    return -np.mean(np.where(np.any(chosen, axis=-1), likelihoods, np.nan))


@operator(
    "losses.binary_cross_entropy",
    "Binary cross entropy",
    shape=layer_shapes.pairwise_scalar("logits", "targets"),
    formula=r"-\frac{1}{n}\sum_i \left( t_i \ln\sigma(x_i) + (1 - t_i)\ln(1 - \sigma(x_i)) \right)",
    partials={
        "logits": r"\frac{1}{n}(\sigma(x_i) - t_i)",
        "targets": r"-\frac{1}{n} x_i",
    },
    domain="both are real and of one shape; targets from 0 to 1",
    synonyms=("bce", "logistic loss", "log loss", "two classes", "classification"),
    samples=(
        ([1.0, -2.0, 0.5], [1.0, 0.0, 0.25]),
        ([-1.5, 3.0, -0.5], [0.0, 1.0, 0.75]),
        (2.5, 0.0),
        ([[40.0, -30.0], [3.0, -4.0]], [[1.0, 0.0], [0.5, 1.0]]),
        (onp.array([1.0, -2.0], "float32"), onp.array([0.5, 1.0], "float32")),
    ),
    sockets={
        "logits": "scores: positive for yes, negative for no",
        "targets": "1 for yes, 0 for no, or a probability",
        "value": "the loss, a scalar",
    },
)
def binary_cross_entropy(logits: Value, targets: Value) -> Value:
    """The mean of minus the logarithm of the probability that the sigmoid gives the right answer.

    Takes the scores themselves, not probabilities: nothing overflows, and right answers keep their small loss to all
    digits.
    """
    x = inexact(logits)
    yes, no = softplus(-x), softplus(x)
    if kind_of(targets) == "b":
        return np.mean(np.where(targets, yes, no))
    return np.mean(targets * yes + (1 - targets) * no)


@operator(
    "losses.accuracy",
    "Accuracy",
    shape=layer_shapes.labelled_scalar(dtype=shapes.double),
    nondifferentiable=("logits", "labels"),
    formula=r"\frac{1}{n}\sum_i [\mathrm{argmax}_j\, x_{ij} = t_i]",
    synonyms=("score", "correct", "right answers", "hit rate", "classification"),
    samples=(
        (LOGITS, onp.array([0, 1, 2, 1])),
        (REVERSED, onp.array([2, 0, 1, 1])),
        (onp.array(LOGITS, "float32"), onp.array([0, 2, 2, 1])),
    ),
    sockets={
        "logits": "scores: one row per example, one column per class",
        "labels": "the class of each example, counted from 0",
        "value": "the fraction that is right, from 0 to 1",
    },
)
def accuracy(logits: Value, labels: Value) -> Value:
    """The fraction of examples whose highest score is the right class.

    It is a count, so it has no derivative: train with Cross entropy.
    """
    return np.mean(inexact(np.argmax(logits, axis=-1) == labels))


OPERATORS = (mse, cross_entropy, binary_cross_entropy, accuracy)
