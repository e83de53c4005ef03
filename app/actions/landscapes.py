"""The commands of the loss landscape and of the table of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.command import Command, computes, editing

if TYPE_CHECKING:
    from app.window import Window


def compare(window: Window) -> None:
    """Let a person choose optimizers to compare."""
    from app.landscape.compare_card import CompareCard

    if not window.workspace.terrain.optimizer:
        window.session.message.emit("Add an optimizer and wire a loss into it: its rivals are compared on that loss.")
        return
    window.workspace.show_panel("landscape")
    CompareCard(window, window.workspace.landscape).open()


COMMANDS: tuple[Command, ...] = (
    Command(
        "panel_landscape", "Loss landscape", "View", lambda w: w.toggle_panel("landscape"), ("Ctrl+Alt+0",), editing,
        lambda w: w.panel_visible("landscape"), words="panel dock show hide contour surface path curvature hessian",
    ),
    Command(
        "panel_runs", "Runs", "View", lambda w: w.toggle_panel("runs"), ("Ctrl+Alt+U",), editing,
        lambda w: w.panel_visible("runs"), words="panel dock show hide table history curves seeds smoothing gradients",
    ),
    Command(
        "compare_optimizers", "Compare optimizers…", "Run", compare, ("Ctrl+Alt+O",), computes,
        help="Run several methods side by side: same start, same seed, in step; the document stays as it is.",
        words="methods momentum adam rivals side by side landscape contour race",
    ),
)  # fmt: skip
