"""One function, three ways to run it: recorded as a program, as plain Python (also on complex numbers), and by JAX.

A function under test takes (np, flow, *arguments). `flow` offers branch, scan, loop (while) and call. The plain way is
the oracle: nothing of Gradwire is in it.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from engine.program import nesting, structure
from engine.program.program import Program
from engine.program.record import Recorder, recording
from engine.program.structure import outputs_of
from engine.types import ArrayType

jax.config.update("jax_enable_x64", True)


class Recorded:
    """Records structural equations."""

    def __init__(self, recorder, memory=structure.SAVE_ALL):
        self.recorder, self.memory = recorder, memory

    def _inner(self, function):
        return lambda recorder, *boxes: function(Recorded(recorder, self.memory), *boxes)

    def real(self, x):
        return x

    def branch(self, which, operands, *functions):
        return nesting.branch_of(self.recorder, which, operands, [self._inner(each) for each in functions])

    def scan(self, count, carries, sequences, function, reverse=False):
        return nesting.scan_of(
            self.recorder, count, carries, sequences, self._inner(function), reverse=reverse, memory=self.memory
        )

    def loop(self, carries, condition, body, limit=10_000):
        return nesting.while_of(
            self.recorder,
            carries,
            lambda recorder, *boxes: [condition(*boxes)],
            self._inner(body),
            limit=limit,
            memory=self.memory,
        )

    def define(self, name, kinds, returns, function):
        """Record a function that calls may name, itself too."""
        if name not in self.recorder.functions and name not in self.recorder.pending:
            self.recorder.pending.add(name)
            self.returns = {name: returns}
            program, captured = nesting.nested(
                self.recorder, lambda recorder, *boxes: function(Recorded(recorder, self.memory), *boxes), kinds
            )
            assert not captured
            assert outputs_of(program) == list(returns)
            self.recorder.functions[name] = program
            self.recorder.pending.discard(name)

    def call(self, name, operands, returns):
        return structure.call(self.recorder, name, operands, returns)


class Plain:
    """Plain Python: if, for, while and functions."""

    def __init__(self, functions=None):
        self.functions = {} if functions is None else functions

    def real(self, x):
        return onp.real(x)

    def branch(self, which, operands, *functions):
        return functions[min(max(int(which), 0), len(functions) - 1)](self, *operands)

    def scan(self, count, carries, sequences, function, reverse=False):
        stacks = []
        for k in reversed(range(int(count))) if reverse else range(int(count)):
            results = function(self, *carries, *(each[k] for each in sequences), k)
            carries, items = results[: len(carries)], results[len(carries) :]
            stacks.append(items)
        stacks = stacks[::-1] if reverse else stacks
        return [*carries, *(onp.array(each) for each in zip(*stacks, strict=True))]

    def loop(self, carries, condition, body, limit=10_000):
        stacks, number = [], 0
        while condition(*carries, number):
            results = body(self, *carries, number)
            carries, items = results[: len(carries)], results[len(carries) :]
            stacks.append(items)
            number += 1
        return [*carries, *(onp.array(each) for each in zip(*stacks, strict=True)), number]

    def define(self, name, kinds, returns, function):
        self.functions[name] = function

    def call(self, name, operands, returns):
        return self.functions[name](self, *operands)


class Jax:
    """JAX's own control flow; its while loops have a derivative forwards only, and stack nothing."""

    def real(self, x):
        return x

    def branch(self, which, operands, *functions):
        index = jnp.asarray(which).astype(int)
        return lax.switch(index, [lambda *x, f=each: [jnp.asarray(r) for r in f(self, *x)] for each in functions],
                          *operands)  # fmt: skip

    def scan(self, count, carries, sequences, function, reverse=False):
        def step(carry, given):
            results = function(self, *carry, *given[:-1], given[-1])
            n = len(carry)
            return [jnp.asarray(r) for r in results[:n]], [jnp.asarray(r) for r in results[n:]]

        carries = [jnp.asarray(each) for each in carries]
        end, stacks = lax.scan(step, carries, [*sequences, jnp.arange(count)], reverse=reverse)
        return [*end, *stacks]

    def loop(self, carries, condition, body, limit=10_000):
        n = len(carries)
        carries = [jnp.asarray(each) for each in carries]
        end = lax.while_loop(
            lambda state: condition(*state[0], state[1]),
            lambda state: ([jnp.asarray(r) for r in body(self, *state[0], state[1])[:n]], state[1] + 1),
            (carries, 0),
        )
        return [*end[0], end[1]]


def record(function, samples, memory=structure.SAVE_ALL) -> Program:
    """Return the program of a function under test, for arguments of the types of `samples`."""
    import autograd.numpy as anp

    with recording():
        recorder = Recorder()
        recorder.origin = "test"
        boxes = [
            recorder.input("parameter", f"x{k}", ArrayType(onp.shape(each), onp.asarray(each).dtype.name))
            for k, each in enumerate(samples)
        ]
        results = function(anp, Recorded(recorder, memory), *boxes)
        results = results if isinstance(results, list | tuple) else [results]
        variables = [recorder.var(each) for each in results]
        return recorder.program(variables, [f"result {k}" for k in range(len(variables))])


def plainly(function, arguments):
    """Return the results of plain Python."""
    return function(onp, Plain(), *arguments)


def complex_step(function, arguments):
    """Return the gradients of a scalar function by its floating arguments, by the complex step on plain Python."""
    gradients = []
    for number, argument in enumerate(arguments):
        argument = onp.asarray(argument)
        found = onp.zeros(argument.shape)
        if argument.dtype.kind == "f":
            for place in onp.ndindex(argument.shape):
                moved = argument.astype(complex)
                moved[place] += 1e-30j
                given = [*arguments[:number], moved[()], *arguments[number + 1 :]]
                found[place] = onp.imag(plainly(function, given)) / 1e-30
        gradients.append(found)
    return gradients
