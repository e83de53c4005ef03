"""What each approach leaves behind that one can read: a table, texts, and which node each line came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.autodiff.callbacks import callback_gradient
from engine.autodiff.source import Printer, source_of
from engine.autodiff.tangent import tangent
from engine.backends.interpret import interpret
from engine.program.passes import savings, stable
from engine.program.program import Equation, Program, Var
from engine.types import shape_text

ROWS: Final = 2_000
"""Most operations of one run that are shown."""
DEEPEST: Final = 30
"""Nesting deeper than this is no further indented."""


@dataclass(frozen=True, slots=True)
class Section:
    """A text; `origins` says for each line which equation's origin it has ("" for none)."""

    title: str
    text: str
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artefact:
    """What an approach leaves behind: a table (`origins` by row), sections of text, or both."""

    approach: str
    title: str
    sentence: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    origins: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


class Subject(NamedTuple):
    """What is differentiated: a program at values, its scalar `of` by the inputs `wrt`; labels of nodes by id."""

    program: Program
    of: Var
    wrt: tuple[Var, ...]
    values: Sequence[Any]
    labels: Mapping[str, str]


def artefact(subject: Subject, approach: str) -> Artefact:
    """Return the artefact of an approach; raise GradwireError where the program cannot be differentiated so."""
    return _MAKE[approach](subject)


def number_text(value: Any) -> str:
    """Return a value as people read it: a number, a few numbers, or the range of many."""
    array = np.asarray(value)
    if array.dtype.kind == "b" and array.ndim == 0:
        return str(bool(array))
    if array.size == 0:
        return f"{shape_text(array.shape)} empty"
    if array.size <= 4:
        return " ".join(str(np.vectorize(_digits, otypes=[object])(array)[()]).replace("'", "").split())
    if array.dtype.kind == "c":
        return f"{shape_text(array.shape)} {_digits(array.flat[0])} …"
    return f"{shape_text(array.shape)} {_digits(array.min())} … {_digits(array.max())}"


def _digits(number: Any) -> str:
    plain = number.item() if isinstance(number, np.generic) else number
    if isinstance(plain, complex):
        return f"{plain.real:.6g}{plain.imag:+.6g}j"
    return f"{plain + 0.0:.6g}" if isinstance(plain, float) else str(plain)  # no minus before a zero


# ----- one run, watched -----


@dataclass(slots=True)
class _Call:
    """One operation of a run: how deep it lies, what it gave, and what came back."""

    equation: Equation
    depth: int
    value: Any
    g: Any = None
    shares: Mapping[Var, Any] = field(default_factory=dict)


class _Watcher:
    """Writes down the operations of a run, in the order in which they are called, up to ROWS."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []
        self.total = 0
        self._open: list[_Call | None] = []

    def forward(self, equation: Equation, value: Any) -> None:
        """An operation has its result."""
        self.total += 1
        call = _Call(equation, len(self._open), value) if len(self.calls) < ROWS else None
        if call is not None:
            self.calls.append(call)
        self._open.append(call)

    def backward(self, equation: Equation, g: Any, shares: Mapping[Var, Any]) -> None:
        """The rest has come back."""
        call = self._open.pop()
        if call is not None:
            call.g, call.shares = g, dict(shares)


def _watched(subject: Subject) -> tuple[_Watcher, dict[int, tuple[str, str]], dict[tuple[int, Var], str]]:
    """Return the calls of one run, and for each equation its name and right-hand side, and its arguments' names."""
    watcher = _Watcher()
    callback_gradient(subject.program, subject.of, subject.wrt, watcher)(subject.values)
    printer = _NamingPrinter(subject.labels)
    printer.function(subject.program, "program", {})
    return watcher, printer.written, printer.called


