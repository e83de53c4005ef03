"""A formula with arrays in it: numbers, short lists, the ends of long ones, and the shapes of what is larger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from app import numbers
from app.formula import word
from engine.graph import Socket
from engine.sockets import arguments
from engine.types import ArrayType

if TYPE_CHECKING:
    from app.session import Session

LISTED: Final = 4
"""Elements up to which a list is written out,"""
ENDS: Final = 2
"""and how many of a longer one are written before its last."""
INDEXED: Final = re.compile(r"[_^]\{?[ijkn]|\\sum|\\prod|\\frac\{1\}\{n\}")
"""Formulas that speak of elements by index: arrays do not stand in them."""
COMMA: Final = r",\ "
TIMES: Final = r" \times "


def summarised(session: Session, id: str, output: str) -> str | None:
    """Return the formula of a node with what its inputs carry for their names, and the result; None where something is
    not known. Where the names do not stand in the formula, the operator's name is written as a function."""
    operator = session.operator(id)
    wired = arguments(session.graph, operator, id)
    given = {each.socket.name: summary(session, each.source) for each in wired}
    result = summary(session, Socket(id, output))
    if not result or not given or not all(given.values()):
        return None
    inside = inserted(operator.formula, given) or called(operator.title, given)
    return f"{'z' if output == 'value' else word(output)} = {inside} = {result}"


def called(title: str, given: Mapping[str, str]) -> str:
    """Return an operator's name as a function of what it is given."""
    name = re.sub(r"[^A-Za-z0-9]+", r"\\ ", title).strip("\\ ")
    return rf"\mathrm{{{name}}}\left({COMMA.join(given.values())}\right)"


def inserted(formula: str, given: Mapping[str, str]) -> str | None:
    """Return a formula with summaries for names; None where a name does not stand in it, or stands with an index."""
    if INDEXED.search(formula) or not formula:
        return None
    found: set[str] = set()

    def replaced(match: re.Match[str]) -> str:
        found.update({match[0]} & set(given))
        return given.get(match[0], match[0])

    # Commands (\max) are kept whole, so that no letter of them is taken for a name.
    text = re.sub(r"\\[A-Za-z]+|[A-Za-z]+", replaced, formula.replace(r"\,", r" \cdot "))
    return text if found == set(given) else None


def summary(session: Session, socket: Socket) -> str:
    """Return a value as it stands in a formula; "" where it is not known, or is no array of real numbers."""
    look, kind = session.look(socket), session.type_of(socket)
    if look is None or not isinstance(kind, ArrayType) or "complex" in kind.dtype:
        return ""
    if look.partial is None or len(look.partial.shape) > 1:
        return rf"\left[{TIMES.join(str(n) for n in kind.shape)}\right]"
    array = np.asarray(look.partial.array())
    if array.shape == ():
        return numbers.latex(array.item())
    texts = [numbers.latex(each).strip("()") for each in array.tolist()]
    shown = texts if len(texts) <= LISTED else [*texts[:ENDS], r"\ldots", texts[-1]]
    return rf"\left[{COMMA.join(shown)}\right]"
