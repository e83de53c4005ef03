"""Every primitive that can be differentiated has a rule of its own in both directions, and both are right.

Tangents are compared with extrapolated central differences, and with cotangents by the dot test: y_bar . y_dot is
x_bar . x_dot whatever the directions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.core import primitive_jvps, primitive_vjps
from autograd.tracer import getval

from engine.autodiff import rules
from engine.autodiff import tangent as forwards
from engine.autodiff.adjoint import adjoint
from engine.autodiff.tangent import tangent
from engine.backends.numpy_code import compile_program
from engine.program.functions import record_function
from engine.program.primitives import PRIMITIVES
from engine.program.program import Program
from engine.types import type_of
from tests.engine.autodiff.primitive_examples import EXAMPLES, REASONS, Example

DIFFERENTIABLE = tuple(
    name
    for name, function in PRIMITIVES.items()
    if name not in rules.FLAT and (name in rules.VJP or function in primitive_vjps)
)
CASES = [(name, k) for name in DIFFERENTIABLE for k in range(len(EXAMPLES.get(name, ())))]


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tangent is had by transposing a cotangent's rule."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("no rule of its own")

    monkeypatch.setattr(forwards, "_transposed", refuse)


def test_each_has_both_rules_and_an_example_or_a_reason() -> None:
    assert len(DIFFERENTIABLE) > 170
    for name in DIFFERENTIABLE:
        forwards_too = name in rules.JVP or PRIMITIVES[name] in primitive_jvps
        assert forwards_too or "transposed" in REASONS.get(name, ""), name
        assert bool(EXAMPLES.get(name)) != (name in REASONS), f"{name} needs an example or a reason"
    assert set(EXAMPLES) <= set(DIFFERENTIABLE), set(EXAMPLES) - set(DIFFERENTIABLE)


def outputs_of(name: str, example: Example, moved: tuple[Any, ...]) -> list[Any]:
    arguments = list(example.arguments)
    for number, value in zip(example.moved, moved, strict=True):
        arguments[number] = value
    found = PRIMITIVES[name](*arguments, **example.settings)
    several = list(found) if isinstance(found, tuple | list) or hasattr(found, "_fields") else [found]
    return [found[k] for k in range(len(found))] if _boxed_sequence(found) else several


def _boxed_sequence(found: Any) -> bool:
    return isinstance(getval(found), tuple | list)


def recorded(name: str, example: Example, values: tuple[Any, ...]) -> Program:
    return record_function(lambda *moved: tuple(outputs_of(name, example, moved)), [type_of(each) for each in values])


def directions(example: Example, seed: int) -> Iterator[Any]:
    random = np.random.default_rng(seed)
    for number in example.moved:
        x = np.asarray(example.arguments[number])
        way = random.uniform(0.5, 1.5, x.shape) * random.choice([-1.0, 1.0], x.shape)
        if x.dtype.kind == "c":
            way = way + 1j * random.uniform(0.5, 1.5, x.shape)
        yield (way + np.swapaxes(way, -1, -2)) / 2 if example.symmetric else way


@pytest.mark.parametrize(("name", "k"), CASES, ids=[f"{name}-{k}" for name, k in CASES])
def test_tangents_are_those_of_differences_and_fit_the_cotangents(name: str, k: int, native: None) -> None:
    check(name, EXAMPLES[name][k])


def check(name: str, example: Example) -> None:
    """Raise AssertionError where a primitive's tangents or cotangents are wrong at an example."""
    values = tuple(np.asarray(example.arguments[number]) for number in example.moved)
    ways = tuple(directions(example, 5))
    program = recorded(name, example, values)
    count = len(program.outputs)
    moved = compile_program(tangent(program, [each.var for each in program.inputs]))([*values, *ways])[count:]

    def along(t: float) -> list[Any]:
        return outputs_of(name, example, tuple(x + t * way for x, way in zip(values, ways, strict=True)))

    for number, y_dot in enumerate(moved):
        differences = _ridders(lambda t, number=number: np.asarray(along(t)[number]))
        scale = max(1e-3, float(np.abs(differences).max(initial=0.0)))
        np.testing.assert_allclose(y_dot, differences, atol=1e-8 * scale, rtol=0)

    weights = [np.random.default_rng(11 + n).uniform(0.5, 1.5, np.shape(each)) for n, each in enumerate(moved)]
    imaginary = [np.random.default_rng(31 + n).uniform(0.5, 1.5, np.shape(each)) for n, each in enumerate(moved)]

    def weighed(*arguments: Any) -> Any:
        total = 0.0
        for y, real, imag in zip(outputs_of(name, example, arguments), weights, imaginary, strict=True):
            total = total + anp.sum(anp.real(y) * real)
            if np.iscomplexobj(getval(y)):
                total = total + anp.sum(anp.imag(y) * imag)
        return total

    scalar = record_function(weighed, [type_of(each) for each in values])
    whole = adjoint(scalar, scalar.outputs[0], [each.var for each in scalar.inputs])
    gradients = compile_program(whole)(values)[1:]
    from_outputs = sum(
        float(np.sum(np.real(y_dot) * real) + np.sum(np.imag(y_dot) * imag))
        for y_dot, real, imag in zip(moved, weights, imaginary, strict=True)
    )
    from_inputs = sum(float(np.real(np.sum(x_bar * way))) for x_bar, way in zip(gradients, ways, strict=True))
    assert from_inputs == pytest.approx(from_outputs, rel=1e-10, abs=1e-12)


def _ridders(f: Callable[[float], Any]) -> Any:
    """Return df/dt at 0 by extrapolated central differences."""
    step, above, best, smallest = 0.02, [], None, np.inf
    for _ in range(7):
        row = [(f(step) - f(-step)) / (2 * step)]
        for order, coarse in enumerate(above, start=1):
            row.append(row[-1] + (row[-1] - coarse) / (16.0**order - 1))
            doubt = max(np.abs(row[-1] - row[-2]).max(initial=0.0), np.abs(row[-1] - coarse).max(initial=0.0))
            if doubt < smallest:
                best, smallest = row[-1], doubt
        above, step = row, step / 4
    return best


@pytest.mark.parametrize("name", ["numpy.linalg.inv", "gradwire.singular_values", "numpy.var"])
def test_a_wrong_tangent_rule_is_caught(name: str, monkeypatch: pytest.MonkeyPatch, native: None) -> None:
    (right,) = rules.JVP[name]

    def wrong(*arguments: Any, **settings: Any) -> Any:
        found = right(*arguments, **settings)
        return tuple(1.001 * each for each in found) if isinstance(found, tuple) else 1.001 * found

    monkeypatch.setitem(rules.JVP, name, (wrong,))
    with pytest.raises(AssertionError):
        check(name, EXAMPLES[name][0])
