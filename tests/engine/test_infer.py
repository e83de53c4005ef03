"""Inference against execution, and refusals against what happens when the wire is made all the same."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from engine import limits
from engine.building import replace_wire
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import Inference, fitting, infer, refusal
from engine.operator import Kind, Operator
from engine.order import Cycle, graph_parents, topological_order
from engine.sockets import arguments, input_names, output_names
from engine.types import ArrayType, TupleType, Type, type_of
from nodes.library import LIBRARY
from tests import sizes
from tests.engine.graphs import chain, graph, wire

SHAPES = [(), (1,), (2,), (3,), (2, 3), (3, 2), (3, 3), (1, 3), (2, 3, 2), (0,)]
FUNCTIONS = [
    "elementwise.add", "elementwise.multiply", "elementwise.maximum", "elementwise.exp", "elementwise.negative",
    "activations.tanh", "reductions.sum", "reductions.mean", "linear_algebra.matmul", "shape.transpose",
    "shape.reshape", "shape.pack", "shape.unpack",
]  # fmt: skip


def array_setting(shape: tuple[int, ...]) -> Any:
    def frozen(value: Any) -> Any:
        return tuple(map(frozen, value)) if isinstance(value, list) else value

    return frozen(np.full(shape, 0.5).tolist())


def settings_for(rng: random.Random, declared: Operator) -> dict[str, Any]:
    chosen = {
        "axis": rng.choice([None, 0, 1, -1, 2]),
        "keep": rng.choice([True, False]),
        "shape": rng.choice([(6,), (3, 2), (-1,), (2, -1), ()]),
        "index": rng.choice([0, 1, -1]),
    }
    return {name: value for name, value in chosen.items() if name in declared.settings}


def random_graph(rng: random.Random) -> Graph:
    """Return constants and functions wired at random, faults included."""
    nodes: dict[str, Node] = {}
    for k in range(4):
        dtype = rng.choice(["float64", "float64", "float32", "int64"])
        settings = {"value": array_setting(rng.choice(SHAPES)), "dtype": dtype}
        nodes[f"c_{k}"] = Node(f"c_{k}", "inputs.constant", settings=settings)
    wires: set[Wire] = set()
    for k in range(rng.randint(1, 10)):
        declared = LIBRARY[rng.choice(FUNCTIONS)]
        node = Node(f"f_{k}", declared.id, settings=settings_for(rng, declared))
        for each in declared.inputs:
            if each.optional and rng.random() < 0.2:
                continue
            for name in [f"{each.name}.{i}" for i in range(rng.randint(1, 3))] if each.variadic else [each.name]:
                source = rng.choice(sorted(nodes))
                output = LIBRARY[nodes[source].operator].outputs[0].name
                wires.add(Wire(Socket(source, output), Socket(node.id, name)))
        nodes[node.id] = node
    return Graph(nodes, frozenset(wires))


def executed(tested: Graph) -> Mapping[Socket, Any]:
    """Run every node's own function, in order; a node that fails, or lacks an input, has no value."""
    values: dict[Socket, Any] = {}
    for id in topological_order(tested.nodes, graph_parents(tested)):
        node = tested.nodes[id]
        declared = LIBRARY[node.operator]
        wired = arguments(tested, declared, id)
        if any(argument.source not in values for argument in wired) or declared.function is None:
            continue
        variadic = any(each.variadic for each in declared.inputs)
        given = [values[a.source] for a in wired]
        named = {} if variadic else {a.input.name: value for a, value in zip(wired, given, strict=True)}
        numeric = {
            name: np.asarray(v) if declared.settings[name].numeric else v for name, v in declared.values(node).items()
        }
        try:
            with np.errstate(all="ignore"):
                value = declared.function(*(given if variadic else ()), **named, **numeric)
        except (ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError):
            continue
        values[Socket(id, declared.outputs[0].name)] = value
    return values


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_inferred_types_are_those_of_execution() -> None:
    agreed = refused = 0
    for case in range(sizes.count("random_graphs")):
        tested = random_graph(random.Random(case))
        values, inference = executed(tested), infer(tested, LIBRARY)
        for mismatch in inference.mismatches:
            assert tested.nodes[mismatch.node].operator in FUNCTIONS and f"({mismatch.node})" in mismatch.sentence
        for socket, kind in inference.types.items():
            if socket in tested.sources:
                assert kind == inference.types[tested.sources[socket]]
            elif kind is not None:
                assert kind == type_of(values[socket]), (case, socket)
                agreed += 1
            else:
                refused += 1
                failed_itself = socket.node in {mismatch.node for mismatch in inference.mismatches}
                fed_by_unknown = any(
                    inference.types[a.source] is None
                    for a in arguments(tested, LIBRARY[tested.nodes[socket.node].operator], socket.node)
                )
                assert failed_itself or fed_by_unknown
    assert agreed > 4 * sizes.count("random_graphs") and refused > sizes.count("random_graphs") // 4


