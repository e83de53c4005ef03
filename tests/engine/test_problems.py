"""Each problem is planted into a graph that has none, found with its sentence, and mended by its fix if it has one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import edits as e
from engine import problems
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import infer
from engine.problems import Problem, errors, trained, validate
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests import sizes
from tests.engine.graphs import chain, graph, wire

X, T = (1.0, 2.0, 3.0), (2.0, 4.0, 6.0)
LINE = graph(
    {
        "x": Node("x", "inputs.constant", settings={"value": X}),
        "t": Node("t", "inputs.constant", settings={"value": T}),
        "w": Node("w", "parameters.parameter", "slope w"),
        "b": Node("b", "parameters.parameter"),
        "m": "elementwise.multiply",
        "a": "elementwise.add",
        "l": "losses.mse",
        "o": "optimizers.optimizer",
    },
    [
        "x.value -> m.x",
        "w.value -> m.y",
        "m.value -> a.x",
        "b.value -> a.y",
        "a.value -> l.prediction",
        "t.value -> l.target",
        "l.value -> o.loss",
    ],
)
"""A straight line through three points: y = w x + b."""


def edited(*edits: e.Edit, base: Graph = LINE) -> Graph:
    return e.Group("", edits).apply(Content(base))[0].graph


def raw(base: Graph = LINE, *wires: str, without: str = "", **nodes: Node) -> Graph:
    """Return a graph as a file may hold it: other nodes, more wires, one wire fewer."""
    more = graph({**base.nodes, **nodes}, wires)
    gone = {wire(*without.split(" -> "))} if without else set()
    return Graph(more.nodes, (base.wires | more.wires) - gone)


def node(id: str, operator: str, **settings: Any) -> Node:
    return Node(id, operator, settings=settings)


def test_a_graph_without_faults_has_no_problems() -> None:
    assert validate(LINE, LIBRARY) == ()
    assert validate(Graph(), LIBRARY) == ()
    assert validate(chain(50), LIBRARY) == ()


PLANTED: Mapping[str, tuple[Graph, str, str, str | None, str | None, str]] = {
    # what: (graph, code, severity, node, socket, the sentence, or a part of it)
    "unknown operator": (raw(m=node("m", "future.op")), "unknown-operator", "error", "m", None,
        '"future.op" (m) needs the operator “future.op”, which this Gradwire does not have.'),
    "misspelt operator": (raw(m=node("m", "elementwise.multipy")), "unknown-operator", "error", "m", None,
        "which this Gradwire does not have; did you mean elementwise.multiply?"),
    "unknown setting": (
        raw(o=node("o", "optimizers.optimizer", learning_rat=0.1)), "unknown-setting", "error", "o", None,
        '"Optimizer" (o) has no setting “learning_rat”; did you mean learning_rate?'),
    "bad setting": (raw(o=node("o", "optimizers.optimizer", steps=-5)), "bad-setting", "error", "o", None,
        '"Optimizer" (o): steps must be at least'),
    "bad number of an input": (raw(a=node("a", "elementwise.add", y="much")), "bad-setting", "error", "a", None,
        '"Add" (a): y must be a finite number, not "much".'),
    "cycle": (raw(LINE, "a.value -> m.x", without="x.value -> m.x"), "cycle", "error", "a", None,
        'The wires run in a circle: "Add" (a) -> "Multiply" (m) -> "Add" (a). Take one of them away.'),
    "missing input": (raw(without="a.value -> l.prediction"), "missing-input", "error", "l", "prediction",
        '"Mean squared error" (l) has nothing wired into prediction: wire a value into it.'),
    "missing loss": (raw(without="l.value -> o.loss"), "missing-input", "error", "o", "loss",
        '"Optimizer" (o) has nothing wired into loss: wire a scalar loss into it.'),
    "missing variadic input": (raw(base=graph({"p": "shape.pack"})), "missing-input", "error", "p", "xs.0",
        '"Pack" (p) has nothing wired into xs: wire a value into it.'),
    "wire into nothing": (raw(LINE, "x.value -> a.z"), "no-such-socket", "error", "a", "z",
        '"Add" (a) has no input “z”, yet a wire ends there: it has x, y.'),
    "wire out of nothing": (raw(LINE, "x.z -> a.x", without="m.value -> a.x"), "no-such-socket", "error", "x", "z",
        '"Constant" (x) has no output “z”, yet a wire starts there: it has value.'),
    "two wires into one socket": (raw(LINE, "x.value -> a.x"), "occupied-twice", "error", "a", "x",
        '"Add" (a) has 2 wires into x, from "Multiply" (m) and "Constant" (x): an input takes one.'),
    "shape mismatch": (raw(t=node("t", "inputs.constant", value=(1.0, 2.0))), "mismatch", "error", "l", "target",
        '"Mean squared error" (l): prediction has shape (3,) and target has shape (2,): they must be equal; '
        "they differ at axis 0, 3 and 2."),
    "type mismatch": (raw(LINE, "x.value -> p.xs.0", "p.value -> m.x", without="x.value -> m.x",
                          p=node("p", "shape.pack")), "mismatch", "error", "m", "x",
        '"Multiply" (m): x takes an array, not a tuple (float64 (3,)): unpack it first.'),
    "no shape": (raw(w=node("w", "parameters.parameter", initial="normal")), "shape-unknown", "error", "w", None,
        '"Parameter" (w): its shape is not known yet'),
    "loss not scalar": (raw(LINE, "a.value -> o.loss", without="l.value -> o.loss"), "loss-not-scalar", "error", "o",
        "loss", '"Optimizer" (o): loss takes a scalar, and what is wired into it is float64 (3,): take its mean or its '
        "sum first."),
    "named parameter without a path": (
        raw(LINE, "v.value -> n.x", o=node("o", "optimizers.optimizer", parameters=("v", "w")),
            v=node("v", "parameters.parameter"), n=node("n", "views.probe")), "no-path", "error", "o", "loss",
        '"Optimizer" (o) is to train "Parameter" (v), but no path leads from it to the loss.'),
    "nothing to train": (
        raw(base=graph({"c": "inputs.constant", "o": "optimizers.optimizer"}, ["c.value -> o.loss"])),
        "no-path", "error", "o", "loss",
        '"Optimizer" (o) has nothing to train: no path with derivatives leads from a parameter to its loss.'),
    "all frozen": (edited(e.SetFrozen("w", True), e.SetFrozen("b", True)), "no-path", "error", "o", "loss",
        '"Optimizer" (o) has nothing to train: all its parameters are frozen; unfreeze one.'),
    "a parameter that nothing uses": (
        raw(z=node("z", "parameters.parameter")), "unused-parameter", "warning", "z", None,
        '"Parameter" (z) feeds nothing: wire it into something, or delete it.'),
    "a parameter that nothing trains": (raw(LINE, "z.value -> n.x", z=node("z", "parameters.parameter"),
        n=node("n", "views.probe")), "untrained-parameter", "warning", "z", None,
        '"Parameter" (z) will not be trained: no path leads from it to a loss.'),
    "no optimizer": (edited(e.RemoveNode("o")), "no-optimizer", "warning", "b", None,
        '"Parameter" (b) is trained by nothing: add an optimizer and wire a scalar loss into it.'),
    "a stranger to train": (raw(o=node("o", "optimizers.optimizer", parameters=("w", "gone"))), "no-such-parameter",
        "error", "o", None, '"Optimizer" (o) names the parameter “gone”, which is not in the graph.'),
    "a constant to train": (raw(o=node("o", "optimizers.optimizer", parameters=("w", "x"))), "no-such-parameter",
        "error", "o", None, '"Optimizer" (o) names the parameter “x”, which is not a parameter.'),
    "overlapping optimizers": (
        raw(LINE, "l.value -> o_2.loss", o_2=node("o_2", "optimizers.optimizer", parameters=("w",))),
        "overlapping-optimizers", "error", "o_2", None,
        '"Optimizer" (o_2) and "Optimizer" (o) both train "slope w" (w) but not both "Parameter" (b): let them train '
        "the same parameters (side by side) or different ones (in turns)."),
    "a search along a loss that changes": (
        raw(LINE, "a.value -> r.x", "r.value -> l.prediction", without="a.value -> l.prediction",
            r=node("r", "random.noise"), o=node("o", "optimizers.optimizer", method="lbfgs")),
        "changing-loss", "error", "o", None,
        '"Optimizer" (o): L-BFGS compares losses along a line, but "Noise" (r) makes it another loss at every step: '
        "take it out, or choose another method."),
    "a derivative by a stranger": (
        raw(LINE, "l.value -> d.of", "x.value -> d_2.of", "w.value -> d_2.wrt", "w.value -> d.wrt",
            d=node("d", "gradients.gradient"), d_2=node("d_2", "gradients.jacobian")),
        "no-derivative", "warning", "d_2", "wrt",
        '"Jacobian" (d_2) is 0: it differentiates "Constant" (x) by "slope w" (w), and that does not depend on it.'),
    "a socket that cannot be": (
        raw(LINE, "x.value -> s.x", s=replace(node("s", "reductions.sum"), exposed=("axis",))), "bad-socket", "warning",
        "s", None, '"Sum" (s): axis is part of how the program is built'),
    "a wire from nowhere": (raw(LINE, "gone.value -> a.x", without="m.value -> a.x"), "no-such-node", "error", None,
        "value", "A wire ends at gone.value, where no node is."),
    "a wire to nowhere": (raw(LINE, "w.value -> gone.x"), "no-such-node", "error", None,
        "x", "A wire ends at gone.x, where no node is."),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_found(what: str) -> None:
    planted, code, severity, at, socket, sentence = PLANTED[what]
    found = [problem for problem in validate(planted, LIBRARY) if problem.code == code]
    assert [(p.severity, p.node, p.socket) for p in found] == [(severity, at, socket)]
    assert sentence in found[0].sentence
    assert found[0].sentence.endswith((".", "?")) and "\n" not in found[0].sentence


def test_every_code_is_planted() -> None:
    planted = {code for _, code, *_ in PLANTED.values()}
    text = Path(problems.__file__).read_text(encoding="utf-8")
    named = {word for word in text.split('"') if "-" in word and " " not in word and word.isascii()}
    assert {word for word in named if word.replace("-", "").isalpha() and word.islower()} - {"utf-8"} <= planted


@pytest.mark.parametrize("what", [
    "unknown setting", "bad setting", "bad number of an input", "wire into nothing", "wire out of nothing",
    "two wires into one socket", "a stranger to train", "a constant to train",
])  # fmt: skip
def test_a_fix_mends_the_problem(what: str) -> None:
    planted, code, *_ = PLANTED[what]
    (problem,) = [p for p in validate(planted, LIBRARY) if p.code == code]
    assert problem.fix is not None
    mended, _ = problem.fix.apply(Content(planted))
    assert not [p for p in validate(mended.graph, LIBRARY) if p.code == code]


def test_what_no_optimizer_needs_is_only_a_warning() -> None:
    aside = raw(LINE, "x.value -> v.x", q=node("q", "losses.mse"), v=node("v", "views.image", no_such_setting=1),
                u=node("u", "future.op"))  # fmt: skip
    found = validate(aside, LIBRARY)
    assert {(p.node, p.code) for p in found} >= {
        ("q", "missing-input"),
        ("v", "unknown-setting"),
        ("u", "unknown-operator"),
    }
    assert errors(found) == ()
    without_optimizer, _ = e.RemoveNode("o").apply(Content(aside))
    assert {p.node for p in errors(validate(without_optimizer.graph, LIBRARY))} >= {"q", "v", "u"}


def test_errors_come_first_then_nodes_in_natural_order() -> None:
    many = raw(LINE, o=node("o", "optimizers.optimizer", steps=-1), a_10=node("a_10", "losses.mse"),
               a_9=node("a_9", "losses.mse"))  # fmt: skip
    assert [(p.severity, p.node) for p in validate(many, LIBRARY)] == [
        ("error", "o"), ("warning", "a_9"), ("warning", "a_9"), ("warning", "a_10"), ("warning", "a_10"),
    ]  # fmt: skip


def test_a_long_loop_is_told_in_a_short_sentence() -> None:
    base = chain(500)
    looped = Graph(base.nodes, (base.wires - {wire("c.value", "n_0.x")}) | {wire("n_499.value", "n_0.x")})
    (cycle,) = [p for p in validate(looped, LIBRARY) if p.code == "cycle"]
    assert "494 more" in cycle.sentence and len(cycle.sentence) < 300


def test_names_that_are_code_or_markup_stand_as_they_are_and_short() -> None:
    for name in ("<b>bold</b>", "__import__('os').system('x')", "%s {0} \\n", "x" * 200):
        named = raw(z=replace(node("z", "parameters.parameter"), name=name))
        (problem,) = validate(named, LIBRARY)
        assert name[:59] in problem.sentence and len(problem.sentence) < 200


# What an optimizer owns -----------------------------------------------------------------------------------------------


def own(base: Graph, optimizer: str = "o") -> tuple[str, ...]:
    return trained(base, LIBRARY, optimizer)


def test_an_optimizer_owns_what_reaches_its_loss_or_what_it_names() -> None:
    assert own(LINE) == ("b", "w")
    assert own(edited(e.SetFrozen("b", True))) == ("w",)
    assert own(raw(o=node("o", "optimizers.optimizer", parameters=("w",)))) == ("w",)
    assert own(raw(z=node("z", "parameters.parameter"))) == ("b", "w")
    assert own(raw(without="l.value -> o.loss")) == ()


def accuracy(**more: Node) -> Graph:
    """Return a graph whose loss is reached by w, but whose labels only come through a socket without a derivative."""
    labels = Node("y", "inputs.constant", settings={"value": (0, 1), "dtype": "int64"})
    return graph(
        {"w": node("w", "parameters.parameter", value=((1.0, 2.0), (3.0, 4.0))), "y": labels,
         "c": "losses.cross_entropy", "o": "optimizers.optimizer", **more},
        ["w.value -> c.logits", "y.value -> c.labels", "c.value -> o.loss"],
    )  # fmt: skip


def test_paths_without_derivatives_do_not_count() -> None:
    assert own(accuracy()) == ("w",)
    parameter_labels = accuracy(y=node("y", "parameters.parameter", value=(0.0, 1.0)))
    assert own(parameter_labels) == ("w",)
    codes = {(p.code, p.node): p.sentence for p in validate(parameter_labels, LIBRARY)}
    assert "only steps without a derivative lead from it" in codes["untrained-parameter", "y"]
    named = accuracy(y=node("y", "parameters.parameter"), o=node("o", "optimizers.optimizer", parameters=("y",)))
    codes = {(p.code, p.node): p.sentence for p in validate(named, LIBRARY)}
    assert "only through steps that have no derivative" in codes["no-path", "o"]


def test_integers_on_the_way_end_a_path_once_they_are_known() -> None:
    types = {Socket("m", "value"): ArrayType((3,), "int64")}
    assert trained(LINE, LIBRARY, "o", infer(LINE, LIBRARY, types)) == ("b",)


def test_optimizers_side_by_side_and_in_turns_are_no_problem() -> None:
    def two(first: tuple[str, ...], second: tuple[str, ...]) -> list[str]:
        both = raw(LINE, "l.value -> o_2.loss", o=node("o", "optimizers.optimizer", parameters=first),
                   o_2=node("o_2", "optimizers.optimizer", parameters=second))  # fmt: skip
        return [problem.code for problem in validate(both, LIBRARY)]

    assert two((), ()) == two(("w",), ("b",)) == two(("w", "b"), ("b", "w")) == []
    assert two(("w",), ("b", "w")) == ["overlapping-optimizers"]


# Whatever the graph ---------------------------------------------------------------------------------------------------


STRAY = ["value", "x", "y", "loss", "points", "xs.0", "prediction", "nonsense"]
VALUES: list[Any] = [None, 1, -1.5, "x", (1, 2), (("a", "number", ("b",)),), True, ("n_1",), ((1.0,), 2.0)]


def wild_graph(rng: random.Random) -> Graph:
    """Return operators with any settings, wired anyhow, mostly at sockets they have."""
    made: dict[str, Node] = {}
    ends: tuple[list[Socket], list[Socket]] = ([], [])
    for k in range(rng.randint(1, 14)):
        declared = LIBRARY.get(
            rng.choice(
                [
                    *sorted(LIBRARY),
                    *["parameters.parameter", "optimizers.optimizer", "not.there"] * (len(LIBRARY) // 25),
                ]
            )
        )
        names = [*(declared.settings if declared else ()), "stray", "x"]
        settings = {rng.choice(names): rng.choice(VALUES) for _ in range(rng.randint(0, 3))}
        id = f"n_{k}"
        made[id] = Node(id, declared.id if declared else "not.there", settings=settings, frozen=rng.random() < 0.2)
        ends[0].extend(Socket(id, output.name) for output in (declared.outputs if declared else ()))
        ends[1].extend(
            Socket(id, f"{i.name}.0" if i.variadic else i.name) for i in (declared.inputs if declared else ())
        )
    for side in ends:
        side.extend(Socket(id, rng.choice(STRAY)) for id in made)
    wires = frozenset(Wire(rng.choice(ends[0]), rng.choice(ends[1])) for _ in range(rng.randint(0, 25)))
    return Graph(made, wires)


def test_any_graph_can_be_validated() -> None:
    """Every answer is a problem with a sentence, never an exception, and a fix always changes something."""
    codes: set[str] = set()
    for case in range(4 * sizes.count("random_graphs")):
        content = Content(wild_graph(random.Random(case)))
        for problem in validate(content.graph, LIBRARY):
            codes.add(problem.code)
            assert isinstance(problem, Problem) and problem.node in content.graph.nodes
            if problem.fix:
                assert problem.fix.apply(content)[0].graph != content.graph
    assert len(codes) >= 12
