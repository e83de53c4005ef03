"""What the commands do. Each takes the parsed arguments and returns an exit code; none of them loads Qt by itself."""

from __future__ import annotations

import argparse
import json
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import engine
from app import cli_output as output
from app.assets import SAMPLES
from app.plugins import library
from engine.api import OpenGraph
from engine.checkpoint import Checkpoint
from engine.errors import FileError, SettingError
from engine.files.save import export, require_free
from engine.graph import Socket, label
from engine.hosts import Hosts
from engine.limits import RUN_STEPS
from engine.operator import Operator
from engine.results import Results, plain
from engine.sockets import output_names, shortened
from engine.types import ArrayType, Type

DONE, FAILED = 0, 1
PICTURE, DRAWING = ".png", ".svg"


def run(chosen: argparse.Namespace) -> int:
    """Train the graph; with --hosts together with other processes, the first of which reports."""
    hosts = None if chosen.hosts is None else Hosts.parse(chosen.hosts)
    graph = opened(chosen)
    _require_free(chosen.out, chosen.plot)
    _require_picture(chosen.plot, drawing=True)
    if hosts is None:
        return _report(chosen, graph, _trained(chosen, graph))
    output.keep_stdout()
    hosts.join()
    results = _trained(chosen, graph, hosts)
    hosts.leave()
    if hosts.leads:
        return _report(chosen, graph, results)
    return FAILED if any(result.failed for result in results) else DONE


def _trained(chosen: argparse.Namespace, graph: OpenGraph, hosts: Hosts | None = None) -> Results:
    leads = hosts is None or hosts.leads
    with output.progress() if leads else nullcontext() as bar:
        return (replace(graph, told=bar.reading) if bar else graph).run(
            chosen.steps,
            seed=chosen.seed,
            approach=chosen.approach,
            backend=chosen.backend or (None if hosts is None else "xla"),
            parameters=parameters(chosen.params),
            progress=bar.stepped if bar else None,
            checkpoint=_checkpoint(chosen, leads),
            together=hosts is not None,
            record="losses",  # no more is printed or drawn
        )


def _report(chosen: argparse.Namespace, graph: OpenGraph, results: Results) -> int:
    document = output.document(results.to_plain())
    # Printed before it is written: a full disk then costs the file, not the numbers.
    if chosen.json:
        output.write(document)
    else:
        output.results(graph, results)
    if chosen.out is not None:
        export(chosen.out, document.encode())
    if chosen.plot is not None:
        from app.cli_plot import draw

        draw(graph, results, Path(chosen.plot))
    failed = [result for result in results if result.failed]
    for result in failed:
        output.complain(result.stopped)
    return FAILED if failed else DONE


def _checkpoint(chosen: argparse.Namespace, writes: bool) -> Checkpoint | None:
    """Return how the run is to be written; without a number of steps it is written at its end.

    A bundled sample's is written into the current folder: nothing is written beside the samples.
    """
    if chosen.checkpoint is None and not chosen.resume:
        return None
    bundled = SAMPLES.resolve() in Path(chosen.file).resolve().parents
    file = Path(chosen.file).name if bundled else chosen.file
    checkpoint = Checkpoint.beside(file, chosen.checkpoint or RUN_STEPS, chosen.resume)
    return replace(checkpoint, writes=writes)


def grad(chosen: argparse.Namespace) -> int:
    """Print loss and gradients at the start values."""
    graph = opened(chosen)
    results = graph.gradient(
        seed=chosen.seed, approach=chosen.approach, backend=chosen.backend, parameters=parameters(chosen.params)
    )
    if chosen.json:
        output.write(output.document(results.to_plain()))
    else:
        output.results(graph, results)
    return DONE


def inspect(chosen: argparse.Namespace) -> int:
    """Print what the graph is made of and what is wrong with it."""
    graph = opened(chosen)
    described = _description(chosen.file, graph)
    if chosen.json:
        output.write(output.document(plain(described)))
    else:
        output.description(described)
    return DONE


def nodes(chosen: argparse.Namespace) -> int:
    """Print the operator library."""
    operators = [_operator(each) for each in library().values()]
    if chosen.json:
        output.write(output.document(plain(operators)))
    else:
        output.operators(operators)
    return DONE


def shot(chosen: argparse.Namespace) -> int:
    """Render the window to a picture."""
    from app.shot import shot as render

    _require_free(chosen.out)
    _require_picture(chosen.out)
    graph = engine.open(chosen.file, library())  # a bad file is refused before Qt is loaded
    if chosen.select is not None and chosen.select not in graph.graph.nodes:
        raise SettingError(f"There is no node {chosen.select!r} in {chosen.file}: name one by its id.")
    fault = render(
        chosen.file, chosen.out, chosen.size, chosen.theme, chosen.scale, chosen.run,
        select=chosen.select, panel=chosen.panel,
    )  # fmt: skip
    if chosen.json:
        output.write(output.document({"file": chosen.file, "out": chosen.out, "size": list(chosen.size)}))
    else:
        output.write(f"{chosen.out}\n")
    if fault:
        output.complain(fault)
    return FAILED if fault else DONE


