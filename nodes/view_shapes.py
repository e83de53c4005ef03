"""What views can draw: each rule takes the types of the wired inputs by socket, and raises ShapeError with one sentence
where they do not make a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import ShapeError
from engine.types import ArrayType, Type, shape_text
from nodes.shapes import array, real

Wired = Mapping[str, Type]
Settings = Mapping[str, Any]
Rule = Callable[[Wired, Settings], None]


def require(holds: bool, socket: str, kind: ArrayType, takes: str) -> None:
    """Raise ShapeError unless the array of a socket is what it takes."""
    if not holds:
        raise ShapeError(f"{socket} has shape {shape_text(kind.shape)}: it takes {takes}", socket=socket)


def anything(types: Wired, settings: Settings) -> None:
    """Everything can be shown."""


def an_array(types: Wired, settings: Settings) -> None:
    """An array in every socket."""
    for socket, kind in types.items():
        array(kind, socket)


def curves(types: Wired, settings: Settings) -> None:
    """A scalar, a vector or columns, over as many places."""
    y = array(types["y"], "y")
    require(len(y.shape) <= 2, "y", y, "a scalar, a vector, or a matrix with one column per curve")
    if "x" in types and y.shape:
        x = array(types["x"], "x")
        require(math.prod(x.shape) == y.shape[0], "x", x, f"one value for each of the {y.shape[0]:,} rows of y")


def cloud(types: Wired, settings: Settings) -> None:
    """Points, and as many values of the model."""
    x, y = array(types["x"], "x"), array(types["y"], "y")
    require(len(x.shape) <= 2, "x", x, "a vector")
    for socket in ("y", "fit"):
        if socket in types:
            kind = array(types[socket], socket)
            require(
                math.prod(kind.shape) == math.prod(x.shape), socket, kind, f"one value for each x {shape_text(x.shape)}"
            )
    require(len(y.shape) <= 2, "y", y, "a vector")


def picture(types: Wired, settings: Settings) -> None:
    """A matrix, or channels of colours."""
    x = array(types["x"], "x")
    takes = "a matrix, or an array (rows, columns, 3) of colours"
    require(len(x.shape) in (1, 2) or (len(x.shape) == 3 and x.shape[2] == 3), "x", x, takes)


def matrix(types: Wired, settings: Settings) -> None:
    """A matrix, or a vector as one row."""
    x = array(types["x"], "x")
    require(len(x.shape) in (1, 2), "x", x, "a matrix")


def images(types: Wired, settings: Settings) -> None:
    """A stack of images, flat or not, with a label and a prediction each."""
    x = array(types["images"], "images")
    takes = "(count, rows, columns), (count, rows, columns, 3), or one flat image per row"
    flat = len(x.shape) == 2
    colours = len(x.shape) == 4 and x.shape[3] in (1, 3)
    require(flat or len(x.shape) == 3 or colours, "images", x, takes)
    width = int(settings.get("width", 0))
    if flat and (x.shape[1] % width if width else math.isqrt(x.shape[1]) ** 2 != x.shape[1]):
        why = f"rows of {x.shape[1]:,} pixels are no {'images of that width' if width else 'squares: set the width'}"
        raise ShapeError(f"images has shape {shape_text(x.shape)}: {why}", socket="images")
    for socket, most in (("labels", 1), ("predictions", 2)):
        if socket in types:
            kind = array(types[socket], socket)
            fits = 1 <= len(kind.shape) <= most and kind.shape[0] == x.shape[0]
            require(fits, socket, kind, f"one entry for each of the {x.shape[0]:,} images")


def bars(types: Wired, settings: Settings) -> None:
    """Heights: a vector, or a column for each group."""
    x = real(types["heights"], "heights")
    require(len(x.shape) in (1, 2), "heights", x, "a vector, or a matrix with one column per group")
    require(len(x.shape) < 2 or x.shape[1] <= 8, "heights", x, "at most 8 columns")


def cells(types: Wired, settings: Settings) -> None:
    """What has rows and columns, or less."""
    x = array(types["x"], "x")
    require(len(x.shape) <= 2, "x", x, "a matrix, a vector or a scalar")


def landscape(types: Wired, settings: Settings) -> None:
    """Heights over a grid, and the places of its columns and rows."""
    z = real(types["z"], "z")
    require(len(z.shape) == 2 and min(z.shape) >= 2, "z", z, "a matrix of at least 2 rows and 2 columns")
    for socket, count, what in (("x", z.shape[1], "columns"), ("y", z.shape[0], "rows")):
        if socket in types:
            kind = real(types[socket], socket)
            require(kind.shape == (count,), socket, kind, f"one value for each of the {count:,} {what} of z")


def arrows(types: Wired, settings: Settings) -> None:
    """Two components at the same places: of a grid, or of points with both coordinates."""
    u, v = real(types["u"], "u"), real(types["v"], "v")
    require(len(u.shape) in (1, 2), "u", u, "a matrix over a grid, or a vector with x and y")
    require(v.shape == u.shape, "v", v, f"the shape of u {shape_text(u.shape)}")
    for socket, count in (("x", u.shape[-1]), ("y", u.shape[0])):
        if socket in types:
            kind = real(types[socket], socket)
            fits = kind.shape in (u.shape, (count,))
            require(fits, socket, kind, f"{count:,} values, or the shape of u {shape_text(u.shape)}")
        elif len(u.shape) == 1:
            raise ShapeError(
                f"u is a vector, so each arrow needs a place: wire x and y, {count:,} values each", socket=socket
            )


def judged(types: Wired, settings: Settings) -> None:
    """A class, or scores of the classes, beside the true class of each."""
    prediction, target = real(types["prediction"], "prediction"), real(types["target"], "target")
    require(len(prediction.shape) in (1, 2), "prediction", prediction, "a class or a row of scores for each example")
    require(len(target.shape) == 1, "target", target, "the class of each example, in a vector")
    count = prediction.shape[0]
    require(target.shape == (count,), "target", target, f"one class for each of the {count:,} predictions")


def boundary(types: Wired, settings: Settings) -> None:
    """Points in a plane or in more dimensions, and what is said of each."""
    points = real(types["points"], "points")
    require(len(points.shape) == 2 and points.shape[1] >= 2, "points", points, "a row of at least 2 features per point")
    for axis in ("across", "up"):
        feature = int(settings.get(axis, 0))
        if feature >= points.shape[1]:
            raise ShapeError(
                f"points has {points.shape[1]} features, counted from 0: “{axis}” cannot be feature {feature}",
                socket="points",
            )
    if "prediction" in types:
        kind = real(types["prediction"], "prediction")
        require(len(kind.shape) in (1, 2), "prediction", kind, "one number, or one score per class, for each point")
        require(len(kind.shape) < 2 or kind.shape[1] <= 24, "prediction", kind, "at most 24 classes")
    if "target" in types:
        target = real(types["target"], "target")
        require(
            target.shape == points.shape[:1], "target", target, f"the class of each of the {points.shape[0]:,} points"
        )


def number(types: Wired, settings: Settings) -> None:
    """A single number."""
    x = array(types["x"], "x")
    require(math.prod(x.shape) == 1, "x", x, "a single number: take its mean or its sum first")
