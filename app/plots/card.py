"""Card: a plot with its head, its legend and its menu. What it shows is up to its subclasses, one per kind of plot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
)

from app import fonts
from app.plots import export
from app.plots.area import PlotArea
from app.plots.legend import Legend, Pill
from app.theme import appearance
from app.words import tr


@dataclass(frozen=True, slots=True)
class Switch:
    """A choice in a card's menu that is on or off."""

    text: str
    on: Callable[[], bool]
    set: Callable[[bool], None]


class Elided(QLabel):
    """A label that gives way: its text ends in an ellipsis where there is no room.

    One of several parts (“a · b · c”) is left out whole instead, the last first, and the only one too.
    """

    def __init__(self, role: str, *, parts: bool = False) -> None:
        super().__init__()
        self._parts = parts
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def say(self, text: str) -> None:
        """Set the text, without a repaint where it is the same."""
        if text != self.text():
            self.setText(text)

    def minimumSizeHint(self) -> QSize:
        """Qt: room for the ellipsis."""
        return QSize(appearance().px(16), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the text elided."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, self.seen_text())

    def seen_text(self) -> str:
        """Return the text as far as there is room for it."""
        text, metrics = self.text(), self.fontMetrics()
        if not self._parts:
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
        while text and metrics.horizontalAdvance(text) > self.width():
            text = text.rpartition(" · ")[0]
        return text


class Dots(QAbstractButton):
    """Three dots that open the card's menu."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(f"Plot menu: {title}")
        self.setToolTip(tr("Axes, export"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.drawn = True
        """Whether it is seen: in a picture of the card there is nothing to press."""

    def sizeHint(self) -> QSize:
        """Qt: a square of 24 pixels."""
        return QSize(appearance().px(24), appearance().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the dots, on a fill while pointed at or focused."""
        if not self.drawn:
            return
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        active = self.underMouse() or self.hasFocus() or self.isDown()
        if active:
            painter.setBrush(QColor(look.theme.hover))
            painter.drawRoundedRect(QRectF(self.rect()), look.px(6), look.px(6))
        painter.setBrush(QColor(look.theme.text if active else look.theme.faint))
        middle = QRectF(self.rect()).center()
        for k in (-1, 0, 1):
            painter.drawEllipse(
                QRectF(
                    middle.x() + k * 5 * look.scale - 1.3 * look.scale,
                    middle.y() - 1.3 * look.scale,
                    2.6 * look.scale,
                    2.6 * look.scale,
                )
            )


class Card(QFrame):
    """A plot card. Subclasses say what is shown in `refresh`, and what is exported in `table`."""

    EMPTY: ClassVar[str] = "Nothing to show yet."
    """What to do so that there is something to show."""

    rest: ClassVar[float] = 0.055
    """Seconds between two drawings: fifteen a second look smooth, and leave the processor to the run."""

    enlarge_requested = Signal()
    """Show this card alone, or all again."""
    message = Signal(str)
    """One sentence: an export was written, or why not."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.title, self.subtitle = Elided("plot-title"), Elided("faint", parts=True)
        self.title.setText(title)
        self.setAccessibleName(f"Plot: {title}")
        self.menu_button = Dots(title)
        self.menu_button.clicked.connect(
            lambda: self.open_menu(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))
        )
        self.area = PlotArea()
        self.legend = Legend(self.area)
        self.legend.clicked.connect(self.toggle)
        self.legend.resized.connect(self._make_room)
        self.empty = QLabel(tr(self.EMPTY), self.area)
        self.empty.setProperty("role", "faint")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hidden: set[str] = set()
        """Keys of the curves that were clicked away; cards that share a legend share this too."""
        self.legend_elsewhere = False
        """Whether a legend shared with other cards names the curves."""
        self._head, self._box = QHBoxLayout(), QVBoxLayout(self)
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for widget, stretch in ((self.title, 0), (self.subtitle, 1), (self.menu_button, 0)):
            self._head.addWidget(widget, stretch)
        self.subtitle.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._box.addLayout(self._head)
        self._box.addWidget(self.area, 1)
        self.area.range_changed.connect(self.refresh)
        self.restyle()

    def restyle(self) -> None:
        """Take up theme and scale."""
        px = appearance().px
        self._box.setContentsMargins(px(14), px(8), px(4), px(8))
        self._box.setSpacing(px(2))
        self._head.setSpacing(px(8))
        self.title.setFont(fonts.sans("body", appearance().scale, strong=True))
        self.subtitle.setFont(fonts.sans("small", appearance().scale))
        self.setMinimumSize(px(228), px(112))
        self.area.place()
        self.legend.lay_out()

    def _make_room(self) -> None:
        self.area.top_room = self.legend.room
        self.area.place()

    # What it shows ----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw what there is now."""

    def table(self) -> Mapping[str, NDArray[Any]]:
        """Return the columns that are drawn, by name, for export as CSV."""
        return {}

    def switches(self) -> Sequence[Switch]:
        """Return the choices of the menu."""
        return ()

    def set_legend(self, pills: Sequence[Pill]) -> None:
        """Name these curves, unless a shared legend does."""
        self.legend.set_pills(() if self.legend_elsewhere else pills)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Show the card as it has to be outside of the panel: with a legend of its own, without its menu."""
        self.area.read_at(None)
        self.menu_button.drawn = False
        elsewhere, self.legend_elsewhere = self.legend_elsewhere, False
        if elsewhere:
            self.refresh()
        try:
            yield
        finally:
            self.menu_button.drawn = True
            self.legend_elsewhere = elsewhere
            if elsewhere:
                self.refresh()

    def set_empty(self, empty: bool, sentence: str = "") -> None:
        """Show what to do instead of a plot without data."""
        if empty:
            self.empty.setText(tr(sentence or self.EMPTY))
        if self.empty.isHidden() == empty:
            self.empty.setVisible(empty)
        self.area.blank = empty
        if empty:
            self.legend.set_pills(())

    def toggle(self, key: str) -> None:
        """Show or hide a curve."""
        self.hidden ^= {key}
        self.refresh()

    # Menu and export --------------------------------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """Return the card's menu."""
        menu = QMenu(self)
        for switch in self.switches():
            action = menu.addAction(switch.text)
            action.setCheckable(True)
            action.setChecked(switch.on())
            action.toggled.connect(switch.set)
        if menu.actions():
            menu.addSeparator()
        menu.addAction(tr("Show everything"), self.area.follow).setEnabled(not self.area.following)
        menu.addAction(tr("Enlarge or put back"), self.enlarge_requested.emit)
        menu.addSeparator()
        for text, suffix in (("Export as PNG…", "png"), ("Export as SVG…", "svg"), ("Export data as CSV…", "csv")):
            menu.addAction(text, lambda suffix=suffix: self._ask_and_export(suffix))
        return menu

    def open_menu(self, place: QPoint) -> None:
        """Open the menu at a place of the screen."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _ask_and_export(self, suffix: str) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export plot", f"{self.title.text()}.{suffix}", f"*.{suffix}")
        if name:
            self.export(Path(name))

    def export(self, path: Path) -> None:
        """Write the card as .png or .svg, or its data as .csv; `message` says what came of it."""
        with self.alone():
            said = export.EXPORTS[path.suffix.lower()](self, path)
        self.message.emit(said)

    # Qt ---------------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: legend and empty text follow the area."""
        super().resizeEvent(event)
        self._box.activate()
        margin = appearance().px(24)
        self.empty.setGeometry(self.area.rect().adjusted(margin, 0, -margin, 0))
        self.legend.lay_out()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: the menu at the mouse."""
        self.open_menu(event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: a double click on the head enlarges the card."""
        if event.position().y() < self.area.y():
            self.enlarge_requested.emit()
