"""A plain Python function of arrays becomes a Program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.program.program import Program, Role
from engine.types import Type


def record_function(
    function: Callable[..., Any],
    types: Sequence[Type],
    *,
    names: Sequence[str] = (),
    roles: Sequence[Role] = (),
    origin: str = "",
) -> Program:
    """Return the program of `function(*arguments)`, written in autograd.numpy.

    An argument of tuple or record type arrives as a tuple or dict and becomes one input per leaf (named "name.k");
    the outputs are the leaves of what the function returns, in order (dicts by sorted key), named "0", "1.0", ...
    """
    raise NotImplementedError
