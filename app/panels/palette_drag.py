"""Dragging an operator out of the palette: a card follows the pointer, and the widget under it gets Qt's drag and drop
events.

Operators are dropped only inside the window, so that no drag of the desktop is needed: it looks the same on every
system, follows
the pointer without lag, and works without a display.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QLabel, QWidget

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


class PaletteDrag(QObject):
    """One drag, from the moment the pointer left its row until it is dropped or given up (Escape)."""

    def __init__(self, source: QWidget, data: QMimeData, card: QPixmap, grip: QPoint) -> None:
        super().__init__(source)
        self._source, self._data, self._grip = source, data, grip
        self._under: QWidget | None = None
        """The widget under the pointer that takes drops of some kind."""
        self._over: QWidget | None = None
        """The same, where it takes this one."""
        self._keys = NONE
        self.over = False
        self._card = QLabel(source.window())
        self._card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._card.setPixmap(card)
        self._card.adjustSize()
        QGuiApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)
        QApplication.instance().installEventFilter(self)

    def move_to(self, point: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """The pointer is at a point of the screen, these keys are held."""
        self._keys = keys
        window = self._window_at(point)
        under = window.childAt(window.mapFromGlobal(point))
        if self._card.parentWidget() is not window:
            self._card.setParent(window)  # from a floating panel into the window
        self._card.move(window.mapFromGlobal(point) - self._grip)
        self._card.show()
        self._card.raise_()
        found = _acceptor(under)
        if found is not self._under:
            self._leave()
            self._under = found
            if found is not None:
                entering = QDragEnterEvent(found.mapFromGlobal(point), COPY, self._data, LEFT, self._keys)
                QApplication.sendEvent(found, entering)
                self._over = found if entering.isAccepted() else None
        elif self._over is not None:
            at = self._over.mapFromGlobal(point)
            QApplication.sendEvent(self._over, QDragMoveEvent(at, COPY, self._data, LEFT, self._keys))

    def _window_at(self, point: QPoint) -> QWidget:
        """Return the window at a point of the screen: the palette's own, or one beside it where the palette floats."""
        own = self._source.window()
        others = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not own]
        found = (each for each in (own, *others) if each.geometry().contains(point))
        return next(found, own)

    def drop_at(self, point: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """The button was released at a point of the screen."""
        self.move_to(point, keys)
        found, self._over = self._over, None
        self._end()
        if found is not None:
            at = QPointF(found.mapFromGlobal(point))
            QApplication.sendEvent(found, QDropEvent(at, COPY, self._data, LEFT, self._keys))

    def give_up(self) -> None:
        """Drop nothing."""
        self._leave()
        self._end()

    def _leave(self) -> None:
        if self._over is not None:
            QApplication.sendEvent(self._over, QDragLeaveEvent())
        self._over = None

    def _end(self) -> None:
        if not self.over:
            self.over = True
            QApplication.instance().removeEventFilter(self)
            QGuiApplication.restoreOverrideCursor()
            self._card.deleteLater()
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: Escape gives up."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.give_up()
            return True
        return False


def _acceptor(widget: QWidget | None) -> QWidget | None:
    """Return the widget, or the nearest one around it, that accepts drops."""
    while widget is not None and not widget.acceptDrops():
        widget = widget.parentWidget()
    return widget
