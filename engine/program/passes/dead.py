"""Dead code: what no output needs is left out."""

from __future__ import annotations

from engine.program.compose import select
from engine.program.program import Program


def drop_dead(program: Program) -> Program:
    """Return the program without equations and constants that its outputs do not need, bit for bit."""
    return select(program, program.outputs, program.names)
