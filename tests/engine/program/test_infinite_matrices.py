"""The SVD of a matrix with an infinite element never ends in LAPACK: each way to it answers (in its own process)."""

from __future__ import annotations

import subprocess
import sys

import pytest

WAYS = {
    "operator": "program = record_function(lambda x: {call}(x), [ArrayType((3, 3))])",
    "text": "program = program_of('def f(x):\\n    return np.linalg.{name}(x)\\n', {{'x': ArrayType((3, 3))}})",
}
SCRIPT = """
import numpy as np
from engine.backends.numpy_code import compile_program
from engine.program.functions import record_function
from engine.program.matrices import pseudo_inverse, singular_values
from engine.python.text import program_of
from engine.types import ArrayType
x = np.eye(3)
x[0, 1] = x[2, 0] = np.inf
{program}
try:
    compile_program(program)([x])
except np.linalg.LinAlgError:
    print("answered")
"""


@pytest.mark.parametrize(("name", "call"), [("pinv", "pseudo_inverse"), ("svd", "singular_values")])
@pytest.mark.parametrize("way", WAYS)
def test_an_infinite_element_is_answered(way: str, name: str, call: str) -> None:
    script = SCRIPT.format(program=WAYS[way].format(name=name, call=call))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "answered", done.stderr[-500:]
