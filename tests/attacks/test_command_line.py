"""The commands on hostile files: what is refused gives exit 2 and one line, what opens is described."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.attacks.hostile import ATTACKS

MOST = 200_000
SMALL = [attack for attack in ATTACKS if len(attack.data()) <= MOST]


@pytest.mark.parametrize("attack", SMALL, ids=lambda attack: attack.name)
def test_inspect_refuses_in_one_line_or_describes(
    attack: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"{attack.name}.dgraph"
    file.write_bytes(attack.data())
    code = main(["inspect", str(file)])
    said = capfd.readouterr()
    if attack.refusal is None:
        assert code == 0, said.err
    else:
        assert code == 2 and said.out == ""
        assert said.err.count("\n") == 1 and attack.refusal in said.err


@pytest.mark.parametrize(
    "attack", [attack for attack in SMALL if attack.refusal is None], ids=lambda attack: attack.name
)
@pytest.mark.parametrize("command", ["run", "grad", "check"])
def test_a_graph_of_mere_data_is_refused_in_one_line_when_it_is_to_run(
    command: str, attack: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"{attack.name}.dgraph"
    file.write_bytes(attack.data())
    assert main([command, str(file)]) == 2
    said = capfd.readouterr()
    assert said.out == "" and said.err.startswith("gradwire: ") and said.err.count("\n") == 1


def test_most_attacks_are_among_them() -> None:
    assert len(SMALL) > 100
