"""The commands that find nodes, change many at once, and replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.command import Command, editing, nodes_selected
from app.canvas import find_bar, node_editing_menu
from app.canvas.replace_card import replace_card
from app.changes import settings

if TYPE_CHECKING:
    from app.window import Window


def has_changed(window: Window) -> bool:
    return nodes_selected(window) and bool(settings.changed_settings(window.session, window.session.selection))


COMMANDS: tuple[Command, ...] = (
    Command(
        "duplicate_wired", "Duplicate with wires", "Edit", lambda w: w.session.duplicate(wires=True),
        ("Ctrl+Shift+D",), nodes_selected, help="The copies are fed by what feeds the originals.",
        words="copy keep input links connections",
    ),
    Command(
        "replace_operator", "Replace selected with…", "Edit", lambda w: node_editing_menu.offer(w.canvas),
        ("Ctrl+R",), nodes_selected,
        help="Put another operator in the place of the selected nodes; wires and settings that fit are kept.",
        words="swap switch change type operator substitute convert",
    ),
    Command(
        "reset_settings", "Reset all settings", "Edit",
        lambda w: settings.reset_all(w.session, w.session.selection), ("Ctrl+Alt+R",), has_changed,
        help="Return all settings of the selected nodes to their defaults.", words="default clear revert",
    ),
    Command(
        "find", "Find nodes", "Edit", lambda w: find_bar.find_bar(w.canvas).begin(), ("Ctrl+F",), editing,
        help="By name, operator, setting, value, is:invalid, is:unused, in:body.", separator=True,
        words="search filter query go to",
    ),
    Command(
        "find_next", "Find next", "Edit", lambda w: find_bar.step(w.canvas, +1), ("F3",), editing,
        words="search again",
    ),
    Command(
        "find_previous", "Find previous", "Edit", lambda w: find_bar.step(w.canvas, -1),
        ("Shift+F3",), editing, words="search back",
    ),
    Command(
        "replace_settings", "Find and replace in settings", "Edit", lambda w: replace_card(w.canvas).begin(),
        ("Ctrl+H",), editing, help="A number or a text in the settings of all nodes, with every hit shown before.",
        words="substitute values rename many",
    ),
)  # fmt: skip
