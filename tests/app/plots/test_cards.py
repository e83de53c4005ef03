"""Cards through what a person sees of them: texts, curves, read-outs, exports."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage

from app import fonts, theme
from app.plots.area import ReadOut, Row, cut_short
from app.plots.histories import MOST, GradientCard, LossCard, ValuesCard
from app.plots.legend import ROWS, fitting
from app.plots.path import PathCard, plane
from app.plots.views import HistogramCard, ImageCard, LineCard, ProbeCard, ScatterCard
from app.worker import messages as m
from app.worker.describe import short
from app.worker.view_data import view_of
from tests.app.plots import stand_in


@pytest.fixture(autouse=True)
def dark(qapp):
    theme.apply(qapp, theme.DARK, 1.0)


@pytest.fixture
def line_fit():
    runs = stand_in.line_fit()
    yield runs
    runs.close()


@pytest.fixture
def five():
    runs = stand_in.five_optimizers()
    yield runs
    runs.close()


@pytest.fixture
def nothing():
    runs = stand_in.Runs([], [])
    yield runs
    runs.close()


@pytest.fixture
def shown(qtbot):
    def show(card, width=420, height=260):
        qtbot.addWidget(card)
        card.resize(width, height)
        card.show()
        qtbot.waitExposed(card)
        card.refresh()
        return card

    return show


def data(**arrays):
    return view_of("", arrays, {})


def pixels(card, color):
    """Return how many pixels of the plot are close to a colour."""
    image = card.area.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    wanted = QColor(color)
    away = raw[..., 2::-1].astype(int) - [wanted.red(), wanted.green(), wanted.blue()]
    return int((np.abs(away).max(axis=2) < 40).sum())


# Histories ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [LossCard, GradientCard, ValuesCard, PathCard])
def test_without_a_run_a_card_says_what_to_do(shown, nothing, kind):
    card = shown(kind(nothing))
    assert card.empty.isVisible()
    assert "Run" in card.empty.text()
    assert not card.legend.pills


def test_the_loss_is_drawn_in_the_colour_of_values_on_a_logarithmic_axis(shown, line_fit):
    card = shown(LossCard(line_fit))
    assert not card.empty.isVisible()
    assert card.subtitle.text() == "log · raw + smoothed"
    assert [tick.text for tick in card.area.y_ticks()] == ["10⁴", "10⁵", "10⁶", "10⁷"]
    assert pixels(card, theme.DARK.value) > 300
    (x0, x1), (y0, y1) = card.area.box.viewRange()
    loss = line_fit.curve(0, line_fit.lanes[0].series[0])
    assert (x0, x1) == (0, loss.steps[-1])
    assert y0 < np.log10(loss.low.min()) < np.log10(loss.high.max()) < y1


def test_the_axis_follows_the_menu(shown, line_fit):
    card = shown(LossCard(line_fit))
    switches = {switch.text: switch for switch in card.switches()}
    assert switches["Logarithmic values"].on()
    switches["Logarithmic values"].set(False)
    switches["Raw values"].set(False)
    assert card.subtitle.text() == "smoothed"
    assert card.area.y_ticks()[0].text == "0"
    switches["Logarithmic steps"].set(True)
    assert [tick.text for tick in card.area.x_ticks()][:3] == ["1", "10", "100"]


def test_values_that_have_no_logarithm_get_a_linear_axis(shown):
    lane = m.Lane("a", ("o",), (), (m.Series("loss", "o"),), 10, "tape", "numpy_code")
    runs = stand_in.Runs([lane], [np.linspace(900.0, -5.0, 50)[:, None]])
    card = shown(LossCard(runs))
    assert card.subtitle.text() == "raw + smoothed"
    runs.close()


def test_validation_is_drawn_beside_the_loss_in_a_colour_of_its_own(shown):
    series = (m.Series("loss"), m.Series("gradient"), m.Series("validation"))
    lane = m.Lane("a", ("o",), (), series, 60, "tape", "numpy_code")
    falling = np.linspace(9.0, 1.0, 60)
    runs = stand_in.Runs([lane], [np.column_stack([falling, falling, np.abs(falling - 4.0) + 2.0])])
    card = shown(LossCard(runs))
    assert [pill.name for pill in card.legend.pills] == ["loss", "validation"]
    assert pixels(card, theme.DARK.value) > 100
    assert pixels(card, theme.DARK.series[2]) > 50
    runs.close()


def test_of_an_optimizer_that_has_ended_the_last_value_is_read(shown):
    series = (m.Series("loss", "o1"), m.Series("loss", "o2"))
    lane = m.Lane("a, b", ("o1", "o2"), (), series, 40, "tape", "numpy_code")
    falling = np.linspace(9.0, 1.0, 40)
    ended = np.where(np.arange(40) < 10, 5.0, np.nan)
    runs = stand_in.Runs([lane], [np.column_stack([falling, ended])])
    card = shown(LossCard(runs))
    told = {row.name: row.text for row in card._read(QPointF(30.0, 1.0)).rows}
    assert told["b"] == "5"
    assert told["a"] == short(falling[30])
    runs.close()


def test_a_loss_that_is_not_finite_breaks_the_curve_and_nothing_else(shown):
    lane = m.Lane("a", ("o",), (), (m.Series("loss", "o"),), 10, "tape", "numpy_code")
    losses = np.linspace(900.0, 1.0, 60)
    losses[30], losses[31] = np.nan, np.inf
    runs = stand_in.Runs([lane], [losses[:, None]])
    card = shown(LossCard(runs))
    assert pixels(card, theme.DARK.value) > 100
    assert np.isfinite(card.area.box.viewRange()).all()
    runs.close()


def test_the_read_out_gives_the_values_of_the_step_under_the_mouse(shown, line_fit):
    card = shown(GradientCard(line_fit))
    place = card.area.to_pixels(230, 1.0)
    card.area.read_at(place)
    found = card.area.read(card.area.to_data(place))
    step = int(found.title.removeprefix("step ").replace(",", ""))
    assert abs(step - 230) <= 8
    truth = line_fit.curve(0, m.Series("gradient", "w"), step, step, 64)
    assert [row.name for row in found.rows] == ["slope w", "offset b"]
    assert float(found.rows[0].text.replace(",", "")) == pytest.approx(truth.mean[0], rel=0.2)


def test_a_click_on_a_pill_hides_its_curve(qtbot, shown, line_fit):
    card = shown(GradientCard(line_fit))
    orange, purple = (pill.color for pill in card.legend.pills)
    assert orange == theme.DARK.derivative
    before = pixels(card, orange)
    qtbot.mouseClick(card.legend, Qt.MouseButton.LeftButton, pos=QPoint(12, 10))
    assert [pill.shown for pill in card.legend.pills] == [False, True]
    assert pixels(card, orange) < before / 4
    assert pixels(card, purple) > 100
    qtbot.mouseClick(card.legend, Qt.MouseButton.LeftButton, pos=QPoint(12, 10))
    assert pixels(card, orange) == before


def test_several_optimizers_have_their_own_colours_and_one_pill_each(shown, five):
    for kind in (LossCard, GradientCard, ValuesCard, PathCard):
        card = shown(kind(five))
        assert [pill.name for pill in card.legend.pills] or kind is PathCard
        assert [pill.color for pill in card.legend.pills] == list(theme.DARK.series[:5])
        for color in theme.DARK.series[:5]:
            assert pixels(card, color) > 20


def test_zooming_with_the_wheel_reads_finer_and_a_double_click_gives_the_whole_back(qtbot, shown, five):
    card = shown(LossCard(five))
    whole = card.area.box.viewRange()[0]
    card.area.box.setXRange(2900, 2940, padding=0)
    card.area._moved_by_hand()
    assert card.area.following is False
    assert card._drawn[0].curve.width == 1
    assert card.area.box.viewRange()[0] == [2900, 2940]
    qtbot.mouseDClick(card.area.viewport(), Qt.MouseButton.LeftButton, pos=card.area.plot_rect.center().toPoint())
    assert card.area.box.viewRange()[0] == whole


# The path -------------------------------------------------------------------------------------------------------------


def answer(card, loss):
    """Answer the card's questions for contours; return the list of what was asked."""
    asked = []

    def draw(across, up, bounds):
        asked.append((across, up, bounds))
        x, y = np.linspace(*bounds[:2], 40), np.linspace(*bounds[2:], 40)
        card.set_contour(m.Contour(m.Packed.of(x), m.Packed.of(y), m.Packed.of(loss(x[None, :], y[:, None]))))

    card.contour_wanted.connect(draw)
    return asked


