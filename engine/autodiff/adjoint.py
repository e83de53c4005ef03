"""The adjoint program: reverse mode, equation by equation."""

from __future__ import annotations

from collections.abc import Sequence

from engine.program.program import Program, Var


def adjoint(program: Program, of: Var, wrt: Sequence[Var]) -> Program:
    """Return the program with one more output per variable of `wrt`: the gradient of the scalar `of`, named "gradient of <name>".

    `wrt` may be any variables, inputs or not. Where `of` does not depend on a variable its gradient is zeros.
    Variables of `program` keep their numbers; new equations have the origin "adjoint of <node>".
    """
    raise NotImplementedError


def independent(program: Program, of: Var, wrt: Sequence[Var]) -> tuple[Var, ...]:
    """Return those of `wrt` on which `of` does not depend differentiably."""
    raise NotImplementedError
