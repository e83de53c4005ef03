"""The process that trains: one thread, one run at a time. It imports no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from app.units import bytes_text
from app.worker import messages as m
from app.worker.guards import cap_memory, end_with_parent
from app.worker.histories import BUDGET, History, write_csv
from app.worker.mark import Mark
from app.worker.pacing import Pacer
from app.worker.ring import LANES, SLOTS, Block
from app.worker.training import Training, Work
from engine.errors import GradwireError, RunError

SLICE: Final = 0.012
"""Seconds of stepping between two looks into the mailbox."""
MOST: Final = 5_000
"""Most steps in one slice."""


def serve(connection: Connection, block: str, mark: str, work: Work, memory: int) -> None:
    """Train as told by the messages that come, until the connection closes."""
    end_with_parent()
    shared, marked = Block(block), Mark(mark)
    try:
        work.warm()
        cap_memory(memory)
        connection.send_bytes(m.encode(m.Hello()))
        Runner(connection, shared, marked, work, memory).serve()
    except (EOFError, OSError, KeyboardInterrupt):
        return
    finally:
        shared.close()
        marked.close()


class Live(NamedTuple):
    """A run in progress, and what is kept of it."""

    training: Training
    lanes: tuple[m.Lane, ...]
    slots: tuple[int, ...]
    histories: list[History]


class Runner:
    """Drives one Training at a time by messages."""

    def __init__(self, connection: Connection, block: Block, mark: Mark, work: Work, memory: int) -> None:
        self._connection = connection
        self._block = block
        self._mark = mark
        self._work = work
        self._memory = memory
        self._decoder = msgspec.msgpack.Decoder(m.RunRequest)
        self._handlers: dict[type, Callable[[Any], None]] = {
            m.Start: self._start,
            m.Go: self._go,
            m.Hold: self._hold,
            m.Once: self._once,
            m.Halt: self._halt,
            m.SetLive: self._set_live,
            m.Pace: self._pace,
            m.WantFrame: self._want_frame,
            m.WantKept: self._want_kept,
            m.WantExport: self._want_export,
            m.WantTrail: self._want_trail,
            m.Diagnose: self._diagnose,
        }
        self._run = 0
        self._job: m.Job | None = None
        self._live: Live | None = None
        self._backends: tuple[str, ...] = ()
        self._going = False
        self._seconds = 0.0
        self._since = 0.0
        self._pacer = Pacer()
        self._pause_at: int | None = None

    def serve(self) -> None:
        """Handle messages, and step in between while a run is on."""
        while True:
            while not self._going or self._connection.poll(self._pacer.wait(self._reached())):
                message = self._decoder.decode(self._connection.recv_bytes())
                self._handlers[type(message)](message)
            allowed = min(self._pacer.allowed(self._reached()), self._until_pause())
            if self._live is not None and allowed:
                self._advance(self._live, min(allowed, MOST), SLICE)
            self._take_time()
            if self._going and not self._until_pause():
                self._pause_at = None
                self._stands("paused")

    def _reached(self) -> int:
        """Return the step of the lane that is ahead."""
        live = self._live
        return max(map(live.training.step, range(len(live.lanes))), default=0) if live is not None else 0

    def _until_pause(self) -> int:
        """Return how many steps are left to the one at which the run pauses by itself."""
        return MOST if self._pause_at is None else max(0, self._pause_at - self._reached())

    def _take_time(self) -> None:
        """Add the time since the last call to that of the run."""
        now = time.perf_counter()
        if self._going:
            self._seconds += now - self._since
            self._block.set_clock(self._seconds)
        self._since = now

    def _send(self, message: m.Message) -> None:
        self._connection.send_bytes(m.encode(message))

    # A run ------------------------------------------------------------------------------------------------------------

    def _start(self, message: m.Start) -> None:
        self._run, self._job, self._live, self._going, self._seconds = message.run, message.job, None, False, 0.0
        self._pause_at = message.pause_at
        self._block.set_clock(0.0)
        self._guarded(lambda: self._make_live(message.job, message.backend))
        if self._live is not None:
            self._stands("paused" if message.paused else "running")

    def _make_live(self, job: m.Job, backend: str | None) -> None:
        training = self._work.make(job, self._mark.set, backend)
        self._mark.set("")
        lanes, slots = fitted(training.lanes)
        firsts = [training.step(lane) for lane in range(len(lanes))]
        for lane, first in enumerate(firsts):
            self._block.restart(lane, first)
        budget = BUDGET // max(1, len(lanes))
        histories = [History(first, max(1, len(d.series)), budget) for first, d in zip(firsts, lanes, strict=True)]
        self._live = Live(training, lanes, slots, histories)
        self._pacer.measure(max((d.limit - first for first, d in zip(firsts, lanes, strict=True)), default=0))
        self._backends = tuple(lane.backend for lane in lanes)
        self._send(m.Ready(self._run, lanes, slots))

    def _advance(self, live: Live, most: int, seconds: float) -> None:
        self._guarded(lambda: self._take(live, most, seconds))
        ending = live.training.ending() if self._going else None
        if ending is not None:
            self._stands(ending.state, ending.sentence, ending.node)

    def _take(self, live: Live, most: int, seconds: float) -> None:
        for lane, rows in live.training.advance(most, seconds):
            recorded = rows[:, : len(live.lanes[lane].series)]
            self._block.push(lane, live.slots[lane], recorded)
            live.histories[lane].add(recorded)
        backends = tuple(map(live.training.backend, range(len(live.lanes))))
        if backends != self._backends:
            self._backends = backends
            self._send(m.Tier(self._run, backends))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do the work; whatever goes wrong becomes a failed run with a sentence."""
        sentence, node, starved = "", None, False
        try:
            work()
        except ConnectionError:
            raise
        except GradwireError as error:
            sentence, node = error.sentence, error.node or self._mark.text or None
        except MemoryError:
            starved = True
        except Exception as error:  # noqa: BLE001 - an operator may raise anything; the run fails, the process lives
            sentence, node = f"The engine stopped with {type(error).__name__}: {error}", self._mark.text or None
        if starved:  # what the traceback held is free only here
            sentence, node = self._out_of_memory()
        if sentence:
            self._stands("failed", sentence, node)
            self._mark.set("")

    def _out_of_memory(self) -> tuple[str, str | None]:
        """Return the sentence, and the node: the marked one, or else that at which a walk through the graph fails."""
        live, self._live = self._live, None
        moment = live.training.moment(0) if live is not None else None
        del live
        node = self._mark.text or self._starving_node(moment)
        limit = bytes_text(self._memory)
        return (
            f"The run needs more than the {limit} of memory it may take: use smaller arrays or batches.",
            node or None,
        )

    def _starving_node(self, moment: m.Moment | None) -> str:
        if self._job is None:
            return ""
        try:
            self._work.examine(self._job, moment, self._mark.set)
        except GradwireError as error:
            return error.node or self._mark.text
        except MemoryError:
            return self._mark.text
        return ""

    def _stands(self, state: m.Standing, sentence: str = "", node: str | None = None) -> None:
        """Say where the run stands now, after the values that belong to it."""
        self._take_time()
        self._going = state == "running"
        if self._going:
            self._pacer.begin(self._reached())
        if not self._going:
            self._want_frame(None)
        self._send(m.Stands(self._run, state, sentence, node))

    # Messages ---------------------------------------------------------------------------------------------------------

    def _go(self, _: object) -> None:
        if self._live is not None and not self._going:
            self._live.training.resume()
            self._stands("running")

    def _hold(self, _: object) -> None:
        if self._going:
            self._stands("paused")

    def _once(self, _: object) -> None:
        if self._live is not None and not self._going:
            self._live.training.resume()
            self._going = True
            self._advance(self._live, 1, 0.0)
            if self._going:
                self._stands("paused")

    def _halt(self, _: object) -> None:
        self._stands("finished")

    def _set_live(self, message: m.SetLive) -> None:
        live = self._live
        if live is not None:
            self._guarded(lambda: live.training.set_live(message.node, message.setting, m.tuples(message.value)))

    def _pace(self, message: m.Pace) -> None:
        self._pacer.set(message.rate, message.least, self._reached())

    def _want_frame(self, _: object) -> None:
        if self._live is not None:
            training = self._live.training
            self._send(m.Frame(self._run, tuple(training.moment(lane) for lane in range(len(self._live.lanes)))))

    def _want_kept(self, message: m.WantKept) -> None:
        if self._live is not None and message.lane < len(self._live.lanes):
            self._send(m.KeptIs(message.request, m.pack_kept(self._live.training.kept(message.lane))))

    def _want_export(self, message: m.WantExport) -> None:
        if self._live is None or message.lane >= len(self._live.lanes):
            self._send(m.Exported(message.request, "There is nothing to export: the run is gone."))
            return
        lane, history = self._live.lanes[message.lane], self._live.histories[message.lane]
        self._send(m.Exported(message.request, exported(lane, history, message.series, Path(message.path))))

    def _want_trail(self, message: m.WantTrail) -> None:
        if self._live is None:
            self._send(m.TrailIs(message.request, (), None, "The run is gone."))
            return
        try:
            ways, plane = self._live.training.ways(message.spec, message.renew)
        except GradwireError as error:
            self._send(m.TrailIs(message.request, (), None, error.sentence))
            return
        self._send(m.TrailIs(message.request, ways, plane))

    def _diagnose(self, message: m.Diagnose) -> None:
        sentence, node = "", None
        try:
            self._work.examine(message.job, message.moment, self._mark.set)
        except GradwireError as error:
            sentence, node = error.sentence, error.node
        except Exception as error:  # noqa: BLE001 - said in words
            sentence, node = f"{type(error).__name__}: {error}", self._mark.text or None
        self._mark.set("")
        self._send(m.Diagnosed(message.run, sentence, node))


