"""Every sample through every approach: the same gradient, at the start and at values of the parameters far from it."""

import numpy as np
import pytest

from engine.autodiff.names import APPROACHES
from engine.compare import AGREEMENT, MOST_PASSES
from engine.evaluate import gradient
from tests.samples.opened import SAMPLES, sample

STEMS = [path.stem for path in SAMPLES]
PASSES = min(MOST_PASSES, 400)
"""Most numbers of the parameters for which the forward approach is run: one pass for each."""


@pytest.mark.parametrize("stem", STEMS)
def test_all_approaches_agree(stem):
    prepared = sample(stem).prepare(start="initial")
    random = np.random.default_rng(5)
    elsewhere = {
        id: value if value.dtype.kind != "f" else value + 0.1 * random.normal(size=value.shape).astype(value.dtype)
        for id, value in prepared.parameters.items()
    }
    size = sum(value.size for value in prepared.parameters.values())
    plan = prepared.plans[0]
    for parameters in (None, elsewhere):
        found = {
            each: gradient(prepared, parameters, optimizer=plan.id, approach=each).gradients
            for each in APPROACHES
            if each != "forward" or size <= PASSES
        }
        tape = found.pop("tape")
        norm = np.sqrt(sum(float(np.sum(np.abs(each) ** 2)) for each in tape.values()))
        single = any(each.dtype.name == "float32" for each in tape.values())
        assert np.isfinite(norm)
        for approach, gradients in found.items():
            gap = np.sqrt(sum(float(np.sum(np.abs(gradients[id] - tape[id]) ** 2)) for id in tape))
            assert gap <= (1e-5 if single else AGREEMENT) * norm, f"{approach}: {gap / norm:.1e}"
