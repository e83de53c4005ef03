"""The table of approaches, backends and features is walked: each runs and is right, or refuses with its sentence."""

import ast
import builtins
import sys

import autograd.numpy as np
import numpy as onp
import pytest
from hypothesis import HealthCheck, given, settings

from engine import random_bits
from engine.autodiff import approaches
from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function, refusal, refused_feature
from engine.autodiff.artefacts import ROWS, Subject, artefact, number_text
from engine.autodiff.callbacks import callback_gradient
from engine.autodiff.features import FEATURES, features_of
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.autodiff.source import adjoint_source, identifier, source_of
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError, RunError
from engine.program.functions import record_function
from engine.program.passes import PASSES, savings, simplify, stable
from engine.program.primitives import PRIMITIVES
from engine.types import ArrayType
from tests import sizes
from tests.engine.autodiff.random_structures import run as run_recipe
from tests.engine.autodiff.random_structures import steps
from tests.engine.autodiff.structural_cases import CASES
from tests.engine.program.flows import complex_step, plainly, record

PAIRS = [(approach, backend) for approach in APPROACHES for backend in BACKENDS]
NEW = [("source", "numpy_code"), ("callbacks", "numpy_code"), ("static", "numpy_code")]
KEY = random_bits.key(1, "n", 0)


def floats(program):
    return [each.var for each in program.inputs if each.type.differentiable]


def joined(arrays):
    return onp.concatenate([onp.ravel(each) for each in arrays])


def close(found, wanted):
    gap = onp.linalg.norm(joined(found) - joined(wanted))
    assert gap <= 1e-10 * max(onp.linalg.norm(joined(wanted)), 1e-6), (found, wanted)


# ----- one program for each feature, and its gradient by plain Python -----


def cubed_slope(x):
    """A program with a derivative in it: the sum of (x^3)' squared."""
    inner = record_function(lambda x: np.sum(x**3), [ArrayType((3,))], origin="cube")
    first = adjoint(inner, inner.outputs[0], [inner.inputs[0].var])
    outer = record_function(lambda g: np.sum(g * g), [ArrayType((3,))], origin="square")
    from engine.program.compose import fuse, select

    both = fuse(first, outer, {outer.inputs[0].var: first.outputs[-1]})
    return select(both, both.outputs[-1:], both.names[-1:])


def noisy(x, key):
    return np.sum(x * PRIMITIVES["gradwire.normal"](key, (3,)))


def remembering(x, state):
    return np.sum((0.9 * state + 0.1 * x) ** 2)


def turning(x):
    z = x * (1.0 + 2.0j)
    return np.real(np.sum(z * np.conj(z) * z))


def stateful():
    kinds = [ArrayType((3,)), ArrayType((3,))]
    return record_function(remembering, kinds, names=["x", "s.0"], roles=["parameter", "state"])


X, Z = onp.array([0.3, -1.2, 2.0]), onp.array([1.0, 2.0, -1.0])
OTHER = onp.array([-0.8, 0.4, 1.1])


def of_case(name, memory="save all"):
    function, points = CASES[name]
    program = record(function, points[0], memory)
    wanted = [
        [g for g, x in zip(complex_step(function, point), point, strict=True) if onp.asarray(x).dtype.kind == "f"]
        for point in points
    ]
    return program, points, wanted


