"""A number in the inspector is dragged by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLabel

from app.scrubbing import Scrub, number_of

if TYPE_CHECKING:
    from app.session import Session

SLACK = 3.0
"""Pixels the pointer may move in a click."""


class TitleScrub(QObject):
    """Drags the number of a setting by the label that names it, as one undo step; Escape takes it back."""

    def __init__(self, session: Session, node: str, setting: str, title: QLabel) -> None:
        super().__init__(title)
        self._session, self._node, self._setting, self._title = session, node, setting, title
        self._scrub: Scrub | None = None
        self._pressed = 0.0
        self._going = False
        title.installEventFilter(self)

    def refresh(self) -> None:
        """Show whether there is a number to be dragged."""
        there = number_of(self._session, self._node, self._setting) is not None
        shape = Qt.CursorShape.SizeHorCursor if there else Qt.CursorShape.ArrowCursor
        if self._title.cursor().shape() != shape:
            self._title.setCursor(shape)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: press, drag, let go; Escape while the button is down."""
        match event.type():
            case QEvent.Type.MouseButtonPress if isinstance(event, QMouseEvent):
                return self._press(event)
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent) and self._scrub is not None:
                self._move(event)
                return True
            case QEvent.Type.MouseButtonRelease if self._scrub is not None:
                self._scrub.finish()
                self._end()
                return True
            case QEvent.Type.KeyPress if isinstance(event, QKeyEvent) and self._scrub is not None:
                if event.key() == Qt.Key.Key_Escape:
                    self._scrub.cancel()
                    self._end()
                    return True
        return False

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or self._node not in self._session.graph.nodes:
            return False
        if number_of(self._session, self._node, self._setting) is None:
            return False
        self._scrub, self._pressed = Scrub(self._session, self._node, self._setting), event.globalPosition().x()
        self._title.grabKeyboard()
        return True

    def _move(self, event: QMouseEvent) -> None:
        by = event.globalPosition().x() - self._pressed
        self._going = self._going or abs(by) >= SLACK
        if self._going and self._scrub is not None:
            self._scrub.move(by, event.modifiers())

    def _end(self) -> None:
        self._title.releaseKeyboard()
        self._scrub, self._going = None, False
