"""The keys beside the entries of the canvas's menus: those that do the same, as they are in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from app.canvas.bindings import bindings

KEYS: Final[Mapping[str, str]] = {
    "Rename": "rename",
    "Help": "operator_help",
    "Collapse": "canvas_collapse",
    "Expand": "canvas_collapse",
    "Mute": "canvas_mute",
    "Unmute": "canvas_mute",
    "Cut": "cut",
    "Copy": "copy",
    "Paste": "paste",
    "Duplicate": "duplicate",
    "Duplicate with wires": "duplicate_wired",
    "Replace with…": "replace_operator",
    "Reset all settings": "reset_settings",
    "Delete and reconnect": "delete_reconnect",
    "Delete": "delete",
    "Straighten wires": "straighten",
    "Frame around selection": "frame_selection",
    "Stop playing here": "breakpoint",
    "Make subgraph": "make_subgraph",
    "Unpack": "unpack_subgraph",
    "Make unique": "unique_subgraph",
    "Open body": "open_body",
    "Leave this body": "leave_body",
    "What feeds it": "select_upstream",
    "What it feeds": "select_downstream",
    "All that is joined to it": "select_linked",
    "Nodes of its kind": "select_similar",
    "The path between": "select_between",
    "Left edges": "align_left",
    "Right edges": "align_right",
    "Centres": "align_centre",
    "Tops": "align_top",
    "Bottoms": "align_bottom",
    "Middles": "align_middle",
    "Distribute across": "distribute_across",
    "Distribute down": "distribute_down",
    "Go to where it starts": "to_source",
    "Go to where it ends": "to_target",
    "Take the dots out": "remove_dots",
    "Show this wire as tags": "tag_wires",
    "Draw this wire": "tag_wires",
    "Add operator…": "canvas_add_here",
    "Add note": "add_note",
    "Select all": "select_all",
    "Fit graph": "fit",
    "Actual size": "actual_size",
}
"""Entries by their texts, and the id of the command or of what the canvas does. An entry with a menu below it has no
room for keys."""


def show(menu: QMenu) -> None:
    """Write the keys beside the entries of a menu and of those below it. They act there only: outside of the menu the
    window and the canvas have them."""
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            show(below)
            continue
        keys = bindings().first(KEYS.get(action.text(), ""))
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setShortcutVisibleInContextMenu(True)
