"""A card that lies on the canvas at its upper right and looks for something: how it is shown, ended and dressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, SignalInstance
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QToolButton

from app.assets import asset
from app.theme import appearance

if TYPE_CHECKING:
    from app.canvas.view import Canvas

EDGE: Final = 14
"""Pixels at scale 1 from the card to the edge of the canvas."""
AGAIN: Final = 60
"""Milliseconds after a change at which it looks again."""


class CanvasCard(QFrame):
    """Subclasses make their lines and buttons, then `lay` it; they have `search`, `settle` and `pressed`."""

    def __init__(self, canvas: Canvas, name: str) -> None:
        super().__init__(canvas)
        self.canvas, self.session = canvas, canvas.session
        self.setProperty("role", "card")
        self.setAccessibleName(name)
        self._again = QTimer(self, singleShot=True, interval=AGAIN)
        self._again.timeout.connect(self.search)

    def lay(self, first: QLineEdit, *changes: SignalInstance) -> None:
        """Be ready: `first` is the line that the keyboard goes to, `changes` are what it looks again after."""
        self._first = first
        for signal in changes:
            signal.connect(self._look_again)
        self.session.replaced.connect(self.end)
        appearance().changed.connect(self.dress)
        self.canvas.installEventFilter(self)
        self.dress()
        self.hide()

    def glyph_button(self, glyph: str, says: str, act: Callable[[], object]) -> QToolButton:
        """Return a small button with a glyph in the tone of the theme."""
        button = QToolButton(self)
        button.setToolTip(says)
        button.setAccessibleName(says.partition(" (")[0])
        button.setProperty("glyph", glyph)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _=False: act())
        return button

    def begin(self) -> None:
        """Show it with the keyboard in its first line, whose words are selected."""
        self.settle()
        self.show()
        self.raise_()
        self._first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._first.selectAll()
        self.search()

    def end(self) -> None:
        """Hide it; nothing is highlighted any more."""
        self._again.stop()
        had = self.isVisible() and self.isAncestorOf(self.window().focusWidget() or self)
        self.hide()
        self.canvas.show_found(frozenset())
        if had:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def search(self) -> None:
        """Look for what the lines say."""
        raise NotImplementedError

    def settle(self) -> None:
        """Take the place at the upper right."""
        raise NotImplementedError

    def pressed(self, line: QLineEdit, event: QKeyEvent) -> bool:
        """Act on a key in a line; return whether it was one of the card."""
        raise NotImplementedError

    def dress(self) -> None:
        """Give the buttons the tone and the size of the appearance."""
        look = appearance()
        tone = "dark" if look.theme.dark else "light"
        for button in self.findChildren(QToolButton):
            if button.property("glyph"):
                button.setIcon(QIcon(str(asset(f"icons/{button.property('glyph')}_{tone}.svg"))))
                button.setIconSize(QSize(look.px(14), look.px(14)))
                button.setFixedSize(look.px(26), look.px(26))
        self.settle()

    def _look_again(self, *_: object) -> None:
        if self.isVisible():
            self._again.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: keys in the lines; the canvas changes its size."""
        if watched is self.canvas and event.type() == QEvent.Type.Resize:
            self.settle()
        if isinstance(watched, QLineEdit) and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.end()
                return True
            if self.pressed(watched, event):
                return True
        return super().eventFilter(watched, event)
