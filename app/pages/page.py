"""What there is to say about an operator, as data: one record, from which documents and the app's help are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.pages.rules import kind_in_words, limits_in_words, rule_in_words, value_in_words
from engine.errors import GradwireError
from engine.graph import Node
from engine.operator import FAMILIES, Kind, Operator
from engine.rules import outputs_of
from engine.types import Type, type_of


@dataclass(frozen=True, slots=True)
class Socket:
    """An input or output."""

    name: str
    about: str
    notes: str = ""
    """ "optional", "without derivative", what stands there unwired."""


@dataclass(frozen=True, slots=True)
class Field:
    """A setting."""

    name: str
    kind: str
    default: str
    limits: str
    about: str
    live: bool
    """Whether it may be changed while a run goes on."""


@dataclass(frozen=True, slots=True)
class Page:
    """An operator's page."""

    id: str
    title: str
    family: str
    """The family's name for people."""
    lead: str
    """The first paragraph of the help: one or two sentences."""
    more: tuple[str, ...]
    """The paragraphs after it."""
    formula: str
    """LaTeX, with the result's name before it; "" where there is none."""
    partials: tuple[tuple[str, str], ...]
    """(input, equation in LaTeX)."""
    inputs: tuple[Socket, ...]
    outputs: tuple[Socket, ...]
    settings: tuple[Field, ...]
    shapes: str
    shape_example: str
    """Shapes of the first sample: "(3,), (3,) → (3,)"; "" where there is none."""
    domain: str
    synonyms: tuple[str, ...]
    adds: tuple[str, ...]
    """The inputs that get a parameter node of their own when the operator is inserted."""
    siblings: tuple[tuple[str, str], ...]
    """(id, title) of the other operators of the family."""
    samples: tuple[str, ...]
    """Files of sample graphs in which it is used."""


def page(operator: Operator, library: Mapping[str, Operator], uses: Mapping[str, Sequence[str]] = {}) -> Page:
    """Return the page of an operator of this library; `uses` names the sample graphs that have it, by operator id."""
    from app.panels.inspector_math import full_formula, partial_formula

    lead, *more = (" ".join(part.split()) for part in operator.help.split("\n\n"))
    result = operator.outputs[0].name if operator.outputs else "value"
    outputs = operator.outputs_for(Node("", operator.id))
    return Page(
        id=operator.id,
        title=operator.title,
        family=FAMILIES.get(operator.family, operator.family),
        lead=lead,
        more=tuple(more),
        formula=full_formula(operator.formula, result),
        partials=tuple((name, partial_formula(name, text, result)) for name, text in operator.partials.items()),
        inputs=tuple(
            Socket(_input_name(i.name, i.variadic), i.help, _input_notes(operator, i)) for i in operator.inputs
        ),
        outputs=tuple(Socket(o.name, o.help) for o in outputs),
        settings=tuple(
            Field(name, kind_in_words(s), value_in_words(s.default), limits_in_words(s), s.help, s.numeric)
            for name, s in operator.settings.items()
        ),
        shapes=rule_in_words(operator),
        shape_example=_shape_example(operator),
        domain=operator.domain,
        synonyms=operator.synonyms,
        adds=tuple(operator.adds),
        siblings=tuple(
            (o.id, o.title) for o in library.values() if o.family == operator.family and o.id != operator.id
        ),
        samples=tuple(uses.get(operator.id, ())),
    )


def _input_name(name: str, variadic: bool) -> str:
    return f"{name}.0, {name}.1, …" if variadic else name


def _input_notes(operator: Operator, socket: object) -> str:
    from engine.operator import Input

    assert isinstance(socket, Input)  # noqa: S101 - narrows the type only
    notes = []
    if socket.variadic:
        notes.append("as many as are wired")
    elif socket.optional:
        notes.append("optional" if socket.default is None else f"{socket.default:g} where nothing is wired")
    if not socket.differentiable and operator.kind is not Kind.VIEW:
        notes.append("without derivative")
    if socket.name in operator.adds:
        notes.append("gets a parameter of its own")
    return ", ".join(notes)


def _shape_example(operator: Operator) -> str:
    """Return the shapes of the first sample and what comes out; "" where that cannot be told."""
    if not operator.samples or operator.shape is None or not operator.inputs:
        return ""
    sample = operator.samples[0]
    types = [type_of(plain(each)) for each in sample.inputs]
    names = [i.name for i in operator.inputs]
    names = names[: len(types)] if len(names) >= len(types) else [f"{names[0]}.{k}" for k in range(len(types))]
    settings = {name: spec.default for name, spec in operator.settings.items()} | dict(sample.settings)
    try:
        results = outputs_of(operator, types, settings, names)
    except GradwireError:
        return ""
    return f"{', '.join(map(_type_text, types))} → {', '.join(map(_type_text, results))}"


def _type_text(kind: Type) -> str:
    return str(kind).removeprefix("float64 ")


def plain(value: object) -> object:
    """Return a sample's argument as arrays, in tuples and dicts where it has them."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return np.asarray(value)
