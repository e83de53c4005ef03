"""A graph's loss as a standalone script, in NumPy with autograd or in JAX.

The script gives the same loss and gradients. What people typed stands in it as checked identifiers and quoted literals
only; Gradwire writes the text and never runs it.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.autodiff.source import Printer
from engine.binding import bind
from engine.errors import LoweringError
from engine.evaluate import loss_program
from engine.prepare import Prepared
from engine.program.custom import program_of, refuses
from engine.program.program import Equation, Program, Var

LARGEST: Final = 2_000_000
"""Most numbers that are written into a script."""
WIDTH: Final = 118


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a script is written in."""

    title: str
    helpers: tuple[str, ...]
    imports: tuple[str, ...]
    needs: str
    gradient: str


DIALECTS: Final[Mapping[str, Dialect]] = {
    "numpy": Dialect(
        "NumPy and autograd",
        ("autograd_helpers", "common_helpers"),
        ("import autograd.numpy as np", "import numpy as onp", "from autograd import value_and_grad",
         "from autograd.extend import defvjp, primitive"),
        "pip install numpy autograd scipy",
        "value_and_grad(lambda parameters: loss(*parameters))(START)",
    ),
    "jax": Dialect(
        "JAX",
        ("jax_helpers", "common_helpers"),
        ("from functools import partial", "", "import jax", "import jax.numpy as np", "import numpy as onp", "",
         'jax.config.update("jax_enable_x64", True)'),
        "pip install jax",
        "jax.value_and_grad(loss, argnums=tuple(range(len(START))))(*map(np.asarray, START))",
    ),
}  # fmt: skip
"""By the word people choose it with."""


def script(
    prepared: Prepared,
    dialect: str = "numpy",
    *,
    title: str = "graph",
    parameters: Mapping[str, Any] | None = None,
    optimizer: str | None = None,
) -> str:
    """Return the text of a script that computes the loss of an optimizer (default: the first) and its gradients at
    `parameters` (default: the start values).

    Data, settings, random keys and the minibatch of the first step stand in it as numbers. Raise GradwireError where
    there is no loss, or where the graph uses what a script cannot.
    """
    how = DIALECTS[dialect]
    loss = loss_program(prepared, optimizer)
    values = bind(loss.program, prepared, {**prepared.parameters, **(parameters or {})}, step=prepared.step)
    labels = {id: node.name for id, node in prepared.graph.nodes.items() if node.name}
    return _Script(loss.program, [each.var for each in loss.inputs], values, labels, how, title).text()


class _Script:
    """Puts the parts of a script together."""

    def __init__(
        self, program: Program, wrt: Sequence[Var], values: Sequence[Any], labels: Mapping[str, str], how: Dialect,
        title: str,
    ) -> None:  # fmt: skip
        self.program, self.wrt, self.how, self.title = program, wrt, how, title
        self.values = {each.var: value for each, value in zip(program.inputs, values, strict=True)}
        self.printer = ScriptPrinter(labels, how)

    def text(self) -> str:
        """Return the whole text."""
        program, printer = self.program, self.printer
        _require_small([*self.values.values(), *program.constants.values()])
        body = printer.loss(program, self.wrt)
        fixed = [each for each in program.inputs if each.var not in self.wrt]
        lines = [
            _docstring(f"{self.title}: the loss of a graph and its gradients, in {self.how.title}."),
            f"# Needs: {self.how.needs}",
            "",
            "import json",
            "",
            *self.how.imports,
            "",
        ]
        for name in printer.helpers:
            lines += ["", *helpers(self.how)[name].splitlines(), ""]
        lines += ["", *(f"{printer.names[each.var]} = {_literal(self.values[each.var])}" for each in fixed)]
        lines += [f"{name} = {_literal(value)}" for name, value in printer.constants.items()]
        names = [printer.names[var] for var in self.wrt]
        lines += ["", "START = ("]
        lines += [f"    {_literal(self.values[var])}," for var in self.wrt]
        lines += [")", "", "", body.rstrip(), "", "", 'if __name__ == "__main__":']
        lines += [f"    value, gradients = {self.how.gradient}"] if names else ["    value, gradients = loss(), ()"]
        lines += [
            f"    names = {names!r}",
            "    found = {name: onp.asarray(each).tolist() for name, each in zip(names, gradients)}",
            '    print(json.dumps({"loss": float(value), "gradients": found}))',
            "",
        ]
        return "\n".join(lines)


