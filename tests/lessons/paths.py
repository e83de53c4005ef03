"""A learner's way through each of the twelve lessons: what is done at each step, the right answer and a wrong one.

The numbers are worked out here by hand or in plain Python, from the functions that the lessons draw: nothing is asked
of the engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "sample_graphs" / "lessons").glob("*.dgraph"))


@dataclass(frozen=True)
class Put:
    """Give a setting of a node a value."""

    node: str
    setting: str
    value: float | str


@dataclass(frozen=True)
class Join:
    """Draw a wire, from "node.socket" to "node.socket"."""

    source: str
    target: str


@dataclass(frozen=True)
class Press:
    """Give a command: "run" (to its end), "step" or "reset"."""

    command: str


Move: TypeAlias = Put | Join | Press


@dataclass(frozen=True)
class Turn:
    """One step: what is done, then what is answered. `wrong` is tried first; None where the step asks nothing.

    A choice is answered by its number, a curve by a function, drawn through the question's own x.
    """

    do: tuple[Move, ...] = ()
    right: Any = None
    wrong: Any = None


RUN, RESET, STEP = Press("run"), Press("reset"), Press("step")


def put(node: str, value: float | str, setting: str = "value") -> Put:
    return Put(node, setting, value)


def join(text: str) -> tuple[Join, ...]:
    """Return the wires of "a.value > b.x, ..."."""
    pairs = [each.split(">") for each in text.split(",")]
    return tuple(Join(source.strip(), target.strip()) for source, target in pairs)


def slopes(**by: float) -> dict[str, float]:
    """Return derivatives by the output "value" of nodes."""
    return {f"{node}.value": value for node, value in by.items()}


def sigmoid(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def descent_of_method(method: str, rate: float | None = None) -> tuple[Move, ...]:
    rates = () if rate is None else (put("descent", rate, "learning_rate"),)
    return (RESET, put("descent", method, "method"), *rates, RUN)


def approach(name: str, *before: Move) -> tuple[Move, ...]:
    return (*before, put("descent", name, "approach"), RUN)


PATHS: Final[Mapping[str, Sequence[Turn]]] = {
    "01_what_is_a_slope": (
        Turn((), 3.1**2 - 3**2, 3.1**2),
        Turn((), (3.1**2 - 3**2) / 0.1, 0.061),
        Turn((put("h", 0.01),), (3.01**2 - 3**2) / 0.01, 6.1),
        Turn((), 1, 0),
        Turn((), 2 * 3.0, 9.0),
        Turn((put("x", -2.0),), 2 * -2.0, 4.0),
        Turn((), lambda x: 2 * x, lambda x: x * x),
        Turn((*join("x.value>sine.x, sine.value>descent.loss"), put("x", 0.0)), math.cos(0.0), 0.0),
        Turn((), 1, 0),
        Turn((), 0.0 - 0.1 * math.cos(0.0)),
    ),
    "02_chain_rule": (
        Turn((), 3.0, 1.0),
        Turn((), 2 * 3.0, 9.0),
        Turn((), 1, 0),
        Turn((), slopes(triple=6.0, x=6.0 * 3), slopes(triple=6.0, x=9.0)),
        Turn((put("triple", -2.0, "y"),), slopes(triple=2 * -2.0, x=2 * -2.0 * -2), slopes(triple=-4.0, x=-8.0)),
        Turn(join("square.value>halve.x, halve.value>descent.loss"), 1, 3),
        Turn((), slopes(square=0.5, triple=0.5 * -4, x=0.5 * -4 * -2), slopes(square=1.0, triple=-2.0, x=4.0)),
        Turn((), 2.0**10, 20.0),
        Turn((), 2, 1),
        Turn((), lambda x: 4 * x, lambda x: 2 * x * x),
    ),
    "03_reverse_mode_by_hand": (
        Turn((), (2.0 * 3 - 4) ** 2, 2.0),
        Turn((), 1, 2),
        Turn((), 2 * (2.0 * 3 - 4), 2.0),
        Turn((), slopes(product=4.0, c=-4.0), slopes(product=4.0, c=4.0)),
        Turn((), 1, 0),
        Turn((), slopes(a=4.0 * 3, b=4.0 * 2), slopes(a=8.0, b=12.0)),
        Turn((), 1, 0),
        Turn(
            (put("c", 7.0),),
            slopes(difference=-2.0, product=-2.0, c=2.0, a=-2.0 * 3, b=-2.0 * 2),
            slopes(difference=-1.0, product=-2.0, c=2.0, a=-6.0, b=-4.0),
        ),
        Turn(join("product.value>plus.x, c.value>plus.y, plus.value>square.x"), 0, 1),
        Turn((), 2 * (2.0 * 3 + 7), -26.0),
    ),
    "04_fan_out_adds": (
        Turn((), 2 * 3.0, 9.0),
        Turn((), 2.0, 6.0),
        Turn((), 0, 1),
        Turn((), slopes(square=1.0, double=1.0, x=8.0), slopes(square=1.0, double=1.0, x=12.0)),
        Turn(join("total.value>all.x, all.value>descent.loss"), 1.0 + 2 + 3, 3.0),
        Turn((), 8.0 + 6, 48.0),
        Turn((), 1, 0),
        Turn(join("x.value>double.y"), 6.0 + 6 + 6, 14.0),
        Turn((), -6.0 / 4),
        Turn((), 1, 2),
    ),
    "05_forward_against_reverse": (
        Turn(join("total.value>shown.x"), 5.0, 2.0),
        Turn((), 2 * 2.0 * sum(w * w for w in (1, 2, 3, 4)), 60.0),
        Turn((), 5.0, 1.0),
        Turn((), 0, 2),
        Turn((), 2 * 2.0**2 * 4, 16.0),
        Turn((put("descent", "forward", "approach"), RUN), 1, 0),
        Turn((), 1_000_000 / 1000, 1.0),
        Turn((), 0, 1),
        Turn((), 3.0, 1000.0),
        Turn((), 1, 0),
    ),
    "06_learning_rate": (
        Turn((), 2 * (0.0 - 3), 6.0),
        Turn((), 0.0 - 0.1 * -6, -0.6),
        Turn((STEP,)),
        Turn((), 9 * 0.8**40),
        Turn((), 0, 1),
        Turn((), 1, 0),
        Turn((RESET, put("descent", 0.5, "learning_rate"), RUN)),
        Turn((), 1, 0),
        Turn((), 2 / 2, 0.5),
        Turn((RESET, put("descent", 1.1, "learning_rate"), RUN), 1, 0),
        Turn(join("square.value>stretch.x, stretch.value>descent.loss"), 2 / 20, 1.0),
    ),
    "07_momentum_and_adam": (
        Turn(join("x.value>shown.x"), 25 * 1.0, 12.5),
        Turn((), 2 / 25, 0.2),
        Turn((RUN,), 0, 1),
        Turn((), 1 / (1 - 0.9), 0.9),
        Turn((), lambda n: 2 - 0.5**n, lambda n: 1 + 0.5 * n),
        Turn(descent_of_method("momentum")),
        Turn((), 1, 0),
        Turn((), 10 - 0.3, 7.0),
        Turn((), 1 - 0.3, -6.5),
        Turn(descent_of_method("adam", 0.3)),
        Turn((), 2, 0),
    ),
    "08_straight_line": (
        Turn((), 1, 0),
        Turn((), ((1 - 3) ** 2 + (2 - 5) ** 2) / 2, 13.0),
        Turn((RUN,)),
        Turn((), 1, 0),
        Turn(join("product.value>line.x, line.value>error.prediction, line.value>fit.fit")),
        Turn((), 2 * -1.0, 2.0),
        Turn((RESET, RUN)),
        Turn((), 2.0, 1.0),
        Turn((), 0, 1),
        Turn((RESET, put("data", 0.0, "noise"), RUN)),
        Turn((), lambda w: (w - 2) ** 2, lambda w: abs(w - 2)),
    ),
    "09_neuron_and_saturation": (
        Turn((), sigmoid, lambda z: min(1.0, max(0.0, z))),
        Turn((), sigmoid(0) * (1 - sigmoid(0)), 0.5),
        Turn((), 2, 0),
        Turn((RUN,), 0, 1),
        Turn(
            (RESET, put("w", 0.0)),
            slopes(miss=2 * 0.5, sigmoid=1.0, pre=1.0 * 0.25, w=0.25 * 1),
            slopes(miss=1.0, sigmoid=1.0, pre=1.0, w=1.0),
        ),
        Turn((RUN,)),
        Turn((RESET, *join("pre.value>relu.x, relu.value>miss.x"), put("w", -2.0)), 0.0, -2.0),
        Turn((), 1, 0),
        Turn((), 4.0**10, 40.0),
        Turn((), 1, 0),
    ),
    "10_small_network": (
        Turn((), 3 * max(1 * 2, 0) + 1.0 * max(-1 * 2, 0), 4.0),
        Turn((), 2 * (6.0 - 5), 1.0),
        Turn((), slopes(v1=2.0 * 2, v2=2.0 * 0, h1=2.0 * 3, h2=2.0 * 1), slopes(v1=4.0, v2=2.0, h1=6.0, h2=2.0)),
        Turn((), slopes(pre1=6.0, pre2=0.0, w1=6.0 * 2, w2=0.0), slopes(pre1=6.0, pre2=2.0, w1=12.0, w2=4.0)),
        Turn((), 1, 0),
        Turn(
            (put("w2", 0.5),),
            slopes(w1=4.0 * 3 * 2, w2=4.0 * 1 * 2, v1=4.0 * 2, v2=4.0 * 1),
            slopes(w1=12.0, w2=0.0, v1=4.0, v2=0.0),
        ),
        Turn((), 0, 3),
        Turn((RUN,)),
        Turn((RESET, *join("sum.value>skip.x, x.value>skip.y, skip.value>miss.x")), 2 * (7.0 + 2 - 5), 4.0),
        Turn((), 1, 0),
        Turn((), 1, 0),
    ),
    "11_loops_and_branches": (
        Turn((), 2.0**3, 6.0),
        Turn((), 3 * 2.0**2, 8.0),
        Turn((), 0, 1),
        Turn((put("descent", "tape", "approach"), RUN), 1, 0),
        Turn((RESET, put("power", 5, "times")), 5 * 2.0**4, 12.0),
        Turn((), 1, 2),
        Turn(join("branch.value>descent.loss"), 2 * 2.0**5, -1.0),
        Turn((), 64 * 80.0, 80.0),
        Turn((put("a", 1.0),), -1 * 5 * 1.0**4, 10.0),
        Turn((), 0, 1),
        Turn((), 1, 0),
    ),
    "12_five_ways": (
        Turn(join("a.value>shown.x"), 2 * (2.0**3 - 27) * 3 * 2**2, 12.0),
        Turn(approach("tape"), 1, 0),
        Turn((), 1, 0),
        Turn(approach("source", RESET), 1, 0),
        Turn(approach("callbacks", RESET), 2, 0),
        Turn((), 1, 0),
        Turn(approach("forward", RESET), 1, 0),
        Turn((), 27 ** (1 / 3), 27.0),
        Turn((), 1, 0),
        Turn((RESET, put("a", 4.0)), 2 * (4.0**3 - 27) * 3 * 4**2, 37.0),
        Turn((), 2, 0),
    ),
}
