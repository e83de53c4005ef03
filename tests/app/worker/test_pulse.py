"""The one timer: it beats while something is expected, and stands still otherwise."""

from __future__ import annotations

from app.worker.pulse import Pulse, pulse


def test_it_stands_still_until_woken_and_when_nothing_is_expected(qtbot):
    beat = Pulse()
    left = [3]

    def member():
        left[0] -= 1
        return left[0] > 0

    beat.join(member)
    assert not beat.beating and left == [3]
    beat.wake()
    qtbot.waitUntil(lambda: not beat.beating)
    assert left == [0]


def test_a_member_woken_by_a_later_one_is_called_again(qtbot):
    beat = Pulse()
    drawn, waiting = [], []

    def draws():
        drawn.extend(waiting)
        waiting.clear()
        return False

    def receives():
        if not drawn and not waiting:
            waiting.append("a curve")
            beat.wake()
        return False

    beat.join(draws)
    beat.join(receives)
    beat.wake()
    qtbot.waitUntil(lambda: not beat.beating)
    assert drawn == ["a curve"]


def test_who_left_is_not_called(qtbot):
    beat = Pulse()
    calls = []

    def member():
        calls.append(1)
        return False

    beat.join(member)
    beat.leave(member)
    beat.leave(member)
    beat.wake()
    qtbot.waitUntil(lambda: not beat.beating)
    assert calls == []


def test_an_application_has_one(qapp):
    assert pulse() is pulse()
