"""Functions, reductions, indexing and joining next to JAX and NumPy, where they are hard, and what they refuse."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np
import pytest

from engine.autodiff.approaches import gradient_function, refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.errors import ShapeError
from engine.program.functions import record_function
from engine.types import ArrayType, Type
from nodes.index_shapes import parsed
from nodes.library import LIBRARY
from tests.nodes.next_to_jax import compare
from tests.nodes.test_numerics import call, slope
from tests.nodes.test_shapes import refused

VECTOR = np.array([-3.5, -1.0, -0.25, 0.3, 0.5, 2.0, 4.0])
INSIDE = np.array([-0.9, -0.5, -0.1, 0.2, 0.99])
POSITIVE = np.array([0.1, 0.5, 1.0, 2.5, 7.0])
X = np.random.default_rng(2).normal(0, 1, (5, 3))
Y = np.random.default_rng(3).normal(0, 1, (5, 3))
CUBE = np.random.default_rng(4).normal(0, 1, (2, 3, 4))
COMPLEX = np.random.default_rng(5).normal(0, 1, 6) * (1 + 2j)
PLACES = np.array([[2, 0, 4], [1, 1, 3]])
FLAGS = X > 0

ONE: dict[str, tuple[str, Any]] = {
    "tan": ("tan", VECTOR), "arcsin": ("arcsin", INSIDE), "arccos": ("arccos", INSIDE), "arctan": ("arctan", VECTOR),
    "sinh": ("sinh", VECTOR), "cosh": ("cosh", VECTOR), "arcsinh": ("arcsinh", VECTOR),
    "arccosh": ("arccosh", POSITIVE + 1), "arctanh": ("arctanh", INSIDE), "radians": ("radians", VECTOR),
    "degrees": ("degrees", VECTOR), "exp2": ("exp2", VECTOR), "expm1": ("expm1", VECTOR), "log2": ("log2", POSITIVE),
    "log10": ("log10", POSITIVE), "log1p": ("log1p", POSITIVE), "reciprocal": ("reciprocal", VECTOR),
    "sign": ("sign", VECTOR), "floor": ("floor", VECTOR), "ceil": ("ceil", VECTOR), "round": ("round", VECTOR),
    "logical_not": ("logical_not", FLAGS), "is_finite": ("isfinite", np.array([1.0, np.nan, np.inf])),
    "real": ("real", COMPLEX), "imaginary": ("imag", COMPLEX), "conjugate": ("conj", COMPLEX),
    "angle": ("angle", COMPLEX),
}  # fmt: skip
TWO: dict[str, tuple[str, Any, Any]] = {
    "arctan2": ("arctan2", X, Y), "logaddexp": ("logaddexp", X, Y), "hypot": ("hypot", X, Y),
    "remainder": ("remainder", X, Y), "greater": ("greater", X, Y), "greater_equal": ("greater_equal", X, X),
    "less": ("less", X, Y), "less_equal": ("less_equal", X, X), "equal": ("equal", X, X),
    "not_equal": ("not_equal", X, Y), "logical_and": ("logical_and", FLAGS, Y > 0),
    "logical_or": ("logical_or", FLAGS, Y > 0), "logical_xor": ("logical_xor", FLAGS, Y > 0),
    "complex": ("lax_complex", X, Y),
}  # fmt: skip
OVER_AXIS = {
    "max": "max", "min": "min", "prod": "prod", "variance": "var", "deviation": "std", "median": "median", "any": "any",
    "all": "all", "count": "count_nonzero",
}  # fmt: skip

CASES: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    *((f"elementwise.{short}", getattr(jnp, name), (x,), {}) for short, (name, x) in ONE.items()),
    *(
        (f"elementwise.{short}", getattr(jnp, name, jax.lax.complex), (x, y), {})
        for short, (name, x, y) in TWO.items()
    ),
    ("elementwise.where", jnp.where, (FLAGS, X, Y), {}),
    ("elementwise.clip", lambda x: jnp.clip(x, -0.5, 0.25), (X,), {"low": -0.5, "high": 0.25}),
    ("elementwise.cast", lambda x: x.astype("int64"), (VECTOR,), {"dtype": "int64"}),
    *((f"reductions.{short}", getattr(jnp, name), (X,), {}) for short, name in OVER_AXIS.items()),
    *(
        (
            f"reductions.{short}",
            lambda x, name=name: getattr(jnp, name)(x, axis=1, keepdims=True),
            (CUBE,),
            {"axis": 1, "keep": True},
        )
        for short, name in OVER_AXIS.items()
    ),
    ("reductions.variance", lambda x: jnp.var(x, axis=0, ddof=1), (X,), {"axis": 0, "ddof": 1}),
    ("reductions.norm", lambda x: jnp.linalg.norm(x, axis=0), (X,), {"axis": 0}),
    ("reductions.norm", lambda x: jnp.sum(jnp.abs(x)), (X,), {"order": "1"}),
    ("reductions.norm", lambda x: jnp.max(jnp.abs(x), axis=1), (X,), {"order": "infinite", "axis": 1}),
    ("reductions.logsumexp", jax.scipy.special.logsumexp, (X * 400,), {}),
    ("reductions.logsumexp", lambda x: jax.scipy.special.logsumexp(x, axis=-1), (CUBE,), {"axis": -1}),
    ("reductions.cumulative_sum", lambda x: jnp.cumsum(x, axis=1), (CUBE,), {"axis": 1}),
    ("reductions.cumulative_product", lambda x: jnp.cumprod(x, axis=1), (CUBE,), {"axis": 1}),
    ("reductions.sort", lambda x: jnp.sort(x, axis=0), (X,), {"axis": 0}),
    ("reductions.argsort", lambda x: jnp.argsort(x, axis=0), (X,), {"axis": 0}),
    ("reductions.argmax", jnp.argmax, (X,), {}),
    ("reductions.argmin", lambda x: jnp.argmin(x, axis=1), (CUBE,), {"axis": 1}),
    ("shape.slice", lambda x: x[1, None, ::-1, 0:2], (CUBE,), {"at": "1, new, ::-1, 0:2"}),
    ("shape.slice", lambda x: x[..., -1], (CUBE,), {"at": "..., -1"}),
    ("shape.take", lambda x, i: jnp.take(x, i, axis=0), (X, PLACES), {}),
    ("shape.take", lambda x, i: jnp.take(x, i, axis=2), (CUBE, np.array([3, 3, 0])), {"axis": -1}),
    ("shape.gather", lambda x, i: jnp.take_along_axis(x, i, axis=0), (X, PLACES), {}),
    ("shape.scatter_add", lambda x, i: jnp.zeros((5, 4)).at[i].add(x), (CUBE, PLACES), {"length": 5}),
    ("shape.concatenate", lambda x, y: jnp.concatenate([x, y], axis=1), (X, Y), {"axis": 1}),
    ("shape.stack", lambda x, y: jnp.stack([x, y], axis=-1), (X, Y), {"axis": -1}),
    ("shape.split", lambda x: tuple(jnp.split(x, 2, axis=-1)), (CUBE,), {"parts": 2, "axis": -1}),
    ("shape.pad", lambda x: jnp.pad(x, 1), (X,), {}),
    *(
        (
            "shape.pad",
            lambda x, mode=mode: jnp.pad(x, ((0, 0), (2, 1)), mode=mode),
            (X,),
            {"before": 2, "after": 1, "axis": 1, "mode": mode},
        )
        for mode in ("edge", "reflect", "wrap")
    ),
    ("shape.tile", lambda x: jnp.tile(x, (2, 1, 3)), (X,), {"times": (2, 1, 3)}),
    ("shape.repeat", lambda x: jnp.repeat(x, 3, axis=1), (CUBE,), {"times": 3, "axis": 1}),
    ("shape.flip", jnp.flip, (CUBE,), {}),
    ("shape.roll", lambda x: jnp.roll(x, 4, axis=1), (CUBE,), {"shift": 4, "axis": 1}),
    ("shape.broadcast_to", lambda x: jnp.broadcast_to(x, (2, 5, 3)), (X,), {"shape": (2, -1, 3)}),
    ("shape.expand_dims", lambda x: jnp.expand_dims(x, -1), (X,), {"axis": -1}),
    ("shape.squeeze", jnp.squeeze, (X[:, None, :1],), {}),
    ("shape.flatten", lambda x: x.reshape(2, 12), (CUBE,), {"start": 1}),
    ("shape.swap_axes", lambda x: jnp.swapaxes(x, 0, 1), (CUBE,), {"first": 0, "second": 1}),
    ("shape.lower_triangle", lambda x: jnp.tril(x, 1), (CUBE,), {"offset": 1}),
    ("shape.upper_triangle", lambda x: jnp.triu(x, -1), (CUBE,), {"offset": -1}),
    ("shape.diagonal", lambda x: jnp.diagonal(x, 1, -2, -1), (CUBE,), {"offset": 1}),
    ("shape.diagonal_matrix", jnp.diag, (VECTOR,), {}),
    ("shape.size", jnp.size, (CUBE,), {}),
    ("shape.shape", lambda x: np.array(x.shape), (CUBE,), {}),
]  # fmt: skip

FLAT = tuple(f"elementwise.{short}" for short in ("sign", "floor", "ceil", "round", "cast", "complex"))
"""Operators whose values alone are compared: their derivative is zero, or their result complex."""


@pytest.mark.parametrize(
    ("operator", "other", "arguments", "settings"), CASES, ids=[f"{case[0]}-{k}" for k, case in enumerate(CASES)]
)
def test_values_and_gradients_are_those_of_jax(
    operator: str, other: Callable[..., Any], arguments: tuple[Any, ...], settings: dict[str, Any]
) -> None:
    if operator not in FLAT:
        compare(operator, other, arguments, settings)
        return
    with jax.enable_x64(True):
        wanted = np.asarray(other(*arguments))
    given = np.asarray(call(operator, *arguments, **settings))
    np.testing.assert_array_equal(given, wanted)
    assert given.dtype == wanted.dtype


# ----- where it is hard -----


def test_a_hypotenuse_neither_overflows_nor_loses_its_derivative_at_zero() -> None:
    sides = np.array([3e200, 0.0, 3e-200]), np.array([4e200, 0.0, 4e-200])
    np.testing.assert_allclose(call("elementwise.hypot", *sides), [5e200, 0.0, 5e-200], rtol=1e-15)
    np.testing.assert_allclose(slope("elementwise.hypot", *sides), [0.6, 0.0, 0.6], rtol=1e-14)
    np.testing.assert_allclose(slope("elementwise.hypot", *sides, by=1), [0.8, 0.0, 0.8], rtol=1e-14)


def test_small_growth_keeps_its_digits() -> None:
    tiny = np.array([1e-18, -3e-12])
    np.testing.assert_allclose(call("elementwise.expm1", tiny), tiny, rtol=1e-11)
    np.testing.assert_allclose(call("elementwise.log1p", tiny), tiny, rtol=1e-11)


def test_a_running_product_has_derivatives_where_factors_are_zero() -> None:
    factors = np.array([2.0, 0.0, 3.0, 0.0, 5.0])
    np.testing.assert_allclose(call("reductions.cumulative_product", factors), np.cumprod(factors))
    np.testing.assert_allclose(slope("reductions.cumulative_product", factors), [1.0, 8.0, 0.0, 0.0, 0.0])


def test_the_norm_of_zero_has_the_derivative_zero() -> None:
    assert slope("reductions.norm", np.zeros(3)).tolist() == [0.0, 0.0, 0.0]


def test_the_log_of_summed_exponentials_does_not_overflow() -> None:
    np.testing.assert_allclose(call("reductions.logsumexp", np.array([1000.0, 1000.0])), 1000.0 + np.log(2.0))
    np.testing.assert_allclose(slope("reductions.logsumexp", np.array([-2000.0, -2000.0])), [0.5, 0.5])


def test_the_extremes_share_their_derivative() -> None:
    assert slope("reductions.max", np.array([1.0, 3.0, 3.0])).tolist() == [0.0, 0.5, 0.5]


def test_steps_have_the_derivative_zero() -> None:
    for short in ("sign", "floor", "ceil", "round"):
        assert slope(f"elementwise.{short}", np.array([-1.3, 0.4])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("dtype", ["int64", "bool"])
def test_whole_numbers_and_booleans_pass_no_derivative_back(dtype: str) -> None:
    def weighed(x: Any) -> Any:
        return anp.sum(call("elementwise.cast", x, dtype=dtype) * 1.5) + 0.0 * anp.sum(x)

    program = record_function(weighed, [ArrayType((2,))])
    for approach, backend in itertools.product(APPROACHES, BACKENDS):
        if refusal(approach, backend) is None:
            run = gradient_function(program, program.outputs[0], [program.inputs[0].var], approach, backend)
            assert run([np.array([0.6, -2.4])])[1][0].tolist() == [0.0, 0.0]


def test_a_narrowing_cast_passes_the_derivative_back_in_the_wider_kind() -> None:
    given = slope("elementwise.cast", np.array([0.1, 0.2]), dtype="float32")
    assert given.dtype == np.float64 and given.tolist() == [1.0, 1.0]


def test_a_root_guarded_before_has_a_derivative_everywhere() -> None:
    x = np.array([-4.0, 0.0, 4.0])
    safe = call("elementwise.where", x > 0, x, np.float64(1.0))
    assert call("elementwise.where", x > 0, np.sqrt(safe)[...], np.float64(0.0)).tolist() == [0.0, 0.0, 2.0]


def test_nothing_beside_the_diagonal_takes_over_what_is_infinite() -> None:
    assert call("shape.diagonal_matrix", np.array([np.inf, 1.0])).tolist() == [[np.inf, 0.0], [0.0, 1.0]]


# ----- what is refused -----


def kind(shape: tuple[int, ...], dtype: str = "float64") -> Type:
    return ArrayType(shape, dtype)


WHOLE = kind((3,), "int64")


@pytest.mark.parametrize(
    ("operator", "types", "own", "sentence"),
    [
        ("elementwise.clip", ((2,),), {"low": 2.0, "high": 1.0}, "the lower limit 2 is above the upper limit 1"),
        ("elementwise.greater", (kind((2,), "complex128"), (2,)), {}, "x takes real numbers, not complex128"),
        ("elementwise.where", ((2,), (3,), (3,)), {}, "condition has shape (2,) and x has shape (3,)"),
        ("reductions.max", ((0, 3),), {"axis": 0}, "x has shape (0, 3): there is no largest element along axis 0"),
        ("reductions.argmax", ((0,),), {}, "x has shape (0,): there is no largest element"),
        ("reductions.variance", ((1,),), {"ddof": 1}, "x has shape (1,): there is no spread to measure"),
        ("reductions.sort", ((2,),), {"axis": 1}, "x has shape (2,), which has no axis 1: its only axis is 0"),
        ("reductions.cumulative_sum", ((2,),), {"axis": None}, "the axis of x is empty: choose one; its shape is (2,)"),
        ("reductions.sort", ((),), {}, "x is a scalar: it has no axis to go along"),
        ("shape.slice", ((2, 3),), {"at": "0, 3"}, "x has shape (2, 3): axis 1 has 3 elements, there is no 3"),
        ("shape.slice", ((2,),), {"at": "0, :"}, "x has shape (2,), and “0, :” goes along 2 axes"),
        ("shape.slice", ((2,),), {"at": "x"}, "“x” is no slice: write a place like 2"),
        ("shape.slice", ((2,),), {"at": "::0"}, "the step of “::0” is 0"),
        ("shape.slice", ((2,),), {"at": "..., ..."}, "“..., ...” has more than one ..."),
        ("shape.take", ((2,), (3,)), {}, "indices takes whole numbers, not float64: cast it to int64"),
        ("shape.take", ((0, 2), WHOLE), {}, "x has shape (0, 2): along axis 0 there is no element to take"),
        ("shape.gather", ((2, 3), WHOLE), {}, "x has shape (2, 3) and indices has shape (3,): they must have equally"),
        ("shape.gather", ((2, 3), kind((4, 2), "int64")), {}, "axis 1, 3 and 2; only axis 0 may differ"),
        ("shape.scatter_add", ((2, 3), WHOLE), {}, "the axes of indices, but differs at axis 0, 2 and 3"),
        ("shape.concatenate", ((2, 3), (2, 4)), {}, "and xs.1 has shape (2, 4): they differ at axis 1"),
        ("shape.concatenate", ((2, 3), (2,)), {}, "they must have equally many axes"),
        ("shape.stack", ((2,), (3,)), {}, "they differ at axis 0, 2 and 3; they must be equal"),
        ("shape.stack", ((2,), (2,)), {"axis": 3}, "xs.0 has 1 axes: a new one can be 0 to 1, not 3"),
        ("shape.split", ((3, 2),), {}, "x has shape (3, 2): axis 0 has 3 elements, which are not 2 equal parts"),
        ("shape.pad", ((1,),), {"mode": "reflect"}, "axis 0 has 1 elements, to pad 1 in the mode reflect"),
        ("shape.tile", ((2,),), {"times": (-1,)}, "they must be at least 0"),
        ("shape.broadcast_to", ((2, 3),), {"shape": (2, 4)}, "they differ at axis 1, 3 and 4, and x's is not 1"),
        ("shape.broadcast_to", ((2, 3),), {"shape": (3,)}, "it has fewer axes"),
        ("shape.squeeze", ((2, 3),), {"axis": 0}, "axis 0 has 2 elements, only an axis of 1 can be dropped"),
        ("shape.flatten", ((2,),), {"start": 2}, "x has shape (2,): it has no 2 axes to keep"),
        ("shape.diagonal", ((2,),), {}, "x has shape (2,): a diagonal takes at least two axes"),
        ("shape.diagonal_matrix", ((),), {}, "x is a scalar: a diagonal takes at least one axis"),
        ("shape.lower_triangle", ((2,),), {}, "x has shape (2,): a triangle takes at least two axes"),
    ],
)  # fmt: skip
def test_refusals_say_what_does_not_fit(
    operator: str, types: tuple[Any, ...], own: dict[str, Any], sentence: str
) -> None:
    assert sentence in refused(operator, *types, **own)


def test_the_text_of_a_slice_is_read_as_numpy_reads_it() -> None:
    assert parsed("") == ()
    assert parsed(" 1 : 5 , ::-1, ..., new, -2") == (slice(1, 5), slice(None, None, -1), Ellipsis, None, -2)
    for text in ("1:2:3:4", "__import__('os')", "1,,2", "1e3", "9" * 20, "None", "True"):
        with pytest.raises(ShapeError, match="is no slice"):
            parsed(text)


def test_every_new_name_is_found_by_what_people_call_it() -> None:
    for word, operator in {
        "argmax": "reductions.argmax",
        "if": "elementwise.where",
        "std": "reductions.deviation",
    }.items():
        assert word in LIBRARY[operator].synonyms
