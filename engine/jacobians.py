"""The sparse Jacobian of an output of a prepared graph by some of its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.autodiff import coloring
from engine.autodiff.coloring import Pattern, SparseJacobian
from engine.binding import bind
from engine.errors import SettingError
from engine.graph import Socket
from engine.prepare import Prepared
from engine.program.lower import lower
from engine.program.program import Var


def sparse_jacobian(
    prepared: Prepared,
    of: Socket,
    wrt: Sequence[str],
    parameters: Mapping[str, Any] | None = None,
    *,
    pattern: Pattern | None = None,
) -> SparseJacobian:
    """Return the derivatives of the entries of an output by the entries of parameter nodes, one after the other.

    At `parameters` (default: the start values), in evaluation. Raise SettingError where the output is not one array,
    or does not depend on a parameter; else see `engine.autodiff.coloring.sparse_jacobian`.
    """
    program = lower(prepared.graph, prepared.library, prepared.types, [of], train=False)
    var = program.sockets.get(of)
    if not isinstance(var, Var):
        raise SettingError(f"{prepared.quoted(of.node)} does not give one array at {of.name!r}.", node=of.node)
    read = {each.name: each.var for each in program.inputs if each.role == "parameter"}
    for id in wrt:
        if id not in read:
            raise SettingError(
                f"{prepared.quoted(of.node)} does not depend on {prepared.quoted(id)}; name parameters it is made of.",
                node=id,
            )
    values = bind(program, prepared, {**prepared.parameters, **(parameters or {})}, step=prepared.step)
    return coloring.sparse_jacobian(program, var, [read[id] for id in wrt], values, pattern)
