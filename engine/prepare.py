"""From a document to something that can run: sources evaluated, types inferred, start values drawn, optimizers
planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine import muting, random_bits
from engine.constraints import CONSTRAINTS
from engine.data import Data
from engine.errors import DataError, DeclarationError, GradwireError, RunError, ShapeError
from engine.exposing import declared_for
from engine.graph import Content, Graph, Node, Socket, label
from engine.infer import infer
from engine.operator import Kind, Library, Operator
from engine.order import ancestors, natural
from engine.problems import Problem, trained, validate
from engine.sockets import arguments, quoted
from engine.types import ArrayType, Type, shape_text, type_of


@dataclass(frozen=True, slots=True)
class Plan:
    """An optimizer node: what it minimises, what it moves, and all its settings."""

    id: str
    label: str
    loss: Socket
    """The output that its loss input is wired to."""
    parameters: tuple[str, ...]
    """The parameter nodes it moves: those it names, or all that reach the loss; never frozen ones."""
    settings: Mapping[str, Any]
    validation: Socket | None = None
    """The output that its validation input is wired to."""


@dataclass(frozen=True)
class Prepared:
    """A graph ready to be lowered. Nothing in it changes; a run has its own copies."""

    content: Content
    library: Library
    seed: int
    values: Mapping[Socket, Any]
    """What the sources gave, by output."""
    types: Mapping[Socket, Type]
    """The types of source and parameter outputs, and of batch indices (Socket(node, "indices"))."""
    inferred: Mapping[Socket, Type | None]
    """The type of every output and wired input; None where it is unknown (only in a lenient preparation)."""
    parameters: Mapping[str, Any]
    """Start values by parameter node, inside their constraints."""
    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    """Warnings; in a lenient preparation also errors, whose nodes are left out."""
    step: int = 0
    """The step at which a run takes over: 0, or that of the kept values."""
    active: Graph | None = None
    """The graph that runs where it is not the document's: there are muted nodes in that."""
    passes: Mapping[Socket, Socket | None] = field(default_factory=dict)
    """What stands in the place of the outputs of muted nodes (`engine.muting`)."""

    @property
    def graph(self) -> Graph:
        """The graph that was prepared: what runs, no wire in it touching a muted node."""
        return self.active or self.content.graph

    def operator(self, node: str) -> Operator:
        """Return the operator of a node; KeyError where the library does not have it."""
        found = declared_for(self.library, self.graph.nodes[node])
        if found is None:
            raise KeyError(self.graph.nodes[node].operator)
        return found

    def quoted(self, node: str) -> str:
        """Return how a sentence names the node."""
        return quoted(self.graph, self.library, node)

    def plan(self, optimizer: str | None) -> Plan:
        """Return the plan of an optimizer node (None: of the first); raise GradwireError where there is none."""
        for plan in self.plans:
            if optimizer in (None, plan.id):
                return plan
        raise GradwireError(
            "The graph has no optimizer with a loss: add one and wire a loss into it."
            if optimizer is None
            else f"There is no optimizer {optimizer!r} with a loss.",
            node=optimizer,
        )

    def input_types(self, node: str) -> tuple[Type, ...] | None:
        """Return the types of the node's wired inputs, or None where one is unknown or a required one is not wired."""
        return _input_types(self.graph, self.operator(node), self.inferred, node)

    def draw(self, node: str, step: int, previous: Any) -> tuple[NDArray[Any], Any]:
        """Return the indices of a batch node at a step, and the state that its next draw takes."""
        kinds = self.input_types(node)
        declared = self.operator(node)
        settings = declared.values(self.graph.nodes[node])
        key = random_bits.key(self.seed, node, step)
        indices, state = _callable(declared, declared.draw)(key, step, previous, kinds, settings)
        return indices, state

    def start_state(self, node: str) -> tuple[Any, ...]:
        """Return the first state of a stateful node; raise RunError where its inputs are not known."""
        kinds, declared = self.input_types(node), self.operator(node)
        if kinds is None:
            raise RunError(f"{self.quoted(node)} cannot start: not all of its inputs are known.", node=node)
        first = _callable(declared, declared.start)(kinds, declared.values(self.graph.nodes[node]))
        return tuple(scalar_or_array(np.asarray(each)) for each in first)


