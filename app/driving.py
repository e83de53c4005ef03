"""What a session does with its run: start, pause, step, stop, reset, keep its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.running import MOVING

if TYPE_CHECKING:
    from app.worker.asking import AskClient
    from app.worker.client import RunControl
    from app.worker.messages import Moment


class Driving:
    """The part of a Session that runs: it has the session's run and looks."""

    @property
    def runs(self) -> RunControl:
        """The control of the `run` process; made (not started) when first asked for."""
        return self._running.control

    @property
    def asks(self) -> AskClient:
        """The client of the `ask` process; made (not started) when first asked for."""
        return self._looks.client

    @property
    def run_state(self) -> str:
        """idle, starting, running, paused, finished or failed."""
        return self._running.state

    @property
    def stale(self) -> bool:
        """Whether the graph was edited since the run started."""
        return self._running.stale

    @property
    def lanes(self) -> tuple[str, ...]:
        """What people call the optimizers that run side by side; () before the first run."""
        return self._running.lanes

    @property
    def lane(self) -> int:
        """Which of several optimizers' values the wires show."""
        return self._running.lane

    def set_lane(self, lane: int) -> None:
        """Show the values of another optimizer on the wires."""
        self._running.set_lane(lane)

    def run(self, *, pause_at: int | None = None) -> None:
        """Start a run of the document as it is now, or go on with a paused one. An error is shown instead.

        A new run pauses by itself at the step `pause_at`.
        """
        self._running.start(pause_at=pause_at)

    def toggle_run(self) -> None:
        """Pause what runs, run what does not."""
        self.pause() if self.run_state in MOVING else self.run()

    def pause(self) -> None:
        """Stop after the step being done; `run` goes on."""
        self._running.pause()

    def step(self) -> None:
        """Do one step, starting a run that is paused at once where there is none."""
        self._running.step()

    def stop(self) -> None:
        """End the run where it is."""
        self._running.stop()

    def reset(self) -> None:
        """Forget the run: parameters are back at their start values."""
        self._running.reset()

    def keep_values(self) -> None:
        """Write the run's parameters into the document as one undoable edit."""
        self._running.keep()

    def moment(self) -> Moment | None:
        """Return where the shown lane stands, while there is a run of the graph as it is; None where there is none."""
        return self._running.moment()