def test_the_path_lies_over_contours_that_cover_it(shown, line_fit):
    card = PathCard(line_fit)
    asked = answer(card, lambda w, b: (w - 423.9) ** 2 + (b + 40.8) ** 2)
    shown(card)
    ((across, up, (x0, x1, y0, y1)),) = asked
    assert (across, up) == (("w", 0), ("b", 0))
    (left, right), (low, high) = card.area.box.viewRange()
    assert x0 <= left < 0 < 423.9 < right <= x1
    assert y0 <= low < -40.8 < high <= y1
    assert pixels(card, theme.DARK.derivative) > 100
    card.refresh()
    assert len(asked) == 1
    card.forget_contour()
    card.refresh()
    assert len(asked) == 2


def test_the_path_begins_where_the_run_began(shown, five):
    card = shown(PathCard(five))
    for way in card._ways:
        assert (way.x[0], way.y[0]) == pytest.approx((-1.2, 1.0))
        assert way.steps[0] == 0


def test_ways_that_coincide_are_all_seen_and_so_are_their_ends(shown):
    t = np.linspace(0.0, 1.0, 400)
    row = np.column_stack([1 - t + 1e-3, 1 - t + 1e-3, t, t**2])
    series = (m.Series("loss", "o"), m.Series("gradient"), m.Series("value", "x"), m.Series("value", "y"))
    parameters = (m.Parameter("x", "x", ()), m.Parameter("y", "y", ()))
    lanes = [m.Lane(f"o{k}", (f"o{k}",), parameters, series, 400, "static", "numpy_code") for k in range(4)]
    runs = stand_in.Runs(lanes, [row] * 4)
    card = shown(PathCard(runs))
    tops = [np.isfinite(card._curves[k][1]._y) for k in range(4)]
    assert (np.sum(tops, axis=0) == 1).all(), "each point is one way's turn"
    assert all(top.sum() > 20 for top in tops)
    assert all(pixels(card, theme.DARK.series[k]) > 25 for k in range(4))
    assert card._ends._size == [20.0, 16.0, 12.0, 8.0]
    runs.close()


