"""Source transformation: the adjoint as readable Python, control flow as while, for and if, saved stacks in sight.

The text is for reading and is never compiled: what runs is the NumPy code of the same equations, none left out or
merged. Names are those that people gave, made into identifiers and told apart.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from engine.autodiff.adjoint import active_variables, adjoint
from engine.backends.listing import constant_text, infix_text, place_text
from engine.program.compose import select, used
from engine.program.program import Equation, Program, Var
from engine.program.structure import BRANCH, CALL, SCAN, STRUCTURAL, WHILE, Loop, programs_of, taken
from engine.types import shape_text

_NOT_WORD = re.compile(r"\W+")
_RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "np"))
_SPECIAL = re.compile(r"\b(nan|inf)\b")
_PLAIN = frozenset({"value", "result"})
"""Sockets and settings that a node's own name says enough of."""
_OUTER = re.compile(r"outer v(\d+)")
LONGEST = 40
"""Most characters of a name."""


def adjoint_source(program: Program, of: Var, wrt: Sequence[Var], labels: Mapping[str, str] | None = None) -> str:
    """Return a Python function that computes the outputs of `program` and the gradient of `of` by `wrt`, as text.

    `labels` are the names people gave to nodes, by id.
    """
    return source_of(program, of, wrt, labels).text


def source_of(program: Program, of: Var, wrt: Sequence[Var], labels: Mapping[str, str] | None = None) -> Printer:
    """Return the printer that wrote `adjoint_source`: its text, and where each line came from."""
    moving = active_variables(program.types, program.equations, wrt, program.functions)
    made = [each.output for each in program.equations if each.output in moving and each.output in program.types]
    every = adjoint(program, of, [*wrt, *made])
    first = len(program.outputs)
    bars = dict(zip((*wrt, *made), every.outputs[first:], strict=True))
    shown = select(every, every.outputs[: first + len(wrt)], every.names[: first + len(wrt)])
    printer = Printer(labels or {})
    printer.function(shown, "gradient", bars)
    return printer


def source(program: Program, labels: Mapping[str, str] | None = None, name: str = "program") -> str:
    """Return any program as a Python function, as text."""
    return Printer(labels or {}).function(program, name, {})


def identifier(name: str) -> str:
    """Return a name as a Python identifier that is no keyword and no builtin."""
    word = _NOT_WORD.sub("_", unicodedata.normalize("NFKC", name)).strip("_")[:LONGEST]
    if not word or word[0].isdigit():
        word = f"n_{word}" if word else "n"
    if word in _RESERVED:
        word += "_"
    return word if word.isidentifier() else "n"


