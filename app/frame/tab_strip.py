"""The strip of tabs: one for each document of the window, a way to the start page, and one to an empty document.

It is hidden as long as there is only one document, whose name stands in the top bar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QIcon,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QTabBar, QWidget

from app.frame.glyphs import Glyph, cross, house, plus
from app.theme import appearance
from app.tips import gives, tip
from app.words import tr

if TYPE_CHECKING:
    from app.page import Page
    from app.window import Window

HEIGHT = 34
TORN_AT = 28
"""Pixels beside the strip at which a dragged tab is torn off."""
RUNNING = ("starting", "running")


class CloseMark(Glyph):
    """Closes a tab; while the document is not saved it shows a dot until it is pointed at."""

    def __init__(self) -> None:
        super().__init__("Close", cross, 20)
        self.unsaved = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: a dot, or the cross."""
        if not self.unsaved or self.underMouse():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(appearance().theme.text))
        reach = 3.6 * appearance().scale
        painter.drawEllipse(QRectF(self.rect()).center(), reach, reach)


class Tabs(QTabBar):
    """The tabs. Dragging moves one along, and out of the strip tears it off; the middle button closes."""

    close_requested = Signal(int)
    torn = Signal(int, QPoint)
    menu_requested = Signal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "documents")
        self.setAccessibleName(tr("Documents"))
        self.setMovable(True)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUsesScrollButtons(True)
        self.setAutoHide(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._held = -1
        self.currentChanged.connect(self._follow_held)

    def _follow_held(self, index: int) -> None:
        if self._held >= 0:
            self._held = index

    def tabSizeHint(self, index: int) -> QSize:
        """Qt: neither a stub nor half the window."""
        look, hint = appearance(), super().tabSizeHint(index)
        return QSize(min(max(hint.width() + look.px(8), look.px(112)), look.px(248)), look.px(HEIGHT))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Qt: a few letters and the cross."""
        return QSize(appearance().px(84), appearance().px(HEIGHT))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: take hold of a tab."""
        super().mousePressEvent(event)
        self._held = self.tabAt(event.position().toPoint()) if event.button() == Qt.MouseButton.LeftButton else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: along the strip the tab moves; out of it the pointer says that it would be torn off."""
        super().mouseMoveEvent(event)
        if self._held >= 0:
            out = self._outside(event.position())
            self.setCursor(Qt.CursorShape.DragMoveCursor if out else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: let go; the middle button closes the tab under it."""
        super().mouseReleaseEvent(event)
        held, self._held = self._held, -1
        self.unsetCursor()
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton and self.tabAt(at.toPoint()) >= 0:
            self.close_requested.emit(self.tabAt(at.toPoint()))
        elif held >= 0 and event.button() == Qt.MouseButton.LeftButton and self._outside(at):
            self.torn.emit(self.currentIndex(), event.globalPosition().toPoint())

    def _outside(self, at: QPointF) -> bool:
        reach = appearance().px(TORN_AT)
        return (
            not QRectF(self.parentWidget().rect())
            .translated(-self.pos().x(), 0)
            .adjusted(-reach, -reach, reach, reach)
            .contains(at)
        )

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: the menu of a tab."""
        index = self.tabAt(event.pos())
        if index >= 0:
            self.menu_requested.emit(index, event.globalPos())


class TabStrip(QWidget):
    """The strip of a window; it follows the window's documents by `refresh`."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._pages: list[Page] = []
        self.setProperty("role", "tabs")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.home = Glyph("Start page", house)
        self.home.setCheckable(True)
        self.home.clicked.connect(lambda: window.show_start())
        self.tabs = Tabs()
        self.more = Glyph("New graph", plus)
        gives(self.more, "new", tr("New graph"))
        self.more.clicked.connect(lambda: window.new())
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.home)
        self._row.addWidget(self.tabs)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.tabs.tabBarClicked.connect(lambda index: self._chosen(index))
        self.tabs.currentChanged.connect(lambda index: self._chosen(index))
        self.tabs.tabMoved.connect(self._moved)
        self.tabs.close_requested.connect(lambda index: window.close_page(self._pages[index]))
        self.tabs.torn.connect(self._torn)
        self.tabs.menu_requested.connect(self._open_menu)
        appearance().changed.connect(self._restyled)
        self._restyled()

    def _restyled(self) -> None:
        px = appearance().px
        self._row.setContentsMargins(px(8), 0, px(8), 0)
        self._row.setSpacing(px(4))
        self.setFixedHeight(px(HEIGHT))
        self.tabs.setIconSize(QSize(px(12), px(12)))

    def refresh(self) -> None:
        """Show the window's documents as they are now."""
        window = self._window
        self.tabs.blockSignals(True)
        if self._pages != window.document_pages:
            self._rebuild(list(window.document_pages))
        for index, page in enumerate(self._pages):
            self._describe(index, page)
        self.tabs.setCurrentIndex(self._pages.index(window.page))
        self.tabs.blockSignals(False)
        if self.tabs.property("away") is not (not window.editing):
            self.tabs.setProperty("away", not window.editing)
            self.tabs.style().unpolish(self.tabs)
            self.tabs.style().polish(self.tabs)
        self.home.setChecked(not window.editing)
        some = any(not page.blank for page in self._pages)
        self.setVisible(len(self._pages) > 1 or (some and not window.editing))

    def _rebuild(self, pages: list[Page]) -> None:
        while self.tabs.count():
            self.tabs.removeTab(self.tabs.count() - 1)
        self._pages = pages
        for index in range(len(pages)):
            self.tabs.addTab("")
            mark = CloseMark()
            mark.clicked.connect(lambda _=False, mark=mark: self._close(mark))
            self.tabs.setTabButton(index, QTabBar.ButtonPosition.RightSide, mark)

    def _describe(self, index: int, page: Page) -> None:
        session, mark = page.session, self.mark(index)
        self.tabs.setTabText(index, session.title.replace("&", "&&"))
        state = "" if session.clean else "\nNot saved"
        self.tabs.setTabToolTip(index, tip(f"{session.path or 'Not saved yet'}{state}"))
        self.tabs.setTabIcon(index, _running_sign() if session.run_state in RUNNING else QIcon())
        self.tabs.setAccessibleTabName(index, session.title + (", not saved" if state else ""))
        if mark.unsaved != (not session.clean):
            mark.unsaved = not session.clean
            mark.update()

    def mark(self, index: int) -> CloseMark:
        """Return what closes a tab."""
        found = self.tabs.tabButton(index, QTabBar.ButtonPosition.RightSide)
        assert isinstance(found, CloseMark)  # noqa: S101 - narrows the type only
        return found

    def _close(self, mark: CloseMark) -> None:
        index = next(k for k in range(self.tabs.count()) if self.mark(k) is mark)
        self._window.close_page(self._pages[index])

    def _chosen(self, index: int) -> None:
        if 0 <= index < len(self._pages):
            self._window.show_page(self._pages[index])

    def _moved(self, source: int, target: int) -> None:
        for pages in (self._pages, self._window.document_pages):
            pages.insert(target, pages.pop(source))

    def _torn(self, index: int, at: QPoint) -> None:
        """A tab was dragged out: into the window under the pointer, else into one of its own."""
        page = self._pages[index]
        others = [w for w in self._window.family.windows if w is not self._window and w.isVisible()]
        target = next((w for w in others if w.frameGeometry().contains(at)), None)
        if target is not None:
            self._window.move_page(page, target)
        elif len(self._pages) > 1:
            made = self._window.move_page(page)
            made.move(at - QPoint(appearance().px(120), appearance().px(20)))

    def _open_menu(self, index: int, at: QPoint) -> None:
        window, page = self._window, self._pages[index]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        others = [each for each in self._pages if each is not page]
        right = self._pages[index + 1 :]
        path = page.session.path
        for text, act, possible in (
            ("Close", lambda: window.close_page(page), True),
            ("Close others", lambda: window.close_pages(others), bool(others)),
            ("Close those to the right", lambda: window.close_pages(right), bool(right)),
            ("Move to new window", lambda: window.move_page(page), bool(others)),
            ("Copy path", lambda: QGuiApplication.clipboard().setText(str(path)), path is not None),
        ):
            action = menu.addAction(text)
            action.setEnabled(possible)
            action.triggered.connect(lambda _=False, act=act: act())
        menu.popup(at)

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another font makes other tabs."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.tabs.updateGeometry()


def _running_sign() -> QIcon:
    """Return a small triangle in the colour of values: a run is on."""
    side = appearance().px(12)
    picture = QPixmap(side * 2, side * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(appearance().theme.value))
    s = float(side * 2)
    painter.drawPolygon(QPolygonF([QPointF(s * 0.2, s * 0.1), QPointF(s * 0.9, s * 0.5), QPointF(s * 0.2, s * 0.9)]))
    painter.end()
    picture.setDevicePixelRatio(2)
    return QIcon(picture)
