"""What a test leaves in the one application that all tests of a process share: mouse buttons, popups, cursors."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)


class Floor(QWidget):
    """Nobody sees it, and it takes whatever is let go of."""

    def event(self, event: QEvent) -> bool:
        """Qt: everything is welcome."""
        return True


def let_go(held: QWidget | None = None) -> None:
    """Let go of every mouse button and every key beside it. QTest remembers for the whole process what was pressed and
    never released; a click with another button held is none, as Qt gives its release to nobody."""
    floor = held or Floor()
    for button in BUTTONS:
        QTest.mouseRelease(floor, button, Qt.KeyboardModifier.NoModifier, floor.rect().center())


def sweep() -> None:
    """Leave the application as it was found: no button held, nothing grabbed, nothing popped up, nothing to delete."""
    let_go()
    for grabber in (QWidget.mouseGrabber(), QWidget.keyboardGrabber()):
        if grabber is not None:
            grabber.releaseMouse()
            grabber.releaseKeyboard()
    for _ in range(20):  # menus within menus
        popup = QApplication.activePopupWidget()
        if popup is None:
            break
        popup.close()
        QApplication.processEvents()  # until then Qt takes the next press for the one that closes it
    while QApplication.overrideCursor() is not None:
        QApplication.restoreOverrideCursor()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
