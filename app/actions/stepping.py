"""The commands of stepping: going through one optimizer step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.command import Command, computes, nodes_selected

if TYPE_CHECKING:
    from app.window import Window


ROOM = 340
"""How high the panel is at least once it is asked for, at scale 1."""


def stepping(window: Window) -> bool:
    return window.editing and window.session.stepping.on


def step_through(window: Window) -> None:
    """Show the panel of steps, the keyboard in it, and record the next step."""
    window.workspace.show_panel("steps")
    window.workspace.make_room("steps", ROOM)
    window.session.stepping.begin(step=None)
    window.workspace.steps.setFocus()


def toggle_breakpoint(window: Window) -> None:
    """Let playing stop at the selected nodes, or no more where it does at all of them."""
    stepping, chosen = window.session.stepping, window.session.selection
    on = chosen <= stepping.breakpoints
    for node in chosen if on else chosen - stepping.breakpoints:
        stepping.toggle_breakpoint(node)


def breaks(window: Window) -> bool:
    """Whether playing stops at every selected node."""
    chosen = window.session.selection
    return bool(chosen) and chosen <= window.session.stepping.breakpoints


COMMANDS: tuple[Command, ...] = (
    Command(
        "step_through", "Step through an optimizer step", "Run", step_through, ("F4",), computes, separator=True,
        help="Record the next step, and go through it forward and back: each value, each derivative, each update.",
        words="trace debug micro-step forward backward pass replay watch explain",
    ),
    Command(
        "step_forward", "Step forward", "Run", lambda w: w.session.stepping.forward(), ("Ctrl+Alt+Right",), stepping,
        words="micro-step next",
    ),
    Command(
        "step_back", "Step back", "Run", lambda w: w.session.stepping.back(), ("Ctrl+Alt+Left",), stepping,
        words="micro-step previous undo reverse",
    ),
    Command(
        "step_start", "To the start of the step", "Run", lambda w: w.session.stepping.to_start(), ("Ctrl+Alt+Home",),
        stepping, words="micro-step first",
    ),
    Command(
        "step_end", "To the end of the step", "Run", lambda w: w.session.stepping.to_end(), ("Ctrl+Alt+End",),
        stepping, words="micro-step last",
    ),
    Command(
        "step_play", "Play the step", "Run", lambda w: w.session.stepping.play(), ("Ctrl+Alt+Space",), stepping,
        lambda w: w.session.stepping.playing, words="micro-step animate stop",
    ),
    Command(
        "step_leave", "Leave the step", "Run", lambda w: w.session.stepping.end(), (), stepping,
        words="micro-step end stop close",
    ),
    Command(
        "breakpoint", "Stop playing here", "Run", toggle_breakpoint, ("Ctrl+Alt+B",), nodes_selected, breaks,
        help="Let playing stop at the selected nodes.", words="breakpoint halt pause",
    ),
)  # fmt: skip
