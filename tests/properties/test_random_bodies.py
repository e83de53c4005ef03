"""Random graphs with loops, branches and functions inside one another, against an interpreter of graphs written here;
and the same graphs with faults planted, which are answered with problems and sentences, never with a crash.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from engine.autodiff.approaches import refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.data import Data
from engine.errors import GradwireError
from engine.evaluate import gradient, look
from engine.files import parse, render
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.prepare import prepare
from engine.problems import validate
from nodes.library import LIBRARY
from tests import sizes
from tests.engine.control_graphs import prepared

BLOCK = 10
PAIRS = [(a, b) for a in APPROACHES for b in BACKENDS if b not in ("xla", "interpret") and refusal(a, b) is None]
UNARY = ("sin", "tanh", "negative")
BINARY = ("add", "subtract", "multiply")


class Maker:
    """Makes a random graph of scalars. Bodies give what went through a sine, so that nothing grows without bound."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.nodes: dict[str, Node] = {}
        self.wires: set[Wire] = set()

    def graph(self) -> Graph:
        parameters = [self.node("", "parameters.parameter", {"value": self.number()}) for _ in range(2)]
        found = self.fill("", parameters, [], 0, in_loop=False)
        total = found[-1]
        for each in (*parameters, *found[-4:-1]):
            total = self.node("", "elementwise.add", {}, total, self.node("", "elementwise.sin", {}, each))
        loss = self.node("", "optimizers.optimizer", {})
        self.wires.add(Wire(total, Socket(loss.node, "loss")))
        return Graph(self.nodes, frozenset(self.wires))

    def node(self, inside: str, operator: str, settings: Mapping[str, Any], *inputs: Socket) -> Socket:
        """Add a node whose inputs x, y are wired; return its output."""
        declared = LIBRARY[operator]
        id = f"{declared.short}_{len(self.nodes)}"
        self.nodes[id] = Node(id, operator, settings=settings, inside=inside)
        for each, name in zip(inputs, [each.name for each in declared.inputs], strict=False):
            self.wires.add(Wire(each, Socket(id, name)))
        return Socket(id, "value")

    def number(self) -> float:
        return round(self.chance.uniform(-1.5, 1.5), 2)

    def fill(
        self, inside: str, values: list[Socket], outer: list[Socket], depth: int, *, in_loop: bool
    ) -> list[Socket]:
        """Add some nodes to a body; return all outputs there."""
        values = [*values, self.node(inside, "inputs.constant", {"value": self.number()})]
        for _ in range(self.chance.randint(1, 4)):
            kind = self.chance.choice(["plain"] * 3 + ["outer"] * bool(outer) + ["iteration"] * in_loop
                                      + ["for", "scan", "while", "branch", "function"] * (depth < 3))  # fmt: skip
            values += getattr(self, f"_{kind}")(inside, values, outer, depth, in_loop)
        return values

    def some(self, values: list[Socket], count: int) -> list[Socket]:
        return [self.chance.choice(values[-5:]) for _ in range(count)]

    def _plain(self, inside: str, values: list[Socket], outer: Any, depth: int, in_loop: bool) -> list[Socket]:
        if self.chance.random() < 0.5:
            family = self.chance.choice(UNARY)
            return [self.node(inside, _operator(family), {}, *self.some(values, 1))]
        return [self.node(inside, f"elementwise.{self.chance.choice(BINARY)}", {}, *self.some(values, 2))]

    def _outer(self, inside: str, values: list[Socket], outer: list[Socket], depth: int, in_loop: bool) -> list[Socket]:
        read = self.chance.choice(outer)
        return [self.node(inside, "control.outer", {"node": read.node, "output": read.name})]

    def _iteration(self, inside: str, values: list[Socket], outer: Any, depth: int, in_loop: bool) -> list[Socket]:
        count = self.node(inside, "control.iteration", {})
        return [self.node(inside, "elementwise.multiply", {}, count, *self.some(values, 1))]

    def _owner(self, inside: str, operator: str, settings: Mapping[str, Any], socket: str, given: list[Socket]) -> str:
        made = self.node(inside, operator, settings).node
        self.wires |= {Wire(each, Socket(made, f"{socket}.{k}")) for k, each in enumerate(given)}
        return made

    def _body(
        self, inside: str, names: tuple[str, ...], results: tuple[str, ...], outer: list[Socket], depth: int, *,
        in_loop: bool,
    ) -> None:  # fmt: skip
        given = [self.node(inside, "control.input", {"name": name}) for name in names]
        found = self.fill(inside, given, outer, depth + 1, in_loop=in_loop)
        for name in results:
            bounded = self.node(inside, "elementwise.sin", {}, *self.some(found, 1))
            self.node(inside, "control.output", {"name": name}, bounded)

    def _for(self, inside: str, values: list[Socket], outer: list[Socket], depth: int, in_loop: bool) -> list[Socket]:
        names = ("a", "b")[: self.chance.randint(1, 2)]
        settings = {"carries": names, "times": self.chance.randint(0, 4)}
        made = self._owner(inside, "control.for", settings, "carry", self.some(values, len(names)))
        self._body(made, names, names, [*outer, *values], depth, in_loop=True)
        return [Socket(made, name) for name in names]

    def _scan(self, inside: str, values: list[Socket], outer: list[Socket], depth: int, in_loop: bool) -> list[Socket]:
        settings = {"carries": ("a",), "items": (), "times": self.chance.randint(1, 4),
                    "reverse": self.chance.random() < 0.3}  # fmt: skip
        made = self._owner(inside, "control.scan", settings, "carry", self.some(values, 1))
        self._body(made, ("a",), ("a", "y"), [*outer, *values], depth, in_loop=True)
        return [Socket(made, "a"), self.node(inside, "reductions.sum", {}, Socket(made, "y"))]

    def _while(self, inside: str, values: list[Socket], outer: list[Socket], depth: int, in_loop: bool) -> list[Socket]:
        made = self._owner(inside, "control.while", {"carries": ("a",)}, "carry", self.some(values, 1))
        part = f"{made}.condition"
        few = self.node(part, "elementwise.less", {"y": float(self.chance.randint(1, 4))},
                        self.node(part, "control.iteration", {}))  # fmt: skip
        low = self.node(part, "elementwise.less", {"y": self.number()}, self.node(part, "control.input", {"name": "a"}))
        going = self.node(part, "elementwise.logical_and", {}, few, low)
        self.node(part, "control.output", {"name": "continue"}, going)
        self._body(f"{made}.body", ("a",), ("a",), [*outer, *values], depth, in_loop=True)
        return [Socket(made, "a")]

    def _branch(
        self, inside: str, values: list[Socket], outer: list[Socket], depth: int, in_loop: bool
    ) -> list[Socket]:
        made = self._owner(inside, "control.branch", {"inputs": ("a",)}, "xs", self.some(values, 1))
        test = self.node(inside, "elementwise.greater", {"y": self.number()}, *self.some(values, 1))
        self.wires.add(Wire(test, Socket(made, "condition")))
        for part in ("then", "otherwise"):
            self._body(f"{made}.{part}", ("a",), ("value",), [*outer, *values], depth, in_loop=in_loop)
        return [Socket(made, "value")]

    def _function(
        self, inside: str, values: list[Socket], outer: list[Socket], depth: int, in_loop: bool
    ) -> list[Socket]:
        made = self.node(inside, "control.function", {"inputs": ("a", "b"), "outputs": ("p",)}).node
        self._body(made, ("a", "b"), ("p",), [*outer, *values], depth, in_loop=False)
        settings = {"function": made, "outputs": ("p",)}
        calls = [self._owner(inside, "control.call", settings, "xs", self.some(values, 2)) for _ in range(2)]
        return [Socket(call, "p") for call in calls]


