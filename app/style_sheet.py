"""The style sheet of the window: `assets/window.qss`, filled with a theme's colours and the scale.

Widgets say what they are by the dynamic property `role`; nothing else in the app sets a style sheet.

- QLabel: title, heading, second, faint, caption, mono, value, derivative, good, bad (strengths and meanings of text)
- QLabel, QToolButton: chip (a small rounded label, as for backend and approach)
- QPushButton: primary (the one blue button), quiet (no fill until hovered)
- QFrame: card (a rounded surface on the window), inset (a rounded surface on a panel), line (a hairline)
- QWidget: bar (top and bottom bars), rail, panel, window (the background between cards) (needs WA_StyledBackground)
- QLineEdit: invalid; QPlainTextEdit, QTextEdit: code
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import Any, Final

from app.assets import asset

ICONS: Final = ("check", "down", "up", "right", "close", "float")
LENGTHS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32)


def render(colors: Mapping[str, Any], sizes: Mapping[str, float], scale: float) -> str:
    """Return the style sheet: `colors` the fields of a Theme, `sizes` fonts by name; all lengths grow with `scale`."""
    lengths = {f"p{n}": _px(n * scale) for n in LENGTHS}
    text = {f"{name}_size": _px(pixels * scale) for name, pixels in sizes.items()}
    tone = "dark" if colors["dark"] else "light"
    icons = {name: f"url({asset(f'icons/{name}_{tone}.svg').as_posix()})" for name in ICONS}
    sheet = asset("window.qss").read_text(encoding="utf-8")
    return Template(sheet).substitute(**colors, **lengths, **text, **icons)


def _px(length: float) -> str:
    return f"{max(1, round(length))}px"
