"""The one gradient test every operator passes, and the soundness test: `check_operator(operator)`.

Oracles are independent of programs: the operator's own function on plain NumPy arrays, differentiated by Ridders'
central differences and, where every equation is analytic, by the complex step.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Any

import autograd.numpy as anp
import numpy as np

from engine import random_bits
from engine.autodiff.approaches import gradient_function, refusal
from engine.autodiff.check import analytic
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError
from engine.graph import Graph, Node, Socket, Wire
from engine.operator import Kind, Library, Operator, Sample
from engine.program.compose import fuse, select
from engine.program.functions import record_function
from engine.program.lower import INDICES, float_dtype, lower, setting_values, takes_train
from engine.program.program import Program, Var
from engine.types import ArrayType, Type, leaves, type_of

SCALES = (1e-8, 1.0, 1e8)
"""Factors that cotangents and outputs are scaled by."""
GIVEN = Operator(
    "parameters.given", "Given", Kind.PARAMETER, "A value from the test.", (), (), {}, None, None,
)  # fmt: skip


def plain(value: Any) -> Any:
    """Return a sample's argument as arrays, in tuples and dicts where it has them."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return np.asarray(value)


def flat(value: Any) -> list[Any]:
    """Return the arrays in a value, left to right, records by sorted name."""
    if isinstance(value, tuple | list):
        return [leaf for each in value for leaf in flat(each)]
    if isinstance(value, Mapping):
        return [leaf for name in sorted(value) for leaf in flat(value[name])]
    return [value]


def rebuilt(value: Any, arrays: Iterator[Any]) -> Any:
    """Return a value of the same structure with other arrays."""
    if isinstance(value, tuple):
        return tuple(rebuilt(each, arrays) for each in value)
    if isinstance(value, Mapping):
        return {name: rebuilt(value[name], arrays) for name in sorted(value)}
    return next(arrays)