class Printer:
    """Writes a program line by line; nested programs go into the statements that run them."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = labels
        self.lines: list[str] = []
        self.origins: list[str] = []
        """For each line the origin of the equation it belongs to, "" for none."""
        self.written: dict[int, tuple[str, str]] = {}
        """For each equation, by identity, the name of its result and its right-hand side."""
        self.constants: dict[str, Any] = {}
        """Constants that are too large to be written out, by the names they have in the text."""
        self.depth = 1
        self.taken: set[str] = set()
        self.names: dict[Var, str] = {}
        self.program: Program = Program((), {}, (), (), (), {})
        self.origin = ""

    def function(self, program: Program, name: str, bars: Mapping[Var, Var]) -> str:
        """Return the text of the whole function, those that it calls inside it."""
        self.program = program
        self._name_all(program, bars)
        head = f"def {name}({', '.join(self.names[each.var] for each in program.inputs)}):"
        for each in program.inputs:
            self.say(f"# {self.names[each.var]}: {each.role}, {each.type}")
        for called, inner in program.functions.items():
            self.definition(called, inner)
        self.body()
        self.say("")
        self.say(f"return {', '.join(map(self.argument, program.outputs))}")
        told = [
            f"    # {name}: constant, {each.dtype} {shape_text(each.shape)}" for name, each in self.constants.items()
        ]
        at = len(program.inputs)
        self.lines = [head, *self.lines[:at], *told, *self.lines[at:]]
        self.origins = ["", *self.origins[:at], *("" for _ in told), *self.origins[at:]]
        return self.text

    @property
    def text(self) -> str:
        """What has been written."""
        return "\n".join(self.lines) + "\n"

    def say(self, text: str) -> None:
        """Append a line at the depth in force."""
        self.lines.append(f"{'    ' * self.depth}{text}".rstrip())
        self.origins.append(self.origin if text else "")

    # ----- names -----

    def new(self, wanted: str) -> str:
        """Return an identifier like `wanted` that nothing is called yet."""
        word = base = identifier(wanted)
        number = 2
        while word in self.taken:
            word = f"{base}_{number}"
            number += 1
        self.taken.add(word)
        return word

    def label(self, node: str) -> str:
        """Return what people call a node."""
        return " ".join(self.labels.get(node, node).split())

    def _name_all(self, program: Program, bars: Mapping[Var, Var]) -> None:
        for each in program.inputs:
            node, dot, rest = each.name.partition(".")
            called = "" if rest in _PLAIN else f"{dot}{rest}"
            self.names[each.var] = self.new(f"{self.label(node)}{called}")
        for socket, var in program.sockets.items():
            if type(var) is Var and var not in self.names and var not in program.constants:
                self.names[var] = self.new(
                    self.label(socket.node) + ("" if socket.name in _PLAIN else f"_{socket.name}")
                )
        for var, bar in bars.items():
            if bar not in self.names and bar not in program.constants:
                self.names[bar] = self.new(f"{self.name(var)}_bar")

    def name(self, var: Var) -> str:
        """Return what a variable is called; it gets a name when first asked for."""
        if var not in self.names:
            self.names[var] = self.new(f"t{var.index}")
        return self.names[var]

    def argument(self, value: Any) -> str:
        """Return an argument as text."""
        if type(value) is Var:
            return self.constant(value) if value in self.program.constants else self.name(value)
        if type(value) in (tuple, list) and any(True for _ in used(value)):
            inner = ", ".join(map(self.argument, value))
            return f"({inner})" if type(value) is tuple else f"[{inner}]"
        return repr(value)

    def constant(self, var: Var) -> str:
        """Return a constant: its numbers where they are few, else a name."""
        if var in self.names:
            return self.names[var]
        text = constant_text(self.program.constants[var])
        if text.startswith("<"):
            self.names[var] = self.new("constant")
            self.constants[self.names[var]] = self.program.constants[var]
            return self.names[var]
        return _SPECIAL.sub(r"np.\1", text)

    # ----- equations -----

    def body(self) -> None:
        """Write the equations of the program at hand."""
        items = taken(self.program.equations)
        for equation in self.program.equations:
            if equation.primitive in STRUCTURAL:
                self.heading(equation)
                _WRITE.get(equation.primitive, _other)(self, equation, items[equation.output])
            elif equation.primitive != "autograd.container_take" or equation.arguments[0] not in items:
                self.heading(equation)
                name, expression = self.name(equation.output), self.expression(equation)
                self.written[id(equation)] = (name, expression)
                self.say(f"{name} = {expression}{self.comment(equation)}")

    def heading(self, equation: Equation) -> None:
        """Write the node an equation came from, where it is another than before."""
        if equation.origin != self.origin:
            self.origin = ""
            before, of, node = equation.origin.rpartition(" of ")
            if not self.lines or not self.lines[-1].endswith(":"):
                self.say("")
            self.origin = equation.origin
            self.say(f"# {before}{of}{self.label(node) or 'program'}")

    def comment(self, equation: Equation) -> str:
        """Return the shape of an equation's result as a comment, where it is no scalar, and whose memory it takes."""
        kind = self.program.types.get(equation.output)
        target = self.program.reuse.get(equation.output)
        place = "" if target is None else f", in the memory of {self.name(target)}"
        return f"  # {shape_text(kind.shape)}{place}" if kind is not None and kind.shape else ""

    def expression(self, equation: Equation) -> str:
        """Return the right-hand side of an equation."""
        arguments = [self.argument(each) for each in equation.arguments]
        short = place_text(equation, arguments, self.argument) or infix_text(equation, arguments)
        if short is not None:
            return short
        if equation.primitive == "gradwire.product":
            sides = zip(arguments, (turned for _, turned in equation.settings), strict=True)
            return " @ ".join(f"{text}.T" if turned else text for text, turned in sides)
        words = [*arguments, *(f"{key}={self.argument(value)}" for key, value in equation.settings)]
        family, _, called = equation.primitive.partition(".")
        return f"{'np.' if family == 'numpy' else ''}{called}({', '.join(words)})"

    # ----- nested programs -----

    @contextmanager
    def nested(self, program: Program, operands: Sequence[str]) -> Iterator[None]:
        """Within: another program is written, one level deeper, its inputs called as `operands` say."""
        outer = self.program, self.names, self.origin
        self.program = program
        self.names = dict(zip((each.var for each in program.inputs), operands, strict=True))
        for socket, var in program.sockets.items():
            if type(var) is Var and var not in self.names and var not in program.constants:
                self.names[var] = self.new(self.label(socket.node))
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1
            self.program, self.names, self.origin = outer

    def items(self, wanted: Mapping[int, Sequence[Var]], stems: Sequence[str]) -> list[str]:
        """Return names for all of a structural equation's values: of those that are taken their own, else new ones."""
        return [self.name(wanted[k][0]) if k in wanted else self.new(stem) for k, stem in enumerate(stems)]

    def copies(self, wanted: Mapping[int, Sequence[Var]]) -> None:
        """Write the further names of values that are taken several times."""
        for first, *rest in wanted.values():
            for var in rest:
                self.say(f"{self.name(var)} = {self.name(first)}")

    def assign(self, names: Sequence[str], values: Sequence[str]) -> None:
        """Write one assignment of several values, without those that stay."""
        pairs = [(name, value) for name, value in zip(names, values, strict=True) if name != value]
        if pairs:
            self.say(f"{', '.join(name for name, _ in pairs)} = {', '.join(value for _, value in pairs)}")

    def _outer(self, name: str) -> str:
        """Return what an input is called that stands for a variable around the function."""
        found = _OUTER.fullmatch(name)
        return self.names.get(Var(int(found[1])), name) if found else name

    def definition(self, name: str, program: Program) -> None:
        """Write a program as a function of this name."""
        operands = [self.new(self._outer(each.name)) for each in program.inputs]
        self.say("")
        self.say(f"def {identifier(self.label(name))}({', '.join(operands)}):")
        with self.nested(program, operands):
            self.body()
            self.say(f"return {', '.join(map(self.argument, program.outputs))}")


