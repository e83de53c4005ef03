"""`gradwire diff`: lines for people, one JSON document for programs, exit codes 0, 1 and 2."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from engine.files import read
from engine.files.save import save
from engine.graph import Content, Graph, Kept, Layout, Node, Place
from engine.types import Tensor
from tests.engine.training_graphs import DESCENT, rosenbrock

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pair(tmp_path):
    save(tmp_path / "a.dgraph", rosenbrock(optimizer_1=DESCENT))
    save(tmp_path / "b.dgraph", rosenbrock(optimizer_1={**DESCENT, "learning_rate": 0.25}))
    return [str(tmp_path / name) for name in ("a.dgraph", "b.dgraph")]


def call(capsys, *words):
    code = main(["diff", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_same_graph_prints_nothing(capsys, pair):
    assert call(capsys, pair[0], pair[0]) == (0, "", "")


def test_a_setting_is_told_from_old_to_new(capsys, pair):
    code, out, err = call(capsys, *pair)
    assert (code, err) == (1, "")
    before = DESCENT["learning_rate"]
    assert out.splitlines()[:2] == [f"--- {pair[0]}", f"+++ {pair[1]}"]
    assert f"    learning_rate: {before} -> 0.25\n" in out


def test_json_has_the_documented_members(capsys, pair):
    code, out, _ = call(capsys, *pair, "--json")
    found = json.loads(out)
    assert (code, found["same"]) == (1, False)
    assert set(found) == {
        "before", "after", "same", "added", "removed", "changed", "wires_added", "wires_removed", "notes_added",
        "notes_removed", "notes_changed", "kept", "lesson", "layout",
    }  # fmt: skip
    change = {"what": "settings.learning_rate", "before": DESCENT["learning_rate"], "after": 0.25}
    assert found["changed"] == [{"before": "optimizer_1", "after": "optimizer_1", "changes": [change]}]


def test_layout_counts_only_where_asked(capsys, pair, tmp_path):
    content = read(pair[0])
    places = {id: Place(7.0, 8.0) for id in content.graph.nodes}
    save(tmp_path / "moved.dgraph", replace(content, layout=Layout(places, content.layout.notes)))
    code, out, err = call(capsys, pair[0], tmp_path / "moved.dgraph")
    assert (code, out) == (0, "")
    assert "--layout shows that" in err
    code, out, err = call(capsys, pair[0], tmp_path / "moved.dgraph", "--layout")
    assert (code, err) == (1, "")
    assert "@@ layout @@" in out
    assert "[7.0, 8.0]" in out
    code, out, _ = call(capsys, pair[0], tmp_path / "moved.dgraph", "--json")
    assert (code, json.loads(out)["same"], bool(json.loads(out)["layout"])) == (0, True, True)


def test_nodes_wires_notes_and_kept_values_are_lines(capsys, tmp_path):
    sample = ROOT / "sample_graphs" / "2_iris_network.dgraph"
    save(tmp_path / "empty.dgraph", Content())
    _, gone, _ = call(capsys, sample, tmp_path / "empty.dgraph")
    _, come, _ = call(capsys, tmp_path / "empty.dgraph", sample)
    content = read(sample)
    for sign, text in (("-", gone), ("+", come)):
        lines = text.splitlines()
        assert all(f"{sign} {wire.source} -> {wire.target}" in lines for wire in content.graph.wires)
        for id in content.graph.nodes:
            assert sum(line.startswith(f"{sign} ") and f"({id}) " in line for line in lines) == 1
        for id in content.layout.notes:
            assert any(line.startswith(f"{sign} {id} ") for line in lines)
    assert sorted(gone.splitlines()[2:]) == sorted(line.replace("+", "-", 1) for line in come.splitlines()[2:])


def test_kept_arrays_say_how_far_apart_they_are(capsys, pair, tmp_path):
    content = read(pair[0])
    for name, last in (("one", 3.0), ("two", 3.5)):
        kept = Kept(4, 0, "optimizer_1", {"optimizer_1": Tensor.of([1.0, last])})
        save(tmp_path / f"{name}.dgraph", replace(content, kept=kept))
    code, out, _ = call(capsys, tmp_path / "one.dgraph", tmp_path / "two.dgraph")
    assert code == 1
    assert "different by up to 0.5" in out


def test_code_changes_line_by_line(capsys, tmp_path):
    for name, line in (("one", "sin"), ("two", "cos")):
        node = Node("p", "control.python", settings={"code": f"def f(x):\n    y = np.{line}(x)\n    return y\n"})
        save(tmp_path / f"{name}.dgraph", Content(Graph({"p": node})))
    _, out, _ = call(capsys, tmp_path / "one.dgraph", tmp_path / "two.dgraph")
    assert "      -    y = np.sin(x)\n      +    y = np.cos(x)\n" in out


def test_long_values_say_where_they_differ(capsys, tmp_path):
    for name, last in (("one", 1), ("two", 2)):
        node = Node("c", "inputs.constant", settings={"value": (0,) * 300 + (last,)})
        save(tmp_path / f"{name}.dgraph", Content(Graph({"c": node})))
    _, out, _ = call(capsys, tmp_path / "one.dgraph", tmp_path / "two.dgraph")
    assert "(item 300: 1 -> 2)" in out


def test_a_file_does_not_speak_to_the_terminal(capsys, tmp_path):
    save(tmp_path / "one.dgraph", Content(Graph({"c": Node("c", "inputs.constant")})))
    save(
        tmp_path / "two.dgraph", Content(Graph({"c": Node("c", "inputs.constant", "", {"file": "\x1b[31mred\u202e"})}))
    )
    _, out, _ = call(capsys, tmp_path / "one.dgraph", tmp_path / "two.dgraph")
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_bad_file_is_exit_code_2(capsys, pair, tmp_path):
    (tmp_path / "bad.dgraph").write_text("{")
    for words in ((pair[0], tmp_path / "bad.dgraph"), (tmp_path / "absent.dgraph", pair[0])):
        code, out, err = call(capsys, *words)
        assert (code, out) == (2, "")
        assert err.startswith("gradwire: ")
        assert err.count("\n") == 1


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")
def test_git_shows_it_as_the_page_says(pair, tmp_path):
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in page.splitlines() if line.startswith("    ")]
    config, attributes = (next(x for x in lines if x.startswith(start)) for start in ("git config diff.", "echo '*."))
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "gradwire"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m app.cli "$@"\n')
    command.chmod(0o755)
    own = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": own, "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(tmp_path)}
    repository = tmp_path / "repository"
    repository.mkdir()
    shutil.copy(pair[0], repository / "net.dgraph")
    script = (
        f"git init -q . && {config} && {attributes} && git add . && cp '{pair[1]}' net.dgraph && git --no-pager diff"
    )
    ran = subprocess.run(
        ["sh", "-c", script], cwd=repository, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "learning_rate: " in ran.stdout
    assert " -> 0.25" in ran.stdout
