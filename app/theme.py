"""The themes as data, and how one is put on the application.

Blue is a value and orange is a derivative, everywhere; everything else stays quiet. Who paints asks `appearance()`
for the theme and the scale in force and repaints on its `changed`; who lays out widgets sets the dynamic property
`role` (see `app.style_sheet`) and lets the style sheet do the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app import fonts, style_sheet
from app.collecting import nothing_collected

FAMILY_COLORS: Mapping[str, str] = {
    "inputs": "#7fb069",
    "parameters": "#e0b84c",
    "elementwise": "#8f9bb3",
    "activations": "#a495c4",
    "reductions": "#84a5a0",
    "shape": "#a69c8c",
    "linear_algebra": "#6aa5d8",
    "signal": "#5fa8b8",
    "neural": "#6f8fd6",
    "random": "#c79a86",
    "probability": "#9fb36a",
    "images": "#e08a6a",
    "dynamics": "#7fb0a0",
    "quantum": "#c2b26a",
    "losses": "#d9738a",
    "control": "#c98fb8",
    "gradients": "#d99a5b",
    "optimizers": "#b58ae0",
    "views": "#58b5a8",
}
"""One small muted colour per family of operators: in a node's head, in the palette, in the minimap."""

UNKNOWN_FAMILY = "#8a8f99"


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour of the window. `text`, `second`, `faint` are three strengths that read on every surface."""

    name: str
    title: str
    dark: bool
    window: str
    """Behind the panels, and between plot cards."""
    canvas: str
    dots: str
    panel: str
    raised: str
    """Fields, cards inside panels, quiet buttons."""
    hover: str
    hairline: str
    node: str
    node_border: str
    field: str
    """Value boxes inside nodes."""
    text: str
    second: str
    faint: str
    value: str
    derivative: str
    good: str
    warning: str
    bad: str
    on_accent: str
    """Text on `value` used as a fill: the Run button, selected menu rows."""
    selection: str
    """Fill of selected rows and text."""
    control: str
    """Border of fields and buttons: none but in the high-contrast theme."""
    shadow: str
    """Under nodes; with alpha, #aarrggbb."""
    grid: str
    """Grid lines of plots."""
    head_tint: float
    """How much of its family's colour a node's head has."""
    icon_tint: float
    """How far from its family's colour, towards the text's, an icon is."""
    series: tuple[str, ...]
    """Colours of several curves in one plot (lanes, parameters), told apart by colour-blind eyes in this order."""
    families: Mapping[str, str] = dataclasses.field(default_factory=lambda: FAMILY_COLORS)

    def family(self, name: str) -> str:
        """Return the colour of a family of operators; of placeholders a grey."""
        return self.families.get(name, UNKNOWN_FAMILY)

    def icon(self, family: str) -> str:
        """Return the colour of a family's icon: it reads on the family's head and on panels."""
        return mix(self.family(family), self.text, self.icon_tint)

    def head(self, family: str) -> str:
        """Return the fill of a node's head: the node's own colour with a tint of the family's."""
        return mix(self.node, self.family(family), self.head_tint)


DARK = Theme(
    name="dark",
    title="Dark",
    dark=True,
    window="#16181d",
    canvas="#1b1e24",
    dots="#2c313a",
    panel="#20242b",
    raised="#2a2f38",
    hover="#343a45",
    hairline="#2e343e",
    node="#2a2f38",
    node_border="#3a414d",
    field="#343a46",
    text="#e6e9ee",
    second="#aab3bf",
    faint="#97a1ae",
    value="#5aa9f0",
    derivative="#f2a05a",
    good="#5cc38a",
    warning="#e3bd55",
    bad="#f28b96",
    on_accent="#0b1420",
    selection="#2b4765",
    control="transparent",
    shadow="#59000000",
    grid="#2a2f38",
    head_tint=0.30,
    icon_tint=0.30,
    series=("#5aa9f0", "#f2a05a", "#b58ae0", "#58c9a5", "#e3d36a", "#e8839f", "#a8b0bc", "#8fd3f5"),
)

