"""The samples of control flow reach the figures that others have published, next to independent implementations."""

from __future__ import annotations

import csv
import itertools
import math
import tracemalloc
from dataclasses import replace

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from app.cli import main
from engine import compare as comparing
from engine.autodiff.approaches import gradient_function, refusal
from engine.autodiff.names import APPROACHES, BACKENDS
from engine.binding import bind
from engine.evaluate import gradient, loss_program
from engine.graph import Graph, Node, Socket, Wire
from engine.viewing import watch
from tests import sizes
from tests.engine.autodiff.test_literature import descended
from tests.samples.opened import ASSETS, ROOT, notes, sample, wires

MODES = list(itertools.product(("reverse", "forward"), repeat=2))
PAIRS = [(approach, backend) for approach in APPROACHES for backend in BACKENDS if refusal(approach, backend) is None]

# Sine by its Taylor series


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_sine_s_derivative_at_1_in_every_approach_on_every_backend(pair):
    """Innes et al. (2019): the loss is made the series itself, and its derivative 0.540302303791887."""
    if pair[1] == "xla":
        pytest.importorskip("jax")
    graph = sample("taylor_sine").graph
    rest = frozenset(wire for wire in graph.wires if wire.target != Socket("optimizer_1", "loss"))
    bare = Graph(graph.nodes, rest | {Wire(Socket("call_1", "value"), Socket("optimizer_1", "loss"))})
    opened = sample("taylor_sine").with_setting("parameter_1", "value", 1.0)
    nodes = {**bare.nodes, "parameter_1": opened.graph.nodes["parameter_1"]}
    prepared = replace(opened, content=replace(opened.content, graph=Graph(nodes, bare.wires))).prepare()
    found = gradient(prepared, approach=pair[0], backend=pair[1])
    slope, value = found.gradients["parameter_1"], found.loss
    assert float(slope) == pytest.approx(0.540302303791887, abs=1e-12)
    assert float(value) == pytest.approx(math.sin(1.0), abs=1e-8)


# GradBench's particle


def particle(inner):
    """Return the sample with the force taken backwards (as it is) or forwards: a JVP for each Gradient node."""
    opened = sample("charged_particle")
    if inner == "reverse":
        return opened
    nodes, added = dict(opened.graph.nodes), set()
    nodes["one"] = Node("one", "inputs.constant", settings={"value": 1.0}, inside="while_1.body")
    for id in ("gradient_1", "gradient_2"):
        nodes[id] = replace(nodes[id], operator="gradients.jvp")
        added.add(Wire(Socket("one", "value"), Socket(id, "vector")))
    graph = Graph(nodes, opened.graph.wires | added)
    return replace(opened, content=replace(opened.content, graph=graph))


@pytest.mark.parametrize(("outer", "inner"), MODES)
def test_the_particle_by_each_pair_of_modes(outer, inner):
    """f(0) = 3.199079, f'(0) = -19.4046 and w* = 0.2071918746486116, where GradBench's descent ends."""
    prepared = particle(inner).prepare()
    loss = loss_program(prepared)
    wrt = [each.var for each in loss.inputs]
    run = gradient_function(loss.program, loss.var, wrt, "forward" if outer == "forward" else "static", "numpy_code")

    def slope(w):
        (value, *_), (g,) = run(bind(loss.program, prepared, {"parameter_1": np.float64(w)}, step=0))
        return float(value), float(g)

    value, g = slope(0.0)
    assert value == pytest.approx(3.199079, abs=5e-7)
    assert g == pytest.approx(-19.4046, abs=5e-5)
    assert descended(slope, 0.0) == pytest.approx(0.2071918746486116, rel=1e-11)


# GradBench's saddle

SADDLE = 8.246324826140356e-06


@pytest.mark.parametrize(("outer", "inner"), MODES)
def test_the_saddle_by_each_pair_of_modes(outer, inner):
    graph = sample("saddle_by_nested_descent")
    code = graph.graph.nodes["python_1"].settings["code"]
    line = "outer, inner = reverse, forward\n"
    assert code.count(line) == 1
    changed = graph.with_setting("python_1", "code", code.replace(line, f"outer, inner = {outer}, {inner}\n"))
    asked = Socket("python_1", "value")
    found = watch(changed.prepare(), [asked]).values({"parameter_1": np.array([0.9, -0.4])}, 0)[asked]
    np.testing.assert_allclose(found, [SADDLE] * 4, rtol=1e-11)


