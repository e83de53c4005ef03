"""What is new, told from the changelog that comes with the program."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.assets import ASSETS, ROOT

PLACES: Final = (ASSETS / "CHANGELOG.md", ROOT / "CHANGELOG.md")
"""Where the changelog lies in an installed wheel, and in a checkout."""
HEAD: Final = re.compile(r"^## \[?([^\]\s]+)\]?.*$", re.MULTILINE)
UNRELEASED: Final = "Unreleased"


@lru_cache(maxsize=1)
def changelog() -> str:
    """Return the changelog; "" where there is none."""
    found = next((place for place in PLACES if place.is_file()), None)
    return found.read_text(encoding="utf-8") if found is not None else ""


def sections(text: str) -> dict[str, str]:
    """Return what is new by version, the newest first, as in the file."""
    heads = list(HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return {head[1]: text[head.end() : end].strip() for head, end in zip(heads, ends, strict=False)}


def news(text: str, seen: str = "") -> str:
    """Return, as Markdown, the versions newer than `seen`; of all, where `seen` is not among them, the newest that has
    something to tell."""
    told = [(version, body) for version, body in sections(text).items() if body]
    known = [version for version, _ in told]
    newer = told[: known.index(seen)] if seen in known else told[:1]
    return "\n\n".join(f"## {_title(version)}\n\n{body}" for version, body in newer)


def _title(version: str) -> str:
    return "The next version" if version == UNRELEASED else f"Version {version}"
