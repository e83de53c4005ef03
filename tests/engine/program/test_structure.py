"""Structural equations: what the builders refuse, what the generated text holds, limits, and what is seen inside."""

import ast
import re
import sys
from dataclasses import replace

import autograd.numpy as np
import numpy as onp
import pytest

from engine import limits
from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.autodiff.tape import value_and_gradient
from engine.backends.interpret import first_nonfinite, inline, interpret, socket_values
from engine.backends.listing import listing
from engine.backends.numpy_code import compile_program
from engine.errors import GradwireError, LoweringError, RunError, SettingError
from engine.graph import Socket
from engine.program import nesting, structure
from engine.program.compose import fold, fuse, select
from engine.program.functions import record_function
from engine.program.record import Recorder, recording
from engine.program.structure import outputs_of
from engine.types import DYNAMIC, ArrayType, shape_text
from tests.engine.autodiff.structural_cases import CASES
from tests.engine.program.flows import Recorded, plainly, record

FLOAT, INT, BOOL, VECTOR = ArrayType(()), ArrayType((), "int64"), ArrayType((), "bool"), ArrayType((3,))
PLAIN_NAME = re.compile(
    r"program|memo|depth|unused|key|found|result|[vcsyxi]\d+(_\d+)*|(it|k|w|r)\d+|(np|autograd|gradwire)_[A-Za-z0-9_]+"
)
METHODS = {"append", "reverse", "get", "reshape", "T", "astype", "keep", "next", "at", "column", "count"}


def refused(kinds, build):
    """Return the sentence with which a builder refuses inputs of these types."""
    with recording():
        recorder = Recorder()
        recorder.who, recorder.origin = '"my node" (node_1)', "node_1"
        boxes = [recorder.input("data", f"x{k}", kind) for k, kind in enumerate(kinds)]
        with pytest.raises(GradwireError) as caught:
            build(recorder, *boxes)
    assert caught.value.node == "node_1"
    assert caught.value.sentence.startswith('"my node" (node_1)')
    return caught.value.sentence


def test_arms_that_disagree_are_refused():
    def build(recorder, c, x):
        nesting.branch_of(recorder, c, [x], [lambda r, x: [x], lambda r, x: [np.sum(x)]])

    assert "float64 (3,) in the first and float64 scalar in arm 1" in refused([BOOL, VECTOR], build)

    def fewer(recorder, c, x):
        nesting.branch_of(recorder, c, [x], [lambda r, x: [x], lambda r, x: [x, x]])

    assert "arms that give 1 and 2 values" in refused([BOOL, VECTOR], fewer)


@pytest.mark.parametrize("kind", [FLOAT, ArrayType((2,), "bool"), ArrayType((), "float32")])
def test_a_branch_chooses_by_a_truth_value_or_a_whole_number(kind):
    sentence = refused([kind], lambda r, c: nesting.branch_of(r, c, [], [lambda r: [1.0], lambda r: [2.0]]))
    assert f"it was given {kind}" in sentence


def test_a_carry_that_changes_is_refused():
    wider = refused([FLOAT, VECTOR], lambda r, x, v: nesting.scan_of(r, 3, [x], [], lambda r, x, i: [x + v]))
    assert "as float64 scalar, and its body gives float64 (3,)" in wider

    def widened(recorder, x):
        nesting.scan_of(recorder, 3, [x], [], lambda r, x, i: [x.astype("float64")])

    narrower = refused([ArrayType((), "float32")], widened)
    assert "as float32 scalar, and its body gives float64 scalar" in narrower


def test_a_sequence_is_as_long_as_the_count():
    sentence = refused([VECTOR], lambda r, v: nesting.scan_of(r, 4, [], [v], lambda r, x, i: [x]))
    assert "a sequence of float64 (3,) in 4 iterations" in sentence
    assert "counts its iterations by a whole number" in refused(
        [FLOAT, FLOAT], lambda r, n, x: nesting.scan_of(r, n, [x], [], lambda r, x, i: [x])
    )
    assert "cannot repeat -1 times" in refused(
        [FLOAT], lambda r, x: nesting.scan_of(r, -1, [x], [], lambda r, x, i: [x])
    )


def test_a_condition_is_one_truth_value():
    sentence = refused([FLOAT], lambda r, x: nesting.while_of(r, [x], lambda r, x, i: [x], lambda r, x, i: [x]))
    assert "the condition must be one truth value; it is float64 scalar" in sentence


