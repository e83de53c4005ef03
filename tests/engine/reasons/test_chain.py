"""The chain rule along a path: product by product it is what formulas say, and with what the other paths add it is the
cotangent, as autograd's own tape has it, on every sample."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from app.assets import SAMPLES
from engine.data import Data
from engine.evaluate import gradient, look
from engine.files.read import read
from engine.graph import Socket
from engine.prepare import Prepared, prepare
from engine.reasons.chain import Chain, chain
from engine.reasons.scene import Scene
from nodes.library import LIBRARY
from tests.engine.reasons.test_why import of, w

DESCENT = {"descent": ("optimizers.optimizer", {"method": "gradient_descent", "learning_rate": 0.1, "steps": 5})}


def made(prepared: Prepared, node: str, **turns: str) -> Chain:
    named = {f"{key}.value": value for key, value in turns.items()}
    found = chain(Scene.of(prepared), Socket(node, "value"), named)
    assert found is not None
    return found


def two_ways() -> Prepared:
    """(w^2 + sin w) * w: three ways out of w, two of which meet before the third."""
    nodes = {
        "w": w(0.7),
        "square": ("elementwise.square", {}),
        "sin": ("elementwise.sin", {}),
        "add": ("elementwise.add", {}),
        "product": ("elementwise.multiply", {}),
        **DESCENT,
    }
    return of(nodes, "w>square w>sin square>add sin>add.y add>product w>product.y product>descent.loss")


def test_each_path_is_the_product_of_its_partials_and_all_together_are_the_derivative() -> None:
    x = 0.7
    graph = two_ways()
    wanted = {
        "product": (["product"], x * x + math.sin(x)),
        "square": (["product", "add", "square"], x * 1.0 * 2 * x),
        "sin": (["product", "add", "sin"], x * 1.0 * math.cos(x)),
    }
    whole = sum(value for _, value in wanted.values())
    for turn, (nodes, along) in wanted.items():
        found = made(graph, "w", w=turn)
        assert found.paths == 3 and [each.node for each in found.links] == nodes
        last = found.links[-1]
        assert last.along == pytest.approx(along) and last.others == pytest.approx(whole - along)
        assert math.prod(float(each.factor.value) for each in found.links) == pytest.approx(along)
        assert {way.node: float(way.share) for way in last.ways} == pytest.approx(
            {name: value for name, (_, value) in wanted.items()}
        )
    assert [each.node for each in made(graph, "w").links] == ["product"], "the shortest, where none is asked for"
    assert made(graph, "w", w="nobody").links == made(graph, "w").links


def test_both_inputs_of_one_node_are_one_way_with_the_sum_of_both_partials() -> None:
    nodes = {"w": w(3.0), "product": ("elementwise.multiply", {}), **DESCENT}
    (link,) = made(of(nodes, "w>product w>product.y product>descent.loss"), "w").links
    assert link.inputs == ("x", "y") and link.factor.kind == "number" and float(link.factor.value) == 6.0
    assert link.others is None and link.along == 6.0


def test_arrays_are_listed_where_the_jacobian_is_a_row_a_column_or_a_diagonal() -> None:
    rows = ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))
    nodes = {
        "x": ("inputs.constant", {"value": rows}),
        "s": w(0.5),
        "w": w((1.0, -1.0)),
        "scaled": ("elementwise.multiply", {}),
        "product": ("linear_algebra.matmul", {}),
        "tanh": ("activations.tanh", {}),
        "mean": ("reductions.mean", {}),
        **DESCENT,
    }
    graph = of(nodes, "s>scaled w>scaled.y x>product scaled>product.y product>tanh tanh>mean mean>descent.loss")
    _, mean, tanh, product, scaled = made(graph, "s").links
    inner = np.array(rows) @ (0.5 * np.array([1.0, -1.0]))
    assert mean.factor.kind == "row" and np.allclose(mean.factor.value, 1 / 3)
    assert tanh.factor.kind == "elementwise" and np.allclose(tanh.factor.value, 1 - np.tanh(inner) ** 2)
    assert product.factor.kind == "jacobian" and product.factor.shape == ((3,), (2,)) and product.factor.value is None
    assert np.allclose(product.along, np.array(rows).T @ ((1 - np.tanh(inner) ** 2) / 3))
    assert scaled.factor.kind == "column" and np.allclose(scaled.factor.value, [1.0, -1.0])
    assert scaled.along == pytest.approx(float(product.along @ [1.0, -1.0]))


def test_what_leads_nowhere_or_lies_in_a_body_has_no_chain() -> None:
    nodes = {"w": w(1.0), "v": w(1.0), "square": ("elementwise.square", {}), **DESCENT}
    graph = of(nodes, "w>square square>descent.loss")
    assert chain(Scene.of(graph), Socket("v", "value")) is None
    assert made(graph, "square").links == ()
    assert made(graph, "square").paths == 1


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dgraph")), ids=lambda path: path.stem)
def test_on_every_sample_the_chain_ends_in_the_cotangent_whatever_path_is_taken(path: Path) -> None:
    prepared = prepare(read(path), LIBRARY, Data(path.parent), start="initial")
    for plan in prepared.plans[:1]:
        scene = Scene.of(prepared, optimizer=plan.id)
        tape = gradient(prepared, optimizer=plan.id, approach="tape", backend="autograd").gradients
        seen = look(prepared, optimizer=plan.id).wires
        inner = [each for each in seen if each.node not in tape and seen[each].cotangent is not None]
        asked = [Socket(id, "value") for id in list(tape)[:4]] + inner[:: max(1, len(inner) // 4)]
        for socket in asked:
            found = chain(scene, socket)
            if found is None:
                continue
            wanted = tape[socket.node] if socket.node in tape else seen[socket].cotangent
            if found.links and not isinstance(wanted, tuple | dict):
                link = found.links[-1]
                turned = [chain(scene, socket, {f"{socket.node}.{socket.name}": way.node}) for way in link.ways[:3]]
                for each in (found, *turned):
                    close(each.links[-1].cotangent, wanted, each, socket)
                close(sum(way.share for way in link.ways), wanted, found, socket)
        assert any(chain(scene, Socket(id, "value")) is not None for id in tape)


def close(found: object, wanted: object, way: Chain, socket: Socket) -> None:
    a, b = np.asarray(found), np.asarray(wanted)
    assert a.shape == b.shape, socket
    # Where parts cancel, or a path multiplies large by small numbers, what is left over is rounding of these.
    size = max(np.abs(each.along).max(initial=0.0) for each in way.links)
    assert np.allclose(a, b, rtol=1e-9, atol=1e-12 * max(size, np.abs(b).max(initial=0.0))), socket
