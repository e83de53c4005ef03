"""Practice: small random graphs whose derivatives a learner fills in, of a chosen difficulty, with numbers that can be
worked out by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from engine.graph import Content, Graph, Layout, Node, Place, Socket, Wire
from engine.lessons.lesson import Cotangents, Lesson, Step

LEVELS: Final = (
    "a chain of sums and factors",
    "products of two parameters",
    "a value that is used twice",
    "squares, and more parameters",
    "a bend: maximum and absolute value",
)
"""What is new at each difficulty, from 1 on."""

MULTIPLY: Final = "elementwise.multiply"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
FORMS: Final = {
    "elementwise.add": "{x} + {y}", "elementwise.subtract": "{x} − {y}", "elementwise.multiply": "{x} · {y}",
    "elementwise.negative": "−{x}", "elementwise.square": "{x}²", "elementwise.abs": "|{x}|",
    "activations.relu": "max({x}, 0)",
}  # fmt: skip
"""How each operator is written in the names of nodes."""
APART: Final = 264.0
"""From one column of nodes to the next: a number has room on the wire between them."""
ACROSS: Final = 6
BELOW: Final = 420.0
"""Columns that stand beside each other, and how far below the next ones are."""
HIDDEN: Final = (
    "inspector", "plots", "outline", "problems", "code", "compare", "history", "steps", "landscape", "runs",
    "run", "step", "stop", "reset", "step_through", "export_step", "check_gradient", "view_cotangent",
    "show_cotangents", "show_partials", "show_norms", "show_sockets", "compare_optimizers", "watch_training",
)  # fmt: skip
"""Panels and commands that would tell what is asked, or have nothing to do with it."""

_UNARY: Final = ("elementwise.negative", "elementwise.square")
_BENDS: Final = ("elementwise.abs", "activations.relu")


@dataclass
class _Growing:
    """A graph that grows node by node from left to right."""

    chance: random.Random
    nodes: dict[str, Node]
    wires: list[Wire]
    places: dict[str, Place]
    values: dict[str, float]
    column: int = 0

    def add(self, operator: str, *sources: str, row: int = 0, **settings: float) -> str:
        """Add a node after all others, fed by the outputs of others; return its id."""
        stem = operator.rpartition(".")[2]
        id = f"{stem}_{1 + sum(each.rpartition('_')[0] == stem for each in self.nodes)}"
        self.nodes[id] = Node(id, operator, self._name(operator, sources, settings), dict(settings))
        self.wires += [Wire(Socket(each, "value"), Socket(id, name)) for each, name in zip(sources, "xy", strict=False)]
        self.places[id] = _place(self.column, row)
        self.column += bool(sources)
        self.values[id] = _value(operator, [self.values[each] for each in sources], settings)
        return id

    def _name(self, operator: str, sources: tuple[str, ...], settings: dict[str, float]) -> str:
        """Return what a node is called: a letter, and how it comes from others."""
        letter = LETTERS[sum(bool(each.name) for each in self.nodes.values())]
        if not sources:
            return letter
        x, y = (*(self.nodes[each].name.partition(" ")[0] for each in sources), f"{settings.get('y', 0.0):g}")[:2]
        y = f"(−{y[1:]})" if y.startswith("-") else y
        return f"{letter} = {FORMS[operator].format(x=x, y=y)}"


def _place(column: int, row: int) -> Place:
    """Return where a node stands: long chains go on below, as lines of a text do, so that all of it can be read."""
    line, across = divmod(column, ACROSS)
    return Place(APART * across, 130.0 * row + BELOW * line)


def _value(operator: str, given: list[float], settings: dict[str, float]) -> float:
    x, y = (*given, settings.get("y", 0.0), 0.0)[:2]
    return {
        "parameters.parameter": settings.get("value", 0.0),
        "elementwise.add": x + y,
        "elementwise.subtract": x - y,
        "elementwise.multiply": x * y,
        "elementwise.negative": -x,
        "elementwise.square": x * x,
        "elementwise.abs": abs(x),
        "activations.relu": max(x, 0.0),
    }[operator]


def practice(difficulty: int, seed: int) -> Content:
    """Return a graph of a difficulty (1 to 5) with a lesson that asks for the derivative on every wire.

    The same seed gives the same. All values and derivatives are whole numbers. Raise ValueError for another difficulty.
    """
    if not 1 <= difficulty <= len(LEVELS):
        raise ValueError(f"the difficulty is from 1 to {len(LEVELS)}, not {difficulty}")
    chance = random.Random(f"{difficulty} {seed}")
    while True:
        grown = _grown(difficulty, chance)
        small = max(abs(value) for value in grown.values.values()) <= 400
        if small and _no_kink(grown) and _multiplies(grown, two=difficulty == 2):
            break
    asked = tuple(f"{id}.value" for id in grown.nodes if id != next(reversed(grown.nodes)))
    loss = next(reversed(grown.nodes))
    grown.nodes["descent"] = Node("descent", "optimizers.optimizer", "", {"method": "gradient_descent"})
    grown.wires.append(Wire(Socket(loss, "value"), Socket("descent", "loss")))
    grown.places["descent"] = _place(grown.column, 0)
    step = Step(
        "The derivative of the loss by itself is 1. Go **back** from there, wire by wire.",
        palette=(),
        hidden=HIDDEN,
        question=Cotangents("Fill in the derivative of the loss on every wire.", asked),
        hint="Each operator multiplies what comes back by its own slope; where a value is used twice, the two add.",
    )
    lesson = Lesson(f"Practice: {LEVELS[difficulty - 1]}", steps=(step,))
    return Content(Graph(grown.nodes, frozenset(grown.wires)), Layout(grown.places), None, lesson)


def _grown(difficulty: int, chance: random.Random) -> _Growing:
    grown = _Growing(chance, {}, [], {}, {})
    count = 1 if difficulty == 1 else 2 if difficulty < 4 else 3
    leaves = [
        grown.add("parameters.parameter", row=row, value=float(chance.choice([-3, -2, -1, 1, 2, 3, 4])))
        for row in range(count)
    ]
    grown.column = 1
    last = leaves[0]
    for leaf in leaves[1:]:
        last = grown.add(chance.choice(("elementwise.multiply", "elementwise.subtract", "elementwise.add")), last, leaf)
    for _ in range(chance.randint(2, 3)):
        operator = chance.choice(("elementwise.multiply", "elementwise.add", "elementwise.subtract"))
        last = grown.add(operator, last, y=float(chance.choice([-2, 2, 3, 4])))
    if difficulty >= 3:
        side = grown.add(chance.choice(_UNARY if difficulty >= 4 else _UNARY[:1]), last)
        # Not added: a value and its negative would cancel, and every derivative before them be zero.
        last = grown.add(chance.choice(("elementwise.subtract", "elementwise.multiply")), last, side)
    if difficulty >= 4:
        last = grown.add("elementwise.subtract", last, chance.choice(leaves))
    if difficulty >= 5:
        last = grown.add(chance.choice(_BENDS), last)
        last = grown.add("elementwise.add", last, leaves[-1])
    return grown


def _multiplies(grown: _Growing, *, two: bool) -> bool:
    """Return whether there is a product at all, or (`two`) one of two values: sums alone have nothing to work out."""
    wired = [wire.target.node for wire in grown.wires if grown.nodes[wire.target.node].operator == MULTIPLY]
    return any(wired.count(id) >= 1 + two for id in wired)


def _no_kink(grown: _Growing) -> bool:
    """Return whether no bend is met exactly at its kink."""
    return all(
        grown.values[wire.source.node] != 0 for wire in grown.wires if grown.nodes[wire.target.node].operator in _BENDS
    )
