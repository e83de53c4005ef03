"""A training as a moving picture: the graph with its values and derivatives, and its losses as far as they came."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.assets import ASSETS
from app.cli_plot import Curve
from app.sharing.drawn import Drawn
from app.sharing.frames import CHART, HEIGHT, WIDTH, trained
from app.sharing.gif import Frame
from app.worker.answers import EngineAnswerer
from app.worker.messages import Job, Looks
from app.worker.training import EngineTraining
from engine.graph import Content
from engine.operator import Library

TIME: Final = 160
LAST: Final = 2500
BEAT: Final = 0.2
"""Seconds between two looks at the run."""


def frames(
    content: Content, folder: Path | None, library: Library, theme: str, steps: int | None, most: int
) -> list[Frame]:
    """Return the frames of a training of so many steps (None: as many as it takes); raise GradwireError where it cannot
    run."""
    looks, curves, at = record(content, folder, library, steps, most)
    drawn = Drawn(content, library, theme, overlays=False)
    try:
        made = []
        for look, step in zip(looks, at, strict=True):
            drawn.show(look)
            graph = drawn.picture(WIDTH, HEIGHT - CHART + 120)
            made.append(Frame(trained(graph, drawn.theme, curves, step), TIME))
    finally:
        drawn.close()
    made[-1] = made[-1]._replace(time=LAST)
    return made


def record(
    content: Content, folder: Path | None, library: Library, steps: int | None, most: int
) -> tuple[list[Looks], list[Curve], list[int]]:
    """Train; return looks at the first optimizer's wires, all losses, and the steps of the looks."""
    job = Job.of(content, folder, ASSETS, library.packages)
    answers, training = EngineAnswerer(job, _unmarked), EngineTraining(job, _unmarked)
    began = training.step(0)
    whole = training.lanes[0].limit - began if steps is None else min(steps, training.lanes[0].limit - began)
    # Most happens at the beginning: pictures are closer there.
    stops = sorted({round(whole * (k / max(most - 1, 1)) ** 2) for k in range(most)})
    rows: list[list[NDArray[np.float64]]] = [[] for _ in training.lanes]
    looks, at = [answers.looks(training.moment(0))], [0]
    for stop in stops[1:]:
        while training.step(0) - began < stop and training.ending() is None:
            for lane, recorded in training.advance(stop - training.step(0) + began, BEAT):
                rows[lane].append(recorded[:, 0])
        if training.step(0) - began == at[-1]:
            break
        looks.append(answers.looks(training.moment(0)))
        at.append(training.step(0) - began)
    return looks, [_curve(lane.name, each) for lane, each in zip(training.lanes, rows, strict=True) if each], at


def _curve(name: str, parts: list[NDArray[np.float64]]) -> Curve:
    losses = np.concatenate(parts)
    finite = np.isfinite(losses)
    return Curve(np.arange(len(losses), dtype=float)[finite], losses[finite], name)


def _unmarked(node: str) -> None:
    """Nobody asks which node is being evaluated."""
