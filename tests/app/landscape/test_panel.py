"""The landscape panel over real processes, by real clicks and keys: a new start, a comparison, planes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.landscape.panel import LandscapePanel
from app.landscape.source import Landscape
from app.session import Session
from app.worker.messages import PlaneSpec
from engine.rivals import Rival, optimizers_of
from nodes.library import LIBRARY
from tests.engine.training_graphs import rosenbrock

SOON = 30_000
ADAM = {"method": "adam", "learning_rate": 0.05, "steps": 60}
FOUR = (
    Rival("gradient_descent", settings={"learning_rate": 1e-3}),
    Rival("momentum", settings={"learning_rate": 1e-4}),
    Rival("rmsprop"),
    Rival("adam"),
)


@pytest.fixture(scope="module")
def panel(qapp: QApplication) -> Iterator[LandscapePanel]:
    theme.apply(qapp, theme.DARK, 1.0)
    session = Session(LIBRARY)
    made = LandscapePanel(session, Landscape(session))
    made.resize(1200, 500)
    made.show()
    yield made
    made.source.stop()
    session.close()
    made.close()
    made.deleteLater()
    session.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def fresh(panel: LandscapePanel, qtbot: QtBot) -> LandscapePanel:
    """The panel over a new document, its contour drawn."""
    panel.controls.contour.setChecked(True)
    panel.session.adopt(rosenbrock(optimizer_1=ADAM), None, clean=True)
    panel.source.wake(True)
    qtbot.waitUntil(lambda: panel.source.seen is not None and panel.source.spec.kind == "elements", timeout=SOON)
    panel.contour.area.follow()
    return panel


def pixel(panel: LandscapePanel, x: float, y: float) -> QPoint:
    return panel.contour.area.to_pixels(x, y).toPoint()


def kept(panel: LandscapePanel) -> dict[str, float]:
    found = panel.session.content.kept
    return {} if found is None else {id: float(value.array()) for id, value in found.values.items()}


def finished(panel: LandscapePanel) -> bool:
    return panel.session.run_state == "finished"


def test_two_numbers_are_the_plane_to_begin_with_and_the_loss_is_that_of_the_formula(fresh):
    seen = fresh.source.seen
    x, y = np.meshgrid(seen.x.array(), seen.y.array())
    np.testing.assert_allclose(seen.loss.array(), (x - 1) ** 2 + 100 * (y - x * x) ** 2, rtol=1e-9)
    assert [axis.parameter.currentData() for axis in fresh.controls.axes] == ["parameter_1", "parameter_2"]


def test_a_click_is_a_new_start_as_one_step_that_is_undone(fresh, qtbot):
    area, session = fresh.contour.area, fresh.session
    at = area.to_data(pixel(fresh, -1.0, 0.5).toPointF())
    QTest.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=pixel(fresh, -1.0, 0.5))
    qtbot.waitUntil(lambda: bool(kept(fresh)), timeout=SOON)
    assert kept(fresh) == {"parameter_1": pytest.approx(at.x()), "parameter_2": pytest.approx(at.y())}
    qtbot.waitUntil(lambda: finished(fresh) and len(fresh.source.paths) == 1 and len(fresh.source.paths[0].x) > 20,
                    timeout=SOON)  # fmt: skip
    path = fresh.source.paths[0]
    assert (path.x[0], path.y[0]) == (pytest.approx(at.x()), pytest.approx(at.y()))
    assert path.steps[-1] == 60
    session.document.undo()
    assert not kept(fresh)
    assert not session.document.can_undo


def test_a_double_click_and_a_drag_start_nowhere(fresh):
    area, starts = fresh.contour.area, []
    fresh.contour.start_chosen.connect(lambda x, y: starts.append((x, y)))
    QTest.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=pixel(fresh, 0.0, 0.5))
    assert fresh.contour.clicking, "one click waits whether it becomes two"
    QTest.mouseDClick(area.viewport(), Qt.MouseButton.LeftButton, pos=pixel(fresh, 0.0, 0.5))
    assert not fresh.contour.clicking
    QTest.mousePress(area.viewport(), Qt.MouseButton.LeftButton, pos=pixel(fresh, 0.0, 0.5))
    QTest.mouseMove(area.viewport(), pixel(fresh, 0.5, 0.9))
    QTest.mouseRelease(area.viewport(), Qt.MouseButton.LeftButton, pos=pixel(fresh, 0.5, 0.9))
    assert not fresh.contour.clicking
    assert not starts


def test_the_keyboard_moves_a_cross_and_starts_there(fresh, qtbot):
    area = fresh.contour.area
    with qtbot.waitSignal(fresh.contour.start_chosen, timeout=SOON) as told:
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Return):
            QTest.keyClick(area, key)
    (x0, x1), (y0, y1) = area.box.viewRange()
    assert told.args[0] == pytest.approx((x0 + x1) / 2 + 0.04 * (x1 - x0))
    assert told.args[1] == pytest.approx((y0 + y1) / 2 + 0.02 * (y1 - y0))
    qtbot.waitUntil(lambda: kept(fresh).get("parameter_1") == pytest.approx(told.args[0]), timeout=SOON)


def test_optimizers_run_side_by_side_and_the_document_stays_as_it_is(fresh, qtbot):
    session, before = fresh.session, fresh.session.content
    fresh.start_comparison("optimizer_1", FOUR)
    comparison = fresh.source.comparison
    qtbot.waitUntil(lambda: comparison.runs.state == "finished" and len(fresh.source.paths) == 4, timeout=SOON)
    qtbot.waitUntil(lambda: all(path.steps[-1] == 60 for path in fresh.source.paths), timeout=SOON)
    assert session.content is before
    assert session.clean
    assert session.run_state == "idle", "the document's own run is another one"
    starts = {(float(path.x[0]), float(path.y[0])) for path in fresh.source.paths}
    assert starts == {(-1.2, 1.0)}
    fresh.results.refresh()
    names = [fresh.results.table.item(row, 0).text() for row in range(fresh.results.table.rowCount())]
    assert names == ["Gradient descent", "Momentum", "RMSProp", "Adam"]
    for path, (_, loss, steps, _) in zip(fresh.source.paths, fresh.results.rows(), strict=True):
        assert steps == 60
        x, y = path.x[-1], path.y[-1]
        assert loss == pytest.approx((x - 1) ** 2 + 100 * (y - x * x) ** 2, rel=0.2)  # that before the last step
    assert fresh.loss is not None
    assert len(fresh.loss.lines(comparison.runs.lanes)) == 4
    assert len(fresh.contour.pills()) == 4
    QTest.mouseClick(fresh.controls.end, Qt.MouseButton.LeftButton)
    assert comparison.runs is None
    assert fresh.loss is None
    qtbot.waitUntil(lambda: not fresh.source.paths, timeout=SOON)


def test_compared_optimizers_may_become_nodes(fresh):
    assert fresh.source.comparison.insert("optimizer_1", FOUR)
    assert len(optimizers_of(fresh.session.graph, LIBRARY)) == 5
    fresh.session.document.undo()
    assert optimizers_of(fresh.session.graph, LIBRARY) == ("optimizer_1",)


def test_slopes_and_curvature_are_those_of_the_formula(fresh, qtbot):
    QTest.mouseClick(fresh.controls.slopes, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    QTest.mouseClick(fresh.controls.curvature, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert fresh.source.slopes
    assert fresh.source.curvature
    qtbot.waitUntil(
        lambda: fresh.source.seen.bend is not None and bool(fresh.source.seen.arrows.array().size), timeout=SOON
    )
    x, y = -1.2, 1.0
    wanted = [[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200.0]]
    np.testing.assert_allclose(fresh.source.seen.bend.array(), wanted, rtol=1e-10)
    fresh.results.refresh()
    assert "over all directions" in fresh.results.facts.text()
    fresh.controls.slopes.setChecked(False)
    fresh.controls.curvature.setChecked(False)


def test_the_plane_of_the_path_and_random_ones_are_chosen_by_keys(fresh, qtbot):
    fresh.session.run()
    qtbot.waitUntil(lambda: finished(fresh) and bool(fresh.source.paths), timeout=SOON)
    fresh.controls.kind.setFocus()
    QTest.keyClick(fresh.controls.kind, Qt.Key.Key_End)
    assert fresh.source.spec.kind == "path"
    qtbot.waitUntil(lambda: fresh.source.share is not None and fresh.source.seen is not None, timeout=SOON)
    assert fresh.source.share == pytest.approx(1.0)
    QTest.keyClick(fresh.controls.kind, Qt.Key.Key_Up)
    assert fresh.source.spec == PlaneSpec("random", ("parameter_1", 0), ("parameter_2", 0), 0)
    QTest.mouseClick(fresh.controls.again, Qt.MouseButton.LeftButton)
    assert fresh.source.spec.seed == 1
    qtbot.waitUntil(lambda: fresh.source.seen is not None and fresh.source.seen.spec.seed == 1, timeout=SOON)
    assert fresh.source.seen.start == pytest.approx((0.0, 0.0))


def test_the_surface_turns_by_keys_and_drags(fresh, qtbot):
    QTest.mouseClick(fresh.controls.surface, Qt.MouseButton.LeftButton)
    card = fresh.surface
    assert card.isVisible()
    assert card.surface.terrain is not None
    first = card.surface.view
    QTest.keyClick(card.area, Qt.Key.Key_Left)
    QTest.keyClick(card.area, Qt.Key.Key_Up)
    assert (card.surface.view.turn, card.surface.view.tilt) == ((first.turn + 5) % 360, first.tilt + 4)
    at = card.area.plot_rect.center().toPoint()
    QTest.mousePress(card.area.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(card.area.viewport(), at + QPoint(50, 0))
    QTest.mouseRelease(card.area.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(50, 0))
    assert card.surface.view.turn == pytest.approx((first.turn + 5 - 20) % 360)


def test_what_the_optimizer_carries_is_drawn_by_parameter(fresh, qtbot):
    fresh.session.run()
    qtbot.waitUntil(lambda: finished(fresh) and bool(fresh.source.state), timeout=SOON)
    qtbot.waitUntil(lambda: fresh.source.paths[0].steps[-1] == 60, timeout=SOON)
    QTest.mouseClick(fresh.controls.state, Qt.MouseButton.LeftButton)
    card = fresh.state
    assert card.offered() == ["step", "rate", "mean", "square"]
    assert [curve.node for curve in card.curves()] == ["parameter_1", "parameter_2"]
    card.choose("rate")
    path = fresh.source.paths[0]
    far = np.abs(np.diff(path.x[:2]))[0]
    x, y = path.x[0], path.y[0]
    slope = abs(-2 * (1 - x) - 400 * x * (y - x * x))
    assert card.curves()[0].values[0] == pytest.approx(far / slope)


def test_without_an_optimizer_it_says_what_to_do(panel, qtbot):
    from engine.graph import Content

    panel.session.adopt(Content(), None, clean=True)
    panel.controls.contour.setChecked(True)
    panel.source.ask()
    assert "optimizer" in panel.contour.empty.text()
    assert not panel.controls.compare.isEnabled()


def test_nothing_is_asked_for_ever_where_one_optimizer_stands_before_the_others(fresh, qtbot, monkeypatch):
    """Planted: gradient descent leaves the range of its numbers after some steps, the other goes on."""
    wild = Rival("gradient_descent", settings={"learning_rate": 1.0})
    fresh.start_comparison("optimizer_1", (wild, Rival("adam")))
    comparison = fresh.source.comparison
    qtbot.waitUntil(
        lambda: (
            comparison.runs.state in ("paused", "finished")
            and len(fresh.source.paths) == 2
            and fresh.source.paths[1].steps[-1] == 60
        ),
        timeout=SOON,
    )
    assert fresh.source.paths[0].steps[-1] < 60
    for button in (fresh.controls.surface, fresh.controls.contour):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        fresh.grab()
    asked: list[object] = []
    own = comparison.runs.trail
    monkeypatch.setattr(comparison.runs, "trail", lambda *given, **more: asked.append(1) or own(*given, **more))
    for _ in range(5):  # each answer is waited for: were it asked again, so would be the next
        fresh.source.refresh()
        qtbot.waitUntil(lambda: not fresh.source._trail_asked, timeout=SOON)
    assert len(asked) <= 6
    comparison.end()
