"""The bundled fonts, and the five sizes text is set in."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QFont, QFontDatabase

from app.assets import asset

SANS = "Gradwire Sans"
MONO = "Gradwire Mono"

FILES = (
    "fonts/GradwireSans-Regular.ttf",
    "fonts/GradwireSans-Semibold.ttf",
    "fonts/GradwireSans-Italic.ttf",
    "fonts/GradwireMono-Regular.ttf",
    "fonts/GradwireMono-Semibold.ttf",
)

SIZES: Mapping[str, float] = {
    "display": 28.0,
    "title": 19.0,
    "heading": 15.0,
    "body": 14.0,
    "small": 13.0,
    "caption": 11.5,
}
"""Pixel sizes at scale 1. Nothing in the window is set in any other size."""


def install() -> tuple[str, ...]:
    """Make the bundled fonts known to Qt; return the families. Calling again is harmless."""
    if {SANS, MONO} <= set(QFontDatabase.families()):
        return (MONO, SANS)
    found = {family for file in FILES for family in _families(file)}
    return tuple(sorted(found))


def _families(file: str) -> list[str]:
    return QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(asset(file))))


def sans(size: str = "body", scale: float = 1.0, *, strong: bool = False) -> QFont:
    """Return the text font in a named size of SIZES; `strong` is its semibold."""
    return _font(SANS, SIZES[size] * scale, strong)


def mono(size: str = "small", scale: float = 1.0, *, strong: bool = False) -> QFont:
    """Return the font of numbers and code, a little smaller so that it stands beside the text font at equal height."""
    return _font(MONO, SIZES[size] * scale * 0.9, strong)


def _font(family: str, pixels: float, strong: bool) -> QFont:
    font = QFont(family)
    font.setPixelSize(max(1, round(pixels)))
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    return font
