"""Each sample opens, is laid out without overlaps, has notes with a source, and reaches the figures in its notes."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import engine
from engine.files.read import read
from engine.files.write import render
from engine.graph import Content, Note, Place
from engine.operator import Kind
from engine.sockets import input_names, output_names
from nodes.library import LIBRARY
from tests.samples.opened import ROOT, SAMPLES, notes, sample

STEMS = [path.stem for path in SAMPLES]


# The figures in the notes


def test_the_straight_line_is_the_closed_form_solution():
    with (ROOT / "assets" / "hubble.csv").open() as file:
        rows = [(float(row["distance_mpc"]), float(row["velocity_km_s"])) for row in csv.DictReader(file)]
    x, y = (np.array(column) for column in zip(*rows, strict=True))
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    offset = y.mean() - slope * x.mean()
    run = sample("hubble").run()
    assert len(rows) == 24
    assert run.steps == 1500
    assert float(run.parameters["slope w"]) == pytest.approx(slope, rel=1e-8)
    assert float(run.parameters["offset b"]) == pytest.approx(offset, rel=1e-8)
    assert (f"w = {slope:.3f} km/s per Mpc", f"b = {offset:.3f} km/s") == (
        "w = 454.158 km/s per Mpc",
        "b = -40.784 km/s",
    )
    assert "w = 454.158 km/s per Mpc and b = -40.784 km/s" in notes("hubble")


def test_the_iris_network_reaches_its_accuracy_on_flowers_it_never_saw():
    graph = sample("2_iris_network")
    run = graph.run()
    assert run.steps == 300
    assert float(run.only.probes["held-out accuracy"]) == pytest.approx(29 / 30)
    assert float(run.only.probes["training accuracy"]) == pytest.approx(117 / 120)
    assert sum(value.size for value in run.parameters.values()) == 67
    for figure in ("29 of the 30 held-out flowers", "96.7 %", "117 of the 120", "67 numbers"):
        assert figure in notes("2_iris_network")


def test_no_held_out_iris_is_learned_from():
    """The rows of the two tables are the 150 of the file, each in one of them (compared before standardising)."""
    graph = (
        sample("2_iris_network")
        .with_setting("table_1", "standardise", False)
        .with_setting("table_2", "standardise", False)
    )
    wires = {str(socket): look.value for socket, look in graph.values().items()}
    parts = [np.column_stack([wires[f"{id}.features"], wires[f"{id}.species"]]) for id in ("table_1", "table_2")]
    assert [len(part) for part in parts] == [120, 30]
    with (ROOT / "assets" / "iris.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    kinds = sorted({row[4] for row in rows})
    whole = sorted((*map(float, row[:4]), float(kinds.index(row[4]))) for row in rows)
    assert sorted(tuple(row) for part in parts for row in part.tolist()) == whole


def test_five_optimizers_go_down_rosenbrock_s_valley():
    run = sample("rosenbrock").run()
    assert len(run) == 5
    losses = {}
    graph = sample("rosenbrock").graph
    for result in run:
        x, y = (float(result.parameters[name]) for name in ("x", "y"))
        losses[graph.nodes[result.optimizer].name] = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        assert result.steps == 5000
    assert losses["Adam"] < 1e-20
    assert losses["Momentum"] < 1e-9
    assert losses["Nesterov"] < 1e-9
    assert losses["Gradient descent"] == pytest.approx(0.004, abs=0.0005)
    assert losses["RMSProp"] == pytest.approx(0.006, abs=0.0005)
    for figure in ("5,000 steps", "Adam below 1e-20", "below 1e-9", "at 0.004", "at 0.006"):
        assert figure in notes("rosenbrock")


def test_rosenbrock_starts_at_his_point():
    found = sample("rosenbrock").gradient()[0]
    assert (float(found.parameters["x"]), float(found.parameters["y"])) == (-1.2, 1.0)
    assert found.loss == pytest.approx(24.2)


# Every sample


def test_the_first_sample_is_the_straight_line():
    assert STEMS[0].endswith("hubble")


@pytest.mark.parametrize("path", SAMPLES, ids=STEMS)
def test_the_file_is_as_gradwire_writes_it(path):
    assert render(read(path)) == path.read_bytes()


@pytest.mark.parametrize("path", SAMPLES, ids=STEMS)
def test_nothing_is_wrong_with_it(path):
    assert engine.open(path, LIBRARY).problems() == ()


@pytest.mark.parametrize("path", SAMPLES, ids=STEMS)
def test_its_gradients_are_right(path):
    assert all(check.passed for check in engine.open(path, LIBRARY).check())


@pytest.mark.parametrize("path", SAMPLES, ids=STEMS)
def test_its_notes_name_a_source_a_figure_and_something_to_try(path):
    texts = [note.text for note in read(path).layout.notes.values()]
    assert any("Source:" in text and any(c.isdigit() for c in text) for text in texts)
    assert any("Try this:" in text for text in texts)


# Layout

Box = tuple[float, float, float, float]


def node_box(content: Content, id: str, place: Place) -> Box:
    """Return a generous estimate of the node's rectangle (left, top, right, bottom)."""
    node = content.graph.nodes[id]
    declared = LIBRARY[node.operator]
    rows = max(len(input_names(content.graph, declared, id)), len(output_names(content.graph, declared, id)), 1)
    control = 84 if declared.kind is Kind.VIEW else 40 if declared.kind in (Kind.PARAMETER, Kind.HIGHER_ORDER) else 0
    width = min(max(136.0, 64 + 8.5 * len(node.name or declared.title)), 280.0)
    return (place.x, place.y, place.x + width, place.y + 44 + 26 * rows + control)


