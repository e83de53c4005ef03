"""Bad input through the public doors: the command line, `import engine`, and the window's session.

One table for each kind of fault, in bad_input.py. What a fault must bring is the same everywhere: one sentence that
says where it is and what may be done, exit code 2 (1 where a run met a value that is not finite), no traceback, every
file as it was.

Covered elsewhere, and not repeated here:

- damaged, hostile and truncated files: test_attacks.py, test_command_line.py, test_mutations.py
- every fault of a table, a million rows: tests/nodes/test_tables.py, test_table_attacks.py
- a read-only folder, every failing step of a save: tests/engine/files/test_save.py
- the memory cap, a runaway, a crash of a child process: tests/app/worker/test_run_control.py
- names that are markup, in the window: tests/app/test_hostile_text.py; control characters: test_terminal.py
- a wire that is refused while it is dragged: tests/app/canvas/test_gestures.py
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest

import engine
from app.cli import LONGEST, main
from engine.errors import GradwireError
from engine.files.read import parse, read
from engine.files.save import save
from engine.graph import Content, Graph
from nodes.library import LIBRARY
from tests.attacks.bad_input import GRAPHS, NAMES, NONFINITE, RUN_WORDS, SHOT_WORDS, TABLES, WORDS, P, bowl
from tests.engine.training_graphs import content

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "sample_graphs").glob("*.dgraph"))
HUBBLE = SAMPLES[0]
COMMANDS = ("run", "grad", "check")


def call(capsys: Any, *words: object) -> tuple[int, str, str]:
    """Run the command line; return exit code, stdout and stderr."""
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def strict(text: str) -> Any:
    """Return the JSON document; NaN and Infinity are none."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def refused(capsys: Any, *words: object) -> str:
    """Run a command that must be refused, and print nothing else; return its sentence."""
    code, out, err = call(capsys, *words)
    assert (code, out) == (2, ""), (code, out[:200], err)
    return one_line(err)


def one_line(err: str) -> str:
    """Return the one sentence that a command left on stderr."""
    assert err.startswith("gradwire: ") and err.endswith("\n") and err.count("\n") == 1, err
    sentence = err.removeprefix("gradwire: ").rstrip("\n")
    assert sentence.isprintable() and len(sentence) <= LONGEST and "Traceback" not in sentence
    return sentence


def digest(folder: Path) -> dict[str, str]:
    """Return the content of every file of a folder."""
    files = (path for path in sorted(folder.iterdir()) if stat.S_ISREG(path.lstat().st_mode))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Content], Path]:
    """Save a graph, faulty or not, as graph.dgraph."""

    def put(graph: Content) -> Path:
        save(tmp_path / "graph.dgraph", graph)
        return tmp_path / "graph.dgraph"

    return put


@pytest.fixture(autouse=True)
def samples_stay() -> Iterator[None]:
    before = digest(ROOT / "sample_graphs")
    yield
    assert digest(ROOT / "sample_graphs") == before


# Graphs that cannot run -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", GRAPHS)
def test_a_graph_that_cannot_run_says_so_through_every_door(capsys: Any, saved: Any, what: str) -> None:
    graph, node, words = GRAPHS[what]
    path = saved(graph)
    before = digest(path.parent)
    for command in COMMANDS:
        for more in ((), ("--json",)):
            sentence = refused(capsys, command, path, *more)
            assert all(word in sentence for word in words), sentence
    opened = engine.open(path, LIBRARY)
    for ask in (opened.run, opened.gradient, opened.check):
        with pytest.raises(GradwireError) as caught:
            ask()
        assert (caught.value.node, caught.value.sentence) == (node, sentence)
    code, out, err = call(capsys, "inspect", path, "--json")
    assert (code, err) == (0, "")
    errors = [each for each in strict(out)["problems"] if each["severity"] == "error"]
    assert any(each["node"] == node and each["sentence"].startswith(sentence[:60]) for each in errors)
    assert digest(path.parent) == before


@pytest.fixture
def session(qapp: Any) -> Iterator[Any]:
    """A session of the window, with engine processes."""
    from app.session import Session

    made = Session(LIBRARY)
    made.said = []
    made.message.connect(made.said.append)
    yield made
    made.discard()
    made.close()
    made.deleteLater()


def test_the_window_shows_each_such_graph_and_does_not_run_it(session: Any, saved: Any, qtbot: Any) -> None:
    for what, (graph, node, words) in GRAPHS.items():
        if what == "a missing data file":
            continue  # Only the engine process reads files: see the next test.
        path = saved(graph)
        session.open(path)
        session.said.clear()
        session.run()
        assert session.run_state == "idle", what
        assert len(session.said) == 1 and all(word in session.said[0] for word in words), session.said
        assert any(problem.node == node for problem in session.problems)
        assert session.content.graph == graph.graph and session.clean
        first = next(iter(graph.graph.nodes))
        assert session.rename(first, "still editable"), "the graph stays open and editable"
        session.undo()
        assert session.content.graph == graph.graph


