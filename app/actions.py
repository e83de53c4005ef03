"""Every command of the program in one table: its name, its keys, where it stands in the menus, what it does and when
it can.

Menus, the command palette and the keyboard help are drawn from it; nothing else binds a key of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.canvas.menus import PYTHON
from engine.edits import SetKept

if TYPE_CHECKING:
    from app.window import Window

MENUS = ("File", "Edit", "View", "Run", "Help")


def _always(window: Window) -> bool:
    return True


def _editing(window: Window) -> bool:
    return window.editing


def _selected(window: Window) -> bool:
    session = window.session
    return window.editing and bool(session.selection or session.selected_notes or session.selected_wires)


def _has_doors(window: Window) -> bool:
    session = window.session
    return window.editing and session.current is not None and bool(session.doors(session.current))


def _is_python(window: Window) -> bool:
    session = window.session
    return window.editing and session.current is not None and session.node(session.current).operator == PYTHON


def _computes(window: Window) -> bool:
    return window.editing and window.session.has_engine and bool(window.session.graph.nodes)


def _running(window: Window) -> bool:
    return window.session.run_state in ("starting", "running")


def _begun(window: Window) -> bool:
    return window.session.run_state != "idle"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `checked` makes it a toggle; `group` makes it one of several of which one holds."""

    id: str
    text: str
    menu: str
    run: Callable[[Window], object]
    keys: tuple[str, ...] = ()
    enabled: Callable[[Window], bool] = _always
    checked: Callable[[Window], bool] | None = None
    group: str = ""
    separator: bool = False
    """Whether a line stands above it in its menu."""
    help: str = ""
    words: str = ""
    """Further words by which the command palette finds it."""


