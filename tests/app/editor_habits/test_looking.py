"""Looking, sentence by sentence:

"Values and shapes on sockets (Simulink); run state, progress and messages on the node (Orange); an error badge that
grows when zoomed out (Houdini), its message on hover; node previews (number, sparkline, thumbnail, histogram) at a
chosen size; badges for problems, profile (time, memory, calls), run state; level of detail while zooming; themes
(light, dark, high contrast; colour-blind safe), font scale, HiDPI at 100/125/150/200 %; icons for operator families;
export of the whole graph or selection as SVG, PNG, PDF; copy as picture."
"""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app import icons, picture_graph, theme
from app.canvas import badges, heat, pinning, progress
from app.canvas.face import PREVIEW_ROOM
from app.canvas.items import NodeItem, WireItem
from app.canvas.view import Canvas
from engine.edits import AddNote, ChangeNote
from engine.files import parse
from engine.graph import Content, Graph, Layout, Note, Socket
from engine.operator import FAMILIES
from tests.app.canvas.test_painting import pixels, shows
from tests.app.conftest import Answers
from tests.app.editor_habits.conftest import Desk

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]


def given(desk: Desk, monkeypatch: pytest.MonkeyPatch, values: dict[str, np.ndarray | float]) -> None:
    """Let outputs, "node.socket", carry values, as the engine process would have told."""
    from app.worker.describe import look_at
    from engine.types import type_of

    held = {
        Socket(*name.split(".")): look_at(type_of(np.asarray(v)), np.asarray(v), None) for name, v in values.items()
    }
    monkeypatch.setattr(desk.session, "look", held.get)
    desk.session.values_changed.emit()


