"""Metrics next to SciPy and to counting by hand, and where they have no answer."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from engine.errors import ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests.nodes.test_numerics import call

RANDOM = np.random.default_rng(6)
SCORES = np.round(RANDOM.normal(size=200), 1)  # with ties
TRUE = (SCORES + RANDOM.normal(size=200) > 0.3) * 1.0
LOGITS = RANDOM.normal(size=(50, 4))
LABELS = RANDOM.integers(0, 4, 50)


def test_the_area_is_mann_and_whitneys_statistic() -> None:
    statistic = scipy.stats.mannwhitneyu(SCORES[TRUE == 1], SCORES[TRUE == 0]).statistic
    wanted = statistic / (np.sum(TRUE == 1) * np.sum(TRUE == 0))
    assert call("losses.auc", SCORES, TRUE) == pytest.approx(wanted, rel=1e-14)
    assert call("losses.auc", SCORES, TRUE == 1) == pytest.approx(wanted, rel=1e-14)
    assert call("losses.auc", SCORES.reshape(20, 10), TRUE.reshape(20, 10)) == pytest.approx(wanted, rel=1e-14)


def test_the_area_of_perfect_reversed_and_constant_scores() -> None:
    assert call("losses.auc", TRUE, TRUE) == 1.0
    assert call("losses.auc", -TRUE, TRUE) == 0.0
    assert call("losses.auc", np.zeros(200), TRUE) == 0.5


def test_r_squared_is_the_squared_correlation_of_a_fitted_line() -> None:
    x, y = RANDOM.normal(size=(2, 40))
    line = scipy.stats.linregress(x, y)
    fitted = line.slope * x + line.intercept
    assert call("losses.r2", fitted, y) == pytest.approx(line.rvalue**2, rel=1e-12)
    assert call("losses.r2", np.full(40, y.mean()), y) == pytest.approx(0.0, abs=1e-15)
    assert call("losses.rmse", fitted, y) == pytest.approx(np.linalg.norm(fitted - y) / np.sqrt(40), rel=1e-14)


def test_the_confusion_matrix_counts() -> None:
    wanted = np.zeros((4, 4), int)
    for row, label in zip(LOGITS, LABELS, strict=True):
        wanted[label, list(row).index(max(row))] += 1
    assert call("losses.confusion_matrix", LOGITS, LABELS).tolist() == wanted.tolist()
    outside = call("losses.confusion_matrix", LOGITS, np.where(LABELS == 0, 9, LABELS))
    assert outside.sum() == np.sum(LABELS != 0)


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_precision_recall_and_f1_count(threshold: float) -> None:
    said, true = threshold < SCORES, TRUE == 1
    right = np.sum(said & true)
    found = {name: call(f"losses.{name}", SCORES, TRUE, threshold=threshold) for name in ("precision", "recall", "f1")}
    assert found["precision"] == right / said.sum()
    assert found["recall"] == right / true.sum()
    assert found["f1"] == pytest.approx(scipy.stats.hmean([found["precision"], found["recall"]]), rel=1e-14)


def test_where_there_is_no_answer_they_say_nan() -> None:
    none = np.zeros(5)
    with np.errstate(all="ignore"):
        assert np.isnan(call("losses.auc", np.arange(5.0), none))
        assert np.isnan(call("losses.precision", none - 1, none))
        assert np.isnan(call("losses.recall", none, none))
        assert np.isnan(call("losses.r2", none, none))


def test_refusals_name_both_shapes() -> None:
    with pytest.raises(ShapeError, match=r"scores has shape \(5,\) and targets has shape \(5, 1\)"):
        LIBRARY["losses.auc"].shape([ArrayType((5,)), ArrayType((5, 1))], {})
    with pytest.raises(ShapeError, match=r"labels must have shape \(5,\)"):
        LIBRARY["losses.confusion_matrix"].shape([ArrayType((5, 3)), ArrayType((4,), "int64")], {})
    with pytest.raises(ShapeError, match=r"logits has shape \(3,\): it takes one row per example"):
        LIBRARY["losses.confusion_matrix"].shape([ArrayType((3,)), ArrayType((), "int64")], {})
