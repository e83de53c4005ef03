"""What is wrong with bodies: nodes where they have no meaning, names that join nothing, recursion without an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine import control
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT, Joints, flat, owner_of, part_of
from engine.control import OWNERS
from engine.operator import Kind
from engine.recursion import endless
from engine.rules import is_optimizer
from engine.sockets import arguments, output_names, shortened

if TYPE_CHECKING:
    from engine.problems import Facts, Problem


READ_IN_PLACE: Final = ("probe", "number")
"""Views that say what they have to say on their nodes."""


def bodies(facts: Facts) -> Iterator[Problem]:
    """Yield what is wrong with where nodes lie, and with what joins bodies to what is around them."""
    found = {id: node.operator for id, node in facts.graph.nodes.items() if node.operator in control.JOINTS}
    if flat(facts.graph):
        return
    yield from _places(facts)
    joints = Joints(facts.graph)
    checks = {INPUT: _input, OUTPUT: _output, OUTER: _outer, CALL: _call, control.ITERATION: _iteration}
    for node in facts.nodes:
        if node in found and facts.operators[node].kind is not Kind.UNKNOWN:
            yield from checks[found[node]](facts, node, joints)
    for node in facts.nodes:
        if facts.graph.nodes[node].operator in OWNERS and facts.operators[node].kind is not Kind.UNKNOWN:
            yield from _results(facts, node)
    yield from _endless(facts)


def _places(facts: Facts) -> Iterator[Problem]:
    """Nodes in bodies that their owner does not have, and optimizers anywhere but in the main graph."""
    for node in facts.nodes:
        inside = facts.graph.nodes[node].inside
        if not inside:
            continue
        owner = owner_of(inside)
        if owner not in facts.operators:
            yield facts.problem("no-such-body", f" lies inside “{shortened(owner)}”, which is not a node.", node)
            continue
        if facts.operators[owner].kind is not Kind.UNKNOWN and not control.knows(facts.graph, inside):
            declared = control.owner_at(facts.graph, inside)
            has = f"its bodies are {_listed(declared.gives)}" if declared and "" not in declared.gives else "it has one"
            which = (
                f" called “{shortened(part_of(inside))}”: {has}" if declared else ": it is no loop, branch or function"
            )
            sentence = f" lies in a body of {facts.quoted(owner)}, which has none{which}."
            yield facts.problem("no-such-body", sentence, node)
        if is_optimizer(facts.operators[node]):
            sentence = f" lies in a body of {facts.quoted(owner)}: an optimizer stands in the main graph."
            yield facts.problem("optimizer-inside", sentence, node)
        if facts.operators[node].kind is Kind.VIEW and facts.operators[node].short not in READ_IN_PLACE:
            sentence = (
                f" lies in a body of {facts.quoted(owner)}, so it has no card among the plots: let what it shows come "
                "out of the body, and put the view in the main graph."
            )
            yield replace(facts.problem("view-inside", sentence, node), severity="warning")


def _joined(facts: Facts, node: str) -> tuple[str, control.Owner] | None:
    """Return the owner of the body a node lies in, where it has that body."""
    inside = facts.graph.nodes[node].inside
    declared = control.owner_at(facts.graph, inside) if inside else None
    return (owner_of(inside), declared) if declared and control.knows(facts.graph, inside) else None


def _outside(facts: Facts, node: str) -> Iterator[Problem]:
    if not facts.graph.nodes[node].inside:
        yield facts.problem("outside-a-body", " has a meaning only inside a body: of a loop, branch or function.", node)


def _input(facts: Facts, node: str, joints: Joints) -> Iterator[Problem]:
    yield from _outside(facts, node)
    joined = _joined(facts, node)
    if joined:
        owner, declared = joined
        name = _name(facts, node)
        names = declared.inputs(facts.operators[owner].values(facts.graph.nodes[owner]))
        if name in declared.brings:
            return
        if name not in names:
            sentence = f" is called “{shortened(name)}”, and {facts.quoted(owner)} takes {_listed(names)}."
            yield facts.problem("no-such-name", sentence, node)
        elif declared.operator != FUNCTION and not _wired(facts, owner, *names[name]):
            sentence = f" gives “{shortened(name)}”, for which nothing is wired into {facts.quoted(owner)}."
            yield facts.problem("missing-input", sentence, node)


def _wired(facts: Facts, owner: str, socket: str, place: int) -> bool:
    """Return whether a variadic input of an owner has a wire in this place."""
    given = arguments(facts.graph, facts.operators[owner], owner)
    return place < sum(argument.input.name == socket for argument in given)


def _output(facts: Facts, node: str, joints: Joints) -> Iterator[Problem]:
    yield from _outside(facts, node)
    joined = _joined(facts, node)
    if joined:
        owner, declared = joined
        name, inside = _name(facts, node), facts.graph.nodes[node].inside
        values = facts.operators[owner].values(facts.graph.nodes[owner])
        names = declared.results(values, part_of(inside))
        if name not in names:
            sentence = f" is called “{shortened(name)}”, and this body of {facts.quoted(owner)} gives {_listed(names)}."
            yield facts.problem("no-such-name", sentence, node)
        elif control.outputs_in(facts.graph, facts.library, inside).get(name) != node:
            sentence = f" is the second of its body that gives “{shortened(name)}”: give it another name."
            yield facts.problem("given-twice", sentence, node)


def _outer(facts: Facts, node: str, joints: Joints) -> Iterator[Problem]:
    yield from _outside(facts, node)
    values = facts.operators[node].values(facts.graph.nodes[node])
    named, output = str(values["node"]), str(values["output"])
    read = joints.reads.get(node)
    if not facts.graph.nodes[node].inside:
        return
    if not named:
        yield facts.problem("dangling-outer", " reads nothing yet: set the node that it reads.", node)
    elif named not in facts.graph.nodes:
        sentence = f" reads “{shortened(named)}”, which is not in the graph."
        yield facts.problem("dangling-outer", sentence, node)
    elif read is None:
        sentence = f" reads {facts.quoted(named)}, which lies in no body around its own: it can only look outwards."
        yield facts.problem("dangling-outer", sentence, node)
    else:
        outputs = output_names(facts.graph, facts.operators[read], read)
        if output not in outputs:
            sentence = f" reads “{shortened(output)}” of {facts.quoted(read)}, which gives {_listed(outputs)}."
            yield facts.problem("dangling-outer", sentence, node)


def _iteration(facts: Facts, node: str, joints: Joints) -> Iterator[Problem]:
    if control.loop_around(facts.graph, facts.graph.nodes[node].inside) is None:
        yield facts.problem("outside-a-loop", " lies in no loop whose iterations it could count.", node)


def _call(facts: Facts, node: str, joints: Joints) -> Iterator[Problem]:
    named = str(facts.operators[node].values(facts.graph.nodes[node])["function"])
    if node in joints.calls:
        return
    if not named:
        sentence = " calls nothing yet: set its function."
    elif named not in facts.graph.nodes:
        sentence = f" calls “{shortened(named)}”, which is not in the graph."
    elif facts.graph.nodes[named].operator != FUNCTION:
        sentence = f" calls {facts.quoted(named)}, which is no function."
    else:
        sentence = f" calls {facts.quoted(named)}, which lies in a body that it cannot look into."
    yield facts.problem("no-such-function", sentence, node)


def _results(facts: Facts, node: str) -> Iterator[Problem]:
    """Names that stand twice in a node's settings or are those of other sockets, and results that no body gives."""
    declared = OWNERS[facts.graph.nodes[node].operator]
    values = facts.operators[node].values(facts.graph.nodes[node])
    inputs = {each.name for each in facts.operators[node].inputs}
    names = tuple(name for setting in declared.takes.values() for name in values[setting])
    twice = sorted({name for name in names if names.count(name) > 1 or name in declared.brings})
    if twice:
        yield facts.problem("named-twice", f" is given two things called “{shortened(twice[0])}”.", node)
    if declared.operator == control.SCAN and values["carries"] and not _wired(facts, node, "carry", 0):
        sentence = f" carries {_listed(values['carries'])}: wire what it starts from into carry, or carry nothing."
        yield facts.problem("missing-input", sentence, node, "carry.0")
    outputs = output_names(facts.graph, facts.operators[node], node)
    for name in sorted(set(outputs)):
        if outputs.count(name) > 1 or name in inputs or "." in name or not name:
            sentence = f" cannot call an output “{shortened(name)}”: choose another name, without dots."
            yield facts.problem("named-twice", sentence, node)
    for part in declared.gives:
        inside = control.body(node, part)
        given = control.outputs_in(facts.graph, facts.library, inside)
        for name in declared.results(values, part):
            if name not in given:
                where = f"its body {part}" if part else "its body"
                sentence = f" gets no “{shortened(name)}” from {where}: put a Body output of that name inside."
                yield facts.problem("no-result", sentence, node)


def _endless(facts: Facts) -> Iterator[Problem]:
    """Functions that call themselves with no branch on the way."""
    for function in endless(facts.graph):
        sentence = " calls itself without end: put the call into one body of a Branch; the other one ends it."
        yield facts.problem("endless-recursion", sentence, function)


def _name(facts: Facts, node: str) -> str:
    return str(facts.operators[node].values(facts.graph.nodes[node])["name"])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"“{shortened(name)}”" for name in names) or "nothing"
