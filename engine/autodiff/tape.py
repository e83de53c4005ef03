"""The tape: autograd itself over a program's equations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.program.program import Program, Var


def value_and_gradient(
    program: Program, wrt: Sequence[Var], of: Var | None = None
) -> Callable[[Sequence[Any]], tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Return a function: values in the order of `program.inputs` -> (outputs, gradients of `of` by `wrt`).

    `of` is the first output where not given; `wrt` are inputs. Zeros where `of` does not depend on an input.
    """
    raise NotImplementedError
