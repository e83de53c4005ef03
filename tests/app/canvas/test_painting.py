"""What is seen: colours where values and derivatives are, texts that cannot break out, levels of detail."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.canvas import Canvas, badges, inks, norms
from app.canvas.geometry import MAX_WIDTH
from app.canvas.items import NoteItem
from app.canvas.paint_node import short
from app.plots.scales import colour_table
from app.session import Session
from app.worker.messages import Packed, WireLook
from engine.edits import AddNote, Move, Rename
from engine.graph import Content, Graph, Layout, Node, Note, Place, Socket
from tests.app.canvas.conftest import Hands, line_fit, wire


def look(value: str, cotangent: str = "", norm: float | None = None, **more: object) -> WireLook:
    return WireLook("float64 scalar", value, None, None, True, cotangent=cotangent, norm=norm, **more)  # type: ignore[arg-type]


class Looks:
    """Stands in for what the `ask` process found."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, session: Session) -> None:
        self.held: dict[Socket, WireLook] = {}
        monkeypatch.setattr(session, "look", self.held.get)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch, session: Session) -> Looks:
    return Looks(monkeypatch, session)


def pixels(canvas: Canvas, rect: QRectF) -> np.ndarray:
    """Return the canvas's pixels in a rectangle of the scene, as rows of (red, green, blue)."""
    image = canvas.grab(canvas.camera.rect_to_view(rect).toAlignedRect()).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : 3 * image.width()].reshape(-1, 3).astype(int)


def shows(canvas: Canvas, rect: QRectF, color: str, near: int = 12) -> int:
    """Return how many pixels in a rectangle of the scene have about this colour."""
    wanted = np.array(QColor(color).getRgb()[:3])
    return int((np.abs(pixels(canvas, rect) - wanted).max(axis=1) <= near).sum())


def around(point: QPointF, wide: float = 8, high: float = 16) -> QRectF:
    return QRectF(point.x() - wide / 2, point.y() - high / 2, wide, high)


def test_a_wire_is_blue_and_has_an_orange_one_under_it_when_there_is_a_derivative(
    canvas: Canvas, session: Session, looks: Looks
) -> None:
    held = theme.DARK
    item = canvas.scene.wires[wire("b.value", "add.y")]
    here = around(item.path.pointAtPercent(0.5))
    looks.held[Socket("b", "value")] = look("-40.78")
    session.values_changed.emit()
    assert shows(canvas, here, held.value) > 3
    assert shows(canvas, here, held.derivative) == 0
    looks.held[Socket("b", "value")] = look("-40.78", "0.02", 0.02)
    session.values_changed.emit()
    thin = shows(canvas, here, held.derivative, 40)
    looks.held[Socket("b", "value")] = look("-40.78", "200", 200.0)
    session.values_changed.emit()
    thick = shows(canvas, here, held.derivative, 40)
    assert 0 < thin < thick
    assert shows(canvas, here, held.value) > 3


def test_a_parameter_shows_its_value_in_blue_and_its_derivative_in_orange(
    canvas: Canvas, session: Session, looks: Looks
) -> None:
    box = canvas.scene.nodes["w"].control_rect()
    assert shows(canvas, box, theme.DARK.value, 30) == 0
    looks.held[Socket("w", "value")] = look("423.94", "-0.31", 0.31)
    session.values_changed.emit()
    left, right = QRectF(box), QRectF(box)
    left.setWidth(box.width() / 2)
    right.setLeft(box.left() + box.width() / 2)
    assert shows(canvas, left, theme.DARK.value, 30) > 10
    assert shows(canvas, right, theme.DARK.derivative, 30) > 10
    assert canvas.scene.nodes["w"].reading.derivative == "−0.31"


def test_a_value_that_is_not_finite_is_seen_on_the_wire(canvas: Canvas, session: Session, looks: Looks) -> None:
    looks.held[Socket("b", "value")] = replace_finite(look("NaN"))
    session.values_changed.emit()
    item = canvas.scene.wires[wire("b.value", "add.y")]
    assert shows(canvas, item.rect, theme.DARK.bad, 30) > 20


