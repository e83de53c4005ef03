"""When Python may not collect garbage: a widget that nobody holds goes with it, in whichever thread it is collected."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Pauses:
    """Counts those who want nothing to be collected; with the last one of them it goes on as it was."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = 0
        self._collecting = True

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Collect nothing, in no thread."""
        with self._lock:
            if not self._held:
                self._collecting = gc.isenabled()
                gc.disable()
            self._held += 1
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1
                if not self._held and self._collecting:
                    gc.enable()


nothing_collected = Pauses().paused
"""`with nothing_collected():` for what must not see a widget go: Qt's way through all of them, or another thread."""
