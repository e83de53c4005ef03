"""The section of shortcuts: every command with its keys. Press keys to bind them; a clash is told before anything
happens; one or all can be put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import shortcuts
from app.actions import COMMANDS
from app.canvas import bindings
from app.canvas.keys import KEYS
from app.panels.inspector_parts import label, set_role
from app.preferences.parts import button
from app.search import score
from app.theme import appearance
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window

ROWS: Final[tuple[shortcuts.Bindable, ...]] = (*COMMANDS, *KEYS)
"""Whatever has keys: the commands of the window, then what the canvas does."""
BY_ID: Final = {each.id: each for each in ROWS}
ID_ROLE = Qt.ItemDataRole.UserRole
LONE = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
"""Keys that are only held while another is pressed."""
FLAT = Qt.KeyboardModifier.KeypadModifier


class KeyField(QLineEdit):
    """A field that takes the keys pressed in it as they are, Escape and Tab without a modifier excepted."""

    pressed = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setPlaceholderText(tr("Press the new keys · Esc gives up"))
        self.setAccessibleName(tr("New keys"))
        self.setAccessibleDescription(tr("Press the keys that shall give the command. Escape gives up."))

    def event(self, event: QEvent) -> bool:
        """Qt: no shortcut of the window is to take the keys first."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event) or super().event(event)
        return super().event(event)

    def _key(self, event: QKeyEvent) -> bool:
        key, plain = Qt.Key(event.key()), not event.modifiers() & ~FLAT
        if key in LONE:
            return True
        if plain and key == Qt.Key.Key_Escape:
            self.given_up.emit()
            return True
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        keys = QKeySequence(event.modifiers().value & ~FLAT.value | key.value)
        self.pressed.emit(keys.toString(QKeySequence.SequenceFormat.PortableText))
        return True


