"""Every pass keeps what a program computes: on random programs, at values not seen before, special ones too."""

import itertools
import math
from dataclasses import replace

import autograd.numpy as np
import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.autodiff.adjoint import adjoint
from engine.backends.numpy_code import compile_program
from engine.program import passes
from engine.program.functions import record_function
from engine.program.passes import PASSES, Pass, savings, simplify, stable
from engine.program.passes.buffers import WRITING
from engine.program.passes.rewriting import Rewriter, everywhere, rewrite
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Var
from engine.types import ArrayType
from tests import sizes
from tests.properties.test_random_programs import PROGRAMS, SHAPES, run

SPECIAL = [0.0, -0.0, 1.0, -1.0, onp.inf, -onp.inf, onp.nan, 800.0, -800.0, 1e-300, 1e300]


def recorded(function, *shapes):
    return record_function(function, [ArrayType(shape) for shape in shapes])


def differentiated(program):
    return adjoint(program, program.outputs[0], [each.var for each in program.inputs])


def primitives(program):
    return [each.primitive.rpartition(".")[2] for each in program.equations]


def same_bits(one, other):
    return onp.asarray(one).tobytes() == onp.asarray(other).tobytes()


def require_equal(program, changed, values, keeps, least=1e-300):
    """The oracle: the program as it was, at values that no pass has seen. `least` is the size of its smallest terms."""
    before, after = compile_program(program)(values), compile_program(changed)(values)
    for one, other in zip(before, after, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        if keeps == "bits":
            assert same_bits(one, other), (one, other)
        else:
            size = float(onp.max(onp.abs(onp.where(onp.isfinite(one), one, 0.0)), initial=0.0))
            onp.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12 * max(size, least))


@settings(derandomize=True, max_examples=sizes.count("random_graphs"), deadline=None)
@given(PROGRAMS, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), st.integers(0, 2**32))
def test_every_pass_keeps_what_random_programs_and_their_adjoints_compute(steps, shapes, seed):
    program = differentiated(recorded(lambda *inputs: run(np, steps, inputs), *shapes))
    random = onp.random.default_rng(seed)
    values = [random.normal(size=shape) for shape in shapes]
    for each in savings(program):
        require_equal(program, each.program, values, PASSES[each.name].keeps)
        program = each.program


@settings(derandomize=True, max_examples=sizes.count("random_graphs"), deadline=None)
@given(PROGRAMS, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), st.data())
def test_passes_that_keep_bits_keep_nan_infinities_and_negative_zero(steps, shapes, data):
    program = differentiated(recorded(lambda *inputs: run(np, steps, inputs), *shapes))
    values = [
        onp.reshape(data.draw(st.lists(st.sampled_from(SPECIAL), min_size=n, max_size=n)), shape)
        for shape in shapes
        for n in [math.prod(shape)]
    ]
    for name, each in PASSES.items():
        if each.keeps == "bits":
            require_equal(program, simplify(program, [name]), values, "bits")


@pytest.mark.parametrize("planted", ["0 * x", "x - x", "a neighbour's output", "another dtype"])
def test_an_unsound_rewrite_is_caught(planted):
    def wrong(work, equation):
        x, y = equation.arguments
        if planted == "0 * x" and equation.primitive == "numpy.multiply" and y == 0.0:
            return work.emit("numpy.where", (False, x, 0.0), work.types[equation.output], "")
        if planted == "x - x" and equation.primitive == "numpy.subtract" and x == y:
            return work.emit("numpy.multiply", (x, 0.0), work.types[equation.output], "")
        if planted == "a neighbour's output" and equation.primitive == "numpy.add":
            return x
        return None

    def narrow(work, equation):
        return work.emit("gradwire.cast", (equation.arguments[0], "float32"), ArrayType((3,), "float32"), "")

    rules = {f"numpy.{name}": (wrong,) for name in ("multiply", "subtract", "add")}
    program = recorded(lambda x: (x * 0.0, x - x, x * 0.0 + (x - x)), (3,))
    values = [onp.array([1.0, onp.inf, -0.0])]
    if planted == "another dtype":  # never gets through: the rewriter compares types
        changed = rewrite(program, {"numpy.add": (narrow,)})
        require_equal(program, changed, values, "bits")
        assert primitives(changed).count("add") == 1
        return
    with pytest.raises(AssertionError):
        require_equal(program, rewrite(program, rules), values, "bits")


