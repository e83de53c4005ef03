"""Functions with control flow, each with points that take other branches and other numbers of iterations."""

import numpy as onp

from engine.types import ArrayType

FLOAT, INT = ArrayType(()), ArrayType((), "int64")
W = onp.array([[0.3, -0.4, 0.2], [0.1, 0.5, -0.3], [-0.2, 0.3, 0.4]])
SEQUENCE = onp.array([[0.5, -1.0, 0.3], [0.2, 0.1, -0.4], [1.1, 0.4, 0.6], [-0.7, 0.2, 0.9]])


def sine(np, flow, x):
    """Innes et al. (2019): terms of the Taylor series while they are not small."""

    def body(inner, total, term, k):
        return [total + term, -term * x * x / ((2.0 * k + 2.0) * (2.0 * k + 3.0))]

    return flow.loop([x * 0.0, x], lambda total, term, k: np.abs(flow.real(term)) >= 1e-8, body)[0]


def power(np, flow, a, n):
    """Theano's A**k: n times a product."""
    return np.sum(flow.scan(n, [a * 0.0 + 1.0], [], lambda inner, p, i: [p * a])[0])


def recurrent(np, flow, w, b, xs):
    """Theano's recurrence tanh(x W + b): constants, a carry, a sequence, and what is stacked."""

    def body(inner, h, x, i):
        after = np.tanh(np.matmul(w, h) + b * x)
        return [after, np.sum(after * after) * (i + 1.0)]

    h, squares = flow.scan(len(xs), [b * 0.0], [xs], body)
    return np.sum(squares) + h[0]


def backwards(np, flow, x, xs):
    total, partial = flow.scan(
        len(xs), [x], [xs], lambda inner, s, row, i: [s * 0.7 + row[0] * i, s * row[1]], reverse=True
    )
    return total * np.sum(partial * partial)


def choice(np, flow, x, y):
    def positive(inner, x, y):
        return [x * y * y, y]

    def negative(inner, x, y):
        return [np.exp(x) - y, x]

    a, b = flow.branch(flow.real(x) > 0, [x, y], negative, positive)
    return a * b


def three_arms(np, flow, x, which):
    return flow.branch(which, [x], lambda inner, x: [x], lambda inner, x: [x * x], lambda inner, x: [np.sin(x) * 3.0])[
        0
    ]


def branch_in_loop(np, flow, x, n):
    """A ball that bounces: the velocity turns where it is under the floor."""

    def body(inner, height, speed, i):
        moved = height + 0.1 * speed
        bounced, turned = inner.branch(
            flow.real(moved) < 0, [moved, speed],
            lambda one, h, v: [h, v - 0.98 * x],
            lambda one, h, v: [-0.5 * h, -0.5 * v * x],
        )  # fmt: skip
        return [bounced, turned]

    height, speed = flow.scan(n, [x * 1.0, 0.3 * x], [], body)
    return height + speed * speed


def loop_in_branch(np, flow, x, y):
    def many(inner, x, y):
        return inner.scan(3, [x], [], lambda one, s, i: [s * y + x])

    def until(inner, x, y):
        end, _ = inner.loop([x - y * 0.1], lambda s, i: flow.real(s) < 4.0, lambda one, s, i: [s * 1.5 + y * y])
        return [end]

    return flow.branch(flow.real(x) > flow.real(y), [x, y], many, until)[0]


def loop_in_loop(np, flow, x, w):
    """A run-time number of inner iterations in each outer one, the inner one reading the outer carry."""

    def outer(inner, total, row, i):
        grown, _ = inner.loop(
            [total * 0.1 + row[0]],
            lambda s, k: flow.real(s) < 2.0,
            lambda one, s, k: [s * 1.3 + x * x * 0.2 + row[1] * row[1]],
        )
        return [total * 0.5 + grown, grown * total]

    total, stack = flow.scan(3, [x], [w], outer)
    return total + np.sum(stack)


def while_in_while(np, flow, x):
    def outer(inner, a, i):
        b, _ = inner.loop([a], lambda b, k: (flow.real(b) < 3.0 + i) & (k < 6), lambda one, b, k: [b * (1.2 + 0.1 * x)])
        return [0.5 * b + 0.1 * x]

    return flow.loop([x], lambda a, i: i < 3, outer)[0]


def whole_numbers(np, flow, x, n):
    """Carries that are whole numbers or truth values pass by."""

    def body(inner, s, count, odd, i):
        return [s + x * count * odd, count + 2, ~odd]

    zero = flow.scan(n, [x * x, n, n > 2], [], body)
    return zero[0] * zero[1]


def unused_parts(np, flow, x, y, w):
    """Parts that nobody asks about, and a carry that never moves."""

    def body(inner, s, frozen, idle, row, i):
        return [s * frozen + row[0], frozen, idle * 2.0 + y, idle]

    s, frozen, *_ = flow.scan(4, [x, x * 0.5, y], [w], body)
    return s + frozen


