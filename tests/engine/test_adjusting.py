"""Numbers that are dragged: what is kept of a graph that differs in numbers alone is what would be found anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.assets import SAMPLES
from engine.adjusting import adjusted, adjusted_nodes
from engine.data import Data
from engine.errors import SettingError
from engine.evaluate import look, looking
from engine.files.read import read
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import infer
from engine.infer_again import Inferred
from engine.prepare import prepare
from engine.problems import Problem
from nodes.library import LIBRARY


def changed(whole: Content, node: str, **settings: Any) -> Content:
    held = whole.graph.nodes[node]
    other = replace(held, settings={**held.settings, **settings})
    return replace(whole, graph=Graph({**whole.graph.nodes, node: other}, whole.graph.wires))


def line() -> Content:
    nodes = {
        "x": Node("x", "inputs.constant", "", {"value": (1.0, 2.0, 3.0)}),
        "w": Node("w", "parameters.parameter", "", {"value": 0.5}),
        "product": Node("product", "elementwise.multiply"),
        "mean": Node("mean", "reductions.mean"),
        "clip": Node("clip", "elementwise.square"),
        "descent": Node("descent", "optimizers.optimizer", "", {"method": "gradient_descent", "learning_rate": 0.1}),
    }
    ends = ["x.value product.x", "w.value product.y", "product.value mean.x", "mean.value descent.loss"]
    pairs = [[Socket(*end.split(".")) for end in each.split()] for each in ends]
    return Content(Graph(nodes, frozenset(Wire(*pair) for pair in pairs)))


@pytest.mark.parametrize(
    ("node", "settings", "wanted"),
    [
        ("x", {"value": (4.0, 5.0, 6.0)}, {"x"}),
        ("w", {"value": -2.0}, {"w"}),
        ("descent", {"learning_rate": 0.2}, {"descent"}),
        ("x", {"value": (4.0, 5.0)}, None),
        ("x", {"value": (4, 5, 6)}, None),
        ("x", {"value": ((4.0, 5.0, 6.0),)}, None),
        ("mean", {"axis": 0}, None),
        ("descent", {"method": "adam"}, None),
        ("w", {"constraint": "positive"}, None),
        ("w", {"initial": "normal"}, None),
    ],
)
def test_only_numbers_of_the_same_shape_and_kind_count(node: str, settings: dict[str, Any], wanted: Any) -> None:
    before = line()
    after = changed(before, node, **settings)
    assert adjusted_nodes(before.graph, after.graph, LIBRARY) == wanted
    assert adjusted_nodes(before.graph, before.graph, LIBRARY) == frozenset()


def test_a_wire_a_node_or_a_name_more_is_no_number() -> None:
    before = line()
    fewer = Graph(before.graph.nodes, frozenset(list(before.graph.wires)[1:]))
    named = Graph({**before.graph.nodes, "w": replace(before.graph.nodes["w"], name="slope")}, before.graph.wires)
    without = Graph({id: n for id, n in before.graph.nodes.items() if id != "clip"}, before.graph.wires)
    assert all(adjusted_nodes(before.graph, each, LIBRARY) is None for each in (fewer, named, without))


def test_what_was_lowered_once_looks_at_other_numbers() -> None:
    before, data = line(), Data(None)
    prepared = prepare(before, LIBRARY, data)
    once = looking(prepared)
    for x, w in (((4.0, 5.0, 6.0), 0.5), ((4.0, 5.0, 6.0), -2.0)):
        after = changed(changed(before, "x", value=x), "w", value=w)
        again = adjusted(prepared, after, data)
        assert again is not None
        found = {str(socket): each for socket, each in once.at(again).wires.items()}
        assert found["mean.value"].value == pytest.approx(w * np.mean(x))
        assert found["w.value"].cotangent == pytest.approx(np.mean(x))
        assert np.allclose(found["x.value"].cotangent, w / 3)


def test_what_cannot_be_kept_is_prepared_anew() -> None:
    before, data = line(), Data(None)
    prepared = prepare(before, LIBRARY, data)
    assert adjusted(prepared, changed(before, "x", value=(4.0, 5.0)), data) is None
    assert adjusted(prepared, changed(before, "w", value=(1.0, 2.0)), data) is None
    faulty = replace(prepared, problems=(Problem("error", "source", "It cannot be read.", "x"),))
    assert adjusted(prepared, changed(before, "mean", axis=0), data) is None
    assert adjusted(faulty, changed(before, "w", value=1.0), data) is None


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dgraph"))[::3], ids=lambda path: path.stem)
def test_on_samples_a_number_changed_leads_to_what_a_preparation_anew_leads_to(path: Path) -> None:
    whole, data = read(path), Data(path.parent, SAMPLES.parent / "assets")
    before = Inferred(LIBRARY).after(whole.graph, {})
    prepared = prepare(whole, LIBRARY, data)
    once, compared = looking(prepared), 0
    for id, node in whole.graph.nodes.items():
        declared = LIBRARY[node.operator]
        for name, spec in declared.settings.items():
            held = declared.values(node)[name]
            if not spec.numeric or not isinstance(held, float) or held == 0 or compared >= 4:
                continue
            try:
                after = changed(whole, id, **{name: spec.check(held * 1.01)})
            except SettingError:
                continue
            if adjusted_nodes(whole.graph, after.graph, LIBRARY) is None:
                continue
            assert before.after(after.graph, before.known).inference == infer(after.graph, LIBRARY, {})
            again = adjusted(prepared, after, data)
            if again is None:
                continue
            compared += 1
            anew = prepare(after, LIBRARY, data)
            assert again.types == anew.types and again.inferred == anew.inferred and again.plans == anew.plans
            one, other = once.at(again), look(anew)
            assert one.losses == pytest.approx(other.losses, nan_ok=True)
            assert one.wires.keys() == other.wires.keys()