REWRITTEN = {
    "x * 1": (lambda x: x * 1.0 + 1.0 * x, (3,), ["add"]),
    "x + 0": (lambda x: (x + 0.0) - 0.0, (3,), []),
    "x / 1, x ** 1": (lambda x: (x / 1.0) ** 1, (3,), []),
    "x ** 2": (lambda x: x**2, (3,), ["multiply"]),
    "x ** 3": (lambda x: x**3, (3,), ["multiply", "multiply"]),
    "x ** 4": (lambda x: x**4, (), ["multiply", "multiply"]),
    "1 / x": (lambda x: x**-1, (3,), ["divide"]),
    "square": (lambda x: np.square(x), (), ["multiply"]),
    "double transpose": (lambda x: x.T.T, (2, 3), []),
    "double swap": (lambda x: np.swapaxes(np.swapaxes(x, 0, 2), 2, 0), (2, 3, 4), []),
    "two permutations": (lambda x: np.transpose(np.transpose(x, (1, 2, 0)), (1, 0, 2)), (2, 3, 4), ["transpose"]),
    "sum over one": (lambda x: np.sum(x, axis=1), (3, 1), ["reshape"]),
    "mean over one": (lambda x: np.mean(x, axis=0, keepdims=True), (1, 3), []),
    "sum of a scalar": (lambda x: np.sum(x), (), []),
    "reshape twice": (lambda x: np.reshape(np.reshape(x, (6,)), (3, 2)), (2, 3), ["reshape"]),
    "expand, then multiply": (lambda x: np.broadcast_to(np.sum(x), (3,)) * x, (3,), ["sum", "multiply"]),
    "expand, then scale": (lambda x: np.sum(x) + 2.0 * np.broadcast_to(x[0], (3,)), (3,), None),
    "sum of an expansion": (lambda x: np.sum(np.broadcast_to(x, (4, 5))), (), ["multiply"]),
    "negatives": (lambda x: np.negative(-x) - (-x) + (-x), (3,), ["add", "subtract"]),
    "product of negatives": (lambda x: (-x) * (-x), (3,), ["multiply"]),
    "constants together": (lambda x: 2.0 * (3.0 * x), (3,), ["multiply"]),
    "constant of a negative": (lambda x: 2.0 * -x, (3,), ["multiply"]),
    "times an inverse": (lambda x: x * (1.0 / (x + 3.0)), (3,), ["add", "divide"]),
    "same in both arms": (lambda x: np.where(x > 0, x, x), (3,), []),
    "whole": (lambda x: x[...][:], (3,), []),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_algebra_leaves_what_is_needed(name):
    function, shape, wanted = REWRITTEN[name]
    program = recorded(function, shape)
    changed = simplify(program, ["algebra", "dead"])
    if wanted is not None:
        assert primitives(changed) == wanted
    random = onp.random.default_rng(1)
    for values in (random.normal(size=shape), -random.normal(size=shape) * 1e3):
        require_equal(program, changed, [values], "numbers")


SPECIAL_CASES = [name for name in REWRITTEN if name not in ("x ** 3", "x ** 4", "sum of an expansion")]


@pytest.mark.parametrize("name", SPECIAL_CASES)
def test_algebra_keeps_nan_and_infinities(name):
    function, shape, _ = REWRITTEN[name]
    program = recorded(function, shape)
    for special in SPECIAL:
        values = onp.full(shape, special)
        before, after = (compile_program(each)([values])[0] for each in (program, simplify(program, ["algebra"])))
        onp.testing.assert_array_equal(onp.isnan(after), onp.isnan(before))
        onp.testing.assert_allclose(after, before, rtol=1e-12)


def test_what_would_change_special_values_is_left_alone():
    program = recorded(lambda x: (x * 0.0) + (x - x) + x / x + x**0.5 + x**-2, (3,))
    changed = simplify(program, ["algebra", "dead"])
    assert primitives(changed) == primitives(program)


def test_constants_that_overflow_together_stay_apart():
    program = recorded(lambda x: 1e200 * (1e200 * x), ())
    assert len(simplify(program).equations) == 2
    assert compile_program(simplify(program))([1e-300])[0] == 1e100


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_constants_together_are_infinite_where_they_were(dtype):
    """Constants of all sizes, multiplied with numbers at the ends of the range: 0.5 * (2 * x) is infinite at 1e308."""
    ends = [onp.finfo(dtype).max, onp.finfo(dtype).max / 3, 1.0, onp.finfo(dtype).tiny, 0.0, onp.inf]
    values = [onp.array(ends, dtype)]
    constants = [0.0078125, 0.5, 1.0, 2.0, -3.0, 1e-14, 1e14, 1e20, 1e-20, 1e90]
    merged = 0
    for one, other in itertools.product(constants, repeat=2):
        program = record_function(lambda x, a=one, b=other: a * (b * x), [ArrayType((len(ends),), dtype)])
        changed = simplify(program, ["algebra", "dead"])
        merged += len(changed.equations) < len(program.equations)
        with onp.errstate(all="ignore"):
            (before,), (after,) = compile_program(program)(values), compile_program(changed)(values)
        assert onp.array_equal(onp.isfinite(before), onp.isfinite(after)), (one, other)
        ordinary = slice(2, 3)
        onp.testing.assert_allclose(after[ordinary], before[ordinary], rtol=1e-6 if dtype == "float32" else 1e-12)
    assert merged > len(constants)


STABLE = {
    "softplus": (lambda x: np.log(1.0 + np.exp(x)), lambda x: 800.0 if x > 0 else 0.0, lambda x: float(x > 0)),
    "softplus, other way round": (lambda x: np.log(np.exp(x) + 1.0), lambda x: 800.0 * (x > 0), lambda x: float(x > 0)),
    "log1p": (lambda x: np.log1p(np.exp(x)), lambda x: 800.0 * (x > 0), lambda x: float(x > 0)),
    "log of the sigmoid": (lambda x: np.log(1.0 / (1.0 + np.exp(-x))), lambda x: min(x, 0.0), lambda x: float(x < 0)),
    "log sum exp": (
        lambda x: np.log(np.sum(np.exp(x * onp.ones(4)))), lambda x: x + math.log(4.0), lambda x: 1.0
    ),
    "log softmax": (
        lambda x: np.sum(np.log(np.exp(x * onp.arange(2.0)) / np.sum(np.exp(x * onp.arange(2.0))))),
        lambda x: -800.0, lambda x: -1.0 if x > 0 else 1.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STABLE)
@pytest.mark.parametrize("x", [800.0, -800.0])
def test_stability_is_finite_where_the_first_way_of_writing_is_not(name, x):
    function, value, slope = STABLE[name]
    program = simplify(recorded(function, ()), ["common"])
    found = compile_program(simplify(differentiated(stable(program))))([onp.float64(x)])
    onp.testing.assert_allclose(found, (value(x), slope(x)), rtol=1e-12, atol=1e-300)
    bare = compile_program(differentiated(program))
    assert not all(onp.isfinite(each) for y in (800.0, -800.0) for each in bare([onp.float64(y)]))


@pytest.mark.parametrize("name", STABLE)
def test_stability_agrees_where_both_are_finite_and_is_done_once(name):
    program = simplify(recorded(STABLE[name][0], ()), ["common"])
    once = stable(program)
    assert primitives(once) != primitives(program)
    assert primitives(stable(once)) == primitives(once)
    for x in (-3.0, -0.1, 0.0, 0.7, 20.0):
        require_equal(differentiated(program), differentiated(once), [onp.float64(x)], "numbers", 1e-3)


def test_log_sum_exp_along_axes_and_at_infinities():
    for axis, keepdims in ((0, False), (1, True), (None, False), ((0, 1), True)):

        def function(x, axis=axis, keepdims=keepdims):
            return np.sum(np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)))

        program = recorded(function, (2, 3))
        once = stable(program)
        assert primitives(once) != primitives(program)
        require_equal(differentiated(program), differentiated(once), [onp.arange(6.0).reshape(2, 3) - 2], "numbers")
        for special in (-onp.inf, onp.inf, onp.nan):
            values = [onp.full((2, 3), special)]
            onp.testing.assert_array_equal(compile_program(once)(values), compile_program(program)(values))


