"""Which parts of Python's syntax are accepted. Every class of a syntax tree is decided here, one way or the other."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Mapping
from typing import Final

from engine.python.refusal import PythonError, refusal

LENGTH: Final = 20_000
"""Longest text, in characters."""
DEPTH: Final = 60
"""Deepest nesting of brackets and of indentation."""
BREADTH: Final = 200
"""Deepest nesting of the syntax tree: a + b + c + ... nests once for each plus."""

ACCEPTED: Final = frozenset({
    # the text and its functions
    ast.Module, ast.FunctionDef, ast.Lambda, ast.arguments, ast.arg, ast.Return, ast.Import, ast.alias,
    # statements
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.While, ast.For, ast.Expr, ast.Pass,
    # expressions
    ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.keyword,
    ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.Dict, ast.ListComp, ast.GeneratorExp,
    ast.DictComp, ast.comprehension,
    # contexts and operators
    ast.Load, ast.Store, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult,
    ast.UAdd, ast.USub, ast.Not, ast.Invert, ast.And, ast.Or, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
    ast.BitAnd, ast.BitOr, ast.BitXor, ast.Is, ast.IsNot, ast.In, ast.NotIn,
})  # fmt: skip
"""What the walker understands (the rest of the text decides whether it fits)."""

REFUSED: Final[Mapping[str, str]] = {
    "AsyncFunctionDef": "async functions are not part of Gradwire's Python; write a plain function",
    "AsyncFor": "async loops are not part of Gradwire's Python; write a plain for",
    "AsyncWith": "async with is not part of Gradwire's Python",
    "Await": "await is not part of Gradwire's Python; write plain calls",
    "ClassDef": "classes are not part of Gradwire's Python; use functions, tuples and dicts",
    "Delete": "del is not part of Gradwire's Python; names need not be deleted",
    "With": "with is not part of Gradwire's Python; nothing has to be opened or closed here",
    "withitem": "with is not part of Gradwire's Python; nothing has to be opened or closed here",
    "Match": "match is not part of Gradwire's Python; use if and elif",
    "match_case": "match is not part of Gradwire's Python; use if and elif",
    "MatchValue": "match is not part of Gradwire's Python; use if and elif",
    "MatchSingleton": "match is not part of Gradwire's Python; use if and elif",
    "MatchSequence": "match is not part of Gradwire's Python; use if and elif",
    "MatchMapping": "match is not part of Gradwire's Python; use if and elif",
    "MatchClass": "match is not part of Gradwire's Python; use if and elif",
    "MatchStar": "match is not part of Gradwire's Python; use if and elif",
    "MatchAs": "match is not part of Gradwire's Python; use if and elif",
    "MatchOr": "match is not part of Gradwire's Python; use if and elif",
    "Raise": "raise is not part of Gradwire's Python; give a value such as np.nan instead",
    "Try": "try is not part of Gradwire's Python; test for the case with if",
    "TryStar": "try is not part of Gradwire's Python; test for the case with if",
    "ExceptHandler": "except is not part of Gradwire's Python; test for the case with if",
    "Assert": "assert is not part of Gradwire's Python; test for the case with if",
    "ImportFrom": "only 'import numpy as np' and 'import math' are known here; write np.name",
    "Global": "global is not part of Gradwire's Python; pass the value and return it",
    "Nonlocal": "nonlocal is not part of Gradwire's Python; pass the value and return it",
    "Break": "break is not part of Gradwire's Python; let the condition of the while end the loop",
    "Continue": "continue is not part of Gradwire's Python; put the rest of the body under an if",
    "NamedExpr": "':=' is not part of Gradwire's Python; assign on a line of its own",
    "Set": "sets are not part of Gradwire's Python; use a tuple",
    "SetComp": "sets are not part of Gradwire's Python; use a list",
    "Yield": "yield is not part of Gradwire's Python; return a tuple",
    "YieldFrom": "yield is not part of Gradwire's Python; return a tuple",
    "JoinedStr": "f-strings are not part of Gradwire's Python; text cannot be computed here",
    "FormattedValue": "f-strings are not part of Gradwire's Python; text cannot be computed here",
    "TemplateStr": "t-strings are not part of Gradwire's Python; text cannot be computed here",
    "Interpolation": "t-strings are not part of Gradwire's Python; text cannot be computed here",
    "Starred": "'*' before a value is not part of Gradwire's Python; name each value",
    "Del": "del is not part of Gradwire's Python; names need not be deleted",
    "LShift": "'<<' is not part of Gradwire's Python; multiply by a power of 2",
    "RShift": "'>>' is not part of Gradwire's Python; divide by a power of 2",
    "TypeAlias": "type aliases are not part of Gradwire's Python; types are inferred",
    "TypeVar": "type parameters are not part of Gradwire's Python; types are inferred",
    "ParamSpec": "type parameters are not part of Gradwire's Python; types are inferred",
    "TypeVarTuple": "type parameters are not part of Gradwire's Python; types are inferred",
    "TypeIgnore": "type comments are not part of Gradwire's Python; types are inferred",
    "FunctionType": "type comments are not part of Gradwire's Python; types are inferred",
    "Interactive": "only a text with functions is read",
    "Expression": "only a text with functions is read",
}
"""Every other class of a syntax tree by name, and what to write instead. Which exist depends on Python's version."""


def read(text: str) -> ast.Module:
    """Return the syntax tree of a text that holds accepted syntax only; raise PythonError with its line and column."""
    if len(text) > LENGTH:
        raise refusal((1, 1), f"the text has {len(text)} characters; at most {LENGTH} are read")
    if "\0" in text:
        raise refusal((1, 1), "the text cannot be read: it has a forbidden character")
    _require_shallow(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, "<python node>")
    except SyntaxError as error:
        raise refusal((error.lineno or 1, max(error.offset or 1, 1)), f"this is not Python: {error.msg}") from None
    except (ValueError, MemoryError, RecursionError):
        raise refusal((1, 1), "the text cannot be read: it nests too deep, or has a forbidden character") from None
    _require_accepted(tree)
    return tree


def _require_shallow(text: str) -> None:
    """Refuse deep nesting before Python's parser meets it."""
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.INDENT or (token.type == tokenize.OP and token.string in "([{"):
                depth += 1
            elif token.type == tokenize.DEDENT or (token.type == tokenize.OP and token.string in ")]}"):
                depth -= 1
            if depth > DEPTH:
                raise refusal((token.start[0], token.start[1] + 1), f"brackets and blocks nest deeper than {DEPTH}")
    except PythonError:
        raise
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # the parser says it better


def _require_accepted(tree: ast.Module) -> None:
    waiting: list[tuple[ast.AST, ast.AST, int]] = [(tree, tree, 0)]
    while waiting:
        node, near, depth = waiting.pop()
        near = node if hasattr(node, "lineno") else near
        if type(node) not in ACCEPTED:
            raise refusal(
                near, REFUSED.get(type(node).__name__, f"{type(node).__name__} is not part of Gradwire's Python")
            )
        if depth > BREADTH:
            raise refusal(near, f"the expression nests deeper than {BREADTH}; assign parts of it to names")
        waiting += [(child, near, depth + 1) for child in ast.iter_child_nodes(node)]
