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
from engine.graph import Content, Graph
from engine.prepare import Prepared, prepare
from nodes.library import LIBRARY

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