COMMANDS: tuple[Command, ...] = (
    Command("new", "New", "File", lambda w: w.new(), ("Ctrl+N",), help="Start with an empty canvas."),
    Command("open", "Open…", "File", lambda w: w.open_dialog(), ("Ctrl+O",), help="Open a .dgraph file."),
    Command(
        "start_page", "Start page", "File", lambda w: w.show_start(), ("Ctrl+Shift+H",),
        words="home welcome samples recent",
    ),
    Command("save", "Save", "File", lambda w: w.save(), ("Ctrl+S",), _editing, separator=True),
    Command("save_as", "Save as…", "File", lambda w: w.save_as(), ("Ctrl+Shift+S",), _editing),
    Command(
        "keep_values", "Keep these values", "File", lambda w: w.session.keep_values(), ("Ctrl+Shift+K",), _begun,
        help="Write the run's parameters into the document, as one step that can be undone.",
        words="store parameters trained",
    ),
    Command(
        "forget_values", "Forget kept values", "File", lambda w: w.session.apply(SetKept(None)), (),
        lambda w: w.editing and w.session.content.kept is not None, words="discard start values initial",
    ),
    Command("quit", "Quit", "File", lambda w: w.close(), ("Ctrl+Q",), separator=True, words="exit close"),
    # ---
    Command(
        "undo", "Undo", "Edit", lambda w: w.session.undo(), ("Ctrl+Z",),
        lambda w: w.editing and w.session.document.can_undo,
    ),
    Command(
        "redo", "Redo", "Edit", lambda w: w.session.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"),
        lambda w: w.editing and w.session.document.can_redo,
    ),
    Command("cut", "Cut", "Edit", lambda w: w.cut(), ("Ctrl+X",), _selected, separator=True),
    Command("copy", "Copy", "Edit", lambda w: w.copy(), ("Ctrl+C",), _selected),
    Command(
        "copy_numpy", "Copy as Python (NumPy)", "Edit", lambda w: w.copy_script("numpy"), (), _computes,
        help="Put the loss and its gradients on the clipboard as a script that runs without Gradwire.",
        words="export code script autograd source",
    ),
    Command(
        "copy_jax", "Copy as Python (JAX)", "Edit", lambda w: w.copy_script("jax"), (), _computes,
        help="Put the loss and its gradients on the clipboard as a JAX script that runs without Gradwire.",
        words="export code script source",
    ),
    Command("paste", "Paste", "Edit", lambda w: w.paste(), ("Ctrl+V",), _editing),
    Command("duplicate", "Duplicate", "Edit", lambda w: w.session.duplicate(), ("Ctrl+D",), _selected),
    Command(
        "delete", "Delete", "Edit", lambda w: w.session.remove_selected(), ("Del", "Backspace"), _selected,
        words="remove",
    ),
    Command(
        "explode", "Explode Python node to nodes", "Edit", lambda w: w.session.explode(w.session.current or ""), (),
        _is_python, help="Replace the selected Python node by the nodes that compute the same.",
        words="unpack take apart code convert",
    ),
    Command(
        "tidy", "Arrange nodes", "Edit", lambda w: w.tidy(), ("Ctrl+Shift+L",),
        lambda w: w.editing and bool(w.session.graph.nodes),
        help="Put the selected nodes, or all, in order from left to right along their wires.",
        words="tidy layout align sort clean up",
    ),
    Command(
        "select_all", "Select all", "Edit", lambda w: w.session.select_all(), ("Ctrl+A",), _editing, separator=True,
    ),
    Command(
        "rename", "Rename node", "Edit", lambda w: w.rename(), ("F2",),
        lambda w: w.editing and w.session.current is not None,
    ),
    Command(
        "find_operator", "Find operator", "Edit", lambda w: w.focus_palette(), ("Ctrl+F",), _editing,
        words="search add palette node",
    ),
    Command(
        "focus_canvas", "Go to the canvas", "Edit", lambda w: w.restore_focus(), ("Ctrl+E",), _editing,
        words="keyboard focus",
    ),
    Command(
        "focus_inspector", "Go to the inspector", "Edit", lambda w: w.focus_inspector(), ("Ctrl+I",),
        lambda w: w.editing and w.session.current is not None, words="keyboard focus settings",
    ),
    Command(
        "add_note", "Add note", "Edit", lambda w: w.add_note(), ("Ctrl+Shift+N",), _editing,
        words="comment text frame",
    ),
    # ---
    Command("fit", "Fit graph", "View", lambda w: w.canvas.fit(), ("Ctrl+Shift+F", "Home"), _editing, words="zoom all"),
    Command(
        "actual_size", "Actual size", "View", lambda w: w.canvas.zoom_to(1.0), ("Ctrl+1",), _editing,
        words="zoom 100",
    ),
    Command("zoom_in", "Zoom in", "View", lambda w: w.canvas.zoom_by(1.25), ("Ctrl+]",), _editing),
    Command("zoom_out", "Zoom out", "View", lambda w: w.canvas.zoom_by(0.8), ("Ctrl+[",), _editing),
    Command(
        "open_body", "Open body", "View", lambda w: w.canvas.editing.open_body(w.session.current or ""),
        ("Alt+Down",), _has_doors, help="Show what lies inside the selected node; of a Call, its function.",
        words="enter subgraph loop branch function inside look into", separator=True,
    ),
    Command(
        "leave_body", "Leave body", "View", lambda w: w.session.leave(), ("Alt+Up",),
        lambda w: w.editing and bool(w.session.body), words="exit subgraph out outside parent breadcrumb back",
    ),
    Command(
        "other_body", "Other body of the same node", "View", lambda w: w.session.enter(w.session.sister),
        ("Alt+Right",), lambda w: w.editing and bool(w.session.sister),
        words="then otherwise condition switch sister",
    ),
    Command(
        "show_values", "Values on wires", "View", lambda w: w.toggle_overlay("value"), ("Alt+1",), _editing,
        lambda w: "value" in w.session.overlays, separator=True,
    ),
    Command(
        "show_shapes", "Shapes on wires", "View", lambda w: w.toggle_overlay("shape"), ("Alt+2",), _editing,
        lambda w: "shape" in w.session.overlays,
    ),
    Command(
        "show_cotangents", "Derivatives on wires", "View", lambda w: w.toggle_overlay("cotangent"), ("Alt+3",),
        _editing, lambda w: "cotangent" in w.session.overlays, words="cotangents gradients adjoint",
    ),
    *(
        Command(
            f"panel_{name}", text, "View", lambda w, name=name: w.toggle_panel(name), (keys,), _editing,
            lambda w, name=name: w.panel_visible(name), separator=name == "palette", words="panel dock show hide",
        )
        for name, text, keys in (
            ("palette", "Operators", "Ctrl+Alt+1"),
            ("outline", "Outline", "Ctrl+Alt+2"),
            ("inspector", "Inspector", "Ctrl+Alt+3"),
            ("plots", "Plots", "Ctrl+Alt+4"),
            ("problems", "Problems", "Ctrl+Alt+5"),
            ("code", "Code and tape", "Ctrl+Alt+6"),
            ("compare", "Compare approaches", "Ctrl+Alt+7"),
        )
    ),
    Command(
        "arrange", "Arrange panels", "View", lambda w: w.toggle_arranging(), (), _editing, lambda w: w.arranging,
        help="Show the panels' title bars, to drag them elsewhere or out of the window.", words="dock move",
    ),
    Command(
        "restore_panels", "Put panels back", "View", lambda w: w.restore_panels(), (), _editing,
        words="dock reset layout",
    ),
    *(
        Command(
            f"theme_{name}", text, "View", lambda w, name=name: w.set_theme(name), (),
            checked=lambda w, name=name: w.settings.theme == name, group="theme",
            separator=name == "light", words="theme colours appearance",
        )
        for name, text in (("light", "Light theme"), ("dark", "Dark theme"), ("contrast", "High-contrast theme"))
    ),
    Command(
        "larger", "Larger text", "View", lambda w: w.change_scale(+1), ("Ctrl++", "Ctrl+="), separator=True,
        words="font scale bigger projector",
    ),
    Command("smaller", "Smaller text", "View", lambda w: w.change_scale(-1), ("Ctrl+-",), words="font scale"),
    Command(
        "normal_size", "Normal text size", "View", lambda w: w.set_scale(1.0), ("Ctrl+0",), words="font scale reset",
    ),
    Command(
        "reduced_motion", "Reduced motion", "View", lambda w: w.toggle_reduced_motion(), (),
        checked=lambda w: w.settings.reduced_motion, words="animation",
    ),
    Command(
        "full_screen", "Full screen", "View",
        lambda w: w.toggle_full_screen(), ("F11",), checked=lambda w: w.isFullScreen(),
    ),
    # ---
    Command(
        "run", "Run or pause", "Run", lambda w: w.session.toggle_run(), ("F5", "Ctrl+Return"), _editing,
        words="train start go play",
    ),
    Command(
        "step", "One step", "Run", lambda w: w.session.step(), ("F6",), lambda w: w.editing and not _running(w),
        words="single",
    ),
    Command(
        "compile_runs", "Compile long runs (XLA)", "Run", lambda w: w.toggle_compile_runs(), (),
        checked=lambda w: w.settings.compile_runs, words="jax fast speed backend compiler numpy",
    ),
    Command("stop", "Stop", "Run", lambda w: w.session.stop(), ("Shift+F5",), _begun),
    Command(
        "reset", "Reset", "Run", lambda w: w.session.reset(), ("Ctrl+Shift+R",), _begun, words="start values forget",
    ),
    Command(
        "check_gradient", "Check gradient of node", "Run", lambda w: w.check_gradient(), ("F7",),
        lambda w: w.editing and w.session.current is not None, separator=True,
    ),
    Command(
        "next_problem", "Next problem", "Run", lambda w: w.next_problem(), ("F8",),
        lambda w: bool(w.session.problems), words="error jump",
    ),
    # ---
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
    Command("about", "About Gradwire", "Help", lambda w: w.show_about(), (), words="version licence", separator=True),
)  # fmt: skip
"""The table. Order within a menu is the order here."""

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


