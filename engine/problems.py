"""What is wrong with a graph, said before it runs: each problem names its node and socket, and the graph stays open."""

from __future__ import annotations

import difflib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from engine import muting
from engine.bodies import flat
from engine.edits import Disconnect, Edit, Group, ResetSetting, SetExposed, SetSetting
from engine.errors import SettingError
from engine.exposing import unable
from engine.flow import Flow
from engine.graph import Graph, Socket, Wire
from engine.infer import Inference, infer
from engine.operator import Kind, Operator, socket_number
from engine.order import ancestors, graph_parents, loops, natural
from engine.placeholder import missing, operator_of
from engine.problems_bodies import bodies
from engine.problems_losses import changing_losses
from engine.problems_muted import by_muting, not_passed
from engine.rules import is_derivative, is_optimizer
from engine.setting import Factors, Names, Setting
from engine.sockets import arguments, input_of, missing_inputs, output_names, quoted, shortened
from engine.types import Type, leaves

Severity: TypeAlias = Literal["error", "warning"]
SHOWN = 6
"""Most nodes one sentence lists."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. An error keeps the graph from running, a warning does not.

    `code` is a stable word for tests and tools, `fix` an edit that mends it where one plainly does.
    """

    severity: Severity
    code: str
    sentence: str
    node: str | None = None
    socket: str | None = None
    fix: Edit | None = None


def validate(
    graph: Graph,
    library: Mapping[str, Operator],
    known: Mapping[Socket, Type] | None = None,
    *,
    inference: Inference | None = None,
) -> tuple[Problem, ...]:
    """Return every problem of the graph, errors first, then in the natural order of the nodes.

    A fault in a node that no optimizer needs is a warning (where there is no optimizer, every node counts as needed).
    `inference` saves the work of inferring again; otherwise types are inferred from `known`.
    """
    inference = inference or infer(graph, library, known)
    facts = Facts(muting.active(graph, inference.passes), library, inference)
    found = [problem for check in CHECKS for problem in check(facts)]
    weighed = [p if p.node is None or p.node in facts.needed else replace(p, severity="warning") for p in found]
    if graph.muted:
        weighed = [*not_passed(graph, facts), *(each for each in weighed if not by_muting(each, graph))]
    return tuple(sorted(weighed, key=lambda p: (p.severity, natural(p.node or ""))))


def trained(
    graph: Graph, library: Mapping[str, Operator], optimizer: str, inference: Inference | None = None
) -> tuple[str, ...]:
    """Return the parameters an optimizer node owns, in natural order; never frozen ones.

    They are those it names in its setting `parameters`, else all from which a path with derivatives leads to its loss.
    With an `inference`, integers and booleans on the way end a path.
    """
    facts = Facts(graph, library, inference or Inference())
    return facts.trained(optimizer)


