"""`gradwire sweep`: many runs of one graph, as a table."""

from __future__ import annotations

import argparse
import os

from app import cli_output as output
from app.cli_commands import DONE, FAILED, as_value, opened
from engine import sweep as engine_sweep
from engine.errors import SettingError
from engine.files.save import export, require_free
from engine.sockets import shortened


def sweep(chosen: argparse.Namespace) -> int:
    """Train the graph at every combination of values, and print where each run ended."""
    if chosen.devices is not None:  # XLA reads it when it starts, which is later
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count={chosen.devices}".strip()
    axes = [axis(text) for text in chosen.over]
    if chosen.out is not None:
        require_free(chosen.out)
    graph = opened(chosen)
    found = engine_sweep.sweep(graph, axes, chosen.seeds, steps=chosen.steps, seed=chosen.seed, backend=chosen.backend)
    document = output.document(found.to_plain())
    if chosen.json:
        output.write(document)
    else:
        output.sweep(found)
    if chosen.out is not None:
        export(chosen.out, document.encode())
    return FAILED if any(row.failed for row in found.rows) else DONE


def axis(text: str) -> engine_sweep.Axis:
    """Return what NODE.SETTING=A,B,... says; values are JSON or text, and brackets hold commas of their own."""
    target, equals, values = text.partition("=")
    node, dot, setting = target.rpartition(".")
    if not (equals and dot and node and setting and values):
        raise SettingError(f"--over takes NODE.SETTING=A,B,..., not “{shortened(text)}”.")
    return engine_sweep.Axis(node, setting, tuple(as_value(part) for part in parts(values)))


def parts(text: str) -> list[str]:
    """Return the text cut at commas outside brackets."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter in "[{(") - (letter in "]})")
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [each.strip() for each in found]
