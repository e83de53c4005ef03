"""kill -9 while saving: what stands there is the last version saved or the one being saved, whole, with its arrays."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from engine.errors import FileError
from engine.files import read, save
from tests import sizes
from tests.faults.killing import killed_after
from tests.faults.saving_script import version

SCRIPT = Path(__file__).with_name("saving_script.py")


def standing(path: Path) -> int:
    """Return which version stands there, whole, kept arrays included; raise FileError where it is lost."""
    content = read(path)
    k = int(content.graph.nodes["n_0"].name.removeprefix("version "))
    assert content == version(k)
    return k


def test_no_document_is_lost(tmp_path: Path) -> None:
    path, draw = tmp_path / "x.dgraph", random.Random(1)
    save(path, version(0))
    last, interrupted = 0, 0
    for _ in range(sizes.count("kill_saves")):
        lines = killed_after(SCRIPT, "atomic", str(path), str(last + 1), seconds=draw.uniform(0.0, 0.03))
        done = int(lines[-1]) if len(lines) > 1 else last
        last = standing(path)
        assert last in (done, done + 1)
        for mark in ("~1", "~2"):
            if Path(f"{path}{mark}").exists():
                assert standing(Path(f"{path}{mark}")) <= last
        interrupted += any(name.endswith(".tmp") for name in os.listdir(tmp_path))
    save(path, version(last + 1))
    arrays = [name for name in os.listdir(tmp_path) if name.endswith(".npz")]
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")], "what dead saves left is swept"
    assert len(arrays) <= 3
    print(f"{sizes.count('kill_saves')} kills, {interrupted} of them inside a save, {last} versions, none lost")


def test_saving_in_place_would_have_lost_it(tmp_path: Path) -> None:
    path = tmp_path / "x.dgraph"
    save(path, version(5))
    killed_after(SCRIPT, "in_place", str(path), "10", seconds=0.2)
    with pytest.raises(FileError):
        standing(path)
