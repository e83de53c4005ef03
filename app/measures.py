"""How a comparison of approaches is told: one row of words and units for each."""

from __future__ import annotations

from typing import Final

from engine.compare import REFERENCE, Line

HEADS: Final = ("approach", "backend", "gradient", "first", "following", "memory", "equations")
BYTES: Final = ("B", "KiB", "MiB", "GiB")


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


def seconds_text(seconds: float | None) -> str:
    """Return a time with three digits in a unit that suits it."""
    if seconds is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def bytes_text(count: int | None) -> str:
    """Return a number of bytes with three digits in a unit that suits it."""
    if count is None:
        return "–"
    size, unit = float(count), 0
    while size >= 1000 and unit < len(BYTES) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.3g} {BYTES[unit]}"
