"""The coach: a card that says what to do next and goes on by itself once it was done, and a ring around what it speaks
of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.panels.inspector_parts import label
from app.speech import announce
from app.theme import appearance, faded
from app.tour.steps import NAME, STEPS, content
from app.words import tr

if TYPE_CHECKING:
    from app.page import Page
    from app.window import Window

EVERY = 120
"""Milliseconds between two looks at the document."""
WIDE = 340
GAP = 16


class Ring(QWidget):
    """Lies over the window and draws a ring around a part of it; the mouse goes through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QRect | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("What the tour speaks of"))

    @property
    def target(self) -> QRect | None:
        """What is ringed, in the window's pixels."""
        return self._target

    def point_at(self, target: QRect | None) -> None:
        """Ring another part, or none."""
        if target != self._target:
            self._target = target
            margin = appearance().px(8)
            self.setVisible(target is not None)
            if target is not None:
                self.setGeometry(target.adjusted(-margin, -margin, margin, margin))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the ring."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.setPen(QPen(faded(look.theme.value, 0.28), 6.0))
        painter.drawRoundedRect(rect, look.px(10), look.px(10))
        painter.setPen(QPen(QColor(look.theme.value), 2.0))
        painter.drawRoundedRect(rect, look.px(10), look.px(10))


class Coach(QFrame):
    """The card. It belongs to one document; with that it waits, and goes when that is closed."""

    moved_on = Signal(int)
    """Another step is shown; the number of steps: the tour is over."""
    left = Signal()

    def __init__(self, window: Window, step: int) -> None:
        super().__init__(window)
        self._window, self._page = window, window.page
        self.step = step
        self.setProperty("role", "card")
        self.setAccessibleName(NAME)
        self.ring = Ring(window)
        self._caption = label("", "caption")
        self.heading, self.text = label("", "heading", wrap=True), label("", "second", wrap=True)
        self.skip, self.leave = QPushButton(tr("Skip this step")), QPushButton(tr("Leave the tour"))
        self.leave.setProperty("role", "quiet")
        self.skip.setToolTip(tr("It is done for you"))
        self.skip.clicked.connect(self._skip)
        self.leave.clicked.connect(self._leave)
        self._column, self._row = QVBoxLayout(self), QHBoxLayout()
        for each in (self._caption, self.heading, self.text):
            self._column.addWidget(each)
        self._row.addWidget(self.skip)
        self._row.addWidget(self.leave)
        self._row.addStretch(1)
        self._column.addLayout(self._row)
        self._looking = QTimer(self, interval=EVERY)
        self._looking.timeout.connect(self._look)
        self._looking.start()
        appearance().changed.connect(self._settle)
        window.installEventFilter(self)
        self._say()

    @property
    def page(self) -> Page:
        """The document of the tour."""
        return self._page

    @property
    def over(self) -> bool:
        """Whether all steps are done."""
        return self.step >= len(STEPS)

    def _look(self) -> None:
        """Go on where the step is done, and keep pointing at what it speaks of."""
        if self._page not in self._window.document_pages:
            self._leave()
            return
        here = self._window.editing and self._window.page is self._page
        self.setVisible(here)
        if not here or self.over:
            self.ring.point_at(None)
            return
        if STEPS[self.step].done(self._window):
            self._go(self.step + 1)
            return
        self.ring.point_at(STEPS[self.step].target(self._window))
        self.ring.raise_()
        self._settle()
        self.raise_()

    def _skip(self) -> None:
        """Do the step, so that the next ones can be done."""
        step = self.step
        STEPS[step].skip(self._window)
        self._go(step + 1)

    def _go(self, step: int) -> None:
        self.step = step
        self._say()
        self.moved_on.emit(step)

    def _say(self) -> None:
        if self.over:
            self._caption.setText(NAME.upper())
            self.heading.setText(tr("That is how it goes"))
            self.text.setText(
                tr(
                    "You added a node, wired it, ran the graph and read a derivative. "
                    "The start page has samples from a line to a GAN, and the page of commands finds everything else."
                )
            )
            self.skip.hide()
            self.leave.setText(tr("Done"))
            self.ring.point_at(None)
        else:
            step = STEPS[self.step]
            self._caption.setText(f"{NAME.upper()}  ·  {self.step + 1} OF {len(STEPS)}")
            self.heading.setText(step.title)
            self.text.setText(_with_keys(step.text, self._window))
        announce(self, f"{self.heading.text()}. {self.text.text()}")
        self._settle()

    def _settle(self) -> None:
        """Take the corner of the canvas, or else of the window, in which least is covered: no node, and nothing that
        the step speaks of."""
        px, canvas = appearance().px, self._page.canvas
        self._column.setContentsMargins(px(18), px(14), px(18), px(14))
        self._column.setSpacing(px(8))
        self._row.setSpacing(px(8))
        wide = min(px(WIDE), self._window.width() - 2 * px(GAP))
        self.setFixedWidth(wide)
        size = QSize(wide, self._column.heightForWidth(wide))
        gap, corner = px(GAP), canvas.mapTo(self._window, QPoint(0, 0))
        room = QRect(corner, canvas.size()).adjusted(gap, gap, -gap, -gap)
        whole = self._window.rect().adjusted(gap, gap, -gap, -gap - self._window.status.height())
        places = [
            QRect(QPoint(x, y), size)
            for y in (room.bottom() - size.height(), room.top())
            for x in (room.left(), room.right() - wide)
        ]
        places += [QRect(QPoint(x, whole.bottom() - size.height()), size) for x in (whole.right() - wide, whole.left())]
        nodes = [canvas.camera.rect_to_view(each.rect).toRect() for each in canvas.scene.nodes.values()]
        covered = [self.ring.target or QRect(), *(each.translated(corner) for each in nodes)]
        costs = [[place.intersects(each) for each in covered] for place in places]
        best = min(range(len(places)), key=lambda k: (costs[k][0], sum(costs[k])))
        if self.geometry() != places[best]:
            self.setGeometry(places[best])

    def _leave(self) -> None:
        self._looking.stop()
        self._window.removeEventFilter(self)
        self.ring.hide()
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape gives the keyboard back to the canvas."""
        if event.key() == Qt.Key.Key_Escape:
            self._window.restore_focus()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the card follows the window's size."""
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return super().eventFilter(watched, event)


def begin(window: Window, step: int) -> Coach:
    """Show the graph of the task as it is before a step, in a tab of its own, and the coach over it."""
    at = step if 0 <= step < len(STEPS) else 0
    window.show_content(content(at), None, name=NAME)
    window.canvas.fit()
    coach = Coach(window, at)
    coach.show()
    return coach


def _with_keys(text: str, window: Window) -> str:
    for id in ("run", "operator_help"):
        text = text.replace("{" + id + "}", window.actions_table.keys_text(id) or "its command in the menu")
    return text
