"""Runs of whole graphs against iterations written out by hand, and everything that can end or change a run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.errors import GradwireError, SettingError
from engine.training import Column
from tests.engine.training_graphs import (
    ADAM,
    DESCENT,
    bowl,
    content,
    descend,
    frozen,
    network,
    rosenbrock,
    rosenbrock_gradient,
    trainer,
)


def adam(steps: int, rate: float, x: float = -1.2, y: float = 1.0) -> tuple[float, float]:
    mean, square = [0.0, 0.0], [0.0, 0.0]
    for t in range(1, steps + 1):
        for k, g in enumerate(rosenbrock_gradient(x, y)):
            mean[k] = 0.9 * mean[k] + 0.1 * g
            square[k] = 0.999 * square[k] + 0.001 * g * g
        dx, dy = (
            rate * (m / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.999**t)) + 1e-8)
            for m, s in zip(mean, square, strict=True)
        )
        x, y = x - dx, y - dy
    return x, y


APPROACHES = [
    ("static", "numpy_code"), ("static", "interpret"), ("tape", None), ("source", None), ("callbacks", None),
    ("forward", None),
]  # fmt: skip


@pytest.mark.parametrize(("approach", "backend"), APPROACHES)
def test_a_run_is_the_iteration_written_out(approach, backend):
    run = trainer(rosenbrock(optimizer_1=DESCENT), approach=approach, backend=backend)
    (chunk,) = run.run(200)
    path = np.array(descend(200, 1e-3))
    columns = list(run.lanes[0].columns)
    values = chunk.rows[:, [columns.index(Column("value", f"parameter_{k}")) for k in (1, 2)]]
    np.testing.assert_allclose(values, path[:-1], rtol=1e-10)
    np.testing.assert_allclose([run.parameters()[f"parameter_{k}"] for k in (1, 2)], path[-1], rtol=1e-10)


def test_what_is_recorded_is_loss_and_norms_before_the_step():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    (chunk,) = run.run(3)
    for row, (x, y) in zip(chunk.rows, descend(2, 1e-3), strict=True):
        found = dict(zip(run.lanes[0].columns, row, strict=True))
        gx, gy = rosenbrock_gradient(x, y)
        assert found[Column("loss")] == pytest.approx((x - 1) ** 2 + 100 * (y - x * x) ** 2, rel=1e-12)
        assert found[Column("gradient", "parameter_1")] == pytest.approx(abs(gx), rel=1e-12)
        assert found[Column("gradient", "parameter_2")] == pytest.approx(abs(gy), rel=1e-12)
        assert found[Column("gradient")] == pytest.approx(math.hypot(gx, gy), rel=1e-12)


def test_rivals_run_side_by_side_each_as_if_alone():
    run = trainer(rosenbrock(optimizer_1=DESCENT, optimizer_2=ADAM))
    run.run(200)
    assert [lane.optimizers for lane in run.lanes] == [("optimizer_1",), ("optimizer_2",)]
    np.testing.assert_allclose(
        [run.parameters(0)[f"parameter_{k}"] for k in (1, 2)], descend(200, 1e-3)[-1], rtol=1e-10
    )
    np.testing.assert_allclose([run.parameters(1)[f"parameter_{k}"] for k in (1, 2)], adam(200, 0.02), rtol=1e-9)


def test_rivals_share_start_and_seed_even_when_theirs_differ():
    run = trainer(network("adam", optimizer_2={"seed": 99, "method": "momentum"}))
    assert len(run.lanes) == 2
    for id, value in run.parameters(0).items():
        np.testing.assert_array_equal(value, run.parameters(1)[id])
    first, second = run.run(1)
    np.testing.assert_array_equal(first.rows[0], second.rows[0])


def test_optimizers_on_different_parameters_take_turns():
    run = trainer(
        rosenbrock(
            optimizer_1={**DESCENT, "parameters": ("parameter_1",)},
            optimizer_2={**DESCENT, "parameters": ("parameter_2",)},
        )
    )
    assert [lane.optimizers for lane in run.lanes] == [("optimizer_1", "optimizer_2")]
    (chunk,) = run.run(50)
    x, y = -1.2, 1.0
    for _ in range(50):
        x -= 1e-3 * rosenbrock_gradient(x, y)[0]
        y -= 1e-3 * rosenbrock_gradient(x, y)[1]  # sees the new x
    assert float(run.parameters()["parameter_1"]) == pytest.approx(x, rel=1e-11)
    assert float(run.parameters()["parameter_2"]) == pytest.approx(y, rel=1e-11)
    assert chunk.rows.shape == (50, len(run.lanes[0].columns))


def test_optimizers_that_share_only_some_parameters_are_refused():
    graph = rosenbrock(optimizer_1=DESCENT, optimizer_2={**DESCENT, "parameters": ("parameter_2",)})
    with pytest.raises(GradwireError, match=r"optimizer_2.*optimizer_1"):
        trainer(graph)


def test_frozen_parameters_stay():
    run = trainer(frozen(rosenbrock(optimizer_1=DESCENT), "parameter_1"))
    run.run(200)
    assert run.lanes[0].parameters == ("parameter_2",)
    assert float(run.parameters()["parameter_1"]) == -1.2
    y = 1.0
    for _ in range(200):
        y -= 1e-3 * rosenbrock_gradient(-1.2, y)[1]
    assert float(run.parameters()["parameter_2"]) == pytest.approx(y, rel=1e-11)


def test_nothing_to_move_is_said():
    with pytest.raises(GradwireError, match="optimizer_1"):
        trainer(frozen(bowl(), "parameter_1"))


# Endings ------------------------------------------------------------------------------------------------------------


def test_it_ends_after_its_steps():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    chunks = run.run(1000)
    assert len(chunks[0].rows) == 200
    assert run.done
    assert run.stops[0].kind == "finished"
    assert run.run(10) == ()


def test_steps_asked_for_go_before_the_node_s_own():
    run = trainer(rosenbrock(optimizer_1=DESCENT), steps=7)
    run.run()
    assert run.step() == 7
    assert trainer(rosenbrock(optimizer_1=DESCENT), steps=0).done


def test_it_ends_when_the_gradient_is_short():
    run = trainer(bowl(until="gradient_norm", tolerance=1e-3))
    run.run()
    first = next(k for k in range(1000) if 2 * 0.8**k <= 1e-3)
    assert run.step() == first
    assert float(run.parameters()["parameter_1"]) == pytest.approx(0.8**first)
    assert "Converged" in run.stops[0].sentence


@pytest.mark.parametrize("how", [{}, {"backend": "xla", "approach": "static"}], ids=["numpy_code", "xla"])
@pytest.mark.parametrize(("tolerance", "end"), [(1.7, "after 1 step."), (2.1, "after 0 steps."), (1.3, "2 steps.")])
def test_one_step_is_no_steps(how, tolerance, end):
    run = trainer(bowl(until="gradient_norm", tolerance=tolerance), **how)
    run.run()
    assert run.stops[0].sentence.endswith(end)


def test_it_ends_when_the_loss_hardly_changes():
    graph = content(
        {
            "parameter_1": {"value": 1.0},
            "square_1": {},
            "add_1": {"y": 1.0},
            "optimizer_1": {
                "method": "gradient_descent",
                "learning_rate": 0.1,
                "until": "relative_loss",
                "tolerance": 1e-4,
            },
        },
        "parameter_1>square_1 square_1>add_1 add_1>optimizer_1.loss",
    )
    run = trainer(graph)
    run.run()
    losses = [1 + 0.64**k for k in range(1000)]
    assert run.step() == next(k for k in range(1, 1000) if losses[k - 1] - losses[k] <= 1e-4 * losses[k])


def test_without_convergence_asked_for_a_short_gradient_ends_nothing():
    run = trainer(bowl(until="steps", tolerance=1.0))
    run.run(1000)
    assert run.step() == 1000


# Live settings ------------------------------------------------------------------------------------------------------


def test_the_learning_rate_changes_from_the_next_step_on():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    run.run(10)
    assert run.set_live("optimizer_1", "learning_rate", 5e-4)
    run.run(10)
    x, y = descend(10, 5e-4, *descend(10, 1e-3)[-1])[-1]
    assert float(run.parameters()["parameter_1"]) == pytest.approx(x, rel=1e-11)
    assert float(run.parameters()["parameter_2"]) == pytest.approx(y, rel=1e-11)


def test_weight_decay_can_begin_in_the_middle_of_a_run():
    run = trainer(bowl())
    run.run(5)
    assert run.set_live("optimizer_1", "weight_decay", 0.5)
    run.run(5)
    assert float(run.parameters()["parameter_1"]) == pytest.approx(0.8**5 * (1 - 0.1 * 2.5) ** 5)


def test_numbers_of_other_nodes_are_live():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    assert run.set_live("multiply_1", "y", 0.0)
    run.run(100)
    assert float(run.parameters()["parameter_2"]) == 1.0
    assert float(run.parameters()["parameter_1"]) == pytest.approx(1 - 2.2 * 0.998**100)


@pytest.mark.parametrize(
    ("node", "setting", "value"),
    [
        ("optimizer_1", "method", "adam"),
        ("optimizer_1", "steps", 5),
        ("nobody", "x", 1.0),
        ("parameter_1", "shape", (2,)),
    ],
)
def test_structural_settings_are_not_live(node, setting, value):
    assert not trainer(rosenbrock(optimizer_1=DESCENT)).set_live(node, setting, value)


def test_a_live_value_out_of_range_is_refused():
    run = trainer(rosenbrock(optimizer_1=DESCENT))
    with pytest.raises(SettingError, match="learning_rate"):
        run.set_live("optimizer_1", "learning_rate", -1.0)


# Steps, chunks and seeds --------------------------------------------------------------------------------------------


def test_how_a_run_is_cut_into_chunks_changes_nothing():
    whole = trainer(network()).run(60)[0].rows
    run = trainer(network())
    pieces = [chunk.rows for most in (1, 2, 7, 50) for chunk in run.run(most)]
    np.testing.assert_array_equal(np.vstack(pieces), whole)


def test_a_time_limit_ends_a_chunk():
    run = trainer(rosenbrock(optimizer_1={**DESCENT, "steps": 10**8}, optimizer_2={**ADAM, "steps": 10**8}))
    run.run(10**8, seconds=0.02)
    assert 0 < run.step(0) == run.step(1) < 10**8


def test_iterating_gives_a_record_of_each_step():
    run = trainer(rosenbrock(optimizer_1={**DESCENT, "steps": 3}))
    steps = list(run)
    assert [step.step for step in steps] == [0, 1, 2]
    path = descend(2, 1e-3)
    for step, (x, y) in zip(steps, path, strict=True):
        assert step.losses["optimizer_1"] == pytest.approx((x - 1) ** 2 + 100 * (y - x * x) ** 2)
        assert step.gradient_norms["parameter_1"] == pytest.approx(abs(rosenbrock_gradient(x, y)[0]))


def test_one_seed_gives_one_run_and_another_seed_another():
    first, same, other = (trainer(network(), seed=seed).run(20)[0].rows for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_consecutive_steps_see_different_noise():
    still = content(
        {
            "parameter_1": {"value": 0.0},
            "noise_1": {},
            "optimizer_1": {"method": "gradient_descent", "learning_rate": 1e-7, "steps": 50},
        },
        "parameter_1>noise_1 noise_1>optimizer_1.loss",
    )
    losses = trainer(still).run(50)[0].rows[:, 0]
    assert len(set(losses)) == 50
    assert abs(losses.mean()) < 0.6
    assert 0.5 < losses.std() < 1.5
