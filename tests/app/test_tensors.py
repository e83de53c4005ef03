"""The viewer of arrays: every number of a value or a derivative, slice by slice, with what they are as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.session import Session
from app.tensors.desk import TensorDesk
from app.tensors.formats import FORMATS
from app.tensors.viewer import TensorViewer
from app.window import Window
from app.worker.tensors import describe, first_bad, written
from engine.edits import SetSetting
from engine.errors import GradwireError
from engine.graph import Place, Socket
from tests.app.conftest import line, wire

WAIT = 60_000
LEFT = Qt.MouseButton.LeftButton
LINE, PLACE = "inputs.linspace", Place(0.0, 400.0)


def cube() -> np.ndarray:
    array = np.arange(2 * 3 * 4 * 5, dtype=float).reshape(2, 3, 4, 5)
    array[1, 2, 0, 3], array[1, 2, 3, 4] = np.nan, np.inf
    return array


def block(seen: object) -> np.ndarray:
    shape = seen.rows[1] - seen.rows[0], seen.columns[1] - seen.columns[0]
    return np.frombuffer(seen.block, seen.block_dtype).reshape(shape)


def test_facts_are_of_all_finite_numbers_and_the_first_bad_one_is_found() -> None:
    array = cube()
    seen = describe(array, (1, 2), (0, 100), (0, 100))
    good = array[np.isfinite(array)]
    assert seen.facts["size"] == 120 and seen.facts["nan"] == 1 and seen.facts["inf"] == 1
    wanted = {
        "min": good.min(),
        "max": good.max(),
        "mean": good.mean(),
        "std": good.std(),
        "norm": np.sqrt((good**2).sum()),
    }
    assert {name: seen.facts[name] for name in wanted} == pytest.approx(wanted)
    assert seen.first_bad == (1, 2, 0, 3) and first_bad(np.zeros(3)) is None and first_bad(np.array([True])) is None
    assert np.array_equal(block(seen), array[1, 2], equal_nan=True)
    assert sum(seen.counts) == 118
    picture = np.frombuffer(seen.picture, np.uint8).reshape(seen.picture_shape)
    assert (picture == 0).sum() == 2 and picture[0, 0] == 1 and picture.max() == 255


def test_an_index_or_a_range_beyond_the_array_is_brought_within_and_a_block_is_bounded() -> None:
    seen = describe(cube(), (9, 9), (2, 500), (3, 4))
    assert seen.index == (1, 2) and seen.rows == (2, 4) and seen.columns == (3, 4)
    large = describe(np.zeros((4_000, 1_000), np.float32), (), (2_000, 3_900), (0, 1_000))
    assert large.rows[0] == 2_000 and len(large.block) <= 40_000 * 8 and max(large.picture_shape) <= 256
    for shape in ((), (3,), (0,), (2, 0), (0, 3, 3)):
        tiny = describe(np.ones(shape), (), (0, 10), (0, 10))
        assert tiny.shape == shape and ("min" in tiny.facts) == bool(np.prod(shape, dtype=int))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_, np.complex128])
def test_what_is_copied_reads_back_as_the_same_numbers(dtype: type) -> None:
    values = np.random.default_rng(1).standard_normal((3, 4)) * 3
    array = values.astype(dtype) if dtype is not np.complex128 else values + 1j * values[::-1]
    read = [
        [complex(each) if dtype is np.complex128 else each for each in row]
        for row in csv.reader(io.StringIO(written(array, "csv")))
    ]
    if dtype is np.bool_:
        assert [[each == "True" for each in row] for row in read] == array.tolist()
    else:
        assert np.array_equal(np.array(read, dtype=dtype if dtype is not np.int64 else np.float64), array)
    assert [line.count("\t") for line in written(array, "text").splitlines()] == [3, 3, 3]
    code = written(array, "numpy")
    assert np.array_equal(eval(code, {"np": np}), array) and eval(code, {"np": np}).dtype == array.dtype


def test_numbers_that_are_none_are_copied_too_and_far_too_many_are_refused() -> None:
    array = np.array([[1.0, np.nan, np.inf, -np.inf]])
    again = eval(written(array, "numpy"), {"np": np})
    assert np.array_equal(again, array, equal_nan=True)
    with pytest.raises(GradwireError, match="1,000,000 are copied"):
        written(np.zeros((1001, 1000)), "csv")


def test_formats() -> None:
    written_as = {name: write(1234.56789) for name, (_, write) in FORMATS.items()}
    assert written_as == {
        "short": "1,234.6", "exact": "1234.56789", "fixed": "1234.568", "science": "1.2346e+03",
        "percent": "123456.79 %",
    }  # fmt: skip
    assert FORMATS["fixed"][1](float("nan")) == "NaN" and FORMATS["fixed"][1](1 - 2j) == "1.000 - 2.000i"


@pytest.fixture
def desk(live_session: Session, qtbot: QtBot) -> Iterator[TensorDesk]:
    owner = QWidget()
    made = TensorDesk(live_session, owner)
    qtbot.waitUntil(lambda: live_session.looks.looks is not None, timeout=WAIT)
    yield made
    made.close_all()
    owner.close()
    owner.deleteLater()


def cells(viewer: TensorViewer) -> list[list[str]]:
    model = viewer.model
    return [[model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())]


def test_a_viewer_shows_value_and_derivative_and_follows_an_edit(
    desk: TensorDesk, live_session: Session, qtbot: QtBot
) -> None:
    product = Socket("multiply", "value")
    viewer = desk.open(product)
    qtbot.waitUntil(lambda: cells(viewer) == [["0.5", "1", "1.5"]], timeout=WAIT)
    assert viewer.facts["mean"].text() == "1" and viewer.type.text() == "float64  3" and viewer.bad.isHidden()
    live_session.apply(SetSetting("w", "value", 2.0))
    qtbot.waitUntil(lambda: cells(viewer) == [["2", "4", "6"]], timeout=WAIT)
    assert desk.open(product) is viewer and len(desk.viewers) == 1, "one for each"
    viewer.part.setCurrentIndex(1)
    viewer.part.activated.emit(1)
    qtbot.waitUntil(lambda: cells(viewer) == [["0", "0", "0"]], timeout=WAIT)
    live_session.apply(SetSetting("w", "value", 3.0))
    qtbot.waitUntil(lambda: cells(viewer) == [["0.66667", "1.3333", "2"]], timeout=WAIT)  # 2 (w x - 2 x) / 3
    viewer.close()
    assert desk.viewers == []


def test_a_viewer_goes_on_where_an_edit_came_between_its_question_and_the_answer(
    desk: TensorDesk, live_session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is about another graph then, and never comes."""
    viewer = desk.open(Socket("multiply", "value"))
    qtbot.waitUntil(lambda: cells(viewer) == [["0.5", "1", "1.5"]], timeout=WAIT)
    asks, ask = live_session.asks, live_session.asks.ask_tensor

    def edit() -> None:
        live_session.apply(SetSetting("w", "value", 2.0))
        live_session.looks.ask_slopes()  # tells of the new graph at once

    def ask_and_edit(make: Callable[[int], object]) -> None:
        monkeypatch.setattr(asks, "ask_tensor", ask)
        ask(make)
        QTimer.singleShot(0, edit)

    monkeypatch.setattr(asks, "ask_tensor", ask_and_edit)
    viewer.wishes.emit()
    qtbot.waitUntil(lambda: cells(viewer) == [["2", "4", "6"]], timeout=WAIT)
    viewer.close()


