"""Hostile files open as data or are refused in one sentence; nothing runs or is written, no other file is opened."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.hostile import ARCHIVES, ATTACKS, STORED, kept

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = Path(__file__).with_name("open_them.py")
BENIGN = b'{"format": "gradwire.dgraph", "version": 1, "nodes": {"a": {"operator": "elementwise.add"}}}'


def opened(folder: Path, *more: str) -> dict[str, dict[str, Any]]:
    """Open everything in the folder under the audit hook, in another process; return its reports by name."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), *more],
        capture_output=True, text=True, timeout=240, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return {report["name"]: report for report in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("attacks")
    (folder / "0_benign.dgraph").write_bytes(BENIGN)
    for attack in ATTACKS:
        (folder / f"{attack.name}.dgraph").write_bytes(attack.data())
    return opened(folder)


def test_there_are_enough_of_them_and_each_is_itself() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 40
    assert len({hashlib.sha256(attack.data()).digest() for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_hostile_file_is_data_or_refused(attack: Any, reports: dict[str, dict[str, Any]]) -> None:
    report = reports[attack.name]
    assert report["events"] == []
    if attack.refusal is None:
        assert report["outcome"] == "opened", report["sentence"]
    else:
        assert report["outcome"] == "refused", report["sentence"]
        assert attack.refusal in report["sentence"]
        assert is_one_sentence(report["sentence"])
        assert f"{attack.name}.dgraph" in report["sentence"]


def is_one_sentence(text: str) -> bool:
    """Return whether a person can read the text: one line, an end, of bearable length, everything visible."""
    return text.endswith(".") and text.isprintable() and len(text) < 400


def test_nothing_was_left_behind(reports: dict[str, dict[str, Any]]) -> None:
    assert reports
    assert not Path("/tmp/gradwire-was-here").exists()


@pytest.fixture(scope="module")
def archive_reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("archives")
    for name, data, _ in ARCHIVES:
        npz = data()
        sha = hashlib.sha256(npz).hexdigest()
        (folder / f"{name}.dgraph").write_bytes(kept(STORED, arrays={"sha256": sha, "bytes": len(npz)})())
        (folder / f"{name}.{sha[:16]}.npz").write_bytes(npz)
    return opened(folder)


@pytest.mark.parametrize(("name", "refusal"), [(name, refusal) for name, _, refusal in ARCHIVES])
def test_a_hostile_archive_is_refused_when_its_values_are_asked_for(
    name: str, refusal: str | None, archive_reports: dict[str, dict[str, Any]]
) -> None:
    report = archive_reports[name]
    assert report["events"] == []
    assert report["outcome"] == "opened", report["sentence"]
    if refusal is None:
        assert report["kept"] == "(3,)"
    else:
        assert refusal in report["kept"] and is_one_sentence(report["kept"])


def test_an_archive_that_is_a_link_or_another_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"not for you" * 10)
    (tmp_path / "x.dgraph").write_bytes(kept(STORED, arrays={"sha256": "0" * 64, "bytes": 110})())
    (tmp_path / f"x.{'0' * 16}.npz").symlink_to(secret)
    report = opened(tmp_path)["x"]
    assert "do not match their checksum" in report["kept"] and "not for you" not in report["kept"]


@pytest.mark.parametrize("special", ["folder", "pipe", "loop", "device", "gone"])
def test_what_is_no_file_is_refused_at_once(special: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.dgraph"
    {
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
        "loop": lambda: path.symlink_to(path),
        "device": lambda: path.symlink_to("/dev/zero"),
        "gone": lambda: path.symlink_to(tmp_path / "nowhere"),
    }[special]()
    report = opened(tmp_path)["odd"]
    assert report["outcome"] == "refused" and "odd.dgraph" in report["sentence"]
    assert is_one_sentence(report["sentence"]) and report["events"] == []


@pytest.mark.parametrize(
    ("plant", "event"),
    [
        ("evaluation", "exec"),
        ("execution", "exec"),
        ("import", "import"),
        ("reading", "open"),
        ("writing", "open"),
        ("network", "socket"),
        ("process", "os.system"),
        ("removal", "os.remove"),
    ],
)
def test_the_watch_sees_what_is_planted(plant: str, event: str, tmp_path: Path) -> None:
    (tmp_path / "benign.dgraph").write_bytes(BENIGN)
    (tmp_path / "gone").touch()
    assert any(seen.startswith(event) for seen in opened(tmp_path, "--plant", plant)["benign"]["events"])
