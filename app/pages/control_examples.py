"""Example graphs of operators with bodies: small bodies that do something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.pages.sketch import Sketch
from engine.operator import Library, Operator

CONSTANT, PARAMETER, OPTIMIZER, NUMBER = (
    "inputs.constant", "parameters.parameter", "optimizers.optimizer", "views.number",
)  # fmt: skip
IN, OUT = "control.input", "control.output"


def _descends(sketch: Sketch, node: str, output: str) -> Sketch:
    """Show an output, and let an optimizer bring its square down."""
    square, descent = sketch.add("elementwise.square"), sketch.add(OPTIMIZER, steps=200, learning_rate=0.01)
    sketch.join(node, output, sketch.add(NUMBER), "x")
    sketch.join(node, output, square, "x")
    sketch.join(square, "value", descent, "loss")
    return sketch


def _branch(operator: Operator, library: Library) -> Sketch:
    """The exponential of x where it is positive, else its square."""
    sketch = Sketch()
    x, positive, branch = (
        sketch.add(PARAMETER, "x", value=1.5),
        sketch.add("elementwise.greater"),
        sketch.add("control.branch"),
    )
    sketch.join(x, "value", positive, "x")
    sketch.join(sketch.add(CONSTANT, "zero"), "value", positive, "y")
    sketch.join(positive, "value", branch, "condition")
    sketch.join(x, "value", branch, "xs.0")
    for body, does in (("then", "elementwise.exp"), ("otherwise", "elementwise.square")):
        inside = f"{branch}.{body}"
        given, node, result = sketch.add(IN, "", inside), sketch.add(does, "", inside), sketch.add(OUT, "", inside)
        sketch.join(given, "value", node, "x")
        sketch.join(node, "value", result, "value")
    return _descends(sketch, branch, "value")


def _loop(sketch: Sketch, extra: str = "") -> Sketch:
    """Five times the cosine, from x on; of x plus what `extra` gives where one is named."""
    x, loop = sketch.add(PARAMETER, "x", value=1.0), sketch.add("control.for", times=5)
    sketch.join(x, "value", loop, "carry.0")
    given, cosine, result = (
        sketch.add(IN, "", loop),
        sketch.add("elementwise.cos", "", loop),
        sketch.add(OUT, "", loop, name="x"),
    )
    at = given
    if extra:
        more = sketch.add(extra, "", loop, **({"node": x} if extra == "control.outer" else {}))
        at = sketch.add("elementwise.add", "", loop)
        sketch.join(given, "value", at, "x")
        sketch.join(more, "value", at, "y")
    sketch.join(at, "value", cosine, "x")
    sketch.join(cosine, "value", result, "value")
    return _descends(sketch, loop, "x")


def _for(operator: Operator, library: Library) -> Sketch:
    return _loop(Sketch())


def _outer(operator: Operator, library: Library) -> Sketch:
    return _loop(Sketch(), "control.outer")


def _iteration(operator: Operator, library: Library) -> Sketch:
    return _loop(Sketch(), "control.iteration")


def _scan(operator: Operator, library: Library) -> Sketch:
    """A running sum that forgets: each item is added to half of what was."""
    sketch = Sketch()
    items, scan = sketch.add(PARAMETER, "items", value=(1.0, 2.0, -1.0, 0.5)), sketch.add("control.scan")
    sketch.join(sketch.add(CONSTANT, "start"), "value", scan, "carry.0")
    sketch.join(items, "value", scan, "sequence.0")
    before, item = sketch.add(IN, "", scan), sketch.add(IN, "", scan, name="item")
    half = sketch.add(CONSTANT, "half", scan, value=0.5)
    times, plus = (sketch.add(does, "", scan) for does in ("elementwise.multiply", "elementwise.add"))
    sketch.join(before, "value", times, "x")
    sketch.join(half, "value", times, "y")
    sketch.join(times, "value", plus, "x")
    sketch.join(item, "value", plus, "y")
    for name in ("x", "y"):
        sketch.join(plus, "value", sketch.add(OUT, "", scan, name=name), "value")
    sketch.join(scan, "y", sketch.add("views.line_plot"), "y")
    return _descends(sketch, scan, "x")


def _while(operator: Operator, library: Library) -> Sketch:
    """Doubled until it is at least a hundred."""
    sketch = Sketch()
    loop = sketch.add("control.while")
    sketch.join(sketch.add(PARAMETER, "x", value=1.0), "value", loop, "carry.0")
    asked, body = f"{loop}.condition", f"{loop}.body"
    less, most = sketch.add("elementwise.less", "", asked), sketch.add(CONSTANT, "hundred", asked, value=100.0)
    sketch.join(sketch.add(IN, "", asked), "value", less, "x")
    sketch.join(most, "value", less, "y")
    sketch.join(less, "value", sketch.add(OUT, "", asked, name="continue"), "value")
    twice, two = sketch.add("elementwise.multiply", "", body), sketch.add(CONSTANT, "two", body, value=2.0)
    sketch.join(sketch.add(IN, "", body), "value", twice, "x")
    sketch.join(two, "value", twice, "y")
    sketch.join(twice, "value", sketch.add(OUT, "", body, name="x"), "value")
    return _descends(sketch, loop, "x")


def _called(operator: Operator, library: Library) -> Sketch:
    """A function, called twice, one call on what the other gave."""
    sketch = Sketch()
    function = sketch.add("control.function", "sine plus one")
    given, sine, one = (
        sketch.add(IN, "", function),
        sketch.add("elementwise.sin", "", function),
        sketch.add(CONSTANT, "one", function, value=1.0),
    )
    plus = sketch.add("elementwise.add", "", function)
    sketch.join(given, "value", sine, "x")
    sketch.join(sine, "value", plus, "x")
    sketch.join(one, "value", plus, "y")
    sketch.join(plus, "value", sketch.add(OUT, "", function), "value")
    at = sketch.add(PARAMETER, "x", value=0.5)
    for _ in range(2):
        call = sketch.add("control.call", function=function)
        sketch.join(at, "value", call, "xs.0")
        at = call
    return _descends(sketch, at, "value")


def _ode(operator: Operator, library: Library) -> Sketch:
    """What decays at a rate that is looked for: y' = -k y."""
    sketch = Sketch()
    rate, ode = sketch.add(PARAMETER, "rate", value=0.5), sketch.add("dynamics.ode", end=4.0, points=21)
    sketch.join(sketch.add(CONSTANT, "start", value=1.0), "value", ode, "start.0")
    state, read = sketch.add(IN, "", ode, name="y"), sketch.add("control.outer", "", ode, node=rate)
    times, minus = sketch.add("elementwise.multiply", "", ode), sketch.add("elementwise.negative", "", ode)
    sketch.join(state, "value", times, "x")
    sketch.join(read, "value", times, "y")
    sketch.join(times, "value", minus, "x")
    sketch.join(minus, "value", sketch.add(OUT, "", ode, name="y"), "value")
    mean = sketch.add("reductions.mean")
    sketch.join(ode, "y", sketch.add("views.line_plot"), "y")
    sketch.join(ode, "y", mean, "x")
    return _descends(sketch, mean, "value")