@dataclass(frozen=True)
class Case:
    """One operator at one sample, in training or evaluation: as a program, and as its plain function."""

    operator: Operator
    sample: Sample
    train: bool

    @cached_property
    def inputs(self) -> tuple[Any, ...]:
        """The sample's arguments as arrays."""
        return tuple(map(plain, self.sample.inputs))

    @cached_property
    def arrays(self) -> list[Any]:
        """Every array among the arguments."""
        return flat(self.inputs)

    @cached_property
    def types(self) -> list[Type]:
        """The types of the arguments."""
        return [type_of(each) for each in self.inputs]

    @cached_property
    def node(self) -> Node:
        """The node under test."""
        return Node("op", self.operator.id, settings=self.sample.settings)

    @cached_property
    def graph(self) -> Graph:
        """A parameter node per argument, wired into the node under test."""
        nodes = {f"in{k}": Node(f"in{k}", GIVEN.id) for k in range(len(self.inputs))} | {"op": self.node}
        wires = {
            Wire(Socket(f"in{k}", "value"), Socket("op", name))
            for k, name in enumerate(self.socket_names[: len(self.inputs)])
        }
        return Graph(nodes, frozenset(wires))

    @cached_property
    def socket_names(self) -> list[str]:
        """The input sockets the arguments go into."""
        names: list[str] = []
        for each in self.operator.inputs:
            count = len(self.inputs) - len(names)
            names += [f"{each.name}.{k}" for k in range(count)] if each.variadic else [each.name]
        return names

    @cached_property
    def library(self) -> Library:
        """The operator and the one that gives its arguments."""
        return Library([GIVEN, self.operator])

    @cached_property
    def program(self) -> Program:
        """The operator lowered from the types of the sample alone."""
        known: dict[Socket, Type] = {Socket(f"in{k}", "value"): kind for k, kind in enumerate(self.types)}
        known[Socket("op", INDICES)] = ArrayType((3,), "int64")
        targets = [Socket("op", output.name) for output in self.operator.outputs_for(self.node)]
        return lower(self.graph, self.library, known, targets, train=self.train)

    @cached_property
    def leading(self) -> list[Any]:
        """The arguments that are not sockets: key, state, indices."""
        if self.operator.kind is Kind.RANDOM:
            return [random_bits.key(0, "op", 1)]
        if self.operator.kind is Kind.BATCH:
            return [np.array([1, 0, 1])]
        if self.operator.start is not None:
            return [self.operator.start(self.types, self.operator.values(self.node))]
        return []

    def values(self, arrays: Sequence[Any]) -> list[Any]:
        """Return the program's input values where the arguments are `arrays`."""
        given = dict(setting_values(self.program, self.graph, self.library))
        by_node = {f"in{k}": type_of(each) for k, each in enumerate(self.inputs)}
        position = 0
        for name, kind in by_node.items():
            found = leaves(kind)
            for number, path in enumerate(_paths(kind)):
                given[f"{name}{path}"] = arrays[position + number]
            position += len(found)
        for number, state in enumerate(self.leading[0] if self.operator.kind is Kind.STATEFUL else ()):
            given[f"op.{number}"] = state
        if self.operator.kind in (Kind.RANDOM, Kind.BATCH):
            given["op"] = self.leading[0]
        return [given[each.name] for each in self.program.inputs]

    def direct(self, arrays: Sequence[Any], dtype: str = "") -> list[Any]:
        """Return the arrays that the operator's function gives on plain NumPy, new states last."""
        arguments = rebuilt(self.inputs, iter(arrays))
        settings = dict(self.operator.values(self.node))
        real = np.dtype(dtype or float_dtype(self.types)).type
        for name, spec in self.operator.settings.items():
            if spec.numeric and settings[name] is not None:
                settings[name] = np.asarray(settings[name], real)[()]
        if takes_train(self.operator.function):
            settings["train"] = self.train
        defaults = (
            [] if any(each.variadic for each in self.operator.inputs) else self.operator.inputs[len(self.inputs) :]
        )
        rest = [each.default if each.default is None else real(each.default) for each in defaults]
        with np.errstate(all="ignore"):
            return flat(self.operator.function(*self.leading, *arguments, *rest, **settings))

    def sloped(self, arrays: Sequence[Any], cotangents: Sequence[Any], scale: float) -> list[Any]:
        """Return the arrays whose derivatives the operator's must be, in double precision: its function's own, or those
        of the surrogate it declares instead.
        """
        function = self.operator.surrogate
        if function is None:
            return self.direct(arrays, "float64")
        more = {"cotangent": cotangents[0][0] * scale} if self.backwards_only else {}
        return flat(function(*rebuilt(self.inputs, iter(arrays)), **self.operator.values(self.node), **more))

    @property
    def backwards_only(self) -> bool:
        """Whether the declared derivative depends on what flows back, so that there is none forwards."""
        return self.operator.surrogate is not None and "cotangent" in signature(self.operator.surrogate).parameters

    @cached_property
    def moved(self) -> list[int]:
        """Which arrays among the arguments are differentiated by."""
        found, position = [], 0
        declared = {each.name: each.differentiable for each in self.operator.inputs}
        for name, kind in zip(self.socket_names, self.types, strict=False):
            for leaf in leaves(kind):
                if leaf.differentiable and declared[name.partition(".")[0]]:
                    found.append(position)
                position += 1
        return found

    @cached_property
    def variables(self) -> list[Var]:
        """The program's inputs that `moved` stand for."""
        names = [f"in{k}{path}" for k, kind in enumerate(self.types) for path in _paths(kind)]
        by_name = {each.name: each.var for each in self.program.inputs if each.role == "parameter"}
        return [by_name[names[position]] for position in self.moved if names[position] in by_name]

    @property
    def single(self) -> bool:
        """Whether float32 takes part."""
        return any(str(np.asarray(each).dtype) in ("float32", "complex64") for each in self.arrays)

    def __str__(self) -> str:
        return f"{self.operator.id} {dict(self.sample.settings)} train={self.train} at {self.sample.inputs}"


def _paths(kind: Type) -> list[str]:
    if isinstance(kind, ArrayType):
        return [""]
    items = kind.fields if hasattr(kind, "fields") else enumerate(kind.items)
    return [f".{key}{path}" for key, item in items for path in _paths(item)]


def cases(operator: Operator) -> list[Case]:
    """Return the operator at every sample; random and stateful ones in training and in evaluation."""
    both = (True, False) if operator.kind in (Kind.RANDOM, Kind.STATEFUL) else (True,)
    return [Case(operator, sample, train) for sample in operator.samples for train in both]


def check_operator(operator: Operator) -> None:
    """Raise AssertionError where the operator's types, values or derivatives are wrong at any sample, through any
    approach.
    """
    found = cases(operator)
    assert found, f"{operator.id} has no samples"
    for case in found:
        check_types(case)
        check_values(case)
        check_gradients(case)
    check_soundness(operator)


def check_types(case: Case) -> None:
    """The shape rule says what execution gives, without values."""
    said = case.operator.shape(case.types, case.operator.values(case.node))
    wanted = [leaf for kind in said for leaf in leaves(kind)]
    given = [case.program.types[var] for var in case.program.outputs[: len(wanted)]]
    assert wanted == given, f"{case}: the shape rule says {wanted}, the program {given}"
    real = [type_of(each) for each in case.direct(case.arrays)[: len(wanted)]]
    assert wanted == real, f"{case}: the shape rule says {wanted}, the function gives {real}"


