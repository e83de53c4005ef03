"""What a program's inputs are given: data, settings, parameters, keys, batches and states, each by its role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from engine import random_bits
from engine.backends.interpret import NonFinite, interpret
from engine.diagnosis import outside
from engine.errors import GradwireError, LoweringError, RunError
from engine.prepare import Prepared, scalar_or_array
from engine.program.lower import setting_values
from engine.program.program import Program, ProgramInput

States: TypeAlias = Mapping[str, tuple[Any, ...]]
"""The state of each stateful node, and of each batch node after its last draw."""


def bind(
    program: Program,
    prepared: Prepared,
    parameters: Mapping[str, Any],
    *,
    step: int,
    states: States | None = None,
    inputs: Iterable[ProgramInput] | None = None,
) -> list[Any]:
    """Return the values of the program's inputs (or of those named in `inputs`), in order, for one step.

    `parameters` are inside their constraints. Nodes without a state in `states` are at their first. Raise RunError
    where the program has an input that is none of the graph's.
    """
    settings = setting_values(program, prepared.graph, prepared.library)

    def value(wanted: ProgramInput) -> Any:
        match wanted.role:
            case "parameter":
                return parameters[wanted.name]
            case "data":
                return typed(source_value(prepared, wanted.name), wanted)
            case "setting":
                return typed(settings[wanted.name], wanted)
            case "state":
                node, _, number = wanted.name.rpartition(".")
                return ((states or {}).get(node) or prepared.start_state(node))[int(number)]
            case "key":
                return random_bits.key(prepared.seed, wanted.name, step)
            case "batch":
                return prepared.draw(wanted.name, step, (states or {}).get(wanted.name))[0]
            case "step":
                return typed(step, wanted)
        raise RunError(f"The program asks for {wanted.name!r}, which the graph does not have.")

    return [value(each) for each in (program.inputs if inputs is None else inputs)]


@contextmanager
def naming(prepared: Prepared) -> Iterator[None]:
    """Return a context in which an error that knows its node names it in its sentence."""
    try:
        yield
    except LoweringError as error:
        node, sentence = error.node, error.sentence.rstrip(".")
        if node is None or node not in prepared.graph.nodes or f"({node})" in sentence:
            raise
        raise LoweringError(f"{prepared.quoted(node)}: {sentence}.", node=node, socket=error.socket) from error


def failure(
    prepared: Prepared, program: Program, values: Sequence[Any], error: Exception, optimizer: str, step: int
) -> GradwireError:
    """Return the error that says which node failed, found by running the program equation by equation.

    Where that goes well (another approach failed, or memory was short then), the optimizer is named instead.
    """
    node, reason = optimizer, str(error)
    try:
        interpret(program, values)
    except RunError as found:
        node, reason = (found.node or optimizer), found.sentence
    except GradwireError as found:
        return found
    name = prepared.quoted(node) if node in prepared.graph.nodes else node
    reason = outside(prepared, program, values, node) or reason
    if node in prepared.graph.nodes and (own := prepared.operator(node).remedy):
        reason = f"{reason.rstrip('.')}; {own}"
    return RunError(f"{name} failed at step {step:,}: {reason.rstrip('.')}.", node=node)


def nonfinite(
    prepared: Prepared, found: NonFinite, step: int, remedy: str, program: Program, values: Sequence[Any]
) -> str:
    """Return the sentence for a value or derivative that is not finite: whose, when, why, and what may be done about
    it. `values` are those of the program's inputs.
    """
    known = found.node in prepared.graph.nodes
    name = prepared.quoted(found.node) if known else f'"{found.node}"'
    domain = prepared.operator(found.node).domain if known else ""
    where = "value" if found.direction == "forward" else "derivative"
    takes = f" (it takes: {domain})" if domain else ""
    own = prepared.operator(found.node).remedy if known and where == "value" else ""
    remedy = f"{own}, or {remedy}" if own else remedy
    why = outside(prepared, program, values, found.node)
    reason = f"{why}; " if why else ""
    return f"The {where} of {name} is {found.what} at step {step:,}: {reason}{remedy}{takes}."


def source_value(prepared: Prepared, name: str) -> Any:
    """Return the array that a data input is called after: "node.output", or a leaf of it ("node.output.0",
    ".field")."""
    for socket, value in prepared.values.items():
        if name == str(socket):
            return value
        if name.startswith(f"{socket}."):
            return _leaf(value, name.removeprefix(f"{socket}.").split("."))
    raise RunError(f"No source gives the data {name!r}.")


def _leaf(value: Any, path: list[str]) -> Any:
    for part in path:
        value = value[part] if isinstance(value, Mapping) else value[int(part)]
    return value


def typed(value: Any, wanted: ProgramInput) -> Any:
    """Return the value as the array or NumPy scalar that the input is declared to be."""
    return scalar_or_array(np.asarray(value, wanted.type.dtype))
