"""`gradwire replay`: one optimizer step as a page that replays it in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from app import cli_output as output
from app.cli_commands import opened, parameters
from app.replay_page import page
from engine.errors import FileError
from engine.files.save import export, require_free
from engine.sockets import shortened
from engine.trace.record import record

DONE = 0
MOST = 3_000
"""Most micro-steps of a page: what a browser shows at ease."""


def run(chosen: argparse.Namespace) -> int:
    """Record the step and write the page."""
    path = Path(chosen.out)
    if path.suffix.lower() != ".html":
        raise FileError(f"Pages are written as HTML: give “{shortened(path.name, 80)}” a name that ends in .html.")
    require_free(path)
    graph = opened(chosen)
    prepared = graph.prepare(seed=chosen.seed, parameters=parameters(chosen.params))
    trace = record(prepared, optimizer=chosen.optimizer, approach=chosen.approach, limit=MOST)
    export(path, page(f"{Path(chosen.file).stem}: one step", graph.content, graph.library, trace).encode())
    output.write(f"{chosen.out}\n")
    if trace.sentence:
        output.complain(trace.sentence)
    return DONE
