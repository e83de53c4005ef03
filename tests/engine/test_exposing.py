"""A setting as a socket: gradients against differences by every approach, edits and files with exact inverses, and the
sentences where it cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import plain
from engine.api import OpenGraph
from engine.autodiff.names import APPROACHES
from engine.difference import difference
from engine.document import Document
from engine.edits import AddNode, SetExposed
from engine.errors import SettingError
from engine.exposing import exposure, unable, with_inputs
from engine.files import parse, render
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import infer, refusal
from engine.operator import Sample
from engine.problems import validate
from engine.program.lower import lower, setting_values
from engine.types import ArrayType
from nodes.library import LIBRARY
from tests.engine.operator_checks import check_operator

ABLE = [(o.id, name) for o in LIBRARY.values() for name in o.settings if unable(o, name) is None]
OWN = [(id, name) for id, name in ABLE if not LIBRARY[id].surrogate and not LIBRARY[id].inputs[0].variadic]


def exposed(id: str, name: str, most: int = 2):
    """The operator with the setting as an input, and samples that bring a value into it, off the corners."""
    base = LIBRARY[id]
    made = with_inputs(base, (name,))
    samples = []
    for sample in base.samples:
        if len(sample.inputs) != len(base.inputs) or any(np.asarray(x).dtype == np.float32 for x in sample.inputs):
            continue
        value = float(sample.settings.get(name, base.settings[name].default))
        rest = {key: each for key, each in sample.settings.items() if key != name}
        samples.append(Sample((*sample.inputs, np.asarray(value * 1.03 + 0.007)), rest))
    # The check calls the rules themselves, which know nothing of the last input.
    shape = lambda types, settings: base.shape(types[: len(base.inputs)], settings)  # noqa: E731
    start = base.start and (lambda types, settings: base.start(types[: len(base.inputs)], settings))
    return replace(made, samples=tuple(samples[:most]), shape=shape, start=start)


@pytest.mark.parametrize(("id", "name"), OWN, ids=[f"{id} {name}" for id, name in OWN])
def test_the_gradient_by_an_exposed_setting_equals_differences(id, name):
    operator = exposed(id, name)
    assert operator.samples
    check_operator(operator)


def graph_of(operator, exposed=(), wired="", inputs=("x",), **settings):
    """x -> operator -> mean -> an optimizer, with a parameter t wired into an exposed setting."""
    nodes = {
        "x": Node("x", "parameters.parameter", "", {"value": (1.5, -2.0, 0.5)}),
        "t": Node("t", "parameters.parameter", "", {"value": 0.3}),
        "op": Node("op", operator, "", settings, exposed=exposed),
        "mean": Node("mean", "reductions.mean"),
        "descent": Node("descent", "optimizers.optimizer", "", {"steps": 3}),
    }
    ends = [(f"x.value op.{name}") for name in inputs] + ["op.value mean.x", "mean.value descent.loss"]
    ends += [f"t.value op.{wired}"] if wired else []
    pairs = [(a.split(".", 1), b.split(".", 1)) for a, b in (each.split() for each in ends)]
    return Graph(nodes, frozenset(Wire(Socket(*a), Socket(*b)) for a, b in pairs))


def opened(graph: Graph) -> OpenGraph:
    return OpenGraph(Content(graph), LIBRARY)


def gradients(graph: Graph, approach: str = "static") -> dict[str, np.ndarray]:
    return dict(opened(graph).gradient(approach=approach)[0].gradients)


def loss(graph: Graph, t: float) -> float:
    return float(opened(graph).with_setting("t", "value", t).gradient()[0].loss)


@pytest.mark.parametrize("approach", APPROACHES)
def test_a_parameter_wired_into_a_setting_gets_the_gradient_that_differences_give(approach):
    graph = graph_of("activations.leaky_relu", ("slope",), "slope")
    step = 1e-6
    difference = (loss(graph, 0.3 + step) - loss(graph, 0.3 - step)) / (2 * step)
    found = gradients(graph, approach)
    assert np.isclose(found["t"], difference, rtol=1e-7)
    assert np.isclose(found["t"], -2.0 / 3, rtol=1e-12)
    assert np.allclose(found["x"], np.array([1.0, 0.3, 1.0]) / 3, rtol=1e-12)


def test_a_penalty_of_many_inputs_takes_its_strength_from_a_wire():
    graph = graph_of("losses.l2_penalty", ("strength",), "strength", ("xs.0",))
    found = gradients(graph)
    assert np.isclose(found["t"], 0.5 * (1.5**2 + 2.0**2 + 0.5**2), rtol=1e-12)
    assert np.allclose(found["x"], 0.3 * np.array([1.5, -2.0, 0.5]), rtol=1e-12)


def test_unwired_the_setting_counts_and_stays_one_that_runs_hear_of():
    graph = graph_of("activations.leaky_relu", ("slope",), slope=0.25)
    plain_one = graph_of("activations.leaky_relu", slope=0.25)
    assert opened(graph).gradient()[0].loss == opened(plain_one).gradient()[0].loss
    types = {Socket("x", "value"): ArrayType((3,), "float64")}
    program = lower(graph, LIBRARY, types, [Socket("op", "value")], train=True)
    assert setting_values(program, graph, LIBRARY) == {"op.slope": 0.25}


def test_wired_the_setting_is_no_input_of_the_program():
    graph = graph_of("activations.leaky_relu", ("slope",), "slope")
    types = {Socket("x", "value"): ArrayType((3,), "float64"), Socket("t", "value"): ArrayType((), "float64")}
    program = lower(graph, LIBRARY, types, [Socket("op", "value")], train=True)
    assert {each.name for each in program.inputs} == {"x", "t"}


def test_a_narrow_node_stays_narrow_whatever_is_wired_into_its_setting():
    graph = graph_of("activations.leaky_relu", ("slope",), "slope")
    types = {Socket("x", "value"): ArrayType((3,), "float32"), Socket("t", "value"): ArrayType((), "float64")}
    program = lower(graph, LIBRARY, types, [Socket("op", "value")], train=True)
    assert program.types[program.outputs[0]].dtype == "float32"


def test_a_run_trains_the_parameter_behind_a_setting():
    graph = graph_of("activations.leaky_relu", ("slope",), "slope")
    result = opened(graph).run(steps=5)[0]
    assert result.parameters["t"] != 0.3
    assert np.isfinite(result.loss)


def test_what_an_operator_shapes_its_gradient_by_gets_no_derivative():
    graph = graph_of("gradients.scale", ("factor",), "factor")
    found = gradients(graph)
    assert "t" not in found or not np.any(found["t"])
    assert np.allclose(found["x"], 0.3 / 3)


# ----- what is wired, and what may be -----


def test_a_list_into_a_setting_is_a_problem_that_names_it():
    graph = graph_of("activations.leaky_relu", ("slope",), "")
    wire = Wire(Socket("x", "value"), Socket("op", "slope"))
    assert "slope is a setting: it takes a single real number" in (
        refusal(graph, LIBRARY, infer(graph, LIBRARY), wire) or ""
    )


def test_a_setting_that_is_no_socket_takes_no_wire():
    graph = graph_of("activations.leaky_relu")
    wire = Wire(Socket("t", "value"), Socket("op", "slope"))
    assert "has no input “slope”" in (refusal(graph, LIBRARY, infer(graph, LIBRARY), wire) or "")


@pytest.mark.parametrize(
    ("operator", "setting", "why"),
    [
        ("reductions.sum", "axis", "part of how the program is built"),
        ("optimizers.optimizer", "learning_rate", "read before the program runs"),
        ("inputs.constant", "value", "not a single number"),
        ("activations.leaky_relu", "slant", "not a setting"),
    ],
)
def test_what_cannot_be_a_socket_is_refused_in_a_sentence_that_names_it(operator, setting, why):
    graph = Graph({"op": Node("op", operator, "the one")})
    with pytest.raises(SettingError, match=why) as refused:
        exposure(graph, LIBRARY, "op", setting, True)
    assert refused.value.sentence.startswith('"the one" (op): ')
    assert setting.replace("_", " ") in refused.value.sentence


def test_a_file_that_exposes_what_cannot_be_is_a_problem_with_a_fix():
    graph = Graph({"op": Node("op", "reductions.sum", exposed=("axis",)), "x": Node("x", "inputs.constant")})
    graph = replace(graph, wires=frozenset({Wire(Socket("x", "value"), Socket("op", "x"))}))
    (found,) = [p for p in validate(graph, LIBRARY) if p.code == "bad-socket"]
    assert "axis is part of how the program is built" in found.sentence
    mended, _ = found.fix.apply(Content(graph))
    assert not [p for p in validate(mended.graph, LIBRARY) if p.code == "bad-socket"]


# ----- edits and files -----


def test_making_it_a_setting_again_takes_the_wire_and_undo_brings_both_back():
    before = Content(graph_of("activations.leaky_relu", ("slope",), "slope"))
    document = Document(before)
    document.apply(exposure(document.graph, LIBRARY, "op", "slope", False))
    assert document.graph.nodes["op"].exposed == ()
    assert Socket("op", "slope") not in document.graph.sources
    assert document.undo_name == "slope as a setting"
    document.undo()
    assert document.content == before


def test_the_edit_goes_through_the_journal_and_its_inverse_is_exact():
    content = Content(graph_of("elementwise.clip"))
    for name in ("low", "high"):
        edit = plain.from_plain(plain.to_plain(SetExposed("op", name, True)))
        after, inverse = edit.apply(content)
        assert after.graph.nodes["op"].exposed == (name,)
        assert inverse.apply(after)[0] == content


def test_a_journal_from_before_has_nodes_that_expose_nothing():
    written = plain.to_plain(AddNode(Node("op", "reductions.sum")))
    del written["node"]["exposed"]
    assert plain.from_plain(written).node.exposed == ()


def test_the_file_holds_it_in_one_line_and_gives_it_back():
    content = Content(graph_of("elementwise.clip", ("high", "low"), "low"))
    text = render(content).decode()
    assert '"op": {"operator": "elementwise.clip", "exposed": ["high", "low"]}' in text
    assert parse(text) == content
    assert render(parse(text.replace('["high", "low"]', '["low", "high", "low"]'))).decode() == text


def test_the_difference_of_two_graphs_tells_of_it():
    before, after = Content(graph_of("elementwise.clip")), Content(graph_of("elementwise.clip", ("low",)))
    (changed,) = difference(before, after).changed
    assert [change.what for change in changed.changes] == ["exposed"]
