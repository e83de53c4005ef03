"""What the tests of the samples share: the files, a sample opened, what its notes say, and its wires after a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import engine
from engine.api import OpenGraph
from engine.results import Result
from nodes.library import LIBRARY

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
SAMPLES = sorted((ROOT / "sample_graphs").glob("*.dgraph"))


def sample(name: str) -> OpenGraph:
    """Return the sample whose file is called so, or whose file name (where only one does) has it in it."""
    found = [path for path in SAMPLES if path.stem == name] or [path for path in SAMPLES if name in path.stem]
    assert len(found) == 1, f"{name}: {[path.stem for path in found]}"
    return engine.open(found[0], LIBRARY)


def notes(name: str) -> str:
    """Return the texts of a sample's notes."""
    return " ".join(note.text for note in sample(name).content.layout.notes.values())


def wires(graph: OpenGraph, result: Result | None = None) -> Mapping[str, Any]:
    """Return what every output carries ("node.socket"): at the end of a run, or at the start values."""
    looks = graph.values(None if result is None else result.parameters)
    return {str(socket): look.value for socket, look in looks.items()}
