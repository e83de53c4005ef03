"""What a file says cannot speak to the terminal: no control character of it reaches stdout or stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from app.terminal import visible

NAME = "[/red]x [link=file:///etc/passwd]y[bold]"
SETTING = "\x1b]0;pwned\x07\x9b31m\x08\x7f"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    nodes = {
        "a": {"operator": "elementwise.exp", "name": NAME, "settings": {SETTING.encode("unicode_escape").decode(): 1}},
        "t": {"operator": "inputs.table", "settings": {"file": SETTING}},
    }
    path = tmp_path / "x.dgraph"
    path.write_text(json.dumps({"format": "gradwire.dgraph", "version": 1, "nodes": nodes}))
    return path


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", ["inspect", "run", "grad", "check"])
def test_no_control_character_reaches_the_terminal(
    command: str, more: list[str], file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    main([command, str(file), *more])
    said = "".join(capfd.readouterr())
    assert said and not [character for character in said if ord(character) < 32 and character not in "\n\t"]
    assert not [character for character in said if 127 <= ord(character) < 160]


def test_a_name_that_looks_like_markup_is_printed_as_it_is(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["inspect", str(file)])
    assert NAME in capfd.readouterr().out


def test_a_file_name_cannot_speak_either(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["inspect", str(tmp_path / "\x1b[2Jgone.dgraph")])
    said = capfd.readouterr().err
    assert "\x1b" not in said and "gone.dgraph" in said


def test_json_stays_json(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["inspect", str(file), "--json"])
    nodes = json.loads(capfd.readouterr().out)["nodes"]
    assert SETTING in [node["settings"].get("file") for node in nodes]


def test_controls_are_seen() -> None:
    assert visible("a\x1b[0m\x9b\tb\nc") == "a\\x1b[0m\\x9b\tb\nc"
