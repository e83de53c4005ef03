"""The views on one document: one canvas, or two beside each other, each with its own place and body.

One of the two is worked on: it follows the session into bodies, and commands act on it. A press or the keyboard in the
other one makes that the one.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.canvas import Canvas
from app.frame.glyphs import Glyph, cross
from app.panels.inspector_parts import Elided
from app.session import Session
from app.theme import appearance


class Head(QWidget):
    """Above one of two views: the body it shows, and what closes it."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.title = Elided("", "second", align=Qt.AlignmentFlag.AlignLeft)
        self.close_button = Glyph("Close this view", cross, 22)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.title, 1)
        self._row.addWidget(self.close_button)
        appearance().changed.connect(self._restyled)
        self._restyled()

    def _restyled(self) -> None:
        px = appearance().px
        self._row.setContentsMargins(px(12), px(2), px(6), px(2))
        self.setFixedHeight(px(28))

    def refresh(self) -> None:
        """Show which body is shown, and whether this view is worked on."""
        canvas, session = self._canvas, self._canvas.session
        title = session.body_title(canvas.scene.body) if canvas.scene.body else "Main graph"
        self.title.setText(title)
        self.title.setAccessibleName(f"View of {title}" + (", worked on" if canvas.active else ""))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: a line in the colour of values under the head of the view that is worked on."""
        theme, painter = appearance().theme, QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        thick = max(2, appearance().px(2)) if self._canvas.active else 1
        color = theme.value if self._canvas.active else theme.hairline
        painter.fillRect(0, self.height() - thick, self.width(), thick, QColor(color))


class Pane(QWidget):
    """One view: its canvas, and its head while there are two."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.canvas = canvas
        self.head = Head(canvas)
        self.head.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(canvas, 1)


class Panes(QSplitter):
    """The views of a session. `current` is the canvas that is worked on."""

    switched = Signal()
    """Another canvas is worked on, or it was taken elsewhere."""
    help_requested = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._session = session
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.panes: list[Pane] = []
        self.current = self._added().canvas

    def _added(self) -> Pane:
        canvas = Canvas(self._session)
        pane = Pane(canvas)
        canvas.wanted.connect(lambda: self.work_on(canvas))
        canvas.body_shown.connect(pane.head.refresh)
        canvas.help_requested.connect(self.help_requested)
        canvas.went.connect(self.switched)
        pane.head.close_button.clicked.connect(lambda: self.close_view(canvas))
        self.panes.append(pane)
        self.addWidget(pane)
        return pane

    @property
    def split(self) -> bool:
        """Whether there are two views."""
        return len(self.panes) > 1

    def toggle(self, orientation: Qt.Orientation = Qt.Orientation.Horizontal) -> None:
        """Show a second view of what is seen now, or only the one that is worked on."""
        if self.split:
            self.close_view(self.other)
            return
        first, spot = self.current, self.current.standing
        self.setOrientation(orientation)
        pane = self._added()
        pane.canvas.active = False
        self._measure(first)
        pane.canvas.show_body(first.scene.body)
        half = (self.width() if orientation == Qt.Orientation.Horizontal else self.height()) // 2
        self.setSizes([half, half])
        for each in self.panes:
            each.head.show()
            each.head.refresh()
            each.canvas.stay_at(spot)

    @property
    def other(self) -> Canvas:
        """The canvas that is not worked on; the only one where there is no second."""
        return next((pane.canvas for pane in self.panes if pane.canvas is not self.current), self.current)

    def close_view(self, canvas: Canvas) -> None:
        """Close one of two views; the other one is worked on from then on."""
        if not self.split:
            return
        pane = next(each for each in self.panes if each.canvas is canvas)
        if canvas is self.current:
            self.work_on(self.other)
        self.panes.remove(pane)
        canvas.leave()
        pane.hide()
        pane.deleteLater()
        self.panes[0].head.hide()
        self.current.setFocus()

    def work_on(self, canvas: Canvas) -> None:
        """Let commands act on a view, in the body that it shows."""
        if canvas is self.current:
            return
        self.current.active, self.current = False, canvas
        canvas.active = True
        self._measure(canvas)
        self._session.enter(canvas.scene.body)
        for pane in self.panes:
            pane.head.refresh()
        self.switched.emit()

    def _measure(self, canvas: Canvas) -> None:
        """Let the session ask the view that is worked on how large nodes are drawn: the last one made tells it else,
        which may show another body, or be closed."""
        self._session.size_of = canvas.scene.size_of

    def step(self) -> None:
        """Work on the other view."""
        self.work_on(self.other)
        self.current.setFocus()
