"""Derivative nodes against closed forms and JAX: between any two sockets, nested, and inside a loss that is trained."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.autodiff.approaches import gradient_function, refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.backends.interpret import interpret
from engine.backends.numpy_code import compile_program
from engine.data import Data
from engine.evaluate import check, evaluable, look
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.infer import infer
from engine.prepare import prepare
from engine.problems import validate
from engine.program.lower import lower, setting_values
from engine.training import Trainer
from engine.types import ArrayType, type_of
from nodes.library import LIBRARY

X = np.array([0.3, -1.2, 0.8])
V = np.array([1.0, 0.25, -2.0])


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def graph_of(nodes: Mapping[str, Any], wires: str) -> Graph:
    """Nodes {id: operator or (operator, settings)}; wires "a.value>b.x c>d.y" (left out: value and x)."""
    made = {}
    for id, each in nodes.items():
        operator, settings = (each, {}) if isinstance(each, str) else each
        made[id] = Node(id, operator, "", settings)
    ends = [pair.split(">") for pair in wires.split()]
    return Graph(made, frozenset(Wire(_socket(a, "value"), _socket(b, "x")) for a, b in ends))


def _socket(text: str, default: str) -> Socket:
    node, _, name = text.partition(".")
    return Socket(node, name or default)


def run(graph: Graph, given: Mapping[str, Any], *targets: str) -> list[Any]:
    """Return the values of outputs where the parameter nodes have the values `given`."""
    known = {Socket(id, "value"): type_of(np.asarray(value)) for id, value in given.items()}
    program = lower(graph, LIBRARY, known, [Socket(target, "value") for target in targets], train=True)
    settings = setting_values(program, graph, LIBRARY)
    values = [np.asarray(given[each.name]) if each.name in given else settings[each.name] for each in program.inputs]
    found = compile_program(program)(values)
    known_values = interpret(program, values)
    for one, var in zip(found, program.outputs, strict=True):
        np.testing.assert_array_equal(one, known_values[var])
    inferred = infer(graph, LIBRARY, known).types
    for target, one in zip(targets, found, strict=True):
        assert inferred[Socket(target, "value")] == type_of(np.asarray(one)), target
    return list(found)


def slopes(graph: Graph, given: Mapping[str, Any], target: str) -> dict[str, list[Any]]:
    """Return the gradient of a scalar output by each of `given`, through every approach."""
    known = {Socket(id, "value"): type_of(np.asarray(value)) for id, value in given.items()}
    program = lower(graph, LIBRARY, known, [Socket(target, "value")], train=True)
    names = {each.name: each.var for each in program.inputs}
    values = [np.asarray(given[each.name]) for each in program.inputs]
    found: dict[str, list[Any]] = {id: [] for id in given}
    for approach, backend in itertools.product(APPROACHES, BACKENDS):
        if refusal(approach, backend) is None:
            wrt = [names[id] for id in given]
            _, gradients = gradient_function(program, program.outputs[0], wrt, approach, backend)(values)
            for id, gradient in zip(given, gradients, strict=True):
                found[id].append(gradient)
    return found


P = "parameters.parameter"
WAVE = {"x": P, "s": "elementwise.sin", "q": "elementwise.square", "m": "elementwise.multiply", "f": "reductions.sum"}
WAVES = "x>s x>q s>m.x q>m.y m>f"
"""f = sum(sin(x) x^2), and m its terms."""


def wave(x: Any) -> Any:
    return jnp.sum(jnp.sin(x) * x**2)


def terms(x: Any) -> Any:
    return jnp.sin(x) * x**2


KINDS: Sequence[tuple[str, str, Callable[[Any, Any], Any]]] = [
    ("gradient", "f>d.of x>d.wrt", lambda x, v: jax.grad(wave)(x)),
    ("jacobian", "m>d.of x>d.wrt", lambda x, v: jax.jacobian(terms)(x)),
    ("hessian", "f>d.of x>d.wrt", lambda x, v: jax.hessian(wave)(x)),
    ("jvp", "m>d.of x>d.wrt v>d.vector", lambda x, v: jax.jvp(terms, (x,), (v,))[1]),
    ("vjp", "m>d.of x>d.wrt v>d.vector", lambda x, v: jax.vjp(terms, x)[1](v)[0]),
    ("hvp", "f>d.of x>d.wrt v>d.vector", lambda x, v: jax.jvp(jax.grad(wave), (x,), (v,))[1]),
]


@pytest.mark.parametrize(("kind", "wires", "wanted"), KINDS, ids=[kind for kind, _, _ in KINDS])
def test_each_kind_is_that_of_jax_and_so_is_its_gradient(kind: str, wires: str, wanted: Callable[..., Any]) -> None:
    nodes = {**WAVE, "v": P, "d": f"gradients.{kind}", "c": "elementwise.square", "t": "reductions.sum"}
    if "v>" not in wires:
        del nodes["v"]
    graph = graph_of(nodes, f"{WAVES} {wires} d>c c>t")
    given = {"x": X, "v": V} if "v" in nodes else {"x": X}
    np.testing.assert_allclose(run(graph, given, "d")[0], wanted(X, V), rtol=1e-12)
    for number, (id, each) in enumerate(slopes(graph, given, "t").items()):
        expected = jax.grad(lambda x, v: jnp.sum(wanted(x, v) ** 2), number)(X, V)
        assert len(each) >= 5
        for found in each:
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12, err_msg=id)


def test_the_derivative_is_by_a_wire_in_the_middle_and_all_else_is_constant() -> None:
    """f = tanh(y) x with y = x^2: by y it is x (1 - tanh(y)^2), although y is made of x."""
    nodes = {
        "x": P, "y": "elementwise.square", "t": "activations.tanh", "m": "elementwise.multiply", "f": "reductions.sum",
        "d": "gradients.gradient",
    }  # fmt: skip
    graph = graph_of(nodes, "x>y y>t t>m.x x>m.y m>f f>d.of y>d.wrt")
    np.testing.assert_allclose(run(graph, {"x": X}, "d")[0], X * (1 - np.tanh(X**2) ** 2), rtol=1e-13)


def test_a_node_that_passes_on_what_it_was_given_is_told_apart() -> None:
    """With y = x, passed on in a pair that is taken apart, d(x y)/dy is x and not 2 x."""
    nodes = {
        "x": P, "k": P, "p": "shape.pack", "y": "shape.unpack", "m": "elementwise.multiply", "f": "reductions.sum",
        "d": "gradients.gradient",
    }  # fmt: skip
    graph = graph_of(nodes, "x>p.xs.0 k>p.xs.1 p>y x>m.x y>m.y m>f f>d.of y>d.wrt")
    np.testing.assert_array_equal(run(graph, {"x": X, "k": V}, "d")[0], X)


def test_nested_derivatives_do_not_confuse_their_perturbations() -> None:
    """Siskind and Pearlmutter's d/dx (x * d/dy (x + y)) = 1, and d/dx (x * d/dy (x y)) = 2 x, in all orders."""
    for inner, wanted in (("elementwise.add", 1.0), ("elementwise.multiply", 2 * 1.7)):
        for first, second in itertools.product(("gradient", "jvp", "vjp"), repeat=2):
            nodes = {
                "x": P, "y": P, "one": ("inputs.constant", {"value": 1.0}), "a": inner, "di": f"gradients.{first}",
                "m": "elementwise.multiply", "do": f"gradients.{second}",
            }  # fmt: skip
            wires = "x>a.x y>a.y a>di.of y>di.wrt x>m.x di>m.y m>do.of x>do.wrt"
            wires += " one>di.vector" * (first != "gradient") + " one>do.vector" * (second != "gradient")
            if "gradient" == first == second:
                del nodes["one"]
            values = {"x": np.array(1.7), "y": np.array(0.4)}
            known = {Socket(id, "value"): ArrayType() for id in ("x", "y", "one")}
            program = lower(graph_of(nodes, wires), LIBRARY, known, [Socket("do", "value")], train=True)
            feed = [values.get(each.name, np.array(1.0)) for each in program.inputs]
            assert float(compile_program(program)(feed)[0]) == pytest.approx(wanted, rel=1e-14), (first, second)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5, 6])