def examples():
    """Feature -> (program, points, gradients there)."""
    vector = ArrayType((3,))
    normal = onp.asarray(PRIMITIVES["gradwire.normal"](KEY, (3,)))
    complex_wanted = [3 * x**2 * onp.real(1 + 2j) * 5.0 for x in (X, OTHER)]
    return {
        "plain": (
            record_function(lambda x: np.sum(np.sin(x) * x), [vector]), [(X,), (OTHER,)],
            [[onp.cos(x) * x + onp.sin(x)] for x in (X, OTHER)],
        ),
        "branch": of_case("branch"),
        "for": of_case("power"),
        "scan": of_case("recurrence"),
        "while": of_case("sine"),
        "checkpoints": of_case("backwards", "every 2"),
        "recursion": of_case("recursion"),
        "random": (
            record_function(noisy, [vector, ArrayType((2,), "uint32")], roles=["parameter", "key"]),
            [(X, KEY), (OTHER, KEY)], [[normal], [normal]],
        ),
        "state": (stateful(), [(X, Z), (OTHER, Z)],
                  [[0.2 * (0.9 * Z + 0.1 * x), 1.8 * (0.9 * Z + 0.1 * x)] for x in (X, OTHER)]),
        "complex": (record_function(turning, [vector]), [(X,), (OTHER,)], [[each] for each in complex_wanted]),
        "clipped": (
            record_function(lambda x: np.sum(3.0 * PRIMITIVES["gradwire.clip_cotangent"](x, 2.0)), [vector]),
            [(X,), (OTHER,)], [[onp.full(3, 2.0)]] * 2,
        ),
        "second order": (cubed_slope(X), [(X,), (OTHER,)], [[36 * x**3] for x in (X, OTHER)]),
    }  # fmt: skip


EXAMPLES = examples()


def test_there_is_an_example_of_every_feature_and_it_is_recognised():
    assert set(EXAMPLES) == set(FEATURES)
    for name, (program, _, _) in EXAMPLES.items():
        assert name in features_of(program), name
    assert features_of(EXAMPLES["plain"][0]) == ("plain",)


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize(("approach", "backend"), PAIRS)
def test_every_approach_backend_and_feature_runs_or_refuses_with_its_sentence(approach, backend, feature):
    program, points, wanted = EXAMPLES[feature]
    sentence = refusal(approach, backend) or refused_feature(program, approach, backend)
    if sentence is not None:
        assert sentence.endswith(".") and len(sentence) > 30
        with pytest.raises(LoweringError) as refused:
            gradient_function(program, program.outputs[0], floats(program), approach, backend)
        assert refused.value.sentence == sentence
        return
    gradient = gradient_function(program, program.outputs[0], floats(program), approach, backend)
    for point, right in zip(points, wanted, strict=True):
        _, found = gradient(point)
        close(found, right)


def test_what_must_run_is_not_refused():
    """Everything runs in tape, and in source and static on numpy_code; a refusal must not creep in."""
    for approach, backend in (("tape", "autograd"), ("source", "numpy_code"), ("static", "numpy_code")):
        assert refusal(approach, backend) is None
        assert all(refused_feature(program, approach, backend) is None for program, _, _ in EXAMPLES.values())


def test_a_planted_refusal_and_a_planted_fault_are_seen(monkeypatch):
    monkeypatch.setitem(approaches.FEATURES_REFUSED, ("source", "numpy_code", "while"), "No.")
    with pytest.raises(AssertionError):
        test_what_must_run_is_not_refused()
    own = approaches.TABLE["callbacks", "numpy_code"]

    def wrong(program, of, wrt):
        right = own(program, of, wrt)
        return lambda values: (right(values)[0], tuple(g * (1 + 1e-9) for g in right(values)[1]))

    monkeypatch.setitem(approaches.TABLE, ("callbacks", "numpy_code"), wrong)
    with pytest.raises(AssertionError):
        test_every_approach_backend_and_feature_runs_or_refuses_with_its_sentence("callbacks", "numpy_code", "scan")


# ----- control flow, recorded at one point and run at the others -----


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("approach", "backend"), NEW)
def test_control_flow_through_the_new_approaches(name, approach, backend):
    program, points, wanted = of_case(name)
    gradient = gradient_function(program, program.outputs[0], floats(program), approach, backend)
    for point, right in zip(points, wanted, strict=True):
        (value, *_), found = gradient(point)
        onp.testing.assert_allclose(value, plainly(CASES[name][0], point), rtol=1e-12)
        close(found, right)


