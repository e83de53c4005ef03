"""Where the program keeps what is a person's own: settings, journals, crash reports."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def config_folder() -> Path:
    """Return the folder of the settings file. GRADWIRE_HOME, where set, holds settings and data together."""
    home = os.environ.get("GRADWIRE_HOME")
    return Path(home) if home else Path(platformdirs.user_config_dir("gradwire", appauthor=False))


def data_folder() -> Path:
    """Return the folder of the edit journals and crash reports."""
    home = os.environ.get("GRADWIRE_HOME")
    return Path(home) / "data" if home else Path(platformdirs.user_data_dir("gradwire", appauthor=False))
