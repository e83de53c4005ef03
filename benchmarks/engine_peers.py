"""Training steps a second against autograd, JAX and PyTorch, each written as its users write it, in one run.

Every racer trains for a stretch of steps that takes it about a tenth of a second; the racers take turns, and the least
time of each counts, so that noise meets all alike. A turn is two stretches: the threads of one library (OpenBLAS's)
spin for tens of milliseconds after its work, and would take half of the cores from the next. Gradwire runs in
processes of its own, as it does for its users. All must reach the same parameters first.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np

from benchmarks.apart import Apart
from benchmarks.looping import looping
from benchmarks.peers import OURS, PEERS
from benchmarks.row import Row, least
from benchmarks.workloads import Workload, workloads

STRETCH: Final = 0.15
"""Seconds that a racer's stretch takes about."""
MOST: Final = 4_000_000
ROUNDS: Final = 5
CHECKED: Final = 8
"""Steps after which all must have reached the same parameters."""


def race(workload: Workload, ours: Mapping[str, Apart]) -> Mapping[str, float]:
    """Return the least seconds a step takes, by racer; a peer that is not installed is left out."""
    reached: list[np.ndarray] | None = None
    turns: dict[str, Callable[[], float]] = {}
    for name in (*PEERS, *ours):
        if name in workload.left_out:
            print(f"{workload.name}: {name} is left out: {workload.left_out[name]}", flush=True)
            continue
        try:
            found = (
                ours[name].reached(workload, CHECKED)
                if name in ours
                else [np.asarray(each) for each in PEERS[name](workload, CHECKED)()]
            )
        except (ImportError, RuntimeError) as error:  # not installed; no C++ compiler for torch.compile
            if name in ours:
                raise
            print(f"{name} is left out: {str(error).splitlines()[0]}", flush=True)
            continue
        reached = found if reached is None else reached
        _require_same(workload, name, reached, found)
        turns[name] = ours[name].stretch(workload) if name in ours else _turn(PEERS[name], workload)
    times = dict.fromkeys(turns, math.inf)
    for _ in range(ROUNDS):
        for name, turn in turns.items():
            times[name] = min(times[name], turn())
    return times


def _turn(make: Callable[[Workload, int], Callable[[], Any]], workload: Workload) -> Callable[[], float]:
    """Return what gives the least seconds a step of two stretches in a row."""
    run, steps = stretch(make, workload)
    return lambda: least(run, 2) / steps


def _require_same(workload: Workload, name: str, wanted: list[np.ndarray], found: list[np.ndarray]) -> None:
    tolerance = 1e-3 if wanted[0].dtype == np.float32 else 1e-7
    for one, other in zip(wanted, found, strict=True):
        if not np.allclose(other, one, rtol=tolerance, atol=tolerance):
            raise AssertionError(f"{name} does not train {workload.name} as autograd does")


def stretch(make: Callable[[Workload, int], Callable[[], Any]], workload: Workload) -> tuple[Callable[[], Any], int]:
    """Return a racer that runs for about STRETCH seconds, warm, and its steps."""
    steps = CHECKED
    while True:
        run = make(workload, steps)
        run()
        start = time.perf_counter()
        run()
        took = max(time.perf_counter() - start, 1e-6)
        if took >= STRETCH / 4 or steps >= MOST:
            return run, steps
        steps = min(MOST, math.ceil(steps * min(STRETCH / took, 100.0)))


def rows() -> Iterable[Row]:
    """Yield how numpy_code compares with autograd, and xla with the best of all peers."""
    import jax

    warnings.filterwarnings("ignore", category=UserWarning)
    jax.config.update("jax_enable_x64", True)  # as a user of double precision does
    ratios = []
    ours = {name: Apart(make, stretch) for name, make in OURS.items()}
    for workload in (*workloads(), *looping()):
        times = race(workload, ours)
        detail = ", ".join(f"{name} {seconds * 1e6:.3g} us" for name, seconds in times.items())
        gain = times["autograd"] / times["numpy_code"]
        bound = 20.0 if workload.overhead else 1.0
        yield Row(f"{workload.name}: autograd / numpy_code", gain, bound, at_least=True, detail=detail)
        best = min((name for name in times if name in PEERS), key=times.__getitem__)
        ratios.append(times[best] / times["xla"])
        yield Row(f"{workload.name}: {best} / xla", ratios[-1], 0.9, at_least=True)
    for each in ours.values():
        each.close()
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    yield Row("geometric mean: best of the peers / xla", mean, 1.0, at_least=True)
    yield from first_gradients()


def first_gradients() -> Iterable[Row]:
    """Yield how long the first gradient takes, Gradwire's beside JAX's, compilers and lowering included."""
    import jax
    import jax.numpy as jnp

    from benchmarks.peers import graph_of
    from engine.training import Trainer

    for workload in workloads()[:1] + workloads()[2:3]:
        prepared = graph_of(workload)
        ours = least(lambda prepared=prepared: Trainer(prepared, steps=1).run(1), 5)
        loss = workload.own.get("jax", workload.loss)

        def theirs(loss: Any = loss, workload: Workload = workload) -> Any:
            fresh = jax.jit(jax.value_and_grad(lambda parameters, data: loss(jnp, parameters, data)))
            return jax.block_until_ready(fresh(workload.parameters, workload.data))

        theirs()
        other = least(lambda: (jax.clear_caches(), theirs()), 3)
        detail = f"{ours * 1e3:.1f} ms / {other * 1e3:.1f} ms"
        yield Row(f"{workload.name}: first gradient / JAX's", ours / other, 0.1, detail=detail)
