"""Recording steps in the process that answers questions: where a run stands, earlier steps, a micro-step whole."""

from __future__ import annotations

import numpy as np
import pytest

from app.worker.messages import pack_kept
from app.worker.stepped import Wish
from app.worker.tracing import Tracer, told
from engine.errors import GradwireError
from engine.trace.record import at_kept, record
from engine.training import Trainer
from tests.engine.training_graphs import network, prepared, rosenbrock

ADAM = {"method": "adam", "learning_rate": 0.01, "steps": 1000}


def test_an_earlier_step_is_reached_again_as_it_was() -> None:
    """Minibatches, dropout and the method's state are those of that step; later ones start from what was held."""
    graph = prepared(network())
    trained = Trainer(graph)
    trained.run(20)
    then = record(at_kept(graph, trained.kept()))
    trained.run(5)
    now = pack_kept(trained.kept())
    tracer = Tracer(graph)
    for _ in range(2):  # run there, then from a checkpoint
        again = tracer.record(Wish(step=20), now, 1)
        assert again.step == then.step == 20
        for id, value in then.gradients.items():
            whole = again.told[again.gradients[id]].whole
            assert whole is not None
            np.testing.assert_array_equal(whole.array(), value)
        for id, rows in then.batches.items():
            assert tracer.trace is not None
            np.testing.assert_array_equal(tracer.trace.batches[id], rows)
            assert again.batches[id] == len(rows)


def test_where_the_run_stands_and_from_the_start() -> None:
    graph = prepared(rosenbrock(optimizer_1=ADAM))
    trained = Trainer(graph)
    trained.run(3)
    tracer = Tracer(graph)
    assert tracer.record(Wish(), pack_kept(trained.kept()), 1).step == 3
    assert tracer.record(Wish(), None, 2).step == 0
    assert tracer.record(Wish(step=0), pack_kept(trained.kept()), 3).step == 0
    with pytest.raises(GradwireError, match="ends at step 1,000"):
        tracer.record(Wish(step=2000), None, 4)


def test_a_micro_step_is_told_whole_only_of_the_trace_that_is_held() -> None:
    graph = prepared(rosenbrock(optimizer_1=ADAM))
    tracer = Tracer(graph)
    stepped = tracer.record(Wish(), None, 7)
    number = next(k for k, step in enumerate(stepped.micro) if step.node == "square_2" and step.phase == "backward")
    argument = stepped.micro[number].passed[0].argument
    detail = tracer.detail(7, number, argument, 0, 0)
    assert detail.kind == "number" and detail.partial is not None
    assert detail.partial.low == pytest.approx(2 * (1.0 - 1.44)), "x² at y − x²"
    assert detail.product is not None and detail.product.low == pytest.approx(200 * (1.0 - 1.44))
    read = tracer.detail(7, 0, 0, 0, 0)
    assert read.kind == "none" and read.output is not None
    tracer.record(Wish(approach="tape"), None, 8)
    with pytest.raises(GradwireError, match="record it again"):
        tracer.detail(7, number, argument, 0, 0)


def test_large_arrays_travel_as_ranges_and_small_ones_whole() -> None:
    large, small = np.linspace(0.0, 1.0, 5000), np.linspace(0.0, 1.0, 20)
    assert told(large).whole is None and told(large).text == "0 … 1" and told(large).kind == "(5000,)"
    assert told(large).line == () and len(told(large, rich=True).line) == 64
    np.testing.assert_array_equal(told(small).whole.array(), small)  # type: ignore[union-attr]
    assert not told(np.array([1.0, np.nan])).finite and told("abc").text == "abc"
    assert told(np.float64(np.nan)).text == "NaN"
