"""Runge-Kutta methods as tables of their coefficients.

Hairer, Nørsett and Wanner, "Solving Ordinary Differential Equations I" (1993), chapter II; the pair of order 5(4) is
that of Dormand and Prince (1980).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SEMI_IMPLICIT: Final = "semi-implicit Euler"
ADAPTIVE: Final = "Dormand-Prince"


@dataclass(frozen=True, slots=True)
class Method:
    """An explicit method: `stages` are its rows (a_ij), `nodes` its c_i, `weights` its b_i.

    `errors` (b_i minus those of the embedded method), where there are some, say how wrong a step is; `order` is that of
    the method.
    """

    stages: tuple[tuple[float, ...], ...]
    nodes: tuple[float, ...]
    weights: tuple[float, ...]
    order: int
    errors: tuple[float, ...] = ()


METHODS: Final[Mapping[str, Method]] = {
    "Euler": Method(((),), (0.0,), (1.0,), 1),
    "midpoint": Method(((), (0.5,)), (0.0, 0.5), (0.0, 1.0), 2),
    "Heun": Method(((), (1.0,)), (0.0, 1.0), (0.5, 0.5), 2),
    "Runge-Kutta 4": Method(
        ((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)), (0.0, 0.5, 0.5, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6), 4
    ),
    ADAPTIVE: Method(
        (
            (),
            (1 / 5,),
            (3 / 40, 9 / 40),
            (44 / 45, -56 / 15, 32 / 9),
            (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
            (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
            (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
        ),
        (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0),
        (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0.0),
        5,
        (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40),
    ),
}
"""Explicit methods by their names; semi-implicit Euler is none of them (`engine.solvers.integrate`)."""
