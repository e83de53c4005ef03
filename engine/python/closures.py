"""What a def or a lambda makes."""

from __future__ import annotations

import ast

from engine.python.refusal import refusal
from engine.python.values import Closure
from engine.python.walker import Walker


def closure(walker: Walker, node: ast.FunctionDef | ast.Lambda) -> Closure:
    """Return the function a def or lambda makes."""
    own = node.args
    if own.vararg or own.kwarg or own.kwonlyargs:
        raise refusal(node, "a function's arguments are named one by one here: no '*' and no '**'")
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        raise refusal(node.decorator_list[0], "decorators are not part of Gradwire's Python; call the function instead")
    for each in (*own.posonlyargs, *own.args):
        if each.arg.startswith("__"):
            raise refusal(each, "names that start with two underlines are not part of Gradwire's Python")
    return Closure(node, walker.frame, tuple(walker.evaluate(each) for each in own.defaults))
