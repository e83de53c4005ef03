"""Older versions of the format become the present one by one small function per version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from engine.files.format import FORMAT, VERSION
from engine.files.scan import Text

Upgrade: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""A document of version n (as plain JSON values, not yet checked further) -> the same document in version n + 1."""

UPGRADES: Mapping[int, Upgrade] = {}
"""By the version they start from. Version 1 is the first, so there is none yet."""


def upgraded(document: Text, upgrades: Mapping[int, Upgrade] = UPGRADES) -> Any:
    """Return the plain values of the document in the present version; raise FileError where it is not ours or newer."""
    value = document.value
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise document.error(
            ["format"], f'this is no Gradwire graph: it should be an object with "format": "{FORMAT}".'
        )
    version = value.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise document.error(["version"], f'"version" must be a whole number; this Gradwire writes {VERSION}.')
    if version > VERSION:
        raise document.error(
            ["version"],
            f"the file was made by a newer Gradwire (format version {version}, this one reads up to {VERSION}); "
            "update Gradwire.",
        )
    while version < VERSION:
        if version not in upgrades:
            raise document.error(
                ["version"], f"there is no format version {version}; the first is {min(upgrades, default=VERSION)}."
            )
        value = upgrades[version](value)
        version += 1
        value = {**value, "version": version}
    return value
