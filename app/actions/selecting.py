"""The commands of the Select and Arrange menus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions.command import Command, editing
from app.canvas import arranging

if TYPE_CHECKING:
    from app.window import Window


def nodes(least: int) -> Callable[[Window], bool]:
    """Return the condition that at least so many nodes are selected."""
    return lambda window: window.editing and len(window.session.selection) >= least


def things(least: int) -> Callable[[Window], bool]:
    """Return the condition that at least so many nodes and notes are selected."""
    return lambda window: window.editing and len(_selected(window)) >= least


def _selected(window: Window) -> list[str]:
    return [*window.session.selection, *window.session.selected_notes]


COMMANDS: tuple[Command, ...] = (
    Command(
        "select_none", "Select nothing", "Select", lambda w: w.session.select(), ("Ctrl+Shift+A",), editing,
        words="deselect clear",
    ),
    Command(
        "select_inverse", "Invert selection", "Select", lambda w: arranging.invert(w.canvas), (), editing,
        words="inverse other opposite",
    ),
    *(
        Command(
            f"select_{relation}", text, "Select", lambda w, how=relation: arranging.select_related(w.canvas, how),
            (keys,), nodes(2 if relation == "between" else 1), separator=relation == "upstream", help=help,
            words=f"selection {words}",
        )
        for relation, text, keys, help, words in (
            ("upstream", "Select upstream", "Alt+U", "All nodes that feed the selected ones.",
             "inputs sources before ancestors"),
            ("downstream", "Select downstream", "Alt+D", "All nodes that the selected ones feed.",
             "outputs targets after descendants"),
            ("linked", "Select linked", "Alt+L", "All nodes that wires join to the selected ones.",
             "connected component joined"),
            ("similar", "Select similar", "Alt+S", "All nodes here of the same operators as the selected ones.",
             "same type kind"),
            ("between", "Select path between", "Alt+P", "All nodes on the way from one selected node to another.",
             "path shortest route"),
        )
    ),
    Command(
        "tidy", "Arrange nodes", "Arrange", lambda w: w.tidy(), ("Ctrl+Shift+L",),
        lambda w: w.editing and bool(w.session.graph.nodes),
        help="Put the selected nodes, or all, in order from left to right along their wires.",
        words="tidy layout align sort clean up automatic layered",
    ),
    Command(
        "straighten", "Straighten wires", "Arrange", lambda w: arranging.straighten(w.canvas), ("Alt+Shift+S",),
        nodes(1), help="Move the selected nodes up or down so that the wires between them are level.",
        words="level align",
    ),
    *(
        Command(
            f"align_{how}", text, "Arrange", lambda w, how=how: arranging.align(w.canvas, how), (keys,), things(2),
            separator=how == "left", words="align line up edge",
        )
        for how, text, keys in (
            ("left", "Align left edges", "Alt+Shift+Left"),
            ("right", "Align right edges", "Alt+Shift+Right"),
            ("top", "Align tops", "Alt+Shift+Up"),
            ("bottom", "Align bottoms", "Alt+Shift+Down"),
            ("centre", "Align centres", "Alt+Shift+C"),
            ("middle", "Align middles", "Alt+Shift+M"),
        )
    ),
    Command(
        "distribute_across", "Distribute across", "Arrange", lambda w: arranging.distribute(w.canvas, across=True),
        ("Alt+Shift+H",), things(3), help="Equal gaps from left to right; the outermost stay.",
        words="space evenly horizontal gaps", separator=True,
    ),
    Command(
        "distribute_down", "Distribute down", "Arrange", lambda w: arranging.distribute(w.canvas, across=False),
        ("Alt+Shift+V",), things(3), help="Equal gaps from top to bottom; the outermost stay.",
        words="space evenly vertical gaps",
    ),
    Command(
        "frame_selection", "Frame around selection", "Arrange", lambda w: w.canvas.editing.frame_selection(),
        ("Ctrl+J",), nodes(1), help="A titled frame behind the selected nodes, which moves with them.",
        words="group box backdrop comment join", separator=True,
    ),
    Command(
        "collapse", "Collapse or expand", "Arrange", lambda w: arranging.toggle_collapsed(w.canvas), ("Alt+C",),
        nodes(1), help="Show the selected nodes as pills, or in full again. On the canvas also H.",
        words="fold minimise hide pill", separator=True,
    ),
    Command(
        "mute", "Mute or unmute", "Arrange", lambda w: arranging.toggle_muted(w.canvas), ("Alt+M",), nodes(1),
        help="Pass the selected nodes by: each passes on the first input that fits. On the canvas also M.",
        words="bypass disable switch off skip",
    ),
    Command(
        "snapping", "Snap while dragging", "Arrange", lambda w: w.toggle_snapping(), (),
        checked=lambda w: w.settings.snapping, help="To the grid, and into line with neighbours. Alt held: not now.",
        words="grid guides magnet", separator=True,
    ),
    Command(
        "pushing", "Push neighbours away", "Arrange", lambda w: w.toggle_pushing(), (),
        checked=lambda w: w.settings.pushing, help="Nodes make room for what is dropped upon them. Alt held: not now.",
        words="overlap room collision",
    ),
)  # fmt: skip
