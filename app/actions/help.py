"""The commands of the Help menu."""

from __future__ import annotations

from app.actions.command import Command

COMMANDS: tuple[Command, ...] = (
    Command(
        "commands", "All commands", "Help", lambda w: w.show_commands(), ("Ctrl+K", "Ctrl+Shift+P"),
        words="palette search",
    ),
    Command(
        "operator_help", "Help on operators", "Help", lambda w: w.show_help(), ("F1",),
        help="The page of the selected node's operator, or of the one chosen in the palette.",
        words="manual documentation reference formula explain",
    ),
    Command(
        "keys", "Keyboard and mouse", "Help", lambda w: w.show_keys(), ("Shift+F1",), words="shortcuts help hotkeys",
    ),
    Command(
        "tour", "Guided tour", "Help", lambda w: w.show_tour(), (),
        help="Build and run a small graph, step by step; it goes on where it was left.",
        words="tutorial introduction learn first steps lesson",
    ),
    Command(
        "news", "What's new", "Help", lambda w: w.show_news(), (), words="changes changelog version release",
    ),
    Command("about", "About Gradwire", "Help", lambda w: w.show_about(), (), words="version licence", separator=True),
)  # fmt: skip
