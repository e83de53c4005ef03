"""The start page's gallery: every sample in one field, in as many columns as there is room for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import gallery, titles
from app.assets import SAMPLES
from app.start_page import StartPage
from nodes.library import LIBRARY


def test_every_sample_has_one_field_and_every_name_a_sample() -> None:
    named = [stem for _, stems in gallery.FIELDS for stem in stems]
    assert sorted(named) == sorted(path.stem for path in SAMPLES.glob("*.dgraph"))
    assert gallery.MORE not in dict(gallery.fields())
    assert gallery.fields()[0][1][0].stem == "1_straight_line_hubble"


def test_samples_are_called_by_the_head_of_their_first_note_outside_of_bodies() -> None:
    names = {path.stem: titles.about(path)[0] for path in SAMPLES.glob("*.dgraph")}
    assert len(set(names.values())) == len(names)
    assert names["xor_quick_start"] == "XOR by three units"
    assert names["logistic_map_chaos"] == "What chaos does to a gradient"
    assert names["digits_convolution"] == "Handwritten digits by convolutions"
    assert names["gaussian_process"] == "A Gaussian process through noisy points"


def test_a_sample_of_no_field_comes_last_and_a_missing_one_is_left_out(tmp_path: Path) -> None:
    for stem in ("two_spirals", "2_iris_network"):
        shutil.copy(SAMPLES / f"{stem}.dgraph", tmp_path)
    shutil.copy(SAMPLES / "two_spirals.dgraph", tmp_path / "a_new_one.dgraph")
    found = [(field, [path.stem for path in paths]) for field, paths in gallery.fields(tmp_path)]
    assert found == [
        ("First steps", ["2_iris_network"]),
        ("Telling classes apart", ["two_spirals"]),
        (gallery.MORE, ["a_new_one"]),
    ]


@pytest.mark.parametrize(("width", "columns"), [(1600, 4), (1100, 3), (700, 2), (420, 1)])
def test_cards_stand_in_as_many_columns_as_fit_and_never_on_each_other(
    dressed: QApplication, qtbot: QtBot, width: int, columns: int
) -> None:
    page = StartPage(LIBRARY)
    qtbot.addWidget(page)
    page.resize(1600, 900)
    page.refresh([], [])
    page.show()
    page.resize(width, 900)

    def boxes_of() -> list[QRect]:
        return [card.geometry() for card in page.samples]

    qtbot.waitUntil(lambda: len({box.left() for box in boxes_of()}) == columns)
    boxes = boxes_of()
    assert max(box.width() for box in boxes) - min(box.width() for box in boxes) <= 1
    assert not any(a.intersects(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])
    assert all(box.left() >= 0 and box.right() <= page.viewport().width() for box in boxes)


def test_lessons_are_a_field_of_their_own_after_the_first_steps_called_by_their_titles() -> None:
    field, paths = gallery.fields()[1]
    assert field == gallery.LESSONS and [path.stem[:2] for path in paths] == [f"{k:02}" for k in range(1, 13)]
    assert titles.about(paths[0])[0] == "1. What is a slope?"
    assert titles.is_sample(paths[0])
