"""Equations that are solved: differential ones, and implicit ones. Their right-hand sides are bodies."""

from __future__ import annotations

from typing import Final

from engine import control
from engine.bodies import INPUT, OUTPUT
from engine.operator import Inner, Input, Kind, Operator, Output
from engine.program.solving import BACKPROPAGATION, DERIVATIVES
from engine.setting import Choice, Integer, Names, Number
from engine.solvers.implicit import FIXED_POINT, HOW, NEWTON, WHAT
from engine.solvers.methods import METHODS, SEMI_IMPLICIT
from nodes.control import KEPT, MEMORY

METHOD_NAMES: Final = ("Euler", SEMI_IMPLICIT, *(name for name in METHODS if name != "Euler"))

ode = Operator(
    id=control.ODE,
    title="ODE",
    kind=Kind.HIGHER_ORDER,
    help=(
        "Solves a differential equation: from the states that are wired into start, at the first of the times, to what "
        "they are at all of them.\n\n"
        "Its body is the right-hand side: it takes the states by their names and the time as t, and gives the time "
        "derivative of each state under its name. Dormand-Prince chooses its steps by the tolerances; the others take "
        "as many steps between two times as substeps says. Semi-implicit Euler moves the last state first, and each of "
        "the others with what has moved already: position before velocity, and energy stays near what it was.\n\n"
        "Its derivative is that of the steps (backpropagation), or that of the equation, found by solving it backwards "
        "(continuous adjoint: memory does not grow with the steps) or along with it (forward sensitivity: for few "
        "parameters; first derivatives alone, and none by the times). Where adaptive steps become too short, as in a "
        "stiff equation, the states are NaN from there on."
    ),
    inputs=(
        Input("start", variadic=True, help="the states at the first time"),
        Input("times", optional=True, help="a vector of times, in order; unwired: points from begin to end"),
    ),
    outputs=(),
    dynamic_outputs=lambda values: (
        *(Output(name, "the state at all times, stacked") for name in values.get("states", ())),
        Output(control.STEPS, "how many steps were taken"),
    ),
    naming=lambda values: {"start": tuple(values.get("states", ()))},
    settings={
        "states": Names(("y",), help="The names of the states, in the order of the wires."),
        "begin": Number(0.0, help="The first time, where no times are wired."),
        "end": Number(1.0, help="The last time, where no times are wired."),
        "points": Integer(11, low=1, high=1_000_000, help="How many times, where none are wired."),
        "method": Choice("Runge-Kutta 4", options=METHOD_NAMES, help="How it steps."),
        "substeps": Integer(1, low=1, high=1_000_000, help="Steps between two times, for methods with fixed steps."),
        "relative": Number(1e-6, low=1e-14, high=1.0, help="How wrong a step may be, relative to the state."),
        "absolute": Number(1e-9, low=1e-16, high=1e6, help="How wrong a step may be besides."),
        "limit": Integer(10_000, low=1, high=10_000_000, help="The most steps between two times, for Dormand-Prince."),
        "gradient": Choice(BACKPROPAGATION, options=tuple(DERIVATIVES), help="Which derivative it has."),
        "memory": Choice(
            "save all",
            options=("save all", "every", "binomial"),
            help=f"What backpropagation keeps of the steps; the rest is computed again on the way back. {MEMORY}",
        ),
        "kept": KEPT,
    },
    shape=None,
    function=None,
    remedy="where the equation is stiff or its solution grows without bound, take more substeps or end earlier",
    formula=r"\frac{dy}{dt} = f(t, y),\quad y(t_0) = y_0",
    synonyms=(
        "differential equation", "odeint", "solve ivp", "integrate", "simulate", "dynamics", "runge kutta",
        "dormand prince", "neural ode", "adjoint", "trajectory",
    ),
    inner=Inner(
        {
            "y": (INPUT, "", {"name": "y"}, 0.0, 0.0),
            "fall": ("elementwise.negative", "", {}, 260.0, 0.0),
            "slope": (OUTPUT, "", {"name": "y"}, 520.0, 0.0),
        },
        (("y.value", "fall.x"), ("fall.value", "slope.value")),
    ),
)  # fmt: skip

implicit = Operator(
    id=control.IMPLICIT,
    title="Implicit equation",
    kind=Kind.HIGHER_ORDER,
    help=(
        "Finds unknowns that solve an equation, and the derivative of the solution by all that the equation reads.\n\n"
        "Its body takes the unknowns by their names. For a fixed point it gives what they should be (x = f(x)); for a "
        "root, what should be zero (f(x) = 0), as many numbers as are unknown. Newton's method uses the body's own "
        "derivative; iteration puts the result in the place of the unknowns.\n\n"
        "The derivative is that of the implicit function theorem: it does not matter how the solution was found, and "
        "nothing of the way is kept. No derivative passes to start. The residual says how far it is from a solution."
    ),
    inputs=(Input("start", variadic=True, differentiable=False, help="where the search for the unknowns begins"),),
    outputs=(),
    dynamic_outputs=lambda values: (
        *(Output(name, "what solves the equation") for name in values.get("states", ())),
        Output(control.STEPS, "how many steps it took"),
        Output("residual", "the largest entry of what should be zero"),
    ),
    naming=lambda values: {"start": tuple(values.get("states", ()))},
    settings={
        "states": Names(("x",), help="The names of the unknowns, in the order of the wires."),
        "find": Choice(FIXED_POINT, options=WHAT, help="What the body gives."),
        "method": Choice(NEWTON, options=HOW, help="How the solution is looked for."),
        "tolerance": Number(1e-10, low=0.0, high=1e6, help="How small the largest entry of the residual has to be."),
        "limit": Integer(100, low=1, high=1_000_000, help="The most steps it takes."),
        "damping": Number(1.0, low=1e-6, high=2.0, help="How much of a step is taken."),
    },
    shape=None,
    function=None,
    remedy="begin the search elsewhere, or with a smaller damping or the other method",
    formula=(
        r"x = f(x, c),\quad "
        r"\frac{dx}{dc} = \left(I - \frac{\partial f}{\partial x}\right)^{-1} \frac{\partial f}{\partial c}"
    ),
    synonyms=(
        "fixed point", "root", "newton", "solve", "equilibrium", "implicit function", "deep equilibrium", "nonlinear",
    ),
    inner=Inner(
        {
            "x": (INPUT, "", {"name": "x"}, 0.0, 0.0),
            "cosine": ("elementwise.cos", "", {}, 260.0, 0.0),
            "next": (OUTPUT, "", {"name": "x"}, 520.0, 0.0),
        },
        (("x.value", "cosine.x"), ("cosine.value", "next.value")),
    ),
)  # fmt: skip

OPERATORS = (ode, implicit)