def note_box(note: Note) -> Box:
    return (note.x, note.y, note.x + note.width, note.y + note.height)


def canvas_of(content: Content, id: str) -> str:
    """Return the body on whose canvas a node or note stands: what stands on different ones is never seen together."""
    return (content.graph.nodes.get(id) or content.layout.notes[id]).inside


def overlap(a: Box, b: Box, room: float = 8.0) -> bool:
    return a[0] < b[2] + room and b[0] < a[2] + room and a[1] < b[3] + room and b[1] < a[3] + room


@pytest.mark.parametrize("path", SAMPLES, ids=STEMS)
def test_nothing_overlaps(path):
    content = read(path)
    boxes = {id: node_box(content, id, place) for id, place in content.layout.places.items()}
    assert set(boxes) == set(content.graph.nodes)
    texts = {note.id: note_box(note) for note in content.layout.notes.values() if not note.nodes}
    every = list({**boxes, **texts}.items())
    for k, (one, a) in enumerate(every):
        for other, b in every[k + 1 :]:
            apart = canvas_of(content, one) != canvas_of(content, other)
            assert apart or not overlap(a, b), f"{one} and {other} overlap"


@pytest.mark.parametrize("path", SAMPLES, ids=STEMS)
def test_frames_hold_what_they_carry_and_nothing_else(path):
    content = read(path)
    boxes = {id: node_box(content, id, place) for id, place in content.layout.places.items()}
    for note in content.layout.notes.values():
        frame = note_box(note)
        for id, box in boxes.items():
            if id in note.nodes:
                inside = frame[0] <= box[0] and frame[1] <= box[1] and box[2] <= frame[2] and box[3] <= frame[3]
                assert inside, f"{id} sticks out of {note.id}"
            elif note.inside == canvas_of(content, id):
                assert not overlap(frame, box, 0), f"{id} lies in {note.id} but is not carried"


@pytest.mark.parametrize("path", SAMPLES, ids=STEMS)
def test_wires_run_from_left_to_right(path):
    content = read(path)
    places = content.layout.places
    for wire in content.graph.wires:
        assert places[wire.source.node].x < places[wire.target.node].x, wire
