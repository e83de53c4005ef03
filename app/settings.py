"""What the window remembers between two starts: theme, scale, recent files, docks. One small JSON file in the user's
configuration folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs

from app.theme import SCALES
from engine.files.lock import Lock

RECENT_FILES = 12
RECENT_OPERATORS = 6
LOCK_TRIES, LOCK_PAUSE = 25, 0.01
"""How often, and after how many seconds, a lock is tried again that another process holds: it only writes a file."""


class Settings(msgspec.Struct, forbid_unknown_fields=False, kw_only=True):
    """All settings with their defaults; what a file leaves out or spoils is a default."""

    theme: str = "dark"
    scale: Annotated[float, msgspec.Meta(ge=0.5, le=4.0)] = 1.0
    reduced_motion: bool = False
    compile_runs: bool = True
    """Whether a run goes over to XLA, where JAX is installed, once that has compiled it in the background."""
    recent: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()
    recent_operators: tuple[str, ...] = ()
    geometry: str = ""
    """The window's geometry and docks as Qt writes them, in base64."""
    docks: str = ""
    docks_layout: int = 0
    """Which arrangement of docks `docks` was written for; another one is ignored."""

    def with_recent(self, path: Path) -> Settings:
        """Return these settings with `path` first among the recent files."""
        name = str(path.resolve())
        others = tuple(p for p in self.recent if p != name)
        return msgspec.structs.replace(self, recent=(name, *others)[:RECENT_FILES])

    def with_operator(self, operator: str) -> Settings:
        """Return these settings with `operator` first among the recently used ones."""
        others = tuple(o for o in self.recent_operators if o != operator)
        return msgspec.structs.replace(self, recent_operators=(operator, *others)[:RECENT_OPERATORS])

    def with_scale_step(self, steps: int) -> Settings:
        """Return these settings with the next larger (+1) or smaller (-1) scale."""
        nearest = min(range(len(SCALES)), key=lambda k: abs(SCALES[k] - self.scale))
        return msgspec.structs.replace(self, scale=SCALES[max(0, min(len(SCALES) - 1, nearest + steps))])


def config_folder() -> Path:
    """Return the folder of the settings file. GRADWIRE_HOME, where set, holds settings and data together."""
    home = os.environ.get("GRADWIRE_HOME")
    return Path(home) if home else Path(platformdirs.user_config_dir("gradwire", appauthor=False))


def data_folder() -> Path:
    """Return the folder of the edit journals and crash reports."""
    home = os.environ.get("GRADWIRE_HOME")
    return Path(home) / "data" if home else Path(platformdirs.user_data_dir("gradwire", appauthor=False))


def load(folder: Path) -> Settings:
    """Return the settings kept in `folder`; defaults where there are none or they are damaged."""
    try:
        return msgspec.json.decode((folder / "settings.json").read_bytes(), type=Settings)
    except (OSError, msgspec.MsgspecError, ValueError):
        return Settings()


def update(folder: Path, edit: Callable[[Settings], Settings]) -> None:
    """Change the settings in the file by `edit`, one process at a time, so that none undoes what another has set."""
    lock = Lock(folder / "settings.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for _ in range(LOCK_TRIES):
            if lock.take():
                break
            time.sleep(LOCK_PAUSE)
        save(edit(load(folder)), folder)
    except OSError:
        return
    finally:
        lock.release()


def save(settings: Settings, folder: Path) -> None:
    """Write the settings; a folder that cannot be written is no reason to stop, so that nothing is raised."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".settings-{os.getpid()}.json"
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=2))
        temporary.replace(folder / "settings.json")
    except OSError:
        return