def test_a_data_file_that_is_missing_fails_the_window_s_run(session: Any, saved: Any, qtbot: Any) -> None:
    graph, node, words = GRAPHS["a missing data file"]
    session.open(saved(graph))
    session.run()
    qtbot.waitUntil(lambda: session.run_state == "failed", timeout=20_000)
    assert all(word in session.runs.sentence for word in words) and session.runs.node == node
    assert session.content.graph == graph.graph and session.clean


def test_a_parameter_that_nothing_uses_is_named_and_the_rest_runs(capsys: Any, saved: Any) -> None:
    graph = content(
        {"parameter_1": {**P, "name": "lost"}, "parameter_2": P, "square_1": {}, "optimizer_1": {"steps": 2}},
        "parameter_2>square_1 square_1>optimizer_1.loss",
    )
    path = saved(graph)
    (problem,) = strict(call(capsys, "inspect", path, "--json")[1])["problems"]
    assert (problem["severity"], problem["node"]) == ("warning", "parameter_1")
    assert '"lost" (parameter_1) feeds nothing' in problem["sentence"]
    assert call(capsys, "run", path, "--json")[0] == 0


# Values that are not finite -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", NONFINITE)
def test_a_run_pauses_and_names_the_first_node_and_step(capsys: Any, saved: Any, what: str) -> None:
    graph, node, words = NONFINITE[what]
    path = saved(graph)
    (path.parent / "k.csv").write_text("k\na\nb\nc\n")
    before = digest(path.parent)
    code, out, err = call(capsys, "run", path, "--json")
    sentence, found = one_line(err), strict(out)
    assert (code, found["failed"], found["stopped"]) == (1, True, sentence)
    assert all(word in sentence for word in words), sentence
    assert not node or f'"culprit" ({node})' in sentence
    assert np.isfinite(np.asarray(next(iter(found["parameters"].values())), float)).all(), (
        "what was reached is not lost"
    )
    result = engine.open(path, LIBRARY).run()
    assert result[0].failed and result[0].stopped == sentence
    code, out, err = call(capsys, "grad", path, "--json")
    strict(out)
    assert (code, err) == (0, "")
    if "step 0" in sentence:
        code, out, err = call(capsys, "check", path, "--json")
        assert (code, err) == (1, ""), "a check that cannot be made has failed, without warnings on stderr"
        assert "cannot be checked" in strict(out)["parameters"][0]["sentence"]
    assert digest(path.parent) == before


def test_the_window_s_run_pauses_and_names_them_too(session: Any, saved: Any, qtbot: Any) -> None:
    graph, node, words = NONFINITE["log, after some steps"]
    session.open(saved(graph))
    session.run()
    qtbot.waitUntil(lambda: session.run_state == "paused", timeout=20_000)
    assert session.runs.node == node and all(word in session.runs.sentence for word in words)
    assert session.problems[0].node == node
    assert session.content.graph == graph.graph and session.clean
    assert math.isfinite(session.runs.values(0)["parameter_1"])


# Tables ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", TABLES)
def test_a_faulty_table_is_named_by_node_file_line_and_column(capsys: Any, tmp_path: Path, what: str) -> None:
    data, words = TABLES[what]
    table = tmp_path / "mine.csv"
    table.write_bytes(data)
    for command in COMMANDS if len(data) < 1000 else ("run",):
        sentence = refused(capsys, command, HUBBLE, "--input", f"Galaxies={table}", "--json")
        assert sentence.startswith('"Galaxies" (table_1) cannot use “mine.csv”: ') and words in sentence
    code, out, _ = call(capsys, "inspect", HUBBLE, "--input", f"Galaxies={table}", "--json")
    assert code == 0
    assert any(each["node"] == "table_1" and words in each["sentence"] for each in strict(out)["problems"])
    assert table.read_bytes() == data


# Words of a command line that are no good -----------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with bad start values in it."""
    monkeypatch.chdir(tmp_path)
    Path("text.npz").write_text("hello")
    np.save("one.npy", np.ones(3))
    for name, value in {"shape": np.ones((7, 5, 3)), "nan": np.nan, "words": "abc", "objects": [{}]}.items():
        array = np.asarray(value, object) if name == "objects" else np.asarray(value)
        np.savez(f"{name}.npz", parameter_1=array)
    np.savez("nobody.npz", nobody=1.0)
    Path("protected.json").write_text("mine")
    Path("protected.json").chmod(0o444)
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe")
    return tmp_path


WITH_FIRST = [path for path in SAMPLES if '"parameter_1"' in path.read_text(encoding="utf-8")]
"""Samples that have the parameter which the bad start values speak of: all but a few."""