@pytest.mark.parametrize("steps", [300, 1500, 5000, 120_000])
@pytest.mark.parametrize(("scale", "width"), [(1.0, 256), (1.5, 384), (2.0, 480)])
def test_every_axis_of_steps_has_ticks_enough_that_keep_apart(qapp, shown, steps, scale, width):
    theme.apply(qapp, theme.DARK, scale)
    lane = m.Lane("a", ("o",), (), (m.Series("loss", "o"),), steps, "tape", "numpy_code")
    runs = stand_in.Runs([lane], [np.geomspace(1.0, 1e-9, steps)[:, None]])
    card = shown(LossCard(runs), width, round(190 * scale))
    across, up = card.area.x_ticks(), card.area.y_ticks()
    assert len(across) >= 2
    assert len(up) >= 3
    assert card.area._apart(across, QFontMetricsF(fonts.sans("caption", scale)))
    runs.close()


def test_a_path_needs_exactly_two_numbers(line_fit, five):
    assert plane(line_fit.lanes) == (m.Series("value", "w"), m.Series("value", "b"))
    assert plane(five.lanes) is not None
    assert plane(()) is None
    import msgspec

    matrix = msgspec.structs.replace(line_fit.lanes[0], parameters=(m.Parameter("w", "w", (2, 2)),))
    assert plane((matrix,)) is None


