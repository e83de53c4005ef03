"""A Program as straight-line NumPy code: the one place that compiles text, and only text it has generated itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.program.program import Program


@dataclass(frozen=True)
class Compiled:
    """A program ready to run. `function(*values)` is the bare function: for hot loops inside one `numpy.errstate(all="ignore")`.

    It takes arrays and NumPy scalars of the inputs' types; outputs may share memory with inputs and constants: never write into them.
    """

    program: Program
    source: str
    function: Callable[..., tuple[Any, ...]]

    def __call__(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Return the outputs at `values` (anything array-like, in the order of program.inputs)."""
        raise NotImplementedError


def compile_program(program: Program) -> Compiled:
    """Return the program as one compiled function, one assignment per equation."""
    raise NotImplementedError
