"""Whether a lesson leaves a command out: asked by the table of commands, so that it stands by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.window import Window


def withheld(window: Window, command: str) -> bool:
    """Return whether the lesson that is shown leaves a command out now."""
    return window.editing and command in window.page.lessons.withholding.commands
