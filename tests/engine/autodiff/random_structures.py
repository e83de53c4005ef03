"""Random programs of nested branches, loops and calls: recipes that run in any flow of tests.engine.program.flows."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.types import ArrayType

FLOAT, INT = ArrayType(()), ArrayType((), "int64")
SMALL = st.integers(0, 7)

plain_step = st.tuples(st.sampled_from(["add", "times", "sin", "tanh", "divide", "where"]), SMALL, SMALL)


def _structured(inner):
    return st.one_of(
        st.tuples(st.just("branch"), SMALL, SMALL, inner, inner),
        st.tuples(st.just("scan"), SMALL, SMALL, inner, st.booleans(), st.integers(0, 4)),
        st.tuples(st.just("scan n"), SMALL, SMALL, inner, st.booleans()),
        st.tuples(st.just("while"), SMALL, SMALL, inner, st.integers(1, 6)),
        st.tuples(st.just("call"), SMALL, SMALL, inner),
        st.tuples(st.just("walk"), SMALL, SMALL, inner, st.booleans()),
    )


steps = st.recursive(
    st.lists(plain_step, min_size=1, max_size=3),
    lambda inner: st.lists(st.one_of(plain_step, _structured(inner)), min_size=1, max_size=3),
    max_leaves=6,
)
"""A recipe: a list of steps, some with recipes inside."""


def run(recipe, np, flow, values, n, sequence, path="f"):
    """Return the last two values of a recipe; `values` are numbers, `n` a whole number, `sequence` a vector."""
    known = list(values)

    def at(k):
        return known[-1 - k % len(known)]

    for number, (kind, i, j, *rest) in enumerate(recipe):
        here = f"{path}.{number}"
        known += _STEPS[kind](np, flow, at(i), at(j), n, sequence, here, *rest)
    return [known[-1], known[-2]]


def _branch(np, flow, a, b, n, sequence, here, one, other):
    return flow.branch(
        flow.real(a) > 0.3 * flow.real(b), [a, b],
        lambda inner, a, b: run(one, np, inner, [a, b], n, sequence, here + "a"),
        lambda inner, a, b: run(other, np, inner, [b, a], n, sequence, here + "b"),
    )  # fmt: skip


def _scan(np, flow, a, b, n, sequence, here, body, reverse, count):
    def once(inner, s, i):
        x, y = run(body, np, inner, [s, b * 0.5 + 0.1 * i], n, sequence, here)
        return [np.tanh(x), y * s]

    s, *stacks = flow.scan(count, [a], [], once, reverse=reverse)
    return [s, s + np.sum(stacks[0] * stacks[0])] if isinstance(count, int) and count else [s]


def _scan_n(np, flow, a, b, n, sequence, here, body, reverse):
    return _scan(np, flow, a, b, n, sequence, here, body, reverse, n)


def _walk(np, flow, a, b, n, sequence, here, body, reverse):
    def once(inner, s, t, x, i):
        x, y = run(body, np, inner, [s, x], n, sequence, here)
        return [np.tanh(x + t), 0.5 * y, np.sin(y)]

    s, t, stack = flow.scan(3, [a, b], [sequence], once, reverse=reverse)
    return [s + t, np.sum(stack * sequence)]


def _while(np, flow, a, b, n, sequence, here, body, most):
    def once(inner, s, t, i):
        x, y = run(body, np, inner, [s, t], n, sequence, here)
        return [np.tanh(x) + 0.4 * t + 0.3, 0.7 * t + 0.1 * np.tanh(y)]

    ends = flow.loop([a, b], lambda s, t, i: (np.abs(flow.real(s)) < 1.2) & (i < most), once)
    return [ends[0], ends[1]]


def _call(np, flow, a, b, n, sequence, here, body):
    def function(inner, x, y, m):
        def more(one, x, y, m):
            (deeper,) = one.call(here, [0.8 * x, y + 0.2, m - 1], [FLOAT])
            p, q = run(body, np, one, [x + 0.1, y * deeper], m, None, here)
            return [np.tanh(p) + 0.3 * q * deeper]

        return inner.branch(m > 0, [x, y, m], lambda one, x, y, m: [x * y], more)

    flow.define(here, [FLOAT, FLOAT, INT], [FLOAT], function)
    return flow.call(here, [a, b, n], [FLOAT])


_STEPS = {
    "add": lambda np, flow, a, b, *_: [a + 0.5 * b],
    "times": lambda np, flow, a, b, *_: [a * b],
    "sin": lambda np, flow, a, b, *_: [np.sin(a)],
    "tanh": lambda np, flow, a, b, *_: [np.tanh(a) - 0.2 * b],
    "divide": lambda np, flow, a, b, *_: [a / (1.0 + b * b)],
    "where": lambda np, flow, a, b, *_: [np.where(flow.real(a) > 0.2, a * b, a - b)],
    "branch": _branch,
    "scan": _scan,
    "scan n": _scan_n,
    "while": _while,
    "walk": lambda np, flow, a, b, n, sequence, *rest: _walk(np, flow, a, b, n, sequence, *rest)
    if sequence is not None else [a * 0.5],
    "call": _call,
}  # fmt: skip
