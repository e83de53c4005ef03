"""A sweep gives what its runs give one by one, however many are one program and wherever they run."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.cli_options import devices, some
from app.cli_sweep import axis, parts
from engine.api import OpenGraph
from engine.backends import xla
from engine.errors import GradwireError, LoweringError, SettingError
from engine.files.save import save
from engine.sweep import Axis, Row, sweep
from nodes.library import LIBRARY
from tests.engine.training_graphs import network, rosenbrock

ROOT = Path(__file__).resolve().parents[2]
RATES = Axis("optimizer_1", "learning_rate", (0.003, 0.01, 0.03))


def single(graph: OpenGraph, row: Row, axes: list[Axis], steps: int | None) -> None:
    """Compare a row with a run of its own."""
    for each, value in zip(axes, row.values, strict=True):
        graph = graph.with_setting(each.node, each.setting, value)
    alone = graph.run(steps, seed=row.seed, start="initial").only
    assert row.steps == alone.steps
    assert row.failed == alone.failed
    np.testing.assert_allclose(row.loss, alone.loss, rtol=1e-6)
    for name, value in alone.parameters.items():
        np.testing.assert_allclose(row.parameters[name], value, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("backend", ["xla", "numpy_code"])
def test_rates_and_seeds_are_one_program_and_the_runs_are_those_one_by_one(backend):
    graph = OpenGraph(network(), LIBRARY)
    noise = Axis("noise_1", "scale", (0.0, 0.2))
    found = sweep(graph, [RATES, noise], 2, steps=20, backend=backend)
    assert (found.programs, found.backend, len(found.rows)) == (1, backend, 12)
    assert [row.seed for row in found.rows] == [3, 4] * 6
    assert [row.values for row in found.rows[::2]] == [(rate, at) for rate in RATES.values for at in noise.values]
    assert len({row.loss for row in found.rows}) == 12
    for row in found.rows[::5]:
        single(graph, row, [RATES, noise], 20)


def test_values_of_a_structural_setting_make_a_program_each():
    graph = OpenGraph(rosenbrock(optimizer_1={"steps": 30}), LIBRARY)
    axes = [
        Axis("optimizer_1", "method", ("adam", "momentum", "lbfgs")),
        Axis("optimizer_1", "learning_rate", (1e-3, 2e-3)),
    ]
    found = sweep(graph, axes, steps=None)
    assert (found.programs, found.backend, len(found.rows)) == (
        4,
        "xla",
        6,
    )  # L-BFGS searches: its runs go by themselves
    for row in found.rows:
        single(graph, row, axes, None)


def test_runs_end_each_by_itself():
    graph = OpenGraph(
        rosenbrock(optimizer_1={"method": "gradient_descent", "until": "gradient_norm", "tolerance": 2.0}), LIBRARY
    )
    axes = [Axis("optimizer_1", "learning_rate", (1e-4, 1e-3, 1.0))]
    slow, quick, wild = sweep(graph, axes, steps=400).rows
    assert slow.steps < 400 and quick.steps < slow.steps and "Converged" in quick.stopped
    assert wild.failed and wild.steps < 20
    assert all(np.isfinite(value).all() for value in wild.parameters.values())
    for row in (slow, quick):
        single(graph, row, axes, 400)


def test_a_sweep_over_several_devices_is_that_over_one(tmp_path):
    path = tmp_path / "network.dgraph"
    save(path, network())
    words = ["sweep", str(path), "--over", "optimizer_1.learning_rate=0.003,0.01,0.03", "--seeds", "2", "--steps", "12"]
    environment = {**os.environ, "XLA_FLAGS": ""}
    printed = [
        subprocess.run(
            [sys.executable, "-m", "app.cli", *words, "--json", *more],
            cwd=ROOT, capture_output=True, text=True, check=True, env=environment,
        ).stdout
        for more in ((), ("--devices", "4"))
    ]  # fmt: skip
    one, four = map(json.loads, printed)
    assert (one["devices"], four["devices"]) == (1, 4)
    assert one["over"] == ["optimizer_1.learning_rate"]
    for first, second in zip(one["rows"], four["rows"], strict=True):
        assert first["settings"] == second["settings"] and first["seed"] == second["seed"]
        np.testing.assert_allclose(second["loss"], first["loss"], rtol=1e-6)
        for name, value in first["parameters"].items():
            np.testing.assert_allclose(second["parameters"][name], value, rtol=1e-6, atol=1e-9)


def test_without_jax_the_runs_follow_each_other(monkeypatch):
    monkeypatch.setattr(xla, "missing", lambda: "no JAX")
    graph = OpenGraph(rosenbrock(optimizer_1={}), LIBRARY)
    found = sweep(graph, [RATES], steps=5)
    assert found.backend == "numpy_code" and found.programs == 1
    single(graph, found.rows[1], [RATES], 5)


def test_what_cannot_be_swept_is_said():
    graph = OpenGraph(rosenbrock(optimizer_1={}, optimizer_2={}), LIBRARY)
    with pytest.raises(GradwireError, match="one optimizer"):
        sweep(graph, [], 2, steps=2)
    one = OpenGraph(rosenbrock(optimizer_1={}), LIBRARY)
    with pytest.raises(GradwireError, match="too large"):
        sweep(one, [RATES], 1_000_000, steps=2)
    with pytest.raises(LoweringError, match="not on 'autograd'"):
        sweep(one, [RATES], steps=2, backend="autograd")
    with pytest.raises(SettingError):
        sweep(one, [Axis("optimizer_1", "learning_rate", ("fast",))], steps=2)


def test_the_command_line_reads_values_with_brackets_and_texts():
    assert parts("1, [2,3],x") == ["1", "[2,3]", "x"]
    assert axis("dense_1.units=3,4") == Axis("dense_1", "units", (3, 4))
    assert axis("a.b.method=adam,[1,2]") == Axis("a.b", "method", ("adam", [1, 2]))
    for text in ("", "a=1", "a.b", "a.b=", ".b=1"):
        with pytest.raises(SettingError, match="--over takes"):
            axis(text)


def test_counts_that_make_no_sense_are_said():
    for read, text, words in (
        (some, "0", "at least 1, not 0"),
        (devices, "0", "at least 1, not 0"),
        (devices, "100000", "at most 256 host devices"),
    ):
        with pytest.raises(argparse.ArgumentTypeError, match=words):
            read(text)
    assert devices("8") == 8
