"""Memory policies: the same gradient whatever is kept, and how much that is, counted and weighed."""

import tracemalloc

import numpy as onp
import pytest

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError
from engine.program.checkpoints import Policy
from engine.program.segments import pieces_of, segmented
from engine.program.structure import SCAN, SWEEP, WHILE, Loop
from tests.engine.autodiff.structural_cases import CASES
from tests.engine.autodiff.test_structure import floats, second
from tests.engine.program.flows import record

POLICIES = ["every", "every 3", "binomial", "binomial 2", "online", "online 3"]
LOOPS = {name: case for name, case in CASES.items() if name not in ("branch", "three arms", "recursion", "tree")}


def gradient(program):
    return adjoint(program, program.outputs[0], floats(program))


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("memory", POLICIES)
def test_every_policy_gives_the_same_gradient(name, memory):
    function, points = LOOPS[name]
    if memory.startswith("binomial") and any(w in name for w in ("sine", "while", "loop in")):
        memory = memory.replace("binomial", "online")
    saving = gradient(record(function, points[0]))
    keeping = gradient(record(function, points[0], memory))
    runs = compile_program(saving), compile_program(keeping)
    for point in points:
        known = interpret(keeping, point)
        for wanted, found, seen in zip(runs[0](point), runs[1](point), keeping.outputs, strict=True):
            onp.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)
            onp.testing.assert_allclose(known[seen], wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [name for name, (_, points) in LOOPS.items() if onp.ndim(points[0][0]) == 0])
@pytest.mark.parametrize("order", ["rr", "rf", "fr"])
def test_second_derivatives_do_not_depend_on_the_policy(name, order):
    function, points = LOOPS[name]
    saving = compile_program(second(record(function, points[0]), order))
    keeping = compile_program(second(record(function, points[0], "every 2"), order))
    for point in points:
        given = [*point, *[1.0] * order.count("f")]
        onp.testing.assert_allclose(keeping(given)[-1], saving(given)[-1], rtol=1e-11, atol=1e-12)


def logistic(np, flow, x, r, n):
    return flow.scan(n, [x], [], lambda inner, s, k: [r * s * (1.0 - s)])[0]


def halving(np, flow, x, r, n):
    def body(inner, s, k):
        return [s * (0.5 + 0.1 * s * r)]

    return flow.loop([x], lambda s, k: k < n, body, limit=100_000)[0]


def held(function, memory, count):
    """Return the most carries held at once in the adjoint of a loop."""
    point = (0.3, 0.2, onp.int64(count))
    program = gradient(record(function, point, memory))
    known = interpret(program, point)
    for equation in program.equations:
        if equation.primitive == SWEEP:
            return int(known[equation.output][-1])
    stacks = [known[each.output] for each in program.equations if each.primitive in (SCAN, WHILE)]
    return max(len(item) for items in stacks for item in items if onp.ndim(item))


@pytest.mark.parametrize(
    ("function", "memory", "most"),
    [
        (logistic, "save all", lambda n: n),
        (logistic, "every", lambda n: 2 * n**0.5),
        (logistic, "binomial", lambda n: 2 * onp.log2(n) + 2),
        (logistic, "online 12", lambda n: 12),
        (halving, "every", lambda n: 3 * n**0.5),
        (halving, "online 12", lambda n: 12),
    ],
)
def test_carries_held_grow_as_the_policy_says(function, memory, most):
    for count in (64, 400, 1_600):
        assert held(function, memory, count) <= most(count)
    assert held(function, "save all", 400) == 400


def wide(np, flow, x, n):
    """A carry that weighs something: 16 kB."""

    def body(inner, s, k):
        return [np.tanh(s * 1.01 + 0.1)]

    return np.sum(flow.scan(n, [x], [], body)[0])


@pytest.mark.parametrize("memory", ["every", "binomial", "online 10"])
def test_theanos_checkpointed_scan_takes_a_quarter_of_the_memory(memory):
    point = (onp.linspace(-1, 1, 2_048), onp.int64(300))

    def weighed(memory):
        run = compile_program(gradient(record(wide, point, memory)))
        run(point)
        tracemalloc.start()
        try:
            return run(point)[-1], tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    (wanted, all_), (found, some) = weighed("save all"), weighed(memory)
    onp.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
    assert all_ > 300 * 2_048 * 8
    assert some * 4 < all_


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("memory", ["every", "every 1", "every 3", "every 50"])
def test_loops_in_loops_give_the_same_gradient(name, memory):
    function, points = LOOPS[name]
    saving = record(function, points[0])
    cut = segmented(record(function, points[0], memory))
    runs = [compile_program(adjoint(each, saving.outputs[0], floats(saving))) for each in (saving, cut)]
    for point in points:
        for wanted, found in zip(runs[0](point), runs[1](point), strict=True):
            onp.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def known_count(np, flow, x):
    return np.sum(flow.scan(301, [x], [], lambda inner, s, k: [np.tanh(s * 1.01 + 0.1)])[0])


