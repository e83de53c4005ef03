"""The dots and tags of wires that an edit remakes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import subgraphs
from engine.building import removal, replace_wire
from engine.edits import AddNode, Connect, Disconnect, Group, Reroute
from engine.graph import Content, Graph, Layout, Node, Place, Route, Socket, Wire
from engine.infer import infer
from engine.replacing import replacement
from engine.routing import with_routes
from nodes.library import LIBRARY
from tests.engine.graphs import wire

DOTS = Route(((50.0, 10.0), (350.0, 20.0)))
W, OUT = wire("w.value", "multiply.y"), wire("multiply.value", "mse.prediction")


def line() -> Content:
    """y = w x fitted to three points."""
    nodes = {
        "x": Node("x", "inputs.constant", "", {"value": (1.0, 2.0, 3.0)}),
        "y": Node("y", "inputs.constant", "", {"value": (2.0, 4.0, 6.0)}),
        "w": Node("w", "parameters.parameter", "slope w"),
        "multiply": Node("multiply", "elementwise.multiply"),
        "mse": Node("mse", "losses.mse"),
    }
    ends = (("x.value", "multiply.x"), ("w.value", "multiply.y"), ("multiply.value", "mse.prediction"),
            ("y.value", "mse.target"))  # fmt: skip
    places = {id: Place(200.0 * k, 40.0 * (k % 3)) for k, id in enumerate(nodes)}
    return Content(Graph(nodes, frozenset(wire(*each) for each in ends)), Layout(places))


def dotted(*wires: Wire, route: Route = DOTS) -> Content:
    content = line()
    for each in wires:
        content = Reroute(each, route).apply(content)[0]
    return content


def after(content: Content, edit: Group) -> dict[Wire, Route]:
    """Return the routes after the edit, which is taken back exactly."""
    routed = with_routes(content, edit)
    found, back = routed.apply(content)
    assert back.apply(found)[0] == content
    return dict(found.layout.routes)


def test_a_node_put_into_a_wire_parts_its_dots() -> None:
    content = dotted(W)
    new = Node("exp_1", "elementwise.exp")
    into, out = Wire(W.source, Socket("exp_1", "x")), Wire(Socket("exp_1", "value"), W.target)
    edit = Group("", (AddNode(new, Place(200.0, 0.0)), Disconnect(W), Connect(into), Connect(out)))
    assert after(content, edit) == {into: Route(DOTS.dots[:1]), out: Route(DOTS.dots[1:])}
    tagged = dotted(W, route=Route((), True))
    assert after(tagged, edit) == {into: Route((), True), out: Route((), True)}


def test_another_operator_in_a_nodes_place_keeps_them() -> None:
    content = dotted(W, OUT)
    edit = replacement(content, LIBRARY, ["multiply"], "elementwise.add").edit
    assert after(content, edit) == {W: DOTS, OUT: DOTS}


def test_inputs_that_are_exchanged_keep_theirs() -> None:
    content = dotted(W)
    other = wire("x.value", "multiply.x")
    new = [Wire(W.source, other.target), Wire(other.source, W.target)]
    edit = Group("Swap inputs", (Disconnect(W), Disconnect(other), *map(Connect, new)))
    assert after(content, edit) == {new[0]: DOTS}


def test_a_subgraph_keeps_those_of_the_wires_around_it() -> None:
    content = dotted(W, OUT)
    edit = subgraphs.made(content, LIBRARY, ["multiply"], inference=infer(content.graph, LIBRARY))
    routes = after(content, edit)
    assert set(routes.values()) == {DOTS} and len(routes) == 2
    call = new_call(content, edit)
    into, out = sorted(routes, key=lambda each: each.source.node == call)
    assert into.source == W.source and into.target.node == call
    assert out.source.node == call and out.target == OUT.target


def new_call(content: Content, edit: Group) -> str:
    found = edit.apply(content)[0].graph.nodes
    return next(id for id, node in found.items() if node.operator == "control.call")


def test_a_node_taken_out_of_its_wires_joins_theirs() -> None:
    content = dotted(W, OUT)
    new = Wire(W.source, OUT.target)
    edit = Group("", (*removal(content, LIBRARY, ["multiply"]).edits, Connect(new)))
    assert after(content, edit) == {new: Route((*DOTS.dots, *DOTS.dots))}


def test_a_wire_from_elsewhere_does_not_run_where_the_old_one_ran() -> None:
    content = dotted(W)
    assert after(content, replace_wire(content.graph, wire("x.value", "multiply.y"))) == {}


@pytest.mark.parametrize("route", [Route(((1.0, 2.0),)), Route((), True)])
def test_a_wire_that_has_a_route_of_its_own_keeps_it(route: Route) -> None:
    content = dotted(W)
    edit = Group("", (Disconnect(W), Connect(W, route)))
    assert after(content, edit) == {W: route}


def test_what_has_no_clear_successor_is_straight() -> None:
    content = dotted(W)
    nodes = [Node(f"exp_{k}", "elementwise.exp") for k in (1, 2)]
    fan = [Connect(Wire(W.source, Socket(node.id, "x"))) for node in nodes]
    assert after(content, Group("", (*map(AddNode, nodes), Disconnect(W), *fan))) == {}


def test_an_edit_that_loses_no_dots_is_the_same() -> None:
    content = dotted(W)
    edit = Group("", (Disconnect(OUT), Connect(OUT)))
    assert with_routes(content, edit) is edit
    assert with_routes(replace(content, layout=replace(content.layout, routes={})), edit) is edit