@pytest.mark.parametrize("sample", WITH_FIRST, ids=lambda path: path.stem)
def test_bad_words_are_refused_by_every_command_on_every_sample(capsys: Any, here: Path, sample: Path) -> None:
    before = digest(here)
    array = np.shape(engine.open(sample).prepare().parameters["parameter_1"])
    null = stat.S_ISCHR(os.stat("/dev/null").st_mode)
    table = [(command, *each) for command in COMMANDS for each in WORDS.items()]
    table += [("run", *each) for each in RUN_WORDS.items()] + [("shot", *each) for each in SHOT_WORDS.items()]
    for command, what, (words, part) in table:
        if what == "--params with NaN" and array:
            part = "(parameter_1) starts from "  # One number has not its shape.
        if what == "--input without a path" and command == "shot":
            continue
        for more in ((), ("--json",)):
            sentence = refused(capsys, command, sample, *words, *more)
            assert part in sentence, f"{command}, {what}: {sentence}"
    assert digest(here) == before
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode) == null, "a device was replaced by a file"


@pytest.mark.parametrize("command", [*COMMANDS, "inspect", "shot"])
@pytest.mark.parametrize("file", ["gone.dgraph", ".", "", "/dev/zero", "x" * 5000, "pipe", "text.npz", "\u202eevil"])
def test_what_is_no_graph_is_refused_by_every_command(capsys: Any, here: Path, command: str, file: str) -> None:
    refused(capsys, command, file, *(["x.png"] if command == "shot" else []))
    if file:
        refused(capsys, file) if not Path(file[:200]).is_file() else None


def test_a_number_in_the_place_of_a_wire_is_not_silently_left_unused(capsys: Any) -> None:
    assert "(multiply_1): y is wired" in refused(capsys, "run", HUBBLE, "--set", "multiply_1.y=7")


