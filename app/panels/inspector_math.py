"""The formulas of the inspector: with z and ∂ around them, and with the numbers of the last look in them. Text in,
text out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from app import numbers
from app.formula import word
from engine.graph import Socket
from engine.order import ancestors, children
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


def formula_with_numbers(session: Session, id: str) -> str | None:
    """Return the node's formula with the first element of each input in it and the result behind it, or None where
    that says nothing."""
    operator = session.operator(id)
    if operator.family not in ELEMENT_BY_ELEMENT or len(operator.outputs) != 1:
        return None
    output = operator.outputs[0].name
    result = first_element(session, Socket(id, output))
    values: dict[str, Any] = {}
    sources = {a.input.name: a.source for a in arguments(session.graph, operator, id)}
    for each in operator.inputs:
        source = sources.get(each.name)
        value = first_element(session, source) if source else session.setting(id, each.name)
        if value is None:
            return None
        values[each.name] = value
    if result is None or not values:
        return None
    inside = substituted(products_with_dots(operator.formula), values)
    if inside is None:
        return None
    look = session.look(Socket(id, output))
    many = look is not None and look.partial is not None and look.partial.shape != ()
    name = "z" if output == "value" else word(output)
    return f"{name}{'_1' if many else ''} = {inside} = {numbers.latex(result).strip('()')}"


def first_element(session: Session, socket: Socket) -> Any:
    """Return the first element of an output's value where it was looked at and is small, else None."""
    look = session.look(socket)
    if look is None or look.partial is None:
        return None
    array = look.partial.array()
    return np.asarray(array).reshape(-1)[0].item() if array.size else None


def chain(session: Session, id: str) -> Sequence[tuple[str, str]]:
    """Return the derivatives of the loss along the shortest way from it to the node's first output: (text, value),
    the loss first."""
    path = path_to_loss(session, id)
    rows = []
    for socket in reversed(path):
        look = session.look(socket)
        rows.append((f"∂loss / ∂ {session.label(socket.node)}", look.cotangent if look else ""))
    return rows


def path_to_loss(session: Session, id: str) -> Sequence[Socket]:
    """Return the outputs on a shortest way along the wires, and through bodies and calls, from the node to the first
    optimizer it reaches; () where it reaches none."""
    graph = session.graph
    optimizers = sorted(n for n, node in graph.nodes.items() if node.operator.startswith("optimizers."))
    wanted = next((o for o in optimizers if id in ancestors(graph, [o])), None)
    if wanted is None:
        return ()
    after = children(graph)
    came: dict[str, str] = {}
    frontier = [id]
    while frontier and wanted not in came:
        following = []
        for node in frontier:
            for child in after(node):
                if child not in came and child != id:
                    came[child] = node
                    following.append(child)
        frontier = following
    path: list[Socket] = []
    at = wanted
    while at != id:
        before, outputs = came[at], session.operator(came[at]).outputs_for(session.node(came[at]))
        wired = [wire.source for wire in graph.incoming.get(at, ()) if wire.source.node == before]
        if wired or outputs:  # what comes out of a body has no output of its own
            path.append(wired[0] if wired else Socket(before, outputs[0].name))
        at = before
    return tuple(reversed(path))
