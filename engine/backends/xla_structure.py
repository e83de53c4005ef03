"""Branches and loops for XLA: `lax.switch`, `lax.scan` and `lax.while_loop`. Imported only where JAX is there.

A stack whose length is known only at run time lies in an array of `capacity` rows. What can go wrong at run time (a
stack that overflows, a loop that does not end) is told by a status, a whole number that is carried through all loops:
FINE, OVERFLOW, or ENDLESS plus the number of the loop in `Flow.loops`. Whoever runs the program looks at it, and runs
it again with twice the capacity where a stack overflowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jax.numpy as jnp
import numpy as np
from jax import lax

from engine.backends.xla_status import ENDLESS, FINE, OVERFLOW, fallible
from engine.program.program import Equation, Program
from engine.program.structure import BRANCH, SCAN, WHILE, Loop

Evaluate = Callable[[Program, Sequence[Any]], "tuple[list[Any], Any]"]


@dataclass
class Flow:
    """How nested programs are traced: `evaluate(program, values)` gives the outputs and the status of a program."""

    evaluate: Evaluate
    capacity: int
    loops: dict[int, int]
    """The number of each while loop, by the identity of its equation."""

    def structure(self, equation: Equation, arguments: Sequence[Any]) -> tuple[tuple[Any, ...], Any]:
        """Return the traced values of a structural equation, and its status."""
        return _STRUCTURES[equation.primitive](self, equation, arguments)

    def outputs(self, program: Program, values: Sequence[Any]) -> tuple[list[Any], Any]:
        """Return the outputs of a nested program, and its status as a number."""
        found, status = self.evaluate(program, values)
        return found, _status(status)


def _status(status: Any) -> Any:
    return jnp.asarray(FINE if status is None else status, np.int32)


def worse(one: Any, other: Any) -> Any:
    """Return the first of two statuses that is not fine (either may be None: nothing can go wrong)."""
    if one is None or other is None:
        return other if one is None else one
    return jnp.where(one == FINE, other, one)


def _branch(flow: Flow, equation: Equation, arguments: Sequence[Any]) -> tuple[tuple[Any, ...], Any]:
    arms: tuple[Program, ...] = dict(equation.settings)["arms"]
    which, operands = jnp.asarray(arguments[0]).astype(np.int32), tuple(map(jnp.asarray, arguments[1:]))

    def chosen(arm: Program) -> Callable[..., Any]:
        def run(*values: Any) -> Any:
            found, status = flow.outputs(arm, values)
            return tuple(found), status

        return run

    found, status = lax.switch(which, [chosen(arm) for arm in arms], *operands)
    return tuple(found), status if any(map(fallible, arms)) else None


def _scan(flow: Flow, equation: Equation, arguments: Sequence[Any]) -> tuple[tuple[Any, ...], Any]:
    loop = Loop.of(equation)
    operands = tuple(map(jnp.asarray, arguments[1:]))
    if type(arguments[0]) is int:
        return _scan_of_known_length(flow, loop, arguments[0], operands)
    return _scan_of_any_length(flow, loop, arguments[0], operands)


def _taken_apart(loop: Loop, operands: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    first = loop.consts + loop.carry
    return tuple(operands[: loop.consts]), tuple(operands[loop.consts : first]), tuple(operands[first:])


def _scan_of_known_length(flow: Flow, loop: Loop, count: int, operands: Sequence[Any]) -> tuple[tuple[Any, ...], Any]:
    consts, carries, sequences = _taken_apart(loop, operands)

    def body(state: Any, items: Any) -> Any:
        status, carries = state
        *walked, number = items
        found, new = flow.outputs(loop.body, (*consts, *carries, *walked, number))
        return (worse(status, new), tuple(found[: loop.carry])), tuple(found[loop.carry :])

    walked = (*(each[:count] for each in sequences), jnp.arange(count))
    start = (jnp.asarray(FINE, np.int32), carries)
    (status, carries), stacks = lax.scan(body, start, walked, length=count, reverse=loop.reverse)
    return (*carries, *stacks), status if fallible(loop.body) else None


def _stacks(flow: Flow, loop: Loop) -> tuple[Any, ...]:
    kinds = [loop.body.types[var] for var in loop.body.outputs[loop.carry :]]
    return tuple(jnp.zeros((flow.capacity, *kind.shape), kind.dtype) for kind in kinds)


def _pushed(stacks: Sequence[Any], number: Any, values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        lax.dynamic_update_index_in_dim(stack, value, number, 0) for stack, value in zip(stacks, values, strict=True)
    )


def _scan_of_any_length(flow: Flow, loop: Loop, count: Any, operands: Sequence[Any]) -> tuple[tuple[Any, ...], Any]:
    consts, carries, sequences = _taken_apart(loop, operands)
    rows = [flow.capacity] * bool(loop.stacked) + [each.shape[0] for each in sequences]
    most = jnp.minimum(count, min(rows)) if rows else count

    def body(state: Any) -> Any:
        k, status, carries, stacks = state
        number = most - 1 - k if loop.reverse else k
        items = (lax.dynamic_index_in_dim(each, number, 0, keepdims=False) for each in sequences)
        found, new = flow.outputs(loop.body, (*consts, *carries, *items, number))
        return k + 1, worse(status, new), tuple(found[: loop.carry]), _pushed(stacks, number, found[loop.carry :])

    start = (np.int64(0), jnp.where(most < count, OVERFLOW, FINE).astype(np.int32), carries, _stacks(flow, loop))
    _, status, carries, stacks = lax.while_loop(lambda state: (state[0] < most) & (state[1] == FINE), body, start)
    return (*carries, *stacks), status


def _while(flow: Flow, equation: Equation, arguments: Sequence[Any]) -> tuple[tuple[Any, ...], Any]:
    loop = Loop.of(equation)
    consts, carries, _ = _taken_apart(loop, tuple(map(jnp.asarray, arguments)))
    condition = loop.condition
    assert condition is not None  # noqa: S101 - a while loop has one

    def test(carries: Sequence[Any], number: Any) -> tuple[Any, Any]:
        (on,), status = flow.outputs(condition, (*consts, *carries, number))
        return jnp.asarray(on), status

    def body(state: Any) -> Any:
        number, _, status, carries, stacks = state
        found, new = flow.outputs(loop.body, (*consts, *carries, number))
        carries, stacks = tuple(found[: loop.carry]), _pushed(stacks, number, found[loop.carry :])
        on, after = test(carries, number + 1)
        return number + 1, on, worse(worse(status, new), after), carries, stacks

    most = min(loop.limit, flow.capacity) if loop.stacked else loop.limit

    def going(state: Any) -> Any:
        number, on, status, *_ = state
        return on & (status == FINE) & (number < most)

    on, status = test(carries, np.int64(0))
    start = (np.int64(0), on, status, carries, _stacks(flow, loop))
    number, on, status, carries, stacks = lax.while_loop(going, body, start)
    left = OVERFLOW if most < loop.limit else ENDLESS + flow.loops[id(equation)]
    status = worse(status, jnp.where(on, left, FINE).astype(np.int32))
    return (*carries, *stacks, number), status


_STRUCTURES: Final[Mapping[str, Callable[..., tuple[tuple[Any, ...], Any]]]] = {
    BRANCH: _branch,
    SCAN: _scan,
    WHILE: _while,
}
