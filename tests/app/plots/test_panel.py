"""The panel: which cards a graph has, where they lie, and that they are drawn when something came."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from app import theme
from app.assets import SAMPLES
from app.panels.plots import PlotPanel, places_of
from app.session import Session
from app.worker import messages as m
from app.worker.view_data import view_of
from engine.edits import AddNode, Connect, RemoveNode, Rename
from engine.graph import Node, Place, Socket, Wire
from nodes.library import LIBRARY
from tests.app.plots import stand_in


@pytest.fixture
def session(qapp, qtbot):
    theme.apply(qapp, theme.LIGHT, 1.0)
    made = Session(LIBRARY, engine=False)
    yield made
    made.close()


@pytest.fixture
def panel(session, qtbot):
    made = PlotPanel(session)
    qtbot.addWidget(made)
    made.resize(1400, 270)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.stop()


def test_an_empty_graph_says_what_brings_plots(panel):
    assert panel.cards == {}
    assert panel._hint.isVisible()


def test_the_straight_line_has_loss_gradient_path_data_and_parameters(panel, session):
    session.open(next(SAMPLES.glob("1_*.dgraph")))
    kinds = [type(card).__name__ for card in panel.cards.values()]
    assert kinds == ["LossCard", "GradientCard", "PathCard", "ScatterCard", "ValuesCard"]
    assert not panel._hint.isVisible()
    assert all(card.isVisible() for card in panel.cards.values())


def test_a_network_has_no_path_and_a_card_for_each_view(panel, session):
    session.open(next(SAMPLES.glob("2_*.dgraph")))
    assert "path" not in panel.cards
    views = [id for id, node in session.graph.nodes.items() if node.operator.startswith("views.")]
    assert {*panel.cards} == {"loss", "gradient", "values", *views}


def test_cards_come_and_go_with_their_nodes_and_keep_their_state(panel, session):
    session.apply(AddNode(Node("optimizer_1", "optimizers.optimizer"), Place()))
    loss = panel.cards["loss"]
    loss.log = True
    session.apply(AddNode(Node("image_1", "views.image"), Place()))
    assert list(panel.cards) == ["loss", "gradient", "image_1", "values"]
    session.apply(Rename("image_1", "Weights"))
    assert panel.cards["image_1"].title.text() == "Weights"
    session.set_setting("image_1", "title", "Heat")
    assert panel.cards["image_1"].title.text() == "Heat"
    session.apply(RemoveNode("image_1"))
    assert list(panel.cards) == ["loss", "gradient", "values"]
    assert panel.cards["loss"] is loss


def test_a_view_draws_what_the_engine_saw_also_when_it_was_hidden(qtbot, panel, session):
    session.apply(AddNode(Node("probe_1", "views.probe"), Place()))
    panel.hide()
    session.looks.looks = m.Looks({}, {"probe_1": view_of("", {"x": 2.5}, {})}, {}, 3)
    session.values_changed.emit()
    qtbot.waitQuiet()
    panel.show()
    qtbot.waitUntil(lambda: panel.cards["probe_1"]._words._text == "2.5")


def test_enlarging_shows_one_card_alone(panel, session):
    session.open(next(SAMPLES.glob("1_*.dgraph")))
    panel.cards["loss"].enlarge_requested.emit()
    assert [key for key, card in panel.cards.items() if card.isVisible()] == ["loss"]
    assert panel.cards["loss"].width() > panel.width() * 0.9
    panel.cards["loss"].enlarge_requested.emit()
    assert all(card.isVisible() for card in panel.cards.values())


def test_theme_and_scale_reach_the_cards(qapp, panel, session):
    session.open(next(SAMPLES.glob("1_*.dgraph")))
    before = panel.cards["loss"].title.font().pixelSize()
    theme.apply(qapp, theme.DARK, 2.0)
    assert panel.cards["loss"].title.font().pixelSize() == 2 * before
    assert panel.cards["loss"].minimumWidth() == 456


def test_another_document_starts_with_its_own_cards(panel, session):
    session.open(next(SAMPLES.glob("1_*.dgraph")))
    old = panel.cards["loss"]
    session.new()
    assert panel.cards == {}
    session.open(next(SAMPLES.glob("3_*.dgraph")))
    assert panel.cards["loss"] is not old


@settings(derandomize=True, deadline=None)
@given(
    count=st.integers(1, 30),
    width=st.integers(100, 3000),
    height=st.integers(60, 1500),
    scale=st.sampled_from([0.8, 1.0, 1.5, 2.5]),
)
def test_cards_never_overlap_never_leave_and_are_never_too_small(count, width, height, scale):
    least_width, least_height, gap = round(250 * scale), round(164 * scale), round(10 * scale)
    places, whole_width, whole_height = places_of(count, width, height, least_width, least_height, gap)
    assert len(places) == count
    for place in places:
        assert place.width() >= min(least_width, width - 2 * gap) - 1
        assert place.height() >= least_height
        assert place.left() >= gap
        assert place.top() >= gap
        assert place.right() < whole_width
        assert place.bottom() < whole_height
    for k, place in enumerate(places):
        assert not any(place.intersects(other) for other in places[k + 1 :])
    if height >= least_height + 2 * gap:
        assert whole_width == width or whole_height == height, "it is scrolled in one direction at most"


def test_what_fits_is_not_scrolled():
    places, width, height = places_of(5, 1400, 260, 250, 164, 10)
    assert (width, height) == (1400, 260)
    assert {place.top() for place in places} == {10}
    _, width, height = places_of(9, 1400, 600, 250, 164, 10)
    assert (width, height) == (1400, 600)


@pytest.fixture
def racing(session, qtbot, monkeypatch):
    """The panel over five optimizers that have run side by side."""
    runs = stand_in.five_optimizers()
    monkeypatch.setattr(Session, "runs", property(lambda _: runs))
    made = PlotPanel(session)
    qtbot.addWidget(made)
    made.resize(1100, 270)
    made.show()
    qtbot.waitExposed(made)
    made.draw_now()
    yield made
    made.stop()
    runs.close()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_optimizers_side_by_side_are_named_once_with_their_whole_names(qapp, racing, scale):
    theme.apply(qapp, theme.LIGHT, scale)
    racing.draw_now()
    assert [pill.name for _, pill in racing.legend._boxes] == list(stand_in.NAMES)
    assert not any(card.legend.pills for card in racing.cards.values())
    bottom = racing.legend.mapTo(racing, racing.legend.rect().bottomLeft()).y()
    assert all(card.mapTo(racing, QPoint(0, 0)).y() > bottom for card in racing.cards.values())


def test_the_shared_legend_hides_an_optimizer_in_every_card_and_shows_it_again(qtbot, racing):
    box, _ = racing.legend._boxes[1]
    qtbot.mouseClick(racing.legend, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    racing.draw_now()
    assert [pill.shown for pill in racing.legend.pills] == [True, False, True, True, True]
    for key in ("loss", "gradient", "values"):
        assert {drawn.line.lane for drawn in racing.cards[key]._drawn} == {0, 2, 3, 4}
    assert {way.lane for way in racing.cards["path"]._ways} == {0, 2, 3, 4}
    qtbot.mouseClick(racing.legend, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    racing.draw_now()
    assert len(racing.cards["path"]._ways) == 5


def test_a_picture_of_a_card_has_its_own_legend(racing, tmp_path):
    racing.cards["loss"].export(tmp_path / "loss.svg")
    texts = "".join(ElementTree.parse(tmp_path / "loss.svg").getroot().itertext())
    assert all(name in texts for name in stand_in.NAMES)
    assert not racing.cards["loss"].legend.pills


def test_cards_lie_on_the_window_s_colour(racing):
    image = racing.grab().toImage()
    assert image.pixelColor(3, racing.height() - 3) == QColor(theme.LIGHT.window)


def test_a_probe_has_a_derivative_only_where_a_loss_depends_on_it(panel, session):
    session.open(next(SAMPLES.glob("2_*.dgraph")))
    sources = {wire.target.node: wire.source for wire in session.graph.wires}
    probe = next(id for id, node in session.graph.nodes.items() if node.operator == "views.probe")
    zero = m.WireLook("float64 scalar", "0.96", None, None, True, cotangent="0", norm=0.0)
    session.looks.looks = m.Looks({sources[probe].node: {sources[probe].name: zero}}, {}, {}, 0)
    assert panel._derivative(probe) == "", "accuracy leads to no loss"
    loss = next(sources[id] for id in sources if session.graph.nodes[id].operator.startswith("optimizers."))
    session.apply(AddNode(Node("probe_9", "views.probe"), Place()))
    session.apply(Connect(Wire(loss, Socket("probe_9", "x"))))
    one = m.WireLook("float64 scalar", "0.96", None, None, True, cotangent="1", norm=1.0)
    session.looks.looks = m.Looks({loss.node: {loss.name: one}}, {}, {}, 0)
    assert panel._derivative("probe_9") == "1"


@pytest.mark.parametrize(("width", "height", "scale"), [(1060, 282, 1.5), (1066, 270, 1.0), (1060, 170, 1.0)])
def test_a_low_panel_scrolls_in_one_direction_only(qapp, racing, width, height, scale):
    theme.apply(qapp, theme.CONTRAST, scale)
    racing.resize(width, height)
    racing.draw_now()
    for card in racing.cards.values():
        assert card.geometry().bottom() <= racing._scroll.viewport().height()
        assert card.area.plot_rect.height() >= 40 * scale
