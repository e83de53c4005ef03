"""What the comparison panel shows: the artefact of one approach, and all approaches measured."""

from __future__ import annotations

from app.measures import cells
from app.worker import messages as m
from app.worker.graphs import at_moment
from app.worker.readings import Measured, Measurements, Reading, ReadingSection
from engine.autodiff.artefacts import artefact
from engine.compare import compare, subject
from engine.prepare import Prepared
from engine.profiling import profile


def reading(prepared: Prepared, approach: str, moment: m.Moment | None) -> Reading:
    """Return what an approach leaves behind on the shown optimizer's loss at this moment."""
    optimizer, about = subject(prepared, **at_moment(moment))
    found = artefact(about, approach)
    sections = tuple(ReadingSection(each.title, each.text, each.origins) for each in found.sections)
    return Reading(optimizer, approach, found.title, found.sentence, found.columns, found.rows, found.origins, sections)


def comparison(prepared: Prepared, moment: m.Moment | None) -> Measurements:
    """Return all approaches on the shown optimizer's loss at this moment, measured."""
    found = compare(prepared, **at_moment(moment))
    lines = tuple(Measured(each.approach, each.backend, cells(each), each.refused, each.agrees) for each in found.lines)
    return Measurements(found.optimizer, found.features, lines)


def profiled(prepared: Prepared, moment: m.Moment | None) -> tuple[str, dict[str, tuple[float, float, int, int]]]:
    """Return whose step was measured, and (seconds forward, backward, bytes, calls) of each node that took part."""
    found = profile(prepared, **at_moment(moment))
    return found.optimizer, {
        id: (cost.forward, cost.backward, cost.memory, cost.calls) for id, cost in found.costs.items()
    }
