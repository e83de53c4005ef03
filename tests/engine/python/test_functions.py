"""Every function of NumPy that a text may call has NumPy's values, and a derivative by every kind of approach."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np
import pytest

from engine.autodiff.approaches import gradient_function
from engine.backends.numpy_code import compile_program
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.program.program import Program
from engine.python.names import FUNCTIONS
from engine.python.refusal import PythonError
from engine.python.text import program_of
from engine.types import ArrayType

A = np.array([[1.3, 0.4, -0.2], [0.2, 2.1, 0.3], [0.55, -0.6, 1.7]])
B = np.array([[1.1, -0.3, 0.6], [0.45, 1.9, -0.55], [-0.25, 0.7, 1.4]])
PAIRS = (("static", "numpy_code"), ("tape", "autograd"), ("callbacks", "numpy_code"), ("forward", "numpy_code"))
PAIRED = {
    "arctan2", "maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2", "add", "subtract", "multiply",
    "divide", "true_divide", "mod", "remainder", "dot", "matmul", "inner", "outer", "kron", "linalg.solve",
    "logical_and", "logical_or", "logical_xor", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal",
    "floor_divide",
}  # fmt: skip
"""Called with x and an array of the same shape."""
CALLS: dict[str, tuple[str, ...]] = {
    "clip": ("np.clip(x, 0.1, 1.5)", "x.clip(0.1, 1.0)", "np.clip(x, None, 1.0)"),
    "where": ("np.where(x > 0, x, 2 * x)",),
    "reshape": ("np.reshape(x, (9,))",), "swapaxes": ("np.swapaxes(x, 0, 1)",), "moveaxis": ("np.moveaxis(x, 0, 1)",),
    "expand_dims": ("np.expand_dims(x, -1)",), "broadcast_to": ("np.broadcast_to(x, (2, 3, 3))",),
    "concatenate": ("np.concatenate([x, x])",), "stack": ("np.stack([x, x])",), "vstack": ("np.vstack([x, x])",),
    "hstack": ("np.hstack([x, x])",), "tile": ("np.tile(x, 2)", "np.tile(x, (2, 1, 3))", "np.tile(x[0, 0], 3)"),
    "repeat": ("np.repeat(x, 2)", "x.repeat(2, axis=1)"), "roll": ("np.roll(x, 1)", "np.roll(x, (1, 2), (0, 1))"),
    "take": ("np.take(x, 1)", "np.take(x, [0, 2, 2], axis=1)", "np.take(x, np.array([1, 0]), 0)", "x.take(2)"),
    "take_along_axis": ("np.take_along_axis(x, np.argsort(x, axis=0), 0)",), "split": ("np.split(x, 3)[1]",),
    "pad": ("np.pad(x, 2)", "np.pad(x, (1, 2))", "np.pad(x, ((1, 0), (0, 2)), mode='edge')", "np.pad(x, 1, 'reflect')",
            "np.pad(x, 1, 'wrap')", "np.pad(x, 2, 'symmetric')", "np.pad(x, 1, constant_values=3.0)"),
    "array_split": ("np.array_split(x, 2)[1]",), "tensordot": ("np.tensordot(x, x, 1)",),
    "diff": ("np.diff(x, axis=0)",),
    "einsum": ("np.einsum('ij,jk->ik', x, x)",), "cross": ("np.cross(x[0], x[1])",),
    "arccosh": ("np.arccosh(x * x + 2)",),
    "arctanh": ("np.arctanh(x * 0.1)",), "arcsin": ("np.arcsin(x * 0.1)",), "arccos": ("np.arccos(x * 0.1)",),
    "log": ("np.log(x * x)",), "sqrt": ("np.sqrt(x * x)",), "log1p": ("np.log1p(x * x)",), "log2": ("np.log2(x * x)",),
    "log10": ("np.log10(x * x)",), "power": ("np.power(x * x, 1.5)",),
    "cumprod": ("np.cumprod(x)", "np.cumprod(x, axis=0)", "x.cumprod(axis=1)"), "cumsum": ("np.cumsum(x, axis=1)",),
    "diagonal": ("np.diagonal(x)", "np.diagonal(x, 1)", "np.diagonal(x[:2], offset=-1)"),
    "flip": ("np.flip(x)", "np.flip(x, 1)", "np.flip(x, (0, -1))"), "outer": ("np.outer(x, x[0])",),
    "linalg.cholesky": ("np.linalg.cholesky(x @ x.T)",), "linalg.eigh": ("np.linalg.eigh(x @ x.T)[0]",),
    "linalg.svd": ("np.linalg.svd(x, full_matrices=False)[1]",), "linalg.slogdet": ("np.linalg.slogdet(x)[1]",),
    "linalg.norm": ("np.linalg.norm(x)", "np.linalg.norm(x, axis=1, keepdims=True)", "np.linalg.norm(x[0], 1)",
                     "np.linalg.norm(x, np.inf, axis=1)"),
    "max": ("np.max(x, axis=1, keepdims=True)",),
    **{name: (f"np.{name}(1 * (x > 0.25))",) for name in ("argsort", "count_nonzero")},
}  # fmt: skip


def examples() -> list[str]:
    calls = (
        CALLS.get(name) or ((f"np.{name}(x, 1.1 * x.T + 0.05)" if name in PAIRED else f"np.{name}(x)"),)
        for name in FUNCTIONS
    )
    return [each for several in calls for each in several]


def squared(call: str) -> Program:
    """Return the program of the sum of a call's squares; it reads x, whatever the call does with it."""
    text = f"def f(x):\n    return np.real({call}) * 1.0 + 0.0 * x.sum()\n"
    program = program_of(text, {"x": ArrayType((3, 3))})
    total = record_function(lambda y: anp.sum(y * y), [program.types[program.outputs[0]]])
    fused = fuse(program, total, {total.inputs[0].var: program.outputs[0]})
    return select(fused, fused.outputs[-1:], ("loss",))


