"""Curves, the camera, the index of boxes and the lanes, against plain definitions."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from app.canvas.geometry import Boxes, Camera, along, curve, snapped
from app.canvas.items import thickness
from app.canvas.routes import lane_for

numbers = st.floats(-5000, 5000)


@given(numbers, numbers, numbers, numbers)
@settings(derandomize=True, max_examples=60)
def test_points_along_a_wire_lie_on_its_curve(x0: float, y0: float, x1: float, y1: float) -> None:
    start, end = QPointF(x0, y0), QPointF(x1, y1)
    path = curve(start, end)
    for k, point in enumerate(along(start, end, 9)):
        on_path = path.pointAtPercent(0) if k == 0 else None
        if on_path is not None:
            assert (point - on_path).manhattanLength() < 1e-6
    assert (along(start, end, 9)[-1] - end).manhattanLength() < 1e-6
    box = path.controlPointRect().adjusted(-1e-6, -1e-6, 1e-6, 1e-6)
    assert all(box.contains(point) for point in along(start, end, 33))


def test_boxes_answer_as_a_plain_search_does_through_changes() -> None:
    chance = random.Random(3)
    boxes: Boxes[int] = Boxes()
    plain: dict[int, QRectF] = {}
    for k in range(400):
        key = chance.randrange(120)
        if key in plain and chance.random() < 0.4:
            boxes.drop(key)
            del plain[key]
        else:
            plain[key] = QRectF(chance.uniform(0, 900), chance.uniform(0, 900), 40, 30)
            boxes.put(key, plain[key])
        asked = QRectF(chance.uniform(0, 900), chance.uniform(0, 900), 200, 150)
        touching = {k for k, box in plain.items() if box.intersects(asked)}
        assert set(boxes.within(asked)) == touching, k
    assert len(boxes) == len(plain)


@given(st.floats(0.05, 3.9), st.floats(0, 1200), st.floats(0, 700), st.floats(0.5, 2.0))
@settings(derandomize=True, max_examples=60)
def test_zooming_holds_the_point_under_the_pointer(zoom: float, x: float, y: float, unit: float) -> None:
    camera = Camera()
    camera.unit = unit
    camera.origin = QPointF(-37.5, 12.25)
    at = QPointF(x, y)
    held = camera.to_scene(at)
    camera.zoom_at(at, zoom)
    assert (camera.to_scene(at) - held).manhattanLength() < 1e-6
    assert (camera.to_view(camera.to_scene(at)) - at).manhattanLength() < 1e-6


def test_showing_a_rectangle_shows_all_of_it() -> None:
    camera = Camera()
    camera.unit = 1.5
    rect = QRectF(-400, 100, 3000, 700)
    camera.show(rect, 1200, 800)
    assert camera.seen(1200, 800).adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(rect)


def test_positions_snap_to_the_grid() -> None:
    assert [snapped(x) for x in (3.9, 4.1, -3.9, -4.1, 12.0)] == [0.0, 8.0, 0.0, -8.0, 16.0]


def test_thickness_grows_with_the_logarithm_and_stays_in_bounds() -> None:
    norms = [1e-12, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e9]
    shown = [thickness(norm) for norm in norms]
    assert shown == sorted(shown)
    assert len(set(shown[1:7])) == 6
    assert min(shown) > 0
    assert max(shown) < 6
    assert thickness(None) == thickness(float("nan")) == thickness(0.0) == 0.0


def blocked(lane_y: float, left: float, right: float, nodes: dict[str, QRectF]) -> bool:
    return any(box.intersects(QRectF(left, lane_y - 1, right - left, 2)) for box in nodes.values())


def test_a_wire_with_a_node_in_its_way_takes_a_lane_that_meets_none() -> None:
    nodes = {"a": QRectF(200, 80, 140, 100), "b": QRectF(400, 20, 140, 100), "c": QRectF(200, -60, 140, 100)}
    boxes: Boxes[str] = Boxes()
    for id, box in nodes.items():
        boxes.put(id, box)
    start, end = QPointF(0, 110), QPointF(700, 110)
    lane = lane_for(start, end, boxes, frozenset(), ())
    assert lane is not None
    assert not blocked(lane.y, lane.left, lane.right, nodes)
    other = lane_for(start, end, boxes, frozenset(), (lane,))
    assert other is not None
    assert abs(other.y - lane.y) >= 9 or other.left >= lane.right or lane.left >= other.right


def test_a_free_wire_and_a_wire_of_the_node_itself_take_no_lane() -> None:
    boxes: Boxes[str] = Boxes()
    boxes.put("a", QRectF(200, 80, 140, 100))
    start, end = QPointF(0, 110), QPointF(700, 110)
    assert lane_for(start, end, boxes, frozenset({"a"}), ()) is None
    assert lane_for(QPointF(0, 400), QPointF(700, 400), boxes, frozenset(), ()) is None
