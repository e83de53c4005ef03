"""Small graphs that tests train, written in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine.data import Data
from engine.graph import Content, Graph, Kept, Node, Socket, Wire
from engine.prepare import Prepared, prepare
from engine.training import Trainer
from nodes.library import LIBRARY

DESCENT = {"method": "gradient_descent", "learning_rate": 1e-3, "steps": 200}
ADAM = {"method": "adam", "learning_rate": 0.02, "steps": 200}

SHORT = {
    "parameter": "parameters.parameter",
    "optimizer": "optimizers.optimizer",
    "constant": "inputs.constant",
    "minibatch": "inputs.minibatch",
    "noise": "random.noise",
    "dense": "neural.dense",
    "batch_norm": "neural.batch_norm",
    "matmul": "linear_algebra.matmul",
    "mse": "losses.mse",
    "cross_entropy": "losses.cross_entropy",
    "sum": "reductions.sum",
    "mean": "reductions.mean",
    "probe": "views.probe",
    "line_data": "inputs.line_data",
    "pack": "shape.pack",
    "unpack": "shape.unpack",
    "table": "inputs.table",
    "reverse": "gradients.reverse",
}


def content(nodes: Mapping[str, Mapping[str, Any]], wires: str) -> Content:
    """Return a graph: node ids start with the operator's last part ("add_1"); wires are "a.value>b.x c.value>d.y"."""
    made = {}
    for id, settings in nodes.items():
        short = id.rsplit("_", 1)[0]
        own = dict(settings)
        name = own.pop("name", "")
        made[id] = Node(id, SHORT.get(short, f"elementwise.{short}"), name, own)
    pairs = (wire.split(">") for wire in wires.split())
    return Content(Graph(made, frozenset(Wire(_socket(a, "value"), _socket(b, "x")) for a, b in pairs)))


def _socket(text: str, default: str) -> Socket:
    node, _, name = text.partition(".")
    return Socket(node, name or default)


def frozen(graph: Content, *nodes: str) -> Content:
    """Return the graph with these parameters frozen."""
    made = {id: replace(node, frozen=id in nodes) for id, node in graph.graph.nodes.items()}
    return Content(Graph(made, graph.graph.wires))


def prepared(graph: Content, kept: Kept | None = None, **how: Any) -> Prepared:
    """Return the graph prepared with the real library."""
    return prepare(Content(graph.graph, graph.layout, kept), LIBRARY, Data(), **how)


def rosenbrock(**optimizers: Mapping[str, Any]) -> Content:
    """Return (x - 1)^2 + 100 (y - x^2)^2 from (-1.2, 1) under the given optimizer nodes."""
    nodes = {
        "parameter_1": {"value": -1.2},
        "parameter_2": {"value": 1.0},
        "square_1": {},
        "subtract_1": {},
        "square_2": {},
        "multiply_1": {"y": 100.0},
        "subtract_2": {"y": 1.0},
        "square_3": {},
        "add_1": {},
    }
    wires = (
        "parameter_1>square_1 parameter_2>subtract_1 square_1>subtract_1.y subtract_1>square_2 square_2>multiply_1 "
        "parameter_1>subtract_2 subtract_2>square_3 square_3>add_1 multiply_1>add_1.y"
    )
    return content({**nodes, **optimizers}, " ".join([wires, *(f"add_1>{id}.loss" for id in optimizers)]))


def bowl(**optimizer):
    """x^2 from 1 by gradient descent: x shrinks by 0.8 at each step."""
    nodes = {
        "parameter_1": {"value": 1.0},
        "square_1": {},
        "optimizer_1": {"method": "gradient_descent", "learning_rate": 0.1, "steps": 1000, **optimizer},
    }
    return content(nodes, "parameter_1>square_1 square_1>optimizer_1.loss")


def rosenbrock_gradient(x: float, y: float) -> tuple[float, float]:
    """Return the gradient of Rosenbrock's function, from its formula."""
    return 2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)


def network(method: str = "adam", **rivals: Mapping[str, Any]) -> Content:
    """Return a graph with everything a run can carry: minibatches, noise, running averages, constraints, weights.

    "optimizer_1" trains it by `method`, beside any further optimizer nodes.
    """
    nodes = {
        "line_data_1": {"count": 40},
        "constant_1": {"value": tuple(tuple(row) for row in np.linspace(-1, 1, 80).reshape(40, 2).tolist())},
        "minibatch_1": {"size": 7},
        "noise_1": {"scale": 0.05},
        "parameter_1": {"initial": "glorot_uniform", "shape": None, "name": "weights"},
        "parameter_2": {"initial": "zeros", "shape": None, "name": "bias"},
        "dense_1": {"units": 3, "activation": "tanh"},
        "parameter_3": {"initial": "ones", "shape": None, "name": "scale"},
        "parameter_4": {"initial": "zeros", "shape": None, "name": "shift"},
        "batch_norm_1": {},
        "parameter_5": {"value": 0.5, "constraint": "positive", "name": "gain"},
        "parameter_6": {"initial": "ones", "shape": (3,), "constraint": "simplex", "name": "mixture"},
        "matmul_1": {},
        "multiply_1": {},
        "mse_1": {},
        "optimizer_1": {"method": method, "learning_rate": 0.01, "steps": 60, "seed": 3},
        **rivals,
    }
    wires = (
        "constant_1>minibatch_1 line_data_1.y>minibatch_1.y minibatch_1.batch_x>noise_1 noise_1>dense_1 "
        "parameter_1>dense_1.weights parameter_2>dense_1.bias dense_1>batch_norm_1 parameter_3>batch_norm_1.scale "
        "parameter_4>batch_norm_1.shift batch_norm_1>matmul_1 parameter_6>matmul_1.y matmul_1>multiply_1 "
        "parameter_5>multiply_1.y multiply_1>mse_1.prediction minibatch_1.batch_y>mse_1.target mse_1>optimizer_1.loss"
    )
    return content(nodes, " ".join([wires, *(f"mse_1>{id}.loss" for id in rivals)]))


def taking_turns(first: Mapping[str, Any], second: Mapping[str, Any]) -> Content:
    """Return (x + y)^2 + (x y)^2 from (3, -2) under two optimizers: the first moves x, the other y."""
    return content(
        {
            "parameter_1": {"value": 3.0},
            "parameter_2": {"value": -2.0},
            "add_1": {},
            "square_1": {},
            "multiply_1": {},
            "square_2": {},
            "add_2": {},
            "optimizer_1": {"method": "momentum", "parameters": ("parameter_1",), **first},
            "optimizer_2": {"method": "adam", "parameters": ("parameter_2",), **second},
        },
        "parameter_1>add_1 parameter_2>add_1.y add_1>square_1 parameter_1>multiply_1 parameter_2>multiply_1.y "
        "multiply_1>square_2 square_1>add_2 square_2>add_2.y add_2>optimizer_1.loss add_2>optimizer_2.loss",
    )


def descend(steps: int, rate: float, x: float = -1.2, y: float = 1.0) -> list[tuple[float, float]]:
    """Return the path of gradient descent on Rosenbrock's function, its start included."""
    path = [(x, y)]
    for _ in range(steps):
        gx, gy = rosenbrock_gradient(x, y)
        x, y = x - rate * gx, y - rate * gy
        path.append((x, y))
    return path


def trainer(graph: Content, kept: Kept | None = None, *, seed: Any = None, start: Any = "kept", **how: Any) -> Trainer:
    """Return a trainer of the graph, prepared with the real library."""
    return Trainer(prepared(graph, kept, seed=seed, start=start), **how)