def _operator(short: str) -> str:
    return f"activations.{short}" if short == "tanh" else f"elementwise.{short}"


# The interpreter ------------------------------------------------------------------------------------------------------


@dataclass
class Env:
    """A body while it is interpreted: what went in, the number of the iteration, what was computed."""

    inside: str
    outer: Env | None = None
    inputs: Mapping[str, complex] = field(default_factory=dict)
    iteration: int | None = None
    done: dict[Socket, Any] = field(default_factory=dict)


class Interpreter:
    """Says what a graph of scalars means, asking each node for its value when it is needed."""

    def __init__(self, graph: Graph, parameters: Mapping[str, complex]) -> None:
        self.graph = graph
        self.parameters = parameters

    def wired(self, env: Env, node: str, name: str) -> Any:
        return self.value(env, self.graph.sources[Socket(node, name)])

    def given(self, env: Env, node: str, stem: str) -> list[Any]:
        sources = self.graph.sources
        count = sum(target.node == node and target.name.startswith(f"{stem}.") for target in sources)
        return [self.wired(env, node, f"{stem}.{k}") for k in range(count)]

    def value(self, env: Env, socket: Socket) -> Any:
        if socket not in env.done:
            found = self.node(env, self.graph.nodes[socket.node])
            env.done.update({Socket(socket.node, name): each for name, each in found.items()})
        return env.done[socket]

    def results(self, env: Env, names: tuple[str, ...]) -> list[Any]:
        by_name = {
            str(node.settings.get("name", "value")): id
            for id, node in self.graph.nodes.items()
            if node.inside == env.inside and node.operator == "control.output"
        }
        return [self.wired(env, by_name[name], "value") for name in names]

    def node(self, env: Env, node: Node) -> dict[str, Any]:
        short, settings = node.operator.rpartition(".")[2], node.settings
        match short:
            case "parameter":
                return {"value": self.parameters[node.id]}
            case "constant":
                return {"value": settings["value"]}
            case "input":
                return {"value": env.inputs[str(settings.get("name", "x"))]}
            case "outer":
                around = env
                while around.inside != self.graph.nodes[settings["node"]].inside:
                    around = around.outer
                return {"value": self.value(around, Socket(settings["node"], settings.get("output", "value")))}
            case "iteration":
                around = env
                while around.iteration is None:
                    around = around.outer
                return {"value": around.iteration}
            case "for" | "scan" | "while":
                return self.loop(env, node, short)
            case "branch":
                chosen = "then" if self.wired(env, node.id, "condition") else "otherwise"
                inputs = dict(zip(settings["inputs"], self.given(env, node.id, "xs"), strict=True))
                return {"value": self.results(Env(f"{node.id}.{chosen}", env, inputs), ("value",))[0]}
            case "call":
                function = self.graph.nodes[settings["function"]]
                home = env
                while home.inside != function.inside:
                    home = home.outer
                inputs = dict(zip(function.settings["inputs"], self.given(env, node.id, "xs"), strict=True))
                return {"p": self.results(Env(function.id, home, inputs), ("p",))[0]}
            case "sum":
                return {"value": sum(self.wired(env, node.id, "x"))}
        x = self.wired(env, node.id, "x")
        if short in ("less", "greater"):
            low, high = np.real(x), settings["y"]
            return {"value": bool(low < high if short == "less" else low > high)}
        if short in ("sin", "tanh", "negative"):
            return {"value": {"sin": np.sin, "tanh": np.tanh, "negative": np.negative}[short](x)}
        y = self.wired(env, node.id, "y")
        how = {"add": x + y, "subtract": x - y, "multiply": x * y} if short != "logical_and" else {short: x and y}
        return {"value": how[short]}

    def loop(self, env: Env, node: Node, kind: str) -> dict[str, Any]:
        names = node.settings["carries"]
        carry, stacked = self.given(env, node.id, "carry"), []
        part = f"{node.id}.body" if kind == "while" else node.id
        times = 10_000 if kind == "while" else node.settings["times"]
        order = range(times)
        for k in reversed(order) if node.settings.get("reverse") else order:
            inputs = dict(zip(names, carry, strict=True))
            if kind == "while":
                test = Env(f"{node.id}.condition", env, inputs, k)
                if not self.results(test, ("continue",))[0]:
                    break
            inner = Env(part, env, inputs, k)
            carry = self.results(inner, names)
            stacked += self.results(inner, ("y",)) if kind == "scan" else []
        return {**dict(zip(names, carry, strict=True)), "y": stacked}


