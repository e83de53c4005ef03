"""Steps recorded in the test's own process, as the process that answers questions records them."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from app.assets import ASSETS
from app.stepping.steps import Steps
from app.worker import questions as q
from app.worker.answers import EngineAnswerer
from app.worker.messages import Job, encode
from app.worker.stepped import Detail, Stepped, Wish
from app.worker.tracing import Tracer
from engine.graph import Content
from engine.prepare import Prepared
from tests.samples.opened import sample


@functools.cache
def prepared(stem: str) -> Prepared:
    """Return a sample at its start values."""
    return sample(stem).prepare(start="initial")


def recorded(graph: Prepared, **wish: Any) -> Stepped:
    """Return a step of a graph, encoded and decoded as it travels."""
    return travelled(Tracer(graph).record(Wish(**wish), None, 1))


def travelled(stepped: Stepped) -> Stepped:
    """Return a recorded step as the window gets it."""
    found = msgspec.msgpack.decode(encode(q.TraceIs(1, stepped)), type=q.TraceIs)
    return found.stepped


def steps_of(graph: Prepared, **wish: Any) -> Steps:
    """Return a recorded step as the window reads it, nodes called by their ids."""
    return Steps(recorded(graph, **wish), lambda node: node)


class Recorder:
    """What answers questions about a session's graph, in this process."""

    def __init__(self, content: Content) -> None:
        self._answerer = EngineAnswerer(Job.of(content, None, ASSETS), lambda node: None)

    def trace(self, **wish: Any) -> Stepped:
        return travelled(self._answerer.trace(q.AskTrace(1, Wish(**wish), None)))

    def detail(self, number: int, argument: int = 0, row: int = 0, column: int = 0) -> Detail:
        return self._answerer.step(q.AskStep(2, 1, number, argument, row, column))
