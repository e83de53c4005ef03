"""What a table that is written for a spreadsheet may hold."""

from __future__ import annotations

from typing import Any, Final

STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text that a spreadsheet takes for a formula begins with."""


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs: a text that starts like a formula gets an apostrophe, the rest is as it
    is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS) else cell