# Parameters -----------------------------------------------------------------------------------------------------------


def layer(*, first: int = 3, **nodes: Any) -> Graph:
    """Return x (5, first) -> dense d of 4 units with weights w and bias b."""
    made = {
        "x": Node("x", "inputs.constant", settings={"value": array_setting((5, first))}),
        "w": Node("w", "parameters.parameter", settings={"initial": "glorot_uniform"}),
        "b": Node("b", "parameters.parameter"),
        "d": Node("d", "neural.dense", settings={"units": 4}),
    }
    return graph(made | nodes, ["x.value -> d.x", "w.value -> d.weights", "b.value -> d.bias"])


def with_wires(base: Graph, nodes: Mapping[str, Node | str], wires: list[str]) -> Graph:
    more = graph(nodes, wires)
    return Graph({**base.nodes, **more.nodes}, base.wires | more.wires)


def types(tested: Graph, *sockets: str) -> list[str]:
    found = infer(tested, LIBRARY).types
    return [str(found[Socket(*socket.split(".", 1))]) for socket in sockets]


def test_parameters_take_the_shape_that_what_they_feed_demands() -> None:
    assert types(layer(), "w.value", "b.value", "d.weights", "d.value") == [
        "float64 (3, 4)", "float64 (4,)", "float64 (3, 4)", "float64 (5, 4)",
    ]  # fmt: skip
    inference = infer(layer(), LIBRARY)
    assert (inference.open, inference.demanded, inference.mismatches) == ({"w", "b"}, {"w", "b"}, ())


def test_a_demanded_shape_reaches_nodes_that_came_before_it_was_known() -> None:
    tested = with_wires(
        layer(),
        {"a_decay": "elementwise.square", "a_total": "reductions.sum"},
        ["w.value -> a_decay.x", "a_decay.value -> a_total.x"],
    )
    assert types(tested, "a_decay.value", "a_total.value") == ["float64 (3, 4)", "float64 scalar"]


def test_layers_demand_one_after_the_other() -> None:
    tested = layer()
    for k in range(200):
        before = f"d_{k - 1}" if k else "d"
        tested = with_wires(
            tested,
            {f"w_{k}": Node(f"w_{k}", "parameters.parameter", settings={"initial": "he_normal"}),
             f"b_{k}": "parameters.parameter", f"d_{k}": Node(f"d_{k}", "neural.dense", settings={"units": k + 1})},
            [f"{before}.value -> d_{k}.x", f"w_{k}.value -> d_{k}.weights", f"b_{k}.value -> d_{k}.bias"],
        )  # fmt: skip
    assert types(tested, "w_199.value", "d_199.value") == ["float64 (199, 200)", "float64 (5, 200)"]
    assert not infer(tested, LIBRARY).mismatches


