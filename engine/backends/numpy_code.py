"""A Program as straight-line NumPy code: the one place that compiles text, and only text it has generated itself.

The text holds names out of our own tables, variables v0, v1, ..., constants c0, c1, ... and plain finite numbers;
nothing in it comes from a file or a person. One assignment per equation: nested expressions break CPython's parser.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from engine.backends import structure_code
from engine.errors import LoweringError
from engine.program.compose import used
from engine.program.primitives import PRIMITIVES
from engine.program.program import Equation, Program, Var
from engine.program.structure import taken
from engine.types import ArrayType

FUNCTION_NAME = re.compile(r"(np|autograd|gradwire)_[A-Za-z0-9_]+")
"""What functions are called in the text; no variable or constant is called so."""
DROPPED_BYTES = 16_384
"""Arrays of at least this size are dropped after their last use."""


@dataclass(frozen=True)
class Compiled:
    """A program ready to run. `function(*values)` is the bare function: for hot loops inside one
    `numpy.errstate(all="ignore")`.

    It takes arrays and NumPy scalars of the inputs' types; outputs may share memory with inputs and constants: never
    write into them.
    """

    program: Program
    source: str
    function: Callable[..., tuple[Any, ...]]

    def __call__(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Return the outputs at `values` (anything array-like, in the order of program.inputs)."""
        inputs = self.program.inputs
        if len(values) != len(inputs):
            raise ValueError(f"the program has {len(inputs)} inputs, {len(values)} values were given")
        ready = [
            value if isinstance(value, np.ndarray | np.generic) else np.asarray(value, each.type.dtype)
            for value, each in zip(values, inputs, strict=True)
        ]
        with np.errstate(all="ignore"):
            return self.function(*ready)


def compile_program(program: Program) -> Compiled:
    """Return the program as one compiled function, one assignment per equation."""
    writer = Writer(program)
    source = writer.source()
    return Compiled(program, source, compiled(source, writer.namespace))


def compiled(source: str, namespace: dict[str, Any]) -> Callable[..., tuple[Any, ...]]:
    """Return the function `program` that generated text defines."""
    exec(compile(source, "<gradwire program>", "exec", dont_inherit=True), namespace)  # noqa: S102 - generated text only
    return namespace["program"]  # type: ignore[no-any-return]