class ScriptPrinter(Printer):
    """Writes the loss so that it runs: every constant in full, every function by a name the script has."""

    def __init__(self, labels: Mapping[str, str], how: Dialect) -> None:
        super().__init__(labels)
        self.how = how
        self.helpers: dict[str, None] = {}
        self.constants: dict[str, Any] = {}
        self._known: dict[int, str] = {}
        self.taken |= {"onp", "json", "jax", "value_and_grad", "loss", "START", "partial", "primitive", "defvjp"}
        self.taken |= set(helpers(how))

    def loss(self, program: Program, wrt: Sequence[Var]) -> str:
        """Return the text of the function `loss`, of the parameters alone."""
        self.program = program
        self._name_all(program, {})
        for called, inner in program.functions.items():
            self.definition(called, inner)
        self.body()
        self.say("")
        self.say(f"return {self.argument(program.outputs[0])}")
        head = f"def loss({', '.join(self.names[var] for var in wrt)}):"
        return "\n".join([head, *self.lines]) + "\n"

    def label(self, node: str) -> str:
        """Return what people call a node, in characters that can stand in a comment."""
        return "".join(each for each in super().label(node) if each.isprintable())

    def argument(self, value: Any) -> str:
        """Return an argument as text; constants by a name of their own."""
        if type(value) is Var and value in self.program.constants and value not in self.names:
            array = np.asarray(self.program.constants[value])
            if array.shape == () and array.dtype.name in ("float64", "int64", "bool"):
                return _literal(array)
            return self._constant(array, id(self.program.constants[value]))
        if isinstance(value, np.ndarray):
            return self._constant(value, id(value))
        if isinstance(value, float) and not np.isfinite(value):
            return f'float("{value}")'
        return super().argument(value)

    def _constant(self, array: Any, key: int) -> str:
        if key not in self._known:
            self._known[key] = self.new("constant")
            self.constants[self._known[key]] = array
        return self._known[key]

    def expression(self, equation: Equation) -> str:
        """Return the right-hand side of an equation."""
        special = SPECIAL.get(equation.primitive)
        if special is not None:
            text: str = special(self, equation)
            return text
        if not equation.primitive.startswith("numpy."):
            self.need(equation)
        return super().expression(equation)

    def need(self, equation: Equation) -> None:
        """Bring in the helper that an equation calls, and what it calls."""
        name = equation.primitive.rpartition(".")[2]
        if equation.primitive in ("gradwire.index", "autograd.container_take"):
            return
        if name not in helpers(self.how):
            raise LoweringError(f"the function {name} cannot be written into a script", node=equation.origin or None)
        self.bring(name)

    def bring(self, name: str) -> None:
        """Bring in a helper and the helpers it calls."""
        for each in _called(self.how, name):
            self.bring(each)
        self.helpers.setdefault(name)


def _array_of(printer: ScriptPrinter, equation: Equation) -> str:
    _, settings, *parts = equation.arguments
    printer.bring("array_of")
    dtype = dict(settings).get("dtype") if settings else None
    more = "" if dtype is None else f", {np.dtype(dtype).name!r}"
    return f"array_of([{', '.join(map(printer.argument, parts))}]{more})"


def _array_of_one(printer: ScriptPrinter, equation: Equation) -> str:
    shape = printer.program.types[equation.output].shape
    return f"np.reshape({printer.argument(equation.arguments[2])}, {shape!r})"


