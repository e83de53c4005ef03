"""`gradwire export`: a graph's loss and gradients as a script that runs without Gradwire."""

from __future__ import annotations

import argparse
from pathlib import Path

from app import cli_output as output
from app.cli_commands import opened, parameters
from engine.errors import FileError
from engine.export.script import script

DONE = 0


def run(chosen: argparse.Namespace) -> int:
    """Write the script to a file, or print it."""
    graph = opened(chosen)
    prepared = graph.prepare(seed=chosen.seed, parameters=parameters(chosen.params))
    text = script(prepared, chosen.dialect, title=Path(chosen.file).stem)
    if chosen.out is None:
        output.write(text)
        return DONE
    try:
        Path(chosen.out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(f"{chosen.out} cannot be written: {error.strerror or error}.") from None
    output.write(f"{chosen.out}\n")
    return DONE
