"""All approaches on one graph, side by side: do they agree, how long do they take, how much memory do they need."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.autodiff.approaches import Gradient, default_backend, gradient_function, refusal
from engine.autodiff.artefacts import Subject
from engine.autodiff.features import features_of
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.autodiff.tangent import tangent
from engine.backends import xla
from engine.binding import States, bind, failure, naming
from engine.errors import GradwireError, LoweringError
from engine.evaluate import loss_program
from engine.prepare import Prepared
from engine.program.compose import with_output
from engine.program.passes import PORTABLE, SIMPLIFYING, simplify, stable
from engine.program.passes.rewriting import count_equations
from engine.program.program import Program, Var
from engine.results import plain

AGREEMENT: Final = 1e-10
"""The largest difference, relative to the gradient's norm, at which two gradients agree (float64)."""
SECONDS: Final = 0.3
"""How long the following gradients of an approach are timed, at most."""
REPEATS: Final = 200
MOST_PASSES: Final = 1_000
"""Most passes of the forward approach that are worth measuring."""
REFERENCE: Final = ("tape", "autograd")
"""What the others are compared with: its derivatives are autograd's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One approach on one backend. Where it is refused, `refused` says why and there are no numbers."""

    approach: str
    backend: str
    refused: str = ""
    difference: float | None = None
    """From the tape's gradient (or the first there is), relative to its norm."""
    agrees: bool | None = None
    first: float | None = None
    """Seconds until the first gradient is there: differentiating and compiling included."""
    following: float | None = None
    """Seconds of each gradient after it."""
    memory: int | None = None
    """Most bytes in use during one gradient; None where they are not NumPy's to count."""
    equations: int | None = None
    """Equations of the program that runs; of the tape and of callbacks, those of the forward program."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every approach on one optimizer's loss."""

    optimizer: str
    loss: float | None
    features: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def agree(self) -> bool:
        """Whether all that ran gave the same gradient."""
        return all(line.agrees is not False for line in self.lines)

    def to_plain(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        lines = [asdict(line) for line in self.lines]
        found = {"optimizer": self.optimizer, "loss": self.loss, "features": list(self.features)}
        return plain({**found, "agree": self.agree, "approaches": lines})  # type: ignore[no-any-return]


def subject(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
) -> tuple[str, Subject]:
    """Return the optimizer whose loss it is (default: the first), and the loss at values with names of nodes."""
    loss = loss_program(prepared, optimizer)
    if not loss.inputs:
        raise LoweringError(f"No parameter reaches the loss of {prepared.quoted(loss.plan.id)}.", node=loss.plan.id)
    at = {**prepared.parameters, **(parameters or {})}
    values = bind(loss.program, prepared, at, step=prepared.step if step is None else step, states=states)
    labels = {id: each.name for id, each in prepared.graph.nodes.items() if each.name}
    return loss.plan.id, Subject(loss.program, loss.var, tuple(each.var for each in loss.inputs), values, labels)


def compare(
    prepared: Prepared,
    parameters: Mapping[str, Any] | None = None,
    *,
    optimizer: str | None = None,
    step: int | None = None,
    states: States | None = None,
    backends: Sequence[str] = ("xla",),
) -> Comparison:
    """Measure every approach on the backend it runs on by itself, and on `backends`, at `parameters` (default: the
    start values).

    What cannot run is a line with a sentence. Raise GradwireError where there is no loss to differentiate.
    """
    id, about = subject(prepared, parameters, optimizer=optimizer, step=step, states=states)
    pairs = [(approach, default_backend(approach)) for approach in APPROACHES]
    if "xla" in backends:
        with suppress(LoweringError):  # told in its lines
            xla.require()  # so that no approach's first gradient includes the import of JAX
    pairs += [(approach, backend) for backend in backends for approach in APPROACHES if backend in BACKENDS]
    measured = {pair: _measured(prepared, id, about, *pair) for pair in dict.fromkeys(pairs)}
    gradients = {pair: found for pair, (_, found) in measured.items() if found is not None}
    base = gradients.get(REFERENCE) or next(iter(gradients.values()), None)
    lines = tuple(_judged(line, found, base) for line, found in measured.values())
    loss = None if base is None else float(base[0])
    return Comparison(id, loss, features_of(about.program), lines)


def _judged(line: Line, found: Any, base: Any) -> Line:
    if found is None or base is None:
        return line
    gap, size = (_norm(each) for each in (_differences(found[1], base[1]), base[1]))
    close = _single(base[1])
    difference = gap / size if size else gap
    numbers = asdict(line) | {"difference": difference, "agrees": bool(difference <= (1e-3 if close else AGREEMENT))}
    if np.isnan(gap):
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found[1], base[1], strict=True))
        numbers |= {"difference": None, "agrees": same}
    return Line(**numbers)