class Writer:
    """Writes a program's text, and the namespace of functions and constants it refers to."""

    remembers = True
    """Whether calls may be answered from memory: not where they leave a trace."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.functions = program.functions
        self.namespace: dict[str, Any] = {"__builtins__": {}}
        self.definitions: list[str] = []
        self.within = False
        self.remembered = structure_code.remembered(program) if self.remembers else frozenset()
        self._defined: dict[str, str] = {}
        self._literals: dict[int, str] = {}
        self._kept: list[Any] = []
        self._bound: dict[Var, str] = {}
        self._suffix = ""
        self._fresh = 0
        self._walked = structure_code.walked_only(program)
        for number, (var, value) in enumerate(program.constants.items()):
            self.namespace[f"c{number}"] = value[()] if value.ndim == 0 else value
            self._bound[var] = f"c{number}"

    def source(self) -> str:
        """Return the whole text."""
        names = ", ".join(f"v{each.var.index}" for each in self.program.inputs)
        lines = [f"def program({names}):"]
        lines += self.prologue()
        lines += self._memory()
        lines += self.statements(1)
        results = "".join(f"{self.name(var)}, " for var in self.program.outputs)
        return "\n".join([*self.definitions, *lines, f"    return ({results})", ""])

    def statements(self, depth: int) -> list[str]:
        """Return the lines of the equations of the program at work, indented `depth` times."""
        pad = "    " * depth
        ready = taken(self.program.equations)
        dead = self._last_uses()
        lines = []
        for number, equation in enumerate(self.program.equations):
            if equation.output in ready:
                lines += structure_code.statements(self, equation, ready[equation.output], depth)
            elif equation.primitive != "autograd.container_take" or equation.arguments[0] not in ready:
                lines.append(f"{pad}{self.name(equation.output)} = {self.expression(equation)}")
            names = [self.name(var) for var in dead.get(number, ()) if var not in ready]
            if names:
                lines.append(f"{pad}del {', '.join(names)}")
        return lines

    @contextmanager
    def nested(self, program: Program, inputs: Sequence[str]) -> Iterator[None]:
        """Within: `program` is the one at work, its inputs are called as given, its variables have their own suffix."""
        before = (self.program, self._bound, self._suffix, self._walked)
        self.program, self._suffix = program, f"_{self.fresh()}"
        self._walked = structure_code.walked_only(program)
        self._bound = {each.var: name for each, name in zip(program.inputs, inputs, strict=False)}
        for var, value in program.constants.items():
            self._bound[var] = self.bind(value)
        try:
            yield
        finally:
            self.program, self._bound, self._suffix, self._walked = before

    def fresh(self) -> int:
        """Return a number that no other nested program has."""
        self._fresh += 1
        return self._fresh

    def defined(self, called: str, program: Program) -> str:
        """Return the name of the function in the text for a function that calls name."""
        if called not in self._defined:
            name = self._defined[called] = f"gradwire_f{self.fresh()}"
            within, self.within = self.within, True
            with self.nested(program, ()):
                self.definitions += structure_code.function_text(self, name, called, program)
            self.within = within
        return self._defined[called]

    def helper(self, program: Program) -> str:
        """Return the name of a function in the text that runs a nested program."""
        name = f"gradwire_g{self.fresh()}"
        within, self.within = self.within, False
        with self.nested(program, ()):
            parameters = ", ".join(self.name(each.var) for each in program.inputs)
            lines = self.statements(1)
            results = "".join(f"{self.name(var)}, " for var in program.outputs)
        self.definitions += [f"def {name}({parameters}):", *self._memory(), *lines, f"    return ({results})", ""]
        self.within = within
        return name

    def plain(self, text: str) -> str:
        """Return the text of a value that Python decides on: `text` itself, as values are plain here."""
        return text

    def item(self, sequence: str, step: str) -> str:
        """Return the text of one element of a sequence."""
        return f"{sequence}[{step}]"

    def walked(self, var: Var) -> bool:
        """Return whether a variable is only walked along by loops, so that a list serves."""
        return var in self._walked

    def constant(self, name: str) -> bool:
        """Return whether a name is that of a constant, known to all functions of the text."""
        return name in self.namespace

    def _memory(self) -> list[str]:
        """Return the line that makes room for what calls have given, where that is remembered during a run."""
        return ["    memo = {}"] if self.remembered else []

    def prologue(self) -> list[str]:
        """Return the lines that make scalars of 0-d arrays, which are several times slower."""
        scalars = [each.var.index for each in self.program.inputs if each.type.shape == ()]
        return [f"    v{number} = v{number}[()]" for number in scalars]

    def name(self, var: Var) -> str:
        """Return the variable's name in the text."""
        return self._bound.get(var) or f"v{var.index}{self._suffix}"

    def expression(self, equation: Equation) -> str:
        """Return the right-hand side of an equation's assignment."""
        target = self.program.reuse.get(equation.output)
        if target is not None:
            arguments = [self.argument(each) for each in equation.arguments]
            return self.call(self.function(equation.primitive), [*arguments, f"out={self.argument(target)}"])
        special = SPECIAL.get(equation.primitive)
        text = special(self, equation) if special is not None else None
        if text is not None:
            return text
        arguments = [self.argument(each) for each in equation.arguments]
        infix = INFIX.get(equation.primitive)
        if infix is not None and not equation.settings:
            return infix.format(*arguments)
        return self.call(self.function(equation.primitive), arguments, equation.settings)

    def function(self, primitive: str) -> str:
        """Return the name of a primitive's plain function in the text: "np_tanh"."""
        return self.named(function_of(primitive), primitive)

    def named(self, function: Any, name: str) -> str:
        """Bind a function under the name our own tables have for it; return that name."""
        word = name.replace("numpy.", "np.").replace(".", "_")
        if not FUNCTION_NAME.fullmatch(word):
            raise LoweringError(f"{name!r} is no name of a function")
        self.namespace[word] = function
        return word

    def call(self, function: str, arguments: Sequence[str], settings: Sequence[tuple[str, Any]] = ()) -> str:
        """Return the text of a call of a named function."""
        words = [*arguments]
        for key, value in settings:
            if not key.isidentifier():
                raise LoweringError(f"{key!r} is no name of a setting")
            words.append(f"{key}={self.argument(value)}")
        return f"{function}({', '.join(words)})"

    def argument(self, value: Any) -> str:
        """Return the text of an argument: a variable, a plain number, a tuple of whole numbers, or a bound constant."""
        kind = type(value)
        if kind is Var:
            return self.name(value)
        if kind is float and math.isfinite(value):
            return repr(value) if value >= 0 else f"({value!r})"
        if kind is int and abs(value) < 2**62:
            return repr(value) if value >= 0 else f"({value!r})"
        if kind is bool or value is None:
            return repr(value)
        if kind is tuple and all(type(each) is int for each in value):
            return f"({''.join(f'{each}, ' for each in value)})"
        if kind in (tuple, list) and any(True for _ in used(value)):
            inner = "".join(f"{self.argument(each)}, " for each in value)
            return f"({inner})" if kind is tuple else f"[{inner}]"
        return self.bind(value)

    def bind(self, value: Any) -> str:
        """Return the name under which a constant stands in the namespace."""
        name = self._literals.get(id(value))
        if name is None:
            name = self._literals[id(value)] = f"c{len(self.namespace)}"
            self._kept.append(value)
            self.namespace[name] = value[()] if type(value) is np.ndarray and value.ndim == 0 else value
        return name

    def type(self, value: Any) -> ArrayType | None:
        """Return the type of an argument that is a variable."""
        return self.program.types.get(value) if type(value) is Var else None

    def _last_uses(self) -> dict[int, list[Var]]:
        """Return, by the number of an equation, the large variables that nothing uses after it."""
        seen = set(self.program.outputs) | {each.var for each in self.program.inputs} | set(self.program.constants)
        dead: dict[int, list[Var]] = {}
        for number in range(len(self.program.equations) - 1, -1, -1):
            equation = self.program.equations[number]
            for var in used(equation.arguments):
                if var not in seen:
                    seen.add(var)
                    if _bytes(self.program.types.get(var)) >= DROPPED_BYTES:
                        dead.setdefault(number, []).append(var)
        return dead


