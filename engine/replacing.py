"""Replacing: another operator in a node's place, and other values in the settings of many nodes, as single edits."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine import bodies, building
from engine.edits import AddNode, Connect, Edit, Group, RemoveNode, SetSetting
from engine.errors import EditError, SettingError
from engine.finding import text_of
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import Inference, infer, refusal
from engine.operator import Operator
from engine.order import natural
from engine.placeholder import operator_of
from engine.sockets import input_names, quoted, shortened

# Another operator -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replacement:
    """The edit that puts an operator in nodes' places, the ids the nodes have then, and a sentence for each that could
    not keep everything."""

    edit: Group
    nodes: tuple[str, ...]
    lost: tuple[str, ...]


def replacement(
    content: Content, library: Mapping[str, Operator], nodes: Sequence[str], operator_id: str
) -> Replacement:
    """Return how an operator takes the place of nodes. They keep id, name, place, body and frames; wires go to sockets
    of the same name, else to the same position, where their types fit; settings of the same name and a value that fits
    are kept.

    Raise EditError for an operator the library lacks, and where nothing would change.
    """
    declared = library.get(operator_id)
    if declared is None:
        raise EditError(f"There is no operator “{shortened(operator_id)}”.")
    chosen = [id for id in sorted(nodes, key=natural) if content.graph.nodes[id].operator != operator_id]
    if not chosen:
        raise EditError(f"Only nodes that are of another operator can become “{declared.title}”.")
    for id in chosen:
        if bodies.enclosed(content.graph, [id]) != frozenset({id}):
            raise EditError(
                f"{quoted(content.graph, library, id)} has a body, which would be lost: take it out of there first.",
                node=id,
            )
    edits: list[Edit] = []
    lost: list[str] = []
    now, inference = content, infer(content.graph, library)
    for id in chosen:
        found, words = _replaced(now, library, id, declared, inference)
        now = found.apply(now)[0]
        edits += found.edits
        lost += words
    what = quoted(content.graph, library, chosen[0]) if len(chosen) == 1 else f"{len(chosen)} nodes"
    title = f"Replace {content.graph.nodes[chosen[0]].name or chosen[0]}" if len(chosen) == 1 else f"Replace {what}"
    return Replacement(Group(f"{shortened(title, 40)} with {declared.title}", tuple(edits)), tuple(chosen), tuple(lost))


def _replaced(
    content: Content, library: Mapping[str, Operator], id: str, declared: Operator, inference: Inference
) -> tuple[Group, list[str]]:
    graph, layout = content.graph, content.layout
    node, old = graph.nodes[id], operator_of(graph, library, id)
    settings, dropped = _settings(node, old, declared)
    exposed = tuple(name for name in node.exposed if name in declared.settings)
    new = Node(id, declared.id, node.name, settings, node.frozen, node.inside, exposed, node.muted)
    removal = RemoveNode(id)
    bare, back = removal.apply(content)
    added = AddNode(new, layout.places.get(id))
    restored = _without_node(back)
    present = Group("", (added, *restored)).apply(bare)[0]
    wires, unwired = _wires(present, library, graph, id, old, inference)
    edit = Group("", (removal, added, *restored, *map(Connect, wires)))
    lacking = [*(f"the wire {words}" for words in unwired), *(f"the setting {name}" for name in dropped)]
    who = quoted(graph, library, id)
    return edit, [f"{who} could not keep {_listed(lacking)}."] if lacking else []


def _without_node(back: Edit) -> list[Edit]:
    """Return what of the way back concerns neither the node itself nor its wires: its place in frames."""
    members = back.edits if isinstance(back, Group) else (back,)
    return [edit for edit in members if not isinstance(edit, AddNode | Connect)]


def _settings(node: Node, old: Operator, new: Operator) -> tuple[dict[str, Any], list[str]]:
    """Return the settings that the new operator can take over, and the names of those that it cannot."""
    kept: dict[str, Any] = {}
    dropped: list[str] = []
    sockets = {each.name for each in new.inputs if each.default is not None}
    for name, value in node.settings.items():
        spec = new.settings.get(name)
        if spec is None and name in sockets and not isinstance(value, bool) and isinstance(value, int | float):
            kept[name] = value
            continue
        try:
            kept[name] = spec.check(value) if spec is not None else None
        except SettingError:
            spec = None
        if spec is None:
            kept.pop(name, None)
            dropped.append(name.replace("_", " "))
    return kept, dropped


def _wires(
    present: Content, library: Mapping[str, Operator], before: Graph, id: str, old: Operator, inference: Inference
) -> tuple[list[Wire], list[str]]:
    """Return the wires that the node gets in its new form, and in words those that fit nowhere."""
    made: list[Wire] = []
    lost: list[str] = []
    graph = present.graph
    for incoming in (True, False):
        wires = (before.incoming if incoming else before.outgoing).get(id, ())
        names = _positions(before, old, id, incoming)
        if not incoming and wires:
            inference = infer(graph, library)  # what the node gives in its new form
        for wire in wires:
            if wire.source.node == wire.target.node:
                continue
            name = (wire.target if incoming else wire.source).name
            fresh = operator_of(graph, library, id)
            offered = _offered(graph, fresh, id, incoming)
            taken = {each.target.name for each in graph.incoming.get(id, ())} if incoming else set()
            place = names.index(name) if name in names else len(names)
            fit = _fit(graph, library, inference, wire, id, incoming, _candidates(name, place, offered, taken))
            if fit is None:
                ends = (wire.source, wire.target)
                lost.append(" → ".join(f"{quoted(before, library, end.node)}.{end.name}" for end in ends))
                continue
            made.append(fit)
            graph = Graph(graph.nodes, graph.wires | {fit})
    return made, lost


def _positions(graph: Graph, declared: Operator, id: str, incoming: bool) -> list[str]:
    if incoming:
        return list(input_names(graph, declared, id))
    return [output.name for output in declared.outputs_for(graph.nodes[id])]


def _offered(graph: Graph, declared: Operator, id: str, incoming: bool) -> list[str]:
    return _positions(graph, declared, id, incoming)


def _candidates(name: str, place: int, offered: Sequence[str], taken: set[str]) -> Iterator[str]:
    """Yield the sockets to try: the one of the same name, those of its stem, that in the same position, the rest."""
    free = [each for each in offered if each not in taken]
    stem = name.partition(".")[0]
    first = [each for each in free if each == name]
    alike = [each for each in free if each != name and each.partition(".")[0] == stem]
    there = [offered[place]] if place < len(offered) and offered[place] in free else []
    yield from dict.fromkeys([*first, *alike, *there, *free])


def _fit(
    graph: Graph,
    library: Mapping[str, Operator],
    inference: Inference,
    wire: Wire,
    id: str,
    incoming: bool,
    names: Iterator[str],
) -> Wire | None:
    for name in names:
        socket = Socket(id, name)
        made = Wire(wire.source, socket) if incoming else Wire(socket, wire.target)
        if refusal(graph, library, inference, made) is None:
            return made
    return None


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# Other values in settings ---------------------------------------------------------------------------------------------

MOST: Final = 10_000
"""Hits that are looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A setting that holds what is looked for: its value now and after, or why it cannot be that (`fault`)."""

    node: str
    setting: str
    before: Any
    after: Any = None
    fault: str = ""

    @property
    def path(self) -> str:
        """The setting as a sweep names it."""
        return f"{self.node}.{self.setting}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in settings and what comes in its place. A number is found where a value equals it, a text
    where a value holds it; `exactly` asks for the whole value, `cased` for the same case, `setting` for one setting."""

    old: str
    new: str = ""
    setting: str = ""
    exactly: bool = False
    cased: bool = False


