"""Which sockets a node has, what is wired into them in the order of declaration, and how people are told about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from engine import limits
from engine.bodies import CALL, called_by
from engine.graph import Graph, Socket, Wire, label
from engine.operator import Input, Operator
from engine.order import natural

FIRST_INPUTS: Final = ("x",)
"""The inputs of a function whose settings do not say otherwise."""


class Argument(NamedTuple):
    """One wired input: its declaration, its socket and the output that feeds it."""

    input: Input
    socket: Socket
    source: Socket


def input_of(declared: Operator, name: str) -> Input | None:
    """Return the declaration of the input socket called `name` ("xs.3" for a variadic xs), or None."""
    stem, dot, number = name.partition(".")
    for each in declared.inputs:
        if each.name == name and not each.variadic:
            return each
        if dot and each.variadic and each.name == stem and _is_index(number):
            return each
    return None


def _is_index(text: str) -> bool:
    canonical = text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")
    return canonical and len(text) < 10 and int(text) < limits.COLLECTION


def arguments(graph: Graph, declared: Operator, node: str) -> tuple[Argument, ...]:
    """Return the wired inputs of a node in the order in which its function takes them (xs.2 before xs.10).

    Where a faulty graph has two wires into one socket, the first by order counts, as in `Graph.sources`.
    """
    return arguments_of(declared, graph.incoming.get(node, ()))


def arguments_of(declared: Operator, wires: Iterable[Wire]) -> tuple[Argument, ...]:
    """Return the arguments made by the wires into one node (sorted by target then source)."""
    order = {each.name: k for k, each in enumerate(declared.inputs)}
    found: dict[Socket, tuple[int, int, Argument]] = {}
    for wire in wires:
        each = input_of(declared, wire.target.name)
        if each is not None and wire.target not in found:
            index = int(wire.target.name.partition(".")[2]) if each.variadic else 0
            found[wire.target] = (order[each.name], index, Argument(each, wire.target, wire.source))
    return tuple(argument for _, _, argument in sorted(found.values(), key=lambda entry: entry[:2]))


def missing_inputs(graph: Graph, declared: Operator, node: str) -> tuple[Input, ...]:
    """Return the inputs that need a wire and have none; a variadic input needs at least one."""
    return missing(declared, arguments(graph, declared, node))


def missing(declared: Operator, wired: Iterable[Argument]) -> tuple[Input, ...]:
    """Return the inputs that need a wire and are not among the wired ones; a variadic input needs at least one."""
    names = {argument.input.name for argument in wired}
    return tuple(each for each in declared.inputs if not each.optional and each.name not in names)


def free_socket(graph: Graph, name: str, node: str) -> str:
    """Return the first socket of the variadic input `name` after the last wired one: "name.k"."""
    stem = f"{name}."
    taken = [
        int(wire.target.name[len(stem) :])
        for wire in graph.incoming.get(node, ())
        if wire.target.name.startswith(stem) and _is_index(wire.target.name[len(stem) :])
    ]
    return f"{name}.{max(taken, default=-1) + 1}"


def input_names(graph: Graph, declared: Operator, node: str) -> tuple[str, ...]:
    """Return the names of a node's input sockets, top to bottom: of a variadic one the wired sockets and a free one, or
    those that the node's settings call by name."""
    names: list[str] = []
    wired = arguments(graph, declared, node)
    called = _called(graph, declared, node)
    for each in declared.inputs:
        taken = [argument.socket.name for argument in wired if argument.input is each]
        if each.name in called:
            names += in_order([*taken, *(f"{each.name}.{k}" for k in range(len(called[each.name])))])
        elif each.variadic:
            free = free_socket(graph, each.name, node)
            names += [*taken, *([free] if input_of(declared, free) else [])]
        else:
            names.append(each.name)
    return tuple(names)


def input_label(graph: Graph, declared: Operator, node: str, name: str) -> str:
    """Return what people call an input socket: its name, or what the node's settings call it ("xs.1" -> "slope")."""
    stem, _, number = name.partition(".")
    called = _called(graph, declared, node).get(stem, ())
    return called[int(number)] if _is_index(number) and int(number) < len(called) else name


def _called(graph: Graph, declared: Operator, node: str) -> Mapping[str, tuple[str, ...]]:
    """Return what the sockets of variadic inputs are called, where the settings of the node or, of a call, those of its
    function say so."""
    if declared.id == CALL:
        function = called_by(graph, node) if node in graph.nodes else None
        names = graph.nodes[function].settings.get("inputs", FIRST_INPUTS) if function else None
        good = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
        return {"xs": tuple(map(str, names))} if good and isinstance(names, tuple) else {}
    return declared.naming(declared.values(graph.nodes[node])) if declared.naming else {}


def output_names(graph: Graph, declared: Operator, node: str) -> tuple[str, ...]:
    """Return the names of a node's output sockets, top to bottom."""
    return tuple(output.name for output in declared.outputs_for(graph.nodes[node]))


def quoted(graph: Graph, library: Mapping[str, Operator], node: str) -> str:
    """Return how a sentence names the node: its label in quotes and its id, as in '"slope w" (parameter_1)'."""
    known = graph.nodes.get(node)
    if known is None:
        return f'"{node}"'
    declared = library.get(known.operator)
    text = " ".join(label(known, declared.title if declared else known.operator).split())
    return f'"{shortened(text)}" ({node})'


def shortened(text: str, length: int = 60) -> str:
    """Return the text as a sentence may show it: a long one without its end, what cannot be seen as escapes."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in cut)


def shortened_path(path: str, length: int = 80) -> str:
    """Return a path as a sentence may show it: a long one by its end, where the file's own name stands."""
    return shortened(path, length) if len(path) <= length else "…" + shortened(path[1 - length :], length)


def in_order(names: Iterable[str]) -> list[str]:
    """Return socket names in natural order ("xs.2" before "xs.10")."""
    return sorted(set(names), key=natural)