def test_a_difference_from_the_largest_is_not_shifted_again():
    def function(x):
        return np.log(np.sum(np.exp(x - np.max(x, axis=-1, keepdims=True)), axis=-1))

    program = recorded(function, (2, 3))
    assert primitives(stable(program)) == primitives(program)


def test_the_slope_of_tanh_comes_from_its_value():
    def function(x):
        return np.tanh(x), 2.0 / np.cosh(x) ** 2

    program = record_function(function, [ArrayType((3,))], origin="adjoint of a")
    changed = simplify(program, ["stability", "dead"])
    assert "cosh" not in primitives(changed)
    require_equal(program, changed, [onp.array([0.0, 0.3, -2.0])], "numbers")
    assert "cosh" in primitives(simplify(record_function(function, [ArrayType((3,))], origin="a"), ["stability"]))


def test_common_subexpressions_tell_literals_apart():
    program = recorded(lambda x: (x * 1 + x * 1.0 + x * True, x / 0.0 + x / -0.0, np.sin(x) + np.sin(x)), (3,))
    changed = simplify(program, ["common"])
    assert primitives(changed).count("sin") == 1
    require_equal(program, changed, [onp.array([-1.0, 2.0, 0.0])], "bits")
    assert primitives(changed).count("divide") == 2


def test_constants_are_folded_and_large_ones_are_not_made():
    program = recorded(lambda x, y: (x + np.sum(np.exp(y.T) * 2.0), np.broadcast_to(y[0, 0], (500, 500))), (), (2, 3))
    known = program.inputs[1].var
    table = onp.arange(6.0).reshape(2, 3)
    given = replace(program, inputs=program.inputs[:1], constants={known: table})
    changed = simplify(given, ["constants"])
    assert primitives(changed) == ["add", "expand"]
    require_equal(given, changed, [onp.float64(3.0)], "bits")

    def function(x):
        c = x * 0.0 + 1.0
        return np.sum(c)

    assert primitives(simplify(recorded(function, (3,)), ["constants"])) == ["multiply", "add", "sum"]


