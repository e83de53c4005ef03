"""Accepted texts give what Python itself gives, also at arguments that take other ways than those recorded."""

from __future__ import annotations

import math
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from engine.autodiff.adjoint import adjoint
from engine.autodiff.tangent import tangent
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.program.program import Program
from engine.python.text import described, program_of
from engine.types import type_of
from tests.engine.python.texts import ALL, Text

IDS = [each.name for each in ALL]


def by_python(text: str, arguments: tuple[Any, ...]) -> list[np.ndarray[Any, Any]]:
    """Return what Python and NumPy give: the oracle, which runs texts of this test alone."""
    differs = any(f"{name}(" in text for name in ("grad", "jacobian", "hessian", "jvp"))
    own = {name: getattr(autograd, name) for name in ("grad", "value_and_grad", "jacobian", "hessian")}
    own["jvp"] = lambda f: lambda x, v, *more: np.dot(autograd.jacobian(f)(x, *more), v + 0 * x)
    names: dict[str, Any] = {"np": anp if differs else np, "math": math, **own}
    exec(text, names)
    last = described(text).name
    return leaves(names[last](*arguments))


def leaves(value: Any) -> list[np.ndarray[Any, Any]]:
    if isinstance(value, tuple | list):
        return [leaf for each in value for leaf in leaves(each)]
    if isinstance(value, dict):
        return [leaf for name in sorted(value) for leaf in leaves(value[name])]
    return [np.asarray(value)]


def recorded(text: Text) -> Program:
    types = {name: type_of(value) for name, value in zip(described(text.text).parameters, text.first, strict=True)}
    return program_of(text.text, types)


@pytest.mark.parametrize("text", ALL, ids=IDS)
def test_a_text_gives_what_python_gives(text: Text) -> None:
    program = recorded(text)
    code = compile_program(program)
    for arguments in (text.first, text.second):
        expected = by_python(text.text, arguments)
        for found in (code(arguments), [interpret(program, arguments)[var] for var in program.outputs]):
            assert len(found) == len(expected)
            for one, other in zip(found, expected, strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
                assert np.shape(one) == np.shape(other)


def summed(program: Program) -> Program:
    """Return the program with one output: the sum of its first output's real parts."""
    first = program.types[program.outputs[0]]
    total = record_function(lambda x: anp.sum(anp.real(x)), [first])
    fused = fuse(program, total, {total.inputs[0].var: program.outputs[0]})
    return select(fused, fused.outputs[-1:], ("sum",))


def first_sum(text: str, arguments: tuple[Any, ...]) -> float:
    return float(np.sum(np.real(by_python(text, arguments)[0])))


WITH_GRADIENT = [each for each in ALL if each.name not in ("remainders", "fibonacci", "truth_of_number")]


@pytest.mark.parametrize("text", WITH_GRADIENT, ids=[each.name for each in WITH_GRADIENT])
def test_its_derivatives_are_the_differences(text: Text) -> None:
    """Reverse and forward mode along a direction, at both sets of arguments, next to central differences of Python."""
    program = summed(recorded(text))
    floats = [k for k, each in enumerate(program.inputs) if each.type.dtype == "float64"]
    wrt = [program.inputs[k].var for k in floats]
    reverse = compile_program(adjoint(program, program.outputs[0], wrt))
    forward = compile_program(tangent(program, wrt))
    draw = np.random.default_rng(3)
    for arguments in (text.first, text.second):
        ways = [np.asarray(draw.standard_normal(np.shape(arguments[k]))) for k in floats]

        def along(t: float, arguments: tuple[Any, ...] = arguments, ways: list[Any] = ways) -> float:
            moved = list(arguments)
            for k, way in zip(floats, ways, strict=True):
                moved[k] = arguments[k] + t * way
            return first_sum(text.text, tuple(moved))

        h = 1e-5
        expected = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)
        gradients = reverse(arguments)[len(program.outputs) :]
        backward = sum(float(np.sum(g * way)) for g, way in zip(gradients, ways, strict=True))
        np.testing.assert_allclose(backward, expected, rtol=1e-7, atol=1e-8)
        np.testing.assert_allclose(forward([*arguments, *ways])[-1], backward, rtol=1e-10, atol=1e-12)
