"""The sections that are tables of rows: appearance, canvas, running."""

from __future__ import annotations

from typing import Final

from app.preferences.parts import Row
from app.theme import SCALES, THEMES
from app.worker.client import PACES

APPEARANCE: Final = (
    Row(
        "theme",
        "Theme",
        "Colours of the whole window. All three are safe for colour-blind eyes.",
        lambda w: w.settings.theme,
        lambda w, value: w.set_theme(str(value)),
        tuple((theme.name, theme.title) for theme in THEMES.values()),
    ),
    Row(
        "scale",
        "Text size",
        "Everything grows with it: texts, nodes, plots. For projectors 150 % or more.",
        lambda w: w.settings.scale,
        lambda w, value: w.set_scale(float(value)),  # type: ignore[arg-type]
        tuple((scale, f"{scale:.0%}".replace("%", " %")) for scale in SCALES),
    ),
    Row(
        "reduced_motion",
        "Reduced motion",
        "No values run along wires, and nothing glows or slides.",
        lambda w: w.settings.reduced_motion,
        lambda w, _: w.toggle_reduced_motion(),
    ),
)

CANVAS: Final = (
    Row(
        "grid",
        "Dots",
        "A quiet grid behind the nodes.",
        lambda w: w.settings.grid,
        lambda w, _: w.toggle_grid(),
    ),
    Row(
        "minimap",
        "Overview",
        "The whole graph in a corner while only a part of it is seen.",
        lambda w: w.settings.minimap,
        lambda w, _: w.toggle_minimap(),
    ),
    Row(
        "panels",
        "Title bars on panels",
        "To drag panels elsewhere, or out of the window.",
        lambda w: w.arranging,
        lambda w, _: w.toggle_arranging(),
    ),
)

RUNNING: Final = (
    Row(
        "pace",
        "Pace",
        "Watchable lets a run that would be over in a blink last two seconds, so that it can be seen.",
        lambda w: w.pace,
        lambda w, value: w.set_pace(str(value)),
        tuple((name, pace.title) for name, pace in PACES.items()),
    ),
    Row(
        "compile_runs",
        "Compile long runs (XLA)",
        "Where JAX is installed, a run goes over to its compiled form once that is ready in the background.",
        lambda w: w.settings.compile_runs,
        lambda w, _: w.toggle_compile_runs(),
    ),
    Row(
        "watch_training",
        "Watch training",
        "Nodes are marked where training goes wrong: derivatives vanish or explode, units are dead, steps too large.",
        lambda w: w.settings.watch_training,
        lambda w, _: w.toggle_watching(),
    ),
)
