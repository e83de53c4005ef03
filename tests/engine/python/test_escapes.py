"""No text of a person reaches eval, exec or compile, or anything outside; each attempt ends in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.python.escapes import BODIES, TEXTS

ROOT = Path(__file__).resolve().parents[3]


def outcomes(*arguments: str) -> list[tuple[str, str, list[str]]]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.engine.python.open_texts", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    return [(text, outcome, events) for text, outcome, events in json.loads(ran.stdout)]


@pytest.fixture(scope="module")
def found() -> list[tuple[str, str, list[str]]]:
    return outcomes()


def test_the_corpus_is_large() -> None:
    assert len(set(BODIES)) + len(set(TEXTS)) >= 200


def test_nothing_happens_outside(found: list[tuple[str, str, list[str]]]) -> None:
    assert [(text, events) for text, _, events in found if events] == []


def test_each_is_refused_in_one_sentence(found: list[tuple[str, str, list[str]]]) -> None:
    for text, outcome, _ in found:
        assert outcome == "program" or outcome.startswith("refused: "), (text, outcome)
        assert "\n" not in outcome, (text, outcome)


def test_few_are_programs_and_those_are_harmless(found: list[tuple[str, str, list[str]]]) -> None:
    """These mean something in the subset after all, and reach nothing."""
    made = [text for text, outcome, _ in found if outcome == "program"]
    assert sorted(made) == sorted(EXPECTED)


EXPECTED = ["def f(x):\n    return 1e999 // 1\n"]


def test_a_planted_violation_is_seen() -> None:
    ((_, _, events),) = outcomes("planted")
    assert any(event.startswith("compile") for event in events)
