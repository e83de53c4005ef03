"""Full series: every step while there is room, evenly thinned after that."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from app.worker.histories import History, write_csv
from engine.errors import FileError


@pytest.mark.parametrize("room", [8, 9, 100, 1_000])
@pytest.mark.parametrize("total", [1, 7, 8, 9, 100, 5_000])
@pytest.mark.parametrize("chunk", [1, 3, 64, 999])
def test_kept_steps_are_even_and_hold_their_own_values(room, total, chunk):
    history = History(first=40, width=2, budget=room * 16)
    rows = np.column_stack([np.arange(total) + 40.0, -np.arange(total, dtype=float)])
    for at in range(0, total, chunk):
        history.add(rows[at : at + chunk])
    table = history.table([0, 1])
    assert len(table) <= room
    np.testing.assert_array_equal(table[:, 0], np.arange(40, 40 + total, history.stride))
    np.testing.assert_array_equal(table[:, 1], table[:, 0])
    np.testing.assert_array_equal(table[:, 2], 40 - table[:, 0])
    if total < room:
        assert history.stride == 1


def test_csv_holds_the_numbers_exactly(tmp_path):
    table = np.array([[0.0, 0.1, np.inf], [1.0, 1e-300, np.nan]])
    write_csv(tmp_path / "a.csv", ["step", 'loss of "w, b"', "x"], table)
    rows = list(csv.reader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["step", 'loss of "w, b"', "x"]
    np.testing.assert_array_equal(np.array(rows[1:], dtype=float), table)


def test_what_a_node_is_called_is_no_formula_of_a_spreadsheet(tmp_path):
    write_csv(tmp_path / "a.csv", ["step", "=1+1"], np.array([[0.0, -0.5]]))
    assert (tmp_path / "a.csv").read_text() == "step,'=1+1\n0,-0.5\n"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match=r"a\.csv"):
        write_csv(tmp_path / "no" / "a.csv", ["step"], np.zeros((1, 1)))
