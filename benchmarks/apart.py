"""A racer in a process of its own, as Gradwire runs graphs: with its own flags for XLA, far from other libraries'
threads."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.looping import looping
from benchmarks.row import least
from benchmarks.workloads import Workload, workloads

Make = Callable[[Workload, int], Callable[[], Any]]
Calibrate = Callable[[Make, Workload], tuple[Callable[[], Any], int]]


class Apart:
    """One racer: `make` and `calibrate` are functions of a module, found there by the other process too."""

    def __init__(self, make: Make, calibrate: Calibrate) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, make, calibrate), daemon=True)
        self._process.start()

    def reached(self, workload: Workload, steps: int) -> list[np.ndarray]:
        """Return the parameters after so many steps."""
        return self._ask("reached", workload.name, steps)  # type: ignore[no-any-return]

    def stretch(self, workload: Workload) -> Callable[[], float]:
        """Return what gives the least seconds a step of two stretches in a row, warm."""
        self._ask("stretch", workload.name, 0)
        return lambda: self._ask("time", workload.name, 0)

    def _ask(self, *question: Any) -> Any:
        self._pipe.send(question)
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the process."""
        self._pipe.send(None)
        self._process.join()


def _serve(pipe: Any, make: Make, calibrate: Calibrate) -> None:
    known = {each.name: each for each in (*workloads(), *looping())}
    run: Callable[[], Any] = lambda: None  # noqa: E731 - until the first stretch is asked for
    steps = 1
    while (question := pipe.recv()) is not None:
        what, name, number = question
        try:
            if what == "reached":
                pipe.send([np.asarray(each) for each in make(known[name], number)()])
            elif what == "stretch":
                run, steps = calibrate(make, known[name])
                pipe.send(None)
            else:
                pipe.send(least(run, 2) / steps)
        except Exception as error:  # noqa: BLE001 - told to the one who asked
            pipe.send(error)