def function_of(name: str) -> Any:
    """Return the plain function of a primitive."""
    function = PRIMITIVES.get(name)
    if function is None:
        raise LoweringError(f"the NumPy code backend has no primitive {name}")
    return function.fun  # type: ignore[attr-defined]


def _bytes(kind: ArrayType | None) -> int:
    return DROPPED_BYTES if kind is None else math.prod(kind.shape) * np.dtype(kind.dtype).itemsize


def _expand(x: Any, shape: Any) -> Any:
    out = np.empty(shape, x.dtype)
    out[...] = x
    return out


INFIX: Mapping[str, str] = {
    "numpy.add": "{} + {}",
    "numpy.subtract": "{} - {}",
    "numpy.multiply": "{} * {}",
    "numpy.divide": "{} / {}",
    "numpy.power": "{} ** {}",
    "numpy.matmul": "{} @ {}",
    "numpy.negative": "-{}",
    "numpy.greater": "{} > {}",
    "numpy.greater_equal": "{} >= {}",
    "numpy.less": "{} < {}",
    "numpy.less_equal": "{} <= {}",
    "numpy.equal": "{} == {}",
    "numpy.not_equal": "{} != {}",
    "numpy.getitem": "{}[{}]",
    "autograd.container_take": "{}[{}]",
}
"""Primitives that have a shorter and faster form than a call."""