class Facts:
    """What several checks ask of a graph, worked out once."""

    def __init__(self, graph: Graph, library: Mapping[str, Operator], inference: Inference) -> None:
        self.graph = graph
        self.library = library
        self.inference = inference
        self.nodes = sorted(graph.nodes.keys() - muting.idle(graph), key=natural)
        self.operators = {node: operator_of(graph, library, node) for node in self.nodes}
        self.optimizers = [n for n in self.nodes if is_optimizer(self.operators[n])]
        self.parameters = [n for n in self.nodes if self.operators[n].kind is Kind.PARAMETER]
        self.needed = ancestors(graph, self.optimizers) if self.optimizers else frozenset(self.nodes)
        self.flow = None if flat(graph) else Flow(graph, self.operators, library)
        self._closest: dict[tuple[str, tuple[str, ...]], str | None] = {}
        self._reach: dict[Socket, frozenset[str]] = {}

    def quoted(self, node: str) -> str:
        return quoted(self.graph, self.library, node)

    def problem(
        self, code: str, sentence: str, node: str, socket: str | None = None, fix: Edit | None = None
    ) -> Problem:
        return Problem("error", code, f"{self.quoted(node)}{sentence}", node, socket, fix)

    def closest(self, word: str, words: Iterable[str]) -> str | None:
        """Return the most similar of the words, or None; looked for once, since it is slow."""
        known = tuple(words)
        if (word, known) not in self._closest:
            self._closest[word, known] = next(iter(difflib.get_close_matches(word, known, 1, 0.7)), None)
        return self._closest[word, known]

    def loss(self, optimizer: str) -> Socket | None:
        return self.graph.sources.get(Socket(optimizer, "loss"))

    def named(self, optimizer: str) -> tuple[str, ...]:
        names = self.operators[optimizer].values(self.graph.nodes[optimizer]).get("parameters", ())
        return tuple(names)

    def trained(self, optimizer: str) -> tuple[str, ...]:
        loss = self.loss(optimizer)
        among = self.named(optimizer) or (self.reach(loss) if loss else ())
        nodes = self.graph.nodes
        return tuple(n for n in self.parameters if n in frozenset(among) and not nodes[n].frozen)

    def reach(self, loss: Socket) -> frozenset[str]:
        """Return the nodes from which a path with derivatives leads to the loss."""
        if loss not in self._reach:
            self._reach[loss] = frozenset(self._walk_back(loss))
        return self._reach[loss]

    def _walk_back(self, loss: Socket) -> set[str]:
        seen: set[str] = set()
        todo = [loss]
        while todo:
            source = todo.pop()
            if source.node in seen or source.node not in self.operators or not self._has_derivative(source):
                continue
            seen.add(source.node)
            if self.flow is not None:
                todo += self.flow.behind(source)
                if not self.flow.passes(source.node):
                    continue
            for argument in arguments(self.graph, self.operators[source.node], source.node):
                if argument.input.differentiable:
                    todo.append(argument.source)
        return seen

    def feeds(self, node: str) -> bool:
        """Return whether anything is wired to a node's outputs, or reads them from within a body."""
        return bool(self.graph.outgoing.get(node)) or (self.flow is not None and node in self.flow.reads)

    def _has_derivative(self, output: Socket) -> bool:
        kind = self.inference.types.get(output)
        return kind is None or any(leaf.differentiable for leaf in leaves(kind))


# The checks, each a generator of problems -----------------------------------------------------------------------------


def _unknown_operators(facts: Facts) -> Iterator[Problem]:
    for node in facts.nodes:
        if facts.operators[node].kind is Kind.UNKNOWN:
            operator = facts.graph.nodes[node].operator
            close = facts.closest(operator, facts.library)
            hint = f"; did you mean {close}?" if close else "."
            sentence = f" needs the operator “{shortened(operator)}”, {missing(facts.library, operator)}{hint}"
            yield facts.problem("unknown-operator", sentence, node)


def _settings(facts: Facts) -> Iterator[Problem]:
    for node in facts.nodes:
        declared = facts.operators[node]
        if declared.kind is Kind.UNKNOWN:
            continue
        for name, value in facts.graph.nodes[node].settings.items():
            spec = _declaration(declared, name)
            reset = ResetSetting(node, name)
            if spec is None:
                close = facts.closest(name, declared.settings)
                hint = f"; did you mean {close}?" if close else "."
                yield facts.problem("unknown-setting", f" has no setting “{shortened(name)}”{hint}", node, fix=reset)
                continue
            try:
                spec.check(value)
            except SettingError as fault:
                words = name.replace("_", " ")
                shown = shortened(json.dumps(value, ensure_ascii=False), 40)
                yield facts.problem("bad-setting", f": {words} {fault.sentence}, not {shown}.", node, fix=reset)


def _exposed(facts: Facts) -> Iterator[Problem]:
    """Settings made sockets that cannot be."""
    for node in facts.nodes:
        declared = facts.operators[node]
        for name in facts.graph.nodes[node].exposed if declared.kind is not Kind.UNKNOWN else ():
            if fault := unable(declared, name):
                sentence = f": {shortened(name.replace('_', ' '))} {fault}."
                yield facts.problem("bad-socket", sentence, node, fix=SetExposed(node, name, False))


def _declaration(declared: Operator, name: str) -> Setting | None:
    """Return the declaration of a setting, or of the number that stands in an unwired input's place."""
    if name in declared.settings:
        return declared.settings[name]
    given = input_of(declared, name)
    return socket_number(name) if given and given.optional and given.default is not None else None


def _cycles(facts: Facts) -> Iterator[Problem]:
    for loop in loops(facts.inference.looped, graph_parents(facts.graph)):
        shown = [facts.quoted(node) for node in loop[:SHOWN]]
        more = [f"{len(loop) - SHOWN} more"] if len(loop) > SHOWN else []
        path = " -> ".join([*shown, *more, facts.quoted(loop[0])])
        first = loop[0]
        yield Problem("error", "cycle", f"The wires run in a circle: {path}. Take one of them away.", first)


