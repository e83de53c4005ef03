"""An example graph for each operator: its first sample wired into it, what comes out shown, and, where there is a
derivative, a loss and an optimizer, so that it can be run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from app.pages.control_examples import CONTROLLED
from app.pages.page import plain
from app.pages.sketch import Sketch
from engine.arrangement import placed
from engine.graph import Content, Socket
from engine.infer import infer
from engine.operator import Kind, Library, Operator
from engine.problems import validate
from engine.types import ArrayType, RecordType, TupleType, Type, leaves

CONSTANT, PARAMETER, MEAN, OPTIMIZER = (
    "inputs.constant",
    "parameters.parameter",
    "reductions.mean",
    "optimizers.optimizer",
)
RATE: Final = 0.01
STEPS: Final = 200
NUMBERS: Final = ((1.0, 2.0, 0.5), (0.0, -1.0, 1.5), (2.0, 0.5, -0.5), (1.0, 1.0, 1.0))
"""What views of matrices show."""
CLASSES: Final = (0, 1, 2, 1)
"""A class for each row of it."""
PLACES: Final = (0.0, 1.0, 2.0, 3.0)

VIEWED: Final[Mapping[str, Mapping[str, Any]]] = {
    "views.line_plot": {"y": (0.0, 1.0, 4.0, 9.0), "x": PLACES},
    "views.scatter_fit": {"x": PLACES, "y": (0.1, 0.9, 2.2, 2.9), "fit": PLACES},
    "views.image": {"x": NUMBERS},
    "views.heat_map": {"x": NUMBERS},
    "views.image_grid": {
        "images": (NUMBERS, NUMBERS, NUMBERS, NUMBERS),
        "labels": CLASSES,
        "predictions": (0, 1, 1, 1),
    },
    "views.histogram": {"x": (0.0, 0.4, 0.5, 1.0, 1.1, 1.2, 1.6, 3.0)},
    "views.bar": {"heights": (3.0, -1.0, 2.0)},
    "views.table": {"x": NUMBERS},
    "views.contour": {"z": NUMBERS},
    "views.vector_field": {"u": NUMBERS, "v": NUMBERS},
    "views.confusion_matrix": {"prediction": NUMBERS, "target": CLASSES},
    "views.text": {"xs.0": 0.5},
    "views.number": {"x": 0.5},
    "views.probe": {"x": (1.0, 2.0)},
}
"""What is wired into each view; the decision boundary has a small network."""
FILES: Final[Mapping[str, Mapping[str, Any]]] = {
    "inputs.image": {"file": "asset:camera.png"},
    "inputs.table": {
        "file": "asset:hubble.csv",
        "columns": (("distance", "number", ("distance_mpc",)), ("velocity", "number", ("velocity_km_s",))),
    },
}
"""Settings of sources that read a file: a bundled one."""


def example(operator: Operator, library: Library) -> Content | None:
    """Return an example graph with the operator in it, arranged; None where there is none to be made from its
    declaration."""
    make = SPECIAL.get(operator.id) or BY_KIND.get(operator.kind)
    sketch = make(operator, library) if make is not None else None
    return None if sketch is None else placed(Content(sketch.graph), library)


# Operators with samples -----------------------------------------------------------------------------------------------


def _with_samples(operator: Operator, library: Library) -> Sketch | None:
    if not operator.samples:
        return None
    sketch = Sketch()
    sample = operator.samples[0]
    node = sketch.add(operator.id, **dict(sample.settings))
    trained = False
    for (name, wanted), value in zip(_sockets(operator, len(sample.inputs)), sample.inputs, strict=False):
        trains = wanted in operator.adds if operator.adds else not trained
        declared = next(each for each in operator.inputs if each.name == wanted)
        source, output, moved = _given(
            sketch, plain(value), name.replace("_", " "), trains=trains and declared.differentiable
        )
        trained = trained or moved
        sketch.join(source, output, node, name)
    outputs = operator.outputs_for(sketch.nodes[node])
    kinds = infer(sketch.graph, library).types
    _show(sketch, node, outputs[0].name, kinds.get(Socket(node, outputs[0].name)))
    if trained:
        _descend(sketch, library, node, [(o.name, kinds.get(Socket(node, o.name))) for o in outputs])
    return sketch


def _sockets(operator: Operator, count: int) -> Iterable[tuple[str, str]]:
    """Return (socket, input) for so many arguments in order."""
    for each in operator.inputs:
        if each.variadic:
            rest = count - len(operator.inputs) + 1
            yield from ((f"{each.name}.{k}", each.name) for k in range(rest))
        else:
            yield each.name, each.name


def _given(sketch: Sketch, value: Any, name: str, *, trains: bool) -> tuple[str, str, bool]:
    """Add nodes that give this value; return node, output, and whether a parameter is among them."""
    if isinstance(value, tuple):
        parts = [_given(sketch, each, f"{name} {k}", trains=trains) for k, each in enumerate(value)]
        pack = sketch.add("shape.pack")
        for k, (source, output, _) in enumerate(parts):
            sketch.join(source, output, pack, f"xs.{k}")
        return pack, "value", any(moved for *_, moved in parts)
    if isinstance(value, Mapping):
        record = sketch.add("shape.record", names=tuple(value))
        moved = False
        for k, (key, each) in enumerate(value.items()):
            source, output, moves = _given(sketch, each, key, trains=trains)
            sketch.join(source, output, record, f"xs.{k}")
            moved = moved or moves
        return record, "value", moved
    if value.dtype.kind == "c":
        joined = sketch.add("elementwise.complex")
        for part, socket in ((value.real, "x"), (value.imag, "y")):
            source, output, moved = _given(
                sketch, part, f"{name} {'real' if socket == 'x' else 'imaginary'}", trains=trains
            )
            sketch.join(source, output, joined, socket)
        return joined, "value", trains
    if trains and value.dtype.kind == "f":
        dtype = {} if value.dtype == np.float64 else {"dtype": value.dtype.name}
        return sketch.add(PARAMETER, name, value=value, **dtype), "value", True
    dtype = {} if value.dtype == np.float64 else {"dtype": value.dtype.name}
    return sketch.add(CONSTANT, name, value=value, **dtype), "value", False


def _show(sketch: Sketch, node: str, output: str, kind: Type | None) -> None:
    """Add the view that shows most of such a value."""
    rank = len(kind.shape) if isinstance(kind, ArrayType) else None
    real = isinstance(kind, ArrayType) and not kind.dtype.startswith("complex") and 0 not in kind.shape
    view, socket = {1: ("views.bar", "heights"), 2: ("views.heat_map", "x")}.get(rank or 0, ("views.probe", "x"))
    sketch.join(node, output, *((sketch.add(view), socket) if real else (sketch.add("views.probe"), "x")))


def _descend(sketch: Sketch, library: Library, node: str, outputs: list[tuple[str, Type | None]]) -> None:
    """Add a loss and an optimizer where an output has derivatives; take them back where nothing can be trained."""
    before = (dict(sketch.nodes), set(sketch.wires))
    found = next(((n, k) for n, k in outputs if k is not None and any(leaf.differentiable for leaf in leaves(k))), None)
    if found is None:
        return
    source, output, kind = node, *found
    while isinstance(kind, TupleType | RecordType):
        first, inner = (0, kind.items[0]) if isinstance(kind, TupleType) else kind.fields[0]
        picked = {"index": first} if isinstance(kind, TupleType) else {"name": first}
        source, output, kind = (
            _through(sketch, "shape.unpack" if "index" in picked else "shape.field", source, output, picked),
            "value",
            inner,
        )
    if isinstance(kind, ArrayType) and kind.dtype.startswith("complex"):
        source, output = _through(sketch, "elementwise.abs", source, output), "value"
    if isinstance(kind, ArrayType) and kind.shape:
        source, output = _through(sketch, MEAN, source, output), "value"
    descent = sketch.add(OPTIMIZER, method="gradient_descent", learning_rate=RATE, steps=STEPS)
    sketch.join(source, output, descent, "loss")
    if any(problem.severity == "error" for problem in validate(sketch.graph, library)):
        sketch.nodes, sketch.wires = before


def _through(
    sketch: Sketch, operator: str, source: str, output: str, settings: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """Add a node behind an output; return its id."""
    node = sketch.add(operator, **settings)
    sketch.join(source, output, node, "x")
    return node


# Other kinds ----------------------------------------------------------------------------------------------------------


def _source(operator: Operator, library: Library) -> Sketch | None:
    if "file" in operator.settings and operator.id not in FILES:
        return None
    sketch = Sketch()
    node = sketch.add(operator.id, **FILES.get(operator.id, {}))
    for output in operator.outputs_for(sketch.nodes[node])[:1]:
        sketch.join(node, output.name, sketch.add("views.probe"), "x")
    return sketch


def _trained(operator: Operator, library: Library) -> Sketch:
    """A parameter moved to where a loss is least."""
    sketch = Sketch()
    weight = sketch.add(PARAMETER, "x", value=3.0)
    square, descent = sketch.add("elementwise.square"), sketch.add(OPTIMIZER, steps=STEPS, learning_rate=0.1)
    sketch.join(weight, "value", square, "x")
    sketch.join(square, "value", descent, "loss")
    sketch.join(square, "value", sketch.add("views.number"), "x")
    return sketch


def _viewed(operator: Operator, library: Library) -> Sketch:
    sketch = Sketch()
    view = sketch.add(operator.id)
    for name, value in VIEWED[operator.id].items():
        array = np.asarray(value)
        dtype = {} if array.dtype == np.float64 else {"dtype": array.dtype.name}
        sketch.join(sketch.add(CONSTANT, name.removesuffix(".0"), value=array, **dtype), "value", view, name)
    return sketch


def _boundary(operator: Operator, library: Library) -> Sketch:
    """Moons told apart by a small network."""
    sketch = Sketch()
    data, view, loss = sketch.add("inputs.moons"), sketch.add(operator.id), sketch.add("losses.cross_entropy")
    at = (data, "points")
    for units, bend in ((8, True), (2, False)):
        layer = sketch.add("neural.dense", units=units)
        sketch.join(*at, layer, "x")
        for socket, initial in (("weights", "glorot_uniform"), ("bias", "zeros")):
            sketch.join(sketch.add(PARAMETER, f"{socket} {units}", initial=initial), "value", layer, socket)
        at = (layer, "value")
        if bend:
            tanh = sketch.add("activations.tanh")
            sketch.join(*at, tanh, "x")
            at = (tanh, "value")
    descent = sketch.add(OPTIMIZER, method="adam", learning_rate=0.03, steps=600)
    for source, target in (
        ((data, "points"), (view, "points")), ((data, "labels"), (view, "target")), (at, (view, "prediction")),
        (at, (loss, "logits")), ((data, "labels"), (loss, "labels")), ((loss, "value"), (descent, "loss")),
    ):  # fmt: skip
        sketch.join(*source, *target)
    return sketch


def _derivative(operator: Operator, library: Library) -> Sketch | None:
    """A derivative node over a stretch from x to the sum of its squares, or to the squares themselves."""
    names = {each.name for each in operator.inputs}
    if not {"of", "wrt"} <= names:
        return None
    sketch = Sketch()
    x, square = sketch.add(CONSTANT, "x", value=(1.0, -2.0, 0.5)), sketch.add("elementwise.square")
    node = sketch.add(operator.id)
    sketch.join(x, "value", square, "x")
    of = square
    if operator.short not in ("jacobian", "jvp", "vjp"):
        of = sketch.add("reductions.sum")
        sketch.join(square, "value", of, "x")
    sketch.join(of, "value", node, "of")
    sketch.join(x, "value", node, "wrt")
    if "vector" in names:
        sketch.join(sketch.add(CONSTANT, "vector", value=(1.0, 0.0, 1.0)), "value", node, "vector")
    kind = infer(sketch.graph, library).types.get(Socket(node, operator.outputs[0].name))
    _show(sketch, node, operator.outputs[0].name, kind)
    return sketch


BY_KIND: Final[Mapping[Kind, Callable[[Operator, Library], Sketch | None]]] = {
    Kind.FUNCTION: _with_samples,
    Kind.RANDOM: _with_samples,
    Kind.STATEFUL: _with_samples,
    Kind.BATCH: _with_samples,
    Kind.SOURCE: _source,
    Kind.PARAMETER: _trained,
    Kind.VIEW: _viewed,
    Kind.HIGHER_ORDER: _derivative,
}
SPECIAL: Final[Mapping[str, Callable[[Operator, Library], Sketch | None]]] = {
    OPTIMIZER: _trained,
    "views.decision_boundary": _boundary,
    **CONTROLLED,
}