def hits(
    content: Content, library: Mapping[str, Operator], wanted: Wanted, nodes: Sequence[str] | None = None
) -> tuple[Hit, ...]:
    """Return every setting (of all nodes, or those given) that differs from its default and holds what is looked for,
    in the natural order of the nodes. Lists of names that sockets go by are told as faults: `control` keeps them in
    step with wires and bodies, which a replacement would not."""
    if not wanted.old:
        return ()
    graph = content.graph
    found: list[Hit] = []
    for id in sorted(graph.nodes if nodes is None else nodes, key=natural):
        named = operator_of(graph, library, id).family == "control" and graph.nodes[id].operator != PYTHON
        for name, value in sorted(graph.nodes[id].settings.items()):
            if wanted.setting and wanted.setting.strip().replace(" ", "_") != name:
                continue
            after = _substituted(value, wanted)
            if after is _SAME or len(found) >= MOST:
                continue
            if named and isinstance(value, tuple | str):
                found.append(Hit(id, name, value, fault=f"{quoted(graph, library, id)}: {_NAMES}."))
            else:
                found.append(_hit(graph, library, id, name, value, after))
    return tuple(found)


def replacing_edit(content: Content, library: Mapping[str, Operator], found: Sequence[Hit]) -> Group:
    """Return the edit that gives the settings their new values. Hits with a fault are passed over."""
    good = [hit for hit in found if not hit.fault]
    edits = tuple(building.setting_edit(content.graph, library, hit.node, hit.setting, hit.after) for hit in good)
    return Group(f"Replace in {len(good)} setting{'' if len(good) == 1 else 's'}", edits)


PYTHON: Final = "control.python"
"""The operator of control flow whose text is no name of anything."""
_NAMES: Final = "these are names that sockets go by; change them in the inspector, which takes the wires along"


_SAME: Final = object()
"""A value that does not hold what is looked for."""


def _hit(graph: Graph, library: Mapping[str, Operator], id: str, name: str, value: Any, after: Any) -> Hit:
    try:
        edit = building.setting_edit(graph, library, id, name, after)
    except SettingError as fault:
        return Hit(id, name, value, after, fault.sentence)
    return Hit(id, name, value, edit.value if isinstance(edit, SetSetting) else after)


def _substituted(value: Any, wanted: Wanted) -> Any:
    """Return a value with what is looked for replaced, or _SAME where it does not hold it."""
    if isinstance(value, tuple):
        parts = [_substituted(each, wanted) for each in value]
        if all(part is _SAME for part in parts):
            return _SAME
        return tuple(old if part is _SAME else part for old, part in zip(value, parts, strict=True))
    if isinstance(value, bool):
        return _read(wanted.new) if text_of(value) == wanted.old.casefold() else _SAME
    if isinstance(value, int | float):
        number = _read(wanted.old)
        same = isinstance(number, int | float) and not isinstance(number, bool) and number == value
        return _read(wanted.new) if same else _SAME
    if not isinstance(value, str):
        return _SAME
    flags = 0 if wanted.cased else re.IGNORECASE
    pattern = re.compile(re.escape(wanted.old), flags)
    if not (pattern.fullmatch(value) if wanted.exactly else pattern.search(value)):
        return _SAME
    return pattern.sub(lambda _: wanted.new, value)


def _read(text: str) -> Any:
    """Return the number or truth that a text is, else the text."""
    cleaned = text.strip().replace("\u2212", "-")
    if cleaned in ("true", "false"):
        return cleaned == "true"
    for kind in (int, float):
        try:
            number = kind(cleaned) if "_" not in cleaned else None
        except ValueError:
            continue
        if number is not None and math.isfinite(number):
            return number
    return text
