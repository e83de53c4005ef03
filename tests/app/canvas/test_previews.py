"""What views show on their nodes: the same as their plots, in small."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from app import theme
from app.canvas import Canvas
from app.canvas.previews import CELLS, MOST, _field_of, preview_of
from app.plots.scales import colour_table, limits
from app.session import Session
from app.worker import messages as m
from app.worker.view_data import view_of
from engine.graph import Content, Graph, Layout, Node, Place


def test_data_and_fit_are_scaled_together() -> None:
    x = np.array([0.0, 2.0, 1.0])
    found = preview_of("views.scatter_fit", "", view_of("", {"x": x, "y": 10 * x, "fit": 5 * x}, {}))
    assert found is not None
    assert found.points == ((0.0, 0.0), (1.0, 1.0), (0.5, 0.5))
    assert found.lines[0][0] == (0.0, 0.0)
    assert found.lines[0][-1] == (1.0, 0.5), "the fit reaches half as high as the data, also in small"


def test_many_points_are_few_in_small_and_gaps_are_left_out() -> None:
    x = np.arange(5_000.0)
    y = np.sin(x)
    y[::3] = np.nan
    found = preview_of("views.scatter_fit", "", view_of("", {"x": x, "y": y}, {}))
    assert found is not None
    assert 10 < len(found.points) <= MOST
    assert all(0 <= across <= 1 and 0 <= up <= 1 for across, up in found.points)
    assert found.lines == ()


def test_a_histogram_is_bars_not_the_values_in_their_order() -> None:
    found = preview_of(
        "views.histogram", "", view_of("views.histogram", {"x": np.array([0.0, 0.1, 0.2, 3.0])}, {"bins": 3})
    )
    assert found is not None
    assert found.bars == (1.0, 0.0, pytest.approx(1 / 3))


def test_a_diverging_heat_map_has_zero_in_the_middle_of_its_scale() -> None:
    matrix = np.array([[-1.0, 0.0], [3.0, np.nan]])
    found = preview_of("views.image", "diverging", view_of("", {"x": matrix}, {}))
    assert found is not None
    assert found.cells is not None
    assert found.cells[0, 1] == 128
    assert found.cells[1, 0] == 255
    assert found.cells[0, 0] == round(1 + 254 / 3)
    assert found.cells[1, 1] == 0, "what is no number is a hole"
    assert limits("sequential", 2.0, 2.0) == (1.5, 2.5)


def test_a_picture_keeps_its_colours_and_a_large_one_is_made_small() -> None:
    red = np.zeros((400, 300, 3))
    red[..., 0] = 1.0
    found = preview_of("views.image", "sequential", view_of("", {"x": red}, {}))
    assert found is not None
    assert found.cells is not None
    assert found.cells.shape[0] <= CELLS
    assert (found.cells[0, 0] == (255, 0, 0)).all()


def test_each_column_is_a_curve_of_its_own_over_a_logarithmic_axis() -> None:
    x = np.array([1.0, 10.0, 100.0])
    y = np.array([[0.0, 4.0], [1.0, 2.0], [2.0, 0.0]])
    found = preview_of("views.line_plot", "log_x", view_of("", {"x": x, "y": y}, {}))
    assert found is not None
    assert found.lines == (((0.0, 0.0), (0.5, 0.25), (1.0, 0.5)), ((0.0, 1.0), (0.5, 0.5), (1.0, 0.0)))
    plain = preview_of("views.line_plot", "", view_of("", {"x": x, "y": y}, {}))
    assert plain is not None
    assert plain.lines[0][1] == pytest.approx((1 / 11, 0.25))


def test_a_preview_has_no_more_curves_than_a_theme_has_colours() -> None:
    found = preview_of("views.line_plot", "", view_of("", {"y": np.ones((4, 30))}, {}))
    assert found is not None
    assert len(found.lines) == min(len(each.series) for each in theme.THEMES.values())


@pytest.mark.parametrize(
    ("operator", "arrays"),
    [
        ("views.scatter_fit", {"x": np.zeros(3), "y": np.zeros(4)}),
        ("views.scatter_fit", {"x": np.zeros(0), "y": np.zeros(0)}),
        ("views.scatter_fit", {"y": np.zeros(4)}),
        ("views.image", {"x": np.zeros((2, 2, 2))}),
        ("views.image", {"x": np.zeros((0, 3))}),
        ("views.image", {}),
        ("views.line_plot", {"y": np.array(3.0)}),
        ("views.line_plot", {"y": np.ones((3, 2)), "x": np.ones(4)}),
        ("views.line_plot", {"y": np.ones((0, 2))}),
        ("views.histogram", {}),
        ("views.probe", {"x": np.zeros(3)}),
    ],
)
def test_what_cannot_be_drawn_has_no_preview(operator: str, arrays: dict[str, np.ndarray]) -> None:
    assert preview_of(operator, "sequential", view_of("", arrays, {})) is None
    assert preview_of(operator, "sequential", None) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_data_that_are_not_finite_are_drawn_as_far_as_they_are(bad: float) -> None:
    for operator in ("views.scatter_fit", "views.image"):
        whole = np.full((3, 3), bad)
        flat = {"x": whole} if operator == "views.image" else {"x": whole.ravel(), "y": whole.ravel()}
        assert preview_of(operator, "diverging", view_of("", flat, {})) is not None


def test_the_preview_on_the_node_has_the_colours_of_the_plot(
    show: Callable[[Content], Canvas], session: Session
) -> None:
    node = Node("heat", "views.image", "", {"colours": "diverging"})
    canvas = show(Content(Graph({"heat": node}, frozenset()), Layout({"heat": Place(0.0, 0.0)})))
    matrix = np.array([[-2.0, 2.0], [2.0, -2.0]])
    session.looks.looks = m.Looks({}, {"heat": view_of("", {"x": matrix}, {})}, {}, 0)
    session.values_changed.emit()
    box = canvas.camera.rect_to_view(canvas.scene.nodes["heat"].control_rect()).toAlignedRect()
    image = canvas.grab(box).toImage().convertToFormat(QImage.Format.Format_RGB32)
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    table = colour_table("diverging", theme.DARK)
    assert {QColor(*table[0].tolist()).name(), QColor(*table[-1].tolist()).name()} <= seen


def test_another_document_is_shown_in_place_of_one_with_previews(
    show: Callable[[Content], Canvas], session: Session
) -> None:
    node = Node("heat", "views.image", "", {"colours": "diverging"})
    canvas = show(Content(Graph({"heat": node}, frozenset()), Layout({"heat": Place(0.0, 0.0)})))
    session.looks.looks = m.Looks({}, {"heat": view_of("", {"x": np.eye(2)}, {})}, {}, 0)
    session.values_changed.emit()
    session.new()  # pytest-qt fails this test where a slot raises: a node of the old graph has no settings in the new
    assert canvas.scene.nodes == {}


def test_the_regions_of_a_decision_boundary_and_heights_and_counts_are_previewed_the_right_way_up(qapp):
    from app.plots.views.boundary import region_colors

    scores = np.linspace(-9, 9, 20)[:, None] * np.ones((1, 30))
    packed = {"scores": m.Packed.of(scores.astype(np.float32))}
    found = preview_of("views.decision_boundary", "", m.ViewData(packed, {}, {}))
    assert found.cells.shape == (20, 30, 3)
    yes, no = region_colors(np.eye(2)[[[1]]])[0, 0], region_colors(np.eye(2)[[[0]]])[0, 0]
    assert np.abs(found.cells[0].astype(int) - yes).max() < 3, "upwards is yes: the first row of the picture"
    assert np.abs(found.cells[-1].astype(int) - no).max() < 3
    flat = {"scores": m.Packed.of(np.full((4, 4), 0.9))}
    likely, logit = (
        preview_of("views.decision_boundary", "", m.ViewData(flat, {}, {"probability": p})) for p in (1, 0)
    )
    assert not np.array_equal(likely.cells, logit.cells)
    rising = view_of("views.contour", {"z": np.arange(12.0).reshape(4, 3)}, {})
    assert preview_of("views.contour", "", rising).cells[0, -1] == 255
    counted = view_of("views.confusion_matrix", {"prediction": np.array([0, 1, 1]), "target": np.array([0, 1, 0])}, {})
    cells = preview_of("views.confusion_matrix", "", counted).cells
    assert cells[0, 0] == cells[0, 1] == cells[1, 1] == 255 and cells[1, 0] == 1


def test_bars_stand_on_zero_also_where_some_are_negative() -> None:
    found = preview_of("views.bar", "", view_of("views.bar", {"heights": np.array([3.0, -1.0, 0.0])}, {}))
    assert found is not None
    assert found.bars == (1.0, 0.0, 0.25) and found.base == 0.25


def test_an_image_grid_is_its_first_images_a_little_apart() -> None:
    stack = np.zeros((8, 5, 5))
    stack[3] = 1.0
    found = preview_of("views.image_grid", "", view_of("views.image_grid", {"images": stack}, {}))
    assert found is not None and found.cells is not None
    assert found.cells.shape == (2 * 6 - 1, 4 * 6 - 1)
    assert (found.cells[:5, 18:] == 255).all() and (found.cells[5] == 0).all()


def test_a_table_shows_its_corner_and_a_text_its_words_with_values() -> None:
    table = preview_of("views.table", "", view_of("views.table", {"x": np.arange(40.0).reshape(8, 5)}, {}))
    assert table is not None
    assert table.rows == (("0", "1", "2"), ("5", "6", "7"), ("10", "11", "12"))
    words = preview_of("views.text", "it is {0:.1f} now", view_of("views.text", {"xs.0": np.array(2.25)}, {}))
    assert words is not None and words.words == "it is 2.2 now"


def test_the_arrows_of_a_field_keep_their_proportions() -> None:
    u, v = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])
    found = preview_of("views.vector_field", "", view_of("views.vector_field", {"u": u, "v": v}, {}))
    assert found is not None and len(found.strokes) == 4
    lengths = [float(np.hypot(right, up)) for _, _, right, up in found.strokes]
    assert lengths[3] == pytest.approx(2 * lengths[0]) and lengths[1] == 0.0


@pytest.mark.parametrize("wide", [1.0, 5.0])
def test_a_circulation_goes_round_its_middle_however_wide_its_axes_are(wide: float) -> None:
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(-wide, wide, 21), np.linspace(-1.0, 1.0, 21)))
    found = _field_of({"x": x, "y": y, "u": -y * wide, "v": x / wide}, "")
    assert found is not None and 30 < len(found.strokes) <= 54
    for across, up, right, rise in found.strokes:
        assert (across - 0.5) * right + (up - 0.5) * rise == pytest.approx(0.0, abs=1e-9), "along the circle"
        assert (across - 0.5) * rise - (up - 0.5) * right >= 0.0, "always the same way round"
    columns, rows = ({round(stroke[k], 6) for stroke in found.strokes} for k in (0, 1))
    assert len(columns) * len(rows) == len(found.strokes), "as evenly as the data"