def test_memory_policies_are_checked_when_the_loop_is_made():
    def until(memory):
        return lambda r, x: nesting.while_of(r, [x], lambda r, x, i: [x < 1], lambda r, x, i: [x + 1], memory=memory)

    assert "choose online" in refused([FLOAT], until("binomial"))
    assert "there is no memory policy 'some'" in refused([FLOAT], until("some"))
    with pytest.raises(SettingError), recording():
        recorder = Recorder()
        nesting.scan_of(recorder, 3, [recorder.input("data", "x", FLOAT)], [], lambda r, x, i: [x], memory="every 0")


def test_a_call_fits_its_function():
    def build(recorder, x):
        recorder.functions["f"], _ = nesting.nested(recorder, lambda r, x: [x * 2.0], [FLOAT])
        structure.call(recorder, "f", [x], [FLOAT])

    assert "gives float64 (3,) to the function 'f', which takes float64 scalar" in refused([VECTOR], build)


def test_an_array_of_another_program_is_refused():
    with recording():
        one, other = Recorder(), Recorder()
        x, y = one.input("data", "x", FLOAT), other.input("data", "y", FLOAT)
        with pytest.raises(LoweringError, match="an array of another program"):
            x + y


def test_closures_become_operands_each_once():
    with recording():
        recorder = Recorder()
        x, y, n = (recorder.input("data", name, kind) for name, kind in (("x", FLOAT), ("y", FLOAT), ("n", INT)))
        arms = [lambda r, s: [s * y], lambda r, s: [s - y * x]]
        (s,) = nesting.scan_of(recorder, n, [x], [], lambda r, s, i: nesting.branch_of(r, s > y, [s], arms))
        program = recorder.program([recorder.var(s)], ["s"])
    (equation,) = [each for each in program.equations if each.primitive == structure.SCAN]
    loop = structure.Loop.of(equation)
    assert loop.consts == 2
    outside = {each.output for each in program.equations if each.primitive == "numpy.multiply"}
    assert set(loop.operands[:2]) == {program.inputs[1].var} | outside, "y * x depends on nothing inside"
    wanted = 0.5
    for _ in range(3):
        wanted = wanted - 0.7 * 0.5 if wanted > 0.7 else wanted * 0.7
    assert compile_program(program)([0.5, 0.7, 3])[0] == pytest.approx(wanted, rel=1e-15)


def test_a_length_known_later_is_written_n():
    assert [shape_text((DYNAMIC,)), shape_text((DYNAMIC, 4)), shape_text((3, 4))] == ["(n,)", "(n, 4)", "(3, 4)"]
    program = record(CASES["backwards"][0], CASES["backwards"][1][0])
    counted = [kind for kind in program.types.values() if kind.shape == (4,)]
    assert counted, "a count that is known gives stacks of known length"


