"""The public door: open, look, differentiate, run, keep, go on. And the guide's own examples."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.api import OpenGraph
from engine.errors import DataError, FileError, GradwireError, SettingError
from engine.graph import Graph, Node, Socket
from engine.results import find, names, plain
from nodes.library import LIBRARY
from tests.engine.training_graphs import content, network, rosenbrock

ROOT = Path(__file__).resolve().parents[2]
HUBBLE = ROOT / "sample_graphs" / "1_straight_line_hubble.dgraph"
DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 100}


def opened(graph) -> OpenGraph:
    return OpenGraph(graph, LIBRARY)


def test_installed_operators_are_found():
    assert set(engine.operators()) == set(LIBRARY)


def test_a_graph_runs_from_a_script():
    run = engine.open(HUBBLE).run(steps=50)
    assert run.steps == 50
    assert set(run.parameters) == set(run.gradients) == {"slope w", "offset b"}
    assert run.only.history.shape == (50, len(run.only.columns))
    assert run.only.stopped
    assert not run.only.failed


def test_the_loss_of_a_run_is_the_one_at_its_parameters():
    x, y = (float(v) for v in opened(rosenbrock(optimizer_1=DESCENT)).run().parameters.values())
    run = opened(rosenbrock(optimizer_1=DESCENT)).run()
    assert run.loss == pytest.approx((x - 1) ** 2 + 100 * (y - x * x) ** 2, rel=1e-12)
    assert float(run.gradients["parameter_2"]) == pytest.approx(200 * (y - x * x), rel=1e-9)


@pytest.mark.parametrize("approach", ["static", "tape", "forward"])
def test_the_gradient_at_the_start_is_the_formula(approach):
    found = opened(rosenbrock(optimizer_1=DESCENT)).gradient(approach=approach)
    assert found.loss == pytest.approx(24.2)
    assert float(found.gradients["parameter_1"]) == pytest.approx(-215.6)
    assert float(found.gradients["parameter_2"]) == pytest.approx(-88.0)
    assert found.only.approach == approach


def test_the_gradient_of_a_constrained_parameter_is_by_its_value():
    graph = content(
        {"parameter_1": {"value": 3.0, "constraint": "positive"}, "square_1": {}, "optimizer_1": {}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )
    assert float(opened(graph).gradient().gradients["parameter_1"]) == pytest.approx(6.0)


def test_a_run_of_no_steps_is_the_gradient():
    graph = opened(network())
    run, gradient = graph.run(steps=0), graph.gradient()
    assert run.loss == gradient.loss
    for name, value in gradient.gradients.items():
        np.testing.assert_array_equal(run.gradients[name], value)


def test_several_optimizers_give_several_results():
    run = opened(rosenbrock(optimizer_1=DESCENT, optimizer_2={**DESCENT, "method": "adam"})).run()
    assert [result.optimizer for result in run] == ["optimizer_1", "optimizer_2"]
    with pytest.raises(GradwireError, match="2 results"):
        _ = run.loss


def test_start_values_are_given_by_name_or_id():
    graph = opened(rosenbrock(optimizer_1=DESCENT))
    assert graph.gradient(parameters={"parameter_1": 1.0, "parameter_2": 1.0}).loss == 0.0
    named = replace(
        graph.content,
        graph=Graph(
            {**graph.graph.nodes, "parameter_1": Node("parameter_1", "parameters.parameter", "x")}, graph.graph.wires
        ),
    )
    assert opened(named).gradient(parameters={"x": 1.0, "parameter_2": 1.0}).loss == 0.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"z": 1.0}, "z"),
        ({"parameter_1": [1.0, 2.0]}, r"\(2,\)"),
        ({"parameter_1": "one"}, "parameter_1"),
        ({"add_1": 1.0}, "add_1"),
    ],
)
def test_wrong_start_values_are_refused(given, words):
    with pytest.raises(GradwireError, match=words):
        opened(rosenbrock(optimizer_1=DESCENT)).gradient(parameters=given)


def test_checks_pass_on_a_right_graph():
    checks = opened(rosenbrock(optimizer_1=DESCENT)).check()
    assert [check.node for check in checks] == ["parameter_1", "parameter_2"]
    assert all(check.passed and check.differences < 1e-6 and check.complex_step < 1e-10 for check in checks)


def test_every_wire_has_its_value_and_cotangent():
    wires = opened(rosenbrock(optimizer_1=DESCENT)).values()
    at = {str(socket): (float(look.value), float(look.cotangent)) for socket, look in wires.items()}
    assert at["parameter_1.value"] == pytest.approx((-1.2, -215.6))
    assert at["square_1.value"] == pytest.approx((1.44, 88.0))  # by x squared: -200 (y - x^2)
    assert at["subtract_1.value"] == pytest.approx((-0.44, -88.0))
    assert at["add_1.value"] == pytest.approx((24.2, 1.0))


def test_what_no_loss_depends_on_has_a_zero_cotangent_and_what_cannot_none():
    graph = content(
        {
            "parameter_1": {"value": 2.0},
            "square_1": {},
            "negative_1": {},
            "constant_1": {"value": 3, "dtype": "int64"},
            "optimizer_1": {},
        },
        "parameter_1>square_1 parameter_1>negative_1 square_1>optimizer_1.loss",
    )
    wires = opened(graph).values()
    assert float(wires[Socket("negative_1", "value")].cotangent) == 0.0
    assert wires[Socket("constant_1", "value")].cotangent is None


def test_a_graph_under_construction_is_looked_at_as_far_as_it_goes():
    """A missing input, an unknown operator and a missing file leave the rest visible, and are named."""
    graph = content(
        {
            "parameter_1": {"value": 2.0},
            "square_1": {},
            "add_1": {},
            "unknown_1": {},
            "table_1": {"file": "absent.csv", "columns": (("a", "number", ("a",)),)},
        },
        "parameter_1>square_1",
    )
    found = opened(graph)
    assert float(found.values()[Socket("square_1", "value")].value) == 4.0
    nodes = {problem.node for problem in found.problems() if problem.severity == "error"}
    assert {"add_1", "unknown_1", "table_1"} <= nodes


def test_a_loop_leaves_the_rest_visible():
    graph = content(
        {"parameter_1": {"value": 2.0}, "square_1": {}, "add_1": {}, "add_2": {}},
        "parameter_1>square_1 add_1>add_2 add_2>add_1",
    )
    assert set(map(str, opened(graph).values())) == {"parameter_1.value", "square_1.value"}


def test_settings_change_in_a_copy():
    graph = opened(rosenbrock(optimizer_1=DESCENT))
    other = graph.with_setting("optimizer_1", "steps", 3)
    assert other.run().steps == 3
    assert graph.run().steps == 100


@pytest.mark.parametrize(("setting", "value"), [("steps", 0), ("steps", "many"), ("method", "magic"), ("rate", 1.0)])
def test_wrong_settings_are_refused(setting, value):
    with pytest.raises(SettingError, match="optimizer_1"):
        opened(rosenbrock(optimizer_1=DESCENT)).with_setting("optimizer_1", setting, value)


def test_a_data_file_can_be_replaced(tmp_path):
    (tmp_path / "two.csv").write_text("distance_mpc,velocity_km_s\n0,1\n1,3\n")
    graph = engine.open(HUBBLE, LIBRARY).with_input("Galaxies", tmp_path / "two.csv")
    run = graph.run(steps=20000)
    assert float(run.parameters["slope w"]) == pytest.approx(2.0)
    assert float(run.parameters["offset b"]) == pytest.approx(1.0)


def test_only_what_reads_a_file_takes_one():
    with pytest.raises(SettingError, match="does not read"):
        engine.open(HUBBLE, LIBRARY).with_input("slope w", "x.csv")


def test_a_missing_data_file_is_named_when_the_graph_runs(tmp_path):
    graph = engine.open(HUBBLE, LIBRARY).with_input("Galaxies", tmp_path / "absent.csv")
    with pytest.raises(DataError, match=r'"Galaxies" \(table_1\).*absent\.csv'):
        graph.run()


def test_keeping_and_going_on_is_one_run(tmp_path):
    graph = opened(rosenbrock(optimizer_1={**DESCENT, "method": "adam"}))
    half = graph.with_kept(graph.run(steps=40).only)
    half.save(tmp_path / "half.dgraph")
    rest = engine.open(tmp_path / "half.dgraph", LIBRARY).run()
    assert rest.steps == 60
    assert rest.loss == graph.run().loss
    assert engine.open(tmp_path / "half.dgraph", LIBRARY).run(start="initial").steps == 100


def test_progress_is_told():
    told = []
    opened(rosenbrock(optimizer_1={**DESCENT, "steps": 2000})).run(progress=lambda *each: told.append(each))
    done, total, loss = told[-1]
    assert (done, total) == (2000, 2000)
    assert 0 < loss < 24.2


def test_a_run_that_met_nan_says_so():
    graph = content(
        {"parameter_1": {"value": -1.0}, "log_1": {}, "optimizer_1": {}}, "parameter_1>log_1 log_1>optimizer_1.loss"
    )
    run = opened(graph).run()
    assert run.only.failed
    assert "log_1" in run.only.stopped
    assert run.to_plain()["loss"] == "NaN"


def test_probes_show_what_they_are_wired_to_without_noise():
    graph = content(
        {
            "parameter_1": {"value": 2.0},
            "noise_1": {"scale": 10.0},
            "square_1": {},
            "probe_1": {"name": "x now"},
            "optimizer_1": {},
        },
        "parameter_1>noise_1 noise_1>square_1 square_1>optimizer_1.loss noise_1>probe_1",
    )
    run = opened(graph).run(steps=0)
    assert float(run.only.probes["x now"]) == 2.0


def test_files_that_cannot_be_read_are_refused(tmp_path):
    (tmp_path / "bad.dgraph").write_text("{")
    for name in ("bad.dgraph", "absent.dgraph"):
        with pytest.raises(FileError, match=name):
            engine.open(tmp_path / name, LIBRARY)


def test_names_go_by_what_is_unique():
    nodes = {id: Node(id, "x.y", name) for id, name in {"a": "w", "b": "w", "c": "", "d": "v", "e": "a"}.items()}
    graph = Graph(nodes)
    assert names(graph, tuple(nodes)) == {"a": "a", "b": "b", "c": "c", "d": "v", "e": "e"}
    assert names(graph, ("b", "d", "e")) == {"b": "b", "d": "v", "e": "e"}, "others' names and ids are taken too"
    assert [find(graph, text) for text in ("a", "v", "d")] == ["a", "d", "d"]
    for text in ("w", "zz"):
        with pytest.raises(GradwireError, match=text):
            find(graph, text)


def test_plain_values_are_json_for_every_number():
    value = {
        "a": np.array([[1.0, np.nan], [np.inf, -np.inf]]),
        "b": np.float32(0.5),
        "c": (1, True, None, np.int64(3)),
        "d": np.array([1 + 2j]),
        "e": np.bool_(True),
    }
    assert plain(value) == {
        "a": [[1.0, "NaN"], ["Infinity", "-Infinity"]],
        "b": 0.5,
        "c": [1, True, None, 3],
        "d": {"real": [1.0], "imag": [2.0]},
        "e": True,
    }


BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=[block.splitlines()[2][:60] for block in BLOCKS])
def test_the_guide_s_examples_run_and_print_what_they_say(block, monkeypatch):
    """A comment after a print is the beginning of what it prints; "..." stands for anything before."""
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(block, "docs/python.md", "exec"), {})
    said = re.findall(r"print\(.*\) +# (?:\.\.\. )?(\S+?)(?:\.\.\.)?(?: .*)?$", block, re.MULTILINE)
    for each in said:
        assert each.removesuffix("...") in printed.getvalue()
