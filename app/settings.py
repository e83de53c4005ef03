"""What the window remembers between two starts: theme, scale, recent files, docks. One small JSON file in the user's
configuration folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec

from app.theme import SCALES
from engine.files.lock import Lock

RECENT_FILES = 12
RECENT_OPERATORS = 6
NAME, ASIDE = "settings.json", "settings.damaged.json"
LOCK_TRIES, LOCK_PAUSE = 25, 0.01
"""How often, and after how many seconds, a lock is tried again that another process holds: it only writes a file."""


class Settings(msgspec.Struct, forbid_unknown_fields=False, kw_only=True):
    """All settings with their defaults; what a file leaves out or spoils is a default."""

    theme: str = "dark"
    scale: Annotated[float, msgspec.Meta(ge=0.5, le=4.0)] = 1.0
    reduced_motion: bool = False
    compile_runs: bool = True
    """Whether a run goes over to XLA, where JAX is installed, once that has compiled it in the background."""
    watch_training: bool = True
    """Whether nodes are marked where training goes wrong."""
    recent: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()
    recent_operators: tuple[str, ...] = ()
    reopen: bool = False
    """Whether the tabs of the last time are opened at the start (`app.frame.reopening`)."""
    tabs: tuple[str, ...] = ()
    tab_shown: str = ""
    """The files that are open, and the one in front; remembered only where `reopen` is on."""
    shortcuts: dict[str, tuple[str, ...]] = {}
    """Keys a person chose, by the command's id (`app.shortcuts`); a command that is not here has those of the table."""
    pace: str = "watch"
    """How fast runs go at first (`app.worker.client.PACES`)."""
    minimap: bool = True
    grid: bool = True
    """Whether the canvas shows its overview and its dots."""
    version_seen: str = ""
    """The version whose news were shown last; "" before the first start."""
    student: str = ""
    """Who hands in answers to lessons here."""
    tour_step: int = 0
    """Where the guided tour was left."""
    snapping: bool = True
    pushing: bool = True
    """Whether nodes that are dragged snap to the grid and to neighbours, and push away what they are dropped upon."""
    folded: tuple[str, ...] = ("help",)
    """Sections of the inspector that are folded away (`app.panels.folding`)."""
    geometry: str = ""
    """The window's geometry and docks as Qt writes them, in base64."""
    docks: str = ""
    docks_layout: int = 0
    """Which arrangement of docks `docks` was written for; another one is ignored."""
    docks_aside: tuple[str, ...] = ()
    """The panels that were hidden only because they had given way (`app.yielding`)."""

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


def load(folder: Path) -> Settings:
    """Return the settings kept in `folder`; defaults where there are none, and for each that is damaged."""
    try:
        return _read((folder / NAME).read_bytes())[0]
    except OSError:
        return Settings()


def rescue(folder: Path) -> str | None:
    """Put a damaged settings file aside before it is written over; return the sentence to tell, None where it is whole
    (or not there)."""
    try:
        text = (folder / NAME).read_bytes()
        _, spoilt = _read(text)
        if not spoilt:
            return None
        (folder / ASIDE).write_bytes(text)
    except OSError:
        return None
    lost = "could not be read" if spoilt == ("",) else f"said nothing sensible about {', '.join(spoilt)}"
    return f"The settings file {lost}: what it said is in {folder / ASIDE}, and defaults stand in its place."


def _read(text: bytes) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings in a text, and the names of those that are damaged ("": the whole of it)."""
    try:
        return msgspec.json.decode(text, type=Settings), ()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:
        raw = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Settings(), ("",)
    good, spoilt = dict[str, Any](), []
    for name in Settings.__struct_fields__:
        if name in raw:
            try:
                good[name] = getattr(msgspec.convert({name: raw[name]}, Settings), name)
            except msgspec.ValidationError:
                spoilt.append(name)
    return Settings(**good), tuple(spoilt)


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
        temporary.replace(folder / NAME)
    except OSError:
        return
