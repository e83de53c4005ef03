"""Views: nodes that show what is wired into them, and change nothing."""

from __future__ import annotations

from typing import Any

from engine.operator import Kind, operator
from engine.setting import Choice, Integer, Text, Toggle
from nodes.casts import Value

TITLE = Text("", help="The heading of the plot; empty: the node's name.")


@operator(
    "views.line_plot",
    "Line plot",
    kind=Kind.VIEW,
    synonyms=("curve", "chart", "graph", "series", "history", "plot"),
    sockets={
        "y": "a scalar (its history over the steps), a vector, or columns of several curves",
        "x": "where the points of y lie",
    },
)
def line_plot(
    y: Value,
    x: Value = None,
    *,
    title: Value = TITLE,
    log_x: Value = Toggle(False, help="A logarithmic horizontal axis."),
    log_y: Value = Toggle(False, help="A logarithmic vertical axis."),
) -> Any:
    """Draws y as a curve, over x or over its index; a scalar as its history over the steps of the run."""


@operator(
    "views.scatter_fit",
    "Scatter and fit",
    kind=Kind.VIEW,
    synonyms=("points", "regression", "data", "residuals", "plot", "fit"),
    sockets={"x": "where the points lie", "y": "the data", "fit": "what the model gives at x"},
)
def scatter_fit(
    x: Value,
    y: Value,
    fit: Value = None,
    *,
    title: Value = TITLE,
    x_label: Value = Text("", help="What the horizontal axis shows, with its unit."),
    y_label: Value = Text("", help="What the vertical axis shows, with its unit."),
) -> Any:
    """Draws data as points and, through them, what the model gives."""


@operator(
    "views.image",
    "Image",
    kind=Kind.VIEW,
    synonyms=("heat map", "matrix", "picture", "pixels", "imshow"),
    sockets={"x": "a matrix, or (rows, columns, 3) for colours"},
)
def image(
    x: Value,
    *,
    title: Value = TITLE,
    colours: Value = Choice("sequential", options=("sequential", "diverging", "grey"), help="The colour scale."),
) -> Any:
    """Draws a matrix as a heat map, or an array (rows, columns, 3) of 0 to 1 as a picture."""


@operator(
    "views.histogram",
    "Histogram",
    kind=Kind.VIEW,
    synonyms=("distribution", "density", "counts", "bins"),
    sockets={"x": "any array"},
)
def histogram(
    x: Value, *, title: Value = TITLE, bins: Value = Integer(30, low=1, high=1000, help="How many bars.")
) -> Any:
    """Counts the elements of an array in bars of equal width."""


@operator(
    "views.probe",
    "Probe",
    kind=Kind.VIEW,
    synonyms=("value", "print", "watch", "inspect", "display", "debug"),
    sockets={"x": "anything"},
)
def probe(x: Value, *, digits: Value = Integer(6, low=1, high=17, help="How many digits are shown.")) -> Any:
    """Shows the present value, its shape and its derivative."""


OPERATORS = (line_plot, scatter_fit, image, histogram, probe)
