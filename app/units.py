"""Times and sizes with three digits, in a unit that suits them."""

from __future__ import annotations

from typing import Final

SECONDS: Final = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
BYTES: Final = ("B", "KiB", "MiB", "GiB")


def seconds_text(seconds: float | None) -> str:
    """Return a time, "" where there is none: 1.5 s, 12.3 ms, 4.56 µs."""
    if seconds is None:
        return ""
    unit, size = next((each for each in SECONDS if seconds >= each[1]), SECONDS[-1])
    return f"{seconds / size:.3g} {unit}"


def bytes_text(count: int | None) -> str:
    """Return a number of bytes, a dash where there is none: 12 B, 4.77 MiB."""
    if count is None:
        return "–"
    size, unit = float(count), 0
    while size >= 1000 and unit < len(BYTES) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.3g} {BYTES[unit]}"
