"""How a comparison of approaches is told: one row of words and units for each."""

from __future__ import annotations

from typing import Final

from app.units import bytes_text, seconds_text
from engine.compare import REFERENCE, Line

HEADS: Final = ("approach", "backend", "gradient", "first", "following", "memory", "equations")


def cells(line: Line) -> tuple[str, ...]:
    """Return what a line of the comparison says, in words and units."""
    return (
        line.approach,
        line.backend,
        _agreement(line),
        seconds_text(line.first),
        seconds_text(line.following),
        bytes_text(line.memory),
        "" if line.equations is None else f"{line.equations:,}",
    )


def _agreement(line: Line) -> str:
    if (line.approach, line.backend) == REFERENCE:
        return "the measure"
    if line.difference is None:
        return "not finite"
    if not line.agrees:
        return f"DIFFERS by {line.difference:.1e}"
    return f"agrees to {line.difference:.1e}" if line.difference else "agrees to the bit"