Wanted = Mapping[int, Sequence[Var]]


def _branch(printer: Printer, equation: Equation, wanted: Wanted) -> None:
    which, *operands = equation.arguments
    arms = [program for _, program in programs_of(equation)]
    names, chosen = [printer.argument(each) for each in operands], printer.argument(which)
    results = printer.items(wanted, ["unused"] * len(arms[0].outputs))
    heads = [f"if {chosen} <= 0:", *(f"elif {chosen} == {k}:" for k in range(1, len(arms) - 1)), "else:"]
    order = list(range(len(arms)))
    if len(arms) == 2:
        heads, order = [f"if {chosen}:", "else:"], [1, 0]
    for head, number in zip(heads, order, strict=True):
        printer.say(head)
        with printer.nested(arms[number], names):
            printer.body()
            printer.assign(results, [printer.argument(var) for var in arms[number].outputs])
            if not arms[number].outputs:
                printer.say("pass")
    printer.copies(wanted)


def _loop(printer: Printer, equation: Equation, wanted: Wanted) -> None:
    loop = Loop.of(equation)
    operands = [printer.argument(each) for each in loop.operands]
    first = loop.consts + loop.carry
    _name_carries(printer, loop, wanted)
    stems = [_carried(each.name) or "carried" for each in loop.body.inputs[loop.consts : first]]
    results = printer.items(wanted, [*stems, *["stack"] * loop.stacked])
    carries, stacks = results[: loop.carry], results[loop.carry :]
    number = printer.new("i")
    printer.assign(carries, operands[loop.consts : first])
    for stack in stacks:
        printer.say(f"{stack} = []  # saved in every iteration")
    given = [*operands[: loop.consts], *carries]
    if loop.condition is None:
        count = printer.argument(loop.count)
        printer.say(f"for {number} in {f'reversed(range({count}))' if loop.reverse else f'range({count})'}:")
    else:
        printer.say(f"{number} = 0")
        _head(printer, loop.condition, [*given, number])
    items = [printer.new(each.name) for each in loop.body.inputs[first:-1]]
    with printer.nested(loop.body, [*given, *items, number]):
        for item, sequence in zip(items, operands[first:], strict=True):
            printer.say(f"{item} = {sequence}[{number}]")
        printer.body()
        outputs = [printer.argument(var) for var in loop.body.outputs]
        for stack, value in zip(stacks, outputs[loop.carry :], strict=True):
            printer.say(f"{stack}.append({value})")
        printer.assign(carries, outputs[: loop.carry])
        if loop.condition is not None:
            printer.say(f"{number} += 1")
    for stack in stacks:
        printer.say(f"{stack} = np.array({stack}{'[::-1]' if loop.reverse else ''})")
    if loop.condition is not None and len(results) in wanted:
        printer.say(f"{printer.name(wanted[len(results)][0])} = {number}")
    printer.copies(wanted)


