"""Commands for whoever works by keys alone; they stand in the Go menu."""

from __future__ import annotations

from app.actions.command import Command
from app.frame import areas

COMMANDS: tuple[Command, ...] = (
    Command(
        "next_area", "Next area", "Go", lambda w: areas.go(w, +1), ("Ctrl+F6",), separator=True,
        help="Take the keyboard to the next panel, from the canvas too.",
        words="focus panel pane keyboard accessibility",
    ),
    Command(
        "previous_area", "Previous area", "Go", lambda w: areas.go(w, -1), ("Ctrl+Shift+F6",),
        help="Take the keyboard to the panel before.", words="focus panel pane keyboard accessibility",
    ),
)  # fmt: skip