def opened(chosen: argparse.Namespace) -> OpenGraph:
    """Return the graph with the settings and inputs of the command line."""
    graph = engine.open(chosen.file, library())
    for text in chosen.set:
        target, equals, value = text.partition("=")
        node, dot, setting = target.rpartition(".")
        if not (equals and dot and node and setting):
            raise SettingError(f"--set takes NODE.SETTING=VALUE, not “{shortened(text)}”.")
        graph = graph.with_setting(node, setting, as_value(value))
    for text in chosen.input:
        node, equals, path = text.partition("=")
        if not (equals and node and path):
            raise SettingError(f"--input takes NODE=PATH, not “{shortened(text)}”.")
        graph = graph.with_input(node, path)
    return graph


def as_value(text: str) -> Any:
    """Return a value written as JSON, or else the text itself."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(text: str) -> float:
    raise ValueError(text)


def parameters(path: str | None) -> Mapping[str, Any]:
    """Return the arrays of an .npz file by name; raise FileError where it is none."""
    if path is None:
        return {}
    name = shortened(path, 80)
    try:
        if not Path(path).is_file():
            raise FileError(f"There is no file “{name}”.")
        with np.load(path, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, KeyError, EOFError, TypeError, AttributeError):
        sentence = f"“{name}” is not an .npz file of numbers: numpy.savez writes one, with an array for each parameter."
        raise FileError(sentence) from None


def _require_free(*paths: str | None) -> None:
    """Refuse an output that cannot be written before any work is done for it."""
    for path in paths:
        if path is not None:
            require_free(path)


def _require_picture(path: str | None, *, drawing: bool = False) -> None:
    """Refuse a picture whose name promises another format than those that are written: PNG, or also SVG."""
    kinds = (PICTURE, DRAWING) if drawing else (PICTURE,)
    if path is not None and Path(path).suffix.lower() not in kinds:
        formats = " or ".join(kind[1:].upper() for kind in kinds)
        ends = " or ".join(kinds)
        raise FileError(f"Pictures are written as {formats}: give “{shortened(path, 80)}” a name that ends in {ends}.")


def _description(file: str, graph: OpenGraph) -> dict[str, Any]:
    prepared = graph.prepare(strict=False)
    known = {id: graph.library.get(node.operator) for id, node in graph.graph.nodes.items()}
    outputs = [
        Socket(id, name)
        for id, declared in known.items()
        if declared is not None
        for name in output_names(graph.graph, declared, id)
    ]
    return {
        "file": file,
        "nodes": [
            {
                "id": id,
                "name": node.name,
                "title": label(node, known[id].title if known[id] else node.operator),
                "operator": node.operator,
                "known": known[id] is not None,
                "frozen": node.frozen,
                "inside": node.inside,
                "settings": node.settings,
            }
            for id, node in graph.graph.nodes.items()
        ],
        "wires": [[str(wire.source), str(wire.target)] for wire in sorted(graph.graph.wires)],
        "shapes": {str(socket): _type(prepared.inferred.get(socket)) for socket in outputs},
        "parameters": {
            id: {"name": graph.graph.nodes[id].name, "shape": list(np.shape(value)), "start": value}
            for id, value in prepared.parameters.items()
        },
        "optimizers": {
            plan.id: {"loss": str(plan.loss), "parameters": list(plan.parameters)} for plan in prepared.plans
        },
        "problems": [
            {
                "severity": each.severity,
                "code": each.code,
                "sentence": each.sentence,
                "node": each.node,
                "socket": each.socket,
            }
            for each in prepared.problems
        ],
    }


def _type(kind: Type | None) -> Any:
    if isinstance(kind, ArrayType):
        return {"dtype": kind.dtype, "shape": list(kind.shape)}
    return None if kind is None else str(kind)


def _operator(declared: Operator) -> dict[str, Any]:
    return {
        "id": declared.id,
        "title": declared.title,
        "family": declared.family,
        "kind": declared.kind.value,
        "help": declared.help,
        "formula": declared.formula,
        "partials": dict(declared.partials),
        "inputs": [
            {
                "name": each.name,
                "variadic": each.variadic,
                "optional": each.optional,
                "default": each.default,
                "help": each.help,
            }
            for each in declared.inputs
        ],
        "outputs": [{"name": each.name, "help": each.help} for each in declared.outputs],
        "settings": {
            name: {"type": type(spec).__name__.lower(), **_fields(spec)} for name, spec in declared.settings.items()
        },
    }


def _fields(spec: Any) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in spec.__dataclass_fields__ if getattr(spec, name) not in ("", None)}