def meaning(graph: Graph, parameters: Mapping[str, complex]) -> complex:
    """Return the loss of a graph at parameters."""
    loss = next(target for target in graph.sources if target.name == "loss")
    return complex(Interpreter(graph, parameters).value(Env(""), graph.sources[loss]))


# ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", range(sizes.count("random_bodies") // BLOCK))
def test_random_bodies_mean_what_an_interpreter_says(block: int) -> None:
    kinds: set[str] = set()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        graph = Maker(seed).graph()
        kinds |= {node.operator for node in graph.nodes.values()}
        assert parse(render(Content(graph))).graph == graph
        ready = prepared(graph)
        moved = replace_values(ready.parameters, seed)
        at = {id: complex(value) for id, value in moved.items()}
        expected = meaning(graph, at).real
        slopes = {id: meaning(graph, {**at, id: value + 1e-30j}).imag / 1e-30 for id, value in at.items()}
        scale = 1 + max(map(abs, slopes.values()))
        for pair in PAIRS:
            found = gradient(ready, moved, approach=pair[0], backend=pair[1])
            assert found.loss == pytest.approx(expected, rel=1e-12, abs=1e-12), (seed, pair)
            for id, slope in found.gradients.items():
                assert float(slope) == pytest.approx(slopes[id], rel=1e-10, abs=1e-10 * scale), (seed, pair, id)
    assert {"control.for", "control.while", "control.branch", "control.call", "control.outer"} <= kinds


