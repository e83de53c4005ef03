"""Programs out of programs: fuse, select, prune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.program.program import Program, Var


def fuse(first: Program, second: Program, feeds: Mapping[Var, Var]) -> Program:
    """Return one program that runs `first`, then `second` with its inputs `feeds` (second's input -> first's variable) taken from it.

    Inputs: first's, then those of second that are not fed. Outputs: first's, then second's. First's variables keep their numbers.
    """
    raise NotImplementedError


def select(program: Program, outputs: Sequence[Var], names: Sequence[str]) -> Program:
    """Return the program with these outputs only, without the equations and constants they do not need. Inputs stay."""
    raise NotImplementedError
