"""The cards of views, from the arrays on the wires to what a person sees: texts, pixels, read-outs, exports."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from app import theme
from app.plots.ticks import minus
from app.plots.views import VIEW_CARDS
from app.plots.views.base import class_color
from app.plots.views.boundary import border_classes, region_colors
from app.plots.views.cells import written
from app.plots.views.surfaces import finer
from app.plots.views.words import grouped
from app.worker import messages as m
from app.worker.view_data import view_of
from engine.operator import Kind
from nodes.library import LIBRARY


@pytest.fixture(autouse=True)
def dark(qapp):
    look = theme.appearance()
    if (look.theme, look.scale) != (theme.DARK, 1.0) or not qapp.styleSheet():
        theme.apply(qapp, theme.DARK, 1.0)


@pytest.fixture
def shown(qtbot):
    def show(operator, inputs, *, size=(420, 280), **settings):
        own = {name: spec.default for name, spec in LIBRARY[operator].settings.items()} | settings
        card = VIEW_CARDS[operator](LIBRARY[operator].title, own)
        qtbot.addWidget(card)
        card.resize(*size)
        card.show()
        qtbot.waitExposed(card)
        card.show_data(inputs if isinstance(inputs, m.ViewData) else view_of(operator, inputs, own), 7)
        return card

    return show


def pixels(card, color, near=24):
    """Return how many pixels of the plot are close to a colour."""
    image = card.area.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    wanted = QColor(color)
    away = raw[..., 2::-1].astype(int) - [wanted.red(), wanted.green(), wanted.blue()]
    return int((np.abs(away).max(axis=2) < near).sum())


def color_at(card, x, y):
    """Return the colour of the plot at data coordinates."""
    return card.grab().toImage().pixelColor(card.area.mapTo(card, card.area.to_pixels(x, y).toPoint()))


def read(card, x, y):
    return card.area.read(QPointF(x, y))


RNG = np.random.default_rng(3)
GRID = np.mgrid[-2:2:24j, -3:3:32j]
EXAMPLES = {
    "views.line_plot": {"y": RNG.normal(size=(20, 2))},
    "views.scatter_fit": {"x": np.arange(9.0), "y": np.arange(9.0) ** 2, "fit": np.arange(9.0)},
    "views.decision_boundary": {"points": RNG.normal(size=(30, 3)), "target": np.arange(30) % 2},
    "views.image": {"x": RNG.normal(size=(8, 9))},
    "views.heat_map": {"x": RNG.normal(size=(4, 5))},
    "views.image_grid": {"images": RNG.random((6, 8, 8)), "labels": np.arange(6), "predictions": np.arange(6) // 2},
    "views.histogram": {"x": RNG.normal(size=200)},
    "views.bar": {"heights": RNG.normal(size=(4, 3))},
    "views.table": {"x": RNG.normal(size=(30, 4))},
    "views.contour": {"z": GRID[0] ** 2 + GRID[1], "x": GRID[1][0], "y": GRID[0][:, 0]},
    "views.vector_field": {"u": -GRID[0], "v": GRID[1], "x": GRID[1][0], "y": GRID[0][:, 0]},
    "views.confusion_matrix": {"prediction": np.array([0, 1, 1, 2]), "target": np.array([0, 1, 2, 2])},
    "views.text": {"xs.0": np.float64(0.5)},
    "views.number": {"x": np.float64(0.5)},
    "views.probe": {"x": np.float64(0.5)},
}
VIEWS = tuple(id for id, operator in LIBRARY.items() if operator.kind is Kind.VIEW)


def test_every_view_has_a_card_and_an_example_here():
    assert set(VIEWS) == set(VIEW_CARDS) == set(EXAMPLES)


@pytest.mark.parametrize("operator", VIEWS)
def test_without_data_a_card_says_what_to_wire(shown, operator):
    card = shown(operator, {})
    assert card.empty.isVisible() and len(card.empty.text()) > 20
    assert not card.table()


@pytest.mark.parametrize("operator", VIEWS)
@pytest.mark.parametrize(("name", "scale"), [("dark", 1.0), ("light", 1.5), ("contrast", 1.0)])
def test_every_view_draws_in_every_theme_and_scale(qapp, shown, operator, name, scale):
    theme.apply(qapp, theme.THEMES[name], scale)
    card = shown(operator, EXAMPLES[operator], size=(round(420 * scale), round(280 * scale)))
    assert card.empty.isHidden()
    image = card.area.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)
    assert len(np.unique(raw, axis=0)) > 5, "something is drawn"
    card.show_data(None, 0)
    assert card.empty.isVisible()


@pytest.mark.parametrize("operator", VIEWS)
def test_every_view_is_exported(shown, operator, tmp_path):
    card = shown(operator, EXAMPLES[operator])
    if operator == "views.number":
        card.show_data(view_of(operator, {"x": np.float64(0.7)}, card.settings), 9)
    for suffix in ("png", "svg", "csv"):
        card.export(tmp_path / f"view.{suffix}")
    assert QImage(str(tmp_path / "view.png")).width() == 2 * card.width()
    ElementTree.parse(tmp_path / "view.svg")
    rows = list(csv.reader((tmp_path / "view.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 1 or operator == "views.decision_boundary", "without a prediction there is no grid"


@pytest.mark.parametrize("operator", VIEWS)
def test_arrays_of_wrong_shapes_are_a_sentence_and_never_a_crash(shown, operator):
    """Whatever is wired in: the declaration refuses it, or the card draws it or says why not."""
    odd = [
        np.float64(2),
        np.arange(3.0),
        np.ones((2, 3)),
        np.ones((2, 3, 4)),
        np.empty((0, 4)),
        np.full((3, 3), np.nan),
    ]
    odd += [np.array([1 + 2j, 3j]), np.array([True, False])]
    names = [f"{each.name}.0" if each.variadic else each.name for each in LIBRARY[operator].inputs]
    for k, array in enumerate(odd):
        inputs = {name: odd[(k + j * 3) % len(odd)] if j else array for j, name in enumerate(names)}
        card = shown(operator, inputs)
        assert card.empty.isHidden() or card.empty.text().strip()
        card.area.read(QPointF(0.5, 0.5))
        card.table()


# Decision boundary ----------------------------------------------------------------------------------------------------


def surface(scores, x, y, points, target, **facts):
    made = view_of("views.decision_boundary", {"points": points, "target": target}, {"across": 0, "up": 1})
    arrays = {"scores": scores.astype(np.float32), "x": x, "y": y}
    packed = {name: m.Packed.of(array) for name, array in arrays.items()}
    return msgspec.structs.replace(made, inputs={**made.inputs, **packed}, facts={**made.facts, **facts})


AXIS = np.linspace(-1, 1, 33)
POINTS = np.array([[-0.5, 0.0], [0.5, 0.0], [-0.5, 0.5], [0.5, 0.5]])
TARGET = np.array([0.0, 1.0, 0.0, 1.0])


def test_a_boundary_colours_each_side_by_its_class_and_lies_where_the_score_is_zero(shown):
    scores = np.tile(8 * (AXIS - 0.25), (33, 1))
    card = shown("views.decision_boundary", surface(scores, AXIS, AXIS, POINTS, TARGET))
    left, right = color_at(card, -0.8, -0.8), color_at(card, 0.8, -0.8)
    for color, k in ((left, 0), (right, 1)):
        away = [abs(a - int(b)) for a, b in zip(color.getRgb()[:3], region_colors(np.eye(2)[[[k]]])[0, 0], strict=True)]
        assert max(away) < 25
    segments = card._borders._groups[0][0]
    assert np.abs(segments[..., 0] - 0.25).max() < 1e-6, "a logit of 0 lies at 0.25"
    assert segments[..., 1].min() < -0.95 and segments[..., 1].max() > 0.95
    found = read(card, 0.25 + np.log(3) / 8, 0.3)
    assert found.rows[0].name == "class 1" and abs(float(found.rows[0].text.split()[0]) - 75) < 12


def test_yes_begins_where_the_setting_says_and_after_a_sigmoid_at_one_half(shown):
    ramp = np.tile(0.1 + 0.8 * (AXIS + 1) / 2, (33, 1))
    for more, facts, at in (
        ({}, {"probability": True}, 0.0),
        ({"border": "0.5"}, {}, 0.0),
        ({"border": "0"}, {}, None),
    ):
        card = shown("views.decision_boundary", surface(ramp, AXIS, AXIS, POINTS, TARGET, **facts), **more)
        if at is None:
            assert card._borders._groups == []
        else:
            assert np.abs(card._borders._groups[0][0][..., 0] - at).max() < 1e-6


def test_of_several_classes_each_has_its_region_its_name_and_its_pill(qtbot, shown):
    centres = np.array([[-0.6, -0.6], [0.6, -0.6], [0.0, 0.6]])
    grid = np.stack(np.meshgrid(AXIS, AXIS), axis=-1)
    scores = -20 * ((grid[:, :, None] - centres) ** 2).sum(axis=-1)
    data = surface(scores, AXIS, AXIS, centres, np.arange(3.0), names=["setosa", "versicolor", "virginica"], others=2)
    card = shown("views.decision_boundary", data)
    assert [pill.name for pill in card.legend.pills] == ["setosa", "versicolor", "virginica"]
    assert card.subtitle.text().startswith("2 other features at the mean")
    for centre, name in zip(centres, card.names(), strict=True):
        assert read(card, *centre).rows[0].name == name
    dots = pixels(card, class_color(0))
    qtbot.mouseClick(card.legend, Qt.MouseButton.LeftButton, pos=QPoint(12, 10))
    assert pixels(card, class_color(0)) < dots
    assert len(card.table()) == 5 and len(card.table()["setosa"]) == 33 * 33


def test_where_the_stretch_cannot_be_evaluated_its_sentence_stands_in_the_card(shown):
    data = msgspec.structs.replace(surface(np.zeros((2, 2)), AXIS[:2], AXIS[:2], POINTS, TARGET), sentence="It cannot.")
    card = shown("views.decision_boundary", data)
    assert card.empty.isVisible() and card.empty.text() == "It cannot."
    assert card._borders._groups == []


def test_a_finer_surface_keeps_the_grid_s_own_values_and_polynomials():
    x = np.arange(7.0)
    values = np.add.outer(x**2, 3 * x)
    fine = finer(values, 4)
    assert fine.shape == (25, 25)
    np.testing.assert_allclose(fine[::4, ::4], values, rtol=1e-6, atol=1e-5)
    inner = np.add.outer((np.arange(25) / 4) ** 2, 3 * np.arange(25) / 4)[4:-4, 4:-4]
    np.testing.assert_allclose(fine[4:-4, 4:-4], inner, rtol=1e-5, atol=1e-4)


def test_all_borders_are_drawn_but_none_twice():
    shares = np.zeros((1, 4, 3))
    shares[0, [0, 1, 2, 3], [0, 0, 2, 2]] = 1.0
    assert border_classes(shares) == [0], "two classes win somewhere: one outline is both borders"


# Cells ----------------------------------------------------------------------------------------------------------------


def test_a_confusion_matrix_counts_all_examples_names_classes_and_reads_shares(shown):
    true = np.repeat([0, 1, 2], [50, 30, 20])
    said = true.copy()
    said[:10], said[-5:] = 1, 0
    card = shown("views.confusion_matrix", {"prediction": said, "target": true}, classes="cat, dog, horse")
    counts = np.zeros((3, 3))
    np.add.at(counts, (true, said), 1)
    np.testing.assert_array_equal(card.arrays["counts"], counts)
    assert card.subtitle.text() == "85.0 % right · 100 examples"
    found = read(card, 1.5, 2.5)
    assert found.title == "cat taken for dog" and [row.text for row in found.rows] == ["10", "20.0 %"]
    assert read(card, 0.5, 2.5).title == "cat, right"
    assert card.table()["taken for cat"].tolist() == [40, 0, 5]
    right, wrong = color_at(card, 0.15, 2.9), color_at(card, 1.15, 2.9)
    assert right.green() > right.red() and wrong.red() > wrong.green(), "right and wrong differ in hue"


def test_scores_count_by_their_largest_and_what_has_no_class_is_told(shown):
    scores = np.eye(4)[[0, 1, 2, 3, 3]] * 5 - 2
    card = shown("views.confusion_matrix", {"prediction": scores, "target": np.array([0, 1, 2, 3, -1])})
    np.testing.assert_array_equal(card.arrays["counts"], np.eye(4))
    assert card.subtitle.text().endswith("1 without a class")
    many = shown("views.confusion_matrix", {"prediction": np.arange(300), "target": np.arange(300)})
    assert "300 classes" in many.empty.text()


def test_text_reads_on_every_cell(qapp):
    from app.plots.views.base import readable_on

    for value in range(0, 256, 5):
        fill = QColor(value, 255 - value, value // 2).name()
        assert theme.contrast(readable_on(fill).name(), fill) >= 4.5


def test_a_heat_map_writes_numbers_where_there_is_room_and_marks_holes(shown):
    x = np.array([[1.0, -0.25], [np.nan, 0.5]])
    card = shown("views.heat_map", {"x": x}, rows="first, second", columns="a, b", colours="diverging")
    assert card._cells._texts == [["1.00", "−0.25"], ["", "0.50"]]
    assert card.subtitle.text() == "(2, 2) · 1 not finite"
    assert color_at(card, 0.5, 0.5) == QColor(theme.DARK.panel), "a hole shows the card"
    assert read(card, 1.5, 1.5).title == "first, b"
    assert list(card.table()) == ["a", "b"]
    assert shown("views.heat_map", {"x": x}, numbers=False)._cells._texts == ()


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 20, -3], ["1", "20", "−3"]),
        ([0.5, 12.25, -1], ["0.50", "12.25", "−1.00"]),
        ([1e9, 0, 2.5], ["1.0e+09", "0.0e+00", "2.5e+00"]),
    ],
)
def test_numbers_in_cells_have_equal_decimals(values, texts):
    assert written(np.array([values], dtype=float)) == [texts]


# Images ---------------------------------------------------------------------------------------------------------------


def test_an_image_grid_marks_those_taken_for_something_else(shown):
    images = RNG.random((12, 64))
    labels = np.arange(12) % 3
    said = labels.copy()
    said[[4, 7]] = [0, 2]
    card = shown("views.image_grid", {"images": images, "labels": labels, "predictions": said}, classes="a,b,c")
    assert card.subtitle.text() == "12 images · 2 of 12 wrong"
    tiles = card._tiles._tiles
    assert [tile.wrong for tile in tiles] == (said != labels).tolist()
    assert tiles[4].caption == "b → a" and tiles[0].caption == "a"
    assert (tiles[0].image.width(), tiles[0].image.height()) == (8, 8)
    boxes = card._tiles.boxes(card.area.plot_rect)
    assert all(not one.intersects(other) for k, one in enumerate(boxes) for other in boxes[:k])
    assert all(card.area.plot_rect.adjusted(-1, -1, 1, 1).contains(box) for box in boxes)
    place = card.area.to_data(boxes[4].center())
    found = card.area.read(place)
    assert found.title == "image 4" and [row.text for row in found.rows] == ["b", "a"]
    assert pixels(card, theme.DARK.bad) > 100
    first = shown(
        "views.image_grid", {"images": images, "labels": labels, "predictions": said}, wrong_first=True, most=5
    )
    assert first.arrays["chosen"].tolist() == [4, 7, 0, 1, 2]
    assert first.subtitle.text().startswith("5 of 12")


def test_an_image_in_a_grid_has_the_colours_of_its_pixels(shown):
    image = np.zeros((1, 2, 2, 3))
    image[0, 0, 1] = (1.0, 0.0, 0.5)
    card = shown("views.image_grid", {"images": image})
    assert card._tiles._tiles[0].image.pixelColor(1, 0) == QColor(255, 0, 128)
    box = card._tiles.boxes(card.area.plot_rect)[0]
    seen = (
        card.area.grab()
        .toImage()
        .pixelColor(QPointF(box.x() + box.width() * 0.75, box.y() + box.height() / 4).toPoint())
    )
    assert abs(seen.red() - 255) < 3 and seen.green() < 3


# Bars, tables, fields -------------------------------------------------------------------------------------------------


def test_bars_stand_on_zero_side_by_side_with_their_names(qtbot, shown):
    heights = np.array([[1.0, 2.0], [-3.0, 0.5]])
    card = shown("views.bar", {"heights": heights}, names="old,new", groups="train,test")
    assert [tick.text for tick in card.area.x_ticks()] == ["old", "new"]
    assert [pill.name for pill in card.legend.pills] == ["train", "test"]
    lefts = np.concatenate([bar._left for bar in card._bars])
    assert len(set(np.round(np.sort(lefts), 6))) == 4
    assert pixels(card, color_at(card, 0.19, 1.0)) > 500
    found = read(card, 1.1, -1.0)
    assert found.title == "new" and [(row.name, row.text) for row in found.rows] == [("train", "−3"), ("test", "0.5")]
    qtbot.mouseClick(card.legend, Qt.MouseButton.LeftButton, pos=QPoint(12, 10))
    assert len(card._bars[0]._left) == 0 and len(card._bars[1]._left) == 2


def test_a_table_scrolls_formats_and_marks_what_is_not_finite(qtbot, shown):
    x = np.arange(400.0).reshape(100, 4) / 8
    x[1, 2] = np.nan
    card = shown("views.table", {"x": x}, columns="a,b", digits=3)
    model, view = card.model, card.view
    assert (model.rowCount(), model.columnCount()) == (100, 4)
    assert [model.headerData(k, Qt.Orientation.Horizontal) for k in range(4)] == ["a", "b", "2", "3"]
    assert model.index(3, 1).data() == "1.62" and model.index(1, 2).data() == "NaN"
    assert model.index(1, 2).data(Qt.ItemDataRole.ForegroundRole) == QColor(theme.DARK.bad)
    assert card.subtitle.text() == "(100, 4) · 1 not finite"
    assert view.verticalScrollBar().maximum() > 0
    view.setCurrentIndex(model.index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    card.show_data(view_of("views.table", {"x": x + 1}, card.settings), 8)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum(), "a new number moves nothing"
    assert model.index(3, 1).data() == "2.62"
    whole = shown("views.table", {"x": np.array([[1234567, 2]])})
    assert whole.model.index(0, 0).data() == "1,234,567"


def test_a_contour_has_its_lines_at_round_heights_and_the_right_way_up(shown):
    y, x = np.mgrid[0:4:21j, 0:2:21j]
    card = shown("views.contour", {"z": x + 10 * y, "x": x[0], "y": y[:, 0]}, levels=5)
    groups = [group for group, _ in card._lines._groups if len(group)]
    heights = [float(np.round((group[..., 0] + 10 * group[..., 1]).mean(), 6)) for group in groups]
    assert heights == [10.0, 20.0, 30.0, 40.0]
    found = read(card, 1.0, 3.0)
    assert (found.title, found.rows[0].text) == ("x 1, y 3", "31")
    low, high = color_at(card, 1.0, 0.15), color_at(card, 1.0, 3.85)
    assert high.lightness() > low.lightness(), "in the dark theme height is light"
    falling = shown("views.contour", {"z": (x + 10 * y)[::-1], "x": x[0], "y": y[::-1, 0]}, levels=5)
    assert read(falling, 1.0, 3.0).rows[0].text == "31"
    crooked = shown("views.contour", {"z": x, "x": np.array([0.0, 2.0, 1.0] * 7), "y": y[:, 0]})
    assert "rise, or fall" in crooked.empty.text()


def test_arrows_point_where_their_components_say(shown):
    places = np.array([1.0, 2.0, 3.0])
    card = shown(
        "views.vector_field", {"u": np.array([1.0, 0.0, 0.0]), "v": np.array([0.0, 2.0, 0.0]), "x": places, "y": places}
    )
    found = read(card, 2.0, 2.0)
    assert [(row.name, row.text) for row in found.rows] == [("u", "0"), ("v", "2"), ("length", "2")]
    upwards = card.area.to_pixels(2.0, 2.0)
    image = card.grab().toImage().copy(card.area.geometry())
    drawn = [
        image.pixelColor(upwards.toPoint() + QPoint(0, dy)) != QColor(theme.DARK.panel) for dy in (-8, -4, 0, 4, 8)
    ]
    assert all(drawn), "the arrow at (2, 2) stands upright"
    nothing = image.copy(
        card.area.to_pixels(3.0, 3.0).toPoint().x() - 6, card.area.to_pixels(3.0, 3.0).toPoint().y() - 6, 13, 13
    )
    hues = {nothing.pixelColor(x, y).name() for x in range(13) for y in range(13)}
    assert hues <= {theme.DARK.panel, theme.DARK.grid}, "no length, no arrow"
    grid = shown("views.vector_field", {"u": np.ones((90, 90)), "v": np.zeros((90, 90))}, arrows=10)
    assert grid.subtitle.text() == "100 of 8,100 arrows"
    assert grid.arrays["x"].min() == 4, "from the middle of the first stride"


# Words ----------------------------------------------------------------------------------------------------------------


def test_a_text_takes_values_in_the_digits_asked_for_and_nothing_of_it_is_a_tag(shown):
    values = {"xs.0": np.float64(0.97312), "xs.1": np.float64(-42.0), "xs.2": np.arange(3.0)}
    card = shown("views.text", values, template="<b>{0:.1%}</b> of {1:.2f}, {2}, {7} {x}")
    assert card.filled() == "<b>97.3%</b> of −42.00, [0, 1, 2], {7} {x}"
    assert "&lt;b&gt;" in card._written._html and "<b>of" not in card._written._html
    hostile = shown("views.text", values, template="{0.__class__} {0!r} {0:>99999999}")
    assert hostile.filled() == "{0.__class__} {0!r} {0:>99999999}"


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [(51731.25, 5, "51,731"), (0.97312, 5, "0.97312"), (-3.0, 3, "-3.00"), (0.0, 4, "0.000"), (1e-9, 3, "1.00e-09"),
     (12345678.0, 4, "1.235e+07"), (float("nan"), 5, "NaN"), (float("inf"), 5, "∞")],
)  # fmt: skip
def test_a_number_keeps_its_digits(number, digits, text):
    assert grouped(number, digits) == minus(text)


def test_a_number_is_drawn_over_its_history(shown):
    card = shown("views.number", {"x": np.float64(0.5)}, format="percent", unit="right")
    for step in range(8, 60):
        card.show_data(view_of("views.number", {"x": np.float64(step / 60)}, card.settings), step)
    assert card._large._text == "98.33 %" and card._large._unit == "right"
    assert read(card, 30.0, 0).rows[0].text == "50.00 %"
    assert pixels(card, theme.DARK.value, 60) > 400
    card.show_data(view_of("views.number", {"x": np.float64(0.1)}, card.settings), 0)
    assert len(card.table()["step"]) == 1, "a run from the start has a history of its own"


def test_a_view_that_is_wired_says_that_values_are_yet_to_come(dressed: object) -> None:
    card = VIEW_CARDS["views.line_plot"]("A line", {})
    card.show_data(None, 0)
    assert card.empty.text() == card.EMPTY
    card.wired = True
    card.show_data(None, 0)
    assert card.empty.text() == card.WAITING
    card.deleteLater()
