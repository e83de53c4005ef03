"""A card in the middle of the window. It takes the keyboard, which stays inside until Escape or a click elsewhere
closes it, and gives it back to where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.panels.inspector_parts import label
from app.theme import appearance

if TYPE_CHECKING:
    from app.window import Window

INSET = 48
"""Pixels of the window left free around a card, at scale 1."""


class Card(QFrame):
    """A card with a title; what it shows goes into `column`."""

    def __init__(self, window: Window, title: str, size: tuple[int, int]) -> None:
        super().__init__(window)
        self._window, self._size = window, size
        self._before: QWidget | None = None
        self._watching = False
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = appearance().px
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(px(24), px(20), px(24), px(18))
        self.column.setSpacing(px(10))
        self.column.addWidget(label(title, "title"))

    def open(self) -> None:
        """Show the card."""
        window, px = self._window, appearance().px
        width = min(px(self._size[0]), window.width() - px(INSET))
        height = min(px(self._size[1]), window.height() - 2 * px(INSET))
        self.setGeometry((window.width() - width) // 2, (window.height() - height) // 2, width, height)
        self._before = QApplication.focusWidget()
        self.show()
        self.raise_()
        stops = self._stops()
        (stops[0] if stops else self).setFocus(Qt.FocusReason.PopupFocusReason)
        self._watching = True
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    def _stops(self) -> list[QWidget]:
        """Return the widgets inside that Tab goes to, in their order."""
        able = Qt.FocusPolicy.TabFocus
        return [
            each
            for each in self.findChildren(QWidget)
            if each.focusPolicy() & able and each.isEnabled() and each.isVisibleTo(self)
        ]

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt: Tab goes round inside the card."""
        stops, now = self._stops(), QApplication.focusWidget()
        if stops:
            at = stops.index(now) if now in stops else (-1 if forward else 0)
            stops[(at + (1 if forward else -1)) % len(stops)].setFocus(
                Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            )
            self._window.focus_ring.show_on(QApplication.focusWidget())
        return True

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is not None and now is not self and not self.isAncestorOf(now) and now.window() is self.window():
            self._before = None  # it was taken elsewhere
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: the keyboard goes back to where it was."""
        if self._watching:
            self._watching = False
            QApplication.instance().focusChanged.disconnect(self._focus_moved)  # type: ignore[union-attr]
        before, self._before = self._before, None
        super().closeEvent(event)
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)