def test_many_long_names_are_whole_where_the_card_is_high(shown):
    series = tuple(m.Series("gradient", f"p{k}") for k in range(12))
    parameters = tuple(m.Parameter(f"p{k}", f"weight number {k}", ()) for k in range(12))
    lane = m.Lane("a", ("o",), parameters, series, 10, "tape", "numpy_code")
    runs = stand_in.Runs([lane], [np.ones((50, 12))])
    card = shown(GradientCard(runs), 430, 260)
    assert [pill.name for _, pill in card.legend._boxes] == [f"weight number {k}" for k in range(MOST)]
    assert f"{MOST} of 12 parameters" in card.subtitle.text()
    assert card.area.plot_rect.height() > 90
    runs.close()


def test_the_norms_of_optimizers_that_take_turns_are_no_parameter_s(shown):
    series = (m.Series("loss", "o"), m.Series("gradient", "o"), m.Series("gradient", "p"))
    series += (m.Series("loss", "q"), m.Series("gradient", "q"), m.Series("gradient", "r"))
    parameters = (m.Parameter("p", "forger", (3, 40)), m.Parameter("r", "critic", (3, 40)))
    lane = m.Lane("first, second", ("o", "q"), parameters, series, 10, "static", "numpy_code")
    runs = stand_in.Runs([lane], [np.ones((50, 6))])
    card = shown(GradientCard(runs), 430, 260)
    assert [pill.name for _, pill in card.legend._boxes] == ["forger", "critic"]
    assert "per parameter" in card.subtitle.text()
    runs.close()


def test_parameters_too_large_to_record_are_not_waited_for(shown):
    series = (m.Series("loss", "o"), m.Series("gradient"), m.Series("gradient", "p"))
    lane = m.Lane("a", ("o",), (m.Parameter("p", "weights", (10, 41)),), series, 10, "static", "numpy_code")
    runs = stand_in.Runs([lane], [np.ones((50, 3))])
    card = shown(ValuesCard(runs))
    assert card.empty.isVisible()
    assert "too many numbers" in card.empty.text()
    assert "Run" not in card.empty.text()
    runs.close()


def test_a_read_out_of_several_optimizers_has_a_row_for_each_with_all_its_numbers(shown, five):
    card = shown(ValuesCard(five))
    found = card._read(QPointF(1500.0, 0.0))
    assert [row.name for row in found.rows] == list(stand_in.NAMES)
    x, y = (five.curve(0, m.Series("value", name)).mean for name in "xy")
    assert len(found.marks) == 10
    near = found.rows[0].text.replace("−", "-").replace("x ", "").split("   y ")
    assert float(near[0]) == pytest.approx(np.interp(1500, np.arange(len(x)) * 3000 / len(x), x), abs=0.01)
    assert float(near[1]) == pytest.approx(np.interp(1500, np.arange(len(y)) * 3000 / len(y), y), abs=0.01)


@pytest.mark.parametrize(("rows", "most", "shown_rows"), [(3, 9, 3), (12, 6, 5), (12, 13, 12), (12, 1, 2)])
def test_a_read_out_longer_than_its_plot_says_how_many_are_left_out(rows, most, shown_rows):
    found = cut_short(ReadOut(0.0, (), "step 1", tuple(Row("red", str(k), "1") for k in range(rows))), most)
    assert len(found.rows) == shown_rows
    if shown_rows < rows:
        assert found.rows[-1].name == f"and {rows - shown_rows + 1} more"


@pytest.mark.parametrize("width", [228, 420])
def test_a_read_out_of_long_names_keeps_inside_its_plot(shown, five, width):
    card = shown(LossCard(five), width)
    long = ReadOut(0.0, (), "t" * 300, tuple(Row("red", "n" * 300, "−1.234e−12") for _ in range(3)))
    metrics = QFontMetricsF(fonts.sans("caption", 1.0))
    found = card.area._hover._narrowed(long, metrics)
    assert metrics.horizontalAdvance(found.title) < card.area.width() - 20
    widest = max(metrics.horizontalAdvance(row.name + row.text) for row in found.rows)
    assert widest < card.area.width() - 40
    assert found.rows[0].text == "−1.234e−12", "numbers are never cut"


