"""What views refuse to draw, in one sentence that names the socket and the shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.operator import Kind
from engine.rules import outputs_of
from engine.types import ArrayType, TupleType, Type
from nodes.library import LIBRARY


def arrays(**shapes: Any) -> dict[str, Type]:
    """Return array types by socket: a shape, or (shape, dtype)."""
    return {
        name: ArrayType(*given) if given and isinstance(given[-1], str) else ArrayType(given, "float64")
        for name, given in shapes.items()
    }


def accept(view: str, types: dict[str, Type], **settings: Any) -> None:
    declared = LIBRARY[view]
    own = {name: spec.default for name, spec in declared.settings.items()} | settings
    assert outputs_of(declared, list(types.values()), own, list(types)) == ()


@pytest.mark.parametrize(
    ("view", "types", "settings"),
    [
        ("views.line_plot", arrays(y=()), {}),
        ("views.line_plot", arrays(y=(5, 3), x=(5,)), {}),
        ("views.scatter_fit", arrays(x=(5,), y=(5, 1), fit=(5,)), {}),
        ("views.image", arrays(x=(4, 5, 3)), {}),
        ("views.image_grid", arrays(images=(7, 64), labels=((7,), "int64"), predictions=(7, 10)), {}),
        ("views.image_grid", arrays(images=(7, 12)), {"width": 4}),
        ("views.image_grid", arrays(images=(7, 5, 6, 3)), {}),
        ("views.bar", arrays(heights=(4, 8)), {}),
        ("views.contour", arrays(z=(4, 5), x=(5,), y=(4,)), {}),
        ("views.vector_field", arrays(u=(4, 5), v=(4, 5), y=(4,)), {}),
        ("views.vector_field", arrays(u=(4,), v=(4,), x=(4,), y=(4,)), {}),
        ("views.confusion_matrix", arrays(prediction=(9, 3), target=((9,), "int64")), {}),
        ("views.decision_boundary", arrays(points=(9, 4), prediction=(9, 3), target=(9,)), {"across": 3, "up": 0}),
        ("views.decision_boundary", arrays(points=(9, 2), prediction=(4,)), {}),
        ("views.number", arrays(x=(1, 1)), {}),
        ("views.text", {"xs.0": TupleType(())}, {}),
    ],
)
def test_what_can_be_drawn_is_accepted(view: str, types: dict[str, Type], settings: dict[str, Any]) -> None:
    accept(view, types, **settings)


@pytest.mark.parametrize(
    ("view", "types", "settings", "words"),
    [
        ("views.line_plot", arrays(y=(2, 3, 4)), {}, "y has shape (2, 3, 4): it takes a scalar"),
        (
            "views.line_plot",
            arrays(y=(5, 3), x=(3,)),
            {},
            "x has shape (3,): it takes one value for each of the 5 rows",
        ),
        ("views.scatter_fit", arrays(x=(5,), y=(5,), fit=(4,)), {}, "fit has shape (4,)"),
        ("views.image", arrays(x=(4, 5, 4)), {}, "x has shape (4, 5, 4): it takes a matrix"),
        ("views.heat_map", arrays(x=(2, 2, 2)), {}, "x has shape (2, 2, 2): it takes a matrix"),
        ("views.image_grid", arrays(images=(7, 12)), {}, "no squares: set the width"),
        ("views.image_grid", arrays(images=(7, 12)), {"width": 5}, "no images of that width"),
        ("views.image_grid", arrays(images=(7, 64), labels=(6,)), {}, "labels has shape (6,)"),
        ("views.histogram", {"x": TupleType(())}, {}, "not a tuple"),
        ("views.bar", arrays(heights=(4, 9)), {}, "at most 8 columns"),
        ("views.bar", arrays(heights=((4,), "complex128")), {}, "complex"),
        ("views.table", arrays(x=(2, 2, 2)), {}, "x has shape (2, 2, 2)"),
        ("views.contour", arrays(z=(4,)), {}, "z has shape (4,): it takes a matrix"),
        ("views.contour", arrays(z=(4, 5), y=(5,)), {}, "y has shape (5,): it takes one value for each of the 4 rows"),
        ("views.vector_field", arrays(u=(4, 5), v=(5, 4)), {}, "v has shape (5, 4)"),
        ("views.vector_field", arrays(u=(4,), v=(4,), x=(4,)), {}, "each arrow needs a place"),
        ("views.confusion_matrix", arrays(prediction=(9, 3), target=(8,)), {}, "target has shape (8,)"),
        ("views.decision_boundary", arrays(points=(9, 1)), {}, "at least 2 features"),
        ("views.decision_boundary", arrays(points=(9, 2)), {"up": 5}, "“up” cannot be feature 5"),
        ("views.decision_boundary", arrays(points=(9, 2), prediction=(9, 30)), {}, "at most 24 classes"),
        ("views.number", arrays(x=(3,)), {}, "a single number"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(
    view: str, types: dict[str, Type], settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ShapeError) as refused:
        accept(view, types, **settings)
    assert words in refused.value.sentence and refused.value.socket in {*types, "y", "x"}
    assert "\n" not in refused.value.sentence


def test_every_view_says_what_it_takes_and_what_each_socket_carries() -> None:
    for declared in LIBRARY.values():
        if declared.kind is Kind.VIEW:
            assert declared.accepts is not None and declared.accepts.__doc__
            assert all(each.help for each in declared.inputs), declared.id
            assert all(spec.help for spec in declared.settings.values()), declared.id


def test_views_of_any_array_take_every_shape_and_dtype() -> None:
    rng = np.random.default_rng(0)
    for view in ("views.probe", "views.histogram"):
        for rank in range(5):
            shape = tuple(int(n) for n in rng.integers(0, 4, rank))
            accept(view, {"x": ArrayType(shape, str(rng.choice(["float32", "int64", "bool", "complex128"])))})
