"""Special functions, element by element. SciPy is imported when one is first computed."""

from __future__ import annotations

import autograd.numpy as np
import numpy as onp

from engine.operator import Sample, operator
from engine.program import special
from engine.setting import Integer
from nodes import shapes
from nodes.casts import Value, inexact

ABOVE = (
    ([0.3, 1.5, 4.0],),
    ([3.5, 0.4, 0.7],),
    (2.5,),
    ([[0.5, 1.25], [6.0, 2.0]],),
    (onp.array([0.5, 1.75], "float32"),),
    (onp.array([1, 2, 5]),),
)
"""Samples above 0."""

BELOW = (([-1.5, -0.4, 2.2],), ([0.6, 3.1, -2.3],))
"""Samples that are negative too, between the poles at whole numbers."""

ANY = (
    ([-2.0, -0.3, 0.4, 3.0],),
    ([1.5, 0.2, -2.5, -0.1],),
    (0.75,),
    ([[0.5, -1.5], [-0.25, 2.0]],),
    (onp.array([-1.5, 0.5], "float32"),),
    (onp.array([1, -2, 0]),),
)
"""Samples of one real input of any sign."""

ONE = shapes.elementwise("x", dtype=shapes.inexact, real_only=True)


@operator(
    "elementwise.gamma",
    "Gamma",
    shape=ONE,
    formula=r"\Gamma(x) = \int_0^\infty t^{x-1} e^{-t}\,dt",
    partials={"x": r"\Gamma(x)\,\psi(x)"},
    domain="x is not 0 or a negative whole number",
    synonyms=("factorial", "gamma function"),
    samples=(*ABOVE, *BELOW),
    sockets={"x": "a number or array", "value": "the gamma function of x"},
)
def gamma(x: Value) -> Value:
    """The gamma function: (x - 1) factorial at whole numbers. For large x use Log-gamma, which does not overflow."""
    return special.gamma(inexact(x))


@operator(
    "elementwise.log_gamma",
    "Log-gamma",
    shape=ONE,
    formula=r"\ln|\Gamma(x)|",
    partials={"x": r"\psi(x)"},
    domain="x is not 0 or a negative whole number",
    synonyms=("lgamma", "gammaln", "log factorial"),
    samples=(*ABOVE, *BELOW),
    sockets={"x": "a number or array", "value": "the logarithm of the gamma function"},
)
def log_gamma(x: Value) -> Value:
    """The logarithm of the size of the gamma function."""
    return special.log_gamma(inexact(x))


@operator(
    "elementwise.digamma",
    "Digamma",
    shape=ONE,
    formula=r"\psi(x) = \frac{d}{dx}\ln\Gamma(x)",
    partials={"x": r"\psi_1(x)"},
    domain="x is not 0 or a negative whole number",
    synonyms=("psi", "derivative of log-gamma"),
    samples=(*ABOVE, *BELOW),
    sockets={"x": "a number or array", "value": "the digamma function of x"},
)
def digamma(x: Value) -> Value:
    """The slope of Log-gamma."""
    return special.polygamma(inexact(x), 0)


@operator(
    "elementwise.polygamma",
    "Polygamma",
    shape=ONE,
    formula=r"\psi_n(x) = \frac{d^{n+1}}{dx^{n+1}}\ln\Gamma(x)",
    partials={"x": r"\psi_{n+1}(x)"},
    domain="x is above 0",
    synonyms=("trigamma", "tetragamma"),
    samples=(
        *ABOVE,
        Sample(([0.7, 2.5],), {"order": 2}),
        Sample(([3.5, 1.5],), {"order": 2}),
        Sample(([3.5, 1.5],), {"order": 0}),
    ),
    sockets={"x": "a number or array", "value": "the polygamma function of x"},
)
def polygamma(
    x: Value, *, order: Value = Integer(1, help="How often Digamma is differentiated.", low=0, high=20)
) -> Value:
    """A derivative of the digamma function; of order 1 it is the trigamma function."""
    return special.polygamma(inexact(x), order)


@operator(
    "elementwise.log_beta",
    "Log-beta",
    shape=shapes.elementwise("x", "y", dtype=shapes.inexact, real_only=True),
    formula=r"\ln B(x, y) = \ln\Gamma(x) + \ln\Gamma(y) - \ln\Gamma(x+y)",
    partials={"x": r"\psi(x) - \psi(x+y)", "y": r"\psi(y) - \psi(x+y)"},
    domain="x and y are above 0",
    synonyms=("betaln", "beta function"),
    samples=(
        ([0.5, 1.5, 3.0], [2.0, 0.25, 1.0]),
        ([4.0, 0.3, 1.2], [0.6, 5.0, 2.5]),
        ([[0.5], [2.5]], [1.0, 3.0, 0.5]),
        (onp.array([0.5, 2.0], "float32"), onp.array([1.5, 0.75], "float32")),
        (onp.array([1, 2]), onp.array([3, 4])),
    ),
    sockets={"x": "the first number", "y": "the second number", "value": "the logarithm of the beta function"},
)
def log_beta(x: Value, y: Value) -> Value:
    """The logarithm of the beta function."""
    x, y = inexact(x, y), inexact(y, x)
    return special.log_gamma(x) + special.log_gamma(y) - special.log_gamma(x + y)


