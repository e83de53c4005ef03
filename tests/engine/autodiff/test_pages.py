"""docs/approaches is true: each page holds what its approach leaves behind, and says what the graph computes."""

import importlib.util
import re

import numpy as np
import pytest

import engine
from engine.autodiff.names import APPROACHES
from nodes.library import LIBRARY
from tests.samples.opened import ROOT

FOLDER = ROOT / "docs" / "approaches"


def generator():
    spec = importlib.util.spec_from_file_location("generate_approaches", FOLDER / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_as_generated():
    made = generator().pages()
    assert {path.stem for path in made} == set(APPROACHES)
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python docs/approaches/generate.py"
        assert text.count("```python") + text.count("```text") + text.count("| --- |") >= 1


def test_every_page_is_listed_and_every_link_leads_somewhere():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in APPROACHES:
        assert f"({name}.md)" in index
    for page in FOLDER.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (FOLDER / link).exists(), f"{page.name}: {link}"


def test_the_graph_is_the_neuron_of_the_text():
    found = engine.open(FOLDER / "neuron.dgraph", LIBRARY).gradient().only
    x, y = np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.5, 0.7])
    h = np.tanh(0.5 * x - 0.25)
    assert found.loss == pytest.approx(np.mean((h - y) ** 2))
    assert found.gradients["w"] == pytest.approx(np.mean(2 * (h - y) * (1 - h * h) * x))
    text = (FOLDER / "forward.md").read_text(encoding="utf-8")
    assert f"`{found.gradients['w']:.6g}`" in text  # the last tangent of the page is the gradient by w
