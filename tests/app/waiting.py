"""Waiting for what comes, however busy the machine is: a wait is over when its condition holds, and fails after a time
that no busy machine takes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.worker.pulse import pulse

LONGEST = 60_000
"""Milliseconds after which what did not come never will."""


class PatientBot(QtBot):
    """pytest-qt's bot, whose waits last as long as it takes."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = LONGEST) -> None:
        """Wait until `callback` is true, or raises no AssertionError any more."""
        super().waitUntil(callback, timeout=max(timeout, LONGEST))

    def waitSignal(self, signal: object, *, timeout: int = LONGEST, **more: object) -> object:
        """Wait until a signal was emitted in the `with` block."""
        return super().waitSignal(signal, timeout=max(timeout, LONGEST), **more)

    def waitExposed(self, widget: QWidget) -> None:  # type: ignore[override]
        """Wait until a window that was shown can be seen (pytest-qt's own does so at the end of a `with` block)."""
        assert QTest.qWaitForWindowExposed(widget.window(), LONGEST), f"{widget} was not shown"

    def waitQuiet(self) -> None:
        """Wait until nothing is expected of an engine process any more: whatever was to come has come."""
        self.waitUntil(lambda: not pulse().beating)