def _name_carries(printer: Printer, loop: Loop, wanted: Wanted) -> None:
    """Call what a loop carries by the names its body has for it, and the stacks of saved carries after them."""
    inputs = loop.body.inputs
    called = {each.var: _carried(each.name) for each in inputs[loop.consts : loop.consts + loop.carry]}
    for k, (var, *_) in wanted.items():
        if var not in printer.names and k < loop.carry + loop.stacked:
            name = called.get(inputs[loop.consts + k].var if k < loop.carry else loop.body.outputs[k])
            if name:
                printer.names[var] = printer.new(name if k < loop.carry else f"saved_{name}")


def _carried(name: str) -> str:
    """Return what a carry is called that people gave a name, "node.name" as its body's input; else ""."""
    return name.rpartition(".")[2] if " " not in name else ""


def _head(printer: Printer, condition: Program, given: Sequence[str]) -> None:
    """Write a while loop's head: its condition there, if it is one expression, else inside."""
    if len(condition.equations) == 1 and condition.equations[0].primitive not in STRUCTURAL:
        with printer.nested(condition, given):
            text = printer.expression(condition.equations[0])
        printer.say(f"while {text}:")
        return
    printer.say("while True:")
    with printer.nested(condition, given):
        printer.body()
        printer.say(f"if not {printer.argument(condition.outputs[0])}:")
        printer.say("    break")


def _call(printer: Printer, equation: Equation, wanted: Wanted) -> None:
    name = str(dict(equation.settings)["function"])
    count = 1 + max(wanted, default=0)
    inner = printer.program.functions.get(name)
    results = printer.items(wanted, ["unused"] * (len(inner.outputs) if inner is not None else count))
    operands = ", ".join(printer.argument(each) for each in equation.arguments)
    printer.say(f"{', '.join(results)} = {identifier(printer.label(name))}({operands})")
    printer.copies(wanted)


def _other(printer: Printer, equation: Equation, wanted: Wanted) -> None:
    """A primitive that walks its programs by a schedule of its own: they stand there as functions."""
    names = []
    for key, inner in programs_of(equation):
        name = printer.new(key)
        operands = [printer.new(each.name) for each in inner.inputs]
        printer.say(f"def {name}({', '.join(operands)}):")
        with printer.nested(inner, operands):
            printer.body()
            printer.say(f"return {', '.join(map(printer.argument, inner.outputs))}")
        names.append(name)
    results = printer.items(wanted, ["unused"] * (1 + max(wanted, default=0)))
    operands = [*names, *(printer.argument(each) for each in equation.arguments)]
    printer.say(f"{', '.join(results)} = {equation.primitive.rpartition('.')[2]}({', '.join(operands)})")
    printer.copies(wanted)


_WRITE: Mapping[str, Callable[[Printer, Equation, Wanted], None]] = {
    BRANCH: _branch,
    SCAN: _loop,
    WHILE: _loop,
    CALL: _call,
}
"""How each structural primitive is written."""
