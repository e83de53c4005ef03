# ruff: noqa: E501 - texts of Python stand on one line each
"""What is outside the subset is refused in one sentence that names line and column and what to write instead."""

from __future__ import annotations

import ast
import sys

import numpy as np
import pytest

from engine.python.refusal import PythonError
from engine.python.syntax import ACCEPTED, REFUSED
from engine.python.text import described, program_of
from engine.types import ArrayType

ABSTRACT = {
    "AST", "mod", "stmt", "expr", "expr_context", "boolop", "operator", "unaryop", "cmpop", "excepthandler", "pattern",
    "type_ignore", "type_param",
}  # fmt: skip
"""Classes of which no syntax tree has any: only their subclasses."""
GONE = {"AugLoad", "AugStore", "Param", "Suite", "Index", "ExtSlice", "slice", "Num", "Str", "Bytes", "NameConstant",
        "Ellipsis"}  # fmt: skip
"""Left in the module for old programs; Python's parser makes none."""


def classes() -> set[str]:
    found = {name for name, each in vars(ast).items() if isinstance(each, type) and issubclass(each, ast.AST)}
    return found - ABSTRACT - GONE


def test_every_class_of_a_syntax_tree_is_decided_once() -> None:
    accepted = {each.__name__ for each in ACCEPTED}
    assert classes() <= accepted | set(REFUSED), classes() - accepted - set(REFUSED)
    assert not accepted & set(REFUSED)


def refused(text: str, **types: ArrayType) -> str:
    known = types or {name: ArrayType() for name in ("x",)}
    with pytest.raises(PythonError) as caught:
        program_of(text, known)
    assert caught.value.place is not None
    assert caught.value.sentence.startswith(caught.value.place)
    assert "\n" not in caught.value.sentence
    return caught.value.sentence


V = ArrayType((3,))
I64 = ArrayType((), "int64")
LINES = {
    "x = 1": "no function",
    "def f(x):\n    try:\n        return x\n    except Exception:\n        return 0": "line 2, column 5: try is not part",
    "def f(x):\n    with x as y:\n        return y": "line 2, column 5: with is not part",
    "class A:\n    pass": "line 1, column 1: classes",
    "async def f(x):\n    return x": "async",
    "def f(x):\n    global y\n    return x": "global",
    "def f(x):\n    del x\n    return 1": "del",
    "def f(x):\n    raise ValueError\n": "raise",
    "def f(x):\n    assert x\n    return x": "assert",
    "def f(x):\n    yield x": "yield",
    "def f(x):\n    return [*x]": "'*' before a value",
    "def f(x):\n    return f'{x}'": "f-strings",
    "def f(x):\n    return {1, 2}": "sets",
    "def f(x):\n    return (y := x)": "':='",
    "def f(x):\n    match x:\n        case 1:\n            return x": "match is not",
    "def f(x):\n    while x > 0:\n        break\n    return x": "break",
    "def f(x):\n    for i in range(3):\n        continue\n    return x": "continue",
    "def f(x):\n    for i in range(3):\n        return x": "line 3, column 9: a return inside a loop",
    "def f(x):\n    while True:\n        x = x + 1\n    return x": "never ends",
    "def f(x):\n    x[0] = 1\n    return x": "not changed in place",
    "def f(x):\n    xs = [x]\n    xs.append(x)\n    return xs": "xs = xs + [x]",
    "def f(x):\n    np.sin(x)\n    return x": "has no effect",
    "def f(x):\n    return x << 2": "'<<'",
    "def f(x):\n    return y": 'the name "y" is not known',
    "def f(x):\n    if x > 0:\n        y = 1.0\n    return y": "one branch of an if only",
    "def f(x):\n    for i in range(3):\n        y = i\n    return y": "set inside a loop only",
    "def f(x):\n    y = 0.0\n    for i in range(3):\n        y = np.zeros(2)\n    return y": "a carry keeps its shape",
    "def f(x):\n    if x > 0:\n        y = np.zeros(2)\n    else:\n        y = np.zeros(3)\n    return y": "shapes must be equal",
    "def f(x):\n    y = (1, x)\n    for i in range(3):\n        y = (1, x, x)\n    return y[0]": "changes the form",
    "def f(x):\n    return f(x)": "never ends",
    "def f(x):\n    return f(x + 1) if x > 0 else f(x - 1)": "never ends",
    "def f(x):\n    return np.save(x)": '"np.save" is not among the functions',
    "def f(x):\n    return x.tofile": 'has no "tofile"',
    "def f(x, *y):\n    return x": "named one by one",
    "def f(x):\n    return abs": "gives the function abs",
    "def f(x):\n    return x @ 2": "this does not fit",
    "def f(x):\n    return 9 ** 9 ** 9": "too large",
    "def f(x):\n    return (0,) * 10 ** 9": "at most",
    "def f(x):\n    return np.zeros(10 ** 12)": "too large",
    "def f(x):\n    return np.eye(10 ** 5)": "too large",
    "def f(x):\n    return np.arange(10 ** 12)": "at most",
    "def f(x):\n    return 1 / 0": "cannot be computed",
    "def f(x):\n    return 'a' + x": "joins arrays and numbers",
    "def f(x):\n    return (1, 2)[5]": "has no part",
    "def f(x):\n    return {'a': x}['b']": "no key 'b'",
    "def f(x):\n    a, b = (x, x, x)\n    return a": "cannot be taken apart into 2",
    "def f(x):\n    return len(x)": "has no length",
    "def f(x, y):\n    return x": 'argument "y" of f is not given',
    "def f(x):\n    def g(a):\n        return a\n    return g(x, x)": "g takes 1 arguments, 2 are given",
    "def f(x):\n    return (lambda a: a)(b=x)": 'no free argument "b"',
    "def f(x):\n    return np.sum(x, out=x)": "'out'",
    "def f(x):\n    return np.mean(np.zeros((2, 0)) * x, axis=1)": "there are no elements to take it of",
    "def f(x):\n    return (np.zeros(3) * x)[3:].max()": "there are no elements to take it of",
    "def f(x):\n    y = x\n": "ends without a return",
    "def f(x):\n    if x > 0:\n        return x\n": "one way through this if returns",
    "import os\ndef f(x):\n    return x": '"os" cannot be imported',
    "from numpy import sin\ndef f(x):\n    return x": "import numpy as np",
    "def f(x):\n    return (": "this is not Python",
    "def f(x):\n  return " + "(" * 70 + "x" + ")" * 70: "nest deeper",
    "def f(x):\n  return " + "+".join(["x"] * 300): "nests deeper",
    "def f(x):\n  return " + "-" * 300 + "x": "nests deeper",
    "def f(x):\n  return x\n" + "#" * 20_000: "characters",
    "def f(x):\n  return " + "x\0": "cannot be read",
}  # fmt: skip


