"""The formulas of the inspector: with z and ∂ around them, and with the numbers of the last look in them. Text in,
text out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from app import numbers
from app.formula import word
from app.panels.inspector_summaries import summarised
from engine.graph import Socket
from engine.sockets import arguments

if TYPE_CHECKING:
    from app.session import Session

ELEMENT_BY_ELEMENT = ("elementwise", "activations")
"""Families whose formula speaks of one element: its numbers can stand in it."""
SAYS_ITS_RESULT = re.compile(r"^(\\bar )?[a-z](_\{?[a-z]+\}?)?\s*=|\\leftarrow")
"""Formulas that name their result themselves."""


def full_formula(formula: str, output: str) -> str:
    """Return the formula with its result before it: "z = x\\,y"."""
    if not formula or SAYS_ITS_RESULT.search(formula):
        return formula
    return f"{'z' if output == 'value' else word(output)} = {formula}"


def partial_formula(name: str, partial: str, output: str) -> str:
    """Return "∂z/∂x = partial" as LaTeX; rules that are equations themselves stay as they are."""
    if SAYS_ITS_RESULT.search(partial):
        return partial
    if r"\bar" in partial:
        adjoint = rf"\bar{{{name}}}" if len(name) == 1 else rf"\frac{{\partial L}}{{\partial {word(name)}}}"
        return f"{adjoint} = {partial}"
    result = "z" if output == "value" else word(output)
    return rf"\frac{{\partial {result}}}{{\partial {word(name)}}} = {partial}"


def substituted(formula: str, values: Mapping[str, Any]) -> str | None:
    """Return the formula with numbers for names, or None where a name does not stand in it as a symbol."""
    found: set[str] = set()

    def number(match: re.Match[str]) -> str:
        if match[0] in values:
            found.add(match[0])
            return numbers.latex(values[match[0]])
        return match[0]

    # Commands (\max) are kept whole, so that no letter of them is taken for a name.
    text = re.sub(r"\\[A-Za-z]+|[A-Za-z]", number, formula)
    return text if found == set(values) else None


def products_with_dots(formula: str) -> str:
    """Return the formula with a dot where only a thin space stands for a product, so that 2 3 is not read as 23."""
    return formula.replace(r"\,", r" \cdot ")


def operands(session: Session, id: str) -> dict[str, Any]:
    """Return the first element of each input, by the input's name; nothing of those that are not known."""
    operator = session.operator(id)
    sources = {a.input.name: a.source for a in arguments(session.graph, operator, id)}
    found: dict[str, Any] = {}
    for each in operator.inputs:
        source = sources.get(each.name)
        value = first_element(session, source) if source else session.setting(id, each.name)
        if value is not None:
            found[each.name] = value
    return found


def formula_with_numbers(session: Session, id: str) -> str | None:
    """Return the node's formula with numbers in it and the result behind it, or None where that says nothing.

    Of an operator that acts element by element the numbers are those of the first element; of others numbers and short
    lists stand in the formula or, where that speaks of elements by index, in the operator's name as a function.
    """
    operator = session.operator(id)
    if len(operator.outputs) != 1:
        return None
    output = operator.outputs[0].name
    if operator.family not in ELEMENT_BY_ELEMENT:
        return summarised(session, id, output)
    result, values = first_element(session, Socket(id, output)), operands(session, id)
    if result is None or not values or len(values) < len(operator.inputs):
        return None
    inside = substituted(products_with_dots(operator.formula), values)
    if inside is None:
        return None
    name = "z" if output == "value" else word(output)
    return f"{name}{'_1' if many(session, Socket(id, output)) else ''} = {inside} = {numbers.latex(result).strip('()')}"


def many(session: Session, socket: Socket) -> bool:
    """Return whether an output is known to carry more than one number."""
    look = session.look(socket)
    return look is not None and look.partial is not None and look.partial.shape != ()


def first_element(session: Session, socket: Socket) -> Any:
    """Return the first element of an output's value where it was looked at and is small, else None."""
    look = session.look(socket)
    if look is None or look.partial is None:
        return None
    array = look.partial.array()
    return np.asarray(array).reshape(-1)[0].item() if array.size else None
