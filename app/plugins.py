"""Which plugins are installed and which are switched on. The switches are a small file of their own, read when the
program starts: two windows and the command line may change it without writing over each other's settings."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import msgspec

from app.folders import config_folder
from engine.operator import Library
from engine.plugins import Plugin, installed, joined, package_word
from nodes.library import LIBRARY

NAME = "plugins.json"


class Switches(msgspec.Struct, forbid_unknown_fields=False):
    """The packages that are switched off."""

    off: tuple[str, ...] = ()


def switched_off(folder: Path | None) -> tuple[str, ...] | None:
    """Return the packages that are switched off; None, which stands for all of them, where the file is damaged: what a
    person switched off must never be imported because of a broken file."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Switches).off if folder is not None else ()
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def switch(folder: Path, name: str, *, on: bool) -> None:
    """Switch a package's operators on or off, from the next start on; raise OSError where that cannot be kept."""
    package = package_word(name)
    off = switched_off(folder)
    held = [each.package for each in installed(only=())] if off is None else list(off)
    others = {each for each in held if each != package}
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".plugins-{os.getpid()}.json"
    text = msgspec.json.encode(Switches(tuple(sorted(others if on else {*others, package}))))
    temporary.write_bytes(msgspec.json.format(text, indent=2))
    temporary.replace(folder / NAME)


@cache
def loaded(folder: Path | None) -> tuple[Plugin, ...]:
    """Return the installed plugins, those imported that were switched on when this was first asked."""
    off = switched_off(folder)
    return installed(only=()) if off is None else installed(off)


def library(folder: Path | None = None) -> Library:
    """Return our own operators and those of the plugins that are on. Without a folder: that of the settings."""
    return _library(folder or config_folder())


@cache
def _library(folder: Path) -> Library:
    return joined(LIBRARY, loaded(folder))