def test_a_scalar_may_settle_what_a_layer_waited_for() -> None:
    scaled = with_wires(layer(), {"s": "parameters.parameter", "m": "elementwise.multiply"},
                        ["x.value -> m.x", "s.value -> m.y"])  # fmt: skip
    rewired = Graph(scaled.nodes, scaled.wires - {wire("x.value", "d.x")} | {wire("m.value", "d.x")})
    assert types(rewired, "s.value", "m.value", "b.value", "w.value") == [
        "float64 scalar", "float64 (5, 3)", "float64 (4,)", "float64 (3, 4)",
    ]  # fmt: skip


def test_a_number_is_the_shape_of_a_parameter_that_nothing_demands() -> None:
    tested = graph({"p": "parameters.parameter", "t": "activations.tanh"}, ["p.value -> t.x"])
    assert types(tested, "p.value", "t.value") == ["float64 scalar", "float64 scalar"]


def test_a_shape_given_by_hand_wins_and_mismatches_are_told() -> None:
    given = Node("w", "parameters.parameter", settings={"shape": (2, 4), "initial": "zeros"})
    inference = infer(layer(w=given), LIBRARY)
    assert inference.types[Socket("w", "value")] == ArrayType((2, 4))
    (mismatch,) = inference.mismatches
    assert mismatch.node == "d" and inference.types[Socket("d", "value")] is None
    for part in ('"Dense layer" (d)', "(5, 3)", "(2, 4)", "axis 1", "axis 0", "3", "2"):
        assert part in mismatch.sentence
    written = Node("b", "parameters.parameter", settings={"value": (1.0, 2.0)})
    assert infer(layer(b=written), LIBRARY).types[Socket("b", "value")] == ArrayType((2,))


def test_two_layers_that_demand_different_shapes_of_one_parameter() -> None:
    tested = with_wires(
        layer(), {"e": Node("e", "neural.dense", settings={"units": 7}), "v": "parameters.parameter"},
        ["x.value -> e.x", "w.value -> e.weights", "v.value -> e.bias"],
    )  # fmt: skip
    (mismatch,) = infer(tested, LIBRARY).mismatches
    assert mismatch.node == "e" and "bias" in mismatch.sentence


def test_a_parameter_nobody_gives_a_shape() -> None:
    tested = graph({"w": Node("w", "parameters.parameter", settings={"initial": "normal"}), "t": "activations.tanh"},
                   ["w.value -> t.x"])  # fmt: skip
    (mismatch,) = infer(tested, LIBRARY).mismatches
    assert (mismatch.code, mismatch.node) == ("shape-unknown", "w")
    assert mismatch.sentence.startswith('"Parameter" (w): its shape is not known yet')


def test_a_parameter_of_a_layer_that_still_waits_is_no_problem() -> None:
    base = layer()
    waiting = Graph(base.nodes, base.wires - {wire("x.value", "d.x")})
    inference = infer(waiting, LIBRARY)
    assert inference.mismatches == () and inference.types[Socket("w", "value")] is None


# What is known and what is not ----------------------------------------------------------------------------------------


def test_known_types_of_sources_win_and_unknown_ones_propagate() -> None:
    tested = graph({"t": "inputs.table", "s": "reductions.sum", "c": "inputs.constant", "a": "elementwise.add"},
                   ["t.table -> s.x", "s.value -> a.x", "c.value -> a.y"])  # fmt: skip
    unknown = infer(tested, LIBRARY)
    assert unknown.types[Socket("a", "value")] is None and unknown.types[Socket("a", "x")] is None
    assert unknown.types[Socket("a", "y")] == ArrayType() and not unknown.mismatches
    table: Mapping[Socket, Type] = {Socket("t", "table"): ArrayType((150, 5), "float32")}
    assert infer(tested, LIBRARY, table).types[Socket("a", "value")] == ArrayType((), "float64")
    forced = infer(tested, LIBRARY, {Socket("c", "value"): ArrayType((2,))})
    assert forced.types[Socket("a", "y")] == ArrayType((2,))
    parameter = graph({"p": "parameters.parameter", "n": "elementwise.negative"}, ["p.value -> n.x"])
    assert infer(parameter, LIBRARY, {Socket("p", "value"): ArrayType((9,))}).types[Socket("n", "value")] == ArrayType(
        (9,)
    )


