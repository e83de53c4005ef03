"""Settings survive damage, crash reports are written, numbers read back, formulas are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import numbers, settings, theme
from app.crash import REPEAT_LIMIT, CrashReports
from app.formula import FormulaView, render, word
from app.start_page import ago
from nodes.library import LIBRARY


def test_settings_come_back_as_they_were_left(tmp_path: Path) -> None:
    left = settings.Settings(theme="light", scale=1.5, favourites=("elementwise.add",)).with_recent(
        tmp_path / "a.dgraph"
    )
    settings.save(left, tmp_path / "deep" / "folder")
    assert settings.load(tmp_path / "deep" / "folder") == left


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"scale": "big"}', b'{"scale": 1e9}', b"\xff\xfe", b"[]", b'{"recent": [1]}']
)
def test_damaged_settings_are_defaults(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(damage)
    assert settings.load(tmp_path) == settings.Settings()


def test_settings_of_another_version_keep_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_bytes(b'{"theme": "light", "holograms": true}')
    assert settings.load(tmp_path) == settings.Settings(theme="light")


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.save(settings.Settings(), tmp_path / "file")


def test_recent_files_are_listed_once_newest_first_and_not_without_end(tmp_path: Path) -> None:
    kept = settings.Settings()
    for k in (*range(20), 15):
        kept = kept.with_recent(tmp_path / f"{k}.dgraph")
    assert [Path(p).stem for p in kept.recent[:3]] == ["15", "19", "18"]
    assert len(kept.recent) == settings.RECENT_FILES == len(set(kept.recent))


def test_scale_steps_stay_within_their_ends() -> None:
    kept = settings.Settings()
    for _ in range(30):
        kept = kept.with_scale_step(+1)
    assert kept.scale == theme.SCALES[-1]
    assert settings.Settings(scale=1.03).with_scale_step(+1).scale == 1.1


def raised() -> Exception:
    """Return an exception with a traceback."""
    try:
        raise ZeroDivisionError("planted")
    except ZeroDivisionError as error:
        return error


def test_a_crash_leaves_a_report_and_a_sentence_and_repeats_do_not_fill_the_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    reports = CrashReports(tmp_path, lambda sentence, text: told.append(sentence))
    for _ in range(REPEAT_LIMIT + 10):
        error = raised()
        reports.caught(type(error), error, error.__traceback__)
    written = sorted(tmp_path.glob("crash-*.txt"))
    assert len(written) == len(told) == REPEAT_LIMIT
    assert "ZeroDivisionError: planted" in written[0].read_text() and "Python 3" in written[0].read_text()
    assert "planted" in capsys.readouterr().err


def test_a_crash_with_nowhere_to_write_is_still_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    told: list[str] = []
    error = raised()
    CrashReports(tmp_path / "file", lambda sentence, text: told.append(sentence)).caught(type(error), error, None)
    assert len(told) == 1


def test_an_exception_in_a_slot_reaches_the_reports(qtbot: QtBot, dressed: QApplication) -> None:
    with qtbot.captureExceptions() as caught:
        QTimer.singleShot(0, lambda: {}["planted"])
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is KeyError


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_in_fields_read_back_as_the_same_number(value: float) -> None:
    assert numbers.parsed(numbers.exact(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (423.94, "423.94"),
        (-0.31, "−0.31"),
        (1.2e-7, "1.2e−7"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
        (1280, "1,280"),
        (True, "true"),
        (1 - 2j, "1 − 2i"),
        (51731.2, "51,731"),
        (1234567.0, "1,234,567"),
    ],
)
def test_numbers_are_written_short(value: complex, text: str) -> None:
    assert numbers.short(value) == text


@pytest.mark.parametrize(
    ("text", "value"), [("1,5", 1.5), ("−2e3", -2000.0), ("1e999", None), ("nan", None), ("1 000", 1000.0), ("", None)]
)
def test_numbers_are_read_as_people_write_them(text: str, value: float | None) -> None:
    assert numbers.parsed(text) == value


@pytest.mark.parametrize("operator", [o for o in LIBRARY.values() if o.formula], ids=lambda operator: operator.id)
def test_every_formula_of_the_library_can_be_drawn(operator: object) -> None:
    from app.panels.inspector_math import full_formula, partial_formula

    assert render(full_formula(operator.formula, "value"), 18, "#ffffff") is not None
    for name, partial in operator.partials.items():
        drawn = render(partial_formula(name, partial, "value"), 18, "#ffffff")
        assert drawn is not None and drawn.width > 0


def test_what_is_no_formula_is_shown_as_text(qtbot: QtBot, dressed: QApplication) -> None:
    assert render(r"\frac{", 18, "#ffffff") is None
    view = FormulaView()
    qtbot.addWidget(view)
    view.show_formula(r"\frac{", size=18, colour="#ffffff")
    view.resize(120, 40)
    view.show()
    assert not view.grab().isNull() and view.toolTip() == r"\frac{"


def test_a_wide_formula_shrinks_instead_of_being_cut(qtbot: QtBot, dressed: QApplication) -> None:
    view = FormulaView()
    qtbot.addWidget(view)
    view.show_formula("x + " * 20 + "x", size=18, colour="#ff0000")
    view.resize(200, 40)
    view.show()
    image = view.grab().toImage()
    right = [image.pixelColor(x, y).red() for x in range(190, 199) for y in range(image.height())]
    assert max(right) > 100, "the end of the formula is inside"


def test_words_become_upright_and_letters_stay_italic() -> None:
    assert word("mean error") == r"\mathrm{mean\ error}", "a plain space would not be drawn"
    assert word("x") == "x" and word("logits") == r"\mathrm{logits}" and word("x_1") == r"x_{\mathrm{1}}"


def test_moments_are_told_in_words() -> None:
    assert [ago(0, s) for s in (5, 60, 7_300, 86_400 * 3, 86_400 * 400)] == [
        "just now",
        "1 minute ago",
        "2 hours ago",
        "3 days ago",
        "1 year ago",
    ]
