"""Which program this is."""

from __future__ import annotations

import importlib.metadata
import platform

STANDS_ON = ("PySide6-Essentials", "pyqtgraph", "numpy", "autograd")


def version() -> str:
    """Return the version of Gradwire; "" where it is not installed."""
    try:
        return importlib.metadata.version("gradwire")
    except importlib.metadata.PackageNotFoundError:
        return ""


def versions() -> str:
    """Return the versions of the program and of what it stands on."""
    found = []
    for package in ("gradwire", *STANDS_ON):
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return "\n".join((*found, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"))