class _NamingPrinter(Printer):
    """Remembers what the arguments of each equation are called where it stands."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        super().__init__(labels)
        self.called: dict[tuple[int, Var], str] = {}

    def expression(self, equation: Equation) -> str:
        """Return the right-hand side of an equation."""
        for each in equation.arguments:
            for var in each if type(each) in (tuple, list) else (each,):
                if type(var) is Var:
                    self.called[id(equation), var] = self.argument(var)
        return super().expression(equation)


def _more(watcher: _Watcher) -> str:
    return f" The first {ROWS:,} of {watcher.total:,} are shown." if watcher.total > ROWS else ""


# ----- the five -----


def _tape(subject: Subject) -> Artefact:
    watcher, written, _ = _watched(subject)
    rows = []
    for number, call in enumerate(watcher.calls):
        name, expression = written[id(call.equation)]
        back = "" if call.g is None else _cotangent(call.g)
        rows.append((str(number), f"{name} = {expression}", _value(call.value), back, _node(subject, call.equation)))
    return Artefact(
        "tape",
        "The tape",
        "One run, call by call as it happened, loops and branches included; read downwards for the values, upwards for "
        f"the cotangents.{_more(watcher)}",
        ("#", "call", "value", "cotangent", "node"),
        tuple(rows),
        tuple(call.equation.origin for call in watcher.calls),
    )


def adjoint_text(subject: Subject) -> Section:
    """Return the program with its adjoint as text, before any pass."""
    return _section("Before the passes", adjoint(subject.program, subject.of, subject.wrt), subject)


def _static(subject: Subject) -> Artefact:
    steady = stable(subject.program)
    whole = adjoint(steady, subject.of, subject.wrt)
    sections = [adjoint_text(subject)]
    rows, origins, last = [], [], whole
    for each in savings(whole):
        saved = each.equations[0] - each.equations[1], each.bytes[0] - each.bytes[1]
        rows.append(
            (each.name, f"{each.equations[1]:,}", f"{saved[0]:,}", f"{each.bytes[1]:,}", f"{saved[1]:,}", each.sentence)
        )
        origins.append("")
        if _text_changed(last, each.program):
            sections.append(_section(f"After {each.name}", each.program, subject))
        last = each.program
    return Artefact(
        "static",
        "The program and its passes",
        "The adjoint is a program as well; passes simplify both together before anything runs.",
        ("pass", "equations", "saved", "bytes", "saved", "what it does"),
        tuple(rows),
        tuple(origins),
        tuple(sections),
    )


def _text_changed(before: Program, after: Program) -> bool:
    return (
        bool(after.reuse)
        or len(before.equations) != len(after.equations)
        or any(one is not other for one, other in zip(before.equations, after.equations, strict=True))
    )


def _section(title: str, program: Program, subject: Subject) -> Section:
    printer = Printer(subject.labels)
    bars = dict(zip(subject.wrt, program.outputs[len(subject.program.outputs) :], strict=True))
    return Section(title, printer.function(program, "gradient", bars), tuple(printer.origins))


def _source(subject: Subject) -> Artefact:
    printer = source_of(subject.program, subject.of, subject.wrt, subject.labels)
    return Artefact(
        "source",
        "The adjoint as source",
        "The same function again with its derivative behind it, by the names of the graph; loops walk back over what "
        "they saved.",
        sections=(Section("gradient", printer.text, tuple(printer.origins)),),
    )


def _callbacks(subject: Subject) -> Artefact:
    watcher, written, called = _watched(subject)
    lines: list[tuple[str, str]] = []
    waiting: list[_Call] = []

    def close(depth: int) -> None:
        while waiting and waiting[-1].depth >= depth:
            call = waiting.pop()
            shares = [f"{called[id(call.equation), var]}_bar += {_cotangent(g)}" for var, g in call.shares.items()]
            bar = "│ " * min(call.depth, DEEPEST)
            if shares:
                lines.append((f"{bar}└ {', '.join(shares)}", call.equation.origin))

    for call in watcher.calls:
        close(call.depth)
        name, expression = written[id(call.equation)]
        bar = "│ " * min(call.depth, DEEPEST)
        lines.append((f"{bar}{name} = {expression}  →  {_value(call.value)}", call.equation.origin))
        waiting.append(call)
    if watcher.total <= ROWS:
        deepest = min(len(watcher.calls), DEEPEST)
        lines.append((f"{'│ ' * deepest}the end is reached: 1 goes back", ""))
    close(0)
    return Artefact(
        "callbacks",
        "The nesting of callbacks",
        f"Each operation calls the rest of the program inside it, and adds to its arguments' cotangents (└) when that "
        f"has come back.{_more(watcher)}",
        sections=(Section("calls", "\n".join(line for line, _ in lines) + "\n", tuple(origin for _, origin in lines)),),
    )


def _forward(subject: Subject) -> Artefact:
    program, wrt = subject.program, subject.wrt[:1]
    shown = [each.var for each in program.inputs if each.type.differentiable]
    shown += [each.output for each in program.equations if each.output in program.types]
    every = replace(
        program, outputs=tuple(shown), names=tuple(f"{var.index}" for var in shown), sockets=program.sockets
    )
    forward = tangent(every, wrt)
    seed = np.zeros(program.types[wrt[0]].shape, program.types[wrt[0]].dtype)
    if seed.size:
        seed.flat[0] = 1
    known = interpret(forward, [*subject.values, seed])
    printer = Printer(subject.labels)
    printer.function(program, "program", {})
    written = {each.output: (*printer.written.get(id(each), ("", "")), each.origin) for each in program.equations}
    tangents = dict(zip(shown, forward.outputs[len(shown) :], strict=True))
    rows, origins = [], []
    for var in shown:
        name, expression, origin = written.get(var, ("", "", ""))
        kind = program.types[var]
        moved = _value(known[tangents[var]]) if kind.differentiable else ""
        rows.append((name or printer.name(var), expression, _value(known[var]), moved))
        origins.append(origin)
    label = printer.name(wrt[0])
    place = "" if seed.ndim == 0 else f"[{', '.join('0' * seed.ndim)}]"
    return Artefact(
        "forward",
        "Dual numbers",
        f"Every value with its tangent, in one pass: how fast it grows with {label}{place}. A whole gradient takes one "
        "such pass for every number of the parameters.",
        ("variable", "computed as", "value", f"tangent by {label}{place}"),
        tuple(rows),
        tuple(origins),
    )


def _value(value: Any) -> str:
    return "several arrays" if isinstance(value, list | tuple) else number_text(value)


def _cotangent(g: Any) -> str:
    return "several arrays" if isinstance(g, dict) else "" if g is None else number_text(g)


def _node(subject: Subject, equation: Equation) -> str:
    return " ".join(subject.labels.get(equation.origin, equation.origin).split())


_MAKE: Final[Mapping[str, Callable[[Subject], Artefact]]] = {
    "static": _static,
    "tape": _tape,
    "source": _source,
    "callbacks": _callbacks,
    "forward": _forward,
}
