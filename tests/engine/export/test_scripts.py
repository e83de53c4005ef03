# ruff: noqa: E501 - texts of Python stand on one line each
"""Every sample as a script: it runs alone, in a process of its own, and gives the same loss and gradients."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Data
from engine.evaluate import gradient
from engine.export.script import DIALECTS, helpers, script
from engine.files.read import parse
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import Prepared, prepare
from engine.program.solving import SENSITIVITY
from engine.python.text import described
from nodes.library import LIBRARY
from tests.engine.control_graphs import prepared as of_graph
from tests.engine.test_ode import spiral

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted((ROOT / "sample_graphs").glob("*.dgraph"))


def prepared(path: Path) -> Prepared:
    content: Content = parse(path.read_bytes(), name=path.name)
    return prepare(content, LIBRARY, Data(path.parent, ROOT / "assets"))


def run(text: str, folder: Path) -> dict[str, Any]:
    """Run a script in an empty folder, with Gradwire out of its way."""
    path = folder / "exported.py"
    path.write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", str(path)], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_sample_as_a_script_gives_the_same(path: Path, dialect: str, tmp_path: Path) -> None:
    ready = prepared(path)
    for plan in ready.plans:
        text = script(ready, dialect, title=path.stem, optimizer=plan.id)
        assert not imports(text) & {"engine", "nodes", "app"}
        found = run(text, tmp_path)
        expected = gradient(ready, optimizer=plan.id, approach="static")
        assert found["loss"] == pytest.approx(expected.loss, rel=1e-10, abs=1e-12)
        whole = np.concatenate([np.ravel(each) for each in expected.gradients.values()])
        other = np.concatenate([np.ravel(each) for each in found["gradients"].values()])
        assert np.linalg.norm(whole - other) <= 1e-10 * max(np.linalg.norm(whole), 1e-12)
        break


def imports(text: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
    return names


def test_hostile_names_become_identifiers_and_quoted_text(tmp_path: Path) -> None:
    ready = prepared(ROOT / "sample_graphs" / "1_straight_line_hubble.dgraph")
    hostile = '"""\nimport os; os.system("touch escaped")\n'
    nodes = {
        id: type(node)(node.id, node.operator, hostile + id + "\u202e ; class \x00", node.settings, node.frozen)
        for id, node in ready.graph.nodes.items()
    }
    wild = replace(ready, content=replace(ready.content, graph=Graph(nodes, ready.graph.wires)))
    text = script(wild, "numpy", title=hostile * 3)
    assert imports(text) <= {"json", "autograd", "numpy"}
    run(text, tmp_path)
    assert not (tmp_path / "escaped").exists()


def test_helpers_are_whole() -> None:
    for how in DIALECTS.values():
        for name, text in helpers(how).items():
            ast.parse(text)
            assert f"def {name}(" in text


CONTROL = {
    "while": "def f(x, y):\n    s, t, n = 0.0, x, 1\n    while abs(t) >= 1e-8:\n        s += t\n        t = -t * x * x / ((n + 1) * (n + 2))\n        n += 2\n    return s * y",
    "for": "def f(x, y):\n    s = np.zeros(2)\n    for row in np.array([[x, y], [y, 1.0], [2.0, x]]):\n        s = np.tanh(s + row)\n    return s.sum()",
    "branch": "def f(x, y):\n    if x > y:\n        z = x * y\n    else:\n        z = x - y\n    return z * z",
    "recursion": "def f(x, y):\n    def down(t):\n        return t if t < 0.1 else np.sin(down(t * 0.5) + y)\n    return down(x)",
    "nested": "def f(x, y):\n    s = 0.0\n    for i in range(4):\n        t = x\n        while t < 3:\n            t = t * 1.7 + 0.1 * i\n        s = s + t * y\n    return s",
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", CONTROL)
def test_control_flow_stays_control_flow(name: str, dialect: str, tmp_path: Path) -> None:
    nodes = {
        "x": Node("x", "parameters.parameter", settings={"shape": (), "initial": "value", "value": 0.9}),
        "y": Node("y", "parameters.parameter", settings={"shape": (), "initial": "value", "value": 0.4}),
        "p": Node("p", "control.python", settings={"code": CONTROL[name]}),
        "o": Node("o", "optimizers.optimizer"),
    }
    output = described(CONTROL[name]).returns[0]
    wires = {
        Wire(Socket("x", "value"), Socket("p", "xs.0")),
        Wire(Socket("y", "value"), Socket("p", "xs.1")),
        Wire(Socket("p", output), Socket("o", "loss")),
    }
    ready = prepare(Content(Graph(nodes, frozenset(wires))), LIBRARY, Data(tmp_path, ROOT / "assets"))
    found = run(script(ready, dialect), tmp_path)
    expected = gradient(ready, approach="static")
    assert found["loss"] == pytest.approx(expected.loss, rel=1e-12)
    assert found["gradients"]["x"] == pytest.approx(float(expected.gradients["x"]), rel=1e-10, abs=1e-12)
    assert found["gradients"]["y"] == pytest.approx(float(expected.gradients["y"]), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    "title",
    [
        'a "graph" it\'s',
        '"quoted"',
        '"""',
        'x\\"""y\\',
        "Größe \u202e turned",
        "lines\nof\ttext",
        "\ud800",
        "\\N{DASH}",
    ],
)
def test_what_a_graph_is_called_reads_in_its_script_as_it_was_written(title: str) -> None:
    """The title is the module's docstring, whatever is in it; what a reader could be misled by is escaped."""
    text = script(prepared(ROOT / "sample_graphs" / "1_straight_line_hubble.dgraph"), "numpy", title=title)
    first = text.splitlines()[0]
    assert ast.get_docstring(ast.parse(text), clean=False) == (
        f"{' '.join(title.split())}: the loss of a graph and its gradients, in NumPy and autograd."
    )
    assert "\u202e" not in first and not any("\ud800" <= c <= "\udfff" for c in first)
    if title.startswith("a "):
        assert first.startswith(f'"""{title}: '), "nothing in it is escaped"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_equation_with_forward_sensitivity_as_a_script_gives_the_same(dialect: str, tmp_path: Path) -> None:
    ready = of_graph(spiral(gradient=SENSITIVITY))
    found = run(script(ready, dialect, title="spiral"), tmp_path)
    expected = gradient(ready, approach="static")
    assert found["loss"] == pytest.approx(expected.loss, rel=1e-12)
    for name, value in expected.gradients.items():
        assert np.ravel(found["gradients"][name]) == pytest.approx(np.ravel(value), rel=1e-10)
