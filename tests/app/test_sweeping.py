"""What one test leaves behind does not reach the next one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.app.sweeping import BUTTONS, sweep

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Pad(QWidget):
    """A window with a button that counts its clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.clicks = 0
        self.resize(300, 200)
        self.button = QPushButton("Press", self)
        self.button.clicked.connect(self._clicked)

    def _clicked(self) -> None:
        self.clicks += 1

    def strike(self) -> None:
        """Click the button through the window, where Qt decides which widget gets what."""
        at = self.button.geometry().center()
        QTest.mousePress(self.windowHandle(), LEFT, NONE, at)
        QTest.mouseRelease(self.windowHandle(), LEFT, NONE, at)
        QApplication.processEvents()


@pytest.fixture
def pad(qtbot: QtBot) -> Pad:
    made = Pad()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("held", BUTTONS[1:])
def test_a_button_that_was_never_let_go_of_loses_every_click_until_it_is_swept(pad: Pad, held: Qt.MouseButton) -> None:
    QTest.mousePress(pad, held, NONE, QPoint(250, 150))
    pad.strike()
    assert pad.clicks == 0, "else nothing has to be let go of"
    sweep()
    pad.strike()
    assert pad.clicks == 1


def test_menus_grabs_cursors_and_keys_go(pad: Pad) -> None:
    for name in ("Outer", "Inner"):
        menu = QMenu(name, pad)
        menu.addAction("Entry")
        menu.popup(QPoint(0, 0))
    pad.grabMouse()
    QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    QTest.mouseClick(pad, LEFT, Qt.KeyboardModifier.ShiftModifier, QPoint(250, 150))
    assert QApplication.activePopupWidget() is not None and QWidget.mouseGrabber() is not None
    sweep()
    assert QApplication.activePopupWidget() is None and QWidget.mouseGrabber() is None
    assert QApplication.overrideCursor() is None and QApplication.keyboardModifiers() == NONE
    pad.strike()
    assert pad.clicks == 1