def prepare(
    content: Content,
    library: Library,
    data: Data,
    *,
    seed: int | None = None,
    start: Literal["kept", "initial"] = "kept",
    parameters: Mapping[str, Any] | None = None,
    strict: bool = True,
) -> Prepared:
    """Evaluate the sources, infer the types and draw the start values.

    `seed` replaces the seed of the first optimizer node (or of the kept run), which all lanes share. `start` says
    whether values kept in the document are taken up; `parameters` are start values that go before either. With
    `strict` the first error of `engine.problems.validate` is raised as a GradwireError, and only what optimizers and
    views need is evaluated; otherwise everything is, as far as it can be, and what cannot is left out and named in
    `problems` (for looking at a graph while it is built).
    """
    kept = content.kept if start == "kept" else None
    if seed is None:
        seed = kept.seed if kept else _seed(content.graph, library)
    work = Preparation(content.graph, library, seed, strict)
    values = work.sources(data)
    known: dict[Socket, Type] = {socket: type_of(value) for socket, value in values.items()}
    inferred = work.infer(known)
    parameter_types = work.parameter_types(inferred)
    starts = work.starts(parameter_types, parameters or {}, kept.values if kept else {})
    known |= {work.output(id): kind for id, kind in parameter_types.items()}
    prepared = Prepared(
        content=content,
        library=library,
        seed=seed,
        values=values,
        types=known,
        inferred=inferred,
        parameters=starts,
        plans=tuple(work.plans()),
        problems=tuple(work.problems),
        step=kept.step if kept else 0,
        active=work.graph if content.graph.muted else None,
        passes=work.passes,
    )
    known |= work.batch_types(prepared)
    return replace(prepared, problems=tuple(work.problems))


def scalar_or_array(array: NDArray[Any]) -> Any:
    """Return a NumPy scalar for an array without axes, as every computed value is one: both then give the same bits."""
    return array[()] if array.shape == () else array


def nodes_of_kind(graph: Graph, library: Library, kind: Kind) -> tuple[str, ...]:
    """Return the nodes whose operator is of this kind, in natural order; unknown operators and muted nodes are of
    none."""
    found = (
        id
        for id, node in graph.nodes.items()
        if not node.muted and node.operator in library and library[node.operator].kind is kind
    )
    return tuple(sorted(found, key=natural))


def optimizers(graph: Graph, library: Library) -> tuple[str, ...]:
    """Return the optimizer nodes in natural order."""
    nodes = nodes_of_kind(graph, library, Kind.HIGHER_ORDER)
    return tuple(id for id in nodes if library[graph.nodes[id].operator].family == "optimizers")


def _seed(graph: Graph, library: Library) -> int:
    for id in optimizers(graph, library):
        return int(library[graph.nodes[id].operator].values(graph.nodes[id])["seed"])
    return 0


def _callable(declared: Operator, function: Callable[..., Any] | None) -> Callable[..., Any]:
    if function is None:
        raise DeclarationError(f"the operator {declared.id} lacks a function that its kind needs")
    return function


def _input_types(
    graph: Graph, declared: Operator, inferred: Mapping[Socket, Type | None], node: str
) -> tuple[Type, ...] | None:
    wired = arguments(graph, declared, node)
    kinds = [inferred.get(argument.source) for argument in wired]
    missing = {each.name for each in declared.inputs if not each.optional} - {each.input.name for each in wired}
    return None if missing or None in kinds else tuple(kind for kind in kinds if kind is not None)


def readied(content: Content, like: Prepared) -> Preparation:
    """Return the parts of a lenient preparation of a content that differs from a prepared one in numbers."""
    return Preparation(content.graph, like.library, like.seed, strict=False)