class Actions:
    """The table as QActions of one window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._groups: dict[str, QActionGroup] = {}
        self.by_id: dict[str, QAction] = {command.id: self._made(command) for command in COMMANDS}

    def __getitem__(self, id: str) -> QAction:
        return self.by_id[id]

    def _made(self, command: Command) -> QAction:
        action = QAction(command.text, self._window)
        action.setObjectName(command.id)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(command.help or command.text.rstrip("…"))
        action.setCheckable(command.checked is not None)
        if command.group:
            group = self._groups.setdefault(command.group, QActionGroup(self._window))
            group.addAction(action)
        action.triggered.connect(lambda _=False, run=command.run: run(self._window))
        self._window.addAction(action)
        return action

    def refresh(self) -> None:
        """Bring enabled and checked marks, and the names of what undo and redo would do, up to date."""
        for command in COMMANDS:
            action = self.by_id[command.id]
            action.setEnabled(command.enabled(self._window))
            if command.checked is not None:
                action.setChecked(command.checked(self._window))
        document = self._window.session.document
        self.by_id["undo"].setText(f"Undo {document.undo_name}" if document.can_undo else "Undo")
        self.by_id["redo"].setText(f"Redo {document.redo_name}" if document.can_redo else "Redo")

    def menu(self, name: str, parent: QWidget) -> QMenu:
        """Return a new menu with the commands that stand in the menu of that name."""
        menu = QMenu(name, parent)
        for command in COMMANDS:
            if command.menu == name:
                if command.separator:
                    menu.addSeparator()
                menu.addAction(self.by_id[command.id])
        return menu

    def main_menu(self, parent: QWidget) -> QMenu:
        """Return a new menu that holds all menus."""
        menu = QMenu(parent)
        for name in MENUS:
            menu.addMenu(self.menu(name, menu))
        return menu


def keys_text(command: Command) -> str:
    """Return a command's first keys as this system writes them, or ""."""
    return QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if command.keys else ""