@pytest.fixture
def desk(seat: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk over the line fit whose view rests at 100 %, and does not glide."""
    made = seat()
    monkeypatch.setattr(theme.appearance(), "reduced_motion", True)
    QApplication.processEvents()
    made.window.canvas.glide.finish()
    made.window.canvas.zoom_to(1.0)
    return made


def grabbed(canvas: Canvas) -> QImage:
    QApplication.processEvents()
    return canvas.grab().toImage()


# Values and shapes on sockets -----------------------------------------------------------------------------------------


def test_values_and_shapes_stand_beside_the_sockets_when_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given(desk, monkeypatch, {"x.value": np.array([1.0, 2.0, 3.0]), "multiply.value": 49.727})
    canvas = desk.window.canvas
    at = canvas.scene.nodes["multiply"].point("value", output=True)
    beside = QRectF(at.x() + 12, at.y() - 20, 60, 17)
    before = shows(canvas, beside, theme.DARK.value, 60)
    desk.keys(Key.Key_4, ALT)
    assert "sockets" in desk.session.overlays
    assert shows(canvas, beside, theme.DARK.value, 60) > before + 20
    assert canvas.scene.told(Socket("x", "value"))[1] == "(3,)"
    desk.keys(Key.Key_4, ALT)
    assert shows(canvas, beside, theme.DARK.value, 60) == before


def test_a_socket_under_the_pointer_says_name_type_and_value(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given(desk, monkeypatch, {"x.value": np.array([1.0, 2.0, 3.0])})
    canvas = desk.window.canvas
    desk.hands.move(desk.hands.socket("multiply.x", output=False))
    told = canvas.painting.hover_hint()
    assert told.startswith("x: float64 (3,)") and "1 … 3" in told
    desk.hands.move(desk.hands.socket("adam.validation", output=False))
    assert "nothing is wired into it" in canvas.painting.hover_hint()


# Run state, progress, messages ----------------------------------------------------------------------------------------


def test_run_state_progress_and_message_stand_on_the_optimizer(seat: Callable[..., Desk], qtbot: QtBot) -> None:
    from tests.app.conftest import line

    desk = seat(line(), engine=True)
    canvas, session = desk.window.canvas, desk.session
    assert progress.standing(session, "descent") == progress.Standing("idle", "200 steps")
    desk.keys(Key.Key_Space)
    qtbot.waitUntil(lambda: session.run_state in ("finished", "failed"), timeout=30_000)
    stands = progress.standing(session, "descent")
    assert (stands.state, stands.counter, stands.part) == ("finished", "200 / 200", 1.0)
    row = canvas.scene.nodes["descent"].face.progress.translated(canvas.scene.nodes["descent"].corner)
    assert shows(canvas, row, theme.DARK.good, 40) > 60, "a full bar and a tick"
    desk.hands.move(row.center())
    assert canvas.painting.hover_hint() == session.runs.sentence
    session.set_setting("w", "value", 2.0)
    assert progress.standing(session, "descent").stale


# Badges ---------------------------------------------------------------------------------------------------------------


def unwired(desk: Desk) -> NodeItem:
    """Take the loss's prediction away: an error."""
    held = next(wire for wire in desk.session.graph.wires if wire.target == Socket("mse", "prediction"))
    desk.session.select((), (), [held])
    desk.keys(Key.Key_Delete)
    QApplication.processEvents()
    item = desk.window.canvas.scene.nodes["mse"]
    assert item.severity == "error"
    return item


def test_an_error_badge_grows_when_zoomed_out_and_says_its_message_on_hover(desk: Desk) -> None:
    item, canvas = unwired(desk), desk.window.canvas
    sizes = {}
    for zoom in (1.0, 0.25, 0.08):
        canvas.zoom_to(zoom)
        canvas.centre_on(badges.centre(item))
        at, reach = canvas.camera.to_view(badges.centre(item)), badges.radius(canvas.camera)
        part = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach).toAlignedRect()
        image = canvas.grab(part).toImage()
        red = QColor(theme.DARK.bad)
        filled = sum(
            image.pixelColor(x, y) == red for x in range(image.width()) for y in range(image.height())
        )  # fmt: skip
        sizes[zoom] = filled
        assert reach / canvas.camera.factor >= 8.0 / zoom - 1e-9 or zoom == 1.0
    assert sizes[0.08] > 80, "it is as large at 8 % as a badge is at 100 %"
    QTest.mouseMove(canvas, canvas.camera.to_view(badges.centre(item)).toPoint())
    QApplication.processEvents()
    assert canvas.hover.badge
    assert canvas.painting.hover_hint() == desk.session.node_problems("mse")[0].sentence


# Previews -------------------------------------------------------------------------------------------------------------


