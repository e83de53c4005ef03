"""How the operators of one distribution are declared: log-density, sample, mean and entropy, all elementwise.

A distribution is a `Distribution` record; its methods are decorators that fill in what its operators share. Outside
the support the log-density is minus infinity, with derivative 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import autograd.numpy as np
import numpy as onp

from engine import limits, random_bits
from engine.errors import ShapeError
from engine.operator import Kind, Operator, Sample, ShapeRule, operator
from engine.program import special
from engine.program.primitives import guarded
from engine.setting import Dimensions
from engine.types import ArrayType, Shape, Type, shape_text
from nodes import shapes
from nodes.casts import Value, inexact

EULER: Final = 0.57721566490153286
"""The Euler-Mascheroni constant."""
LOG_TWO_PI: Final = math.log(2.0 * math.pi)

DRAWS: Final = Dimensions(
    (), help="Axes put before those of the parameters: 100 gives a hundred draws of each; empty: one draw."
)

Declare = Callable[[Callable[..., Any]], Operator]
Row = Sequence[float]


@dataclass(frozen=True)
class Distribution:
    """What the operators of one distribution share."""

    name: str
    title: str
    parameters: Mapping[str, str]
    """Sockets in order, and what each carries."""
    one: Sequence[Row]
    """Three numbers for each parameter, from which the samples are made."""
    other: Sequence[Row]
    domain: str
    at: tuple[Row, Row] = ((), ())
    """Where the log-density is tested: any of the first row fits any parameters of `one`; the second those of
    `other`."""
    synonyms: tuple[str, ...] = ()
    defaults: bool = True
    """Whether the parameters may stay unwired."""
    more: Mapping[str, Any] = field(default_factory=dict)

    def log_density(self, *, formula: str, partials: Mapping[str, str], **own: Any) -> Declare:
        """Declare the logarithm of the density, of x and the parameters."""
        one, other = (self.at[0], *self.one), (self.at[1], *self.other)
        alone = [(list(self.at[0]),), (onp.array(self.at[0], "float32"),)] if self.defaults else []
        return operator(
            f"probability.{self.name}_log_density",
            f"{self.title} log-density",
            shape=shapes.elementwise("x", *self.parameters, dtype=shapes.inexact, real_only=True),
            formula=formula,
            partials=partials,
            domain=f"{self.domain}; -inf outside" if "x" in self.domain else self.domain,
            synonyms=("log likelihood", "log pdf", "log prob", *self.synonyms),
            samples=(*grown(one, other), *alone, *own.pop("samples", ())),
            sockets={
                "x": "where the density is asked",
                **self.parameters,
                "value": "the natural logarithm of the density",
            },
            **own,
        )

    def sample(self, *, formula: str, partials: Mapping[str, str], **own: Any) -> Declare:
        """Declare a draw as a function of the parameters and of random numbers that do not depend on them."""
        plain = grown(self.one, self.other)
        return operator(
            f"probability.{self.name}_sample",
            f"{self.title} sample",
            kind=Kind.RANDOM,
            shape=drawn(*self.parameters),
            formula=formula,
            partials=partials,
            domain=self._of_parameters(),
            synonyms=("draw", "random", "reparameterised", "reparameterization", "rsample", *self.synonyms),
            samples=(*plain, *(Sample(each, {"draws": (2,)}) for each in plain[:2]), *([()] if self.defaults else [])),
            sockets={**self.parameters, "value": "a draw, fresh at every step"},
            **own,
        )

    def mean(self, *, formula: str, partials: Mapping[str, str], **own: Any) -> Declare:
        """Declare the expected value."""
        return self._of(
            "mean", formula, partials, ("expected value", "expectation", "average"), "the expected value", own
        )

    def entropy(self, *, formula: str, partials: Mapping[str, str], **own: Any) -> Declare:
        """Declare the differential entropy."""
        return self._of("entropy", formula, partials, ("uncertainty", "information"), "the entropy in nats", own)

    def _of(
        self, what: str, formula: str, partials: Mapping[str, str], words: tuple[str, ...], says: str, own: Any
    ) -> Declare:
        used = [k for k, name in enumerate(self.parameters) if name in partials]
        first = own.pop("rows", (self.one[0], self.other[0]))  # where not all samples of the first parameter will do
        one, other = (first[0], *self.one[1:]), (first[1], *self.other[1:])
        names = [name for name in self.parameters if name in partials]
        return operator(
            f"probability.{self.name}_{what}",
            f"{self.title} {what}",
            shape=shapes.elementwise(*names, dtype=shapes.inexact, real_only=True),
            formula=formula,
            partials=partials,
            domain=own.pop("domain", self._of_parameters()),
            synonyms=(*words, *self.synonyms),
            samples=grown([one[k] for k in used], [other[k] for k in used]),
            sockets={**{name: self.parameters[name] for name in names}, "value": says},
            **own,
        )

    def _of_parameters(self) -> str:
        return "; ".join(part for part in self.domain.split("; ") if not part.startswith("x "))


def grown(one: Sequence[Row], other: Sequence[Row]) -> tuple[tuple[Any, ...], ...]:
    """Return samples made of rows: as they are, as numbers, as a column against rows, whole numbers' and float32."""
    column = ([[each] for each in one[0][:2]], *map(list, one[1:]))
    return (
        tuple(map(list, one)),
        tuple(map(list, other)),
        tuple(row[0] for row in one),
        column,
        *([(list(one[0]), *(row[1] for row in one[1:]))] if len(one) > 1 else []),
        tuple(onp.array(row, "float32") for row in one),
    )


