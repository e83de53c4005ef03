"""Questions about a prepared graph at given parameter values: what every wire carries, both ways; gradients; their
check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import gradient_function
from engine.autodiff.check import Report, check_gradient
from engine.backends.interpret import first_nonfinite, interpret_all
from engine.binding import States, bind, failure, naming, nonfinite
from engine.descent import is_loss, lowered_loss
from engine.errors import GradwireError, RunError
from engine.exposing import declared_for
from engine.graph import Socket
from engine.landscape import Surface, element
from engine.operator import Kind
from engine.order import acyclic_part, ancestors, descendants, graph_parents, natural
from engine.prepare import Plan, Prepared
from engine.program.lower import lower
from engine.program.program import Program, ProgramInput, Var
from engine.rules import is_optimizer
from engine.sockets import output_names
from engine.stepper import choose
from engine.types import Type


@dataclass(frozen=True, slots=True)
class Look:
    """What an output carries: its value (an array, or a tuple or dict of them), and the derivative of the loss by it.

    `cotangent` has the structure of the value; None where no loss is looked at, or where the value carries no
    derivative. It is zero where the loss does not depend on the value.
    """

    type: Type
    value: Any
    cotangent: Any


@dataclass(frozen=True, slots=True)
class Looks:
    """Every output that could be evaluated, and the loss of every optimizer whose loss could be."""

    wires: Mapping[Socket, Look]
    losses: Mapping[str, float]
    """By optimizer node."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """The loss of one optimizer and its derivative by each of the parameters it moves, at given values."""

    optimizer: str
    loss: float
    gradients: Mapping[str, NDArray[Any]]
    """By parameter node: derivatives by the value itself, not by what an optimizer moves in a constraint's place."""
    approach: str
    backend: str


@dataclass(frozen=True, slots=True)
class Check:
    """One parameter's gradient against central differences and, where every operator allows it, the complex step."""

    node: str
    label: str
    differences: float
    """The largest difference to central differences, relative to the norm of the gradient."""
    complex_step: float | None
    """The same against the complex step; None where the program is not analytic."""
    passed: bool
    sentence: str


def evaluable(prepared: Prepared) -> tuple[str, ...]:
    """Return the nodes whose outputs can be computed: all of their inputs are there, and all types are known."""
    graph, library = prepared.graph, prepared.library
    parents = graph_parents(graph)
    order, _ = acyclic_part(graph.nodes, parents)
    able: set[str] = set()
    for id in order:
        declared = declared_for(library, graph.nodes[id])
        if declared is None or not all(parent in able for parent in parents(id)) or not _ready(prepared, id):
            continue
        if all(prepared.inferred.get(Socket(id, name)) is not None for name in output_names(graph, declared, id)):
            able.add(id)
    return tuple(id for id in order if id in able)


def _ready(prepared: Prepared, id: str) -> bool:
    if prepared.graph.nodes[id].muted:
        return False
    match prepared.operator(id).kind:
        case Kind.VIEW:
            return False
        case Kind.HIGHER_ORDER if is_optimizer(prepared.operator(id)):
            return False
        case Kind.SOURCE:
            return any(socket.node == id for socket in prepared.values)
        case Kind.PARAMETER:
            return id in prepared.parameters
        case Kind.BATCH:
            return Socket(id, "indices") in prepared.types
        case _:
            return prepared.input_types(id) is not None


def look(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
    train: bool = True,
) -> Looks:
    """Return the value of every output that can be computed, at `parameters` (default: the start values), and its
    cotangent.

    Cotangents are of the loss of `optimizer` (default: the first that can be computed). `step` and `states` (see
    `Trainer.states`) say which noise, batch and running averages are meant. Values that are not finite are returned as
    they are. What a node in a body carried is its value of the last iteration or call, without a cotangent. Raise
    RunError, with the node, where an operator fails.
    """
    return looking(prepared, optimizer, train=train).at(prepared, parameters, step=step, states=states)


