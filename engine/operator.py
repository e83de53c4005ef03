"""How an operator is declared, and the library it is found in.

    @operator("activation.leaky_relu", "Leaky ReLU", shape=same, formula=r"\\max(x,0) + s\\,\\min(x,0)",
              partials={"x": r"1\\ (x>0),\\ s\\ (x\\le 0)"}, samples=[([-2.0, -0.1, 0.3, 4.0],)])
    def leaky_relu(x, *, slope=Slider(0.01, 0.0, 1.0)):
        \"\"\"x where positive, slope times x elsewhere.\"\"\"
        return np.where(x > 0, x, slope * x)

Positional arguments are input sockets (`*xs` a variadic one; a default makes it optional), keyword-only arguments are
settings. What the first positional arguments mean besides sockets depends on the kind: see `Kind`.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from engine.errors import DeclarationError, SettingError
from engine.graph import Node, SettingValue
from engine.setting import Number, Setting
from engine.types import Shape, Type

ShapeRule: TypeAlias = Callable[[Sequence[Type], Mapping[str, Any]], tuple[Type, ...]]
"""(types of the wired inputs in order, all settings) -> types of the outputs; raises ShapeError with a sentence."""


class Kind(enum.Enum):
    """What a node does, and how its function is called. The value is the name of its leading non-socket arguments."""

    FUNCTION = "function"
    """f(*inputs, **settings) -> output or tuple of outputs; pure, traced into the program."""
    SOURCE = "source"
    """f(data, **settings) -> output(s); `data` is an engine.data.Data; evaluated once before a run, never traced."""
    PARAMETER = "parameter"
    """f(key, *, shape, **settings) -> start value; evaluated before a run; its output is what is trained."""
    RANDOM = "random"
    """f(key, *inputs, train, **settings); traced; `key` is a fresh uint32 key per node and step, `train` a bool."""
    STATEFUL = "stateful"
    """f(state, *inputs, train, **settings) -> (output(s), new state); traced; `state` is a tuple of arrays, first
    made by `start`."""
    BATCH = "batch"
    """f(indices, *inputs, **settings) -> output(s); traced; `indices` is an int64 vector, drawn outside the
    program at each step by `draw`."""
    HIGHER_ORDER = "higher_order"
    """Takes a stretch of the graph (optimizer, later: gradient, loops); interpreted by the engine, no function."""
    VIEW = "view"
    """Shows its inputs; no outputs, no function."""
    UNKNOWN = "unknown"
    """An operator the library does not have (engine.placeholder); keeps its settings and wires, cannot run."""


LEADING: Mapping[Kind, int] = {
    Kind.SOURCE: 1, Kind.PARAMETER: 1, Kind.RANDOM: 1, Kind.STATEFUL: 1, Kind.BATCH: 1,
}  # fmt: skip
"""How many leading positional arguments of each kind's function are not sockets."""

