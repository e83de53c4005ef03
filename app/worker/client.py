"""The window's end of the process that trains; `app.worker.asking` is the end of the one that answers questions."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.worker import messages as m
from app.worker.asking import AskClient
from app.worker.channel import Channel
from app.worker.guards import memory_limit
from app.worker.mark import Mark
from app.worker.pulse import pulse
from app.worker.ring import EMPTY, Block, Curve
from app.worker.run_process import serve
from app.worker.training import ENGINE, Work
from engine.graph import Content, Kept, SettingValue
from engine.types import Tensor

__all__ = ["AskClient", "RunControl"]

PATIENCE: Final = 0.4
"""Seconds a process may take to end a run before it is killed."""
FRAME_EVERY: Final = 0.1
"""Seconds between two questions for the parameters while a run is on."""
LARGE_FRAME: Final = 500_000
"""Bytes of parameters from which they are asked for once a second only."""

UNDER_WAY: Final = ("starting", "running")


class Pace(NamedTuple):
    """How fast a run goes: at most so many steps per second, lasting at least so many seconds."""

    title: str
    rate: float = 0.0
    least: float = 0.0


PACES: Final[Mapping[str, Pace]] = {
    "watch": Pace("Watchable", least=2.0),
    "full": Pace("Full speed"),
    "1000": Pace("1,000 steps/s", rate=1000),
    "100": Pace("100 steps/s", rate=100),
    "10": Pace("10 steps/s", rate=10),
    "1": Pace("1 step/s", rate=1),
}
"""The paces a person may choose; "watch" slows down only runs that would be over before they could be seen."""


class RunControl(QObject):
    """Trains a graph in a child process and shows how far it is. It never blocks; signals are for changes of state.

    Everything that changes with each step is read by asking: `steps`, `curve`, `moment`. `ticked` comes at most 30
    times a second while a run is on, and once after each change of state: the moment to ask again.
    """

    state_changed = Signal(str)
    """idle, starting, running, paused, finished or failed. Comes again when the node of a failure is learnt later."""
    lanes_changed = Signal()
    """Another run's lanes are known (or none, after reset)."""
    ticked = Signal()

    def __init__(self, parent: QObject | None = None, *, work: Work = ENGINE, memory: int | None = None) -> None:
        """`work` is what the process does; `memory` the bytes it may take (default: `guards.memory_limit`)."""
        super().__init__(parent)
        self._work = work
        self._memory = memory_limit() if memory is None else memory
        self._channel: Channel | None = None
        self._block: Block | None = None
        self._mark: Mark | None = None
        self._handlers: Mapping[type, Callable[[Any], None]] = {
            m.Hello: lambda _: None,
            m.Ready: self._ready,
            m.Tier: self._tier,
            m.Stands: self._stands,
            m.Frame: self._frame,
            m.KeptIs: self._kept_is,
            m.Exported: self._exported,
            m.TrailIs: self._exported,
            m.Diagnosed: self._diagnosed,
        }
        self._run = 0
        self._job: m.Job | None = None
        self._state, self._sentence, self._node = "idle", "", ""
        self._pace = "full"
        self.backend: str | None = None
        """What the next run is to be run by: "auto", a backend, or None: the approach's own."""
        self.plugins: tuple[str, ...] = ()
        """Packages of the plugins that are on (`Library.packages`)."""
        self._lanes: tuple[m.Lane, ...] = ()
        self._slots: tuple[int, ...] = ()
        self._moments: tuple[m.Moment, ...] = ()
        self._stale = False
        self._quiet_by: float | None = None
        self._told = False
        """Whether a paused run was told to go on or to take a step, and has not yet said where it stands."""
        self._diagnosing = False
        self._frame_asked, self._frame_due = False, 0.0
        self.frame_every = FRAME_EVERY
        """Seconds between two questions for the parameters while a run is on: fewer where somebody watches views."""
        self._requests: dict[int, Callable[[Any], None]] = {}
        self._request = 0
        self._seen: tuple[int, float | None] = (-1, None)
        self._speeds: deque[tuple[float, int]] = deque()
        self._member = self._beat
        pulse().join(self._member)

    # How far it is ----------------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """idle, starting, running, paused, finished or failed."""
        return self._state

    @property
    def sentence(self) -> str:
        """Why the run failed or paused by itself, or how it ended; "" otherwise."""
        return self._sentence

    @property
    def node(self) -> str | None:
        """The node the sentence speaks of."""
        return self._node or None

    @property
    def lanes(self) -> tuple[m.Lane, ...]:
        """The optimizers running side by side; () before the first run."""
        return self._lanes

    @property
    def steps(self) -> int:
        """Steps done by the lane that did most, those before a kept start included."""
        return max((self._step(lane) for lane in range(len(self._lanes))), default=0)

    def steps_of(self, lane: int) -> int:
        """Return the steps done by a lane."""
        return self._step(lane)

    @property
    def limit(self) -> int | None:
        """Steps after which the run ends."""
        return max((lane.limit for lane in self._lanes), default=None)

    @property
    def steps_per_second(self) -> float:
        """Steps per second over the last second, all lanes together; of a run that stands, what it had at the end."""
        if len(self._speeds) < 2:
            return self._total() / self.elapsed if self._total() and self.elapsed else 0.0
        (then, before), (now, after) = self._speeds[0], self._speeds[-1]
        return (after - before) / (now - then) if now > then else 0.0

    @property
    def elapsed(self) -> float:
        """Seconds spent stepping."""
        return self._block.seconds if self._block is not None and self._lanes else 0.0

    @property
    def progress(self) -> float | None:
        """Part of the run done, 0 to 1; None while unknown."""
        return min(1.0, self.steps / self.limit) if self.limit else None

    @property
    def reading(self) -> float | None:
        """How far the file has come that a run being started reads, 0 to 1; None while it reads none."""
        return self._mark.part if self._state == "starting" and self._mark is not None else None

    @property
    def stale(self) -> bool:
        """Whether the graph was edited since the run started (`mark_stale`)."""
        return self._stale

    def curve(
        self,
        lane: int,
        series: m.Series,
        start: float = 0,
        stop: float = float("inf"),
        buckets: int = 1000,
        *,
        detail: bool = False,
    ) -> Curve:
        """Return a recorded quantity between two steps in about `buckets` points: lowest, highest and mean of each.

        With `detail` the first few hundred steps of the run are given one by one.
        """
        if self._block is None or lane >= len(self._lanes) or series not in self._lanes[lane].series:
            return EMPTY
        slot = self._slots[lane] + self._lanes[lane].series.index(series)
        return self._block.curve(lane, slot, start, stop, buckets, detail=detail)

    def moment(self, lane: int = 0) -> m.Moment | None:
        """Return where the lane stood a moment ago: parameters by node id, step; None before a run.

        Give it to `AskClient.ask_looks`. With large parameters it may be a second old.
        """
        return self._moments[lane] if lane < len(self._moments) else None

    def values(self, lane: int = 0) -> Mapping[str, NDArray[Any]]:
        """Return the parameters of `moment(lane)` as read-only arrays by node id; empty before a run."""
        moment = self.moment(lane)
        return {} if moment is None else {node: packed.array() for node, packed in moment.values.items()}

    # What it is told --------------------------------------------------------------------------------------------------

    def run(
        self, content: Content, folder: Path | None, assets: Path, *, paused: bool = False, pause_at: int | None = None
    ) -> None:
        """Start a run of this graph, from its kept values where it has some.

        `paused` stops it before the first step, `pause_at` at a later one. A run under way is given up.
        """
        if self._state in UNDER_WAY:
            self._restart()
        self._forget()
        self._run += 1
        self._job = m.Job.of(content, folder, assets, self.plugins)
        self.warm()
        self._send(m.Start(self._run, self._job, paused, pause_at, self.backend))
        self._enter("starting")

    def resume(self) -> None:
        """Go on with a paused run."""
        if self._state == "paused":
            self._told = True
            self._send(m.Go())

    def pause(self) -> None:
        """Stop after the step being done; `resume` goes on."""
        if self._state in UNDER_WAY:
            self._send(m.Hold())

    def step(self) -> None:
        """Do one step of a paused run (of one being started: once it is ready)."""
        if self._state in ("paused", "starting"):
            self._told = True
            self._send(m.Once())

    def stop(self) -> None:
        """End the run where it is (state: finished). A process that does not answer at once is killed."""
        if self._state in (*UNDER_WAY, "paused"):
            self._send(m.Halt())
            self._quiet_by = time.monotonic() + PATIENCE

    def reset(self) -> None:
        """End the run and forget it (state: idle)."""
        if self._state in UNDER_WAY:
            self._restart()
        self._run += 1
        self._forget()
        self._enter("idle")

    def set_live(self, node: str, setting: str, value: SettingValue) -> None:
        """Set a numeric setting of the run in progress; it acts from the next chunk of steps. Nothing without a run."""
        if self._state in (*UNDER_WAY, "paused"):
            self._send(m.SetLive(node, setting, value))

    @property
    def pace(self) -> str:
        """The pace in force, a key of PACES."""
        return self._pace

    def set_pace(self, pace: str) -> None:
        """Go at a pace of PACES, from now on."""
        self._pace = pace
        self._tell_pace()
        self.ticked.emit()

    def mark_stale(self, stale: bool = True) -> None:
        """Say that the graph was edited since the run started, or (False) that it is as it was then again."""
        if self._lanes or self._state == "starting":
            self._stale = stale
            self.ticked.emit()

    def kept(self, lane: int, then: Callable[[Kept], None]) -> None:
        """Call `then` with the lane's parameters, optimizer state and step, once the process has given them.

        Where the process is gone, the newest parameters known are given, without optimizer state.
        """
        moment = self.moment(lane)
        if self._channel is not None and self._state not in ("idle", "failed") and moment is not None:
            self._send(m.WantKept(self._requested(lambda answer: then(m.unpack_kept(answer.kept))), lane))
        elif moment is not None:
            values = {node: Tensor.of(packed.array()) for node, packed in moment.values.items()}
            then(Kept(moment.at, 0, moment.optimizer, values))

    def export(self, lane: int, series: Sequence[m.Series], path: Path, then: Callable[[str], None]) -> None:
        """Write full series as CSV; call `then` with one sentence about it."""
        if self._channel is None or not self._lanes:
            then("There is nothing to export: no run has been made.")
            return
        request = self._requested(lambda answer: then(answer.sentence))
        self._send(m.WantExport(request, lane, tuple(series), str(path)))

    def trail(self, spec: m.PlaneSpec, then: Callable[[m.TrailIs], None], *, renew: bool = False) -> bool:
        """Call `then` with every lane's path in a plane; return whether there is a run to ask."""
        if self._channel is None or not self._lanes or self._state in ("idle", "starting", "failed"):
            return False
        self._send(m.WantTrail(self._requested(then), spec, renew))
        return True

    def warm(self) -> None:
        """Start the process ahead of the first run."""
        if self._channel is not None and self._channel.lost:
            self._drop()
        if self._channel is None:
            self._block = self._block or Block()
            self._mark = self._mark or Mark()
            self._mark.set("")
            arguments = (self._block.name, self._mark.name, self._work, self._memory)
            self._channel = Channel(serve, arguments, m.RunAnswer, "gradwire run")
            self._tell_pace()

    def release(self) -> None:
        """End the process where it holds nothing of a run; the next run starts another."""
        if self._state == "idle" and not self._requests and not self._diagnosing:
            self._drop()

    def close(self) -> None:
        """End the process and give its memory back. Idempotent."""
        pulse().leave(self._member)
        self._drop()
        self._forget()
        for shared in (self._block, self._mark):
            if shared is not None:
                shared.close()
                shared.unlink()
        self._block = self._mark = None

    # Between here and the process -------------------------------------------------------------------------------------

    def _send(self, message: m.Message) -> None:
        if self._channel is not None:
            self._channel.send(message)
            pulse().wake()

    def _tell_pace(self) -> None:
        if self._channel is not None:
            pace = PACES[self._pace]
            self._channel.send(m.Pace(pace.rate, pace.least))

    def _requested(self, answer: Callable[[Any], None]) -> int:
        self._request += 1
        self._requests[self._request] = answer
        return self._request

    def _drop(self) -> None:
        if self._channel is not None:
            self._channel.kill()
            self._channel = None
        self._frame_asked = self._told = False
        self._requests.clear()

    def _restart(self) -> None:
        """Kill the process, whatever it does, and warm another one."""
        self._drop()
        self._quiet_by = None
        self.warm()

    def _forget(self) -> None:
        had = bool(self._lanes)
        self._lanes, self._slots, self._moments = (), (), ()
        self._stale, self._seen, self._diagnosing, self._told = False, (-1, None), False, False
        self._speeds.clear()
        if had:
            self.lanes_changed.emit()

    def _enter(self, state: str, sentence: str = "", node: str | None = None) -> None:
        self._state, self._sentence, self._node = state, sentence, node or ""
        if state == "running":
            self._speeds.clear()
        pulse().wake()
        self.state_changed.emit(state)
        self.ticked.emit()

    def _beat(self) -> bool:
        """Read what has come; return whether more is expected."""
        channel = self._channel
        if channel is None:
            return False
        lost = channel.lost
        for message in channel.receive():
            self._handlers[type(message)](message)
        if lost and channel is self._channel:
            self._ended_by_itself(channel)
        elif self._quiet_by is not None and time.monotonic() > self._quiet_by:
            self._end_deaf_process()
        self._count()
        waits = self._told or self._quiet_by is not None or bool(self._requests) or self._diagnosing
        return waits or self._state in UNDER_WAY

    def _count(self) -> None:
        """Ask for parameters when due, take the speed, and tell who draws if there is something new."""
        now, total = time.monotonic(), self._total()
        if self._state == "running":
            self._speeds.append((now, total))
            while self._speeds[0][0] < now - 1.0:
                self._speeds.popleft()
            if not self._frame_asked and now >= self._frame_due:
                self._frame_asked = True
                self._send(m.WantFrame())
        if (total, self.reading) != self._seen:
            self._seen = total, self.reading
            self.ticked.emit()

    def _step(self, lane: int) -> int:
        rows = self._block.first(lane) + self._block.length(lane) if self._block is not None else 0
        moment = self.moment(lane)
        # A method that has converged recorded where it stands, and went no further from there.
        return min(rows, moment.step) if moment is not None and self._state == "finished" else rows

    def _total(self) -> int:
        return sum(self._block.length(lane) for lane in range(len(self._lanes))) if self._block is not None else 0

    # Its answers ------------------------------------------------------------------------------------------------------

    def _ready(self, message: m.Ready) -> None:
        if message.run == self._run:
            self._lanes, self._slots = message.lanes, message.slots
            self.lanes_changed.emit()

    def _tier(self, message: m.Tier) -> None:
        if message.run == self._run:
            lanes = zip(self._lanes, message.backends, strict=True)
            self._lanes = tuple(msgspec.structs.replace(lane, backend=backend) for lane, backend in lanes)
            self.ticked.emit()

    def _stands(self, message: m.Stands) -> None:
        self._told = False
        if message.state != "running":
            self._quiet_by = None
        if message.run == self._run and (message.state, message.sentence) != (self._state, self._sentence):
            self._enter(message.state, message.sentence, message.node)

    def _frame(self, message: m.Frame) -> None:
        self._frame_asked = False
        if message.run == self._run:
            self._moments = message.moments
            large = sum(len(p.data) for moment in message.moments for p in moment.values.values()) > LARGE_FRAME
            self._frame_due = time.monotonic() + (1.0 if large else self.frame_every)
            self.ticked.emit()

    def _kept_is(self, message: m.KeptIs) -> None:
        self._requests.pop(message.request, lambda _: None)(message)

    def _exported(self, message: m.Exported) -> None:
        self._requests.pop(message.request, lambda _: None)(message)

    # When the process dies or is deaf ---------------------------------------------------------------------------------

    def _end_deaf_process(self) -> None:
        """It did not end the run in time: it is in the middle of something long."""
        self._restart()
        if self._state in (*UNDER_WAY, "paused"):
            self._enter("finished" if self._lanes else "idle")

    def _ended_by_itself(self, channel: Channel) -> None:
        how = _ending(channel.exit_code)
        marked = self._mark.text if self._mark is not None else ""
        diagnosing, self._diagnosing, self._quiet_by = self._diagnosing, False, None
        self._drop()
        if diagnosing:
            self._blame(marked, how)
        elif self._state in (*UNDER_WAY, "paused"):
            self._enter("failed", f"The engine process {how}. The document is unchanged.", None)
            self._blame(marked, how) if marked else self._diagnose()

    def _diagnose(self) -> None:
        """Let a fresh process evaluate the graph node by node where the last one was lost, to learn which it was."""
        if self._job is not None:
            self.warm()
            self._diagnosing = True
            self._send(m.Diagnose(self._run, self._job, self.moment(0)))

    def _blame(self, node: str, how: str) -> None:
        if node and self._state == "failed":
            name = next((n.name for n in self._job.nodes if n.id == node), "") if self._job is not None else ""
            said = f"“{name}” ({node})" if name else f"“{node}”"
            self._enter("failed", f"The engine process {how} while evaluating {said}. The document is unchanged.", node)

    def _diagnosed(self, message: m.Diagnosed) -> None:
        self._diagnosing = False
        if message.run == self._run and self._state == "failed" and message.sentence:
            self._enter("failed", f"{self._sentence} {message.sentence}", message.node)


def _ending(code: int | None) -> str:
    """Return how a process ended, in words that follow "The engine process"."""
    if code is not None and code < 0:
        return {-9: "was killed (the system may have run out of memory)", -11: "crashed (segmentation fault)"}.get(
            code, f"crashed (signal {-code})"
        )
    return f"ended unexpectedly (code {code})"
