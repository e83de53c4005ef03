"""The figures of the physics samples."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.nodes.test_quantum import string
from tests.samples.opened import notes, sample


def test_the_quantum_eigensolver_finds_the_lowest_eigenvalue():
    pairs = [*pairwise(range(4)), (3, 0)]
    energy = sum(
        0.25 * string("".join(letter if k in pair else "I" for k in range(4))) for pair in pairs for letter in "XYZ"
    )
    lowest = np.linalg.eigvalsh(energy)[0]
    assert lowest == pytest.approx(-2.0, abs=1e-12)
    open_chain = energy - sum(0.25 * string(f"{letter}II{letter}") for letter in "XYZ")
    assert np.linalg.eigvalsh(open_chain)[0] == pytest.approx(-1.6160254, abs=1e-7)
    run = sample("quantum").run()
    assert run.steps == 200
    assert abs(run.loss - lowest) < 1e-2
    assert "Reached: E = −2 to within 0.01" in notes("quantum")
