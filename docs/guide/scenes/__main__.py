"""Draw the guide's pictures: python -m docs.guide.scenes [group ...]

A scene is a function that takes a Window, works it with real gestures, and returns a Shot. Each module here lists its
scenes in `SCENES`; each scene has a window of its own. A module may say in `WINDOWS` with which settings, by picture:
{"selecting-frames": {"theme": "light"}}.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.settings import Settings
from app.window import Window
from docs.pictures import save_small
from nodes.library import LIBRARY

HERE = Path(__file__).parent
IMAGES = HERE.parent / "images"
SIZE = (1600, 1000)


def groups() -> list[str]:
    """Return the names of all groups of scenes."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("__init__", "__main__", "shot"))


def draw(names: Iterable[str]) -> None:
    """Draw the pictures of these groups."""
    app = QApplication.instance() or QApplication([])
    for name in names:
        module = importlib.import_module(f"docs.guide.scenes.{name}")
        for scene in module.SCENES:
            settings = Settings(**getattr(module, "WINDOWS", {}).get(scene.__name__, {"theme": "dark"}))
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder)
                window = Window(LIBRARY, config=home / "config", data=home / "data", engine=False, settings=settings)
                window.resize(*SIZE)
                window.show()
                app.processEvents()
                shot = scene(window)
                for _ in range(5):
                    app.processEvents()
                widget = shot.widget or window
                picture = widget.grab(shot.part) if shot.part is not None else widget.grab()
                print(_saved(picture.toImage(), shot.name))
                window.session.discard()
                window.close()
                window.deleteLater()


def _saved(image: QImage, name: str) -> str:
    path = IMAGES / f"{name}.png"
    return f"{path.relative_to(HERE.parents[2])}: {save_small(image, path):,} bytes"


if __name__ == "__main__":
    draw(sys.argv[1:] or groups())