# ----- the generated text -----


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("memory", ["save all", "every 3", "online 3"])
def test_the_text_holds_only_our_names(name, memory):
    function, points = CASES[name]
    program = record(function, points[0], memory)
    parameters = [each.var for each in program.inputs if each.type.differentiable]
    for each in (program, adjoint(program, program.outputs[0], parameters)):
        compiled = compile_program(each)
        tree = ast.parse(compiled.source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                assert PLAIN_NAME.fullmatch(node.id), node.id
            if isinstance(node, ast.FunctionDef):
                assert PLAIN_NAME.fullmatch(node.name)
            if isinstance(node, ast.Attribute):
                assert node.attr in METHODS
            if isinstance(node, ast.Constant):
                assert not isinstance(node.value, str | bytes)
        assert compiled.function.__globals__["__builtins__"] == {}


def deep(levels):
    """Return a function with loops and branches in one another, so many levels deep."""

    def level(np, flow, x, y, left):
        if not left:
            return np.sin(x) * y
        if left % 2:
            return flow.scan(1, [x], [], lambda inner, s, i: [level(np, inner, s * 1.01, y, left - 1)])[0]
        return flow.branch(
            flow.real(x) > -2.0, [x], lambda inner, x: [x], lambda inner, x: [level(np, inner, x + 0.01, y, left - 1)]
        )[0]

    return lambda np, flow, x, y: level(np, flow, x, y, levels)


@pytest.mark.parametrize("levels", [13, 16, 31, 44])
def test_what_is_nested_deep_goes_into_functions(levels):
    function = deep(levels)
    program = record(function, (0.3, 0.7))
    parameters = [each.var for each in program.inputs]
    compiled = compile_program(adjoint(program, program.outputs[0], parameters))
    assert max(len(line) - len(line.lstrip()) for line in compiled.source.splitlines()) <= 4 * 18
    value, *gradient = compiled([0.3, 0.7])
    assert value == pytest.approx(plainly(function, (0.3, 0.7)), rel=1e-14)
    _, taped = value_and_gradient(program, parameters)([0.3, 0.7])
    onp.testing.assert_allclose(gradient, taped, rtol=1e-13)


def test_float32_stays_float32():
    function, _ = CASES["branch in loop"]
    point = (onp.float32(1.0), onp.int64(9))
    program = record(function, point)
    whole = adjoint(program, program.outputs[0], [program.inputs[0].var])
    assert {each.dtype for each in whole.types.values()} == {"float32", "int64"}
    assert [each.dtype for each in compile_program(whole)(point)] == [onp.float32] * 2


# ----- limits -----


def endless(np, flow, x):
    return flow.loop([x], lambda s, i: flow.real(s) > 0.0, lambda inner, s, i: [s + 1.0], limit=50)[0]


def bottomless(np, flow, x):
    flow.define("f", [FLOAT], [FLOAT], lambda inner, x: [inner.call("f", [x + 1.0], [FLOAT])[0] * 2.0])
    return flow.call("f", [x], [FLOAT])[0]


WAYS = {
    "code": lambda program: compile_program(program),
    "interpret": lambda program: lambda values: interpret(program, values),
    "tape": lambda program: value_and_gradient(program, [program.inputs[0].var]),
    "gradient": lambda program: compile_program(adjoint(program, program.outputs[0], [program.inputs[0].var])),
    "forward": lambda program: gradient_function(
        program, program.outputs[0], [program.inputs[0].var], "forward", "numpy_code"
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("function", "sentence"), [(endless, "has not ended after 50 iterations"), (bottomless, "go deeper than 20000")]
)
def test_what_never_ends_is_stopped_and_named(way, function, sentence):
    before = sys.getrecursionlimit()
    with pytest.raises(RunError, match=sentence) as caught:
        WAYS[way](record(function, (1.0,)))([1.0])
    assert caught.value.node == "test"
    assert sys.getrecursionlimit() == before
    assert WAYS[way](record(CASES["power"][0], (1.2, onp.int64(3))))([1.2, onp.int64(3)]) is not None


def test_a_loop_may_run_exactly_to_its_limit():
    def function(np, flow, x):
        return flow.loop([x], lambda s, i: i < 50, lambda inner, s, i: [s + 1.0], limit=50)[0]

    program = record(function, (1.0,))
    assert compile_program(program)([1.0]) == (51.0,)
    assert interpret(program, [1.0])[program.outputs[0]] == 51.0


def nested_sines(np, flow, x, n):
    def rest(inner, x, n):
        return inner.branch(
            n > 0, [x, n], lambda one, x, n: [x],
            lambda one, x, n: [np.sin(one.call("rest", [x * 0.999, n - 1], [FLOAT])[0]) + x],
        )  # fmt: skip

    flow.define("rest", [FLOAT, INT], [FLOAT], rest)
    return flow.call("rest", [x, n], [FLOAT])[0]


def test_recursion_ten_thousand_deep():
    value = slope = 0.5 * 0.999**10_000
    slope /= 0.5
    for k in range(9_999, -1, -1):
        x = 0.5 * 0.999**k
        value, slope = onp.sin(value) + x, onp.cos(value) * slope + x / 0.5
    program = record(nested_sines, (0.5, onp.int64(2)))
    for way in ("code", "gradient", "tape", "forward"):
        results = WAYS[way](program)([0.5, onp.int64(10_000)])
        found = onp.ravel(onp.concatenate([onp.ravel(each) for each in results]))
        onp.testing.assert_allclose(found, [value, slope][: len(found)], rtol=1e-12)
    known = interpret(program, [0.5, onp.int64(10_000)])
    assert known[program.outputs[0]] == pytest.approx(value, rel=1e-12)
    assert limits.CALL_DEPTH >= 10_000


# ----- what is seen inside -----


def test_values_of_the_last_iteration_are_seen():
    with recording():
        recorder = Recorder()
        x = recorder.input("data", "x", FLOAT)
        kinds = [FLOAT, INT]
        body, _ = nesting.nested(recorder, lambda r, s, i: [s * 2.0, s + i], kinds)
        body = replace(
            body, sockets={Socket("inner", "value"): body.outputs[1], Socket("s", "value"): body.inputs[0].var}
        )
        out, _ = structure.scan(recorder, 4, [x], body, consts=0, carry=1)
        program = recorder.program([recorder.var(out)], ["out"], {Socket("loop", "out"): recorder.var(out)})
    seen = socket_values(program, [1.5])
    assert seen == {Socket("loop", "out"): 24.0, Socket("s", "value"): 12.0, Socket("inner", "value"): 15.0}


def at_third(np, flow, x):
    def body(inner, s, i):
        (low,) = inner.branch(i > 1, [s], lambda one, s: [s], lambda one, s: [np.log(s - 10.0)])
        return [low * 1.0]

    return flow.scan(4, [x], [], body)[0]


def test_the_first_value_that_is_not_finite_is_found_inside_with_its_iteration():
    program = record(at_third, (1.0,))
    found = first_nonfinite(program, [1.0])
    assert (found.node, found.what, found.iteration, found.direction) == ("test", "NaN", 2, "forward")
    assert first_nonfinite(program, [1e30]) is None


def test_an_error_inside_names_node_and_iteration():
    def function(np, flow, x):
        return flow.scan(4, [x], [], lambda inner, s, i: [np.sum(np.linalg.inv(s * np.ones((2, 2)) + i))])[0]

    with pytest.raises(RunError, match="inv failed in iteration 0") as caught:
        interpret(record(function, (1.0,)), [1.0])
    assert caught.value.node == "test"


def test_listings_show_the_programs_inside():
    text = listing(record(CASES["branch in loop"][0], CASES["branch in loop"][1][0]))
    assert "def body(" in text
    assert "def arms_1(" in text
    assert "Program(" not in text
    assert "def call_product(" in listing(record(CASES["recursion"][0], CASES["recursion"][1][0]))


# ----- programs out of programs -----


def test_fusing_keeps_loops_apart_and_functions_that_share_a_name():
    def doubling(np, flow, x, n):
        flow.define("product", [FLOAT, INT], [FLOAT], lambda inner, x, n: inner.branch(
            n > 0, [x, n], lambda one, x, n: [x],
            lambda one, x, n: [2.0 * one.call("product", [x, n - 1], [FLOAT])[0]]))  # fmt: skip
        return flow.call("product", [x, n], [FLOAT])[0]

    function, _ = CASES["recursion"]
    first, second = record(function, (1.5, onp.int64(2))), record(doubling, (1.0, onp.int64(2)))
    fused = fuse(first, second, {second.inputs[0].var: first.outputs[0], second.inputs[1].var: first.inputs[1].var})
    assert len(fused.functions) == 2
    value = plainly(function, (1.5, 3))
    assert compile_program(fused)([1.5, 3]) == (value, 8 * value)
    twice = fuse(first, first, {first.inputs[0].var: first.outputs[0]})
    assert len(twice.functions) == 1
    known = compile_program(select(twice, twice.outputs[1:], ["out"]))([1.5, onp.int64(2), onp.int64(3)])
    assert known == (plainly(function, (plainly(function, (1.5, 2)), 3)),)


def test_inline_records_structural_equations_and_runs_them():
    inner = record(CASES["branch in loop"][0], CASES["branch in loop"][1][0])
    point = (0.8, onp.int64(12))
    outer = record_function(lambda x, n: inline(inner, (x * 2.0, n))[0] + 1.0, [FLOAT, INT])
    wanted = plainly(CASES["branch in loop"][0], (1.6, 12)) + 1.0
    assert compile_program(outer)(point)[0] == pytest.approx(wanted, rel=1e-14)
    assert inline(inner, (1.6, onp.int64(12)))[0] + 1.0 == pytest.approx(wanted, rel=1e-14)
    assert [each.primitive for each in outer.equations].count(structure.SCAN) == 1


def test_folding_leaves_loops_alone():
    program = record(lambda np, flow, x: flow.scan(3, [x * 0.0 + 1.0], [], lambda i, s, k: [s * 2.0])[0], (1.0,))
    assert outputs_of(fold(program)) == [FLOAT]
    assert compile_program(fold(program))([5.0]) == (8.0,)


def test_a_program_recorded_twice_shares_what_it_captures():
    with recording():
        recorder = Recorder()
        x = recorder.input("data", "x", VECTOR)
        flow = Recorded(recorder)
        (one,) = flow.branch(np.sum(x) > 0, [x], lambda r, v: [v * x], lambda r, v: [v + x])
        program = recorder.program([recorder.var(one)], ["one"])
    (branch,) = [each for each in program.equations if each.primitive == structure.BRANCH]
    assert len(branch.arguments) == 3
    assert compile_program(program)([[1.0, -2.0, 3.0]])[0].tolist() == [2.0, -4.0, 6.0]
