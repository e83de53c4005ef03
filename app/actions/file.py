"""The commands of the File menu."""

from __future__ import annotations

from app import picturing
from app.actions import sharing
from app.actions.command import Command, begun, editing, has_nodes, recent_files, selected, several
from engine.edits import SetKept

COMMANDS: tuple[Command, ...] = (
    Command("new", "New", "File", lambda w: w.new(), ("Ctrl+N",), help="Start with an empty canvas.", words="tab"),
    Command("open", "Open…", "File", lambda w: w.open_dialog(), ("Ctrl+O",), help="Open a .dgraph file."),
    Command(
        "open_recent", "Open recent", "File", lambda w: w.show_start(), (), lambda w: bool(w.settings.recent),
        words="last files history", below=recent_files,
    ),
    Command(
        "start_page", "Start page", "File", lambda w: w.show_start(), ("Ctrl+Shift+H",),
        words="home welcome samples recent",
    ),
    Command(
        "close", "Close", "File", lambda w: w.close_page(), ("Ctrl+W",), editing,
        help="Close this document; its window stays.", words="tab document",
    ),
    Command(
        "move_to_window", "Move to new window", "File", lambda w: w.move_page(), ("Ctrl+Alt+N",), several,
        help="Give this document a window of its own.", words="tab tear off detach screen",
    ),
    Command(
        "compare_with", "Compare with…", "File", lambda w: w.compare_dialog(), ("Ctrl+Alt+D",), editing,
        help="Show this document beside another file, with what was added, removed and changed.",
        words="diff difference versions side by side",
    ),
    Command("save", "Save", "File", lambda w: w.save(), ("Ctrl+S",), editing, separator=True),
    Command("save_as", "Save as…", "File", lambda w: w.save_as(), ("Ctrl+Shift+S",), editing),
    Command(
        "export_picture", "Export as picture…", "File", lambda w: picturing.export(w), ("Ctrl+Shift+E",), has_nodes,
        help="Write the whole graph as PNG, SVG or PDF. The PNG carries the graph: opened here, it is the graph again.",
        words="image png svg pdf print screenshot save", separator=True,
    ),
    Command(
        "export_selection", "Export selection as picture…", "File", lambda w: picturing.export(w, selection=True), (),
        selected, help="Write the selected nodes and notes as PNG, SVG or PDF.", words="image png svg pdf print",
    ),
    *sharing.COMMANDS,
    Command(
        "keep_values", "Keep these values", "File", lambda w: w.session.keep_values(), ("Ctrl+Shift+K",), begun,
        separator=True, help="Write the run's parameters into the document, as one step that can be undone.",
        words="store parameters trained",
    ),
    Command(
        "forget_values", "Forget kept values", "File", lambda w: w.session.apply(SetKept(None)), (),
        lambda w: w.editing and w.session.content.kept is not None, words="discard start values initial",
    ),
    Command(
        "preferences", "Preferences…", "File", lambda w: w.show_preferences(), ("Ctrl+,",), separator=True,
        help="Appearance, canvas, running, shortcuts, plugins, files.", words="settings options configure shortcuts",
    ),
    Command("quit", "Quit", "File", lambda w: w.family.close_all(), ("Ctrl+Q",), separator=True, words="exit close"),
)  # fmt: skip
