"""Several processes train one graph: data-parallel, over `jax.distributed`.

Every process runs the same program on the same parameters; the batch, or the data where there is no batch, lies spread
over the devices of all of them along axis 0. The program as a whole is partitioned by the compiler, so that a mean over
the batch is over all of it: batch norm keeps its meaning. The processes find each other at a coordinator, which takes
whoever comes: there is no authentication and no encryption.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.backends import xla
from engine.errors import GradwireError, LoweringError, SettingError
from engine.sockets import shortened

LOOPBACK: Final = "127.0.0.1"
MOST: Final = 4096
"""Processes at most."""
PATIENCE: Final = 60
"""Seconds to wait for the other processes."""
STEPS: Final = 500
"""Steps between two looks at the clock: every process must take the same number."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the processes meet, how many they are, and which this one is."""

    address: str
    port: int
    count: int
    index: int

    @classmethod
    def parse(cls, text: str) -> Hosts:
        """Return what "[ADDRESS:]PORT,COUNT,INDEX" says; raise SettingError where it is not that."""
        found = re.fullmatch(r"(?:(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):)?(\d{1,5}),(\d{1,5}),(\d{1,5})", text, re.ASCII)
        if found is None:
            raise SettingError(f"--hosts takes [ADDRESS:]PORT,COUNT,INDEX, not “{shortened(text)}”.")
        port, count, index = (int(found[k]) for k in (2, 3, 4))
        if not 1 <= port <= 65535:
            raise SettingError(f"--hosts: {port} is not a port from 1 to 65535.")
        if not 1 <= count <= MOST or not index < count:
            raise SettingError(
                f"--hosts: process {index} of {count} there is not: the first is 0, at most {MOST:,} run."
            )
        return cls(found[1] or LOOPBACK, port, count, index)

    @property
    def leads(self) -> bool:
        """Whether this process is the first, which writes the results."""
        return self.index == 0

    def join(self) -> None:
        """Meet the other processes; raise GradwireError where that fails. Must come before anything else of JAX's."""
        jax = xla.require()
        meeting = f"{self.address}:{self.port}"
        try:
            jax.distributed.initialize(
                coordinator_address=meeting,
                num_processes=self.count,
                process_id=self.index,
                initialization_timeout=PATIENCE,
                # Listening on this address only: by itself JAX would listen on every network there is.
                coordinator_bind_address=meeting if self.leads else None,
            )
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise GradwireError(f"The processes did not meet at {meeting} within {PATIENCE} s: {reason}.") from error

    def leave(self) -> None:
        """Part from the other processes, once all have come so far."""
        xla.require().distributed.shutdown()


def require_spreadable(approach: str, backend: str) -> None:
    """Raise LoweringError where several processes cannot share the work."""
    if not xla.whole(approach, backend):
        raise LoweringError("Several processes train together on the backend xla, by the approach static or source.")


class Spread:
    """Where the arguments of a compiled loop lie: on all devices of all processes."""

    def __init__(self) -> None:
        import jax
        from jax.sharding import Mesh, NamedSharding, PartitionSpec

        self._jax = jax
        self.count = len(jax.devices())
        mesh = Mesh(np.array(jax.devices()), ("batch",))

        def along(*axes: Any) -> Any:
            return NamedSharding(mesh, PartitionSpec(*axes))  # type: ignore[no-untyped-call]

        self.whole = along()
        self._first, self._second = along("batch"), along(None, "batch")

    def data(self, shape: tuple[int, ...]) -> Any:
        """Return where an array of data lies: spread along axis 0 where that can be cut evenly, else everywhere."""
        return self._first if shape and shape[0] and shape[0] % self.count == 0 else self.whole

    def block(self, shape: tuple[int, ...]) -> Any:
        """Return where a block of minibatches (step, row, ...) lies: its rows spread, where that goes evenly."""
        return self._second if len(shape) > 1 and shape[1] % self.count == 0 else self.whole

    def put(self, value: Any, sharding: Any) -> Any:
        """Return an array of all processes, of which this one holds its part of `value`."""
        if isinstance(value, self._jax.Array):
            return value
        array = np.asarray(value)
        return self._jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])


def spread() -> Spread | None:
    """Return how work is spread, or None where this process is alone."""
    return Spread() if xla.require().process_count() > 1 else None