def replace_finite(held: WireLook) -> WireLook:
    return WireLook(held.type, held.value, None, None, False)


def test_overlays_label_each_output_once_and_labels_do_not_cover_each_other(
    canvas: Canvas, session: Session, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.canvas import paint_wire

    laid: list[QRectF] = []
    painted = paint_wire.paint_pill
    monkeypatch.setattr(paint_wire, "paint_pill", lambda p, rect, *rest: (laid.append(rect), painted(p, rect, *rest)))
    for socket in ("x", "w", "b", "y", "multiply", "add"):
        looks.held[Socket(socket, "value")] = look("0.123 … 45.6", "‖∂‖ 7.8", 7.8)
    session.values_changed.emit()
    canvas.grab()
    assert laid == []
    session.set_overlay("value", True)
    canvas.grab()
    assert 3 <= len(laid) <= 6
    for k, rect in enumerate(laid):
        assert not canvas.scene.covers(rect)
        assert not any(rect.intersects(other) for other in laid[:k])


def test_a_hovered_wire_shows_its_label(hands: Hands, session: Session, looks: Looks) -> None:
    looks.held[Socket("b", "value")] = look("-40.78", "0.02", 0.02)
    session.values_changed.emit()
    item = hands.canvas.scene.wires[wire("b.value", "add.y")]
    before = shows(hands.canvas, around(item.middle, 160, 60), theme.DARK.derivative, 30)
    hands.move(item.middle)
    assert hands.canvas.hover.wire == item.wire
    assert shows(hands.canvas, around(item.middle, 160, 60), theme.DARK.derivative, 30) != before


def test_a_view_shows_an_image_of_what_is_wired_in(canvas: Canvas, session: Session, looks: Looks) -> None:
    from engine.edits import Connect

    picture = np.zeros((8, 8), "float32")
    picture[:, 4:] = 1.0
    looks.held[Socket("add", "value")] = look("0 … 1", thumbnail=Packed.of(picture))
    session.apply(Connect(wire("add.value", "probe.x")))
    box = canvas.scene.nodes["probe"].control_rect()
    for end in (0, -1):
        assert shows(canvas, box, QColor(*colour_table("sequential")[end].tolist()).name()) > 100


@pytest.mark.parametrize(
    "name",
    ["<b>bold</b><img src=x>", "x" * 10_000, "line\nbreak\ttab", "__import__('os')", "\u202eabc"],
    ids=["markup", "long", "breaks", "code", "backwards"],
)
def test_a_name_stays_one_line_of_plain_text_inside_its_node(canvas: Canvas, session: Session, name: str) -> None:
    session.apply(Rename("w", name[:200]))
    face = canvas.scene.nodes["w"].face
    assert face.width <= MAX_WIDTH
    assert inks.width(inks.TITLE, face.title) <= MAX_WIDTH
    assert "\n" not in face.title
    canvas.grab()


def test_a_note_loads_no_file_it_names(canvas: Canvas, session: Session, tmp_path: Path) -> None:
    red = QImage(64, 64, QImage.Format.Format_RGB32)
    red.fill(QColor("#ff0000"))
    path = tmp_path / "red.png"
    red.save(str(path))
    text = f"![a]({path.as_uri()}) ![b]({path})"
    loading = QTextDocument()
    loading.setMarkdown(text)
    assert loading.size().height() > 60, "a plain document would have loaded the picture"
    session.apply(AddNote(Note("n", text, 250.0, 330.0, 240.0, 120.0)))
    assert shows(canvas, QRectF(250, 330, 240, 200), "#ff0000", 40) == 0
    document = NoteItem(Note("m", text, 0, 0, 240, 120)).document("#fff", "#fff")
    assert document.size().height() < 60
    instead = [document.loadResource(QTextDocument.ResourceType.ImageResource.value, path.as_uri()) for _ in range(200)]
    assert {image.pixel(0, 0) for image in instead} == {0}, "what stands for a picture is transparent, never old memory"


def test_html_in_a_note_is_shown_as_written() -> None:
    item = NoteItem(Note("n", "<h1>x</h1> <script>y</script>", 0, 0, 240, 120))
    assert "<h1>" in item.document("#fff", "#fff").toPlainText()


def test_problems_are_a_badge_with_a_sentence(hands: Hands, session: Session) -> None:
    item = hands.canvas.scene.nodes["probe"]
    session.remove_selected()
    QApplication.processEvents()
    assert item.severity == "warning"
    assert "x" in item.faulty
    middle = badges.centre(item)
    assert shows(hands.canvas, QRectF(middle.x() - 8, middle.y() - 8, 16, 16), theme.DARK.warning) > 20
    hands.move(middle)
    assert hands.canvas.hover.badge
    assert "Probe" in hands.canvas.painting.hover_hint()


@pytest.mark.parametrize("zoom", [0.1, 0.29, 0.31, 0.5, 1.0, 2.5])
@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_every_level_of_detail_is_painted_in_every_theme(
    canvas: Canvas, qapp: QApplication, zoom: float, name: str
) -> None:
    theme.apply(qapp, theme.THEMES[name], 1.5)
    canvas.zoom_to(zoom)
    canvas.centre_on(canvas.scene.bounds().center())
    whole = canvas.seen()
    assert shows(canvas, whole, theme.THEMES[name].node, 3) > 50
    assert canvas.camera.factor == pytest.approx(zoom * 1.5)
    theme.apply(qapp, theme.DARK, 1.0)


def test_an_unknown_operator_is_drawn_with_the_sockets_its_wires_use(
    show: Callable[[Content], Canvas], session: Session
) -> None:
    held = line_fit()
    nodes = {**held.graph.nodes, "add": Node("add", "future.add", "from tomorrow")}
    canvas = show(Content(Graph(nodes, held.graph.wires), held.layout))
    face = canvas.scene.nodes["add"].face
    assert face.unknown
    assert {plug.name for plug in face.inputs} == {"x", "y"}
    assert {plug.name for plug in face.outputs} == {"value"}
    canvas.grab()


@pytest.mark.parametrize("zoom", [0.2, 0.5, 0.77, 1.0])
def test_panning_paints_what_painting_anew_would(hands: Hands, session: Session, looks: Looks, zoom: float) -> None:
    canvas = hands.canvas
    session.apply(AddNote(Note("n", "**A note** with text", 300.0, 330.0, 240.0, 120.0)))
    session.select(["add"])
    looks.held[Socket("b", "value")] = look("-40.78", "0.02", 0.02)
    session.values_changed.emit()
    canvas.zoom_to(zoom)
    chance = random.Random(5)
    canvas.grab()
    for _ in range(12):
        canvas.camera.pan(QPointF(chance.randint(-90, 90), chance.randint(-90, 90)))
        canvas.camera_moved()
        shifted = pixels(canvas, canvas.seen())
        canvas.update()
        anew = pixels(canvas, canvas.seen())
        # Glyphs at the edge of a strip may be smoothed otherwise; a shift by one pixel would change more.
        assert (np.abs(shifted - anew).max(axis=1) > 24).sum() < 250
        assert (np.abs(np.roll(shifted, 1, axis=0) - anew).max(axis=1) > 24).sum() > 300


def test_a_change_while_panned_is_seen(canvas: Canvas, session: Session) -> None:
    canvas.grab()
    canvas.camera.pan(QPointF(40, 0))
    canvas.camera_moved()
    before = canvas.grab().toImage()
    session.apply(Rename("w", "slope of the line"))
    assert canvas.grab().toImage() != before


def test_values_run_along_the_wires_when_a_run_starts_and_only_then(
    canvas: Canvas, session: Session, qtbot: QtBot
) -> None:
    still = canvas.grab().toImage()
    assert not canvas.pulse.active
    session.run_state_changed.emit("running")
    assert canvas.pulse.active
    assert canvas.grab().toImage() != still
    qtbot.waitUntil(lambda: not canvas.pulse.active, timeout=3000)
    assert canvas.grab().toImage() == still


def test_nothing_moves_where_reduced_motion_is_asked_for(canvas: Canvas, session: Session) -> None:
    theme.appearance().reduced_motion = True
    try:
        session.run_state_changed.emit("running")
        assert not canvas.pulse.active
    finally:
        theme.appearance().reduced_motion = False


def test_an_empty_canvas_says_what_to_do(show: Callable[[Content], Canvas]) -> None:
    canvas = show(Content())
    middle = canvas.seen()
    assert shows(canvas, middle, theme.DARK.second, 20) > 30


def test_a_node_without_a_place_and_a_graph_with_two_wires_into_a_socket_are_shown(
    show: Callable[[Content], Canvas], session: Session
) -> None:
    held = line_fit()
    wires = held.graph.wires | {wire("x.value", "add.y")}
    canvas = show(Content(Graph(held.graph.nodes, wires), Layout({"add": Place(300.0, 0.0)})))
    assert len(canvas.scene.wires) == len(wires)
    canvas.grab()


@pytest.mark.parametrize("text", ["51,731", "−0.30999999999", "13.57 … 847.9", "-1.045e-11", "NaN", "123456789.123"])
@pytest.mark.parametrize("room", [44.0, 60.0, 76.0, 200.0])
def test_numbers_keep_to_their_room(qapp: QApplication, text: str, room: float) -> None:
    shown = short(text, room)
    assert inks.width(inks.NUMBER, shown) <= room
    if room == 200.0:
        assert shown == text


def test_a_shortened_number_is_still_the_number(qapp: QApplication) -> None:
    assert short("-1.0456e-11", 60.0) == "−1e−11"
    assert short("−0.30999999999") == "−0.31"


def test_no_derivative_comes_back_from_a_view(canvas: Canvas, session: Session, looks: Looks) -> None:
    session.connect_wire(wire("add.value", "probe.x"))
    looks.held[Socket("add", "value")] = look("1.5", "200", 200.0)
    session.values_changed.emit()
    to_view, to_loss = (canvas.scene.wires[wire("add.value", end)] for end in ("probe.x", "mse.prediction"))
    assert (to_view.differentiable, to_loss.differentiable) == (False, True)
    low_end = QRectF(to_view.end - QPointF(40, 30), to_view.end + QPointF(-12, 40))
    assert shows(canvas, low_end, theme.DARK.derivative, 40) == 0
    assert shows(canvas, to_loss.rect, theme.DARK.derivative, 40) > 20


def test_a_wire_keeps_its_lane_when_a_setting_of_its_node_changes(canvas: Canvas, session: Session) -> None:
    session.apply(Move({"multiply": Place(330, 424)}))  # in the way of y to mse.target
    item = canvas.scene.wires[wire("y.value", "mse.target")]
    before = item.lane
    assert before is not None
    session.set_setting("y", "value", (2.0, 4.0, 7.0))
    assert canvas.scene.wires[wire("y.value", "mse.target")].lane == before


def test_the_legend_of_norms_goes_where_it_covers_nothing() -> None:
    size, corner = QRectF(0, 0, 800, 500), QRectF(700, 30, 40, 40)
    free = norms.legend_place(size, 1.0, lambda place: False)
    assert free.intersects(corner) and size.contains(free)
    other = norms.legend_place(size, 1.5, corner.intersects)
    assert not other.intersects(corner) and size.contains(other) and other.width() == 1.5 * free.width()
    assert norms.legend_place(size, 1.0, lambda place: True) == free, "where all is full it stays"
