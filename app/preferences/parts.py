"""What the preferences are made of: rows with a name, a sentence and something to set, on a card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.panels.inspector_parts import label
from app.theme import appearance
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to set. With `options` (value, what it is called) it is a choice, else it is on or off."""

    name: str
    text: str
    help: str
    held: Callable[[Window], object]
    change: Callable[[Window, object], object]
    options: tuple[tuple[object, str], ...] = ()


class Choice(QComboBox):
    """A list to choose from that a turn of the wheel over it does not change."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: the page scrolls."""
        event.ignore()


def control(row: Row, window: Window) -> QWidget:
    """Return the widget of a row, showing what is held and changing it."""
    if not row.options:
        box = QCheckBox()
        box.setChecked(bool(row.held(window)))
        box.toggled.connect(lambda on: row.change(window, on))
        made: QWidget = box
    else:
        values = [value for value, _ in row.options]
        choice = Choice()
        choice.addItems([text for _, text in row.options])
        held = row.held(window)
        choice.setCurrentIndex(values.index(held) if held in values else -1)
        choice.activated.connect(lambda at: row.change(window, values[at]))
        choice.setMinimumWidth(appearance().px(180))
        made = choice
    made.setObjectName(row.name)
    return made


def line(text: str, help: str, widget: QWidget) -> QWidget:
    """Return a row: what it is called and a sentence on the left, the widget on the right, named for those who hear
    it."""
    px = appearance().px
    widget.setAccessibleName(text)
    widget.setAccessibleDescription(help)
    made = QWidget()
    across = QHBoxLayout(made)
    across.setContentsMargins(px(16), px(10), px(16), px(10))
    across.setSpacing(px(24))
    words = QVBoxLayout()
    words.setSpacing(px(2))
    words.addWidget(label(tr(text), "body", wrap=True))
    if help:
        words.addWidget(label(tr(help), "second", wrap=True))
    across.addLayout(words, 1)
    across.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    return made


def card(widgets: Iterable[QWidget]) -> QFrame:
    """Return a card with the widgets under each other, a hairline between them."""
    made = QFrame()
    made.setProperty("role", "card")
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for number, widget in enumerate(widgets):
        if number:
            between = QFrame()
            between.setProperty("role", "line")
            column.addWidget(between)
        column.addWidget(widget)
    return made


def button(text: str, act: Callable[[], object], *, role: str = "", name: str = "") -> QPushButton:
    """Return a button; `name` is what it is called for those who hear it."""
    made = QPushButton(tr(text))
    if role:
        made.setProperty("role", role)
    made.setAccessibleName(name or text.rstrip("…"))
    made.setObjectName(name or text)
    made.clicked.connect(lambda _=False: act())
    return made


def table(rows: Sequence[Row]) -> Callable[[Window], QWidget]:
    """Return the maker of a section that is a card of rows."""
    return lambda window: card(line(row.text, row.help, control(row, window)) for row in rows)
