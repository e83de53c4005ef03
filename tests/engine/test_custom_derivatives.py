"""Derivatives given by hand: used through every approach, compared with differences, and refused where wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import autograd.numpy as np
import numpy as onp
import pytest

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import APPROACHES, BACKENDS, gradient_function, refusal
from engine.backends.numpy_code import compile_program
from engine.custom_check import check_custom
from engine.data import Data
from engine.errors import DeclarationError, GradwireError
from engine.graph import Content
from engine.operator import Operator, operator
from engine.prepare import prepare
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.setting import Number
from engine.types import type_of
from nodes import shapes
from nodes.library import LIBRARY
from tests.engine.operator_checks import check_operator
from tests.nodes.test_derivatives import P, graph_of

STIFFNESS = Number(2.0, help="How stiff.")
X = onp.array([0.4, -1.3, 2.2])


def spring(by_x: Callable[..., Any], by_y: Callable[..., Any] | None = None, **more: Any) -> Operator:
    """Return an operator x^3 y k that is computed by plain NumPy, with derivatives given by hand."""

    def declared(x: Any, y: Any, *, stiffness: Any = STIFFNESS) -> Any:
        """A planted law."""
        return x**3 * y * stiffness

    rules = {"x": by_x} | ({"y": by_y} if by_y else {})
    details = {"shape": shapes.elementwise("x", "y"), "formula": "x", **more}
    samples = (([0.4, -1.3], [1.5, 0.5]), ([1.0, 2.0], [-0.3, 0.7]))
    return operator("elementwise.planted_spring", "Spring", samples=samples, derivative=rules, **details)(declared)


def by_x(g: Any, value: Any, x: Any, y: Any, *, stiffness: Any) -> Any:
    return g * (3 * x**2 * y * stiffness)


def by_y(g: Any, value: Any, x: Any, y: Any, *, stiffness: Any) -> Any:
    return g * (x**3 * stiffness)


def test_a_right_one_passes_the_one_gradient_test() -> None:
    check_operator(spring(by_x, by_y))


def test_it_is_what_every_approach_uses_and_it_has_derivatives_of_its_own() -> None:
    declared = spring(by_x, by_y)
    program = record_function(lambda x: np.sum(declared.function(x, 0.5 * x, stiffness=3.0)), [type_of(X)])
    for approach, backend in itertools.product(APPROACHES, BACKENDS):
        if refusal(approach, backend) is None:
            _, (found,) = gradient_function(program, program.outputs[0], [program.inputs[0].var], approach, backend)(
                [X]
            )
            onp.testing.assert_allclose(found, 6 * X**3, rtol=1e-12, err_msg=f"{approach} {backend}")
    once = adjoint(program, program.outputs[0], [program.inputs[0].var])
    second = record_function(lambda g: np.sum(g), [once.types[once.outputs[1]]])
    whole = fuse(once, second, {second.inputs[0].var: once.outputs[1]})
    twice = adjoint(select(whole, whole.outputs[-1:], ["s"]), whole.outputs[-1], [whole.inputs[0].var])
    onp.testing.assert_allclose(compile_program(twice)([X])[1], 18 * X**2, rtol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            lambda g, v, x, y, stiffness: -by_x(g, v, x, y, stiffness=stiffness),
            r"for its input 'x' is -.* at place \(0,\)",
        ),
        (
            lambda g, v, x, y, stiffness: g * x**2,
            r"operator elementwise.planted_spring: .* differences of its function",
        ),
        (lambda g, v, x, y, stiffness: np.sum(g * x), r"has shape \(\) where the input has \(2,\)"),
        (lambda g, v, x, y, stiffness: 1.0001 * by_x(g, v, x, y, stiffness=stiffness), "of sample 1, and differences"),
    ],
    ids=["sign", "formula", "shape", "a little"],
)
def test_a_wrong_one_is_refused_at_registration(wrong: Callable[..., Any], sentence: str) -> None:
    with pytest.raises(DeclarationError, match=sentence) as caught:
        spring(wrong, by_y)
    assert "\n" not in caught.value.sentence


def test_every_differentiable_input_needs_one() -> None:
    with pytest.raises(DeclarationError, match="no derivative by its input 'y'"):
        spring(by_x)
    assert spring(by_x, nondifferentiable=("y",)).inputs[1].differentiable is False


# ----- in the graph -----


def modelled(scale: float) -> Any:
    """A custom derivative of the value x^2 y by `scale` times itself."""
    nodes = {
        "x": (P, {"initial": "value", "value": 1.5}), "y": (P, {"initial": "value", "value": -0.5}),
        "q": "elementwise.square", "v": "elementwise.multiply", "m": ("elementwise.multiply", {"y": scale}),
        "c": "gradients.custom", "o": ("optimizers.optimizer", {"steps": 1}),
    }  # fmt: skip
    graph = graph_of(nodes, "x>q q>v.x y>v.y v>m v>c.value m>c.model c.result>o.loss")
    return prepare(Content(graph), LIBRARY, Data())


def test_a_node_takes_its_value_here_and_its_derivative_there() -> None:
    by = {each.node: each for each in check_custom(modelled(1.0), "c")}
    assert set(by) == {"x", "y"} and all(each.passed for each in by.values())
    assert "agrees with differences of its value" in by["x"].sentence


def test_a_wrong_model_is_told_with_both_numbers() -> None:
    found = {each.node: each for each in check_custom(modelled(3.0), "c")}
    assert not found["x"].passed and not found["y"].passed
    assert found["x"].differences == pytest.approx(2 / 3)
    values = [
        float(word.rstrip(".,")) for word in found["x"].sentence.split() if word.strip("-.,").replace(".", "").isdigit()
    ]
    assert values[0] / values[1] == pytest.approx(3.0, rel=1e-4) and '"Custom derivative" (c)' in found["x"].sentence


def test_only_custom_derivatives_are_compared_so() -> None:
    with pytest.raises(GradwireError, match="not a custom derivative"):
        check_custom(modelled(1.0), "q")