def _joined(printer: ScriptPrinter, equation: Equation) -> str:
    axis, *parts = equation.arguments
    return f"np.concatenate([{', '.join(map(printer.argument, parts))}], axis={axis})"


def _product(printer: ScriptPrinter, equation: Equation) -> str:
    turned = [value for _, value in equation.settings]
    texts = [f"{printer.argument(x)}{'.T' if turn else ''}" for x, turn in zip(equation.arguments, turned, strict=True)]
    return " @ ".join(texts)


def _where(printer: ScriptPrinter, equation: Equation) -> str:
    types = printer.program.types
    shape = types[equation.output].shape
    condition, *sides = equation.arguments
    texts = [printer.argument(each) for each in (condition, *sides)]
    if all(type(each) is not Var or types[each].shape == shape for each in sides):
        return f"np.where({', '.join(texts)})"
    printer.bring("select")
    return f"select({', '.join(texts)}, {shape!r})"


def _custom(printer: ScriptPrinter, equation: Equation) -> str:
    """Write the program that is a value's derivative as a function, and the value with it."""
    settings = dict(equation.settings)
    if refuses(settings["rule"]):
        return printer.argument(equation.arguments[0])
    back = program_of(settings["rule"])
    if back is None:
        called = settings["rule"]
        sentence = f"the operator {called} has a derivative of its own, which cannot be written into a script"
        raise LoweringError(sentence, node=equation.origin or None)
    printer.bring("custom")
    name = printer.new(f"cotangent_of_{printer.name(equation.output)}")
    origin = printer.origin
    printer.definition(name, back)
    printer.origin = origin
    return f"custom({', '.join(map(printer.argument, equation.arguments))}, {name})"


SPECIAL: Final[Mapping[str, Any]] = {
    "autograd.array_from_args": _array_of,
    "autograd.array_from_scalar_or_array": _array_of_one,
    "autograd.concatenate_args": _joined,
    "gradwire.custom": _custom,
    "gradwire.product": _product,
    "numpy.where": _where,
}
"""Primitives that are written another way than as a call of their name."""


@lru_cache(maxsize=8)
def helpers(how: Dialect) -> Mapping[str, str]:
    """Return the text of each helper by its name, decorators and rules included."""
    found: dict[str, str] = {}
    for module in how.helpers:
        spec = importlib.util.find_spec(f"engine.export.{module}")
        assert spec is not None and spec.origin is not None  # noqa: S101 - our own modules
        text = Path(spec.origin).read_text(encoding="utf-8")
        last = ""
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                found[node.name] = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
                last = node.name
            elif last and isinstance(node, ast.Expr):
                found[last] += "\n\n\n" + "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
    return found


@lru_cache(maxsize=512)
def _called(how: Dialect, name: str) -> tuple[str, ...]:
    """Return which helpers a helper calls."""
    used = {node.id for node in ast.walk(ast.parse(helpers(how)[name])) if isinstance(node, ast.Name)}
    return tuple(sorted(used & set(helpers(how)) - {name}))


def _docstring(sentence: str) -> str:
    """Return a sentence, with its point, as a docstring on one line: quotes in it read as they were written."""
    words = " ".join(sentence.split()).replace("\\", r"\\").replace('"""', r"\"\"\"")
    return f'"""{"".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)}"""'


def _require_small(values: Sequence[Any]) -> None:
    total = sum(int(np.size(value)) for value in values)
    if total > LARGEST:
        raise LoweringError(f"the graph's data are {total} numbers; a script holds at most {LARGEST}")


def _literal(value: Any) -> str:
    """Return an array or number as text that gives it back to the last bit."""
    array = np.asarray(value)
    if array.shape == () and array.dtype.name in ("float64", "int64", "bool") and np.isfinite(array):
        return repr(array.item())
    listed = repr(array.tolist()).replace("nan", "onp.nan").replace("inf", "onp.inf")
    return f'onp.array({listed}, dtype="{array.dtype.name}")'
