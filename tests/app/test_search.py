"""What people type finds the operator they mean, among the first three of the palette."""

from __future__ import annotations

import re

import pytest

from app import templates
from app.panels.palette import rows
from app.search import distance, ranked, score
from engine.operator import Library
from nodes.library import LIBRARY

PHRASES = {
    "matmul": "linear_algebra.matmul", "dot": "linear_algebra.matmul", "@": "linear_algebra.matmul",
    "matrix product": "linear_algebra.matmul", "fully connected": "neural.dense", "linear layer": "neural.dense",
    "perceptron": "neural.dense", "conv2d": "signal.correlate_2d", "cnn": "signal.correlate_2d",
    "deconvolution": "signal.transposed_convolution_2d", "lstm": "neural.lstm_cell", "gru": "neural.gru_cell",
    "rnn": "neural.rnn_cell", "transformer": "neural.attention", "self attention": "neural.multi_head_attention",
    "batchnorm": "neural.batch_norm", "layernorm": "neural.layer_norm", "dropout": "random.dropout",
    "word vectors": "neural.embedding", "one hot": "neural.one_hot", "skip connection": "neural.residual",
    "max pooling": "signal.max_pool_2d", "relu6": "elementwise.clip", "swish": "activations.silu",
    "logistic": "activations.sigmoid", "expit": "activations.sigmoid", "+": "elementwise.add",
    "plus": "elementwise.add", "minus": "elementwise.subtract", "times": "elementwise.multiply",
    "hadamard": "elementwise.multiply", "**": "elementwise.power", "exponent": "elementwise.power",
    "ln": "elementwise.log", "sqrt": "elementwise.sqrt", "abs": "elementwise.abs", "mod": "elementwise.remainder",
    "ternary": "elementwise.where", "select": "elementwise.where", "clamp": "elementwise.clip",
    "erf": "elementwise.erf", "lgamma": "elementwise.log_gamma", "cumsum": "reductions.cumulative_sum",
    "average": "reductions.mean", "std": "reductions.deviation", "max": "reductions.max",
    "argmax": "reductions.argmax", "logsumexp": "reductions.logsumexp", "concat": "shape.concatenate",
    "vstack": "shape.stack", "permute": "shape.swap_axes", "flatten": "shape.flatten", "squeeze": "shape.squeeze",
    "unsqueeze": "shape.expand_dims", "index": "shape.take", "inv": "linear_algebra.inverse",
    "svd": "linear_algebra.svd", "eigenvalues": "linear_algebra.eigh", "det": "linear_algebra.determinant",
    "linear system": "linear_algebra.solve", "fft": "signal.fft", "mse": "losses.mse", "l2 loss": "losses.mse",
    "rmse": "losses.rmse", "mae": "losses.mae", "cross entropy": "losses.cross_entropy",
    "log loss": "losses.binary_cross_entropy", "bce": "losses.binary_cross_entropy", "kl": "losses.kl_divergence",
    "svm": "losses.hinge", "accuracy": "losses.accuracy", "roc": "losses.auc", "weight decay": "losses.l2_penalty",
    "lasso": "losses.l1_penalty", "detach": "gradients.stop", "reparameterization": "probability.normal_sample",
    "gaussian": "probability.normal_log_density", "sgd": "optimizers.optimizer", "adam": "optimizers.optimizer",
    "train": "optimizers.optimizer", "csv": "inputs.table", "weights": "parameters.parameter",
    "variable": "parameters.parameter", "linspace": "inputs.linspace", "minibatch": "inputs.minibatch",
    "scatter plot": "views.scatter_fit", "heatmap": "views.heat_map", "quiver": "views.vector_field",
    "confusion matrix": "views.confusion_matrix", "print": "views.probe", "normalize": "inputs.standardise",
    "regularization": "losses.l2_penalty", "checkpoint": "optimizers.optimizer", "sofmax": "activations.softmax",
    "mtml": "linear_algebra.matmul", "multipy": "elementwise.multiply", "transposd": "shape.transpose",
}  # fmt: skip


@pytest.mark.parametrize(("phrase", "wanted"), PHRASES.items(), ids=PHRASES.keys())
def test_a_phrase_finds_its_operator_among_the_first_three(phrase: str, wanted: str) -> None:
    found = [row.operator.id for row in rows(LIBRARY, phrase) if row.operator]
    assert wanted in found[:3]


def ours(word: str) -> str:
    """Return a word in the spelling of the library."""
    return re.sub(r"(al|im|ar)iz", r"\1is", word.casefold()).replace("color", "colour")


@pytest.mark.parametrize("declared", LIBRARY.values(), ids=lambda declared: declared.id)
def test_every_operator_is_found_first_by_its_title_and_among_others_by_every_synonym(declared) -> None:
    same = {each.id for each in LIBRARY.values() if each.title == declared.title}
    assert rows(LIBRARY, declared.title)[0].operator.id in same
    for synonym in declared.synonyms:
        one = ours(synonym)
        named = sum(one in map(ours, each.synonyms) for each in LIBRARY.values())
        found = [row.operator.id for row in rows(LIBRARY, synonym) if row.operator]
        # Before it stand at most operators called so by title or id, and those that share the synonym.
        titles = sum(synonym.casefold() in (each.title.casefold(), each.short) for each in LIBRARY.values())
        assert found.index(declared.id) < named + titles


def test_a_whole_synonym_comes_after_the_name_and_before_all_else() -> None:
    items = [(1, "Dotted line", ""), (2, "Product", "dot\nmatrix"), (3, "Dot", ""), (4, "Other", "dot product")]
    assert ranked("dot", items) == [3, 2, 1, 4]
    assert score("Fully  Connected", "Dense", "linear\nfully connected") == 1
    assert score("product dot", "Other", "dot product") is not None
    assert score("missing", "Other", "dot product") is None


FIRST = {
    "standardize": "inputs.standardise", "schedule": "optimizers.optimizer", "learning rate": "optimizers.optimizer",
    "max(x, 0)": "activations.relu", "1/(1+exp(-x))": "activations.sigmoid",
    "exp(x)": "elementwise.exp", "logistic regression": "template.logistic_regression", "iris": "data_set.iris",
    "mnist": "data_set.digits", "wine": "data_set.wine", "training loop": "template.training_loop",
}  # fmt: skip


@pytest.mark.parametrize(("phrase", "wanted"), FIRST.items(), ids=FIRST.keys())
def test_a_phrase_formula_template_or_data_set_is_found_first(phrase: str, wanted: str) -> None:
    whole = Library([*LIBRARY.values(), *templates.entries(LIBRARY)])
    found = [row.operator.id for row in rows(whole, phrase) if row.operator]
    assert found[:1] == [wanted]


def test_words_that_are_nothing_alike_are_not_found() -> None:
    assert not [row for row in rows(LIBRARY, "qqqqzzzz") if row.operator]
    assert not [row for row in rows(LIBRARY, "sofmax helicopter") if row.operator]


def test_slips_are_counted_as_damerau_and_levenshtein_did() -> None:
    pairs = {("ca", "abc"): 3, ("guassian", "gaussian"): 1, ("kitten", "sitting"): 3, ("", "ab"): 2, ("a", "a"): 0}
    for (one, other), slips in pairs.items():
        assert distance(one, other, 9) == slips
    assert distance("kitten", "sitting", 2) == 3
