"""The section of plugins: packages that bring operators, each with its version, and switched on or off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.panels.inspector_parts import label
from app.plugins import loaded, switch, switched_off
from app.preferences.parts import card, line
from app.theme import appearance
from app.words import tr
from engine.plugins import Plugin

if TYPE_CHECKING:
    from app.window import Window

WHAT = (
    "A plugin is a Python package that brings operators, installed beside Gradwire with pip. Its code runs with your "
    "rights, as Gradwire's own does; one that is off is never imported. Changes count from the next start on."
)
NONE = "No plugins are installed."


def section(window: Window) -> QWidget:
    """Return the section."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(appearance().px(12))
    column.addWidget(label(WHAT, "second", wrap=True))
    off = switched_off(window.config)
    if off is None:
        column.addWidget(label(tr("The list of what is switched off is damaged, so that all plugins are off."), "bad"))
    held = loaded(window.config)
    rows = [_row(window, each, on=off is not None and each.package not in off) for each in held]
    column.addWidget(card(rows or [line(NONE, "How to write one: docs/plugins.md.", QWidget())]))
    return made


def _row(window: Window, plugin: Plugin, *, on: bool) -> QWidget:
    box = QCheckBox()
    box.setObjectName(f"plugin {plugin.package}")
    box.setChecked(on)
    box.setEnabled(window.config is not None)
    row = line(f"{plugin.name} {plugin.version}", _told(plugin, on=on), box)

    def change(wanted: bool) -> None:
        assert window.config is not None  # noqa: S101 - the box is disabled otherwise
        try:
            switch(window.config, plugin.name, on=wanted)
        except OSError as fault:
            window.session.message.emit(f"{fault.filename or plugin.name} cannot be written: {fault.strerror}.")
            return
        state = "on" if wanted else "off"
        window.session.message.emit(f"{plugin.name} is {state} from the next start on.")

    box.toggled.connect(change)
    return row


def _told(plugin: Plugin, *, on: bool) -> str:
    if plugin.state == "broken":
        return f"Broken: {plugin.reason}"
    count = len(plugin.operators)
    here = f"{count} operator{'' if count == 1 else 's'}" if plugin.state == "on" else "off"
    soon = "" if on == (plugin.state == "on") else f"; {'on' if on else 'off'} from the next start on"
    return f"{plugin.summary + ' · ' if plugin.summary else ''}{here}{soon}"