def test_a_picture_is_taken_without_the_read_out(shown, line_fit, tmp_path):
    card = shown(LossCard(line_fit))
    card.area.read_at(card.area.plot_rect.center())
    card.export(tmp_path / "loss.svg")
    assert "step" not in "".join(ElementTree.parse(tmp_path / "loss.svg").getroot().itertext())


def test_a_picture_leaves_out_what_opens_the_menu(shown, line_fit, tmp_path):
    card = shown(LossCard(line_fit))
    card.export(tmp_path / "loss.png")
    dots = card.menu_button.geometry()
    panel = QColor(theme.appearance().theme.panel).rgb()

    def inked(image, factor):
        rows, columns = range(dots.top(), dots.bottom()), range(dots.left(), dots.right())
        return any(image.pixel(factor * x, factor * y) != panel for x in columns for y in rows)

    assert not inked(QImage(str(tmp_path / "loss.png")), 2)
    assert inked(card.grab().toImage(), round(card.devicePixelRatioF())), "on the screen it is there again"


def test_a_matrix_is_exported_column_by_column(shown, tmp_path):
    card = shown(ImageCard("i", {}))
    card.show_data(data(x=np.arange(6.0).reshape(2, 3)), 0)
    card.export(tmp_path / "matrix.csv")
    rows = list(csv.reader((tmp_path / "matrix.csv").read_text(encoding="utf-8").splitlines()))
    assert rows == [["column 0", "column 1", "column 2"], ["0.0", "1.0", "2.0"], ["3.0", "4.0", "5.0"]]
    card.show_data(data(x=np.arange(12.0).reshape(2, 2, 3) / 12), 0)
    assert list(card.table())[:3] == ["column 0 red", "column 1 red", "column 0 green"]


def test_a_subtitle_leaves_out_whole_parts_where_there_is_no_room(shown, line_fit):
    card = shown(GradientCard(line_fit))
    assert card.subtitle.seen_text() == card.subtitle.text() == "per parameter · log"
    card.resize(250, 200)
    assert card.subtitle.seen_text() == "per parameter"
    path = shown(PathCard(line_fit), 228, 200)
    path.subtitle.say("Gradient descent with warm restarts")
    assert path.subtitle.seen_text() == ""


# Views ----------------------------------------------------------------------------------------------------------------

X = np.linspace(0.0, 2.0, 24)


def test_data_and_fit_are_points_and_a_line_in_the_value_s_colour(shown):
    card = shown(ScatterCard("Data and fit", {"x_label": "distance (Mpc)", "y_label": "velocity (km/s)"}))
    assert "Wire x and y" in card.empty.text()
    card.show_data(data(x=X[::-1], y=X * 3, fit=X[::-1] * 3 + 0.5), 7)
    assert card.subtitle.text() == "24 points"
    assert card.area.x_title == "velocity (km/s) over distance (Mpc)"
    assert pixels(card, theme.DARK.value) > 200
    assert pixels(card, theme.DARK.second) > 200
    found = card._read(QPointF(card.area.to_data(card.area.to_pixels(X[3], X[20] * 3))))
    assert [row.name for row in found.rows] == ["x", "y", "fit", "difference"]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": X}, "Wire x and y"),
        ({"x": X, "y": X[:5]}, "one length"),
        ({"x": X, "y": X, "fit": X[:5]}, "fit (5,)"),
    ],
)
def test_data_that_cannot_be_drawn_are_explained(shown, arrays, words):
    card = shown(ScatterCard("s", {}))
    card.show_data(data(**arrays), 0)
    assert words in card.empty.text()
    assert card.empty.isVisible()


