"""Screenshots of the real window, rendered offscreen: `shot(file, out, ...)` opens, waits for values and plots, runs,
and saves a PNG."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from app.cli_plot import png
from app.prompts import OnDisk, Prompts, Unsaved
from engine.errors import GradwireError, RunError
from engine.files.save import export

LOOKS_TIME = 30.0
"""Seconds to wait for the first values."""
RUN_TIME = 600.0
SETTLE_TIME = 0.7
"""Seconds for plots, thumbnails and fonts after the last event."""
DONE = ("idle", "paused", "finished", "failed")


def shot(
    file: Path | str | None,
    out: Path | str,
    size: tuple[int, int] = (1600, 1000),
    theme: str = "dark",
    scale: float = 1.0,
    run_steps: int | None = None,
    *,
    select: str | None = None,
    panel: str | None = None,
) -> str:
    """Render the window with `file` (None: the start page) to `out`.

    `run_steps` runs the graph for that many steps first; `select` shows a node in the inspector, `panel` brings a
    panel to the front. Return the sentence of a run that failed or came upon NaN, "" where none did. Raise FileError
    for a file that cannot be read, and GradwireError where the picture cannot be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.main import application
    from app.settings import Settings
    from app.window import Window
    from nodes.library import LIBRARY

    application()
    window = Window(LIBRARY, settings=Settings(theme=theme, scale=scale), prompts=Silent())
    try:
        window.resize(*size)
        window.show()
        if file is not None:
            window.session.open(Path(file))
            window.show_document()
        settle(0.2)
        if file is not None:
            _show(window, run_steps, select, panel)
        settle(SETTLE_TIME)
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        export(out, png(window.grab().toImage()))
        return window.session.runs.sentence if run_steps and window.session.run_state in ("paused", "failed") else ""
    finally:
        window.session.discard()
        window.close()
        window.deleteLater()


class Silent(Prompts):
    """Prompts that nobody answers: nothing is saved, and refusals are left to the caller."""

    def unsaved(self, parent: QWidget, title: str) -> Unsaved:
        """Return what to do with unsaved changes: drop them."""
        return "discard"

    def open_file(self, parent: QWidget, folder: Path) -> None:
        """Open nothing."""

    def save_file(self, parent: QWidget, suggested: Path) -> None:
        """Save nowhere."""

    def changed_on_disk(self, parent: QWidget, name: str, lines: Sequence[str]) -> OnDisk:
        """Return what to do with a file that something else has changed: leave it."""
        return "cancel"

    def not_saved(self, parent: QWidget, sentence: str) -> bool:
        """Return whether to save elsewhere: nothing is saved."""
        return False

    def tell(self, parent: QWidget, sentence: str) -> None:
        """Tell nobody."""


def _show(window: object, run_steps: int | None, select: str | None, panel: str | None) -> None:
    from app.window import Window

    assert isinstance(window, Window)  # noqa: S101 - narrows the type only
    session = window.session
    if select is not None:
        session.select([select])
    if panel is not None:
        if panel not in window.workspace.docks:
            raise GradwireError(f"There is no panel “{panel}”: choose of {', '.join(window.workspace.docks)}.")
        window.workspace.show_panel(panel)
    wait_for(
        lambda: session.looks.looks is not None or not session.graph.nodes
        or any(each.severity == "error" for each in session.problems),
        LOOKS_TIME,
    )  # fmt: skip
    if select is not None:
        wait_for(lambda: session.explainer.settled, LOOKS_TIME / 6)
    if panel == "landscape":
        source = window.workspace.terrain
        wait_for(lambda: source.seen is not None or not source.optimizer, LOOKS_TIME)
    if run_steps:
        session.run(pause_at=run_steps)
        wait_for(lambda: session.run_state in DONE, RUN_TIME)
        error = next((each for each in session.problems if each.severity == "error"), None)
        if session.run_state == "idle" and error is not None:
            raise RunError(error.sentence, node=error.node)
        looks = session.looks.looks
        wait_for(lambda: session.looks.looks is not looks, LOOKS_TIME / 10)


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Run the event loop until the condition holds; return whether it did in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.005)
    return True


def settle(seconds: float) -> None:
    """Run the event loop for a while."""
    wait_for(lambda: False, seconds)
