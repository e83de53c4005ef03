"""Cards over the window: what keys and mouse do, which program this is, and what failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTextBrowser,
    QWidget,
)

from app.actions import COMMANDS, MENUS
from app.canvas.keys import help_rows
from app.card import Card
from app.panels.inspector_parts import label
from app.theme import appearance
from app.versions import versions
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window

MOUSE = (
    ("Drag from a socket", "make a wire; drop it on a socket that lights up"),
    ("Drag from the palette", "add an operator"),
    ("Click, Shift+click, drag over the canvas", "select"),
    ("Middle button, or Space and drag", "move the canvas"),
    ("Wheel, pinch", "zoom to the pointer"),
    ("Two fingers", "move the canvas; with Ctrl zoom"),
    ("Back and forward buttons", "the place before the last jump, and on again"),
    ("Drag a tab", "order the documents; out of the strip, a window of its own"),
    ("Double click a name or a note", "edit it"),
    ("Right click", "what can be done here"),
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
        mouse = (*MOUSE, *help_rows())
        rows: list[tuple[str, str]] = [("MOUSE", ""), *mouse]
        for menu in MENUS:
            rows.append((menu.upper(), ""))
            held = [(window.actions_table.keys_text(c.id), c) for c in COMMANDS if c.menu == menu]
            rows += [(keys, c.text.rstrip("…")) for keys, c in held if keys]
        for k, (left, right) in enumerate(rows):
            grid.addWidget(label(left, "caption" if not right else "mono" if left not in dict(mouse) else "body"), k, 0)
            grid.addWidget(label(right, "second", wrap=True), k, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        area.setAccessibleName(tr("Keys and what they do"))
        self.column.addWidget(area, 1)


class AboutCard(Card):
    """Name, version and the versions below."""

    def __init__(self, window: Window) -> None:
        super().__init__(window, "Gradwire", (440, 250))
        self.column.addWidget(label(versions(), "second", wrap=True, selectable=True))
        self.column.addWidget(label(tr("MIT licence. Data sets and fonts: see assets/SOURCES.md."), "faint", wrap=True))
        self.column.addStretch(1)


class FailureCard(Card):
    """What a person is told when the window itself failed: a sentence, and the report to copy."""

    def __init__(self, window: Window, sentence: str, report: str) -> None:
        super().__init__(window, "Something failed", (520, 230))
        self.column.addWidget(label(sentence, "second", wrap=True, selectable=True))
        self.column.addStretch(1)
        copy = QPushButton(tr("Copy the report"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        self.column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)


class ReportCard(Card):
    """What a person is told at the start after one that ended badly: the report as it was written."""

    def __init__(self, window: Window, report: Path, sentence: str) -> None:
        super().__init__(window, "Gradwire failed last time", (720, 520))
        px = appearance().px
        self.column.addWidget(label(sentence, "second", wrap=True))
        self.text = QPlainTextEdit()
        self.text.setProperty("role", "code")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Crash report"))
        self.text.setPlainText(read_report(report))
        self.column.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        copy, folder, close = (
            QPushButton(tr("Copy the report")),
            QPushButton(tr("Open folder")),
            QPushButton(tr("Close")),
        )
        close.setProperty("role", "primary")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(report.parent))))
        close.clicked.connect(self.close)
        for each in (copy, folder):
            row.addWidget(each)
        row.addStretch(1)
        row.addWidget(close)
        self.column.addLayout(row)


class NewsCard(Card):
    """What is new in this version, from the changelog."""

    def __init__(self, window: Window, text: str) -> None:
        super().__init__(window, "What's new", (720, 600))
        self.view = QTextBrowser()
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setAccessibleName(tr("What is new in this version"))
        self.view.setOpenLinks(False)
        self.view.setProperty("role", "page")
        self.view.document().setDocumentMargin(0)
        self.view.setMarkdown(text)
        self.column.addWidget(self.view, 1)
        close = QPushButton(tr("Close"))
        close.setProperty("role", "primary")
        close.clicked.connect(self.close)
        self.column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


REPORT_LENGTH = 200_000


def read_report(path: Path) -> str:
    """Return a crash report's text; where it cannot be read, why."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(REPORT_LENGTH)
    except OSError as fault:
        return f"{path} cannot be read: {fault.strerror or fault}."