Special: TypeAlias = Callable[[Writer, Equation], "str | None"]


def _square(writer: Writer, equation: Equation) -> str | None:
    base, exponent = equation.arguments
    if type(exponent) in (int, float) and exponent == 2:
        return f"{writer.argument(base)} * {writer.argument(base)}"
    return None


def _reducer(function: Any, name: str, mean: bool = False) -> Special:
    def write(writer: Writer, equation: Equation) -> str | None:
        settings = dict(equation.settings)
        axis, keepdims = settings.pop("axis", None), settings.pop("keepdims", False)
        kind = writer.type(equation.arguments[0])
        if settings or len(equation.arguments) != 1 or kind is None or not kind.differentiable:
            return None
        text = f"{writer.named(function, name)}({writer.argument(equation.arguments[0])}, {writer.argument(axis)}"
        text += f", None, None, {bool(keepdims)})" if keepdims else ")"
        if not mean:
            return text
        count = math.prod(kind.shape) // max(math.prod(writer.program.types[equation.output].shape), 1)
        return f"{text} / {count}" if count else None

    return write


def _method(text: str) -> Special:
    """Write a call as a method of its first argument, where there are no settings."""

    def write(writer: Writer, equation: Equation) -> str | None:
        if equation.settings or any(type(each) is list for each in equation.arguments):
            return None
        first, *rest = (writer.argument(each) for each in equation.arguments)
        return text.format(first, ", ".join(rest))

    return write


def _transpose(writer: Writer, equation: Equation) -> str | None:
    if len(equation.arguments) == 1 and not equation.settings:
        return f"{writer.argument(equation.arguments[0])}.T"
    return None


def _product(writer: Writer, equation: Equation) -> str | None:
    turned = dict(equation.settings)
    texts = []
    for each, side in zip(equation.arguments, ("left", "right"), strict=True):
        kind = writer.type(each)
        back = ".T" if kind is not None and len(kind.shape) == 2 else ".swapaxes(-1, -2)"
        texts.append(f"{writer.argument(each)}{back if turned[side] else ''}")
    return " @ ".join(texts)


def _cast(writer: Writer, equation: Equation) -> str | None:
    x, wanted = equation.arguments
    kind = writer.type(x)
    if kind is None or (kind.dtype.startswith("complex") and not wanted.startswith("complex")):
        return None
    scalar = writer.named(np.dtype(wanted).type, f"numpy.{np.dtype(wanted).name}")
    return f"{scalar}({writer.argument(x)})" if kind.shape == () else f"{writer.argument(x)}.astype({scalar})"


def _expansion(writer: Writer, equation: Equation) -> str | None:
    return writer.call(writer.named(_expand, "gradwire.expand"), [writer.argument(each) for each in equation.arguments])


def _where(writer: Writer, equation: Equation) -> str | None:
    text = writer.call(writer.function("numpy.where"), [writer.argument(each) for each in equation.arguments])
    return f"{text}[()]" if writer.program.types[equation.output].shape == () else text


SPECIAL: Mapping[str, Special] = {
    "numpy.power": _square,
    "numpy.sum": _reducer(np.add.reduce, "numpy.add.reduce"),
    "numpy.mean": _reducer(np.add.reduce, "numpy.add.reduce", mean=True),
    "numpy.max": _reducer(np.maximum.reduce, "numpy.maximum.reduce"),
    "numpy.min": _reducer(np.minimum.reduce, "numpy.minimum.reduce"),
    "numpy.reshape": _method("{}.reshape({})"),
    "numpy.transpose": _transpose,
    "numpy.where": _where,
    "gradwire.product": _product,
    "gradwire.cast": _cast,
    "gradwire.expand": _expansion,
}
"""Primitives whose text depends on their arguments; None leaves the plain call."""
