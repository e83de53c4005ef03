"""The commands of the View menu."""

from __future__ import annotations

from app.actions import overlays
from app.actions.command import Command, editing, selected
from app.canvas import pinning

COMMANDS: tuple[Command, ...] = (
    Command(
        "fit", "Fit graph", "View", lambda w: w.canvas.show_all(), ("Ctrl+Shift+F", "Home"), editing,
        words="zoom all",
    ),
    Command(
        "fit_selection", "Fit selection", "View", lambda w: w.canvas.show_selection(), ("Shift+Home",), selected,
        words="zoom frame selected",
    ),
    Command(
        "actual_size", "Actual size", "View", lambda w: w.canvas.zoom_by(1.0 / w.canvas.camera.zoom), ("End",), editing,
        words="zoom 100",
    ),
    Command("zoom_in", "Zoom in", "View", lambda w: w.canvas.zoom_by(1.25), ("Ctrl+]",), editing),
    Command("zoom_out", "Zoom out", "View", lambda w: w.canvas.zoom_by(0.8), ("Ctrl+[",), editing),
    *overlays.COMMANDS,
    Command(
        "pin_preview", "Pin a preview", "View", lambda w: pinning.toggle(w.canvas), ("Alt+V",),
        lambda w: w.editing and bool(pinning.previewable(w.session)),
        lambda w: pinning.pinned(w.session, pinning.previewable(w.session)),
        help="Show what the selected nodes give on the nodes themselves.", separator=True,
        words="thumbnail sparkline histogram number show result",
    ),
    Command(
        "preview_size", "Next size of preview", "View", lambda w: pinning.next_size(w.canvas), ("Alt+B",),
        lambda w: w.editing and bool(pinning.previewable(w.session)),
        help="Make the selected nodes' previews larger; after the largest comes the smallest.",
        words="small medium large bigger thumbnail",
    ),
    *(
        Command(
            f"panel_{name}", text, "View", lambda w, name=name: w.toggle_panel(name), (keys,), editing,
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
            ("history", "History", "Ctrl+Alt+8"),
            ("steps", "Steps", "Ctrl+Alt+9"),
        )
    ),
    Command(
        "arrange", "Arrange panels", "View", lambda w: w.toggle_arranging(), (), editing, lambda w: w.arranging,
        help="Show the panels' title bars, to drag them elsewhere or out of the window.", words="dock move",
    ),
    Command(
        "restore_panels", "Put panels back", "View", lambda w: w.restore_panels(), (), editing,
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
        "present", "Presenter mode", "View", lambda w: w.presenting.toggle(), ("F12",), editing,
        lambda w: w.presenting.on, separator=True, help="Everything larger, no panels, keys and clicks named on the "
        "screen; Page Down and Page Up step, Esc leaves.", words="projector class lecture clicker big keystrokes",
    ),
    Command(
        "full_screen", "Full screen", "View",
        lambda w: w.toggle_full_screen(), ("F11",), checked=lambda w: w.isFullScreen(),
    ),
)  # fmt: skip
