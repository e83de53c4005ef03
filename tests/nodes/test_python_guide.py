"""Each example of the guide to Python nodes runs, explodes to nodes, and gives the same both ways."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from engine.python.text import described
from tests.engine.python.texts import Text
from tests.nodes.test_exploding import test_the_nodes_compute_what_the_text_does as compare

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "python-nodes.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
ROWS1 = np.array([[0.3, -1.2], [2.0, 0.5], [1.0, -0.4]])
ROWS2 = np.array([[0.1, 1.2], [0.0, 0.5], [1.0, -1.4]])
P1, P2 = np.array([0.3, -1.2]), np.array([2.0, 0.5])
ARGUMENTS = {
    "fit": ((P1, 2.0, 0.5), (P2, -1.0, 0.1)),
    "rotate": ((P1, 0.4), (P2, -2.0)),
    "huber": ((P1, 2.0), (P2, 1.0)),
    "sine": ((1.0,), (0.1,)),
    "remember": ((ROWS1, P1), (ROWS2, P2)),
    "power": ((0.7, 4.0), (-1.3, 2.0)),
}  # fmt: skip


def test_every_example_is_tried() -> None:
    assert [described(text).name for text in EXAMPLES] == list(ARGUMENTS)


@pytest.mark.parametrize("text", EXAMPLES, ids=list(ARGUMENTS))
def test_an_example_explodes(text: str) -> None:
    first, second = ARGUMENTS[described(text).name]
    compare(Text(described(text).name, text, first, second))
