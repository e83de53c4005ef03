"""The optimizer's loop compiled as a whole: the same run as NumPy code's, the same stops, the same bits every time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import compiled_loop, random_bits
from engine.backends import xla
from engine.compiled_loop import Background
from engine.errors import LoweringError, RunError
from engine.graph import Content, Graph
from engine.optimizers import METHODS
from engine.training import Column, Trainer
from tests.engine.control_graphs import body_graph
from tests.engine.training_graphs import content, descend, network, rosenbrock, taking_turns, trainer

ROOT = Path(__file__).resolve().parents[2]
XLA = {"approach": "static", "backend": "xla"}


def rows(run: Trainer, *pieces: int) -> np.ndarray:
    return np.vstack([chunk.rows for piece in pieces for chunk in run.run(piece)])


def same(one: Trainer, other: Trainer) -> bool:
    return all(np.array_equal(value, other.parameters()[id]) for id, value in one.parameters().items())


def close(one: Trainer, other: Trainer, tolerance: float) -> None:
    for lane in range(len(one.lanes)):
        for id, value in one.parameters(lane).items():
            np.testing.assert_allclose(other.parameters(lane)[id], value, rtol=tolerance, atol=tolerance)


STEPPED = [name for name, method in METHODS.items() if method.search is None]


@pytest.mark.parametrize("method", STEPPED)
def test_every_method_gives_what_numpy_code_gives_with_noise_batches_states_and_constraints(method):
    graph = network(method)
    one, other = trainer(graph), trainer(graph, **XLA)
    assert other.lanes[0].backend == "xla" and other.backend() == "xla"
    np.testing.assert_allclose(rows(other, 60), rows(one, 60), rtol=1e-7, atol=1e-9)
    close(one, other, 1e-9)
    for id, states in one.states().items():
        for mine, found in zip(states, other.states()[id], strict=True):
            np.testing.assert_allclose(found, mine, rtol=1e-9, atol=1e-12)


def test_a_run_is_the_iteration_written_out():
    run = trainer(rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-3, "steps": 200}), **XLA)
    table = rows(run, 200)
    path = np.array(descend(200, 1e-3))
    columns = list(run.lanes[0].columns)
    values = table[:, [columns.index(Column("value", f"parameter_{k}")) for k in (1, 2)]]
    np.testing.assert_allclose(values, path[:-1], rtol=1e-10)
    assert run.stops[0].sentence == "Took its 200 steps."


def test_the_bits_do_not_depend_on_how_the_run_is_cut_into_calls():
    one, other, third = (trainer(network(), **XLA) for _ in range(3))
    whole = rows(one, 60)
    assert np.array_equal(whole, rows(other, 1, 2, 17, 40))
    assert np.array_equal(whole, np.vstack([chunk.rows for _ in range(60) for chunk in third.run(1)]))
    assert same(one, other) and same(one, third)


def test_more_steps_than_fit_into_one_call_are_taken_in_several(monkeypatch):
    monkeypatch.setattr(compiled_loop, "ROWS", 2**14)
    graph = rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-3, "steps": 150_000})
    run = trainer(graph, **XLA)
    assert run._movers[0][0].loop.block == 2**14
    table = rows(run, 150_000)
    assert len(table) == 150_000 and run.done
    assert table[-1, 0] < 1e-12 < table[0, 0]


@pytest.mark.parametrize("kind", [{}, {"record": "losses"}], ids=["everything", "losses"])
def test_calls_that_follow_each_other_write_their_rows_into_the_same_memory(monkeypatch, kind):
    monkeypatch.setattr(compiled_loop, "ROWS", 64)
    method = {"method": "gradient_descent", "learning_rate": 1e-4, "steps": 10_000}
    run = trainer(rosenbrock(optimizer_1=method), **XLA, **kind)
    loop, places = run._movers[0][0].loop, []
    call = loop._call

    def watched(*arguments):
        found = call(*arguments)
        places.append(loop._history.unsafe_buffer_pointer())
        return found

    monkeypatch.setattr(loop, "_call", watched)
    kept = [rows(run, 64 * 5), rows(run, 64 * 5)]
    assert len(places) == 10 and len(set(places)) == 1
    held = loop._rows()
    rows(run, 64)
    assert places[-1] != places[0] and held is not None, "whoever holds the rows makes the next call copy them"
    assert not np.array_equal(*kept)


def test_keys_made_in_the_loop_are_those_of_the_host_also_beyond_32_bits():
    import jax

    from engine.backends.xla_primitives import threefry

    words = np.array(random_bits.stream(5, "noise_1"), np.uint32)
    for step in (0, 1, 2**32 - 1, 2**32 + 7, 2**45 + 12345):
        with xla.precision():
            low, high = (jax.numpy.uint32(part) for part in (step & 0xFFFFFFFF, step >> 32))
            found = threefry((words[0], words[1]), low, high)
        np.testing.assert_array_equal(np.array(found, np.uint32), random_bits.key(5, "noise_1", step))


# ----- stops -----


def test_a_run_that_diverges_pauses_at_the_same_step_with_the_same_sentence():
    for rate in (0.1, 3.0, 10.0):
        graph = rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": rate, "steps": 50})
        one, other = trainer(graph), trainer(graph, **XLA)
        first, second = rows(one, 50), rows(other, 50)
        np.testing.assert_allclose(second, first, rtol=1e-9)
        assert one.stops == other.stops and one.stops[0].kind == "paused"
        close(one, other, 1e-9)
        assert all(np.isfinite(value).all() for value in other.parameters().values())


@pytest.mark.parametrize(("until", "tolerance"), [("gradient_norm", 1e-6), ("relative_loss", 2e-3)])
def test_a_run_that_has_converged_ends_at_the_same_step(until, tolerance):
    method = {"method": "momentum", "learning_rate": 2e-4, "steps": 20_000, "until": until, "tolerance": tolerance}
    one, other = (trainer(rosenbrock(optimizer_1=method), **how) for how in ({}, XLA))
    assert len(rows(one, 20_000)) == len(rows(other, 20_000)) < 20_000
    assert one.stops == other.stops and "Converged" in one.stops[0].sentence
    close(one, other, 1e-9)


def test_a_run_goes_on_from_kept_values_bit_by_bit():
    whole, half = trainer(network(), **XLA), trainer(network(), **XLA)
    rows(whole, 60)
    rows(half, 23)
    rest = trainer(network(), half.kept(), **XLA)
    assert rest.step() == 23
    rows(rest, 60 - 23)
    assert same(whole, rest)


def test_optimizers_take_turns_as_without_a_compiler():
    graph = taking_turns({"steps": 40, "learning_rate": 0.01}, {"steps": 25, "learning_rate": 0.05})
    one, other = trainer(graph), trainer(graph, **XLA)
    np.testing.assert_allclose(rows(other, 40), rows(one, 40), rtol=1e-9)
    close(one, other, 1e-10)


# ----- live settings and the cache -----


def test_a_live_setting_reaches_the_loop_and_nothing_is_compiled_anew(monkeypatch):
    graph = rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-3, "steps": 400})
    run, plain = trainer(graph, **XLA), trainer(graph)
    monkeypatch.setattr("engine.compiled_loop.compiled", lambda *_: pytest.fail("compiled again"))
    for each in (run, plain):
        rows(each, 100)
        assert each.set_live("optimizer_1", "learning_rate", 2e-3)
        assert each.set_live("multiply_1", "y", 50.0)
        rows(each, 300)
    close(plain, run, 1e-10)
    assert run.parameters()["parameter_1"] != trainer(graph, **XLA).parameters()["parameter_1"]


def test_another_value_another_seed_or_another_rate_is_no_other_program(monkeypatch):
    def start(rate: float, x: float, seed: int) -> Trainer:
        graph = rosenbrock(optimizer_1={"method": "adam", "learning_rate": rate, "steps": 70, "seed": seed})
        nodes = dict(graph.graph.nodes)
        nodes["parameter_1"] = replace(nodes["parameter_1"], settings={"value": x})
        return trainer(Content(Graph(nodes, graph.graph.wires)), **XLA)

    start(0.01, -1.2, 1)
    monkeypatch.setattr("engine.compiled_loop.compiled", lambda *_: pytest.fail("compiled again"))
    assert len(rows(start(0.02, 0.5, 2), 5)) == 5


# ----- single precision, approaches, background -----


def test_single_precision_stays_single():
    nodes = {
        "parameter_1": {"value": 2.0, "dtype": "float32"}, "square_1": {},
        "optimizer_1": {"method": "adam", "learning_rate": 0.05, "steps": 80},
    }  # fmt: skip
    graph = content(nodes, "parameter_1>square_1 square_1>optimizer_1.loss")
    one, other = trainer(graph), trainer(graph, **XLA)
    np.testing.assert_allclose(rows(other, 80), rows(one, 80), rtol=1e-4, atol=1e-6)
    assert other.parameters()["parameter_1"].dtype == np.float32


def test_forward_on_xla_runs_step_by_step():
    graph = rosenbrock(optimizer_1={"method": "adam", "learning_rate": 0.02, "steps": 20})
    one, other = trainer(graph), trainer(graph, approach="forward", backend="xla")
    np.testing.assert_allclose(rows(other, 20), rows(one, 20), rtol=1e-9)


def test_a_tape_on_xla_is_refused():
    with pytest.raises(LoweringError, match="nothing to compile"):
        trainer(rosenbrock(optimizer_1={}), approach="tape", backend="xla")


def test_auto_begins_with_numpy_code_and_goes_over_when_the_compiler_is_ready(monkeypatch):
    monkeypatch.setattr("engine.lane.AUTO_AFTER", 0.0)
    graph = network()
    run, plain = trainer(graph, backend="auto"), trainer(graph)
    assert run.lanes[0].backend == run.backend() == "numpy_code"
    mover = run._movers[0][0]
    rows(run, 1)
    if mover._background is not None:  # a program that was compiled before is there at once
        mover._background.wait(60)
    rows(run, 59)
    assert run.backend() == "xla"
    rows(plain, 60)
    close(plain, run, 1e-9)


def test_a_short_run_is_not_compiled_at_all():
    run = trainer(rosenbrock(optimizer_1={"steps": 10}), backend="auto")
    rows(run, 10)
    assert run.done and run._movers[0][0]._background is None


def test_auto_stays_with_numpy_code_where_xla_cannot(monkeypatch):
    monkeypatch.setattr(xla, "missing", lambda: "The backend xla needs JAX.")
    run = trainer(rosenbrock(optimizer_1={"steps": 10}), backend="auto")
    rows(run, 10)
    assert run.backend() == "numpy_code" and run.done


def test_a_background_compiler_that_fails_says_so_and_the_run_goes_on():
    def fail() -> None:
        raise LoweringError("That cannot be.")

    work = Background(fail)
    work.wait(10)
    assert work.loop is None and work.sentence == "That cannot be."


# ----- loops inside the step -----


def shrinking(factor: float, limit: int = 1000) -> Graph:
    """Fifty times a trained factor, again and again until it is below 1; how far below is the loss."""
    nodes = {
        "constant_1": {"value": 50.0}, "parameter_1": {"value": factor}, "while_1": {"limit": limit},
        "while_1.condition/input_1": "x", "while_1.condition/greater_1": {"y": 1.0},
        "while_1.condition/output_1": "continue", "while_1.body/input_2": "x", "while_1.body/outer_1": "parameter_1",
        "while_1.body/multiply_1": {}, "while_1.body/output_2": "x", "subtract_1": {"y": 0.999}, "square_1": {},
        "optimizer_1": {"method": "gradient_descent", "learning_rate": 1e-5, "steps": 40},
    }  # fmt: skip
    wires = (
        "constant_1>while_1.carry.0 input_1>greater_1 greater_1>output_1.value input_2>multiply_1 "
        "outer_1>multiply_1.y multiply_1>output_2.value while_1.x>subtract_1 subtract_1>square_1 "
        "square_1>optimizer_1.loss"
    )
    return body_graph(nodes, wires)


def test_a_stack_inside_the_step_doubles_and_the_run_goes_on():
    graph = Content(shrinking(0.985))  # 259 iterations: the stack of 64 doubles three times
    one, other = trainer(graph), trainer(graph, **XLA)
    np.testing.assert_allclose(rows(other, 40), rows(one, 40), rtol=1e-7)
    assert one.parameters()["parameter_1"] != 0.985
    close(one, other, 1e-10)


def test_a_loop_inside_the_step_that_does_not_end_fails_the_run_with_its_node():
    for how in ({}, XLA):
        run = trainer(Content(shrinking(1.001, 70)), **how)
        with pytest.raises(RunError) as caught:
            run.run(5)
        assert caught.value.node == "while_1" and "70 iterations" in caught.value.sentence
        assert "at step 0" in caught.value.sentence


def test_a_process_that_ends_while_the_compiler_works_ends_well():
    script = (
        "import engine.lane; engine.lane.AUTO_AFTER = 0.0\n"
        "from tests.engine.training_graphs import network, trainer\n"
        "run = trainer(network(), backend='auto'); run.run(1); print(run.backend())"
    )
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (0, "numpy_code\n", "")


# ----- losses alone -----

LOSSES = {"record": "losses"}


@pytest.mark.parametrize("how", [{}, XLA], ids=["numpy_code", "xla"])
@pytest.mark.parametrize("method", STEPPED)
def test_recording_losses_alone_changes_no_step(method, how):
    graph = network(method)
    one, lean = trainer(graph, **how), trainer(graph, **how, **LOSSES)
    assert lean.lanes[0].columns == (Column("loss"),)
    np.testing.assert_allclose(rows(lean, 60)[:, 0], rows(one, 60)[:, 0], rtol=1e-9)
    close(one, lean, 1e-9)


def test_unwatched_steps_have_the_same_bits_however_they_are_cut():
    one, other = (trainer(network(), **XLA, **LOSSES) for _ in range(2))
    assert one._movers[0][0].loop._unwatched
    assert np.array_equal(rows(one, 60), rows(other, 1, 2, 17, 40))
    assert same(one, other)


@pytest.mark.parametrize(("rate", "later"), [(0.1, 1), (3.0, 0), (10.0, 0)])
def test_unwatched_steps_pause_where_watched_ones_do_or_once_a_value_is_infinite(rate, later):
    graph = rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": rate, "steps": 50})
    one = trainer(graph, **XLA)
    first = rows(one, 50)
    # With the smallest rate the watched run ends one step before: at a gradient too long to be squared.
    assert ("squared" in one.stops[0].sentence) == bool(later)
    for pieces in ((50,), (1,) * 50, (3, 20, 27)):
        lean = trainer(graph, **XLA, **LOSSES)
        second = rows(lean, *pieces)
        stop = lean.stops[0]
        assert stop.kind == "paused" and stop.step == len(second) == len(first) + later
        assert stop == one.stops[0] or (later and "is infinite at step" in stop.sentence)
        np.testing.assert_allclose(second[: len(first), 0], first[:, 0], rtol=1e-9)
        assert all(np.isfinite(value).all() for value in lean.parameters().values())


def test_a_loss_that_is_infinite_for_one_step_only_is_seen_unwatched():
    """The step would bring the parameter from 1e160, whose square is infinite, to 0."""
    nodes = {
        "parameter_1": {"value": 1e160}, "square_1": {},
        "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.5, "steps": 9},
    }  # fmt: skip
    lean = trainer(content(nodes, "parameter_1>square_1 square_1>optimizer_1.loss"), **XLA, **LOSSES)
    assert len(rows(lean, 9)) == 0
    assert lean.stops[0].step == 0 and "is infinite at step 0" in lean.stops[0].sentence
    assert lean.parameters()["parameter_1"] == 1e160


def test_an_update_that_leaves_the_range_of_its_numbers_is_not_taken_unwatched():
    nodes = {
        "parameter_1": {"value": 1.0}, "multiply_1": {"y": -3e307},
        "optimizer_1": {"method": "gradient_descent", "learning_rate": 10.0, "steps": 9},
    }  # fmt: skip
    graph = content(nodes, "parameter_1>multiply_1 multiply_1>optimizer_1.loss")
    lean = trainer(graph, **XLA, **LOSSES)
    rows(lean, 9)
    stop = lean.stops[0]
    assert (stop.step, stop.direction, stop.node) == (0, "update", "parameter_1")
    assert "left the range of its numbers in step 1" in stop.sentence
    assert lean.parameters()["parameter_1"] == 1.0


@pytest.mark.parametrize("settings", [{"clip": "norm"}, {"until": "gradient_norm", "tolerance": 1e-6}])
def test_steps_are_watched_where_something_else_can_end_the_run_or_hide_a_gradient(settings):
    method = {"method": "momentum", "learning_rate": 2e-4, "steps": 300, **settings}
    one, lean = (trainer(rosenbrock(optimizer_1=method), **XLA, **kind) for kind in ({}, LOSSES))
    assert not lean._movers[0][0].loop._unwatched
    np.testing.assert_allclose(rows(lean, 300)[:, 0], rows(one, 300)[:, 0], rtol=1e-9)
    assert one.stops == lean.stops
