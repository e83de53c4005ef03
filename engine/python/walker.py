"""The walker: goes through a text's syntax tree once, as Python would, and records what the text does with arrays.

What is known before running (numbers, tuples, functions, shapes) is computed on the way; what depends on arrays is
recorded. A test on an array becomes a branch, a loop a loop; nothing is unrolled but tuples and lists.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from autograd.builtins import SequenceBox

from engine import limits
from engine.errors import GradwireError
from engine.program.record import Recorder
from engine.python.refusal import PythonError, position, refusal
from engine.python.scopes import Scope
from engine.python.values import ABSENT, Frame, Missing, Unknown, Value, flattened, is_array, unflattened, unfolds

WORK: Final = 100_000
"""Most statements and expressions that one text may take to walk through."""
PARTS: Final = 2 * limits.COLLECTION_LEAVES
"""Most parts of a tuple, list or dict, those of its parts among them: a few lines can double one very often."""
CALLS: Final = 60
"""Deepest nesting of calls that are recorded in place."""

Expression: TypeAlias = "Callable[[Walker, Any], Value]"
EXPRESSIONS: dict[type[ast.expr], Expression] = {}
"""How each kind of expression is evaluated; filled by the modules that know."""


class Walker:
    """What goes along: the scope that is recorded, the frame of names, the work done so far."""

    def __init__(self, recorder: Recorder, limit: int) -> None:
        self.origin = recorder.origin
        self.who = recorder.who
        self.limit = limit
        self.scope = Scope(recorder)
        self.frame = Frame()
        self.work = 0
        self.active: list[Any] = []
        """Calls of functions that are being walked through, innermost last."""
        self.recursive: dict[Any, Any] = {}
        """Recursive functions met so far, by what they are called with."""

    def evaluate(self, node: ast.expr) -> Value:
        """Return the value of an expression."""
        self.count(node)
        value = EXPRESSIONS[type(node)](self, node)
        if isinstance(value, tuple | list | dict) and not unfolds(value, PARTS, limits.COLLECTION_DEPTH):
            depth = limits.COLLECTION_DEPTH
            raise refusal(
                node, f"this nests deeper than {depth}, or unfolds to more than {PARTS:,} parts; use an array"
            )
        return value

    def count(self, node: ast.AST) -> None:
        """Count one piece of work; refuse a text that never comes to an end."""
        self.work += 1
        if self.work > WORK:
            raise refusal(node, f"the text takes more than {WORK} steps to read; use a loop over range or an array")

    def name(self, name: str, where: ast.AST) -> Value:
        """Return what a name stands for here; arrays of scopes around become inputs of this one."""
        found = self.frame.find(name)
        if found is ABSENT:
            raise refusal(
                where, f'the name "{name}" is not known; assign it first, or write np.{name} for a function of NumPy'
            )
        if isinstance(found, Missing):
            raise refusal(where, f'"{name}" has no value here: {found.why}')
        return self.localised(found)

    def localised(self, value: Value) -> Value:
        """Return a value whose arrays belong to the scope being recorded."""
        leaves, form = flattened(value)
        return unflattened([self.scope.local(each) if is_array(each) else each for each in leaves], form)

    def recorded(self, where: ast.AST, function: Callable[..., Any], *arguments: Any, **words: Any) -> Value:
        """Return function(*arguments, **words), recorded; what does not fit becomes a sentence with its place."""
        if any(isinstance(each, Unknown) for each in flattened([list(arguments), list(words.values())])[0]):
            return Unknown()
        self.scope.recorder.origin = self.origin
        try:
            return _bounded(where, function(*arguments, **words))
        except PythonError:
            raise
        except GradwireError as error:
            raise refusal(where, error.sentence.removeprefix(f"{self.who}: ").rstrip(".")) from None
        except RecursionError:
            raise refusal(where, "this nests too deep") from None
        except MemoryError:
            raise refusal(where, "this needs more memory than there is; make the arrays smaller") from None
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError, AssertionError) as error:
            raise refusal(where, f"this does not fit: {_first_line(error)}") from None

    def within(self, scope: Scope) -> _Within:
        """Return a context in which `scope` is recorded, and names may be assigned without reaching the outside."""
        return _Within(self, scope)


class _Within:
    """Swaps the scope and keeps the names of the frame as they were."""

    def __init__(self, walker: Walker, scope: Scope) -> None:
        self.walker, self.scope = walker, scope

    def __enter__(self) -> None:
        self.before = self.walker.scope
        self.frame = self.walker.frame
        self.names = dict(self.frame.names)
        self.walker.scope = self.scope

    def __exit__(self, *_: object) -> None:
        self.walker.scope = self.before
        self.walker.frame = self.frame
        self.frame.names.clear()
        self.frame.names.update(self.names)


def _bounded(where: ast.AST, value: Value) -> Value:
    if isinstance(value, SequenceBox):
        value = tuple(value[k] for k in range(len(value)))
    for each in flattened(value)[0]:
        if is_array(each) and math.prod(each.shape) > limits.ELEMENTS:
            raise refusal(where, f"an array of shape {tuple(each.shape)} is too large")
    return value


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]


def expression(kind: type[ast.expr]) -> Callable[[Expression], Expression]:
    """Register how one kind of expression is evaluated."""

    def keep(function: Expression) -> Expression:
        EXPRESSIONS[kind] = function
        return function

    return keep


Names: TypeAlias = Mapping[str, Value]
__all__ = ["EXPRESSIONS", "Names", "Walker", "expression", "position"]