POINTS = [
    (0.4, -0.7, onp.int64(2), onp.array([0.3, -0.2, 0.9])),
    (-0.9, 0.5, onp.int64(0), onp.array([1.3, 0.2, -0.9])),
]


@given(recipe=steps)
@settings(max_examples=sizes.count("structural_programs"), derandomize=True, deadline=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
def test_random_programs_of_nested_control_flow_agree(recipe):
    def function(np_, flow, x, y, n, sequence):
        a, b = run_recipe(recipe, np_, flow, (x, y), n, sequence)
        return a + b * 0.5

    program = record(function, POINTS[0])
    found = {
        pair: gradient_function(program, program.outputs[0], floats(program), *pair)
        for pair in (("tape", "autograd"), *NEW)
    }
    for point in POINTS:
        results = {pair: joined(gradient(point)[1]) for pair, gradient in found.items()}
        base = results["tape", "autograd"]
        if not onp.isfinite(base).all() or onp.linalg.norm(base) > 1e6:
            continue  # ill-conditioned: products of products leave every scale
        for pair, one in results.items():
            assert onp.linalg.norm(one - base) <= 1e-10 * max(onp.linalg.norm(base), 1e-3), pair


@pytest.mark.parametrize("name", ["recurrence", "branch in loop", "loop in loop", "tree", "while in while"])
def test_passes_keep_nested_programs(name):
    program, points, _ = of_case(name)
    for start in (program, stable(program)):
        whole = adjoint(start, program.outputs[0], floats(program))
        for each in savings(whole):
            for point in points:
                before, after = compile_program(whole)(point), compile_program(each.program)(point)
                for one, other in zip(before, after, strict=True):
                    if PASSES[each.name].keeps == "bits":
                        assert onp.asarray(one).tobytes() == onp.asarray(other).tobytes()
                    else:
                        onp.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)
            whole = each.program


# ----- callbacks -----


def test_callbacks_nest_as_deep_as_the_program_is_long():
    """A loop of n iterations nests some 3 n calls: beyond any recursion limit, and beyond the C stack."""
    iterations = sizes.count("callback_depth") // 3

    def long(np_, flow, x):
        return flow.scan(iterations, [x], [], lambda inner, s, i: [s * 1.000001])[0]

    program = record(long, (1.0,))
    before = sys.getrecursionlimit()
    (value,), (slope,) = callback_gradient(program, program.outputs[0], floats(program))((1.0,))
    assert sys.getrecursionlimit() == before
    onp.testing.assert_allclose(value, 1.000001**iterations, rtol=1e-9)
    onp.testing.assert_allclose(slope, 1.000001**iterations, rtol=1e-9)


def test_callbacks_say_when_a_loop_or_a_recursion_does_not_end():
    def endless(np_, flow, x):
        return flow.loop([x], lambda s, i: flow.real(s) > -1.0, lambda inner, s, i: [s * 1.0], limit=50)[0]

    program = record(endless, (1.0,))
    gradient = callback_gradient(program, program.outputs[0], floats(program))
    with pytest.raises(RunError, match="50 iterations"):
        gradient((1.0,))

    def bottomless(np_, flow, x):
        flow.define("f", [ArrayType()], [ArrayType()], lambda inner, x: [inner.call("f", [x * 0.5], [ArrayType()])[0]])
        return flow.call("f", [x], [ArrayType()])[0]

    program = record(bottomless, (1.0,))
    gradient = callback_gradient(program, program.outputs[0], floats(program))
    for _ in range(2):  # what a first failure left must not shorten the second
        with pytest.raises(RunError, match="deeper"):
            gradient((1.0,))