def check_values(case: Case, at: Sequence[Any] | None = None) -> None:
    """The program, compiled and interpreted, gives what the function gives, and only finite numbers."""
    arrays = case.arrays if at is None else at
    wanted = case.direct(arrays)
    assert all(np.isfinite(np.asarray(each)).all() for each in wanted), f"{case}: {wanted} is not finite at a sample"
    values = case.values(arrays)
    known = interpret(case.program, values)
    for name, given in (
        ("compiled", compile_program(case.program)(values)),
        ("interpreted", tuple(known[var] for var in case.program.outputs)),
    ):
        assert len(given) == len(wanted), f"{case}: {len(given)} outputs, {len(wanted)} wanted"
        for one, other in zip(given, wanted, strict=True):
            assert close(one, other, 1e-5 if case.single else 1e-12), (
                f"{case}: {name} gives {one}, the function {other}"
            )


def close(one: Any, other: Any, tolerance: float) -> bool:
    """Return whether two arrays agree to `tolerance` of the larger's greatest entry; shapes and kinds must be equal."""
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape:
        return False
    scale = max(np.abs(other).max(initial=0), np.abs(one).max(initial=0))
    return bool(np.abs(one.astype(complex) - other).max(initial=0) <= tolerance * scale)


def weights(case: Case) -> list[Any]:
    """Return a fixed cotangent for every differentiable output: real and imaginary parts weigh differently."""
    random = np.random.default_rng(7)
    return [
        None
        if np.asarray(each).dtype.kind not in "fc"
        else (random.uniform(0.5, 1.5, np.shape(each)), random.uniform(0.5, 1.5, np.shape(each)))
        for each in case.direct(case.arrays)
    ]


def scalar_of(outputs: Sequence[Any], cotangents: Sequence[Any], before: float, after: float, np_: Any) -> Any:
    """Return the scalar whose gradient is tested: outputs times `after`, weighed by cotangents times `before`."""
    total = 0.0
    for value, pair in zip(outputs, cotangents, strict=True):
        if pair is not None:
            kind = np_.result_type(value)
            real = np.float32 if kind in (np.float32, np.complex64) else np.float64
            total = total + np_.sum(np_.real(value) * after * (pair[0] * before).astype(real))
            if kind in (np.complex64, np.complex128):
                total = total + np_.sum(np_.imag(value) * after * (pair[1] * before).astype(real))
    return total


def loss_program(case: Case, before: float, after: float) -> tuple[Program, Var]:
    """Return the program from the case's inputs to the tested scalar, and the scalar."""
    kinds = [case.program.types[var] for var in case.program.outputs]
    cotangents = weights(case)
    ending = record_function(lambda *outputs: scalar_of(outputs, cotangents, before, after, anp), kinds)
    feeds = {each.var: var for each, var in zip(ending.inputs, case.program.outputs, strict=True)}
    whole = fuse(case.program, ending, feeds)
    return select(whole, whole.outputs[-1:], ["loss"]), whole.outputs[-1]


def check_gradients(case: Case) -> None:
    """Every approach gives the gradient that differences and the complex step give, at all scales."""
    if not case.variables or all(pair is None for pair in weights(case)):
        return
    for before, after in itertools.product(SCALES, SCALES):
        if before != 1.0 and after != 1.0:
            continue
        program, loss = loss_program(case, before, after)
        values = case.values(case.arrays)
        wanted = [reference(case, position, before, after) for position in case.moved]
        for approach, backend in itertools.product(APPROACHES, BACKENDS):
            if refusal(approach, backend) is not None or backend == "xla":  # compiling takes long: test_xla does it
                continue
            if (before, after) != (1.0, 1.0) and (backend == "interpret" or approach in ("source", "callbacks")):
                continue  # they run the rules that static runs: once is enough
            if case.backwards_only and approach == "forward":
                _refuses_forwards(case, program, loss, backend)
                continue
            _, gradients = gradient_function(program, loss, case.variables, approach, backend)(values)
            for variable, given, expected in zip(case.variables, gradients, wanted, strict=True):
                assert np.asarray(given).dtype == case.program.types[variable].dtype, (
                    f"{case}: {np.asarray(given).dtype}"
                )
                assert close(given, expected, 2e-4 if case.single else 1e-6), (
                    f"{case}: the gradient by input {case.variables.index(variable)} through {approach} on {backend}, "
                    f"scaled by {before * after:g}, is\n{given}\nand differences give\n{expected}"
                )
        for variable, position in zip(case.variables, case.moved, strict=True):
            if (
                not case.single
                and np.asarray(case.arrays[position]).dtype.kind == "f"
                and analytic(program, loss, variable)
            ):
                _, (given,) = gradient_function(program, loss, [variable], "static", "numpy_code")(values)
                stepped = by_complex_step(case, position, before, after)
                assert close(given, stepped, 1e-11), (
                    f"{case}: the gradient is\n{given}\nand the complex step gives\n{stepped}"
                )


