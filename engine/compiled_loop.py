"""The whole optimizer loop as one compiled program: many steps in one call, their number given at run time.

Carried from step to step: free parameters, the method's slots, states of nodes. Keys are made on the device, bit by bit
as `engine.random_bits` makes them; rows of minibatches are drawn by the host and fed in blocks. What is recorded is
written into one buffer and read once per call. The loop ends by itself at a step whose loss or gradient is not finite,
and where it has converged; such a step has then been taken, and is taken back by running the call again up to it:
that costs the common case nothing.

Where only losses are recorded and nothing else can end the run, the steps are not even watched: what is not finite
stays so, is seen after the call, and the step at which it began is found by running the call again, cut ever shorter.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine import random_bits
from engine.backends import xla, xla_status
from engine.errors import GradwireError
from engine.hosts import spread
from engine.program.passes import PORTABLE, simplify
from engine.program.program import Program
from engine.stepper import Stepper

BYTES: Final = 2**23
"""What the buffer of recorded rows takes at most ..."""
ROWS: Final = 2**20
"""... and how many rows it has at most."""
BLOCK: Final = 256
"""How many steps' minibatches are fed at once at most ..."""
BLOCK_BYTES: Final = 2**20
"""... as long as they take no more than this."""

Converged = Callable[[Any, Any, Any, Any], Any]
RUNNING, NOT_FINITE, CONVERGED, FAILED = 0, 1, 2, 3
"""FAILED plus the status of the program's own loops."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call of the loop did. `rows` are those of the steps taken, and that of the step it converged at; they
    are overwritten by the next call."""

    rows: NDArray[np.float64]
    carry: tuple[Any, ...]
    taken: int
    status: Literal["running", "not finite", "converged", "failed"]
    previous_loss: float
    error: GradwireError | None = None
    """What the step that failed met."""
    spoilt: int | None = None
    """Which of the values carried the next step would make not finite, where no step was watched."""


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of a call, so that it can be made again with fewer steps."""

    carry: tuple[Any, ...]
    first: int
    blocks: tuple[Any, ...]
    fixed: tuple[Any, ...]
    previous: float
    tolerance: float


class CompiledLoop:
    """The loop of one stepper, compiled once for its structure and shapes."""

    def __init__(self, stepper: Stepper, seed: int, until: str, converged: Converged | None) -> None:
        """Compile; raise LoweringError where XLA cannot run the step."""
        self._program = program = simplify(stepper.steady, PORTABLE)
        xla.refuse(program)
        self._stepper = stepper
        self._loss = program.types[program.outputs[0]].dtype
        self._streams = tuple(
            np.array(random_bits.stream(seed, each.name), np.uint32) for each in stepper.fresh if each.role == "key"
        )
        self.width = _width(stepper, program)
        self._unwatched = _unwatched(stepper, program, converged)
        self.block = _block(stepper, self.width)
        """How many steps a call takes at most."""
        self._until, self._converged = until, converged
        self._spread = spread()
        self._capacity = xla_status.FIRST
        self._function = self._compiled()
        self._history: Any = None
        self._last: tuple[Any, Any] = (None, None)
        """What the last call handed out, and the same on the device."""

    def _compiled(self) -> Any:
        stepper, program, capacity = self._stepper, self._program, self._capacity
        room = f" {capacity}" if xla_status.fallible(program) else ""
        what = f"loop {self._until} {self.block} {stepper.row} {self.width} {roles(stepper)}{room}"
        if self._unwatched:
            what += " unwatched"
        make = unwatched_function if self._unwatched else loop_function
        traced = make(stepper, program, self._converged, capacity)
        if self._spread is not None:
            what += f" over {self._spread.count} devices"
        return xla.cached(what, program, lambda: compiled(traced, self._examples(self.width), self._places()))

    def _places(self) -> Any:
        """Return where each argument of the loop lies, or None where this process is alone."""
        over, stepper = self._spread, self._stepper
        if over is None:
            return None
        drawn = [each for each in stepper.fresh if each.role == "batch"]
        blocks = tuple(over.block((self.block, *each.type.shape)) for each in drawn)
        fixed = tuple(
            over.data(each.type.shape) if each.role == "data" and not drawn else over.whole for each in stepper.fixed
        )
        streams = (over.whole,) * len(self._streams)
        return over.whole, (over.whole,) * len(stepper.carry), (over.whole,) * 4, streams, blocks, fixed

    def _examples(self, width: int) -> tuple[Any, ...]:
        stepper = self._stepper
        zeros = [np.zeros(each.type.shape, each.type.dtype) for each in (*stepper.carry, *stepper.fixed)]
        call = Call(
            tuple(zeros[: len(stepper.carry)]),
            0,
            tuple(
                np.zeros((self.block, *each.type.shape), each.type.dtype)
                for each in stepper.fresh
                if each.role == "batch"
            ),
            tuple(zeros[len(stepper.carry) :]),
            0.0,
            0.0,
        )
        return (np.zeros((self.block, width)), *self._arguments(call, 0))

    def _arguments(self, call: Call, count: int) -> tuple[Any, ...]:
        loss = np.dtype(self._loss).type
        fixed = tuple(
            np.asarray(value, each.type.dtype) for value, each in zip(call.fixed, self._stepper.fixed, strict=True)
        )
        limits = (np.int64(call.first), np.int64(count), loss(call.previous), loss(call.tolerance))
        return tuple(call.carry), limits, self._streams, call.blocks, fixed

    def run(self, call: Call, count: int) -> Ran:
        """Take up to `count` steps (at most `block`)."""
        if self._unwatched:
            return self._run_unwatched(call, count)
        number, code, previous, carry = self._call(call, count)
        rows = self._rows()[: number - (code == NOT_FINITE)]
        if code == FAILED + xla_status.OVERFLOW:
            self._capacity = xla_status.doubled(self._program, self._capacity)
            self._function = self._compiled()
            return self.run(call, count)
        if code == RUNNING:
            return Ran(rows, carry, number, "running", previous)
        # The last step must not have been taken: everything up to it again, which gives the same bits.
        rows = rows.copy()
        none = Ran(rows[:0], call.carry, 0, "running", call.previous)
        before = self.run(call, number - 1) if number > 1 else none
        if code >= FAILED:
            return replace(before, status="failed", error=xla_status.complaint(self._program, code - FAILED))
        return replace(before, rows=rows, status="not finite" if code == NOT_FINITE else "converged")

    def _run_unwatched(self, call: Call, count: int) -> Ran:
        _, _, total, carry = self._call(call, count)
        rows = self._rows()[:count]
        # A sum that is finite has finite terms only.
        if np.isfinite(total) and self._spoilt(carry) is None:
            return Ran(rows, carry, count, "running", float(rows[-1, 0]))
        finite = np.isfinite(rows[:, 0])
        if finite.all() and self._spoilt(carry) is None:
            return Ran(rows, carry, count, "running", float(rows[-1, 0]))
        rows, most = rows.copy(), count if finite.all() else int(np.argmin(finite))
        spoilt = self._spoilt(self._call(call, most)[3]) if most else None
        low, high = (0, most) if spoilt is not None else (most, most)
        # After `low` steps all is finite, after `high` steps it is not, or the next loss is not.
        while high - low > 1:
            middle = (low + high) // 2
            found = self._spoilt(self._call(call, middle)[3])
            low, high, spoilt = (middle, high, spoilt) if found is None else (low, middle, found)
        carry = self._call(call, low)[3] if low else call.carry
        previous = float(rows[low - 1, 0]) if low else call.previous
        return Ran(rows[:low], carry, low, "not finite", previous, spoilt=spoilt)

    def _spoilt(self, carry: Sequence[Any]) -> int | None:
        """Return the first parameter or slot that is not finite, or None."""
        moved = carry[: len(self._stepper.descent.free) + len(self._stepper.slots)]
        return next((k for k, value in enumerate(moved) if not np.isfinite(value).all()), None)

    def _rows(self) -> NDArray[np.float64]:
        return np.asarray(self._history)

    def _call(self, call: Call, count: int) -> tuple[int, int, float, tuple[Any, ...]]:
        """Run the compiled loop; return the steps gone through, the status, the last loss (the sum of all losses where
        steps are not watched) and what is carried."""
        with xla.precision() as jax:
            if self._history is None:
                self._history = jax.numpy.zeros((self.block, self.width))
                if self._spread is not None:
                    self._history = self._spread.put(np.asarray(self._history), self._spread.whole)
            given, there = self._last
            if call.carry is not given:
                there = tuple(
                    np.asarray(value, each.type.dtype)
                    for value, each in zip(call.carry, self._stepper.carry, strict=True)
                )
            arguments = self._arguments(replace(call, carry=there), count)
            if self._spread is not None:
                arguments = jax.tree.map(self._spread.put, arguments, self._places()[1:])
            results = self._function(self._history, *arguments)
            self._history, there, (taken, status, previous) = results
            carry = tuple(map(xla.plain, there))
            self._last = (carry, there)
            return int(taken), int(status), float(previous), carry


def _unwatched(stepper: Stepper, program: Program, converged: Converged | None) -> bool:
    """Return whether steps need not be watched while they are taken.

    A gradient clipped by its norm can be lost without a trace in the parameters.
    """
    clipped = stepper.descent.plan.settings["clip"] != "none"
    return stepper.losses and converged is None and not clipped and not xla_status.fallible(program)


def roles(stepper: Stepper) -> str:
    """Return how the inputs of the step are grouped: part of what tells compiled loops apart."""
    groups = (stepper.carry, stepper.fresh, stepper.fixed)
    return " ".join(f"{len(group)}:{','.join(each.role[0] for each in group)}" for group in groups)


def _width(stepper: Stepper, program: Program) -> int:
    if stepper.losses:
        return 1
    types = [program.types[var] for var in program.outputs[stepper.row :][: len(stepper.arrays)]]
    return stepper.row + sum(int(np.prod(kind.shape)) for kind in types)


def _block(stepper: Stepper, width: int) -> int:
    rows = max(1, min(ROWS, BYTES // (8 * width)))
    drawn = [each.type for each in stepper.fresh if each.role == "batch"]
    if not drawn:
        return rows
    size = sum(8 * int(np.prod(kind.shape, dtype=np.int64)) for kind in drawn)
    return max(1, min(rows, BLOCK, BLOCK_BYTES // max(size, 1)))


def compiled(function: Callable[..., Any], arguments: Sequence[Any], places: Any = None) -> Any:
    """Return the function compiled for arguments like these; its first argument is given up at each call.

    `places`: where each argument lies, in a process that is not alone; the results then lie everywhere.
    """
    with xla.precision() as jax:
        where = {} if places is None else {"in_shardings": places, "out_shardings": places[0]}
        shapes = jax.tree.map(lambda each: jax.ShapeDtypeStruct(np.shape(each), np.asarray(each).dtype), arguments)
        return jax.jit(function, donate_argnums=0, **where).lower(*shapes).compile()


def loop_function(stepper: Stepper, program: Program, converged: Converged | None, capacity: int) -> Callable[..., Any]:
    """Return `(history, carry, (first, count, previous, tolerance), streams, blocks, fixed) -> (history, carry, (taken,
    status, previous))` to be traced."""
    step = xla.emit(program, capacity)
    moved = stepper.row + len(stepper.arrays)

    def loop(history: Any, carry: Any, limits: Any, streams: Any, blocks: Any, fixed: Any) -> Any:
        import jax.numpy as jnp
        from jax import lax

        first, count, previous, tolerance = limits

        def body(state: Any) -> Any:
            k, carry, previous, _, history = state
            fresh = fresh_values(stepper, first + k, k, streams, blocks)
            results, failing = step(*carry, *fresh, *fixed)
            loss, norm, recorded = results[0], results[1], results[: 1 if stepper.losses else moved]
            row = jnp.concatenate([jnp.ravel(each).astype(np.float64) for each in recorded])
            history = lax.dynamic_update_slice(history, row[None], (k, np.int64(0)))
            status = jnp.where(jnp.isfinite(loss) & jnp.isfinite(norm), RUNNING, NOT_FINITE)
            if converged is not None:
                ended = converged(loss, norm, previous, tolerance)
                status = jnp.where((status == RUNNING) & ended, CONVERGED, status)
            if failing is not None:
                status = jnp.where(failing == xla_status.FINE, status, FAILED + failing)
            return k + 1, results[moved:], loss, status, history

        def going(state: Any) -> Any:
            return (state[0] < count) & (state[3] == RUNNING)

        start = (np.int64(0), tuple(map(jnp.asarray, carry)), previous, jnp.asarray(RUNNING), history)
        taken, carry, previous, status, history = lax.while_loop(going, body, start)
        return history, carry, (taken, status, previous)

    return loop


def unwatched_function(
    stepper: Stepper, program: Program, converged: Converged | None, capacity: int
) -> Callable[..., Any]:
    """Return the same for a loop that records losses and looks at nothing: its status says RUNNING, and the last of its
    results is the sum of the losses."""
    step = xla.emit(program, capacity)
    moved = stepper.row + len(stepper.arrays)

    def loop(history: Any, carry: Any, limits: Any, streams: Any, blocks: Any, fixed: Any) -> Any:
        import jax.numpy as jnp
        from jax import lax

        first, count, previous, _ = limits

        def body(state: Any) -> Any:
            k, carry, total, history = state
            results, _ = step(*carry, *fresh_values(stepper, first + k, k, streams, blocks), *fixed)
            row = results[0].astype(np.float64)[None, None]
            history = lax.dynamic_update_slice(history, row, (k, np.int64(0)), allow_negative_indices=False)
            return k + 1, results[moved:], total + results[0], history

        start = (np.int64(0), tuple(map(jnp.asarray, carry)), jnp.zeros_like(previous), history)
        taken, carry, total, history = lax.while_loop(lambda state: state[0] < count, body, start)
        return history, carry, (taken, np.int64(RUNNING), total)

    return loop


def fresh_values(stepper: Stepper, step: Any, k: Any, streams: Sequence[Any], blocks: Sequence[Any]) -> list[Any]:
    """Return, traced, the values of the step's fresh inputs: keys from their streams, minibatches from the blocks."""
    import jax.numpy as jnp

    from engine.backends.xla_primitives import threefry

    low, high = (step & 0xFFFFFFFF).astype(np.uint32), (step >> 32 & 0xFFFFFFFF).astype(np.uint32)
    keys, batches = iter(streams), iter(blocks)
    values = []
    for each in stepper.fresh:
        if each.role == "key":
            words = next(keys)
            values.append(jnp.stack(threefry((words[0], words[1]), low, high)))
        elif each.role == "batch":
            values.append(next(batches)[k])
        else:
            values.append(step.astype(np.float64))
    return values


class Background:
    """A loop that is being compiled in a thread of its own: `loop` is None until it is ready, and for good where it
    cannot be; `sentence` then says why."""

    def __init__(self, make: Callable[[], CompiledLoop]) -> None:
        self.loop: CompiledLoop | None = None
        self.sentence = ""
        # Not a daemon: a process that ends while XLA compiles in another thread is aborted. Python waits for this one.
        self._thread = threading.Thread(target=self._work, args=(make,), name="compiling")
        self._thread.start()

    def _work(self, make: Callable[[], CompiledLoop]) -> None:
        try:
            self.loop = make()
        except GradwireError as error:
            self.sentence = error.sentence
        except Exception as error:  # noqa: BLE001 - the run goes on without a compiler
            self.sentence = f"XLA could not compile the run: {error}"

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the compiler has ended."""
        self._thread.join(seconds)