def exported(lane: m.Lane, history: History, wanted: tuple[m.Series, ...], path: Path) -> str:
    """Write series of a lane as CSV; return one sentence about it."""
    columns = [lane.series.index(series) for series in wanted if series in lane.series]
    table = history.table(columns)
    try:
        write_csv(path, ["step", *(series_name(lane, lane.series[column]) for column in columns)], table)
    except GradwireError as error:
        return error.sentence
    every = "" if history.stride == 1 else f" (every {history.stride}th)"
    return f"Wrote {len(table):,} steps{every} to “{path.name}”."


def fitted(lanes: tuple[m.Lane, ...]) -> tuple[tuple[m.Lane, ...], tuple[int, ...]]:
    """Return the lanes with as many series as the block has slots for, and each lane's first slot."""
    if len(lanes) > LANES:
        raise RunError(f"{len(lanes)} optimizers cannot run side by side: at most {LANES} can.")
    each = SLOTS // max(1, len(lanes))
    kept = tuple(msgspec.structs.replace(lane, series=lane.series[:each]) for lane in lanes)
    return kept, tuple(k * each for k in range(len(lanes)))


def series_name(lane: m.Lane, series: m.Series) -> str:
    """Return what a series is called in an exported table."""
    parameter = next((p for p in lane.parameters if p.node == series.node), None)
    if series.kind in ("loss", "validation"):
        return f"{series.kind} {series.node}".strip()
    if series.kind == "gradient":
        return f"gradient norm {parameter.name}" if parameter else "gradient norm"
    if parameter is None or parameter.shape == ():
        return parameter.name if parameter else series.node
    return f"{parameter.name}[{series.index}]"
