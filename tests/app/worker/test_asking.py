"""AskClient through its public door, with synthetic answers from a real child process."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from app.worker import messages as m
from app.worker.asking import DEADLINES, AskClient
from app.worker.pulse import pulse
from engine.graph import Content, Layout, Place, Socket
from engine.types import ArrayType
from tests.app.worker import synthetic

WAIT = 20_000


class Heard:
    """Everything a client said."""

    def __init__(self, client):
        self.types, self.looks, self.contours, self.checks, self.failures = [], [], [], [], []
        client.types_ready.connect(lambda *said: self.types.append(said))
        client.looks_ready.connect(lambda *said: self.looks.append(said))
        client.contour_ready.connect(lambda *said: self.contours.append(said))
        client.checked.connect(lambda *said: self.checks.append(said))
        client.failed.connect(lambda *said: self.failures.append(said))


@pytest.fixture
def deadlines():
    """How long a question may take."""
    return DEADLINES


@pytest.fixture
def asks(qtbot, deadlines):
    client = AskClient(answers=synthetic.ANSWERS, deadlines=deadlines)
    client.heard = Heard(client)
    yield client
    client.close()
    assert not multiprocessing.active_children()


def moment(value, step=5):
    return m.Moment(0, "optimizer_1", step, {"w_1": m.Packed.of(value)})


def test_every_kind_of_question_is_answered(qtbot, asks, tmp_path):
    revision = asks.set_content(synthetic.graph(), None, tmp_path)
    asks.ask_types()
    asks.ask_looks(moment(2.5))
    asks.ask_contour(("w_1", 0), ("w_1", 0), (-1.0, 1.0, -2.0, 2.0), None, 16)
    asks.ask_check("w_1")
    heard = asks.heard
    qtbot.waitUntil(lambda: bool(heard.types and heard.looks and heard.contours and heard.checks), timeout=WAIT)
    assert heard.types == [(revision, {Socket("w_1", "value"): ArrayType((2,), "float64")})]
    ((said, looks),) = heard.looks
    assert (said, looks.step, looks.wires["w_1"]["value"].value) == (revision, 5, "2.5")
    assert looks.loss == {"optimizer_1": 0.25}
    contour = heard.contours[0][1]
    assert contour.loss.array().shape == (16, 16)
    assert contour.loss.array()[0, 0] == 5.0
    assert heard.checks[0][1][0].passed
    assert not heard.failures
    qtbot.waitUntil(lambda: not pulse().beating, timeout=WAIT)


def test_only_the_newest_of_waiting_questions_is_asked(qtbot, asks, tmp_path):
    asks.set_content(synthetic.graph(), None, tmp_path)
    for value in range(100):
        asks.ask_looks(moment(float(value)))
    qtbot.waitUntil(lambda: bool(asks.heard.looks), timeout=WAIT)
    qtbot.waitQuiet()
    assert [looks.wires["w_1"]["value"].value for _, looks in asks.heard.looks] == ["99"]


def test_layout_keeps_the_revision_and_an_edit_makes_another(qtbot, asks, tmp_path):
    content = synthetic.graph()
    first = asks.set_content(content, None, tmp_path)
    moved = Content(content.graph, Layout({"w_1": Place(5, 6)}), content.kept)
    assert asks.set_content(moved, None, tmp_path) == first
    asks.ask_types()
    second = asks.set_content(synthetic.graph(lanes=2), None, tmp_path)
    assert second == first + 1
    asks.ask_types()
    qtbot.waitUntil(lambda: bool(asks.heard.types), timeout=WAIT)
    qtbot.waitQuiet()
    assert asks.heard.types == [(second, {Socket("w_1", "value"): ArrayType((3,), "float64")})]


@pytest.mark.parametrize("deadlines", [{**DEADLINES, "looks": 0.5}])
def test_a_late_answer_is_given_up_with_the_node_and_the_next_is_answered(qtbot, asks, tmp_path):
    revision = asks.set_content(synthetic.graph(("test.sleep", {"when": "looks"})), None, tmp_path)
    asks.ask_looks()
    qtbot.waitUntil(lambda: bool(asks.heard.failures), timeout=WAIT)
    ((said, question, sentence, node),) = asks.heard.failures
    assert (said, question, node) == (revision, "looks", "fault_1")
    assert "longer than 0.5 s" in sentence
    assert "“the culprit” (fault_1)" in sentence
    asks.ask_types()
    qtbot.waitUntil(lambda: bool(asks.heard.types), timeout=WAIT)


def test_a_question_about_an_older_graph_does_not_hold_up_the_newer(qtbot, asks, tmp_path):
    asks.set_content(synthetic.graph(("test.sleep", {"when": "types"})), None, tmp_path)
    asks.ask_types()
    qtbot.waitUntil(lambda: asks._asked is not None, timeout=WAIT)
    revision = asks.set_content(synthetic.graph(), None, tmp_path)
    asks.ask_looks()
    qtbot.waitUntil(lambda: bool(asks.heard.looks), timeout=WAIT)
    assert asks.heard.looks[0][0] == revision
    assert not asks.heard.failures


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("test.refuse", "“the culprit” gave NaN."), ("test.stumble", "ValueError: not this"), ("test.die", "was lost"),
     ("test.crash", "was lost"), ("test.hog", "of memory")],
)  # fmt: skip
def test_what_goes_wrong_is_a_sentence_and_the_next_question_is_answered(qtbot, tmp_path, fault, sentence):
    asks = AskClient(answers=synthetic.ANSWERS, memory=600 * 2**20)
    try:
        heard = Heard(asks)
        asks.set_content(synthetic.graph((fault, {"when": "check"})), None, tmp_path)
        asks.ask_check()
        qtbot.waitUntil(lambda: bool(heard.failures), timeout=WAIT)
        assert heard.failures[0][1] == "check"
        assert sentence in heard.failures[0][2]
        assert heard.failures[0][3] == "fault_1"
        asks.ask_types()
        qtbot.waitUntil(lambda: bool(heard.types), timeout=WAIT)
    finally:
        asks.close()


def test_a_large_graph_does_not_hold_up_the_window(qtbot, asks, tmp_path):
    """Asking returns although the process does not read yet and the message is larger than a pipe holds."""
    content = synthetic.graph(("test.sleep", {"when": "never", "text": "x" * 50_000_000}))
    asks.set_content(content, None, tmp_path)
    asks.ask_types()
    qtbot.waitUntil(lambda: bool(asks.heard.types), timeout=WAIT)


def test_types_travel_whole():
    from engine.types import RecordType, TupleType

    kind = RecordType((("a", ArrayType((2, 3), "int64")), ("b", TupleType((ArrayType(), ArrayType((0,), "bool"))))))
    assert m.unpack_type(m.pack_type(kind)) == kind


def test_jobs_travel_whole():
    import msgspec

    from engine.graph import Graph, Kept, Node, Wire
    from engine.types import Tensor

    node = Node("a_1", "x.y", "", {"n": 3, "x": 3.0, "rows": ((1, 2.5), (True, None)), "t": "ü"}, True)
    wire = Wire(Socket("a_1", "value"), Socket("b", "xs.0"))
    kept = Kept(3, 9, "o", {"a_1": Tensor.of(np.arange(6.0).reshape(2, 3))}, {"o": {"m": Tensor.of([1, 2])}})
    content = Content(Graph({"a_1": node, "b": Node("b", "z")}, frozenset([wire])), kept=kept)
    job = m.Job.of(content, None, "assets")
    back = msgspec.msgpack.decode(m.encode(job), type=m.Job).content()
    assert back.graph.nodes == content.graph.nodes
    assert [type(v) for v in back.graph.nodes["a_1"].settings.values()] == [int, float, tuple, str]
    assert (back.graph.wires, back.kept) == (content.graph.wires, content.kept)


def test_a_process_that_cannot_start_is_told_and_not_started_for_ever(qtbot):
    client = AskClient(answers=synthetic.ANSWERS._replace(warm=synthetic.fail_to_start))
    client.heard = Heard(client)
    client.set_content(synthetic.graph(), None, "assets")
    client.ask_looks()
    qtbot.waitUntil(lambda: len(client.heard.failures) == 1, timeout=WAIT)
    assert client.heard.failures[0][1] == "looks" and "could not be started" in client.heard.failures[0][2]
    qtbot.waitQuiet()
    assert len(client.heard.failures) == 1
    assert not multiprocessing.active_children() and not pulse().beating
    client.close()
