"""`gradwire check`: gradients against differences, as lines, as JSON, or as a whole report in a file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app import cli_output as output
from app.check_page import page
from app.cli_commands import DONE, FAILED, opened, parameters
from engine.api import OpenGraph
from engine.errors import FileError
from engine.examination import Examination, examine
from engine.files.save import export, require_free
from engine.results import plain
from engine.sockets import shortened

FORMATS = (".html", ".json")


def run(chosen: argparse.Namespace) -> int:
    """Compare the gradients with differences."""
    graph = opened(chosen)
    if chosen.report is not None:
        return _reported(chosen, graph)
    checks = graph.check(parameters(chosen.params), seed=chosen.seed)
    passed = all(each.passed for each in checks)
    if chosen.json:
        rows = [
            {
                "node": each.node,
                "name": each.label,
                "passed": each.passed,
                "central_differences": each.differences,
                "complex_step": each.complex_step,
                "sentence": each.sentence,
            }
            for each in checks
        ]
        output.write(output.document(plain({"passed": passed, "parameters": rows})))
    else:
        output.checks(checks)
    return DONE if passed else FAILED


def _reported(chosen: argparse.Namespace, graph: OpenGraph) -> int:
    path = Path(chosen.report)
    if path.suffix.lower() not in FORMATS:
        raise FileError(f"Reports are written as HTML or JSON: give “{shortened(path.name, 80)}” a name that ends so.")
    require_free(path)
    prepared = graph.prepare(seed=chosen.seed, parameters=parameters(chosen.params))
    prepared.plan(None)
    found = [examine(prepared, optimizer=plan.id) for plan in prepared.plans]
    export(path, _text(path.suffix.lower(), Path(chosen.file).stem, found).encode())
    output.write(f"{chosen.report}\n")
    return DONE if all(each.passed for each in found) else FAILED


def _text(suffix: str, title: str, found: list[Examination]) -> str:
    if suffix == ".html":
        return page(title, found)
    return json.dumps(plain({"optimizers": [each.to_plain() for each in found]}), indent=1) + "\n"
