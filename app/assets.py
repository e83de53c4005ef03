"""Where the bundled files are: beside the packages, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ASSETS: Final = ROOT / "assets"
SAMPLES: Final = ROOT / "sample_graphs"
LESSONS: Final = SAMPLES / "lessons"


def asset(name: str) -> Path:
    """Return the path of a bundled file, such as "fonts/GradwireSans-Regular.ttf"."""
    return ASSETS / name