def drawn(*sockets: str) -> ShapeRule:
    """Return the rule of a sample: the setting `draws` before the broadcast shape of the parameters."""
    rule = shapes.elementwise(*sockets, dtype=shapes.inexact, real_only=True)

    def with_draws(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
        found = shapes.array(rule(types, settings)[0], "value")
        return (ArrayType(checked_draws(settings["draws"], found.shape) + found.shape, found.dtype),)

    return with_draws


def checked_draws(draws: Shape, of: Shape) -> Shape:
    """Return the setting `draws`; raise ShapeError where it is no shape or the draws would be too many to hold."""
    if min(draws, default=0) < 0:
        raise ShapeError(f"draws is {shape_text(draws)}, which has a negative length: no array has that")
    if math.prod((*draws, *of)) > limits.ELEMENTS or len(draws) + len(of) > limits.RANK:
        raise ShapeError(
            f"draws {shape_text(draws)} of shape {shape_text(of)} are more than one array may hold: "
            f"at most {limits.ELEMENTS:,} elements on {limits.RANK} axes"
        )
    return tuple(draws)


# ----- inside an operator -----


def together(*values: Value) -> tuple[Value, ...]:
    """Return all values in their common inexact dtype, as far as arrays and numbers need it."""
    return tuple(inexact(each, *values) for each in values)


def supported(inside: Value, density: Callable[[Value], Value], x: Value, safe: float) -> Value:
    """Return density(x) where x is inside the support, else minus infinity; `safe` is a number inside."""
    return guarded(inside, density, x, safe, -onp.inf)


def uniform(key: Value, draws: Shape, *parameters: Value) -> Value:
    """Return numbers uniform strictly between 0 and 1, in the parameters' broadcast shape after `draws`."""
    shape, dtype = _wanted(draws, parameters)
    step = 2.0**-23 if dtype == "float32" else 2.0**-52
    return random_bits.uniform(key, shape, dtype) * (1.0 - step) + 0.5 * step


def normal(key: Value, draws: Shape, *parameters: Value) -> Value:
    """Return standard normal numbers, in the parameters' broadcast shape after `draws`."""
    shape, dtype = _wanted(draws, parameters)
    return random_bits.normal(key, shape, dtype)


def gumbel(key: Value, draws: Shape, *parameters: Value) -> Value:
    """Return standard Gumbel numbers, computed in double precision: its tail needs more digits than float32 has."""
    shape, dtype = _wanted(draws, parameters)
    noise = -np.log(-np.log(random_bits.uniform(key, shape) * (1.0 - 2.0**-52) + 2.0**-53))
    return noise if dtype == "float64" else np.astype(noise, onp.dtype(dtype))


def _wanted(draws: Shape, parameters: Sequence[Value]) -> tuple[Shape, str]:
    dtype = str(np.result_type(*(inexact(each) for each in parameters)).name)
    return tuple(draws) + onp.broadcast_shapes(*(np.shape(each) for each in parameters)), dtype


# ----- special functions -----


def log_gamma(x: Value) -> Value:
    """Return the logarithm of the gamma function."""
    return special.log_gamma(x)


def digamma(x: Value) -> Value:
    """Return the derivative of log_gamma."""
    return special.polygamma(x, 0)


def log_beta(a: Value, b: Value) -> Value:
    """Return the logarithm of the beta function of positive a and b."""
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)