class Preparation:
    """The parts of `prepare`, in the order in which they are called."""

    def __init__(self, graph: Graph, library: Library, seed: int, strict: bool) -> None:
        self.graph, self.library, self.seed, self.strict = graph, library, seed, strict
        goals = optimizers(graph, library)
        self.required = ancestors(graph, goals) if goals else frozenset(graph.nodes)
        shown = [id for id in nodes_of_kind(graph, library, Kind.VIEW) if not graph.nodes[id].inside]
        self.wanted = self.required | ancestors(graph, shown) if strict else frozenset(graph.nodes)
        self.problems: list[Problem] = []
        self.passes: Mapping[Socket, Socket | None] = {}
        if strict:
            _raise_first(validate(graph, library))

    def needed(self, kind: Kind) -> Iterable[str]:
        return (id for id in nodes_of_kind(self.graph, self.library, kind) if id in self.wanted)

    def declared(self, id: str) -> tuple[Node, Operator]:
        node = self.graph.nodes[id]
        return node, self.library[node.operator]

    def output(self, id: str) -> Socket:
        return Socket(id, self.declared(id)[1].outputs[0].name)

    def quoted(self, id: str) -> str:
        return quoted(self.graph, self.library, id)

    def refuse(self, error: GradwireError, code: str, node: str) -> None:
        """Raise the error, or note it where the preparation is lenient or no optimizer needs the node."""
        if self.strict and node in self.required:
            raise error
        self.problems.append(Problem("error", code, error.sentence, node, error.socket))

    def sources(self, data: Data) -> dict[Socket, Any]:
        values: dict[Socket, Any] = {}
        for id in self.needed(Kind.SOURCE):
            try:
                values |= self.source(data, id)
            except GradwireError as error:
                self.refuse(error, "source", id)
        return values

    def source(self, whole: Data, id: str) -> dict[Socket, Any]:
        """Return what a source gives, by output."""
        data = whole.of(id, self.quoted(id), random_bits.key(self.seed, id, 0))
        node, declared = self.declared(id)
        try:
            result = _callable(declared, declared.function)(data, **declared.values(node))
        except GradwireError as error:
            raise _at(error, id) from None
        except MemoryError as error:
            raise DataError(f"{data.label} needs more memory than there is.", node=id) from error
        except Exception as error:
            raise DataError(f"{data.label} failed: {error}.", node=id) from error
        outputs = declared.outputs_for(node)
        results = result if len(outputs) > 1 else (result,)
        return {Socket(id, output.name): value for output, value in zip(outputs, results, strict=True)}

    def infer(self, known: Mapping[Socket, Type]) -> Mapping[Socket, Type | None]:
        problems = validate(self.graph, self.library, known)
        if self.strict:
            _raise_first(problems)
        self.problems.extend(problems)
        found = infer(self.graph, self.library, known)
        self.graph, self.passes = muting.active(self.graph, found.passes), found.passes
        return found.types

    def parameter_types(self, inferred: Mapping[Socket, Type | None]) -> dict[str, ArrayType]:
        types: dict[str, ArrayType] = {}
        for id in self.needed(Kind.PARAMETER):
            kind = inferred.get(self.output(id))
            if isinstance(kind, ArrayType):
                types[id] = kind
            else:
                sentence = f"{self.quoted(id)} has no shape, and nothing that it feeds asks for one: set its shape."
                self.refuse(ShapeError(sentence, node=id), "parameter_shape", id)
        return types

    def starts(
        self, types: Mapping[str, ArrayType], given: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> dict[str, Any]:
        unknown = sorted(set(given) - set(types), key=natural)
        if unknown:
            name = self.quoted(unknown[0])
            raise GradwireError(f"{name} is no parameter in use: it cannot be given a start value.", node=unknown[0])
        starts = {}
        for id, kind in types.items():
            try:
                starts[id] = self.start(id, kind, given.get(id), kept.get(id))
            except GradwireError as error:
                self.refuse(error, "parameter_start", id)
            except MemoryError as error:
                sentence = f"{self.quoted(id)} needs more memory than there is: {error}."
                self.refuse(RunError(sentence, node=id), "parameter_start", id)
        return starts

    def start(self, id: str, kind: ArrayType, given: Any, kept: Any) -> Any:
        """Return a parameter's start value: that which is given, else that which is kept, else its own."""
        if given is not None:
            return self._inside(self._fitting(given, kind, id), id)
        if kept is not None and tuple(kept.shape) == kind.shape:
            return self._inside(self._fitting(kept.array(), kind, id), id)
        if kept is not None:
            shapes = f"its kept value is {shape_text(kept.shape)}, now it is {shape_text(kind.shape)}"
            self.problems.append(Problem("warning", "kept_shape", f"{self.quoted(id)} starts anew: {shapes}.", id))
        node, declared = self.declared(id)
        settings = {**declared.values(node), "shape": kind.shape}
        try:
            start = _callable(declared, declared.function)(random_bits.key(self.seed, id, 0), **settings)
        except GradwireError as error:
            raise type(error)(f"{self.quoted(id)} cannot start: {error.sentence.rstrip('.')}.", node=id) from None
        except MemoryError:
            raise
        except Exception as error:
            raise RunError(f"{self.quoted(id)} cannot start: {error}.", node=id) from error
        return self._fitting(start, kind, id)

    def _inside(self, value: Any, id: str) -> Any:
        """Return a value that was given or kept inside the constraint of its parameter, as the node's own start is."""
        node, declared = self.declared(id)
        settings = declared.values(node)
        constraint = CONSTRAINTS.get(str(settings.get("constraint")))
        if constraint is None:
            return value
        return constraint.moved_inside(value, tuple(float(settings[name]) for name in constraint.limits))

    def batch_types(self, prepared: Prepared) -> dict[Socket, Type]:
        types: dict[Socket, Type] = {}
        for id in self.needed(Kind.BATCH):
            try:
                if prepared.input_types(id) is not None:
                    types[Socket(id, "indices")] = type_of(prepared.draw(id, 0, None)[0])
            except GradwireError as error:
                sentence = f"{self.quoted(id)} cannot draw: {error.sentence.rstrip('.')}."
                self.refuse(type(error)(sentence, node=id, socket=error.socket), "draw", id)
        return types

    def _fitting(self, value: Any, kind: ArrayType, id: str) -> Any:
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise ShapeError(f"{self.quoted(id)} needs numbers to start from, but something else was given.", node=id)
        if array.shape != kind.shape:
            given = "a scalar" if array.shape == () else f"an array of shape {shape_text(array.shape)}"
            needed = "a scalar" if kind.shape == () else f"an array of shape {shape_text(kind.shape)}"
            raise ShapeError(f"{self.quoted(id)} starts from {needed}, but {given} was given.", node=id)
        if array.dtype.kind == "c" and not kind.dtype.startswith("complex"):
            raise ShapeError(f"{self.quoted(id)} needs real start values, but complex ones were given.", node=id)
        if not np.all(np.isfinite(array)):
            raise GradwireError(f"{self.quoted(id)} needs finite start values, but NaN or infinity was given.", node=id)
        return scalar_or_array(array.astype(kind.dtype))

    def plans(self) -> Iterable[Plan]:
        for id in optimizers(self.graph, self.library):
            node, declared = self.declared(id)
            loss = self.graph.sources.get(Socket(id, "loss"))
            if loss is not None:
                owned = trained(self.graph, self.library, id)
                seen = self.graph.sources.get(Socket(id, "validation"))
                yield Plan(id, label(node, declared.title), loss, owned, declared.values(node), seen)


def _raise_first(problems: Sequence[Problem]) -> None:
    for problem in problems:
        if problem.severity == "error":
            raise GradwireError(problem.sentence, node=problem.node, socket=problem.socket)


def _at(error: GradwireError, node: str) -> GradwireError:
    return type(error)(error.sentence, node=error.node or node, socket=error.socket, place=error.place)
