"""Wrong derivatives, made systematically out of the right ones: what the gradient test is measured by.

Two kinds. A *rule mutant* is a change to the text of one derivative rule (engine/autodiff/*rules.py): a sign, an
operator, a number, a dropped term, swapped branches or operands, a missing unbroadcast, transpose or conjugate. An
*operator mutant* has the operator's own values, and derivatives that are wrong: by a sign, by one per cent, or lacking
one input's share.
"""

from __future__ import annotations

import ast
import copy
import inspect
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy
from autograd.tracer import isbox

from engine.autodiff import own_rules, rules, tangent_rules
from engine.autodiff.adjoint import active_variables
from engine.operator import Kind, Operator
from engine.program.primitives import stand_for, stop
from engine.program.program import Var
from nodes.library import LIBRARY
from tests.engine.autodiff.primitive_examples import EXAMPLES
from tests.engine.operator_checks import cases, check_operator, weights

MODULES = (rules, own_rules, tangent_rules)
TABLES = ("VJP", "JVP")
TRIED = 5
"""How many operators a rule mutant is tried on before it counts as a survivor."""


@dataclass(frozen=True)
class Mutant:
    """A wrong derivative: what was changed, and how it is tried: `caught` returns whether a check fails."""

    name: str
    caught: Callable[[], bool]


def fails(check: Callable[[], None]) -> bool:
    """Return whether a check finds a fault: any exception but one that ends the test run."""
    try:
        with numpy.errstate(all="ignore"):
            check()
    except Exception:
        return True
    return False


# ----- operators -----


def traced_operators() -> Iterator[Operator]:
    """Yield the operators that have derivatives."""
    for declared in LIBRARY.values():
        if declared.kind in (Kind.FUNCTION, Kind.RANDOM, Kind.STATEFUL, Kind.BATCH):
            yield declared


@cache
def moved_inputs(id: str) -> tuple[str, ...]:
    """Return the inputs by which an operator's derivative is not zero at all of its samples."""
    found: dict[str, None] = {}
    for case in cases(LIBRARY[id]):
        if not any(pair is not None for pair in weights(case)):
            continue
        active = active_variables(case.program.types, case.program.equations, case.variables)
        if not active & set(case.program.outputs):
            continue
        names = [name for name, kind in zip(case.socket_names, case.types, strict=False) if kind in case.types]
        for number in case.moved:
            if number < len(names):
                found.setdefault(names[number].partition(".")[0])
    return tuple(found)


def operator_mutants() -> Iterator[Mutant]:
    """Yield operators with the right values and wrong derivatives."""
    for declared in traced_operators():
        moved = () if declared.surrogate else moved_inputs(declared.id)
        if moved:
            for what, factor in (("sign", -1.0), ("one per cent", 1.01)):
                yield _operator_mutant(declared, what, lambda x, factor=factor: factor * x, None)
        if len(moved) > 1:
            for name in moved:
                yield _operator_mutant(declared, f"nothing by {name}", None, name)


def _operator_mutant(
    declared: Operator, what: str, changed: Callable[[Any], Any] | None, dropped: str | None
) -> Mutant:
    skip = len(inspect.signature(declared.function).parameters) - len(declared.inputs) - len(_keywords(declared))
    places = [k for k, each in enumerate(declared.inputs) if each.name == dropped]

    def wrong(*arguments: Any, **settings: Any) -> Any:
        found = declared.function(*arguments, **settings)  # type: ignore[misc]
        if changed is not None:
            return _models(declared, found, found, changed)
        held = list(arguments)
        last = len(held) if declared.inputs[places[0]].variadic else skip + places[0] + 1
        for k in range(skip + places[0], min(last, len(held))):
            held[k] = _stopped(held[k])
        return _models(declared, found, declared.function(*held, **settings), lambda x: x)  # type: ignore[misc]

    wrong.__signature__ = inspect.signature(declared.function)  # type: ignore[attr-defined]
    return Mutant(f"{declared.id}: {what}", lambda: fails(lambda: check_operator(replace(declared, function=wrong))))


def _keywords(declared: Operator) -> list[str]:
    parameters = inspect.signature(declared.function).parameters.values()  # type: ignore[arg-type]
    return [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]


def _stopped(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_stopped, value))
    if isinstance(value, Mapping):
        return {name: _stopped(each) for name, each in value.items()}
    return stop(value) if isbox(value) else value