LIGHT = Theme(
    name="light",
    title="Light",
    dark=False,
    window="#e9ecf0",
    canvas="#f7f8fa",
    dots="#d9dde4",
    panel="#ffffff",
    raised="#eef1f5",
    hover="#e2e7ed",
    hairline="#d9dee5",
    node="#ffffff",
    node_border="#cfd6df",
    field="#eef1f5",
    text="#1f2530",
    second="#4d5766",
    faint="#5f6977",
    value="#1a64b3",
    derivative="#a8500a",
    good="#177043",
    warning="#7d5a00",
    bad="#b3303f",
    on_accent="#ffffff",
    selection="#cfe2f7",
    control="transparent",
    shadow="#1f1f2937",
    grid="#e3e7ed",
    head_tint=0.27,
    icon_tint=0.38,
    series=("#1f6fc4", "#c4620e", "#7d4fb5", "#12816b", "#8a7400", "#c23f6b", "#5b6675", "#2a9ccf"),
)

CONTRAST = Theme(
    name="contrast",
    title="High contrast",
    dark=True,
    window="#000000",
    canvas="#000000",
    dots="#3d3d3d",
    panel="#000000",
    raised="#161616",
    hover="#2b2b2b",
    hairline="#8c8c8c",
    node="#0c0c0c",
    node_border="#e0e0e0",
    field="#1c1c1c",
    text="#ffffff",
    second="#e8e8e8",
    faint="#d2d2d2",
    value="#7fc4ff",
    derivative="#ffb469",
    good="#7fe3ab",
    warning="#ffd75e",
    bad="#ffa6ae",
    on_accent="#000000",
    selection="#0f4d85",
    control="#8c8c8c",
    shadow="#00000000",
    grid="#3a3a3a",
    head_tint=0.34,
    icon_tint=0.40,
    series=("#7fc4ff", "#ffb469", "#b98cff", "#6fe6c2", "#fff07a", "#ff9fc0", "#e0e0e0", "#b8ecff"),
)

THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST)}

SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5)
"""The steps of the one font scale."""


def mix(base: str, tint: str, amount: float) -> str:
    """Return `base` moved towards `tint` by `amount` in [0, 1]."""
    a, b = QColor(base), QColor(tint)
    channels = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return "#" + "".join(f"{round(x + (y - x) * amount):02x}" for x, y in channels)


def faded(color: str, alpha: float) -> QColor:
    """Return the colour with an opacity in [0, 1]."""
    result = QColor(color)
    result.setAlphaF(alpha)
    return result


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2: 1 for equal colours, 21 for black on white."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    parsed = QColor(color)
    channels = (parsed.redF(), parsed.greenF(), parsed.blueF())
    linear: list[float] = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class Appearance(QObject):
    """The theme and the scale in force. One per application, kept as its child; ask `appearance()`."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.scale: float = 1.0
        self.reduced_motion: bool = False
        self.minimap: bool = True
        self.grid: bool = True
        """Whether canvases show their overview and their dots."""

    def px(self, length: float) -> int:
        """Return a length of the 4-pixel rhythm in pixels at the scale in force."""
        return round(length * self.scale)


def appearance() -> Appearance:
    """Return the appearance of the running application: the dark theme at scale 1 until `apply` is called."""
    app = QApplication.instance()
    found = app.findChild(Appearance) if app is not None else None
    return found if found is not None else Appearance(app)


def apply(app: QApplication, theme: Theme, scale: float = 1.0) -> None:
    """Put the theme on the application at this scale: Fusion, fonts, palette, style sheet; tell everyone who paints."""
    fonts.install()
    held = appearance()
    held.theme, held.scale = theme, scale
    with nothing_collected():  # Qt goes through all widgets there are: one collected meanwhile is told after it is gone
        if app.style().objectName() != "fusion":
            app.setStyle("Fusion")
        app.setFont(fonts.sans("body", scale))
        app.setPalette(palette(theme))
        app.setStyleSheet(style_sheet.render(dataclasses.asdict(theme), fonts.SIZES, scale))
    held.changed.emit()


def palette(theme: Theme) -> QPalette:
    """Return Qt's palette of the theme, set in full: the platform's own is never asked."""
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.raised,
        role.AlternateBase: theme.panel,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.faint,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.bad,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.hairline,
        role.Dark: theme.hairline,
        role.Shadow: theme.window,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Link: theme.value,
        role.LinkVisited: theme.value,
        role.Accent: theme.value,
    }
    result = QPalette()
    for each, color in colors.items():
        result.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, each, QColor(mix(theme.panel, theme.faint, 0.65)))
    return result
