"""Graphs with bodies for tests, written in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.data import Data
from engine.graph import Content, Graph, Node, Socket
from engine.infer import infer
from engine.prepare import Prepared, prepare
from engine.program.lower import lower, setting_values
from engine.program.program import Program
from nodes.library import LIBRARY
from tests.engine.graphs import wire

SHORT = {
    "parameter": "parameters.parameter",
    "constant": "inputs.constant",
    "optimizer": "optimizers.optimizer",
    "sum": "reductions.sum",
    "mean": "reductions.mean",
    "normal": "random.normal",
    "noise": "random.noise",
    "take": "shape.take",
    "record": "shape.record",
    "field": "shape.field",
    "replace_field": "shape.replace_field",
    "batch_norm": "neural.batch_norm",
    "dense": "neural.dense",
    "gradient": "gradients.gradient",
    "matmul": "linear_algebra.matmul",
    "ode": "dynamics.ode",
    "implicit": "dynamics.implicit",
}
CONTROL = ("for", "while", "scan", "branch", "function", "call", "input", "output", "outer", "iteration")


def body_graph(nodes: Mapping[str, Mapping[str, Any] | str], wires: str = "") -> Graph:
    """Return a graph. Nodes are {"inside/short_name": settings}: "for_1/add_2" is an add in the body of for_1.

    Of an `input` or `output` the settings may be its name alone, of an `outer` "node" or "node.output", of a `call` its
    function. Wires are "a.value>b.x c>d": left out are value and x.
    """
    made = {}
    for key, settings in nodes.items():
        inside, _, id = key.rpartition("/")
        short = id.partition("_")[0] if id.partition("_")[0] in CONTROL else id.rpartition("_")[0]
        operator = f"control.{short}" if short in CONTROL else SHORT.get(short, f"elementwise.{short}")
        made[id] = Node(id, operator, settings=_settings(short, settings), inside=inside)
    pairs = [text.split(">") for text in wires.split()]
    return Graph(made, frozenset(wire(_full(a, "value"), _full(b, "x")) for a, b in pairs))


def _settings(short: str, given: Mapping[str, Any] | str) -> Mapping[str, Any]:
    if not isinstance(given, str):
        return given
    if short == "outer":
        node, _, output = given.partition(".")
        return {"node": node, "output": output or "value"}
    return {"function" if short == "call" else "name": given}


def _full(end: str, name: str) -> str:
    return end if "." in end else f"{end}.{name}"


def prepared(graph: Graph, **how: Any) -> Prepared:
    """Return the graph prepared with the real library."""
    return prepare(Content(graph), LIBRARY, Data(), **how)


def lowered(graph: Graph, *targets: str, train: bool = True) -> Program:
    """Return the program of some outputs, its parameters and data typed by inference."""
    types = infer(graph, LIBRARY).types
    known = {socket: kind for socket, kind in types.items() if kind is not None}
    return lower(graph, LIBRARY, known, [Socket(*target.split(".", 1)) for target in targets], train=train)


def values_of(program: Program, graph: Graph, given: Mapping[str, Any]) -> list[Any]:
    """Return values for the program's inputs: those given by name, settings from the graph."""
    settings = setting_values(program, graph, LIBRARY)
    return [np.asarray({**settings, **given}[each.name], each.type.dtype)[()] for each in program.inputs]
