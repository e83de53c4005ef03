"""Animated pictures: what is known grows step by step, as the trace says; a training's losses are those of a run."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage

import engine
from app.assets import SAMPLES
from app.cli import main
from app.sharing import training
from app.sharing.drawn import Known
from app.sharing.gif import Frame, gif
from app.sharing.stepping import chosen, learn
from engine.graph import Socket
from engine.trace.record import record
from nodes.library import LIBRARY

REVERSE = SAMPLES / "lessons" / "03_reverse_mode_by_hand.dgraph"
HUBBLE = SAMPLES / "1_straight_line_hubble.dgraph"


def plain(colour: str) -> QImage:
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def test_frames_keep_their_order_their_colours_and_their_times() -> None:
    made = Image.open(io.BytesIO(gif([Frame(plain("#ff0000"), 100), Frame(plain("#00ff00"), 250)])))
    assert made.n_frames == 2 and made.size == (30, 20) and made.info["loop"] == 0
    seen = []
    for k in range(2):
        made.seek(k)
        red, green, blue = made.convert("RGB").getpixel((15, 10))  # type: ignore[misc]
        seen.append((red > 200, green > 200, blue > 60, made.info["duration"]))
    assert seen == [(True, False, False, 100), (False, True, False, 250)]


def test_of_many_parts_some_are_chosen_the_first_and_last_among_them() -> None:
    groups = [range(k, k + 1) for k in range(100)]
    assert chosen(groups, 200) == groups
    some = chosen(groups, 7)
    assert len(some) == 7 and some[0] == groups[0] and some[-1] == groups[-1]


def test_what_is_known_on_the_wires_grows_as_the_step_goes_on() -> None:
    prepared = engine.open(REVERSE, LIBRARY).prepare()
    trace = record(prepared)
    known = Known({**prepared.inferred, **prepared.types})  # type: ignore[dict-item]
    square = Socket("square", "value")
    backward = next(step.number for step in trace.micro_steps if step.phase == "backward")
    for step in trace.micro_steps[:backward]:
        learn(known, step.marks)
    half = known.looks().wires
    assert half["square"]["value"].value == "4" and half["product"]["value"].value == "6"
    assert not any(look.cotangent for id in ("a", "b", "c", "product", "difference") for look in half[id].values())
    for step in trace.micro_steps[backward:]:
        learn(known, step.marks)
    whole = known.looks().wires
    slopes = {node: whole[node]["value"].cotangent for node in ("a", "b", "c", "product", "difference")}
    assert slopes == {"a": "12", "b": "8", "c": "−4", "product": "4", "difference": "4"}
    assert known.values[square] == 4.0


def test_a_training_is_looked_at_more_closely_at_its_beginning_and_its_losses_are_those_of_a_run() -> None:
    graph = engine.open(HUBBLE, LIBRARY)
    looks, curves, at = training.record(graph.content, graph.folder, LIBRARY, 40, 5)
    assert at == [0, 2, 10, 22, 40] and len(looks) == 5
    expected = graph.run(40).only.history[:, 0]
    assert np.array_equal(curves[0].losses, expected) and curves[0].steps[-1] == 39
    told = [look.wires["slope"]["value"].value if "slope" in look.wires else "" for look in looks]
    assert looks[0].loss != looks[-1].loss or len(set(told)) > 1


@pytest.mark.parametrize("of", ["step", "training"])
def test_the_command_writes_a_moving_picture(of: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "moving.gif"
    assert main(["gif", str(REVERSE), str(out), "--of", of, "--frames", "4", "--theme", "dark", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(REVERSE), "out": str(out)}
    made = Image.open(io.BytesIO(out.read_bytes()))
    assert made.n_frames in (4, 5) and 400 < made.size[0] <= 1000
    pictures = set()
    for k in range(made.n_frames):
        made.seek(k)
        pictures.add(made.convert("RGB").tobytes())
    assert len(pictures) == made.n_frames, "every frame shows something else"


@pytest.mark.parametrize("arguments", [["gif", "{file}", "a.mp4"], ["handout", "{file}", "a.html"]])
def test_another_ending_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([each.format(file=REVERSE) for each in arguments]) == 2
    assert "ends in" in capsys.readouterr().err
