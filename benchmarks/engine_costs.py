"""What an adjoint costs in forward evaluations, how the memory of a checkpointed loop grows, and 10,000 equations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from benchmarks.engine_scale import chain, peak
from benchmarks.looping import looping
from benchmarks.peers import graph_of
from benchmarks.row import Row, least
from benchmarks.workloads import Workload, workloads
from engine.autodiff.adjoint import adjoint
from engine.backends import numpy_code, xla
from engine.binding import bind
from engine.data import Data
from engine.evaluate import loss_program
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import prepare
from engine.program.passes import PORTABLE, simplify
from engine.program.program import Program
from nodes.library import LIBRARY

BOUNDS: Final = {"numpy_code": 5.0, "xla": 3.0}
ROUNDS: Final = 7
STRETCH: Final = 0.03

Compile = Callable[[Program], Callable[[Any], Any]]


def _by_xla(program: Program) -> Callable[[Any], Any]:
    """Return the compiled program without what takes its arrays to NumPy and back at each call."""
    jax = xla.require()
    compiled = xla.compile_program(simplify(program, PORTABLE)).function

    def run(values: Any) -> Any:
        with xla.precision():
            return jax.block_until_ready(compiled(*values))

    return run


def _by_numpy(program: Program) -> Callable[[Any], Any]:
    """Return the generated function as training calls it."""
    function = numpy_code.compile_program(simplify(program)).function
    return lambda values: function(*values)


COMPILERS: Final[dict[str, Compile]] = {
    "numpy_code": _by_numpy,
    "xla": _by_xla,
}


def costs(workload: Workload, backend: str) -> tuple[float, float]:
    """Return the least seconds of the loss, and of the loss with its gradient, taken in turn."""
    prepared = graph_of(workload)
    loss = loss_program(prepared)
    values = bind(loss.program, prepared, prepared.parameters, step=0)
    programs = (loss.program, adjoint(loss.program, loss.var, [each.var for each in loss.inputs]))
    runs = [COMPILERS[backend](program) for program in programs]
    if backend == "xla":
        import jax

        with xla.precision():
            types = [each.type.dtype for each in loss.program.inputs]
            values = [jax.device_put(np.asarray(v, t)) for v, t in zip(values, types, strict=True)]
    for run in runs:
        run(values)
    times = max(1, int(STRETCH / least(lambda: runs[1](values), 3)))
    found = [min_in_turn(runs, values, times) for _ in range(ROUNDS)]
    return min(a for a, _ in found) / times, min(b for _, b in found) / times


def min_in_turn(runs: list[Callable[[Any], Any]], values: Any, times: int) -> tuple[float, float]:
    """Return how long so many calls of each take."""

    def repeated(run: Callable[[Any], Any]) -> float:
        return least(lambda: [run(values) for _ in range(times)], 1)

    return repeated(runs[0]), repeated(runs[1])


def repeated_tanh(count: int) -> Callable[[], Any]:
    """Return one gradient through a loop that is checkpointed at every root of its count."""
    text = f"def f(x):\n    for _ in range({count}):\n        x = np.tanh(1.01 * x + 0.1)\n    return np.sum(x)\n"
    nodes = {
        "p": Node("p", "parameters.parameter", settings={"initial": "zeros", "shape": (4096,)}),
        "loss": Node("loss", "control.python", settings={"code": text}),
        "optimizer_1": Node("optimizer_1", "optimizers.optimizer"),
    }
    wires = {
        Wire(Socket("p", "value"), Socket("loss", "xs.0")),
        Wire(Socket("loss", "value"), Socket("optimizer_1", "loss")),
    }
    prepared = prepare(Content(Graph(nodes, frozenset(wires))), LIBRARY, Data())
    loss = loss_program(prepared)
    program = replace(loss.program, equations=tuple(map(_every, loss.program.equations)))
    run = numpy_code.compile_program(simplify(adjoint(program, loss.var, [each.var for each in loss.inputs])))
    values = bind(loss.program, prepared, prepared.parameters, step=0)
    run(values)
    return lambda: run(values)


def _every(equation: Any) -> Any:
    settings = dict(equation.settings)
    if "memory" not in settings:
        return equation
    return replace(equation, settings=tuple((k, "every" if k == "memory" else v) for k, v in equation.settings))


def everything(length: int) -> int:
    """Lower, differentiate and compile a chain; return the number of equations."""
    loss = loss_program(prepare(chain(length), LIBRARY, Data()))
    compiled = numpy_code.compile_program(adjoint(loss.program, loss.var, [each.var for each in loss.inputs]))
    return len(compiled.program.equations)


def rows() -> Iterable[Row]:
    """Yield the ratios of each workload, the growth of memory, and the seconds of the compiler."""
    for backend, bound in BOUNDS.items():
        for workload in (*workloads(), *looping()):
            if backend == "numpy_code" and not workload.overhead:
                continue  # the bound is for scalar programs
            forward, both = costs(workload, backend)
            detail = f"{both * 1e6:.3g} us / {forward * 1e6:.3g} us"
            yield Row(f"{workload.name}, {backend}: gradient / loss", both / forward, bound, detail=detail)
    short, long = (peak(repeated_tanh(count)) for count in (400, 6_400))
    detail = f"{short / 2**20:.2f} MB, {long / 2**20:.2f} MB; the root of 16 is 4"
    yield Row("checkpointed loop: memory of 6,400 / of 400 iterations", long / short, 4.4, detail=detail)
    halves = [everything(n) for n in (2_500, 5_000)]
    times = [least(lambda n=n: everything(n), 3) for n in (2_500, 5_000)]
    yield Row("10,000 equations: lowered, differentiated, compiled", times[1] * 10_000 / halves[1], 2.0, unit="s",
              detail=f"measured on {halves[1]:,}")  # fmt: skip
    yield Row("compiling twice the equations / time of half", times[1] / times[0], 2.3, detail="linear is 2")
