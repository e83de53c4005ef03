"""Canvas: the widget that shows a session's graph and passes mouse and keys on to gestures and commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.canvas import (
    described,
    drops,
    hints,
    keys,
    landing,
    menus,
    note_text,
    tools,
)
from app.canvas.bindings import bindings
from app.canvas.crumbs import Crumbs
from app.canvas.editing import Editing
from app.canvas.geometry import Camera
from app.canvas.gestures import Gesture
from app.canvas.glide import Glide
from app.canvas.inks import Inks
from app.canvas.minimap import Minimap
from app.canvas.navigating import Navigating
from app.canvas.painting import Painting
from app.canvas.places import Places, Spot
from app.canvas.pointing import NOWHERE, Pointing
from app.canvas.progress import Progress
from app.canvas.pulse import Pulse
from app.canvas.scene import Scene
from app.canvas.wheel import Telling
from app.operator_tips import tip_at
from app.session import Session
from app.speech import announce
from app.stepping.on_canvas import StepMarks
from app.theme import appearance
from app.words import tr
from engine.document import Changed
from engine.graph import Socket

GLOW_TIME = 1100
"""Milliseconds a revealed node glows."""
REST_TIME = 120
"""Milliseconds after the last turn of the wheel at which a zoom is over."""


TURNING_TO = (
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.FocusIn, QEvent.Type.KeyPress,
    QEvent.Type.ContextMenu, QEvent.Type.Drop,
)  # fmt: skip
"""What makes one of two canvases the one that is worked on."""
SIDE_BUTTONS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: +1}
"""The buttons at the side of a mouse, and which way they go."""


class Canvas(Navigating, Pointing, QWidget):
    """The canvas. Everything it changes it changes through the session."""

    zoom_changed = Signal(float)
    wanted = Signal()
    """This canvas is turned to, of two on one document."""
    went = Signal()
    """It was taken elsewhere: back and forward may be possible."""
    body_shown = Signal()
    """Another body is shown."""
    help_requested = Signal(str)
    """The page of this operator is asked for."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.camera = Camera()
        self.gesture: Gesture | None = None
        self.stamp = 0
        """Counts changes of how anything looks but for the camera: the frame kept of one stamp may be shifted."""
        self.hover = NOWHERE
        self.glowing = ""
        self.found: frozenset[str] = frozenset()
        """Nodes that a search found: they are highlighted."""
        self.drop_at: QPointF | None = None
        self.goal: landing.Goal | None = None
        """The wire that would be led through what is being dragged."""
        self.space_held = False
        self.space_used = False
        """Whether the space bar is down, and whether it was used to pan since."""
        self.space_key: Qt.Key | None = None
        """The key that is down: the space bar, unless a person has chosen another."""
        self.held_keys: set[Qt.Key] = set()
        """Keys held that make of the left button another tool."""
        self.pointer = QPointF(-1, -1)
        self._fit_when_shown = True
        self.active = True
        """Whether it follows the session into bodies; of two canvases on one document one does."""
        self.glide = Glide(self)
        self.telling = Telling()
        self.places = Places()
        self._spots: dict[str, Spot] = {}
        """Where the camera was in each body, by its name, when it was left."""
        self._arrived: Spot | None = None
        """Where a body was entered: what is gone to from there at once is one jump with the entering."""
        self._travelling = False
        self._just_entered = False
        self.zooming = False
        self._rests = QTimer(self, singleShot=True, interval=REST_TIME)
        self._rests.timeout.connect(self._rested)
        self._glow_ends = QTimer(self, singleShot=True, interval=GLOW_TIME)
        self._glow_ends.timeout.connect(self._unglow)
        self.scene = Scene(session, self.update)
        session.size_of = self.scene.size_of
        self.ink = Inks(appearance().theme)
        self.painting = Painting(self)
        self.pulse = Pulse(self, super().update)
        self.progress = Progress(self)
        self.step_marks = StepMarks(self)
        self.editing = Editing(self)
        self.minimap = Minimap(self)
        self.crumbs = Crumbs(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMinimumSize(240, 160)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Graph canvas"))
        self._connect()
        self._restyled()
        self._describe()

    def _connect(self) -> None:
        session = self.session
        session.changed.connect(self._changed)
        session.replaced.connect(self._replaced)
        session.body_changed.connect(self._body_changed)
        session.selection_changed.connect(self._selected)
        session.types_changed.connect(self._values_changed)
        session.values_changed.connect(self._values_changed)
        session.problems_changed.connect(self._problems_changed)
        session.run_state_changed.connect(self._run_state_changed)
        session.overlays_changed.connect(self._look_again)
        session.holes_changed.connect(self._look_again)
        note_text.formulas().watch(self)
        session.profiler.changed.connect(self._look_again)
        session.slopes.changed.connect(self._look_again)
        session.watcher.badges_changed.connect(self._problems_changed)
        session.reveal_requested.connect(self._reveal_here)
        appearance().changed.connect(self._restyled)

    # Following the session -----------------------------------------------------------------------------------------

    def _reveal_here(self, node: str) -> None:
        if self.active:
            self.reveal(node)

    def _changed(self, changed: Changed) -> None:
        if not self.active and not self.session.has_body(self.scene.body):
            self.show_body("")
        self.scene.follow(changed)
        if self.gesture is not None and not self.gesture.outlives(changed):
            self._give_up()
        if changed.nodes and self.session.has_body(self.session.body):
            self.crumbs.refresh()
        self.minimap.settle()
        self.minimap.update()

    def _give_up(self) -> None:
        """End a gesture whose nodes, wires or notes were edited meanwhile: all is shown as the document has it."""
        self.gesture = self.goal = None
        self.scene.loose = frozenset()
        self.scene.rebuild(self.scene.body)
        self.point()

    def _replaced(self) -> None:
        self._spots.clear()
        self.places.clear()
        self._start_over(self.session.body)
        self.fit()

    def _body_changed(self) -> None:
        if self.active and self.session.body != self.scene.body:
            self.show_body(self.session.body)

    def show_body(self, body: str) -> None:
        """Show another body, as it was left, or fitted."""
        self.glide.finish()
        left = self._spots[self.scene.body] = self.standing
        if not self._travelling:
            self.places.jump(left)
        self._just_entered = True
        self._start_over(body)
        known = self._spots.get(body)
        if known is None:
            self.fit()
        else:
            self.set_view(self.view_at(known.middle, known.zoom))
        self._arrived = self.standing
        self.went.emit()

    def _start_over(self, body: str) -> None:
        """Show another graph, or another body of it."""
        self.gesture, self.goal, self.hover, self.glowing = None, None, NOWHERE, ""
        self.scene.loose = frozenset()
        self.scene.rebuild(body)
        self.crumbs.refresh()
        self.minimap.settle()
        self.point()
        self.update()
        self.body_shown.emit()

    def _values_changed(self) -> None:
        self.scene.read_values()

    def _problems_changed(self) -> None:
        self.scene.read_problems()

    def _run_state_changed(self, state: str) -> None:
        if state in ("starting", "running") and not self.pulse.active:
            self.pulse.start(len(self.scene.wires))

    def _selected(self) -> None:
        self._describe()
        self.update()

    def _restyled(self) -> None:
        look = appearance()
        middle = self.camera.to_scene(QPointF(self.width(), self.height()) / 2)
        self.camera.unit = look.scale
        self.camera.centre(middle, self.width(), self.height())
        self.ink = Inks(look.theme)
        self.painting.restyled()
        self.minimap.settle()
        self.crumbs.refresh()
        self.camera_moved()

    def _describe(self) -> None:
        """Say for screen readers what is selected (the outline panel has every node)."""
        told = described.description(self)
        self.setAccessibleDescription(told)
        if self.hasFocus():
            announce(self, told)

    # The camera ----------------------------------------------------------------------------------------------------

    def camera_moved(self) -> None:
        """Repaint after the camera moved: nothing else changed."""
        self.zoom_changed.emit(self.camera.zoom)
        self.minimap.settle()
        self.minimap.update()
        super().update()

    def update(self) -> None:  # type: ignore[override]
        """Repaint: something looks otherwise than before."""
        self.stamp += 1
        super().update()

    def _look_again(self) -> None:
        """Repaint, told by a signal. PySide leaves a signal on an overridden slot of Qt connected when the widget goes,
        so that `update` itself is connected to nothing."""
        self.update()

    def repaint_part(self, part: QRectF) -> None:
        """Repaint a part of the view in which what is painted over the frame has changed."""
        super().update(part.toAlignedRect().adjusted(-2, -2, 2, 2))

    def show_found(self, nodes: frozenset[str]) -> None:
        """Highlight these nodes, and no others."""
        if nodes != self.found:
            self.found = nodes
            self.update()

    def _unglow(self) -> None:
        self.glowing = ""
        self.update()

    # Commands (menus, keys and the window's actions call these) ------------------------------------------------------

    def copy(self) -> None:
        """Copy the selection to the clipboard."""
        text = self.session.copy()
        if text:
            QGuiApplication.clipboard().setText(text)

    def cut(self) -> None:
        """Copy the selection to the clipboard and remove it."""
        self.session.choose_carried()
        self.copy()
        self.session.remove_selected()

    def paste(self) -> None:
        """Insert what was copied, where the pointer is."""
        data, place = QGuiApplication.clipboard().mimeData(), self.pointer_place()
        if data is None:
            return
        if drops.files(data):
            drops.take_files(self, drops.files(data), self.camera.to_view(QPointF(place.x, place.y)))
        elif data.text():
            self.session.paste(data.text(), place)

    def add_note(self) -> None:
        """Add a note where the pointer is, or a frame around the selected nodes, and edit its text."""
        self.editing.add_note()

    def rename(self, node: str) -> None:
        """Edit the node's name where it stands."""
        self.editing.rename(node)

    def add_at(self, view_point: QPointF | None = None, socket: Socket | None = None, output: bool = True) -> None:
        """Offer the operators, and put the chosen one at a point of the canvas, wired to a given `socket`."""
        menus.quick_add(self, view_point, socket, output)

    # Painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: paint what is seen."""
        self.painting.paint()

    def sizeHint(self) -> QSize:
        """Qt: as large as there is room for."""
        return QSize(900, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: keep the middle in the middle."""
        old = event.oldSize()
        self.glide.finish()
        if self._fit_when_shown and self.isVisible():
            self._fit_when_shown = False
            self.fit()
        elif old.isValid():
            self.camera.origin -= (
                QPointF(self.width() - old.width(), self.height() - old.height()) / 2 / self.camera.factor
            )
        self.minimap.settle()
        self.crumbs.settle()
        self.camera_moved()

    def showEvent(self, event: QEvent) -> None:
        """Qt: fit the graph the first time there is a size to fit it to."""
        super().showEvent(event)  # type: ignore[arg-type]
        if self._fit_when_shown:
            self._fit_when_shown = False
            self.fit()

    # Mouse ----------------------------------------------------------------------------------------------------------

    def begin(self, gesture: Gesture | None) -> None:
        """Start a gesture; one still going on is cancelled."""
        if self.gesture is not None:
            self.gesture.cancel()
        self.gesture = gesture
        self.point()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: start the gesture that belongs to what is under the pointer."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._just_entered = False
        if event.button() in SIDE_BUTTONS:
            self.step_place(SIDE_BUTTONS[event.button()])
            return
        self.glide.finish()
        self.begin(self._gesture_for(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: follow the pointer."""
        self.pointer = event.position()
        if self.gesture is not None:
            self.gesture.move(event.position(), event.modifiers())
            return
        hover = self.what_is_at(event.position())
        if hover != self.hover:
            self.hover = hover
            self.point()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: finish the gesture."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.move(event.position(), event.modifiers())
            gesture.finish()
        self.hover = self.what_is_at(event.position())
        self.point()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: edit what is under the pointer; on nothing, offer the operators. Where the first of the two clicks went
        into a body, the second was not meant for what lies there."""
        if self._just_entered:
            self._just_entered = False
        elif event.button() == Qt.MouseButton.LeftButton and not self.editing.begin_at(event.position()):
            self.mousePressEvent(event)

    def point(self) -> None:
        """Give the pointer the form of what it would do, and tell what may be done."""
        self.session.hinted.emit(hints.hint(self), self.gesture is not None)
        if self.gesture is not None:
            self.setCursor(self.gesture.cursor)
        elif self.space_held:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self.hover.grip:
            self.setCursor(Qt.CursorShape.SizeFDiagCursor)
        elif self.hover.scrub:
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        elif self.hover.socket is not None or self.held_keys:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self.hover.wire is not None or self.hover.door is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: nothing is under the pointer any more."""
        self.hover, self.pointer = NOWHERE, QPointF(-1, -1)
        self.point()
        self.update()

    # Keys -----------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Qt: Tab belongs to the canvas while it does something there (Shift+Tab still leaves it); a pinch zooms."""
        if not self.active and event.type() in TURNING_TO:
            self.wanted.emit()
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and event.key() == Qt.Key.Key_Tab and bindings().of(event) is not None:
            self.keyPressEvent(event)
            return True
        if isinstance(event, QNativeGestureEvent) and self.pinched(event):
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip_at(self, self.what_is_at(QPointF(event.pos()))), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: keys.py has the table."""
        keys.hold(self, event)
        if not keys.press(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Qt: the space bar let go."""
        if not event.isAutoRepeat():
            tools.key_released(self, Qt.Key(event.key()))
        if not keys.release(self, event):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt: keys held are not held any more."""
        self.space_held, self.space_key = False, None
        self.held_keys.clear()
        super().focusOutEvent(event)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: the menu of what is under the pointer, or of the selection when asked for by key."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_mouse and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return  # that was the knife
        menus.open_menu(self, QPointF(event.pos()) if by_mouse else None)

    # Drops ----------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: operators and files are welcome."""
        drops.welcome(self, event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Qt: show where it would land."""
        drops.welcome(self, event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Qt: it went elsewhere."""
        drops.leave(self)

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: insert what was dropped."""
        drops.take(self, event)

    def global_point(self, view_point: QPointF) -> QPoint:
        """Return a point of the canvas as a point of the screen."""
        return self.mapToGlobal(view_point.toPoint())

    def later(self, action: Callable[[], object]) -> None:
        """Do something once this event is over."""
        QTimer.singleShot(0, self, action)
