"""One table of approaches and backends: each pair runs, or is refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.program.program import Program, Var

Gradient = Callable[[Sequence[Any]], tuple[tuple[Any, ...], tuple[Any, ...]]]
"""values in the order of program.inputs -> (outputs, gradients)."""

APPROACHES: Mapping[str, str] = {
    "static": "adjoint program, compiled as a whole",
    "tape": "operator overloading, define by run: autograd itself",
    "forward": "dual numbers: one pass per entry of the parameters",
}
BACKENDS: Mapping[str, str] = {
    "numpy_code": "straight-line NumPy",
    "autograd": "autograd's own calls",
    "interpret": "equation by equation",
}


def refusal(approach: str, backend: str) -> str | None:
    """Return why the pair cannot run, as one sentence, or None where it runs."""
    raise NotImplementedError


def gradient_function(program: Program, of: Var, wrt: Sequence[Var], approach: str, backend: str) -> Gradient:
    """Return the gradient function of the pair; raise LoweringError with the sentence where it is refused."""
    raise NotImplementedError