class ShortcutsTable(QWidget):
    """The section."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._asked, self._add = "", False
        px = appearance().px
        self.search = QLineEdit()
        self.search.setObjectName("search shortcuts")
        self.search.setPlaceholderText(tr("Search by name or keys"))
        self.search.setAccessibleName(tr("Search shortcuts by name or keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._fill())
        self.tree = QTreeWidget()
        self.tree.setObjectName("shortcuts")
        self.tree.setAccessibleName(tr("Commands and their keys"))
        self.tree.setProperty("role", "table")
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels(["Command", "Menu", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.tree.setMinimumHeight(px(320))
        self.tree.itemActivated.connect(lambda *_: self.begin())
        self.tree.currentItemChanged.connect(lambda *_: self._chosen())
        self.field = KeyField()
        self.field.setObjectName("new keys")
        self.field.pressed.connect(self._pressed)
        self.field.given_up.connect(self._end)
        self.told = label("", "second", wrap=True)
        self.change = button("Change…", self.begin, name="Change the keys")
        self.more = button("Add…", lambda: self.begin(add=True), name="Add other keys")
        self.remove = button("Remove", lambda: self._set(()), name="Remove the keys")
        self.reset = button("Reset", self._reset, name="Reset the keys of this command")
        self.reset_all = button("Reset all", self._reset_all, role="quiet", name="Reset all keys")
        self.take = button("Take them", self._take, role="primary", name="Take the keys from the other command")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._layout()
        self._end()
        self._fill()

    def _layout(self) -> None:
        look = appearance()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        frame = QFrame()
        frame.setProperty("role", "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(look.px(12), look.px(12), look.px(12), look.px(12))
        inside.setSpacing(look.px(10))
        inside.addWidget(self.search)
        inside.addWidget(self.tree, 1)
        column.addWidget(frame, 1)
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        for each in (self.change, self.more, self.remove, self.reset, self.field, self.take):
            row.addWidget(each, 1 if each is self.field else 0)
        row.addStretch(1)
        row.addWidget(self.reset_all)
        inside.addLayout(row)
        inside.addWidget(self.told)

    # What is shown -------------------------------------------------------------------------------------------------

    @property
    def command(self) -> shortcuts.Bindable | None:
        """The chosen command."""
        item = self.tree.currentItem()
        return BY_ID[item.data(0, ID_ROLE)] if item is not None else None

    def choose(self, id: str) -> None:
        """Choose a command by its id."""
        for at in range(self.tree.topLevelItemCount()):
            if self.tree.topLevelItem(at).data(0, ID_ROLE) == id:
                self.tree.setCurrentItem(self.tree.topLevelItem(at))

    def _fill(self) -> None:
        custom, query = self._window.settings.shortcuts, self.search.text()
        chosen = self.command
        self.tree.clear()
        for command in ROWS:
            keys = ", ".join(shortcuts.shown(each) for each in shortcuts.keys_of(command, custom))
            name = tr(command.text).rstrip("…")
            if query.strip() and score(query, name, f"{command.menu} {keys} {command.words}") is None:
                continue
            item = QTreeWidgetItem([name, command.menu, keys or "–"])
            item.setData(0, ID_ROLE, command.id)
            item.setToolTip(0, tr(command.help) or name)
            if command.id in custom:
                item.setForeground(2, QColor(appearance().theme.value))
                item.setToolTip(2, "Chosen by you")
            self.tree.addTopLevelItem(item)
        if chosen is not None:
            self.choose(chosen.id)
        if self.tree.currentItem() is None and self.tree.topLevelItemCount():
            self.tree.setCurrentItem(self.tree.topLevelItem(0))
        self._chosen()

    def _chosen(self) -> None:
        custom, command = self._window.settings.shortcuts, self.command
        has = command is not None and bool(shortcuts.keys_of(command, custom))
        self.change.setEnabled(command is not None)
        self.more.setEnabled(has)
        self.remove.setEnabled(has)
        self.reset.setEnabled(command is not None and command.id in custom)
        self.reset_all.setEnabled(bool(custom))

    # Taking keys ---------------------------------------------------------------------------------------------------

    def begin(self, *, add: bool = False) -> None:
        """Ask for keys: in place of the command's own, or besides them."""
        if self.command is None:
            return
        self._add, self._asked = add, ""
        for each in (self.change, self.more, self.remove, self.reset):
            each.hide()
        self.field.clear()
        self.field.show()
        self._tell(f"“{self.command.text.rstrip('…')}”: press its {'other ' if add else ''}keys.")
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self) -> None:
        within = self.field.hasFocus() or self.take.hasFocus()
        self._add, self._asked = False, ""
        self.field.hide()
        self.take.hide()
        for each in (self.change, self.more, self.remove, self.reset):
            each.show()
        self._tell("Return or a double click changes the keys of a command.")
        if within:
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pressed(self, keys: str) -> None:
        command = self.command
        if command is None:
            return
        self.field.setText(shortcuts.shown(keys))
        fixed = shortcuts.FIXED.get(keys)
        other = shortcuts.holder(keys, ROWS, self._window.settings.shortcuts, command.id)
        self._asked = ""
        self.take.hide()
        if fixed is not None:
            self._tell(f"{shortcuts.shown(keys)} {fixed}: choose other keys.", bad=True)
        elif keys in shortcuts.WITHIN and command.menu != bindings.MENU:
            says = f"{shortcuts.shown(keys)} is needed in lists and fields, and can only do something on the canvas"
            self._tell(f"{says}: choose other keys.", bad=True)
        elif other is not None:
            self._asked = keys
            self._tell(f"{shortcuts.shown(keys)} gives “{other.text.rstrip('…')}” now.", bad=True)
            self.take.show()
        else:
            self._bind(keys)

    def _take(self) -> None:
        if self._asked:
            self._bind(self._asked)

    def _bind(self, keys: str) -> None:
        assert self.command is not None  # noqa: S101 - keys are asked for a command
        custom = shortcuts.taken(self._window.settings.shortcuts, ROWS, self.command, keys, add=self._add)
        self._keep(custom, f"{shortcuts.shown(keys)} gives “{self.command.text.rstrip('…')}”.")

    def _set(self, keys: tuple[str, ...]) -> None:
        if self.command is not None:
            name = self.command.text.rstrip("…")
            self._keep(shortcuts.rebound(self._window.settings.shortcuts, self.command, keys), f"“{name}” has no keys.")

    def _reset(self) -> None:
        if self.command is None:
            return
        custom = {id: keys for id, keys in self._window.settings.shortcuts.items() if id != self.command.id}
        clash = next(
            (c for keys in self.command.keys if (c := shortcuts.holder(keys, ROWS, custom, self.command.id))), None
        )
        for keys in self.command.keys:
            custom = shortcuts.taken(custom, ROWS, self.command, keys, add=True)
        name = self.command.text.rstrip("…")
        lost = f", taken from “{clash.text.rstrip('…')}”" if clash else ""
        self._keep(custom, f"“{name}” has its first keys again{lost}.")

    def _reset_all(self) -> None:
        self._keep({}, "All commands have their first keys again.")

    def _keep(self, custom: dict[str, tuple[str, ...]], sentence: str) -> None:
        self._window.set_shortcuts(custom)
        self._end()
        self._fill()
        self._tell(sentence)

    def _tell(self, sentence: str, *, bad: bool = False) -> None:
        self.told.setText(sentence)
        set_role(self.told, "bad" if bad else "second")