def _wires(facts: Facts) -> Iterator[Problem]:
    feeding = defaultdict[Socket, list[Wire]](list)
    for wire in sorted(facts.graph.wires):
        yield from _missing_ends(facts, wire)
        feeding[wire.target].append(wire)
    for target, wires in feeding.items():
        if len(wires) > 1:
            sources = " and ".join(facts.quoted(wire.source.node) for wire in wires[:SHOWN])
            fix = Group("Disconnect", tuple(map(Disconnect, wires[1:])))
            sentence = f" has {len(wires)} wires into {target.name}, from {sources}: an input takes one."
            yield facts.problem("occupied-twice", sentence, target.node, target.name, fix)


def _missing_ends(facts: Facts, wire: Wire) -> Iterator[Problem]:
    source, target = wire
    if loose := [end for end in wire if end.node not in facts.graph.nodes]:
        sentence = f"A wire ends at {loose[0]}, where no node is."
        yield Problem("error", "no-such-node", sentence, None, loose[0].name, Disconnect(wire))
        return
    outputs = output_names(facts.graph, facts.operators[source.node], source.node)
    if source.name not in outputs:
        sentence = f" has no output “{shortened(source.name)}”, yet a wire starts there{_instead(outputs)}."
        yield facts.problem("no-such-socket", sentence, source.node, source.name, Disconnect(wire))
    declared = facts.operators[target.node]
    if input_of(declared, target.name) is None:
        inputs = [each.name for each in declared.inputs]
        sentence = f" has no input “{shortened(target.name)}”, yet a wire ends there{_instead(inputs)}."
        yield facts.problem("no-such-socket", sentence, target.node, target.name, Disconnect(wire))


def _instead(names: Sequence[str]) -> str:
    return f": it has {shortened(', '.join(names))}" if names else ": it has none"


def _missing_inputs(facts: Facts) -> Iterator[Problem]:
    for node in facts.nodes:
        declared = facts.operators[node]
        for each in missing_inputs(facts.graph, declared, node):
            what = "a scalar loss" if is_optimizer(declared) else "a value"
            sentence = f" has nothing wired into {each.name}: wire {what} into it."
            yield facts.problem("missing-input", sentence, node, f"{each.name}.0" if each.variadic else each.name)


def _mismatches(facts: Facts) -> Iterator[Problem]:
    for mismatch in facts.inference.mismatches:
        code = "loss-not-scalar" if is_optimizer(facts.operators[mismatch.node]) else mismatch.code
        yield Problem("error", code, mismatch.sentence, mismatch.node, mismatch.socket)


def _named_parameters(facts: Facts) -> Iterator[Problem]:
    for node in facts.nodes:
        for setting, spec in facts.operators[node].settings.items():
            if isinstance(spec, Names) and spec.of == "parameter":
                names = facts.operators[node].values(facts.graph.nodes[node])[setting]
                yield from _wrong_names(facts, node, setting, {name: name for name in names})
            if isinstance(spec, Factors) and spec.of == "parameter":
                pairs = facts.operators[node].values(facts.graph.nodes[node])[setting]
                yield from _wrong_names(facts, node, setting, {pair[0]: pair for pair in pairs})


