"""The commands of the Edit menu."""

from __future__ import annotations

from app import picturing
from app.actions.command import Command, computes, editing, has_nodes, is_python, selected

COMMANDS: tuple[Command, ...] = (
    Command(
        "undo", "Undo", "Edit", lambda w: w.session.undo(), ("Ctrl+Z",),
        lambda w: w.editing and w.session.document.can_undo,
    ),
    Command(
        "redo", "Redo", "Edit", lambda w: w.session.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"),
        lambda w: w.editing and w.session.document.can_redo,
    ),
    Command("cut", "Cut", "Edit", lambda w: w.cut(), ("Ctrl+X",), selected, separator=True),
    Command("copy", "Copy", "Edit", lambda w: w.copy(), ("Ctrl+C",), selected),
    Command(
        "copy_picture", "Copy as picture", "Edit", lambda w: picturing.copy(w), ("Ctrl+Shift+C",), has_nodes,
        help="Put a picture of the selection, or of the whole graph, on the clipboard; the graph is inside it.",
        words="image screenshot png clipboard",
    ),
    Command(
        "copy_numpy", "Copy as Python (NumPy)", "Edit", lambda w: w.copy_script("numpy"), (), computes,
        help="Put the loss and its gradients on the clipboard as a script that runs without Gradwire.",
        words="export code script autograd source",
    ),
    Command(
        "copy_jax", "Copy as Python (JAX)", "Edit", lambda w: w.copy_script("jax"), (), computes,
        help="Put the loss and its gradients on the clipboard as a JAX script that runs without Gradwire.",
        words="export code script source",
    ),
    Command("paste", "Paste", "Edit", lambda w: w.paste(), ("Ctrl+V",), editing),
    Command("duplicate", "Duplicate", "Edit", lambda w: w.session.duplicate(), ("Ctrl+D",), selected),
    Command(
        "delete", "Delete", "Edit", lambda w: w.session.remove_selected(), ("Del", "Backspace"), selected,
        words="remove",
    ),
    Command(
        "explode", "Explode Python node to nodes", "Edit", lambda w: w.session.explode(w.session.current or ""), (),
        is_python, help="Replace the selected Python node by the nodes that compute the same.",
        words="unpack take apart code convert",
    ),
    Command(
        "select_all", "Select all", "Edit", lambda w: w.session.select_all(), ("Ctrl+A",), editing, separator=True,
    ),
    Command(
        "rename", "Rename node", "Edit", lambda w: w.rename(), ("F2",),
        lambda w: w.editing and w.session.current is not None,
    ),
    Command(
        "add_operator", "Add operator…", "Edit", lambda w: w.canvas.add_at(w.canvas.pointed()), ("Ctrl+Space",),
        editing,
        help="Offer the operators, and put the chosen one where the pointer is.", words="insert node quick add new",
    ),
    Command(
        "find_operator", "Find operator", "Edit", lambda w: w.focus_palette(), ("Ctrl+Shift+O",), editing,
        words="search add palette node",
    ),
    Command(
        "favourite", "Favourite operator", "Edit", lambda w: w.toggle_favourite(), ("Alt+F",), editing,
        help="Make the operator chosen in the list a favourite, or no longer; the star in its row does the same.",
        words="star like palette",
    ),
    Command(
        "focus_canvas", "Go to the canvas", "Edit", lambda w: w.restore_focus(), ("Ctrl+E",), editing,
        words="keyboard focus",
    ),
    Command(
        "focus_inspector", "Go to the inspector", "Edit", lambda w: w.focus_inspector(), ("Ctrl+I",),
        lambda w: w.editing and w.session.current is not None, words="keyboard focus settings",
    ),
    Command(
        "add_note", "Add note", "Edit", lambda w: w.add_note(), ("Ctrl+Shift+N",), editing,
        words="comment text frame",
    ),
)  # fmt: skip
