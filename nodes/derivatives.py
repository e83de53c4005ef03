"""Derivative nodes: the stretch of the graph between two sockets, differentiated. The engine does the work
(engine.autodiff.stretch)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.errors import ShapeError
from engine.limits import ELEMENTS
from engine.operator import Input, Kind, Operator, Output
from engine.types import ArrayType, Shape, Type, shape_text

Kinds = Sequence[Type]
Settings = Mapping[str, Any]

LARGEST = 50_000_000
"""Entries a Jacobian or Hessian may have: 400 MB of float64."""


def _array(kind: Type, socket: str) -> ArrayType:
    if not isinstance(kind, ArrayType):
        raise ShapeError(f"{socket} takes an array, not {kind}: take the arrays out of it first", socket=socket)
    if not kind.differentiable:
        raise ShapeError(
            f"{socket} takes real or complex numbers, and what is wired into it is {kind}: "
            "whole numbers and booleans have no derivative",
            socket=socket,
        )
    return kind


def _real(kind: ArrayType, socket: str) -> ArrayType:
    if kind.dtype.startswith("complex"):
        raise ShapeError(
            f"{socket} takes real numbers, and what is wired into it is {kind}: take its real and imaginary parts",
            socket=socket,
        )
    return kind


def _scalar(kind: Type) -> ArrayType:
    of = _real(_array(kind, "of"), "of")
    if of.shape != ():
        raise ShapeError(
            f"of takes a scalar, and what is wired into it is {of}: take its sum or one entry, or use a Jacobian",
            socket="of",
        )
    return of


def _bounded(shape: Shape, what: str) -> None:
    """Raise ShapeError where a matrix of derivatives is too large to be made."""
    entries = int(np.prod(shape, dtype=object))
    if entries > min(LARGEST, ELEMENTS):
        raise ShapeError(
            f"the {what} would have shape {shape_text(shape)}, {entries:,} entries ({entries * 8 / 1e9:,.1f} GB); "
            f"at most {LARGEST:,} are made: multiply it by a vector instead (a JVP, VJP or HVP node)"
        )


def _direction(kind: Type, like: ArrayType, name: str) -> None:
    vector = _array(kind, "vector")
    if vector.shape not in ((), like.shape):
        raise ShapeError(
            f"vector has shape {shape_text(vector.shape)} and {name} {shape_text(like.shape)}: "
            "they must be equal, or the vector a number",
            socket="vector",
        )
    if vector.dtype.startswith("complex") and not like.dtype.startswith("complex"):
        raise ShapeError(f"vector is {vector} and {name} is {like}: take the vector's real part", socket="vector")


def gradient_type(kinds: Kinds, settings: Settings) -> tuple[Type, ...]:
    """The gradient has the type of what it is taken by."""
    _scalar(kinds[0])
    return (_array(kinds[1], "wrt"),)


def jacobian_type(kinds: Kinds, settings: Settings) -> tuple[Type, ...]:
    """The shape of `of`, then that of `wrt`."""
    of, wrt = (_real(_array(kind, name), name) for kind, name in zip(kinds, ("of", "wrt"), strict=True))
    shape = (*of.shape, *wrt.shape)
    _bounded(shape, "Jacobian")
    return (ArrayType(shape, np.result_type(of.dtype, wrt.dtype).name),)


def hessian_type(kinds: Kinds, settings: Settings) -> tuple[Type, ...]:
    """The shape of `wrt`, twice."""
    _scalar(kinds[0])
    wrt = _real(_array(kinds[1], "wrt"), "wrt")
    shape = (*wrt.shape, *wrt.shape)
    _bounded(shape, "Hessian")
    return (ArrayType(shape, wrt.dtype),)


def jvp_type(kinds: Kinds, settings: Settings) -> tuple[Type, ...]:
    """The type of `of`, for a direction of the shape of `wrt`."""
    of, wrt = _array(kinds[0], "of"), _array(kinds[1], "wrt")
    _direction(kinds[2], wrt, "wrt")
    return (of,)


def vjp_type(kinds: Kinds, settings: Settings) -> tuple[Type, ...]:
    """The type of `wrt`, for a cotangent of the shape of `of`."""
    of, wrt = _array(kinds[0], "of"), _array(kinds[1], "wrt")
    _direction(kinds[2], of, "of")
    return (wrt,)


def hvp_type(kinds: Kinds, settings: Settings) -> tuple[Type, ...]:
    """The type of `wrt`, for a direction of its shape."""
    _scalar(kinds[0])
    wrt = _real(_array(kinds[1], "wrt"), "wrt")
    _direction(kinds[2], wrt, "wrt")
    return (wrt,)


OF = Input("of", help="what is differentiated")
SCALAR = Input("of", help="the scalar that is differentiated")
WRT = Input("wrt", help="by what: any array that leads to it; everything else stays as it is")
SHARED = (
    "\n\nOnly the stretch of the graph that leads from wrt to of is differentiated: what else of is made of counts as "
    "a constant. The result is a value like any other: it can be plotted, be part of a loss, and be differentiated "
    "again."
)


def _derivative(
    id: str, title: str, help: str, inputs: tuple[Input, ...], shape: Callable[[Kinds, Settings], tuple[Type, ...]],
    formula: str, says: str, domain: str, synonyms: tuple[str, ...],
) -> Operator:  # fmt: skip
    return Operator(
        id=id,
        title=title,
        kind=Kind.HIGHER_ORDER,
        help=help + SHARED,
        inputs=inputs,
        outputs=(Output("value", says),),
        settings={},
        shape=shape,
        function=None,
        formula=formula,
        domain=domain,
        synonyms=synonyms,
    )


SMOOTH = "of depends on wrt through steps that have a derivative; where it does not, the result is 0"

gradient = _derivative(
    "gradients.gradient",
    "Gradient",
    "How a scalar grows with each entry of an array: one reverse pass.",
    (SCALAR, WRT),
    gradient_type,
    r"\nabla_{x} f,\quad (\nabla_{x} f)_i = \frac{\partial f}{\partial x_i}",
    "the derivative by each entry, in the shape of wrt",
    f"of is a real scalar; {SMOOTH}",
    ("derivative", "slope", "grad", "nabla", "differentiate", "backpropagation", "physics-informed", "pinn"),
)

jacobian = _derivative(
    "gradients.jacobian",
    "Jacobian",
    "How each entry of an array grows with each entry of another: by rows or by columns, whichever are fewer.",
    (OF, WRT),
    jacobian_type,
    r"J_{ij} = \frac{\partial f_i}{\partial x_j}",
    "the derivatives, in the shape of of followed by the shape of wrt",
    f"both are real; {SMOOTH}",
    ("derivative matrix", "sensitivity", "linearise", "partial derivatives"),
)

hessian = _derivative(
    "gradients.hessian",
    "Hessian",
    "The second derivatives of a scalar by an array: the gradient, differentiated once more.",
    (SCALAR, WRT),
    hessian_type,
    r"H_{ij} = \frac{\partial^2 f}{\partial x_i\,\partial x_j}",
    "the second derivatives, in the shape of wrt twice",
    f"both are real, of is a scalar; {SMOOTH}",
    ("second derivative", "curvature", "newton"),
)

jvp = _derivative(
    "gradients.jvp",
    "Jacobian times vector (JVP)",
    "How of changes when wrt moves along a vector: one forward pass, without making the Jacobian.",
    (OF, WRT, Input("vector", help="the direction, in the shape of wrt; a number counts for every entry")),
    jvp_type,
    r"J\,v = \left.\frac{d}{d\epsilon} f(x + \epsilon v)\right|_{\epsilon = 0}",
    "the change, in the shape of of",
    SMOOTH,
    ("directional derivative", "tangent", "forward mode", "pushforward", "dual numbers"),
)

vjp = _derivative(
    "gradients.vjp",
    "Vector times Jacobian (VJP)",
    "The derivative by wrt of the entries of of, weighed by a vector: one reverse pass, without making the Jacobian.",
    (OF, WRT, Input("vector", help="the weights, in the shape of of; a number counts for every entry")),
    vjp_type,
    r"v^{\mathsf T} J,\quad (v^{\mathsf T} J)_j = \sum_i v_i \frac{\partial f_i}{\partial x_j}",
    "the weighed derivative, in the shape of wrt",
    SMOOTH,
    ("cotangent", "adjoint", "reverse mode", "pullback"),
)

hvp = _derivative(
    "gradients.hvp",
    "Hessian times vector (HVP)",
    "How the gradient of a scalar changes when wrt moves along a vector, without making the Hessian (forward over "
    "reverse, after Pearlmutter 1994).",
    (SCALAR, WRT, Input("vector", help="the direction, in the shape of wrt; a number counts for every entry")),
    hvp_type,
    r"H\,v = \left.\frac{d}{d\epsilon} \nabla f(x + \epsilon v)\right|_{\epsilon = 0}",
    "the change of the gradient, in the shape of wrt",
    f"both are real, of is a scalar; {SMOOTH}",
    ("curvature along", "second derivative", "pearlmutter"),
)

OPERATORS = (gradient, jacobian, hessian, jvp, vjp, hvp)
