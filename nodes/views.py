"""Views: nodes that show what is wired into them, and change nothing."""

from __future__ import annotations

from typing import Any

from engine.operator import Kind, operator
from engine.setting import Choice, Integer, Text, Toggle
from nodes import view_shapes
from nodes.casts import Value

TITLE = Text("", help="The heading of the plot; empty: the node's name.")
CLASSES = Text("", help="The names of the classes, with commas between; empty: those of the table, else numbers.")
COLOURS = Choice("sequential", options=("sequential", "diverging", "grey"), help="The colour scale.")
X_LABEL = Text("", help="What the horizontal axis shows, with its unit.")
Y_LABEL = Text("", help="What the vertical axis shows, with its unit.")


@operator(
    "views.line_plot",
    "Line plot",
    kind=Kind.VIEW,
    accepts=view_shapes.curves,
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
    names: Value = Text("", help="The names of the curves, with commas between."),
    x_label: Value = X_LABEL,
    log_x: Value = Toggle(False, help="A logarithmic horizontal axis."),
    log_y: Value = Toggle(False, help="A logarithmic vertical axis."),
) -> Any:
    """Draws y as a curve, over x or over its index; a scalar as its history over the steps of the run."""


@operator(
    "views.scatter_fit",
    "Scatter and fit",
    kind=Kind.VIEW,
    accepts=view_shapes.cloud,
    synonyms=("points", "regression", "data", "residuals", "plot", "fit", "scatter plot"),
    sockets={"x": "where the points lie", "y": "the data", "fit": "what the model gives at x"},
)
def scatter_fit(
    x: Value, y: Value, fit: Value = None, *, title: Value = TITLE, x_label: Value = X_LABEL, y_label: Value = Y_LABEL
) -> Any:
    """Draws data as points and, through them, what the model gives."""


@operator(
    "views.decision_boundary",
    "Decision boundary",
    kind=Kind.VIEW,
    accepts=view_shapes.boundary,
    synonyms=("classifier", "regions", "decision surface", "playground", "classes", "spirals", "contour", "separation"),
    sockets={
        "points": "the data: one row per point, at least two features; the stretch of the graph from here on is drawn",
        "prediction": "what the graph says of each point: a number (yes or no), or one score per class",
        "target": "the true class of each point, which colours it",
    },
)
def decision_boundary(
    points: Value,
    prediction: Value,
    target: Value = None,
    *,
    title: Value = TITLE,
    across: Value = Integer(0, low=0, high=9_999, help="The feature on the horizontal axis, counted from 0."),
    up: Value = Integer(1, low=0, high=9_999, help="The feature on the vertical axis, counted from 0."),
    resolution: Value = Integer(64, low=8, high=200, help="How many points of the grid lie along each side."),
    border: Value = Choice(
        "auto",
        options=("auto", "0", "0.5"),
        help="Where yes begins, for one number per point; auto: 0.5 after a sigmoid, else 0.",
    ),
    classes: Value = CLASSES,
) -> Any:
    """Draws what the graph says of every place in a plane of two features, and the data on it, while it trains.

    The stretch from the output that `points` is wired to up to `prediction` is evaluated on a grid, as outside of
    training (no dropout, running averages). Features besides the two are held at their means.
    """


@operator(
    "views.image",
    "Image",
    kind=Kind.VIEW,
    accepts=view_shapes.picture,
    synonyms=("matrix", "picture", "pixels", "imshow", "photo"),
    sockets={"x": "a matrix, or (rows, columns, 3) for colours"},
)
def image(x: Value, *, title: Value = TITLE, colours: Value = COLOURS) -> Any:
    """Draws a matrix as a heat map, or an array (rows, columns, 3) of 0 to 1 as a picture."""


