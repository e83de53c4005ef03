"""The monkey: a person without a plan, who does one thing after the other with mouse, keys and whatever can be dropped.

All it does it draws from one seed. Between two gestures nothing is left to a clock: cameras arrive at once, popups are
answered or closed, events are worked off.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QPlainTextEdit, QWidget
from shiboken6 import isValid

from app.actions import COMMANDS
from app.canvas import Canvas
from app.session import PALETTE_MIME
from app.window import Window
from tests.app.sweeping import let_go

Key, Mod, Button, Pinch = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton, Qt.NativeGestureType
NONE, Shift, Ctrl, Alt = Mod.NoModifier, Mod.ShiftModifier, Mod.ControlModifier, Mod.AltModifier
HELD: Sequence[Mod] = (NONE,) * 6 + (Shift, Ctrl, Alt, Shift | Ctrl, Ctrl | Alt)
TEXTS = (
    "mean((w*x + b - y)**2)", "a = 3\nb = sin(a)\nloss = b * b", "hello", "", "1, 2, 3\n4, 5, 6", "{", "𝛂 \u202e x",
    "relu(dot(X, W) + c)",
)  # fmt: skip
TYPED = ("0.5", "2*pi", "1e-3", "nonsense", "-", "", "7", "3 ms", "x" * 40)
WORDS = ("mul", "sum", "param", "loss", "probe", "opt", "branch", "zzz")
NEVER = ("quit", "full_screen", "compile_runs", "open_recent", "go_to_bookmark", "move_to_window")
"""Commands that end the process, depend on the screen or on another program, or stand for a menu; windows come by
`tests/app/editor_habits/test_random_tabs.py`."""
RARE = (
    "theme_light", "theme_dark", "theme_contrast", "larger", "smaller", "normal_size", "reduced_motion", "preferences",
    "tour", "news", "about", "keys", "operator_help", "export_picture", "copy_picture", "compare_with", "new",
    "start_page", "arrange", "restore_panels", "panel_code", "panel_compare", "show_library",
)  # fmt: skip
"""Commands that take long, so that they come seldom."""
OFTEN = tuple(command.id for command in COMMANDS if command.id not in NEVER + RARE)
CANVAS_KEYS = (
    Key.Key_Escape, Key.Key_H, Key.Key_M, Key.Key_W, Key.Key_Tab, Key.Key_Insert, Key.Key_Return, Key.Key_Backspace,
    Key.Key_1, Key.Key_2, Key.Key_Delete, Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down,
)  # fmt: skip
BETWEEN: Sequence[tuple[Key, Mod]] = (
    (Key.Key_Escape, NONE), (Key.Key_Delete, NONE), (Key.Key_Z, Ctrl), (Key.Key_Z, Ctrl | Shift), (Key.Key_D, Ctrl),
    (Key.Key_Up, Alt), (Key.Key_H, NONE), (Key.Key_M, NONE), (Key.Key_G, Ctrl), (Key.Key_A, Ctrl), (Key.Key_V, Ctrl),
    (Key.Key_G, Ctrl | Shift), (Key.Key_L, Ctrl | Shift), (Key.Key_Tab, NONE), (Key.Key_X, Ctrl), (Key.Key_J, Ctrl),
    (Key.Key_Left, Shift), (Key.Key_Backslash, Ctrl),
)  # fmt: skip
"""Keys that are struck in the middle of a drag."""
MOST_PAGES = 3


class Person:
    """Works one window by chance; `files` are what may be dropped or opened."""

    def __init__(self, window: Window, files: Sequence[Path], seed: int, *, engine: bool = False) -> None:
        self.window, self.files, self.engine = window, files, engine
        self.chance = random.Random(seed)
        self.did: list[str] = []
        """What was done, the last one last."""
        table = {name: weight for name, (weight, _) in self._table.items() if engine or name != "run"}
        self._names, self._weights = list(table), list(table.values())

    @property
    def canvas(self) -> Canvas:
        return self.window.canvas

    def do(self) -> None:
        """Do one thing, whatever it leads to."""
        if not self.window.editing:
            self.window.show_document()
        (name,) = self.chance.choices(self._names, self._weights)
        self.did.append(name)
        self._table[name][1](self)
        self._settle()

    def say(self, *what: object) -> None:
        """Remember what exactly is being done."""
        self.did[-1] = " ".join((self.did[-1], *map(str, what)))

    # Between gestures ------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Work off events, answer what pops up, let cameras arrive."""
        for _ in range(2):
            QApplication.processEvents()
        for turn in range(8):
            popup = self._popup()
            if popup is None:
                break
            if turn < 2:
                self._answer(popup)
            else:
                QTest.keyClick(popup, Key.Key_Escape)
                if isValid(popup) and popup.isVisible():
                    popup.close()
            QApplication.processEvents()
        for page in self.window.document_pages:
            for pane in page.workspace.panes.panes:
                pane.canvas.glide.finish()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()

    def _popup(self) -> QWidget | None:
        """Return what lies over the window: a menu, a card, another window; None where there is nothing."""
        found = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if found is not None:
            return found
        own = self.window.family.windows
        return next((w for w in QApplication.topLevelWidgets() if w.isVisible() and w not in own), None)

    def _answer(self, popup: QWidget) -> None:
        """Choose something in a menu, type into a field, click a button or give up."""
        target = popup.focusWidget() or popup
        kind = self.chance.randrange(4)
        self.say("| in", type(popup).__name__, kind)
        if kind == 0:
            QTest.keyClick(popup, Key.Key_Escape)
        elif isinstance(popup, QMenu):
            for _ in range(self.chance.randint(1, 12)):
                QTest.keyClick(popup, Key.Key_Down)
            action = popup.activeAction()
            if action is not None:
                self.say("choose", action.text())
            QTest.keyClick(popup, Key.Key_Return)
        elif isinstance(target, QLineEdit):
            QTest.keyClicks(target, self.chance.choice(WORDS))
            for _ in range(self.chance.randrange(3)):
                QTest.keyClick(target, Key.Key_Down)
            if isValid(target):
                QTest.keyClick(target, Key.Key_Return)
        else:
            buttons = [b for b in popup.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()]
            if buttons:
                button = self.chance.choice(buttons)
                self.say("click", repr(button.text() or button.toolTip()))
                QTest.mouseClick(button, Button.LeftButton)

    # Where -----------------------------------------------------------------------------------------------------------

    def spot(self) -> QPointF:
        """Return a point of the view: often a socket, a head, a door, a wire, a dot, a border; sometimes nothing."""
        scene, camera, chance = self.canvas.scene, self.canvas.camera, self.chance
        kind = chance.randrange(12)
        nodes, wires, notes = (list(held.values()) for held in (scene.nodes, scene.wires, scene.notes))
        point = None
        if kind < 8 and nodes:
            item = chance.choice(sorted(nodes, key=lambda each: each.face.id))
            plugs = [(p, out) for out, ps in ((True, item.face.outputs), (False, item.face.inputs)) for p in ps]
            control = item.face.control
            point = item.corner + QPointF(min(60, item.face.width / 2), 14)
            if kind < 4 and plugs:
                plug, output = chance.choice(plugs)
                point = item.point(plug.name, output=output)
            elif kind == 4 and control is not None:
                doors = control.doors
                rect = control.door_rect(chance.randrange(len(doors))) if doors else control.rect
                point = item.corner + rect.center()
            elif kind == 5:
                point = item.rect.bottomRight() - QPointF(4, 4)
        elif kind == 8 and wires:
            wire = chance.choice(sorted(wires, key=lambda each: each.wire))
            point = wire.dots[0] if wire.dots and chance.random() < 0.5 else wire.middle
        elif kind == 9 and notes:
            rect = chance.choice(sorted(notes, key=lambda each: each.note.id)).rect
            point = chance.choice((rect.bottomRight() - QPointF(5, 5), rect.topLeft() + QPointF(20, 12), rect.center()))
        if point is None:
            return QPointF(chance.randrange(self.canvas.width()), chance.randrange(self.canvas.height()))
        at = camera.to_view(point)
        wide, high = self.canvas.width() - 1, self.canvas.height() - 1
        return QPointF(min(max(at.x(), 0), wide), min(max(at.y(), 0), high)).toPoint().toPointF()

    # Mouse -----------------------------------------------------------------------------------------------------------

    def _send(self, kind: QEvent.Type, at: QPointF, button: Button, held: Button, keys: Mod) -> None:
        if not isValid(self._worked):
            return
        event = QMouseEvent(kind, at, self._worked.mapToGlobal(at), button, held, keys)
        QApplication.sendEvent(self._worked, event)

    def _drag(self, points: Sequence[QPointF], keys: Mod, button: Button) -> None:
        """Press, move through the points, and let go; sometimes something else happens on the way."""
        self._worked = self.canvas
        name, between = self.canvas, None
        if self.chance.random() < 0.3:
            between = self.chance.choice(BETWEEN)
        at_step = self.chance.randrange(1, 4)
        QTest.mousePress(name, button, keys, points[0].toPoint())
        self.say([point.toPoint().toTuple() for point in points], keys.name, type(self.canvas.gesture).__name__)
        for start, end in itertools.pairwise(points):
            for k in (1, 2, 3):
                self._send(QEvent.Type.MouseMove, start + (end - start) * k / 3, Button.NoButton, button, keys)
                if between is not None and k == at_step:
                    self.say("between", between[0].name, between[1].name)
                    QApplication.processEvents()
                    self._key(*between)
                    QApplication.processEvents()
                    between = None
        self._send(QEvent.Type.MouseButtonRelease, points[-1], button, Button.NoButton, keys)
        let_go()  # QTest remembers what it pressed

    def drag(self) -> None:
        """Drag anything anywhere, with any keys."""
        points = [self.spot() for _ in range(self.chance.choice((2, 2, 2, 3)))]
        self._drag(points, self.chance.choice(HELD), Button.LeftButton)

    def nudge(self) -> None:
        """Drag a short way, so that most lands where it came from."""
        start = self.spot()
        end = start + QPointF(self.chance.randint(-60, 60), self.chance.randint(-60, 60))
        self._drag([start, end], self.chance.choice(HELD), Button.LeftButton)

    def band(self) -> None:
        """Draw a band over much of the canvas."""
        wide, high = self.canvas.width(), self.canvas.height()
        self._drag([QPointF(2, high - 3), QPointF(wide * self.chance.random(), 3)], NONE, Button.LeftButton)

    def tool(self) -> None:
        """Drag with a key held that makes another tool of the mouse: knife, row, lasso, pan."""
        key = self.chance.choice((Key.Key_Y, Key.Key_J, Key.Key_L, Key.Key_Space))
        self.say(key.name)
        QTest.keyPress(self.canvas, key)
        self._drag([self.spot() for _ in range(3)], NONE, Button.LeftButton)
        if isValid(self._worked):
            QTest.keyRelease(self._worked, key)

    def other_button(self) -> None:
        """Drag with another button: pan, or the knife."""
        button = self.chance.choice((Button.MiddleButton, Button.RightButton))
        self.say(button.name)
        self._drag([self.spot(), self.spot()], self.chance.choice((NONE, Ctrl)), button)

    def click(self) -> None:
        """Click anything, with any keys."""
        at, keys = self.spot().toPoint(), self.chance.choice(HELD)
        self.say(at.toTuple(), keys.name)
        QTest.mouseClick(self.canvas, Button.LeftButton, keys, at)

    def double_click(self) -> None:
        """Double-click anything: names, values, notes, bodies, dots, quick add."""
        at = self.spot().toPoint()
        self.say(at.toTuple(), self.canvas.what_is_at(QPointF(at)))
        canvas = self.canvas
        QTest.mouseClick(canvas, Button.LeftButton, NONE, at)
        for strike in (QTest.mouseDClick, QTest.mouseRelease):
            if isValid(canvas):
                strike(canvas, Button.LeftButton, NONE, at)
        self._fill_field()

    def _fill_field(self) -> None:
        """Type into the field that opened on the canvas, if one did; end it in one of three ways."""
        QApplication.processEvents()
        field = QApplication.focusWidget()
        if isinstance(field, QLineEdit | QPlainTextEdit) and self.canvas.isAncestorOf(field):
            text = self.chance.choice((*TYPED, "frame", "note with $x^2$"))
            end = self.chance.choice((Key.Key_Return, Key.Key_Escape, None))
            self.say("type", repr(text), end)
            QTest.keyClicks(field, text)
            if end is not None and isValid(field):
                QTest.keyClick(field, end)

    def menu(self) -> None:
        """Open the menu of what is under the pointer, or of the selection."""
        at = self.spot().toPoint()
        reason = self.chance.choice((QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard))
        self.say(at.toTuple(), reason.name)
        QApplication.sendEvent(self.canvas, QContextMenuEvent(reason, at, self.canvas.mapToGlobal(at)))

    def wheel(self) -> None:
        """Turn the wheel, slide two fingers, or pinch."""
        at = self.spot()
        kind, turns = self.chance.randrange(3), self.chance.choice((-240, -120, 120, 240))
        if kind == 2:
            value = self.chance.uniform(-0.4, 0.4)
            event = QNativeGestureEvent(
                self.chance.choice((Pinch.ZoomNativeGesture, Pinch.SmartZoomNativeGesture)),
                QPointingDevice.primaryPointingDevice(), 2, at, at, self.canvas.mapToGlobal(at), value, QPointF(),
            )  # fmt: skip
            QApplication.sendEvent(self.canvas, event)
            return
        pixels = QPoint(turns // 8, turns // 12) if kind else QPoint()
        event = QWheelEvent(
            at, self.canvas.mapToGlobal(at), pixels, QPoint(0, turns), Button.NoButton,
            self.chance.choice((NONE, Ctrl, Shift)), Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.canvas, event)

    # Keys ------------------------------------------------------------------------------------------------------------

    def _key(self, key: Key, keys: Mod = NONE) -> None:
        held = QApplication.focusWidget()
        QTest.keyClick(held if held is not None and self.window.isAncestorOf(held) else self.canvas, key, keys)

    def key(self) -> None:
        """Strike a key of the canvas, with or without another."""
        key = self.chance.choice(CANVAS_KEYS)
        keys = self.chance.choice((NONE, NONE, NONE, Shift, Ctrl))
        self.say(key.name, keys.name)
        self.canvas.setFocus()
        self._key(key, keys)
        self._fill_field()

    def command(self) -> None:
        """Give a command of the program, by its keys where it has some."""
        self._command(self.chance.choice(OFTEN))

    def rare_command(self) -> None:
        """Give one of the commands that take long."""
        id = self.chance.choice(RARE)
        if id != "new" or len(self.window.document_pages) < MOST_PAGES:
            self._command(id)

    def _command(self, id: str) -> None:
        self.say(id)
        action = self.window.actions_table[id]
        QApplication.processEvents()
        keys = action.shortcut()
        if not keys.isEmpty() and self.chance.random() < 0.5:
            combined = keys[0]
            self.canvas.setFocus()
            self._key(Key(combined.key()), combined.keyboardModifiers())
        else:
            action.trigger()
        self._fill_field()

    def edit(self) -> None:
        """Undo, redo, delete, duplicate: often, as people do."""
        id = self.chance.choice(("undo", "undo", "undo", "redo", "redo", "delete", "duplicate", "copy", "paste", "cut"))
        self._command(id)

    def type(self) -> None:
        """Type into a field of a panel."""
        panels = self.window.workspace.docks
        fields = [
            each
            for name in ("inspector", "palette", "history", "problems")
            for each in panels[name].findChildren(QLineEdit)
            if each.isVisible() and each.isEnabled() and not each.isReadOnly()
        ]
        if not fields:
            return
        field, text = self.chance.choice(fields), self.chance.choice(TYPED)
        self.say(field.accessibleName() or type(field.parent()).__name__, repr(text))
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        end = self.chance.choice((Key.Key_Return, Key.Key_Tab, Key.Key_Escape, None))
        if end is not None and isValid(field):
            QTest.keyClick(field, end)

    def press_button(self) -> None:
        """Click a button, a box or a line of a list in a panel."""
        panels = self.window.workspace.docks
        buttons = [
            each
            for name in ("inspector", "history", "problems", "outline", "plots")
            for each in panels[name].findChildren(QAbstractButton)
            if each.isVisible() and each.isEnabled()
        ]
        if buttons:
            button = self.chance.choice(buttons)
            self.say(repr(button.text() or button.toolTip() or button.accessibleName()))
            QTest.mouseClick(button, Button.LeftButton)

    # From elsewhere --------------------------------------------------------------------------------------------------

    def paste(self) -> None:
        """Paste text, a formula, Python, or a graph."""
        text = self.chance.choice((*TEXTS, self.window.session.copy()))
        self.say(repr(text[:30]))
        QGuiApplication.clipboard().setText(text)
        self._command("paste")

    def drop(self) -> None:
        """Drop an operator or a file, or carry it over the canvas and away."""
        data, at, keys = QMimeData(), self.spot(), self.chance.choice((NONE, NONE, Shift))
        if self.chance.random() < 0.7:
            operator = self.chance.choice(sorted(self.window.library)[::8])
            data.setData(PALETTE_MIME, operator.encode())
            self.say(operator)
        else:
            file = self.chance.choice(self.files)
            data.setUrls([QUrl.fromLocalFile(str(file))])
            self.say(file.name)
        action = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(at.toPoint(), action, data, Button.LeftButton, keys)
        QApplication.sendEvent(self.canvas, enter)
        if self.chance.random() < 0.1:
            QApplication.sendEvent(self.canvas, QEvent(QEvent.Type.DragLeave))
        else:
            QApplication.sendEvent(self.canvas, QDropEvent(at, action, data, Button.LeftButton, keys))

    # Documents, views and runs ---------------------------------------------------------------------------------------

    def quick_add(self) -> None:
        """Add an operator by its name where the pointer is."""
        at = self.spot()
        self._worked = self.canvas
        self._send(QEvent.Type.MouseMove, at, Button.NoButton, Button.NoButton, NONE)
        self.canvas.setFocus()
        self._key(Key.Key_Insert)

    def go(self) -> None:
        """Go into a body, out of it, or to another one."""
        session = self.window.session
        doors = {door.inside for node in session.graph.nodes for door in session.doors(node)}
        bodies = sorted(doors | session.graph.bodies.keys())
        body = self.chance.choice(["", *bodies])
        self.say(repr(body))
        session.enter(body)

    def tab(self) -> None:
        """Show another document, or close one; its changes are given up."""
        pages = self.window.document_pages
        kind = self.chance.randrange(3)
        self.say(kind)
        if kind == 0:
            self.window.close_page(self.chance.choice(pages))
        else:
            self.window.step_page(1)

    def run(self) -> None:
        """Start, step, pause or stop a run; wait for a moment; close while it goes on."""
        id = self.chance.choice(("run", "run", "step", "stop", "reset", "wait", "keep_values", "close"))
        if id == "wait":
            self.say(id)
            QTest.qWait(150)
        else:
            self._command(id)

    _table: Mapping[str, tuple[float, Callable[[Person], None]]] = {
        "drag": (16, drag), "nudge": (10, nudge), "band": (4, band), "tool": (5, tool),
        "other button": (3, other_button), "click": (8, click), "double click": (5, double_click), "menu": (4, menu),
        "wheel": (4, wheel), "key": (10, key), "command": (14, command), "rare command": (0.6, rare_command),
        "edit": (10, edit), "type": (4, type), "button": (3, press_button), "paste": (2, paste), "drop": (4, drop),
        "quick add": (3, quick_add), "go": (3, go), "tab": (1, tab), "run": (6, run),
    }  # fmt: skip
