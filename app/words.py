"""The words of the window in another language. They are English where they stand; `tr` shows them as the language in
force has them, and the catalogue for Qt Linguist is gathered from the same places (`app.catalogue`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from app.assets import ASSETS

CONTEXT: Final = "Gradwire"
"""The one context of all words in a catalogue."""
FOLDER: Final = ASSETS / "translations"
NAME: Final = "gradwire"

_INSTALLED: Final[list[QTranslator]] = []
"""Keeps what translates alive: Qt does not."""


def tr(text: str) -> str:
    """Return a text in the language in force; as it stands where that has no word for it."""
    return QCoreApplication.translate(CONTEXT, text) if text else text


def speak(app: QCoreApplication, locale: QLocale | None = None, folders: tuple[Path, ...] = (FOLDER,)) -> str:
    """Take the words of a language (default: the system's) from the first folder with a file gradwire_<language>.qm.

    Return that file's name, "" where there is none: then it is English.
    """
    wanted = locale or QLocale.system()
    if wanted.language() in (QLocale.Language.English, QLocale.Language.C):
        return ""
    for folder in folders:
        found = QTranslator()
        if found.load(wanted, NAME, "_", str(folder)):
            app.installTranslator(found)
            _INSTALLED.append(found)
            return Path(found.filePath()).name
    return ""
