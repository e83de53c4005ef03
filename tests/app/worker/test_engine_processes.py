"""The real engine in its processes: what the window gets is what the engine computes in place."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from app.assets import ASSETS, ROOT, SAMPLES
from app.worker import messages as m
from app.worker.asking import AskClient
from app.worker.client import RunControl
from app.worker.training import examine
from engine.data import Data
from engine.evaluate import look
from engine.files import read
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import prepare
from nodes.library import LIBRARY
from tests.app.conftest import line

WAIT = 30_000
SAMPLE_1, SAMPLE_2, SAMPLE_3 = (next(SAMPLES.glob(f"{k}_*.dgraph")) for k in (1, 2, 3))


@pytest.fixture
def runs(qtbot):
    control = RunControl()
    yield control
    control.close()


@pytest.fixture
def asks(qtbot):
    client = AskClient()
    client.answers = {}
    for name in ("types", "looks", "contour"):
        getattr(client, f"{name}_ready").connect(lambda _, said, name=name: client.answers.__setitem__(name, said))
    client.checked.connect(lambda _, said: client.answers.__setitem__("check", said))
    client.failed.connect(lambda _, question, *said: client.answers.__setitem__(question, said))
    yield client
    client.close()


def changed(content, node, **settings):
    old = content.graph.nodes[node]
    new = Node(node, old.operator, old.name, {**old.settings, **settings}, old.frozen)
    return Content(Graph({**content.graph.nodes, node: new}, content.graph.wires), content.layout, content.kept)


def run_to_end(qtbot, runs, content, folder=SAMPLES):
    runs.run(content, folder, ASSETS)
    qtbot.waitUntil(lambda: runs.state in ("finished", "failed", "paused"), timeout=WAIT)


def optimizer(content):
    return next(id for id, node in content.graph.nodes.items() if node.operator.startswith("optimizers."))


def test_the_processes_import_no_qt():
    code = (
        "import sys; import app.worker.run_process, app.worker.ask_process, app.worker.graphs;"
        "import engine.training, engine.evaluate;"
        "print([n for n in sys.modules if n.startswith(('PySide6', 'pyqtgraph'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_straight_line_reaches_the_closed_form(qtbot, runs):
    content = read(SAMPLE_1)
    run_to_end(qtbot, runs, content)
    assert runs.state == "finished", runs.sentence
    prepared = prepare(content, LIBRARY, Data(SAMPLES))
    x, y = (next(v for s, v in prepared.values.items() if s.name == name) for name in ("distance", "velocity"))
    slope, offset = np.polyfit(x, y, 1)
    names = {p.name: p.node for p in runs.lanes[0].parameters}
    values = runs.values(0)
    assert float(values[names["slope w"]]) == pytest.approx(slope, rel=1e-8)
    assert float(values[names["offset b"]]) == pytest.approx(offset, rel=1e-8)
    loss = runs.curve(0, next(s for s in runs.lanes[0].series if s.kind == "loss"))
    assert loss.mean[-1] == pytest.approx(np.mean((slope * x + offset - y) ** 2), rel=1e-8)


def test_five_optimizers_give_five_lanes_from_one_start(qtbot, runs):
    run_to_end(qtbot, runs, read(SAMPLE_3))
    assert len(runs.lanes) == 5
    starts = {
        tuple(runs.curve(k, series).mean[0] for series in lane.series if series.kind == "value")
        for k, lane in enumerate(runs.lanes)
    }
    assert len(starts) == 1
    ends = {tuple(float(v) for v in runs.values(k).values()) for k in range(5)}
    assert len(ends) == 5


def test_a_run_resumed_from_kept_values_ends_where_an_uninterrupted_one_does(qtbot, runs):
    content = read(SAMPLE_2)
    id = optimizer(content)
    run_to_end(qtbot, runs, changed(content, id, steps=40))
    straight = {node: value.copy() for node, value in runs.values(0).items()}
    run_to_end(qtbot, runs, changed(content, id, steps=25))
    kept = []
    runs.kept(0, kept.append)
    qtbot.waitUntil(lambda: bool(kept), timeout=WAIT)
    assert kept[0].step == 25
    half = changed(content, id, steps=40)
    run_to_end(qtbot, runs, Content(half.graph, half.layout, kept[0]))
    assert runs.steps == 40
    for node, value in runs.values(0).items():
        np.testing.assert_array_equal(value, straight[node])


def test_a_learning_rate_that_explodes_pauses_the_run_and_names_node_and_step(qtbot, runs):
    content = line()
    run_to_end(qtbot, runs, changed(content, "descent", learning_rate=10.0, steps=5000), None)
    assert runs.state == "paused"
    assert runs.node in content.graph.nodes
    assert "step" in runs.sentence
    assert np.isfinite([float(v) for v in runs.values(0).values()]).all()
    runs.set_live("descent", "learning_rate", 0.01)
    runs.resume()
    qtbot.waitUntil(lambda: runs.state in ("finished", "paused") and runs.steps > 5, timeout=WAIT)


def test_a_live_learning_rate_reaches_the_run(qtbot, runs):
    content = changed(line(), "descent", learning_rate=1e-7, steps=1_000_000_000)
    runs.run(content, None, ASSETS)
    qtbot.waitUntil(lambda: runs.steps > 1000, timeout=WAIT)
    assert abs(float(runs.values(0).get("w", 0.5)) - 0.5) < 0.01
    runs.set_live("descent", "learning_rate", 0.05)
    qtbot.waitUntil(lambda: abs(float(runs.values(0).get("w", 0.0)) - 2.0) < 1e-6, timeout=WAIT)
    runs.stop()


def test_a_missing_file_fails_the_run_with_its_node(qtbot, runs, tmp_path):
    content = changed(read(SAMPLE_1), "table_1", file="gone.csv")
    run_to_end(qtbot, runs, content, tmp_path)
    assert runs.state == "failed"
    assert runs.node == "table_1"
    assert "gone.csv" in runs.sentence


def test_too_little_memory_fails_the_run_and_names_a_node(qtbot):
    nodes = {
        "w": Node("w", "parameters.parameter", "", {"shape": (30_000_000,)}),
        "exp": Node("exp", "elementwise.exp"),
        "mean": Node("mean", "reductions.mean"),
        "descent": Node("descent", "optimizers.optimizer"),
    }
    chain = [("w", "exp.x"), ("exp", "mean.x"), ("mean", "descent.loss")]
    wires = frozenset(Wire(Socket(a, "value"), Socket(*b.split("."))) for a, b in chain)
    runs = RunControl(memory=500 * 2**20)
    try:
        run_to_end(qtbot, runs, Content(Graph(nodes, wires)), None)
        assert runs.state == "failed"
        assert "memory" in runs.sentence or "allocate" in runs.sentence
        assert runs.node in nodes
    finally:
        runs.close()


def test_every_wire_has_the_look_the_engine_computes(qtbot, asks):
    content = read(SAMPLE_1)
    asks.set_content(content, SAMPLES, ASSETS)
    asks.ask_types()
    asks.ask_looks()
    qtbot.waitUntil(lambda: {"types", "looks"} <= asks.answers.keys(), timeout=WAIT)
    truth = look(prepare(content, LIBRARY, Data(SAMPLES), strict=False))
    looks = asks.answers["looks"]
    assert looks.loss == truth.losses
    for socket, seen in truth.wires.items():
        got = looks.wires[socket.node][socket.name]
        assert got.type == str(seen.type)
        np.testing.assert_array_equal(got.partial.array(), seen.value)
        if seen.cotangent is not None:
            assert got.norm == pytest.approx(np.linalg.norm(seen.cotangent))
    (view,) = looks.views.values()
    assert view.shapes == {"x": (24,), "y": (24,), "fit": (24,)}
    assert {str(s): str(t) for s, t in asks.answers["types"].items()} == {
        "table_1.distance": "float64 (24,)",
        "table_1.velocity": "float64 (24,)",
    }


def test_views_alone_are_what_a_look_at_all_wires_shows_of_them(qtbot, runs, asks):
    content = read(SAMPLE_2)
    run_to_end(qtbot, runs, content)
    moment = runs.moment(0)
    asks.set_content(content, SAMPLES, ASSETS)
    asks.ask_looks(moment)
    qtbot.waitUntil(lambda: "looks" in asks.answers, timeout=WAIT)
    looks = asks.answers["looks"]
    found = []
    asks.views_ready.connect(lambda _, views, step: found.append((views, step)))
    asks.ask_views(list(looks.views), moment)
    assert asks.busy("views")
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    (views, step) = found[0]
    assert step == runs.steps and not asks.busy("views")
    assert views.keys() == looks.views.keys()
    for id, seen in looks.views.items():
        for name, packed in seen.inputs.items():
            np.testing.assert_allclose(views[id].inputs[name].array(), packed.array(), rtol=1e-12)


def test_looks_follow_the_moment_of_a_run(qtbot, runs, asks):
    content = read(SAMPLE_2)
    run_to_end(qtbot, runs, content)
    moment = runs.moment(0)
    asks.set_content(content, SAMPLES, ASSETS)
    asks.ask_looks(moment)
    qtbot.waitUntil(lambda: "looks" in asks.answers, timeout=WAIT)
    looks = asks.answers["looks"]
    assert looks.step == runs.steps
    for node, value in runs.values(0).items():
        np.testing.assert_array_equal(looks.wires[node]["value"].partial.array(), value)
    first = runs.curve(0, runs.lanes[0].series[0]).mean[0]
    assert next(iter(looks.loss.values())) < first


def test_contours_and_checks_are_the_engine_s(qtbot, asks):
    content = read(SAMPLE_3)
    asks.set_content(content, SAMPLES, ASSETS)
    asks.ask_contour(("parameter_1", 0), ("parameter_2", 0), (-2.0, 2.0, -1.0, 3.0), None, 21)
    asks.ask_check()
    qtbot.waitUntil(lambda: {"contour", "check"} <= asks.answers.keys(), timeout=WAIT)
    contour = asks.answers["contour"]
    x, y = contour.x.array(), contour.y.array()
    np.testing.assert_allclose(contour.loss.array(), (1 - x) ** 2 + 100 * (y[:, None] - x**2) ** 2, rtol=1e-12)
    assert [check.passed for check in asks.answers["check"]] == [True, True]
    assert "differences" in asks.answers["check"][0].sentence


def test_a_graph_under_construction_has_looks_as_far_as_it_goes(qtbot, asks):
    nodes = {
        "a": Node("a", "inputs.constant", "", {"value": (1.0, 4.0)}),
        "b": Node("b", "elementwise.exp"),
        "open": Node("open", "elementwise.add"),
        "odd": Node("odd", "no.such.operator"),
    }
    wires = frozenset([Wire(Socket("a", "value"), Socket("b", "x"))])
    asks.set_content(Content(Graph(nodes, wires)), None, ASSETS)
    asks.ask_looks()
    qtbot.waitUntil(lambda: "looks" in asks.answers, timeout=WAIT)
    looks = asks.answers["looks"]
    np.testing.assert_allclose(looks.wires["b"]["value"].partial.array(), np.exp([1.0, 4.0]))
    assert "open" not in looks.wires


def test_an_examination_marks_every_node_that_is_evaluated():
    marked = []
    content = read(SAMPLE_1)
    examine(m.Job.of(content, SAMPLES, ASSETS), None, marked.append)
    order = ["table_1", "multiply_1", "add_1", next(id for id in content.graph.nodes if id.startswith("mse"))]
    assert sorted(map(marked.index, order)) == list(map(marked.index, order))
