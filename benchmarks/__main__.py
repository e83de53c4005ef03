"""`make bench`: run every benchmark, each in a process of its own, and print one table of ratios.

A benchmark is a module here with `def rows() -> Iterable[Row]`: it compares side by side in one run and takes the least
of its repeats.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

from benchmarks.row import Row, table

MODULES = (
    "engine_tape",
    "engine_passes",
    "engine_scale",
    "engine_layout",
    "engine_peers",
    "engine_layers",
    "engine_costs",
    "engine_data",
    "engine_trace",
    "stepping",
    "landscape",
    "canvas",
    "window",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks (all without a name); return 1 where a figure does not hold, 2 for a name unknown."""
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}: choose of {', '.join(MODULES)}.", file=sys.stderr)
        return 2
    if len(names) == 1 and names[0] in MODULES:
        rows: list[Row] = list(importlib.import_module(f"benchmarks.{names[0]}").rows())
        print(table(rows), flush=True)
        return int(not all(row.holds for row in rows))
    codes = [
        subprocess.run(
            [sys.executable, "-m", "benchmarks", name], cwd=Path(__file__).parent.parent, check=False
        ).returncode
        for name in names or MODULES
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
