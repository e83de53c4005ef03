"""What the commands print: one JSON document, or tables for people; progress and complaints on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from app.terminal import escaped, visible
from engine.api import OpenGraph
from engine.evaluate import Check
from engine.plugins import Plugin
from engine.results import Result
from engine.sweep import Sweep
from engine.types import shape_text


def document(value: Any) -> str:
    """Return JSON text; `value` holds JSON values only (see engine.results.plain)."""
    return escaped(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)) + "\n"


def keep_stdout() -> None:
    """Let what libraries of C++ print go to stderr: stdout is for results alone."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = open(own, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the program lives


def write(text: str) -> None:
    """Write to stdout, in UTF-8 whatever the terminal says."""
    sys.stdout.flush()
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(text.encode())
    else:
        sys.stdout.write(text)
    sys.stdout.flush()


def complain(sentence: str) -> None:
    """Write one line to stderr."""
    print(f"gradwire: {visible(' '.join(sentence.split()))}", file=sys.stderr)


class Bar:
    """A bar on stderr: of the data being read, then of the steps."""

    def __init__(self, drawn: Any) -> None:
        self._drawn = drawn
        self._task = drawn.add_task("step", total=None, loss="")

    def reading(self, label: str, part: float) -> None:
        """Show how far a source has come with its file."""
        shown = f"reading the data of {visible(label)}"
        self._drawn.update(self._task, description=shown, completed=round(100 * part), total=100)

    def stepped(self, done: int, total: int, loss: float) -> None:
        """Show how far the run is."""
        self._drawn.update(self._task, description="step", completed=done, total=total, loss=f"loss {loss:.6g}")


@contextmanager
def progress() -> Iterator[Bar | None]:
    """Draw a bar on stderr where that is a terminal, and give it; None where it is not."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        MofNCompleteColumn(),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        yield Bar(drawn)


def results(graph: OpenGraph, found: Iterable[Result]) -> None:
    """Print results as tables."""
    console = _console()
    for result in found:
        node = graph.graph.nodes[result.optimizer]
        title = node.name or graph.library[node.operator].title
        _say(console, f"{title} ({result.optimizer}): loss {result.loss:.10g}")
        if result.stopped:
            _say(console, f"  {result.stopped}")
        if result.validation:
            _say(
                console,
                "  validation {value:.6g} at step {step:,}, best {best:.6g} at step {best_step:,}".format(
                    **result.validation
                ),
            )
        table = _table("parameter", "value", "gradient")
        for name, value in result.parameters.items():
            table.add_row(_text(name), _numbers(value), _numbers(result.gradients[name]))
        console.print(table)
        for name, value in result.probes.items():
            _say(console, f"  {name}: {_numbers(value)}")
        steps = f"{result.steps:,} step{'s' if result.steps != 1 else ''} in " if result.steps else ""
        _say(console, f"  {steps}{result.seconds:.3g} s, {result.approach} on {result.backend}")


def sweep(found: Sweep) -> None:
    """Print where each run of a sweep ended, the best of all marked."""
    console = _console()
    best = min((row.loss for row in found.rows if not row.failed and row.loss == row.loss), default=None)
    table = _table(*(axis.name for axis in found.axes), "seed", "loss", "steps", "")
    for row in found.rows:
        end = row.stopped if row.failed else "best" if row.loss == best else ""
        values = (_text(str(value)) for value in row.values)
        table.add_row(*values, str(row.seed), f"{row.loss:.10g}", f"{row.steps:,}", _text(end))
    console.print(table)
    programs = f"{found.programs} programs" if found.programs > 1 else "one program"
    devices = f", {found.devices} devices" if found.devices > 1 else ""
    runs = "1 run" if len(found.rows) == 1 else f"{len(found.rows):,} runs"
    _say(console, f"  {runs}, {programs} on {found.backend}{devices}")


def checks(found: Sequence[Check]) -> None:
    """Print gradient checks."""
    for each in found:
        write(f"{'ok    ' if each.passed else 'WRONG '} {visible(each.sentence)}\n")


def measures(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], sentences: Iterable[str]) -> None:
    """Print a table under a title, and what could not be measured as sentences below it."""
    console = _console()
    _say(console, title)
    table = _table(*heads)
    for row in rows:
        table.add_row(*map(_text, row))
    console.print(table)
    for sentence in sentences:
        _say(console, f"  {sentence}")


def description(described: Mapping[str, Any]) -> None:
    """Print what a graph is made of."""
    console = _console()
    nested = any(each["inside"] for each in described["nodes"])
    nodes = _table("node", *(["inside"] * nested), "name", "operator", "settings")
    for each in described["nodes"]:
        settings = ", ".join(f"{name}={value}" for name, value in each["settings"].items())
        operator = each["operator"] + ("" if each["known"] else " (unknown)") + (" (frozen)" if each["frozen"] else "")
        lies = [each["inside"]] * nested
        nodes.add_row(*map(_text, (each["id"], *lies, each["name"], operator, settings)))
    console.print(nodes)
    wires = _table("from", "to", "carries")
    for source, target in described["wires"]:
        wires.add_row(*map(_text, (source, target, _shape(described["shapes"].get(source)))))
    console.print(wires)
    parameters = _table("parameter", "name", "start")
    for id, each in described["parameters"].items():
        parameters.add_row(*map(_text, (id, each["name"], _numbers(each["start"]))))
    console.print(parameters)
    for each in described["problems"]:
        _say(console, f"{each['severity']}: {each['sentence']}")
    if not described["problems"]:
        _say(console, "no problems")


def operators(found: Iterable[Mapping[str, Any]]) -> None:
    """Print the operator library."""
    table = _table("operator", "inputs", "outputs", "what it does")
    for each in found:
        inputs = ", ".join(one["name"] + ("*" if one["variadic"] else "") for one in each["inputs"])
        outputs = ", ".join(one["name"] for one in each["outputs"])
        table.add_row(*map(_text, (each["id"], inputs, outputs, each["help"].split("\n\n")[0])))
    _console().print(table)


def plugins(found: Iterable[Plugin]) -> None:
    """Print the plugins, and why those that are broken are."""
    table = _table("plugin", "version", "state", "operators", "what it is")
    for each in found:
        told = each.reason if each.state == "broken" else each.summary
        table.add_row(*map(_text, (each.name, each.version, each.state, str(len(each.operators)), told)))
    _console().print(table)


def _say(console: Console, line: str) -> None:
    console.print(visible(line), markup=False)


def _console() -> Console:
    """Return the console of stdout; into a file or pipe lines are wide, so that none is broken for a screen's sake."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 200)


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=number == 0)
    return table


def _text(text: str) -> Any:
    """Return text that rich takes as it is: a name may look like markup."""
    from rich.text import Text

    return Text(visible(text))


def _shape(kind: Any) -> str:
    if isinstance(kind, Mapping):
        return f"{kind['dtype']} {tuple(kind['shape'])}" if kind["shape"] else str(kind["dtype"])
    return str(kind or "?")


def _numbers(value: Any) -> str:
    array = np.asarray(value)
    if array.size <= 8 or array.dtype.kind == "c":
        return " ".join(np.array2string(array, precision=8, threshold=8, edgeitems=2, separator=", ").split())
    return f"{shape_text(array.shape)} from {array.min():.6g} to {array.max():.6g}"