def _wrong_names(facts: Facts, node: str, setting: str, named: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the names that are no parameter's; `named` has the part of the setting that each stands in."""
    parameters = frozenset(facts.parameters)
    right = tuple(part for name, part in named.items() if name in parameters)
    for name in named:
        if name not in parameters:
            what = "not a parameter" if name in facts.graph.nodes else "not in the graph"
            sentence = f" names the parameter “{shortened(name)}”, which is {what}."
            yield facts.problem("no-such-parameter", sentence, node, fix=SetSetting(node, setting, right))


def _paths(facts: Facts) -> Iterator[Problem]:
    """No path from the loss to the parameters an optimizer is to train."""
    for optimizer in facts.optimizers:
        loss = facts.loss(optimizer)
        if loss is None:
            continue
        reach = facts.reach(loss)
        for name in facts.named(optimizer):
            if name in facts.parameters and name not in reach:
                sentence = f" is to train {facts.quoted(name)}, but {_no_way(facts, name, loss)}."
                yield facts.problem("no-path", sentence, optimizer, "loss")
        if not facts.trained(optimizer):
            yield facts.problem("no-path", _nothing_to_train(facts, optimizer, reach), optimizer, "loss")


def _no_way(facts: Facts, parameter: str, loss: Socket) -> str:
    if parameter in ancestors(facts.graph, [loss.node]):
        return "its loss depends on it only through steps that have no derivative"
    return "no path leads from it to the loss"


def _nothing_to_train(facts: Facts, optimizer: str, reach: frozenset[str]) -> str:
    owned = facts.named(optimizer) or reach
    frozen = [node for node in facts.parameters if node in owned and facts.graph.nodes[node].frozen]
    if frozen:
        return " has nothing to train: all its parameters are frozen; unfreeze one."
    return " has nothing to train: no path with derivatives leads from a parameter to its loss."


def _derivatives(facts: Facts) -> Iterator[Problem]:
    """A derivative node whose sockets no path with derivatives joins: what it gives is 0."""
    for node in facts.nodes:
        of, wrt = (facts.graph.sources.get(Socket(node, name)) for name in ("of", "wrt"))
        if not is_derivative(facts.operators[node]) or of is None or wrt is None or of == wrt:
            continue
        if wrt.node not in facts.reach(of):
            way = "depends on it only through steps that have no derivative"
            if wrt.node not in ancestors(facts.graph, [of.node]):
                way = "does not depend on it"
            sentence = f" is 0: it differentiates {facts.quoted(of.node)} by {facts.quoted(wrt.node)}, and that {way}."
            yield replace(_warning(facts, "no-derivative", sentence, node), socket="wrt")


def _idle_parameters(facts: Facts) -> Iterator[Problem]:
    losses = [loss for optimizer in facts.optimizers if (loss := facts.loss(optimizer))]
    before_loss = ancestors(facts.graph, [loss.node for loss in losses])
    reached = frozenset[str]().union(*(facts.reach(loss) for loss in losses))
    for node in facts.parameters:
        if not facts.feeds(node):
            yield _warning(facts, "unused-parameter", " feeds nothing: wire it into something, or delete it.", node)
        elif losses and node not in reached and not facts.graph.nodes[node].frozen:
            why = "only steps without a derivative lead" if node in before_loss else "no path leads"
            yield _warning(facts, "untrained-parameter", f" will not be trained: {why} from it to a loss.", node)


def _no_optimizer(facts: Facts) -> Iterator[Problem]:
    used = [n for n in facts.parameters if facts.feeds(n) and not facts.graph.nodes[n].frozen]
    if used and not facts.optimizers:
        sentence = " is trained by nothing: add an optimizer and wire a scalar loss into it."
        yield _warning(facts, "no-optimizer", sentence, used[0])


def _overlapping_optimizers(facts: Facts) -> Iterator[Problem]:
    """Several optimizers run side by side on equal parameters, or in turns on different ones, but not in between."""
    owner: dict[str, str] = {}
    owned = {optimizer: frozenset(facts.trained(optimizer)) for optimizer in facts.optimizers}
    for optimizer, parameters in owned.items():
        others = {owner.setdefault(parameter, optimizer) for parameter in sorted(parameters, key=natural)}
        for other in sorted(others, key=natural):
            if owned[other] != parameters:
                yield facts.problem("overlapping-optimizers", _overlap(facts, optimizer, other, owned), optimizer)


def _overlap(facts: Facts, one: str, other: str, owned: Mapping[str, frozenset[str]]) -> str:
    shared = min(owned[one] & owned[other], key=natural)
    single = min(owned[one] ^ owned[other], key=natural)
    return (
        f" and {facts.quoted(other)} both train {facts.quoted(shared)} but not both {facts.quoted(single)}: "
        "let them train the same parameters (side by side) or different ones (in turns)."
    )


def _warning(facts: Facts, code: str, sentence: str, node: str) -> Problem:
    return replace(facts.problem(code, sentence, node), severity="warning")


CHECKS = (
    _exposed,
    _unknown_operators,
    _settings,
    _cycles,
    bodies,
    _wires,
    _missing_inputs,
    _mismatches,
    _named_parameters,
    _paths,
    _derivatives,
    _idle_parameters,
    _no_optimizer,
    _overlapping_optimizers,
    changing_losses,
)


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return those that keep the graph from running."""
    return tuple(problem for problem in problems if problem.severity == "error")
