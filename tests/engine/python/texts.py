# ruff: noqa: E501 - texts of Python stand on one line each
"""Texts of Python that a node accepts, each with two sets of arguments of the same types.

The second set takes other branches and other numbers of iterations than the first, under which it was recorded.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Text(NamedTuple):
    """A text, and two sets of arguments."""

    name: str
    text: str
    first: tuple[Any, ...]
    second: tuple[Any, ...]


V1, V2 = np.array([0.3, -1.2, 2.0]), np.array([-0.7, 0.4, 1.1])
M1, M2 = np.array([[0.3, -1.2], [2.0, 0.5], [1.0, -0.4]]), np.array([[-0.6, 0.2], [1.0, 1.5], [-1.1, 0.3]])

STRAIGHT = (
    Text("arithmetic", "def f(x, y):\n    return (x + 2 * y - 1) / (x**2 + 1) - -x", (1.5, -0.5), (-2.0, 3.0)),
    Text("numpy", "import numpy as np\ndef f(x):\n    return np.sum(np.tanh(x) * np.exp(-x)) + np.pi", (V1,), (V2,)),
    Text("math", "import math\ndef f(x):\n    return math.sin(x) * math.exp(math.cos(x)) + math.tau", (0.4,), (2.9,)),
    Text("methods", "def f(m):\n    return m.sum(axis=0).dot(m.mean(axis=0)) + m.T.reshape(-1)[2] + m.shape[1]", (M1,), (M2,)),
    Text("slices", "def f(x):\n    return x[1:] * x[:-1] + x[::-1][0] + x[-1]", (V1,), (V2,)),
    Text("products", "def f(m):\n    return np.trace(m.T @ m) + np.einsum('ij,ij->', m, m)", (M1,), (M2,)),
    Text("linear", "def f(m):\n    a = m.T @ m + np.eye(2)\n    return np.linalg.det(a) + np.linalg.inv(a)[0, 1]", (M1,), (M2,)),
    Text("tuples", "def f(x, y):\n    a, (b, c) = x, (y, x * y)\n    t = (a, b) + (c,)\n    return t[0] - t[2] * t[-2]", (1.5, 2.0), (0.2, -3.0)),
    Text("dicts", "def f(x):\n    d = {'a': x, 'b': x * x}\n    return d['a'] + sum([d[k] for k in d])", (1.5,), (-0.3,)),
    Text("lists", "def f(x):\n    xs = [x, 2 * x] + [x**3]\n    return sum(xs) * len(xs) + max(xs[0], 0.5)", (1.5,), (-0.3,)),
    Text("functions", "def square(t, *more):\n    return t\ndef f(x):\n    return x" .replace(", *more", ""), (1.5,), (0.2,)),
    Text("closures", "def f(x, y):\n    def line(t, slope=2.0):\n        return slope * t + y\n    return line(x) * line(t=y, slope=x)", (1.5, 0.3), (-0.2, 2.0)),
    Text("lambdas", "def f(x):\n    twice = lambda g: lambda t: g(g(t))\n    return twice(lambda t: t * t + 1)(x)", (0.7,), (-0.4,)),
    Text("late", "def f(x):\n    k = 1.0\n    def g(t):\n        return k * t\n    k = 3.0\n    return g(x)", (0.7,), (-0.4,)),
    Text("arrays", "def f(x, y):\n    m = np.array([[x, y], [1.0, x * y]])\n    return m @ np.ones(2) + np.arange(2) * np.linspace(0, x, 2)", (0.7, 2.0), (-0.4, 1.0)),
    Text("unrolled", "def f(x):\n    total = x * 0\n    for k, name in enumerate(('a', 'b', 'c')):\n        total = total + x**k\n    return total", (0.7,), (-0.4,)),
    Text("comprehension", "def f(x):\n    return np.stack([x**k for k in range(4) if k != 1])", (0.7,), (-0.4,)),
    Text("static_recursion", "def power(x, n):\n    return x if n == 1 else x * power(x, n - 1)\ndef f(x):\n    return power(x, 5)", (0.7,), (-1.4,)),
    Text("known_if", "def f(x):\n    if x.ndim == 1 and len(x) > 2:\n        return x.sum()\n    return x", (V1,), (V2,)),
    Text("augmented", "def f(x):\n    y = x\n    y += 2\n    y *= x\n    y -= 1\n    y /= 3\n    return y", (0.7,), (-1.4,)),
    Text("chained", "def f(x):\n    return np.where((0 < x) & (x < 1), x, -x) + 1.0 * (0 < x)", (V1,), (V2,)),
    Text("remainders", "def f(x):\n    return x % 2 + x // 2 + (7 % 4) * (7 // 2) + round_(x)\ndef round_(x):\n    return x\ndef g(x):\n    return f(x)", (3.5,), (-1.4,)),
    Text("complex", "def f(x):\n    z = np.exp(1j * x)\n    return (z * z.conj()).real + z.imag", (0.5,), (2.0,)),
    Text("fft", "def f(x):\n    return np.abs(np.fft.fft(x)).sum()", (V1,), (V2,)),
    Text("record", "def f(x, y):\n    return {'product': x * y, 'parts': (x, y + 1)}", (1.5, 2.0), (0.2, -3.0)),
    Text("doc", 'def f(x):\n    """Twice x."""\n    pass\n    return 2 * x', (1.5,), (0.2,)),
    Text("annotated", "def f(x: float) -> float:\n    y: float = 2 * x\n    return y", (1.5,), (0.2,)),
)  # fmt: skip
"""No control flow that depends on arrays."""

BRANCHES = (
    Text("if_else", "def f(x):\n    if x > 0:\n        y = x * x\n    else:\n        y = -3 * x\n    return y + 1", (1.5,), (-0.5,)),
    Text("if_alone", "def f(x):\n    y = x\n    if x < 0:\n        y = x**3\n    return y", (1.5,), (-0.5,)),
    Text("elif", "def f(x):\n    if x > 1:\n        y = 1.0\n    elif x > 0:\n        y = x\n    else:\n        y = 0\n    return y * x", (0.5,), (-0.5,)),
    Text("returns", "def f(x):\n    if x > 1:\n        return x\n    if x > 0:\n        return x * x\n    z = np.sin(x)\n    return z", (0.5,), (-0.5,)),
    Text("nested", "def f(x, y):\n    if x > 0:\n        if y > 0:\n            z = x * y\n        else:\n            z = x\n    else:\n        z = y\n    return z", (0.5, 0.4), (0.5, -0.4)),
    Text("expression", "def f(x):\n    return (x if x > 0 else np.exp(x) - 1) * 2", (0.5,), (-0.5,)),
    Text("and_or", "def f(x):\n    return x if x > -1 and x < 1 or x > 3 else 0 * x", (0.5,), (2.0,)),
    Text("not", "def f(x):\n    if not x > 0:\n        x = -x\n    return x", (0.5,), (-2.0,)),
    Text("tuple_of_branches", "def f(x):\n    a, b = (x, 1.0) if x > 0 else (0, x)\n    return a - 2 * b", (0.5,), (-2.0,)),
    Text("function_in_branch", "def f(x):\n    if x > 0:\n        def g(t):\n            return t * x\n        y = g(3)\n    else:\n        y = x\n    return y", (0.5,), (-2.0,)),
    Text("truth_of_number", "def f(x, n):\n    return x * 2 if n else x", (0.5, 1), (0.5, 0)),
    Text("vector_branches", "def f(x):\n    return x * 2 if np.all(x > -1) else np.cumsum(x)", (V2,), (V1,)),
)  # fmt: skip

LOOPS = (
    Text("while_sine", """