@operator(
    "views.heat_map",
    "Heat map",
    kind=Kind.VIEW,
    accepts=view_shapes.matrix,
    synonyms=("heatmap", "matrix", "correlation", "weights", "attention map", "imshow", "grid"),
    sockets={"x": "a matrix: row 0 is at the top"},
)
def heat_map(
    x: Value,
    *,
    title: Value = TITLE,
    colours: Value = COLOURS,
    numbers: Value = Toggle(True, help="Write the numbers into the cells where there is room."),
    rows: Value = Text("", help="The names of the rows, with commas between."),
    columns: Value = Text("", help="The names of the columns, with commas between."),
) -> Any:
    """Draws a matrix as coloured cells, with its numbers in them and names beside its rows and columns."""


@operator(
    "views.image_grid",
    "Image grid",
    kind=Kind.VIEW,
    accepts=view_shapes.images,
    synonyms=("small multiples", "gallery", "digits", "batch", "filters", "contact sheet", "thumbnails"),
    sockets={
        "images": "(count, rows, columns), (count, rows, columns, 3), or one flat image per row",
        "labels": "the true class of each image",
        "predictions": "the class, or the scores of the classes, given to each image",
    },
)
def image_grid(
    images: Value,
    labels: Value = None,
    predictions: Value = None,
    *,
    title: Value = TITLE,
    most: Value = Integer(40, low=1, high=400, help="How many images are shown at most."),
    width: Value = Integer(0, low=0, high=10_000, help="Columns of a flat image; 0: as many as rows."),
    wrong_first: Value = Toggle(False, help="Show the images whose prediction is not the label first."),
    colours: Value = Choice("grey", options=("sequential", "diverging", "grey"), help="The colour scale."),
    classes: Value = CLASSES,
) -> Any:
    """Draws many images side by side, each with what it is and what it is taken for; wrong ones are marked."""


@operator(
    "views.histogram",
    "Histogram",
    kind=Kind.VIEW,
    accepts=view_shapes.an_array,
    synonyms=("distribution", "density", "counts", "bins"),
    sockets={"x": "any array"},
)
def histogram(
    x: Value,
    *,
    title: Value = TITLE,
    bins: Value = Integer(30, low=1, high=1000, help="How many bars."),
    x_label: Value = X_LABEL,
) -> Any:
    """Counts the elements of an array in bars of equal width."""


@operator(
    "views.bar",
    "Bar chart",
    kind=Kind.VIEW,
    accepts=view_shapes.bars,
    synonyms=("bars", "bar plot", "column chart", "categories", "coefficients", "importance"),
    sockets={"heights": "a bar for each element; of a matrix a group for each row"},
)
def bar(
    heights: Value,
    *,
    title: Value = TITLE,
    names: Value = Text("", help="What stands under the bars, with commas between."),
    groups: Value = Text("", help="The names of the columns of a matrix, with commas between."),
) -> Any:
    """Draws each number as a bar from zero; of a matrix the columns side by side, in colours of their own."""


@operator(
    "views.table",
    "Table of values",
    kind=Kind.VIEW,
    accepts=view_shapes.cells,
    synonyms=("numbers", "spreadsheet", "cells", "data frame", "print", "show table"),
    sockets={"x": "a matrix, a vector (as a column) or a scalar"},
)
def table(
    x: Value,
    *,
    title: Value = TITLE,
    columns: Value = Text("", help="The names of the columns, with commas between."),
    digits: Value = Integer(5, low=1, high=17, help="How many digits are shown."),
) -> Any:
    """Shows numbers in rows and columns to scroll through; what is not finite is marked."""


@operator(
    "views.contour",
    "Contour",
    kind=Kind.VIEW,
    accepts=view_shapes.landscape,
    synonyms=("isolines", "level sets", "level curves", "landscape", "surface", "contourf", "topography"),
    sockets={
        "z": "heights: one row per y, one column per x",
        "x": "where the columns lie",
        "y": "where the rows lie",
    },
)
def contour(
    z: Value,
    x: Value = None,
    y: Value = None,
    *,
    title: Value = TITLE,
    levels: Value = Integer(12, low=1, high=60, help="How many lines are drawn."),
    filled: Value = Toggle(True, help="Colour the heights between the lines."),
    x_label: Value = X_LABEL,
    y_label: Value = Y_LABEL,
) -> Any:
    """Draws lines of equal height of a function on a grid, and its heights as colours."""


