"""One gradient of two samples: the same function written by hand with autograd, Gradwire's tape, and its NumPy code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import autograd.numpy as np
from autograd import value_and_grad
from autograd.scipy.special import logsumexp

import engine
from benchmarks.row import Row, least, side_by_side
from engine.autodiff.approaches import gradient_function
from engine.binding import bind
from engine.evaluate import loss_program
from engine.graph import Socket
from engine.prepare import Prepared
from engine.training import Trainer
from nodes.library import LIBRARY

SAMPLES = Path(__file__).resolve().parent.parent / "sample_graphs"


def rosenbrock(x: Any, y: Any) -> Any:
    """Rosenbrock's function written with autograd, by the same operations as the graph (`**` would be slower)."""
    return np.square(x - 1.0) + 100.0 * np.square(y - np.square(x))


def network(weights: Any, bias: Any, output_weights: Any, output_bias: Any, features: Any, chosen: Any) -> Any:
    """The iris network written with autograd, by the leanest operations found; `chosen` is 1 at each row's species."""
    hidden = np.tanh(np.dot(features, weights) + bias)
    logits = np.dot(hidden, output_weights) + output_bias
    return -np.sum(chosen * (logits - logsumexp(logits, axis=1, keepdims=True))) / len(features)


def repeated(function: Callable[[], object], times: int) -> Callable[[], None]:
    """Return a function that calls `function` so many times."""

    def run() -> None:
        for _ in range(times):
            function()

    return run


def gradwire(prepared: Prepared, approach: str, backend: str) -> Callable[[], Any]:
    """Return one evaluation of loss and gradient by an approach."""
    loss = loss_program(prepared)
    values = bind(loss.program, prepared, prepared.parameters, step=0)
    function = gradient_function(loss.program, loss.var, [each.var for each in loss.inputs], approach, backend)
    return lambda: function(values)


def hand_written(name: str, prepared: Prepared) -> Callable[[], Any]:
    """Return the same evaluation by autograd alone, after checking that it is the same."""
    parameters = [prepared.parameters[f"parameter_{k + 1}"] for k in range(len(prepared.parameters))]
    if name == "Rosenbrock":
        function, data = value_and_grad(rosenbrock, argnum=(0, 1)), []
    else:
        features, species = (prepared.values[Socket("table_1", name)] for name in ("features", "species"))
        data = [features, np.eye(3)[species]]
        function = value_and_grad(network, argnum=(0, 1, 2, 3))
    loss, gradients = function(*parameters, *data)
    outputs, found = gradwire(prepared, "static", "numpy_code")()
    if not np.allclose(loss, outputs[0]) or not all(np.allclose(a, b) for a, b in zip(gradients, found, strict=True)):
        raise AssertionError(f"{name}: the two do not compute the same")
    return lambda: function(*parameters, *data)


def rows() -> Iterable[Row]:
    """Yield what the tape costs over autograd, and what the NumPy code gains over it."""
    for name, file, times, gain in (
        ("Rosenbrock", "3_rosenbrock_five_optimizers", 300, 10.0),
        ("the iris network", "2_iris_network", 100, 2.0),
    ):
        prepared = engine.open(SAMPLES / f"{file}.dgraph", LIBRARY).prepare()
        by_hand = hand_written(name, prepared)
        hand, tape = side_by_side(repeated(by_hand, times), repeated(gradwire(prepared, "tape", "autograd"), times), 15)
        again, code = side_by_side(
            repeated(by_hand, times), repeated(gradwire(prepared, "static", "numpy_code"), times), 15
        )
        micro = 1e6 / times
        yield Row(
            f"gradient of {name}: tape / autograd by hand",
            tape / hand,
            1.1,
            detail=f"{tape * micro:.1f} us / {hand * micro:.1f} us",
        )
        yield Row(
            f"gradient of {name}: autograd by hand / NumPy code",
            again / code,
            gain,
            at_least=True,
            detail=f"{again * micro:.1f} us / {code * micro:.1f} us",
        )
        yield whole_step(name, prepared, again / times, 2000)


def whole_step(name: str, prepared: Prepared, gradient: float, steps: int) -> Row:
    """Return what a whole training step costs (gradient, update, recording) in gradients by autograd."""

    def train() -> None:
        trainer = Trainer(prepared, steps=steps)
        trainer.run(steps)

    took = least(train, 5) / steps / len(prepared.plans)
    detail = f"{took * 1e6:.1f} us a step, compiling included"
    return Row(f"training {name}: whole step / gradient by autograd", took / gradient, 1.0, detail=detail)
