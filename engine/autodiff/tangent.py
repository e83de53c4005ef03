"""The tangent program: forward mode, equation by equation."""

from __future__ import annotations

from collections.abc import Sequence

from engine.program.program import Program, Var


def tangent(program: Program, wrt: Sequence[Var]) -> Program:
    """Return the program with one more input per variable of `wrt` (role "tangent") and one more output per output: its tangent.

    `wrt` are inputs of the program. New outputs are named "tangent of <name>", new equations have the origin "tangent of <node>".
    """
    raise NotImplementedError
