"""Settings as sockets: a node that exposes a numeric setting has an input of that name, and what is wired into it
stands in the setting's place. Unwired, the setting counts as before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, Final

from engine.edits import Disconnect, Edit, Group, SetExposed
from engine.errors import SettingError
from engine.graph import Graph, Node
from engine.operator import Input, Kind, Operator
from engine.setting import Number
from engine.sockets import quoted, shortened

ABLE: Final = (Kind.FUNCTION, Kind.RANDOM, Kind.STATEFUL)
"""The kinds of nodes whose settings are arguments of a function in the program."""


def declared_for(library: Mapping[str, Operator], node: Node) -> Operator | None:
    """Return the operator of a node with an input for each setting that it exposes; None where the library lacks it.

    Names that cannot be exposed are passed over: `engine.problems` says what is wrong with them.
    """
    found = library.get(node.operator)
    if found is None or not node.exposed:
        return found
    names = tuple(name for name in found.settings if name in node.exposed and unable(found, name) is None)
    return with_inputs(found, names) if names else found


def with_inputs(declared: Operator, names: tuple[str, ...]) -> Operator:
    """Return the operator with these settings as further, optional inputs after its own.

    Derivatives flow into them where the operator's derivatives are its function's own.
    """
    own = declared.surrogate is None and not _has_rules(declared)
    sockets = tuple(Input(name, optional=True, differentiable=own, help=declared.settings[name].help) for name in names)
    return replace(
        declared,
        inputs=declared.inputs + sockets,
        function=_taking(declared.function, names, own) if declared.function else None,
        exposed=names,
    )


def unable(declared: Operator, setting: str) -> str | None:
    """Return why a setting cannot be a socket, as what follows its name in a sentence, or None where it can."""
    spec = declared.settings.get(setting)
    if spec is None:
        return "is not a setting of its operator"
    if not spec.numeric:
        return "is part of how the program is built, not a number in it: it cannot be a socket"
    if declared.kind not in ABLE:
        return "is read before the program runs, not in it: it cannot be a socket"
    if not isinstance(spec, Number):
        return "is not a single number: it cannot be a socket"
    return None


def exposure(graph: Graph, library: Mapping[str, Operator], node: str, setting: str, on: bool) -> Edit:
    """Return the edit that makes a setting a socket, or a socket a setting again (the wire into it goes).

    Raise SettingError, naming node and setting, where the setting cannot be a socket.
    """
    held = graph.nodes[node]
    declared = library.get(held.operator)
    words = shortened(setting.replace("_", " "))
    if declared is None:
        raise SettingError(f"{quoted(graph, library, node)} has an unknown operator: {words} cannot be a socket.")
    if on and (fault := unable(declared, setting)):
        raise SettingError(f"{quoted(graph, library, node)}: {words} {fault}.", node=node)
    wires = () if on else tuple(w for w in graph.incoming.get(node, ()) if w.target.name == setting)
    title = f"{words} as a socket" if on else f"{words} as a setting"
    return Group(title, (*map(Disconnect, wires), SetExposed(node, setting, on)))


def _has_rules(declared: Operator) -> bool:
    """Return whether an operator brings derivatives of its own, which know nothing of its settings."""
    from engine.program.custom import has_rules

    return has_rules(declared.id)


def _taking(function: Callable[..., Any], names: tuple[str, ...], own: bool) -> Callable[..., Any]:
    """Return the function that takes these settings as its last positional arguments; None: the setting counts."""

    @wraps(function)
    def taking(*arguments: Any, **settings: Any) -> Any:
        from engine.program.primitives import stop

        given = {
            name: value if own else stop(value)
            for name, value in zip(names, arguments[-len(names) :], strict=True)
            if value is not None
        }
        return function(*arguments[: -len(names)], **{**settings, **given})

    return taking
