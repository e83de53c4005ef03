"""The themes keep their contrast, the fonts are there, and the style sheet grows with the scale."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import dataclasses
import gc
import math

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app import fonts, theme
from app.theme import THEMES, Theme
from engine.operator import FAMILIES

SURFACES = ("window", "canvas", "panel", "raised", "node")
TEXTS = ("text", "second", "faint", "value", "derivative", "good", "warning", "bad")
LEAST = {"dark": 4.5, "light": 4.5, "contrast": 7.0}


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#336699", "#336699") == 1.0


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_text_reads_on_every_surface(name: str) -> None:
    held = THEMES[name]
    for text in TEXTS:
        for surface in SURFACES:
            ratio = theme.contrast(getattr(held, text), getattr(held, surface))
            assert ratio >= LEAST[name], f"{text} on {surface}: {ratio:.2f}"


@pytest.mark.parametrize("name", sorted(THEMES))
def test_titles_read_on_every_head_and_labels_on_fills(name: str) -> None:
    held = THEMES[name]
    for family in FAMILIES:
        assert theme.contrast(held.text, held.head(family)) >= LEAST[name], family
    assert theme.contrast(held.on_accent, held.value) >= 4.5
    assert theme.contrast(held.text, held.selection) >= 4.5
    assert theme.contrast(held.value, held.field) >= 4.5
    assert theme.contrast(held.derivative, held.field) >= 4.5


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_family_has_a_colour_of_its_own(name: str) -> None:
    colors = [THEMES[name].family(family) for family in FAMILIES]
    assert len(set(colors)) == len(FAMILIES)
    assert THEMES[name].family("no such family") not in colors


def deuteranope(color: str) -> tuple[float, float, float]:
    """Return a colour as an eye without green cones sees it (Viénot, Brettel and Mollon 1999), in linear light."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(color).getRgbF()[:3]
    )
    mixed = 0.29275 * red + 0.70725 * green
    return mixed, mixed, -0.02234 * red + 0.02234 * green + blue


@pytest.mark.parametrize("name", sorted(THEMES))
def test_the_first_series_are_told_apart_by_colour_blind_eyes(name: str) -> None:
    seen = [deuteranope(color) for color in THEMES[name].series[:4]]
    for k, one in enumerate(seen):
        for other in seen[:k]:
            assert math.dist(one, other) > 0.08


def test_a_theme_out_of_contrast_would_be_noticed() -> None:
    faulty = dataclasses.replace(theme.DARK, faint="#6b7583")
    assert theme.contrast(faulty.faint, faulty.raised) < 4.5


def test_the_bundled_fonts_are_the_ones_shown(qapp: QApplication) -> None:
    fonts.install()
    assert {fonts.SANS, fonts.MONO} <= set(QFontDatabase.families())
    strong = QFontInfo(fonts.sans("heading", strong=True))
    assert (strong.family(), strong.weight()) == (fonts.SANS, 600)
    assert QFontInfo(fonts.mono()).fixedPitch()


def test_figures_are_tabular(qapp: QApplication) -> None:
    from PySide6.QtGui import QFontMetricsF

    fonts.install()
    for font in (fonts.sans(), fonts.sans(strong=True), fonts.mono()):
        metrics = QFontMetricsF(font)
        assert len({round(metrics.horizontalAdvance(digit), 3) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("held", THEMES.values(), ids=lambda held: held.name)
def test_a_theme_is_put_on_with_its_scale(qtbot: QtBot, qapp: QApplication, held: Theme) -> None:
    label = QLabel("423.94")
    qtbot.addWidget(label)
    theme.apply(qapp, held, 1.0)
    label.ensurePolished()
    small = label.fontMetrics().height()
    heard: list[None] = []
    theme.appearance().changed.connect(lambda: heard.append(None))
    theme.apply(qapp, held, 2.0)
    assert label.fontMetrics().height() == pytest.approx(2 * small, abs=2)
    assert heard
    assert theme.appearance().theme is held
    assert "$" not in qapp.styleSheet()
    assert qapp.palette().window().color() == QColor(held.panel)
    theme.apply(qapp, theme.DARK, 1.0)


class Listener(QWidget):
    """Remembers whether garbage could be collected while it was told of a new look."""

    def __init__(self) -> None:
        super().__init__()
        self.could: list[bool] = []

    def changeEvent(self, event: QEvent) -> None:
        self.could.append(gc.isenabled())
        super().changeEvent(event)


@pytest.mark.parametrize("collecting", [True, False])
def test_nothing_is_collected_while_qt_tells_every_widget_of_a_new_theme(
    dressed: QApplication, qtbot: QtBot, collecting: bool
) -> None:
    listener = Listener()
    qtbot.addWidget(listener)
    listener.show()
    listener.could.clear()
    if not collecting:
        gc.disable()
    try:
        theme.apply(dressed, theme.LIGHT, 1.25)
        assert gc.isenabled() == collecting, "as it was before"
    finally:
        gc.enable()
        theme.apply(dressed, theme.DARK, 1.0)
    assert listener.could and not any(listener.could), "a widget collected meanwhile would be told after it is gone"
