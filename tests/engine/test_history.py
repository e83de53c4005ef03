"""History alone: limits, merging, the clean mark; steps are told apart by their names."""

from __future__ import annotations

import pytest

from engine.edits import Connect, Edit, Group, Move, Rename, ResetSetting, SetFrozen, SetMuted, SetSetting
from engine.graph import Place
from engine.history import History, Step, sequence
from tests.engine.graphs import wire


def step(name: str, merge: str | None = None) -> Step:
    return Step(name, Rename("a", f"before {name}"), Rename("a", f"after {name}"), merge)


def names(history: History) -> list[str]:
    """Undo everything and return the names in that order."""
    found = []
    while last := history.last:
        found.append(last.name)
        history.undone(last.again)
    return found


def test_steps_come_back_last_first_and_go_again_first_first() -> None:
    history = History()
    for name in "abc":
        history.push(step(name))
    assert names(history) == ["c", "b", "a"]
    again = []
    while after := history.next:
        again.append(after.name)
        history.redone(after.back)
    assert again == ["a", "b", "c"]


def test_a_new_step_forgets_what_was_undone() -> None:
    history = History()
    history.push(step("a"))
    history.undone(step("a").again)
    history.push(step("b"))
    assert history.next is None
    assert names(history) == ["b"]


def test_the_oldest_steps_are_forgotten() -> None:
    history = History(limit=3)
    for name in "abcde":
        history.push(step(name))
    assert names(history) == ["e", "d", "c"]


def test_a_forgotten_clean_state_cannot_be_reached() -> None:
    history = History(limit=2)
    for name in "abc":
        history.push(step(name))
    names(history)
    assert not history.clean


def test_like_merge_keys_melt_and_others_do_not() -> None:
    history = History()
    for name, merge in [("a", "m"), ("b", "m"), ("c", "n"), ("d", None), ("e", None), ("f", "n")]:
        history.push(step(name, merge))
    assert names(history) == ["f", "e", "d", "c", "a"]


@pytest.mark.parametrize("between", ["seal", "mark_clean", "undo and redo"])
def test_a_gesture_ends(between: str) -> None:
    history = History()
    history.push(step("a", "m"))
    if between == "undo and redo":
        history.undone(step("a").again)
        history.redone(step("a").back)
    else:
        getattr(history, between)()
    history.push(step("b", "m"))
    assert names(history) == ["b", "a"]


def test_a_melted_step_goes_all_the_way_back_and_forth() -> None:
    history = History()
    history.push(Step("drag", Move({"a": Place(0)}), Move({"a": Place(1)}), "m"))
    history.push(Step("drag", Move({"a": Place(1)}), Move({"a": Place(2)}), "m"))
    history.push(Step("drag", Move({"a": Place(2), "b": Place(9)}), Move({"a": Place(3), "b": Place(8)}), "m"))
    assert history.last is not None
    assert history.last.back == Move({"a": Place(0), "b": Place(9)})
    assert history.last.again == Move({"a": Place(3), "b": Place(8)})


def test_clean_marks() -> None:
    history = History()
    assert history.clean
    history.push(step("a"))
    assert not history.clean
    history.mark_clean()
    history.push(step("b"))
    history.undone(step("b").again)
    assert history.clean
    history.undone(step("a").again)
    assert not history.clean
    history.push(step("c"))
    assert not history.clean
    names(history)
    assert not history.clean
    history.mark_dirty()
    history.push(step("d"))
    history.undone(step("d").again)
    assert not history.clean


A0, A1 = SetSetting("a", "s", 0), SetSetting("a", "s", 1)
B0, B1 = Rename("b", "0"), Rename("b", "1")
WIRED = Connect(wire("a.v", "b.x"))


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (A0, A1, A1),
        (A0, ResetSetting("a", "s"), ResetSetting("a", "s")),
        (B0, B1, B1),
        (SetFrozen("b", True), SetFrozen("b", False), SetFrozen("b", False)),
        (SetMuted("b", True), SetMuted("b", False), SetMuted("b", False)),
        (Group("g", (A0, B0)), Group("g", (A1, B1)), Group("g", (A1, B1))),
        (A0, B1, Group("Change s", (A0, B1))),
        (WIRED, WIRED, Group("Connect", (WIRED, WIRED))),
        (Group("g", (A0, WIRED)), Group("g", (A1, WIRED)), Group("g", (A0, WIRED, A1, WIRED))),
        (Group("g", (A0, A1)), Group("g", (A1, A0)), Group("g", (A0, A1, A1, A0))),
        (Group("g", (A0, B0)), A1, Group("g", (A0, B0, A1))),
    ],
)
def test_a_sequence_drops_only_what_is_overwritten(first: Edit, second: Edit, both: Edit) -> None:
    assert sequence(first, second) == both
