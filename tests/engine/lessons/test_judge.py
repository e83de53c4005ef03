"""Answers and checks: what is right, what is wrong, and what is said."""

from __future__ import annotations

from typing import Any

import pytest

from engine.graph import Graph, Node, Socket, Wire
from engine.lessons.facts import Facts, measure, wanted
from engine.lessons.judge import judge, unmet
from engine.lessons.lesson import (
    Amount,
    Check,
    Choice,
    Cotangents,
    Curve,
    HasNode,
    HasRun,
    HasWire,
    LossBelow,
    Prediction,
    Quantity,
    SettingIs,
    Step,
    ValueIs,
)
from nodes.library import LIBRARY
from tests.engine.lessons.lessons import WHOLE
from tests.engine.training_graphs import network, rosenbrock, rosenbrock_gradient
from tests.engine.training_graphs import prepared as made

SLOPE, OTHER = Quantity("cotangent", "w.value"), Quantity("cotangent", "v.value")
FACTS = Facts(
    Graph(
        {
            "w": Node("w", "parameters.parameter", "", {"value": 2.0}),
            "add_1": Node("add_1", "elementwise.add", "", {"y": 3}),
            "descent": Node("descent", "optimizers.optimizer", "", {"method": "adam"}),
        },
        frozenset({Wire(Socket("w", "value"), Socket("add_1", "x"))}),
    ),
    LIBRARY,
    {SLOPE: -2.5, OTHER: 0.0, Quantity("loss"): 12.0},
    {"descent": 0.5},
    {"descent": 7},
)
CHOICE = Choice("?", ("a", "b", "c"), 1, ("too small", "yes", "too large"))
CURVE = Curve("?", ((0.0, 0.0), (1.0, 1.0), (2.0, 4.0)), 0.1)
BOTH = Cotangents("?", ("w.value", "v.value"))


@pytest.mark.parametrize(
    ("question", "given", "right", "said"),
    [
        (CHOICE, 1, True, "yes"),
        (CHOICE, 2, False, "too large"),
        (CHOICE, 3, False, "Choose"),
        (CHOICE, True, False, "Choose"),
        (CHOICE, 1.0, False, "Choose"),
        (Choice("?", ("a", "b"), 0), 0, True, "Right"),
        (Amount("?", 3.0, None, 0.01), 3.02, True, "Right"),
        (Amount("?", 3.0, None, 0.01), 3.04, False, "not it"),
        (Amount("?", 0.0, None, 0.01), 0.009, True, "Right"),
        (Amount("?", 3.0), float("nan"), False, "number"),
        (Amount("?", 3.0), "3", False, "number"),
        (Amount("?", None, SLOPE), -2.5, True, "Right"),
        (Amount("?", None, Quantity("value", "gone.value")), 1, None, "does not give"),
        (Prediction("?", Quantity("loss"), 0, 0.1, "See?"), 12.5, None, "It is 12, close to your guess. See?"),
        (Prediction("?", Quantity("loss"), 0, 0.1), 1, None, "It is 12, not your guess."),
        (CURVE, [(0, 0), (0.5, 0.5), (1, 1), (2, 4)], True, "shape"),
        (CURVE, [(2, 4), (1, 1), (0, 0)], True, "shape"),
        (CURVE, [(0, 0), (2, 0)], False, "near 2"),
        (CURVE, [(0.5, 0), (2, 4)], False, "left end"),
        (CURVE, [(0, float("nan")), (2, 4)], False, "left end"),
        (CURVE, "what", False, "left end"),
        (BOTH, {"w.value": -2.5, "v.value": 0.0}, True, "All"),
        (BOTH, {"w.value": -2.5}, False, "1 of 2"),
        (BOTH, {"w.value": 2.5, "v.value": 1}, False, "0 of 2"),
        (Cotangents("?", ("gone.value",)), {}, None, "does not give"),
    ],
)  # fmt: skip
def test_an_answer_is_judged(question: Any, given: Any, right: bool | None, said: str) -> None:
    verdict = judge(question, given, FACTS)
    assert verdict.right is right
    assert said in verdict.said