def test_a_preview_is_pinned_at_a_chosen_size_as_one_undo_step(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given(desk, monkeypatch, {"multiply.value": np.sin(np.arange(40.0))})
    canvas, session = desk.window.canvas, desk.session
    plain = canvas.scene.nodes["multiply"].face
    session.select(["multiply"])
    desk.keys(Key.Key_V, ALT)
    face = canvas.scene.nodes["multiply"].face
    assert face.pinned is not None and face.pinned.rect.height() == PREVIEW_ROOM["medium"][1]
    assert session.document.undo_name == "Medium preview"
    assert shows(canvas, face.pinned.rect.translated(canvas.scene.nodes["multiply"].corner), theme.DARK.value, 40) > 60
    heights = []
    for _ in range(3):
        desk.keys(Key.Key_B, ALT)
        heights.append(canvas.scene.nodes["multiply"].face.pinned.rect.height())
    assert heights == [PREVIEW_ROOM[size][1] for size in ("large", "small", "medium")]
    for _ in range(4):
        desk.keys(Key.Key_Z, CTRL)
    assert canvas.scene.nodes["multiply"].face == plain


def test_a_preview_that_grows_pushes_away_what_lies_under_it(desk: Desk) -> None:
    canvas, session = desk.window.canvas, desk.session
    places = dict(session.layout.places)
    session.select(["w"])
    desk.keys(Key.Key_V, ALT)
    assert not canvas.scene.nodes["w"].rect.intersects(canvas.scene.nodes["b"].rect)
    assert session.layout.places["b"].y > places["b"].y
    desk.keys(Key.Key_Z, CTRL)
    assert session.layout.places == places


def test_a_preview_is_resized_by_its_corner(desk: Desk) -> None:
    canvas, session = desk.window.canvas, desk.session
    session.select(["add"])
    desk.keys(Key.Key_V, ALT)
    item = canvas.scene.nodes["add"]
    corner = pinning.grip(item).center()
    desk.hands.move(corner)
    assert canvas.hover.grip and canvas.cursor().shape() == Qt.CursorShape.SizeFDiagCursor
    desk.hands.drag(corner, corner + QPointF(110, 90))
    assert session.layout.places["add"].preview == "large"
    desk.keys(Key.Key_Z, CTRL)
    assert session.layout.places["add"].preview == "medium", "the whole drag is one step"


@pytest.mark.parametrize(
    ("form", "value"),
    [("number", 42.5), ("line", "wave"), ("image", "square"), ("histogram", "wave")],
)
def test_a_preview_shows_number_sparkline_thumbnail_or_histogram_from_the_menu(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, form: str, value: float | str
) -> None:
    arrays = {"wave": np.sin(np.arange(40.0)), "square": np.add.outer(np.arange(20.0), np.arange(20.0))}
    given(desk, monkeypatch, {"multiply.value": arrays.get(str(value), value)})
    canvas, session = desk.window.canvas, desk.session
    session.select(["multiply"])
    menu = QMenu(canvas)
    pinning.fill_menu(canvas, menu)
    below = menu.actions()[0].menu()
    next(each for each in below.actions() if each.text() == pinning.FORMS[form]).trigger()
    assert session.layout.places["multiply"].shows == form
    given(desk, monkeypatch, {"multiply.value": arrays.get(str(value), value)})
    item = canvas.scene.nodes["multiply"]
    box = item.face.pinned.rect.translated(item.corner)
    blue = shows(canvas, box, theme.DARK.value, 40)
    colours = len(np.unique(pixels(canvas, box), axis=0))
    if form == "image":
        assert colours > 60
    elif form == "histogram":
        assert item.bars is not None and max(item.bars.bars) == 1.0 and blue > 400
    else:
        assert item.bars is None and 10 < blue < 1500


# Profile --------------------------------------------------------------------------------------------------------------


def test_the_profile_is_measured_in_the_engine_process_and_toggled_by_a_key(
    seat: Callable[..., Desk], qtbot: QtBot
) -> None:
    from tests.app.conftest import line

    desk = seat(line(), engine=True)
    session, canvas = desk.session, desk.window.canvas
    qtbot.waitUntil(lambda: session.looks.looks is not None, timeout=30_000)
    desk.keys(Key.Key_5, ALT)
    qtbot.waitUntil(lambda: bool(session.profiler.costs), timeout=30_000)
    cost = session.profiler.costs["multiply"]
    assert cost.seconds > 0 and cost.memory > 0 and cost.calls > 0 and 0 < cost.share < 1
    assert max(each.heat for each in session.profiler.costs.values()) == 1.0
    assert heat.text(cost).endswith(f"{cost.calls}×")
    before = grabbed(canvas)
    desk.keys(Key.Key_5, ALT)
    assert not session.profiler.shown and not session.profiler.costs
    assert grabbed(canvas) != before


def test_the_hottest_nodes_are_tinted_most_and_a_legend_says_so(desk: Desk) -> None:
    session, canvas = desk.session, desk.window.canvas
    session.profiler.toggle()
    grey = grabbed(canvas)
    session.profiler.show_costs({"multiply": (8e-6, 2e-6, 96, 3), "add": (1e-6, 1e-6, 48, 2)})
    hot, warm, cold = (
        pixels(canvas, QRectF(item.corner.x() + 60, item.corner.y() + item.face.height - 10, 20, 6)).mean(axis=0)
        for item in (canvas.scene.nodes[id] for id in ("multiply", "add", "mse"))
    )
    assert hot[0] > warm[0] > cold[0], "more red the hotter"
    image = grabbed(canvas)
    corner = image.copy(image.width() - 260, 10, 250, 90), grey.copy(grey.width() - 260, 10, 250, 90)
    assert corner[0] != corner[1], "the legend names the hottest"
    assert session.profiler.costs["multiply"].share == pytest.approx(10 / 12)


def test_heat_is_told_by_lightness_alone(desk: Desk) -> None:
    ink = desk.window.canvas.ink
    alphas = [heat.color(ink, share).alphaF() for share in (0.0, 0.25, 0.5, 1.0)]
    assert alphas == sorted(alphas) and len({heat.color(ink, share).hue() for share in (0.25, 0.5, 1.0)}) == 1


# Level of detail, themes, scale ---------------------------------------------------------------------------------------


def test_there_is_less_detail_from_afar_and_all_of_it_near(desk: Desk) -> None:
    canvas = desk.window.canvas
    item = canvas.scene.nodes["multiply"]
    labels = QRectF(item.corner.x() + 14, item.corner.y() + 40, 30, 44)
    found = []
    for zoom in (1.0, 0.35, 0.1):
        canvas.zoom_to(zoom)
        canvas.centre_on(item.rect.center())
        found.append(len(np.unique(pixels(canvas, labels), axis=0)))
    assert found[0] > 20 > found[1] >= found[2], "names of sockets near, only blocks from afar"


def test_every_theme_is_chosen_from_the_menu_and_reads(desk: Desk) -> None:
    canvas = desk.window.canvas
    for name, least in (("light", 4.5), ("dark", 4.5), ("contrast", 7.0)):
        desk.window.actions_table[f"theme_{name}"].trigger()
        chosen = theme.appearance().theme
        assert chosen.name == name and canvas.ink.theme is chosen
        assert grabbed(canvas).pixelColor(3, canvas.height() - 3) == QColor(chosen.canvas)
        for family in FAMILIES:
            assert theme.contrast(chosen.text, chosen.head(family)) >= least, family
            assert theme.contrast(chosen.icon(family), chosen.head(family)) >= 3.0, family
            assert theme.contrast(chosen.icon(family), chosen.panel) >= 3.0, family


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_values_and_derivatives_differ_for_every_kind_of_colour_blindness(name: str) -> None:
    # Viénot, Brettel and Mollon 1999: linear RGB as seen without one kind of cone.
    seen_as = {
        "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
        "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    }
    held = theme.THEMES[name]
    pairs = [(held.value, held.derivative), (held.value, held.bad), (held.canvas, held.value), (held.good, held.value)]
    for matrix in seen_as.values():
        for one, other in pairs:
            a, b = (np.array(QColor(each).getRgbF()[:3]) ** 2.2 @ np.array(matrix).T for each in (one, other))
            assert np.abs(np.clip(a, 0, 1) ** 0.45 - np.clip(b, 0, 1) ** 0.45).max() > 0.15, (one, other)


def test_one_scale_makes_canvas_and_panels_larger(desk: Desk) -> None:
    canvas = desk.window.canvas
    before = desk.window.workspace.operators.fontMetrics().height()
    desk.keys(Key.Key_Plus, CTRL)
    desk.keys(Key.Key_Plus, CTRL)
    assert theme.appearance().scale > 1.2
    assert canvas.camera.unit == theme.appearance().scale
    assert desk.window.workspace.operators.fontMetrics().height() > before
    desk.keys(Key.Key_0, CTRL)
    assert canvas.camera.unit == theme.appearance().scale == 1.0


PROBE = """
import json
from PySide6.QtWidgets import QApplication
app = QApplication([])
from app import theme
from app.canvas import Canvas
from app.session import Session
from nodes.library import LIBRARY
from tests.app.canvas.conftest import line_fit
theme.apply(app, theme.DARK, 1.0)
theme.appearance().reduced_motion = True
canvas = Canvas(Session(LIBRARY, engine=False))
canvas.resize(900, 600)
canvas.show()
canvas.session.adopt(line_fit(), None, clean=True)
canvas.minimap.hide()
canvas.zoom_to(1.0)
item = canvas.scene.nodes["multiply"]
canvas.centre_on(item.rect.center())
app.processEvents()
ratio = canvas.devicePixelRatioF()
image = canvas.grab().toImage()
corner = canvas.camera.to_view(item.corner) * ratio
middle = round(corner.y() + 60 * ratio)
row = [image.pixelColor(x, middle).lightness() for x in range(round(corner.x() - 8), round(corner.x() + 12))]
face = item.face
from app.canvas import inks
cut = [text for role, text, room in (
    (inks.TITLE, face.title, face.width - 60), *((inks.LABEL, plug.text, face.width) for plug in face.inputs)
) if inks.width(role, text) > room or text.endswith("…")]
print(json.dumps({"ratio": ratio, "wide": image.width(), "points": canvas.width(), "row": row, "cut": cut}))
"""


FACTORS = ("1", "1.25", "1.5", "2")


@pytest.fixture(scope="module")
def probes() -> dict[str, dict[str, object]]:
    """What a canvas looks like in processes of their own, one for each number of pixels a point."""
    running = {}
    for factor in FACTORS:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": factor, "PYTHONPATH": str(ROOT)}
        running[factor] = subprocess.Popen(
            [sys.executable, "-c", PROBE], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
    return {factor: json.loads(each.communicate(timeout=120)[0].splitlines()[-1]) for factor, each in running.items()}


@pytest.mark.parametrize("factor", FACTORS)
def test_everything_is_crisp_and_whole_at_this_many_pixels_a_point(
    probes: dict[str, dict[str, object]], factor: str
) -> None:
    found = probes[factor]
    assert found["ratio"] == float(factor)
    assert found["wide"] == pytest.approx(found["points"] * float(factor), abs=2), "painted in the screen's own pixels"
    canvas, body = QColor(theme.DARK.canvas).lightness(), QColor(theme.DARK.node).lightness()
    row = found["row"]
    assert abs(row[0] - canvas) <= 6 and abs(row[-1] - body) <= 6
    between = sum(abs(each - canvas) > 6 and abs(each - body) > 6 for each in row)
    assert between <= 2 + 2 * float(factor), f"the border is a sharp line, not a ramp: {row}"
    assert found["cut"] == []


# Icons ----------------------------------------------------------------------------------------------------------------


def test_every_family_has_an_icon_of_its_own(qapp: QApplication) -> None:
    drawn = {}
    for family in (*FAMILIES, "this_graph", "template", icons.UNKNOWN):
        image = icons.pixmap(family, "#ffffff", 16, 2.0).toImage()
        alpha = [image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)]
        assert sum(each > 100 for each in alpha) > 60, family
        border = [alpha[k] for k in (*range(32), *range(992, 1024))]
        assert max(border) < 60, f"{family} is cut"
        drawn[family] = tuple(alpha)
    assert len(set(drawn.values())) == len(FAMILIES) + 3
    assert (
        icons.pixmap("no such family", "#ffffff", 16, 2.0).toImage()
        == icons.pixmap(icons.UNKNOWN, "#ffffff", 16, 2.0).toImage()
    )


def test_icons_stand_in_the_heads_of_nodes_in_the_palette_and_in_the_outline(desk: Desk) -> None:
    canvas, window = desk.window.canvas, desk.window
    item = canvas.scene.nodes["w"]
    canvas.centre_on(item.rect.center())
    assert shows(canvas, QRectF(item.corner.x() + 10, item.corner.y() + 8, 16, 16), theme.DARK.icon("parameters")) > 8
    palette = window.workspace.operators.grab().toImage()
    wanted = QColor(theme.DARK.icon("inputs")).rgb()
    assert any(palette.pixel(x, y) == wanted for x in range(10, 40) for y in range(palette.height()))
    window.workspace.show_panel("outline")
    QApplication.processEvents()
    row = window.workspace.outline.index_of("node", "w")
    assert not row.data(Qt.ItemDataRole.DecorationRole).isNull()


# Pictures -------------------------------------------------------------------------------------------------------------


def export(desk: Desk, answers: Answers, path: Path, command: str = "export_picture") -> bytes:
    answers.picture_path = path
    if command == "export_picture":
        desk.keys(Key.Key_E, CTRL | SHIFT)
    else:
        QApplication.processEvents()
        desk.window.actions_table.refresh()
        desk.window.actions_table[command].trigger()
    assert answers.told == []
    return path.read_bytes()


def test_the_graph_is_exported_as_svg_whose_text_needs_no_font(desk: Desk, answers: Answers, tmp_path: Path) -> None:
    svg = export(desk, answers, tmp_path / "graph.svg")
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg") and float(root.get("width", "0").rstrip("mpx")) > 100
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    paths = list(root.iter("{http://www.w3.org/2000/svg}path"))
    assert len(paths) > 100 and b"data:image" not in svg, "lines, not pixels"


def test_the_text_of_notes_is_outlines_in_an_svg_too(desk: Desk, answers: Answers, tmp_path: Path) -> None:
    def paths() -> int:
        root = ET.fromstring(export(desk, answers, tmp_path / "graph.svg"))
        assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
        return len(list(root.iter("{http://www.w3.org/2000/svg}path")))

    note = Note("note_9", "", 0.0, -300.0, 400.0, 200.0)
    desk.session.apply(AddNote(note))
    without = paths()
    desk.session.apply(ChangeNote(replace(note, text="- one *item*\n- another\n\nand a line of `code`")))
    # Two marks of the list, and a stretch for each change of the font.
    assert paths() == without + 2 + 3 + 2
    # A formula that nobody has seen yet is drawn at once, of many paths; what is not known is its source, of one.
    desk.session.apply(ChangeNote(replace(note, text=r"$\frac{a_{17}}{\sqrt{b_{23}}}$")))
    assert paths() > without + 5


def test_formulas_are_no_bolder_in_an_svg_than_on_the_canvas(desk: Desk, answers: Answers, tmp_path: Path) -> None:
    def inked(picture: QImage) -> float:
        """Return how far the middle of the picture is from its ground, on the average."""
        wide, high = picture.width(), picture.height()
        part = picture.copy(QRect(wide // 5, high // 4, 3 * wide // 5, high // 2))
        tones = [QColor(part.pixel(x, y)).lightness() for x in range(part.width()) for y in range(part.height())]
        ground = max(set(tones), key=tones.count)
        return sum(abs(tone - ground) for tone in tones) / len(tones)

    note = Note("note_1", r"$\sum_i x_i^2 + \sqrt{y}$", 0.0, 0.0, 160.0, 80.0)
    desk.session.adopt(Content(Graph(), Layout({}, {"note_1": note})), None, clean=True)
    drawn = QSvgRenderer(export(desk, answers, tmp_path / "graph.svg"))
    painted = QImage()
    painted.loadFromData(export(desk, answers, tmp_path / "graph.png"))
    from_svg = QImage(painted.size(), QImage.Format.Format_RGB32)
    painter = QPainter(from_svg)
    drawn.render(painter)
    painter.end()
    assert inked(painted) > 1.0
    assert abs(inked(from_svg) / inked(painted) - 1.0) < 0.25


def test_the_graph_is_exported_as_pdf_of_its_size(desk: Desk, answers: Answers, tmp_path: Path) -> None:
    pdf = export(desk, answers, tmp_path / "graph.pdf")
    assert pdf.startswith(b"%PDF-")
    box = [float(each) for each in pdf.partition(b"/MediaBox [")[2].partition(b"]")[0].split()]
    bounds = desk.window.canvas.scene.bounds()
    assert box[2] == pytest.approx((bounds.width() + 56) * 0.75, abs=12)


def test_the_png_shows_the_graph_and_carries_it(desk: Desk, answers: Answers, tmp_path: Path) -> None:
    png = export(desk, answers, tmp_path / "graph.png")
    image = QImage.fromData(png)
    assert image.width() > desk.window.canvas.scene.bounds().width(), "two pixels a point"
    text = picture_graph.graph_in_stream(io.BytesIO(png))
    assert parse(text.encode()).graph == desk.session.graph


def test_only_the_selection_is_exported_where_that_is_asked_for(desk: Desk, answers: Answers, tmp_path: Path) -> None:
    whole = QImage.fromData(export(desk, answers, tmp_path / "all.png"))
    desk.hands.click(desk.hands.head("multiply"))
    desk.hands.click(desk.hands.head("add"), SHIFT)
    png = export(desk, answers, tmp_path / "some.png", "export_selection")
    part = QImage.fromData(png)
    assert part.width() < whole.width() and part.height() < whole.height()
    assert set(parse(picture_graph.graph_in_stream(io.BytesIO(png)).encode()).graph.nodes) == {"multiply", "add"}
    blue = QColor(theme.DARK.value).rgb()
    edge = {part.pixel(x, y) for x in range(part.width()) for y in (56 + 4,)}
    assert blue not in edge, "a picture shows no selection"


def test_an_unknown_ending_and_a_folder_that_is_not_there_are_told(
    desk: Desk, answers: Answers, tmp_path: Path
) -> None:
    for path, why in (
        (tmp_path / "graph.bmp", "choose .png, .svg or .pdf"),
        (tmp_path / "no" / "graph.png", "graph.png"),
    ):
        answers.picture_path = path
        desk.keys(Key.Key_E, CTRL | SHIFT)
        assert why in answers.told.pop()
        assert not path.exists()


def test_a_picture_of_the_graph_is_copied_with_the_graph_inside(desk: Desk) -> None:
    desk.keys(Key.Key_C, CTRL | SHIFT)
    data = QApplication.clipboard().mimeData()
    assert data.hasImage() and not QApplication.clipboard().image().isNull()
    text = picture_graph.graph_in_stream(io.BytesIO(bytes(data.data("image/png").data())))
    assert parse(text.encode()).graph == desk.session.graph
    QApplication.clipboard().clear()


# What stays behind ----------------------------------------------------------------------------------------------------


def left() -> tuple[int, int, int, int]:
    """Return how many threads, timers, canvases and items of the canvas there are."""
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        gc.collect()
    alive = [each for each in gc.get_objects() if isinstance(each, QObject | NodeItem | WireItem)]
    kinds = (QTimer, Canvas, NodeItem | WireItem)
    return (threading.active_count(), *(sum(isinstance(each, kind) for each in alive) for kind in kinds))  # type: ignore[return-value]


def test_documents_opened_and_closed_leave_no_thread_timer_canvas_or_item(desk: Desk, tmp_path: Path) -> None:
    from app.session import Session
    from nodes.library import LIBRARY
    from tests.app.canvas.conftest import line_fit

    def once() -> None:
        session = Session(LIBRARY, engine=False)
        canvas = Canvas(session)
        canvas.resize(600, 400)
        canvas.show()
        session.adopt(line_fit(), None, clean=True)
        session.select_all()
        canvas.grab()
        session.close()
        canvas.close()
        canvas.deleteLater()
        session.deleteLater()

    once()
    before = left()
    for _ in range(12):
        once()
    assert left() == before
