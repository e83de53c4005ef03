"""Every command of the program in one table: its name, its keys, where it stands in the menus, what it does and when
it can. One file of rows for each menu.

Menus, the command palette and the keyboard help are drawn from it; nothing else binds a key of the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app import shortcuts
from app.actions import (
    changing,
    edit,
    file,
    going,
    help,
    keyboard,
    landscapes,
    lessons,
    run,
    selecting,
    stepping,
    subgraphs,
    tensors,
    view,
    wires,
)
from app.actions.command import Command
from app.canvas.bindings import bindings
from app.canvas.keys import KEYS
from app.lessons.withheld import withheld
from app.words import tr

if TYPE_CHECKING:
    from app.window import Window

MENUS = ("File", "Edit", "Select", "Arrange", "Wires", "Subgraph", "View", "Go", "Run", "Lesson", "Help")

COMMANDS: tuple[Command, ...] = tuple(
    chain(
        file.COMMANDS,
        edit.COMMANDS,
        changing.COMMANDS,
        selecting.COMMANDS,
        wires.COMMANDS,
        subgraphs.COMMANDS,
        view.COMMANDS,
        tensors.COMMANDS,
        going.COMMANDS,
        keyboard.COMMANDS,
        run.COMMANDS,
        stepping.COMMANDS,
        landscapes.COMMANDS,
        lessons.COMMANDS,
        help.COMMANDS,
    )
)
"""The table. Order within a menu is the order here."""

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


class Actions:
    """The table as QActions of one window, with the keys that the settings say."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._groups: dict[str, QActionGroup] = {}
        self._custom: shortcuts.Custom = {}
        self.by_id: dict[str, QAction] = {command.id: self._made(command) for command in COMMANDS}
        self.bind(window.settings.shortcuts)

    def __getitem__(self, id: str) -> QAction:
        return self.by_id[id]

    def _made(self, command: Command) -> QAction:
        action = QAction(tr(command.text), self._window)
        action.setObjectName(command.id)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(tr(command.help) or tr(command.text).rstrip("…"))
        action.setCheckable(command.checked is not None)
        if command.group:
            group = self._groups.setdefault(command.group, QActionGroup(self._window))
            group.addAction(action)
        action.triggered.connect(lambda _=False, run=command.run: run(self._window))
        self._window.addAction(action)
        return action

    def bind(self, custom: shortcuts.Custom) -> None:
        """Give every command its keys: those chosen, else those of the table."""
        self._custom = dict(custom)
        for command in COMMANDS:
            keys = [QKeySequence(each) for each in shortcuts.keys_of(command, self._custom)]
            if self.by_id[command.id].shortcuts() != keys:
                self.by_id[command.id].setShortcuts(keys)
        bindings().bind(KEYS, COMMANDS, self._custom)
        self.tell_keys(self._window)

    def keys_text(self, id: str) -> str:
        """Return a command's first keys as this system writes them, or ""."""
        keys = shortcuts.keys_of(BY_ID[id], self._custom)
        return shortcuts.shown(keys[0]) if keys else ""

    def tell_keys(self, root: QWidget) -> None:
        """Name the keys in the tool tips of all widgets below `root` that give a command: their property `command` is
        its id, `tip` what they say besides."""
        for widget in root.findChildren(QWidget):
            id = widget.property("command")
            if id:
                keys, says = self.keys_text(id), widget.property("tip")
                widget.setToolTip(f"{says} ({keys})" if keys else says)
                widget.setProperty("keys", keys)
                widget.update()

    def refresh(self) -> None:
        """Bring enabled and checked marks, and the names of what undo and redo would do, up to date."""
        for command in COMMANDS:
            action = self.by_id[command.id]
            away = withheld(self._window, command.id)
            action.setVisible(not away)
            action.setEnabled(not away and command.enabled(self._window))
            if command.checked is not None:
                action.setChecked(command.checked(self._window))
        document = self._window.session.document
        self.by_id["undo"].setText(f"{tr('Undo')} {document.undo_name}" if document.can_undo else tr("Undo"))
        self.by_id["redo"].setText(f"{tr('Redo')} {document.redo_name}" if document.can_redo else tr("Redo"))

    def menu(self, name: str, parent: QWidget) -> QMenu:
        """Return a new menu with the commands that stand in the menu of that name."""
        menu = QMenu(tr(name), parent)
        for command in COMMANDS:
            if command.menu == name:
                if command.separator:
                    menu.addSeparator()
                if command.below is None:
                    menu.addAction(self.by_id[command.id])
                else:
                    self._submenu(command, menu)
        return menu

    def _submenu(self, command: Command, menu: QMenu) -> None:
        assert command.below is not None  # noqa: S101 - the caller has looked
        below = menu.addMenu(tr(command.text))
        below.menuAction().setObjectName(command.id)
        for text, act in command.below(self._window):
            below.addAction(text.replace("&", "&&"), act)
        below.setEnabled(not below.isEmpty())

    def main_menu(self, parent: QWidget) -> QMenu:
        """Return a new menu that holds all menus."""
        menu = QMenu(parent)
        for name in MENUS:
            menu.addMenu(self.menu(name, menu))
        return menu