FAMILIES: Mapping[str, str] = {
    "inputs": "Inputs",
    "parameters": "Parameters",
    "elementwise": "Elementwise",
    "activations": "Activations",
    "reductions": "Reductions",
    "shape": "Shape",
    "linear_algebra": "Linear algebra",
    "signal": "Signals",
    "neural": "Neural",
    "random": "Random",
    "probability": "Probability",
    "images": "Images",
    "dynamics": "Dynamics",
    "quantum": "Quantum circuits",
    "losses": "Losses",
    "control": "Control flow",
    "gradients": "Gradients",
    "optimizers": "Optimizers",
    "views": "Views",
}
"""Families by the first part of an operator's id, in the order of the palette."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input socket. `optional` ones may stay unwired: a `default` number then stands for them (None: left out)."""

    name: str
    variadic: bool = False
    optional: bool = False
    default: float | None = None
    differentiable: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """An output socket."""

    name: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """Arguments an operator is tested at: nested lists or arrays for its inputs, settings besides the defaults."""

    inputs: tuple[Any, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Added:
    """A node that comes with an operator: what is wired into the input of that name when the operator is inserted."""

    operator: str
    name: str = ""
    settings: Mapping[str, SettingValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inner:
    """The small bodies that an inserted node begins with: nodes by a name of their own, and wires between them.

    Each node is (operator, which of the bodies, settings, x, y); each wire ("name.output", "name.input").
    """

    nodes: Mapping[str, tuple[str, str, Mapping[str, SettingValue], float, float]]
    wires: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Operator:
    """A declared operator. All fields are data; `function` follows the calling convention of `kind`."""

    id: str
    title: str
    kind: Kind
    help: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    settings: Mapping[str, Setting]
    shape: ShapeRule | None
    function: Callable[..., Any] | None
    formula: str = ""
    partials: Mapping[str, str] = field(default_factory=dict)
    domain: str = ""
    synonyms: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    adds: Mapping[str, Added] = field(default_factory=dict)
    exposed: tuple[str, ...] = ()
    """Settings of this node that are inputs too, the last ones (`engine.exposing`); none as declared."""
    inner: Inner | None = None
    """What lies inside a new node of this operator."""
    demands: Callable[[Mapping[str, Type | None], Mapping[str, Any]], Mapping[str, Shape]] | None = None
    """(types known so far by input name, settings) -> shapes that inputs fed by shapeless parameters must have."""
    surrogate: Callable[..., Any] | None = None
    """(*inputs, **settings) -> a value whose derivatives this operator is declared to have, where they deliberately are
    not its function's. It may take `cotangent`, what flows back into the output."""
    fault: Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[str, str] | None] | None = None
    """(input values by socket, settings) -> (socket, what about its value lies outside the domain), or None where
    nothing does; asked when a node fails or gives NaN."""
    remedy: str = ""
    """What may be done where it fails or gives what is not a number, besides changing what goes into it: goes on a
    sentence."""
    dynamic_outputs: Callable[[Mapping[str, Any]], tuple[Output, ...]] | None = None
    """Settings -> outputs, where they depend on the settings (a table's columns)."""
    naming: Callable[[Mapping[str, Any]], Mapping[str, tuple[str, ...]]] | None = None
    """Settings -> what the sockets of a variadic input are called and how many there are, where the settings say so."""
    start: Callable[[Sequence[Type], Mapping[str, Any]], tuple[Any, ...]] | None = None
    """Stateful only: (input types, settings) -> first state."""
    accepts: Callable[[Mapping[str, Type], Mapping[str, Any]], None] | None = None
    """View only: (types of the wired inputs by socket, settings); raises ShapeError where they cannot be drawn."""
    draw: Callable[..., Any] | None = None
    """Batch only: (key, step, previous drawn state or None, input types, settings) -> (indices, state)."""

    @property
    def family(self) -> str:
        """The key of FAMILIES this operator belongs to."""
        return self.id.split(".", 1)[0]

    @property
    def short(self) -> str:
        """The last part of the id, from which node ids are made."""
        return self.id.rsplit(".", 1)[-1]

    def outputs_for(self, node: Node) -> tuple[Output, ...]:
        """Return the outputs this node has."""
        return self.dynamic_outputs(self.values(node)) if self.dynamic_outputs else self.outputs

    def values(self, node: Node) -> dict[str, Any]:
        """Return all settings of the node: its own where they are valid, else the defaults."""
        own = node.settings
        return {
            name: _checked_or_default(spec, own[name]) if name in own else spec.default
            for name, spec in self.settings.items()
        }

    def input_default(self, node: Node, name: str) -> float | None:
        """Return the number that stands in an unwired input's place, or None."""
        given = node.settings.get(name)
        if isinstance(given, int | float) and not isinstance(given, bool):
            return float(given)
        return next((i.default for i in self.inputs if i.name == name), None)


def _checked_or_default(spec: Setting, value: SettingValue) -> SettingValue:
    try:
        return spec.check(value)
    except SettingError:
        return spec.default


def operator(
    id: str,
    title: str,
    *,
    shape: ShapeRule | None = None,
    kind: Kind = Kind.FUNCTION,
    outputs: Sequence[str] = ("value",),
    nondifferentiable: Sequence[str] = (),
    samples: Iterable[Any] = (),
    sockets: Mapping[str, str] | None = None,
    derivative: Mapping[str, Callable[..., Any]] | None = None,
    **more: Any,
) -> Callable[[Callable[..., Any]], Operator]:
    """Declare an operator from a function; return the Operator. Raise DeclarationError where something is missing.

    `sockets` says in a few words what the inputs and outputs of these names carry. `derivative` gives a function a
    derivative of its own: for each differentiable input (g, value, *inputs, **settings) -> its cotangent, compared with
    differences here and now (`engine.program.custom`).
    """
    says = sockets or {}

    def declare(function: Callable[..., Any]) -> Operator:
        inputs, settings = _signature(function, kind, nondifferentiable, says)
        unknown = says.keys() - {i.name for i in inputs} - set(outputs)
        if unknown:
            raise DeclarationError(f"the operator {id} describes sockets it lacks: {', '.join(sorted(unknown))}")
        declared = Operator(
            id=id,
            title=title,
            kind=kind,
            help=inspect.getdoc(function) or "",
            inputs=inputs,
            outputs=() if kind is Kind.VIEW else tuple(Output(name, says.get(name, "")) for name in outputs),
            settings=settings,
            shape=shape,
            function=function,
            samples=tuple(s if isinstance(s, Sample) else Sample(tuple(s)) for s in samples),
            **more,
        )
        require_complete(declared)
        return declared if derivative is None else _with_derivative(declared, derivative)

    return declare


def _with_derivative(declared: Operator, derivative: Mapping[str, Callable[..., Any]]) -> Operator:
    from engine.program.custom import verify, with_derivative

    if declared.kind is not Kind.FUNCTION or len(declared.outputs) != 1 or any(i.variadic for i in declared.inputs):
        sentence = f"the operator {declared.id} has a derivative of its own: it must be a function of single arrays"
        raise DeclarationError(sentence)
    assert declared.function is not None  # noqa: S101 - functions have one
    names = [each.name for each in declared.inputs]
    able = [each.name for each in declared.inputs if each.differentiable]
    traced = with_derivative(declared.id, declared.function, names, able, derivative)
    defaults = {name: spec.default for name, spec in declared.settings.items()}
    verify(declared.id, declared.function, names, declared.samples, defaults)
    return replace(declared, function=traced)


RESERVED = ("train", "shape_of_output")
"""Keyword-only names the engine fills in, which are not settings."""


def _signature(
    function: Callable[..., Any], kind: Kind, nondifferentiable: Sequence[str], says: Mapping[str, str]
) -> tuple[tuple[Input, ...], dict[str, Setting]]:
    inputs: list[Input] = []
    settings: dict[str, Setting] = {}
    skip = LEADING.get(kind, 0)
    for parameter in inspect.signature(function).parameters.values():
        name = parameter.name
        if parameter.kind is parameter.KEYWORD_ONLY:
            if isinstance(parameter.default, Setting):
                settings[name] = parameter.default
            elif name not in RESERVED:
                raise DeclarationError(f"the setting {name!r} of {function.__name__} has no declaration as its default")
        elif skip:
            skip -= 1
        else:
            optional = parameter.default is not parameter.empty
            inputs.append(
                Input(
                    name,
                    variadic=parameter.kind is parameter.VAR_POSITIONAL,
                    optional=optional,
                    default=parameter.default if optional else None,
                    differentiable=name not in nondifferentiable,
                    help=says.get(name, ""),
                )
            )
    return tuple(inputs), settings


def require_complete(declared: Operator) -> None:
    """Raise DeclarationError, naming what lacks or clashes, where an operator is not declared in full."""
    needs_formula = declared.kind in (Kind.FUNCTION, Kind.RANDOM, Kind.STATEFUL)
    needs_shape = declared.kind not in (Kind.VIEW, Kind.HIGHER_ORDER, Kind.SOURCE)
    missing = [
        what
        for what, present in (
            ("a docstring", bool(declared.help)),
            ("a known family", declared.family in FAMILIES),
            ("a formula", bool(declared.formula) or not needs_formula),
            ("a shape rule", declared.shape is not None or not needs_shape),
            ("samples", bool(declared.samples) or not needs_formula),
        )
        if not present
    ]
    if missing:
        raise DeclarationError(f"the operator {declared.id} lacks {', '.join(missing)}")
    clash = {i.name for i in declared.inputs} & set(declared.settings)
    if clash:
        raise DeclarationError(f"the operator {declared.id} uses {clash.pop()!r} for an input and a setting")
    twins = {i.name for i in declared.inputs} & {o.name for o in declared.outputs}
    if twins:
        raise DeclarationError(f"the operator {declared.id} uses {twins.pop()!r} for an input and an output")


class Library(Mapping[str, Operator]):
    """A closed, immutable set of operators by id. `absent` says of packages that are installed but bring nothing why:
    a clause for each package's name."""

    def __init__(self, operators: Iterable[Operator], absent: Mapping[str, str] | None = None) -> None:
        self.absent: Mapping[str, str] = dict(absent or {})
        self._by_id: dict[str, Operator] = {}
        for each in operators:
            if each.id in self._by_id:
                raise DeclarationError(f"two operators are called {each.id}")
            self._by_id[each.id] = each

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages of plugins whose operators are here, by name: an operator of one is `family.package.name`."""
        return tuple(sorted({parts[1] for id in self._by_id if len(parts := id.split(".")) == 3}))

    def __getitem__(self, id: str) -> Operator:
        return self._by_id[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)


def socket_number(name: str) -> Number:
    """Return the setting that stands in an unwired optional input's place."""
    return Number(0.0, help=f"Used while nothing is wired into {name}.")