def factorial(np, flow, x, n):
    """Recursion: x (x - 0.5) ((x - 0.5) - 0.5) ..., n factors."""

    def product(inner, x, n):
        def more(one, x, n):
            (rest,) = one.call("product", [x - 0.5, n - 1], [FLOAT])
            return [x * rest]

        return inner.branch(n > 0, [x, n], lambda one, x, n: [x * 0.0 + 1.0], more)

    flow.define("product", [FLOAT, INT], [FLOAT], product)
    return flow.call("product", [x, n], [FLOAT])[0]


def tree(np, flow, leaves, w, left, right):
    """A recursive network over a tree given by the numbers of each node's children."""
    vector = ArrayType((3,))
    kinds = [ArrayType(leaves.shape), ArrayType((3, 3)), ArrayType(left.shape, "int64"), ArrayType(left.shape, "int64"),
             INT]  # fmt: skip

    def node(inner, leaves, w, left, right, at):
        def leaf(one, leaves, w, left, right, at):
            return [leaves[at]]

        def joined(one, leaves, w, left, right, at):
            (a,) = one.call("node", [leaves, w, left, right, left[at]], [vector])
            (b,) = one.call("node", [leaves, w, left, right, right[at]], [vector])
            return [np.tanh(np.matmul(w, a) + b)]

        return inner.branch(left[at] >= 0, [leaves, w, left, right, at], leaf, joined)

    flow.define("node", kinds, [vector], node)
    start = left[0] * 0
    return np.sum(flow.call("node", [leaves, w, left, right, start], [vector])[0] ** 2)


def call_in_loop(np, flow, x, n):
    """A recursive call in a branch in a loop."""
    factorial(np, flow, x, n)

    def body(inner, s, i):
        return inner.branch(
            i % 2 == 0, [s, n],
            lambda one, s, n: [s * 0.9],
            lambda one, s, n: [one.call("product", [s * 0.3 + 1.0, n], [FLOAT])[0] + s],
        )  # fmt: skip

    return flow.scan(5, [x], [], body)[0]


def mutual(np, flow, x, n):
    """Two functions that call each other."""

    def even(inner, x, n):
        return inner.branch(
            n > 0, [x, n], lambda one, x, n: [x], lambda one, x, n: [one.call("odd", [x * x, n - 1], [FLOAT])[0] + x]
        )

    def odd(inner, x, n):
        return inner.branch(
            n > 0, [x, n], lambda one, x, n: [np.sin(x)],
            lambda one, x, n: [one.call("even", [x * 0.5, n - 1], [FLOAT])[0] * x],
        )  # fmt: skip

    flow.define("even", [FLOAT, INT], [FLOAT], even)
    flow.define("odd", [FLOAT, INT], [FLOAT], odd)
    return flow.call("even", [x, n], [FLOAT])[0]


LEFT = (onp.array([1, 3, -1, -1, -1]), onp.array([-1, -1, -1, -1, -1]), onp.array([1, -1, 3, -1, -1]))
RIGHT = (onp.array([2, 4, -1, -1, -1]), onp.array([-1, -1, -1, -1, -1]), onp.array([2, -1, 4, -1, -1]))
LEAVES = onp.arange(15.0).reshape(5, 3) / 10 - 0.6

CASES = {
    "sine": (sine, [(1.0,), (2.5,), (0.0,)]),
    "power": (power, [(1.2, onp.int64(3)), (0.7, onp.int64(6)), (1.1, onp.int64(0))]),
    "power of a vector": (power, [(onp.array([1.2, -0.4]), onp.int64(3)), (onp.array([0.2, 0.9]), onp.int64(5))]),
    "recurrence": (recurrent, [(W, onp.array([0.1, -0.2, 0.3]), SEQUENCE), (-W, onp.ones(3), SEQUENCE[::-1] * 2)]),
    "backwards": (backwards, [(0.6, SEQUENCE), (-1.2, SEQUENCE[::-1] * 0.5)]),
    "branch": (choice, [(0.5, 2.0), (-0.5, 3.0)]),
    "three arms": (three_arms, [(0.4, onp.int64(k)) for k in (0, 2, 1, -3, 9)]),
    "branch in loop": (branch_in_loop, [(1.0, onp.int64(20)), (0.3, onp.int64(7)), (2.0, onp.int64(0))]),
    "loop in branch": (loop_in_branch, [(1.5, 0.7), (0.4, 0.9), (0.1, 0.3)]),
    "loop in loop": (loop_in_loop, [(0.3, W), (0.9, W * 2), (3.0, W)]),
    "while in while": (while_in_while, [(0.4,), (2.0,), (7.0,)]),
    "whole numbers": (whole_numbers, [(0.4, onp.int64(3)), (1.3, onp.int64(1)), (1.3, onp.int64(4))]),
    "unused parts": (unused_parts, [(0.4, 1.0, SEQUENCE), (1.3, -2.0, -SEQUENCE)]),
    "recursion": (factorial, [(1.3, onp.int64(3)), (2.4, onp.int64(5)), (2.0, onp.int64(0))]),
    "tree": (tree, [(LEAVES, W, LEFT[k], RIGHT[k]) for k in range(3)]),
    "call in branch in loop": (call_in_loop, [(0.8, onp.int64(2)), (1.1, onp.int64(4))]),
    "calls of each other": (mutual, [(0.8, onp.int64(3)), (0.6, onp.int64(4)), (0.6, onp.int64(0))]),
}