def test_a_product_takes_its_transposes():
    def function(x, y, z):
        return np.matmul(x.T, y), np.matmul(x, y.T), np.matmul(np.swapaxes(z, -1, -2), z), np.matmul(x.T, y[0])

    program = recorded(function, (3, 3), (3, 3), (2, 3, 4))
    changed = simplify(program, ["products"])
    assert primitives(changed) == ["product"] * 3 + ["getitem", "product"]
    random = onp.random.default_rng(2)
    require_equal(program, changed, [random.normal(size=shape) for shape in ((3, 3), (3, 3), (2, 3, 4))], "bits")


# ----- buffers -----

LARGE = (64, 64)


def buffered(function, *shapes):
    program = recorded(function, *shapes)
    changed = simplify(program, ["buffers"])
    random = onp.random.default_rng(3)
    values = [random.normal(size=shape) for shape in shapes]
    kept = [value.copy() for value in values]
    wanted = [onp.array(each) for each in compile_program(program)(values)]
    run_ = compile_program(changed)
    for _ in range(2):  # a second run must not see what a first one left
        found = run_(values)
        for one, other in zip(wanted, found, strict=True):
            assert same_bits(one, other)
    for value, before in zip(values, kept, strict=True):
        assert same_bits(value, before)
    return changed


def test_a_chain_is_computed_in_one_buffer():
    changed = buffered(lambda x: np.tanh(np.exp(x * 0.1) + 1.0) * 2.0, LARGE)
    assert len(changed.reuse) == 4


