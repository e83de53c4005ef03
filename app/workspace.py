"""The workspace: the canvas in the middle, and the panels around it as docks that can be hidden, moved and put back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QTabBar, QTabWidget, QToolButton, QWidget

from app.assets import asset
from app.canvas import Canvas, menus
from app.landscape.book import RunBook
from app.landscape.later import Later
from app.landscape.panel import LandscapePanel
from app.landscape.runs_panel import RunsPanel
from app.landscape.source import Landscape
from app.panels.code import CodePanel
from app.panels.compare import ComparePanel
from app.panels.history import HistoryPanel
from app.panels.inspector import Inspector
from app.panels.inspector_parts import label
from app.panels.palette import Palette
from app.panels.plots import PlotPanel
from app.panels.problems import Problems
from app.panes import Panes
from app.session import Session
from app.stepping.panel import StepsPanel
from app.tensors.desk import TensorDesk
from app.theme import appearance
from app.twin.panel import Twin
from app.words import tr
from app.yielding import BOTTOM, LEFT, RIGHT, Yielding, extent

LAYOUT = 4
"""Counts arrangements of docks: what was kept for another one is not restored."""

PLACES = {
    "palette": LEFT, "inspector": RIGHT, "plots": BOTTOM, "problems": BOTTOM, "outline": BOTTOM, "code": BOTTOM,
    "compare": BOTTOM, "history": RIGHT, "steps": BOTTOM,
    "landscape": BOTTOM, "runs": BOTTOM,
}  # fmt: skip
TITLES = {
    "palette": "Operators", "outline": "Outline", "inspector": "Inspector",
    "plots": "Plots", "problems": "Problems", "code": "Code and tape",
    "compare": "Compare approaches", "history": "History", "steps": "Steps",
    "landscape": "Loss landscape", "runs": "Runs",
}  # fmt: skip
BORN = QRect(0, 0, 100, 30)
"""Where Qt puts a widget that nobody has placed."""
AT_FIRST = ("palette", "inspector", "plots")
"""Panels that are shown at first."""


class DockTitle(QWidget):
    """What a panel is moved by: its name, and two buttons to let it float and to hide it."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        px, tone = appearance().px, "dark" if appearance().theme.dark else "light"
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(4), px(8), px(4))
        row.setSpacing(px(4))
        row.addWidget(label(dock.windowTitle(), "strong"), 1)
        for icon, name, act in (
            ("float", "Let it float, or put it back", lambda: dock.setFloating(not dock.isFloating())),
            ("close", "Hide", dock.hide),
        ):
            button = QToolButton()
            button.setIcon(QIcon(str(asset(f"icons/{icon}_{tone}.svg"))))
            button.setIconSize(QSize(px(14), px(14)))
            button.setToolTip(name)
            button.setAccessibleName(f"{name}: {dock.windowTitle()}")
            button.setCursor(Qt.CursorShape.ArrowCursor)
            button.clicked.connect(act)
            row.addWidget(button)


