"""The commands of the Go menu: places, bookmarks, views and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import bookmarks
from app.actions.command import Command, editing, several
from app.canvas import following

if TYPE_CHECKING:
    from app.window import Window


def _can_go(by: int, window: Window) -> bool:
    return window.editing and window.canvas.can_go(by)


COMMANDS: tuple[Command, ...] = (
    Command(
        "back", "Back", "Go", lambda w: w.canvas.step_place(-1), ("Alt+Left",), lambda w: _can_go(-1, w),
        help="Show the place, and the body, that the canvas showed before the last jump.", words="previous history",
    ),
    Command(
        "forward", "Forward", "Go", lambda w: w.canvas.step_place(+1), ("Alt+Right",), lambda w: _can_go(+1, w),
        words="next history",
    ),
    Command(
        "to_source", "To where the wire comes from", "Go", lambda w: following.follow(w.canvas, "source"), ("Alt+,",),
        editing, separator=True,
        help="From the selected wire, the socket under the pointer or the selected node to the node that feeds it.",
        words="source jump follow upstream input",
    ),
    Command(
        "to_target", "To where the wire leads", "Go", lambda w: following.follow(w.canvas, "target"), ("Alt+.",),
        editing,
        help="From the selected wire, the socket under the pointer or the selected node to the node it feeds.",
        words="target destination jump follow downstream output",
    ),
    Command(
        "add_bookmark", "Bookmark this place…", "Go", lambda w: w.add_bookmark(), ("Ctrl+B",), editing,
        separator=True, help="Give what the canvas shows a name, to come back to it.", words="remember place mark",
    ),
    Command(
        "bookmarks", "Bookmarks…", "Go", lambda w: w.show_bookmarks(), ("Ctrl+Shift+B",), editing,
        help="Go to a bookmark, rename it, give it a digit, or take it away.", words="places marks list",
    ),
    Command(
        "go_to_bookmark", "Go to bookmark", "Go", lambda w: w.show_bookmarks(), (),
        lambda w: w.editing and bool(w.session.layout.bookmarks), words="places marks", below=bookmarks.choices,
    ),
    Command(
        "split_view", "Two views", "Go", lambda w: w.workspace.panes.toggle(), ("Ctrl+\\",), editing,
        lambda w: w.workspace.panes.split, separator=True,
        help="Show the document twice, side by side, each view with its own place and body.", words="split pane",
    ),
    Command(
        "other_view", "Other view", "Go", lambda w: w.workspace.panes.step(), ("F9",),
        lambda w: w.editing and w.workspace.panes.split, words="split pane switch focus",
    ),
    Command(
        "next_tab", "Next document", "Go", lambda w: w.step_page(+1), ("Ctrl+Tab", "Ctrl+PgDown"), several,
        words="tab switch", separator=True,
    ),
    Command(
        "previous_tab", "Previous document", "Go", lambda w: w.step_page(-1), ("Ctrl+Shift+Tab", "Ctrl+PgUp"),
        several, words="tab switch",
    ),
)  # fmt: skip
