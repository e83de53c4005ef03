"""The one timer on which everything that engine processes send is read. It stands still while nothing is expected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer

INTERVAL = 33
"""Milliseconds: 30 Hz."""


class Pulse(QObject):
    """Calls its members 30 times a second while any of them expects something."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._members: list[Callable[[], bool]] = []
        self._woken = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self._beat)

    def join(self, member: Callable[[], bool]) -> None:
        """Add a member: called at each beat, it returns whether it expects more. `wake` starts the beat."""
        self._members.append(member)

    def leave(self, member: Callable[[], bool]) -> None:
        """Remove a member; harmless where it is none."""
        if member in self._members:
            self._members.remove(member)

    def wake(self) -> None:
        """Start beating, or go on: something is expected."""
        self._woken = True
        if not self._timer.isActive():
            self._timer.start()

    @property
    def beating(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def _beat(self) -> None:
        # What one member does may wake another that was already called: it then needs one more beat.
        self._woken = False
        expecting = [member() for member in tuple(self._members)]
        if not any(expecting) and not self._woken:
            self._timer.stop()


def pulse() -> Pulse:
    """Return the pulse of the running application, made when first asked for."""
    app = QCoreApplication.instance()
    found = app.findChild(Pulse) if app is not None else None
    return found if found is not None else Pulse(app)
