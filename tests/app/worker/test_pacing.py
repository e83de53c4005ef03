"""The pace of a run, by a clock that is set by hand."""

from __future__ import annotations

import pytest

from app.worker.pacing import LONGEST_WAIT, UNBOUNDED, Pacer


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def simulate(pacer, clock, seconds, step=0):
    """Take every step that is allowed for so long; return how many were taken."""
    taken, until = 0, clock.now + seconds
    while clock.now < until:
        taken += min(pacer.allowed(step + taken), 10_000)
        wait = pacer.wait(step + taken)
        assert 0 <= wait <= LONGEST_WAIT
        clock.now += max(wait, 1e-3)
    return taken


def test_without_a_bound_everything_is_allowed():
    pacer = Pacer(Clock())
    pacer.measure(10)
    assert pacer.allowed(5) == UNBOUNDED
    assert pacer.wait(5) == 0.0


@pytest.mark.parametrize("rate", [1.0, 10.0, 333.0, 5000.0])
def test_the_rate_is_kept_from_the_first_step_on(rate):
    clock = Clock()
    pacer = Pacer(clock)
    pacer.set(rate, 0.0, 7)
    assert pacer.allowed(7) == 1
    assert simulate(pacer, clock, 4.0, 7) == pytest.approx(4 * rate, abs=max(2, rate * 0.05))


def test_a_whole_run_lasts_as_long_as_it_is_to_be_watched():
    clock = Clock()
    pacer = Pacer(clock)
    pacer.measure(5000)
    pacer.set(0.0, 2.0, 0)
    assert simulate(pacer, clock, 1.0) == pytest.approx(2500, rel=0.05)
    pacer.measure(10**9)
    assert pacer.rate == 5e8


def test_a_pause_saves_up_no_steps():
    clock = Clock()
    pacer = Pacer(clock)
    pacer.set(10.0, 0.0, 0)
    simulate(pacer, clock, 1.0)
    clock.now += 3600
    pacer.begin(11)
    assert pacer.allowed(11) == 1
