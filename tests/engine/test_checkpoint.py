"""Checkpoints: a killed run goes on bit by bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.checkpoint import Checkpoint
from engine.errors import FileError, GradwireError
from engine.files.save import save
from nodes.library import LIBRARY
from tests.engine.training_graphs import network, rosenbrock

ROOT = Path(__file__).resolve().parents[2]
STEPS = 6_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "network.dgraph"
    save(path, network())
    return path


def command(file: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", "run", str(file), "--steps", str(STEPS), "--json", *more]


def parameters(printed: str) -> dict[str, object]:
    return dict(json.loads(printed)["parameters"])


@pytest.mark.parametrize("backend", ["numpy", "xla"])
def test_a_run_killed_dead_goes_on_bit_by_bit(file, backend):
    written = file.with_suffix(".checkpoint.dgraph")
    how = ("--backend", backend, "--checkpoint", "300", "--resume")
    whole = subprocess.run(command(file, "--backend", backend), cwd=ROOT, capture_output=True, text=True, check=True)
    killed = subprocess.Popen(command(file, *how), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while not written.exists() and time.monotonic() < end and killed.poll() is None:
        time.sleep(0.002)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    stood = engine.open(written, LIBRARY).content.kept
    assert stood is not None and 0 < stood.step < STEPS and stood.step % 300 == 0
    again = subprocess.run(command(file, *how), cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(again.stdout)["steps"] == STEPS - stood.step
    assert parameters(again.stdout) == parameters(whole.stdout)
    third = subprocess.run(command(file, *how), cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(third.stdout)["steps"] == 0  # it was done
    assert parameters(third.stdout) == parameters(whole.stdout)


def test_the_steps_of_the_optimizer_itself_count_over_both_runs(file):
    graph = engine.open(file, LIBRARY)
    whole = graph.run().only
    checkpoint = Checkpoint.beside(file, 17, resume=True)
    graph.run(40, checkpoint=checkpoint)
    rest = graph.run(checkpoint=checkpoint).only
    assert rest.steps == whole.steps - 40
    assert all(np.array_equal(value, rest.parameters[name]) for name, value in whole.parameters.items())
    assert graph.run(checkpoint=checkpoint).only.steps == 0


def test_what_was_written_by_another_graph_is_refused(file):
    graph = engine.open(file, LIBRARY)
    checkpoint = Checkpoint.beside(file, 10, resume=True)
    graph.run(10, checkpoint=checkpoint)
    other = graph.with_setting("optimizer_1", "learning_rate", 0.5)
    with pytest.raises(FileError, match="another graph"):
        other.run(10, checkpoint=checkpoint)
    assert other.run(10, checkpoint=replace(checkpoint, resume=False)).only.steps == 10


def test_optimizers_side_by_side_have_no_checkpoint(tmp_path):
    path = tmp_path / "rivals.dgraph"
    save(path, rosenbrock(optimizer_1={}, optimizer_2={}))
    with pytest.raises(GradwireError, match="side by side"):
        engine.open(path, LIBRARY).run(5, checkpoint=Checkpoint.beside(path, 2))
