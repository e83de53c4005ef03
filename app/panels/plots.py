"""The plots panel: a card for each thing worth watching, laid out in rows, drawn on the one timer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.plots.card import Card
from app.plots.histories import GradientCard, LossCard, ValuesCard, lane_color, lane_key, side_by_side
from app.plots.legend import Legend, Pill
from app.plots.path import PathCard, plane
from app.plots.views import VIEW_CARDS, ProbeCard, ViewCard
from app.theme import appearance
from app.words import tr
from app.worker.client import FRAME_EVERY
from app.worker.pulse import pulse
from engine.graph import Socket
from engine.operator import Kind
from engine.order import descendants, natural
from engine.types import ArrayType

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.messages import Contour

BUDGET: Final = 0.010
"""Seconds of drawing in one beat; what is left is drawn in the next ones, so that the window never waits for plots."""
FRAME_WATCHED: Final = 0.03
"""Seconds between two questions for the parameters while views are watched."""
WIDTH: Final = 250
HEIGHT: Final = 164
"""Least height of a card where several rows have room;"""
LOW: Final = 112
"""and where the panel is too low for even one such row."""
GAP: Final = 10
NOTHING: Final = "Add an optimizer or a view node: what they show is drawn here."
RUN_CARDS: Final = ("loss", "gradient", "path", "values")
"""Keys of the cards of a run; all others are ids of view nodes."""


class PlotPanel(QWidget):
    """Plot cards of a session: those of the run where there is an optimizer, and one for each view node."""

    message = Signal(str)
    """One sentence for the status line: an export was written."""
    cards_changed = Signal()
    """Cards came or went."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Plots"))
        self.cards: dict[str, Card] = {}
        """The cards by what they show: "loss", "gradient", "path", "values", or a view node's id."""
        self._dirty: dict[str, Callable[[], None]] = {}
        self._drawn: dict[str, float] = {}
        """When each card was drawn last."""
        self._enlarged: str | None = None
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName(tr("Plots"))
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(False)
        for bar in (self._scroll.horizontalScrollBar(), self._scroll.verticalScrollBar()):
            bar.valueChanged.connect(lambda _: pulse().wake())  # what comes into sight may wait to be drawn
        self._inner = QWidget()
        self._scroll.setWidget(self._inner)
        self._inner.setAutoFillBackground(False)  # cards lie on the window's colour, not on a panel's
        self._scroll.viewport().setAutoFillBackground(False)
        self._strip = QWidget()
        self.legend = Legend(self._strip, leading=True)
        """Of optimizers side by side: names their curves for all cards."""
        self.legend.clicked.connect(self._toggle)
        self._hidden: set[str] = set()
        self._hint = QLabel(NOTHING, self)
        self._hint.setProperty("role", "faint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._strip)
        box.addWidget(self._scroll)
        self._member = self._beat
        pulse().join(self._member)
        self._listen()
        self.rebuild()

    def _listen(self) -> None:
        session, runs = self._session, self._session.runs
        runs.ticked.connect(self._run_moved)
        runs.lanes_changed.connect(self._run_replaced)
        session.changed.connect(self._document_changed)
        session.replaced.connect(self._document_replaced)
        session.types_changed.connect(self.rebuild)
        session.values_changed.connect(self._values_changed)
        session.looks.views_changed.connect(self._views_changed)
        appearance().changed.connect(self._restyle)
        if session.has_engine:
            session.asks.contour_ready.connect(self._contour_ready)

    # Which cards ------------------------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Bring the cards in line with the graph; those that stay keep their state."""
        wanted, before = dict(self._wanted()), tuple(self.cards)
        for key in [key for key in self.cards if key not in wanted]:
            self._dirty.pop(key, None)
            self.cards.pop(key).deleteLater()
        for key, make in wanted.items():
            if key not in self.cards:
                self._add(key, make())
        self.cards = {key: self.cards[key] for key in wanted}
        self._share_legend()
        if self._enlarged not in self.cards:
            self._enlarged = None
        for key, card in self.cards.items():
            if isinstance(card, ViewCard):
                card.show_settings(self._session.label(key), self._settings(key))
        self._lay_out()
        self._values_changed()
        if before != tuple(self.cards):
            self.cards_changed.emit()

    @property
    def waiting(self) -> str:
        """What there is to see here, in a sentence, for where the panel itself is not shown."""
        if not self.cards:
            return NOTHING
        views = len([key for key in self.cards if key not in RUN_CARDS])
        run = ["the curves of a run"] if len(self.cards) > views else []
        counted = [f"{views} view{'s' * (views > 1)}"] if views else []
        return f"Waiting here: {' and '.join(run + counted)}."

    def _wanted(self) -> Iterator[tuple[str, Callable[[], Card]]]:
        """Yield the cards there should be, in order: their keys, and how to make them."""
        session, runs = self._session, self._session.runs
        kinds = {id: session.operator(id) for id in sorted(session.graph.bodies.get("", ()), key=natural)}
        trains = bool(runs.lanes) or any(op.family == "optimizers" for op in kinds.values())
        if trains:
            yield "loss", lambda: LossCard(runs)
            yield "gradient", lambda: GradientCard(runs)
            if plane(runs.lanes) if runs.lanes else self._two_numbers(kinds):
                yield "path", lambda: PathCard(runs)
        for id, operator in kinds.items():
            if operator.id in VIEW_CARDS:
                yield id, lambda id=id, made=VIEW_CARDS[operator.id]: made(session.label(id), self._settings(id))
        if trains:
            yield "values", lambda: ValuesCard(runs)

    def _two_numbers(self, kinds: dict[str, Any]) -> bool:
        """Whether the graph's parameters are two numbers, as far as their types are known."""
        total = 0
        for id, operator in kinds.items():
            if operator.kind is Kind.PARAMETER and not self._session.node(id).frozen:
                kind = self._session.type_of(Socket(id, operator.outputs[0].name))
                total += int(np.prod(kind.shape)) if isinstance(kind, ArrayType) else 1_000
        return total == 2

    def _settings(self, id: str) -> dict[str, Any]:
        operator = self._session.operator(id)
        return {name: self._session.setting(id, name) for name in operator.settings}

    def _add(self, key: str, card: Card) -> None:
        card.setParent(self._inner)
        card.enlarge_requested.connect(lambda: self.enlarge(key))
        card.message.connect(self.message)
        if isinstance(card, PathCard):
            card.contour_wanted.connect(self._ask_contour)
        self.cards[key] = card
        card.show()
        self._mark(key)

    def _share_legend(self) -> None:
        """Name several optimizers once for all cards of the run, instead of in each."""
        lanes = self._session.runs.lanes
        shared = side_by_side(lanes)
        for key in RUN_CARDS:
            if key in self.cards:
                self.cards[key].legend_elsewhere = shared
                if shared:
                    self.cards[key].hidden = self._hidden
        pills = [
            Pill(lane_key(k), lane.name, lane_color(k), lane_key(k) not in self._hidden) for k, lane in enumerate(lanes)
        ]
        self.legend.set_pills(pills if shared else ())
        self._strip.setVisible(shared)

    def _toggle(self, key: str) -> None:
        """Show or hide an optimizer in all cards."""
        self._hidden ^= {key}
        self._share_legend()
        self._run_moved()

    def enlarge(self, key: str | None) -> None:
        """Show one card alone, or all again."""
        self._enlarged = None if self._enlarged == key else key
        self._lay_out()
        self._mark_all()

    # Layout -----------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: cards share the room anew."""
        super().resizeEvent(event)
        self._lay_out()
        self._mark_all()

    def _lay_out(self) -> None:
        px = appearance().px
        self._hint.setVisible(not self.cards)
        self._hint.setGeometry(self.rect())
        shown = [key for key in self.cards if self._enlarged in (None, key)]
        for key, card in self.cards.items():
            card.setVisible(key in shown)
        wide, high = self.width(), self.height() - self._strip_height()
        bar = self._scroll.horizontalScrollBar().sizeHint().height()
        low = min(max(high - bar - 2 * px(GAP), px(LOW)), px(HEIGHT))
        least = (px(WIDTH), low, px(GAP))
        places, width, height = places_of(len(shown), wide, high, *least)
        if width > wide:  # a bar to scroll by takes some height
            places, width, height = places_of(len(shown), wide, high - bar, *least)
        elif height > high:
            bar = self._scroll.verticalScrollBar().sizeHint().width()
            places, width, height = places_of(len(shown), wide - bar, high, *least)
        self._inner.resize(width, height)
        for key, place in zip(shown, places, strict=True):
            self.cards[key].setGeometry(place)

    def _strip_height(self) -> int:
        """Return the height of the shared legend's strip, and give it that: 0 while there is none."""
        if not self.legend.pills:
            return 0
        self._strip.resize(self.width(), self._strip.height())  # the legend wraps in it before the layout sees it
        self.legend.lay_out()
        height = round(self.legend.room * appearance().scale)
        self._strip.setFixedHeight(height)
        return height

    def _restyle(self) -> None:
        for card in self.cards.values():
            card.restyle()
        self._lay_out()
        self._mark_all()

    # Drawing ----------------------------------------------------------------------------------------------------------

    def _mark(self, key: str, draw: Callable[[], None] | None = None) -> None:
        """Have a card drawn in one of the next beats."""
        if key in self.cards:
            self._dirty[key] = draw or self.cards[key].refresh
            pulse().wake()

    def _mark_all(self) -> None:
        for key in self.cards:
            if key not in self._dirty:
                self._mark(key)

    def _beat(self) -> bool:
        """Draw what waits, the longest waiting first, for as long as the budget allows; return whether more waits."""
        if not self.isVisible():
            return False
        begun = time.perf_counter()
        seen = [key for key in self._dirty if not self.cards[key].visibleRegion().isEmpty()]
        due = [key for key in seen if begun - self._drawn.get(key, 0.0) > self.cards[key].rest]
        done = 0
        for key in due:
            self._drawn[key] = begun
            self._dirty.pop(key)()
            done += 1
            if time.perf_counter() - begun > BUDGET:
                break
        return done < len(seen)

    def draw_now(self) -> None:
        """Draw everything at once (before a picture is taken)."""
        self._mark_all()
        while self._dirty:
            _, draw = self._dirty.popitem()
            draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: what was not drawn while hidden is drawn now."""
        super().showEvent(event)
        self._mark_all()
        pulse().wake()

    def stop(self) -> None:
        """Draw nothing more: the window closes. A panel deleted with its window hears of it too late."""
        pulse().leave(self._member)

    def event(self, event: QEvent) -> bool:
        """Qt: leave the pulse when the panel is deleted."""
        if event.type() == QEvent.Type.DeferredDelete:
            pulse().leave(self._member)
        return super().event(event)

    # What happens -----------------------------------------------------------------------------------------------------

    def _run_moved(self) -> None:
        self._watch()
        for key in RUN_CARDS:
            if key in self.cards and key not in self._dirty:
                self._mark(key)

    def _run_replaced(self) -> None:
        path = self.cards.get("path")
        if isinstance(path, PathCard):
            path.forget_contour()
        self._hidden.clear()
        for card in self.cards.values():
            card.area.following = True
        self.rebuild()
        self._mark_all()

    def _document_changed(self, change: Any) -> None:
        path = self.cards.get("path")
        if change.semantic and isinstance(path, PathCard) and not self._session.runs.lanes:
            path.forget_contour()
        self.rebuild()

    def _document_replaced(self) -> None:
        for card in self.cards.values():
            card.deleteLater()
        self.cards, self._dirty, self._enlarged = {}, {}, None
        self.rebuild()

    def _values_changed(self) -> None:
        for key, card in self.cards.items():
            if isinstance(card, ProbeCard):
                card.derivative = self._derivative(key)
            self._show_view(key)

    def _views_changed(self) -> None:
        for key in self._session.looks.views:
            self._show_view(key)

    def _show_view(self, key: str) -> None:
        card = self.cards.get(key)
        if isinstance(card, ViewCard):
            data, step = self._session.looks.view(key)
            card.wired = bool(self._session.graph.incoming.get(key))
            self._mark(key, lambda: card.show_data(data, step))

    def _watch(self) -> None:
        """Have the views that can be seen kept fresh while a run is on."""
        seen = tuple(
            key
            for key, card in self.cards.items()
            if isinstance(card, ViewCard) and self.isVisible() and not card.visibleRegion().isEmpty()
        )
        self._session.looks.watched = seen
        self._session.runs.frame_every = FRAME_WATCHED if seen else FRAME_EVERY

    def _derivative(self, id: str) -> str:
        """Return the derivative by what a probe shows; "" where no optimizer's loss depends on it."""
        source = self._session.graph.sources.get(Socket(id, "x"))
        look = self._session.look(source) if source is not None else None
        if source is None or look is None:
            return ""
        graph, operator = self._session.graph, self._session.operator
        led_to = descendants(graph, [source.node])
        return look.cotangent if any(operator(node).kind is Kind.HIGHER_ORDER for node in led_to) else ""

    def _ask_contour(self, x: tuple[str, int], y: tuple[str, int], bounds: tuple[float, ...]) -> None:
        session = self._session
        if session.has_engine and not session.stale:
            session.asks.ask_contour(x, y, bounds, session.runs.moment(0))

    def _contour_ready(self, _: int, contour: Contour) -> None:
        path = self.cards.get("path")
        if isinstance(path, PathCard) and not self._session.stale:
            path.set_contour(contour)


def places_of(
    count: int, width: int, height: int, least_width: int, least_height: int, gap: int
) -> tuple[list[QRect], int, int]:
    """Return where `count` cards lie, and the size of the whole: in as few rows as hold them all.

    Where not even as many rows as have room suffice, one row runs on to the right (a low panel) or rows run on
    downwards (a high one).
    """
    if count == 0:
        return [], width, height
    across = max(1, (width - gap) // (least_width + gap))
    room = max(1, (height - gap) // (least_height + gap))
    if -(-count // across) <= room:
        rows = -(-count // across)
        columns = -(-count // rows)
    else:
        columns = count if room == 1 else across
        rows = -(-count // columns)
    shared = min(columns, across)
    each_width = (width - gap) // shared - gap
    each_height = max(least_height, (height - gap) // min(rows, room) - gap)
    last = count - (rows - 1) * columns
    places = []
    for k in range(count):
        row, column = divmod(k, columns)
        wide = each_width
        if rows > 1 and row == rows - 1 and last < columns:  # a short last row fills the width as well
            wide = (width - gap) // last - gap
        places.append(QRect(gap + column * (wide + gap), gap + row * (each_height + gap), wide, each_height))
    return places, max(width, gap + columns * (each_width + gap)), max(height, gap + rows * (each_height + gap))