def test_derivatives_of_any_order(order: int) -> None:
    """The n-th derivative of exp(2 x) is 2^n exp(2 x), through n nodes one after the other."""
    nodes: dict[str, Any] = {"x": P, "k": ("elementwise.multiply", {"y": 2.0}), "d0": "elementwise.exp"}
    wires = ["x>k.x", "k>d0"]
    for k in range(1, order + 1):
        nodes[f"d{k}"] = "gradients.gradient"
        wires += [f"d{k - 1}>d{k}.of", f"x>d{k}.wrt"]
    program = lower(
        graph_of(nodes, " ".join(wires)), LIBRARY, {Socket("x", "value"): ArrayType()},
        [Socket(f"d{order}", "value")], train=True,
    )  # fmt: skip
    feed = {"x": np.array(0.35), "k.y": np.array(2.0)}
    found = compile_program(program)([feed[each.name] for each in program.inputs])[0]
    assert float(found) == pytest.approx(2.0**order * np.exp(0.7), rel=1e-12)


def test_a_jacobian_is_made_by_the_shorter_way_and_both_are_right() -> None:
    random = np.random.default_rng(3)
    for m, n in ((2, 5), (5, 2), (3, 3), (20, 30), (30, 20)):
        nodes = {"x": P, "a": P, "m": "linear_algebra.matmul", "t": "activations.tanh", "d": "gradients.jacobian"}
        graph = graph_of(nodes, "a>m.x x>m.y m>t t>d.of x>d.wrt")
        a, x = random.normal(size=(m, n)), random.normal(size=n)
        wanted = (1 - np.tanh(a @ x) ** 2)[:, None] * a
        np.testing.assert_allclose(run(graph, {"a": a, "x": x}, "d")[0], wanted, rtol=1e-12)
    x = random.normal(size=12)
    long = graph_of(
        {**WAVE, "d": "gradients.hessian", "q2": "elementwise.square", "t": "reductions.sum"},
        f"{WAVES} f>d.of x>d.wrt d>q2 q2>t",
    )
    np.testing.assert_allclose(run(long, {"x": x}, "d")[0], jax.hessian(wave)(x), rtol=1e-11, atol=1e-12)
    for found in slopes(long, {"x": x}, "t")["x"]:
        np.testing.assert_allclose(found, jax.grad(lambda x: jnp.sum(jax.hessian(wave)(x) ** 2))(x), rtol=1e-9)
    flat = graph_of({"x": P, "m": "elementwise.square", "d": "gradients.jacobian"}, "x>m m>d.of x>d.wrt")
    x = random.normal(size=(2, 3))
    np.testing.assert_allclose(run(flat, {"x": x}, "d")[0].reshape(6, 6), np.diag(2 * x.ravel()), rtol=1e-13)