def test_a_faulty_graph_is_no_obstacle() -> None:
    tested = graph(
        {"c": "inputs.constant", "a": "elementwise.add", "b": "activations.tanh", "u": "not.there",
         "m": "losses.mse", "e": "elementwise.exp", "after": "activations.tanh"},
        ["c.value -> a.x", "b.value -> a.y", "a.value -> b.x", "c.value -> u.x", "u.out -> m.target",
         "c.value -> m.prediction", "c.value -> e.x", "c.value -> e.nonsense", "a.value -> after.x"],
    )  # fmt: skip
    found = infer(tested, LIBRARY)
    assert found.types[Socket("e", "value")] == ArrayType()
    unknown = [f"{n}.value" for n in ("a", "b", "m", "after")] + ["u.out", "m.target", "after.x"]
    assert all(found.types[Socket(*socket.split("."))] is None for socket in unknown)
    assert not found.mismatches


def test_types_too_large_to_work_with_are_told() -> None:
    wide = with_wires(
        graph({"p": Node("p", "parameters.parameter", settings={"shape": (1, 50_000), "initial": "zeros"}),
               "q": Node("q", "parameters.parameter", settings={"shape": (50_000, 1), "initial": "zeros"})}),
        {"a": "elementwise.add"}, ["p.value -> a.x", "q.value -> a.y"],
    )  # fmt: skip
    (mismatch,) = infer(wide, LIBRARY).mismatches
    assert "2,500,000,000 elements" in mismatch.sentence and "500,000,000" in mismatch.sentence

    doubling = graph(
        {"c": "inputs.constant"} | {f"p_{k}": "shape.pack" for k in range(60)},
        [f"{f'p_{k - 1}' if k else 'c'}.value -> p_{k}.xs.{i}" for k in range(60) for i in range(2)],
    )
    (mismatch,) = infer(doubling, LIBRARY).mismatches
    assert mismatch.node == "p_12" and f"{limits.COLLECTION_LEAVES:,}" in mismatch.sentence

    nested = graph(
        {"c": "inputs.constant"} | {f"p_{k}": "shape.pack" for k in range(60)},
        [f"{f'p_{k - 1}' if k else 'c'}.value -> p_{k}.xs.0" for k in range(60)],
    )
    (mismatch,) = infer(nested, LIBRARY).mismatches
    assert mismatch.node == f"p_{limits.COLLECTION_DEPTH}" and "32 deep" in mismatch.sentence


def test_ten_thousand_nodes_need_no_recursion() -> None:
    tested, before = chain(10_000), sys.getrecursionlimit()
    frame, depth = sys._getframe(), 0
    while frame:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
    sys.setrecursionlimit(depth + 80)
    try:
        found = infer(tested, LIBRARY)
        sentence = refusal(tested, LIBRARY, found, wire("n_9999.value", "n_0.x"))
        fits = fitting(tested, LIBRARY, found, Socket("n_5000", "value"), output=True)
    finally:
        sys.setrecursionlimit(before)
    assert found.types[Socket("n_9999", "value")] == ArrayType()
    assert sentence == 'This wire would close a loop: "Tanh" (n_0) already leads to "Tanh" (n_9999).'
    assert fits == {Socket(f"n_{k}", "x") for k in range(5001, 10_000)}


# Refusals -------------------------------------------------------------------------------------------------------------

