"""The top bar: menu and document on the left, the run in the middle, the search for commands on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app.canvas.bindings import bindings
from app.panels.inspector_parts import Elided, label
from app.run_bar import RunBar
from app.speech import announce
from app.theme import appearance
from app.tips import gives, tip
from app.words import tr

if TYPE_CHECKING:
    from app.session import Session
    from app.window import Window


LONGEST_NAME = 28
"""Letters of a node's name in a chip."""


class MenuButton(QAbstractButton):
    """Three short lines that open the menu."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Menu"))
        self.setToolTip(tr("Menu (F10)"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Qt: a square of 32 pixels."""
        return QSize(appearance().px(32), appearance().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the lines, on a fill while pointed at."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown() or self.hasFocus():
            painter.setPen(QPen(QColor(look.theme.value)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.theme.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), look.px(7), look.px(7))
        painter.setPen(
            QPen(QColor(look.theme.second), max(1.5, 1.6 * look.scale), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        )
        middle, half = self.rect().center(), look.px(7)
        for k in (-1, 0, 1):
            y = middle.y() + k * look.px(5)
            painter.drawLine(QPoint(middle.x() - half, y), QPoint(middle.x() + half, y))


class SearchButton(QAbstractButton):
    """Looks like a field: opens the list of all commands."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Search or command"))
        gives(self, "commands", tr("Find any command, operator or node"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Qt: wide enough for its text."""
        return QSize(appearance().px(196), appearance().px(32))

    def minimumSizeHint(self) -> QSize:
        """Qt: the keys alone."""
        return QSize(appearance().px(72), appearance().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw field, text and keys."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(look.theme.value if self.hasFocus() else look.theme.control)))
        painter.setBrush(QColor(look.theme.hover if self.underMouse() else look.theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), look.px(7), look.px(7))
        area = self.rect().adjusted(look.px(12), 0, -look.px(10), 0)
        painter.setPen(QColor(look.theme.faint))
        width, gap = painter.fontMetrics().horizontalAdvance, look.px(10)
        own = self.property("keys") or ""
        choices = (("Search or command", own), ("Search", own), ("Search", ""))
        fitting = (each for each in choices if width(each[0]) + gap + width(each[1]) <= area.width())
        text, keys = next(fitting, ("", own))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, text)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, keys)


class Title(Elided):
    """The document's name: the last part of the bar to give way, and never to nothing."""

    LEAST = 104

    def minimumSizeHint(self) -> QSize:
        """Qt: some words of it."""
        hint = super().sizeHint()
        return QSize(min(hint.width(), appearance().px(self.LEAST)), hint.height())


class TopBar(QWidget):
    """The bar. The middle stays in the middle of the window as long as there is room for it."""

    search_requested = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self.setProperty("role", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.menu_button = MenuButton()
        self.menu_button.clicked.connect(self.open_menu)
        self.title = Title("", "heading", align=Qt.AlignmentFlag.AlignLeft)
        self.place = Elided("", "faint", align=Qt.AlignmentFlag.AlignLeft)
        self.place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.run_bar: RunBar | None = None
        self.search = SearchButton()
        self.search.clicked.connect(self.search_requested)
        self._left, self._right = QHBoxLayout(), QHBoxLayout()
        self._left.addWidget(self.menu_button)
        self._left.addWidget(self.title)
        self._left.addWidget(self.place, 1)
        self._right.addStretch(1)
        self._right.addWidget(self.search)
        self._grid = QGridLayout(self)
        self._grid.addLayout(self._left, 0, 0)
        self._grid.addLayout(self._right, 0, 2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(2, 1)
        appearance().changed.connect(self._restyled)
        self._restyled()

    def _restyled(self) -> None:
        px = appearance().px
        self._grid.setContentsMargins(px(12), px(8), px(12), px(8))
        self._grid.setHorizontalSpacing(px(12))
        self._left.setSpacing(px(10))
        self.updateGeometry()

    def show_runs(self, run_bar: RunBar) -> None:
        """Put the run controls of another document into the middle; the ones before are hidden, and still theirs."""
        if self.run_bar is run_bar:
            return
        if self.run_bar is not None:
            self._grid.removeWidget(self.run_bar)
            self.run_bar.hide()
        self.run_bar = run_bar
        self._grid.addWidget(run_bar, 0, 1, Qt.AlignmentFlag.AlignCenter)

    def event(self, event: QEvent) -> bool:
        """Qt: the run controls take no more than is of use to them, so that the document's name has the rest."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize) and self.run_bar is not None:
            margins, spacing = self._grid.contentsMargins(), self._grid.horizontalSpacing()
            others = self._left.minimumSize().width() + self._right.minimumSize().width()
            room = self.width() - margins.left() - margins.right() - 2 * spacing - others
            self.run_bar.setMaximumWidth(max(self.run_bar.fitting(room), self.run_bar.minimumSizeHint().width()))
        return super().event(event)

    def refresh(self) -> None:
        """Show the document's name, and whether it is saved."""
        window, session = self._window, self._window.session
        editing = window.editing
        self.title.setText(session.title if editing else tr("Gradwire"))
        self.title.setToolTip(tip(str(session.path or "")))
        place = session.path.name if session.path else tr("not saved yet")
        self.place.setText("" if not editing else f"› {place}" + ("" if session.clean else "  · edited"))
        if self.run_bar is not None:
            self.run_bar.setVisible(editing)

    def open_menu(self) -> None:
        """Open the menu under its button."""
        menu = self._window.actions_table.main_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window.actions_table.refresh()
        menu.popup(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height() + appearance().px(4))))


class StatusLine(QWidget):
    """The bottom line: a hint or the last message on the left; problems, the meaning of the two colours, and saved on
    the right."""

    problems_clicked = Signal()
    MESSAGE_TIME = 9000

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setProperty("role", "status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.message = Elided(idle_hint(), "second", align=Qt.AlignmentFlag.AlignLeft)
        self.message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.problems = QPushButton()
        self.problems.setProperty("role", "chip")
        self.problems.clicked.connect(self.problems_clicked)
        self.value, self.derivative = QLabel(tr("values")), QLabel(tr("derivatives"))
        self.saved = label(tr("saved"), "second")
        self.lane = QPushButton()
        self.lane.setProperty("role", "chip")
        self.lane.setToolTip(tr("Whose values the wires show"))
        self.lane.clicked.connect(self._choose_lane)
        self._row = QHBoxLayout(self)
        for widget in (self.problems, self.message, self.lane, self.value, self.derivative, self.saved):
            self._row.addWidget(widget, 1 if widget is self.message else 0)
        self.value.setProperty("role", "legend-value")
        self.derivative.setProperty("role", "legend-derivative")
        self._back = QTimer(self, singleShot=True, interval=self.MESSAGE_TIME)
        self._back.timeout.connect(self._show)
        self._said, self._hint, self._acting = "", "", False
        session.message.connect(self.show_message)
        session.hinted.connect(self.show_hint)
        session.problems_changed.connect(self._refresh)
        session.path_changed.connect(self._refresh)
        session.replaced.connect(self._refresh)
        session.run_state_changed.connect(self._show_lane)
        session.lane_changed.connect(self._show_lane)
        session.replaced.connect(self._show_lane)
        appearance().changed.connect(self._restyled)
        self._restyled()
        self._refresh()
        self._show_lane()

    def _show_lane(self) -> None:
        lanes = self._session.lanes
        self.lane.setVisible(len(lanes) > 1)
        if len(lanes) > 1:
            name = lanes[min(self._session.lane, len(lanes) - 1)]
            shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
            self.lane.setText(f"values of {shown.replace('&', '&&')}  ▾")

    def _choose_lane(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, name in enumerate(self._session.lanes):
            action = menu.addAction(name, lambda number=number: self._session.set_lane(number))
            action.setCheckable(True)
            action.setChecked(number == self._session.lane)
        menu.popup(self.lane.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def show_message(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self._said = " ".join(sentence.split())
        announce(self, self._said)
        self._back.start()
        self._show()

    def show_hint(self, hint: str, acting: bool) -> None:
        """Show what may be done now: at once while a gesture goes on, else once the last message was up long enough."""
        self._hint, self._acting = hint, acting
        self._show()

    def _show(self) -> None:
        says = self._said if self._back.isActive() and not self._acting else tr(self._hint or idle_hint())
        if says != self.message.text():
            self.message.setText(says)
            self.message.setToolTip(tip(says))

    def _restyled(self) -> None:
        px = appearance().px
        self._row.setContentsMargins(px(14), px(3), px(14), px(3))
        self._row.setSpacing(px(14))
        self.setFixedHeight(px(32))  # also while no chip is shown: nothing else moves when one comes

    def _refresh(self) -> None:
        found = self._session.problems
        errors = sum(p.severity == "error" for p in found)
        self.problems.setVisible(bool(found))
        self.problems.setText(counted(errors, len(found) - errors))
        self.problems.setProperty("tone", "bad" if errors else "warning")
        self.problems.style().unpolish(self.problems)
        self.problems.style().polish(self.problems)
        kept = "saved" if self._session.path else ""  # an untitled one was not, and has nothing to save
        self.saved.setText(kept if self._session.clean else tr("not saved"))


def idle_hint() -> str:
    """Return what the status line says where nothing else is to be said."""
    add, run = bindings().shown("canvas_add"), bindings().shown("canvas_space")
    says = ("Drag from a socket to wire", f"{add} adds an operator here" * bool(add), f"{run} runs" * bool(run))
    return "  ·  ".join(filter(None, says))


def counted(errors: int, warnings: int) -> str:
    """Return "2 errors, 1 warning"."""
    parts = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return ", ".join(parts)