def test_single_precision_and_complex_numbers_keep_their_types() -> None:
    graph = graph_of({**WAVE, "d": "gradients.gradient"}, f"{WAVES} f>d.of x>d.wrt")
    assert run(graph, {"x": X.astype("float32")}, "d")[0].dtype == np.float32
    nodes = {
        "z": P,
        "a": "elementwise.abs",
        "q": "elementwise.square",
        "f": "reductions.sum",
        "d": "gradients.gradient",
    }
    z = np.array([1 + 2j, -0.5j])
    found = run(graph_of(nodes, "z>a a>q q>f f>d.of z>d.wrt"), {"z": z}, "d")[0]
    np.testing.assert_allclose(found, 2 * np.conj(z))  # dL/dx - i dL/dy


# ----- what does not fit, and what is worth a warning -----

REFUSED = [
    ("gradient", {"of": (3,), "wrt": (3,)}, "of takes a scalar, and what is wired into it is float64 (3,)"),
    ("hessian", {"of": (), "wrt": "int64"}, "whole numbers and booleans have no derivative"),
    ("gradient", {"of": "bool", "wrt": (3,)}, "whole numbers and booleans have no derivative"),
    ("jacobian", {"of": (9000,), "wrt": (9000,)}, "81,000,000 entries (0.6 GB)"),
    ("hessian", {"of": (), "wrt": (100, 100)}, "100,000,000 entries"),
    ("jvp", {"of": (4,), "wrt": (3,), "vector": (4,)}, "vector has shape (4,) and wrt (3,)"),
    ("vjp", {"of": (4,), "wrt": (3,), "vector": (3,)}, "vector has shape (3,) and of (4,)"),
    ("hvp", {"of": (), "wrt": "complex128"}, "take its real and imaginary parts"),
]


@pytest.mark.parametrize(
    ("kind", "given", "sentence"), REFUSED, ids=[f"{k}-{n}" for n, (k, _, _) in enumerate(REFUSED)]
)
def test_what_cannot_be_had_is_said_before_it_is_computed(kind: str, given: dict[str, Any], sentence: str) -> None:
    types = {
        name: ArrayType((), each) if isinstance(each, str) else ArrayType(each, "float64")
        for name, each in ({"vector": ()} | given if kind in ("jvp", "vjp", "hvp") else given).items()
    }
    graph = graph_of(
        {**dict.fromkeys(types, P), "d": f"gradients.{kind}"}, " ".join(f"{name}>d.{name}" for name in types)
    )
    found = infer(graph, LIBRARY, {Socket(name, "value"): each for name, each in types.items()})
    (mismatch,) = [each for each in found.mismatches if each.node == "d"]
    assert sentence in mismatch.sentence and mismatch.sentence.count("\n") == 0
    assert mismatch.sentence.startswith(f'"{LIBRARY[f"gradients.{kind}"].title}" (d)')