def test_an_array_met_by_its_own_transpose_is_written_soundly():
    assert len(buffered(lambda x: (lambda y: y + y.T)(x * 2.0), LARGE).reuse) == 1


FLOATING = [name for name in sorted(WRITING) if "d" * (fun := PRIMITIVES[name].fun).nin + "->d" in fun.types]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FLOATING)
def test_every_function_writes_where_it_is_told(name):
    """Also those for which NumPy deprecates telling it by place (maximum and minimum)."""
    count = PRIMITIVES[name].fun.nin
    program = recorded(lambda *xs: [x + 1.0 for x in xs], *[LARGE] * count)
    last = Var(1_000)
    told = replace(
        program,
        types={**program.types, last: ArrayType(LARGE)},
        equations=(*program.equations, Equation(name, program.outputs, (), last, "")),
        outputs=(last,),
    )
    values = [onp.full(LARGE, -0.5)] * count
    with onp.errstate(all="ignore"):
        plain, there = (compile_program(replace(told, reuse=r))(values)[0] for r in ({}, {last: program.outputs[0]}))
    assert same_bits(plain, there)


NEVER = {
    "inputs": lambda x: x * 2.0,
    "views of inputs": lambda x: x[:] * 2.0 + x.T,
    "outputs": lambda x: (lambda y: (y, y * 2.0))(x + 1.0),
    "what is read later": lambda x: (lambda y: y * 2.0 + y)(x + 1.0) * 0.0,
    "views of what is read later": lambda x: (lambda y: np.sum(np.exp(y) * np.reshape(y, (64, 64))[0]))(x + 1.0),
    "outputs that are views": lambda x: (lambda y: (y.T, y * 2.0))(x + 1.0),
    "a stop": lambda x: np.sum(np.exp(x) * 0.0),
}


@pytest.mark.parametrize("name", NEVER)
def test_memory_that_is_not_free_is_not_written_into(name):
    buffered(NEVER[name], LARGE)


def test_a_planted_write_into_memory_that_is_read_later_is_caught():
    program = recorded(lambda x: (lambda y: np.exp(y) + y)(x + 1.0), LARGE)
    first, second, _ = program.equations
    broken = replace(program, reuse={second.output: first.output})
    with pytest.raises(AssertionError):
        require_equal(program, broken, [onp.ones(LARGE)], "bits")


def test_constants_are_never_written_into():
    table = onp.ones(LARGE)
    program = recorded(lambda x: np.exp(table + 0.0 * x[0, 0]) + table, LARGE)
    changed = simplify(program)
    run_ = compile_program(changed)
    first = onp.array(run_([onp.ones(LARGE)])[0])
    assert same_bits(first, run_([onp.ones(LARGE)])[0])
    assert all(onp.all(value == 1.0) or onp.ndim(value) == 0 for value in changed.constants.values())


def test_a_program_with_buffers_that_is_changed_again_forgets_them():
    from engine.program.compose import with_output

    program = simplify(recorded(lambda x: np.tanh(np.exp(x)), LARGE))
    assert program.reuse
    inner = program.equations[0].output
    values = [onp.full(LARGE, 0.5)]
    assert same_bits(compile_program(with_output(program, inner, "inner"))(values)[1], onp.exp(values[0]))
    for name in PASSES:
        if name != "buffers":
            assert not simplify(program, [name]).reuse


# ----- the table -----


def test_the_table_is_complete_and_says_what_is_saved():
    program = differentiated(recorded(lambda x, w: np.mean((np.tanh(x @ w) - 1.0) ** 2), (200, 30), (30, 20)))
    rows = savings(program)
    assert [each.name for each in rows] == list(PASSES)
    for one, other in itertools.pairwise(rows):
        assert one.equations[1] == other.equations[0]
    assert rows[-1].bytes[1] < rows[0].bytes[0]
    assert all(isinstance(each, Pass) and each.sentence.endswith(".") for each in PASSES.values())
    assert set(passes.PORTABLE) <= set(PASSES)