@dataclass(frozen=True)
class Looking:
    """Every output of a graph and its cotangent as one program: what looks at one graph, and at those that differ from
    it in numbers alone (`engine.adjusting`), are found by."""

    program: Program
    whole: Program
    """With the way back."""
    targets: tuple[Socket, ...]
    every: tuple[Socket, ...]
    losses: Mapping[str, Var]
    cotangents: Mapping[Var, Var]

    def at(
        self,
        prepared: Prepared,
        parameters: Mapping[str, Any] | None = None,
        *,
        step: int | None = None,
        states: States | None = None,
    ) -> Looks:
        """Return the look at `parameters`, as `look` does."""
        program, whole, cotangents = self.program, self.whole, self.cotangents
        values = bind(
            whole, prepared, {**prepared.parameters, **(parameters or {})}, step=_step(prepared, step), states=states
        )
        try:
            found, inner = interpret_all(whole, values)
        except RunError as error:
            raise failure(prepared, whole, values, error, "", _step(prepared, step)) from error
        looks = {
            target: Look(
                kind,
                _structured(program.sockets[target], found.__getitem__),
                _structured(program.sockets[target], lambda var: found[cotangents[var]] if var in cotangents else None),
            )
            for target in self.targets
            if (kind := prepared.inferred.get(target)) is not None
        }
        looks |= {output: looks[source] for output, source in prepared.passes.items() if source in looks}
        hidden = [socket for socket in self.every if socket in inner and socket not in looks]
        return Looks(
            looks
            | {socket: Look(kind, inner[socket], None) for socket in hidden if (kind := prepared.inferred[socket])},
            {id: float(found[var]) for id, var in self.losses.items()},
        )


def looking(prepared: Prepared, optimizer: str | None = None, *, train: bool = True) -> Looking:
    """Return what looks at a prepared graph are found by; cotangents are of the loss of `optimizer` (default: the first
    that can be computed)."""
    graph = prepared.graph
    able = evaluable(prepared)
    every = [Socket(id, name) for id in able for name in output_names(graph, prepared.operator(id), id)]
    targets = [socket for socket in every if not graph.nodes[socket.node].inside]
    program = lower(graph, prepared.library, prepared.types, targets, train=train)
    targets += [socket for socket in every if graph.nodes[socket.node].inside and socket in program.sockets]
    losses = {plan.id: program.sockets[plan.loss] for plan in prepared.plans if plan.loss in program.sockets}
    real = {id: var for id, var in losses.items() if isinstance(var, Var) and is_loss(program.types[var])}
    chosen = real.get(optimizer) if optimizer else next(iter(real.values()), None)
    wrt = _differentiable(program, targets) if chosen is not None else []
    whole = adjoint(program, chosen, wrt) if chosen is not None else program
    cotangents = dict(zip(wrt, whole.outputs[len(whole.outputs) - len(wrt) :], strict=True))
    return Looking(program, whole, tuple(targets), tuple(every), real, cotangents)


def _differentiable(program: Program, targets: Sequence[Socket]) -> list[Var]:
    variables: dict[Var, None] = {}
    for target in targets:
        _structured(program.sockets[target], lambda var: variables.setdefault(var))
    return [var for var in variables if program.types[var].differentiable]


def _structured(carrier: Any, leaf: Callable[[Var], Any]) -> Any:
    """Return a structure of variables with each replaced by what `leaf` gives for it; None where every leaf is None."""
    if isinstance(carrier, Var):
        return leaf(carrier)
    if isinstance(carrier, Mapping):
        fields = {name: _structured(each, leaf) for name, each in carrier.items()}
        return None if all(each is None for each in fields.values()) else fields
    items = tuple(_structured(each, leaf) for each in carrier)
    return None if all(each is None for each in items) else items


def _step(prepared: Prepared, step: int | None) -> int:
    return prepared.step if step is None else step


@dataclass(frozen=True)
class Loss:
    """The loss of one optimizer as a program of the parameters' own values."""

    plan: Plan
    program: Program
    var: Var
    inputs: tuple[ProgramInput, ...]
    """The parameters it is differentiated by, in the order of the plan."""


def loss_program(prepared: Prepared, optimizer: str | None = None) -> Loss:
    """Lower the loss of an optimizer (default: the first); raise GradwireError where there is none."""
    plan = prepared.plan(optimizer)
    program = lowered_loss(prepared, plan)
    read = {each.name: each for each in program.inputs if each.role == "parameter"}
    inputs = tuple(read[id] for id in plan.parameters if id in read)
    return Loss(plan, program, program.outputs[0], inputs)


def gradient(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    approach: str | None = None,
    backend: str | None = None,
    step: int | None = None,
    states: States | None = None,
) -> Gradient:
    """Return the loss and its gradient at `parameters` (default: the start values) by the given approach.

    A loss that no parameter reaches has an empty gradient. Raise LoweringError where approach and backend do not go
    together.
    """
    loss = loss_program(prepared, optimizer)
    approach, backend = choose(approach, backend, loss.plan.settings)
    values = bind(
        loss.program,
        prepared,
        {**prepared.parameters, **(parameters or {})},
        step=_step(prepared, step),
        states=states,
    )
    with naming(prepared):
        function = gradient_function(loss.program, loss.var, [each.var for each in loss.inputs], approach, backend)
    try:
        with np.errstate(all="ignore"):
            outputs, gradients = function(values)
    except Exception as error:
        whole = adjoint(loss.program, loss.var, [each.var for each in loss.inputs])
        raise failure(prepared, whole, values, error, loss.plan.id, _step(prepared, step)) from error
    return Gradient(
        loss.plan.id,
        float(outputs[0]),
        {each.name: np.array(value) for each, value in zip(loss.inputs, gradients, strict=True)},
        approach,
        backend,
    )