def test_a_derivative_that_a_learner_is_to_find_is_not_shown(
    desk: TensorDesk, live_session: Session, qtbot: QtBot
) -> None:
    product = Socket("multiply", "value")
    viewer = desk.open(product, True)
    qtbot.waitUntil(lambda: viewer.model.columnCount() == 3, timeout=WAIT)
    live_session.looks.veil(frozenset({product}))
    qtbot.waitUntil(lambda: viewer.model.columnCount() == 0 and not viewer.nothing.isHidden(), timeout=WAIT)
    live_session.looks.veil(frozenset())
    qtbot.waitUntil(lambda: viewer.model.columnCount() == 3, timeout=WAIT)


def test_slices_the_first_bad_number_and_a_copy(desk: TensorDesk, live_session: Session, qtbot: QtBot) -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    array[1, 2, 3] = 1e200
    live_session.apply(SetSetting("x", "value", tuple(tuple(map(tuple, part)) for part in array.tolist())))
    square = live_session.insert("elementwise.square", PLACE)
    live_session.connect_wire(wire("x.value", f"{square}.x"))
    viewer = desk.open(Socket(square, "value"))
    qtbot.waitUntil(lambda: viewer.bad.text() == "1 infinite", timeout=WAIT)
    assert len(viewer.axes) == 1 and cells(viewer)[0] == ["0", "1", "4", "9"]
    viewer.axes[0].setValue(1)
    qtbot.waitUntil(lambda: cells(viewer)[0] == ["144", "169", "196", "225"], timeout=WAIT)
    viewer.axes[0].setValue(0)
    qtbot.waitUntil(lambda: cells(viewer)[0] == ["0", "1", "4", "9"], timeout=WAIT)
    QTest.mouseClick(viewer.jump, LEFT)
    qtbot.waitUntil(lambda: viewer.table.currentIndex().data() == "∞", timeout=WAIT)
    assert viewer.axes[0].value() == 1
    at = viewer.table.currentIndex()
    assert (at.row(), at.column()) == (2, 3)
    QGuiApplication.clipboard().clear()
    viewer.copy_wanted.emit("csv")
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()), timeout=WAIT)
    copied = [[float(each) for each in row.split(",")] for row in QGuiApplication.clipboard().text().splitlines()]
    with np.errstate(over="ignore"):
        assert np.array_equal(copied, array[1] ** 2)


