"""Save one version after another until killed. `atomic` is Gradwire's way, `in_place` the way that loses documents."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.files import render, save
from engine.graph import Content, Graph, Kept, Node
from engine.types import Tensor


def version(k: int) -> Content:
    """Return the k-th version; every third keeps arrays that need an .npz, every fifth is long."""
    nodes = {f"n_{n}": Node(f"n_{n}", "elementwise.add", f"version {k}") for n in range(400 if k % 5 == 0 else 3)}
    kept = Kept(k, values={"n_0": Tensor.of(np.full(4000, float(k)))}) if k % 3 == 0 else None
    return Content(Graph(nodes), kept=kept)


def in_place(path: Path, content: Content) -> None:
    """Write over the file, as saving must not be done: slowly enough that a kill falls between its halves."""
    data = render(content)
    with open(path, "wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        time.sleep(3600)


WAYS: dict[str, Callable[[Path, Content], None]] = {"atomic": save, "in_place": in_place}

if __name__ == "__main__":
    path, start = Path(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    for k in itertools.count(start):
        WAYS[sys.argv[1]](path, version(k))
        print(k, flush=True)