def _models(declared: Operator, value: Any, model: Any, changed: Callable[[Any], Any]) -> Any:
    """Return a structure of values with the derivatives of models."""
    if declared.kind is Kind.STATEFUL:
        return _models(replace(declared, kind=Kind.FUNCTION), value[0], model[0], changed), value[1]
    if isinstance(value, tuple):
        return tuple(_models(declared, a, b, changed) for a, b in zip(value, model, strict=True))
    if isinstance(value, Mapping):
        return {name: _models(declared, value[name], model[name], changed) for name in value}
    if not isbox(value) or numpy.dtype(value.dtype).kind not in "fc":
        return value
    return stand_for(stop(value), changed(model))


# ----- rules -----


@cache
def users() -> Mapping[str, tuple[str, ...]]:
    """Return which operators differentiate through each primitive, the shortest programs first."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for declared in traced_operators():
        for case in cases(declared):
            if not case.variables or not any(pair is not None for pair in weights(case)):
                continue
            active = active_variables(case.program.types, case.program.equations, case.variables)
            for equation in case.program.equations:
                if any(type(each) is Var and each in active for each in equation.arguments):
                    cost = len(case.program.equations) + 3 * len(declared.samples)
                    known = found[equation.primitive].get(declared.id, cost)
                    found[equation.primitive][declared.id] = min(known, cost)
    return {name: tuple(sorted(by, key=lambda id: (by[id], id))) for name, by in found.items()}


class _Change(ast.NodeTransformer):
    """Applies the change of one number to a tree; without a number it counts the changes."""

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted = wanted
        self.count = 0
        self.places: list[tuple[str, int]] = []
        self.arbitrary: set[int] = set()  # numbers that stand where a result is not used: where(x == 0, 1.0, x)

    def visit(self, node: ast.AST) -> ast.AST:
        guarding = [each for each in node.args if isinstance(each, ast.Constant)] if _called(node, "where") else []
        self.arbitrary.update(map(id, guarding))  # type: ignore[attr-defined]
        for what, make in CHANGES:
            changed = make(node)
            if changed is not None and id(node) not in self.arbitrary:
                self.places.append((what, node.lineno))  # type: ignore[attr-defined]
                self.count += 1
                if self.wanted == self.count - 1:
                    return ast.copy_location(changed, node)
        return self.generic_visit(node)


def _called(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Name) and node.func.id in names)
        or (isinstance(node.func, ast.Attribute) and node.func.attr in names)
    )


def _operation(node: ast.AST, old: type[ast.operator], new: type[ast.operator]) -> ast.AST | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, old) and not isinstance(node.left, ast.Constant):
        return ast.BinOp(node.left, new(), node.right)
    return None


CHANGES: Sequence[tuple[str, Callable[[Any], ast.AST | None]]] = (
    ("minus for plus", lambda n: _operation(n, ast.Add, ast.Sub) if _arithmetic(n) else None),
    ("plus for minus", lambda n: _operation(n, ast.Sub, ast.Add) if _arithmetic(n) else None),
    ("dropped term", lambda n: n.left if _arithmetic(n) and isinstance(n.op, ast.Add | ast.Sub) else None),
    ("divided for times", lambda n: _operation(n, ast.Mult, ast.Div) if _arithmetic(n) else None),
    ("dropped factor", lambda n: n.left if _arithmetic(n) and isinstance(n.op, ast.Mult | ast.Div) else None),
    ("missing sign", lambda n: n.operand if isinstance(n, ast.UnaryOp) and isinstance(n.op, ast.USub)
     and not isinstance(n.operand, ast.Constant) else None),
    ("wrong branch", lambda n: ast.Call(n.func, [n.args[0], n.args[2], n.args[1]], [])
     if _called(n, "where") and len(n.args) == 3 else None),
    ("missing unbroadcast", lambda n: n.args[0] if _called(n, "unbroadcast") else None),
    ("missing transpose", lambda n: n.args[0] if _called(n, "_t", "_h", "swapaxes", "transpose") and n.args else None),
    ("missing conjugate", lambda n: n.args[0] if _called(n, "conj") else None),
    ("swapped operands", lambda n: ast.Call(n.func, [n.args[1], n.args[0], *n.args[2:]], n.keywords)
     if _called(n, "matmul", "solve", "correlate", "contract") and len(n.args) > 1
     and not any(isinstance(each, ast.Starred) for each in n.args[:2]) else None),
    ("other number", lambda n: ast.Constant(n.value * 2) if isinstance(n, ast.Constant) and type(n.value) is float
     and n.value not in (0.0,) else None),
)  # fmt: skip
"""What is changed, and how: a node of the syntax tree -> another in its place, or None."""


def _arithmetic(node: ast.AST) -> bool:
    """Whether a node is arithmetic on arrays: not on shapes, ranks and lengths, whose faults end in wrong shapes."""
    if not isinstance(node, ast.BinOp):
        return False
    text = ast.unparse(node)
    shapes = ("shape", "len(", "ndim", "rank", "axis", "range", "step", "extra", "offset", "size", "letters", "known",
              "number", "below", "above", "tuple(", "rows +", "columns +", "'", "*_", "apart")  # fmt: skip
    return not any(word in text for word in shapes)


@dataclass(frozen=True)
class Rewrite:
    """One change to the text of a module of rules."""

    module: ModuleType
    number: int
    what: str
    line: int


@cache
def rewrites() -> tuple[Rewrite, ...]:
    """Return every change that can be made to the modules of rules."""
    found = []
    for module in MODULES:
        counting = _Change()
        counting.visit(_tree(module))
        found += [Rewrite(module, k, what, line) for k, (what, line) in enumerate(counting.places)]
    return tuple(found)


@cache
def _source(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def _tree(module: ModuleType) -> ast.Module:
    """Return a module's tree without the calls at its top, so that running it teaches autograd nothing."""
    tree = copy.deepcopy(_source(module))
    tree.body = [each for each in tree.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Call))]
    return tree


