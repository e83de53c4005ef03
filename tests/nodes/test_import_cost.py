"""Declaring operators needs no program, no approach and no SciPy: importing the library stays cheap."""

from __future__ import annotations

import subprocess
import sys

DEAR = (
    "scipy", "jax", "PIL", "pyarrow", "engine.autodiff.approaches", "engine.backends", "engine.python.text", "PySide6",
)  # fmt: skip


def loaded(statement: str) -> list[str]:
    """Return which dear modules a statement brings in, in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(*[each for each in {DEAR!r} if each in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout.split()


def test_importing_the_library_brings_nothing_dear() -> None:
    assert loaded("import nodes.library") == []


def test_a_planted_import_is_seen() -> None:
    assert loaded("import nodes.library, scipy") == ["scipy"]
