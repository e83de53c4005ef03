"""Tables: columns out of CSV, TSV, NPY and NPZ files, with a sentence for everything that can be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".npy", ".npz")
DELIMITERS: Final[Mapping[str, str | None]] = {
    "auto": None, "comma": ",", "semicolon": ";", "tab": "\t", "space": " ",
}  # fmt: skip
MISSING: Final = ("refuse", "leave_out", "mean")
ROWS: Final = ("all", "training", "held_out")


@dataclass(frozen=True, slots=True)
class Request:
    """What a table node asks of a file: its settings."""

    columns: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    delimiter: str = "auto"
    missing: str = "refuse"
    rows: str = "all"
    held_out: float = 0.2
    seed: int = 0
    standardise: bool = False


def read(data: Any, file: str, request: Request) -> Any:
    """Return one array per output of the request (a tuple where there are several)."""
    raise NotImplementedError
