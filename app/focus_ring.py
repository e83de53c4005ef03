"""A ring around what has the keyboard, for as long as a person goes about by keys: the same in every theme and around
every kind of widget. A click takes it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from shiboken6 import isValid

from app.theme import appearance

if TYPE_CHECKING:
    from app.window import Window

MARGIN = 3
FOLLOWING = 100
"""Milliseconds between two looks at where the widget is, while there is a ring: panels scroll."""


def seen(widget: QWidget) -> QRect:
    """Return the part of a widget that those around it leave to be seen, in the window's pixels; empty: none."""
    window, rect, above = widget.window(), widget.rect(), widget
    rect = QRect(widget.mapTo(window, QPoint(0, 0)), rect.size())
    while above is not window and not rect.isEmpty():
        above = above.parentWidget()
        rect = rect.intersected(QRect(above.mapTo(window, QPoint(0, 0)), above.size()))
    return rect if widget.isVisible() else QRect()


def brought_into_view(widget: QWidget) -> bool:
    """Scroll until a widget can be seen; return whether it then is: Qt also lets Tab stop at what nobody sees."""
    above = widget.parentWidget()
    while above is not None and not above.isWindow():
        if isinstance(above, QScrollArea) and above.isAncestorOf(widget):
            above.ensureWidgetVisible(widget, MARGIN, MARGIN)
        above = above.parentWidget()
    return not seen(widget).isEmpty()


class FocusRing(QWidget):
    """Lies over the window; the mouse goes through it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._following = QTimer(self, interval=FOLLOWING)
        self._following.timeout.connect(self._settle)
        self.hide()
        QApplication.instance().focusChanged.connect(self._moved)  # type: ignore[union-attr]

    def show_on(self, widget: QWidget | None) -> None:
        """Ring a widget of this window; None, or one of another window: no ring."""
        here = widget is not None and widget.window() is self.window()
        self._target = widget if here else None
        self._settle()
        self._following.start() if here else self._following.stop()

    def _moved(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is not self._target:
            self.show_on(None)

    def _settle(self) -> None:
        target = self._target
        if target is None or not isValid(target) or not target.isVisible():
            self._target = None
            self._following.stop()
            self.hide()
            return
        place = seen(target).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).intersected(self.window().rect())
        if place != self.geometry():
            self.setGeometry(place)
        if not self.isVisible():
            self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the ring, between two thin lines in the window's colour so that it is seen on any ground."""
        theme = appearance().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        for inset, width, colour in ((2.0, 4.0, theme.window), (2.0, 2.0, theme.value)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), 7, 7)

    @property
    def target(self) -> QWidget | None:
        """What is ringed."""
        return self._target
