"""Every reason fires on a graph that has its cause, names the node that was planted, and shows its numbers; where the
derivative is in order nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from app.assets import SAMPLES
from engine.data import Data
from engine.errors import GradwireError
from engine.evaluate import gradient
from engine.files.read import read
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import Prepared, prepare
from engine.reasons.scene import Scene
from engine.reasons.why import first_derivative, first_value, why
from nodes.library import LIBRARY

P, C, DESCENT = "parameters.parameter", "inputs.constant", "optimizers.optimizer"


@dataclass(frozen=True)
class Plant:
    """A graph with a fault: nodes as (operator, settings), wires as "a>b.x", and what is to be found where."""

    nodes: Mapping[str, tuple[str, Mapping[str, Any]]]
    wires: str
    what: str
    cause: str
    node: str
    shows: str
    asked: str = "w"


def of(nodes: Mapping[str, tuple[str, Mapping[str, Any]]], wires: str) -> Prepared:
    """Prepare a graph whose loss is the mean and another parameter: so that there is something to train in any case."""
    every = {
        "descent": (DESCENT, {"method": "gradient_descent", "learning_rate": 0.1, "steps": 5}),
        "other": w(1.0), "plus": ("elementwise.add", {}), **nodes,
    }  # fmt: skip
    wires = wires.replace("mean>descent.loss", "mean>plus other>plus.y plus>descent.loss")
    made = {id: Node(id, operator, "", dict(settings)) for id, (operator, settings) in every.items()}
    pairs = (each.split(">") for each in wires.split())
    links = frozenset(Wire(Socket(*_end(a, "value")), Socket(*_end(b, "x"))) for a, b in pairs)
    return prepare(Content(Graph(made, links)), LIBRARY, Data())


def _end(text: str, default: str) -> tuple[str, str]:
    node, _, name = text.partition(".")
    return node, name or default


def w(value: Any, **settings: Any) -> tuple[str, Mapping[str, Any]]:
    return (P, {"value": value, **settings})


def to_mean(*chain: str) -> str:
    """Return wires from w through a chain of nodes to the mean, the loss."""
    nodes = ("w", *chain, "mean")
    return " ".join(f"{a}>{b}" for a, b in pairwise(nodes)) + " mean>descent.loss"


MEAN = {"mean": ("reductions.mean", {})}

PLANTS = {
    "disconnected": Plant(
        {"w": w(2.0), "v": w(1.0), "s": ("elementwise.square", {})},
        "v>s s>descent.loss",
        "zero",
        "disconnected",
        "w",
        "no wire leads",
    ),
    "integer": Plant(
        {
            "w": w((1.5, 2.5)),
            "k": ("elementwise.floor", {}),
            "c": ("elementwise.cast", {"dtype": "int64"}),
            "s": ("elementwise.square", {}),
            "a": ("elementwise.add", {}),
            **MEAN,
        },
        "w>a c>a.y w>k k>c a>s s>mean mean>descent.loss",
        "zero",
        "integer",
        "c",
        "whole numbers",
        "c",
    ),
    "flat": Plant(
        {"w": w((1.5, 2.5)), "k": ("elementwise.floor", {}), "s": ("elementwise.square", {}), **MEAN},
        to_mean("k", "s"),
        "zero",
        "flat",
        "k",
        "steps",
    ),
    "truth values": Plant(
        {
            "w": w((1.5, -2.5)),
            "k": ("elementwise.greater", {"y": 0.0}),
            "z": ("elementwise.where", {}),
            "one": (C, {"value": 1.0}),
            "two": (C, {"value": 2.0}),
            **MEAN,
        },
        "w>k k>z.condition one>z two>z.y z>mean mean>descent.loss",
        "zero",
        "integer",
        "k",
        "truth values",
    ),
    "stopped": Plant(
        {"w": w((1.5, 2.5)), "k": ("gradients.stop", {}), "s": ("elementwise.square", {}), **MEAN},
        to_mean("k", "s"),
        "zero",
        "stopped",
        "k",
        "on purpose",
    ),
    "dead": Plant(
        {"w": w((-1.5, -0.25)), "k": ("activations.relu", {}), **MEAN},
        to_mean("k"),
        "zero",
        "dead",
        "k",
        "all 2 of its inputs lie between -1.5 and -0.25",
    ),
    "kink": Plant(
        {"w": w((0.0, 0.0)), "k": ("elementwise.abs", {}), **MEAN},
        to_mean("k"),
        "zero",
        "kink",
        "k",
        "exactly 0",
    ),
    "kink of a rectifier": Plant(
        {"w": w(0.0), "k": ("activations.relu", {}), **MEAN},
        to_mean("k"),
        "zero",
        "kink",
        "k",
        "exactly 0",
    ),
    "saturated": Plant(
        {"w": w((-400.0, -500.0)), "k": ("activations.tanh", {}), **MEAN},
        to_mean("k"),
        "zero",
        "saturated",
        "k",
        "lie between -500 and -400",
    ),
    "nearly saturated": Plant(
        {"w": w((20.0, 25.0)), "k": ("activations.sigmoid", {}), **MEAN},
        to_mean("k"),
        "small",
        "saturated",
        "k",
        "lie between 20 and 25",
    ),
    "clipped": Plant(
        {"w": w((3.0, 4.0)), "k": ("elementwise.clip", {"low": -1.0, "high": 1.0}), **MEAN},
        to_mean("k"),
        "zero",
        "clipped",
        "k",
        "outside -1 to 1",
    ),
    "not chosen": Plant(
        {"w": w((1.0, 2.0)), "k": ("elementwise.maximum", {"y": 9.0}), **MEAN},
        to_mean("k"),
        "zero",
        "not chosen",
        "k",
        "another value",
    ),
    "zero factor": Plant(
        {"w": w((1.0, 2.0)), "k": ("elementwise.multiply", {"y": 0.0}), **MEAN},
        to_mean("k"),
        "zero",
        "zero factor",
        "k",
        "other factor is 0",
    ),
    "flat point": Plant(
        {"w": w((0.0, 0.0)), "k": ("elementwise.square", {}), **MEAN},
        to_mean("k"),
        "zero",
        "flat point",
        "k",
        "exactly 0",
    ),
    "cancelled": Plant(
        {"w": w((1.0, 2.0)), "k": ("elementwise.subtract", {}), **MEAN},
        "w>k w>k.y k>mean mean>descent.loss",
        "zero",
        "cancelled",
        "k",
        "add to 0",
    ),
    "vanished by many": Plant(
        {"w": w(0.7), **{f"k{n}": ("elementwise.multiply", {"y": 0.05}) for n in range(8)}, **MEAN},
        to_mean(*(f"k{n}" for n in range(8))),
        "small",
        "repeated",
        "k",
        "8 operations",
    ),
    "division": Plant(
        {"w": w(1.0), "k": ("elementwise.divide", {"y": 1e-9}), **MEAN},
        to_mean("k"),
        "huge",
        "division",
        "k",
        "divides by 1e-09",
    ),
    "near zero": Plant(
        {"w": w(1e-10), "k": ("elementwise.log", {}), **MEAN},
        to_mean("k"),
        "huge",
        "near zero",
        "k",
        "1e-10",
    ),
    "exponential": Plant(
        {
            "w": w(2.0),
            "m": ("elementwise.multiply", {"y": 20.0}),
            "k": ("elementwise.exp", {}),
            "l": ("elementwise.log1p", {}),
            "d": ("elementwise.multiply", {"y": 1.0}),
            **MEAN,
        },
        "w>m m>k k>l l>mean k>d mean>descent.loss",
        "",
        "",
        "",
        "",
    ),
    "exploded by many": Plant(
        {"w": w(1e-8), **{f"k{n}": ("elementwise.multiply", {"y": 30.0}) for n in range(8)}, **MEAN},
        to_mean(*(f"k{n}" for n in range(8))),
        "huge",
        "repeated",
        "k",
        "operations each make it larger",
    ),
    "infinite slope": Plant(
        {"w": w((0.0, 4.0)), "k": ("elementwise.sqrt", {}), **MEAN},
        to_mean("k"),
        "not finite",
        "near zero",
        "k",
        "is 0",
    ),
    "trap": Plant(
        {
            "w": w((0.0, 4.0)),
            "g": ("elementwise.greater", {"y": 0.0}),
            "k": ("elementwise.sqrt", {}),
            "z": ("elementwise.where", {}),
            "zero": (C, {"value": 0.0}),
            **MEAN,
        },
        "w>g w>k g>z.condition k>z zero>z.y z>mean mean>descent.loss",
        "not finite",
        "trap",
        "k",
        "0 times infinity",
    ),
    "value": Plant(
        {"w": w((-1.0, 4.0)), "k": ("elementwise.log", {}), "a": ("elementwise.add", {"y": 1.0}), **MEAN},
        to_mean("k", "a"),
        "not finite",
        "value",
        "k",
        "from -1 to 4",
    ),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_cause_is_found_where_it_is(name: str) -> None:
    plant = PLANTS[name]
    scene = Scene.of(of(plant.nodes, plant.wires))
    found = why(scene, Socket(plant.asked, "value"))
    if not plant.what:
        assert found == ()
        return
    assert (found[0].what, found[0].cause) == (plant.what, plant.cause), found
    assert found[0].node.startswith(plant.node)
    assert plant.shows in found[0].evidence and found[0].evidence in found[0].sentence
    assert found[0].sentence[0].isupper() or found[0].sentence[0] == '"'
    assert found[0].sentence.endswith(".")


CERTAIN = [
    name
    for name, plant in PLANTS.items()
    if plant.what in ("zero", "not finite") and plant.asked == "w" and plant.cause not in ("disconnected", "value")
]


@pytest.mark.parametrize("name", CERTAIN)
def test_the_derivative_is_what_the_reason_says(name: str) -> None:
    plant = PLANTS[name]
    found = gradient(of(plant.nodes, plant.wires)).gradients.get("w", np.zeros(2))  # one that is not reached has none
    assert (found == 0).all() if plant.what == "zero" else not np.isfinite(found).all()


def test_two_causes_are_two_reasons() -> None:
    nodes = {
        "w": w((-1.0, -2.0)), "r": ("activations.relu", {}), "c": ("elementwise.clip", {"low": 0.0, "high": 1.0}),
        "a": ("elementwise.add", {}), **MEAN,
    }  # fmt: skip
    found = why(Scene.of(of(nodes, "w>r w>c r>a c>a.y a>mean mean>descent.loss")), Socket("w", "value"))
    assert {(each.node, each.cause) for each in found} == {("r", "dead"), ("c", "clipped")}


def test_the_first_that_is_not_finite_forward_and_backward() -> None:
    plant = PLANTS["value"]
    scene = Scene.of(of(plant.nodes, plant.wires))
    assert first_value(scene).equation.origin == "k"
    plant = PLANTS["trap"]
    scene = Scene.of(of(plant.nodes, plant.wires))
    assert first_value(scene) is None
    assert first_derivative(scene).entry.equation.origin == "k"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dgraph")), ids=lambda path: path.stem)
def test_nothing_is_said_of_the_parameters_of_a_sample(path) -> None:
    held = read(path)
    prepared = prepare(held, LIBRARY, Data(path.parent), start="initial")
    for plan in prepared.plans:
        try:
            scene = Scene.of(prepared, optimizer=plan.id)
        except GradwireError:
            continue
        for id in plan.parameters:
            for each in why(scene, Socket(id, "value")):
                raise AssertionError(each)