def test_wrong_sockets_are_named() -> None:
    assert judge(BOTH, {"w.value": -2.5, "v.value": 3}, FACTS).wrong == ("v.value",)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (HasNode("elementwise.add"), ""),
        (HasNode("elementwise.add", 2), "1 “add” are missing"),
        (HasNode("losses.mse"), "no node “mse”"),
        (HasWire("w", "elementwise.add"), ""),
        (HasWire("w.value", "add_1.x"), ""),
        (HasWire("parameters.parameter", "add_1"), ""),
        (HasWire("w", "add_1.y"), "No wire"),
        (HasWire("add_1", "w"), "No wire"),
        (ValueIs(SLOPE, -2.5), ""),
        (ValueIs(SLOPE, 2.5), "It is -2.5 now, and should be 2.5"),
        (ValueIs(Quantity("value", "gone.value"), 0.0), "not there"),
        (SettingIs("w", "value", 1.0, 3.0), ""),
        (SettingIs("w", "value", 3.0, 3.0), "Set value to 3."),
        (SettingIs("w", "value", 2.5), "at least 2.5"),
        (SettingIs("w", "value", -1e300, 1.0), "at most 1."),
        (SettingIs("descent", "method", text="adam"), ""),
        (SettingIs("descent", "method", text="momentum"), "“momentum”"),
        (SettingIs("descent", "steps", 1.0), ""),  # its default counts
        (SettingIs("gone", "x"), "gone is not there"),
        (LossBelow(0.5), ""),
        (LossBelow(0.4), "The loss is 0.5"),
        (LossBelow(0.6, "descent"), ""),
        (LossBelow(0.6, "other"), "Run it."),
        (HasRun(7), ""),
        (HasRun(8), "7 of 8"),
        (HasRun(1, "other"), "Run it."),
    ],
)  # fmt: skip
def test_a_check_says_what_is_missing(check: Check, said: str) -> None:
    found = unmet(Step("x", checks=(check,)), FACTS)
    assert len(found) == bool(said)
    assert not said or (said in found[0] and found[0].endswith("."))


def test_what_judging_takes_is_asked_for_once() -> None:
    step = Step("x", question=Cotangents("?", ("w.value",)), checks=(ValueIs(SLOPE, 0.0), ValueIs(OTHER, 0.0)))
    assert set(wanted(step)) == {SLOPE, OTHER} and len(wanted(step)) == 2
    assert [len(wanted(each)) for each in WHOLE.steps] == [0, 0, 0, 1, 1, 0, 2, 1]


def test_numbers_are_those_of_the_graph() -> None:
    graph = made(rosenbrock(optimizer_1={"method": "gradient_descent", "learning_rate": 1e-3, "steps": 5}))
    x, y = rosenbrock_gradient(-1.2, 1.0)
    asked = {
        Quantity("loss"): 24.2,
        Quantity("loss", "optimizer_1"): 24.2,
        Quantity("value", "square_1.value"): 1.44,
        Quantity("cotangent", "parameter_1.value"): x,
        Quantity("gradient", "parameter_2"): y,
    }
    nowhere = [
        Quantity("value", "gone.value"), Quantity("value", "square_1"), Quantity("value", "square_1.value", 1),
        Quantity("loss", "gone"), Quantity("gradient", "square_1"),
    ]  # fmt: skip
    assert measure(graph, [*asked, *nowhere]) == pytest.approx(asked)
    at = measure(graph, asked, {"parameter_1": 1.0, "parameter_2": 1.0})
    assert at[Quantity("loss")] == 0 and at[Quantity("gradient", "parameter_2")] == 0


def test_an_element_of_an_array_is_meant_in_its_order() -> None:
    graph = made(network())
    first, second = (Quantity("value", "parameter_1.value", k) for k in (0, 1))
    found = measure(graph, [first, second])
    assert [found[first], found[second]] == graph.parameters["parameter_1"].ravel()[:2].tolist()


@pytest.mark.parametrize(("number", "said"), [(float("inf"), "gives inf"), (float("nan"), "gives nan")])
@pytest.mark.parametrize(
    ("question", "given"), [(Amount("?", of=SLOPE), 1.0), (Cotangents("?", ("w.value",)), {"w.value": 1.0})]
)
def test_an_answer_is_not_compared_with_what_is_no_number(question: Any, given: Any, number: float, said: str) -> None:
    verdict = judge(question, given, Facts(FACTS.graph, LIBRARY, {SLOPE: number}))
    assert verdict.right is None and said in verdict.said
    assert unmet(Step("", checks=(ValueIs(SLOPE, 1.0, 1e6),)), Facts(FACTS.graph, LIBRARY, {SLOPE: number}))
