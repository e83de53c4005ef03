"""Two processes on the loopback address train as one does."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.cli import main
from engine.errors import LoweringError, SettingError
from engine.files.save import save
from engine.graph import Content, Graph
from engine.hosts import Hosts, require_spreadable
from tests import sizes
from tests.engine.training_graphs import network

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port on loopback that nothing listens on now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def together(file: Path, *more: str) -> list[subprocess.Popen[str]]:
    """Start two processes that train the graph together."""
    meeting = free_port()
    return [
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", "run", str(file), "--hosts", f"{meeting},2,{index}", "--json", *more],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for index in (0, 1)
    ]  # fmt: skip


@pytest.mark.parametrize("size", [8, 40] if sizes.soaking() else [8])
def test_two_processes_give_what_one_gives(tmp_path, size):
    """With minibatches, noise, batch norm and constraints; 40 rows are the whole table."""
    content = network()
    nodes = dict(content.graph.nodes)
    nodes["minibatch_1"] = replace(nodes["minibatch_1"], settings={"size": size})
    file = tmp_path / "network.dgraph"
    save(file, Content(Graph(nodes, content.graph.wires)))
    checkpoint = file.with_suffix(".checkpoint.dgraph")
    alone = subprocess.run(
        [sys.executable, "-m", "app.cli", "run", str(file), "--json"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    processes = together(file, "--checkpoint", "25")
    printed = [each.communicate(timeout=120) for each in processes]
    assert [each.returncode for each in processes] == [0, 0], printed
    assert printed[1][0] == ""  # the first writes for both
    one, two = json.loads(alone.stdout), json.loads(printed[0][0])
    assert two["backend"] == "xla" and one["steps"] == two["steps"] == 60
    np.testing.assert_allclose(two["loss"], one["loss"], rtol=1e-6)
    for name, value in one["parameters"].items():
        np.testing.assert_allclose(two["parameters"][name], value, rtol=1e-6, atol=1e-9)
    assert checkpoint.exists()


def test_the_work_is_spread_over_the_batch(tmp_path):
    """The compiled loop of two devices holds half of the batch on each, and sums over both."""
    script = """
from tests.engine.training_graphs import network, trainer
import engine.compiled_loop as loops
from engine.hosts import Spread
loops.spread = Spread
from dataclasses import replace
from engine.graph import Content, Graph
content = network()
nodes = dict(content.graph.nodes)
nodes["minibatch_1"] = replace(nodes["minibatch_1"], settings={"size": 8})
run = trainer(Content(Graph(nodes, content.graph.wires)), approach="static", backend="xla")
text = run._movers[0][0].loop._function.as_text()
print("all-reduce" in text, "f64[4,2]" in text)
"""
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "PATH": "", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert found.stdout.split() == ["True", "True"]


def test_the_meeting_is_on_loopback_unless_told():
    assert Hosts.parse("1234,2,1") == Hosts("127.0.0.1", 1234, 2, 1)
    assert Hosts.parse("10.0.0.7:1234,16,0") == Hosts("10.0.0.7", 1234, 16, 0)
    assert Hosts.parse("[::1]:1234,16,0").address == "[::1]"
    assert Hosts.parse("node-3.local:1,2,0").leads


@pytest.mark.parametrize(
    "text", ["", "1234", "1234,2", "1234,2,2", "0,2,0", "70000,2,0", "1234,0,0", "a b:1,2,0", "1,2,-1"]
)
def test_what_is_no_meeting_is_refused(text, capsys):
    with pytest.raises(SettingError, match="--hosts"):
        Hosts.parse(text)
    assert main(["run", str(ROOT / "sample_graphs" / "1_straight_line_hubble.dgraph"), f"--hosts={text}"]) == 2
    assert capsys.readouterr().err.startswith("gradwire: --hosts")


def test_only_xla_is_spread():
    require_spreadable("static", "xla")
    for approach, backend in (("tape", "autograd"), ("static", "numpy_code"), ("forward", "xla")):
        with pytest.raises(LoweringError, match="train together"):
            require_spreadable(approach, backend)