def test_of_a_large_array_only_what_is_looked_at_is_held(desk: TensorDesk, live_session: Session, qtbot: QtBot) -> None:
    node = live_session.insert(LINE, PLACE)
    live_session.apply(SetSetting(node, "count", 100_000))
    viewer = desk.open(Socket(node, "value"))
    qtbot.waitUntil(lambda: viewer.model.columnCount() == 100_000, timeout=WAIT)
    assert viewer.model.block.size <= 200
    last = viewer.model.index(0, 99_999)
    viewer.table.scrollTo(last)
    qtbot.waitUntil(lambda: last.data() not in ("…", None), timeout=WAIT)
    assert viewer.model.block.size <= 200


def test_it_is_opened_by_a_double_click_a_command_and_the_inspector(
    window: Callable[..., Window], qtbot: QtBot
) -> None:
    made = window()
    made.show_content(line(), None, clean=True)
    qtbot.waitExposed(made)
    opened: list[tuple[Socket, bool]] = []
    made.session.tensor_requested.connect(lambda socket, cotangent: opened.append((socket, cotangent)))
    made.session.select(["multiply"])
    made.actions_table.refresh()
    for id in ("view_tensor", "view_cotangent"):
        assert made.actions_table[id].isEnabled()
        made.actions_table[id].trigger()
    wanted = Socket("multiply", "value")
    assert opened == [(wanted, False), (wanted, True)] and len(made.workspace.tensors.viewers) == 2
    made.session.set_overlay("shape", True)
    made.canvas.grab()
    rect = next(rect for held, rect in made.canvas.painting.labels.items() if held.source.node == "x")
    QTest.mouseDClick(made.canvas, LEFT, pos=made.canvas.camera.to_view(rect.center()).toPoint())
    assert opened[-1] == (Socket("x", "value"), False)
    view = made.workspace.inspector.view.values[0]
    assert view.all.isHidden(), "nothing is known yet"
    session = made.session
    session.adopt(line(), None, clean=True)
    assert made.workspace.tensors.viewers == [], "they go with their document"
