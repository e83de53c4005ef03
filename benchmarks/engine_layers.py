"""Layers forward and backward against PyTorch on one thread: the digits network, and images of 64 x 64.

Both compute the gradient of one scalar by all weights, from the same numbers, and must agree first.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # before NumPy is loaded

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import autograd.numpy as anp
import numpy as np

from benchmarks.row import Row, side_by_side
from engine.autodiff.approaches import gradient_function
from engine.program.program import Program, Var
from engine.program.record import Recorder, recording
from engine.types import ArrayType
from nodes.library import LIBRARY

BOUND: Final = 2.0
"""Times PyTorch's that a gradient may take."""


def node(id: str, **settings: Any) -> Callable[..., Any]:
    """Return what a node computes, its other settings at their defaults."""
    declared = LIBRARY[id]
    whole = {name: each.default for name, each in declared.settings.items()} | settings
    return lambda *xs: declared.function(*xs, **whole)  # type: ignore[misc]


@dataclass(frozen=True)
class Case:
    """A scalar of arrays, ours and PyTorch's; it is differentiated by the arrays from number `first` on."""

    name: str
    arrays: Sequence[np.ndarray]
    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    first: int = 0


def _random(*shape: int, scale: float = 1.0, dtype: str = "float32") -> np.ndarray:
    return (scale * np.random.default_rng(list(shape)).normal(size=shape)).astype(dtype)


CONVOLVE, POOL, MEAN_POOL = (
    node("signal.correlate_2d", boundary="zero"), node("signal.max_pool_2d"), node("signal.average_pool_2d")
)  # fmt: skip
ATTEND = node("neural.attention")


def _square_mean(x: Any) -> Any:
    return anp.mean(x * x)


def _digits(images: Any, labels: Any, k1: Any, k2: Any, weights: Any, bias: Any) -> Any:
    """The network of the sample digits_convolution."""
    x = POOL(anp.maximum(CONVOLVE(images, k1), 0.0))
    x = anp.maximum(CONVOLVE(x, k2), 0.0)
    scores = anp.reshape(x, (x.shape[0], -1)) @ weights + bias
    top = anp.max(scores, axis=1, keepdims=True)
    logs = scores - top - anp.log(anp.sum(anp.exp(scores - top), axis=1, keepdims=True))
    return -anp.mean(anp.sum(labels * logs, axis=1))


def _torch_digits(images: Any, labels: Any, k1: Any, k2: Any, weights: Any, bias: Any) -> Any:
    from torch.nn import functional

    x = functional.max_pool2d(functional.relu(functional.conv2d(images, k1, padding=1)), 2)
    x = functional.relu(functional.conv2d(x, k2, padding=1))
    return functional.cross_entropy(x.flatten(1) @ weights + bias, labels)


def cases(dtype: str) -> tuple[Case, ...]:
    """Return the digits network, and each layer on one image or sequence, in a precision."""
    from torch.nn import functional

    def drawn(*shape: int, scale: float = 1.0) -> np.ndarray:
        return _random(*shape, scale=scale, dtype=dtype)

    labels = np.eye(10, dtype=dtype)[np.random.default_rng(1).integers(0, 10, 32)]
    image, kernel = drawn(1, 8, 64, 64), drawn(16, 8, 3, 3, scale=0.2)
    places = [drawn(4, 64, 32), drawn(4, 64, 32, scale=0.5), drawn(4, 64, 32, scale=2.0)]
    return (
        Case(
            "digits network, batch 32",
            (drawn(32, 1, 8, 8), labels, drawn(8, 1, 3, 3), drawn(16, 8, 3, 3), drawn(256, 10), drawn(10)),
            _digits,
            _torch_digits,
            first=2,
        ),
        Case(
            "the same network on 64 x 64, batch 4",
            (
                drawn(4, 1, 64, 64),
                labels[:4],
                drawn(8, 1, 3, 3),
                drawn(16, 8, 3, 3),
                drawn(16 * 32 * 32, 10, scale=0.01),
                drawn(10),
            ),
            _digits,
            _torch_digits,
            first=2,
        ),
        Case(
            "convolution 8 to 16 channels, 64 x 64",
            (image, kernel),
            lambda x, k: _square_mean(CONVOLVE(x, k)),
            lambda x, k: functional.conv2d(x, k, padding=1).square().mean(),
        ),
        Case(
            "convolution 1 to 1 channel, 64 x 64",
            (drawn(1, 1, 64, 64), drawn(1, 1, 5, 5)),
            lambda x, k: _square_mean(CONVOLVE(x, k)),
            lambda x, k: functional.conv2d(x, k, padding=2).square().mean(),
        ),
        Case(
            "max pooling, 8 x 64 x 64",
            (image,),
            lambda x: _square_mean(POOL(x)),
            lambda x: functional.max_pool2d(x, 2).square().mean(),
        ),
        Case(
            "average pooling, 8 x 64 x 64",
            (image,),
            lambda x: _square_mean(MEAN_POOL(x)),
            lambda x: functional.avg_pool2d(x, 2).square().mean(),
        ),
        Case(
            "attention, 4 x 64 places of 32",
            places,
            lambda q, k, v: _square_mean(ATTEND(q, k, v)),
            lambda q, k, v: functional.scaled_dot_product_attention(q, k, v).square().mean(),
        ),
    )


def ours(case: Case) -> Callable[[], Sequence[Any]]:
    """Return our gradient as it is by default: static, on numpy_code."""
    program, of, wrt = recorded(case)
    function = gradient_function(program, of, wrt, "static", "numpy_code")
    values = list(case.arrays)
    return lambda: function(values)[1]


def recorded(case: Case) -> tuple[Program, Var, Sequence[Var]]:
    """Return the case as a program, its scalar, and the inputs it is differentiated by."""
    with recording():
        recorder = Recorder()
        boxes = [
            recorder.input("parameter", f"x{k}", ArrayType(each.shape, each.dtype.name))
            for k, each in enumerate(case.arrays)
        ]
        program = recorder.program([recorder.var(case.ours(*boxes))], ["loss"])
    return program, program.outputs[0], [each.var for each in program.inputs[case.first :]]


def theirs(case: Case) -> Callable[[], Sequence[Any]]:
    """Return PyTorch's gradient, eager."""
    import torch

    torch.set_num_threads(1)
    tensors = [torch.tensor(each, requires_grad=k >= case.first) for k, each in enumerate(case.arrays)]
    return lambda: torch.autograd.grad(case.theirs(*tensors), tensors[case.first :])


def rows() -> Iterable[Row]:
    """Yield how many times PyTorch's time each gradient takes, in both precisions."""
    for dtype, tolerance in (("float32", 2e-4), ("float64", 1e-9)):
        for case in cases(dtype):
            one, other = ours(case), theirs(case)
            for found, wanted in zip(one(), other(), strict=True):
                size = float(np.abs(wanted.numpy()).max())
                if not np.allclose(found, wanted.numpy(), rtol=tolerance, atol=tolerance * size):
                    raise AssertionError(f"{case.name}, {dtype}: the gradients differ")
            mine, pytorch = side_by_side(lambda one=one: _times(one), lambda other=other: _times(other), repeats=25)
            detail = f"{mine / REPEATS * 1e6:.0f} us / {pytorch / REPEATS * 1e6:.0f} us"
            yield Row(f"{case.name}, {dtype}: numpy_code / PyTorch", mine / pytorch, BOUND, detail=detail)


REPEATS: Final = 10


def _times(function: Callable[[], Any]) -> None:
    for _ in range(REPEATS):
        function()