FIT = with_wires(
    layer(),
    {"t": Node("t", "inputs.constant", "heights", {"value": array_setting((7,))}), "l": "losses.mse",
     "o": "optimizers.optimizer", "u": "not.there", "i": Node("i", "inputs.constant", settings={"dtype": "int64"}),
     "p": "shape.pack", "a": "elementwise.add", "f": "parameters.parameter"},
    ["d.value -> l.prediction", "x.value -> u.in", "u.out -> a.x", "t.value -> p.xs.0"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("x.value", "l.target", '"Mean squared error" (l): prediction has shape (5, 4) and target has shape (5, 3): '
                                "they must be equal; they differ at axis 1, 4 and 3."),
        ("t.value", "d.x", None),
        ("t.value", "d.weights", '"Dense layer" (d): weights has shape (7,): it takes one row per feature, one column '
                                 "per unit."),
        ("x.value", "o.loss", '"Optimizer" (o): loss takes a scalar, and what is wired into it is float64 (5, 3): '
                              "take its mean or its sum first."),
        ("i.value", "o.loss", '"Optimizer" (o): loss takes a real number, not int64: it has to have a slope.'),
        ("p.value", "o.loss", '"Optimizer" (o): loss takes a scalar, not (float64 (7,)).'),
        ("d.value", "d.x", '"Dense layer" (d) cannot feed itself: that would close a loop.'),
        ("l.value", "d.x", 'This wire would close a loop: "Dense layer" (d) already leads to '
                           '"Mean squared error" (l).'),
        ("x.value", "t.value", "Both ends are outputs: a wire runs from an output to an input."),
        ("d.x", "l.target", "Both ends are inputs: a wire runs from an output to an input."),
        ("d.x", "t.value", "The wire runs backwards: it starts at an output and ends at an input."),
        ("x.value", "d.y", '"Dense layer" (d) has no input “y”: it has x, weights, bias.'),
        ("x.y", "d.x", '"Constant" (x) has no output “y”: it has value.'),
        ("o.value", "d.x", '"Optimizer" (o) has no output “value”: it has no outputs.'),
        ("x.value", "gone.x", 'There is no node "gone" any more.'),
        ("x.value", "u.other", '"not.there" (u) has no input “other”: it has in.'),
        ("t.value", "u.in", None),
        ("u.out", "l.target", None),
        ("x.value", "p.xs.1", None),
        ("x.value", "p.xs.01", '"Pack" (p) has no input “xs.01”: it has xs.'),
        ("x.value", "d.x", None),
        ("f.value", "d.weights", None),
        ("w.value", "d.bias", None),
    ],
)  # fmt: skip
def test_why_a_wire_may_not_be_made(source: str, target: str, sentence: str | None) -> None:
    assert refusal(FIT, LIBRARY, infer(FIT, LIBRARY), wire(source, target)) == sentence


def test_wiring_another_input_does_not_hold_on_to_shapes_it_had_demanded() -> None:
    """The weights were given (3, 4) by the very wire that is being replaced."""
    narrow = Node("n", "inputs.constant", settings={"value": array_setting((5, 2))})
    tested = with_wires(layer(), {"n": narrow}, [])
    assert refusal(tested, LIBRARY, infer(tested, LIBRARY), wire("n.value", "d.x")) is None
    by_hand = with_wires(layer(w=Node("w", "parameters.parameter", settings={"shape": (3, 4)})), {"n": narrow}, [])
    sentence = refusal(by_hand, LIBRARY, infer(by_hand, LIBRARY), wire("n.value", "d.x"))
    assert sentence and "(5, 2)" in sentence and "(3, 4)" in sentence


def faults_at(tested: Graph, node: str) -> set[str]:
    return {mismatch.sentence for mismatch in infer(tested, LIBRARY).mismatches if mismatch.node == node}


