"""Every command as the guide says: what it prints, as JSON and for people, its exit codes and its refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.cli import main
from app.cli_options import COMMANDS
from engine.files.save import save
from nodes.library import LIBRARY
from tests.engine.training_graphs import content, rosenbrock

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "sample_graphs").glob("*.dgraph"))
HUBBLE = str(ROOT / "sample_graphs" / "1_straight_line_hubble.dgraph")
DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 100}


def call(capsys, *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def strict(text: str):
    """Return the JSON document; fail on NaN, Infinity and doubled keys."""

    def refuse(word: str):
        raise AssertionError(f"{word} is not JSON")

    def once(pairs):
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


@pytest.fixture
def rosen(tmp_path):
    path = tmp_path / "rosen.dgraph"
    save(path, rosenbrock(optimizer_1=DESCENT))
    return path


# Every command on every sample ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "words", [("run", "--steps", "20"), ("grad",), ("check",), ("inspect",)], ids=lambda words: words[0]
)
@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_commands_work_on_every_sample(capsys, sample, words, as_json):
    code, out, err = call(capsys, words[0], sample, *words[1:], *(["--json"] if as_json else []))
    assert (code, err) == (0, "")
    assert out.strip()
    if as_json:
        strict(out)


def test_there_are_three_samples():
    assert len(SAMPLES) >= 3


RESULT = {"optimizer", "loss", "steps", "parameters", "gradients", "seconds", "approach", "backend"}


def test_run_prints_the_documented_members(capsys, rosen):
    code, out, _ = call(capsys, "run", rosen, "--json")
    found = strict(out)
    assert code == 0
    assert set(found) == RESULT | {"stopped", "failed", "probes"}
    assert (found["steps"], found["approach"], found["backend"]) == (100, "static", "numpy_code")
    assert set(found["parameters"]) == set(found["gradients"]) == {"parameter_1", "parameter_2"}


def test_grad_prints_loss_and_gradients_at_the_start(capsys, rosen):
    _, out, _ = call(capsys, "grad", rosen, "--json")
    found = strict(out)
    assert set(found) == RESULT
    assert found["loss"] == pytest.approx(24.2)
    assert found["parameters"] == {"parameter_1": -1.2, "parameter_2": 1.0}
    assert found["gradients"]["parameter_1"] == pytest.approx(-215.6)
    assert found["gradients"]["parameter_2"] == pytest.approx(-88.0)
    assert found["steps"] == 0


def test_several_optimizers_give_a_list(capsys, tmp_path):
    save(tmp_path / "two.dgraph", rosenbrock(optimizer_1=DESCENT, optimizer_2={**DESCENT, "method": "adam"}))
    _, out, _ = call(capsys, "run", tmp_path / "two.dgraph", "--json")
    assert [each["optimizer"] for each in strict(out)] == ["optimizer_1", "optimizer_2"]


def test_text_names_parameters_losses_and_endings(capsys, rosen):
    _, out, _ = call(capsys, "run", rosen)
    assert "parameter_1" in out
    assert "Took its 100 steps." in out
    assert "static on numpy_code" in out


# Options --------------------------------------------------------------------------------------------------------------


def test_steps_settings_and_start_values(capsys, rosen, tmp_path):
    np.savez(tmp_path / "start.npz", parameter_1=0.5, parameter_2=np.array(0.25))
    words = ("--steps", 1, "--set", "optimizer_1.learning_rate=0.01", "--params", tmp_path / "start.npz", "--json")
    _, out, _ = call(capsys, "run", rosen, *words)
    found = strict(out)
    assert found["steps"] == 1
    assert found["parameters"]["parameter_1"] == pytest.approx(0.5 - 0.01 * (2 * (0.5 - 1)))
    assert found["parameters"]["parameter_2"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("approach", "backend"), [("tape", "autograd"), ("forward", "numpy_code"), ("static", "interpret")]
)
def test_approach_and_backend(capsys, rosen, approach, backend):
    code, out, _ = call(capsys, "grad", rosen, "--approach", approach, "--backend", backend, "--json")
    found = strict(out)
    assert code == 0
    assert (found["approach"], found["backend"]) == (approach, backend)
    assert found["gradients"]["parameter_1"] == pytest.approx(-215.6)


def test_a_backend_that_is_not_there_is_refused_with_the_names_people_use(capsys, rosen):
    code, _, err = call(capsys, "run", rosen, "--backend", "bar")
    assert code == 2
    assert "“bar” is no backend: choose numpy, xla, auto, autograd or interpret" in err


def test_a_bundled_sample_s_checkpoint_is_written_into_the_current_folder(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = sorted((ROOT / "sample_graphs").iterdir())
    code, _, _ = call(capsys, "run", HUBBLE, "--steps", "20", "--checkpoint", "10")
    assert code == 0
    written = tmp_path / "1_straight_line_hubble.checkpoint.dgraph"
    assert written.exists() and sorted((ROOT / "sample_graphs").iterdir()) == before
    code, out, _ = call(capsys, "run", HUBBLE, "--steps", "20", "--resume", "--json")
    assert code == 0 and json.loads(out)["steps"] == 0


def test_another_seed_gives_another_start(capsys):
    iris = next(path for path in SAMPLES if "iris" in path.name)
    starts = [strict(call(capsys, "grad", iris, "--seed", seed, "--json")[1])["parameters"] for seed in (1, 1, 2)]
    assert starts[0] == starts[1] != starts[2]


def test_another_data_file(capsys, tmp_path):
    (tmp_path / "two.csv").write_text("distance_mpc,velocity_km_s\n0,1\n1,3\n")
    _, out, _ = call(capsys, "grad", HUBBLE, "--input", f"Galaxies={tmp_path / 'two.csv'}", "--json")
    assert strict(out)["loss"] == pytest.approx((1 + 9) / 2)


def test_out_writes_what_json_prints(capsys, rosen, tmp_path):
    _, out, _ = call(capsys, "run", rosen, "--out", tmp_path / "r.json", "--json")
    assert (tmp_path / "r.json").read_text() == out


def test_plot_draws_the_loss(capsys, tmp_path, qapp):
    path = tmp_path / "loss.png"
    code, _, _ = call(capsys, "run", HUBBLE, "--steps", 300, "--plot", path)
    from PySide6.QtGui import QImage

    from app.theme import LIGHT

    image = QImage(str(path))
    assert (code, image.width(), image.height()) == (0, 1200, 720)
    colours = {image.pixelColor(x, y).name() for x in range(100, 1160, 3) for y in range(80, 640)}
    assert LIGHT.series[0] in colours


def test_inspect_describes_the_graph(capsys, rosen):
    found = strict(call(capsys, "inspect", rosen, "--json")[1])
    assert {node["id"] for node in found["nodes"]} == set(rosenbrock(optimizer_1=DESCENT).graph.nodes)
    assert ["square_1.value", "subtract_1.y"] in found["wires"]
    assert found["shapes"]["add_1.value"] == {"dtype": "float64", "shape": []}
    assert found["parameters"]["parameter_1"]["start"] == -1.2
    assert found["optimizers"] == {"optimizer_1": {"loss": "add_1.value", "parameters": ["parameter_1", "parameter_2"]}}
    assert [each for each in found["problems"] if each["severity"] == "error"] == []


def test_inspect_lists_problems_of_a_faulty_graph(capsys, tmp_path):
    save(tmp_path / "bad.dgraph", content({"add_1": {}, "unknown_1": {}}, ""))
    code, out, _ = call(capsys, "inspect", tmp_path / "bad.dgraph", "--json")
    found = strict(out)
    assert code == 0
    assert {each["node"] for each in found["problems"]} >= {"add_1", "unknown_1"}
    assert {node["id"]: node["known"] for node in found["nodes"]} == {"add_1": True, "unknown_1": False}
    assert "add_1" in call(capsys, "inspect", tmp_path / "bad.dgraph")[1]


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_nodes_lists_the_library(capsys, as_json):
    code, out, _ = call(capsys, "nodes", *(["--json"] if as_json else []))
    assert code == 0
    if as_json:
        found = {each["id"]: each for each in strict(out)}
        assert set(found) == set(LIBRARY)
        slider = found["optimizers.optimizer"]["settings"]["learning_rate"]
        assert (slider["type"], slider["default"], slider["log"]) == ("slider", 0.01, True)
    else:
        assert all(id in out.replace("\n", "") for id in LIBRARY)


# Numbers that JSON does not have --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "loss"), [(-1.0, "NaN"), (0.0, "-Infinity")], ids=["nan", "infinity"])
def test_nan_and_infinity_are_valid_json_and_exit_code_1(capsys, tmp_path, start, loss):
    graph = content(
        {"parameter_1": {"value": start}, "log_1": {}, "optimizer_1": {}}, "parameter_1>log_1 log_1>optimizer_1.loss"
    )
    save(tmp_path / "log.dgraph", graph)
    code, out, err = call(capsys, "run", tmp_path / "log.dgraph", "--json")
    found = strict(out)
    assert (code, found["loss"], found["failed"]) == (1, loss, True)
    assert "log_1" in err
    assert err.count("\n") == 1
    code, out, _ = call(capsys, "grad", tmp_path / "log.dgraph", "--json")
    assert (code, strict(out)["loss"]) == (0, loss)


# Exit codes and refusals ----------------------------------------------------------------------------------------------


def test_check_fails_on_a_wrong_gradient(capsys, tmp_path):
    """At the kink of |x| central differences give 0 where the derivative rule gives a side (or NaN)."""
    graph = content(
        {"parameter_1": {"value": 0.0}, "maximum_1": {}, "optimizer_1": {}},
        "parameter_1>maximum_1 maximum_1>optimizer_1.loss",
    )
    save(tmp_path / "kink.dgraph", graph)
    at_kink = call(capsys, "check", tmp_path / "kink.dgraph", "--set", "parameter_1.value=0.0000001", "--json")
    assert at_kink[0] == 1
    assert strict(at_kink[1])["passed"] is False
    away = call(capsys, "check", tmp_path / "kink.dgraph", "--set", "parameter_1.value=3")
    assert away[0] == 0
    assert away[1].startswith("ok")


REFUSED = [
    ("run",),
    ("run", "absent.dgraph"),
    ("run", HUBBLE, "--steps", "-1"),
    ("run", HUBBLE, "--steps", "many"),
    ("run", HUBBLE, "--nonsense"),
    ("run", HUBBLE, "--set", "slope w"),
    ("run", HUBBLE, "--set", "nobody.value=1"),
    ("run", HUBBLE, "--set", "Gradient descent.steps=0"),
    ("run", HUBBLE, "--set", "Gradient descent.learning_rate=NaN"),
    ("run", HUBBLE, "--input", "Galaxies"),
    ("run", HUBBLE, "--input", "Galaxies=absent.csv"),
    ("run", HUBBLE, "--input", "slope w=absent.csv"),
    ("run", HUBBLE, "--params", "absent.npz"),
    ("run", HUBBLE, "--params", HUBBLE),
    ("run", HUBBLE, "--approach", "magic"),
    ("grad", HUBBLE, "--approach", "tape", "--backend", "numpy_code"),
    ("run", HUBBLE, "--out", "no/such/folder/r.json"),
    ("run", HUBBLE, "--plot", "no/such/folder/r.png"),
    ("check", "absent.dgraph"),
    ("inspect", "absent.dgraph"),
    ("shot", "absent.dgraph", "x.png"),
    ("shot", HUBBLE, "x.png", "--size", "huge"),
    ("shot", HUBBLE, "x.png", "--panel", "nowhere"),
    ("shot", HUBBLE, "x.png", "--theme", "pink"),
    ("shot", HUBBLE, "x.png", "--select", "nobody"),
    ("--nonsense",),
    ("rnu", HUBBLE),
    ("absent.dgraph",),
]


@pytest.mark.parametrize("words", REFUSED, ids=[" ".join(Path(word).name for word in words) for words in REFUSED])
def test_bad_usage_and_bad_files_are_one_line_and_exit_code_2(capsys, monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("gradwire: ")
    assert err.count("\n") == 1
    assert len(err) < 400


def test_a_damaged_file_is_one_line(capsys, tmp_path):
    (tmp_path / "bad.dgraph").write_bytes(b'{"format": "gradwire.dgraph", "version": 1, "nodes": {"a": 1}}')
    for command in ("run", "grad", "check", "inspect"):
        code, out, err = call(capsys, command, tmp_path / "bad.dgraph")
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_graph_that_cannot_run_is_one_line_that_names_the_node(capsys, tmp_path):
    graph = content({"parameter_1": {}, "add_1": {"name": "the sum"}, "optimizer_1": {}}, "add_1>optimizer_1.loss")
    save(tmp_path / "bad.dgraph", graph)
    code, _, err = call(capsys, "run", tmp_path / "bad.dgraph")
    assert code == 2
    assert '"the sum" (add_1)' in err


def test_names_that_look_like_markup_are_printed_as_they_are(capsys, tmp_path):
    graph = content(
        {"parameter_1": {"name": "[bold]x[/bold]", "value": 1.0}, "square_1": {}, "optimizer_1": {"name": "[/red]"}},
        "parameter_1>square_1 square_1>optimizer_1.loss",
    )
    save(tmp_path / "markup.dgraph", graph)
    for command in ("run", "grad", "inspect", "check"):
        code, out, _ = call(capsys, command, tmp_path / "markup.dgraph")
        assert code == 0
        assert "[bold]x[/bold]" in out


def test_files_alone_open_the_window(monkeypatch, tmp_path):
    """The window itself has its own tests: here it only has to be asked for, with the files given."""
    opened = []
    monkeypatch.setattr("app.main.window", lambda files: opened.append(files) or 0)
    assert main([HUBBLE]) == 0
    assert main([]) == 0
    assert opened == [[HUBBLE], []]


def test_help_describes_every_command(capsys):
    code, out, _ = call(capsys, "--help")
    assert code == 0
    for command in COMMANDS:
        assert command.name in out
        code, own, _ = call(capsys, command.name, "--help")
        assert code == 0
        assert "--json" in own
        for names, options in command.arguments:
            assert names[0] in own or options["metavar"] in own


def test_the_guide_names_every_command_and_option():
    guide = (ROOT / "docs" / "command-line.md").read_text()
    for command in COMMANDS:
        assert f"gradwire {command.name}" in guide
        for names, _ in command.arguments:
            assert names[0] in guide.lower()


# As a program ---------------------------------------------------------------------------------------------------------


def test_no_command_but_the_pictures_loads_qt():
    script = (
        "import sys; from app.cli import main; "
        "commands = ('run', 'grad', 'check', 'compare', 'inspect'); "
        f"codes = [main([c, {HUBBLE!r}, '--json']) for c in commands] + [main(['nodes'])]; "
        "sys.exit(any(codes) or any(name.startswith(('PySide6', 'pyqtgraph')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_output_is_utf8_and_a_closed_pipe_is_no_error(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "app.cli", "nodes"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    with subprocess.Popen([*command, "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_progress_with_time_left_is_drawn_on_a_terminal_only(rosen):
    """Standard error is a pseudo-terminal; standard output stays JSON."""
    pty = pytest.importorskip("pty", reason="pseudo-terminals are POSIX")
    command = [sys.executable, "-m", "app.cli", "run", str(rosen), "--steps", "60000", "--json"]
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo-terminal to be had here: {error}")
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
        found = strict(process.stdout.read().decode())
    os.close(ours)
    text = shown.decode()
    assert found["steps"] == 60000
    assert "60000" in text
    assert "loss" in text
    assert "0:00:0" in text  # the time left


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux ends a pseudo-terminal with an error
        return b""
