"""The window's ends of the engine processes: RunControl trains, AskClient answers questions. One shared timer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.worker.messages import Contour, Lane, Looks, Moment, ParameterCheck, Series
from app.worker.ring import Curve
from engine.graph import Content, Kept, SettingValue, Socket
from engine.types import Type


class RunControl(QObject):
    """Trains a graph in a child process and shows how far it is. It never blocks; signals are for changes of state only.

    Everything that changes with each step is read by asking: `steps`, `curve`, `values`. `ticked` comes at most 30 times a second
    while a run is on, and once after each change of state: the moment to ask again.
    """

    state_changed = Signal(str)
    """idle, starting, running, paused, finished or failed."""
    lanes_changed = Signal()
    """Another run's lanes are known (or none, after reset)."""
    ticked = Signal()

    @property
    def state(self) -> str:
        """idle, starting, running, paused, finished or failed."""

    @property
    def sentence(self) -> str:
        """Why the run failed or paused by itself, or how it ended; "" otherwise."""

    @property
    def node(self) -> str | None:
        """The node the sentence speaks of."""

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The optimizers running side by side; () before the first run."""

    @property
    def steps(self) -> int:
        """Steps done by the lane that did most."""

    @property
    def limit(self) -> int | None:
        """Steps after which the run ends."""

    @property
    def steps_per_second(self) -> float:
        """Steps per second over the last second, all lanes together; 0 while none is running."""

    @property
    def elapsed(self) -> float:
        """Seconds spent stepping."""

    @property
    def progress(self) -> float | None:
        """Part of the run done, 0 to 1; None while unknown."""

    @property
    def stale(self) -> bool:
        """Whether the graph was edited since the run started (`mark_stale`)."""

    def run(self, content: Content, folder: Path | None, assets: Path, *, paused: bool = False) -> None:
        """Start a run of this graph, from its kept values where it has some; `paused` stops it before the first step."""

    def resume(self) -> None:
        """Go on with a paused run."""

    def pause(self) -> None:
        """Stop after the step being done; `resume` goes on."""

    def step(self) -> None:
        """Do one step of a paused run."""

    def stop(self) -> None:
        """End the run where it is (state: finished). A process that does not answer is killed."""

    def reset(self) -> None:
        """End the run and forget it (state: idle)."""

    def set_live(self, node: str, setting: str, value: SettingValue) -> None:
        """Set a numeric setting of the run in progress; it acts from the next chunk of steps. Nothing happens without a run."""

    def mark_stale(self) -> None:
        """Say that the graph was edited since the run started."""

    def curve(
        self, lane: int, series: Series, start: float = 0, stop: float = float("inf"), buckets: int = 1000
    ) -> Curve:
        """Return a recorded quantity between two steps in about `buckets` points: lowest, highest and mean of each."""

    def moment(self, lane: int = 0) -> Moment | None:
        """Return where the lane stood a moment ago: parameters by node id (`moment.values[id].array()`), step; None before a run.

        Give it to `AskClient.ask_looks`. With large parameters it may be a second old.
        """

    def kept(self, lane: int, then: Callable[[Kept], None]) -> None:
        """Call `then` with the lane's parameters, optimizer state and step, once the process has given them."""

    def export(self, lane: int, series: Sequence[Series], path: Path, then: Callable[[str], None]) -> None:
        """Write full series as CSV; call `then` with one sentence about it."""

    def warm(self) -> None:
        """Start the process ahead of the first run."""

    def close(self) -> None:
        """End the process. Idempotent."""


class AskClient(QObject):
    """Answers questions about a graph from a second child process: newest question wins, each has a deadline.

    Answers come by signals that carry the revision of the content they are about.
    """

    types_ready = Signal(int, object)
    """(revision, Mapping[Socket, Type]): the types of the outputs of sources."""
    looks_ready = Signal(int, object)
    """(revision, Looks)."""
    contour_ready = Signal(int, object)
    """(revision, Contour)."""
    checked = Signal(int, object)
    """(revision, tuple[ParameterCheck, ...])."""
    failed = Signal(int, str, str, str)
    """(revision, question "types"|"looks"|"contour"|"check", sentence, node id or "")."""

    def set_content(self, content: Content, folder: Path | None, assets: Path) -> int:
        """Say what the following questions are about; return its revision. Cheap where only the layout changed."""

    def ask_types(self) -> None:
        """Ask for the types of the outputs of sources."""

    def ask_looks(self, moment: Moment | None = None) -> None:
        """Ask for every wire's value and cotangent, at this moment of a run (None: the kept or start values)."""

    def ask_contour(
        self,
        x: tuple[str, int],
        y: tuple[str, int],
        bounds: tuple[float, float, float, float],
        moment: Moment | None = None,
        size: int = 48,
    ) -> None:
        """Ask for the loss over two parameter elements (node, index) in bounds (x0, x1, y0, y1), the others as at `moment`."""

    def ask_check(self, moment: Moment | None = None) -> None:
        """Ask whether the derivatives of the loss agree with differences, parameter by parameter."""

    def warm(self) -> None:
        """Start the process ahead of the first question."""

    def close(self) -> None:
        """End the process. Idempotent."""


Types = Mapping[Socket, Type]
Answer = Looks | Contour | ParameterCheck