def test_a_wire_is_refused_exactly_where_making_it_would_be_a_fault() -> None:
    made = refused = 0
    for case in range(sizes.count("random_graphs") // 2):
        rng = random.Random(5000 + case)
        tested = random_graph(rng)
        inference = infer(tested, LIBRARY)
        declared = {id: LIBRARY[node.operator] for id, node in tested.nodes.items()}
        outputs = [Socket(id, name) for id in tested.nodes for name in output_names(tested, declared[id], id)]
        inputs = [Socket(id, name) for id in tested.nodes for name in input_names(tested, declared[id], id)]
        for _ in range(30):
            new = Wire(rng.choice(outputs), rng.choice(inputs))
            content, _ = replace_wire(tested, new).apply(Content(tested))
            after = content.graph
            try:
                topological_order(after.nodes, graph_parents(after))
                loop = False
            except Cycle:
                loop = True
            sentence = refusal(tested, LIBRARY, inference, new)
            assert (sentence is not None) == (loop or bool(faults_at(after, new.target.node))), (case, new)
            if sentence and not loop:
                assert sentence in faults_at(after, new.target.node)
            made, refused = made + (sentence is None), refused + (sentence is not None)
    assert made > 100 and refused > 100


@pytest.mark.parametrize("case", range(8))
def test_fitting_sockets_are_those_whose_wire_is_not_refused(case: int) -> None:
    tested = FIT if not case else random_graph(random.Random(9000 + case))
    inference: Inference = infer(tested, LIBRARY)
    outputs = [socket for socket in inference.types if socket not in tested.sources]
    known = {id: LIBRARY[node.operator] for id, node in tested.nodes.items() if node.operator in LIBRARY}
    inputs = [Socket(id, name) for id, declared in known.items() for name in input_names(tested, declared, id)]
    for output in outputs:
        fits = fitting(tested, LIBRARY, inference, output, output=True)
        assert {s for s in fits if s.node in known} == {
            i for i in inputs if refusal(tested, LIBRARY, inference, Wire(output, i)) is None
        }
    for socket in inputs:
        assert fitting(tested, LIBRARY, inference, socket, output=False) == {
            o for o in outputs if refusal(tested, LIBRARY, inference, Wire(o, socket)) is None
        }


ODD: list[Type] = [
    ArrayType(), ArrayType((3,)), ArrayType((0,)), ArrayType((2, 3)), ArrayType((2, 3, 4), "complex128"),
    ArrayType((3,), "bool"), ArrayType((), "int64"), TupleType(()), TupleType((ArrayType((2,)),)), type_of({"a": 1.0}),
]  # fmt: skip


@pytest.mark.parametrize("operator", [id for id, declared in LIBRARY.items() if declared.kind is not Kind.SOURCE])
def test_no_type_on_a_wire_breaks_a_shape_rule(operator: str) -> None:
    """Rules answer with types or a ShapeError for whatever people wire; anything else would end in the crash dialog."""
    declared = LIBRARY[operator]
    rng = random.Random(operator)
    for _ in range(60):
        names = [f"{i.name}.{k}" for i in declared.inputs for k in range(3) if i.variadic]
        names += [i.name for i in declared.inputs if not i.variadic and (not i.optional or rng.random() < 0.5)]
        tested = graph(
            {"n": Node("n", operator, settings=settings_for(rng, declared))}
            | {f"s_{k}": "not.there" for k in range(len(names))},
            [f"s_{k}.out -> n.{name}" for k, name in enumerate(names)],
        )
        known = {Socket(f"s_{k}", "out"): rng.choice(ODD) for k in range(len(names))}
        found = infer(tested, LIBRARY, known)
        for mismatch in found.mismatches:
            assert mismatch.sentence.startswith(f'"{declared.title}" (n): ') and mismatch.sentence.endswith(".")


def test_a_view_says_in_one_sentence_what_it_cannot_draw() -> None:
    nodes = {
        "points": Node("points", "inputs.constant", settings={"value": (1.0, 2.0, 3.0)}),
        "view": Node("view", "views.decision_boundary", "Border"),
    }
    wires = frozenset({Wire(Socket("points", "value"), Socket("view", name)) for name in ("points", "prediction")})
    (mismatch,) = infer(Graph(nodes, wires), LIBRARY).mismatches
    assert mismatch.sentence == (
        '"Border" (view): points has shape (3,): it takes a row of at least 2 features per point.'
    )
    assert (mismatch.node, mismatch.socket) == ("view", "points")
