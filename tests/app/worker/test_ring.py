"""The shared ring: what is read is what numpy computes over all steps ever pushed."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from app.worker import ring


@pytest.fixture
def block():
    made = ring.Block()
    yield made
    made.close()
    made.unlink()


def pushed(block, total, chunks, series=3, seed=0):
    """Push `total` steps in random chunks; return them all."""
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(total, series)).cumsum(axis=0)
    at = 0
    while at < total:
        count = int(generator.choice(chunks))
        block.push(1, 5, rows[at : at + count])
        at += count
    return rows


@pytest.mark.parametrize("total", [1, 3, 5, 700, 2047, 2048, 2049, 9_999, 150_001])
@pytest.mark.parametrize("chunks", [(1, 2, 3), (100, 511, 1025, 5000)])
@pytest.mark.parametrize("detail", [False, True])
def test_whole_history_keeps_every_extreme_and_the_mean(block, total, chunks, detail):
    if total > 10_000 and max(chunks) < 10:
        total = 12_345
    rows = pushed(block, total, chunks)
    for slot in range(3):
        curve = block.curve(1, 5 + slot, detail=detail)
        assert len(curve.steps) <= ring.CAPACITY + ring.BEGINNING + ring.FACTOR * ring.TIERS
        single = np.flatnonzero(np.diff(curve.steps) > 1)
        shown = int(single[0]) if len(single) else len(curve.steps)
        assert shown >= min(total, ring.BEGINNING if detail else curve.width, ring.BEGINNING) - 1
        assert curve.low.min() == rows[:, slot].min()
        assert curve.high.max() == rows[:, slot].max()
        edges = curve.steps.astype(int)
        assert edges[0] == 0
        for k, (begin, end) in enumerate(zip(edges, [*edges[1:], total], strict=True)):
            stretch = rows[begin:end, slot]
            assert curve.low[k] == stretch.min()
            assert curve.high[k] == stretch.max()
            np.testing.assert_allclose(curve.mean[k], stretch.mean(), rtol=1e-9, atol=1e-9)


def test_a_stretch_near_the_end_is_read_step_by_step(block):
    rows = pushed(block, 40_000, (997,))
    curve = block.curve(1, 6, 39_500, 39_599)
    assert curve.width == 1
    np.testing.assert_array_equal(curve.steps, np.arange(39_500, 39_600))
    np.testing.assert_array_equal(curve.mean, rows[39_500:39_600, 1])


def test_steps_are_numbered_from_where_the_run_began(block):
    block.restart(1, 1_000)
    rows = pushed(block, 50, (7,))
    curve = block.curve(1, 5, 1_010, 1_019)
    np.testing.assert_array_equal(curve.steps, np.arange(1_010, 1_020))
    np.testing.assert_array_equal(curve.low, rows[10:20, 0])


def test_a_nan_hides_no_other_step(block):
    rows = np.ones((64, 1))
    rows[17] = np.nan
    rows[18] = 7.0
    block.push(1, 5, rows)
    curve = block.curve(1, 5, buckets=64)
    assert np.nanmax(curve.high) == 7.0
    block.push(1, 5, np.zeros((4_000, 1)))
    coarse = block.curve(1, 5)
    assert coarse.width > 1
    assert np.nanmax(coarse.high) == 7.0


def test_an_empty_or_foreign_stretch_is_empty(block):
    assert len(block.curve(0, 0).steps) == 0
    pushed(block, 10, (10,))
    assert len(block.curve(1, 5, 20, 30).steps) == 0
    assert len(block.curve(1, 5, -5, -1).steps) == 0


def test_lanes_do_not_see_each_other(block):
    block.push(0, 0, np.full((10, 2), 1.0))
    block.push(2, 2, np.full((20, 2), 2.0))
    assert (block.length(0), block.length(1), block.length(2)) == (10, 0, 20)
    assert block.curve(0, 1).high.max() == 1.0
    assert block.curve(2, 2).low.min() == 2.0


def _count(name: str, total: int) -> None:
    block = ring.Block(name)
    for at in range(0, total, 500):
        numbers = np.arange(at, at + 500, dtype=float)
        block.push(0, 0, np.column_stack([numbers, -numbers]))
    block.close()


def test_a_reader_never_sees_a_torn_history(block):
    """The writer counts up in another process; any bucket read must hold exactly the numbers of its steps."""
    total = 2_000_000
    writer = multiprocessing.get_context("spawn").Process(target=_count, args=(block.name, total))
    writer.start()
    reads = 0
    while block.length(0) < total:
        head = block.length(0)
        for start in (0, max(0, head - 1_400), head // 2):
            curve = block.curve(0, 0, start)
            assert (np.diff(curve.steps) > 0).all()
            # After a single first step the bucket it belongs to follows, from the second step on.
            least = np.where((curve.width > ring.BEGINNING) & (curve.steps == 1), 0, curve.steps)
            np.testing.assert_array_equal(curve.low, least)
            assert start > 0 or head == 0 or curve.steps[0] == 0
            reads += len(curve.steps) > 0
        assert writer.is_alive() or block.length(0) == total
    writer.join()
    assert reads > 10
    assert block.curve(0, 1).low.min() == -(total - 1)
