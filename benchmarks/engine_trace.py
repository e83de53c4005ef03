"""How long it takes to see: recording 1,000 micro-steps of a trace, and a contour of 60 x 60 points of a network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

import engine
from benchmarks.engine_scale import chain
from benchmarks.row import Row, least
from engine.data import Data
from engine.evaluate import contour
from engine.prepare import prepare
from engine.trace.record import record
from nodes.library import LIBRARY

SAMPLES = Path(__file__).resolve().parent.parent / "sample_graphs"
NETWORKS = ("2_iris_network", "cubic_by_network", "two_spirals", "digits_dense")


def rows() -> Iterable[Row]:
    """Yield the time of a trace of 1,000 micro-steps and those of the contours of the sample networks."""
    chained = prepare(chain(500), LIBRARY, Data())
    count = len(record(chained).micro_steps)
    took = least(lambda: record(chained), 3) * 1000.0 / count
    yield Row("trace: 1,000 micro-steps recorded", took, 1.0, unit="s", detail=f"a chain, measured on {count:,}")
    loop = engine.open(SAMPLES / "lstm_diagonal.dgraph", LIBRARY).prepare(start="initial")
    count = len(record(loop).micro_steps)
    took = least(lambda: record(loop), 3) * 1000.0 / count
    yield Row("trace: 1,000 micro-steps of a loop", took, 1.0, unit="s", detail=f"measured on {count:,}")
    grid = np.linspace(-1.0, 1.0, 60)
    for name in NETWORKS:
        graph = engine.open(SAMPLES / f"{name}.dgraph", LIBRARY).prepare(start="initial")
        took = least(lambda graph=graph: contour(graph, {}, ("parameter_1", 0), ("parameter_1", 1), grid, grid), 3)  # type: ignore[misc]
        yield Row(f"contour 60 x 60, {name}", took, 0.5, unit="s", detail="over two weights of the first layer")
