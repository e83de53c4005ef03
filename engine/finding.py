"""Finding nodes: a line of words, all of which must fit.

tanh                a node whose name, id, operator or changed settings have it
name:loss  id:mse_1  type:optimizer  setting:slope
slope:0.1  rate>0.5  method=adam     a setting's value, also where it is the default
value:iris          any setting's value
is:invalid  is:unused  is:muted …    in:main  in:body  in:"Sine by Taylor"
-word               must not fit;  "two words" are one
"""

from __future__ import annotations

import operator as compare
import re
import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.bodies import around, owner_of
from engine.errors import GradwireError
from engine.graph import Content, Graph, Node, label
from engine.operator import Kind, Operator
from engine.order import natural
from engine.placeholder import operator_of
from engine.problems import Problem
from engine.rules import is_optimizer


class QueryError(GradwireError):
    """A line of words that asks for nothing that could be found: why, in a sentence."""


@dataclass(frozen=True)
class Facts:
    """What is asked of a document: its content, its operators, and what is wrong with it."""

    content: Content
    library: Mapping[str, Operator]
    problems: Collection[Problem] = ()

    @property
    def graph(self) -> Graph:
        """The document's graph."""
        return self.content.graph


Test: TypeAlias = Callable[[Facts, Node, Operator], bool]


def find(facts: Facts, query: str) -> tuple[str, ...]:
    """Return the ids of the nodes that a line of words asks for, in reading order: the main graph first, then body by
    body, each from left to right. Nothing for an empty line. Raise QueryError where a word asks for what there is not.
    """
    tests = [_test(facts, term) for term in terms(query)]
    if not tests:
        return ()
    graph, library = facts.graph, facts.library
    found = [
        id
        for id, node in graph.nodes.items()
        for declared in (operator_of(graph, library, id),)
        if all(test(facts, node, declared) for test in tests)
    ]
    return tuple(sorted(found, key=lambda id: _place(facts.content, id)))


def terms(query: str) -> list[str]:
    """Return the words of a line; what stands in quotes is one. A quote that is not closed yet counts as closed."""
    for closing in ("", '"'):
        lexer = shlex.shlex(query + closing, posix=True, punctuation_chars=False)
        lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
        try:
            return [word for word in lexer if word not in ("", "-")]
        except ValueError:
            continue
    return query.split()


def _place(content: Content, id: str) -> tuple[Any, ...]:
    inside = content.graph.nodes[id].inside
    place = content.layout.places.get(id)
    corner = (place.x, place.y) if place else (float("inf"), 0.0)
    return (bool(inside), natural(inside), corner, natural(id))


# The words ------------------------------------------------------------------------------------------------------------

_FORM: Final = re.compile(r"(?P<key>[A-Za-z_]\w*)(?P<how>>=|<=|!=|:|=|<|>)(?P<value>.*)", re.DOTALL)
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": compare.lt, ">": compare.gt, "<=": compare.le, ">=": compare.ge,
}  # fmt: skip


def _test(facts: Facts, term: str) -> Test:
    if term.startswith("-") and not _is_number(term):
        inner = _test(facts, term[1:])
        return lambda facts, node, declared: not inner(facts, node, declared)
    form = _FORM.fullmatch(term)
    if form is None:
        return _anywhere(term.casefold())
    key, how, value = form["key"].casefold(), form["how"], form["value"]
    if how in (":", "=") and key in _KEYS:
        return _KEYS[key](facts, value.casefold())
    return _by_setting(key, how, value)


def _anywhere(word: str) -> Test:
    def test(facts: Facts, node: Node, declared: Operator) -> bool:
        said = (label(node, declared.title), node.id, node.operator, declared.title)
        return any(word in text.casefold() for text in said) or any(
            word in name.replace("_", " ") or word in name or word in text_of(value).casefold()
            for name, value in node.settings.items()
        )

    return test


def _texts(of: Callable[[Node, Operator], Sequence[str]]) -> Callable[[Facts, str], Test]:
    def make(facts: Facts, word: str) -> Test:
        return lambda facts, node, declared: any(word in text.casefold() for text in of(node, declared))

    return make


def _value(facts: Facts, word: str) -> Test:
    return lambda facts, node, declared: any(fits(value, ":", word) for value in node.settings.values())


def _is(facts: Facts, word: str) -> Test:
    if word not in STATES:
        raise QueryError(f"No node is “{word[:40]}”: after is: comes one of {', '.join(STATES)}.")
    return STATES[word](facts)


