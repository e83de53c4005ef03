"""What the window asks about a run is answered for the run's own batch, noise and running averages."""

from __future__ import annotations

import numpy as np
import pytest

from app.assets import ASSETS
from app.worker import messages as m
from app.worker import questions as q
from app.worker.answers import EngineAnswerer
from engine.training import Trainer
from tests.engine.training_graphs import content, prepared

NODES = {
    "line_data_1": {"count": 40, "noise": 0.5},
    "minibatch_1": {"size": 4},
    "parameter_1": {"value": 0.5},
    "multiply_1": {},
    "mse_1": {},
    "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.05, "steps": 40},
}
WIRES = (
    "line_data_1.x>minibatch_1.x line_data_1.y>minibatch_1.y minibatch_1.batch_x>multiply_1.x "
    "parameter_1>multiply_1.y multiply_1>mse_1.prediction minibatch_1.batch_y>mse_1.target mse_1>optimizer_1.loss"
)


@pytest.fixture
def moment() -> tuple[EngineAnswerer, m.Moment]:
    graph = content(NODES, WIRES)
    trainer = Trainer(prepared(graph))
    trainer.run(7)
    values = {id: m.Packed.of(value) for id, value in trainer.parameters(0).items()}
    states = {node: tuple(map(m.Packed.of, state)) for node, state in trainer.states(0).items()}
    answerer = EngineAnswerer(m.Job.of(graph, None, ASSETS), lambda node: None)
    return answerer, m.Moment(0, "optimizer_1", trainer.step(0), values, states)


def test_a_contour_is_of_the_batch_that_the_wires_show(moment: tuple[EngineAnswerer, m.Moment]) -> None:
    answerer, now = moment
    here = float(now.values["parameter_1"].array())
    asked = q.AskContour(1, ("parameter_1", 0), ("parameter_1", 0), (here, here + 1, 0.0, 1.0), 2, now)
    shown = answerer.looks(now).loss["optimizer_1"]
    start = answerer.looks(m.Moment(0, "optimizer_1", 0, now.values, {})).loss["optimizer_1"]
    corner = answerer.contour(asked).loss.array()[0, 0]
    assert shown != start, "other rows were drawn at the start"
    assert np.isclose(corner, shown, rtol=1e-12)
