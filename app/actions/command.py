"""A command of the program as a record, and the conditions under which commands can be given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.canvas.menus import PYTHON

if TYPE_CHECKING:
    from app.window import Window


def always(window: Window) -> bool:
    return True


def editing(window: Window) -> bool:
    return window.editing


def recent_files(window: Window) -> list[tuple[str, Callable[[], object]]]:
    """Return the files used last that are still there, and what opens them."""
    paths = [Path(each) for each in window.settings.recent]
    return [(path.name, partial(window.open, path)) for path in paths if path.is_file()]


def several(window: Window) -> bool:
    return window.editing and len(window.document_pages) > 1


def has_nodes(window: Window) -> bool:
    return window.editing and bool(window.session.graph.nodes or window.session.layout.notes)


def selected(window: Window) -> bool:
    session = window.session
    return window.editing and bool(session.selection or session.selected_notes or session.selected_wires)


def nodes_selected(window: Window) -> bool:
    return window.editing and bool(window.session.selection)


def has_doors(window: Window) -> bool:
    session = window.session
    return window.editing and session.current is not None and bool(session.doors(session.current))


def is_python(window: Window) -> bool:
    session = window.session
    return window.editing and session.current is not None and session.node(session.current).operator == PYTHON


def computes(window: Window) -> bool:
    return window.editing and window.session.has_engine and bool(window.session.graph.nodes)


def running(window: Window) -> bool:
    return window.session.run_state in ("starting", "running")


def begun(window: Window) -> bool:
    return window.session.run_state != "idle"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `checked` makes it a toggle; `group` makes it one of several of which one holds."""

    id: str
    text: str
    menu: str
    run: Callable[[Window], object]
    keys: tuple[str, ...] = ()
    enabled: Callable[[Window], bool] = always
    checked: Callable[[Window], bool] | None = None
    group: str = ""
    separator: bool = False
    """Whether a line stands above it in its menu."""
    help: str = ""
    words: str = ""
    """Further words by which the command palette finds it."""
    below: Callable[[Window], Sequence[tuple[str, Callable[[], object]]]] | None = None
    """What stands in a menu of its own in place of the command: (text, what it does)."""