def test_callbacks_of_functions_that_give_several_arrays():
    def function(x):
        values, vectors = np.linalg.eigh(x + np.transpose(x))
        return np.sum(values**2) + np.sum(vectors[:, 0] ** 4)

    program = record_function(function, [ArrayType((3, 3))])
    value = onp.array([[2.0, 0.3, -0.1], [0.2, -1.0, 0.5], [0.7, 0.1, 0.4]])
    wrt = floats(program)
    close(
        callback_gradient(program, program.outputs[0], wrt)([value])[1],
        gradient_function(program, program.outputs[0], wrt, "tape", "autograd")([value])[1],
    )


def test_callbacks_of_what_has_no_derivative_are_refused_and_of_nothing_are_zero():
    program = record_function(lambda x, y: np.sum(np.matmul(x.T, y)), [ArrayType((2, 2)), ArrayType((2, 2))])
    changed = simplify(program, ["products"])  # a product of transposes is made after differentiation only
    with pytest.raises(LoweringError, match="has no derivative"):
        callback_gradient(changed, changed.outputs[0], floats(changed))
    program = record_function(lambda x, y: np.sum(x), [ArrayType((2,)), ArrayType((2,))])
    _, (first, second) = callback_gradient(program, program.outputs[0], floats(program))([onp.ones(2), onp.ones(2)])
    assert first.tolist() == [1.0, 1.0]
    assert second.tolist() == [0.0, 0.0]


# ----- source -----


def run_text(printer, values):
    """Run the readable source as Python: an oracle for the names in it, for tests only."""
    helpers = {name.partition(".")[2]: each for name, each in PRIMITIVES.items() if not name.startswith("numpy.")}
    namespace = {**{name: each for name, each in helpers.items() if name.isidentifier()}, "np": np, **printer.constants}
    exec(compile(printer.text, "<source>", "exec"), namespace)
    return namespace["gradient"](*values)


@pytest.mark.parametrize("name", CASES)
def test_the_source_computes_what_it_says(name):
    program, points, wanted = of_case(name)
    text = source_of(program, program.outputs[0], floats(program))
    assert ast.parse(text.text)
    for point, right in zip(points, wanted, strict=True):
        found = run_text(text, point)
        onp.testing.assert_allclose(found[0], plainly(CASES[name][0], point), rtol=1e-12)
        close(found[len(program.outputs) :], right)


def test_the_source_shows_loops_and_what_they_save():
    text = adjoint_source(record(CASES["sine"][0], (1.0,)), *_of("sine"))
    assert "while " in text
    assert "saved in every iteration" in text
    assert "in reversed(range(" in text
    assert "adjoint of" in text
    branch = adjoint_source(record(*_recorded("branch")), *_of("branch"))
    assert branch.count("if ") == 2
    recursion = adjoint_source(record(*_recorded("recursion")), *_of("recursion"))
    assert "def product(" in recursion


def _recorded(name):
    function, points = CASES[name]
    return function, points[0]


def _of(name):
    program = record(*_recorded(name))
    return program.outputs[0], floats(program)


@pytest.mark.parametrize(
    "name",
    ["import os", "class", "1st", 'x"); boom("', "ü", "\n    boom()", "", "np", "print", "a.b", "λ" * 99, "match"],
)
def test_names_become_identifiers(name):
    word = identifier(name)
    assert word.isidentifier()
    assert word not in dir(builtins) and word != "np"
    ast.parse(f"{word} = 1")
    program = record_function(lambda x: np.sum(x * x), [ArrayType((2,))], names=["w"], origin="n")
    text = adjoint_source(program, program.outputs[0], floats(program), {"w": name, "n": name})
    calls = {ast.unparse(each.func) for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)}
    assert calls <= {"np.sum", "expand"}


# ----- artefacts -----


def subject(name):
    program, points, _ = of_case(name)
    return Subject(program, program.outputs[0], tuple(floats(program)), points[0], {})


