"""`gradwire plugins`: the packages that bring operators, with version and state; `plugins on NAME`, `off NAME`."""

from __future__ import annotations

import argparse
from typing import Any

from app import cli_output as output
from app.folders import config_folder
from app.plugins import loaded, switch, switched_off
from engine.errors import GradwireError
from engine.plugins import Plugin, installed, package_word
from engine.sockets import shortened

DONE, FAILED = 0, 1
NONE = (
    "No plugins are installed. A plugin is a Python package with an entry point gradwire.operators, installed beside "
    "Gradwire.\n"
)


class PluginError(GradwireError):
    """A plugin that is not there, or half a command."""


def run(chosen: argparse.Namespace) -> int:
    """List the plugins, or switch one; the exit code is 1 where a listed one is broken."""
    if chosen.action is not None:
        return _switch(chosen)
    held = loaded(config_folder())
    if chosen.json:
        output.write(output.document([_plain(each) for each in held]))
    elif held:
        output.plugins(held)
        if switched_off(config_folder()) is None:
            output.complain("the list of what is switched off is damaged, so that all plugins are off")
    else:
        output.write(NONE)
    return FAILED if any(each.state == "broken" for each in held) else DONE


def _switch(chosen: argparse.Namespace) -> int:
    if chosen.name is None:
        raise PluginError(f"Say which plugin: gradwire plugins {chosen.action} NAME.")
    names = {each.package: each.name for each in installed(only=())}  # switching one imports none
    package = package_word(chosen.name)
    if package not in names:
        known = f"installed: {', '.join(sorted(names.values()))}" if names else "none is installed"
        raise PluginError(f"“{shortened(chosen.name)}” is no installed plugin ({known}).")
    on = chosen.action == "on"
    switch(config_folder(), package, on=on)
    if chosen.json:
        output.write(output.document({"name": names[package], "on": on}))
    else:
        output.write(f"{names[package]} is {chosen.action} from the next start on.\n")
    return DONE


def _plain(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "summary": plugin.summary,
        "state": plugin.state,
        "reason": plugin.reason,
        "operators": [each.id for each in plugin.operators],
    }
