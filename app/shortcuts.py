"""Which keys give which command: those of the table, unless a person has chosen others. A choice is kept by the
command's id; what it says of commands or keys that this version does not know is left alone and does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QKeySequence

if TYPE_CHECKING:
    from app.actions.command import Command

Custom = Mapping[str, tuple[str, ...]]

CANVAS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("Left", "Right", "Up", "Down"), "selects the next node on the canvas"),
    **dict.fromkeys(("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down"), "moves the selection on the canvas"),
    **dict.fromkeys(("Ctrl+Left", "Ctrl+Right", "Ctrl+Up", "Ctrl+Down"), "pans the canvas"),
    "Tab": "goes on to the next field, and adds an operator on the canvas",
    "Shift+Tab": "goes back to the field before",
    "Space": "runs or pauses, and pans the canvas while held",
    "Return": "opens or edits what is selected",
    "Enter": "opens or edits what is selected",
    "Esc": "gives up what is going on",
    "W": "wires the selected node to another",
    "F10": "opens the menu",
}
"""Keys that are no command's, and what they do: a command may not take them."""


def text_of(keys: str) -> str:
    """Return keys in the one form in which they are compared and kept; "" where they are no keys."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def shown(keys: str) -> str:
    """Return keys as this system writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def keys_of(command: Command, custom: Custom) -> tuple[str, ...]:
    """Return the keys of a command: those chosen, else those of the table."""
    if command.id not in custom:
        return command.keys
    return tuple(dict.fromkeys(text for keys in custom[command.id] if (text := text_of(keys))))


def holder(keys: str, commands: Iterable[Command], custom: Custom, besides: str = "") -> Command | None:
    """Return the command, other than the one of the id `besides`, that these keys give; None where there is none."""
    wanted = text_of(keys)
    return next(
        (c for c in commands if c.id != besides and wanted in (text_of(each) for each in keys_of(c, custom))), None
    )


def rebound(custom: Custom, command: Command, keys: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the choices with other keys for a command; the table's own need no choice."""
    others = {id: held for id, held in custom.items() if id != command.id}
    same = [text_of(each) for each in keys] == [text_of(each) for each in command.keys]
    return others if same else {**others, command.id: keys}


def taken(
    custom: Custom, commands: Iterable[Command], command: Command, keys: str, *, add: bool = False
) -> dict[str, tuple[str, ...]]:
    """Return the choices with `keys` given to a command, besides its others where `add`, and taken from whichever had
    them: one key never gives two commands."""
    all_commands = tuple(commands)
    wanted, result = text_of(keys), dict(custom)
    while (loser := holder(wanted, all_commands, result, command.id)) is not None:
        left = tuple(each for each in keys_of(loser, result) if text_of(each) != wanted)
        result = rebound(result, loser, left)
    before = tuple(each for each in keys_of(command, result) if text_of(each) != wanted) if add else ()
    return rebound(result, command, (*before, wanted))
