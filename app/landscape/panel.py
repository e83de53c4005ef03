"""The landscape panel: which plane is looked at, the loss over it with the paths, and what optimizers have reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.landscape.contour_card import ContourCard
from app.landscape.controls import Controls
from app.landscape.results import Results
from app.landscape.source import Landscape
from app.landscape.state_card import StateCard
from app.landscape.surface_card import SurfaceCard
from app.plots.histories import LossCard
from app.theme import appearance

if TYPE_CHECKING:
    from app.session import Session


class LandscapePanel(QWidget):
    """Controls on the left, the loss over the plane in the middle, what came of it on the right."""

    compare_requested = Signal()
    """The optimizers to compare are to be chosen."""

    def __init__(self, session: Session, source: Landscape) -> None:
        super().__init__()
        self.session = session
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.source = source
        self.controls = Controls(self.source)
        self.contour, self.surface = ContourCard(self.source), SurfaceCard(self.source)
        self.pictures = QStackedWidget()
        self.state = StateCard(self.source)
        for card in (self.contour, self.surface, self.state):
            self.pictures.addWidget(card)
            card.message.connect(session.message)
            card.enlarge_requested.connect(self._enlarge)
        self.results = Results(self.source)
        self.loss: LossCard | None = None
        self._enlarged = False
        self._row = QHBoxLayout(self)
        self._left, self._right = _scrolled(self.controls, "What is looked at"), _scrolled(self.results, "Results")
        for part, stretch in ((self._left, 0), (self.pictures, 3), (self._right, 0)):
            self._row.addWidget(part, stretch)
        self._lay_out()
        self._comparison_changed()
        self.contour.start_chosen.connect(self.source.start_at)
        self.contour.view_changed.connect(self.source.look_at)
        self.controls.looked_at.connect(self.look_at)
        self.controls.compare_requested.connect(self.compare_requested)
        self.source.comparison.changed.connect(self._comparison_changed)
        self.source.comparison.ticked.connect(self._comparison_moved)
        appearance().changed.connect(self._lay_out)

    def look_at(self, number: int) -> None:
        """Show the lines (0), the mountain (1) or what the optimizer carries (2)."""
        self.pictures.setCurrentIndex(number)
        self.pictures.currentWidget().refresh()  # type: ignore[attr-defined]

    def start_comparison(self, optimizer: str, rivals: object) -> None:
        """Run optimizers side by side, and look at their paths."""
        self.source.comparison.start(optimizer, rivals)  # type: ignore[arg-type]

    def _comparison_changed(self) -> None:
        """Show the losses of what is compared beside its paths, in cards of their own."""
        runs = self.source.comparison.runs
        if self.loss is not None and self.loss.runs is not runs:
            self._row.removeWidget(self.loss)
            self.loss.deleteLater()
            self.loss = None
        if runs is not None and self.loss is None:
            self.loss = LossCard(runs)
            self.loss.legend_elsewhere = True
            self.loss.area.x_title = "step"
            self.loss.message.connect(self.session.message)
            self._row.insertWidget(2, self.loss, 2)
            self.loss.show()
        self._comparison_moved()

    def _comparison_moved(self) -> None:
        if self.loss is not None and self.isVisible():
            self.loss.hidden = self.contour.hidden
            self.loss.refresh()

    def _enlarge(self) -> None:
        self._enlarged = not self._enlarged
        for part in (self._left, self._right, self.loss):
            if part is not None:
                part.setVisible(not self._enlarged)

    def _lay_out(self) -> None:
        px = appearance().px
        self._row.setContentsMargins(px(10), px(10), px(10), px(10))
        self._row.setSpacing(px(10))
        self._left.setFixedWidth(max(px(224), self.controls.minimumSizeHint().width() + px(4)))
        self._right.setFixedWidth(px(284))
        for card in (self.contour, self.surface, self.state, self.loss):
            if card is not None:
                card.restyle()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: now the answers are wanted."""
        super().showEvent(event)
        self.source.wake(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: no longer."""
        super().hideEvent(event)
        self.source.wake(False)


def _scrolled(inner: QWidget, name: str) -> QScrollArea:
    made = QScrollArea()
    made.setAccessibleName(name)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setWidgetResizable(True)
    holder = QFrame()
    holder.setProperty("role", "card")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(inner)
    column.addStretch(1)
    made.setWidget(holder)
    made.viewport().setAutoFillBackground(False)
    return made
