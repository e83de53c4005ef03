"""A program as readable text: Python's grammar, names of nodes, every name once, and never compiled by us."""

import ast

import autograd.numpy as np
import numpy as onp

from engine.autodiff.adjoint import adjoint
from engine.backends.listing import listing
from engine.graph import Graph, Node, Socket, Wire
from engine.program.functions import record_function
from engine.program.lower import lower
from engine.types import ArrayType
from tests.engine.program.library import LIBRARY, VECTOR, graph_of, socket


def assigned(text):
    (function,) = ast.parse(text).body
    names = [each.arg for each in function.args.args]
    return names + [each.targets[0].id for each in function.body if isinstance(each, ast.Assign)]


def test_nodes_and_gradients_have_their_names():
    nodes = {"w": "parameters.parameter", "s": "elementwise.scale", "t": "reductions.total"}
    graph = graph_of(nodes, ["w.value -> s.x", "s.value -> t.xs.0"])
    program = lower(graph, LIBRARY, {socket("w.value"): VECTOR}, [socket("t.value")], train=True)
    text = listing(adjoint(program, program.outputs[0], [program.inputs[0].var]), labels={"s": "twice"})
    assert "    # twice (s)\n    twice_value = w * twice_by  # (3,)\n" in text
    assert "# adjoint of twice (s)" in text
    assert "return t_value, grad_w" in text
    assert text.startswith("def program(w, twice_by):\n    # w: parameter, float64 (3,)\n")


def test_numpys_names_and_slices_are_shown():
    program = record_function(
        lambda x, k: (np.tanh(x)[1:, ::2] ** 2, np.concatenate([x, x * onp.arange(4.0)]), x[k], np.sum(x, axis=0)),
        [ArrayType((3, 4)), ArrayType((2,), "int64")],
        names=["x", "k"],
    )
    text = listing(program)
    for part in ("np.tanh(x)", "[1:, ::2]", "** 2", "[0.0, 1.0, 2.0, 3.0]", "x[k]", "np.sum(x, axis=0)"):
        assert part in text
    assert len(assigned(text)) == len(set(assigned(text)))


def test_names_that_are_code_stay_names():
    evil = ["import os", "class", "1", "a.b", "a_b", 'x"); boom("', "v3", "ü", "\n    boom()"]
    nodes = {name: Node(name, "parameters.parameter") for name in evil} | {"t": Node("t", "reductions.total")}
    wires = {Wire(Socket(name, "value"), Socket("t", f"xs.{k}")) for k, name in enumerate(evil)}
    known = {Socket(name, "value"): VECTOR for name in evil}
    program = lower(Graph(nodes, frozenset(wires)), LIBRARY, known, [Socket("t", "value")], train=True)
    text = listing(program, labels={"t": "total\nboom()"})
    names = assigned(text)
    assert len(names) == len(set(names)) == len(evil) + len(program.equations)
    calls = {ast.unparse(each.func) for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)}
    assert calls == {"np.sum"}


def test_what_it_says_is_what_runs():
    """Run as Python, a listing of NumPy calls gives the program's numbers: its names point to the right variables."""
    program = record_function(lambda w, x: np.sum(np.tanh(w * x - 1.0) ** 2), [VECTOR, VECTOR], names=["w", "x"])
    whole = adjoint(program, program.outputs[0], [program.inputs[0].var])
    space = {"np": onp, "expand": lambda value, shape: onp.broadcast_to(value, shape)}
    exec(listing(whole), space)
    w, x = onp.array([0.1, 0.2, 0.3]), onp.array([1.0, -1.0, 2.0])
    value, gradient = space["program"](w, x)
    bend = onp.tanh(w * x - 1.0)
    assert value == onp.sum(bend**2)
    onp.testing.assert_allclose(gradient, 2 * bend * (1 - bend**2) * x, rtol=1e-14)
