"""Setting up PyTorch for `make bench`: what is installed is taken, else a CPU build, else the benchmarks go without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="make runs where there is a shell")
@pytest.mark.parametrize(("has_torch", "installs", "calls"), [(True, True, 0), (False, True, 2), (False, False, 1)])
def test_what_is_installed_is_taken_else_a_cpu_build_else_none(tmp_path, has_torch, installs, calls):
    answer = f'case "$2" in "import torch") exit {int(not has_torch)};; esac'
    program(tmp_path / "python", f'{answer}\nexec "{sys.executable}" "$@"')
    pip = program(tmp_path / "pip", f'echo "$@" >>"{tmp_path}/calls"; exit {int(not installs)}')
    script = str(ROOT / ".ci" / "bench-extra")
    done = subprocess.run([script, str(tmp_path), str(pip)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "calls").read_text().splitlines() if calls else []
    assert len(asked) == calls
    if calls:
        assert "--index-url https://download.pytorch.org/whl/cpu torch==" in asked[0] and "--no-deps" in asked[0]
    assert ("cannot be installed here: the benchmarks go on without it." in done.stderr) == (calls == 1)
