"""A child process, and two mailboxes of messages between it and the window; neither side waits for the other."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from app.worker.messages import Message, encode

CONTEXT = multiprocessing.get_context("spawn")
"""A fresh interpreter: the window's threads and Qt are not forked into it."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""What libraries of matrix products read when they are first loaded."""


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """Let a child that is started meanwhile find these in its environment, unless a person has set them."""
    added = {name: value for name, value in more.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


class Channel:
    """A running child process. Messages are sent and received in order by two threads that only move bytes."""

    def __init__(
        self,
        target: Callable[..., None],
        arguments: tuple[Any, ...],
        answers: type[Any] | Any,
        name: str,
        *,
        modest: bool = False,
    ) -> None:
        """Start `target(connection, *arguments)` in a child; `answers` is the union of the messages it sends. A modest
        child multiplies matrices in one thread, and leaves the other processors to the rest."""
        ours, theirs = CONTEXT.Pipe()
        self._connection: Connection = ours
        self._decoder = msgspec.msgpack.Decoder(answers)
        self._inbox: deque[Message] = deque()
        self._outbox: deque[bytes] = deque()
        self._work = threading.Condition()
        self._closing = False
        self._lost = False
        self.process = CONTEXT.Process(target=target, args=(theirs, *arguments), name=name, daemon=True)
        with _environment(ONE_THREAD if modest else {}):
            self.process.start()
        theirs.close()
        self._threads = [
            threading.Thread(target=self._read, name=f"{name} reader", daemon=True),
            threading.Thread(target=self._write, name=f"{name} writer", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def lost(self) -> bool:
        """Whether the child has gone; what it sent before is still in the mailbox."""
        return self._lost

    @property
    def exit_code(self) -> int | None:
        """The child's exit code, negative for a signal; None while it lives."""
        self.process.join(0.05 if self._lost else 0)
        return self.process.exitcode

    def send(self, message: Message) -> None:
        """Put a message into the child's mailbox; returns at once. Nothing happens when the child has gone."""
        with self._work:
            self._outbox.append(encode(message))
            self._work.notify()

    def receive(self) -> list[Message]:
        """Return the messages that have come since the last call."""
        found = []
        while self._inbox:
            found.append(self._inbox.popleft())
        return found

    def kill(self) -> None:
        """End the child now, whatever it does, and its threads. Idempotent."""
        if self._closing:
            return
        with self._work:
            self._closing = True
            self._work.notify()
        self.process.kill()
        self.process.join(5)
        for thread in self._threads:
            thread.join(5)
        self._connection.close()

    def _read(self) -> None:
        try:
            while True:
                self._inbox.append(self._decoder.decode(self._connection.recv_bytes()))
        except (EOFError, OSError):
            self._lost = True

    def _write(self) -> None:
        while True:
            with self._work:
                self._work.wait_for(lambda: self._closing or self._outbox)
                if self._closing:
                    return
                data = self._outbox.popleft()
            try:
                self._connection.send_bytes(data)
            except OSError:
                return
