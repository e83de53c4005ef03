"""Setting up what `make bench` races against: what is there is taken, and what cannot be had is said and left out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="make runs where there is a shell")


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def done(folder: Path, *, has_torch: bool, installs: bool, index: str) -> tuple[list[str], str]:
    """Run the script where there is PyTorch or not and pip can install or not; return what pip was asked, and what was
    said."""
    answer = f'case "$2" in "import torch") exit {int(not has_torch)};; esac'
    program(folder / "python", f'{answer}\nexec "{sys.executable}" "$@"')
    pip = program(folder / "pip", f'echo "$@" >>"{folder}/calls"; exit {int(not installs)}')
    environment = {**os.environ, "TORCH_INDEX": index}
    command = [str(ROOT / ".ci" / "bench-extra"), str(folder), str(pip)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    calls = folder / "calls"
    return calls.read_text().splitlines() if calls.exists() else [], ran.stderr


def test_an_installed_pytorch_is_taken(tmp_path: Path) -> None:
    asked, said = done(tmp_path, has_torch=True, installs=True, index="")
    assert not [each for each in asked if "torch" in each] and said == ""


def test_without_an_index_of_cpu_builds_none_is_installed(tmp_path: Path) -> None:
    asked, said = done(tmp_path, has_torch=False, installs=True, index="")
    assert not [each for each in asked if "torch" in each]
    assert "TORCH_INDEX names no index" in said


def test_a_cpu_build_comes_from_the_index_that_is_named(tmp_path: Path) -> None:
    asked, said = done(tmp_path, has_torch=False, installs=True, index="https://example.org/cpu")
    first, second = (each for each in asked if "torch==" in each)
    assert "--index-url https://example.org/cpu torch==" in first and "--no-deps" in first
    assert "--index-url" not in second and said == ""


def test_what_cannot_be_installed_is_said_and_left_out(tmp_path: Path) -> None:
    asked, said = done(tmp_path, has_torch=False, installs=False, index="https://example.org/cpu")
    assert len([each for each in asked if "torch" in each]) == 1
    assert len(said.splitlines()) == len(asked)
    assert all(line.endswith("the benchmarks go on without it.") for line in said.splitlines())


def test_what_would_replace_the_pinned_qt_comes_alone(tmp_path: Path) -> None:
    asked, _ = done(tmp_path, has_torch=True, installs=True, index="")
    (editor,) = (each for each in asked if "NodeGraphQt" in each)
    assert "--no-deps" in editor
