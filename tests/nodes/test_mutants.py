"""The gradient test is measured: of derivatives made wrong on purpose it has to find at least 95 in a hundred."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.library import LIBRARY
from tests import sizes
from tests.engine.operator_checks import check_operator
from tests.nodes.mutants import Mutant, _operator_mutant, moved_inputs, mutants

CAUGHT = 0.95


def chosen(all_of_them: list[Mutant], count: int) -> list[Mutant]:
    """Return `count` mutants (0: all), evenly spread and always the same."""
    if not count or count >= len(all_of_them):
        return all_of_them
    return [all_of_them[k] for k in np.linspace(0, len(all_of_them) - 1, count).round().astype(int)]


def test_wrong_derivatives_are_caught() -> None:
    everything = mutants()
    assert len(everything) > 1000
    tried = chosen(everything, sizes.count("mutants"))
    survivors = [mutant.name for mutant in tried if not mutant.caught()]
    share = 1 - len(survivors) / len(tried)
    print(f"\n{len(tried) - len(survivors)} of {len(tried)} wrong derivatives caught ({share:.1%}); survivors:")
    print("\n".join(f"  {name}" for name in survivors))
    assert share >= CAUGHT, survivors


@pytest.mark.parametrize(
    "id", ["elementwise.multiply", "linear_algebra.svd", "neural.dense", "reductions.norm", "signal.correlate_1d",
           "neural.batch_norm", "random.dropout", "elementwise.complex"],
)  # fmt: skip
def test_a_mutant_without_a_change_is_not_caught(id: str) -> None:
    """The way a mutant is made is no fault: with its own derivatives the operator passes."""
    assert moved_inputs(id)
    same = _operator_mutant(LIBRARY[id], "nothing", lambda x: x, None)
    assert not same.caught()
    check_operator(LIBRARY[id])
