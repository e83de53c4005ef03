"""One optimizer step as a moving picture: forward, back, update, node by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from PySide6.QtGui import QImage

from app.replay_page import said
from app.sharing.drawn import Drawn, Known
from app.sharing.frames import HEIGHT, WIDTH, stepped
from app.sharing.gif import Frame
from engine.graph import Content
from engine.operator import Library
from engine.prepare import Prepared
from engine.trace.steps import Mark, MicroStep, Trace

TIME: Final = 900
"""Milliseconds of a frame."""
LAST: Final = 2500


def frames(prepared: Prepared, content: Content, trace: Trace, library: Library, theme: str, most: int) -> list[Frame]:
    """Return the frames of a trace, a node at a time; of longer ones so many, evenly chosen."""
    shown = chosen(trace.groups, most)
    known = Known({**prepared.inferred, **prepared.types})
    drawn = Drawn(content, library, theme)
    try:
        made = [Frame(_first(drawn, known, trace), TIME)]
        done = 0
        for group in shown:
            for step in trace.micro_steps[done : group.stop]:
                learn(known, step.marks)
            done = group.stop
            made.append(Frame(_picture(drawn, known, trace, content, library, group), TIME))
    finally:
        drawn.close()
    made[-1] = made[-1]._replace(time=LAST)
    return made


def chosen(groups: Sequence[range], most: int) -> list[range]:
    """Return at most so many stretches, the first and last among them."""
    if len(groups) <= most:
        return list(groups)
    return [groups[k * (len(groups) - 1) // max(most - 1, 1)] for k in range(most)]


def learn(known: Known, marks: Sequence[Mark]) -> None:
    """Take up what a micro-step makes known, or known no more."""
    for mark in marks:
        into = known.values if mark.kind == "value" else known.cotangents
        if mark.value is None:
            into.pop(mark.socket, None)
        else:
            into[mark.socket] = mark.value


def _first(drawn: Drawn, known: Known, trace: Trace) -> QImage:
    drawn.show(known.looks(trace.step))
    text = f"One step of {len(trace.groups)} parts, by the approach “{trace.approach}”"
    return stepped(drawn.picture(WIDTH, HEIGHT), drawn.theme, "start", text, 0.0)


def _picture(drawn: Drawn, known: Known, trace: Trace, content: Content, library: Library, group: range) -> QImage:
    step = trace.micro_steps[group.stop - 1]
    drawn.show(known.looks(trace.step))
    back = step.phase in ("backward", "tangent")
    graph = drawn.picture(WIDTH, HEIGHT, _outer(step, content.graph.nodes), derivative=back)
    part = group.stop / len(trace.micro_steps)
    return stepped(graph, drawn.theme, step.phase, said(step, content, library), part)


def _outer(step: MicroStep, nodes: Mapping[str, object]) -> str:
    """Return the node of the main graph that a micro-step belongs to; "" where there is none."""
    outer = next(iter(_owners(step)), "")
    return outer if outer in nodes else ""


def _owners(step: MicroStep) -> Iterator[str]:
    yield from (each.node for each in step.place)
    yield step.update.parameter if step.update is not None else step.node