def check(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    tolerance: float = 1e-6,
) -> tuple[Check, ...]:
    """Return one check for each parameter of the optimizer (default: the first)."""
    loss = loss_program(prepared, optimizer)
    at = {**prepared.parameters, **(parameters or {})}
    values = bind(loss.program, prepared, at, step=_step(prepared, step))
    wrt = [each.var for each in loss.inputs]
    with np.errstate(all="ignore"):
        reports = check_gradient(loss.program, loss.var, wrt, values, tolerance=tolerance)
    whole = adjoint(loss.program, loss.var, wrt)
    found = first_nonfinite(whole, values)
    at_step, remedy = _step(prepared, step), "change what goes into it"
    why = "" if found is None else nonfinite(prepared, found, at_step, remedy, whole, values)
    shaping = _shaping(prepared, loss.plan.loss.node)
    return tuple(
        _check(
            prepared, each.name, report, why, sorted(shaping & descendants(prepared.graph, (each.name,)), key=natural)
        )
        for each, report in zip(loss.inputs, reports, strict=True)
    )


def _shaping(prepared: Prepared, node: str) -> set[str]:
    """Return the nodes that lead to this one and whose derivative is not that of their function, on purpose."""
    graph, library = prepared.graph, prepared.library
    return {id for id in ancestors(graph, (node,)) if library[graph.nodes[id].operator].surrogate is not None}


def _check(prepared: Prepared, id: str, report: Report, why: str, shaping: Sequence[str]) -> Check:
    errors = [report.central, *([] if report.complex_step is None else [report.complex_step])]
    verb = "agrees with" if report.passed else "differs from"
    against = "differences" if report.complex_step is None else "differences and the complex step"
    name = prepared.graph.nodes[id].name or id
    sentence = f"The gradient by {prepared.quoted(id)} {verb} {against} to {max(errors):.1e}."
    passed = report.passed
    if not np.isfinite(errors).all():
        reason = why or "The loss near by is not finite: check it at other values."
        sentence = f"The gradient by {prepared.quoted(id)} cannot be checked. {reason}"
    elif shaping and not passed:
        passed = True
        sentence = (
            f"The gradient by {prepared.quoted(id)} differs from differences on purpose: "
            f"{prepared.quoted(shaping[0])} has a derivative of its own."
        )
    return Check(id, name, report.central, report.complex_step, passed, sentence)


def contour(
    prepared: Prepared,
    parameters: Mapping[str, Any],
    x: tuple[str, int],
    y: tuple[str, int],
    x_values: NDArray[Any],
    y_values: NDArray[Any],
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
) -> NDArray[Any]:
    """Return the loss over two parameter elements, (node, flat index) each, the others as given: (len(y), len(x)).

    `step` and `states` say which batch, noise and running averages are meant: the same ones for every point. NaN where
    the loss is not finite or cannot be computed.
    """
    at = {**prepared.parameters, **parameters}
    surface = surface_of(prepared, at, (x[0], y[0]), optimizer=optimizer, step=step, states=states)
    first, second = (element(at, *each) for each in (x, y))
    centre: dict[str, Any] = {name: np.array(at[name]) for name in surface.names}
    for id, index in (x, y):
        centre[id].reshape(-1)[index] = 0
    return surface.grid(first, second, x_values, y_values, centre)


def surface_of(
    prepared: Prepared,
    parameters: Mapping[str, Any],
    names: Sequence[str],
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
) -> Surface:
    """Return the loss of an optimizer (default: the first) as a function of the parameters `names`, everything else as
    given; raise GradwireError where it does not depend on one of them."""
    loss = loss_program(prepared, optimizer)
    read = {each.name for each in loss.program.inputs if each.role == "parameter"}
    for id in names:
        if id not in read:
            raise GradwireError(f"The loss does not depend on {prepared.quoted(id)}.", node=id)
    at = {**prepared.parameters, **parameters}
    values = bind(loss.program, prepared, at, step=_step(prepared, step), states=states)
    return Surface.of(loss.program, loss.var, values, names)
