"""One table of approaches, backends and features of programs: each runs, or is refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from engine.autodiff.adjoint import adjoint
from engine.autodiff.callbacks import callback_gradient
from engine.autodiff.features import places_of
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.autodiff.tangent import tangent
from engine.autodiff.tape import value_and_gradient
from engine.backends import xla
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.errors import LoweringError
from engine.program.compose import with_output
from engine.program.passes import PORTABLE, simplify, stable
from engine.program.program import Program, Var
from engine.program.segments import segmented
from engine.program.structure import CALL

Gradient: TypeAlias = Callable[[Sequence[Any]], tuple[tuple[Any, ...], tuple[Any, ...]]]
"""Values in the order of program.inputs -> (outputs, gradients)."""
Runner: TypeAlias = Callable[[Sequence[Any]], tuple[Any, ...]]


def refusal(approach: str, backend: str) -> str | None:
    """Return why the pair cannot run, as one sentence, or None where it runs."""
    if approach not in APPROACHES:
        return f"There is no approach {approach!r}: choose one of {', '.join(APPROACHES)}."
    if backend not in BACKENDS:
        return f"There is no backend {backend!r}: choose one of {', '.join(BACKENDS)}."
    found = TABLE[approach, backend]
    return found if isinstance(found, str) else xla.missing() if backend == "xla" else None


def default_backend(approach: str) -> str:
    """Return the first backend that runs the approach."""
    return next(backend for backend in BACKENDS if refusal(approach, backend) is None)


def gradient_function(program: Program, of: Var, wrt: Sequence[Var], approach: str, backend: str) -> Gradient:
    """Return the gradient function of the pair; raise LoweringError with the sentence where it is refused.

    `wrt` are inputs of the program, `of` a real scalar. Outputs come as the program names them.
    """
    sentence = refusal(approach, backend)
    if sentence is not None:
        raise LoweringError(sentence)
    refused = _refused(program, approach, backend)
    if refused is not None:
        raise LoweringError(FEATURES_REFUSED[approach, backend, refused[0]], node=refused[1] or None)
    if backend == "xla":
        program = segmented(program)
    make = TABLE[approach, backend]
    assert not isinstance(make, str)  # noqa: S101 - refusals were raised above
    return make(program, of, tuple(wrt))


def refused_feature(program: Program, approach: str, backend: str) -> str | None:
    """Return why a pair that runs cannot run this program, as one sentence, or None."""
    found = _refused(program, approach, backend)
    return None if found is None else FEATURES_REFUSED[approach, backend, found[0]]


def _refused(program: Program, approach: str, backend: str) -> tuple[str, str] | None:
    """Return the first feature of a program that a pair refuses, and the node that has it."""
    found = places_of(segmented(program) if backend == "xla" else program)
    return next((each for each in found.items() if (approach, backend, each[0]) in FEATURES_REFUSED), None)


def _static(run: Callable[[Program], Runner]) -> Callable[[Program, Var, Sequence[Var]], Gradient]:
    """Return how a program is differentiated and simplified for a backend that makes its own buffers."""
    return _adjoint(lambda program: run(simplify(program, PORTABLE)), stable)


def _adjoint(
    run: Callable[[Program], Runner], prepare: Callable[[Program], Program] = lambda program: program
) -> Callable[[Program, Var, Sequence[Var]], Gradient]:
    def make(program: Program, of: Var, wrt: Sequence[Var]) -> Gradient:
        runner = run(adjoint(prepare(program), of, wrt))
        count = len(program.outputs)

        def gradient(values: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
            results = runner(values)
            return results[:count], results[count:]

        return gradient

    return make


def _forward(run: Callable[[Program], Runner]) -> Callable[[Program, Var, Sequence[Var]], Gradient]:
    def make(program: Program, of: Var, wrt: Sequence[Var]) -> Gradient:
        runner = run(tangent(with_output(program, of, "of"), wrt))
        kinds = [program.types[var] for var in wrt]
        count = len(program.outputs)

        def gradient(values: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
            seeds = [np.zeros(kind.shape, kind.dtype) for kind in kinds]
            gradients = [np.zeros(kind.shape, kind.dtype) for kind in kinds]
            results: tuple[Any, ...] | None = None
            for seed, found in zip(seeds, gradients, strict=True):
                for place in np.ndindex(seed.shape):
                    for unit, part in _UNITS.get(seed.dtype.kind, ()):
                        seed[place] = unit
                        results = runner([*values, *seeds])
                        found[place] += part * results[-1]
                    seed[place] = 0
            if results is None:
                results = runner([*values, *seeds])
            return results[:count], tuple(found[()] for found in gradients)

        return gradient

    return make


_UNITS: Mapping[str, tuple[tuple[Any, Any], ...]] = {"f": ((1, 1),), "c": ((1, 1), (1j, -1j))}
"""Directions that are tried at an entry of each kind of dtype, and what the slope along each adds to the gradient."""


def _interpreted(program: Program) -> Runner:
    def run(values: Sequence[Any]) -> tuple[Any, ...]:
        known = interpret(program, values)
        return tuple(known[var] for var in program.outputs)

    return run


def _taped(program: Program, of: Var, wrt: Sequence[Var]) -> Gradient:
    return value_and_gradient(program, wrt, of)


_OWN_CALLS = "The tape is autograd's own calls: choose the backend autograd with it."
_TAPE_ON_XLA = "A tape is made anew at every run, so that there is nothing to compile: choose static or source on xla."
_NO_TAPE = "The backend autograd makes a tape: choose the approach tape with it."
_CALLS_ON_XLA = "Callbacks are Python functions that call each other, so that there is no program to compile: choose "
_CALLS_ON_XLA += "static or source on xla."
_CALLS_OF_CODE = "Callbacks run each operation as NumPy code: choose the backend numpy_code with them."

TABLE: Mapping[tuple[str, str], Callable[[Program, Var, Sequence[Var]], Gradient] | str] = {
    ("static", "numpy_code"): _adjoint(lambda program: compile_program(simplify(program)), stable),
    ("static", "interpret"): _static(_interpreted),
    ("static", "autograd"): _NO_TAPE,
    ("static", "xla"): _static(xla.compile_program),
    ("tape", "numpy_code"): _OWN_CALLS,
    ("tape", "interpret"): _OWN_CALLS,
    ("tape", "autograd"): _taped,
    ("tape", "xla"): _TAPE_ON_XLA,
    ("source", "numpy_code"): _adjoint(compile_program),
    ("source", "interpret"): _adjoint(_interpreted),
    ("source", "autograd"): _NO_TAPE,
    ("source", "xla"): _adjoint(xla.compile_program),
    ("callbacks", "numpy_code"): callback_gradient,
    ("callbacks", "interpret"): _CALLS_OF_CODE,
    ("callbacks", "autograd"): _NO_TAPE,
    ("callbacks", "xla"): _CALLS_ON_XLA,
    ("forward", "numpy_code"): _forward(compile_program),
    ("forward", "interpret"): _forward(_interpreted),
    ("forward", "autograd"): _NO_TAPE,
    ("forward", "xla"): _forward(xla.compile_program),
}
"""Approach and backend -> how the gradient function is made, or why it is not."""

_NO_SCHEDULE = "A loop that saves a part of its iterations walks back by a schedule, which XLA cannot do: save all (or "
_NO_SCHEDULE += "every k, where the number of iterations is known beforehand, or binomial with slots enough), or use "
_NO_SCHEDULE += "the backend numpy_code."

_ONLY_BACK = (
    "A clipped gradient exists only backwards, as it depends on what flows back: choose an approach other than "
)
_ONLY_BACK += "forward."

FEATURES_REFUSED: Mapping[tuple[str, str, str], str] = {
    **{(approach, "xla", "recursion"): xla.REFUSED[CALL] for approach in ("static", "source", "forward")},
    **{("forward", backend, "clipped"): _ONLY_BACK for backend in BACKENDS},
    **{(approach, "xla", "checkpoints"): _NO_SCHEDULE for approach in ("static", "source")},
}
"""Approach, backend and feature -> why such a program does not run, where the pair runs as such."""
