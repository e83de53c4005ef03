"""Scopes: each body of an if, a loop or a recursive function is recorded as a program of its own.

A body that reads an array of the scope around it gets it as a further input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.program.primitives import cast, expand
from engine.program.program import Program, Var
from engine.program.record import Recorder
from engine.python.values import Leaf, Unknown, is_array, is_number
from engine.types import ArrayType


class Scope:
    """One program being recorded, inside the scope around it."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def within(self) -> Scope:
        """Return a scope inside this one."""
        return Scope(Recorder(outer=self.recorder))

    @property
    def outside(self) -> list[Any]:
        """The boxes of the scope around that this one reads, in the order they were first read."""
        return [box for box, _ in self.recorder.captured.values()]

    def input(self, name: str, kind: ArrayType) -> Any:
        """Return the box of a new input."""
        return self.recorder.input("data", name, kind)

    def local(self, box: Any) -> Any:
        """Return a box of this scope for a box of this scope or of one around it."""
        if box._node.recorder is self.recorder:
            return box
        return self.recorder.box(self.recorder.known(box._node))

    def array(self, leaf: Leaf, dtype: str | None = None) -> Any:
        """Return a leaf (an array or a number) as a box of this scope, in `dtype` where given."""
        box = self.local(leaf) if is_array(leaf) else self._constant(leaf, dtype)
        return box if dtype is None or box.dtype.name == dtype else cast(box, dtype)

    def filled(self, leaf: Leaf, kind: ArrayType) -> Any:
        """Return a leaf as a box of this type; zeros stand for what is not known yet."""
        if isinstance(leaf, Unknown):
            return expand(self._constant(0, kind.dtype), kind.shape)
        return self.array(leaf, kind.dtype)

    def _constant(self, number: Any, dtype: str | None) -> Any:
        array = np.asarray(number)
        if dtype is not None and not (array.dtype.kind == "c" and not dtype.startswith("complex")):
            array = array.astype(dtype)
        return self.recorder.box(self.recorder.constant(array))

    def capture(self, outer: Sequence[Any]) -> list[Any]:
        """Return the boxes here of boxes of the scope around."""
        return [self.local(box) for box in outer]

    def program(self, outputs: Sequence[Any], order: Sequence[Any]) -> Program:
        """Return the program of these outputs, its inputs in the order of the boxes `order`."""
        made = self.recorder.program(
            [self.recorder.var(each) for each in outputs], [str(number) for number in range(len(outputs))]
        )
        by_var = {each.var: each for each in made.inputs}
        return replace(made, inputs=tuple(by_var[box._node.var] for box in order))


def together(scopes: Sequence[Scope]) -> list[Any]:
    """Return every box of the scope around that one of the scopes reads, each once."""
    found: dict[Var, Any] = {}
    for scope in scopes:
        found.update({var: outer for var, (outer, _) in scope.recorder.captured.items()})
    return list(found.values())


def merged_type(first: Leaf, second: Leaf) -> ArrayType | None:
    """Return the type both leaves can have: numbers known before running give way as NumPy lets them; None where the
    shapes differ."""
    if is_number(first) and is_number(second):
        return ArrayType((), np.result_type(np.asarray(first), np.asarray(second)).name)
    arrays = [each for each in (first, second) if is_array(each)]
    shapes = {tuple(each.shape) for each in arrays} | ({()} if len(arrays) == 1 else set())
    if len(shapes) != 1:
        return None
    kinds = [each.dtype if is_array(each) else _plain(each) for each in (first, second)]
    return ArrayType(shapes.pop(), np.result_type(*kinds).name)


def _plain(number: Any) -> Any:
    return number.item() if isinstance(number, np.generic) else number
