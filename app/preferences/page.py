"""The page of preferences: sections on the left, one of them on the right. Every change counts at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.panels.inspector_parts import label
from app.preferences import files, plain, plugins, shortcuts
from app.preferences.parts import button, table
from app.theme import appearance
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window

WIDEST = 760
LIST = 190


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its title, and what makes its widget. `words` are found by the command palette."""

    title: str
    made: Callable[[Window], QWidget]
    words: str


SECTIONS: Final[dict[str, Section]] = {
    "appearance": Section("Appearance", table(plain.APPEARANCE), "theme dark light contrast text size font motion"),
    "canvas": Section("Canvas", table(plain.CANVAS), "grid dots minimap overview panels"),
    "running": Section("Running", table(plain.RUNNING), "pace speed xla compile backend"),
    "shortcuts": Section("Shortcuts", shortcuts.ShortcutsTable, "keys keyboard bind rebind hotkeys"),
    "plugins": Section("Plugins", plugins.section, "packages operators extensions add-ons"),
    "files": Section(
        "Files", files.section, "recent association mime folder settings place reopen tabs last session start"
    ),
}


class PreferencesPage(QWidget):
    """The page. It is made anew each time it is opened."""

    closed = Signal()

    def __init__(self, window: Window, section: str = "") -> None:
        super().__init__()
        self._window = window
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Preferences"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Sections of the preferences"))
        self.list.setProperty("role", "sections")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.addItems([each.title for each in SECTIONS.values()])
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.done = button("Done", self.closed.emit, role="primary", name="Close the preferences")
        self._head = QHBoxLayout()
        self._head.addWidget(label(tr("Preferences"), "display"), 1)
        self._head.addWidget(self.done)
        self._below = QHBoxLayout()
        self._below.addWidget(self.list)
        self._below.addWidget(self.area, 1)
        self._middle = QWidget()
        self._column = QVBoxLayout(self._middle)
        self._column.addLayout(self._head)
        self._column.addLayout(self._below, 1)
        self._outer = QHBoxLayout(self)
        self._outer.addStretch(1)
        self._outer.addWidget(self._middle, 1000)
        self._outer.addStretch(1)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._rebuild)
        self.list.currentRowChanged.connect(lambda _: self._rebuild())
        appearance().changed.connect(self._soon.start)
        self.show_section(section or next(iter(SECTIONS)))

    @property
    def section(self) -> str:
        """The id of the section that is shown."""
        return list(SECTIONS)[self.list.currentRow()]

    @property
    def shown(self) -> QWidget:
        """The widget of the section that is shown."""
        return self.area.widget()

    def show_section(self, section: str) -> None:
        """Show a section."""
        self.list.setCurrentRow(list(SECTIONS).index(section))
        self._rebuild()

    def _rebuild(self) -> None:
        """Make the section again, at the scale in force; what had the keyboard has it again."""
        px = appearance().px
        held = self.focusWidget()
        name = held.objectName() if held is not None and self.area.isAncestorOf(held) else ""
        self._middle.setMaximumWidth(px(WIDEST + LIST + 24))
        self._outer.setContentsMargins(px(32), px(28), px(32), 0)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(20))
        self._below.setSpacing(px(24))
        self.list.setFixedWidth(px(LIST))
        inside = QWidget()
        inside.setProperty("role", "window")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, px(12), px(24))
        made = SECTIONS[self.section].made(self._window)
        tall = made.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Expanding
        column.addWidget(made, 1 if tall else 0)
        if not tall:
            column.addStretch(1)
        self.area.setWidget(inside)
        again = inside.findChild(QWidget, name) if name else None
        if again is not None:
            again.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