def replace_values(parameters: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return other values than those it is prepared with: branches go other ways there."""
    chance = random.Random(-seed - 1)
    return {id: chance.uniform(-2.0, 2.0) for id in parameters}


def damaged(graph: Graph, chance: random.Random) -> Graph:
    """Return the graph with something taken away, moved or renamed."""
    nodes, wires = dict(graph.nodes), set(graph.wires)
    for _ in range(chance.randint(1, 3)):
        id = chance.choice(sorted(nodes))
        match chance.randint(0, 3):
            case 0:
                wires.discard(chance.choice(sorted(wires)))
            case 1:
                other = chance.choice(sorted(nodes))
                if other != id:
                    nodes[id] = replace(nodes[id], settings={**nodes[id].settings, "name": "b", "node": other,
                                                             "function": other})  # fmt: skip
            case 2:
                name = chance.choice(("carries", "inputs", "outputs", "results"))
                nodes[id] = replace(
                    nodes[id], settings={**nodes[id].settings, name: ("a", "b", "a")[: chance.randint(0, 3)]}
                )
            case _:
                nodes[id] = replace(
                    nodes[id], operator=chance.choice(("control.for", "control.call", "elementwise.add", "gone.x"))
                )
    inside = {id: node.inside for id, node in nodes.items()}
    return Graph(nodes, frozenset(w for w in wires if inside[w.source.node] == inside[w.target.node]))


@pytest.mark.parametrize("block", range(sizes.count("damaged_bodies") // BLOCK))
def test_damaged_bodies_are_answered_with_sentences(block: int) -> None:
    faulty = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        chance = random.Random(seed)
        content = Content(damaged(Maker(seed % 40).graph(), chance))
        problems = validate(content.graph, LIBRARY)
        assert all(p.sentence.endswith((".", "?")) and "\n" not in p.sentence for p in problems)
        for strict in (False, True):
            try:
                ready = prepare(content, LIBRARY, Data(), strict=strict)
                look(ready)
                gradient(ready)
            except GradwireError as error:
                assert error.sentence and "\n" not in error.sentence, seed
        faulty += any(p.severity == "error" for p in problems)
    assert faulty
