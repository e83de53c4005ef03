"""Rails: strips at the edges of the window with the names of panels that gave way; a click brings one back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QGridLayout, QWidget

from app import fonts
from app.panels.inspector_parts import Elided
from app.theme import appearance
from app.words import tr
from app.workspace import TITLES, Workspace
from app.yielding import BOTTOM, LEFT, PLOTS, RAIL, RIGHT

EDGES: Final = {LEFT: "left", RIGHT: "right", BOTTOM: "bottom"}
PLACES: Final = {LEFT: (0, 0, 1, 1), RIGHT: (0, 2, 1, 1), BOTTOM: (1, 0, 1, 3)}
"""Row, column and how many of them, around the workspace, which is in the first row and second column."""


class RailTab(QAbstractButton):
    """A panel's name on a rail, upright at the sides; checked while the panel is shown."""

    def __init__(self, name: str, area: Qt.DockWidgetArea) -> None:
        super().__init__()
        self.name, self._area = name, area
        self.setText(tr(TITLES[name]))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"Panel: {TITLES[name]}")
        self.setToolTip(f"Show or hide the panel “{TITLES[name]}”; it gave way to the canvas")

    def sizeHint(self) -> QSize:
        """Qt: as long as the name."""
        look = appearance()
        metrics = QFontMetricsF(fonts.sans("small", look.scale))
        long, across = round(metrics.horizontalAdvance(self.text())) + look.px(24), look.px(RAIL - 4)
        return QSize(long, across) if self._area == BOTTOM else QSize(across, long)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the name; upwards on the left, downwards on the right."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus() or self.isChecked():
            painter.setPen(QPen(QColor(look.theme.value)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.theme.hover if self.underMouse() else look.theme.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), look.px(5), look.px(5))
        painter.setPen(QColor(look.theme.text if self.isChecked() or self.underMouse() else look.theme.second))
        painter.setFont(fonts.sans("small", look.scale))
        area = QRectF(self.rect())
        if self._area != BOTTOM:
            painter.translate(area.center())
            painter.rotate(-90 if self._area == LEFT else 90)
            area = QRectF(-area.height() / 2, -area.width() / 2, area.height(), area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.text())


class Rail(QWidget):
    """The panels of one edge that gave way. Without any it is not there."""

    def __init__(self, workspace: Workspace, area: Qt.DockWidgetArea) -> None:
        super().__init__()
        self._workspace, self._area = workspace, area
        self.tabs: dict[str, RailTab] = {}
        self.setProperty("role", "rail")
        self.setProperty("edge", EDGES[area])
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(f"Panels set aside, {EDGES[area]}")
        flat = area == BOTTOM
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight if flat else QBoxLayout.Direction.TopToBottom, self)
        self.hint = Elided("", "faint", align=Qt.AlignmentFlag.AlignLeft)
        self.hint.setVisible(False)
        if flat:
            self._row.addWidget(self.hint, 1)
        else:
            self._row.addStretch(1)
        workspace.yielding.changed.connect(self.refresh)
        appearance().changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Name the panels that gave way."""
        space, px = self._workspace, appearance().px
        here = {name: shown for name, (area, shown) in space.yielding.tabs.items() if area == self._area}
        for name in [name for name in self.tabs if name not in here]:
            tab = self.tabs.pop(name)
            self._row.removeWidget(tab)
            tab.hide()
            tab.deleteLater()
        for place, (name, shown) in enumerate(here.items()):
            if name not in self.tabs:
                self.tabs[name] = tab = RailTab(name, self._area)
                tab.clicked.connect(lambda _=False, name=name: space.toggle_panel(name))
                self._row.insertWidget(place, tab)
            self.tabs[name].setChecked(shown)
            self.tabs[name].updateGeometry()
        says = space.plots.waiting if self._area == BOTTOM and here.get(PLOTS) is False else ""
        self.hint.setText(tr(says))
        self.hint.setVisible(bool(says))
        flat = self._area == BOTTOM
        self._row.setContentsMargins(*((px(8), px(2), px(8), px(2)) if flat else (px(2), px(8), px(2), px(8))))
        self._row.setSpacing(px(8))
        (self.setFixedHeight if flat else self.setFixedWidth)(px(RAIL))
        self.setVisible(bool(here))


class Railed(QWidget):
    """A workspace with the rails of the panels that gave way around it."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        self.rails = {area: Rail(workspace, area) for area in EDGES}
        for area, rail in self.rails.items():
            grid.addWidget(rail, *PLACES[area])
        grid.addWidget(workspace, 0, 1)
        grid.setRowStretch(0, 1)
        grid.setColumnStretch(1, 1)
