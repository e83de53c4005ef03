"""Checkpoint schedules against the optimum found by dynamic programming, and what they hold."""

from functools import cache

import pytest

from engine.errors import SettingError
from engine.program.checkpoints import ONLINE_SLOTS, Keeper, Policy, reach, sweep


@cache
def fewest(length, slots):
    """The fewest iterations to run, to reverse `length` of them with `slots` checkpoints, by trying all."""
    if length <= 1:
        return 0
    if slots == 1:
        return length * (length - 1) // 2
    return min(m + fewest(length - m, slots - 1) + fewest(m, slots) for m in range(1, length))


def walk(count, memory, *, known=True):
    """Return (iterations run again and up to the last checkpoint, most carries held), after checking the order."""
    policy = Policy.of(memory)
    keeper = Keeper(policy, count if known else None)
    due = keeper.next
    for iteration in range(count):
        if iteration == due:
            due = keeper.keep(iteration, (iteration,))
    runs, reversed_ = 0, []

    def advance(carries, iteration):
        nonlocal runs
        assert carries == (iteration,)
        runs += 1
        return (iteration + 1,)

    def reverse(carries, iteration):
        assert carries == (iteration,)
        reversed_.append(iteration)

    held = sweep(count, keeper.at, [keeper.column(0)], policy, advance, reverse)
    assert reversed_ == list(range(count))[::-1]
    return runs + (keeper.at[-1] if keeper.at else 0), held


@pytest.mark.parametrize("slots", range(1, 8))
def test_binomial_runs_the_fewest_iterations(slots):
    for count in range(90):
        runs, held = walk(count, f"binomial {slots}")
        assert runs == fewest(count, slots)
        assert held <= slots


@pytest.mark.parametrize("slots", range(1, 8))
def test_online_is_within_one_iteration_while_two_runs_suffice_and_within_a_third_later(slots):
    for count in range(90):
        runs, held = walk(count, f"online {slots}", known=False)
        best = fewest(count, slots)
        assert runs <= (best + 1 if count <= reach(slots, 2) else best * 4 / 3)
        assert held <= slots


@pytest.mark.parametrize("known", [True, False])
def test_every_kth_holds_as_many_as_the_root_of_the_count(known):
    for count in (100, 1_000, 10_000):
        runs, held = walk(count, "every", known=known)
        assert held <= 3 * count**0.5
        assert runs <= 2 * count
    assert walk(100, "every 5")[1] == 100 / 5 + 5 - 1


def test_binomial_holds_as_many_as_twice_the_logarithm():
    assert [walk(2**k - 1, "binomial")[1] <= 2 * k for k in (5, 10, 14)] == [True] * 3
    assert walk(2**14, "binomial")[0] < 4 * 2**14


def test_online_holds_no_more_than_its_slots_however_long():
    assert walk(20_000, "online", known=False)[1] == ONLINE_SLOTS


@pytest.mark.parametrize("memory", ["", "save", "every 0", "every -1", "every 1.5", "online x", "binomial 99999999999"])
def test_a_policy_that_is_none_is_refused(memory):
    with pytest.raises(SettingError, match="there is no memory policy"):
        Policy.of(memory)


def test_binomial_needs_the_count_beforehand():
    with pytest.raises(SettingError, match="choose online"):
        Policy.of("binomial", counted=False)