class Workspace(QMainWindow):
    """Canvas and docks of one session."""

    panels_changed = Signal()
    compare_requested = Signal()
    """Optimizers to compare are to be chosen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setDocumentMode(True)
        self.panes = Panes(session)
        self.operators = Palette(session.stock.library)
        session.stock.changed.connect(lambda: self.operators.show_library(session.stock.library))
        self.inspector = Inspector(session)
        self.plots = PlotPanel(session)
        self.problems = Problems(session)
        self.outline = Twin(session)
        self.outline.menu_requested.connect(lambda at: menus.open_at(self.canvas, at))
        self.code = CodePanel(session)
        self.compare = ComparePanel(session)
        self.history = HistoryPanel(session)
        self.steps = StepsPanel(session)
        self.terrain = Landscape(session)
        self.book = RunBook(session)
        self.book.follow_comparison(self.terrain.comparison)
        self._landscape = Later(lambda: self._made_landscape(session))
        self._runs = Later(lambda: RunsPanel(session, self.book))
        self.tensors = TensorDesk(session, self)
        self.setCentralWidget(self.panes)
        self.arranging = False
        self._sized = self._placed = False
        self._seen: frozenset[str] = frozenset()
        self._kept_state: QByteArray | None = None
        widgets = (
            self.operators, self.inspector, self.plots, self.problems, self.outline, self.code, self.compare,
            self.history, self.steps, self._landscape, self._runs,
        )  # fmt: skip
        self.docks = {name: self._dock(name, widget) for name, widget in zip(PLACES, widgets, strict=True)}
        # The side panels reach down only to the plots, which take the whole width.
        self.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        self.setCorner(Qt.Corner.BottomRightCorner, BOTTOM)
        self._arrange_first()
        self.yielding = Yielding(self)
        session.replaced.connect(self.yielding.reopen)
        session.run_state_changed.connect(self.yielding.run_state)
        self.plots.cards_changed.connect(self.yielding.contents_changed)

    @property
    def landscape(self) -> LandscapePanel:
        """The loss as a landscape; the panel is made when it is first asked for."""
        return self._landscape.panel

    @property
    def runs(self) -> RunsPanel:
        """The table of runs; the panel is made when it is first asked for."""
        return self._runs.panel

    def _made_landscape(self, session: Session) -> LandscapePanel:
        made = LandscapePanel(session, self.terrain)
        made.compare_requested.connect(self.compare_requested)
        return made

    def stop(self) -> None:
        """Draw and run nothing more: the document closes."""
        self.plots.stop()
        self.terrain.stop()
        if self._runs.made is not None:
            self._runs.made.stop()

    @property
    def canvas(self) -> Canvas:
        """The canvas that is worked on."""
        return self.panes.current

    def _dock(self, name: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(tr(TITLES[name]), self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetClosable
            | QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        dock.setTitleBarWidget(QWidget())
        dock.visibilityChanged.connect(lambda seen: self._seen_changed(name, seen))
        dock.topLevelChanged.connect(lambda _: self._show_titles())
        return dock

    def _arrange_first(self) -> None:
        for name, dock in self.docks.items():
            dock.setFloating(False)
            self.addDockWidget(PLACES[name], dock)
            dock.setVisible(name in AT_FIRST)
        for first, second in (
            ("plots", "problems"),
            ("problems", "outline"),
            ("outline", "code"),
            ("code", "compare"),
            ("compare", "steps"),
            ("steps", "landscape"),
            ("landscape", "runs"),
        ):
            self.tabifyDockWidget(self.docks[first], self.docks[second])
        self.tabifyDockWidget(self.docks["inspector"], self.docks["history"])
        self.docks["palette"].raise_()
        self.docks["plots"].raise_()
        self._stow_tab_bars()

    def _stow_tab_bars(self) -> None:
        """Put tab bars that Qt has not placed yet out of sight, as it does with those that it has no use for.

        One that another arrangement does without before it is placed would stay where it was born, over the canvas.
        """
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if bar.geometry() == BORN:
                bar.move(-bar.width(), -bar.height())

    def restore_panels(self) -> None:
        """Put the panels where they are at first."""
        self._arrange_first()
        self.scale_panels()
        self.yielding.forget()
        self.panels_changed.emit()

    def scale_panels(self) -> None:
        """Give the panels their first sizes at the scale in force."""
        for name in AT_FIRST:
            way = Qt.Orientation.Vertical if PLACES[name] == BOTTOM else Qt.Orientation.Horizontal
            self.resizeDocks([self.docks[name]], [extent(name, PLACES[name], self.size(), appearance().scale)], way)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: docks take their sizes only once they are shown."""
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            QTimer.singleShot(0, self, self._size_first)

    def _size_first(self) -> None:
        if self._kept_state is None:
            self.scale_panels()
        else:
            self.restoreState(self._kept_state, LAYOUT)
        self._placed = True
        self.yielding.begin()
        QTimer.singleShot(0, self.canvas, self.canvas.fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: panels give way where there is little room."""
        super().resizeEvent(event)
        self.yielding.soon()

    def show_panel(self, name: str) -> None:
        """Show a panel, in front of those it shares a place with."""
        self.yielding.ask(name)
        self.docks[name].show()
        self.docks[name].raise_()

    def make_room(self, name: str, height: int) -> None:
        """Give a panel at the bottom at least this height at scale 1, up to half of what there is."""
        wanted = min(appearance().px(height), self.height() // 2)
        if self.docks[name].height() < wanted and not self.docks[name].isFloating():
            self.resizeDocks([self.docks[name]], [wanted], Qt.Orientation.Vertical)

    def toggle_panel(self, name: str) -> None:
        """Show a panel, or hide it where it is in front already."""
        if self.panel_visible(name):
            self.yielding.dismiss(name)
        else:
            self.show_panel(name)

    def panel_visible(self, name: str) -> bool:
        """Return whether a panel can be seen: shown, and in front of those it shares a place with."""
        return name in self._seen and not self.docks[name].isHidden()

    def _seen_changed(self, name: str, seen: bool) -> None:
        self._seen = self._seen | {name} if seen else self._seen - {name}
        self.panels_changed.emit()

    def set_arranging(self, on: bool) -> None:
        """Show title bars on all panels, or only on floating ones."""
        self.arranging = on
        self._show_titles()
        self.panels_changed.emit()

    def _show_titles(self) -> None:
        for dock in self.docks.values():
            shown = self.arranging or dock.isFloating()
            old = dock.titleBarWidget()
            if isinstance(old, DockTitle) != shown:
                dock.setTitleBarWidget(DockTitle(dock) if shown else QWidget())
                old.deleteLater()

    def state(self) -> tuple[str, int]:
        """Return the docks' arrangement for the settings."""
        return bytes(self.saveState(LAYOUT).toBase64().data()).decode(), LAYOUT

    def restore(self, docks: str, layout: int, aside: Sequence[str] = ()) -> None:
        """Arrange the docks as they were left; `aside` are those that had given way."""
        state = QByteArray.fromBase64(docks.encode())
        if docks and layout == LAYOUT and self.restoreState(state, LAYOUT):
            self._stow_tab_bars()
            # Docks take their sizes only once they are shown, so that it is done again then.
            self._kept_state = state
            self._show_titles()
            self.yielding.forget([name for name in aside if name in self.docks])

    def take_over(self, other: Workspace) -> None:
        """Arrange the panels as those of another document are arranged."""
        if self.arranging != other.arranging:
            self.set_arranging(other.arranging)
        if not other._placed:
            self._kept_state = other._kept_state  # its panels have not taken their sizes yet
            for name, dock in other.docks.items():
                self.docks[name].setHidden(dock.isHidden())
        elif self.state() != other.state():
            self.restore(*other.state())
        self.yielding.take_over(other.yielding)
