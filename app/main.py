"""The application: `window(files)` shows the window and runs until it is closed."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app import formula, words
from app.assets import asset
from app.crash import CrashReports
from app.folders import config_folder, data_folder
from app.plugins import library
from app.settings import rescue
from app.window import Window

WARM_DELAY = 1500
GARBAGE = (20_000, 20, 50)
"""Thresholds of the garbage collector: a large graph is made of many small records that are no garbage."""


def application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the application, made where there is none."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    gc.set_threshold(*GARBAGE)
    app = QApplication(["gradwire", *arguments])
    app.setApplicationName("Gradwire")
    app.setDesktopFileName("gradwire")
    app.setWindowIcon(QIcon(str(asset("icons/gradwire.svg"))))
    return app


def _warm(window: Window) -> None:
    """Once the window stands: start the process that trains, and import what draws formulas, so that neither is waited
    for."""
    window.session.runs.warm()
    threading.Thread(target=formula.warm, name="warm formulas", daemon=True).start()


def window(files: Sequence[Path | str] = ()) -> int:
    """Show a window with a tab for each file (the start page for none) and run; return the exit status."""
    app = application()
    config, data = config_folder(), data_folder()
    words.speak(app, folders=(config / "translations", words.FOLDER))
    spoilt = rescue(config)
    first = Window(library(config), config=config, data=data, watch=True)
    windows = first.family
    reports = CrashReports(data / "crashes", first.show_failure)
    unseen = reports.unseen()
    reports.install()
    first.show()
    first.reopen_tabs()
    for file in files:
        first.open(Path(file))
    first.greet(unseen, spoilt)
    QTimer.singleShot(WARM_DELAY, first, lambda: _warm(first))
    # Python sees Ctrl+C in a terminal only when it gets to run.
    signal.signal(signal.SIGINT, lambda *_: app.closeAllWindows())
    waking = QTimer()
    waking.start(500)
    waking.timeout.connect(lambda: None)
    try:
        return app.exec()
    finally:
        reports.uninstall()
        for page in windows.pages():
            page.session.close()


if __name__ == "__main__":
    sys.exit(window(sys.argv[1:]))