def test_more_curves_than_a_theme_has_colours_are_dashed(shown):
    many = np.arange(10)[None, :] * np.array([[0.0], [1.0], [2.0]])
    card = shown(LineCard("l", {"names": "a, b, c, d, e, f, g, h, i, j"}))
    card.show_data(data(y=many), 0)
    assert [name for name, *_ in card._drawn] == list("abcdefghij")
    colours = [color for _, color, *_ in card._drawn]
    assert colours[:2] == colours[8:], "after eight colours they begin again"
    assert [curve._stroke.dashes for curve in card._curves] == [None] * 8 + [(3.0, 2.0)] * 2


def test_a_line_over_x_and_the_history_of_a_scalar(shown):
    card = shown(LineCard("l", {}))
    card.show_data(data(y=np.stack([X, X**2], 1), x=X), 0)
    assert [pill.name for pill in card.legend.pills] == ["column 0", "column 1"]
    assert card.area.box.viewRange()[0] == [0, 2]
    scalar = shown(LineCard("l", {}))
    for step in (0, 10, 20, 20, 30):
        scalar.show_data(data(y=np.float64(step * 2)), step)
    assert scalar.table().keys() == {"y"}
    assert scalar.area.box.viewRange()[0] == [0, 30]
    scalar.show_data(data(y=np.float64(1.0)), 0)
    assert len(scalar._seen.rows) == 1
    scalar.show_data(data(y=np.zeros((2, 2, 2))), 1)
    assert "(2, 2, 2)" in scalar.empty.text()


def test_a_histogram_reads_out_its_bars(shown):
    card = shown(HistogramCard("h", {"bins": 4}))
    card.show_data(view_of("views.histogram", {"x": np.array([0.0, 0.1, 0.2, 1.0, 2.0, 4.0])}, {"bins": 4}), 0)
    assert card.subtitle.text() == "6 values"
    assert card._read(QPointF(0.5, 1)).rows[0].text == "3"
    assert card._read(QPointF(9.0, 1)) is None


def test_an_image_has_its_scale_and_reads_out_its_cells(shown):
    card = shown(ImageCard("i", {"colours": "diverging"}))
    matrix = np.arange(12.0).reshape(3, 4) - 2
    card.show_data(data(x=matrix), 0)
    assert card.subtitle.text() == "(3, 4)"
    found = card._read(QPointF(2.5, 2.5))
    assert (found.title, found.rows[0].text) == ("row 0, column 2", "0")
    assert card._read(QPointF(0.5, 0.5)).rows[0].text == "6"
    assert (card._scale._low, card._scale._high) == (-9, 9)
    card.show_data(data(x=np.zeros((2, 2, 3))), 0)
    assert card._scale._colors == ()
    card.show_data(data(x=np.zeros((2, 2, 2))), 0)
    assert "no picture" in card.empty.text()
    card.show_data(data(x=np.full((2, 2), np.nan)), 0)
    assert not card.empty.isVisible()
    assert card.subtitle.text() == "(2, 2) · 4 not finite"
    card.show_data(data(x=np.array([[0.0, np.nan], [np.inf, 1.0]])), 0)
    assert card._image.image.shape == (2, 2)
    image, hole = card.grab().toImage(), card.area.to_pixels(1.5, 1.5)
    place = card.area.mapTo(card, hole.toPoint())
    assert image.pixelColor(place) == QColor(theme.DARK.panel), "a hole shows the card"


def test_a_probe_shows_digits_and_derivative(shown):
    card = shown(ProbeCard("p", {"digits": 4}))
    card.derivative = "−0.31"
    card.show_data(data(x=np.float64(423.94567)), 0)
    assert card._words._text == "423.9"
    assert card._words._facts == (("∂loss", "−0.31"),)
    card.show_data(data(x=np.arange(20.0)), 0)
    assert card._words._text.startswith("[0, 1, 2")
    assert ("mean", "9.5") in card._words._facts


# Export ---------------------------------------------------------------------------------------------------------------


