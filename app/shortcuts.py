"""Which keys give which command: those of the table, unless a person has chosen others. A choice is kept by the
command's id; what it says of commands or keys that this version does not know is left alone and does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from PySide6.QtGui import QKeySequence


class Bindable(Protocol):
    """What keys can be given to: a command of the window, or something that the canvas does."""

    @property
    def id(self) -> str:
        """What it is called in the settings."""

    @property
    def text(self) -> str:
        """What it is called."""

    @property
    def menu(self) -> str:
        """Where it stands."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys, unless a person has chosen others."""

    @property
    def help(self) -> str:
        """A sentence about it."""

    @property
    def words(self) -> str:
        """What else it is found by."""


Custom = Mapping[str, tuple[str, ...]]

FIXED: Final[Mapping[str, str]] = {
    "Tab": "goes on to the next field, and adds an operator on the canvas",
    "Shift+Tab": "goes back to the field before",
    "Esc": "gives up what is going on",
    "F10": "opens the menu",
    **{f"{k}": "goes to the bookmark of that digit" for k in range(1, 10)},
    **{f"Ctrl+{k}": "bookmarks what the canvas shows under that digit" for k in range(1, 10)},
}
"""Keys that always do the same, and what that is: nothing else may take them."""
WITHIN: Final = frozenset(("Left", "Right", "Up", "Down", "Return", "Enter", "Space"))
"""Keys that lists, buttons and fields need: they may do something on the canvas, but no command of the window may take
them."""


def text_of(keys: str) -> str:
    """Return keys in the one form in which they are compared and kept; "" where they are no keys."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def shown(keys: str) -> str:
    """Return keys as this system writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def keys_of(command: Bindable, custom: Custom) -> tuple[str, ...]:
    """Return the keys of a command: those chosen, else those of the table."""
    if command.id not in custom:
        return command.keys
    return tuple(dict.fromkeys(text for keys in custom[command.id] if (text := text_of(keys))))


def holder(keys: str, commands: Iterable[Bindable], custom: Custom, besides: str = "") -> Bindable | None:
    """Return the command, other than the one of the id `besides`, that these keys give; None where there is none."""
    wanted = text_of(keys)
    return next(
        (c for c in commands if c.id != besides and wanted in (text_of(each) for each in keys_of(c, custom))), None
    )


def rebound(custom: Custom, command: Bindable, keys: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the choices with other keys for a command; the table's own need no choice."""
    others = {id: held for id, held in custom.items() if id != command.id}
    same = [text_of(each) for each in keys] == [text_of(each) for each in command.keys]
    return others if same else {**others, command.id: keys}


def taken(
    custom: Custom, commands: Iterable[Bindable], command: Bindable, keys: str, *, add: bool = False
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
