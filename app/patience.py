"""Work that takes long beside the window: it runs in a thread, and the window goes on drawing until it is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

Result = TypeVar("Result")

LONG: Final = 4 * 2**20
"""Bytes from which on copying a file is long work."""
EVERY: Final = 15
"""Milliseconds between two looks whether the work is done."""


def beside(work: Callable[[], Result]) -> Result:
    """Return what `work` returns, or raise what it raises; until then events are handled, but none of a person's.

    `work` touches nothing of the window. Without an application it is simply done.
    """
    if QCoreApplication.instance() is None:
        return work()
    loop, timer = QEventLoop(), QTimer()
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as threads:
        future = threads.submit(work)
        timer.timeout.connect(lambda: loop.quit() if future.done() else None)
        timer.start(EVERY)
        if not future.done():
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        timer.stop()
        return future.result()