def test_two_start_values_for_one_parameter(capsys: Any, tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", **{"slope w": 1.0, "parameter_1": 2.0})
    assert "two start values" in refused(capsys, "grad", HUBBLE, "--params", tmp_path / "two.npz")


def test_results_follow_links_and_do_not_replace_them(capsys: Any, tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    assert call(capsys, "run", HUBBLE, "--steps", "1", "--out", tmp_path / "link.json")[0] == 0
    assert (tmp_path / "link.json").is_symlink()
    assert strict((tmp_path / "real.json").read_text())["steps"] == 1


# Files of other versions, and names -----------------------------------------------------------------------------------


def test_a_file_of_a_newer_gradwire_says_so_and_stays(capsys: Any, tmp_path: Path, session: Any) -> None:
    path = tmp_path / "new.dgraph"
    path.write_text('{"format": "gradwire.dgraph", "version": 99, "nodes": {}}')
    before = session.content
    for command in (*COMMANDS, "inspect"):
        sentence = refused(capsys, command, path)
        assert "new.dgraph" in sentence and "newer Gradwire" in sentence and "99" in sentence
    with pytest.raises(GradwireError, match="newer Gradwire"):
        session.open(path)
    assert session.content is before, "the open document stays"
    assert "99" in path.read_text()


@pytest.mark.parametrize("name", ["n" * 10_000, "a\u202eb" * 100], ids=["10,000 characters", "300 characters of bidi"])
def test_a_name_longer_than_allowed_is_refused_by_file_save_and_window(
    capsys: Any, tmp_path: Path, session: Any, name: str
) -> None:
    path = tmp_path / "long.dgraph"
    document = {
        "format": "gradwire.dgraph", "version": 1,
        "nodes": {"a": {"operator": "elementwise.add", "name": name}},
    }  # fmt: skip
    path.write_text(json.dumps(document))
    sentence = refused(capsys, "inspect", path)
    assert "name" in sentence and "200" in sentence
    good = content({"add_1": {"name": "short"}}, "")
    session.adopt(good, None, clean=True)
    assert not session.rename("add_1", name) or session.label("add_1") == "short"
    assert session.label("add_1") == "short" and session.clean
    long = {id: replace(node, name=name) for id, node in good.graph.nodes.items()}
    save(tmp_path / "kept.dgraph", good)
    with pytest.raises(GradwireError):
        save(tmp_path / "kept.dgraph", Content(Graph(long, frozenset())))
    assert read(tmp_path / "kept.dgraph").graph == good.graph


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_and_never_taken_for_anything_else(capsys: Any, here: Path, saved: Any, name: str) -> None:
    graph = content(
        {"parameter_1": {**P, "name": name}, "square_1": {"name": name}, "optimizer_1": {"steps": 3, "name": name}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )
    path = saved(graph)
    for command in (*COMMANDS, "inspect"):
        for more in ((), ("--json",)):
            code, out, err = call(capsys, command, path, *more)
            assert (code, err) == (0, "")
            if more:
                strict(out)
            else:
                assert "\u202e" not in out and "\u2066" not in out, "nothing turns the terminal's text round"
    assert not Path("gone").exists()
    assert parse(path.read_bytes()).graph == graph.graph


# Disks ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB, with 8 kB left."""
    place = tmp_path / "disk"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small disk; tests/engine/files/test_save.py plants the errors")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this machine does not let its root mount a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(place: Path) -> None:
    with contextlib.suppress(OSError), open(place / "filler", "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_costs_nothing_but_the_file(capsys: Any, full_disk: Path, session: Any) -> None:
    path = full_disk / "graph.dgraph"
    session.open(HUBBLE)
    session.save(path)
    (full_disk / "r.json").write_text("old")
    fill(full_disk)
    before = digest(full_disk)
    assert session.rename("parameter_1", "a new name")
    with pytest.raises(GradwireError, match="disk is full"):
        session.save()
    assert session.label("parameter_1") == "a new name" and not session.clean, "the work is still there, unsaved"
    assert session.path == path
    for option, name in (("--out", "r.json"), ("--out", "new.json"), ("--plot", "p.png")):
        code, out, err = call(capsys, "run", HUBBLE, "--steps", "2", option, full_disk / name, "--json")
        assert code == 2 and "disk is full" in one_line(err) and name in err
        assert strict(out)["steps"] == 2, "the numbers are not lost"
    assert digest(full_disk) == before, "files as they were, and nothing left over"
    (full_disk / "filler").unlink()
    session.save()
    assert session.clean and read(path).graph == session.graph


def test_stdout_that_is_full_closed_or_of_another_encoding() -> None:
    def run(how: str, **more: str) -> subprocess.CompletedProcess[bytes]:
        command = f'"$0" -m app.cli inspect "$1" {how}'
        words = ["sh", "-c", command, sys.executable, str(SAMPLES[2])]
        return subprocess.run(words, cwd=ROOT, env={**os.environ, **more}, capture_output=True, check=False)

    done = run("", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"") and "100 ×" in done.stdout.decode()
    done = run(">&-")
    assert (done.returncode, done.stderr) == (0, b"")
    if os.path.exists("/dev/full"):
        done = run("> /dev/full")
        assert done.returncode == 2 and "space" in one_line(done.stderr.decode())


# Memory ---------------------------------------------------------------------------------------------------------------

HUGE = content(
    {"parameter_1": {"initial": "ones", "shape": (10_000, 10_000), "name": "huge"}, "sum_1": {}, "optimizer_1": {}},
    "parameter_1>sum_1 sum_1>optimizer_1.loss",
)

CAPPED = """
import resource, sys
from app.worker.guards import cap_memory
cap_memory(400 * 2**20)
from app.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["run", "inspect"])
@pytest.mark.skipif(sys.platform != "linux", reason="memory is capped by RLIMIT_DATA")
def test_a_graph_too_large_for_the_memory_is_one_line(saved: Any, command: str) -> None:
    words = [sys.executable, "-c", CAPPED, command, str(saved(HUGE)), "--json"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if command == "run":
        assert done.returncode == 2 and not done.stdout
        assert one_line(done.stderr).startswith('"huge" (parameter_1) needs more memory than there is')
    else:
        assert (done.returncode, done.stderr) == (0, "")
        assert any(each["node"] == "parameter_1" for each in strict(done.stdout)["problems"])


@pytest.mark.skipif(sys.platform != "linux", reason="memory is capped by RLIMIT_DATA")
def test_the_memory_cap_holds_for_a_real_graph_in_the_window(qtbot: Any) -> None:
    from app.worker.client import RunControl

    runs = RunControl(memory=600 * 2**20)
    try:
        runs.run(HUGE, None, ROOT / "assets")
        qtbot.waitUntil(lambda: runs.state == "failed", timeout=20_000)
        assert "memory" in runs.sentence and runs.node == "parameter_1", (runs.sentence, runs.node)
        runs.run(bowl(1.0, "square", steps=3), None, ROOT / "assets")
        qtbot.waitUntil(lambda: runs.state == "finished", timeout=20_000)
    finally:
        runs.close()


def test_a_run_without_end_is_stopped(session: Any, qtbot: Any) -> None:
    """A billion steps of a real graph: the window stops them, and keeps what they reached."""
    graph = bowl(1.0, "square", learning_rate=1e-6, steps=10**9)
    session.adopt(graph, None, clean=True)
    session.run()
    qtbot.waitUntil(lambda: session.runs.steps > 0, timeout=20_000)
    session.stop()
    qtbot.waitUntil(lambda: session.run_state == "finished", timeout=5_000)
    assert 0 < session.runs.steps < 10**9 and session.content.graph == graph.graph