def f(x):
    total, term, n = 0.0, x, 1
    while abs(term) >= 1e-8:
        total += term
        term = -term * x * x / ((n + 1) * (n + 2))
        n = n + 2
    return total
""", (1.0,), (0.1,)),
    Text("for_range", "def f(x):\n    y = 1.0\n    for i in range(5):\n        y = y * x + i\n    return y", (0.5,), (-1.2,)),
    Text("for_runtime", "def f(x, n):\n    y = x\n    for i in range(1, n, 2):\n        y = np.sin(y) + i\n    return y", (0.5, 6), (0.3, 3)),
    Text("for_down", "def f(x, n):\n    y = x\n    for i in range(n, 0, -1):\n        y = y * 0.5 + i\n    return y", (0.5, 4), (0.3, 0)),
    Text("rows", "def f(m):\n    s = np.zeros(2)\n    for row in m:\n        s = np.tanh(s + row)\n    return s", (M1,), (M2,)),
    Text("zipped", "def f(m, x):\n    s = 0\n    for row, k in zip(m, x):\n        s = s + row.sum() * k\n    return s", (M1, V1), (M2, V2)),
    Text("enumerated", "def f(x):\n    s = 0.0\n    for i, v in enumerate(x):\n        s = s * 0.5 + i * v\n    return s", (V1,), (V2,)),
    Text("nested_loops", "def f(x, n):\n    s = 0.0\n    for i in range(n):\n        t = x\n        for j in range(3):\n            t = t * x + j\n        s = s + t\n    return s", (0.5, 3), (0.3, 2)),
    Text("branch_in_loop", "def f(x):\n    s = 0.0\n    for v in x:\n        if v > 0:\n            s = s + v * v\n        else:\n            s = s - v\n    return s", (V1,), (V2,)),
    Text("loop_in_branch", "def f(x, n):\n    if x > 0:\n        for _ in range(n):\n            x = x * 0.5\n    else:\n        x = -x\n    return x", (0.5, 3), (-0.3, 2)),
    Text("tuple_carry", "def f(x):\n    pair = (x, 1.0)\n    while pair[0] < 10:\n        pair = (pair[0] * 2 + pair[1], pair[1] * 1.5)\n    return pair[0] + pair[1]", (0.5,), (6.0,)),
    Text("no_iterations", "def f(x):\n    while x < 0:\n        x = x + 1\n    return x", (-2.5,), (6.0,)),
    Text("newton", "def f(a):\n    x = a\n    while abs(x * x - a) > 1e-12:\n        x = 0.5 * (x + a / x)\n    return x", (2.0,), (9.5,)),
    Text("function_in_loop", "def f(x):\n    def step(s, k=0.1):\n        return s + k * np.cos(s) * x\n    s = 0.0\n    for _ in range(4):\n        s = step(s)\n    return s", (2.0,), (0.5,)),
)  # fmt: skip

RECURSION = (
    Text("factorial", "def f(n):\n    if n <= 1:\n        return 1.0\n    return n * f(n - 1)", (5.5,), (3.3,)),
    Text("power", "def f(x, n):\n    if n == 0:\n        return 1.0\n    return x * f(x, n - 1)", (0.7, 4), (-1.3, 3)),
    Text("fibonacci", "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)", (7,), (9,)),
    Text("mutual", "def odd(x, n):\n    return x * 2 if n == 0 else even(x, n - 1) + x\ndef even(x, n):\n    return x if n == 0 else odd(x, n - 1) * x\ndef f(x, n):\n    return even(x, n)", (0.7, 4), (1.3, 3)),
    Text("tree", """