def _differences(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    return [np.asarray(a) - np.asarray(b) for a, b in zip(one, other, strict=True)]


def _norm(arrays: Sequence[Any]) -> float:
    return float(np.sqrt(sum(float(np.sum(np.abs(each) ** 2)) for each in arrays)))


def _single(arrays: Sequence[Any]) -> bool:
    """Whether there are single-precision numbers in it, which agree to fewer digits."""
    return any(np.asarray(each).dtype.name in ("float32", "complex64") for each in arrays)


def _measured(prepared: Prepared, optimizer: str, about: Subject, approach: str, backend: str) -> tuple[Line, Any]:
    """Return the line of a pair, not yet compared, and (loss, gradients) or None."""
    sentence = refusal(approach, backend) or _too_long(about, approach)
    if sentence:
        return Line(approach, backend, sentence), None
    program, of, wrt, values, _ = about
    try:
        with np.errstate(all="ignore"):
            began = time.perf_counter()
            with naming(prepared):
                gradient = gradient_function(program, of, wrt, approach, backend)
            outputs, found = gradient(values)
            first = time.perf_counter() - began
            following = _following(gradient, values, first)
            memory = None if backend == "xla" else _peak(gradient, values)
    except GradwireError as error:
        return Line(approach, backend, _sentence(error.sentence)), None
    except Exception as error:  # noqa: BLE001 - whatever an approach stumbles over is told in its line
        told = failure(prepared, program, values, error, optimizer, prepared.step)
        return Line(approach, backend, _sentence(told.sentence)), None
    loss = outputs[program.outputs.index(of)]
    equations = _equations(program, of, wrt, approach, backend)
    line = Line(approach, backend, first=first, following=following, memory=memory, equations=equations)
    return line, (loss, [np.array(each) for each in found])


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _too_long(about: Subject, approach: str) -> str:
    passes = sum(int(np.prod(about.program.types[var].shape, dtype=np.int64)) for var in about.wrt)
    if approach != "forward" or passes <= MOST_PASSES:
        return ""
    return f"Forward takes one pass for every number of the parameters, here {passes:,}: not measured."


def _following(gradient: Gradient, values: Sequence[Any], about: float) -> float:
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    while not times or (len(times) < REPEATS and time.perf_counter() < until):
        began = time.perf_counter()
        gradient(values)
        times.append(time.perf_counter() - began)
    return min(times)


def _peak(gradient: Gradient, values: Sequence[Any]) -> int:
    already = tracemalloc.is_tracing()
    if not already:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        gradient(values)
        return max(tracemalloc.get_traced_memory()[1] - before, 0)
    finally:
        if not already:
            tracemalloc.stop()


def _equations(program: Program, of: Var, wrt: Sequence[Var], approach: str, backend: str) -> int:
    names = PORTABLE if backend in ("xla", "interpret") else SIMPLIFYING
    built: Mapping[str, Callable[[], Program]] = {
        "static": lambda: simplify(adjoint(stable(program), of, wrt), names),
        "source": lambda: adjoint(program, of, wrt),
        "forward": lambda: tangent(with_output(program, of, "of"), wrt),
    }
    return count_equations(built[approach]() if approach in built else program)
