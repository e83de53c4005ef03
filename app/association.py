"""What tells a desktop that `.dgraph` files are Gradwire's: a desktop entry, a file type known by name and by its first
bytes, and icons. All of it goes into the user's own data folder, after the specifications of freedesktop.org."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.assets import asset

MIME: Final = "application/x-gradwire"
DESKTOP: Final = "applications/gradwire.desktop"
ICON_OF_APP: Final = "icons/hicolor/scalable/apps/gradwire.svg"
ICON_OF_FILE: Final = f"icons/hicolor/scalable/mimetypes/{MIME.replace('/', '-')}.svg"
TYPE: Final = "mime/packages/gradwire.xml"
TOLD: Final = (("update-mime-database", "mime"), ("update-desktop-database", "applications"))
"""Programs that bring a desktop's caches up to date, and the folders they are given; where they are missing the desktop
notices by itself, later."""

TYPE_TEXT: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME}">
    <comment>Gradwire graph</comment>
    <sub-class-of type="application/json"/>
    <generic-icon name="{MIME.replace("/", "-")}"/>
    <magic priority="60">
      <match type="string" value="&quot;format&quot;: &quot;gradwire.dgraph&quot;" offset="0:64"/>
    </magic>
    <glob pattern="*.dgraph" weight="60"/>
  </mime-type>
</mime-info>
"""


def data_home() -> Path:
    """Return the user's data folder, where desktops look for such things."""
    named = os.environ.get("XDG_DATA_HOME", "")
    return Path(named) if named.startswith("/") else Path.home() / ".local" / "share"


def files(command: str) -> Mapping[str, str]:
    """Return every file of the association by its place in the data folder; `command` starts the window."""
    desktop = (
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Name=Gradwire\n"
        "GenericName=Differentiable graphs\n"
        "Comment=Wire operators into a graph, see every value and derivative, train it\n"
        f"Exec={command} %F\n"
        "Icon=gradwire\n"
        "Terminal=false\n"
        "StartupWMClass=gradwire\n"
        "Categories=Science;Math;Education;\n"
        "Keywords=gradient;autodiff;graph;neural;optimizer;\n"
        f"MimeType={MIME};\n"
    )
    return {
        DESKTOP: desktop,
        TYPE: TYPE_TEXT,
        ICON_OF_APP: asset("icons/gradwire.svg").read_text(encoding="utf-8"),
        ICON_OF_FILE: asset("icons/gradwire-file.svg").read_text(encoding="utf-8"),
    }


def command() -> str:
    """Return what starts this Gradwire, quoted for a desktop entry: the program beside this Python, else Python."""
    beside = Path(sys.executable).parent / "gradwire-window"
    if beside.is_file():
        return quoted(str(beside))
    return f"{quoted(sys.executable)} -m app.cli"


def quoted(argument: str) -> str:
    """Return an argument as a desktop entry's Exec line wants it: quoted, then escaped as every string there is."""
    inside = "".join(f"\\{each}" if each in '"`$\\' else each for each in argument)
    return f'"{inside}"'.replace("\\", "\\\\").replace("%", "%%")


def install(home: Path, *, start: str | None = None) -> tuple[Path, ...]:
    """Write the files below the data folder `home`; return them. Raise OSError where one cannot be written."""
    written = []
    for name, text in files(start or command()).items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    _tell(home)
    return tuple(written)


def remove(home: Path) -> tuple[Path, ...]:
    """Take the files away again; return those that were there. Raise OSError where one cannot be removed."""
    there = [path for name in (DESKTOP, TYPE, ICON_OF_APP, ICON_OF_FILE) if (path := home / name).is_file()]
    for path in there:
        path.unlink()
    if there:
        _tell(home)
    return tuple(there)


def installed(home: Path) -> bool:
    """Return whether the desktop entry is there."""
    return (home / DESKTOP).is_file()


def _tell(home: Path) -> None:
    for program, folder in TOLD:
        found = shutil.which(program)
        if found and (home / folder).is_dir():
            subprocess.run([found, str(home / folder)], check=False, capture_output=True, timeout=60)  # noqa: S603
