"""Keys and clicks named in a corner of the window, so that a class sees them; a ring where the mouse was."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import fonts
from app.theme import appearance, faded

MOST: Final = 4
"""Names that stand side by side."""
STAYS: Final = 2500
"""Milliseconds after the last press until they go."""
RING: Final = 450
MODIFIERS: Final = {
    Qt.Key.Key_Control: "Ctrl", Qt.Key.Key_Shift: "Shift", Qt.Key.Key_Alt: "Alt", Qt.Key.Key_Meta: "Meta",
    Qt.Key.Key_AltGr: "AltGr",
}  # fmt: skip
BUTTONS: Final = {
    Qt.MouseButton.LeftButton: "click", Qt.MouseButton.RightButton: "right click",
    Qt.MouseButton.MiddleButton: "middle click",
}  # fmt: skip


def key_name(event: QKeyEvent) -> str:
    """Return what a key press is called, its modifiers before it: "Ctrl+S"; "" for what has no name."""
    if event.isAutoRepeat():
        return ""
    if event.key() in MODIFIERS:
        return MODIFIERS[Qt.Key(event.key())]
    if event.key() in (0, Qt.Key.Key_unknown):
        return ""
    return QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.NativeText)


def press_name(event: QMouseEvent) -> str:
    """Return what a press of the mouse is called, with the keys held: "Shift+click"."""
    name = BUTTONS.get(event.button(), "")
    if event.type() == QEvent.Type.MouseButtonDblClick:
        name = f"double {name}" if name else ""
    held = [
        text
        for modifier, text in (
            (Qt.KeyboardModifier.ControlModifier, "Ctrl"),
            (Qt.KeyboardModifier.ShiftModifier, "Shift"),
            (Qt.KeyboardModifier.AltModifier, "Alt"),
        )
        if event.modifiers() & modifier
    ]
    return "+".join([*held, name]) if name else ""


class Strokes(QWidget):
    """The names of the last presses, at the lower left of the canvas. The mouse goes through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.names: list[str] = []
        self._above = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._going = QTimer(self, singleShot=True, interval=STAYS)
        self._going.timeout.connect(self.forget)
        self._ring = Ring(window)
        self.destroyed.connect(self._ring.deleteLater)
        window.installEventFilter(self)
        self.hide()

    def tell(self, name: str) -> None:
        """Show one more name; the same again is counted, and held keys go into what they were held for."""
        while self.names and self.names[-1] in MODIFIERS.values() and self.names[-1] in name.split("+")[:-1]:
            self.names.pop()
        last, _, times = self.names[-1].partition(" ×") if self.names else ("", "", "")
        if name == last:
            self.names[-1] = f"{name} ×{int(times or 1) + 1}"
        else:
            self.names = [*self.names, name][-MOST:]
        self.setAccessibleName("Pressed: " + ", ".join(self.names))
        self._settle()
        self.show()
        self.raise_()
        self.update()
        self._going.start()

    def ring(self, at: QPoint) -> None:
        """Draw a ring around where the mouse was pressed."""
        self._ring.show_at(at)

    def forget(self) -> None:
        """Show nothing."""
        self.names = []
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the window's corner is elsewhere."""
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False

    def _widths(self) -> list[int]:
        look = appearance()
        metrics = QFontMetricsF(fonts.sans("heading", look.scale, strong=True))
        return [round(metrics.horizontalAdvance(name)) + look.px(20) for name in self.names]

    def stand_on(self, widget: QWidget) -> None:
        """Stand at the lower left of another widget of the window."""
        self._above = widget

    def _settle(self) -> None:
        px, parent = appearance().px, self.parentWidget()
        size = QSize(sum(self._widths()) + px(8) * (len(self.names) + 1), px(48))
        corner = self._above.mapTo(parent, self._above.rect().bottomLeft())
        self.setGeometry(corner.x() + px(16), corner.y() - size.height() - px(16), size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw each name as a key."""
        look, px = appearance(), appearance().px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(look.theme.hairline)))
        painter.setBrush(faded(look.theme.panel, 0.92))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(10), px(10))
        painter.setFont(fonts.sans("heading", look.scale, strong=True))
        left = px(8)
        for name, width in zip(self.names, self._widths(), strict=True):
            box = QRectF(left, px(8), width, px(32))
            painter.setPen(QPen(QColor(look.theme.hairline)))
            painter.setBrush(QColor(look.theme.raised))
            painter.drawRoundedRect(box, px(6), px(6))
            painter.setPen(QColor(look.theme.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
            left += width + px(8)


class Ring(QWidget):
    """A ring that is there for a moment."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._going = QTimer(self, singleShot=True, interval=RING)
        self._going.timeout.connect(self.hide)
        self.hide()

    def show_at(self, at: QPoint) -> None:
        """Show it around a point of the window."""
        side = appearance().px(36)
        self.setGeometry(at.x() - side // 2, at.y() - side // 2, side, side)
        self.show()
        self.raise_()
        self._going.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(appearance().theme.text), appearance().px(3)))
        middle = QPointF(self.rect().center())
        painter.drawEllipse(middle, self.width() / 2 - appearance().px(3), self.width() / 2 - appearance().px(3))