@operator(
    "views.vector_field",
    "Vector field",
    kind=Kind.VIEW,
    accepts=view_shapes.arrows,
    synonyms=("arrows", "quiver", "flow", "gradient field", "velocity", "direction field", "slope field"),
    sockets={
        "u": "the components to the right: one row per y, one column per x; or one for each point",
        "v": "the components upwards, in the same shape",
        "x": "where the columns, or the points, lie",
        "y": "where the rows, or the points, lie",
    },
)
def vector_field(
    u: Value,
    v: Value,
    x: Value = None,
    y: Value = None,
    *,
    title: Value = TITLE,
    arrows: Value = Integer(20, low=2, high=80, help="How many arrows are drawn along each side at most."),
    equal: Value = Toggle(False, help="Draw all arrows equally long, and their lengths as colour alone."),
    x_label: Value = X_LABEL,
    y_label: Value = Y_LABEL,
) -> Any:
    """Draws a direction and a length at every place of a grid, or at given points, as arrows."""


@operator(
    "views.confusion_matrix",
    "Confusion matrix view",
    kind=Kind.VIEW,
    accepts=view_shapes.judged,
    synonyms=("contingency table", "error matrix", "classification", "mistakes", "confusion plot"),
    sockets={
        "prediction": "the class given to each example, or its scores; of scores the largest counts",
        "target": "the true class of each example",
    },
)
def confusion_matrix(
    prediction: Value,
    target: Value,
    *,
    title: Value = TITLE,
    shares: Value = Toggle(False, help="Show each row in percent of its true class instead of counts."),
    classes: Value = CLASSES,
) -> Any:
    """Counts how often each true class (row) is taken for each class (column): right on the diagonal, wrong beside."""


@operator(
    "views.text",
    "Text",
    kind=Kind.VIEW,
    accepts=view_shapes.anything,
    synonyms=("words", "sentence", "report", "label", "template", "format", "markdown", "print"),
    sockets={"xs": "values to write into the text: {0} stands for the first, {1:.2f} for the second with two digits"},
)
def text(
    *xs: Value,
    title: Value = TITLE,
    template: Value = Text("{0}", multiline=True, help="The text; {0}, {1:.3f}, {2:%} stand for what is wired in."),
) -> Any:
    """Writes values into a text of your own: {0} is the first, {1:.3f} the second with three digits, {2:%} a share."""


@operator(
    "views.number",
    "Number",
    kind=Kind.VIEW,
    accepts=view_shapes.number,
    synonyms=("big number", "metric", "display", "gauge", "counter", "score", "scalar"),
    sockets={"x": "a single number"},
)
def number(
    x: Value,
    *,
    title: Value = TITLE,
    format: Value = Choice("digits", options=("digits", "percent"), help="How it is written."),
    digits: Value = Integer(5, low=1, high=17, help="How many digits are shown."),
    unit: Value = Text("", help="What stands behind it."),
) -> Any:
    """Shows one number large, and how it got there over the steps of the run."""


@operator(
    "views.probe",
    "Probe",
    kind=Kind.VIEW,
    accepts=view_shapes.anything,
    synonyms=("value", "print", "watch", "inspect", "display", "debug"),
    sockets={"x": "anything"},
)
def probe(x: Value, *, digits: Value = Integer(6, low=1, high=17, help="How many digits are shown.")) -> Any:
    """Shows the present value, its shape and its derivative."""


OPERATORS = (
    line_plot,
    scatter_fit,
    decision_boundary,
    image,
    heat_map,
    image_grid,
    histogram,
    bar,
    table,
    contour,
    vector_field,
    confusion_matrix,
    text,
    number,
    probe,
)
