"""Older versions become the present one step by step: shown with planted versions, because there is none yet."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import FileError
from engine.files.format import VERSION
from engine.files.scan import load
from engine.files.upgrade import UPGRADES, upgraded


def older(document: dict[str, Any]) -> dict[str, Any]:
    """From a version -1 that called nodes boxes."""
    return {("nodes" if name == "boxes" else name): part for name, part in document.items()}


def old(document: dict[str, Any]) -> dict[str, Any]:
    """From a version 0 that called operators kinds."""
    return {**document, "nodes": {id: {"operator": kind} for id, kind in document["nodes"].items()}}


PLANTED = {-1: older, 0: old}


def test_steps_follow_one_another() -> None:
    document = load(b'{"format": "gradwire.dgraph", "version": -1, "boxes": {"a": "elementwise.add"}}', "x")
    assert upgraded(document, PLANTED) == {
        "format": "gradwire.dgraph", "version": 1, "nodes": {"a": {"operator": "elementwise.add"}},
    }  # fmt: skip
    assert document.value["version"] == -1


def test_a_version_in_between_takes_only_the_steps_it_needs() -> None:
    document = load(b'{"format": "gradwire.dgraph", "version": 0, "boxes": 7, "nodes": {"a": "elementwise.add"}}', "x")
    assert upgraded(document, PLANTED)["boxes"] == 7


def test_the_present_version_is_left_alone() -> None:
    document = load(b'{"format": "gradwire.dgraph", "version": 1}', "x")
    assert upgraded(document, PLANTED) is document.value


@pytest.mark.parametrize("version", [-2, -(10**9)])
def test_a_version_that_never_was_is_refused(version: int) -> None:
    document = load(b'{"format": "gradwire.dgraph", "version": %d}' % version, "x")
    with pytest.raises(FileError, match=f"there is no format version {version}; the first is -1"):
        upgraded(document, PLANTED)


def test_a_newer_version_says_so() -> None:
    document = load(b'{"version": %d, "format": "gradwire.dgraph", "new": []}' % (VERSION + 1), "x.dgraph")
    with pytest.raises(
        FileError, match=r"x\.dgraph, line 1, column 13 \(version\): the file was made by a newer Gradwire"
    ):
        upgraded(document)


def test_every_older_version_has_its_step() -> None:
    assert sorted(UPGRADES) == list(range(min(UPGRADES, default=VERSION), VERSION))