def test_a_card_is_exported_as_picture_drawing_and_table(shown, five, tmp_path):
    card = PathCard(five)
    answer(card, lambda x, y: (1 - x) ** 2 + (y - 1) ** 2)
    shown(card)
    said = []
    card.message.connect(said.append)
    for suffix in ("png", "svg", "csv"):
        card.export(tmp_path / f"path.{suffix}")
    assert said[:2] == ["Wrote “path.png”.", "Wrote “path.svg”."]
    image = QImage(str(tmp_path / "path.png"))
    assert (image.width(), image.height()) == (2 * card.width(), 2 * card.height())
    drawing = ElementTree.parse(tmp_path / "path.svg").getroot()
    tags = [element.tag.split("}")[1] for element in drawing.iter()]
    assert tags.count("path") + tags.count("polyline") >= 10, "contours and paths are lines, not a picture"
    assert "Path over the loss" in "".join(drawing.itertext())
    assert "image" not in tags
    rows = list(csv.reader((tmp_path / "path.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0][:3] == ["Gradient descent step", "Gradient descent x", "Gradient descent y"]
    assert [float(v) for v in rows[1][:3]] == pytest.approx([0, -1.2, 1.0])


def test_histories_are_exported_in_full_one_file_per_optimizer(shown, five, tmp_path):
    card = shown(LossCard(five))
    said = []
    card.message.connect(said.append)
    card.export(tmp_path / "loss.csv")
    assert [(lane, path.name) for lane, _, path in five.exported][:2] == [
        (0, "loss Gradient descent.csv"),
        (1, "loss Momentum.csv"),
    ]
    assert len(said) == 5


@pytest.mark.parametrize("suffix", ["png", "svg", "csv"])
def test_an_export_that_cannot_be_written_says_so(shown, nothing, tmp_path, suffix):
    card = shown(LossCard(nothing))
    said = []
    card.message.connect(said.append)
    card.export(tmp_path / "no" / f"x.{suffix}")
    assert "no folder" in said[0]


# Look -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(theme.THEMES))
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.5])
def test_nothing_overlaps_in_the_head_at_any_scale(qapp, shown, five, name, scale):
    theme.apply(qapp, theme.THEMES[name], scale)
    card = shown(ValuesCard(five), round(320 * scale), round(220 * scale))
    title, subtitle, dots = card.title.geometry(), card.subtitle.geometry(), card.menu_button.geometry()
    assert title.right() < subtitle.left()
    assert subtitle.right() < dots.left()
    assert dots.right() <= card.width()
    assert card.title.width() >= card.title.sizeHint().width()
    legend = card.legend.geometry()
    assert legend.left() >= 0
    assert legend.right() <= card.area.width()
    assert card.area.plot_rect.top() >= legend.bottom()
    assert card.area.plot_rect.height() > 60 * scale
    assert pixels(card, theme.THEMES[name].series[0]) > 20


def test_every_colour_of_a_plot_reads_on_its_card():
    for each in theme.THEMES.values():
        for color in (each.faint, each.second, each.text):
            assert theme.contrast(color, each.panel) >= (7 if each.name == "contrast" else 4.5)
        for color in each.series:
            assert theme.contrast(color, each.panel) >= 3


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(1, 300), max_size=20), st.floats(60, 800))
def test_the_longest_names_give_way_and_two_rows_suffice(widths, room):
    most, rows = fitting(widths, room, 12.0, 8.0)
    assert sorted(k for row in rows for k in row) == list(range(len(widths)))
    for row in rows:
        assert len(row) == 1 or sum(min(widths[k], most) + 20 for k in row) - 8 <= room + 1e-6
    if most > 0:
        assert len(rows) <= ROWS
    if sum(widths) + 20 * len(widths) - 8 <= room:
        assert len(rows) <= 1
        assert most == max(widths, default=0.0)


def test_optimizers_that_take_turns_have_a_curve_each_under_their_own_name(shown):
    series = (m.Series("loss", "o1"), m.Series("loss", "o2"))
    lane = m.Lane("Adam, Momentum", ("o1", "o2"), (), series, 10, "tape", "numpy_code")
    runs = stand_in.Runs([lane], [np.stack([np.linspace(9, 1, 40), np.linspace(5, 2, 40)], 1)])
    card = shown(LossCard(runs))
    assert [pill.name for pill in card.legend.pills] == ["Adam", "Momentum"]
    runs.close()