def test_loops_in_loops_take_the_memory_of_the_root():
    point = (onp.linspace(-1, 1, 2_048),)
    weights, gradients = [], []
    for memory in ("save all", "every"):
        run = compile_program(gradient(segmented(record(known_count, point, memory))))
        run(point)
        tracemalloc.start()
        try:
            gradients.append(run(point)[-1])
            weights.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    onp.testing.assert_allclose(*gradients, rtol=0, atol=1e-12)
    assert weights[1] * 4 < weights[0]


def test_every_kth_on_xla_is_loops_in_loops():
    point = (onp.linspace(-1, 1, 5),)
    program = record(known_count, point, "every 20")
    wanted = compile_program(gradient(record(known_count, point)))(point)
    run = gradient_function(program, program.outputs[0], floats(program), "static", "xla")
    (value,), (found,) = run(point)
    onp.testing.assert_allclose(value, wanted[0], rtol=1e-12)
    onp.testing.assert_allclose(found, wanted[1], rtol=1e-11, atol=1e-13)
    online = record(known_count, point, "online 5")
    with pytest.raises(LoweringError, match="every k, where the number of iterations is known beforehand"):
        gradient_function(online, online.outputs[0], floats(online), "static", "xla")


def walked(np, flow, x):
    """A carry along a sequence, forwards and backwards, with what it stacks and the number of the iteration."""
    sequence = np.sin(np.arange(97.0) * 0.3)

    def body(inner, s, each, k):
        return [np.tanh(s * 1.01 + each + 0.01 * k), s * each]

    ahead, stack = flow.scan(97, [x], [sequence], body)
    back, other = flow.scan(97, [ahead], [stack], body, reverse=True)
    return np.sum(back * other[3] + stack[90])


def depth(program):
    """Return how many scans lie in one another."""
    deepest = 0
    for equation in program.equations:
        if equation.primitive == SCAN:
            loop = Loop.of(equation)
            deepest = max(deepest, 1 + depth(loop.body))
    return deepest


@pytest.mark.parametrize("memory", ["binomial", "binomial 14", "binomial 20", "binomial 97", "binomial 500"])
@pytest.mark.parametrize("function", [walked, known_count])
def test_binomial_as_loops_in_loops_gives_the_same_gradient(function, memory):
    point = (onp.float64(0.3),) if function is walked else (onp.linspace(-1, 1, 3),)
    if function is known_count:
        memory = memory.replace("14", "18")
    saving, cut = record(function, point), segmented(record(function, point, memory))
    assert not any(Loop.of(each).memory != "save all" for each in cut.equations if each.primitive == SCAN)
    for wanted, found in zip(*(compile_program(gradient(each))(point) for each in (saving, cut)), strict=True):
        onp.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12)


def saved(count, slots):
    """Return the most carries that scans in scans of the cut loop save at once on the way back: those of each level."""
    pieces = pieces_of(count, Policy("binomial", slots))
    if pieces is None or pieces == 1:
        return count if pieces else None
    size = -(-count // pieces)
    cut, left = divmod(count, size)
    most = cut + saved(size, slots - cut)
    if left and pieces_of(left, Policy("binomial", slots - cut)) != 1:
        return max(most, cut + 1 + saved(left, slots - cut - 1))
    return max(most, cut + left)


def test_loops_in_loops_keep_within_the_slots():
    fewest = {}
    for count in (*range(1, 70), 100, 127, 128, 301, 1000, 1024, 4097, 100_000):
        for slots in range(1, 40):
            held = saved(count, slots)
            assert held is None or held <= slots, (count, slots)
            if held is not None:
                fewest.setdefault(count, slots)
        assert saved(count, 2 * max(1, count.bit_length())) is not None, "twice the logarithm will do"
    assert fewest[1000] <= 20 and fewest[64] == 12


def test_binomial_on_xla_is_loops_in_loops():
    for function, point in ((known_count, (onp.linspace(-1, 1, 5),)), (walked, (onp.float64(0.3),))):
        program = record(function, point, "binomial")
        assert depth(segmented(program)) > 3
        wanted = compile_program(gradient(record(function, point)))(point)
        run = gradient_function(program, program.outputs[0], floats(program), "static", "xla")
        (value,), (found,) = run(point)
        onp.testing.assert_allclose(value, wanted[0], rtol=1e-12)
        onp.testing.assert_allclose(found, wanted[1], rtol=1e-11, atol=1e-13)
    few = record(known_count, (onp.linspace(-1, 1, 5),), "binomial 3")
    with pytest.raises(LoweringError, match="binomial with slots enough"):
        gradient_function(few, few.outputs[0], floats(few), "static", "xla")


def test_what_a_loop_stacked_is_not_kept_twice():
    """Three loops that stack arrays: each list is let go when it has become one array."""

    def function(np, flow, x):
        stacks = []
        for _ in range(3):
            x, stack = flow.scan(40, [x], [], lambda inner, s, k: [np.tanh(s * 1.01), s * 2.0])
            stacks.append(stack)
        return np.sum(stacks[0] * stacks[1][0] + stacks[2])

    point = (onp.linspace(-1, 1, 2_048),)
    run = compile_program(record(function, point))
    run(point)
    tracemalloc.start()
    try:
        run(point)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    stack = 40 * 2_048 * 8
    assert peak < 4.5 * stack, "two arrays, and the last list becoming the third"
