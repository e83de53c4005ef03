"""Which keys do what on the canvas: those of the table in `keys.py`, unless a person has chosen others. Also the names
of all keys in force, for menus and hints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app import shortcuts

if TYPE_CHECKING:
    from app.canvas.view import Canvas

MENU = "Canvas"
"""Where the editor of shortcuts says that these act."""


@dataclass(frozen=True, slots=True)
class CanvasKey:
    """Something that keys do while the canvas has the keyboard. `held` are keys that do it for as long as they are
    down: `run` is not called then."""

    id: str
    text: str
    keys: tuple[str, ...]
    run: Callable[[Canvas], object] = lambda _: None
    repeats: bool = False
    held: bool = False
    help: str = ""
    words: str = ""
    menu: str = MENU


@dataclass(slots=True)
class Bindings:
    """The keys in force."""

    acts: Mapping[str, CanvasKey] = field(default_factory=dict)
    """By keys in the one form of `shortcuts.text_of`."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of everything that has some, by its id; the first are those to be shown."""

    def bind(
        self, table: Iterable[CanvasKey], commands: Iterable[shortcuts.Bindable], custom: shortcuts.Custom
    ) -> None:
        """Put keys in force; of two that say the same keys the first counts."""
        acts: dict[str, CanvasKey] = {}
        names: dict[str, tuple[str, ...]] = {}
        for each in table:
            names[each.id] = shortcuts.keys_of(each, custom)
            for keys in names[each.id]:
                acts.setdefault(shortcuts.text_of(keys), each)
        names |= {command.id: shortcuts.keys_of(command, custom) for command in commands}
        self.acts, self.names = acts, names

    def of(self, event: QKeyEvent) -> CanvasKey | None:
        """Return what the keys of an event do on the canvas; None where they do nothing."""
        return self.acts.get(pressed(event))

    def holding(self, key: Qt.Key) -> CanvasKey | None:
        """Return what a key does while it is held, whatever other keys are down; None where it does nothing so."""
        found = (each for keys, each in self.acts.items() if each.held and QKeySequence(keys)[0].key() == key)
        return next(found, None)

    def first(self, id: str) -> str:
        """Return the first keys of something in the portable form; "" where it has none."""
        return (*self.names.get(id, ()), "")[0]

    def shown(self, id: str) -> str:
        """Return the first keys of something as this system writes them; "" where it has none."""
        return shortcuts.shown(self.first(id)) if self.first(id) else ""


def pressed(event: QKeyEvent) -> str:
    """Return the keys of an event in the one form in which they are compared."""
    flat = event.modifiers().value & ~Qt.KeyboardModifier.KeypadModifier.value
    return QKeySequence(flat | event.key()).toString(QKeySequence.SequenceFormat.PortableText)


@cache
def bindings() -> Bindings:
    """Return the keys in force in the running application: the settings say what they are."""
    from app.canvas.keys import KEYS  # that table is written in terms of this module

    made = Bindings()
    made.bind(KEYS, (), {})
    return made
