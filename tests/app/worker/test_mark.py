"""The mark of what is being evaluated."""

from __future__ import annotations

import pytest

from app.worker.mark import SIZE, Mark


@pytest.fixture
def mark():
    made = Mark()
    yield made
    made.close()
    made.unlink()


@pytest.mark.parametrize("text", ["matmul_1", "", "ü", "ü" * 400, "x" * SIZE, "世界" * 200])
def test_the_mark_is_read_back_whole_or_cut_between_characters(mark, text):
    mark.set("something longer than what follows")
    other = Mark(mark.name)
    other.set(text)
    other.close()
    assert text.startswith(mark.text)
    assert len(mark.text.encode()) >= min(len(text.encode()), SIZE - 4)


def test_the_part_read_stands_beside_the_node_and_not_in_its_name(mark):
    assert mark.part is None
    for said, text, part in (("table_1", "table_1", None), ("table_1\t0.25", "table_1", 0.25), ("", "", None)):
        mark.set(said)
        assert (mark.text, mark.part) == (text, part)
