"""What a step points at: a ring around a node, a socket, a panel or a command's button; and where that is out of sight,
an arrow at the canvas' edge that points the way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import fonts
from app.actions import BY_ID
from app.focus_ring import seen
from app.lessons.wire_fields import socket_of
from app.theme import appearance, faded
from app.words import tr

if TYPE_CHECKING:
    from app.page import Page
    from app.window import Window

EVERY: Final = 100
"""Milliseconds between two looks at where it is: panels move, nodes are dragged."""
MARGIN: Final = 7
SOCKET: Final = 15
"""Half the side of what is ringed around a socket, in scene units."""


class Found(NamedTuple):
    """Where a target is, in the window's pixels; `away` says from where the arrow points to it where it is not seen."""

    rect: QRect
    away: bool = False


class Pointer(QWidget):
    """Lies over the window; the mouse goes through. Its ring is drawn in the text's and the canvas' colour, so that it
    shows on everything in every theme; blue and orange are left to values and derivatives."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.found: Found | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("What the step points at"))
        self._name = ""
        self.hide()

    def show_at(self, found: Found | None, name: str) -> None:
        """Point there, or nowhere."""
        if (found, name) != (self.found, self._name):
            self.found, self._name = found, name
            self.setVisible(found is not None)
            if found is not None:
                margin = appearance().px(MARGIN)
                self.setGeometry(found.rect.adjusted(-margin, -margin, margin, margin))
                self.raise_()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the ring, or the arrow."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        radius = min(look.px(11), rect.height() / 2)
        if self.found is None or not self.found.away:
            painter.setPen(QPen(faded(look.theme.canvas, 0.9), look.px(6)))
            painter.drawRoundedRect(rect, radius, radius)
            painter.setPen(QPen(QColor(look.theme.text), max(2.5, 2.5 * look.scale)))
            painter.drawRoundedRect(rect, radius, radius)
            return
        painter.setPen(QPen(QColor(look.theme.canvas), 2))
        painter.setBrush(QColor(look.theme.text))
        painter.drawRoundedRect(rect, radius, radius)
        painter.setPen(QColor(look.theme.canvas))
        painter.setFont(fonts.sans("small", look.scale, strong=True))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._name)


class Chip(Pointer):
    """The arrow at the canvas' edge: where it points to, and the name of what is there."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._angle = 0.0
        self.setAccessibleName(tr("Where the step points to"))

    def show_from(self, room: QRect, target: QPointF, name: str) -> None:
        """Stand at the edge of a room, on the way from its middle to a point outside of it."""
        px, metrics = appearance().px, self.fontMetrics()
        size = QPoint(metrics.horizontalAdvance(name) + px(52), px(34))
        inner = QRectF(room).adjusted(size.x() / 2 + 8, size.y() / 2 + 8, -size.x() / 2 - 8, -size.y() / 2 - 8)
        x = min(max(target.x(), inner.left()), inner.right())
        y = min(max(target.y(), inner.top()), inner.bottom())
        self._angle = math.atan2(target.y() - y, target.x() - x)
        rect = QRect(round(x - size.x() / 2), round(y - size.y() / 2), size.x(), size.y())
        self.show_at(Found(rect, True), name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the name and the arrow."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(7, 7, -7, -7)
        painter.setPen(QPen(QColor(look.theme.canvas), 2))
        painter.setBrush(QColor(look.theme.text))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setFont(fonts.sans("small", look.scale, strong=True))
        painter.setPen(QColor(look.theme.canvas))
        painter.drawText(rect.adjusted(look.px(30), 0, -look.px(8), 0), Qt.AlignmentFlag.AlignVCenter, self._name)
        painter.translate(rect.left() + look.px(18), rect.center().y())
        painter.rotate(math.degrees(self._angle))
        arrow, r = QPainterPath(), look.px(7)
        arrow.moveTo(r, 0)
        arrow.lineTo(-r * 0.7, -r * 0.75)
        arrow.lineTo(-r * 0.7, r * 0.75)
        arrow.closeSubpath()
        painter.fillPath(arrow, QColor(look.theme.canvas))


class Pointing:
    """Keeps ring and arrow where the target of a step is, on one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.target = ""
        self._ring: Pointer | None = None
        self._chip: Chip | None = None
        self._timer = QTimer(page, interval=EVERY)
        self._timer.timeout.connect(self.settle)
        for canvas in (page.canvas,):
            canvas.zoom_changed.connect(self.settle)
        page.session.changed.connect(self.settle)

    def point_at(self, target: str) -> None:
        """Point at a target as lessons name them; "" at nothing."""
        self.target = target
        self._timer.start() if target else self._timer.stop()
        self.settle()

    @property
    def rect(self) -> QRect | None:
        """What is ringed, in the window's pixels; None where nothing is, or it is out of sight."""
        return self._ring.found.rect if self._ring is not None and self._ring.found is not None else None

    @property
    def away(self) -> bool:
        """Whether an arrow points to it."""
        return self._chip is not None and self._chip.found is not None

    def _dressed(self) -> tuple[Pointer, Chip]:
        window = self._page.window()
        if self._ring is None or self._chip is None or self._ring.parent() is not window:
            for old in (self._ring, self._chip):
                if old is not None:
                    old.hide()
                    old.deleteLater()
            self._ring, self._chip = Pointer(window), Chip(window)
        return self._ring, self._chip

    def settle(self, *_: object) -> None:
        """Point to where the target is now."""
        if not self.target and self._ring is None:
            return
        ring, chip = self._dressed()
        page = self._page
        if not self.target or not page.isVisible():
            ring.show_at(None, "")
            chip.show_at(None, "")
            return
        kind, _, name = self.target.partition(":")
        if kind in ("panel", "command") and name:
            rect = _panel(page, name) if kind == "panel" else _button(page, name)
            ring.show_at(Found(rect) if rect is not None else None, "")
            chip.show_at(None, "")
        else:
            self._on_canvas(ring, chip)

    def _on_canvas(self, ring: Pointer, chip: Chip) -> None:
        canvas = self._page.canvas
        rect, socket = self._scene_rect(), socket_of(self.target)
        corner = canvas.mapTo(self._page.window(), QPoint(0, 0))
        room = QRect(corner, canvas.size())
        if rect is None:
            ring.show_at(None, "")
            there = socket.node in self._page.session.graph.nodes
            where = QPointF(room.center().x(), room.top() - 100.0)  # in another body: the way up
            chip.show_from(room, where, self._page.session.label(socket.node)) if there else chip.show_at(None, "")
            return
        view = canvas.camera.rect_to_view(rect).toAlignedRect()
        visible = view.intersected(canvas.rect())
        if visible.width() * visible.height() * 3 >= view.width() * view.height():
            ring.show_at(Found(visible.translated(corner)), "")
            chip.show_at(None, "")
        else:
            ring.show_at(None, "")
            name = self._page.session.label(socket.node)
            chip.show_from(room, QPointF(view.center() + corner), name)

    def _scene_rect(self) -> QRectF | None:
        canvas, socket = self._page.canvas, socket_of(self.target)
        item = canvas.scene.nodes.get(socket.node)
        if item is None:
            return None
        if socket.name:
            for output in (True, False):
                rows = item.face.outputs if output else item.face.inputs
                if any(each.name == socket.name for each in rows):
                    at = item.point(socket.name, output=output)
                    return QRectF(at.x() - SOCKET, at.y() - SOCKET, 2 * SOCKET, 2 * SOCKET)
        return item.rect

    def show_target(self) -> None:
        """Bring the target into sight: go to the node, show the panel."""
        page = self._page
        kind, _, name = self.target.partition(":")
        if kind == "panel" and name in page.workspace.docks:
            page.workspace.show_panel(name)
        self.show_node()
        self.settle()

    def bring(self) -> None:
        """Bring the target into sight, where it is not: a whole graph that is seen stays in sight."""
        if self.target.partition(":")[0] in ("panel", "command"):
            self.show_target()
        else:
            self.bring_node()

    def bring_node(self) -> None:
        """Go to the node, where the target is one or at one, and cannot be seen."""
        self.settle()
        if self.rect is None:
            self.show_node()
            self.settle()

    def show_node(self) -> None:
        """Go to the node, where the target is one or at one."""
        page, node = self._page, socket_of(self.target).node
        there = page.session.graph.nodes.get(node)
        if there is not None and there.inside != page.canvas.scene.body:
            page.session.reveal(node)
        elif there is not None:
            page.canvas.reveal(node)

    def close(self) -> None:
        """Point at nothing any more."""
        self.point_at("")
        for each in (self._ring, self._chip):
            if each is not None:
                each.hide()
                each.deleteLater()
        self._ring = self._chip = None


def _panel(page: Page, name: str) -> QRect | None:
    found: QWidget | None = {"canvas": page.canvas, "run_bar": page.run_bar, "run": page.run_bar}.get(name)
    dock = page.workspace.docks.get(name)
    if dock is not None and page.workspace.panel_visible(name):
        found = dock.widget()
    margin = appearance().px(MARGIN)
    rect = seen(found) if found is not None and found.window() is page.window() else QRect()
    return rect.adjusted(margin, margin, -margin, -margin) if not rect.isEmpty() else None


def _button(page: Page, command: str) -> QRect | None:
    """Return where a button that gives a command is; None where none can be seen."""
    window = page.window()
    for each in window.findChildren(QWidget):
        if each.property("command") == command and (rect := seen(each)).isValid() and not rect.isEmpty():
            return rect
    return None


def told(target: str, window: Window) -> str:
    """Return in words what a target is where it has no place of its own: a command, by its menu and keys."""
    kind, _, name = target.partition(":")
    if kind == "command" and name in BY_ID:
        command, keys = BY_ID[name], window.actions_table.keys_text(name)
        return f"{command.menu} ▸ {command.text.rstrip('…')}" + (f"  ({keys})" if keys else "")
    return ""