def f(x, left, right, node):
    def down(k):
        if left[k] < 0:
            return np.tanh(x[k])
        return np.tanh(down(left[k]) + 0.5 * down(right[k]) + x[k])
    return down(node)
""", (np.array([0.3, -0.2, 0.8, 0.1, -0.5]), np.array([1, -1, 3, -1, -1]), np.array([2, -1, 4, -1, -1]), 0),
         (np.array([0.1, 0.2, -0.8, 0.3, 0.5]), np.array([1, 2, -1, -1, -1]), np.array([4, 3, -1, -1, -1]), 0)),
)  # fmt: skip

DERIVATIVES = (
    Text("grad", "def f(x):\n    return grad(lambda t: t**3 * np.sin(t))(x)", (0.7,), (-1.3,)),
    Text("grad_of_grad", "def f(x):\n    g = lambda t: np.exp(t * t)\n    return grad(grad(g))(x) + grad(g)(x) * x", (0.7,), (-1.3,)),
    Text("no_confusion", "def f(x):\n    return grad(lambda a: a * grad(lambda b: a + b)(1.0))(x)", (0.7,), (-1.3,)),
    Text("closure", "def f(x, y):\n    return grad(lambda a: a * x * y + a * a)(x)", (0.7, 2.0), (-1.3, 0.1)),
    Text("myia", "def power(x, n):\n    if n == 0:\n        return 1.0\n    return x * power(x, n - 1)\ndef f(x):\n    return grad(power)(x, 3)", (0.7,), (-1.3,)),
    Text("through_loop", "def s(x):\n    t, n, total = x, 1, 0.0\n    while abs(t) >= 1e-8:\n        total += t\n        t = -t * x * x / ((n + 1) * (n + 2))\n        n += 2\n    return total\ndef f(x):\n    return grad(s)(x)", (1.0,), (0.3,)),
    Text("in_loop", "def f(x):\n    p = lambda v: np.sum(v**4) / 4\n    for _ in range(3):\n        x = x - 0.1 * grad(p)(x)\n    return x", (V1,), (V2,)),
    Text("jacobian", "def f(x):\n    return jacobian(lambda v: np.cumsum(v) * v[0])(x)", (V1,), (V2,)),
    Text("hessian", "def f(x):\n    value, slope = value_and_grad(lambda v: np.prod(v))(x)\n    return hessian(lambda v: np.prod(v))(x) * value + slope", (V1,), (V2,)),
    Text("jvp", "def f(x, v):\n    return jvp(lambda t, s: np.cumsum(t) * t[0] * s)(x, v, 3.0)", (V1, V2), (V2, V1)),
    Text("jvp_along_a_number", "def f(x):\n    return jvp(lambda t: np.sum(t * t))(x, 2) * grad(lambda u: jvp(lambda t: t**4)(u, 1.0))(x[0])", (V1,), (V2,)),
)  # fmt: skip
"""Functions that differentiate functions; the oracle has autograd's own under these names."""

ALL = STRAIGHT + BRANCHES + LOOPS + RECURSION + DERIVATIVES
