"""Panels that give way: where a window is too narrow or too low for its text, and where there is nothing to plot, they
are set aside, so that the canvas keeps its room. What the person wants to be shown is remembered, and comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget

from app.plots.views import ViewCard
from app.theme import appearance

if TYPE_CHECKING:
    from app.workspace import Workspace

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
SIDES: Final = (LEFT, RIGHT)
"""The first gives way first: what it offers the Tab key offers too."""
CANVAS: Final = QSize(360, 190)
"""What the canvas has at the least, at scale 1, before panels give way to it."""
RAIL: Final = 30
"""How wide a rail is that stands for panels set aside, at scale 1."""
WIDTHS: Final = {"palette": (150, 204), "inspector": (240, 306)}
"""The least width of a panel's column and the one it is given, at scale 1; others are as wide as the inspector."""
HEIGHT: Final = 268
WIDEST, HIGHEST = 0.30, 0.43
"""The part of the window that a panel is given at most, if its contents can do with it."""
RUNNING: Final = ("starting", "running")

PLOTS: Final = "plots"
NARROW, EMPTY, WITHHELD = "narrow", "empty", "withheld"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel that the person wants to be shown, where it is docked, and whether it has something to show."""

    name: str
    area: Qt.DockWidgetArea
    empty: bool = False


def extent(name: str, area: Qt.DockWidgetArea, room: QSize, scale: float) -> int:
    """Return how wide a panel is (how high, at the bottom) in a window of this size, unless the person resized it."""
    if area == BOTTOM:
        return min(round(HEIGHT * scale), round(room.height() * HIGHEST))
    least, given = WIDTHS.get(name, WIDTHS["inspector"])
    return max(round(least * scale), min(round(given * scale), round(room.width() * WIDEST)))


def yielding(panels: Sequence[Panel], room: QSize, scale: float, asked: Sequence[str] = ()) -> dict[str, str]:
    """Return the panels that give way and why: `room` is that of canvas and panels together.

    Those of a side go together. A panel that was asked for stays, whatever room is left, and the one asked for last
    stays longest; a panel without contents goes where nothing else is shown in its place.
    """
    by_area = {area: [p for p in panels if p.area == area] for area in (LEFT, RIGHT, BOTTOM)}
    widths = {s: max((extent(p.name, s, room, scale) for p in by_area[s]), default=0) for s in SIDES}

    def rank(side: Qt.DockWidgetArea) -> tuple[int, int]:
        latest = max((asked.index(p.name) for p in by_area[side] if p.name in asked), default=-1)
        return latest, SIDES.index(side)

    rail, needed, gone = round(RAIL * scale), CANVAS.width() * scale, list[Qt.DockWidgetArea]()
    last = next((name for name in reversed(asked) if any(p.name == name and p.area in SIDES for p in panels)), "")
    for side in sorted(SIDES, key=rank):
        if room.width() - sum(rail if s in gone else widths[s] for s in SIDES) >= needed:
            break
        if by_area[side] and last not in {p.name for p in by_area[side]}:
            gone.append(side)
    if len(gone) == len(SIDES) and room.width() - rail - widths[gone[0]] >= needed:
        gone.pop(0)  # it went for the sake of the other one, which had to go all the same
    found = {p.name: NARROW for side in gone for p in by_area[side]}
    bottom = by_area[BOTTOM]
    if not {p.name for p in bottom} & set(asked):
        high = max((extent(p.name, BOTTOM, room, scale) for p in bottom), default=0)
        if room.height() - high < CANVAS.height() * scale:
            found |= {p.name: NARROW for p in bottom}
        elif all(p.empty for p in bottom):
            found |= {p.name: EMPTY for p in bottom}
    return found


class Yielding(QObject):
    """Sets the panels of a workspace aside and brings them back. `begin` it once the workspace has its size."""

    changed = Signal()
    """`tabs` or what they say may be another."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._begun = False
        self.aside: dict[str, str] = {}
        """The panels that the person wants but that gave way, and why."""
        self.tabs: dict[str, tuple[Qt.DockWidgetArea, bool]] = {}
        """The panels that a rail stands for: where it is, and whether they are shown for the time being."""
        self._asked: list[str] = []
        self._declined: set[str] = set()
        self.withheld: frozenset[str] = frozenset()
        """Panels that a lesson does without for now."""
        self.cleared: frozenset[str] = frozenset()
        """Panels cleared away while presenting, but those that were asked for since."""
        self._emptied = False
        """Whether plots that are empty give way: from the moment a document is shown until there is one."""
        self._had_views = False
        self._room: tuple[QSize, float] | None = None
        self._sizes: dict[str, tuple[int, float]] = {}
        """How large panels were that were set aside, and at which scale."""
        self._front: set[str] = set()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.settle)
        appearance().changed.connect(self.soon)

    def begin(self) -> None:
        """The workspace has its size: panels give way from now on."""
        self._begun = True
        self.reopen()
        self.settle()

    def soon(self, *_: object) -> None:
        """Settle once the events that are due have come."""
        if self._begun:
            self._soon.start()

    # What the person does ---------------------------------------------------------------------------------------------

    def ask(self, name: str) -> None:
        """The person wants to see a panel: it is shown, and others give way to it where there is no room for both."""
        self._declined.discard(name)
        self.cleared -= {name}
        self._asked = [each for each in self._asked if each != name] + [name]
        self.soon()

    def dismiss(self, name: str) -> None:
        """The person has seen enough of a panel: it goes to its rail again if it stood in one, else away."""
        self._asked = [each for each in self._asked if each != name]
        if name in self.tabs:
            self._declined.add(name)
            self.aside[name] = NARROW
        self._workspace.docks[name].hide()
        self.soon()

    def withhold(self, names: frozenset[str]) -> None:
        """A lesson does without these panels, or (none) with all."""
        if names != self.withheld:
            self.withheld = names
            self.soon()

    def forget(self, aside: Sequence[str] = ()) -> None:
        """The panels were arranged anew; `aside` are those that gave way in that arrangement."""
        self.aside = dict.fromkeys(aside, NARROW)
        self._asked.clear()
        self._declined.clear()
        self.settle()

    def take_over(self, other: Yielding) -> None:
        """The panels were arranged as those of another document are."""
        kept = {name: why for name, why in self.aside.items() if name in self.withheld | self.cleared}
        self.aside = dict(other.aside) | kept
        self._asked = [name for name in other._asked if name != PLOTS]
        self._declined = other._declined - {PLOTS}
        self._sizes = dict(other._sizes)
        self.settle()

    def clear(self, on: bool) -> None:
        """Clear all panels away, or bring them back."""
        self.cleared = frozenset(self._workspace.docks) if on else frozenset()
        self.soon()

    # What happens -----------------------------------------------------------------------------------------------------

    def reopen(self) -> None:
        """Another document is shown: its plots give way where it has none."""
        self._emptied = True
        self._had_views = self._views()
        self._asked = [each for each in self._asked if each != PLOTS]
        self.soon()

    def contents_changed(self) -> None:
        """Plots came or went: those of views have something to show at once."""
        views = self._views()
        if views and not self._had_views:
            self._open_plots()
        self._had_views = views
        self.changed.emit()

    def run_state(self, state: str) -> None:
        """Plots are opened when a run starts, unless the person has closed them."""
        if state in RUNNING:
            self._open_plots()

    def _open_plots(self) -> None:
        self._emptied = False
        if PLOTS in self.aside and PLOTS not in self._declined:
            self.ask(PLOTS)

    def _views(self) -> bool:
        return any(isinstance(card, ViewCard) for card in self._workspace.plots.cards.values())

    # Setting aside ----------------------------------------------------------------------------------------------------

    def _panels(self) -> list[Panel]:
        space = self._workspace
        wanted = [name for name, dock in space.docks.items() if not dock.isHidden() or name in self.aside]
        docked = [name for name in wanted if not space.docks[name].isFloating()]
        bare = self._emptied and not space.plots.cards
        return [Panel(n, space.dockWidgetArea(space.docks[n]), n == PLOTS and bare) for n in docked]

    def settle(self) -> None:
        """Set aside what gives way, and bring back what has room again."""
        if not self._begun:
            return
        self._soon.stop()
        space, scale = self._workspace, appearance().scale
        panels, room = self._panels(), space.size()
        free = [panel for panel in panels if panel.name not in self.withheld | self.cleared]
        alone = yielding(free, room, scale)
        self._asked = [name for name in self._asked if name in alone or name == PLOTS]
        self._declined &= set(alone)
        goes = yielding(free, room, scale, self._asked) | {name: alone[name] for name in self._declined}
        goes |= {panel.name: WITHHELD for panel in panels if panel not in free}
        self._leave([panel for panel in panels if panel.name in goes and panel.name not in self.aside])
        came = [panel for panel in panels if panel.name in self.aside and panel.name not in goes]
        self.aside = goes
        for panel in panels:
            space.docks[panel.name].setVisible(panel.name not in goes)
        self._come(came, room, scale)
        if (room, scale) != self._room:
            self._room = (room, scale)
            self._squeeze([panel for panel in panels if panel.name not in goes], room, scale)
        self.tabs = {p.name: (p.area, p.name not in goes) for p in free if p.name in goes or p.name in alone}
        self.changed.emit()

    def _leave(self, panels: Sequence[Panel]) -> None:
        """Remember how large panels are that are about to be set aside, and which of them are in front."""
        scale = appearance().scale
        for panel in panels:
            dock = self._workspace.docks[panel.name]
            if dock.isVisible():
                self._sizes[panel.name] = (_extent_now(dock, panel.area), scale)
            front = self._workspace.panel_visible(panel.name)
            (self._front.add if front else self._front.discard)(panel.name)

    def _come(self, panels: Sequence[Panel], room: QSize, scale: float) -> None:
        """Give panels that are shown again the size they had, and put those in front that were."""
        for panel in panels:
            dock = self._workspace.docks[panel.name]
            size, then = self._sizes.get(panel.name, (0, 0.0))
            most = extent(panel.name, panel.area, room, scale)
            self._resize(dock, panel.area, size if then == scale and size else most)
            if panel.name in self._front:
                dock.raise_()

    def _squeeze(self, panels: Sequence[Panel], room: QSize, scale: float) -> None:
        """Where the window has become too small for panels that the person made large, make them usual again."""
        docks = [(panel, self._workspace.docks[panel.name]) for panel in panels]
        for areas, least, whole in (
            (SIDES, CANVAS.width(), room.width()),
            ((BOTTOM,), CANVAS.height(), room.height()),
        ):
            there = [(p, d, _extent_now(d, p.area)) for p, d in docks if p.area in areas and d.isVisible()]
            taken = sum(max((size for p, _, size in there if p.area == area), default=0) for area in areas)
            if whole - taken < least * scale:
                for panel, dock, size in there:
                    self._resize(dock, panel.area, min(size, extent(panel.name, panel.area, room, scale)))

    def _resize(self, dock: QDockWidget, area: Qt.DockWidgetArea, size: int) -> None:
        way = Qt.Orientation.Vertical if area == BOTTOM else Qt.Orientation.Horizontal
        self._workspace.resizeDocks([dock], [size], way)


def _extent_now(dock: QDockWidget, area: Qt.DockWidgetArea) -> int:
    return dock.height() if area == BOTTOM else dock.width()
