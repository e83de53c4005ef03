"""Many runs of one program as one vectorised, compiled loop, spread over the devices there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import random_bits
from engine.backends import xla, xla_status
from engine.compiled_loop import BLOCK, CONVERGED, FAILED, NOT_FINITE, RUNNING, fresh_values, roles
from engine.lane import UNTIL, some_steps
from engine.prepare import Plan, Prepared
from engine.program.program import Program
from engine.resuming import node_of, number_of
from engine.stepper import Stepper, fixed_values


@dataclass(frozen=True, slots=True)
class Members:
    """Runs of one program: for each its preparation, its optimizer, and a stepper whose program is `program`."""

    program: Program
    runs: Sequence[tuple[Prepared, Plan, Stepper]]


@dataclass(frozen=True, slots=True)
class End:
    """Where one run ended: the free values of the parameters, and the loss there."""

    free: tuple[Any, ...]
    loss: float
    steps: int
    sentence: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """Where all ended, and on how many devices they ran."""

    ends: tuple[End, ...]
    devices: int


@dataclass
class _State:
    """Where the members stand between two calls, stacked along the first axis."""

    carry: tuple[Any, ...]
    previous: Any
    status: Any
    taken: Any


def run_members(members: Members, steps: int) -> Ended:
    """Take `steps` steps in every run, or fewer where one ends before."""
    xla.refuse(members.program)
    work = _Work(members)
    with xla.precision():
        state, last = work.start, 0
        while last < steps:
            count = min(steps - last, BLOCK) if work.drawing else steps - last
            state = work.call(state, last, count)
            last += count
        final = work.call(state, last, 1, looking=True)
        ends = tuple(work.end(k, state, final, steps) for k in range(len(members.runs)))
    return Ended(ends, work.devices)


class _Work:
    """The compiled loop of a group of members, and their inputs."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.stepper = stepper = members.runs[0][2]
        self.drawing = any(each.role == "batch" for each in stepper.fresh)
        self._capacity = xla_status.FIRST
        self._loss = np.dtype(members.program.types[members.program.outputs[0]].dtype)
        jax = xla.require()
        self.devices = min(len(jax.devices()), len(members.runs))
        self._padded = -(-len(members.runs) // self.devices) * self.devices
        self._batches: list[dict[str, Any]] = [{} for _ in members.runs]
        count = self._padded
        self.start = _State(
            self._stacked([_carry(*run) for run in members.runs]),
            np.full(count, np.nan, self._loss),
            np.zeros(count, np.int32),
            np.zeros(count, np.int64),
        )
        fixed = [
            tuple(
                np.asarray(value, each.type.dtype)
                for value, each in zip(fixed_values(own, prepared, prepared.parameters), own.fixed, strict=True)
            )
            for prepared, _, own in members.runs
        ]
        self._shared = tuple(all(np.array_equal(one[k], fixed[0][k]) for one in fixed) for k in range(len(fixed[0])))
        stacked = self._stacked(fixed)
        self._fixed = tuple(fixed[0][k] if shared else stacked[k] for k, shared in enumerate(self._shared))
        self._tolerance = self._padded_list(
            [self._loss.type(plan.settings["tolerance"]) for _, plan, _ in members.runs]
        )
        self._first = self._padded_list([np.int64(prepared.step) for prepared, _, _ in members.runs])
        self._streams = self._stacked(
            [
                tuple(
                    np.array(random_bits.stream(prepared.seed, each.name), np.uint32)
                    for each in stepper.fresh
                    if each.role == "key"
                )
                for prepared, _, _ in members.runs
            ]
        )

    def _padded_list(self, values: Sequence[Any]) -> Any:
        return np.array([*values, *[values[-1]] * (self._padded - len(values))])

    def _stacked(self, rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
        return tuple(self._padded_list([row[k] for row in rows]) for k in range(len(rows[0])))

    def call(self, state: _State, last: int, count: int, looking: bool = False) -> _State:
        """Take up to `count` steps in every member that goes on; `looking`: take none, but evaluate the next."""
        blocks, drawn = self._blocks(state, last, count)
        while True:
            results = self._function(looking)(
                state.carry, state.previous, state.status, state.taken, np.int64(count), blocks, self._first,
                self._tolerance, self._streams, self._fixed,
            )  # fmt: skip
            carry, previous, status, taken = results
            codes = np.asarray(status)
            if not (codes == FAILED + xla_status.OVERFLOW).any():
                break
            self._capacity = xla_status.doubled(self.members.program, self._capacity)
        if not looking:
            moved = np.asarray(taken) - np.asarray(state.taken)
            for k, states in enumerate(drawn):
                if states and moved[k]:
                    self._batches[k] = states[moved[k] - 1]
        return _State(carry, previous, status, taken)

    def _blocks(self, state: _State, last: int, count: int) -> tuple[tuple[Any, ...], list[list[dict[str, Any]]]]:
        inputs = [each for each in self.stepper.fresh if each.role == "batch"]
        shapes = [(self._padded, BLOCK, *each.type.shape) for each in inputs]
        blocks = tuple(np.zeros(shape, each.type.dtype) for shape, each in zip(shapes, inputs, strict=True))
        taken = np.asarray(state.taken)
        drawn: list[list[dict[str, Any]]] = []
        for k, (prepared, _, _) in enumerate(self.members.runs):
            states: list[dict[str, Any]] = []
            batches = dict(self._batches[k])
            for j in range(count if inputs else 0):
                for each, block in zip(inputs, blocks, strict=True):
                    at = prepared.step + int(taken[k]) + j
                    block[k, j], batches[each.name] = prepared.draw(each.name, at, batches.get(each.name))
                states.append(dict(batches))
            drawn.append(states)
        return blocks, drawn

    def _function(self, looking: bool) -> Callable[..., Any]:
        until = str(self.members.runs[0][1].settings["until"])
        what = f"sweep {until} {roles(self.stepper)} {self._capacity} {looking} {self._shared} {self.devices}"
        found: Callable[..., Any] = xla.cached(what, self.members.program, lambda: self._compiled(until, looking))
        return found

    def _compiled(self, until: str, looking: bool) -> Any:
        import jax
        from jax.sharding import Mesh, PartitionSpec

        member = member_function(self.stepper, self.members.program, until, self._capacity, looking)
        fixed = tuple(None if shared else 0 for shared in self._shared)
        axes = (0, 0, 0, 0, None, 0, 0, 0, 0, fixed)
        mapped = jax.vmap(member, in_axes=axes)
        if self.devices == 1:
            return jax.jit(mapped)
        mesh = Mesh(np.array(jax.devices()[: self.devices]), ("runs",))
        split, whole = PartitionSpec("runs"), PartitionSpec()  # type: ignore[no-untyped-call]
        given = tuple(whole if shared else split for shared in self._shared)
        specs = (split, split, split, split, whole, split, split, split, split, given)
        return jax.jit(jax.shard_map(mapped, mesh=mesh, in_specs=specs, out_specs=split, check_vma=False))

    def end(self, k: int, state: _State, final: _State, steps: int) -> End:
        """Return where member k stands, `final` being the look at the next step."""
        free = tuple(xla.plain(np.asarray(value)[k]) for value in state.carry[: len(self.stepper.descent.free)])
        status, taken = int(np.asarray(state.status)[k]), int(np.asarray(state.taken)[k])
        loss = float(np.asarray(final.previous)[k])
        finite = all(np.isfinite(value).all() for value in free)
        if status >= FAILED and (error := xla_status.complaint(self.members.program, status - FAILED)) is not None:
            return End(free, loss, taken, f"Failed at step {taken:,}: {error.sentence}.", True)
        if status == NOT_FINITE or not finite:
            return End(free, loss, taken, f"Met a value that is not finite at step {taken:,}.", True)
        if status == CONVERGED:
            return End(free, loss, taken, f"Converged after {some_steps(taken)}.", False)
        return End(free, loss, taken, f"Took its {some_steps(steps)}.", False)


def member_function(
    stepper: Stepper, program: Program, until: str, capacity: int, looking: bool
) -> Callable[..., tuple[Any, ...]]:
    """Return the loop of one member, to be vectorised: it ends before a step that is not finite or has converged."""
    step = xla.emit(program, capacity)
    converged = UNTIL.get(until)
    recorded = stepper.row + len(stepper.arrays)

    def loop(
        carry: Any, previous: Any, status: Any, taken: Any, count: Any, blocks: Any, first: Any, tolerance: Any,
        streams: Any, fixed: Any,
    ) -> tuple[Any, ...]:  # fmt: skip
        import jax
        import jax.numpy as jnp
        from jax import lax

        def body(state: Any) -> Any:
            k, carry, previous, _, taken = state
            fresh = fresh_values(stepper, first + taken, k, streams, blocks)
            results, failing = step(*carry, *fresh, *fixed)
            loss, norm = results[0], results[1]
            code = jnp.where(jnp.isfinite(loss) & jnp.isfinite(norm), RUNNING, NOT_FINITE)
            if converged is not None:
                code = jnp.where((code == RUNNING) & converged(loss, norm, previous, tolerance), CONVERGED, code)
            if failing is not None:
                code = jnp.where(failing == xla_status.FINE, code, FAILED + failing)
            code = code.astype(np.int32)
            if looking:
                return k + 1, carry, loss, code, taken
            goes = code == RUNNING
            moved = jax.tree.map(lambda new, old: jnp.where(goes, new, old), tuple(results[recorded:]), carry)
            return k + 1, moved, jnp.where(goes, loss, previous), code, taken + goes

        def going(state: Any) -> Any:
            return (state[0] < count) & (state[3] == RUNNING)

        start = (
            np.int64(0),
            tuple(map(jnp.asarray, carry)),
            previous,
            jnp.int32(RUNNING) if looking else status,
            taken,
        )
        _, carry, previous, status, taken = lax.while_loop(going, body, start)
        return carry, previous, status, taken

    return loop


def _carry(prepared: Prepared, plan: Plan, stepper: Stepper) -> tuple[Any, ...]:
    """Return what a run carries at its start."""
    free = stepper.descent.to_free(prepared, prepared.parameters)
    slots = stepper.carry[len(free) : len(free) + len(stepper.slots)]
    states = stepper.carry[len(free) + len(slots) :]
    return (
        *free,
        *(np.zeros(each.type.shape, each.type.dtype) for each in slots),
        *(prepared.start_state(node_of(each))[number_of(each)] for each in states),
    )
