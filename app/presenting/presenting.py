"""Presenter mode: everything larger, no panels, keys and clicks named on the screen, and a clicker that steps. Leaving
it, all is as it was: neither the settings nor the document know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app import bookmarks
from app.canvas.canvas_card import CanvasCard
from app.card import Card
from app.presenting.strokes import Strokes, key_name, press_name
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window

MAGNIFIED: Final = 2.0
"""How much larger everything is."""
ON: Final = (Qt.Key.Key_PageDown,)
BACK: Final = (Qt.Key.Key_PageUp,)
"""What clickers send."""
PRESSES: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
RELEASES: Final = (QEvent.Type.KeyRelease, QEvent.Type.MouseButtonRelease)
HEARD: Final = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, *PRESSES, *RELEASES)
TEXTS: Final = (QTextEdit, QPlainTextEdit)
"""Where Page Up and Page Down belong to the text."""


WRITTEN: Final = (QLineEdit, *TEXTS)
FITS: Final = 5
"""Turns of the event loop that panels take to come or go."""


class Presenting(QObject):
    """The presenter mode of a window."""

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.on = False
        self.strokes: Strokes | None = None
        self._seen: tuple[int, int] = (0, 0)
        """The event told of last: one press is shown to several widgets."""
        self._fits = 0
        self._place = -1
        """The bookmark that was shown last, by its number."""

    def toggle(self) -> None:
        """Begin, or leave."""
        self.leave() if self.on else self.begin()

    def begin(self) -> None:
        """Make everything larger, and clear the panels away."""
        if self.on:
            return
        self.on, self._place = True, -1
        self.strokes = Strokes(self._window)
        self._set(MAGNIFIED, cleared=True)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        self._window.session.message.emit(tr("Presenting: Page Down and Page Up step, Esc leaves."))
        self.changed.emit()

    def leave(self) -> None:
        """Have everything as it was."""
        if not self.on:
            return
        self.on = False
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        if self.strokes is not None:
            self.strokes.hide()
            self.strokes.deleteLater()
            self.strokes = None
        self._set(1.0, cleared=False)
        self._window.session.message.emit("")
        self.changed.emit()

    def _set(self, magnified: float, *, cleared: bool) -> None:
        window = self._window
        for page in window.document_pages:
            page.workspace.yielding.clear(cleared)
        window.magnify(magnified)
        self._fits = FITS
        self._fit_soon()

    def _fit_soon(self) -> None:
        """Show the whole graph once panels have come or gone, which takes some turns of the event loop."""
        if self._fits:
            self._fits -= 1
            QTimer.singleShot(0, self, self._fit_soon)
        elif self._window.editing:
            self._window.canvas.fit()

    # Keys and clicks --------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: name what is pressed; step where a clicker is, and leave with Esc."""
        kind = event.type()
        if kind not in HEARD or not isinstance(watched, QWidget) or watched.window() is not self._window:
            return False
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            self._tell(key_name(event), int(event.timestamp()), int(event.key()))
        elif kind in PRESSES and isinstance(event, QMouseEvent) and watched is not self.strokes:
            if self._tell(press_name(event), int(event.timestamp()), int(event.button().value)) and self.strokes:
                self.strokes.ring(self._window.mapFromGlobal(event.globalPosition().toPoint()))
        elif kind in RELEASES:
            self._seen = (0, 0)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        return False

    def _tell(self, name: str, time: int, which: int) -> bool:
        """Show a name, unless the event was told of at another widget; return whether it was shown."""
        if not name or self._seen == (time, which) or self.strokes is None:
            return False
        self._seen = (time, which)
        self.strokes.stand_on(self._window.canvas if self._window.editing else self._window)
        self.strokes.tell(name)
        return True

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        focus = QApplication.focusWidget()
        if event.key() in (*ON, *BACK) and not isinstance(focus, TEXTS):
            self.step(+1 if event.key() in ON else -1)
            return True
        if event.key() == Qt.Key.Key_Escape and self._free(focus):
            self.leave()
            return True
        return False

    def _free(self, focus: QWidget | None) -> bool:
        """Return whether Esc has nothing nearer to give up: no gesture, no card, no text but a lesson's answer."""
        window = self._window
        if not window.editing:
            return True
        if focus is not None and window.page.lessons.isAncestorOf(focus):
            return True
        nearer = isinstance(focus, WRITTEN) or _in_card(focus)
        return not nearer and window.canvas.gesture is None and QApplication.activePopupWidget() is None

    # Stepping ---------------------------------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Go on or back: through an optimizer step that is looked at, else through the lesson, else the bookmarks."""
        window = self._window
        if not window.editing:
            return
        session, learning = window.session, window.page.lessons.learning
        if session.stepping.on:
            session.stepping.forward() if by > 0 else session.stepping.back()
        elif learning is not None:
            learning.go(min(max(learning.index + by, 0), len(learning.lesson.steps)))
        else:
            self._to_bookmark(by)

    def _to_bookmark(self, by: int) -> None:
        session = self._window.session
        ids = [id for id, _ in bookmarks.ordered(session)]
        if not ids:
            session.message.emit(
                tr("There is nothing to step through: no lesson, and no bookmarks (Ctrl+B makes one).")
            )
            return
        self._place = (max(self._place, 0 if by < 0 else -1) + by) % len(ids)
        bookmarks.go(self._window.canvas, ids[self._place])


def _in_card(widget: QWidget | None) -> bool:
    """Return whether a widget lies in a card, which Esc closes."""
    while widget is not None and not isinstance(widget, Card | CanvasCard):
        widget = widget.parentWidget()
    return widget is not None
