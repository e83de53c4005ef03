"""All approaches side by side on a network, on a while loop and on a recursion over a tree: numbers or a sentence."""

import numpy as np
import pytest

from engine.autodiff.artefacts import artefact
from engine.autodiff.names import APPROACHES
from engine.compare import AGREEMENT, Line, compare, subject
from engine.data import Data
from engine.errors import GradwireError
from engine.graph import Content, Graph
from engine.prepare import prepare
from nodes.library import LIBRARY
from tests.engine.training_graphs import network
from tests.nodes.test_control import SINE, TREE


def prepared(graph):
    return prepare(graph if isinstance(graph, Content) else Content(graph), LIBRARY, Data())


GRAPHS = {"network": network(), "while": SINE, "tree": TREE}
FEATURES = {"network": (), "while": ("while",), "tree": ("branch", "recursion")}


@pytest.mark.parametrize("name", GRAPHS)
def test_every_approach_has_a_line_on_numpy_and_one_on_xla(name):
    found = compare(prepared(GRAPHS[name]))
    assert [line.approach for line in found.lines] == [*APPROACHES, *APPROACHES]
    assert set(FEATURES[name]) <= set(found.features)
    assert found.agree
    assert np.isfinite(found.loss)
    for line in found.lines[: len(APPROACHES)]:
        assert not line.refused
        assert line.difference <= AGREEMENT
        assert min(line.first, line.following, line.memory, line.equations) > 0
    refused = {line.approach: line.refused for line in found.lines if line.refused}
    assert {"tape", "callbacks"} <= set(refused)
    assert all((sentence.endswith(".") and "choose" in sentence) or "use the backend" in sentence
               for sentence in refused.values())  # fmt: skip
    assert ("static" in refused) == (name == "tree")  # a recursion has no place on XLA, and that is said


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("approach", APPROACHES)
def test_artefacts_speak_of_nodes_that_are_there(name, approach):
    graph = GRAPHS[name]
    nodes = (graph.graph if isinstance(graph, Content) else graph).nodes
    _, about = subject(prepared(graph))
    found = artefact(about, approach)
    origins = [*found.origins, *(each for section in found.sections for each in section.origins)]
    marked = [origin.rpartition(" of ")[2] for origin in origins if origin]
    assert marked or approach == "forward" or found.rows
    assert set(marked) <= set(nodes)


def test_parameters_other_than_the_start_values_are_looked_at():
    ready = prepared(SINE)
    (id,) = ready.parameters
    other = compare(ready, {id: np.float64(2.0)}, backends=())
    assert other.loss == pytest.approx(np.sin(2.0), abs=1e-7)
    assert len(other.lines) == len(APPROACHES)


def test_a_gradient_that_is_not_finite_is_told_and_not_counted_as_a_difference():
    ready = prepared(network())
    broken = {id: np.full(value.shape, np.nan) for id, value in ready.parameters.items()}
    found = compare(ready, broken, backends=())
    assert found.agree
    assert all(line.difference is None or line.difference == 0 for line in found.lines if not line.refused)


def test_a_graph_without_a_loss_is_refused():
    with pytest.raises(GradwireError):
        compare(prepared(Graph({}, frozenset())))


def test_lines_are_plain_values():
    found = compare(prepared(network()), backends=()).to_plain()
    assert {"optimizer", "loss", "features", "agree", "approaches"} == set(found)
    assert set(found["approaches"][0]) == set(Line.__dataclass_fields__)