@operator(
    "elementwise.beta",
    "Beta function",
    shape=shapes.elementwise("x", "y", dtype=shapes.inexact, real_only=True),
    formula=r"B(x, y) = \frac{\Gamma(x)\,\Gamma(y)}{\Gamma(x+y)}",
    partials={"x": r"B\,(\psi(x) - \psi(x+y))", "y": r"B\,(\psi(y) - \psi(x+y))"},
    domain="x and y are above 0",
    synonyms=("euler integral",),
    samples=log_beta.samples,
    sockets={"x": "the first number", "y": "the second number", "value": "the beta function of x and y"},
)
def beta(x: Value, y: Value) -> Value:
    """The beta function, by way of its logarithm, so that large x and y do not overflow on the way."""
    x, y = inexact(x, y), inexact(y, x)
    return np.exp(special.log_gamma(x) + special.log_gamma(y) - special.log_gamma(x + y))


@operator(
    "elementwise.erf",
    "Error function",
    shape=ONE,
    formula=r"\frac{2}{\sqrt\pi}\int_0^x e^{-t^2}\,dt",
    partials={"x": r"\frac{2}{\sqrt\pi}\,e^{-x^2}"},
    synonyms=("erf", "gaussian integral", "normal distribution"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "between -1 and 1"},
)
def erf(x: Value) -> Value:
    """The error function: the share of a normal distribution, of variance 1/2, within x of its mean."""
    return special.erf(inexact(x))


@operator(
    "elementwise.erfc",
    "Complementary error function",
    shape=ONE,
    formula=r"1 - \mathrm{erf}(x)",
    partials={"x": r"-\frac{2}{\sqrt\pi}\,e^{-x^2}"},
    synonyms=("erfc", "tail", "normal distribution"),
    samples=ANY,
    sockets={"x": "a number or array", "value": "between 0 and 2"},
)
def erfc(x: Value) -> Value:
    """One minus the error function, accurate in the far tail, where the difference would be 0."""
    return special.erfc(inexact(x))


@operator(
    "elementwise.bessel",
    "Bessel function",
    shape=ONE,
    formula=r"J_n(x) = \frac{1}{\pi}\int_0^\pi \cos(n t - x \sin t)\,dt",
    partials={"x": r"\tfrac12\,(J_{n-1}(x) - J_{n+1}(x))"},
    synonyms=("j0", "j1", "jn", "first kind", "cylinder", "airy disk"),
    samples=(
        *ANY,
        Sample(([-2.0, -0.3, 0.4, 3.0],), {"order": 1}),
        Sample(([1.5, 0.0, -2.5, 12.0],), {"order": 1}),
        Sample(([-2.0, 0.5, 8.0],), {"order": 3}),
        Sample(([1.0, 4.5, -3.0],), {"order": 3}),
    ),
    sockets={"x": "a number or array", "value": "the Bessel function of x"},
)
def bessel(x: Value, *, order: Value = Integer(0, help="The order n.", low=0, high=100)) -> Value:
    """The Bessel function of the first kind of a whole order: 0 for J0, 1 for J1."""
    return special.bessel(inexact(x), order)


@operator(
    "elementwise.logit",
    "Logit",
    shape=ONE,
    formula=r"\ln\frac{x}{1-x}",
    partials={"x": r"\frac{1}{x\,(1-x)}"},
    domain="x is between 0 and 1",
    synonyms=("log odds", "inverse sigmoid", "inverse of expit"),
    samples=(
        ([0.1, 0.5, 0.97],),
        ([0.8, 0.3, 0.02],),
        (0.25,),
        ([[0.5, 0.75], [0.125, 0.9]],),
        (onp.array([0.25, 0.75], "float32"),),
    ),
    sockets={"x": "a probability", "value": "its log odds"},
)
def logit(x: Value) -> Value:
    """The logarithm of the odds: what Sigmoid takes back to x."""
    x = inexact(x)
    return np.log(x) - np.log1p(-x)


OPERATORS = (gamma, log_gamma, digamma, polygamma, log_beta, beta, erf, erfc, bessel, logit)