def _implicit(operator: Operator, library: Library) -> Sketch:
    """Kepler's equation: the angle x = m + e sin x of an orbit whose eccentricity e is looked for."""
    sketch = Sketch()
    bent, solve = sketch.add(PARAMETER, "eccentricity", value=0.5), sketch.add("dynamics.implicit")
    mean = sketch.add(CONSTANT, "mean anomaly", value=1.0)
    sketch.join(mean, "value", solve, "start.0")
    angle, sine = sketch.add(IN, "", solve), sketch.add("elementwise.sin", "", solve)
    read, around = (sketch.add("control.outer", "", solve, node=node) for node in (bent, mean))
    times, plus = (sketch.add(does, "", solve) for does in ("elementwise.multiply", "elementwise.add"))
    sketch.join(angle, "value", sine, "x")
    sketch.join(sine, "value", times, "x")
    sketch.join(read, "value", times, "y")
    sketch.join(times, "value", plus, "x")
    sketch.join(around, "value", plus, "y")
    sketch.join(plus, "value", sketch.add(OUT, "", solve, name="x"), "value")
    return _descends(sketch, solve, "x")


CONTROLLED: Final[Mapping[str, Callable[[Operator, Library], Sketch | None]]] = {
    "control.branch": _branch,
    "control.for": _for,
    "control.scan": _scan,
    "control.while": _while,
    "control.function": _called,
    "control.call": _called,
    "control.input": _for,
    "control.output": _for,
    "control.outer": _outer,
    "control.iteration": _iteration,
    "dynamics.ode": _ode,
    "dynamics.implicit": _implicit,
}
"""How an example of each operator with a body, and of what stands in bodies, is made."""
