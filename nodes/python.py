"""Python in a node: a function in a subset of Python, recorded as part of the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as onp

from engine import limits
from engine.errors import MissingInputError, ShapeError
from engine.operator import Output, Sample, operator
from engine.setting import Code, Integer
from engine.types import ArrayType, RecordType, TupleType, Type, type_of
from nodes.casts import Value

if TYPE_CHECKING:
    from engine.program.record import Recorder
    from engine.python.text import Function

CODE: Final = """def f(x):
    return np.sin(x) * x
"""
"""What a new node holds."""
LOOP: Final = """def f(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x
"""
CHOICE: Final = """def f(x, y):
    if x > y:
        larger, smaller = x, y
    else:
        larger, smaller = y, x
    return larger * larger, smaller
"""
REMEMBERED: Final = 512


@lru_cache(maxsize=REMEMBERED)
def function_of(code: str) -> Function | None:
    """Return what a text's function takes and gives; None where the text is refused."""
    from engine.python.refusal import PythonError
    from engine.python.text import described

    try:
        return described(code)
    except PythonError:
        return None


def _outputs(settings: Mapping[str, Any]) -> tuple[Output, ...]:
    found = function_of(str(settings.get("code", CODE)))
    names = ("value",) if found is None else found.returns
    return tuple(Output(name, "what the function gives") for name in names)


def parameters(settings: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Return what the sockets of the input xs are called: the function's parameters."""
    found = function_of(str(settings.get("code", CODE)))
    return {"xs": () if found is None else found.parameters}


def _shape(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    from engine.python.refusal import PythonError

    try:
        return structure(str(settings["code"]), tuple(types), int(settings["limit"]))
    except PythonError as error:
        raise ShapeError(error.sentence) from None


@lru_cache(maxsize=REMEMBERED)
def structure(code: str, types: tuple[Type, ...], limit: int) -> tuple[Type, ...]:
    """Return the types of the outputs of a text's function for arguments of these types; raise PythonError."""
    from engine.program.functions import inputs_of
    from engine.program.record import Recorder, recording
    from engine.python.text import applied, described

    with recording():
        recorder = Recorder()
        recorder.who = "the function"
        boxes = [inputs_of(recorder, "data", f"x{k}", kind) for k, kind in enumerate(types)]
        result = applied(recorder, code, _named(code, boxes), limit)
    whole = _structure(result)
    several = len(described(code).returns) > 1
    return whole.items if several and isinstance(whole, TupleType) else (whole,)


def _structure(value: Any) -> Type:
    if isinstance(value, tuple | list):
        return TupleType(tuple(_structure(each) for each in value))
    if isinstance(value, dict):
        return RecordType(tuple((name, _structure(value[name])) for name in sorted(value)))
    return ArrayType(tuple(value.shape), value.dtype.name)


def _named(code: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return the values by the function's parameters; refuse too many or too few."""
    from engine.python.text import described

    found = described(code)
    wanted = ", ".join(found.parameters) or "nothing"
    if len(values) > len(found.parameters):
        raise ShapeError(f"the function {found.name} takes {wanted}; {len(values)} inputs are wired")
    if len(values) < len(found.parameters) - len(found.optional):
        missing = found.parameters[len(values)]
        raise MissingInputError(f"the function {found.name} takes {wanted}; wire a value into {missing}")
    return dict(zip(found.parameters, values, strict=False))


def _recorder(value: Any) -> Recorder | None:
    """Return the recorder of the first box in a value."""
    from engine.program.record import RecordNode
    from engine.python.values import flattened, is_array

    for each in flattened(value)[0]:
        if is_array(each) and isinstance(each._node, RecordNode):
            return each._node.recorder
    return None


@operator(
    "control.python",
    "Python",
    shape=_shape,
    formula=r"f(x_0, x_1, \ldots)",
    partials={"xs": r"\partial f / \partial x_k\ \text{of the text, statement by statement}"},
    domain="the text is in the subset of Python that the guide describes",
    synonyms=("code", "function", "script", "def", "custom", "expression", "lambda"),
    dynamic_outputs=_outputs,
    naming=parameters,
    samples=(
        ([-2.0, 0.3, 1.5],),
        ([0.4, 2.0, -1.0],),
        Sample((2.0,), {"code": LOOP}),
        Sample((30.0,), {"code": LOOP}),
        Sample((2.0, 0.5), {"code": CHOICE}),
        Sample((-2.0, 0.5), {"code": CHOICE}),
        Sample((onp.array([1.0, -0.5], "float32"),), {"code": "def f(x):\n    return 2 * x if x[0] > 0 else x\n"}),
    ),
    sockets={"xs": "the function's arguments, in order"},
)
def python(
    *xs: Value,
    code: Value = Code(CODE, multiline=True, help="A function; the last one in the text is what the node computes."),
    limit: Value = Integer(
        limits.ITERATIONS, low=1, high=1_000_000_000, help="The most iterations that a while loop in it may take."
    ),
) -> Value:
    """A function written in a subset of Python: arithmetic, NumPy's functions, if, while, for, functions, recursion.

    Loops and branches that depend on arrays stay loops and branches; they are not unrolled.
    """
    from engine.backends.interpret import interpret
    from engine.python.text import applied, program_of
    from engine.python.values import flattened

    recorder = _recorder(xs)
    if recorder is not None:
        return applied(recorder, code, _named(code, xs), limit)
    types = {name: type_of(value) for name, value in _named(code, xs).items()}
    program = program_of(code, types, limit=limit)
    given = [onp.asarray(each) for each in flattened(tuple(xs))[0]]
    found = interpret(program, given)
    results = [found[var] for var in program.outputs]
    return tuple(results) if len(results) > 1 else results[0]


OPERATORS = (python,)
