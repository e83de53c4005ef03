"""What is refused in a text of Python: one sentence, with the line and the column."""

from __future__ import annotations

import ast

from engine.errors import LoweringError


class PythonError(LoweringError):
    """A text outside the subset, or one that cannot become a program; `place` is "line 3, column 7"."""


def refusal(where: ast.AST | tuple[int, int], sentence: str) -> PythonError:
    """Return the error to raise: "line 3, column 7: <sentence>"."""
    line, column = where if isinstance(where, tuple) else position(where)
    place = f"line {line}, column {column}"
    return PythonError(f"{place}: {sentence}", place=place)


def position(where: ast.AST) -> tuple[int, int]:
    """Return the line and column at which a part of a syntax tree starts, both counted from 1."""
    return getattr(where, "lineno", 1), getattr(where, "col_offset", 0) + 1