def by_numpy(call: str, x: np.ndarray) -> float:
    """The oracle: it runs the calls of this table alone."""
    return float(np.sum((np.real(eval(call, {"np": np, "x": x})) * 1.0) ** 2))


@pytest.mark.parametrize("call", examples())
def test_a_call_has_numpys_value_and_the_derivative_of_the_differences(call: str) -> None:
    """Recorded once; at two points."""
    program = squared(call)
    code = compile_program(program)
    (var,) = (each.var for each in program.inputs)
    ways = [gradient_function(program, program.outputs[0], [var], *pair) for pair in PAIRS]
    for x in (A, B):
        assert float(code([x])[0]) == pytest.approx(by_numpy(call, x), rel=1e-12)
        expected = np.zeros((3, 3))
        for place in np.ndindex(3, 3):
            step = np.zeros((3, 3))
            step[place] = 1e-5
            expected[place] = (by_numpy(call, x + step) - by_numpy(call, x - step)) / 2e-5
        for way in ways:
            np.testing.assert_allclose(way([x])[1][0], expected, rtol=1e-6, atol=1e-6 * max(1, abs(expected).max()))


def test_what_would_not_fit_into_memory_is_refused_before_it_is_made() -> None:
    for call in ("np.tile(x, 10 ** 11)", "np.pad(x, 10 ** 7)", "np.outer(np.tile(x, 10 ** 4), np.tile(x, 10 ** 4))"):
        with pytest.raises(PythonError, match=r"line 2, column \d+: "):
            program_of(f"def f(x):\n    return {call}\n", {"x": ArrayType((3, 3))})


def test_tuples_that_double_are_refused() -> None:
    for doubled in ("(t, t)", "[t, t]", "{'a': t, 'b': t}"):
        lines = "".join(f"    t = {doubled}\n" for _ in range(60))
        with pytest.raises(PythonError, match="unfolds to more than 20,000 parts"):
            program_of(f"def f(x):\n    t = x\n{lines}    return x\n", {"x": ArrayType()})
