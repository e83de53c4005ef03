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

from app.actions import edit, file, help, run, view
from app.actions.command import Command

if TYPE_CHECKING:
    from app.window import Window

MENUS = ("File", "Edit", "View", "Run", "Help")

COMMANDS: tuple[Command, ...] = tuple(chain(file.COMMANDS, edit.COMMANDS, view.COMMANDS, run.COMMANDS, help.COMMANDS))
"""The table. Order within a menu is the order here."""

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


class Actions:
    """The table as QActions of one window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._groups: dict[str, QActionGroup] = {}
        self.by_id: dict[str, QAction] = {command.id: self._made(command) for command in COMMANDS}

    def __getitem__(self, id: str) -> QAction:
        return self.by_id[id]

    def _made(self, command: Command) -> QAction:
        action = QAction(command.text, self._window)
        action.setObjectName(command.id)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(command.help or command.text.rstrip("…"))
        action.setCheckable(command.checked is not None)
        if command.group:
            group = self._groups.setdefault(command.group, QActionGroup(self._window))
            group.addAction(action)
        action.triggered.connect(lambda _=False, run=command.run: run(self._window))
        self._window.addAction(action)
        return action

    def refresh(self) -> None:
        """Bring enabled and checked marks, and the names of what undo and redo would do, up to date."""
        for command in COMMANDS:
            action = self.by_id[command.id]
            action.setEnabled(command.enabled(self._window))
            if command.checked is not None:
                action.setChecked(command.checked(self._window))
        document = self._window.session.document
        self.by_id["undo"].setText(f"Undo {document.undo_name}" if document.can_undo else "Undo")
        self.by_id["redo"].setText(f"Redo {document.redo_name}" if document.can_redo else "Redo")

    def menu(self, name: str, parent: QWidget) -> QMenu:
        """Return a new menu with the commands that stand in the menu of that name."""
        menu = QMenu(name, parent)
        for command in COMMANDS:
            if command.menu == name:
                if command.separator:
                    menu.addSeparator()
                menu.addAction(self.by_id[command.id])
        return menu

    def main_menu(self, parent: QWidget) -> QMenu:
        """Return a new menu that holds all menus."""
        menu = QMenu(parent)
        for name in MENUS:
            menu.addMenu(self.menu(name, menu))
        return menu


def keys_text(command: Command) -> str:
    """Return a command's first keys as this system writes them, or ""."""
    return QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if command.keys else ""
