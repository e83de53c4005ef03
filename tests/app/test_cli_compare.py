"""`gradwire compare`: a table for people, one JSON document for programs, exit code 1 where gradients differ."""

import json

import pytest

from app.cli import main
from app.measures import cells
from app.units import bytes_text, seconds_text
from engine import compare as comparing
from engine.autodiff.names import APPROACHES
from engine.compare import Line
from engine.files.save import save
from tests.engine.training_graphs import DESCENT, network, rosenbrock

MEMBERS = {"approach", "backend", "refused", "difference", "agrees", "first", "following", "memory", "equations"}


@pytest.fixture
def file(tmp_path):
    save(tmp_path / "valley.dgraph", rosenbrock(optimizer_1=DESCENT))
    return str(tmp_path / "valley.dgraph")


def call(capsys, *words):
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_every_approach_is_a_line(capsys, file):
    code, out, err = call(capsys, "compare", file)
    assert (code, err) == (0, "")
    for approach in APPROACHES:
        assert f"\n{approach} " in out
    assert "callbacks on xla: Callbacks are Python functions" in out
    assert "agrees to" in out
    assert "the measure" in out


def test_json_has_the_documented_members(capsys, file):
    code, out, _ = call(capsys, "compare", file, "--json")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {"optimizer", "loss", "features", "agree", "approaches"}
    assert found["loss"] == pytest.approx(24.2)
    assert found["agree"] is True
    for line in found["approaches"]:
        assert set(line) == MEMBERS
        assert bool(line["refused"]) == (line["first"] is None)
        if not line["refused"]:
            assert line["difference"] <= 1e-10
            assert line["agrees"] is True
            assert line["equations"] > 0
            assert line["backend"] == "xla" or line["memory"] > 0


def test_several_optimizers_give_a_list(capsys, tmp_path):
    save(tmp_path / "two.dgraph", rosenbrock(optimizer_1=DESCENT, optimizer_2={**DESCENT, "method": "adam"}))
    _, out, _ = call(capsys, "compare", tmp_path / "two.dgraph", "--json")
    assert [each["optimizer"] for each in json.loads(out)] == ["optimizer_1", "optimizer_2"]


def test_a_network_agrees_too(capsys, tmp_path):
    save(tmp_path / "network.dgraph", network())
    code, out, _ = call(capsys, "compare", tmp_path / "network.dgraph", "--json")
    assert (code, json.loads(out)["agree"]) == (0, True)


def test_a_wrong_approach_is_told_and_the_exit_code_is_1(capsys, file, monkeypatch):
    own = comparing.gradient_function

    def wrong(program, of, wrt, approach, backend):
        right = own(program, of, wrt, approach, backend)
        if approach != "callbacks":
            return right

        def gradient(values):
            outputs, found = right(values)
            return outputs, (found[0] * (1 + 1e-9), *found[1:])

        return gradient

    monkeypatch.setattr(comparing, "gradient_function", wrong)
    code, out, _ = call(capsys, "compare", file)
    assert code == 1
    assert "DIFFERS by" in out
    assert out.count("DIFFERS") == 1


def test_an_approach_that_fails_is_a_sentence(capsys, file, monkeypatch):
    def failing(program, of, wrt, approach, backend):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(comparing, "gradient_function", failing)
    code, out, err = call(capsys, "compare", file, "--json")
    assert (code, err) == (0, "")
    lines = json.loads(out)["approaches"]
    assert all(line["refused"].endswith(".") for line in lines)
    assert "by nothing" in lines[0]["refused"]


def test_what_is_no_graph_is_one_line(capsys, tmp_path):
    code, out, err = call(capsys, "compare", tmp_path / "none.dgraph")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_numbers_have_units():
    assert [seconds_text(each) for each in (None, 1.5, 0.0123, 4.56e-6)] == ["", "1.5 s", "12.3 ms", "4.56 µs"]
    assert [bytes_text(each) for each in (None, 12, 2048, 5_000_000)] == ["–", "12 B", "2 KiB", "4.77 MiB"]
    line = Line("source", "numpy_code", difference=0.0, agrees=True, first=1.0, following=0.1, memory=8, equations=1234)
    assert cells(line) == ("source", "numpy_code", "agrees to the bit", "1 s", "100 ms", "8 B", "1,234")