def test_the_saddle_s_outer_descent_ends_at_0():
    graph = sample("saddle_by_nested_descent")
    run = graph.run().only
    assert (run.steps, float(np.max(np.abs(run.parameters["a"]))) < 2e-6) == (60, True)
    start = graph.gradient()[0]
    np.testing.assert_allclose(start.gradients["a"], [1.8, -0.8], rtol=1e-12)
    for figure in (str(SADDLE), "After 60 steps", "to 2e-6"):
        assert figure in notes("saddle_by_nested_descent")


# Myia's cube


@pytest.mark.parametrize("n", [0, 1, 3, 7])
def test_powers_by_recursion_and_their_two_derivatives(n):
    found = wires(sample("cube_by_recursion").with_setting("constant_1", "value", float(n)))
    x = found["linspace_1.value"]
    np.testing.assert_allclose(found["call_1.value"], x**n, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(found["gradient_1.value"], n * x ** max(n - 1, 0), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(found["gradient_2.value"], n * (n - 1) * x ** max(n - 2, 0), rtol=1e-13, atol=1e-13)


def test_newton_finds_the_factor_of_the_cube():
    run = sample("cube_by_recursion").run().only
    assert float(run.parameters["factor a"]) == pytest.approx(2, abs=1e-12)
    for figure in ("3x² and the second 6x", "a = 2"):
        assert figure in notes("cube_by_recursion")


# Theano's loops


def test_the_three_loops_of_theano():
    graph = sample("loops_of_theano")
    run = graph.run().only
    np.testing.assert_allclose(run.parameters["weights W"], [[0.5, -1], [1, 0.25]], atol=1e-12)
    np.testing.assert_allclose(run.parameters["bias b"], [0.5, 0.5], atol=1e-12)
    assert run.steps == 600
    found = wires(graph, run)
    x = found["random_normal_1.value"]
    w, b = run.parameters["weights W"], run.parameters["bias b"]
    np.testing.assert_allclose(found["scan_1.y"], np.tanh(x @ w + b), rtol=1e-14)
    assert (float(found["while_1.p"]), int(found["while_1.steps"])) == (64.0, 6)
    for figure in ("after 600 steps", "0, 1, 4, … 81", "64, after 6 doublings"):
        assert figure in notes("loops_of_theano")


@pytest.mark.parametrize("k", [0, 1, 2, 5])
def test_powers_of_a_vector_by_a_count_on_a_wire(k):
    found = wires(sample("loops_of_theano").with_setting("constant_2", "value", float(k)))
    a = np.arange(10.0)
    np.testing.assert_allclose(found["for_1.power"], a**k, rtol=1e-14)
    np.testing.assert_allclose(found["gradient_1.value"], k * a ** max(k - 1, 0), rtol=1e-14)


# Checkpoints and stability


def measured(graph):
    """Return the derivative of the 400 steps and the most bytes that were in use for it."""
    prepared, asked = graph.prepare(), Socket("gradient_2", "value")
    seen = watch(prepared, [asked])
    seen.values(prepared.parameters, 0)
    tracemalloc.start()
    try:
        found = seen.values(prepared.parameters, 0)[asked]
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("memory", "kept"), [("every", 20), ("binomial", 20), ("online", 40)])
def test_checkpoints_take_a_quarter_of_the_memory_for_the_same_derivative(memory, kept):
    graph = sample("checkpoints_and_stability")
    assert graph.graph.nodes["for_2"].settings["memory"] == "every"
    everything, most = measured(graph.with_setting("for_2", "memory", "save all"))
    found, bytes_used = measured(graph.with_setting("for_2", "memory", memory).with_setting("for_2", "kept", kept))
    np.testing.assert_allclose(found, everything, rtol=1e-12)
    assert bytes_used < most / 4
    x = slope = np.linspace(-3, 3, 1000)
    slope = np.ones(1000)
    for _ in range(400):
        slope, x = slope * (1 + 0.01 * np.cos(x)), x + 0.01 * np.sin(x)
    np.testing.assert_allclose(found, slope, rtol=1e-11)


def test_a_logarithm_of_an_exponential_that_overflows():
    graph = sample("checkpoints_and_stability").with_setting("parameter_3", "value", 800.0)
    prepared = graph.prepare()
    assert np.isinf(wires(graph)["exp_1.value"]), "what is on the wire is as it is"
    found = gradient(prepared, approach="static")
    assert (found.loss, float(found.gradients["parameter_3"])) == (800.0, 1.0)
    run = sample("checkpoints_and_stability").run().only
    assert (run.steps, float(run.parameters["parameter_3"])) == (100, pytest.approx(600))
    for figure in ("the loss is 800 and its slope 1", "100 steps from 700 end at 600"):
        assert figure in notes("checkpoints_and_stability")


# A network that follows trees

TREE = {
    "classes": "class weights", "words": "word vectors", "leaf": "leaf weights", "leaf_bias": "leaf bias",
    "pair": "pair weights", "pair_bias": "pair bias",
}  # fmt: skip


def forest():
    """Return the trees, sentences and words of the asset."""
    with np.load(ASSETS / "sentiment_trees.npz", allow_pickle=False) as data:
        return data["trees"].astype(int), data["sentences"].tolist(), data["words"].tolist()


def sigmoid(x):
    return 1 / (1 + anp.exp(-x))


def miss(p, tree, place=0):
    """Return (h, c, loss) of a subtree: a binary TreeLSTM, written for autograd."""
    word, left, right, kind = tree[place]
    if word >= 0:
        i, o, u = anp.reshape(anp.dot(p["words"][word], p["leaf"]) + p["leaf_bias"], (3, 30))
        c, below = sigmoid(i) * anp.tanh(u), 0.0
    else:
        (h1, c1, one), (h2, c2, other) = miss(p, tree, left), miss(p, tree, right)
        joined = anp.dot(anp.concatenate([h1, h2]), p["pair"]) + p["pair_bias"]
        i, f1, f2, o, u = anp.reshape(joined, (5, 30))
        c, below = sigmoid(i) * anp.tanh(u) + sigmoid(f1) * c1 + sigmoid(f2) * c2, one + other
    h = sigmoid(o) * anp.tanh(c)
    scores = anp.dot(h, p["classes"])
    return h, c, below + anp.log(anp.sum(anp.exp(scores))) - scores[kind]


def test_the_classes_of_the_trees_follow_the_stated_rules():
    """assets/SOURCES.md: what each word is worth, what not, very, and and but do."""
    worth = {"superb": 2, "good": 1, "fine": 1, "clever": 1, "dull": -1, "bad": -1, "weak": -1, "awful": -2}
    turned = {2: -1, 1: -1, 0: 0, -1: 1, -2: 0}
    trees, sentences, words = forest()

    def read(tree, place):
        word, left, right, kind = tree[place]
        if word >= 0:
            text, value = words[word], worth.get(words[word], 0)
        else:
            (first, one), (second, other) = read(tree, left), read(tree, right)
            rules = {"not": turned[other], "very": max(-2, min(2, 2 * other)), "and": other, "but": other}
            both = other if second.startswith("but ") else max(-2, min(2, one + other))
            text, value = f"{first} {second}", rules.get(first, both)
        assert value == kind - 2, text
        return text, value

    assert [read(tree, 0)[0] for tree in trees] == sentences
    assert len(set(sentences)) == 100


def test_the_gradient_of_a_tree_is_autograd_s_and_that_of_central_differences():
    prepared = sample("sentiment_trees").with_setting("minibatch_1", "order", "sequential").prepare()
    names = {
        node: short
        for short, label in TREE.items()
        for node in prepared.parameters
        if prepared.graph.nodes[node].name == label
    }
    p = {names[id]: value for id, value in prepared.parameters.items()}
    tree = forest()[0][0]
    found = gradient(prepared)
    assert found.loss == pytest.approx(float(miss(p, tree)[2]), rel=1e-13)
    wanted = autograd.grad(lambda p: miss(p, tree)[2])(p)
    for id, short in names.items():
        np.testing.assert_allclose(found.gradients[id], wanted[short], rtol=1e-9, atol=1e-12)
    random = np.random.default_rng(0)
    way = {short: random.normal(size=value.shape) for short, value in p.items()}
    ahead, behind = ({short: p[short] + h * way[short] for short in p} for h in (1e-5, -1e-5))
    difference = (miss(ahead, tree)[2] - miss(behind, tree)[2]) / 2e-5
    along = sum(float(np.sum(found.gradients[id] * way[short])) for id, short in names.items())
    assert along == pytest.approx(float(difference), rel=1e-7)


def test_the_loss_per_tree_falls_from_epoch_to_epoch():
    epochs = sizes.count("tree_epochs")
    run = sample("sentiment_trees").run(100 * epochs).only
    means = run.history[:, 0].reshape(epochs, 100).mean(axis=1)
    assert (np.diff(means) < 0).all()
    said = [8.4, 1.2, 0.45, 0.28, 0.21, 0.17][:epochs]
    assert means == pytest.approx(said, abs=0.06)
    right = 0
    labels = {node.name: node.name for node in sample("sentiment_trees").graph.nodes.values()}
    p = {short: run.parameters[labels[label]] for short, label in TREE.items()}
    for tree in forest()[0]:
        right += int(np.argmax(miss(p, tree)[0] @ p["classes"]) == tree[0][3])
    assert right >= (95 if epochs > 2 else 75)
    assert "8.4 on average" in notes("sentiment_trees") and "to 0.17 in the last" in notes("sentiment_trees")


# A network that reads letter by letter


def stretches():
    """Return 199 stretches of 20 letters, as numbers, and what follows each letter."""
    with (ASSETS / "genesis_1.csv").open() as file:
        letters = [row[0] for row in csv.reader(file)][1:]
    known = sorted(set(letters))
    numbers = np.array([known.index(letter) for letter in letters])
    assert (len(letters), len(known)) == (3996, 25)
    return numbers[:3980].reshape(199, 20), numbers[1:3981].reshape(199, 20)


def by_hand(p, steps):
    """Return the losses of so many steps of AdaGrad, backpropagation through time written out."""
    given, following = stretches()
    wx, wh, bh, wy, by = (np.array(each) for each in p)
    moved = (wx, wh, bh, wy, by)
    total, losses = [np.zeros_like(each) for each in moved], []
    for step in range(steps):
        letters, answers = given[step % 199], following[step % 199]
        states, chances, loss = [np.zeros(50)], [], 0.0
        for letter, answer in zip(letters, answers, strict=True):
            states.append(np.tanh(wx[letter] + states[-1] @ wh + bh))
            scores = states[-1] @ wy + by
            odds = np.exp(scores - scores.max())
            chances.append(odds / odds.sum())
            loss -= math.log(chances[-1][answer])
        losses.append(loss)
        dwx, dwh, dbh, dwy, dby = gradients = [np.zeros_like(each) for each in moved]
        later = np.zeros(50)
        for k in reversed(range(20)):
            error = chances[k].copy()
            error[answers[k]] -= 1
            dwy += np.outer(states[k + 1], error)
            dby += error
            inner = (wy @ error + later) * (1 - states[k + 1] ** 2)
            dwx[letters[k]] += inner
            dwh += np.outer(states[k], inner)
            dbh += inner
            later = wh @ inner
        for value, slope, squares in zip(moved, gradients, total, strict=True):
            np.clip(slope, -5, 5, out=slope)
            squares += slope * slope
            value -= 0.1 * slope / (np.sqrt(squares) + 1e-8)
    return np.array(losses)


def test_the_letters_are_learned_as_by_hand():
    steps, graph = sizes.count("letter_steps"), sample("character_rnn")
    prepared = graph.prepare()
    names = ("letter weights", "state weights", "state bias", "output weights", "output bias")
    ids = {node.name: id for id, node in prepared.graph.nodes.items()}
    run = graph.run(steps).only
    losses = run.history[:, 0]
    wanted = by_hand([prepared.parameters[ids[name]] for name in names], steps)
    np.testing.assert_allclose(losses[:100], wanted[:100], rtol=1e-6)  # rounding grows from step to step
    assert losses.mean() == pytest.approx(wanted.mean(), rel=0.01)
    assert losses[0] == pytest.approx(20 * math.log(25), rel=0.02)
    if steps == 5000:
        running = 20 * math.log(25)
        for loss in losses:
            running = 0.999 * running + 0.001 * loss
        assert (f"{losses[-199:].mean():.1f}", f"{running:.1f}") == ("15.6", "17.5")
        assert wanted[-199:].mean() == pytest.approx(losses[-199:].mean(), rel=0.05)
    assert losses[-199:].mean() < (16 if steps == 5000 else 32)
    for figure in ("64.4", "to 15.6 on average", "to 17.5"):
        assert figure in notes("character_rnn")


# All approaches, side by side


@pytest.mark.parametrize("stem", ["cubic_by_network", "taylor_sine", "cube_by_recursion", "sentiment_trees"])
def test_compare_prints_a_table_that_agrees(stem, capsys, monkeypatch):
    """Every approach that can is a line that agrees with the tape's; the others say why they cannot."""
    monkeypatch.setattr(comparing, "SECONDS", 0.01)
    assert main(["compare", str(ROOT / "sample_graphs" / f"{stem}.dgraph")]) == 0
    out = capsys.readouterr().out
    assert "the measure" in out
    for approach in APPROACHES:
        assert f"\n{approach} " in out or f"  {approach} on numpy_code: " in out
    assert "differs" not in out


def test_no_approach_differs_on_what_compare_measures():
    prepared = sample("sentiment_trees").prepare(start="initial")
    found = {each: gradient(prepared, approach=each).gradients for each in APPROACHES if each != "forward"}
    for approach, gradients in found.items():
        for id, value in gradients.items():
            np.testing.assert_allclose(value, found["tape"][id], rtol=1e-10, atol=1e-12, err_msg=approach)