def _in(facts: Facts, word: str) -> Test:
    if word == "main":
        return lambda facts, node, declared: not node.inside
    if word == "body":
        return lambda facts, node, declared: bool(node.inside)
    nodes = facts.graph.nodes
    titles = {id: label(node, operator_of(facts.graph, facts.library, id).title) for id, node in nodes.items()}
    owners = {id for id in titles if word and (word in titles[id].casefold() or word == id.casefold())}

    def test(facts: Facts, node: Node, declared: Operator) -> bool:
        return any(owner_of(inside) in owners for inside in around(nodes, node.inside) if inside)

    return test


_KEYS: Final[Mapping[str, Callable[[Facts, str], Test]]] = {
    "name": _texts(lambda node, declared: (label(node, declared.title),)),
    "id": _texts(lambda node, declared: (node.id,)),
    "type": _texts(lambda node, declared: (declared.title, node.operator, *declared.synonyms)),
    "setting": _texts(lambda node, declared: (*node.settings, *(s.replace("_", " ") for s in node.settings))),
    "value": _value,
    "is": _is,
    "in": _in,
}
"""What may stand before a colon, besides the name of a setting."""


# Settings -------------------------------------------------------------------------------------------------------------


def _by_setting(key: str, how: str, value: str) -> Test:
    def test(facts: Facts, node: Node, declared: Operator) -> bool:
        values: dict[str, Any] = {**declared.values(node), **node.settings}
        return any(name.casefold() == key and fits(held, how, value.casefold()) for name, held in values.items())

    return test


def fits(held: Any, how: str, word: str) -> bool:
    """Return whether a setting's value is (=, :), is not (!=) or lies beyond (<, >, <=, >=) what is written. With a
    colon a text need only hold it; a list fits where one of its elements does."""
    if how == "!=":
        return not fits(held, "=", word)
    if isinstance(held, tuple):
        return any(fits(each, how, word) for each in held) or (how != ":" and text_of(held).casefold() == word)
    if isinstance(held, int | float) and not isinstance(held, bool) and _is_number(word):
        number = float(word)
        return _COMPARE[how](float(held), number) if how in _COMPARE else float(held) == number
    if how in _COMPARE:
        return False
    text = text_of(held).casefold()
    return word in text if how == ":" and isinstance(held, str) else word == text


def text_of(value: Any) -> str:
    """Return a setting's value as a person may write it: 0.5, true, adam, 1, 2, 3."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(text_of, value))
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# What a node may be ---------------------------------------------------------------------------------------------------


def _troubled(*severities: str) -> Callable[[Facts], Test]:
    def make(facts: Facts) -> Test:
        nodes = {problem.node for problem in facts.problems if problem.severity in severities}
        return lambda facts, node, declared: node.id in nodes

    return make


def _unused(facts: Facts) -> Test:
    """Nodes whose outputs lead nowhere and are read by no body."""
    graph = facts.graph
    read = {str(node.settings["of"]) for node in graph.nodes.values() if isinstance(node.settings.get("of"), str)}
    read |= {text for node in graph.nodes.values() for text in node.settings.values() if isinstance(text, str)}

    def test(facts: Facts, node: Node, declared: Operator) -> bool:
        gives = bool(declared.outputs_for(node)) if declared.kind is not Kind.UNKNOWN else True
        return gives and not graph.outgoing.get(node.id) and node.id not in read

    return test


def _plain(test: Test) -> Callable[[Facts], Test]:
    return lambda facts: test


STATES: Final[Mapping[str, Callable[[Facts], Test]]] = {
    "invalid": _troubled("error", "warning"),
    "error": _troubled("error"),
    "warning": _troubled("warning"),
    "unused": _unused,
    "muted": _plain(lambda facts, node, declared: node.muted),
    "frozen": _plain(lambda facts, node, declared: node.frozen),
    "changed": _plain(lambda facts, node, declared: bool(node.settings)),
    "exposed": _plain(lambda facts, node, declared: bool(node.exposed)),
    "named": _plain(lambda facts, node, declared: bool(node.name)),
    "unknown": _plain(lambda facts, node, declared: declared.kind is Kind.UNKNOWN),
    "parameter": _plain(lambda facts, node, declared: declared.kind is Kind.PARAMETER),
    "source": _plain(lambda facts, node, declared: declared.kind is Kind.SOURCE),
    "view": _plain(lambda facts, node, declared: declared.kind is Kind.VIEW),
    "optimizer": _plain(lambda facts, node, declared: is_optimizer(declared)),
}
"""What may stand after "is:"."""