def _run(module: ModuleType, tree: ast.Module) -> dict[str, Any]:
    ast.fix_missing_locations(tree)
    namespace: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(tree, f"<mutant of {module.__name__}>", "exec"), namespace)
    return namespace


def affected(module: ModuleType, line: int) -> list[tuple[str, str]]:
    """Return the rules (table, primitive) whose code, or code that it calls, stands on a line of a module."""
    return [
        (table, name)
        for table in TABLES
        for name, own in getattr(module, table, {}).items()
        if not callable(own)
        for rule in itertools.islice(iter(own), 8) if rule is not None
        if any(_spans(code, line) for code in _codes(module, rule))
    ]  # fmt: skip


def _spans(code: CodeType, line: int) -> bool:
    lines = [number for _, _, number in code.co_lines() if number]
    return bool(lines) and min(lines) <= line <= max(lines)


def _codes(module: ModuleType, rule: Any) -> list[CodeType]:
    """Return the code of a rule and of the functions of its module that it may call."""
    found: dict[CodeType, None] = {}
    waiting = [rule]
    while waiting:
        each = waiting.pop()
        code = each if isinstance(each, CodeType) else getattr(each, "__code__", None)
        if code is None or code in found or not code.co_filename.endswith(module.__name__.replace(".", "/") + ".py"):
            continue
        found[code] = None
        waiting += [const for const in code.co_consts if isinstance(const, CodeType)]
        waiting += [getattr(module, name, None) for name in code.co_names]
        if isinstance(each, FunctionType):
            waiting += [cell.cell_contents for cell in each.__closure__ or ()]
    return list(found)


def rule_mutants() -> Iterator[Mutant]:
    """Yield rules with one change in their text."""
    for each in rewrites():
        keys = affected(each.module, each.line)
        if keys:
            short = each.module.__name__.rpartition(".")[2]
            text = inspect.getsource(each.module).splitlines()[each.line - 1].strip()
            yield Mutant(
                f"{short}:{each.line} {each.what} ({keys[0][0]} of {keys[0][1]}): {text}",
                lambda each=each, keys=keys: _tried(each, keys),
            )


def _tried(change: Rewrite, keys: Sequence[tuple[str, str]]) -> bool:
    """Return whether the operators that use the changed rules, or the primitives' own test, find the fault."""
    from tests.engine.autodiff.test_every_primitive import check

    tree = _Change(change.number).visit(_tree(change.module))
    wrong = _run(change.module, tree)  # type: ignore[arg-type]
    before = {table: dict(getattr(rules, table)) for table in TABLES}
    names = list(dict.fromkeys(name for _, name in keys))
    try:
        for table, name in keys:
            getattr(rules, table)[name] = wrong[table][name]
        for name in names:
            for id in users().get(name, ())[:TRIED]:
                if fails(lambda id=id: check_operator(LIBRARY[id])):
                    return True
        return any(
            fails(lambda name=name, example=example: check(name, example))
            for name in names
            for example in EXAMPLES.get(name, ())
        )
    finally:
        for table in TABLES:
            getattr(rules, table).clear()
            getattr(rules, table).update(before[table])


def mutants() -> list[Mutant]:
    """Return all mutants, always in the same order."""
    return [*rule_mutants(), *operator_mutants()]
