"""Gradwire's engine, and its public Python API: open a graph, run it, differentiate it.

    import engine

    graph = engine.open("fit.dgraph")
    result = graph.run()
    print(result.loss, result.parameters)

See docs/python.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.api import OpenGraph
    from engine.operator import Library

__all__ = ["open", "operators"]


def open(path: str | Path, library: Library | None = None, *, assets: str | Path | None = None) -> OpenGraph:
    """Open a .dgraph file; raise engine.errors.FileError, with one sentence, where it cannot be read.

    Nothing in the file runs, and no data file is opened before the graph runs. `library` are the operators it may use
    (default: those installed), `assets` the folder of the bundled data sets.
    """
    from engine.api import OpenGraph, installed_library
    from engine.data import ASSETS
    from engine.files.read import read

    content = read(path)
    folder = Path(path).resolve().parent
    return OpenGraph(content, library or installed_library(), folder, Path(assets) if assets else ASSETS)


def operators() -> Library:
    """Return the installed operators by id."""
    from engine.api import installed_library

    return installed_library()