def test_nested_programs_are_gone_through_too():
    from engine.program.program import Equation, Var

    body = recorded(lambda x: x * 1.0 + 0.0, ())
    outer = recorded(lambda x: x + 1.0, ())
    whole = Equation("gradwire.branch", (outer.inputs[0].var,), (("arms", (body, body)),), Var(90), "")
    program = replace(outer, equations=(*outer.equations, whole), functions={"f": body}, outputs=(Var(90),))
    changed = everywhere(PASSES["algebra"].change)(program)
    arms = dict(changed.equations[-1].settings)["arms"]
    assert [len(each.equations) for each in (*arms, changed.functions["f"])] == [0, 0, 0]
    assert len(body.equations) == 2


def test_passes_are_linear():
    def function(x):
        for _ in range(1000):
            x = np.tanh(x * 1.0) + 0.5 * x
        return np.sum(x)

    program = differentiated(recorded(function, (3,)))
    assert len(program.equations) >= 10_000
    calls = 0
    own = Rewriter.append

    def counted(self, equation):
        nonlocal calls
        calls += 1
        own(self, equation)

    Rewriter.append = counted
    try:
        simplify(program)
    finally:
        Rewriter.append = own
    assert calls <= 5 * len(program.equations)


# ----- shifts by a largest value -----


def _largest(x):
    return np.max(x, axis=-1, keepdims=True)


def _log_sum(x, m):
    return np.log(np.sum(np.exp(x - m), axis=-1, keepdims=True))


SHIFTED = {
    "logarithm of a sum": lambda x: np.sum((_largest(x) + _log_sum(x, _largest(x))) ** 2),
    "the other way round": lambda x: np.sum((_log_sum(x, _largest(x)) + _largest(x)) ** 2),
    "without the axis": lambda x: np.sum(
        (np.reshape(_largest(x), (3,)) + np.log(np.sum(np.exp(x - _largest(x)), axis=-1))) ** 2
    ),
    "of a vector": lambda x: np.max(x[0]) + np.log(np.sum(np.exp(x[0] - np.max(x[0])))),
    "logarithm of a share": lambda x: np.sum((x - _largest(x) - _log_sum(x, _largest(x)))[:, 1] ** 2),
    "share": lambda x: np.sum(
        (np.exp(x - _largest(x)) / np.sum(np.exp(x - _largest(x)), axis=-1, keepdims=True))[:, 1] ** 2
    ),
}


@pytest.mark.parametrize("name", SHIFTED)
def test_no_derivative_goes_through_a_shift_that_cancels(name):
    program = simplify(recorded(SHIFTED[name], (3, 4)), ["common"])
    assert "equal" in primitives(differentiated(program))
    once = stable(program)
    assert "equal" not in primitives(simplify(differentiated(once), ["dead"]))
    assert primitives(stable(once)) == primitives(once)
    ties = onp.array([[1.0, 2.0, 2.0, 0.0], [3.0, 3.0, 3.0, 3.0], [-1.0, 0.0, 1.0, 700.0]])
    for values in (ties, onp.random.default_rng(0).normal(size=(3, 4))):
        require_equal(differentiated(program), differentiated(once), [values], "numbers", 1.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(_largest(x) + 2.0 * _log_sum(x, _largest(x))),
        lambda x: np.sum(x + np.log(np.sum(np.exp(x - x), axis=-1, keepdims=True))),
        lambda x: np.sum(_largest(2.0 * x) + _log_sum(x, _largest(x))),
        lambda x: np.sum((x - _log_sum(x, _largest(x))) ** 2),
    ],
)
def test_a_shift_that_does_not_cancel_keeps_its_derivative(function):
    program = simplify(recorded(function, (3, 4)), ["common"])
    values = [onp.random.default_rng(1).normal(size=(3, 4))]
    require_equal(differentiated(program), differentiated(stable(program)), values, "numbers", 1e-3)
