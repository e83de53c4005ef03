"""Cards over the window: what keys and mouse do, which program this is, and what failed."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QWidget

from app.actions import COMMANDS, MENUS
from app.canvas.keys import HELP as CANVAS_KEYS
from app.card import Card
from app.panels.inspector_parts import label
from app.theme import appearance

if TYPE_CHECKING:
    from app.window import Window

MOUSE = (
    ("Drag from a socket", "make a wire; drop it on a socket that lights up"),
    ("Drag from the palette", "add an operator"),
    ("Click, Shift+click, drag over the canvas", "select"),
    ("Middle button, or Space and drag", "move the canvas"),
    ("Wheel, pinch", "zoom to the pointer"),
    ("Double click a name or a note", "edit it"),
    ("Right click", "what can be done here"),
    *CANVAS_KEYS,
)


class KeysCard(Card):
    """Every command with keys, by menu, and what the mouse does; drawn from the table of actions."""

    def __init__(self, window: Window) -> None:
        super().__init__(window, "Keyboard and mouse", (720, 620))
        px = appearance().px
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, px(12), 0)
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(1, 1)
        rows: list[tuple[str, str]] = [("MOUSE", ""), *MOUSE]
        for menu in MENUS:
            rows.append((menu.upper(), ""))
            held = [(window.actions_table.keys_text(c.id), c) for c in COMMANDS if c.menu == menu]
            rows += [(keys, c.text.rstrip("…")) for keys, c in held if keys]
        for k, (left, right) in enumerate(rows):
            grid.addWidget(label(left, "caption" if not right else "mono" if left not in dict(MOUSE) else "body"), k, 0)
            grid.addWidget(label(right, "second", wrap=True), k, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        area.setAccessibleName("Keys and what they do")
        self.column.addWidget(area, 1)


class AboutCard(Card):
    """Name, version and the versions below."""

    def __init__(self, window: Window) -> None:
        super().__init__(window, "Gradwire", (440, 250))
        self.column.addWidget(label(versions(), "second", wrap=True, selectable=True))
        self.column.addWidget(label("MIT licence. Data sets and fonts: see assets/SOURCES.md.", "faint", wrap=True))
        self.column.addStretch(1)


class FailureCard(Card):
    """What a person is told when the window itself failed: a sentence, and the report to copy."""

    def __init__(self, window: Window, sentence: str, report: str) -> None:
        super().__init__(window, "Something failed", (520, 230))
        self.column.addWidget(label(sentence, "second", wrap=True, selectable=True))
        self.column.addStretch(1)
        copy = QPushButton("Copy the report")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        self.column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)


def versions() -> str:
    """Return the versions of the program and of what it stands on."""
    found = []
    for package in ("gradwire", "PySide6-Essentials", "pyqtgraph", "numpy", "autograd"):
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return "\n".join((*found, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"))
