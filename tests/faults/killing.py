"""Starting a script and killing it with SIGKILL while it works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def killed_after(script: Path, *arguments: str, seconds: float = 0.0, lines: int = 1) -> list[str]:
    """Run the script, kill it `seconds` after so many lines, and return the whole lines it wrote up to then."""
    child = subprocess.Popen(
        [sys.executable, str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert child.stdout and child.stderr
    first = "".join(child.stdout.readline() for _ in range(lines))
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    rest, trouble = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL, f"the script ended by itself: {trouble[-2000:]}"
    return [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