def _refuses_forwards(case: Case, program: Program, loss: Var, backend: str) -> None:
    try:
        gradient_function(program, loss, case.variables, "forward", backend)
    except LoweringError as error:
        assert "only backwards" in error.sentence and error.node == "op", f"{case}: {error}"
    else:
        raise AssertionError(f"{case}: forwards there is no such derivative, and nothing says so")


def reference(case: Case, position: int, before: float, after: float) -> Any:
    """Return the gradient by central differences of the plain function, computed in double precision."""
    cotangents = weights(case)
    doubled = [_doubled(each) for each in case.arrays]

    def scalar(x: Any) -> float:
        arrays = [*doubled[:position], x, *doubled[position + 1 :]]
        return float(np.real(scalar_of(case.sloped(arrays, cotangents, before * after), cotangents, before, after, np)))

    return differences(scalar, doubled[position])


def _doubled(array: Any) -> Any:
    wide = {"float32": np.float64, "complex64": np.complex128}.get(str(np.asarray(array).dtype))
    return array if wide is None else np.asarray(array, wide)


def differences(scalar: Callable[[Any], float], x: Any) -> Any:
    """Return the gradient of `scalar` at x by Ridders' method; dL/dx - i dL/dy for complex entries."""
    x = np.asarray(x)
    gradient = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        for unit, part in ((1.0, 1.0), (1j, -1j)) if x.dtype.kind == "c" else ((1.0, 1.0),):
            gradient[place] += part * _ridders(
                lambda t, place=place, unit=unit: scalar(_moved(x, place, t * unit)), abs(x[place])
            )
    return gradient


def _moved(x: Any, place: tuple[int, ...], by: Any) -> Any:
    moved = np.array(x, copy=True)
    moved[place] += by
    return moved[()]


def _ridders(f: Callable[[float], float], size: float) -> float:
    step, best, smallest = 1e-2 * max(0.1, float(size)), float("nan"), float("inf")
    above: list[float] = []
    for _ in range(7):
        row = [(f(step) - f(-step)) / (2 * step)]
        for order, coarse in enumerate(above, start=1):
            row.append(row[-1] + (row[-1] - coarse) / (16.0**order - 1))
            doubt = max(abs(row[-1] - row[-2]), abs(row[-1] - coarse))
            if doubt < smallest:
                best, smallest = row[-1], doubt
        above = row
        step /= 4
    return best


def by_complex_step(case: Case, position: int, before: float, after: float) -> Any:
    """Return the gradient of an analytic case by the complex step of the plain function."""
    cotangents = weights(case)
    x = np.asarray(case.arrays[position])
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        arrays = [*case.arrays[:position], _moved(x.astype(complex), place, 1e-30j), *case.arrays[position + 1 :]]
        total = 0.0
        for value, pair in zip(case.sloped(arrays, cotangents, before * after), cotangents, strict=True):
            if pair is not None:
                total = total + np.sum(np.imag(value) * after * (pair[0] * before))
        gradient[place] = total / 1e-30
    return gradient


def check_soundness(operator: Operator) -> None:
    """Lowered at sample i and run at sample j of equal types, a program gives j's values and j's derivatives."""
    found = cases(operator)
    pairs = 0
    for one, other in itertools.permutations(found, 2):
        if one.types == other.types and one.node == other.node and one.train == other.train:
            pairs += 1
            check_values(one, other.arrays)
            _same_gradients(one, other)
    assert pairs or not any(case.inputs for case in found), (
        f"{operator.id} has no two samples of equal types and settings"
    )


def _same_gradients(one: Case, other: Case) -> None:
    if not one.variables or all(pair is None for pair in weights(other)):
        return
    program, loss = loss_program(one, 1.0, 1.0)
    _, given = gradient_function(program, loss, one.variables, "static", "numpy_code")(one.values(other.arrays))
    cotangents = weights(one)
    for position, gradient in zip(one.moved, given, strict=True):
        doubled = [_doubled(each) for each in other.arrays]

        def scalar(x: Any, position: int = position, doubled: list[Any] = doubled) -> float:
            arrays = [*doubled[:position], x, *doubled[position + 1 :]]
            return float(np.real(scalar_of(other.sloped(arrays, cotangents, 1.0), cotangents, 1.0, 1.0, np)))

        expected = differences(scalar, doubled[position])
        assert close(gradient, expected, 2e-4 if one.single else 1e-6), (
            f"{one}: run at {other.sample.inputs} the gradient is\n{gradient}\nand differences give\n{expected}"
        )
