"""The rules of moving by themselves: what makes room, what snaps, what is aligned. No window."""

from __future__ import annotations

import itertools
import random

import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF

from app.canvas.aligning import Link, distributed, straightened
from app.canvas.geometry import GRID
from app.canvas.pushing import pushed
from app.canvas.snapping import Level, snap


def crowd(seed: int) -> dict[str, QRectF]:
    """Return boxes that do not overlap, in rows with gaps."""
    rng = random.Random(seed)
    return {
        f"n{i}_{k}": QRectF(i * 180.0, k * 130.0, 100.0 + 8 * rng.randint(0, 5), 60.0 + 8 * rng.randint(0, 5))
        for i in range(5)
        for k in range(5)
    }


@pytest.mark.parametrize("seed", range(10))
def test_what_is_dropped_upon_makes_room_and_nothing_overlaps_after(seed: int) -> None:
    boxes = crowd(seed)
    rng = random.Random(seed)
    dropped = rng.choice(sorted(boxes))
    boxes[dropped] = boxes[dropped].translated(rng.randint(-40, 40) * GRID, rng.randint(-30, 30) * GRID)
    ways = pushed(boxes, [dropped])
    assert dropped not in ways
    assert all(way.x() % GRID == 0 and way.y() % GRID == 0 and 0 in (way.x(), way.y()) for way in ways.values())
    after = {id: box.translated(ways.get(id, QPointF())) for id, box in boxes.items()}
    lying = [(a, b) for a, b in itertools.combinations(after, 2) if after[a].intersects(after[b])]
    assert not lying


def test_where_nothing_is_in_the_way_nothing_moves() -> None:
    assert pushed(crowd(1), ["n2_2"]) == {}


def test_the_nearest_line_wins_and_a_straight_wire_before_all() -> None:
    box = QRectF(0, 0, 100, 50)
    others = [QRectF(203, 307, 80, 50), QRectF(201, 500, 300, 50)]
    found = snap(box, QPointF(200, 305), others, [], 6.0)
    assert found.by == QPointF(201, 307)
    assert any(line.x1() == line.x2() == 201 for line in found.guides)
    level = Level(QPointF(0, 20), QPointF(400, 321))
    assert snap(box, QPointF(200, 305), others, [level], 6.0).by == QPointF(201, 301)
    assert QLineF(201, 321, 400, 321).p1().y() == 321


def test_away_from_lines_it_goes_on_the_grid() -> None:
    found = snap(QRectF(0, 0, 100, 50), QPointF(61, 43), [QRectF(5000, 5000, 10, 10)], [], 6.0)
    assert found.by == QPointF(64, 40)
    assert found.guides == ()


def test_straightened_nodes_are_level_unless_they_would_lie_upon_each_other() -> None:
    boxes = {"a": QRectF(0, 0, 100, 80), "b": QRectF(0, 200, 100, 80), "c": QRectF(300, 90, 100, 120)}
    links = [Link("a", "c", 40.0, 50.0), Link("b", "c", 40.0, 76.0)]
    corners = straightened(boxes, links)
    assert corners["a"] == QPointF(0, 0)
    assert corners["c"].y() + 50.0 == corners["a"].y() + 40.0
    assert corners["b"] == QPointF(0, 200), "level with c it would lie on a"


def test_distributed_without_room_they_follow_each_other() -> None:
    boxes = {id: QRectF(10.0 * k, 0, 100, 50) for k, id in enumerate("abc")}
    corners = distributed(boxes, across=True)
    assert [corners[id].x() for id in "abc"] == [0.0, 116.0, 232.0]