@pytest.mark.parametrize("name", ["sine", "branch", "tree", "loop in loop", "recursion"])
@pytest.mark.parametrize("approach", APPROACHES)
def test_every_approach_leaves_an_artefact_behind(approach, name):
    found = artefact(subject(name), approach)
    assert found.approach == approach
    assert found.title and found.sentence.endswith(".")
    assert found.rows or found.sections
    assert len(found.rows) == len(found.origins)
    assert all(len(row) == len(found.columns) for row in found.rows)
    for section in found.sections:
        assert len(section.origins) == len(section.text.splitlines())


def test_the_tape_has_a_row_for_every_operation_of_the_run():
    function, _ = CASES["sine"]
    lengths = []
    for x in (1.0, 2.5):
        program = record(function, (1.0,))
        of = Subject(program, program.outputs[0], tuple(floats(program)), (x,), {})
        found = artefact(of, "tape")
        lengths.append(len(found.rows))
        last = [row for row in found.rows if row[1].startswith("t")][-1]
        assert last
    assert lengths[1] > lengths[0]  # more iterations, more rows: what ran is what is shown


def test_callbacks_come_back_in_reverse_and_end_with_the_gradient():
    program = record_function(lambda x: np.sin(x * x), [ArrayType()], names=["x"], roles=["parameter"])
    of = Subject(program, program.outputs[0], tuple(floats(program)), [onp.float64(1.5)], {})
    lines = artefact(of, "callbacks").sections[0].text.splitlines()
    assert [line.count("│") for line in lines] == [0, 1, 2, 1, 0]
    assert lines[0].startswith("t1 = x * x")
    assert lines[-1] == f"└ x_bar += {number_text(2 * 1.5 * onp.cos(1.5**2))}"


def test_dual_numbers_are_values_and_tangents():
    program = record_function(lambda x, y: np.sin(x * y), [ArrayType(), ArrayType()], names=["x", "y"])
    of = Subject(program, program.outputs[0], tuple(floats(program)), [onp.float64(1.5), onp.float64(2.0)], {})
    rows = {row[0]: row[2:] for row in artefact(of, "forward").rows}
    assert rows["x"] == ("1.5", "1")
    assert rows["y"] == ("2", "0")
    assert list(rows.values())[-1] == (number_text(onp.sin(3.0)), number_text(2 * onp.cos(3.0)))


def test_the_static_artefact_counts_what_each_pass_saves():
    program = record_function(lambda x: np.sum((x * 1.0) ** 2) + np.sum(x**2), [ArrayType((3,))])
    of = Subject(program, program.outputs[0], tuple(floats(program)), [X], {})
    found = artefact(of, "static")
    assert [row[0] for row in found.rows] == list(PASSES)
    whole = adjoint(stable(program), of.of, of.wrt)
    counts = [int(row[1].replace(",", "")) for row in found.rows]
    assert counts[-1] == len(simplify(whole).equations) < len(whole.equations)
    assert sum(int(row[2]) for row in found.rows) == len(whole.equations) - counts[-1]
    assert "** 2" in found.sections[0].text
    assert "** 2" not in found.sections[-1].text


def test_long_runs_are_shown_in_part():
    def long(np_, flow, x):
        return flow.scan(3 * ROWS, [x], [], lambda inner, s, i: [s * 1.0001])[0]

    program = record(long, (1.0,))
    of = Subject(program, program.outputs[0], tuple(floats(program)), (1.0,), {})
    for approach in ("tape", "callbacks"):
        found = artefact(of, approach)
        assert f"The first {ROWS:,} of" in found.sentence
    assert len(artefact(of, "tape").rows) == ROWS


def test_numbers_are_told_in_few_words():
    assert number_text(onp.float64(-0.0)) == "0"
    assert number_text(onp.bool_(True)) == "True"
    assert number_text(onp.array([1.5, 2.0])) == "[1.5 2]"
    assert number_text(onp.arange(24.0)) == "(24,) 0 … 23"
    assert number_text(onp.zeros((0, 3))) == "(0, 3) empty"
    assert number_text(onp.complex128(1 + 2j)) == "1+2j"