@pytest.mark.parametrize(("text", "part"), LINES.items(), ids=[text[:60].replace("\n", "|") for text in LINES])
def test_a_refusal_names_its_place_and_what_to_do(text: str, part: str) -> None:
    assert part in refused(text)


def test_the_length_of_an_axis_is_known() -> None:
    assert "index 3 is out of range: the axis has 3 elements" in refused("def f(x):\n    return x[3]", x=V)
    assert "whole numbers, slices" in refused("def f(x):\n    return x[x > 0]", x=V)
    assert "needs one truth value" in refused(
        "def f(x):\n    return x if x else x", x=V
    ) or "one truth value" in refused("def f(x):\n    return x if x else x", x=V)
    assert "zip joins parts of 3 and 2" in refused(
        "def f(x):\n    s = 0.0\n    for a, b in zip(x, np.ones(2)):\n        s = s + a * b\n    return s", x=V
    )


@pytest.mark.parametrize(
    "call", ["np.roll(x, n)", "np.tile(x, n)", "np.flip(x, n)", "np.diff(x, n)", "np.sum(x, axis=n)"]
)
def test_what_decides_a_shape_is_known_before_running(call: str) -> None:
    """A count taken from an array would be that of the recording for ever."""
    assert "known before running" in refused(f"def f(x, n):\n    return {call}", x=V, n=I64)
    program_of(f"def f(x):\n    return {call.replace('n)', '0)')}", {"x": V})


def test_work_is_bounded() -> None:
    doubling = "def f(x):\n" + "".join(f"    g{k + 1} = lambda t: g{k}(g{k}(t))\n" for k in range(40)).replace(
        "g0(g0(t))", "t + 1"
    )
    assert "steps to read" in refused(doubling + "    return g40(x)")
    chain = "def f(x):\n" + "".join(f"    if x > {k}:\n        if x < 0:\n            return x\n" for k in range(40))
    assert "steps to read" in refused(chain + "    return x")
    known = "def f(x):\n    def g(n):\n        return g(n + 1)\n    return g(0)"
    assert "nest deeper than" in refused(known)


def test_a_text_is_described_without_walking_through_it() -> None:
    found = described('def g(): return 1\ndef f(x, w=2.0):\n    """Fit."""\n    a = x * w\n    return a, x')
    assert (found.name, found.parameters, found.optional) == ("f", ("x", "w"), ("w",))
    assert (found.help, found.returns) == ("Fit.", ("a", "x"))
    nested = "def f(x):\n    def g(y):\n        return y, y\n    a = g(x)[0]\n    return a\n"
    assert described(nested).returns == ("value",)


def test_the_recursion_limit_is_put_back() -> None:
    before = sys.getrecursionlimit()
    refused("def f(x):\n    return y")
    program_of("def f(x):\n    return x", {"x": ArrayType()})
    assert sys.getrecursionlimit() == before


def test_float32_stays_float32() -> None:
    program = program_of(
        "def f(x):\n    s = 0.0\n    for v in x:\n        s = s + 2.5 * v if v > 0 else s\n    return s",
        {"x": ArrayType((3,), "float32")},
    )
    assert program.types[program.outputs[0]] == ArrayType((), "float32")
    assert np.float32 is not None


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("jvp(lambda v: v)(x)", "line 2, column 12: jvp(f) takes where the derivative is taken, the direction"),
        ("jvp(3)(x, x)", "line 2, column 12: jvp takes a function of this text, not the number 3"),
        ("jvp(lambda v: v)(x, 'way')", "line 2, column 12: the direction of jvp is an array or number, not a text"),
        (
            "jvp(lambda v: v)(x, np.ones(2))",
            "line 2, column 12: the direction is float64 (2,), and f is differentiated by",
        ),
        ("jvp(lambda v: v)(x, 1j)", "line 2, column 12: the direction is complex128 scalar"),
    ],
)
def test_a_derivative_along_what_is_no_direction(call: str, sentence: str) -> None:
    assert refused(f"def f(x):\n    return {call}\n", x=ArrayType((3,))).startswith(sentence)
