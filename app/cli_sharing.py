"""`gradwire gif` and `gradwire handout`: a graph to be shown where Gradwire is not."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from app import cli_output as output
from app.cli_commands import opened
from engine.api import OpenGraph
from engine.errors import FileError
from engine.files.save import export, require_free
from engine.rules import is_optimizer
from engine.sockets import shortened
from engine.trace.record import record

DONE = 0
MOST_FRAMES = 300


def gif(chosen: argparse.Namespace) -> int:
    """Write a step or a training as an animated GIF."""
    graph = _opened(chosen, ".gif", "Moving pictures are written as GIF")
    from app.sharing import stepping, training
    from app.sharing.gif import gif as encoded

    most = min(chosen.frames, MOST_FRAMES)
    if chosen.of == "training":
        made = training.frames(graph.content, graph.folder, graph.library, chosen.theme, chosen.steps, most)
    else:
        prepared = graph.prepare()
        trace = record(prepared, optimizer=chosen.optimizer, approach=chosen.approach)
        made = stepping.frames(prepared, graph.content, trace, graph.library, chosen.theme, most)
    export(chosen.out, encoded(made))
    _say(chosen)
    return DONE


def handout(chosen: argparse.Namespace) -> int:
    """Write a handout as PDF."""
    graph = _opened(chosen, ".pdf", "Handouts are written as PDF")
    from app.sharing.handout import pdf

    export(chosen.out, pdf(graph, chosen.steps or 0, answers=chosen.answers))
    _say(chosen)
    return DONE


def _say(chosen: argparse.Namespace) -> None:
    if chosen.json:
        output.write(output.document({"file": chosen.file, "out": chosen.out}))
    else:
        output.write(f"{chosen.out}\n")


def _opened(chosen: argparse.Namespace, ending: str, formats: str) -> OpenGraph:
    """Return the graph with what the command line says of it."""
    path = Path(chosen.out)
    if path.suffix.lower() != ending:
        raise FileError(f"{formats}: give “{shortened(path.name, 80)}” a name that ends in {ending}.")
    require_free(path)
    graph = opened(chosen)
    if chosen.folder is not None:
        graph = replace(graph, folder=Path(chosen.folder))
    approach = getattr(chosen, "approach", None)
    for id, node in graph.graph.nodes.items():
        declared = graph.library.get(node.operator)
        if declared is None or not is_optimizer(declared):
            continue
        for name, value in (("seed", chosen.seed), ("approach", approach)):
            if value is not None:
                graph = graph.with_setting(id, name, value)
    return graph