@pytest.mark.parametrize("wires", ["x>q q>h h>d.of y>d.wrt", "y>g g>h h>d.of y>d.wrt"], ids=["no path", "flat path"])
def test_a_derivative_by_what_does_not_lead_there_is_zero(wires: str) -> None:
    nodes = {"x": P, "y": P, "q": "elementwise.square", "g": "elementwise.floor", "h": "reductions.sum"}
    graph = graph_of({**nodes, "d": "gradients.gradient"}, wires)
    assert run(graph, {"x": np.ones(2), "y": np.ones(3)}, "d")[0].tolist() == [0.0, 0.0, 0.0]


def test_a_derivative_by_what_does_not_lead_there_is_a_warning() -> None:
    nodes = {"x": P, "y": P, "q": "elementwise.square", "g": "reductions.argmax", "d": "gradients.gradient"}
    known = {Socket("x", "value"): ArrayType(), Socket("y", "value"): ArrayType((3,))}
    for wires, why in (
        ("x>q q>d.of y>d.wrt", "does not depend on it"),
        ("y>g g>k k>q q>d.of y>d.wrt", "only through steps that have no derivative"),
    ):
        more = {"k": "elementwise.multiply"} if "k>" in wires else {}
        problems = validate(graph_of({**nodes, **more}, wires), LIBRARY, known)
        (found,) = [each for each in problems if each.code == "no-derivative"]
        assert (found.severity, found.node, found.socket) == ("warning", "d", "wrt")
        assert why in found.sentence and '"Parameter" (y)' in found.sentence
    assert "no-derivative" not in [
        each.code for each in validate(graph_of(nodes, "y>q q>d.of y>d.wrt"), LIBRARY, known)
    ]


# ----- in a document: looked at, checked, trained -----


def oscillator() -> Graph:
    """u(t) = w0 + w1 t + w2 t^2 + w3 t^3 with u'' + u = 0 as well as can be on [0, 1], u(0) = 1, u'(0) = 0.

    Physics-informed: the loss holds second derivatives of the model by its input.
    """
    nodes: dict[str, Any] = {
        "t": ("inputs.linspace", {"first": 0.0, "last": 1.0, "count": 9}),
        "w": (P, {"initial": "value", "value": (0.0,) * 6}),
        "u": "signal.polynomial",
        "s": "reductions.sum", "v": "gradients.gradient", "vs": "reductions.sum", "a": "gradients.gradient",
        "r": "elementwise.add", "rq": "elementwise.square", "rm": "reductions.mean",
        "u0": ("shape.slice", {"at": "0:1"}), "e0": ("elementwise.subtract", {"y": 1.0}),
        "v0": ("shape.slice", {"at": "0:1"}),
        "q0": "elementwise.square", "q1": "elementwise.square", "m0": "reductions.sum", "m1": "reductions.sum",
        "b": "elementwise.add", "l": "elementwise.add",
        "o": ("optimizers.optimizer", {"method": "adam", "learning_rate": 0.03, "steps": 1500}),
    }  # fmt: skip
    wires = (
        "t>u w>u.coefficients u>s s>v.of t>v.wrt v>vs vs>a.of t>a.wrt a>r.x u>r.y r>rq rq>rm "
        "u>u0 u0>e0.x e0>q0 q0>m0 v>v0 v0>q1 q1>m1 m0>b.x m1>b.y b>l.x rm>l.y l>o.loss"
    )
    return graph_of(nodes, wires)


def test_a_physics_informed_loss_is_trained_to_the_cosine() -> None:
    prepared = prepare(Content(oscillator()), LIBRARY, Data())
    assert not [each for each in validate(prepared.graph, LIBRARY, prepared.types) if each.severity == "error"]
    trainer = Trainer(prepared)
    trainer.run(1500)
    seen = look(prepared, trainer.parameters())
    t = np.asarray(seen.wires[Socket("t", "value")].value)
    np.testing.assert_allclose(seen.wires[Socket("u", "value")].value, np.cos(t), atol=5e-3)
    np.testing.assert_allclose(seen.wires[Socket("v", "value")].value, -np.sin(t), atol=2e-2)


def test_looks_and_checks_pass_through_derivative_nodes() -> None:
    prepared = prepare(Content(oscillator()), LIBRARY, Data())
    assert {"v", "a"} <= set(evaluable(prepared))
    at = {"w": np.array([0.9, 0.1, -0.3, 0.2, 0.1, -0.05])}
    seen = look(prepared, at)
    t = np.asarray(seen.wires[Socket("t", "value")].value)
    u = np.polynomial.Polynomial(at["w"])
    np.testing.assert_allclose(seen.wires[Socket("v", "value")].value, u.deriv()(t), rtol=1e-11)
    np.testing.assert_allclose(seen.wires[Socket("a", "value")].value, u.deriv(2)(t), rtol=1e-11)
    assert seen.wires[Socket("a", "value")].cotangent.shape == (9,)
    (found,) = check(prepared, at)
    assert found.passed, found.sentence
