"""`gradwire compare`: all approaches on one graph, as a table for people or as JSON."""

from __future__ import annotations

import argparse
from pathlib import Path

from app import cli_output as output
from app.cli_commands import opened, parameters
from app.measures import HEADS, cells
from engine.api import OpenGraph
from engine.compare import Comparison, compare
from engine.results import plain

DONE, FAILED = 0, 1


def run(chosen: argparse.Namespace) -> int:
    """Measure every approach on each optimizer's loss. The exit code is 1 where two gradients differ."""
    graph = opened(chosen)
    prepared = graph.prepare(seed=chosen.seed, parameters=parameters(chosen.params))
    prepared.plan(None)
    found = [compare(prepared, optimizer=plan.id) for plan in prepared.plans]
    if chosen.json:
        documents = [each.to_plain() for each in found]
        output.write(output.document(plain(documents[0] if len(documents) == 1 else documents)))
    else:
        for each in found:
            _tell(graph, each, Path(chosen.file).name)
    return DONE if all(each.agree for each in found) else FAILED


def _tell(graph: OpenGraph, found: Comparison, file: str) -> None:
    node = graph.graph.nodes[found.optimizer]
    title = node.name or graph.library[node.operator].title
    loss = "" if found.loss is None else f": loss {found.loss:.10g}"
    rows = [cells(line) for line in found.lines if not line.refused]
    refused = [f"{line.approach} on {line.backend}: {line.refused}" for line in found.lines if line.refused]
    output.measures(f"{file}, {title} ({found.optimizer}){loss}", HEADS, rows, refused)
