"""The commands of the View menu that show or hide what is written on wires and nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from app.actions.command import Command, computes, editing

if TYPE_CHECKING:
    from app.window import Window

OVERLAYS = (
    "show_values", "show_shapes", "show_cotangents", "show_sockets", "show_partials", "show_norms", "show_profile",
)  # fmt: skip
"""What the chooser offers, in this order."""


def choose(window: Window) -> None:
    """Open the list of what can be shown on wires and nodes, each with a mark where it is; by keys or by mouse."""
    menu = QMenu("Overlays", window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for id in OVERLAYS:
        menu.addAction(window.actions_table[id])
    menu.setActiveAction(menu.actions()[0])
    menu.popup(window.canvas.mapToGlobal(QPoint(16, 16)))


COMMANDS: tuple[Command, ...] = (
    Command(
        "show_values", "Values on wires", "View", lambda w: w.toggle_overlay("value"), ("Alt+1",), editing,
        lambda w: "value" in w.session.overlays, separator=True,
    ),
    Command(
        "show_shapes", "Shapes on wires", "View", lambda w: w.toggle_overlay("shape"), ("Alt+2",), editing,
        lambda w: "shape" in w.session.overlays,
    ),
    Command(
        "show_cotangents", "Derivatives on wires", "View", lambda w: w.toggle_overlay("cotangent"), ("Alt+3",),
        editing, lambda w: "cotangent" in w.session.overlays, words="cotangents gradients adjoint",
    ),
    Command(
        "show_sockets", "Values and shapes at sockets", "View", lambda w: w.toggle_overlay("sockets"), ("Alt+4",),
        editing, lambda w: "sockets" in w.session.overlays, help="Write beside every output what it carries.",
        words="ports signal dimensions",
    ),
    Command(
        "show_partials", "Local partials on wires", "View", lambda w: w.toggle_overlay("partial"), ("Alt+6",), editing,
        lambda w: "partial" in w.session.overlays,
        help="Write at the end of every wire what the node does to a small change there: ∂ as a symbol and a number.",
        words="slope jacobian derivative local",
    ),
    Command(
        "show_norms", "Gradient norms as thickness", "View", lambda w: w.toggle_overlay("norm"), ("Alt+7",), editing,
        lambda w: "norm" in w.session.overlays,
        help="Draw the derivatives of all wires by the size of the gradient: thick and bright is large.",
        words="magnitude vanishing exploding width colour",
    ),
    Command(
        "show_profile", "Profile a step", "View", lambda w: w.session.profiler.toggle(), ("Alt+5",),
        lambda w: computes(w) or (w.editing and w.session.profiler.shown), lambda w: w.session.profiler.shown,
        help="Measure one step node by node: time, memory and calls; the hottest nodes are tinted.",
        words="performance time memory slow hot speed cost",
    ),
    Command(
        "overlays", "Choose overlays…", "View", choose, ("Alt+0",), editing,
        help="A list of all that can be shown on wires and nodes.", words="show hide layers wires",
    ),
)  # fmt: skip
